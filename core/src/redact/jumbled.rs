//! Letters that make no word, with hyphens, underscores or dots between them: `kqzv-tmwp` opens something, `single-sign-on`
//! and `prod-emea` are names.

/// Fewest letters of a value, and of a piece of it that can be told from an abbreviation.
const SHORTEST: usize = 8;
const SHORTEST_PIECE: usize = 4;
/// Most letters of a value.
const LONGEST: usize = 300;
/// Sounds without a vowel between them that few words have in a row, and pieces from which they tell something.
const MOST_IN_A_ROW: usize = 4;
const MANY: usize = 4;
const VOWELS: &str = "aeiouy";
/// One sound in two or three letters.
const SOUNDS: &[&str] = &["sch", "ch", "ck", "th", "ph", "sh", "st", "ng", "gh", "wh", "qu"];
/// Abbreviations without a vowel that are not short.
const ABBREVIATED: &[&str] =
    &["http", "https", "html", "mgmt", "xhtml", "xmlns", "wsfed", "ntlm", "ctrl"];

/// Whether most of a value are letters that make no word, in pieces.
pub fn is_jumbled(value: &str) -> bool {
    let is_between = |character: char| "-_.".contains(character);
    let plain = |byte: u8| byte.is_ascii_alphabetic() || is_between(char::from(byte));
    if value.len() > LONGEST || !value.contains(is_between) || !value.bytes().all(plain) {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let pieces = || lower.split(is_between);
    let letters: usize = pieces().map(str::len).sum();
    let many = pieces().count() >= MANY;
    let jumbled: usize = pieces().filter(|piece| is_no_word(piece, many)).map(str::len).sum();
    letters >= SHORTEST && jumbled * 2 > letters
}

/// No vowel stands in it, or, where there are `many` pieces, too far from the next one.
fn is_no_word(piece: &str, many: bool) -> bool {
    let is_vowel = |letter: char| VOWELS.contains(letter);
    piece.len() >= SHORTEST_PIECE
        && !ABBREVIATED.contains(&piece)
        && (!piece.contains(is_vowel)
            || many && piece.split(is_vowel).any(|run| sounds(run) >= MOST_IN_A_ROW))
        // Last, since the words of all product files are gathered for it.
        && !diag_products::is_word(piece)
}

fn sounds(mut letters: &str) -> usize {
    let mut sounds = 0;
    while !letters.is_empty() {
        let sound = SOUNDS.iter().find(|sound| letters.starts_with(**sound));
        letters = letters.get(sound.map_or(1, |sound| sound.len())..).unwrap_or_default();
        sounds += 1;
    }
    sounds
}

#[cfg(test)]
mod tests {
    use super::is_jumbled;

    #[test]
    fn letters_are_told_from_words() {
        for value in
            ["kqzv-tmwp", "KqZv_TmWp", "bxdkm-efhvq-rkzgt-uwbnd-zpmha", "mwxmr.hkbtz.pfqwd"]
        {
            assert!(is_jumbled(value), "{value}");
        }
        for value in [
            "",
            "-",
            "single-sign-on",
            "prod-emea",
            "en-us",
            "kqzvtmwp",
            "session_state",
            "contoso-schweiz-gmbh",
            "app.kubernetes.io",
            "sense-node-berlin",
            "wachtwoord-vergeten",
            "ldap-mgmt",
            "jwks-uri",
            "saml-http-post-binding",
            "deutschland-nord",
            "knowledge-workshop",
            "backbone-subnet",
            "x-requested-with",
            "sso.jumpcloud.com",
            "set-adfs-relying-party-trust",
            "kqzv-tmw1",
        ] {
            assert!(!is_jumbled(value), "{value}");
        }
    }
}
