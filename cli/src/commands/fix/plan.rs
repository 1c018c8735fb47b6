//! Which documents are to be repaired, and whether their `RoleDescriptor` elements go. Decided by what
//! the checks found: a file that is as it should be stays as it is published, its signature whole.

use crate::render::Judged;
use crate::render::fixes::Upload;
use diag_core::repair::{Change, Document, Kind, Roles};
use diag_core::report::ReportedFinding;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::{Cause, Setting, Severity, Vendor, Who};

const ROLES: &str = "metadata/role-descriptor-present";
const SPELLING: &str = "metadata/encoding-unusual";
const BROKEN: &str = "metadata/not-well-formed";

/// A document to repair.
pub(super) struct Planned<'d> {
    pub(super) document: &'d Document,
    pub(super) roles: Roles,
}

/// The documents to repair.
pub(super) fn plan<'d>(judged: &Judged, documents: &'d [Document]) -> Vec<Planned<'d>> {
    let fresh = fresh_copy_wanted(judged);
    documents
        .iter()
        .filter(|document| !(fresh && superseded(judged, document)))
        .filter_map(|document| {
            let worst = |check: Option<&str>| {
                let about = findings_in(judged, document).filter(|finding| check.is_none_or(|check| check == finding.check));
                about.map(|finding| finding.severity).max()
            };
            let roles = match worst(Some(ROLES)) {
                Some(Severity::Error | Severity::Warning) => Roles::Remove,
                // As published it is normal; what will be uploaded to Qlik Sense should be without.
                Some(Severity::Notice) if fresh && judged.case.sp_vendor == Vendor::Qlik && document.held_by == HeldBy::Publisher => {
                    Roles::Remove
                }
                _ => Roles::Keep,
            };
            (roles == Roles::Remove || worst(None) >= Some(Severity::Warning)).then_some(Planned { document, roles })
        })
        .collect()
}

/// Something other than the spelling of a copy asks for new metadata at the service provider.
fn fresh_copy_wanted(judged: &Judged) -> bool {
    let serious = judged.report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    serious
        .filter(|finding| finding.check != ROLES && finding.check != SPELLING)
        .any(|finding| finding.causes.iter().any(|cause| is_upload(judged, cause)))
        && judged.case.idp_metadata(HeldBy::Publisher).any(|published| published.idp.is_some())
}

/// A copy at the service provider whose published version is at hand.
fn superseded(judged: &Judged, document: &Document) -> bool {
    let of_document = entities(judged, document).next();
    document.held_by == HeldBy::Sp
        && of_document.is_none_or(|held| {
            judged.case.idp_metadata(HeldBy::Publisher).any(|published| published.entity_id.value == held.entity_id.value)
        })
}

fn entities<'j>(judged: &'j Judged, document: &Document) -> impl Iterator<Item = &'j Metadata> {
    judged.case.metadata.iter().filter(|entity| entity.place.input == document.input && entity.place.message == document.message)
}

/// Findings that show in this document.
fn findings_in<'j>(judged: &'j Judged, document: &Document) -> impl Iterator<Item = &'j ReportedFinding> {
    let shows =
        |finding: &&ReportedFinding| finding.places.iter().any(|place| place.input == document.input && place.message == document.message);
    judged.report.findings.iter().filter(shows)
}

/// The findings that a copy with these changes does away with.
pub(super) fn answered<'j>(judged: &'j Judged, document: &Document, changes: &[Change]) -> Vec<&'j ReportedFinding> {
    let does_away = |finding: &&ReportedFinding| {
        changes.iter().any(|change| match change.kind {
            Kind::RoleDescriptorRemoved => finding.check == ROLES,
            Kind::StartCleared | Kind::AmpersandEscaped => finding.check == BROKEN,
            Kind::QuotesStraightened => finding.check == BROKEN || finding.check == SPELLING,
            Kind::DeclarationCorrected | Kind::NamespaceCorrected | Kind::CertificateCleared => finding.check == SPELLING,
        })
    };
    findings_in(judged, document).filter(does_away).collect()
}

/// The cause has the identity provider's metadata uploaded at the service provider.
pub(super) fn is_upload(judged: &Judged, cause: &Cause) -> bool {
    let entries = &judged.case.sp_configurations;
    cause.who == Who::Sp
        && (entries.iter().any(|entry| screen_of(entry.vendor, Some(&entry.name)) == cause.screen)
            || [Vendor::Qlik, Vendor::Other].into_iter().any(|vendor| screen_of(vendor, None) == cause.screen))
}

fn screen_of(vendor: Vendor, entry: Option<&str>) -> String {
    Setting::SpIdpMetadata.screen(vendor, entry)
}

/// Where a copy goes: to the screens that the findings it answers name, else to where such a document
/// belongs.
pub(super) fn uploads(judged: &Judged, document: &Document, answered: &[&ReportedFinding]) -> Vec<Upload> {
    if entities(judged, document).all(|entity| entity.idp.is_none()) {
        return Vec::new();
    }
    let serious = judged.report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let of_others = serious.filter(|_| document.held_by == HeldBy::Publisher);
    let mut uploads: Vec<Upload> = Vec::new();
    for cause in answered.iter().copied().chain(of_others).flat_map(|finding| &finding.causes) {
        let upload = Upload { who: cause.who, screen: cause.screen.clone() };
        if is_upload(judged, cause) && !uploads.contains(&upload) {
            uploads.push(upload);
        }
    }
    // A screen that names the entry point says more than one that does not.
    let named =
        |upload: &Upload| judged.case.sp_configurations.iter().any(|entry| upload.screen == screen_of(entry.vendor, Some(&entry.name)));
    if uploads.iter().any(named) {
        uploads.retain(named);
    }
    if uploads.is_empty() {
        let entry = document.configuration.as_deref().and_then(|id| judged.case.configuration(id));
        let vendor = entry.map_or(judged.case.sp_vendor, |entry| entry.vendor);
        uploads.push(Upload { who: Who::Sp, screen: screen_of(vendor, entry.map(|entry| entry.name.as_str())) });
    }
    uploads
}
