//! Colours, and what may reach a terminal.

use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Something is broken.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Something may break.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Something worth knowing.
pub const NOTICE: Style = AnsiColor::Cyan.on_default();
/// All is well; also the value to enter.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Advice.
pub const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// What stands out.
pub const STRONG: Style = Style::new().bold();
/// What stands back.
pub const DIM: Style = Style::new().dimmed();
/// No style at all.
pub const PLAIN: Style = Style::new();

/// Text from input as it may reach a terminal: control characters and characters that reorder text
/// are written as escapes, so that no file can move the cursor, colour, or disguise what it says.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            harmful if is_harmful(harmful) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(harmful));
            }
            harmless => out.push(harmless),
        }
    }
    Cow::Owned(out)
}

/// Control characters, those that change the direction of text or cannot be seen, and blanks that
/// look like a plain one and are not.
pub fn is_harmful(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || diag_sdk::unseen::is_unseen(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_input_moves_the_cursor() {
        assert_eq!(visible("plain › text"), "plain › text");
        assert_eq!(visible("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(visible("a\r\nb\tc"), "a\\r\\nb\\tc");
        assert_eq!(visible("a\u{a0}b"), "a\\u{a0}b");
        for unseen in [
            '\u{61c}',
            '\u{ad}',
            '\u{180e}',
            '\u{3164}',
            '\u{115f}',
            '\u{2800}',
            '\u{fe0f}',
            '\u{e0100}',
            '\u{ffa0}',
        ] {
            assert_eq!(
                visible(&format!("a{unseen}b")),
                format!("a\\u{{{:x}}}b", u32::from(unseen))
            );
        }
        assert_eq!(visible("\u{9b}x\u{202e}y\u{200b}"), "\\u{9b}x\\u{202e}y\\u{200b}");
    }
}
