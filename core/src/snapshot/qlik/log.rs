//! Known lines of the proxy's audit and trace logs.
//!
//! Only the product's own fixed text is kept: the rest of such a line names people and sessions.

use super::VENDOR;
use crate::spoken;
use diag_products::{Products, Scope, Where};
use diag_sdk::case::exchange::Phrase;
use diag_sdk::case::judgement::Part;

/// The known lines, each meaning once, in the order they first occur.
pub(crate) fn read(text: &str, products: &Products) -> Vec<Phrase> {
    let scope = Scope { place: Where::Log, proven: products.only(VENDOR.id()) };
    let mut phrases: Vec<Phrase> = Vec::new();
    for line in text.lines() {
        for found in products.find(line, &scope) {
            if !phrases.iter().any(|phrase| phrase.meaning == found.text.means) {
                phrases.push(spoken::phrase(&found, line, Part::Log));
            }
        }
    }
    phrases
}

#[cfg(test)]
mod tests {
    use super::read;
    use diag_products::Products;
    use diag_sdk::Meaning;

    #[test]
    fn known_lines_are_found_once_and_without_their_particulars() {
        let log = "1\t2026-11-24\tWARN\tsense\tAudit.Proxy.SamlAuthenticationHandler\t7\tCONTOSO\\ada\tSAML assertion is expired\t0\r\n\
                   2\t2026-11-24\tWARN\tsense\tx\t7\tCONTOSO\\bob\tsaml assertion is expired\t0\n3\tINFO\tall is well\n\
                   4\tWARN\tSAML mandatory attribute for user ID is missing\t0";
        let phrases = read(log, &Products::builtin());
        let meanings: Vec<Meaning> = phrases.iter().map(|phrase| phrase.meaning).collect();
        assert_eq!(meanings, [Meaning::Expired, Meaning::AttributeMissing]);
        assert!(!format!("{phrases:?}").contains("ada"));
    }
}
