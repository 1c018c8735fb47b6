//! Changes of exports: those that leave no choice together, and each way of a decision for itself.

use super::plan;
use diag_core::amend::{self, Amended, Body, Edit, Export, Target};
use diag_core::repair::Document;
use diag_render::Judged;
use diag_render::fixes::{Copied, Task};
use diag_sdk::case::input::HeldBy;
use diag_sdk::{Cause, Finding};

/// What is to be changed.
pub(super) struct Changes<'e> {
    /// What leaves no choice.
    pub(super) certain: Amended<'e>,
    /// With the first way of each decision, too.
    pub(super) supposed: Amended<'e>,
    /// Decisions whose first way was supposed: what is done in it.
    pub(super) decided: Vec<String>,
    /// Bodies of the ways of decisions: the number of the task, of the way, and the body.
    pub(super) ways: Vec<(usize, usize, Amended<'e>, Vec<Body>)>,
    /// Tasks whose change leaves no choice: the number of the task, and the objects it changes.
    pub(super) done: Vec<(usize, Vec<Target>)>,
}

/// The identity provider's metadata as it is to be uploaded.
pub(super) struct Fresh<'d> {
    /// Its bytes, mended where they had to be.
    pub(super) bytes: &'d [u8],
    /// Where they stand.
    pub(super) path: String,
}

/// Works the changes out. `mended` are documents inside exports with what becomes of them.
pub(super) fn of<'e>(
    judged: &Judged,
    exports: &'e [Export],
    tasks: &[Task],
    mended: &[(&Document, &[u8])],
    fresh: Option<&Fresh<'_>>,
) -> Changes<'e> {
    let mut certain = Amended::new(exports);
    for (document, bytes) in mended {
        let held = document.configuration.as_deref();
        if let Some(edit) =
            held.and_then(|id| amend::held(&judged.case, &judged.products, exports, id, bytes))
        {
            certain.take(&[edit]);
        }
    }
    let edits: Vec<Vec<Vec<Edit>>> = tasks
        .iter()
        .map(|task| {
            task.causes
                .iter()
                .map(|step| edits_of(judged, exports, task, &step.cause, fresh))
                .collect()
        })
        .collect();
    let mut done = Vec::new();
    for (number, ways) in edits.iter().enumerate() {
        if let [only] = ways.as_slice()
            && !only.is_empty()
            && certain.take(only)
        {
            done.push((number, only.iter().map(|edit| edit.target.clone()).collect()));
        }
    }
    let mut supposed = certain.clone();
    let (mut decided, mut all_ways) = (Vec::new(), Vec::new());
    for (number, ways) in edits.iter().enumerate().filter(|(_, ways)| ways.len() > 1) {
        let mut settled = false;
        for (way, edits) in ways.iter().enumerate().filter(|(_, edits)| !edits.is_empty()) {
            let mut own = certain.clone();
            if !own.take(edits) {
                continue;
            }
            let bodies = own.bodies(Some(&certain));
            if !settled && supposed.take(edits) {
                settled = true;
                let cause = &tasks[number].causes[way].cause;
                decided.push(
                    cause.value.as_ref().map_or_else(
                        || cause.fix.clone(),
                        |value| format!("{}: {value}", cause.fix),
                    ),
                );
            }
            if !bodies.is_empty() {
                all_ways.push((number, way, own, bodies));
            }
        }
    }
    Changes { certain, supposed, decided, ways: all_ways, done }
}

fn edits_of(
    judged: &Judged,
    exports: &[Export],
    task: &Task,
    cause: &Cause,
    fresh: Option<&Fresh<'_>>,
) -> Vec<Edit> {
    if let Some(fresh) = fresh.filter(|_| plan::is_upload(cause)) {
        let named = |name: &str| cause.object.as_deref().is_none_or(|object| object == name);
        let entries = judged.case.relevant_configurations().filter(|entry| named(&entry.name));
        return entries
            .filter_map(|entry| {
                amend::held(&judged.case, &judged.products, exports, &entry.id, fresh.bytes)
            })
            .collect();
    }
    let finding = judged
        .report
        .findings
        .iter()
        .find(|finding| finding.check == task.check && finding.message == task.message);
    finding
        .map(|finding| {
            amend::asked(
                &judged.case,
                &judged.products,
                exports,
                &finding.finding as &Finding,
                cause,
            )
        })
        .unwrap_or_default()
}

/// What is published of the identity provider, where a fix has it uploaded: as a copy mends it, or as it is.
pub(super) fn fresh<'d>(
    judged: &Judged,
    documents: &'d [Document],
    copies: &'d [(Copied, Vec<u8>)],
) -> Option<Fresh<'d>> {
    if !plan::fresh_copy_wanted(judged) {
        return None;
    }
    if let Some((copy, bytes)) = copies
        .iter()
        .find(|(copy, _)| copy.held_by == HeldBy::Publisher && !copy.uploads.is_empty())
    {
        return Some(Fresh { bytes, path: copy.path.clone() });
    }
    let mut published = documents.iter().filter(|document| plan::is_published(judged, document));
    let document = published.next().filter(|_| published.next().is_none())?;
    Some(Fresh {
        bytes: &document.bytes,
        path: diag_render::wording::path(&document.origin).to_owned(),
    })
}
