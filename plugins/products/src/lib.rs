//! What `diag` knows of products, as data: one TOML file per product in `data/`, and nothing about a product
//! anywhere else. Whoever has a product of their own gives diag a file like them.
//!
//! A product file says how a page, address or answer is recognised as the product's, what its pages, addresses
//! and logs say and what that means, where its administrators find each setting, what it always demands of a
//! response, how to get what diag reads of it, and its numbered codes. It is data: it cannot run anything, and
//! what it can cost is bounded by its size and by the size of the text that is searched.
//!
//! - [`mod@file`]: the format
//! - [`load`]: reading a file, with every fault at its place
//! - [`Products`]: all of them as one set that is asked
//! - [`pattern`], [`folded`]: how words are compared
//! - [`openings`]: many texts looked for at once
//! - [`writing`]: the fields of exports that hold settings, and the tools that write them
//! - [`grammar`]: reads stated reasons in words that no file has, by the vocabulary of `words/`, one file for each language

mod bearing;
mod explain;
mod fault;
pub mod file;
pub mod folded;
pub mod grammar;
pub mod guide;
mod later;
pub mod load;
mod matcher;
pub mod openings;
mod packed;
pub mod pattern;
mod proof;
mod set;
pub mod writing;

pub use diag_sdk::Vendor;
pub use explain::{Dropped, Explained};
pub use fault::{Fault, Spot};
pub use file::{Product, Role, Where};
pub use later::Later;
pub use proof::{Proven, Signs};
pub use set::{Found, Owner, Products, Scope, is_word, words_of};
