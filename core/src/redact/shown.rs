//! What of a page's text may be shown: no values of URLs, no tokens, no names of people.

use super::called::without_called;
use super::clean_url;
use super::connection::connection;
use super::dumped::dumped;
use super::grouped::grouped;
use super::hidden::{behind_the_phrase, behind_the_quote};
use super::label::{CODES, Label, is_verb, mixes};
use super::led::led;
use super::paired::paired;
use super::passed::passed;
use super::quoted::{LONGEST_CODE, LONGEST_QUOTED, quoted};
use super::sent::without_sent;
use super::token::{is_base64, is_token};
use super::words::goes_on;
use crate::beginning;
use crate::blotted::without;
use crate::secrets::places;
use std::borrow::Cow;

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

/// A text that somebody states, whole: as [`shown`], its lines and blanks as they were where nothing in it is hidden.
pub fn stated(text: &str) -> String {
    let shown = shown(text, usize::MAX);
    let plain: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if shown == plain { text.to_owned() } else { shown }
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

#[cfg(test)]
mod tests {
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
