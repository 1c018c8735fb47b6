//! JSON that is safe on a terminal: what JSON allows to stand unescaped but no terminal should get is
//! escaped as well.

use crate::terminal::is_harmful;
use serde::Serialize;
use std::fmt::Write as _;

/// Indented, with a line end.
pub fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(format!("{}\n", harmless(&serde_json::to_string_pretty(value)?)))
}

/// On one line, with a line end.
pub fn line(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(format!("{}\n", harmless(&serde_json::to_string(value)?)))
}

/// Outside strings JSON has only blanks and line ends, so whatever else is harmful stands in a string.
fn harmless(json: &str) -> String {
    if !json.chars().any(|character| character != '\n' && is_harmful(character)) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if character != '\n' && is_harmful(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_stays_and_the_terminal_is_safe() {
        let value = "a\u{1b}\u{9b}\u{202e}\u{e0041}\nb é";
        let json = line(&value).expect("serialisable");
        assert!(!json.trim_end().chars().any(char::is_control));
        assert!(!json.contains('\u{202e}') && !json.contains('\u{e0041}'));
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), value);
    }
}
