//! Tokens that no name tells: alone in a query, as the name of a parameter, a cookie or a member, as a segment of a path,
//! in a header, a title, a remark or the words of a page. They are known by being random, which no word, number, address
//! or name of a product is.
//!
//! In messages and other XML only what somebody writes freely is looked through: ids, digests and keys have their places
//! there, and are what is diagnosed.

use super::folded;
use super::layers;
use super::names;
use super::opaque;
use super::tags;
use crate::mask;
use crate::redact;
use crate::saml::xml::{local_name, root_name};
use std::ops::Range;

/// Letters and digits from which a run is told from a word.
const SHORTEST: usize = 16;
/// The same for a segment of a path, which is more often the name of something.
const SHORTEST_SEGMENT: usize = 20;
/// Of letters that change their kind, one in so many.
const ONE_CHANGE_IN: usize = 5;
/// The same where no digit is among them: `AspNetCore` is a name.
const ONE_CAPITAL_IN: usize = 3;
/// Letters and digits without a vowel that no name in capitals has in a row.
const MOST_CONSONANTS: usize = 7;
/// Fewest such changes.
const FEWEST_CHANGES: usize = 4;
/// How far before a run a word is looked for that says it is public.
const BEFORE: usize = 40;
/// Longest prefix of a name of an element.
const LONGEST_PREFIX: usize = 64;
/// Elements of messages that hold what somebody writes.
const FREE: &[&str] = &["StatusMessage", "StatusDetail", "Extensions"];

/// Attributes of messages that hold ids, names of what is asserted, or addresses that are compared. Whatever else stands in
/// one may be chosen freely.
const KNOWN_ATTRIBUTES: &[&str] = &[
    "ID",
    "Id",
    "id",
    "AssertionID",
    "ResponseID",
    "RequestID",
    "InResponseTo",
    "URI",
    "Name",
    "FriendlyName",
    "NameFormat",
    "Format",
    "NameQualifier",
    "SPNameQualifier",
    "Algorithm",
    "Destination",
    "Recipient",
    "AssertionConsumerServiceURL",
    "Location",
    "ResponseLocation",
    "schemaLocation",
    "type",
    "SessionIndex",
];

/// Where tokens stand in a text that nothing around them names.
pub(super) fn strays(text: &str) -> Vec<Range<usize>> {
    let mut found = everywhere(text);
    found.extend(redact::branded(text));
    found.extend(redact::grouped(text));
    found.sort_by_key(|stray| (stray.start, stray.end));
    found.dedup();
    if !found.is_empty() {
        // A piece of a mark of ours is as random as what it stands for.
        let own = mask::all_own(text);
        found.retain(|stray| {
            let before = own.partition_point(|mark| mark.end <= stray.start);
            own.get(before).is_none_or(|mark| mark.start >= stray.end)
        });
    }
    found
}

fn everywhere(text: &str) -> Vec<Range<usize>> {
    if !opaque::begins_as_markup(text) {
        return words(text, 0..text.len(), false);
    }
    match root_name(text).map(local_name) {
        Some(root) if root.eq_ignore_ascii_case("html") => words(text, 0..text.len(), false),
        Some("EntityDescriptor" | "EntitiesDescriptor") => Vec::new(),
        Some(_) if is_xml(text) => {
            free(text).into_iter().flat_map(|range| words(text, range, true)).collect()
        }
        _ => words(text, 0..text.len(), false),
    }
}

/// XML of messages and settings, rather than a piece of a page.
fn is_xml(text: &str) -> bool {
    text.contains("xmlns") || text.trim_start().starts_with("<?xml")
}

