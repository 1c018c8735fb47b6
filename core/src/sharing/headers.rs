//! Lines of headers within texts, as configurations list them for answers, and as command lines and their traces show
//! them: `X-Api-Key: …`.

use super::around::{Around, Standing};
use super::names;
use super::opaque;
use super::prose;
use crate::runs::Runs;

/// Longest name of a header.
const LONGEST_NAME: usize = 64;
/// Shorter values open nothing.
const SHORTEST: usize = 4;

/// Values of headers that are secret by their names, of which each has its line. Names of one word are anything else as
/// well; those of credentials and cookies announce their values wherever they stand.
pub(super) fn lines(text: &str, around: Around) -> Vec<Standing> {
    let mut found = Vec::new();
    let mut runs = Runs::new(text, |character| "\r\n\"'\\<".contains(character));
    for colon in memchr::memmem::find_iter(text.as_bytes(), b": ") {
        let name = name_before(text, colon);
        if !name.contains('-') || names::is_credentials_header(name) {
            continue;
        }
        let Some(kind) = names::header(name) else { continue };
        let behind = runs.behind(colon + 2);
        let value = text.get(behind.clone()).unwrap_or_default();
        let blanks = value.len() - value.trim_start().len();
        let value = value.trim();
        let line = behind.start + blanks..behind.start + blanks + value.len();
        let word = value.split(' ').next().unwrap_or_default();
        let range =
            if prose::is_passphrase(value) { line } else { line.start..line.start + word.len() };
        let is_one = around == Around::Data && word.len() >= SHORTEST
            || prose::is_credible(word)
            || opaque::is_opaque(word, 8)
            || range.len() > word.len();
        if is_one && !word.is_empty() {
            found.push(Standing { range, kind });
        }
    }
    found
}

/// The name before a colon, where it is the first word of its line or of what is quoted.
fn name_before(text: &str, colon: usize) -> &str {
    let before = text.get(..colon).unwrap_or_default();
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let length = before.bytes().rev().take(LONGEST_NAME).take_while(|byte| of_name(byte)).count();
    before.get(colon - length..).unwrap_or_default().trim_start_matches('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, around: Around) -> Vec<&str> {
        lines(text, around).into_iter().map(|one| &text[one.range]).collect()
    }

    #[test]
    fn lines_of_headers_give_their_values() {
        for (text, value) in [
            ("X-Api-Key: mwxmr!39\r\nX-Frame-Options: DENY", "mwxmr!39"),
            ("X-Frame-Options: DENY\nX-Api-Key: qwertz\nServer: x", "qwertz"),
            ("X-Contoso-Auth: qwzk asdfg yxcvb", "qwzk asdfg yxcvb"),
            ("curl -H 'X-Functions-Key: mwxmr!39' https://a.example", "mwxmr!39"),
            ("> X-CSRF-Token: 1sc6TYmZk_BWyY6OF92-yA", "1sc6TYmZk_BWyY6OF92-yA"),
        ] {
            assert_eq!(found(text, Around::Data), [value], "{text}");
        }
        for text in [
            "X-Frame-Options: SAMEORIGIN1",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Content-Type: text/html",
            "state: mwxmr!39",
            "X-Api-Key: ",
        ] {
            assert!(found(text, Around::Data).is_empty(), "{text}");
        }
        assert!(found("the X-Api-Key: missing", Around::Page).is_empty());
        let long = format!("X-Api-Key: {}", "é".repeat(100_000));
        assert_eq!(found(&long, Around::Data), [&long["X-Api-Key: ".len()..]]);
    }
}
