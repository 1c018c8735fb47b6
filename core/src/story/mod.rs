//! From exchanges to the story: cleaned exchanges, pages, attempts, clocks and cookies.
//!
//! Order of calls: [`order`] before anything refers to exchanges by index, then [`exchanges`]; once
//! the messages stand in the Case, [`complete`] fills in the rest.

mod exchange;
mod html;
pub mod pages;
pub mod phrases;

pub use exchange::{exchanges, order};
