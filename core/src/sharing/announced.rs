//! Values that what stands before them announces, in logs, command lines, headers within texts, and tables of pages:
//! `Authorization: Basic …`, `Cookie: a=…; b=…`, `--password …`, `<td>Password</td><td>…</td>`.

use super::around::{Around, Standing};
use super::kind::Kind;
use super::names;
use super::opaque;
use super::prose;
use crate::mask;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;

/// Words before a value.
const WORDS: &[&str] =
    &["authorization", "cookie", "bearer", "-u ", "--user ", "--proxy-user ", "--"];
/// What stands before credentials and says how they are packed.
const SCHEMES: &[&str] =
    &["bearer", "basic", "digest", "negotiate", "ntlm", "token", "apikey", "saml"];
/// Parts of a `Set-Cookie` that are none of its value.
const OF_COOKIES: &[&str] = &["path", "domain", "expires", "max-age", "samesite", "version"];
/// Shorter values open nothing.
const SHORTEST: usize = 4;
/// Digits from which what stands behind a name in a table is no name itself.
const FEWEST_DIGITS: usize = 2;

/// Values that are announced.
pub(super) fn announced(text: &str, around: Around) -> Vec<Standing> {
    let mut found = Vec::new();
    if let Some(finder) = finder() {
        for hit in finder.find_iter(text) {
            let before = text.get(..hit.start()).and_then(|before| before.chars().next_back());
            let within = before.is_some_and(char::is_alphanumeric);
            match hit.pattern().as_usize() {
                _ if within => {}
                0 => credentials(text, hit.end(), &mut found),
                1 => cookies(text, hit.end(), &mut found),
                2 => bearer(text, hit.end(), &mut found),
                3..=5 => user(text, hit.end(), &mut found),
                _ => option(text, hit.end(), &mut found),
            }
        }
        // `Authorization: Bearer …` is announced twice.
        found.dedup_by(|one, other| one.range == other.range);
    }
    if memchr::memmem::find(text.as_bytes(), b"</").is_some() {
        beside(text, around, &mut found);
    }
    found
}

fn finder() -> Option<&'static AhoCorasick> {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    FINDER
        .get_or_init(|| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostLongest)
                .build(WORDS)
                .ok()
        })
        .as_ref()
}

fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// Where the value begins behind `: `, `": "` or `='`, and the quote that ends it.
fn behind_sign(text: &str, at: usize) -> Option<(usize, Option<char>)> {
    let behind = rest(text, at);
    let sign = behind.trim_start_matches(['"', '\'']).trim_start_matches(' ');
    let value = sign.strip_prefix([':', '='])?;
    let value = value.strip_prefix('>').unwrap_or(value).trim_start_matches(' ');
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    Some((text.len() - value.len() + usize::from(quote.is_some()), quote))
}

/// The word that begins there.
fn word(text: &str, at: usize) -> Range<usize> {
    let behind = rest(text, at);
    let ends = |c: char| c.is_whitespace() || "\"'<>,;{}()[]\\".contains(c);
    at..at + behind.find(ends).unwrap_or(behind.len())
}

fn credentials(text: &str, at: usize, found: &mut Vec<Standing>) {
    let Some((start, _)) = behind_sign(text, at) else { return };
    let scheme = word(text, start);
    let first = text.get(scheme.clone()).unwrap_or_default();
    let told = SCHEMES.contains(&first.to_ascii_lowercase().as_str());
    let value = if told {
        let blanks =
            rest(text, scheme.end).len() - rest(text, scheme.end).trim_start_matches(' ').len();
        word(text, scheme.end + blanks)
    } else {
        scheme
    };
    let written = text.get(value.clone()).unwrap_or_default();
    let is_one = told || prose::is_credible(written) || opaque::is_opaque(written, 8);
    if written.len() >= SHORTEST && is_padded(written) && is_one {
        found.push(Standing { range: value, kind: Kind::Token });
    }
}

