//! Values that are known by what stands around them, in any text: elements of XML, tokens of three parts, keys
//! in PEM, fields of forms, and `name=value` or `"name": "value"` of queries, scripts and data.

use super::addresses;
use super::announced;
use super::around::{Around, Standing};
use super::columns;
use super::fields::{field, posted};
use super::folded;
use super::headers;
use super::inputs;
use super::kind::Kind;
use super::names;
use super::opaque;
use super::pairs;
use super::parts;
use super::posted_xml;
use super::prose;
use super::scripted;
use super::settings;
use super::strays;
use super::tags::{attribute, closing};
use crate::mask::{all_own, is_mark};
use crate::redact;
use crate::saml::xml::root_name;
use std::collections::BTreeSet;

/// Elements and attributes of XML whose text is cut wherever they stand.
const ELEMENTS: &[(&str, Kind)] = &[
    ("SignatureValue", Kind::Signature),
    ("CipherValue", Kind::CipherValue),
    ("SessionIndex", Kind::SessionIndex),
    ("BinarySecret", Kind::Token),
    ("Password", Kind::Password),
    ("Nonce", Kind::Token),
    ("Artifact", Kind::Token),
];
/// Longest name of a field.
const LONGEST_NAME: usize = 64;

/// Values in XML, tokens and keys: always cut, in their own layout.
pub(super) fn cut(text: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    if memchr::memchr(b'<', text.as_bytes()).is_some() {
        elements(text, &mut found);
    }
    tokens(text, &mut found);
    private_keys(text, &mut found);
    found
}

fn elements(text: &str, found: &mut Vec<Standing>) {
    let bytes = text.as_bytes();
    // Signatures of what is published open nothing.
    let published =
        ending_in(root_name(text).unwrap_or_default(), &["EntityDescriptor", "EntitiesDescriptor"]);
    let mut at = 0;
    while let Some(open) =
        memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()).map(|open| at + open)
    {
        at = open + 1;
        let Some(close) = closing(text, at) else { continue };
        let Some(tag) = text.get(at..close) else { continue };
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        if let Some((_, kind)) = ELEMENTS.iter().find(|(known, _)| *known == local)
            && !tag.ends_with('/')
            && !(published && *kind == Kind::Signature)
        {
            found.push(Standing {
                range: close + 1..folded::end_of_text(text, close + 1),
                kind: *kind,
            });
        }
        if let Some(range) = attribute(tag, "SessionIndex") {
            found.push(Standing {
                range: at + range.start..at + range.end,
                kind: Kind::SessionIndex,
            });
        }
    }
}

fn ending_in(name: &str, known: &[&str]) -> bool {
    known.contains(&name.rsplit(':').next().unwrap_or_default())
}

fn tokens(text: &str, found: &mut Vec<Standing>) {
    let mut from = 0;
    while let Some(at) =
        memchr::memmem::find(text.as_bytes().get(from..).unwrap_or_default(), b"eyJ")
            .map(|at| from + at)
    {
        let rest = text.get(at..).unwrap_or_default();
        let length = rest
            .bytes()
            .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)))
            .unwrap_or(rest.len());
        let token = rest.get(..length).unwrap_or_default().trim_end_matches('.');
        if let Some(encrypted) = opaque::of_encrypted_token(token) {
            found.push(Standing { range: at + encrypted..at + token.len(), kind: Kind::Token });
        } else if let Some(signature) = opaque::jwt_signature(token) {
            found.push(Standing { range: at + signature..at + token.len(), kind: Kind::Signature });
        }
        from = at + length.max(3);
    }
}

fn private_keys(text: &str, found: &mut Vec<Standing>) {
    let mut from = 0;
    while let Some(at) =
        text.get(from..).and_then(|rest| rest.find("PRIVATE KEY-----")).map(|at| from + at)
    {
        let start = at + "PRIVATE KEY-----".len();
        let end = text
            .get(start..)
            .and_then(|rest| rest.find("-----END"))
            .map_or(text.len(), |end| start + end);
        found.push(Standing { range: start..end, kind: Kind::PrivateKey });
        from = text
            .get(end..)
            .and_then(|rest| rest.find("PRIVATE KEY-----"))
            .map_or(text.len(), |again| end + again + 16);
    }
}

