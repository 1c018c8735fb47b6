//! Moments of the story, counted from the POST of the response.

use super::POSTED;
use crate::case::place::{Place, Sited};
use jiff::{SignedDuration, Timestamp};

/// A moment written as in RFC 3339.
///
/// # Panics
///
/// Where the text is no moment.
pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a moment as in RFC 3339")
}

/// The moment some seconds from the POST of the response, as a located value.
pub fn from_post(seconds: i64) -> Sited<Timestamp> {
    Sited::new(time(POSTED) + SignedDuration::from_secs(seconds), Place::default())
}
