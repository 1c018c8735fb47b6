//! A name and a password in one: `login failed for ann:x1y2z3!`, `ann@contoso.example / x1y2z3!`. A word before them, or the address of
//! a person, says that the second is a password; its looks that it is no port and no name.

use super::jumbled::is_jumbled;
use super::words::is_guid;
use std::ops::Range;

/// Words before such a pair.
const BEFORE: &[&str] = &[
    "for",
    "user",
    "username",
    "login",
    "account",
    "as",
    "with",
    "credentials",
    "creds",
    "admin",
    "für",
    "benutzer",
    "konto",
    "anmeldung",
    "pour",
    "utilisateur",
    "compte",
    "usuario",
];
/// What a thing is, and no name of one: `for host:sense01`, `as user:Group2Admin`.
const KINDS: &[&str] = &[
    "host",
    "hostname",
    "server",
    "node",
    "realm",
    "domain",
    "tenant",
    "client",
    "user",
    "username",
    "account",
    "role",
    "group",
    "cipher",
    "aud",
    "audience",
    "scope",
    "app",
    "application",
    "service",
    "port",
    "key",
    "alias",
    "type",
    "id",
    "uid",
    "cn",
    "ou",
    "dc",
    "device",
    "session",
    "request",
    "issuer",
    "resource",
    "provider",
    "connection",
];
/// Lengths of what is a password by its looks.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=64;
/// What is put around a pair.
const AROUND: &[char] =
    &['"', '\'', '(', ')', '[', ']', ',', '.', ';', '<', '>', '`', '*', '“', '”'];

/// Where the passwords of such pairs stand in a text.
pub fn paired(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if memchr::memchr2(b':', b'/', text.as_bytes()).is_none() {
        return found;
    }
    let mut before = "";
    let mut person = false;
    let mut sign = false;
    for word in text.split(|c: char| c.is_whitespace() || "<>\"".contains(c)) {
        if word.is_empty() {
            continue;
        }
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let bare = word.trim_matches(AROUND);
        let at = start + (word.len() - word.trim_start_matches(AROUND).len());
        let led = BEFORE.iter().any(|known| before.eq_ignore_ascii_case(known));
        if let Some((name, password)) = bare.split_once(':')
            && (led || is_person(name))
            && is_name(name)
            && is_password(password)
        {
            found.push(at + name.len() + 1..at + bare.len());
        } else if let Some((name, password)) = bare.split_once('/')
            && is_person(name)
            && is_password(password)
        {
            found.push(at + name.len() + 1..at + bare.len());
        } else if person && sign && is_password(bare) {
            // `ann@contoso.example / x1y2z3!`
            found.push(at..at + bare.len());
        }
        person = is_person(bare) || person && matches!(word, "/" | "|");
        sign = matches!(word, "/" | "|");
        before = bare.trim_end_matches([':', '=']);
    }
    found
}

fn is_person(word: &str) -> bool {
    word.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains(['/', ':', '@'])
    })
}

fn is_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "._-@\\".contains(letter);
    let of_a_name =
        |word: &str| word.eq_ignore_ascii_case("urn") || word.eq_ignore_ascii_case("sha256");
    let of_a_kind = || KINDS.iter().any(|kind| name.eq_ignore_ascii_case(kind));
    !name.is_empty()
        && name.chars().all(plain)
        && !of_a_name(name)
        && !of_a_kind()
        && !name.chars().all(|c| c.is_ascii_digit())
}

/// Letters with digits and signs among them, as no port, no place and no id of something has them.
fn is_password(value: &str) -> bool {
    let has = |of: fn(char) -> bool| value.chars().any(of);
    LENGTHS.contains(&value.chars().count())
        && has(char::is_alphabetic)
        && (has(|c| c.is_ascii_digit()) || has(|c| "!$%^&*#+~?".contains(c)) || is_jumbled(value))
        && !value.contains(['/', '=', '<', '"', ':', '@'])
        && !value.starts_with(['?', '#', '&', '$', '%', '{'])
        && !is_guid(value)
        && !value.starts_with("AADSTS")
        && !value.contains('.') | value.contains(|c: char| "!$%^&*#+~".contains(c))
}

#[cfg(test)]
mod tests {
    use super::paired;

    #[test]
    fn what_stands_behind_a_person_is_a_password_by_its_looks() {
        let found =
            |text: &str| paired(text).into_iter().map(|at| text[at].to_owned()).collect::<Vec<_>>();
        for (text, password) in [
            ("Login failed for mira:Qu4rtz-Kiosk70$", "Qu4rtz-Kiosk70$"),
            ("Sign in with mira@contoso.example / Walnut4148.", "Walnut4148"),
            ("creds: (mira:Walnut4148)", "Walnut4148"),
            ("Test account: mira@contoso.example:Walnut4148", "Walnut4148"),
            ("mira@contoso.example/Walnut4148 works", "Walnut4148"),
        ] {
            assert_eq!(found(text), [password], "{text}");
        }
        for text in [
            "no route for sense01:4244",
            "for https://a.example:443/x1y2z3",
            "user CONTOSO/adm1n77",
            "as urn:example:a1b2c3",
            "for mira: the code is AADSTS50011",
            "as saml:NameID",
            "for user:8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690",
            "mira@contoso.example / Contoso",
            "for a:b",
            "connection failed for host:sense01x",
            "as user:Group2Admin",
            "for realm:CORP2024",
            "user:mira2 failed",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