/// Values that their names tell, or that look like nothing else than a token, wherever they stand in a text.
pub(super) fn named(text: &str, around: Around) -> Vec<Standing> {
    let text = super::deep::without_record(text);
    let mut found = Vec::new();
    pairs::values(text, around, &mut found);
    if memchr::memchr(b'<', text.as_bytes()).is_some() {
        found.extend(inputs::values(text));
        found.extend(attributes(text));
        found.extend(posted_xml::values(text, around));
    }
    found.extend(columns::values(text).into_iter().map(|(range, kind)| Standing { range, kind }));
    found.extend(prose::stated(text).into_iter().map(|(range, kind)| Standing { range, kind }));
    found.extend(prose::beside(text).into_iter().map(|(range, kind)| Standing { range, kind }));
    found.extend(announced::announced(text, around));
    found.extend(headers::lines(text, around));
    if around == Around::Page {
        found.extend(scripted::values(text));
    }
    let connection = redact::connection(text).into_iter();
    found.extend(connection.map(|range| Standing { range, kind: Kind::Password }));
    let mut scripts = None;
    let dumped = redact::dumped(text).into_iter().filter(|range| {
        // Of what programs print of themselves, and not of programs.
        !prose::within(scripts.get_or_insert_with(|| prose::scripts(text)), range.start)
    });
    found.extend(dumped.map(|range| Standing { range, kind: Kind::Password }));
    if around == Around::Page && !opaque::begins_as_markup(text) {
        found.extend(settings::values(text));
    }
    multipart(text, &mut found);
    found.extend(addresses::values(text));
    let passed = redact::passed(text);
    if !passed.is_empty() {
        let known: BTreeSet<usize> = found.iter().map(|one| one.range.start).collect();
        let more = passed.into_iter().filter(|range| !known.contains(&range.start));
        found.extend(more.map(|range| Standing { range, kind: Kind::Token }));
    }
    // A piece of a mark of ours is as random as what it stands for.
    let own = if found.is_empty() { Vec::new() } else { all_own(text) };
    found.retain(|one| {
        let before = own.partition_point(|mark| mark.end <= one.range.start);
        let within = own.get(before).is_some_and(|mark| mark.start <= one.range.start);
        text.get(one.range.clone())
            .is_some_and(|value| !value.is_empty() && !is_mark(value) && !within)
    });
    found
}

/// Values of parameters in which messages go.
pub(super) fn messages(text: &str) -> impl Iterator<Item = &str> {
    text.split(['&', '?', '#', ' ', '"', '\'']).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.len() <= LONGEST_NAME && names::carries_a_message(name) && !names::is_state(name))
            .then_some(value)
    })
}

/// Values of attributes of assertions whose names say that they are secret.
pub(super) fn attributes(text: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    for (name, range) in strays::attributes(text) {
        let value = text.get(range.clone()).unwrap_or_default();
        let kind = names::kind_of(name).filter(|kind| {
            *kind == Kind::Password
                || prose::told(name).is_some()
                || prose::is_credible(value)
                || prose::is_code(value)
                || prose::is_passphrase(value)
                || opaque::is_opaque(value, 16)
        });
        found.extend(kind.map(|kind| Standing { range, kind }));
    }
    found
}

