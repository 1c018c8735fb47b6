//! Whether a copy is judged as its original.

use crate::failure::Failure;
use diag_core::examine::Examination;
use diag_core::sharing;
use diag_render::Judged;
use std::collections::BTreeMap;

/// Differences that are named; the rest is counted.
const NAMED: usize = 4;

/// The hashes of the copy's messages by the ids of the original's: messages are numbered as they are first seen.
pub(super) fn paired(original: &Examination, copy: &Examination) -> Result<BTreeMap<String, String>, Failure> {
    let (was, is) = (original.case.messages.len(), copy.case.messages.len());
    if was != is {
        return Err(refused(&[format!("the original holds {was} messages, the copy {is}")]));
    }
    Ok(copy.hashes.clone())
}

/// Refuses a copy that would be judged otherwise.
pub(super) fn judged(original: &Judged, copy: &Judged) -> Result<(), Failure> {
    let differences = sharing::differences(&original.report, &copy.report);
    if differences.is_empty() { Ok(()) } else { Err(refused(&differences)) }
}

fn refused(differences: &[String]) -> Failure {
    let named = differences.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let more = differences.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more differences") } else { String::new() };
    Failure::new(format!("the copy would be judged differently, so none was written: {named}{more}"))
}