/// The equals signs are the padding of base64.
fn is_padded(value: &str) -> bool {
    !value.trim_end_matches('=').contains('=')
}

/// `Bearer X` in words.
fn bearer(text: &str, at: usize, found: &mut Vec<Standing>) {
    let behind = rest(text, at);
    let blanks = behind.len() - behind.trim_start_matches([' ', ',']).len();
    let value = word(text, at + blanks);
    let written = text.get(value.clone()).unwrap_or_default();
    if blanks > 0 && (prose::is_credible(written) || opaque::is_opaque(written, 12)) {
        found.push(Standing { range: value, kind: Kind::Token });
    }
}

/// `Cookie: a=1; b=2` in a line of a text.
fn cookies(text: &str, at: usize, found: &mut Vec<Standing>) {
    let Some((start, quote)) = behind_sign(text, at) else { return };
    let behind = rest(text, start);
    let ends = |c: char| Some(c) == quote || matches!(c, '\n' | '\r' | '<' | '"');
    let line = behind.get(..behind.find(ends).unwrap_or(behind.len())).unwrap_or_default();
    let mut piece = start;
    for pair in line.split(';') {
        let at = piece;
        piece += pair.len() + 1;
        let Some((name, value)) = pair.split_once('=') else {
            // A list of cookies ends where no pair follows.
            if OF_COOKIES.contains(&pair.trim()) || matches!(pair.trim(), "HttpOnly" | "Secure") {
                continue;
            }
            return;
        };
        let ends = value.find(char::is_whitespace);
        let value = value.get(..ends.unwrap_or(value.len())).unwrap_or_default();
        let is_attribute = OF_COOKIES.contains(&name.trim().to_ascii_lowercase().as_str());
        // A pair that was replaced as a whole keeps its sign.
        let is_mark = mask::is_own(pair.trim());
        if value.len() >= SHORTEST && !is_attribute && !is_mark && !name.trim().contains(' ') {
            let begins = at + name.len() + 1;
            found.push(Standing { range: begins..begins + value.len(), kind: Kind::Cookie });
        }
        if ends.is_some() && !pair.trim_end().ends_with(value) {
            return;
        }
    }
}

/// `-u ann:X`
fn user(text: &str, at: usize, found: &mut Vec<Standing>) {
    let behind = rest(text, at);
    let quote = behind.chars().next().filter(|first| matches!(first, '"' | '\''));
    let pair = match quote {
        Some(quote) => behind.get(1..).and_then(|rest| rest.get(..rest.find(quote)?)),
        None => text.get(word(text, at)),
    };
    let Some((name, value)) = pair.and_then(|pair| pair.split_once(':')) else { return };
    let is_one = prose::is_credible(value)
        || opaque::is_opaque(value, 8)
        || quote.is_some() && prose::is_passphrase(value);
    if !name.is_empty() && !name.contains(' ') && is_one {
        let start = at + usize::from(quote.is_some()) + name.len() + 1;
        found.push(Standing { range: start..start + value.len(), kind: Kind::Password });
    }
}

/// `--password X`
fn option(text: &str, at: usize, found: &mut Vec<Standing>) {
    let behind = rest(text, at);
    let name_ends = behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let Some(length) = name_ends.filter(|length| behind[*length..].starts_with(' ')) else {
        return;
    };
    let Some(kind) = names::kind_of(behind.get(..length).unwrap_or_default()) else { return };
    let blanks = behind[length..].len() - behind[length..].trim_start_matches(' ').len();
    let start = at + length + blanks;
    let quoted = rest(text, start).starts_with(['"', '\'']);
    let value = word(text, start + usize::from(quoted));
    let written = text.get(value.clone()).unwrap_or_default();
    if !written.starts_with('-') && (prose::is_credible(written) || opaque::is_opaque(written, 8)) {
        found.push(Standing { range: value, kind });
    }
}

