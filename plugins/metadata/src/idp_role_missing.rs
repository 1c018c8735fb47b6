//! `metadata/idp-role-missing`: metadata of an identity provider without its SAML role.

use diag_sdk::case::input::HeldBy;
use diag_sdk::view::MetadataCopy;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static DELETED_TOGETHER: CauseData = CauseData {
    text: "The IDPSSODescriptor was deleted together with the RoleDescriptors",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Start again from the downloaded file, let `diag fix` remove the RoleDescriptors only, and upload the result",
};

static OWN_METADATA_LOADED: CauseData = CauseData {
    text: "The service provider's own metadata was uploaded in place of the identity provider's",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the metadata of the identity provider",
};

static OTHER_PROTOCOL: CauseData = CauseData {
    text: "The file describes another role or protocol, such as WS-Federation only",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Download the metadata of the SAML application (Federation Metadata XML)",
};

check! {
    /// The identity provider's metadata has no `IDPSSODescriptor`, the element that describes its SAML role.
    ///
    /// Everything a service provider needs stands in that element: where to send requests and which certificates to trust.
    /// When the `RoleDescriptor` elements are deleted by hand it easily goes with them, since it follows right after. Sign-in
    /// then never leaves the service provider: *Apply* fails, or people see error 500.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static IDP_ROLE_MISSING = {
        id: "metadata/idp-role-missing",
        title: "IdP metadata has no IDPSSODescriptor",
        levels: [Severity::Error],
        stage: Stage::Documents,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: ["metadata/role-descriptor-present", "metadata/signing-key-missing", "metadata/sso-endpoint-missing", "metadata/stale-copy", "endpoints/idp-unknown-to-sp", "flow/metadata-or-signing-error-at-sp", "signing/active-certificate-not-in-metadata"],
        accounts: [Account::sp(&[Meaning::UnknownIdp, Meaning::UnknownEntity])],
        causes: [DELETED_TOGETHER, OWN_METADATA_LOADED, OTHER_PROTOCOL],
        references: [Reference::section(Specification::SamlMetadata, "2.4.3")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let roleless = case.idp_metadata_copies().into_iter().chain(case.sp_metadata_misplaced());
    for copy in roleless.filter(|copy| copy.idp.is_none() && copy.entities_in_document <= 1) {
        if copy.held_by != HeldBy::Sp && case.sp_goes_by(&copy.entity_id) {
            continue;
        }
        let finding = copy
            .finding(Severity::Error, "IdP metadata has no IDPSSODescriptor")
            .detail(format!(
                "{} tells neither the SSO URL nor the signing certificate, so no sign-in can start from it.{}",
                copy.origin,
                instead(&copy)
            ))
            .at(&copy.place)
            .expected("an IDPSSODescriptor element", "SAML metadata");
        out.push(match (copy.held_by, copy.sp.is_some()) {
            (HeldBy::Sp, true) => finding.because(&OWN_METADATA_LOADED, case),
            (HeldBy::Sp, false) => {
                finding.because(&DELETED_TOGETHER, case).because(&OTHER_PROTOCOL, case)
            }
            _ => finding.because(&OTHER_PROTOCOL, case),
        });
    }
}

fn instead(copy: &MetadataCopy<'_>) -> String {
    match (copy.sp.is_some(), copy.role_descriptors.len()) {
        (true, _) => " It describes a service provider.".to_owned(),
        (false, 0) => String::new(),
        (false, 1) => " It has a RoleDescriptor (WS-Federation) only.".to_owned(),
        (false, count) => format!(" It has {count} RoleDescriptors (WS-Federation) only."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::metadata::{Metadata, SpRole};
    use diag_sdk::testing::{idp_metadata, with_metadata};

    fn roleless(held_by: HeldBy) -> Metadata {
        Metadata { idp: None, idp_roles: 0, ..idp_metadata("d1", held_by, &[]) }
    }

    #[test]
    fn a_copy_without_the_role_is_an_error() {
        for held_by in [HeldBy::Sp, HeldBy::Publisher] {
            let found = IDP_ROLE_MISSING.judge(&with_metadata(vec![roleless(held_by)]));
            assert_eq!(
                found.found().iter().map(|finding| finding.severity).collect::<Vec<_>>(),
                [Severity::Error],
                "{held_by:?}"
            );
        }
    }

    #[test]
    fn the_own_metadata_in_the_wrong_place_is_named() {
        let copy = Metadata { sp: Some(SpRole::default()), ..roleless(HeldBy::Sp) };
        let case = Case {
            inputs: vec![],
            ..with_metadata(vec![idp_metadata("d2", HeldBy::Publisher, &["a"]), copy])
        };
        let found = IDP_ROLE_MISSING.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(finding.causes[0].text, OWN_METADATA_LOADED.text);
    }

    #[test]
    fn complete_metadata_and_members_of_aggregates_are_silent() {
        let mut member = roleless(HeldBy::Publisher);
        member.entities_in_document = 40;
        let case = with_metadata(vec![idp_metadata("d1", HeldBy::Sp, &["a"]), member]);
        assert!(IDP_ROLE_MISSING.judge(&case).found().is_empty());
    }
}
