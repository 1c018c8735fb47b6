//! What of a page's text may be shown: no values of URLs, no tokens, no names of people.

use super::branded::is_branded;
use super::called::{PASSWORDS, without_called};
use super::clean_url;
use super::connection::connection;
use super::dumped::dumped;
use super::grouped::grouped;
use super::led::led;
use super::letters::makes_no_word;
use super::paired::paired;
use super::passed::passed;
use super::sent::without_sent;
use super::words::{goes_on, is_guid};
use crate::beginning;
use crate::blotted::without;
use crate::secrets::places;
use diag_products::words_of;
use std::borrow::Cow;
use std::ops::Range;

/// A text that may be shown: URLs without values, no tokens, no local parts of addresses, shortened.
pub fn shown(text: &str, longest: usize) -> String {
    // Pages are long, and a few words of them are shown: what is hidden there is decided by what stands near.
    let head = beginning::of(text, longest.saturating_mul(4).saturating_add(2 * LONGEST_QUOTED));
    if head.len() < text.len() {
        let (out, left) = shown_of(head, longest);
        if left > LONGEST_QUOTED {
            return out;
        }
    }
    shown_of(text, longest).0
}

/// What may be shown of a text, and how many bytes behind it were left where it was long enough.
fn shown_of(text: &str, longest: usize) -> (String, usize) {
    let mut out = String::new();
    let mut label = Label::None;
    // Quotes that were written for HTML and stand in no HTML are quotes.
    let text = if text.contains("&quot;") {
        Cow::Owned(text.replace("&quot;", "\""))
    } else {
        Cow::Borrowed(text)
    };
    let text = without(&text, quoted(&text));
    let text = without_called(&text);
    let text = without_sent(&text);
    let text = without(&text, connection(&text));
    let text = without(&text, dumped(&text));
    let text = without(&text, paired(&text));
    let text = without(&text, led(&text));
    let text = without(&text, passed(&text));
    let text = without(&text, grouped(&text));
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, behind) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        rest = behind.trim_start();
        if !out.is_empty() {
            out.push(' ');
        }
        let own = Label::of(word);
        // `token is abc12`: the verb hands on what was announced.
        let own = if label == Label::Named && is_verb(word) { Label::Named } else { own };
        // `Kennwort lautet abc12`: so is a password, of which the verb is one of the words that go on.
        let own = if label == Label::Bare && is_verb(word) { Label::Named } else { own };
        if label == Label::Pair
            && let Some((name, _)) = word
                .split_once(':')
                .filter(|(_, value)| !value.is_empty() && !value.starts_with("//"))
        {
            out.push_str(name);
            out.push_str(":…");
            label = Label::None;
            continue;
        }
        let hidden = own == Label::None
            && match label {
                Label::None | Label::Pair => false,
                Label::Marked => true,
                Label::Bare => !goes_on(word),
                Label::Named => mixes(word),
            };
        if hidden {
            out.push('…');
            rest = behind_the_quote(word, rest);
            if matches!(label, Label::Bare | Label::Marked) {
                rest = behind_the_phrase(word, rest);
            }
        } else {
            out.push_str(&shown_word(word));
        }
        // The scheme of an Authorization header stands before what is secret.
        label = match own {
            Label::None
                if label != Label::None
                    && matches!(word.to_lowercase().as_str(), "bearer" | "basic") =>
            {
                Label::Marked
            }
            own => own,
        };
        // No text has more characters than bytes.
        if out.len() > longest && out.chars().count() > longest {
            let mut cut: String = out.chars().take(longest).collect();
            cut.push('…');
            return (cut, rest.len());
        }
    }
    (out, 0)
}

