//! Passwords in the strings that programs connect to databases with: `Server=db;Uid=sa;Pwd=two words;Encrypt=yes`. No
//! quotes stand around a value there, and it goes on to the next semicolon.

use super::words::goes_on;
use crate::beginning;
use std::ops::Range;

/// Names of a password in such a string.
const NAMES: &[&str] = &["pwd", "password", "passwd", "passphrase"];
/// Names of which one stands in every such string.
const OTHERS: &[&str] = &[
    "server=",
    "data source=",
    "datasource=",
    "driver=",
    "dsn=",
    "uid=",
    "user id=",
    "userid=",
    "username=",
    "user=",
    "host=",
    "provider=",
    "database=",
    "dbname=",
    "initial catalog=",
    "endpoint=",
    "address=",
];
/// Longest value, and how far around it the others are looked for.
const LONGEST: usize = 200;
const AROUND: usize = 300;
/// Longest name of another.
const LONGEST_NAME: usize = 40;

/// Where such passwords stand in a text.
pub fn connection(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for sign in memchr::memchr_iter(b'=', text.as_bytes()) {
        if found.last().is_some_and(|last| sign < last.end) {
            continue;
        }
        let before = text.get(..sign).unwrap_or_default().trim_end_matches(' ');
        let is_one = |known: &&&str| {
            let at = before.len().checked_sub(known.len());
            let name = at.and_then(|at| before.get(at..));
            name.is_some_and(|name| name.eq_ignore_ascii_case(known))
        };
        let Some(name) = NAMES.iter().find(is_one) else { continue };
        let before = before.get(..before.len() - name.len()).unwrap_or_default();
        if before.ends_with(|letter: char| letter.is_alphanumeric() || "_-.%?&".contains(letter)) {
            continue;
        }
        let start = sign + 1;
        let Some(value) = value(text, start) else { continue };
        let opened =
            before.trim_end().ends_with(';') && speaks_of_others(beginning::end(before, AROUND));
        let behind = text.get(value.end..).unwrap_or_default();
        if opened
            || behind.starts_with([';', '}']) && speaks_of_others(beginning::of(behind, AROUND))
        {
            found.push(value);
        }
    }
    found
}

fn speaks_of_others(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    OTHERS.iter().any(|name| lower.contains(name))
}

fn value(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = beginning::of(text.get(start..)?, LONGEST);
    let quoted = match rest.chars().next()? {
        quote @ ('"' | '\'') => Some(quote),
        '{' => Some('}'),
        _ => None,
    };
    if let Some(end) = quoted {
        let inner = rest.get(1..)?;
        let length = inner.find(end).unwrap_or(inner.len());
        return (length > 0).then_some(start + 1..start + 1 + length);
    }
    let stops = rest.find(['"', '\'', '<', '\r', '\n', '\\']).unwrap_or(rest.len());
    let stop =
        ["&quot;", "&#", "&lt;"].iter().filter_map(|end| rest.find(end)).fold(stops, usize::min);
    let line = rest.get(..stop)?;
    let length = match line.find(';') {
        Some(end) if line.get(end + 1..).is_some_and(|behind| ends(behind, rest.len() == stop)) => {
            end
        }
        Some(end) => words(line.get(..end)?),
        None => words(line),
    };
    (length > 0).then_some(start..start + length)
}

/// Behind a semicolon the string ends, or another pair stands.
fn ends(behind: &str, cut: bool) -> bool {
    let behind = behind.trim_start();
    let name = behind.split('=').next().unwrap_or_default();
    behind.is_empty()
        || cut
        || name.len() < behind.len()
            && name.len() <= LONGEST_NAME
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-".contains(&byte))
}

/// Where no semicolon ends it, words that go on with the sentence do.
fn words(line: &str) -> usize {
    let mut end = 0;
    let mut at = 0;
    for word in line.split(' ') {
        let bare = word.trim_end_matches(['.', ',', ')', ':']);
        let spoken = bare.to_lowercase();
        if end > 0 && (bare.is_empty() || diag_products::is_word(&spoken) || goes_on(bare)) {
            break;
        }
        end = at + bare.len();
        if bare.len() < word.len() {
            break;
        }
        at += word.len() + 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        connection(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_value_goes_on_to_the_next_semicolon() {
        for (text, value) in [
            ("Driver={SQL Server};Server=db;Uid=sa;Pwd=kzq wvx;Encrypt=yes", "kzq wvx"),
            ("Server=db; User Id=sa; Password = kzq=wvx 12;", " kzq=wvx 12"),
            ("cannot open 'Data Source=db;User ID=sa;PASSWORD=kzq wvx' now", "kzq wvx"),
            ("<p>Uid=sa;Pwd=kzq wvx</p>", "kzq wvx"),
            ("Uid=sa;Pwd=kzqw wvxq is not allowed to do so", "kzqw wvxq"),
            ("Password=kzq wvx;Server=db", "kzq wvx"),
            ("Server=db;Pwd={k;z q};Port=1", "k;z q"),
            ("Server=db;Pwd='k;z q';Port=1", "k;z q"),
        ] {
            assert_eq!(found(text), [value], "{text}");
        }
    }

    #[test]
    fn other_pairs_are_none() {
        for text in [
            "https://a.example/x?a=1;password=kzq",
            "Path=/;password=kzq wvx",
            "user=ann&password=kzq",
            "Server=db;AppPassword=x",
            "the password = what you know; it is yours",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn what_is_looked_at_is_bounded() {
        assert!(found(&"pwd=".repeat(60_000)).is_empty());
        assert_eq!(found(&format!("uid=a;pwd={}", "é".repeat(60_000))).len(), 1);
    }
}
