//! Which findings rest on a record: those that are not made without it.

use diag_sdk::case::signature::Verdict;
use diag_sdk::{Case, Finding};

/// The day since which something in this case is recorded, where anything is.
pub fn believed(case: &Case) -> Option<&str> {
    let of_messages = case.messages.iter().flat_map(|message| {
        let query =
            message.query_signature.iter().filter_map(|signature| signature.recorded.as_deref());
        let own = message.signatures.iter().filter_map(|signature| signature.recorded.as_deref());
        own.chain(query).chain(message.encrypted.iter().filter_map(|part| part.recorded.as_deref()))
    });
    of_messages.max()
}

/// The case as it would be without its records: what was taken out is not judged.
pub fn without(case: &Case) -> Case {
    let mut case = case.clone();
    for message in &mut case.messages {
        for signature in
            message.signatures.iter_mut().filter(|signature| signature.recorded.is_some())
        {
            signature.value = Verdict::Unknown;
            signature.verified_by.clear();
            signature.made_by.clear();
            signature.remarks.clear();
            signature.not_judged = Some("its value was taken out of this copy".to_owned());
            for reference in &mut signature.references {
                reference.digest = Verdict::Unknown;
            }
        }
        if let Some(signature) =
            message.query_signature.as_mut().filter(|signature| signature.recorded.is_some())
        {
            signature.value = Verdict::Unknown;
            signature.verified_by.clear();
            signature.made_by.clear();
            signature.verifies_reencoded = None;
            signature.not_judged = Some("its value was taken out of this copy".to_owned());
        }
        if message.encrypted.iter().any(|part| part.recorded.is_some()) {
            message.assertions.retain(|assertion| !assertion.decrypted);
            for part in &mut message.encrypted {
                part.decrypted = false;
                part.not_decrypted = Some("its content was taken out of this copy".to_owned());
            }
        }
    }
    case
}

/// Says of each finding that is not made without the record what it rests on.
pub fn mention(findings: &mut [Finding], otherwise: &[Finding], on: &str) {
    for finding in findings {
        let same = |other: &Finding| {
            other.check == finding.check
                && other.message == finding.message
                && other.severity == finding.severity
                && other.places == finding.places
        };
        if otherwise.iter().any(same) {
            continue;
        }
        let sentence = format!(
            "As recorded on {on}, before the values were taken out of this copy; not verified here."
        );
        finding.detail = Some(match finding.detail.take() {
            Some(detail) => format!("{detail} {sentence}"),
            None => sentence,
        });
    }
}
