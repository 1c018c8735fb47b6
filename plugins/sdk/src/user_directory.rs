//! How a virtual proxy's user directory is read: `[X]` is the constant X, anything else the name of
//! an attribute.

use crate::case::assertion::Assertion;

/// What the setting means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directory<'a> {
    /// `[X]`.
    Constant(&'a str),
    /// The name of an attribute.
    Attribute(&'a str),
    /// Brackets that do not match.
    Unbalanced,
}

/// Reads the setting.
pub fn read(text: &str) -> Directory<'_> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner {
        Some(inner) if !inner.contains(['[', ']']) => Directory::Constant(inner),
        None if !text.contains(['[', ']']) => Directory::Attribute(text),
        _ => Directory::Unbalanced,
    }
}

/// A name people choose for a directory rather than for an attribute: a word in capitals.
pub fn looks_constant(text: &str) -> bool {
    !text.is_empty()
        && text.chars().any(|character| character.is_ascii_uppercase())
        && text.chars().all(|character| {
            character.is_ascii_uppercase()
                || character.is_ascii_digit()
                || "_- .".contains(character)
        })
}

/// A name people choose for an attribute rather than for a directory: a URI, or an attribute that was sent.
pub fn looks_like_attribute(text: &str, sent: Option<&Assertion>) -> bool {
    text.contains("://")
        || text.starts_with("urn:")
        || sent.is_some_and(|assertion| {
            assertion.attributes.iter().any(|attribute| attribute.answers_to(text))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_a_constant() {
        for (text, meaning) in [
            ("[AZURE]", Directory::Constant("AZURE")),
            (" [AZURE] ", Directory::Constant("AZURE")),
            ("[]", Directory::Constant("")),
            ("AZURE", Directory::Attribute("AZURE")),
            ("[AZURE", Directory::Unbalanced),
            ("AZURE]", Directory::Unbalanced),
            ("[[AZURE]]", Directory::Unbalanced),
            ("]AZURE[", Directory::Unbalanced),
        ] {
            assert_eq!(read(text), meaning, "{text}");
        }
    }

    #[test]
    fn capitals_are_a_directory_and_uris_are_attributes() {
        for text in ["AZURE", "CONTOSO_1", "MY DIR"] {
            assert!(looks_constant(text), "{text}");
        }
        for text in ["", "domain", "userDirectory", "urn:X", "123", "HTTP://X"] {
            assert!(!looks_constant(text), "{text}");
        }
        assert!(looks_like_attribute("http://schemas.example/claims/domain", None));
        assert!(!looks_like_attribute("AZURE", None));
    }
}
