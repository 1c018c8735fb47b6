//! Values in what programs print of themselves where they fail: arrays of PHP (`[password] => …`), the passphrase of a
//! key file in a line of source (`new X509Certificate2("sp.pfx", "…")`), and what mixes letters and digits behind another text
//! that a program is given (`new Client("https://…", "…")`).

use crate::secrets::places;
use std::ops::Range;

/// Longest name, and longest value.
const LONGEST_NAME: usize = 64;
const LONGEST: usize = 200;
/// Shortest text that mixes letters and digits, and is none of a format.
const SHORTEST: usize = 8;
/// Files of keys that a passphrase opens.
const KEY_FILES: &[&str] = &[".pfx", ".p12", ".jks", ".keystore"];

/// Where such values stand in a text.
pub fn dumped(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> =
        arrays(text).chain(passphrases(text)).chain(arguments(text)).collect();
    found.sort_by_key(|range| range.start);
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

/// `new Client("https://…", "…")`: a text in quotes behind another, of an object that is made, that no word and no name is.
fn arguments(text: &str) -> impl Iterator<Item = Range<usize>> {
    memchr::memmem::find_iter(text.as_bytes(), b"new ").filter_map(move |at| {
        let rest = crate::beginning::of(text.get(at..)?, LONGEST);
        let open = rest.find('(')?;
        let second = rest.get(open..)?.find("\", \"").map(|sign| open + sign + "\", \"".len())?;
        let value = rest.get(second..)?;
        let value = value.get(..value.find('"')?)?;
        let named = |letter: char| letter.is_alphanumeric() || "!$%^&*#+~-_".contains(letter);
        let mixed =
            value.chars().any(|c| c.is_ascii_digit()) && value.chars().any(char::is_alphabetic);
        // Algorithms and formats are in small letters.
        let credible = value.len() >= SHORTEST
            && value.chars().all(named)
            && mixed
            && value.chars().any(char::is_uppercase)
            && !super::words::is_guid(value);
        credible.then_some(at + second..at + second + value.len())
    })
}

/// `[password] => two words [otp] => 123456 )`: up to the next name, or to what closes the array.
fn arrays(text: &str) -> impl Iterator<Item = Range<usize>> {
    memchr::memmem::find_iter(text.as_bytes(), b"] => ").filter_map(move |at| {
        let before = crate::beginning::end(text.get(..at)?, LONGEST_NAME);
        let name = before.rsplit('[').next().filter(|_| before.contains('['))?;
        let start = at + "] => ".len();
        let rest = crate::beginning::of(text.get(start..)?, LONGEST);
        let ends = [" [", "\n", "\r", " )"].iter().filter_map(|end| rest.find(end)).min();
        let end = start + ends.unwrap_or(rest.len());
        let name = name.trim_matches(['"', '\'']);
        (places::named(name).is_secret() && end > start && !text.get(start..end)?.trim().is_empty())
            .then_some(start..end)
    })
}

/// `"sp.pfx", "…"`: the text in quotes that follows the name of such a file.
fn passphrases(text: &str) -> impl Iterator<Item = Range<usize>> {
    KEY_FILES.iter().flat_map(move |file| {
        memchr::memmem::find_iter(text.as_bytes(), file.as_bytes()).filter_map(move |at| {
            let behind = text.get(at + file.len()..)?;
            let quote = behind.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let rest = behind.get(1..)?.trim_start_matches([')', ' ']).strip_prefix(',')?;
            let value = rest.trim_start().strip_prefix(quote)?;
            let end = value.find(quote).filter(|end| (1..=LONGEST).contains(end))?;
            let start = text.len() - value.len();
            Some(start..start + end)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::dumped;

    #[test]
    fn what_programs_print_of_themselves_holds_values() {
        let found =
            |text: &str| dumped(text).into_iter().map(|at| text[at].to_owned()).collect::<Vec<_>>();
        let post =
            "$_POST = Array ( [username] => mira [password] => two words [otp] => 867330 ) x";
        assert_eq!(found(post), ["two words", "867330"]);
        let line = "cert = new X509Certificate2(\"sp.pfx\", \"Th1mble!\");";
        assert_eq!(found(line), ["Th1mble!"]);
        let made = "Line 12: var client = new SamlClient(\"https://x.example\", \"Walnut4148\");";
        assert_eq!(found(made), ["Walnut4148"]);
        let path = "X509Certificate2(Server.MapPath('~/sp.pfx'), 'a b')";
        assert_eq!(found(path), ["a b"]);
        for text in [
            "[page] => 2 [x] => y",
            "[password] => ",
            "see sp.pfx, \"x\"",
            "t(\"login.key\", \"Sign in\")",
            "new Signer(\"a\", \"rsa-sha256\")",
            "new Mapper(\"urn:a\", \"givenName\")",
            "",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
