//! The repairs that can be made mechanically, as edits of the very file.

use crate::Judged;
use diag_core::repair;
use diag_core::report::ReportedFinding;
use diag_sdk::case::input::InputKind;
use serde_json::{Value, json};

/// Larger documents are not repaired once more for a report.
const LARGEST: usize = 1 << 20;

/// The fix of a finding, where it asks for a repair of a file that was handed in as it is.
pub(super) fn of(
    judged: &Judged,
    finding: &ReportedFinding,
    uri: &dyn Fn(&str) -> String,
) -> Option<Value> {
    let first = finding.repairs.first().filter(|repair| repair.message.is_none())?;
    let (index, input) = judged
        .report
        .inputs
        .iter()
        .enumerate()
        .find(|(_, input)| input.id == first.input && input.kind == InputKind::Metadata)?;
    let text = judged.sources.text(&input.id).filter(|text| text.len() <= LARGEST)?;
    let mends: Vec<_> = finding
        .repairs
        .iter()
        .filter(|repair| repair.concerns(&input.id, None))
        .map(|repair| repair.what)
        .collect();
    let repaired = repair::repair(text.as_bytes(), &mends).ok().flatten()?;
    let mended = String::from_utf8(repaired.bytes).ok()?;
    let (from, to, inserted) = edit(text, &mended)?;
    let (start, end) = (position(text, from), position(text, to));
    Some(json!({
        "description": {"text": finding.causes.first().map_or(finding.message.as_str(), |cause| cause.fix.as_str())},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&input.path), "index": index},
            "replacements": [{
                "deletedRegion": {"startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1},
                "insertedContent": {"text": inserted},
            }],
        }],
    }))
}

/// The bytes that are replaced, and what stands there afterwards: from the first to the last difference.
fn edit<'m>(text: &str, mended: &'m str) -> Option<(usize, usize, &'m str)> {
    if text == mended {
        return None;
    }
    let before = text
        .char_indices()
        .zip(mended.chars())
        .find(|((_, left), right)| left != right)
        .map_or(text.len().min(mended.len()), |((at, _), _)| at);
    let rest = (text.get(before..)?, mended.get(before..)?);
    let after: usize = rest
        .0
        .chars()
        .rev()
        .zip(rest.1.chars().rev())
        .take_while(|(left, right)| left == right)
        .map(|(left, _)| left.len_utf8())
        .sum();
    Some((before, text.len() - after, mended.get(before..mended.len() - after)?))
}

/// Line and column, both from 1; columns count characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use diag_sdk::case::input::Input;
    use diag_sdk::repair::{Mend, Repair};

    #[test]
    fn an_edit_is_no_larger_than_it_must() {
        assert_eq!(edit("<a>x</a>", "<a></a>"), Some((3, 4, "")));
        assert_eq!(edit("ä“b“", "ä\"b\""), Some((2, "ä“b“".len(), "\"b\"")));
        assert_eq!(edit("same", "same"), None);
        assert_eq!(position("a\näb", 4), (2, 2));
    }

    #[test]
    fn a_repair_is_a_fix_of_the_file() {
        let mut judged = sample::broken();
        let text = "<EntityDescriptor xmlns=\"https://www.w3.org/x\" entityID=\"urn:a\"/>"
            .replace("https://www.w3.org/x", "https://docs.oasis-open.org/x");
        assert!(
            of(&judged, &judged.report.findings[0], &str::to_owned).is_none(),
            "it asks for no repair"
        );
        let text =
            text.replace("https://docs.oasis-open.org/x", "urn:oasis:names:tc:SAML:2.0:metadata");
        let text = format!("  <?xml version=\"1.0\"?>{text}");
        judged.report.inputs.push(Input {
            id: "i9".into(),
            path: "idp.xml".into(),
            kind: InputKind::Metadata,
            ..Input::default()
        });
        judged.sources.add_metadata("i9", &text);
        judged.report.findings[0].finding.repairs =
            vec![Repair { what: Mend::MakeWellFormed, input: "i9".into(), message: None }];
        let fix = of(&judged, &judged.report.findings[0], &str::to_owned).expect("a fix");
        let replacement = &fix["artifactChanges"][0]["replacements"][0];
        assert_eq!(
            replacement["deletedRegion"],
            serde_json::json!({"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 3})
        );
        assert_eq!(replacement["insertedContent"]["text"], "");
    }
}
