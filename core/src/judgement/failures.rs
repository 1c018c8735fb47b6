//! What failed, at whose hands and in whose words.

use diag_sdk::Case;
use diag_sdk::case::judgement::Failure;

/// The failures of the Case.
pub(super) fn failures(_case: &Case) -> Vec<Failure> {
    Vec::new()
}
