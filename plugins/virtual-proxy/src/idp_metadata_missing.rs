//! `virtual-proxy/idp-metadata-missing`: the virtual proxy holds no IdP metadata.

use diag_sdk::case::sp_configuration::HeldMetadata;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static NEVER_UPLOADED: CauseData = CauseData {
    text: "The identity provider's metadata was never uploaded, or the upload was not applied",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the identity provider's metadata (without RoleDescriptors, as `diag fix` writes it) and apply",
};

check! {
    /// The SAML virtual proxy holds no metadata of the identity provider.
    ///
    /// From that file Qlik Sense takes the address to send people to and the certificates to verify responses with. While the
    /// field `samlMetadataIdP` is empty, nobody is sent anywhere: opening the hub gives error 500 or the log-in of another method.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "samlMetadataIdP": "" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "samlMetadataIdP": "{{base64:idp-metadata}}" }
    /// ```
    pub(crate) static IDP_METADATA_MISSING = {
        id: "virtual-proxy/idp-metadata-missing",
        title: "The virtual proxy holds no IdP metadata",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::Virtualproxyconfig],
        explains: ["metadata/role-descriptor-present", "endpoints/idp-unknown-to-sp", "flow/metadata-or-signing-error-at-sp", "flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::UnknownIdp])],
        causes: [NEVER_UPLOADED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 7e"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        match entry.idp_metadata {
            HeldMetadata::Missing => {}
            HeldMetadata::Unknown => {
                out.missing(Need::IdpMetadataInSp);
                continue;
            }
            HeldMetadata::Read | HeldMetadata::Unreadable => continue,
        }
        out.push(
            entry
                .fault("The virtual proxy holds no IdP metadata")
                .detail("Without it the virtual proxy knows neither where to send people nor whose signature to trust.")
                .at(&entry.idp_metadata_place)
                .expected("the identity provider's metadata", "the set-up guide")
                .actual("empty", format!("samlMetadataIdP of {}", entry.name))
                .because_at(&NEVER_UPLOADED, &entry, None),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::sp_configuration::AuthenticationMethod;
    use diag_sdk::testing::{entry_point_with, levels, sited};

    fn with(state: HeldMetadata) -> Case {
        entry_point_with(|entry| entry.idp_metadata = state)
    }

    #[test]
    fn only_an_empty_field_is_missing() {
        assert_eq!(levels(&IDP_METADATA_MISSING, &with(HeldMetadata::Missing)), [Severity::Error]);
        for state in [HeldMetadata::Read, HeldMetadata::Unreadable, HeldMetadata::Unknown] {
            assert_eq!(levels(&IDP_METADATA_MISSING, &with(state)), [], "{state:?}");
        }
        assert_eq!(
            IDP_METADATA_MISSING.judge(&with(HeldMetadata::Unknown)).missed(),
            [Need::IdpMetadataInSp]
        );
    }

    #[test]
    fn other_methods_need_none() {
        let mut case = with(HeldMetadata::Missing);
        case.sp_configurations[0].method = Some(sited(AuthenticationMethod::Ticket));
        assert_eq!(levels(&IDP_METADATA_MISSING, &case), []);
    }
}
