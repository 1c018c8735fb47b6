//! Runs that no word has: letters alone whose pairs hardly follow each other in words of European languages (`grbnolmvt`,
//! `eLnpTxawzrAh`), and letters and digits that take turns (`r5eSVqe684`).

/// Letters from which a value can be told from an abbreviation, and beyond which nobody looks.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=300;
/// Pairs that no word has: so many, and one of so many.
const FEWEST: usize = 3;
const ONE_IN: usize = 4;
/// Capitals within it, one of so many letters: `AspNetCore` has fewer.
const ONE_CAPITAL_IN: usize = 3;
/// What follows each letter, from `a` to `z`, in words of English, German, French, Spanish, Portuguese, Dutch, Polish, Swedish
/// and Finnish. Counted over some 14,000 words of software and its documentation, of which one of a hundred has [`FEWEST`]
/// others; of ten letters by chance nine of ten have them.
const FOLLOWING: [&str; 26] = [
    "abcdefghiklmnprstuvy",
    "aeijlmorsu",
    "acehiklorstu",
    "adegeilorsuw",
    "abcdefgiklmnopqrstuvwxy",
    "aefilortuy",
    "aeghilnorsu",
    "aeilortu",
    "abcdefgjklmnoprstvxz",
    "aeu",
    "aeinorst",
    "adeikloprstuy",
    "abeilmopsu",
    "abcdefghiklmnostuvw",
    "abcdfgiklmnoprstuvwx",
    "aehiloprstu",
    "u",
    "acdefgiklmnoprstuvwy",
    "acehiklmopstuwyz",
    "acefhiklnorstuwyz",
    "abcdegiklmnprstz",
    "aeio",
    "aehilno",
    "ipty",
    "npstw",
    "aeiuy",
];

/// Whether a value is letters alone, and such as no word has in a row.
pub fn makes_no_word(value: &str) -> bool {
    if !LENGTHS.contains(&value.len()) || !value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let (mut capitals, mut strange) = (0, 0);
    for pair in value.as_bytes().windows(2) {
        match pair {
            // A word begins.
            [left, right] if left.is_ascii_lowercase() && right.is_ascii_uppercase() => {
                capitals += 1;
            }
            [left, right] => strange += usize::from(!follows(*left, *right)),
            _ => {}
        }
    }
    (capitals * ONE_CAPITAL_IN >= value.len() - 1 || is_strange(strange, value.len()))
        && !diag_products::is_word(&value.to_ascii_lowercase())
}

/// Letters and digits alone, which take turns more than once.
pub fn takes_turns(value: &str) -> bool {
    let turns = value
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    value.chars().all(char::is_alphanumeric) && turns > 1
}

fn is_strange(pairs: usize, letters: usize) -> bool {
    pairs >= FEWEST && pairs * ONE_IN >= letters - 1
}

fn follows(left: u8, right: u8) -> bool {
    let at = usize::from(left.to_ascii_lowercase().saturating_sub(b'a'));
    let following = FOLLOWING.get(at).copied().unwrap_or_default();
    following.as_bytes().contains(&right.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::makes_no_word;

    #[test]
    fn letters_by_chance_are_told_from_words() {
        for value in
            ["grbnolmvt", "eLnpTxawzrAh", "kqzvtmwp", "qxzhbkdwpt", "XKQWVZNTRB", "wqhxjekzmrtp"]
        {
            assert!(makes_no_word(value), "{value}");
        }
        for value in [
            "kqzvt",
            "Sunflower",
            "LoginFailed",
            "AspNetCoreModule",
            "AuthenticationRequired",
            "virtualproxy",
            "acknowledge",
            "Geschaeftsfuehrung",
            "zuruecksetzen",
            "bestaetigung",
            "verificacao",
            "reinitialiser",
            "potwierdzenie",
            "kayttajatunnus",
            "wachtwoord",
            "losenord",
            "sharepoint",
            "kubernetes",
            "contoso",
            "fabrikam",
            "northwind",
            "cloudflare",
            "keycloak",
            "shibboleth",
            "simplesamlphp",
            "not-letters",
            "kqzvtmwp1",
        ] {
            assert!(!makes_no_word(value), "{value}");
        }
    }
}
