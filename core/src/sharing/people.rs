//! Where people, objects and hosts are named: collected only where names are asked to go, and replaced there in any case,
//! however short a name is.

use super::Options;
use super::deep::every_layer;
use super::kind::Kind;
use super::lexicon::canonical;
use super::names;
use super::opaque::{self, is_guid, is_moment};
use super::places::{self, Place};
use super::words::Gathered;
use crate::mask;
use serde_json::Value;
use std::ops::Range;

/// Longest text that is a name.
const LONGEST: usize = 200;
/// Elements of messages whose text names a person.
const NAMING: &[&str] = &["NameID", "NameIdentifier"];

/// A text that names somebody, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) range: Range<usize>,
    /// What stands there names somebody, also where it is a common word.
    surely: bool,
}

/// Collects from a document of JSON.
pub(super) fn json(gathered: &mut Gathered, value: &mut Value, options: Options) {
    if !options.identities && !options.hosts {
        return;
    }
    places::each(value, &mut |value, place, _| {
        if options.identities && place == Place::Person {
            name(gathered, value, true);
        }
        text(gathered, value, options);
    });
}

/// Collects from a text.
pub(super) fn text(gathered: &mut Gathered, text: &str, options: Options) {
    if !options.identities && !options.hosts {
        return;
    }
    every_layer(text, &mut |layer| {
        if options.identities {
            for one in places(layer) {
                name(gathered, layer.get(one.range).unwrap_or_default(), one.surely);
            }
            for word in ids(layer) {
                gathered.add(word, Kind::Object, true);
            }
        }
        if options.hosts {
            hosts(gathered, layer);
        }
    });
}

fn name(gathered: &mut Gathered, value: &str, surely: bool) {
    let value = canonical(value);
    for range in words(&value) {
        let word = value.get(range).unwrap_or_default();
        gathered.add(word, if is_guid(word) { Kind::Object } else { Kind::Person }, surely);
    }
}

/// The words of a name: ids as a whole, else runs of letters and digits. Addresses of pages and moments are no names.
pub(super) fn words(value: &str) -> Vec<Range<usize>> {
    let trimmed = value.trim();
    if trimmed.len() > LONGEST
        || trimmed.contains("://")
        || trimmed.starts_with("urn:")
        || is_moment(trimmed)
        || is_plain_value(trimmed)
        || mask::is_mark(trimmed)
    {
        return Vec::new();
    }
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(start) =
        value.get(at..).and_then(|rest| rest.find(char::is_alphanumeric)).map(|found| at + found)
    {
        let rest = value.get(start..).unwrap_or_default();
        let length = match rest.get(..36).filter(|id| is_guid(id)) {
            Some(id) => id.len(),
            None => rest.find(|character: char| !character.is_alphanumeric()).unwrap_or(rest.len()),
        };
        // The domain of an address is a host's name, not a person's.
        if value.get(..start).is_some_and(|before| before.ends_with('@')) {
            let domain = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'))
                .unwrap_or(rest.len());
            at = start + domain.max(length);
            continue;
        }
        all.push(start..start + length);
        at = start + length;
    }
    // The mark of a value that had blanks in it is made of no names.
    let own = mask::all_own(value);
    all.retain(|word| {
        let before = own.partition_point(|mark| mark.end < word.end);
        own.get(before).is_none_or(|mark| word.start < mark.start)
    });
    all
}

fn is_plain_value(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "null" | "none" | "0" | "1"
    )
}

/// Where a text names people: in elements of messages, addresses of mail, parameters and data of scripts.
pub(super) fn places(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    addresses(text, &mut found);
    if memchr::memchr(b'<', text.as_bytes()).is_some() {
        elements(text, &mut found);
    }
    if memchr::memchr(b'=', text.as_bytes()).is_some() {
        parameters(text, &mut found);
    }
    if memchr::memchr(b'"', text.as_bytes()).is_some() {
        members(text, &mut found);
    }
    found
}

