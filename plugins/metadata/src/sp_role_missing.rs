//! `metadata/sp-role-missing`: metadata of a service provider without its role or its ACS.

use diag_sdk::case::input::HeldBy;
use diag_sdk::view::MetadataCopy;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static DOWNLOADED_TOO_EARLY: CauseData = CauseData {
    text: "The file is incomplete: edited, or downloaded before the service provider's SAML settings were saved",
    who: Who::Sp,
    setting: Setting::SpMetadata,
    fix: "Save the SAML settings, download the service provider's metadata again and hand that file over",
};

static WRONG_FILE_AT_IDP: CauseData = CauseData {
    text: "Another file than the service provider's metadata was loaded at the identity provider",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Load the service provider's own metadata, or enter its entityID and ACS URL by hand",
};

check! {
    /// The service provider's metadata has no `SPSSODescriptor`, or one without an `AssertionConsumerService`.
    ///
    /// The identity provider learns from this element where to send its responses. Without it, it refuses the request or
    /// sends the response to a URL that was entered by hand and may be another. Incomplete files come from editing, and from
    /// downloading the metadata before the SAML settings were saved.
    ///
    /// ## Fails
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static SP_ROLE_MISSING = {
        id: "metadata/sp-role-missing",
        title: "SP metadata has no SPSSODescriptor or no ACS",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::SpMetadata, Need::SpMetadataInIdp],
        explains: ["endpoints/acs-differs-from-sp-metadata", "endpoints/response-sent-to-wrong-acs"],
        accounts: [Account::idp(&[Meaning::UnknownSp, Meaning::Acs])],
        causes: [DOWNLOADED_TOO_EARLY, WRONG_FILE_AT_IDP],
        references: [Reference::section(Specification::SamlMetadata, "2.4.4")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // Many identity providers are configured by hand: a sign-in that works shows that nobody needs the file.
    let severity = if case.signed_in() { Severity::Warning } else { Severity::Error };
    for copy in case.metadata_copies().filter(|copy| copy.entities_in_document <= 1) {
        let Some(lack) = lack(&copy) else { continue };
        let finding = copy
            .finding(severity, format!("SP metadata has no {lack}"))
            .detail(format!(
                "From {} an identity provider cannot tell where to send its responses.",
                copy.origin
            ))
            .at(&copy.place)
            .expected("an SPSSODescriptor with an AssertionConsumerService", "SAML metadata")
            .because(&DOWNLOADED_TOO_EARLY, case);
        out.push(if copy.held_by == HeldBy::Idp {
            finding.because(&WRONG_FILE_AT_IDP, case)
        } else {
            finding
        });
    }
}

/// What is missing, where the document is (or should be) the service provider's.
fn lack(copy: &MetadataCopy<'_>) -> Option<&'static str> {
    match (&copy.sp, copy.held_by) {
        (Some(role), HeldBy::Publisher | HeldBy::Idp) => {
            role.acs.is_empty().then_some("AssertionConsumerService")
        }
        (None, HeldBy::Idp) => Some("SPSSODescriptor"),
        (None, HeldBy::Publisher)
            if copy.idp.is_none() && copy.case.sp_goes_by(&copy.entity_id) =>
        {
            Some("SPSSODescriptor")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::metadata::{Metadata, SpRole};
    use diag_sdk::testing::{attempt, entry_point, sp_metadata, with_metadata};

    fn sp(held_by: HeldBy) -> Metadata {
        sp_metadata("d1", held_by, &[], &[])
    }

    fn messages(case: &Case) -> Vec<String> {
        SP_ROLE_MISSING.judge(case).found().iter().map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn a_role_without_acs_and_a_missing_role_are_told_apart() {
        let mut copy = sp(HeldBy::Idp);
        assert!(messages(&with_metadata(vec![copy.clone()])).is_empty());
        copy.sp = Some(SpRole::default());
        assert_eq!(
            messages(&with_metadata(vec![copy.clone()])),
            ["SP metadata has no AssertionConsumerService"]
        );
        copy.sp = None;
        let case = with_metadata(vec![sp(HeldBy::Publisher), copy]);
        assert_eq!(messages(&Case { ..case }), ["SP metadata has no SPSSODescriptor"]);
    }

    #[test]
    fn a_published_document_without_roles_is_the_sps_where_the_case_knows_its_entity_id() {
        let mut copy = sp(HeldBy::Publisher);
        copy.sp = None;
        let mut case = with_metadata(vec![sp(HeldBy::Idp), copy]);
        assert!(messages(&case).is_empty());
        let mut entry = entry_point();
        entry.entity_id = Some("https://sense.example".into());
        case.sp_configurations = vec![entry];
        assert_eq!(messages(&case), ["SP metadata has no SPSSODescriptor"]);
    }

    #[test]
    fn a_sign_in_that_worked_makes_it_a_warning() {
        let mut copy = sp(HeldBy::Publisher);
        copy.sp = Some(SpRole::default());
        let mut case = with_metadata(vec![copy]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(SP_ROLE_MISSING.judge(&case).found()[0].severity, Severity::Warning);
    }
}
