//! XML on a terminal: names, values and comments in their colours, and nothing in it can move the cursor.

use crate::terminal::{DIM, NOTICE, PLAIN, is_harmful, visible};
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;

const VALUE: Style = AnsiColor::Green.on_default();
const NAME: Style = AnsiColor::Yellow.on_default();

/// What a character belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Text,
    /// Brackets and the name of an element.
    Tag,
    /// Names of attributes.
    Attribute,
    /// A value, up to this quotation mark.
    Value(char),
    /// Comments, declarations, processing instructions.
    Aside,
}

impl Part {
    fn style(self) -> Style {
        match self {
            Self::Text => PLAIN,
            Self::Tag => NOTICE,
            Self::Attribute => NAME,
            Self::Value(_) => VALUE,
            Self::Aside => DIM,
        }
    }
}

/// The lines of an XML text, coloured. Tabs stay; every other control character is written as an escape. A run of
/// base64 longer than the line is folded, which changes nothing in it.
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let mut part = Part::Text;
    text.lines().flat_map(|line| folded(line, width)).map(|line| one(&line, &mut part)).collect()
}

fn one(line: &str, part: &mut Part) -> String {
    let mut out = String::with_capacity(line.len() * 2);
    let mut run = String::new();
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let opens_aside = *part == Part::Text
            && (rest.starts_with("<!") || rest.starts_with("<?"))
            && !rest.starts_with("<![CDATA[");
        let (now, after) = match (*part, character) {
            (Part::Text, _) if opens_aside => (Part::Aside, Part::Aside),
            (Part::Aside, '>')
                if run.ends_with("--") || run.ends_with('?') || !run.starts_with("<!--") =>
            {
                (Part::Aside, Part::Text)
            }
            (Part::Tag | Part::Attribute, '>') => (Part::Tag, Part::Text),
            (Part::Text, '<') | (Part::Tag | Part::Attribute, '/') => (Part::Tag, Part::Tag),
            (Part::Tag, blank) if blank.is_whitespace() => (Part::Tag, Part::Attribute),
            (Part::Attribute, quote @ ('"' | '\'')) => (Part::Value(quote), Part::Value(quote)),
            (Part::Value(open), quote) if open == quote => (Part::Value(open), Part::Attribute),
            (same, _) => (same, same),
        };
        if now != *part {
            flush(&mut out, &mut run, *part);
        }
        run.push(character);
        if after != now {
            flush(&mut out, &mut run, now);
        }
        *part = after;
        rest = &rest[character.len_utf8()..];
    }
    flush(&mut out, &mut run, *part);
    out
}

fn flush(out: &mut String, run: &mut String, part: Part) {
    let text = std::mem::take(run);
    if text.is_empty() {
        return;
    }
    let safe: String = text.split('\t').map(visible).collect::<Vec<_>>().join("\t");
    let style = part.style();
    // Writing to a String cannot fail.
    let _ =
        if style == PLAIN { write!(out, "{safe}") } else { write!(out, "{style}{safe}{style:#}") };
}

/// A line in which a long run of base64 begins new lines.
fn folded(line: &str, width: usize) -> Vec<String> {
    let base64 = |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    let start = line.find('>').map_or(0, |at| at + 1);
    let (lead, content) = line.split_at(start);
    let run: usize = content.chars().take_while(|character| base64(*character)).count();
    if run <= width.max(1) || line.chars().any(is_harmful) {
        return vec![line.to_owned()];
    }
    let (run, tail) = content.split_at(run);
    let pieces: Vec<&str> = run
        .as_bytes()
        .chunks(width.max(1))
        .filter_map(|piece| std::str::from_utf8(piece).ok())
        .collect();
    let mut lines = if lead.is_empty() { Vec::new() } else { vec![lead.to_owned()] };
    lines.extend(pieces.into_iter().map(str::to_owned));
    if let Some(last) = lines.last_mut() {
        last.push_str(tail);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(lines: &[String]) -> String {
        anstream::adapter::strip_str(&lines.join("\n")).to_string()
    }

    #[test]
    fn colours_change_no_character() {
        for text in [
            "<?xml version=\"1.0\"?>\n<!-- a > b -->\n<a:b c=\"d > e\" f='g\"h'>\n\ttext  \n<i/></a:b>",
            "<a\n\tb='1'\n\tc='two\nlines'>x</a>",
            "<![CDATA[<x>]]>",
        ] {
            let coloured = lines(text, 80);
            assert_eq!(stripped(&coloured), text);
            assert!(coloured.iter().any(|line| line.contains('\u{1b}')), "{coloured:?}");
        }
    }

    #[test]
    fn nothing_moves_the_cursor() {
        let said = stripped(&lines("<a>\u{9b}2J\u{202e}\tb</a>", 80));
        assert_eq!(said, "<a>\\u{9b}2J\\u{202e}\tb</a>");
    }

    #[test]
    fn long_base64_is_folded() {
        let text = format!("  <ds:X509Certificate>{}</ds:X509Certificate>", "MIIC".repeat(50));
        let folded = lines(&text, 76);
        assert_eq!(folded.len(), 4);
        assert_eq!(stripped(&folded).replace('\n', ""), text);
    }
}
