//! Which documents are repaired, and of what: what findings ask for and nothing else, so that a file that is
//! as it should be stays as it is published, its signature whole.

use diag_core::repair::{Change, Document};
use diag_core::report::ReportedFinding;
use diag_render::Judged;
use diag_render::fixes::Upload;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::{Cause, Mend, Repair, Setting, Severity, Who};

/// A document to repair, and of what.
pub(super) struct Planned<'d> {
    pub(super) document: &'d Document,
    pub(super) wanted: Vec<Mend>,
}

/// The documents to repair.
pub(super) fn plan<'d>(judged: &Judged, documents: &'d [Document]) -> Vec<Planned<'d>> {
    let fresh = fresh_copy_wanted(judged);
    documents
        .iter()
        .filter(|document| !(fresh && superseded(judged, document)))
        .filter_map(|document| {
            // What a notice offers is no fault of the document: it is done to what will be uploaded.
            let uploaded = fresh && document.held_by == HeldBy::Publisher;
            let mut wanted = Vec::new();
            for (finding, repair) in repairs_of(judged, document) {
                if (finding.severity >= Severity::Warning || uploaded)
                    && !wanted.contains(&repair.what)
                {
                    wanted.push(repair.what);
                }
            }
            (!wanted.is_empty()).then_some(Planned { document, wanted })
        })
        .collect()
}

/// What findings ask for in this document.
fn repairs_of<'j>(
    judged: &'j Judged,
    document: &Document,
) -> impl Iterator<Item = (&'j ReportedFinding, &'j Repair)> {
    let all = judged
        .report
        .findings
        .iter()
        .flat_map(|finding| finding.repairs.iter().map(move |repair| (finding, repair)));
    all.filter(|(_, repair)| repair.concerns(&document.input, document.message.as_deref()))
}

/// The findings that a copy with these changes does away with: the first repair of each decides.
pub(super) fn answered<'j>(
    judged: &'j Judged,
    document: &Document,
    changes: &[Change],
) -> Vec<&'j ReportedFinding> {
    let made = |repair: &&Repair| {
        repair.concerns(&document.input, document.message.as_deref())
            && changes.iter().any(|change| change.kind.mend() == repair.what)
    };
    judged
        .report
        .findings
        .iter()
        .filter(|finding| finding.repairs.first().as_ref().is_some_and(made))
        .collect()
}

/// New metadata is asked for at the service provider, and what is published is at hand.
pub(super) fn fresh_copy_wanted(judged: &Judged) -> bool {
    // A copy that can be mended is as good as a new one, unless it does not even parse: then nobody
    // knows what else happened to it.
    let mended = |finding: &ReportedFinding| {
        !finding.repairs.is_empty()
            && finding.repairs.iter().all(|repair| repair.what != Mend::MakeWellFormed)
    };
    let mut serious =
        judged.report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    serious.any(|finding| !mended(finding) && finding.causes.iter().any(is_upload))
        && judged.case.idp_metadata(HeldBy::Publisher).any(|published| published.idp.is_some())
}

/// It is what an identity provider publishes.
pub(super) fn is_published(judged: &Judged, document: &Document) -> bool {
    document.held_by == HeldBy::Publisher
        && entities(judged, document)
            .any(|entity| entity.held_by == HeldBy::Publisher && entity.idp.is_some())
}

/// A copy at the service provider whose published version is at hand, or in whose place a finding wants what is published.
pub(super) fn superseded(judged: &Judged, document: &Document) -> bool {
    let of_document = entities(judged, document).next();
    document.held_by == HeldBy::Sp
        && (of_document.is_none_or(|held| {
            judged
                .case
                .idp_metadata(HeldBy::Publisher)
                .any(|published| published.entity_id.value == held.entity_id.value)
        }) || is_unwanted(judged, document))
}

/// A finding about this very copy, which no repair does away with, has another uploaded.
fn is_unwanted(judged: &Judged, document: &Document) -> bool {
    let lies_here = |finding: &ReportedFinding| {
        finding
            .places
            .iter()
            .any(|place| place.input == document.input && place.message == document.message)
    };
    let serious = judged
        .report
        .findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Warning && finding.repairs.is_empty());
    serious.filter(|finding| lies_here(finding)).any(|finding| finding.causes.iter().any(is_upload))
}

fn entities<'j>(judged: &'j Judged, document: &Document) -> impl Iterator<Item = &'j Metadata> {
    judged.case.metadata.iter().filter(|entity| {
        entity.place.input == document.input && entity.place.message == document.message
    })
}

/// The cause has the identity provider's metadata uploaded at the service provider.
pub(super) fn is_upload(cause: &Cause) -> bool {
    cause.who == Who::Sp && cause.setting == Some(Setting::SpIdpMetadata)
}

/// Where a copy goes: to where the findings it answers have it uploaded, else to where such a document
/// belongs.
pub(super) fn uploads(
    judged: &Judged,
    document: &Document,
    answered: &[&ReportedFinding],
) -> Vec<Upload> {
    if entities(judged, document).all(|entity| entity.idp.is_none()) {
        return Vec::new();
    }
    let serious =
        judged.report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let of_others = serious.filter(|_| document.held_by == HeldBy::Publisher);
    let asking = answered
        .iter()
        .copied()
        .chain(of_others)
        .flat_map(|finding| &finding.causes)
        .filter(|cause| is_upload(cause));
    // A cause that names the entry point says more than one that does not.
    let (named, unnamed): (Vec<&Cause>, Vec<&Cause>) =
        asking.partition(|cause| cause.object.is_some());
    let mut uploads: Vec<Upload> = Vec::new();
    for cause in if named.is_empty() { unnamed } else { named } {
        let upload = Upload { who: cause.who, screen: cause.screen.clone() };
        if !uploads.contains(&upload) {
            uploads.push(upload);
        }
    }
    if uploads.is_empty() {
        let entry = document.configuration.as_deref().and_then(|id| judged.case.configuration(id));
        let vendor = entry.map_or(judged.case.sp_vendor, |entry| entry.vendor);
        let screen = judged.products.screen(
            vendor,
            Setting::SpIdpMetadata,
            entry.map(|entry| entry.name.as_str()),
        );
        uploads.push(Upload {
            who: Who::Sp,
            screen: screen.unwrap_or_else(|| Setting::SpIdpMetadata.neutral().to_owned()),
        });
    }
    uploads
}
