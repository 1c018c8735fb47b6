//! Marks of other tools, known by their shape: browsers, sanitisers of captures, trackers, portals of support.
//!
//! Some write a word in brackets (`[redacted]`, `<removed>`, `{overwritten}`), some a row of one character, some a
//! word in capitals with a hash behind it (`AUTH_942511bf`, `FIELD_9f86d081`), some `hash_…` or `{hash:…}`.

const WORDS: &[&str] = &[
    "redact",
    "removed",
    "sanitiz",
    "sanitis",
    "masked",
    "hidden",
    "scrubbed",
    "anonymi",
    "obfuscat",
    "stripped",
    "omitted",
    "overwritten",
    "filtered",
];
/// Words that go with such a word where no brackets are around it.
const WITH_IT: &[&str] = &[
    "a",
    "and",
    "auth",
    "base64",
    "been",
    "binary",
    "body",
    "by",
    "bytes",
    "content",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "data",
    "email",
    "exporter",
    "field",
    "for",
    "from",
    "har",
    "has",
    "have",
    "header",
    "html",
    "id",
    "in",
    "info",
    "information",
    "is",
    "jwt",
    "key",
    "name",
    "of",
    "param",
    "parameter",
    "password",
    "personal",
    "pii",
    "privacy",
    "reasons",
    "request",
    "response",
    "saml",
    "samlrequest",
    "samlresponse",
    "sanitizer",
    "secret",
    "security",
    "sensitive",
    "session",
    "setting",
    "signature",
    "support",
    "text",
    "the",
    "this",
    "token",
    "tool",
    "url",
    "user",
    "username",
    "value",
    "values",
    "was",
    "were",
];
/// Longest text in which such a word alone makes a mark.
const LONGEST: usize = 64;
/// Longest hash with a word before it: `Hashed:` and 64 digits in brackets, with room.
const LONGEST_HASH: usize = 160;

/// Whether a value is what another tool leaves where it took a value out.
pub fn is_foreign(value: &str) -> bool {
    // Whole pages are asked, too: they are not counted to their end.
    if value.chars().nth(LONGEST_HASH).is_some() {
        return false;
    }
    let value = without_ours(value);
    let value = value.trim();
    if value.is_empty() {
        return false;
    }
    let lower = value.to_lowercase();
    if value.chars().count() > LONGEST {
        return hashed(&lower);
    }
    one_character(value)
        || word(value, &lower)
        || prefixed_hash(value)
        || hashed(&lower)
        || numbered(value)
}

/// The text without marks of ours: a copy that diag made is known by its own record.
fn without_ours(value: &str) -> String {
    let mut left = value.to_owned();
    // A phrase keeps its blanks: `REDACT ED1x2y`.
    for mark in super::own::all_own(value).into_iter().rev() {
        left.replace_range(mark, "");
    }
    left
}

/// Whether another tool took a part out of a text: `jo***@contoso.example`, `PHNhbWxw[redacted]`.
pub fn holds_foreign(text: &str) -> bool {
    is_foreign(text) || covered(text) || bracketed(text)
}

/// Three stars, dots or blocks in a row, with something before or behind them.
fn covered(text: &str) -> bool {
    ["***", "•••", "███"].iter().any(|row| text.contains(row))
}

/// A word of a mark in brackets somewhere in the text.
fn bracketed(text: &str) -> bool {
    [('[', ']'), ('<', '>'), ('{', '}'), ('(', ')')].iter().any(|(open, close)| {
        text.split(*open).skip(1).any(|behind| {
            behind.split_once(*close).is_some_and(|(inner, _)| {
                inner.chars().count() <= LONGEST && holds_word(&inner.to_lowercase())
            })
        })
    })
}

/// `***`, `xxxxxxxx`, `••••`, `…`.
fn one_character(value: &str) -> bool {
    let mut characters = value.chars();
    let Some(first) = characters.next() else { return false };
    let all_same = characters.all(|character| character == first);
    let fills = matches!(first, '*' | '•' | '.' | '…' | '█' | '#' | '_' | '-')
        || matches!(first, 'x' | 'X');
    all_same && fills && (value.chars().count() >= 3 || first == '…')
}

/// `[SAMLResponse redacted]`, `***HIDDEN***`, `<removed>`: such a word in brackets or between stars; or, bare, among
/// words that go with it and nothing else. `removed-horse-7` is what somebody typed.
fn word(value: &str, lower: &str) -> bool {
    holds_word(lower) && (is_framed(value) || lower.split(is_between).all(is_of_marks))
}

fn holds_word(lower: &str) -> bool {
    WORDS.iter().any(|word| {
        lower.find(word).is_some_and(|at| {
            // The word stands for itself, not inside a longer run of letters and digits, as it might in a token.
            let before = lower[..at].chars().next_back();
            before.is_none_or(|before| !before.is_alphanumeric())
        })
    })
}

/// What stands on both sides is no letter: brackets, stars, quotes.
fn is_framed(value: &str) -> bool {
    let framing = |character: char| "[]<>{}()*•#".contains(character);
    value.starts_with(framing) && value.ends_with(framing)
}

