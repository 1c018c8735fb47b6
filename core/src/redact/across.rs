//! Base64 in a path: its slashes part it into segments of which none alone looks like more than a name.

use std::ops::Range;

/// Letters and digits from which segments together are a token.
const SHORTEST: usize = 24;
/// Of ten of these, so many are of another kind than the one before: about five are, and of words one.
const CHANGES_IN_TEN: usize = 3;
/// The same within one segment that is long enough to be a word; of such segments half have it.
const ONE_CHANGE_IN: usize = 4;
/// Segments of that length may be words.
const SHORTEST_WORD: usize = 5;
/// Ids of applications come in pairs; three in a row that are that random are no names.
const FEWEST_SEGMENTS: usize = 3;
/// Two segments without a sign of base64 are a token where of twenty characters so many are of another kind.
const CHANGES_IN_TWENTY_OF_TWO: usize = 7;
/// Of so many long segments one may happen to look like a word.
const WORDS_AMONG: usize = 4;
/// Letters that a segment has on average: versions and short names are shorter.
const MEAN_SEGMENT: usize = 6;
/// Segments of one token: more are none.
const MOST_SEGMENTS: usize = 24;

/// Where in a path several segments are one token together.
pub fn across_segments(path: &str) -> Vec<Range<usize>> {
    if path.len() < SHORTEST || !path.contains('/') {
        return Vec::new();
    }
    let mut at = 0;
    let segments: Vec<Range<usize>> = path
        .split('/')
        .map(|segment| {
            let start = at;
            at += segment.len() + 1;
            start..start + segment.len()
        })
        .collect();
    let text = |range: &Range<usize>| path.get(range.clone()).unwrap_or_default();
    let mut found: Vec<Range<usize>> = Vec::new();
    for first in 0..segments.len() {
        let of_base64 = |segment: &&Range<usize>| is_of_base64(text(segment));
        let row = segments.iter().skip(first).take(MOST_SEGMENTS).take_while(of_base64).count();
        let token = (2..=row).rev().map(|count| &segments[first..first + count]).find(|window| {
            let pieces: Vec<&str> = window.iter().map(text).collect();
            is_token(&pieces)
        });
        let Some(window) = token else { continue };
        let (start, end) = (window[0].start, window.last().map_or(0, |last| last.end));
        // A name before it may make a token of the first of its pieces: the rest belongs to it all the same.
        match found.last_mut().filter(|before| before.end > start) {
            Some(before) => before.end = before.end.max(end),
            None => found.push(start..end),
        }
    }
    found
}

/// Letters, digits and plus signs, with padding behind them; two slashes may stand in a row.
fn is_of_base64(segment: &str) -> bool {
    segment.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
}

fn is_token(pieces: &[&str]) -> bool {
    let all: String = pieces.concat();
    let count = |sort: fn(&u8) -> bool| all.bytes().filter(sort).count();
    let last = pieces.len().saturating_sub(1);
    let padded_within = pieces.iter().take(last).any(|piece| piece.contains('='));
    let signed = all.contains('+') || all.ends_with('=');
    // Base64 comes in fours, of which the slashes are part; names come as they like.
    let in_fours = (all.len() + last).is_multiple_of(4);
    let changed = pieces.iter().map(|piece| changes(piece)).sum::<usize>();
    let is_edge = |piece: &&str| {
        let word =
            piece.len() >= SHORTEST_WORD || piece.bytes().all(|byte| byte.is_ascii_lowercase());
        changes(piece) > 0 || in_fours && !word
    };
    let long: Vec<&&str> = pieces.iter().filter(|piece| piece.len() >= SHORTEST_WORD).collect();
    let dense = long.iter().filter(|piece| changes(piece) * ONE_CHANGE_IN >= piece.len()).count();
    let words = long.iter().filter(|piece| changes(piece) == 0).count();
    let alone_enough = in_fours
        && changed * 20 >= all.len() * CHANGES_IN_TWENTY_OF_TWO
        && pieces.iter().all(|piece| changes(piece) > 0);
    let (mean, of_ten) = if in_fours {
        (MEAN_SEGMENT - 1, all.len() * CHANGES_IN_TEN * 5 / 6)
    } else {
        (MEAN_SEGMENT, all.len() * CHANGES_IN_TEN)
    };
    all.len() >= SHORTEST
        && all.len() >= pieces.len() * mean
        && (pieces.len() >= FEWEST_SEGMENTS || signed || alone_enough)
        && !padded_within
        && pieces.first().is_some_and(is_edge)
        && pieces.last().is_some_and(is_edge)
        && (words == 0 || in_fours && words * WORDS_AMONG <= long.len())
        && dense * 2 >= long.len()
        && count(u8::is_ascii_uppercase) >= 3
        && count(u8::is_ascii_lowercase) >= 3
        && count(u8::is_ascii_digit) >= 1
        && changed * 10 >= of_ten
}

