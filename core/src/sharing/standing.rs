//! Values that are known by what stands around them, in any text: elements of XML, tokens of three parts, keys
//! in PEM, fields of forms, and `name=value` or `"name": "value"` of queries, scripts and data.

use super::addresses;
use super::announced;
use super::around::{Around, Standing};
use super::columns;
use super::fields::{field, is_word, names_a_key, plainly, posted};
use super::folded;
use super::headers;
use super::inputs;
use super::kind::Kind;
use super::names;
use super::opaque;
use super::parts;
use super::posted_xml;
use super::prose;
use super::scripted;
use super::settings;
use super::strays;
use super::tags::{attribute, closing};
use crate::mask::{all_own, is_mark};
use crate::redact;
use crate::runs::Runs;
use crate::saml::xml::root_name;
use crate::secrets::places as secret_places;
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
/// Shortest value in quotes.
const SHORTEST_QUOTED: usize = 4;
/// So long and random it is a token in a log, whatever it is called and without quotes.
const LONG: usize = 40;
/// Shortest value of letters by chance.
const SHORTEST_RANDOM: usize = 16;
/// Longest value that a name leads to.
const LONGEST_VALUE: usize = 64 << 10;

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
    pairs(text, around, &mut found);
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

/// `name=value`, `name: value`, `"name": "value"`.
fn pairs(text: &str, around: Around, found: &mut Vec<Standing>) {
    let bytes = text.as_bytes();
    let scripts = if around == Around::Page { prose::scripts(text) } else { Vec::new() };
    let tags = if around == Around::Page && opaque::begins_as_markup(text) {
        prose::silent(text)
    } else {
        Vec::new()
    };
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]$".contains(&byte);
    let mut runs = Runs::new(text, |c| c.is_ascii_whitespace() || "&;,\"'<>(){}[]#|".contains(c));
    let mut at = 0;
    while let Some(sign) =
        memchr::memchr2(b'=', b':', bytes.get(at..).unwrap_or_default()).map(|sign| at + sign)
    {
        at = sign + 1;
        // Backwards: blanks, a quote, the name.
        let before = bytes.get(..sign).unwrap_or_default();
        let mut end = before.len() - before.iter().rev().take_while(|byte| **byte == b' ').count();
        // `d["key"] = …`
        end -= usize::from(before.get(..end).unwrap_or_default().ends_with(b"\"]"));
        let quoted_name = end > 0 && matches!(before.get(end - 1), Some(b'"' | b'\''));
        end -= usize::from(quoted_name);
        // Letters of the name of a parameter may be encoded, or of another script: `%70assword=`, `пароль=`.
        let parameter = around == Around::Data && !quoted_name && bytes.get(sign) == Some(&b'=');
        let of_parameter = |byte: u8| parameter && (byte == b'%' || byte >= 0x80);
        let length_of_name = before
            .get(..end)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(LONGEST_NAME)
            .take_while(|byte| of_name(**byte) || of_parameter(**byte))
            .count();
        let name = text.get(end - length_of_name..end).unwrap_or_default();
        let decoded = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        let name = decoded.rsplit(['&', '?', '#', ';', '=', '/', ' ']).next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        // Forwards: blanks, a quote, the value.
        let arrow = usize::from(bytes.get(sign..sign + 2) == Some(b"=>") && quoted_name);
        let rest = bytes.get(at + arrow..).unwrap_or_default();
        let mut start = at + arrow + rest.iter().take_while(|byte| **byte == b' ').count();
        let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        start += usize::from(quote.is_some());
        let behind = bytes.get(start..).unwrap_or_default();
        let length = match quote {
            Some(quote) => memchr::memchr(quote, behind.get(..LONGEST_VALUE).unwrap_or(behind)),
            None => Some(runs.behind(start).len()),
        };
        let Some(length) = length else { continue };
        let Some(value) = text.get(start..start + length) else { continue };
        let spoken = around == Around::Page && !prose::within(&scripts, sign);
        let told =
            (spoken || around == Around::Data) && quote.is_none() && prose::is_credible(value);
        let told = told.then(|| prose::told(name).or_else(|| names::speaks_of(name))).flatten();
        // `PIN: 4711`
        let code =
            spoken && quote.is_none() && prose::is_code(value.trim_end_matches(['.', ',', ';']));
        let code =
            code.then(|| prose::spoken_of(name).filter(|kind| *kind == Kind::Password)).flatten();
        // In words, and in lines of logs, what is quoted behind the name of a password is one.
        let quoted = spoken && quote.is_some() && !prose::within(&tags, sign);
        let quoted = quoted.then(|| in_quotes(name, value)).flatten();
        // In scripts most of it is labels: what is believed has letters and digits, and no blanks.
        let scripted = around == Around::Page
            && !spoken
            && (prose::is_credible(value) || quote.is_some() && prose::is_mixed_phrase(value));
        let literal = (scripted && quote.is_some())
            .then(|| prose::told(name).or_else(|| (name == "pw").then_some(Kind::Password)))
            .flatten();
        // The parameter of an address is one also in a page.
        let parameter = (spoken || scripted && !value.contains(['.', ':']))
            && quote.is_none()
            && bytes.get(sign) == Some(&b'=')
            && end > length_of_name
            && matches!(before.get(end - length_of_name - 1), Some(b'?' | b'&'));
        let around = if parameter { Around::Data } else { around };
        // Behind these a colon is as good as an equals sign: `#!token:…`.
        let behind = before.get(..end - length_of_name).unwrap_or_default();
        // What stands behind two slashes is a host, and its port is no value.
        let assigned = bytes.get(sign) == Some(&b'=')
            || behind.last().is_some_and(|byte| b"!#/?&".contains(byte))
                && !behind.ends_with(b"//");
        // `{username=ann, password=…, rememberMe=true}`: as programs print what they hold, and `PW: …` at the end of its line.
        let last = || {
            text.get(start + length..)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', '\r']))
        };
        let words =
            quote.is_none() && (spoken || around == Around::Data && bytes.get(sign) == Some(&b':'));
        let printed =
            words && prose::is_joined(value) && (bytes.get(sign) == Some(&b'=') || last());
        let run = if words { prose::phrase_at(text, start) } else { None };
        let typed = (printed || run.is_some()).then(|| names::kind_of(name)).flatten();
        let typed = typed.filter(|kind| {
            *kind == Kind::Password || run.is_some() && names::plain(name).contains("credential")
        });
        let length = run.filter(|_| typed.is_some()).unwrap_or(length);
        // Ids open something where the name says so; a cookie of that name is one.
        let id = words
            && opaque::is_guid(value)
            && (names::holds_ids(name) || name.trim_start_matches('[') == "SESSION");
        let id = id.then_some(Kind::Token);
        let random = words && value.len() >= SHORTEST_RANDOM && redact::makes_no_word(value);
        let random = random.then(|| names::kind_of(name)).flatten();
        if let Some(kind) = told
            .or(typed)
            .or(id)
            .or(random)
            .or(code)
            .or(quoted)
            .or(literal)
            .or_else(|| kind(name, value, around, quote.is_some(), assigned))
        {
            found.push(Standing { range: start..start + length, kind });
            if let Some(quote) = quote {
                let rest = scripted::added(text, start + length, quote);
                found.extend(rest.into_iter().map(|range| Standing { range, kind }));
            }
        }
    }
}

