//! Tests over whole documents: fixtures that xmlsec1 signed, tampered twins, rearranged messages.

mod agreement;
mod encryption;
mod every_byte;
mod judging;
mod matrix;
pub(super) mod support;
mod wrapping;
