//! The secret of an app for codes as pages show it to be typed: `jbsw y3dp ehpk 3pxp`, base32 in groups of four.

use std::ops::Range;

/// Characters of a group; fewest groups of a key, and digits in it.
const GROUP: usize = 4;
const FEWEST_GROUPS: usize = 4;
const FEWEST_DIGITS: usize = 2;

/// Where such keys stand in a text.
pub fn grouped(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    // A blank has a group on either side; whatever the first one is, the next is looked for from the end of what was read.
    while let Some(blank) =
        memchr::memchr(b' ', bytes.get(at..).unwrap_or_default()).map(|b| at + b)
    {
        at = blank + 1;
        let Some(start) = blank.checked_sub(GROUP).filter(|start| begins(bytes, *start)) else {
            continue;
        };
        let mut end = start;
        let mut groups = 0;
        while is_group(bytes.get(end..end + GROUP)) {
            groups += 1;
            end += GROUP;
            if bytes.get(end) != Some(&b' ') || !is_group(bytes.get(end + 1..end + 1 + GROUP)) {
                break;
            }
            end += 1;
        }
        let key = bytes.get(start..end).unwrap_or_default();
        let ended = bytes.get(end).is_none_or(|next| !next.is_ascii_alphanumeric());
        if groups >= FEWEST_GROUPS && ended && is_key(key) {
            found.push(start..end);
        }
        at = at.max(end);
    }
    found
}

fn begins(bytes: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    !before.is_some_and(u8::is_ascii_alphanumeric) && is_group(bytes.get(start..start + GROUP))
}

/// Letters and the digits of base32.
fn is_group(group: Option<&[u8]>) -> bool {
    group.is_some_and(|group| {
        group.iter().all(|byte| byte.is_ascii_alphabetic() || (b'2'..=b'7').contains(byte))
    })
}

/// One letter case, digits among the letters, and more letters than digits.
fn is_key(key: &[u8]) -> bool {
    let count = |sort: fn(&u8) -> bool| key.iter().filter(|byte| sort(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(u8::is_ascii_alphabetic);
    digits >= FEWEST_DIGITS
        && letters > digits
        && (count(u8::is_ascii_uppercase) == 0 || count(u8::is_ascii_lowercase) == 0)
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn keys_in_groups_of_four_are_found_and_words_are_none() {
        let found = |text: &str| {
            grouped(text).into_iter().map(|one| text[one].to_owned()).collect::<Vec<_>>()
        };
        for key in ["jbsw y3dp ehpk 3pxp", "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"] {
            assert_eq!(found(key), [key]);
            assert_eq!(found(&format!("<p>Enter this key: <b>{key}</b></p>")), [key]);
            assert_eq!(found(&format!("Your key {key}. Scan it")), [key]);
        }
        for text in [
            "they will make some more",
            "4242 4242 4242 4242",
            "jbsw y3dp ehpk",
            "page 2 of 34",
            "year 2024 year 2025 year 2026",
            "xjbsw y3dp ehpk 3pxpx",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