/// What is written freely in XML: comments, and what a status says.
fn free(text: &str) -> Vec<Range<usize>> {
    let message = text.contains("urn:oasis:names:tc:SAML:");
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('<')).map(|open| at + open) {
        let rest = text.get(open..).unwrap_or_default();
        at = open + 1;
        let aside = [("<!--", "-->"), ("<?", "?>")];
        if let Some((begin, end)) = aside.into_iter().find(|(begin, _)| rest.starts_with(begin)) {
            let inner = open + begin.len();
            let closed = text.get(inner..).and_then(|inside| inside.find(end));
            at = closed.map_or(text.len(), |closed| inner + closed);
            if !rest.starts_with("<?xml ") {
                found.push(inner..at);
            }
            continue;
        }
        // The last tag of a piece of a message may be open.
        let next = memchr::memchr2(b'<', b'>', text.as_bytes().get(at..).unwrap_or_default());
        let end = next.map_or(text.len(), |end| at + end);
        let tag = text.get(at..end).unwrap_or_default();
        if message {
            let free = tags::attributes(tag).filter(|(name, _)| {
                !name.starts_with("xmlns") && !KNOWN_ATTRIBUTES.contains(&local_name(name))
            });
            found.extend(free.map(|(_, value)| at + value.start..at + value.end));
        }
        if text.as_bytes().get(end) != Some(&b'>') {
            continue;
        }
        let local = local_name(
            tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default(),
        );
        if !FREE.contains(&local) || tag.starts_with('/') || tag.ends_with('/') {
            continue;
        }
        let inner = end + 1;
        let ending = format!("{local}>");
        let end = text
            .get(inner..)
            .and_then(|rest| rest.find(&ending))
            .map_or(text.len(), |end| inner + end);
        found.push(inner..end);
        at = end;
    }
    found
}

/// Whether the tag closes an element, in which a local name begins at a place; nothing where no tag begins before it.
fn opens(text: &str, name: usize) -> Option<bool> {
    let before = text.as_bytes().get(name.saturating_sub(LONGEST_PREFIX)..name)?;
    let prefix = before.get(memchr::memrchr(b'<', before)? + 1..)?;
    let (closing, prefix) = prefix.strip_prefix(b"/").map_or((false, prefix), |rest| (true, rest));
    let named = prefix.split_last().is_none_or(|(sign, prefix)| {
        let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        *sign == b':' && prefix.iter().all(of_name)
    });
    named.then_some(closing)
}

/// Values of attributes whose name says that they are secret, in the assertions of a text: where each stands, by what name.
pub(super) fn attributes(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut name = "";
    let mut at = 0;
    while let Some(open) =
        text.get(at..).and_then(|rest| rest.find("Attribute")).map(|open| at + open)
    {
        at = open + 9;
        let Some(closing) = opens(text, open) else { continue };
        let Some(tag) = tags::closing(text, open).and_then(|close| text.get(open..close)) else {
            continue;
        };
        if let Some(rest) =
            tag.strip_prefix("AttributeValue").filter(|rest| !closing && !rest.ends_with('/'))
        {
            let start = open + "AttributeValue".len() + rest.len() + 1;
            let end = folded::end_of_text(text, start);
            if !name.is_empty() {
                found.push((name, start..end));
            }
            at = end.max(at);
        } else if tag.starts_with("Attribute ") && !closing {
            let named = ["Name", "FriendlyName"].into_iter().filter_map(|of| {
                let named = tag.get(tags::attribute(tag, of)?)?;
                Some(named.rsplit(['/', ':']).next().unwrap_or_default())
            });
            // The one that tells of a secret says what it is.
            let (mut first, mut telling) = (None, None);
            for one in named {
                first = first.or(Some(one));
                telling = telling.or(names::kind_of(one).map(|_| one));
            }
            name = telling.or(first).unwrap_or_default();
        }
    }
    found
}

/// Random words in a part of a text. `free`: it is a part of XML that somebody writes.
fn words(text: &str, part: Range<usize>, free: bool) -> Vec<Range<usize>> {
    let of_word = |byte: u8| byte.is_ascii_alphanumeric() || b"+/_-.~=".contains(&byte);
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = part.start;
    while at < part.end {
        if !bytes.get(at).is_some_and(|byte| of_word(*byte)) {
            at += 1;
            continue;
        }
        let length = bytes
            .get(at..part.end)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| of_word(**byte))
            .count();
        let word = text.get(at..at + length).unwrap_or_default();
        if length >= SHORTEST
            && !is_encoded(bytes, at, at + length)
            && !is_of_a_case(bytes, at, word)
        {
            // The name of an attribute of a message says nothing of what stands in it.
            let begins = free && at == part.start;
            each_name(text, at, word, (free, begins), &mut found);
        }
        at += length.max(1);
    }
    found
}