/// What stands behind the words that go on with one that is hidden: small letters, and none that a text about passwords has.
fn behind_the_phrase<'t>(word: &str, mut rest: &'t str) -> &'t str {
    const SHORTEST: usize = 4;
    const MOST: usize = 8;
    let is_one = |word: &str| {
        word.len() >= SHORTEST
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && !goes_on(word)
            && !diag_products::is_word(word)
    };
    if !is_one(word) {
        return rest;
    }
    for _ in 0..MOST {
        let (next, behind) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let bare = next.trim_end_matches(['.', ',', ';', '"', '\'']);
        if !is_one(bare) {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

/// What stands behind the quote that a word opens, whatever blanks are in it; the same where it opens none.
fn behind_the_quote<'t>(word: &str, rest: &'t str) -> &'t str {
    const QUOTES: &[(char, char)] = &[('"', '"'), ('\'', '\''), ('“', '”'), ('«', '»'), ('„', '“')];
    const LONGEST: usize = 200;
    let closing =
        QUOTES.iter().find(|(opens, _)| word.starts_with(*opens)).map(|(_, closes)| *closes);
    let closed = |closing: &char| word.chars().skip(1).any(|character| character == *closing);
    closing
        .filter(|closing| !closed(closing))
        .and_then(|closing| {
            let end = beginning::of(rest, LONGEST).find(closing)?;
            rest.get(end + closing.len_utf8()..)
        })
        .map_or(rest, |rest| {
            rest.trim_start_matches(|c: char| c.is_whitespace() || ",;".contains(c))
        })
}

/// Values in quotes or elements that stand under the name of a secret, whatever blanks they hold: `"password": "a b c"`,
/// `secret='a b'`, `<Password>a b</Password>`.
pub fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut tag = None;
    for (mark, sign) in text.match_indices(['<', ':', '=', '>']) {
        if sign == "<" {
            tag = Some(mark + 1);
        }
        if mark < at || sign == "<" {
            continue;
        }
        let before = &text[at..mark];
        let behind = &text[mark + 1..];
        let value = if sign == ">" {
            // A tag closes once.
            let tag = tag.take().filter(|open| *open > at).map_or("", |open| &text[open..mark]);
            let name = tag.split_whitespace().next().unwrap_or_default();
            let named = !name.is_empty() && !name.starts_with(['/', '?', '!']);
            named.then(|| behind.find('<')).flatten().map(|end| {
                (name.rsplit(':').next().unwrap_or_default(), (mark + 1, &behind[..end]))
            })
        } else {
            let name = before.trim_end().trim_end_matches(['"', '\'', '\\', ']']);
            let name = name
                .rsplit(|character: char| {
                    !(character.is_alphanumeric() || "_-.".contains(character))
                })
                .next()
                .unwrap_or_default();
            let start = mark + 1 + (behind.len() - behind.trim_start_matches([' ', '\\']).len());
            let quoted = text[start..].chars().next().filter(|quote| "\"'".contains(*quote));
            quoted.and_then(|quote| {
                Some((name, (start + 1, &text[start + 1..][..text[start + 1..].find(quote)?])))
            })
        };
        let Some((name, (start, value))) = value else { continue };
        let is_code = CODES.contains(&name.to_lowercase().as_str()) && value.len() <= LONGEST_CODE;
        if value.trim().is_empty()
            || value.len() > LONGEST_QUOTED
            || is_code
            || name.is_empty()
            || !places::named(name).is_secret()
        {
            continue;
        }
        at = start + value.len();
        found.push(start..at);
    }
    found
}

/// Longer values are not quoted in sentences.
const LONGEST_QUOTED: usize = 4_000;

/// A text that somebody states, whole: as [`shown`], its lines and blanks as they were where nothing in it is hidden.
pub fn stated(text: &str) -> String {
    let shown = shown(text, usize::MAX);
    let plain: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if shown == plain { text.to_owned() } else { shown }
}

/// What a word announces of the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    None,
    /// `password:`: what follows is no text.
    Marked,
    /// `password`: what follows may go on with the sentence.
    Bare,
    /// `token`: what follows is hidden where it is no word.
    Named,
    /// `-u` of a command: a name and a password follow.
    Pair,
}