/// `ann.smith@contoso.example`
fn addresses(text: &str, found: &mut Vec<Named>) {
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        let local = |character: char| character.is_alphanumeric() || "._+-'".contains(character);
        let before = text.get(..at).unwrap_or_default();
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, character)| local(*character))
            .last()
            .map_or(at, |(start, _)| start);
        let rest = text.get(at + 1..).unwrap_or_default();
        let domain = rest
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
            .next()
            .unwrap_or_default();
        if domain.contains('.') && start < at {
            found.push(Named { range: start..at, surely: true });
        }
    }
}

/// `NameID` and values of attributes.
fn elements(text: &str, found: &mut Vec<Named>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut of_person = false;
    while let Some(open) =
        memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()).map(|open| at + open)
    {
        at = open + 1;
        let Some(close) =
            memchr::memchr(b'>', bytes.get(at..).unwrap_or_default()).map(|close| at + close)
        else {
            return;
        };
        let tag = text.get(at..close).unwrap_or_default();
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        let naming = NAMING.contains(&local);
        if local == "Attribute" {
            let named = tag
                .split_once("Name=")
                .and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next())
                .unwrap_or_default();
            of_person = names::names_a_person(named.rsplit(['/', ':']).next().unwrap_or_default());
        }
        if (naming || local == "AttributeValue") && !name.is_empty() && !tag.ends_with('/') {
            let end = memchr::memchr(b'<', bytes.get(close..).unwrap_or_default())
                .map_or(bytes.len(), |end| close + end);
            found.push(Named { range: close + 1..end, surely: naming || of_person });
        }
    }
}

/// `login=ann`
fn parameters(text: &str, found: &mut Vec<Named>) {
    let mut at = 0;
    for pair in text.split(['&', '?', '#']) {
        if let Some((name, value)) = pair.split_once('=')
            && names::names_a_person(name)
            && value.len() <= LONGEST
            && !value.contains(['<', '"', '%', ' '])
        {
            found.push(Named { range: at + name.len() + 1..at + pair.len(), surely: true });
        }
        at += pair.len() + 1;
    }
}

/// `"upn": "ann"`, in scripts of pages and in data.
fn members(text: &str, found: &mut Vec<Named>) {
    for sign in memchr::memmem::find_iter(text.as_bytes(), b"\":") {
        let name = text.get(..sign).unwrap_or_default().rsplit('"').next().unwrap_or_default();
        if name.len() > 40 || !names::surely_names_a_person(name) {
            continue;
        }
        let rest = text.get(sign + 2..).unwrap_or_default();
        let value = rest.trim_start();
        let Some(inner) = value.strip_prefix('"') else { continue };
        let Some(length) = inner.find('"').filter(|length| *length <= LONGEST) else { continue };
        let start = text.len() - inner.len();
        if !inner.get(..length).unwrap_or_default().contains(['<', '{', '\\', '%']) {
            found.push(Named { range: start..start + length, surely: true });
        }
    }
}

/// Ids of directories, objects and requests.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_ascii_hexdigit() || character == '-'))
        .filter(|word| is_guid(word))
}

fn hosts(gathered: &mut Gathered, text: &str) {
    let names = memchr::memmem::find_iter(text.as_bytes(), b"://")
        .map(|at| at + 3)
        .chain(memchr::memchr_iter(b'@', text.as_bytes()).map(|at| at + 1));
    for at in names {
        let rest = text.get(at..).unwrap_or_default();
        let host = rest
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
            .next()
            .unwrap_or_default();
        host_of(gathered, host);
    }
    // A header, or the name of an entity; not of a file.
    let (whole, port) = text.split_once(':').unwrap_or((text, ""));
    let labels = whole.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let ending = whole.rsplit('.').next().unwrap_or_default();
    let is_file =
        ["js", "css", "html", "htm", "json", "xml", "png", "gif", "php", "aspx", "jsp", "map"]
            .contains(&ending);
    if labels
        && !is_file
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && (whole.matches('.').count() > 1 || !port.is_empty())
    {
        host_of(gathered, whole);
    }
}