/// Values of the parts of a form with files.
fn multipart(text: &str, found: &mut Vec<Standing>) {
    for (name, range) in parts::of(text) {
        let value = text.get(range.clone()).unwrap_or_default();
        if let Some(kind) = field(&name, value).or_else(|| posted(&name, value)) {
            found.push(Standing { range, kind });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, around: Around) -> Vec<&str> {
        named(text, around).into_iter().map(|one| &text[one.range]).collect()
    }

    #[test]
    fn elements_tokens_and_keys_are_found() {
        let text = "<S SessionIndex=\"_a1\"><ds:SignatureValue>\nabc=\n</ds:SignatureValue><x/> eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl \
                    -----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----";
        let values: Vec<&str> = cut(text).into_iter().map(|one| text[one.range].trim()).collect();
        assert_eq!(values, ["_a1", "abc=", "c2lnbmF0dXJl", "MIIB"]);
    }

    #[test]
    fn names_and_looks_tell_what_is_secret() {
        assert_eq!(
            found(
                "https://a.example/x?token=abc12345&page=2#access_token=zz99887766",
                Around::Data
            ),
            ["abc12345", "zz99887766"]
        );
        assert_eq!(found("user=ann&pwd=hunter2", Around::Data), ["hunter2"]);
        assert_eq!(
            found(
                "{\"passwordHint\":\"Enter your password\",\"sFT\":\"AQABIQbWoJRYUQ0M3yq\"}",
                Around::Page
            ),
            ["AQABIQbWoJRYUQ0M3yq"]
        );
        assert_eq!(
            found(
                "<input value='aB3dE5gH7jK9mN1pQ3rS' type=\"hidden\" name=\"flowToken\">",
                Around::Page
            ),
            ["aB3dE5gH7jK9mN1pQ3rS"]
        );
        assert_eq!(
            found("https://ann:pw@a.example/reset/1sc6TYmZk_BWyY6OF92-yA", Around::Data),
            ["pw", "1sc6TYmZk_BWyY6OF92-yA"]
        );
        assert!(
            found("https://a.example/azure/hub?RelayState=/hub&state=active", Around::Data)
                .is_empty()
        );
        assert!(found("RelayState=%252Fazure%252Fhub1234", Around::Data).is_empty());
        for (text, value) in [
            ("a=1&%70assword=fvqqdv%20kzxzxw", "fvqqdv%20kzxzxw"),
            ("x17=vxrbxb%20fvqqdv%20kzxzxw%20xhnzpt", "vxrbxb%20fvqqdv%20kzxzxw%20xhnzpt"),
        ] {
            assert_eq!(found(text, Around::Data), [value], "{text}");
        }
        for (text, value) in [
            ("2026-11-24 09:58 WARN refused sessionId=mwxmr!39 for ann", "mwxmr!39"),
            ("2026-11-24 09:58 WARN refused, credentials=\"mwxmr!39\"", "mwxmr!39"),
            ("refused, PIN: 4711", "4711"),
            ("refused, OTP=482913", "482913"),
        ] {
            assert_eq!(found(text, Around::Page), [value], "{text}");
        }
        for text in ["cookieName=\"JSESSIONID2\"", "signatureMethod=rsa-sha256", "sessionState=ok"]
        {
            assert!(found(text, Around::Page).is_empty(), "{text}");
        }
        for (text, value) in [
            ("{\"detail\": \"password xzzvc!29 is wrong\"}", "xzzvc!29"),
            ("token vkhbv!14 expired", "vkhbv!14"),
            ("os.environ[\"SECRET_KEY\"] = \"ktfwt!73\"", "ktfwt!73"),
            ("{\"secret\": \"ggqqng frmhcn gkhbkz\"}", "ggqqng frmhcn gkhbkz"),
            ("<e><accessToken>mvnmr!72</accessToken></e>", "mvnmr!72"),
            ("a=1&пароль=hunter", "hunter"),
            ("a=1&has%C5%82o=hunter", "hunter"),
            ("a=1&log%5Bpass%5D=hunter", "hunter"),
            ("--q\r\nContent-Disposition: form-data;name=passwd\r\n\r\nhunter\r\n--q--", "hunter"),
            (
                "https://ecf45ccbfb8a99a2c96fa75802b087f8@a.example/x",
                "ecf45ccbfb8a99a2c96fa75802b087f8",
            ),
            ("https://a.example/magic-link/vkvgz!78/x", "vkvgz!78"),
        ] {
            assert!(
                found(text, Around::Data).contains(&value),
                "{text}: {:?}",
                found(text, Around::Data)
            );
        }
        for text in [
            "<script>var password=\"tccpr!39\"</script>",
            "<script>go(\"/e?code=fwktt!65\")</script>",
        ] {
            assert_eq!(found(text, Around::Page).len(), 1, "{text}");
        }
        for text in [
            "<script>a={strPassword:\"Enter password\",pwdRegex1:\"[a-z]\"};b?key=t2.id:c</script>",
            "the token endpoint v2token1x of the secret is wrong",
        ] {
            assert!(
                found(text, Around::Page).is_empty(),
                "{text}: {:?}",
                found(text, Around::Page)
            );
        }
        assert!(found("{\"m\":\"PHNhbWxwOlJlc3BvbnNlKpw==\"} x/Kpw==", Around::Data).is_empty());
        assert!(found("x=The%20user%20is%20not%20known%20here", Around::Data).is_empty());
        let port = "https://sense.example:443/bi/sense/app/0f6b1d52-8c3e-4a97-b0d4-5e2f7a9c1b36";
        assert!(found(port, Around::Data).is_empty());
        let key = "_9f86d081884c7d659a2feaa0c55ad015";
        assert_eq!(found(&format!("{key}:https://idp.example/?x=1"), Around::Data), [key]);
        assert!(
            found(&format!("AuthState={key}%3Ahttps%3A%2F%2Fidp.example%2F"), Around::Data)
                .is_empty()
        );
    }
}
