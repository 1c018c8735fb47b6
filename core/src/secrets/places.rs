//! Where secrets stand: the one table of names under which people type, and servers issue, what lets somebody in.
//!
//! A value is a secret by the place it stands in, never by how it looks. The same names hold for parameters of
//! addresses, form fields, JSON fields, XML elements and cookies, because programs carry them from one to the other.
//! Names are compared without letter case, percent-encoding and marks between their words: `client_secret`,
//! `clientSecret` and `Client%2DSecret` are one name.

use super::names::{
    CHOICES, IDENTITIES, ISSUED, ISSUED_PARTS, MESSAGES, REASONS, TYPED, TYPED_PARTS,
};
use diag_products::openings::Openings;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// What a value is, by the name it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A person typed it to prove who they are: password, PIN, one-time code, answer.
    Typed,
    /// A server issued it: session, token, ticket, key, signature, nonce.
    Issued,
    /// It names a person.
    Identity,
    /// A SAML or WS-Federation message.
    Message,
    /// It states what happened (`error`, `reason`), or chooses among few words (`lang`).
    Statement,
    /// Nothing is known of it.
    Unknown,
}

impl Standing {
    /// Whoever holds the value gets in.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Typed | Self::Issued)
    }
}

/// The name without letter case, encoding, and marks between its words.
fn plain(name: &str) -> String {
    let mut name = name.to_owned();
    for _ in 0..3 {
        if !name.contains('%') {
            break;
        }
        name = percent_decode_str(&name).decode_utf8_lossy().into_owned();
    }
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whole names, with what they say.
static WHOLE: LazyLock<HashMap<&'static str, Standing>> = LazyLock::new(|| {
    // A one-time code has the name that OAuth gives its grant: it is issued, and typed again.
    let lists = [
        (MESSAGES, Standing::Message),
        (ISSUED, Standing::Issued),
        (TYPED, Standing::Typed),
        (IDENTITIES, Standing::Identity),
        (REASONS, Standing::Statement),
        (CHOICES, Standing::Statement),
    ];
    let mut whole = HashMap::new();
    for (names, standing) in lists {
        for name in names {
            whole.entry(*name).or_insert(standing);
        }
    }
    whole
});

/// Parts of names, those of what is typed before those of what is issued.
static PARTS: LazyLock<Openings> = LazyLock::new(|| {
    Openings::of(TYPED_PARTS.iter().chain(ISSUED_PARTS).map(|part| part.as_bytes()))
});

/// Whether a name has parts that speak of what is typed, and of what is issued.
fn holds(plain: &str) -> (bool, bool) {
    let (mut typed, mut issued) = (false, false);
    PARTS.look(plain.as_bytes(), |at, number| {
        let (holds, part) = match TYPED_PARTS.get(number) {
            Some(part) => (&mut typed, part),
            None => (&mut issued, &ISSUED_PARTS[number - TYPED_PARTS.len()]),
        };
        *holds |= plain.as_bytes()[at..].starts_with(part.as_bytes());
        ControlFlow::Continue(())
    });
    (typed, issued)
}

/// One of the words of a name is of what is typed or issued, rather than the name as a whole.
pub fn speaks_of_a_secret(name: &str) -> bool {
    let (typed, issued) = holds(&plain(name));
    typed || issued
}

/// What stands under a name: of a parameter, a form field, a JSON field, an XML element or attribute.
pub fn named(name: &str) -> Standing {
    let plain = plain(name);
    let plain = plain.as_str();
    let whole = WHOLE.get(plain).copied();
    if let Some(standing @ (Standing::Message | Standing::Issued | Standing::Typed)) = whole {
        return standing;
    }
    let (typed, issued) = holds(plain);
    // `log[pass]`: the field of a record is called as it would be alone.
    if !typed
        && !issued
        && let Some(field) =
            last_field(name).map(|field| named(&field)).filter(|field| field.is_secret())
    {
        return field;
    }
    let short = whole.is_none() && ends_in_a_password(name);
    let is_one = !names_an_error(plain);
    match whole {
        _ if (typed || short) && is_one => Standing::Typed,
        Some(standing) => standing,
        None if is_one && (issued || plain.ends_with("otp") || plain.ends_with("pin")) => {
            Standing::Issued
        }
        None => Standing::Unknown,
    }
}

/// A name in configuration that speaks of nothing but what lets somebody in: `oidcClientSecret`, `secretText`, `bindPassword`.
pub fn is_opened_by(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "secret",
        "secrettext",
        "password",
        "passphrase",
        "passwd",
        "apikey",
        "accesskey",
        "sharedkey",
    ];
    let plain = plain(name);
    ENDS.iter().any(|end| plain.ends_with(end))
}

