//! Values that are none: a pattern that was left in, the name of a variable nobody filled in, the text of an error.
//!
//! Such a text must be mended where it comes from. It is never offered as a value to enter elsewhere.

/// Words that tutorials use where a real name belongs, lower case.
const WORDS: &[&str] = &[
    "fully qualified domain name",
    "fully%20qualified%20domain%20name",
    "fullyqualifieddomainname",
    "your-domain",
    "yourdomain",
    "your-server",
    "yourserver",
    "virtualproxyprefix",
    "virtual-proxy-prefix",
];
/// What programs write where a variable has no value, lower case.
const UNSET: &[&str] = &[
    "undefined",
    "null",
    "none",
    "nil",
    "[object object]",
    "nan",
    "changeme",
    "todo",
    "not_set",
    "notset",
];
/// What stands around the name of a variable, longest first.
const BRACES: &[(&str, &str)] =
    &[("${", "}"), ("{{", "}}"), ("<%", "%>"), ("<", ">"), ("{", "}"), ("#{", "}")];

/// The pattern in a value: something in `<…>`, `{…}` or `{{…}}`, quoted whole, or a word that tutorials use.
pub fn pattern(value: &str) -> Option<String> {
    for (open, close) in BRACES {
        if let Some(start) = value.find(open) {
            let rest = value.get(start..)?;
            let end = rest.find(close).map_or(rest.len(), |at| at + close.len());
            return rest.get(..end).map(str::to_owned);
        }
    }
    let lower = value.to_lowercase();
    WORDS.iter().find(|word| lower.contains(**word)).map(|word| format!("“{word}”"))
}

/// What shows that a value is none: a pattern in it, the word a program writes for nothing, or the beginning of an error.
pub fn stands_for_nothing(value: &str) -> Option<String> {
    let trimmed = value.trim();
    let lower = trimmed.to_lowercase();
    let first = lower
        .split(['/', ':', '?'])
        .find(|part| !part.is_empty() && !matches!(*part, "https" | "http"))
        .unwrap_or_default();
    if UNSET.contains(&lower.as_str()) || UNSET.contains(&first) && !lower.contains('.') {
        return Some(format!("“{trimmed}”"));
    }
    if lower.starts_with("error:")
        || lower.starts_with("error ")
        || lower.contains("_not_set")
        || lower.contains("not configured")
    {
        return Some(format!("“{trimmed}”"));
    }
    pattern(value)
}