fn is_between(character: char) -> bool {
    character.is_whitespace() || character.is_ascii_punctuation()
}

/// A word of a mark, in any of its forms, or one that goes with it: `value removed by the tool`.
fn is_of_marks(word: &str) -> bool {
    /// `redacted`, `anonymised`: what may follow the stem.
    const LONGEST_ENDING: usize = 5;
    word.is_empty()
        || WITH_IT.contains(&word)
        || WORDS.iter().any(|stem| {
            word.strip_prefix(stem).is_some_and(|ending| {
                ending.len() <= LONGEST_ENDING
                    && ending.bytes().all(|byte| byte.is_ascii_lowercase())
            })
        })
}

/// `AUTH_942511bf`: a word in capitals, an underscore, six to sixteen hexadecimal digits.
fn prefixed_hash(value: &str) -> bool {
    let Some((name, hash)) = value.rsplit_once('_') else { return false };
    let capitals = name.len() >= 2
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && name.starts_with(|first: char| first.is_ascii_uppercase());
    capitals
        && (6..=16).contains(&hash.len())
        && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `hash_9f86d081…`, `{hash:…}`, `sha256:…` in braces.
fn hashed(lower: &str) -> bool {
    let inner = lower.trim_matches(['{', '}', '[', ']', '<', '>', '(', ')']);
    let bracketed = inner.len() < lower.len();
    let hexadecimal =
        |text: &str| text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    ["hash_", "hash:", "hashed:", "sha256:", "sha256-", "md5:"].iter().any(|name| {
        inner
            .strip_prefix(name)
            .is_some_and(|hash| hexadecimal(hash) && (bracketed || name.starts_with("hash")))
    })
}

/// `<NAME_1>`, `[EMAIL_12]`, `<TOKEN>`, `{{API_TOKEN}}`: a word in capitals in brackets.
fn numbered(value: &str) -> bool {
    let value = value
        .strip_prefix('{')
        .filter(|rest| rest.starts_with('{'))
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(value);
    let inner = [('<', '>'), ('[', ']'), ('{', '}')]
        .iter()
        .find_map(|(open, close)| value.strip_prefix(*open)?.strip_suffix(*close));
    inner.is_some_and(|inner| {
        inner.len() >= 3
            && inner
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::{holds_foreign, is_foreign};

    #[test]
    fn marks_of_ours_are_no_marks_of_others() {
        let ours = super::super::make("de90ee8e02fd6d603a8638f189710eb2", false, b"a key", 0);
        assert!(!is_foreign(&ours), "{ours}");
        assert!(!is_foreign(&format!("<html><title>{ours}</title></html>")), "{ours}");
        let phrase = super::super::make("krtzwb wqplmx bnmvcd hpfqzv", true, b"a key", 0);
        assert!(!is_foreign(&format!("{{\"access_token\": \"{phrase}\"}}")), "{phrase}");
        assert!(is_foreign("[redacted]"));
    }

    #[test]
    fn marks_of_others_are_told_from_values() {
        for mark in [
            "REDACTED",
            "[redacted]",
            "[SAMLResponse redacted]",
            "***",
            "***HIDDEN***",
            "xxxxxxxx",
            "<removed>",
            "…",
            "AUTH_942511bf",
            "FIELD_9f86d081",
            "{overwritten}",
            "{hash:9f86d081884c}",
            "hash_9f86d081884c7d65",
            "<NAME_1>",
            "[EMAIL_12]",
            "REMOVED_BY_TOOL",
            "••••",
            "{{API_TOKEN}}",
            "[HAR_SANITIZER:REMOVED]",
            "Hashed:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "[text/html redacted]",
            "redacted",
            "value removed by the tool",
            "[removed-horse-7]",
        ] {
            assert!(is_foreign(mark), "{mark}");
        }
        for value in [
            "",
            "x",
            "hunter2",
            "PHNhbWxwOlJlc3BvbnNl",
            "ONELOGIN_19326a150c01fb738e26ed396d99a4f9",
            "_19326a150c",
            "saml",
            "1.AXsAgi4PAC0vxwuXW04CDnDE9",
            "ESTSAUTH",
            "{\"a\":1}",
            "<a>",
            "tRedactq12",
            "abc_942511bf",
            "{{name}}",
            "removed-horse-7",
            "Hidden!horse",
            "masked horse",
            "filtered99",
            "correct horse redacted staple",
        ] {
            assert!(!is_foreign(value), "{value}");
        }
    }

    #[test]
    fn a_part_that_was_taken_out_shows() {
        for text in
            ["jo***@contoso.example", "PHNhbWxw[redacted]cD4=", "Jane (name removed)", "***"]
        {
            assert!(holds_foreign(text), "{text}");
        }
        for text in ["jo@contoso.example", "f(x)", "a**b", ""] {
            assert!(!holds_foreign(text), "{text}");
        }
    }
}