impl Label {
    fn of(word: &str) -> Self {
        if matches!(word, "-u" | "--user" | "-U" | "--proxy-user") {
            return Self::Pair;
        }
        let word = word.trim_start_matches(['"', '\'', '(', '{', ',', '[', '<']);
        if let Some(name) = word.strip_suffix([':', '=']) {
            let name = name.trim_end_matches(['"', '\'', ']']);
            let is_label = places::named(name).is_secret()
                && !name.is_empty()
                && !CODES.contains(&name.to_lowercase().as_str());
            return if is_label { Self::Marked } else { Self::None };
        }
        let bare = word.trim_end_matches(['"', '\'', ']']);
        // `"message":"OTP …`: what a value begins with.
        let bare =
            bare.rsplit(['"', '\'', '{', '(', '[']).next().unwrap_or_default().to_lowercase();
        // `DB_PASSWORD`: the name of a setting, of which no sentence speaks.
        let last = bare.rsplit('_').next().unwrap_or_default();
        if PASSWORDS.contains(&bare.as_str()) {
            Self::Bare
        } else if NAMED.contains(&bare.as_str())
            || PASSWORDS.contains(&last)
            || is_name_of_a_program(&bare)
        {
            Self::Named
        } else {
            Self::None
        }
    }
}

/// `csrfmiddlewaretoken`, `_token`, `csrf`: names that no sentence has, and that say what stands behind them.
fn is_name_of_a_program(bare: &str) -> bool {
    const PARTS: &[&str] = &["token", "csrf", "xsrf", "sessionid", "apikey"];
    PARTS.iter().any(|part| bare.contains(part))
        && !bare.ends_with("tokens")
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && places::named(bare).is_secret()
}

/// Names under which running text gives what everybody may read: `Code: 401`, `State: failed`.
const CODES: &[&str] = &[
    "code",
    "state",
    "session",
    "key",
    "target",
    "hint",
    "ticket",
    "execution",
    "signature",
    "assertion",
    "st",
];
/// Words for what servers issue and people type, after which a text may show it.
const NAMED: &[&str] = &[
    "token",
    "secret",
    "session",
    "pin",
    "otp",
    "tan",
    "apikey",
    "ticket",
    "nonce",
    "schlüssel",
    "clave",
    "jeton",
];
fn is_verb(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "is" | "was" | "ist" | "war" | "lautet" | "es" | "est" | "=" | ":" | "=>"
    )
}

/// No word: letters and digits in one, letters by chance, or digits alone, as many as people type of a code they were sent.
fn mixes(word: &str) -> bool {
    let word = word.trim_matches(|character: char| !character.is_alphanumeric());
    // The number of an error.
    if word.starts_with("AADSTS") {
        return false;
    }
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let length = word.chars().count();
    makes_no_word(word)
        || digits > 0
            && length >= 6
            && (digits < length || length <= 8)
            && word.chars().all(|character| !character.is_whitespace())
}

fn shown_word(word: &str) -> String {
    // What follows the `#` names an algorithm there, and is no value.
    if word.contains("://www.w3.org/") && !word.contains('?') {
        return word.to_owned();
    }
    let word = without_named(word);
    let word = match (word.find("://"), word.find('?')) {
        (Some(_), _) | (None, Some(_)) if word.contains(['?', '#', ';', '@']) => clean_url(&word),
        _ => word,
    };
    let bare = word.trim_matches(|character: char| {
        !(character.is_ascii_alphanumeric() || "+/=_-".contains(character))
    });
    if is_base64(bare) {
        return word.replacen(bare, "…", 1);
    }
    // What is between punctuation is judged piece by piece, so that an id in quotes is seen too.
    let mut out = String::with_capacity(word.len());
    let mut piece = String::new();
    for character in word.chars() {
        if character.is_alphanumeric() || "-_+=%~@.".contains(character) {
            piece.push(character);
        } else {
            out.push_str(&shown_piece(&piece));
            piece.clear();
            out.push(character);
        }
    }
    out.push_str(&shown_piece(&piece));
    out
}

/// `token=abc`, `"password":"abc"`, `Id=sa;Password=abc`: the value of a name goes.
fn without_named(word: &str) -> String {
    if word.contains(';') && !word.contains(['?', '#']) {
        let named = |piece: &str| {
            let bare = piece.trim_end_matches(';');
            without_one_named(bare) + &piece[bare.len()..]
        };
        return word.split_inclusive(';').map(named).collect();
    }
    without_one_named(word)
}

