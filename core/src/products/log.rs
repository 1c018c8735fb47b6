//! Known lines of the Qlik proxy's audit and trace logs.
//!
//! Only the product's own fixed text is kept: the rest of such a line names people and sessions.

use diag_sdk::case::exchange::Phrase;
use diag_sdk::case::judgement::Part;
use diag_sdk::{Meaning, Writer};

const PRODUCT: &str = "Qlik Sense";

/// Texts the proxy writes when it refuses, and what they mean.
const KNOWN: &[(&str, Meaning)] = &[
    ("SAML mandatory attribute for user ID is missing", Meaning::AttributeMissing),
    ("SAML mandatory attribute", Meaning::AttributeMissing),
    ("SAML assertion is expired", Meaning::Expired),
    ("SAML assertion must be encrypted on an unsecured connection", Meaning::Insecure),
];

/// The known lines, each meaning once, in the order they first occur.
pub(crate) fn read(text: &str) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for line in text.lines() {
        let known = KNOWN.iter().find(|(known, _)| contains(line, known));
        let Some((text, meaning)) = known else { continue };
        if !phrases.iter().any(|phrase| phrase.text == *text) {
            phrases.push(Phrase {
                writer: Writer::Product(PRODUCT.to_owned()),
                meaning: *meaning,
                text: (*text).to_owned(),
                part: Part::Log,
            });
        }
    }
    phrases
}

fn contains(line: &str, known: &str) -> bool {
    line.as_bytes().windows(known.len()).any(|window| window.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::read;
    use diag_sdk::Meaning;

    #[test]
    fn known_lines_are_found_once_and_without_their_particulars() {
        let log = "1\t2026-11-24\tWARN\tsense\tAudit.Proxy.SamlAuthenticationHandler\t7\tCONTOSO\\ada\tSAML assertion is expired\t0\r\n\
                   2\t2026-11-24\tWARN\tsense\tx\t7\tCONTOSO\\bob\tsaml assertion is expired\t0\n3\tINFO\tall is well\n\
                   4\tWARN\tSAML mandatory attribute for user ID is missing\t0";
        let phrases = read(log);
        let meanings: Vec<Meaning> = phrases.iter().map(|phrase| phrase.meaning).collect();
        assert_eq!(meanings, [Meaning::Expired, Meaning::AttributeMissing]);
        assert!(!format!("{phrases:?}").contains("ada"));
    }
}