/// What is quoted behind a name in words: `password="a b c"`, `'secret': 'x1y2z3'`.
fn in_quotes(name: &str, value: &str) -> Option<Kind> {
    let password = || {
        let kind = names::kind_of(name).filter(|_| names::plain(name).len() > 4);
        kind.or_else(|| prose::spoken_of(name)).filter(|kind| *kind == Kind::Password)
    };
    let kind = prose::told(name).or_else(password).or_else(|| names::speaks_of(name))?;
    let phrase = prose::is_passphrase(value);
    // Letters that no page says are a password behind the name of one.
    let typed = kind == Kind::Password && prose::is_joined(value);
    let believed = prose::is_credible(value) || phrase || typed;
    (value.len() >= SHORTEST_QUOTED && believed && !value.contains("://")).then_some(kind)
}

/// What a named value is, if anything. `assigned`: an equals sign stood between them.
fn kind(name: &str, value: &str, around: Around, quoted: bool, assigned: bool) -> Option<Kind> {
    // What stands behind the digits of base64 is its end, whatever they look like.
    let padding = value.bytes().all(|byte| byte == b'=');
    if padding || value.contains("://") && !opaque::is_opaque(value, 16) {
        return None;
    }
    let by_name = names::kind_of(name);
    let telling = |shortest: usize| {
        (opaque::is_opaque(value, shortest) || opaque::jwt_signature(value).is_some())
            && !opaque::holds_markup(value)
    };
    if names::is_state(name) {
        let key = around == Around::Data && prose::is_credible(value);
        return ((telling(12) || key) && !opaque::is_place(value)).then_some(Kind::Token);
    }
    if names::carries_a_message(name) {
        return None;
    }
    let parameter = assigned && !quoted && around == Around::Data;
    match (by_name, around) {
        (Some(Kind::Password), Around::Data) => {
            (!value.contains(' ') || quoted).then_some(Kind::Password)
        }
        (Some(kind), Around::Data) => {
            let believed = prose::is_credible(value) || prose::is_passphrase(value);
            let told = quoted && believed && prose::told(name).is_some();
            (telling(8)
                || told
                || quoted && plainly(name, value, false)
                || (parameter && value.len() >= 4 && !is_word(value)))
            .then_some(kind)
        }
        (Some(kind), Around::Page) => {
            (telling(8) || quoted && plainly(name, value, true)).then_some(kind)
        }
        (None, Around::Data) if parameter && is_phrase(name, value) => Some(Kind::Token),
        (None, _) => (telling(24)
            && (parameter || quoted || around == Around::Page && assigned && value.len() >= LONG)
            && !names::is_harmless(name)
            && !names_a_key(value))
        .then_some(Kind::Token),
    }
}

/// Words that make no sentence, under a name that states none: `x17=…%20…%20…`.
fn is_phrase(name: &str, value: &str) -> bool {
    value.contains(['%', '+'])
        && !secret_places::states_a_reason(name)
        && !names::is_harmless(name)
        && prose::is_passphrase(
            &percent_encoding::percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy(),
        )
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
