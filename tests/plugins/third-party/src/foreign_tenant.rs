//! The identity provider is not one of our tenants.

use diag_sdk::case::input::HeldBy;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Vendor, Who, check,
};

/// Our tenants' entityIDs.
const OURS: &[&str] = &["https://sts.windows.net/00000000-acme-acme-acme-000000000000/"];

static METADATA_OF_ANOTHER_TENANT: CauseData = CauseData {
    text: "The metadata was downloaded while signed in to another tenant, usually the test tenant",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Switch the directory, download the federation metadata again and hand it to the service provider",
};

check! {
    /// The identity provider's metadata belongs to a tenant that is not Acme's.
    ///
    /// People then meet a sign-in page that does not know them, or an application in the test tenant that nobody
    /// is assigned to. It happens when whoever sets up the application is signed in to both tenants.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/00000000-acme-acme-acme-000000000000/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub static FOREIGN_TENANT = {
        id: "acme/foreign-tenant",
        title: "The metadata belongs to another tenant",
        levels: [Severity::Error],
        stage: Stage::Configuration,
        needs: [Need::IdpMetadata],
        explains: ["flow/idp-error-page"],
        causes: [METADATA_OF_ANOTHER_TENANT],
        references: ["https://wiki.acme.example/identity/tenants"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for metadata in case
        .idp_metadata(HeldBy::Publisher)
        .filter(|metadata| !OURS.contains(&metadata.entity_id.value.as_str()))
    {
        out.push(
            Finding::error("The metadata belongs to another tenant")
                .detail("Nobody at Acme has an account there.")
                .expected(OURS.join(" or "), "list of Acme's tenants")
                .actual_sited(&metadata.entity_id, &metadata.origin)
                .cause(&METADATA_OF_ANOTHER_TENANT, Vendor::named("entra")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Sited;
    use diag_sdk::case::metadata::{IdpRole, Metadata};

    #[test]
    fn only_our_tenants_pass() {
        let case = |entity_id: &str| Case {
            metadata: vec![Metadata {
                idp: Some(IdpRole::default()),
                entity_id: Sited { value: entity_id.to_owned(), ..Sited::default() },
                ..Metadata::default()
            }],
            ..Case::default()
        };
        assert!(FOREIGN_TENANT.judge(&case(OURS[0])).found().is_empty());
        assert_eq!(
            FOREIGN_TENANT.judge(&case("https://sts.windows.net/another/")).found().len(),
            1
        );
    }
}