fn without_one_named(word: &str) -> String {
    let Some(at) =
        word.find(['=', ':']).filter(|at| !word[*at..].starts_with("://") && at + 1 < word.len())
    else {
        return word.to_owned();
    };
    let name = word[..at]
        .trim_end_matches(['"', '\''])
        .rsplit(|character: char| !(character.is_alphanumeric() || "_-.%".contains(character)));
    let named = name.into_iter().next().unwrap_or_default();
    let sort = places::named(named);
    let codes =
        CODES.contains(&named.to_lowercase().as_str()) && word[at + 1..].len() <= LONGEST_CODE;
    if sort.is_secret() && !named.is_empty() && !codes && !word[..at].contains(['?', '#', '/']) {
        return format!("{}…", &word[..=at]);
    }
    word.to_owned()
}

/// `code=401`, `state:failed`: what is stated is short.
const LONGEST_CODE: usize = 8;

fn shown_piece(piece: &str) -> String {
    if let Some((_, domain)) =
        piece.split_once('@').filter(|(local, domain)| !local.is_empty() && domain.contains('.'))
    {
        return format!("…@{domain}");
    }
    if let Some((name, value)) =
        piece.split_once('=').filter(|(name, value)| !name.is_empty() && is_token(value))
    {
        return format!("{name}={}", if value.is_empty() { "" } else { "…" });
    }
    if is_token(piece) { "…".to_owned() } else { piece.to_owned() }
}

/// It is, or holds, what no name is: a token, a hash, an id in base64.
pub fn is_token(piece: &str) -> bool {
    let is_jwt = piece.starts_with("eyJ") && piece.len() >= 20;
    is_jwt
        || is_branded(piece)
        || is_base64(piece)
        || piece.split('.').any(|part| part.len() >= 20 && !is_guid(part) && looks_like_token(part))
}

/// It is a token by its looks alone, and nothing that systems are called: a JWT, or base64 of some length.
pub fn is_plainly_token(piece: &str) -> bool {
    let is_jwt = piece.starts_with("eyJ") && piece.len() >= 20;
    is_jwt || is_branded(piece) || piece.split('.').any(is_base64)
}

/// Base64 with the slashes and signs that words do not have.
fn is_base64(word: &str) -> bool {
    let count = |sort: fn(&u8) -> bool| word.bytes().filter(sort).count();
    word.len() >= 24
        && !word.starts_with('/')
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte))
        && word.trim_end_matches('=').bytes().all(|byte| byte != b'=')
        && count(u8::is_ascii_uppercase) >= 4
        && count(u8::is_ascii_lowercase) >= 4
        && (count(u8::is_ascii_digit) >= 2 || word.contains('+'))
        && (word.ends_with('=')
            || word.contains('+')
            || count(|byte| b"/-_".contains(byte)) * 8 <= word.len())
}

/// Letters and digits mixed without the hyphens of words: ids, hashes, base64.
fn looks_like_token(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
    (digits >= 3 && letters >= 3)
        || (part.len() >= 32 && digits + letters == part.len() && !is_of_words(part))
}

