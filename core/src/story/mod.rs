//! From exchanges to the story: cleaned exchanges, pages, attempts, clocks and cookies.
//!
//! Order of calls: [`once`] and [`order`] before anything refers to exchanges by index, then [`exchanges`]; once
//! the messages stand in the Case, [`complete`] fills in the rest. What became of each attempt is judged above.

mod again;
pub mod clocks;
pub mod cookies;
pub(crate) mod draft;
mod exchange;
mod headers;
mod html;
mod numbered;
mod onward;
pub mod pages;
pub(crate) mod path;
pub mod protocols;
mod script;
pub mod sides;
pub(crate) mod steps;
pub(crate) mod wording;

pub use again::once;
pub use exchange::{exchanges, order};

use crate::evidence::Evidence;
use diag_products::Products;
use diag_sdk::Case;

/// What a person sees of a page that was saved as a file.
pub(crate) fn seen_of_page(body: &str) -> html::Seen {
    html::seen(body)
}

/// Fills in what the exchanges and messages tell by themselves.
pub fn complete(case: &mut Case, evidence: &Evidence, products: &Products) {
    sides::sides(case, products);
    case.other_protocols = protocols::other_protocols(evidence);
    protocols::mark(case);
    case.clocks = clocks::clocks(case);
}
