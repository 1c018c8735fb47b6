//! Keys that pages show in groups: the secret of an app for codes, to be typed (`jbsw y3dp ehpk 3pxp`, base32 in groups of four), and
//! codes to get in again (`PDYY-QD6T-3W7B`).

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
    found.extend(hyphened(text));
    found.sort_by_key(|range| range.start);
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

/// `PDYY-QD6T-3W7B`: three groups of capitals and digits and more, all of one length, letters and digits among them.
fn hyphened(text: &str) -> impl Iterator<Item = Range<usize>> {
    const GROUPS: std::ops::RangeInclusive<usize> = 3..=8;
    const LENGTHS: std::ops::RangeInclusive<usize> = 4..=6;
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let hyphened = |word: &&str| word.contains('-') && word.len() <= 64;
    text.split(ends).filter(hyphened).filter_map(move |word| {
        let groups: Vec<&str> = word.split('-').collect();
        let length = groups.first()?.len();
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let alike = groups.iter().all(|group| group.len() == length && group.bytes().all(plain));
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let letters = word.bytes().filter(u8::is_ascii_uppercase).count();
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        (GROUPS.contains(&groups.len())
            && LENGTHS.contains(&length)
            && alike
            && digits >= FEWEST_DIGITS
            && letters > digits / 2)
            .then_some(start..start + word.len())
    })
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
        assert_eq!(
            found("1: PDYY-QD6T-3W7B 2: CG8D-XQNB-26R2"),
            ["PDYY-QD6T-3W7B", "CG8D-XQNB-26R2"]
        );
        for text in [
            "2026-1124-0958",
            "ABCD-EFGH-IJKL",
            "E1C0-6A",
            "8D1F3C52-6B0E-4F7A-9C3D-2E5A71B4C690",
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
