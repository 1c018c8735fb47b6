//! Beginnings and ends of texts, where no more is to be looked at.

/// The first bytes of a text, at most `longest`, without half a character.
pub(crate) fn of(text: &str, longest: usize) -> &str {
    let longest = longest.min(text.len());
    // A character has at most four bytes.
    let end = (longest.saturating_sub(3)..=longest).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// The last bytes of a text, at most `longest`, without half a character.
pub(crate) fn end(text: &str, longest: usize) -> &str {
    let from = text.len().saturating_sub(longest);
    let start = (from..=text.len()).find(|at| text.is_char_boundary(*at));
    text.get(start.unwrap_or_default()..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{end, of};

    #[test]
    fn no_character_is_halved() {
        let text = "aé😀z";
        let cut: Vec<&str> = (0..=10).map(|longest| of(text, longest)).collect();
        assert_eq!(cut, ["", "a", "a", "aé", "aé", "aé", "aé", "aé😀", text, text, text]);
        let cut: Vec<&str> = (0..=10).map(|longest| end(text, longest)).collect();
        assert_eq!(cut, ["", "z", "z", "z", "z", "😀z", "😀z", "é😀z", text, text, text]);
    }
}
