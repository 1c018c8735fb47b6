//! What tells a finding again when the same fault is recorded once more: nothing in it may hang on times, ids or
//! the order of entries.

use diag_core::report::ReportedFinding;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Bytes of the digest that are written.
const KEPT: usize = 12;

/// Fingerprints in the order findings are given; of those that say the same the later ones carry their number.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// The fingerprint of the next finding.
    pub(super) fn next(&mut self, finding: &ReportedFinding) -> String {
        let path =
            finding.places.first().and_then(|place| place.path.as_deref()).unwrap_or_default();
        let said = [
            Some(finding.check.as_str()),
            Some(path),
            finding.expected.as_deref(),
            finding.actual.as_deref(),
        ];
        let steady: Vec<String> =
            said.into_iter().map(|text| steady(text.unwrap_or_default())).collect();
        let digest = Sha256::digest(steady.join("\n"));
        let mut print = String::new();
        for byte in digest.iter().take(KEPT) {
            // Writing to a String cannot fail.
            let _ = write!(print, "{byte:02x}");
        }
        let number = self.seen.entry(print.clone()).or_default();
        *number += 1;
        if *number > 1 { format!("{print}:{number}") } else { print }
    }
}

/// The text without what every recording has anew: times, and words that are ids. A port stays.
fn steady(text: &str) -> String {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    let mut out = String::new();
    // The character before the delimiter: `9` in `09:58`, `e` in `sense.example:443`.
    let mut before = ' ';
    for word in text.split_inclusive(|character| !part(character)) {
        let bare = word.trim_end_matches(|character| !part(character));
        let is_port = out.ends_with(':') && !before.is_ascii_digit() && bare.parse::<u16>().is_ok();
        let passing = bare.starts_with('_')
            || (!is_port && bare.chars().any(|character| character.is_ascii_digit()));
        out.push_str(if passing { "#" } else { bare });
        out.push_str(word.get(bare.len()..).unwrap_or_default());
        before = bare.chars().next_back().unwrap_or(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::reported;
    use diag_sdk::Finding;

    fn print(check: &str, expected: &str, actual: &str) -> String {
        Fingerprints::default().next(&reported(
            "f1",
            check,
            Finding::error("m").expected(expected, "").actual(actual, ""),
        ))
    }

    #[test]
    fn recording_again_changes_nothing() {
        assert_eq!(
            print("a/b", "at most 5 minutes", "2026-11-24T09:58:12Z"),
            print("a/b", "at most 5 minutes", "2026-12-01T10:03:44Z")
        );
        assert_eq!(print("a/b", "_4f2c9a11", "_90ab77cd0e"), print("a/b", "_1b", "_2cd"));
    }

    #[test]
    fn other_faults_have_others() {
        let acs = "https://sense.example:443/azure/samlauthn/";
        assert_ne!(
            print("a/b", acs, "https://sense.example:443/azure/samlauthn"),
            print("a/b", acs, "https://sense.example:4443/azure/samlauthn/")
        );
        assert_ne!(print("a/b", acs, "x"), print("a/c", acs, "x"));
    }

    #[test]
    fn the_same_twice_is_told_apart() {
        let mut prints = Fingerprints::default();
        let finding = reported("f1", "a/b", Finding::error("m"));
        let (first, second) = (prints.next(&finding), prints.next(&finding));
        assert_eq!(second, format!("{first}:2"));
    }
}
