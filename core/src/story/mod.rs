//! From exchanges to the story: cleaned exchanges, pages, attempts, clocks and cookies.
//!
//! Order of calls: [`order`] before anything refers to exchanges by index, then [`exchanges`]; once
//! the messages stand in the Case, [`complete`] fills in the rest.

mod attempts;
pub mod clocks;
pub mod cookies;
mod exchange;
mod html;
pub mod pages;
mod path;
pub mod phrases;
pub mod protocols;
mod shown;
pub mod sides;

pub use attempts::attempts;
pub use exchange::{exchanges, order};

use crate::evidence::Evidence;
use diag_sdk::Case;

/// Fills in what the exchanges and messages of the Case tell together.
pub fn complete(case: &mut Case, evidence: &Evidence) {
    sides::sides(case);
    case.other_protocols = protocols::other_protocols(evidence);
    attempts(case);
    case.clocks = clocks::clocks(case);
    case.lost_cookies = cookies::lost_cookies(case);
}