/// `<td>Password</td><td>X</td>`, `<name>password</name><value>X</value>`: what stands behind the name of a secret.
fn beside(text: &str, around: Around, found: &mut Vec<Standing>) {
    let silent = prose::scripts(text);
    let mut announced = None;
    let mut at = 0;
    while let Some(close) = rest(text, at).find('>').map(|close| at + close + 1) {
        let end = rest(text, close).find('<').map_or(text.len(), |open| close + open);
        at = end;
        let inner = text.get(close..end).unwrap_or_default();
        let shown = inner.trim();
        if shown.is_empty() || prose::within(&silent, close) {
            continue;
        }
        let start = close + (inner.len() - inner.trim_start().len());
        if let Some(kind) = announced.take()
            && is_told(shown, around)
        {
            found.push(Standing { range: start..start + shown.len(), kind });
            continue;
        }
        let name = shown.trim_end_matches([':', ' ']);
        let last = name.rsplit(' ').next().unwrap_or_default();
        announced = if name.len() <= 40 { prose::told(last) } else { None };
    }
}

fn is_told(value: &str, around: Around) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match around {
        Around::Data => value.len() >= SHORTEST && prose::told(value).is_none(),
        Around::Page => prose::is_credible(value) && digits >= FEWEST_DIGITS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, around: Around) -> Vec<&str> {
        announced(text, around).into_iter().map(|one| &text[one.range]).collect()
    }

    #[test]
    fn headers_options_and_tables_announce_values() {
        for (text, value) in [
            ("bad, Authorization: Basic dTpncHZueiE0Ng== from 10.0.0.1", "dTpncHZueiE0Ng=="),
            ("Authorization: Bearer vgbhn!57 refused", "vgbhn!57"),
            ("{\"authorization\":\"Bearer vnvqx!37\"}", "vnvqx!37"),
            ("got bearer vnvqx!37 from it", "vnvqx!37"),
            ("Cookie: _shibsession_x=63UeEKvib+Psbs3Qc; theme=1", "63UeEKvib+Psbs3Qc"),
            ("Set-Cookie: s=UfeAz88CrxvvtW3; Path=/app; HttpOnly", "UfeAz88CrxvvtW3"),
            ("{\"cookie\":\"s=vnvqx!37\"}", "vnvqx!37"),
            ("started with --password nhxck!96 --user ann", "nhxck!96"),
            ("curl -u 'ann:nhxck!96' https://a.example", "nhxck!96"),
            ("curl --user ann:nhxck!96 https://a.example", "nhxck!96"),
            ("<tr><td>Password</td><td>tkpfb!25</td></tr>", "tkpfb!25"),
            ("<dl><dt>Your password:</dt><dd>bpgdz!57</dd></dl>", "bpgdz!57"),
        ] {
            assert_eq!(found(text, Around::Page), [value], "{text}");
        }
        let member =
            "<member><name>password</name><value><string>a b c d</string></value></member>";
        assert_eq!(found(member, Around::Data), ["a b c d"]);
    }

    #[test]
    fn words_about_them_announce_nothing() {
        for text in [
            "The Authorization header is missing",
            "Cookie: none; it was blocked",
            "{\"cookie\":\"R=EDACTEDbd3yjwgd7swpx3ch3zib3qclp\"}",
            "Cookies are needed: allow them; then go on",
            "WWW-Authenticate: Bearer realm=\"sp\"",
            "WWW-Authenticate: Bearer error=\"invalid_token\"",
            "use --password or --token to sign in",
            "sort -u https://a.example:443",
            "curl -u 'ann' https://a.example",
            "<label>Password</label><a>Forgot it?</a>",
            "<td>Password</td><td>expired</td>",
            "<script>var a='<b>Password</b><i>a1b2c3d4</i>'</script>",
        ] {
            assert!(
                found(text, Around::Page).is_empty(),
                "{text}: {:?}",
                found(text, Around::Page)
            );
        }
    }
}