/// Words that programs write without blanks, all of them ones that products use:
/// `SignatureVerificationKeyMismatch`, `SAMLSignatureValidationException`.
fn is_of_words(part: &str) -> bool {
    // Shorter ones than a dictionary has.
    const SHORT: &[&str] = &["at", "by", "id", "in", "is", "no", "of", "on", "or", "to"];
    let known = |word: &str| {
        let word = word.to_ascii_lowercase();
        SHORT.contains(&word.as_str()) || diag_products::is_word(&word)
    };
    words_of(part).count() >= 3 && words_of(part).all(known)
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_without_blanks_are_shown_and_letters_are_not() {
        for words in [
            "SignatureVerificationKeyMismatch",
            "SAMLSignatureValidationException",
            "UserStrongAuthEnrollmentRequired",
            "SAMLInResponseToMismatchException",
        ] {
            assert!(!super::is_token(words), "{words}");
        }
        for token in [
            "SignatureVerificationKeyMismatcq",
            "SqkvBnterhgdWplkmnbvcXzasdfghjkl",
            "QwLePzRtYxVnMkJhGfDsApOiUyTrEwQz",
        ] {
            assert!(super::is_token(token), "{token}");
        }
    }

    #[test]
    fn the_beginning_of_a_long_text_is_shown_as_it_is_within_all_of_it() {
        let filler = "and so the page goes on with words of its own ".repeat(400);
        let secret = "q7Kd".repeat(900);
        for text in [
            format!("Hello {filler}"),
            format!("\"password\": \"{secret}\" {filler}"),
            format!("<password>{secret} a b</password> {filler}"),
            format!("{}{filler}", format!("secret='{secret}' ").repeat(9)),
            format!("{}password: '{secret} {secret}' {filler}", "x ".repeat(150)),
            "word".repeat(9_000),
        ] {
            for longest in [10, 200, 1_000] {
                assert_eq!(super::shown(&text, longest), super::shown_of(&text, longest).0);
            }
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let text = "Redirecting to https://idp.example/saml2?SAMLRequest=nZLbatwwEIZfxehetk7xQew6 for ann@contoso.example \
                    id _076dd71c-abdf-409e-af0c-be6a0af3cb84, app c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2 'ONELOGIN_19326a150c01fb738e26ed396d99a4f9'";
        assert_eq!(super::shown("DB_PASSWORD mwxmr!39 here", 500), "DB_PASSWORD … here");
        assert_eq!(super::shown("DB_PASSWORD is not set", 500), "DB_PASSWORD is not set");
        let shown = super::shown(text, 500);
        for secret in ["nZLb", "ann@", "076dd71c", "19326a"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(
            shown.contains("c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2")
                && shown.contains("SAMLRequest=…")
        );
        let algorithm = "unknown method \"http://www.w3.org/2009/xmlenc11#aes256-gcm\"";
        assert_eq!(super::shown(algorithm, 500), algorithm);
        assert_eq!(
            super::shown("password: abc Authorization: Bearer def ghi", 100),
            "password: … Authorization: … … ghi"
        );
        assert!(super::shown(&"word ".repeat(500), 100).chars().count() <= 101);
        for (text, is) in [
            ("password hunter2 is wrong", "password … is wrong"),
            ("Your password is wrong", "Your password is wrong"),
            ("Das Kennwort ist abgelaufen", "Das Kennwort ist abgelaufen"),
            ("Ihr Kennwort lautet ndwdq!39", "Ihr Kennwort lautet …"),
            ("Your password is ndwdq!39", "Your password is …"),
            ("token=abc, code=401", "token=… code=401"),
            (
                "the secret is wqzkvbnm7, pin 771923 and token zzkq81vv expired",
                "the secret is … pin … and token … expired",
            ),
            (
                "Token validation failed: error 50011, ticket TKT12 of 2026",
                "Token validation failed: error 50011, ticket TKT12 of 2026",
            ),
            ("cannot open kQ/zV7+wX/6yZ5aB/4cD3e/F2gH== now", "cannot open … now"),
            (
                "sent {\"client_secret\": \"a b c\", \"code\": \"401\"} to it",
                "sent {\"client_secret\": … \"code\": \"401\"} to it",
            ),
            ("sent &quot;secret&quot;:&quot;a b&quot; to it", "sent \"secret\":… to it"),
            (
                "sent <Password>a b</Password> and <b>so on</b>",
                "sent <Password>…</Password> and <b>so on</b>",
            ),
            ("{\"access_token\":\"abc\"}", "{\"access_token\":…"),
            (
                "to \"Server=db;User Id=sa;Password=abc12;\" or d[\"SECRET_KEY\"] = \"a b\"",
                "to \"Server=db;User Id=sa;Password=…;\" or d[\"SECRET_KEY\"] = \"…\"",
            ),
            ("try curl -u 'ann:abc12' now", "try curl -u 'ann:… now"),
            ("got eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x", "got …"),
            ("key aB3/dE5+gH7jK9mN1pQ3sT5v/Q== lost", "key … lost"),
            ("at https://ada:pw@sp.example/x", "at https://…@sp.example/x"),
            (
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            ),
            ("Error code: AADSTS50126", "Error code: AADSTS50126"),
        ] {
            assert_eq!(super::shown(text, 500), is);
        }
        assert_eq!(super::stated("one\n two"), "one\n two");
    }
}
