//! Values that what stands before them announces, in logs, command lines, headers within texts, and tables of pages:
//! `Authorization: Basic …`, `Cookie: a=…; b=…`, `--password …`, `<td>Password</td><td>…</td>`.

use super::around::{Around, Standing};
use super::kind::Kind;
use super::names;
use super::opaque;
use super::prose;
use crate::beginning;
use crate::mask;
use crate::redact::is_jumbled;
use crate::runs::Runs;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;

/// Words before a value.
const WORDS: &[&str] = &[
    "authorization",
    "cookie",
    "bearer",
    "-u ",
    "--user ",
    "--proxy-user ",
    "btoa(",
    "convertto-securestring ",
    "-b ",
    "--",
];
/// What stands before credentials and says how they are packed.
const SCHEMES: &[&str] =
    &["bearer", "basic", "digest", "negotiate", "ntlm", "token", "apikey", "saml"];
/// Parts of a `Set-Cookie` that are none of its value.
const OF_COOKIES: &[&str] = &["path", "domain", "expires", "max-age", "samesite", "version"];
/// Shorter values open nothing.
const SHORTEST: usize = 4;
/// Longest value in quotes.
const LONGEST_VALUE: usize = 200;
/// Longest name of an option.
const LONGEST_OPTION: usize = 64;
/// Digits from which what stands behind a name in a table is no name itself.
const FEWEST_DIGITS: usize = 2;

/// Values that are announced.
pub(super) fn announced(text: &str, around: Around) -> Vec<Standing> {
    let mut reader = Reader {
        text,
        words: Runs::new(text, ends_a_word),
        lines: Runs::new(text, ends_a_line),
        found: Vec::new(),
    };
    for hit in finder().iter().flat_map(|finder| finder.find_iter(text)) {
        let before = text.get(..hit.start()).and_then(|before| before.chars().next_back());
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        match hit.pattern().as_usize() {
            0 => reader.credentials(hit.end()),
            1 => reader.cookies(hit.end()),
            2 => reader.bearer(hit.end()),
            3..=6 => reader.user(hit.end()),
            7 => reader.quoted(hit.end()),
            8 => reader.cookies_of_a_command(hit.end()),
            _ => reader.option(hit.end()),
        };
    }
    let mut found = reader.found;
    // `Authorization: Bearer …` is announced twice.
    found.dedup_by(|one, other| one.range == other.range);
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

fn ends_a_word(character: char) -> bool {
    character.is_whitespace() || "\"'<>,;{}()[]\\".contains(character)
}

fn ends_a_line(character: char) -> bool {
    matches!(character, '\n' | '\r' | '<' | '"')
}

/// The equals signs are the padding of base64.
fn is_padded(value: &str) -> bool {
    !value.trim_end_matches('=').contains('=')
}

/// Reads what stands behind the words that announce something.
struct Reader<'t> {
    text: &'t str,
    words: Runs<'t, fn(char) -> bool>,
    lines: Runs<'t, fn(char) -> bool>,
    found: Vec<Standing>,
}

