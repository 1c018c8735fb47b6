//! Colours, width, and what may reach a terminal.

use crate::args::ColorWhen;
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::IsTerminal;

/// Something is broken.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Something may break.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Something worth knowing.
pub(crate) const NOTICE: Style = AnsiColor::Cyan.on_default();
/// All is well; also the value to enter.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Advice.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// What stands out.
pub(crate) const STRONG: Style = Style::new().bold();
/// What stands back.
pub(crate) const DIM: Style = Style::new().dimmed();
/// No style at all.
pub(crate) const PLAIN: Style = Style::new();

/// Lines longer than this are hard to read however wide the terminal is.
const WIDEST: usize = 100;
/// Where there is no terminal, or it does not tell.
pub(crate) const USUAL: usize = 88;
/// Below this nothing can be laid out.
const NARROWEST: usize = 40;

/// Decides on colours once, for both standard streams. `auto` leaves the decision to each stream:
/// `NO_COLOR`, `CLICOLOR_FORCE`, pipes and `TERM=dumb` are honoured there.
pub(crate) fn choose_colours(when: ColorWhen) {
    match when {
        ColorWhen::Auto => {}
        ColorWhen::Always => anstream::ColorChoice::Always.write_global(),
        ColorWhen::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// The width to lay text out for.
pub(crate) fn width() -> usize {
    let seen = if std::io::stdout().is_terminal() {
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
    } else {
        // Who exports it to a pager or a file wants that width.
        std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
    };
    seen.map_or(USUAL, |width| width.clamp(NARROWEST, WIDEST))
}

/// Lines of the terminal; `None` where the output goes elsewhere.
pub(crate) fn height() -> Option<usize> {
    let size = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    size.map(|(_, height)| usize::from(height.0))
}

/// Text from input as it may reach a terminal: control characters and characters that reorder text
/// are written as escapes, so that no file can move the cursor, colour, or disguise what it says.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
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
pub(crate) fn is_harmful(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
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
        assert_eq!(visible("\u{9b}x\u{202e}y\u{200b}"), "\\u{9b}x\\u{202e}y\\u{200b}");
    }
}
