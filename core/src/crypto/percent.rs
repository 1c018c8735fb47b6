//! Ways in which senders percent-encode a query: what they sign is the text they wrote, and products write the same
//! value differently.

use percent_encoding::percent_decode_str;
use std::fmt::Write as _;

/// A way to percent-encode a value.
pub(super) struct Encoding {
    /// Its name, for people.
    pub(super) name: &'static str,
    pub(super) encode: fn(&str) -> String,
}

pub(super) const ENCODINGS: &[Encoding] = &[
    Encoding {
        name: "lower-case hexadecimal in the percent-encoding",
        encode: |value| lower(&upper(value, b"-._~", false)),
    },
    Encoding {
        name: "percent-encoding with upper-case hexadecimal and %20 (RFC 3986)",
        encode: |value| upper(value, b"-._~", false),
    },
    Encoding {
        name: "lower-case hexadecimal and `+` for blanks, as ASP.NET encodes",
        encode: |value| lower(&upper(value, b"-._!*()", true)),
    },
    Encoding {
        name: "`+` for blanks, as HTML forms and Java encode",
        encode: |value| upper(value, b"-._*", true),
    },
    Encoding {
        name: "percent-encoding as encodeURIComponent does it",
        encode: |value| upper(value, b"-._~!*'()", false),
    },
    Encoding { name: "`+` for blanks, as PHP encodes", encode: |value| upper(value, b"-._", true) },
    Encoding {
        name: "percent-encoding that leaves `/`, `:` and `=` as they are",
        encode: |value| upper(value, b"-._~/:=", false),
    },
    Encoding {
        name: "percent-encoding that leaves `/` and `:` as they are",
        encode: |value| upper(value, b"-._~/:", false),
    },
    Encoding {
        name: "percent-encoding that leaves `/` as it is",
        encode: |value| upper(value, b"-._~/", false),
    },
    Encoding {
        name: "percent-encoding that leaves `=` as it is",
        encode: |value| upper(value, b"-._~=", false),
    },
    Encoding {
        name: "lower-case hexadecimal in percent-encoding that leaves `/`, `:` and `=` as they are",
        encode: |value| lower(&upper(value, b"-._~/:=", false)),
    },
    Encoding { name: "the values decoded, without any percent-encoding", encode: str::to_owned },
];

pub(super) fn upper(value: &str, unreserved: &[u8], plus: bool) -> String {
    let mut out = String::with_capacity(value.len() + value.len() / 8);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || unreserved.contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b' ' && plus {
            out.push('+');
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Turns the hexadecimal digits of percent-encoding to lower case.
pub(super) fn lower(encoded: &str) -> String {
    let mut digits = 0;
    encoded
        .chars()
        .map(|character| {
            if character == '%' {
                digits = 2;
                character
            } else if digits > 0 {
                digits -= 1;
                character.to_ascii_lowercase()
            } else {
                character
            }
        })
        .collect()
}

/// What a bare `+` in a query stands for.
#[derive(Clone, Copy)]
pub(super) enum Plus {
    Plus,
    Blank,
}

pub(super) fn decode(value: &str, plus: Plus) -> String {
    let value = match plus {
        Plus::Plus => value.to_owned(),
        Plus::Blank => value.replace('+', " "),
    };
    percent_decode_str(&value).decode_utf8_lossy().into_owned()
}