/// `#18.4b5c6d7e.1764493200.3f9b21e`: by such numbers support finds a refusal, and nobody gets in.
fn is_of_a_case(bytes: &[u8], start: usize, word: &str) -> bool {
    const LONGEST_GROUP: usize = 12;
    let group = |group: &str| {
        group.len() <= LONGEST_GROUP && group.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    start > 0
        && bytes.get(start - 1) == Some(&b'#')
        && word.contains('.')
        && word.trim_end_matches('.').split('.').all(group)
}

/// A character beside it is written in an encoding: what is decoded is looked through by itself.
fn is_encoded(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = bytes.get(..start).unwrap_or_default();
    let near = before.get(before.len().saturating_sub(8)..).unwrap_or_default();
    matches!(before.last(), Some(b'%' | b'\\'))
        || matches!(bytes.get(end), Some(b'%' | b'\\'))
        || before.last() == Some(&b';') && near.windows(2).any(|pair| pair == b"&#")
        || bytes.get(end..end + 2) == Some(b"&#")
}

/// A word may be `name=value`: of that only the name is nobody's, since the name tells of the value.
fn each_name(
    text: &str,
    start: usize,
    word: &str,
    (free, begins): (bool, bool),
    found: &mut Vec<Range<usize>>,
) {
    let body = word.trim_end_matches('=');
    let mut at = start;
    for (index, piece) in body.split('=').enumerate() {
        let padded = start + word.len() - (start + body.len());
        let last = at + piece.len() == start + body.len();
        let named = index > 0 || !begins && is_value(text, at);
        if (!named || piece.starts_with('/')) && !is_public(text, at, piece, free) {
            one(at, piece, if last { padded } else { 0 }, found);
        }
        at += piece.len() + 1;
    }
}

fn one(at: usize, piece: &str, padded: usize, found: &mut Vec<Range<usize>>) {
    let slash = piece.contains('/');
    // Of a token in three parts the signature goes, by its form.
    let begins = piece.split('.').next().unwrap_or_default();
    if mask::is_own(piece) || decodes(piece) || begins.starts_with("eyJ") && decodes(begins) {
        return;
    }
    if !piece.starts_with('/') && is_random_as_a_whole(piece) {
        found.push(at..at + piece.len() + padded);
        return;
    }
    // Of base64 with slashes no segment alone looks like more than a name.
    let whole = format!("{piece}{}", "=".repeat(padded));
    let across: Vec<Range<usize>> = redact::across_segments(&whole)
        .into_iter()
        .map(|token| at + token.start..at + token.end)
        .collect();
    found.extend(across.iter().cloned());
    let mut start = at;
    let last_slash = piece.rfind('/').map(|slash| at + slash);
    for segment in piece.split('/') {
        if across.iter().any(|token| token.contains(&start)) {
            start += segment.len() + 1;
            continue;
        }
        let host = start == at + 2 && piece.starts_with("//");
        // A file of a page, with the hash of its content in its name.
        let is_file = last_slash.is_some_and(|slash| start > slash)
            && segment.rsplit_once('.').is_some_and(|(_, end)| (1..=5).contains(&end.len()));
        if !host && !is_file {
            let shortest = if slash { SHORTEST_SEGMENT } else { SHORTEST };
            runs(segment, start, shortest, found);
        }
        start += segment.len() + 1;
    }
}

/// Runs of letters and digits, with the signs of base64 for addresses in them, that are random.
fn runs(segment: &str, start: usize, shortest: usize, found: &mut Vec<Range<usize>>) {
    if mask::is_own(segment) || opaque::is_guid(segment) || segment.starts_with("MII") {
        return;
    }
    let whole = segment.trim_matches(['.', '-', '_', '~']);
    let offset = segment.find(whole).unwrap_or_default();
    if whole.len() >= shortest
        && !whole.contains('.')
        && is_random_as_a_whole(whole)
        && !decodes(whole)
    {
        found.push(start + offset..start + offset + whole.len());
        return;
    }
    let mut at = start;
    for run in segment.split(['.', '-', '_', '~', '+']) {
        if run.len() >= shortest && is_random(run) && !decodes(run) {
            found.push(at..at + run.len());
        }
        at += run.len() + 1;
    }
}

/// Base64 of something readable: that is looked through by itself.
fn decodes(value: &str) -> bool {
    value.starts_with("MII")
        || layers::of(value).iter().any(|layer| layer.covers(value.trim_end_matches('=')))
}

/// Most of it is random, piece by piece.
fn is_random_as_a_whole(value: &str) -> bool {
    let all = value.bytes().filter(u8::is_ascii_alphanumeric).count();
    if all < SHORTEST || opaque::is_guid(value) || opaque::is_moment(value) {
        return false;
    }
    let random: usize = value
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|run| {
            changes(run) >= 2
                && changes(run) * if has_digit(run) { ONE_CHANGE_IN } else { ONE_CAPITAL_IN }
                    >= run.len()
        })
        .map(str::len)
        .sum();
    let changed: usize =
        value.split(|character: char| !character.is_ascii_alphanumeric()).map(changes).sum();
    random * 2 >= all && changed >= FEWEST_CHANGES
}

