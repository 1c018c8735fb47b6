//! Short values under names that tell nothing: parameters of addresses that are keys by their looks.
//!
//! What a server hands out, or a person types, may have any name: [`issued`](super::issued) says what is told from a key.

use super::issued::{has_sign, is_issued, is_mixed, is_public, tells_nothing};
use super::lexicon::canonical;
use super::prose;
use crate::mask;
use crate::redact::takes_turns;
use crate::secrets::places;
use std::ops::Range;

/// Longest value as an address has it, in its encoding.
const LONGEST: usize = 400;
/// Longest name of a parameter, in its encoding.
const LONGEST_NAME: usize = 128;

/// Where values stand in a text that are keys by their looks, under names in an address that tell nothing.
pub(super) fn parameters(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Where the address begins, and where the piece of its query.
    let (mut begins, mut piece) = (0, None);
    // It has a path, a host or a scheme, and is nothing that a script compares.
    let mut addressed = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'?' | b'#' => {
                if let Some(start) = piece {
                    pair(text, start..at, &mut found);
                }
                let open = piece.is_some() || addressed || begins == at;
                piece = open.then_some(at + 1);
            }
            b'&' | b';' | b',' | b'|' => {
                if let Some(start) = piece {
                    pair(text, start..at, &mut found);
                    piece = Some(at + 1);
                }
            }
            b'"'
            | b'\''
            | b'<'
            | b'>'
            | b'('
            | b')'
            | b'{'
            | b'}'
            | b'\\'
            | b'`'
            | b'\0'..=b' ' => {
                if let Some(start) = piece.take() {
                    pair(text, start..at, &mut found);
                }
                begins = at + 1;
                addressed = false;
            }
            b'/' | b'.' | b':' => addressed = true,
            _ => {}
        }
    }
    if let Some(start) = piece {
        pair(text, start..text.len(), &mut found);
    }
    if !found.is_empty() {
        // A mark of ours may have signs of an address in it, as what it stands for had.
        let own = mask::all_own(text);
        found.retain(|value| {
            let before = own.partition_point(|mark| mark.end <= value.start);
            own.get(before).is_none_or(|mark| mark.start >= value.end)
        });
    }
    found
}

fn pair(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(piece) = text.get(range.clone()).filter(|piece| piece.len() <= LONGEST) else {
        return;
    };
    let Some((name, value)) = piece.split_once('=') else {
        lone(text, range, found);
        return;
    };
    if name.is_empty() || name.len() > LONGEST_NAME {
        return;
    }
    // What is encoded below another name has its blanks decoded with its sign.
    if value.contains("%20") || value.contains("%2520") || value.contains('+') {
        phrase(range.end - value.len(), name, value, found);
    }
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
    if is_issued(name, &decoded) {
        found.push(range.end - value.len()..range.end);
    }
}

/// A piece of an address with neither name nor value.
fn lone(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let piece = text.get(range.clone()).unwrap_or_default();
    let before = text.as_bytes().get(..range.start).unwrap_or_default();
    let (sign, at) = (before.last(), before.len().saturating_sub(2));
    let opens =
        matches!(sign, Some(b'?' | b'#')) && before.get(at).is_some_and(|byte| *byte != b'&');
    let decoded = percent_encoding::percent_decode_str(piece).decode_utf8_lossy();
    // Views and headings of pages are words that are numbered; algorithms have hyphens: `#rsa-oaep-mgf1p`.
    let alone = takes_turns(&decoded);
    let mixed = is_mixed(&decoded) && (has_sign(&decoded) || alone);
    if opens && mixed && !decoded.contains([':', '.']) && !is_public(&decoded) {
        found.push(range);
    }
}

/// Words that make no sentence behind the last sign of a value: `ru=%2Fx%3Ft%3Dkrtz%20wqpl%20bnmv`.
fn phrase(start: usize, name: &str, value: &str, found: &mut Vec<Range<usize>>) {
    let signs = ["%3D", "%3d", "%253D", "%253d"].into_iter();
    let (at, length) =
        signs.filter_map(|sign| Some((value.rfind(sign)?, sign.len()))).max().unwrap_or_default();
    let named = value.get(..at).filter(|_| length > 0).map_or(name, |before| {
        before
            .rsplit(|character: char| !(character.is_alphanumeric() || "_-.".contains(character)))
            .next()
            .unwrap_or_default()
    });
    // Before the letters of a name may stand what is left of an encoded sign: `3Ft`, `26token`.
    let named = ["2526", "253F", "253f", "26", "3F", "3f"]
        .into_iter()
        .find_map(|sign| named.strip_prefix(sign))
        .unwrap_or(named);
    let Some(words) = value.get(at + length..) else { return };
    let decoded = canonical(&words.replace('+', " "));
    let told = places::named(named).is_secret() && !places::states_a_reason(named);
    if prose::is_passphrase(&decoded) && (told || tells_nothing(named)) {
        found.push(start + at + length..start + value.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_keys_are_found_whatever_they_are_called() {
        for name in [
            "link",
            "salt",
            "Key-Pair-Id",
            "cjevent",
            "samlds",
            "парола",
            "%D0%BF%D0%B0%D1%80",
            "x17",
        ] {
            for value in ["ktf!73", "k7r2v", "mwxmr!39", "Zk4rTqWb9", "hunter2", "abc*def"] {
                let text = format!("https://a.example/x?page=2&{name}={value}&y=1#z");
                let values: Vec<&str> =
                    parameters(&text).into_iter().map(|range| &text[range]).collect();
                assert_eq!(values, [value], "{text}");
            }
        }
        for (text, value) in [
            ("?sv=k7r2v9q", "k7r2v9q"),
            ("/x#/view?sv=k7r2v9q", "k7r2v9q"),
            ("see https://a.example/#sv=mwx%2139 and", "mwx%2139"),
            ("<a href=\"/x?a=1&amp;sv=k7r2v9q\">", "k7r2v9q"),
            ("https://a.example/?a=1;sv=k7r2v9q", "k7r2v9q"),
            ("https://a.example/x#mwx%2139", "mwx%2139"),
            ("/x?u=%2Fy%3Ft%3Dkrtzw%20wqplm%20bnmvc", "krtzw%20wqplm%20bnmvc"),
            ("mailto:a@b.example?body=token%3Dkrtzw%20wqplm%20bnmvc", "krtzw%20wqplm%20bnmvc"),
        ] {
            let values: Vec<&str> =
                parameters(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(values, [value], "{text}");
        }
    }

    #[test]
    fn marks_and_other_pieces_stay() {
        let mark = mask::make("9f86d081884c7d659a2f?code_x=mwx!39", true, b"salt", 0);
        assert!(parameters(&format!("https://a.example/#!token:{mark}")).is_empty(), "{mark}");
        for text in [
            "https://a.example/x#section2",
            "/x?wsdl",
            "/x#/error/403",
            "a.b?c1d2e3:f",
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        ] {
            assert!(parameters(text).is_empty(), "{text}");
        }
        for text in ["var a=b?c&d=e1f2g3:h", "charset=k7r2v9q", "max-age=k7r2v9q; x=k7r2v9q"] {
            assert!(parameters(text).is_empty(), "{text}");
        }
    }
}