/// How often a character is of another kind than the one before: a word may begin with a capital.
fn changes(piece: &str) -> usize {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    };
    let pairs = piece.as_bytes().windows(2);
    let changed = |pair: &&[u8]| {
        let (left, right) = (kind(pair[0]), kind(pair[1]));
        left != right && (left, right) != (1, 2)
    };
    pairs.filter(changed).count()
}

#[cfg(test)]
mod tests {
    use super::across_segments;

    #[test]
    fn segments_together_are_a_token_and_names_are_none() {
        for token in [
            "2UZ45d+FM/ODv3y1qCC/Qygntgz26/dTEzEpxJmg",
            "Fvw5+4e6y/okrvbQpmc/6OKLpXspb/qY2AE1LUGi",
            "ha4wThZLD/eXVgVHYPL/nfFNlvaNz/Gm5LGPt3zx",
        ] {
            assert_eq!(across_segments(token).len(), 1, "{token}");
        }
        // Too few segments, a segment that looks like a word, edges without a change: it comes in fours.
        for token in [
            "aB3dE5gH7jK9mN1/Q3sT5vX7zB9dF1gH",
            "Jq3x9TzLw/qwert/bV8nR2kY5/mD4sXc7Qa1zH6g",
            "AB/Jq3x9TzLwbV8nR2kY5mD4sXc7/Qa1/zH6gW3b",
        ] {
            let path = format!("/app/{token}/index.html");
            let found: Vec<&str> =
                across_segments(&path).into_iter().map(|range| &path[range]).collect();
            assert_eq!(found, [token], "{path}");
        }
        let token = "Jq3x9TzLw/bV8nR2kY5/mD4sXc7Qa1/zH6gW3";
        for path in [
            format!("/x/{token}"),
            format!("https://r.example/x/{token}/index.html"),
            token.to_owned(),
        ] {
            let found: Vec<&str> =
                across_segments(&path).into_iter().map(|range| &path[range]).collect();
            assert_eq!(found, [token], "{path}");
        }
        let padded = "aB3dE5gH7jK9mN1/Q3sT5vX7zB9d+F1g==";
        assert_eq!(across_segments(&format!("/x/{padded}")).len(), 1);
        for path in [
            "/app/exk1fcia6d6EMsf331d8/sso/saml",
            "/home/oidc_client/0oa1b2c3D4e5F6g7H8i9/aln177a159h7Zf52X0g8",
            "/8d1f0a1e-9a53-4c39-8b63-5d1c0a2f7e11/saml2",
            "/Content/Scripts/AppMain/Release2026/Build17/SignIn/Index",
            "/XMLDSig/2000/09/SOAP12/WSDL20/SAML2/ACS",
            "/simplesaml/module.php/saml/sp/saml2-acs.php/default-sp",
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp",
            "/eu1/B2B/Qlik2Go/V12b/API3/ODataV4/SAML2",
            "2026/11/24T10/Q3/B2B/V2/A1/C3",
            "",
        ] {
            assert!(across_segments(path).is_empty(), "{path}: {:?}", across_segments(path));
        }
    }
}