/// `SecurityTokenException`: what went wrong with a secret is none.
fn names_an_error(plain: &str) -> bool {
    const ENDS: &[&str] =
        &["exception", "error", "errors", "fault", "failure", "handler", "validator"];
    ENDS.iter().any(|end| plain.ends_with(end))
}

/// `txtPwd`, `newpw2`: as short as it is, it ends the name. What base64 ends in may look so, and is longer.
fn ends_in_a_password(name: &str) -> bool {
    let last = name.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let word = last.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let lower = word.to_ascii_lowercase();
    let shortest = if word.len() < name.len() { 2 } else { 3 };
    (shortest..=LONGEST_SHORT).contains(&word.len())
        && name.len() <= 2 * LONGEST_SHORT
        && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (lower.ends_with("pwd")
            || lower.ends_with("pw")
            // `pf.pass`, `ldap_pass`
            || matches!(lower.as_str(), "pass" | "psk") && word.len() < name.len()
            // `keystorePass`
            || ["Pass", "Psk", "PSK"].iter().any(|end| {
                let before = word.strip_suffix(end).and_then(|rest| rest.chars().next_back());
                before.is_some_and(char::is_lowercase)
            }))
}

/// Longest name that ends so.
const LONGEST_SHORT: usize = 16;

/// The last field of `a[b][c]`, however it is encoded.
fn last_field(name: &str) -> Option<String> {
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    let field = decoded.strip_suffix(']')?.rsplit('[').next()?;
    (!field.is_empty() && field.len() + 1 < decoded.len()).then(|| field.to_owned())
}

/// Remembers names: a capture has a few hundred, thousands of times each.
#[derive(Debug, Default)]
pub(super) struct Memory {
    named: HashMap<String, Standing>,
    headers: HashMap<String, Standing>,
}

impl Memory {
    /// Most names remembered, and the longest in bytes.
    const MOST: usize = 10_000;
    const LONGEST: usize = 100;

    /// As [`named`].
    pub(super) fn named(&mut self, name: &str) -> Standing {
        Self::remembered(&mut self.named, name, named)
    }

    /// As [`header`].
    pub(super) fn header(&mut self, name: &str) -> Standing {
        Self::remembered(&mut self.headers, name, header)
    }

    fn remembered(
        known: &mut HashMap<String, Standing>,
        name: &str,
        find: fn(&str) -> Standing,
    ) -> Standing {
        if let Some(standing) = known.get(name) {
            return *standing;
        }
        let standing = find(name);
        if known.len() < Self::MOST && name.len() <= Self::LONGEST {
            known.insert(name.to_owned(), standing);
        }
        standing
    }
}

/// Words in names of headers that hold what lets somebody in.
const WORDS: &[&str] = &[
    "key",
    "auth",
    "token",
    "secret",
    "session",
    "pass",
    "password",
    "credential",
    "sig",
    "jwt",
    "ticket",
    "bearer",
    "csrf",
    "hmac",
    "mfa",
    "nonce",
    "oidc",
    "otp",
    "pwd",
    "totp",
    "xsrf",
];

/// What browsers and servers say of themselves, and of what they allow.
pub fn is_of_browsers(header: &str) -> bool {
    let lower = header.to_ascii_lowercase();
    [
        "sec-",
        "access-control-",
        "content-",
        "www-",
        "proxy-authenticate",
        "clear-site",
        "x-auth-type",
        ":",
    ]
    .iter()
    .any(|known| lower.starts_with(known))
}

/// Under this name addresses state what went wrong. `code` is a reason, and also the code that OAuth issues: whoever
/// reads it as a reason knows it by its words.
pub fn states_a_reason(name: &str) -> bool {
    let plain = plain(name);
    plain == "code" || REASONS.contains(&plain.as_str())
}

/// What a cookie tells the page that comes next (`AUTH-ERROR=This%20account…`), where its name says so and its value is a
/// sentence: words with blanks between them, as no secret has.
pub fn reason_in_cookie(name: &str, value: &str) -> Option<String> {
    const NAMES: &[&str] = &["error", "message", "reason"];
    const FEWEST: usize = 4;
    const LONGEST: usize = 600;
    let name = name.trim().to_ascii_lowercase();
    if value.len() > LONGEST * 3 || !NAMES.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let plain = value.trim().trim_matches('"').replace('+', " ");
    let text = percent_decode_str(&plain).decode_utf8().ok()?.into_owned();
    let word = |word: &&str| {
        word.trim_end_matches(['.', ',', ':', ';', '!'])
            .chars()
            .all(|character| character.is_alphabetic() || "'’-".contains(character))
    };
    let words = text.split_whitespace().filter(word).count();
    // A sentence about a password may go on with it.
    let speaks_of_one = |word: &str| named(word) == Standing::Typed;
    if text.split_whitespace().any(speaks_of_one) {
        return None;
    }
    (text.len() <= LONGEST && words >= FEWEST && words * 2 > text.split_whitespace().count())
        .then_some(text)
}

