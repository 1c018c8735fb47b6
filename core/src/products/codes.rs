//! Codes by which vendors number their errors.

use diag_sdk::aadsts;

/// Prefixes of codes: Entra ID's and those of AD FS.
const PREFIXES: &[&str] = &["AADSTS", "MSIS"];
/// Most codes kept of one text.
const MOST: usize = 12;

/// Codes by which Entra ID says that what was typed is wrong; the person may try again.
const CREDENTIAL_CODES: &[u32] = &[50126, 50034, 50056, 50053, 50055, 50144, 50057];

/// The code says that what was typed is wrong.
pub(crate) fn credential_code(code: &str) -> bool {
    aadsts::number(code).is_some_and(|number| CREDENTIAL_CODES.contains(&number))
}

/// Vendor codes in a text, outer and nested ones, each once, in order.
pub(crate) fn vendor_codes(text: &str) -> Vec<String> {
    let upper = text.to_ascii_uppercase();
    let mut found: Vec<(usize, String)> = Vec::new();
    for prefix in PREFIXES {
        for (at, _) in upper.match_indices(prefix) {
            let digits: String = upper[at + prefix.len()..].chars().take_while(char::is_ascii_digit).take(9).collect();
            let code = format!("{prefix}{digits}");
            if digits.len() >= 4 && !found.iter().any(|(_, known)| *known == code) {
                found.push((at, code));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, code)| code).take(MOST).collect()
}
