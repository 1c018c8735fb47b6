//! A log is a witness with a clock: its lines, when they were written, and what they say that is known.
//!
//! Nothing here knows a product or a column. A line says when it was written somewhere in its head, and what a
//! product writes stands in that product's file; what a line says beyond those words names people and sessions
//! and is left out. Which line speaks for which attempt is told once the attempts are known.

mod bearing;
mod columns;
mod level;
pub(crate) mod pasted;
mod stamp;

pub(crate) use bearing::{bear, last};

use crate::beginning;
use crate::bounds::Gauge;
use crate::seal::Sealer;
use crate::spoken;
use columns::Columns;
use diag_products::{Found, Products, Proven, Role, Scope, Where};
use diag_sdk::case::exchange::{Phrase, Side};
use diag_sdk::case::judgement::{Part, Party};
use diag_sdk::case::product::{CodeClass, VendorCode};
use diag_sdk::case::witness::Witness;
use diag_sdk::{Meaning, Place, Secret, Vendor};
use jiff::Timestamp;
use level::Level;
use stamp::Stamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Bytes of one line that are looked at.
const LONGEST: usize = 16 << 10;
/// Bars of a line that is a row of fields.
const FIELDS: usize = 4;
/// Bytes of a line in which its own time begins.
const HEAD: usize = 48;

/// A log to be read.
#[derive(Debug)]
pub(crate) struct Log<'t> {
    /// Id of the input.
    pub(crate) input: &'t str,
    /// Its text.
    pub(crate) text: &'t str,
    /// The products whose log its form shows it to be.
    pub(crate) proven: Proven,
    /// Seals whom lines name.
    pub(crate) sealer: &'t Sealer,
    /// No line is later than this, as far as is known: gives a year to times that leave it out.
    pub(crate) latest: Option<Timestamp>,
    /// How many lines are kept: the latest.
    pub(crate) most: &'t Gauge,
}

/// The lines that say something known, in the order they stand there.
pub(crate) fn read(log: &Log<'_>, products: &Products) -> Vec<Witness> {
    let mut witnesses: Vec<Witness> = Vec::new();
    let mut written = None;
    let mut usual: Option<usize> = None;
    let mut level = Level::Plain;
    let mut columns = Columns::default();
    let mut about_sign_ins = false;
    for (number, line) in log.text.lines().enumerate() {
        let line = shortened(line);
        if let Some(named) = Columns::named_in(line) {
            columns = named;
            continue;
        }
        // A line without a time of its own goes on with the one before it; a time further in is what it speaks of.
        let own =
            |stamp: &Stamp| usual.is_none_or(|usual| stamp.at <= usual.max(HEAD)) && !goes_on(line);
        if let Some(stamp) = stamp::of(line, log.latest).filter(own) {
            usual = usual.or(Some(stamp.at));
            written = Some(stamp);
            level = level::of(line);
        }
        let spoken = plain(line);
        let place = Place {
            input: log.input.to_owned(),
            line: u32::try_from(number + 1).ok(),
            ..Place::default()
        };
        let before = witnesses.len();
        let application = application(&spoken);
        let code = if level == Level::Loud { coded(&spoken, products) } else { None };
        if code.as_ref().is_some_and(asks) {
            continue;
        }
        // What is numbered is known by its number, and by what its own product says beside it.
        let numbered = code.map(|code| numbered(&code));
        let vendor = numbered.as_ref().map(|witness| witness.phrase.vendor);
        let own = |found: &Found<'_>| {
            vendor.is_none_or(|vendor| Vendor::read(&found.product.id) == Some(vendor))
        };
        for found in sentences(&spoken, level, log, products).into_iter().filter(own) {
            let (party, codes) = match &numbered {
                Some(numbered) => (numbered.party, numbered.codes.clone()),
                None => (party(&found), Vec::new()),
            };
            witnesses.push(Witness {
                place: place.clone(),
                time: written.map(|stamp| stamp.time),
                zoned: written.is_some_and(|stamp| stamp.zoned),
                party,
                codes,
                application: application.clone(),
                phrase: spoken::phrase(&found, &spoken, Part::Log),
                person: person(&found, columns.person(line), log.sealer),
                ..Witness::default()
            });
        }
        // A vendor's number is a statement also where the words beside it are unknown; so are words that any software may write,
        // where the line is about single sign-on.
        about_sign_ins = speaks_of_sign_ins(&spoken) || about_sign_ins && goes_on(line);
        let vague = witnesses[before..].iter().all(|witness| witness.phrase.meaning.is_vague());
        if vague
            && matches!(level, Level::Loud)
            && let Some(witness) = status(&spoken).filter(|_| about_sign_ins)
        {
            // That the status was none of success is in it.
            witnesses.truncate(before);
            witnesses.push(Witness {
                place,
                time: written.map(|stamp| stamp.time),
                zoned: written.is_some_and(|stamp| stamp.zoned),
                ..witness
            });
        } else if witnesses.len() == before && matches!(level, Level::Loud) {
            let understood = || stated(&spoken).filter(|_| about_sign_ins);
            witnesses.extend(numbered.or_else(understood).map(|witness| Witness {
                place,
                time: written.map(|stamp| stamp.time),
                zoned: written.is_some_and(|stamp| stamp.zoned),
                application,
                ..witness
            }));
        }
        // Now and then, since it moves all that stay.
        if witnesses.len() / 2 > log.most.size() {
            log.most.last_of(&mut witnesses);
        }
    }
    log.most.last_of(&mut witnesses);
    witnesses
}

