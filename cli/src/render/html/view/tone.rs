//! The colours of the terminal as tones of the page, each with a sign.

use crate::terminal::{ERROR, GOOD, WARNING};
use anstyle::Style;

/// The colour of a terminal as the name of a tone.
pub(super) fn tone(style: Style) -> &'static str {
    match style {
        ERROR => "bad",
        WARNING => "warn",
        GOOD => "good",
        _ => "quiet",
    }
}

/// A sign, so that no meaning hangs on colour alone.
pub(super) fn sign(tone: &str) -> &'static str {
    match tone {
        "bad" => "✕",
        "warn" => "!",
        "good" => "✓",
        _ => "i",
    }
}
