//! `virtual-proxy/idp-metadata-unreadable`: the IdP metadata in the virtual proxy cannot be read.

use diag_sdk::case::input::Trouble;
use diag_sdk::case::sp_configuration::HeldMetadata;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static NOT_A_FILE: CauseData = CauseData {
    text: "Something else than the file's content was written to the field, such as its path or a damaged copy, often by a script",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the metadata file in the management console, or write the base64 of the XML to the field",
};

check! {
    /// The field for the identity provider's metadata holds neither XML nor base64 of XML.
    ///
    /// Scripts that write to `samlMetadataIdP` sometimes store the path of the file, a string that was cut, or base64 of base64.
    /// The virtual proxy then knows nothing of the identity provider: nobody is sent anywhere, and opening the hub gives error
    /// 500. When the content is a document but not metadata, or not well-formed, the checks on metadata say so instead.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "samlMetadataIdP": "C:/Users/admin/FederationMetadata.xml" }
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
    pub(crate) static IDP_METADATA_UNREADABLE = {
        id: "virtual-proxy/idp-metadata-unreadable",
        title: "The IdP metadata in the virtual proxy cannot be read",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::Virtualproxyconfig],
        explains: ["metadata/not-saml-metadata", "metadata/role-descriptor-present", "endpoints/idp-unknown-to-sp", "flow/metadata-or-signing-error-at-sp", "flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::UnknownIdp])],
        causes: [NOT_A_FILE],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-developer", "2026-11-24").about("VirtualProxyConfig.samlMetadataIdP"),
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("wrong content is refused at Apply"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in
        case.saml_entry_points().filter(|entry| entry.idp_metadata == HeldMetadata::Unreadable)
    {
        // What decodes to a document but not to metadata is judged as a document.
        if !matches!(
            entry.idp_metadata_trouble,
            None | Some(Trouble::NotDecodable | Trouble::Empty)
        ) {
            continue;
        }
        let broken = case
            .broken_documents
            .iter()
            .find(|document| document.configuration.as_deref() == Some(entry.id.as_str()));
        let found = broken
            .and_then(|document| document.found.clone())
            .unwrap_or_else(|| "neither XML nor base64 of XML".to_owned());
        let explanation =
            broken.map(|document| document.explanation.clone()).filter(|text| !text.is_empty());
        out.push(
            entry
                .fault("The IdP metadata in the virtual proxy cannot be read")
                .detail(
                    explanation.unwrap_or_else(|| {
                        "The field holds neither XML nor base64 of XML.".to_owned()
                    }),
                )
                .at(&entry.idp_metadata_place)
                .expected("XML, or base64 of XML", "what the management console stores")
                .actual(found, format!("samlMetadataIdP of {}", entry.name))
                .because_at(&NOT_A_FILE, &entry, None),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{entry_point_with, levels};

    fn with(state: HeldMetadata, trouble: Option<Trouble>) -> Case {
        entry_point_with(|entry| {
            entry.idp_metadata = state;
            entry.idp_metadata_trouble = trouble;
        })
    }

    #[test]
    fn what_is_no_document_at_all_is_reported_here() {
        for (trouble, level) in [
            (Some(Trouble::NotDecodable), Some(Severity::Error)),
            (Some(Trouble::Empty), Some(Severity::Error)),
            (None, Some(Severity::Error)),
            (Some(Trouble::NotWellFormed), None),
            (Some(Trouble::NotMetadata), None),
        ] {
            let levels = levels(&IDP_METADATA_UNREADABLE, &with(HeldMetadata::Unreadable, trouble));
            assert_eq!(levels.first().copied(), level, "{trouble:?}");
        }
    }

    #[test]
    fn read_missing_and_unknown_are_silent() {
        for state in [HeldMetadata::Read, HeldMetadata::Missing, HeldMetadata::Unknown] {
            assert_eq!(levels(&IDP_METADATA_UNREADABLE, &with(state, None)), [], "{state:?}");
        }
    }
}
