//! Takes out `RoleDescriptor` elements, each with the line it stood on where nothing else stands there.

use super::Kind;
use super::edit::Edits;
use super::walk::Role;
use std::ops::Range;

/// Removes the elements, which stand in document order and contain none of each other.
pub(super) fn remove(text: &str, roles: &[Role]) -> Edits {
    let mut edits = Edits::default();
    for role in roles {
        let length = role.range.len();
        let what = match &role.xsi_type {
            Some(kind) => format!(
                "RoleDescriptor of type {kind} removed with all it contained ({length} bytes)"
            ),
            None => format!("RoleDescriptor removed with all it contained ({length} bytes)"),
        };
        edits.note(Kind::RoleDescriptorRemoved, role.range.start, what);
    }
    for run in runs(text, roles) {
        edits.remove(whole_lines(text, run));
    }
    edits
}

/// Elements with nothing but white space between them, taken together.
fn runs(text: &str, roles: &[Role]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for role in roles {
        match runs.last_mut() {
            Some(last) if text.get(last.end..role.range.start).is_some_and(is_blank) => {
                last.end = role.range.end;
            }
            _ => runs.push(role.range.clone()),
        }
    }
    runs
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The range, with the indentation before it and one line end after it where it has its lines to itself.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let blank = |c: char| matches!(c, ' ' | '\t');
    let before = text.get(..range.start).unwrap_or_default().trim_end_matches(blank);
    let after = text.get(range.end..).unwrap_or_default();
    let rest = after.trim_start_matches(blank);
    let line_end =
        if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\n', '\r'])) };
    if line_end > 0 && before.ends_with(['\n', '\r']) {
        before.len()..text.len() - rest.len() + line_end
    } else {
        range
    }
}