fn has_digit(run: &str) -> bool {
    run.bytes().any(|byte| byte.is_ascii_digit())
}

/// Letters and digits that take turns as in no word, or as many digits as no number has.
pub(super) fn is_random(run: &str) -> bool {
    let changes = changes(run);
    run.len() >= SHORTEST
        && (changes >= FEWEST_CHANGES && changes * ONE_CHANGE_IN >= run.len()
            || run.bytes().all(|byte| byte.is_ascii_digit())
            || is_base32(run))
}

/// Capitals and few digits without a vowel for longer than in any word: `AKIA…`, the secret of an app for codes.
fn is_base32(run: &str) -> bool {
    let of_base32 = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
    run.len() >= SHORTEST
        && run.bytes().all(of_base32)
        && has_digit(run)
        && run.split(['A', 'E', 'I', 'O', 'U']).any(|part| part.len() >= MOST_CONSONANTS)
}

/// How often a character is of another kind than the one before: a word may begin with a capital.
fn changes(run: &str) -> usize {
    let kind =
        |byte: u8| if byte.is_ascii_digit() { 0 } else { 1 + u8::from(byte.is_ascii_uppercase()) };
    let pairs = run.as_bytes().windows(2);
    pairs.filter(|pair| matches!(pair, [left, right] if kind(*left) != kind(*right) && !(kind(*left) == 2 && kind(*right) == 1))).count()
}

/// `name=`, `name: "` stand before it.
fn is_value(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let unquoted = before.strip_suffix(['"', '\'']).unwrap_or(before).trim_end_matches(' ');
    let Some(name) = unquoted.strip_suffix(['=', ':']) else { return false };
    // `:` ends the name of a member; in words it ends what announces a value, which may be of any kind.
    unquoted.ends_with('=') && name.ends_with(|c: char| c.is_alphanumeric() || "_-]\"'".contains(c))
        || unquoted.ends_with(':') && name.ends_with(['"', '\''])
}

