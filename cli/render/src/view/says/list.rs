//! Values in a row: each once, certificates with what people tell them by.

use super::Given;
use diag_sdk::case::certificate::Certificate;
use jiff::Timestamp;

/// Certificates by thumbprint, with name and dates, for names often look alike.
pub(super) fn certificates<'c>(all: impl Iterator<Item = &'c Certificate>) -> Vec<Given> {
    distinct(all.filter(|certificate| certificate.usable()).map(|certificate| {
        let dates = dates(certificate.not_before, certificate.not_after);
        let note: Vec<String> =
            Some(certificate.subject.clone()).into_iter().chain(dates).collect();
        Given::at(&certificate.sha1, &certificate.place).note(note.join(", "))
    }))
}

/// Each text once, in the order it is first said.
pub(super) fn distinct(all: impl IntoIterator<Item = Given>) -> Vec<Given> {
    let mut kept: Vec<Given> = Vec::new();
    for given in all {
        if !kept.iter().any(|known| known.text == given.text) {
            kept.push(given);
        }
    }
    kept
}

/// The days from and to which something is valid.
pub(super) fn dates(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
    match (from, to) {
        (Some(from), Some(to)) => Some(format!("valid {} to {}", day(from), day(to))),
        (None, Some(to)) => Some(format!("valid to {}", day(to))),
        (Some(from), None) => Some(format!("valid from {}", day(from))),
        (None, None) => None,
    }
}