/// Each label but the last, where it is no word that many have.
fn host_of(gathered: &mut Gathered, host: &str) {
    let host = host.trim_end_matches('.');
    // A token in three parts, or what is left of one, has dots, too.
    if opaque::jwt_signature(host).is_some() || !mask::all_own(host).is_empty() {
        return;
    }
    let Some((own, last)) = host.rsplit_once('.') else { return };
    if last.len() < 2 || !last.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return;
    }
    for label in own.split('.').filter(|label| label.len() >= 4) {
        gathered.add(label, Kind::Host, false);
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine;
    use super::*;

    fn named(text: &str) -> Vec<&str> {
        places(text).into_iter().map(|one| &text[one.range]).collect()
    }

    #[test]
    fn people_are_named_in_elements_addresses_parameters_and_data() {
        let text = "<saml:NameID Format=\"x\">ann</saml:NameID><Attribute Name=\"http://x/claims/surname\"><AttributeValue>Page</AttributeValue>";
        assert_eq!(named(text), ["ann", "Page"]);
        assert_eq!(named("to ann.smith@contoso.example, or @home"), ["ann.smith"]);
        assert_eq!(named("https://a.example/?login=bo&page=2"), ["bo"]);
        assert_eq!(named("{\"upn\": \"bo\", \"title\":\"Sign in\"}"), ["bo"]);
    }

    #[test]
    fn names_are_words_and_domains_are_hosts() {
        let words = |text: &'static str| {
            words(text).into_iter().map(|range| &text[range]).collect::<Vec<_>>()
        };
        assert_eq!(words("CONTOSO\\ann.smith"), ["CONTOSO", "ann", "smith"]);
        assert_eq!(words(" ann@contoso.example "), ["ann"]);
        assert_eq!(
            words("x:c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2"),
            ["x", "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2"]
        );
        assert!(
            words("https://sts.example/").is_empty()
                && words("2026-11-24T10:00:00Z").is_empty()
                && words("true").is_empty()
        );
    }

    #[test]
    fn names_are_read_through_their_encoding() {
        let mut gathered = Gathered::default();
        name(&mut gathered, "ann.smith%40contoso.example", true);
        let names = gathered.settle(b"salt");
        assert_eq!(names.pairs().map(|(word, _)| word).collect::<Vec<_>>(), ["ann", "smith"]);
        let edits = engine::name(&names, "Ann.Smith%40contoso.example");
        assert_eq!(edits.iter().map(|edit| edit.range.clone()).collect::<Vec<_>>(), [0..3, 4..9]);
    }

    #[test]
    fn marks_name_nobody_and_no_host() {
        for kept in [
            mask::make("mwxmr!39", true, b"salt", 0),
            mask::make("Zk4rTqWb9x.yK-2f7Qm1pR.txt", true, b"salt", 0),
        ] {
            let mut gathered = Gathered::default();
            name(&mut gathered, &kept, true);
            hosts(&mut gathered, &kept);
            hosts(&mut gathered, &format!("https://{kept}/"));
            assert!(gathered.settle(b"salt").is_empty(), "{kept}");
        }
        let mut gathered = Gathered::default();
        hosts(&mut gathered, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl.txt");
        assert!(gathered.settle(b"salt").is_empty());
    }

    #[test]
    fn hosts_are_their_labels() {
        let mut gathered = Gathered::default();
        hosts(
            &mut gathered,
            "https://qlik-prod.contoso.example:443/hub mail ann@fabrikam.example 10.0.0.1 https://10.0.0.1/",
        );
        hosts(&mut gathered, "web1.adatum.example:4244");
        let names = gathered.settle(b"salt");
        assert_eq!(
            names.pairs().map(|(word, _)| word).collect::<Vec<_>>(),
            ["adatum", "contoso", "fabrikam", "qlik-prod", "web1"]
        );
    }
}