/// A word before it, or the element around it, says that everybody may know it.
fn is_public(text: &str, at: usize, piece: &str, free: bool) -> bool {
    const SAYING: &[&str] = &[
        "thumbprint",
        "fingerprint",
        "sha1",
        "sha-1",
        "sha256",
        "sha-256",
        "x5t",
        "digest",
        "kid",
        "serial",
    ];
    let before = text.get(..at).unwrap_or_default();
    let start = before.char_indices().rev().take(BEFORE).last().map_or(0, |(start, _)| start);
    let near = before.get(start..).unwrap_or_default().to_ascii_lowercase();
    if SAYING.iter().any(|word| near.contains(word)) {
        return true;
    }
    // An element of XML with a prefix: ids, digests and keys of messages that stand within a text.
    let after =
        text.get(at + piece.len()..).unwrap_or_default().trim_start_matches('=').trim_start();
    let Some(name) = after.strip_prefix("</").and_then(|rest| rest.split('>').next()) else {
        return false;
    };
    !free
        && before.trim_end().ends_with('>')
        && name.contains(':')
        && !FREE.contains(&local_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        strays(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn names_of_capitals_are_no_random_words() {
        assert_eq!(found(".AspNetCore.Correlation.0Kq9zLdNabcDEF0"), Vec::<&str>::new());
        assert_eq!(found(".AspNetCore.Correlation.0Kq9zLdNabcDEF01rT"), ["0Kq9zLdNabcDEF01rT"]);
        assert_eq!(found("key AKIA5RFQUKTCYDQBVQYH"), ["AKIA5RFQUKTCYDQBVQYH"]);
        assert_eq!(
            found("MICROSOFTWINDOWS2000PROFESSIONAL SHA256WITHRSAENCRYPTION"),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn random_words_are_found_wherever_no_name_tells_of_them() {
        let hex = "033db6212f4e3841423e07ab294d4d7c";
        let base64 = "e/B79SWBpxipijDm7MWsSmtdjcMlwfHhWuX2ny7S9A6k";
        for text in [
            "?X",
            "a=1&X",
            "X=1",
            "#/reset/X",
            "#X",
            "s=1; Path=/X; HttpOnly",
            "X",
            "Apache/2.4 (X)",
            "Mozilla/5.0 X",
            "<html><title>X</title>",
            "<h1>Welcome X</h1>",
            "<html><!-- X -->",
            "0; url=https://x.example/?X",
            "<https://x.example/?X>; rel=next",
            "\"X\"",
            "{\"X\":1}",
            "the ticket is X",
            "https://x.example/t/X/y",
        ] {
            assert_eq!(found(&text.replace('X', hex)), [hex], "{text}");
        }
        let slashes = "Jq3x9TzLw/bV8nR2kY5/mD4sXc7Qa1/zH6gW3";
        for text in ["https://x.example/t/X/y", "/t/X", "#/reset/X", "s=1; Path=/X; HttpOnly"] {
            assert_eq!(found(&text.replace('X', slashes)), [slashes], "{text}");
        }
        for text in ["?X", "X=1", "X", "Apache (X)", "<h1>Welcome X</h1>", "{\"X\":1}"] {
            assert_eq!(found(&text.replace('X', base64)), [base64], "{text}");
        }
        let message = format!(
            "<r:Response xmlns:r=\"urn:x\" ID=\"_{hex}\"><!-- {hex} --><D>{hex}</D><r:StatusMessage>no {hex}</r:StatusMessage></r:Response>"
        );
        assert_eq!(found(&message), [hex, hex]);
        let message = format!(
            "<r:Response xmlns:r=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_{hex}\" Consent=\"urn:x:{base64}\" x:token='{hex}'>"
        );
        assert_eq!(found(&message), [base64, hex]);
        assert_eq!(found(message.trim_end_matches('>')), [base64, hex]);
    }

    #[test]
    fn words_numbers_addresses_and_what_is_public_are_none() {
        for text in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.6478.127 Safari/537.36",
            "application/x-www-form-urlencoded; charset=utf-8",
            "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2",
            "2026-11-24T10:00:00.000Z",
            "https://d-9067a1b2c3d4e5f6a7b8.awsapps.example/start",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "1732442280000",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            "net::ERR_HTTP2_PROTOCOL_ERROR",
            "sha256WithRSAEncryption",
            "signed with thumbprint 'AB12CD34EF56AB12CD34EF56AB12CD34EF56AB12'",
            "X-Qlik-Session-azure-prod-emea-2019",
            "name=033db6212f4e3841423e07ab294d4d7c",
            "?x=fZLLTsMwEEV%2FJfI033db6212f4e384142",
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn attributes_are_told_by_their_names() {
        let text = "<Attribute Name=\"http://x/claims/access_token\"><AttributeValue>ab</AttributeValue></Attribute><a:Attribute Name='b'><a:AttributeValue x='y'>c</a:AttributeValue></a:Attribute><Attribute FriendlyName=\"userPassword\" Name=\"urn:oid:1\"><AttributeValue>d</AttributeValue>";
        let all: Vec<(&str, &str)> =
            attributes(text).into_iter().map(|(name, range)| (name, &text[range])).collect();
        assert_eq!(all, [("access_token", "ab"), ("b", "c"), ("userPassword", "d")]);
    }
}