/// The application that a line names by its id, as sign-in logs are written down here.
fn application(line: &str) -> Option<String> {
    let (_, behind) = line.rsplit_once("[application ")?;
    Some(behind.strip_suffix(']')?.to_owned())
}

/// The number of a vendor in a line, where something is known of it.
fn coded(line: &str, products: &Products) -> Option<VendorCode> {
    let codes = products.codes_in(line);
    products.code(codes.first()?).filter(|known| known.class.is_some())
}

/// A question on the way of a sign-in.
fn asks(code: &VendorCode) -> bool {
    code.class == Some(CodeClass::Interrupt) && code.meaning != Meaning::NoSession
}

/// What the number states. Of the line only what the product wrote is kept, and that is the number.
fn numbered(code: &VendorCode) -> Witness {
    let phrase = spoken::coded(code, &code.code, 0, Part::Log);
    Witness { party: Party::Idp, phrase, codes: vec![code.code.clone()], ..Witness::default() }
}

/// What a status that a line repeats means (saml-core-2.0-os, 3.2.2.2): the identity provider gave it, whoever writes.
fn status(line: &str) -> Option<Witness> {
    const MEANT: &[(&str, Meaning)] = &[
        ("InvalidNameIDPolicy", Meaning::NameIdFormat),
        ("NoAuthnContext", Meaning::AuthnContext),
        ("RequestUnsupported", Meaning::RequestProperty),
        ("NoPassive", Meaning::RequestProperty),
        ("UnsupportedBinding", Meaning::WrongBinding),
        ("UnknownPrincipal", Meaning::NotProvisioned),
        ("RequestDenied", Meaning::Status),
        ("AuthnFailed", Meaning::Status),
        ("Responder", Meaning::Status),
        ("Requester", Meaning::Status),
    ];
    let (name, meaning) = MEANT.iter().find(|(name, meaning)| {
        line.match_indices(name).any(|(at, _)| {
            let ends = !line[at + name.len()..].starts_with(|next: char| next.is_alphanumeric());
            let before = &line[..at];
            let joined = before.trim_end_matches(['/', '>', '-', ' ', ',', ':', '"', '\'', '(']);
            let top = ["Requester", "Responder"].iter().any(|top| joined.ends_with(top));
            let named = *meaning == Meaning::Status
                && ["status", "Status", "STATUS"].iter().any(|word| joined.ends_with(word));
            ends && (before.ends_with("status:") || top || named)
        })
    })?;
    let phrase = Phrase {
        meaning: *meaning,
        text: (*name).to_owned(),
        part: Part::Log,
        ..Phrase::default()
    };
    Some(Witness { party: Party::Idp, phrase, ..Witness::default() })
}

/// What a line states in words that no file has. Of the line only those words are kept that products use: the rest names people.
fn stated(line: &str) -> Option<Witness> {
    let read = spoken::reason(line, Part::Log).filter(|read| !read.meaning.is_vague())?;
    let (party, meaning) = if of_an_idp(read.meaning) {
        (Party::Idp, read.meaning)
    } else {
        (Party::Sp, spoken::at_side(&read, Side::Sp)?)
    };
    let phrase =
        Phrase { meaning, text: common_words(&read.text), values: BTreeMap::new(), ..read };
    Some(Witness { party, phrase, ..Witness::default() })
}

