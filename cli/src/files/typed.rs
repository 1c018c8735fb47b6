//! Messages that stand on the command line as such: base64, a URL, a form body, XML.

use crate::shown::shown;
use std::path::Path;

/// A shorter text is rather a name.
const SHORTEST: usize = 40;
/// Characters of an argument that are shown: more would be a message, with what is secret in it.
const SHOWN: usize = 60;

/// Whether an argument that is no file is itself what is to be read.
pub(crate) fn is_message(text: &str) -> bool {
    let text = text.trim();
    let url = ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    });
    let form = ["SAMLRequest=", "SAMLResponse=", "SAMLart=", "wresult="]
        .iter()
        .any(|name| text.starts_with(name) || text.contains(&format!("&{name}")));
    // A slash is a character of base64, a full stop is not.
    let base64 = text.len() >= SHORTEST
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=-_%".contains(&byte)
        });
    url || form || text.starts_with('<') || base64
}

/// An argument as it is named in what goes wrong: never a whole message.
pub(crate) fn shortened(path: &Path) -> String {
    let text = shown(path);
    let length = text.chars().count();
    if length <= SHOWN * 3 && !is_message(&text) {
        return text;
    }
    let head: String = text.chars().take(if is_message(&text) { 12 } else { SHOWN }).collect();
    format!("{head}… ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_from_paths() {
        for message in [
            "https://idp.example/saml2?SAMLRequest=nZJL",
            "SAMLResponse=PHM%2B&RelayState=x",
            "<samlp:Response/>",
            "PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSJ1cm46b2FzaXM6bmFtZXM6dGM6U0FNTDo",
        ] {
            assert!(is_message(message), "{message}");
        }
        for path in [
            "login.har",
            "case-4711",
            "cases/4711/login.har",
            "no such file",
            "./a/very/long/path/to/some/folder/with/a/capture.har",
        ] {
            assert!(!is_message(path), "{path}");
        }
    }

    #[test]
    fn a_message_is_never_echoed() {
        assert_eq!(shortened(Path::new("login.har")), "login.har");
        let blob = "PHNhbWxwOlJlc3BvbnNl".repeat(10);
        assert_eq!(shortened(Path::new(&blob)), "PHNhbWxwOlJl… (200 characters)");
        assert!(shortened(Path::new(&"x.".repeat(500))).ends_with("… (1000 characters)"));
    }
}
