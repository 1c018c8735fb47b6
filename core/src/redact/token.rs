//! What no name is, by its looks: tokens, hashes, ids in base64.

use super::branded::is_branded;
use super::words::is_guid;
use diag_products::words_of;

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
pub(super) fn is_base64(word: &str) -> bool {
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
}
