//! Marks that stand where a value was taken out: our own, and those of other tools.
//!
//! Captures travel through tools that take secrets out of them. What they leave must be known for what it is:
//! a mark is no secret, no cut message and no wrong signature.

pub mod behind;
mod foreign;
mod lost;
mod own;

pub use foreign::{holds_foreign, is_foreign};
pub use lost::note;
pub use own::{all_own, is_around_own, is_own, make, of_letters};

/// Whether a value is a mark, ours or another tool's.
pub fn is_mark(value: &str) -> bool {
    is_own(value) || is_foreign(value)
}

/// Whether a value is nothing but a mark, or marks of ours with what stood around them.
pub fn is_marked(value: &str) -> bool {
    is_mark(value) || is_around_own(value)
}

/// Whether another tool took this value, or a part of it, out. What our own copies take out comes with a record.
pub fn is_masked_by_others(value: &str) -> bool {
    !is_own(value.trim()) && holds_foreign(value)
}
