//! Values that must not come out, and every form in which they could.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How a value looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As many people choose them: letters, a mark, two digits.
    Password,
    /// Five letters and two digits.
    Short,
    /// Six digits.
    Pin,
    /// Four words.
    Phrase,
    /// Forty letters and digits.
    Long,
    /// Base64 with the signs that words do not have.
    Base64,
    /// Three parts, as signed tokens have them.
    Jwt,
}

/// What people type.
pub(crate) const TYPED: &[Shape] = &[Shape::Password, Shape::Short, Shape::Phrase, Shape::Long];
/// What servers issue.
pub(crate) const ISSUED: &[Shape] = &[Shape::Password, Shape::Long, Shape::Base64, Shape::Jwt];
/// What is a secret by nothing but its looks.
pub(crate) const TOKENS: &[Shape] = &[Shape::Long, Shape::Base64, Shape::Jwt];
/// Anything.
pub(crate) const ANY: &[Shape] =
    &[Shape::Password, Shape::Short, Shape::Phrase, Shape::Long, Shape::Base64, Shape::Jwt];

/// A sequence that is the same in every run.
#[derive(Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    fn of(&mut self, letters: &str, length: usize) -> String {
        let letters = letters.as_bytes();
        (0..length).map(|_| char::from(letters[self.below(letters.len())])).collect()
    }

    /// A new value of that shape.
    pub(crate) fn value(&mut self, shape: Shape) -> String {
        const SMALL: &str = "bcdfghkmnpqrtvwxz";
        const MIXED: &str = "abcdefghkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ0123456789";
        match shape {
            Shape::Password => format!("Qz{}!{}", self.of(SMALL, 6), self.of("123456789", 2)),
            Shape::Short => format!("{}{}", self.of(SMALL, 5), self.of("123456789", 2)),
            Shape::Pin => self.of("123456789", 6),
            Shape::Phrase => (0..4).map(|_| self.of(SMALL, 6)).collect::<Vec<_>>().join(" "),
            // Never a shape without the three sorts, which a drawn one may be by chance.
            Shape::Long => format!("aZ7{}9kQ4", self.of(MIXED, 33)),
            Shape::Base64 => format!(
                "k7{}/9Qe{}+z5{}==",
                self.of(MIXED, 14),
                self.of(MIXED, 10),
                self.of(MIXED, 9)
            ),
            Shape::Jwt => {
                format!("eyJ{}.{}.{}", self.of(MIXED, 20), self.of(MIXED, 40), self.of(MIXED, 24))
            }
        }
    }
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    Plain,
    Percent,
    PercentTwice,
    Html,
    HtmlNumbers,
    Json,
    JsonNumbers,
    Base64,
    Base64Within,
    Hexadecimal,
}

pub(crate) const WRITINGS: &[Writing] = &[
    Writing::Plain,
    Writing::Percent,
    Writing::PercentTwice,
    Writing::Html,
    Writing::HtmlNumbers,
    Writing::Json,
    Writing::JsonNumbers,
    Writing::Base64,
    Writing::Base64Within,
    Writing::Hexadecimal,
];

pub(crate) fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

pub(crate) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn hexadecimal(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl Writing {
    pub(crate) fn of(self, text: &str) -> String {
        let numbers = |form: fn(u32) -> String| {
            text.chars().map(|character| form(u32::from(character))).collect::<String>()
        };
        match self {
            Self::Plain => text.to_owned(),
            Self::Percent => percent(text),
            Self::PercentTwice => percent(&percent(text)),
            Self::Html => html(text),
            Self::HtmlNumbers => numbers(|code| format!("&#x{code:x};")),
            Self::Json => {
                serde_json::Value::from(text).to_string().trim_matches('"').replace('/', "\\/")
            }
            Self::JsonNumbers => numbers(|code| format!("\\u{code:04x}")),
            Self::Base64 => STANDARD_NO_PAD.encode(text),
            Self::Base64Within => STANDARD_NO_PAD.encode(format!("user:{text}:1")),
            Self::Hexadecimal => hexadecimal(text),
        }
    }
}

/// Every form in which the value would be readable.
pub(crate) fn forms(value: &str) -> BTreeSet<String> {
    let mut forms: BTreeSet<String> = WRITINGS
        .iter()
        .filter(|one| **one != Writing::Base64Within)
        .map(|one| one.of(value))
        .collect();
    forms.insert(value.replace(' ', "+"));
    forms.insert(value.split_whitespace().collect());
    forms.insert(hexadecimal(value).to_uppercase());
    // What of base64 does not depend on what stands before and behind.
    for before in 0..3_usize {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(format!("{}{value}", "\0".repeat(before)));
            let start = if before == 0 { 0 } else { before + 1 };
            let end = text.len() - usize::from(!(before + value.len()).is_multiple_of(3));
            forms.insert(text[start..end].to_owned());
        }
    }
    forms.retain(|form| form.len() >= 6);
    forms
}
