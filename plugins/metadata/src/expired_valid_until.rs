//! `metadata/expired-valid-until`: metadata past the end its owner gave it.

use diag_sdk::case::input::HeldBy;
use diag_sdk::view::MetadataCopy;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static NOT_REFRESHED: CauseData = CauseData {
    text: "The copy was loaded once and never refreshed, although its owner limits how long it may be used",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the current metadata, and refresh it regularly (or ask the owner to publish it without validUntil)",
};

static NOT_REFRESHED_AT_IDP: CauseData = CauseData {
    text: "The identity provider loaded the service provider's metadata once and never refreshed it",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Load the service provider's current metadata, and refresh it regularly",
};

static OLD_FILE: CauseData = CauseData {
    text: "An old download of the metadata is used",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Download the metadata again and hand that file over",
};

static OLD_SP_FILE: CauseData = CauseData {
    text: "An old download of the metadata is used",
    who: Who::Sp,
    setting: Setting::SpMetadata,
    fix: "Download the service provider's metadata again and hand that file over",
};

check! {
    /// The `validUntil` of a metadata document had passed at the moment of the sign-in.
    ///
    /// Owners of metadata limit in this way how long a copy may be used without being refreshed. A product that follows the
    /// standard treats the document as if it were not there from that moment on: the other side is suddenly unknown, and sign-in
    /// stops on a day on which nobody changed anything. Copies that were uploaded by hand are the ones it happens to.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2026-11-01T00:00:00Z"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2031-11-01T00:00:00Z"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static EXPIRED_VALID_UNTIL = {
        id: "metadata/expired-valid-until",
        title: "Metadata is past its validUntil",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp, Need::SpMetadata, Need::SpMetadataInIdp],
        explains: ["endpoints/idp-unknown-to-sp", "endpoints/entity-id-not-registered", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp(&[Meaning::UnknownIdp, Meaning::UnknownSp, Meaning::UnknownEntity, Meaning::Expired]), Account::idp(&[Meaning::UnknownIdp, Meaning::UnknownSp, Meaning::UnknownEntity, Meaning::Expired])],
        causes: [NOT_REFRESHED, NOT_REFRESHED_AT_IDP, OLD_FILE, OLD_SP_FILE],
        references: [Reference::section(Specification::SamlMetadata, "2.3.2").about("validUntil")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let Some(now) = case.judged_at else { return };
    let signed_in = case.signed_in();
    let of_sp = case
        .sp_metadata_held()
        .into_iter()
        .chain(case.sp_metadata_published())
        .filter(|copy| copy.idp.is_none());
    for copy in case.idp_metadata_copies().into_iter().chain(of_sp) {
        let Some(end) = copy.metadata.valid_until.as_ref().filter(|end| end.value <= now) else {
            continue;
        };
        let severity = if signed_in { Severity::Warning } else { level(&copy) };
        let reason = match (copy.held_by, is_of_sp(&copy)) {
            (HeldBy::Sp, _) => &NOT_REFRESHED,
            (HeldBy::Idp, _) => &NOT_REFRESHED_AT_IDP,
            (HeldBy::Publisher | HeldBy::Nobody, false) => &OLD_FILE,
            (HeldBy::Publisher | HeldBy::Nobody, true) => &OLD_SP_FILE,
        };
        out.push(
            copy.finding(severity, "Metadata is past its validUntil")
                .detail(format!(
                    "{} may be used until {}; judged at {now}. Products that follow the standard discard it after that.",
                    copy.origin, end.value
                ))
                .at(&end.place)
                .expected(format!("later than {now}"), "the moment of the sign-in")
                .actual(end.value.to_string(), format!("validUntil in {}", copy.origin))
                .because(reason, case),
        );
    }
}

fn is_of_sp(copy: &MetadataCopy<'_>) -> bool {
    copy.sp.is_some() && copy.idp.is_none()
}

/// A copy that somebody works with breaks the sign-in; a published file is only old.
fn level(copy: &MetadataCopy<'_>) -> Severity {
    match copy.held_by {
        HeldBy::Idp => Severity::Error,
        HeldBy::Publisher if is_of_sp(copy) => Severity::Warning,
        HeldBy::Sp | HeldBy::Publisher | HeldBy::Nobody => copy.level(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::metadata::{Metadata, SpRole};
    use diag_sdk::testing::{attempt, idp_metadata, with_metadata};
    use diag_sdk::{Place, Sited};

    fn until(held_by: HeldBy, end: &str) -> Metadata {
        Metadata {
            valid_until: end.parse().ok().map(|end| Sited::new(end, Place::default())),
            ..idp_metadata("d1", held_by, &["a"])
        }
    }

    fn levels(case: &Case) -> Vec<Severity> {
        EXPIRED_VALID_UNTIL.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn the_end_itself_is_too_late() {
        assert_eq!(levels(&with_metadata(vec![until(HeldBy::Sp, "2026-11-24T10:00:11Z")])), []);
        assert_eq!(
            levels(&with_metadata(vec![until(HeldBy::Sp, "2026-11-24T10:00:10Z")])),
            [Severity::Error]
        );
    }

    #[test]
    fn a_published_file_beside_a_held_copy_is_a_warning() {
        let published = until(HeldBy::Publisher, "2026-01-01T00:00:00Z");
        assert_eq!(levels(&with_metadata(vec![published.clone()])), [Severity::Error]);
        assert_eq!(
            levels(&with_metadata(vec![published, idp_metadata("d2", HeldBy::Sp, &["a"])])),
            [Severity::Warning]
        );
    }

    #[test]
    fn the_sps_metadata_counts_where_the_idp_holds_it() {
        let mut copy = until(HeldBy::Idp, "2026-01-01T00:00:00Z");
        copy.idp = None;
        copy.sp = Some(SpRole::default());
        assert_eq!(levels(&with_metadata(vec![copy.clone()])), [Severity::Error]);
        copy.held_by = HeldBy::Publisher;
        assert_eq!(levels(&with_metadata(vec![copy])), [Severity::Warning]);
    }

    #[test]
    fn a_sign_in_that_worked_forbids_an_error() {
        let mut case = with_metadata(vec![until(HeldBy::Sp, "2026-01-01T00:00:00Z")]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&case), [Severity::Warning]);
    }
}
