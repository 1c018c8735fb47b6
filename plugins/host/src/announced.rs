//! Secrets in what a plugin prints: what a name announces as one, and what can be nothing else.
//!
//! A plugin is given none of a capture's. What it reads or makes itself, a key of a service that it was built with, may still
//! be printed when it fails, and what it prints stands in reports and on screens.

use crate::withhold::WITHHELD;
use regex_lite::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// A name that announces a secret, what parts it from the value, and the value.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r#"(?i)([\w.-]*(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|authorization)[\w.-]*["']?)"#;
    Regex::new(&format!(r#"{name}(\s*[=:]\s*)((?:bearer|basic)\s+)?(["']?)([^\s"',;&)\]}}]+)"#))
        .ok()
});

/// A header of cookies, to the end of its line.
static COOKIES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b((?:set-)?cookie\s*:\s*)[^\n]+").ok());

/// Tokens in three parts, and more of base64 than any word has.
static TOKENS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\bey[\w-]{10,}\.[\w-]{10,}\.[\w-]*|[A-Za-z0-9+/]{80,}=*").ok());

/// A text without the secrets that it announces.
pub(crate) fn without_secrets(text: &str) -> String {
    let text = replaced(&NAMED, text, |found| {
        let part = |index: usize| found.get(index).map_or("", |part| part.as_str());
        let (between, scheme, value) = (part(2), part(3), part(5));
        // Behind a colon often stands what is wrong with the thing, in words.
        let is_word = between.contains(':')
            && scheme.is_empty()
            && !value.contains(|character: char| character.is_ascii_digit());
        let value = if is_word { value } else { WITHHELD };
        format!("{}{between}{scheme}{}{value}", part(1), part(4))
    });
    let text = replaced(&COOKIES, &text, |found| {
        format!("{}{WITHHELD}", found.get(1).map_or("", |part| part.as_str()))
    });
    replaced(&TOKENS, &text, |_| WITHHELD.to_owned()).into_owned()
}

fn replaced<'t>(
    pattern: &LazyLock<Option<Regex>>,
    text: &'t str,
    by: impl Fn(&Captures<'_>) -> String,
) -> Cow<'t, str> {
    match LazyLock::force(pattern) {
        Some(pattern) => pattern.replace_all(text, by),
        None => Cow::Borrowed(WITHHELD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_as_a_secret_is_withheld() {
        let long = "Ab1/".repeat(30);
        for (text, shown) in [
            ("using password=hunter2 for it", "using password=‹withheld› for it"),
            ("{'api_key': 'k3y-7', 'id': 4}", "{'api_key': '‹withheld›', 'id': 4}"),
            ("LEDGER_TOKEN=abc", "LEDGER_TOKEN=‹withheld›"),
            ("Authorization: Bearer abcdef", "Authorization: Bearer ‹withheld›"),
            ("Set-Cookie: a=b; Path=/\nnext", "Set-Cookie: ‹withheld›\nnext"),
            ("got eyJhbGciOiJub25l.eyJzdWIiOiJtaXJh.c2ln here", "got ‹withheld› here"),
            (&format!("blob {long}=="), "blob ‹withheld›"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }

    #[test]
    fn what_tells_of_a_fault_stays() {
        for text in [
            "KeyError: 'password'",
            "unexpected token: comma",
            "File \"/opt/checks/token_rules.py\", line 12, in <module>",
            "the secret is no list",
        ] {
            assert_eq!(without_secrets(text), text);
        }
    }
}
