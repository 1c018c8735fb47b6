//! Values in quotes or elements under the name of a secret.

use super::label::CODES;
use crate::secrets::places;
use std::ops::Range;

/// Longer values are not quoted in sentences.
pub(super) const LONGEST_QUOTED: usize = 4_000;
/// `code=401`, `state:failed`: what is stated is short.
pub(super) const LONGEST_CODE: usize = 8;

/// Values in quotes or elements that stand under the name of a secret, whatever blanks they hold: `"password": "a b c"`,
/// `secret='a b'`, `<Password>a b</Password>`.
pub fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut tag = None;
    for (mark, sign) in text.match_indices(['<', ':', '=', '>']) {
        if sign == "<" {
            tag = Some(mark + 1);
        }
        if mark < at || sign == "<" {
            continue;
        }
        let before = &text[at..mark];
        let behind = &text[mark + 1..];
        let value = if sign == ">" {
            // A tag closes once.
            let tag = tag.take().filter(|open| *open > at).map_or("", |open| &text[open..mark]);
            let name = tag.split_whitespace().next().unwrap_or_default();
            let named = !name.is_empty() && !name.starts_with(['/', '?', '!']);
            named.then(|| behind.find('<')).flatten().map(|end| {
                (name.rsplit(':').next().unwrap_or_default(), (mark + 1, &behind[..end]))
            })
        } else {
            let name = before.trim_end().trim_end_matches(['"', '\'', '\\', ']']);
            let name = name
                .rsplit(|character: char| {
                    !(character.is_alphanumeric() || "_-.".contains(character))
                })
                .next()
                .unwrap_or_default();
            let start = mark + 1 + (behind.len() - behind.trim_start_matches([' ', '\\']).len());
            let quoted = text[start..].chars().next().filter(|quote| "\"'".contains(*quote));
            // What stands in JSON within JSON begins and ends with a quote behind backslashes.
            let escaped = text[..start].ends_with('\\');
            quoted.and_then(|quote| {
                let value = &text[start + 1..][..text[start + 1..].find(quote)?];
                let value = if escaped { value.trim_end_matches('\\') } else { value };
                Some((name, (start + 1, value)))
            })
        };
        let Some((name, (start, value))) = value else { continue };
        let is_code = CODES.contains(&name.to_lowercase().as_str()) && value.len() <= LONGEST_CODE;
        if value.trim().is_empty()
            || value.len() > LONGEST_QUOTED
            || is_code
            || name.is_empty()
            || !places::named(name).is_secret()
        {
            continue;
        }
        at = start + value.len();
        found.push(start..at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn the_backslash_before_the_closing_quote_is_none_of_the_value() {
        let text = r#"{"message": "{\"user\": \"mira\", \"password\": \"Walnut4171\"}"}"#;
        let found: Vec<&str> = quoted(text).into_iter().map(|at| &text[at]).collect();
        assert_eq!(found, ["Walnut4171"]);
    }
}