/// What stands under a header's name: cookies are handled one by one, addresses as such.
pub fn header(name: &str) -> Standing {
    match name.to_ascii_lowercase().as_str() {
        "cookie"
        | "set-cookie"
        | "set-cookie2"
        | "authorization"
        | "authentication"
        | "dpop"
        | "proxy-authorization"
        | "authentication-info" => Standing::Issued,
        // A scheme and what it asks for.
        "www-authenticate"
        | "proxy-authenticate"
        | "access-control-allow-credentials"
        | "sec-fetch-user" => Standing::Statement,
        name => match named(name.strip_prefix("x-").unwrap_or(name)) {
            // Headers of one's own are named after what they hold: `X-Contoso-Auth`, `X-Functions-Key`.
            Standing::Unknown
                if !is_of_browsers(name)
                    && name.split(['-', '_']).any(|word| WORDS.contains(&word)) =>
            {
                Standing::Issued
            }
            standing => standing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_named_for_an_error_hands_on_a_sentence_and_nothing_else() {
        let told = |name: &str, value: &str| reason_in_cookie(name, value);
        let sentence = "This%20account%20has%20another%20method.";
        assert_eq!(
            told("AUTH-ERROR", sentence).as_deref(),
            Some("This account has another method.")
        );
        assert_eq!(told("auth", sentence), None);
        assert_eq!(told("flash_message", "Your%20new%20password%20is%20Sunflower%20now"), None);
        assert_eq!(told("last_error", "three+words+only"), None);
        assert_eq!(told("last_error", "a1b2c3d4 9f8e7d6c 00ff11ee 2b3c4d5e 7a8b9c0d"), None);
    }

    #[test]
    fn names_are_one_however_they_are_written() {
        for name in [
            "client_secret",
            "clientSecret",
            "Client-Secret",
            "client%5Fsecret",
            "client%255Fsecret",
            "CLIENT.SECRET",
        ] {
            assert_eq!(named(name), Standing::Issued, "{name}");
        }
        for name in [
            "%70assword",
            "j_password",
            "Kennwort",
            "loginpass",
            "pass",
            "PIN",
            "oldPassword",
            "mot-de-passe",
            "user[password]",
            "log[pass]",
            "log%5Bpin%5D",
            "ctl00$Main$txtPwd",
            "newpw2",
        ] {
            assert_eq!(named(name), Standing::Typed, "{name}");
        }
    }

    #[test]
    fn what_diagnosis_needs_is_no_secret() {
        for name in [
            "error",
            "error_description",
            "client_id",
            "redirect_uri",
            "SigAlg",
            "wa",
            "wtrealm",
            "tenant",
            "lang",
            "sessionCookieDomain",
        ] {
            assert_eq!(named(name), Standing::Statement, "{name}");
        }
        for name in ["username", "loginfmt", "j_username", "Benutzername", "login_hint"] {
            assert_eq!(named(name), Standing::Identity, "{name}");
        }
        assert!(
            states_a_reason("error_description")
                && states_a_reason("code")
                && !states_a_reason("lang")
        );
        assert_eq!(named("SAMLResponse"), Standing::Message);
        assert_eq!(named("shipping"), Standing::Unknown);
        // As a whole it says what it says beside its parts, and what is typed goes first.
        assert_eq!(named("sessionCookieHeaderName"), Standing::Statement);
        assert_eq!(named("usernameCredential"), Standing::Typed);
        assert_eq!(named("backup_pin"), Standing::Issued);
        assert_eq!(named(""), Standing::Unknown);
    }

    #[test]
    fn headers_carry_secrets_under_names_of_their_own() {
        for name in [
            "Cookie",
            "Authorization",
            "X-Api-Key",
            "X-Auth-Token",
            "X-CSRF-Token",
            "Ocp-Apim-Subscription-Key",
            "x-ms-token-aad-id-token",
            "X-Functions-Key",
            "X-Contoso-Auth",
        ] {
            assert!(header(name).is_secret(), "{name}");
        }
        for name in [
            "Content-Type",
            "Location",
            "x-ms-request-id",
            "WWW-Authenticate",
            "Date",
            "Server",
            "Keep-Alive",
            "Sec-WebSocket-Key",
        ] {
            assert!(!header(name).is_secret(), "{name}");
        }
    }
}
