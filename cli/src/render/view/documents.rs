//! What a file that was read is, whose, and in which role: two copies of one document are told apart by that.

use crate::wording;
use diag_sdk::Case;
use diag_sdk::case::input::{HeldBy, Input, InputKind};
use diag_sdk::case::metadata::Metadata;

/// Entities of a file that are named; the others are counted.
const NAMED: usize = 2;

/// What the file is, in a few words.
pub(super) fn kind(case: &Case, input: &Input) -> String {
    let words = wording::kind(input.kind);
    if input.kind != InputKind::Metadata {
        return words;
    }
    let documents: Vec<&Metadata> =
        case.metadata.iter().filter(|document| document.input == input.id && document.configuration.is_none()).collect();
    if documents.is_empty() {
        return words;
    }
    let shown: Vec<String> = documents.iter().take(NAMED).map(|document| described(document)).collect();
    let more = documents.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("metadata of {}{more}", shown.join(" and of "))
}

fn described(document: &Metadata) -> String {
    let role = match (&document.idp, &document.sp) {
        (Some(_), Some(_)) => " (identity and service provider)",
        (Some(_), None) => " (identity provider)",
        (None, Some(_)) => " (service provider)",
        (None, None) => "",
    };
    let held = match document.held_by {
        HeldBy::Sp => ", as the service provider has it",
        HeldBy::Idp => ", as the identity provider has it",
        HeldBy::Publisher => "",
    };
    format!("{}{role}{held}", document.entity_id.value)
}
