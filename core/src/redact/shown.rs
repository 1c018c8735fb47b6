//! What of a page's text may be shown: no values of URLs, no tokens, no names of people.

use super::clean_url;

/// A text that may be shown: URLs without values, no tokens, no local parts of addresses, shortened.
pub fn shown(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut labelled = false;
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        let is_label = names_a_secret(word);
        out.push_str(if labelled && !is_label { "…" } else { "" });
        if !labelled || is_label {
            out.push_str(&shown_word(word));
        }
        // The scheme of an Authorization header stands before what is secret.
        labelled = is_label || (labelled && matches!(word.to_lowercase().as_str(), "bearer" | "basic"));
        if out.chars().count() > longest {
            let mut cut: String = out.chars().take(longest).collect();
            cut.push('…');
            return cut;
        }
    }
    out
}

/// `password:`, `Authorization:`: what follows is no text.
fn names_a_secret(word: &str) -> bool {
    const LABELS: &[&str] = &["password", "passwd", "pwd", "passphrase", "cookie", "set-cookie", "authorization", "apikey", "api-key"];
    let lower = word.to_lowercase();
    let label = lower.strip_suffix([':', '=']).map(|label| label.trim_start_matches(['"', '\'', '(', '{', ',']));
    label.is_some_and(|label| LABELS.contains(&label.trim_end_matches(['"', '\''])))
}

fn shown_word(word: &str) -> String {
    // What follows the `#` names an algorithm there, and is no value.
    if word.contains("://www.w3.org/") && !word.contains('?') {
        return word.to_owned();
    }
    let word = match (word.find("://"), word.find('?')) {
        (Some(_), _) | (None, Some(_)) if word.contains(['?', '#', ';']) => clean_url(word),
        _ => word.to_owned(),
    };
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

fn shown_piece(piece: &str) -> String {
    if let Some((_, domain)) = piece.split_once('@').filter(|(_, domain)| domain.contains('.')) {
        return format!("…@{domain}");
    }
    let long = piece.split('.').any(|part| part.len() >= 20 && !is_guid(part) && looks_like_token(part));
    if long { "…".to_owned() } else { piece.to_owned() }
}

/// Letters and digits mixed without the hyphens of words: ids, hashes, base64.
fn looks_like_token(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
    (digits >= 3 && letters >= 3) || (part.len() >= 32 && digits + letters == part.len())
}

/// Ids of tenants, applications and requests are no secrets.
fn is_guid(part: &str) -> bool {
    part.len() == 36
        && part
            .bytes()
            .enumerate()
            .all(|(index, byte)| if [8, 13, 18, 23].contains(&index) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_secret_is_shown() {
        let text = "Redirecting to https://idp.example/saml2?SAMLRequest=nZLbatwwEIZfxehetk7xQew6 for ann@contoso.example \
                    id _076dd71c-abdf-409e-af0c-be6a0af3cb84, app c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2 'ONELOGIN_19326a150c01fb738e26ed396d99a4f9'";
        let shown = super::shown(text, 500);
        for secret in ["nZLb", "ann@", "076dd71c", "19326a"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2") && shown.contains("SAMLRequest=…"));
        let algorithm = "unknown method \"http://www.w3.org/2009/xmlenc11#aes256-gcm\"";
        assert_eq!(super::shown(algorithm, 500), algorithm);
        assert_eq!(super::shown("password: abc Authorization: Bearer def ghi", 100), "password: … Authorization: … … ghi");
        assert!(super::shown(&"word ".repeat(500), 100).chars().count() <= 101);
    }
}