/// A text without what is no word of products; an ellipsis stands for it.
fn common_words(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        let known = bare.chars().all(char::is_alphabetic) && diag_products::is_word(&bare);
        if known {
            out.push_str(if out.is_empty() { "" } else { " " });
            out.push_str(word);
        } else if !out.ends_with('…') {
            out.push_str(if out.is_empty() { "…" } else { " …" });
        }
    }
    out
}

/// The text looks like a log: lines that begin with a time, and some of them with a level or a process.
pub(crate) fn looks_like(text: &str) -> bool {
    if is_component_trace(text) {
        return true;
    }
    let (mut lines, mut stamped, mut telling) = (0, 0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(60) {
        if stamped > 0 && goes_on(line) {
            continue;
        }
        lines += 1;
        let line = shortened(line);
        let json = line.starts_with('{') && line.trim_end().ends_with('}');
        if stamp::of(line, Some(Timestamp::UNIX_EPOCH))
            .is_some_and(|stamp| json || stamp.at <= HEAD)
        {
            stamped += 1;
            telling += usize::from(
                level::of(line) != Level::Plain
                    || line.starts_with(['[', '{'])
                    || line.matches('|').count() >= FIELDS
                    || level::names_a_process(line),
            );
        }
    }
    // Where each line begins with its time it needs no level; a few of them speak of sign-ins.
    let each = stamped == lines
        && (stamped >= 5 || stamped >= 2 && speaks_of_sign_ins(text) && !lists_requests(text));
    each || telling > 0 && (stamped >= 5 || stamped * 3 >= lines)
}

/// The log of a web server, which tells what was asked for, and of no reason.
fn lists_requests(text: &str) -> bool {
    text.contains(" HTTP/1") || text.contains(" HTTP/2")
}

/// Words of single sign-on, as programs write them of themselves.
fn speaks_of_sign_ins(text: &str) -> bool {
    let lower = beginning::of(text, LONGEST).to_lowercase();
    ["saml", "assertion", "sso", "wsfed", "social"].iter().any(|word| lower.contains(word))
}

/// The line belongs to the one before it: a frame of a stack, what it was caused by, the class of an error.
fn goes_on(line: &str) -> bool {
    let begun = line.trim_start();
    let frame = begun.len() < line.len()
        && ["at ", "in ", "thrown in ", "...", "File \""]
            .iter()
            .any(|word| begun.starts_with(word));
    let numbered = begun
        .strip_prefix('#')
        .is_some_and(|rest| rest.starts_with(|character: char| character.is_ascii_digit()));
    frame
        || numbered
        || begun.starts_with("Caused by: ")
        || begun.starts_with("Stack trace:")
        || names_an_error(line)
}

/// `org.example.SomeException: text`, as it stands under the line that logs it.
fn names_an_error(line: &str) -> bool {
    let class = line.split([':', ' ']).next().unwrap_or_default();
    let separators = class.matches(['.', '\\']).count();
    separators >= 2
        && ["Exception", "ExceptionInfo", "Error"].iter().any(|end| class.ends_with(end))
}

/// A trace whose lines begin with the letter of the component that writes, and blanks; the time stands in lines of its own.
fn is_component_trace(text: &str) -> bool {
    let (mut lines, mut lettered) = (0, 0);
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with(['-', '*']))
        .take(60)
    {
        lines += 1;
        let bytes = line.as_bytes();
        lettered +=
            usize::from(bytes.len() > 3 && bytes[0].is_ascii_uppercase() && bytes[1..3] == *b"  ");
    }
    lettered >= 2 && lettered * 3 >= lines * 2 && text.contains("SAML")
}

/// A line that is written as JSON, as it reads: quotes, slashes and backslashes there stand behind a backslash.
fn plain(line: &str) -> Cow<'_, str> {
    if !(line.contains("{\"") && line.contains('\\')) {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(next @ ('"' | '/' | '\\'))) => {
                text.push(*next);
                characters.next();
            }
            ('\\', Some('n' | 't' | 'r')) => {
                text.push(' ');
                characters.next();
            }
            _ => text.push(character),
        }
    }
    Cow::Owned(text)
}

fn shortened(line: &str) -> &str {
    beginning::of(line, LONGEST)
}

/// What a line says: the sentences of logs, and in a line that warns also those of pages.
fn sentences<'p>(
    line: &str,
    level: Level,
    log: &Log<'_>,
    products: &'p Products,
) -> Vec<Found<'p>> {
    if level == Level::Chatty {
        return Vec::new();
    }
    let within = |place| products.find(line, &Scope { place, proven: log.proven.clone() });
    let found = within(Where::Log);
    if found.is_empty() && level == Level::Loud && log.proven.is_empty() {
        within(Where::Page)
    } else {
        found
    }
}

