//! Stands in until `crate::crypto::certificate` is there.

use diag_sdk::Place;
use diag_sdk::case::certificate::Certificate;

pub(super) fn read(_base64_text: &str, place: Place) -> Certificate {
    Certificate { place, ..Certificate::default() }
}