impl<'t> Reader<'t> {
    fn rest(&self, at: usize) -> &'t str {
        rest(self.text, at)
    }

    /// The word that begins there, and where it stands.
    fn word(&mut self, at: usize) -> Option<(Range<usize>, &'t str)> {
        let word = self.words.behind(at);
        Some((word.clone(), self.text.get(word)?))
    }

    fn find(&mut self, range: Range<usize>, kind: Kind) {
        self.found.push(Standing { range, kind });
    }

    /// How many blanks stand there.
    fn blanks(&self, at: usize) -> usize {
        self.rest(at).len() - self.rest(at).trim_start_matches(' ').len()
    }

    /// Where the value begins behind `: `, `": "` or `='`, and the quote that ends it.
    fn behind_sign(&self, at: usize) -> Option<(usize, Option<char>)> {
        let sign = self.rest(at).trim_start_matches(['"', '\'']).trim_start_matches(' ');
        let value = sign.strip_prefix([':', '='])?;
        let value = value.strip_prefix('>').unwrap_or(value).trim_start_matches(' ');
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
        Some((self.text.len() - value.len() + usize::from(quote.is_some()), quote))
    }

    /// `Authorization: Basic X`
    fn credentials(&mut self, at: usize) -> Option<()> {
        let (start, _) = self.behind_sign(at)?;
        let (scheme, first) = self.word(start)?;
        let told = SCHEMES.contains(&first.to_ascii_lowercase().as_str());
        let (value, written) =
            if told { self.word(scheme.end + self.blanks(scheme.end))? } else { (scheme, first) };
        let is_one = told || prose::is_credible(written) || opaque::is_opaque(written, 8);
        (written.len() >= SHORTEST && is_padded(written) && is_one)
            .then(|| self.find(value, Kind::Token))
    }

    /// `Bearer X` in words.
    fn bearer(&mut self, at: usize) -> Option<()> {
        let behind = self.rest(at);
        let blanks = behind.len() - behind.trim_start_matches([' ', ',']).len();
        let (value, written) = self.word(at + blanks)?;
        (blanks > 0 && (prose::is_credible(written) || opaque::is_opaque(written, 12)))
            .then(|| self.find(value, Kind::Token))
    }

    /// `Cookie: a=1; b=2` in a line of a text.
    fn cookies(&mut self, at: usize) -> Option<()> {
        let (start, quote) = self.behind_sign(at)?;
        let line = self.text.get(self.lines.behind(start))?;
        let line = line.split(|end| Some(end) == quote).next().unwrap_or_default();
        self.pairs(start, line)
    }

    /// `curl -b 'a=1; b=2'`
    fn cookies_of_a_command(&mut self, at: usize) -> Option<()> {
        let behind = self.rest(at);
        let lead = behind.len() - behind.trim_start_matches(['$', '^', '\\']).len();
        let quote =
            behind.get(lead..)?.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let start = at + lead + 1;
        let line = self.text.get(self.lines.behind(start))?;
        let line = line.split([quote, '^']).next()?.trim_end_matches('\\');
        line.contains('=').then(|| self.pairs(start, line))?
    }

    /// `a=1; b=2`
    fn pairs(&mut self, start: usize, line: &str) -> Option<()> {
        let mut piece = start;
        for pair in line.split(';') {
            let at = piece;
            piece += pair.len() + 1;
            let Some((name, value)) = pair.split_once('=') else {
                // A list of cookies ends where no pair follows.
                if OF_COOKIES.contains(&pair.trim()) || matches!(pair.trim(), "HttpOnly" | "Secure")
                {
                    continue;
                }
                return None;
            };
            let ends = value.find(char::is_whitespace);
            let value = value.get(..ends.unwrap_or(value.len())).unwrap_or_default();
            let is_attribute = OF_COOKIES.contains(&name.trim().to_ascii_lowercase().as_str());
            // A pair that was replaced as a whole keeps its sign.
            let is_mark = mask::is_own(pair.trim());
            if value.len() >= SHORTEST && !is_attribute && !is_mark && !name.trim().contains(' ') {
                let begins = at + name.len() + 1;
                self.find(begins..begins + value.len(), Kind::Cookie);
            }
            if ends.is_some() && !pair.trim_end().ends_with(value) {
                return None;
            }
        }
        Some(())
    }

    /// `-u ann:X`
    fn user(&mut self, at: usize) -> Option<()> {
        let behind = self.rest(at);
        let quote = behind.chars().next().filter(|first| matches!(first, '"' | '\''));
        let pair = match quote {
            Some(quote) => behind.get(1..).and_then(|rest| rest.get(..rest.find(quote)?))?,
            None => self.word(at)?.1,
        };
        let (name, value) = pair.split_once(':')?;
        let is_one = prose::is_credible(value)
            || prose::is_passphrase(value)
            || opaque::is_opaque(value, 8)
            || quote.is_some() && prose::is_passphrase(value);
        let start = at + usize::from(quote.is_some()) + name.len() + 1;
        (!name.is_empty() && !name.contains(' ') && is_one)
            .then(|| self.find(start..start + value.len(), Kind::Password))
    }

    /// `ConvertTo-SecureString "X"`
    fn quoted(&mut self, at: usize) -> Option<()> {
        let behind = self.rest(at);
        let quote = behind.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let end = beginning::of(behind.get(1..)?, LONGEST_VALUE).find(quote)?;
        (end >= SHORTEST).then(|| self.find(at + 1..at + 1 + end, Kind::Password))
    }

    /// `--password X`
    fn option(&mut self, at: usize) -> Option<()> {
        let name = beginning::of(self.rest(at), LONGEST_OPTION);
        let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))?;
        let name = name.get(..length).filter(|_| self.rest(at + length).starts_with(' '))?;
        let kind = names::kind_of(name)?;
        let start = at + length + self.blanks(at + length);
        let quoted = self.rest(start).starts_with(['"', '\'']);
        let (value, written) = self.word(start + usize::from(quoted))?;
        (!written.starts_with('-')
            && (prose::is_credible(written) || opaque::is_opaque(written, 8)))
        .then(|| self.find(value, kind))
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
        // Quotes around an element of its own are no value.
        if !shown.contains(char::is_alphanumeric) || prose::within(&silent, close) {
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
        Around::Page => {
            prose::is_credible(value) && (digits >= FEWEST_DIGITS || is_jumbled(value))
                || prose::is_passphrase(value)
        }
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
            ("curl 'https://a.example/' -b 'sid=vnvqx!37; theme=1'", "vnvqx!37"),
            ("curl ^\"https://a.example/^\" -b ^\"sid=vnvqx!37^\"", "vnvqx!37"),
            ("Cookie: _shibsession_x=63UeEKvib+Psbs3Qc; theme=1", "63UeEKvib+Psbs3Qc"),
            ("Set-Cookie: s=UfeAz88CrxvvtW3; Path=/app; HttpOnly", "UfeAz88CrxvvtW3"),
            ("{\"cookie\":\"s=vnvqx!37\"}", "vnvqx!37"),
            ("started with --password nhxck!96 --user ann", "nhxck!96"),
            ("curl -u 'ann:nhxck!96' https://a.example", "nhxck!96"),
            ("curl --user ann:nhxck!96 https://a.example", "nhxck!96"),
            ("fetch({Authorization:'Basic '+btoa('ann:nhxck!96')})", "nhxck!96"),
            ("ConvertTo-SecureString \"two words\" -AsPlainText", "two words"),
            ("<td>password</td><td><pre>\"<span>a1b2c3d4</span>\"</pre></td>", "a1b2c3d4"),
            ("<tr><td>Password</td><td>tkpfb!25</td></tr>", "tkpfb!25"),
            ("<tr><td>DB_PASSWORD</td><td>krtzwb wqplmx bnmvcd</td></tr>", "krtzwb wqplmx bnmvcd"),
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