/// Whom a sentence names: sealed, so that it can be compared with whom an assertion names.
fn person(found: &Found<'_>, in_column: Option<&str>, sealer: &Sealer) -> Vec<Secret> {
    let subject = found
        .values
        .iter()
        .find(|(name, _)| *name == "subject")
        .map(|(_, value)| value.trim())
        .or(in_column);
    let bare = subject.and_then(|subject| subject.split_once('\\')).map(|(_, bare)| bare);
    subject.into_iter().chain(bare).map(|name| sealer.seal(name)).collect()
}

/// Who writes such a sentence: an identity provider only where the sentence says so or can be of nobody else, or the product is nothing else.
fn party(found: &Found<'_>) -> Party {
    if let Some(by) = found.text.by {
        return if by == Role::Idp { Party::Idp } else { Party::Sp };
    }
    let may_be_one = found.text.means == Meaning::Status
        || found.product.roles.is_empty()
        || found.product.roles.iter().any(|role| matches!(role, Role::Idp | Role::Library));
    let only = found.product.roles == [Role::Idp];
    if only || may_be_one && of_an_idp(found.text.means) { Party::Idp } else { Party::Sp }
}

/// What only an identity provider refuses by: who asks, where to, and how that is signed; and the status by which it says no.
fn of_an_idp(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::UnknownSp | Meaning::Acs | Meaning::RequestSignature | Meaning::Status
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn witnesses(text: &str) -> Vec<Witness> {
        let products = Products::builtin();
        let sealer = Sealer::new(Vec::new());
        let log = Log {
            input: "i1",
            text,
            proven: Proven::default(),
            sealer: &sealer,
            latest: None,
            most: &Gauge::new(4_000),
        };
        read(&log, &products)
    }

    #[test]
    fn a_number_of_a_vendor_is_a_statement_where_the_line_is_loud() {
        let told = witnesses("2026-11-24T10:00:00Z ERROR AADSTS50105: ann@acme.example is blocked");
        let [witness] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(
            (witness.codes.as_slice(), witness.phrase.text.as_str()),
            (&["AADSTS50105".to_owned()][..], "AADSTS50105")
        );
        for line in ["INFO AADSTS50105: x", "ERROR AADSTS99999999: x"] {
            assert!(witnesses(&format!("2026-11-24T10:00:00Z {line}")).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_status_that_a_line_repeats_is_the_identity_providers_word() {
        let urn = "urn:oasis:names:tc:SAML:2.0:status";
        for (said, meaning) in [
            (
                format!("top {urn}:Requester, second {urn}:InvalidNameIDPolicy"),
                Meaning::NameIdFormat,
            ),
            ("SAML answer was Responder/NoAuthnContext".to_owned(), Meaning::AuthnContext),
            ("SAML: Requester -> RequestUnsupported".to_owned(), Meaning::RequestProperty),
        ] {
            let line = format!(r#"{{"level":50,"time":1795510800123,"msg":"SAML: {said}"}}"#);
            let told = witnesses(&line);
            let [witness] = told.as_slice() else { panic!("{told:?}") };
            assert_eq!((witness.party, witness.phrase.meaning), (Party::Idp, meaning), "{said}");
            assert_eq!(witness.time.map(Timestamp::as_second), Some(1_795_510_800));
        }
        for line in ["SAML with StatusNoPassiveHandler", "SAML sets NoPassive to true"] {
            assert!(witnesses(&format!("2026-11-24T10:00:00Z ERROR {line}")).is_empty(), "{line}");
        }
    }

    #[test]
    fn lines_keep_their_time_and_place_and_lose_what_names_people() {
        let told = witnesses(
            "1\t20261124T100000.000+0100\tWARN\tsense\tAudit.SamlAuthenticationHandler\t7\tCONTOSO\\ada\tSAML assertion is expired\t0\r\n\
             2\t20261124T100001.000+0100\tINFO\tsense\tx\t7\tCONTOSO\\bob\tall is well\t0\r\n\
             \tat CONTOSO\\eve: SAML mandatory attribute for user ID is missing\n",
        );
        let meanings: Vec<Meaning> = told.iter().map(|witness| witness.phrase.meaning).collect();
        assert_eq!(meanings, [Meaning::Expired, Meaning::AttributeMissing]);
        assert_eq!(
            told[0].time.map(|time| time.to_string()).as_deref(),
            Some("2026-11-24T09:00:00Z")
        );
        assert_eq!((told[0].zoned, told[1].place.line), (true, Some(3)));
        assert_eq!(
            told[1].time.map(|time| time.to_string()).as_deref(),
            Some("2026-11-24T09:00:01Z"),
            "it goes on with line 2"
        );
        assert!(!format!("{told:?}").contains("CONTOSO"));
    }

    #[test]
    fn a_time_that_a_line_speaks_of_is_not_its_own() {
        let told = witnesses(
            "2026-11-24 10:00:00.301 +0000 exec-7 app: ERROR com.x.Filter - failed\n\
             org.springframework.security.saml.SAMLException: Response doesn't have any valid assertion\n\
             Caused by: org.opensaml.common.SAMLException: Authentication statement is too old to be used with value 2026-11-01T09:00:00.000Z\n",
        );
        assert!(!told.is_empty());
        assert!(
            told.iter().all(|witness| witness
                .time
                .is_some_and(|time| time.to_string() == "2026-11-24T10:00:00.301Z")),
            "{told:?}"
        );
    }

    #[test]
    fn what_is_written_for_developers_says_nothing() {
        assert!(witnesses("2026-11-24 10:00:00 DEBUG x SAML assertion is expired").is_empty());
        assert_eq!(witnesses("2026-11-24 10:00:00 WARN x SAML assertion is expired").len(), 1);
    }

    #[test]
    fn a_line_in_json_reads_as_what_it_quotes() {
        let told = witnesses(
            r#"{"level":"error","msg":"Failed to authenticate: no attribute with name \"email\": [groups]","time":"2026-11-24T10:00:10Z"}"#,
        );
        let named = |witness: &Witness| witness.phrase.meaning == Meaning::AttributeMissing;
        assert!(told.iter().any(named), "{told:?}");
        assert_eq!(
            plain(r#"{"user":"CONTOSO\\ada","url":"https:\/\/sp.example\/acs"}"#),
            r#"{"user":"CONTOSO\ada","url":"https://sp.example/acs"}"#
        );
        assert_eq!(plain(r"WARN CONTOSO\nils was here"), r"WARN CONTOSO\nils was here", "no JSON");
    }

    #[test]
    fn logs_are_told_from_prose() {
        for text in [
            "2026-11-20 09:00:12,123 ERROR [saml] x",
            "2026-11-20 09:00:12 ERROR Shibboleth.SSO.SAML2 [1] [default]: x\n  at one\n",
            "{\"reqId\":\"a1\",\"level\":3,\"time\":\"2026-11-20T09:00:12+00:00\",\"message\":\"x\"}\n",
            "[20/Nov/2026:10:00:12 +0100] x\n[20/Nov/2026:10:00:12 +0100] y\n",
            "Nov 20 09:00:12 host app[12]: x\n",
            "2026-11-20 09:00:12.301 +0000 (-,-,-,x) exec-7 app: ERROR com.x.Filter - refused\norg.x.saml.SAMLException: y\n\tat org.x.A.b(A.java:1)\nCaused by: org.x.SAMLException: z\n\tat org.x.C.d(C.java:1)\n",
            "[20-Nov-2026 09:00:12 UTC] PHP Fatal error:  Uncaught X in /a.php:1\nStack trace:\n#0 /a.php(1): b()\n#1 {main}\n  thrown in /a.php on line 1\n",
            "2026-09-21 12:58:40 Listening\n2026-09-21 13:00:03 SAML Assertion is not signed, a signature is required\n",
            "---\ntrc file: \"dev_w3\"\n---\nN  Fri Nov 20 09:00:12 2026\nN  SAML20 SP (client 100 ): Incoming Response\nN  SAML20 x\nN  SAML20 y\n",
        ] {
            assert!(looks_like(text), "{text}");
        }
        for text in [
            "We saw it on 2026-11-20 09:00:12 for the first time.\nIt says that an ERROR happened.",
            "hello",
            "A  plan for SAML:\nfirst we ask\nthen we wait\nB  is another\nand so on",
            "2026-11-20 09:00:12 we saw this",
            "2026-11-20 09:00:12 the SAML error",
            "2026-11-20 09:00:12 GET /saml HTTP/1.1 200\n2026-11-20 09:00:13 POST /saml/acs HTTP/1.1 302",
            "2026-11-20 09:00:12 we saw this\n2026-11-20 09:00:13 and that",
            "Subject: sign-in\nDate: Fri, 20 Nov 2026 09:00:12 GMT\n\nDear all,\nit does not work.\nAn ERROR is shown.",
        ] {
            assert!(!looks_like(text), "{text}");
        }
    }
}
