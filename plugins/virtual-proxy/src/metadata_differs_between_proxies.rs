//! `virtual-proxy/metadata-differs-between-proxies`: sAML virtual proxies hold different copies of the IdP metadata.

use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::view::EntryPoint;
use diag_sdk::{Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check};
use std::collections::{BTreeMap, BTreeSet};

static ONE_UPDATED: CauseData = CauseData {
    text: "New metadata was uploaded to one virtual proxy and not to the others",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the identity provider's current metadata at every SAML virtual proxy",
};

check! {
    /// SAML virtual proxies of the site hold different copies of the same identity provider's metadata.
    ///
    /// Every virtual proxy keeps its own copy. After a rollover of the signing certificate the new metadata is often uploaded at
    /// the one somebody complained about, and the others go on with the old certificate until they fail in turn. Copies of the same
    /// entityID are compared by their signing certificates and SSO URLs, over all SAML virtual proxies of the export.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// [
    ///   { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "samlMetadataIdP": "{{base64:idp-metadata}}" },
    ///   { "id": "0f9e8d7c-6b5a-4938-8271-6f5e4d3c2b1a", "prefix": "reports", "description": "Reports",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "samlMetadataIdP": "{{base64:idp-metadata-in-sp}}" }
    /// ]
    /// ```
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
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp-new}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// [
    ///   { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "samlMetadataIdP": "{{base64:idp-metadata}}" },
    ///   { "id": "0f9e8d7c-6b5a-4938-8271-6f5e4d3c2b1a", "prefix": "reports", "description": "Reports",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "samlMetadataIdP": "{{base64:idp-metadata}}" }
    /// ]
    /// ```
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
    pub(crate) static METADATA_DIFFERS_BETWEEN_PROXIES = {
        id: "virtual-proxy/metadata-differs-between-proxies",
        title: "SAML virtual proxies hold different copies of the IdP metadata",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: [],
        causes: [ONE_UPDATED],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("each virtual proxy has its own metadata"),
        ],
        run: run,
    }
}

/// What of a copy matters for a sign-in.
#[derive(Debug, PartialEq, Eq)]
struct Essence {
    keys: BTreeSet<String>,
    sso: BTreeSet<String>,
}

fn run(case: &Case, out: &mut Findings) {
    let mut groups: BTreeMap<&str, Vec<(EntryPoint<'_>, &Metadata)>> = BTreeMap::new();
    for copy in case.idp_metadata(HeldBy::Sp).filter(|copy| copy.idp.is_some()) {
        let entry = copy.configuration.as_deref().and_then(|id| case.entry_point(id));
        if let Some(entry) = entry.filter(|entry| entry.method.is_none() || entry.is_saml()) {
            groups.entry(copy.entity_id.value.as_str()).or_default().push((entry, copy));
        }
    }
    for copies in groups.into_values() {
        // The entry point of this sign-in is what the others are compared with.
        let Some((entry, copy)) =
            copies.iter().find(|(entry, _)| entry.relevant).or_else(|| copies.first())
        else {
            continue;
        };
        let essence = essence(copy);
        let others: Vec<&(EntryPoint<'_>, &Metadata)> =
            copies.iter().filter(|(_, other)| self::essence(other) != essence).collect();
        if others.is_empty() {
            continue;
        }
        let keys_differ = others.iter().any(|(_, other)| self::essence(other).keys != essence.keys);
        let sso_differs = others.iter().any(|(_, other)| self::essence(other).sso != essence.sso);
        let what = match (keys_differ, sso_differs) {
            (true, true) => "signing certificates and SSO URLs",
            (true, false) => "signing certificates",
            _ => "SSO URLs",
        };
        let names: Vec<&str> =
            others.iter().map(|(entry, _)| entry.configuration.name.as_str()).collect();
        let mut finding = entry
            .finding(Severity::Warning, "Virtual proxies hold different copies of the IdP metadata")
            .detail(format!(
                "Of {}, {} and {} have different {what}. One of them is out of date, or will be after the next rollover.",
                copy.entity_id.value,
                entry.name,
                names.join(", ")
            ))
            .at(&copy.place)
            .at_all(others.iter().map(|(_, other)| &other.place))
            .expected(words(&essence), entry.name.clone())
            .actual(others.iter().map(|(_, other)| words(&self::essence(other))).collect::<Vec<_>>().join("; "), names.join(", "));
        for (other, _) in &others {
            finding = finding.because_at(&ONE_UPDATED, other, None);
        }
        out.push(finding);
    }
}

fn essence(copy: &Metadata) -> Essence {
    Essence {
        keys: copy
            .idp_signing_certificates()
            .filter(|certificate| certificate.usable())
            .map(|certificate| certificate.sha1.clone())
            .collect(),
        sso: copy
            .idp
            .iter()
            .flat_map(|role| &role.sso)
            .map(|endpoint| endpoint.location.value.clone())
            .collect(),
    }
}

fn words(essence: &Essence) -> String {
    let list = |values: &BTreeSet<String>| {
        values.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    format!("certificates {}, SSO {}", list(&essence.keys), list(&essence.sso))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::sp_configuration::{AuthenticationMethod, SpConfiguration};
    use diag_sdk::testing::{entry_point, idp_metadata, sited, sso_endpoints};

    fn copy(configuration: &str, key: &str, sso: &str) -> Metadata {
        let mut copy = Metadata {
            configuration: Some(configuration.into()),
            ..idp_metadata("d1", HeldBy::Sp, &[key])
        };
        copy.idp.as_mut().expect("the role").sso = sso_endpoints(&[sso]);
        copy
    }

    fn with(copies: Vec<Metadata>) -> Case {
        let second = SpConfiguration {
            id: "c2".into(),
            name: "second".into(),
            relevant: false,
            ..entry_point()
        };
        Case { metadata: copies, sp_configurations: vec![entry_point(), second], ..Case::default() }
    }

    #[test]
    fn certificates_and_sso_urls_of_one_identity_provider_are_compared() {
        for (key, sso, found) in [
            ("A", "https://idp.example", 0),
            ("B", "https://idp.example", 1),
            ("A", "https://idp.example/", 1),
        ] {
            let case = with(vec![copy("c1", "A", "https://idp.example"), copy("c2", key, sso)]);
            assert_eq!(
                METADATA_DIFFERS_BETWEEN_PROXIES.judge(&case).found().len(),
                found,
                "{key} {sso}"
            );
        }
    }

    #[test]
    fn the_other_entry_point_is_the_one_to_update() {
        let case = with(vec![copy("c2", "B", "x"), copy("c1", "A", "x")]);
        let found = METADATA_DIFFERS_BETWEEN_PROXIES.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(finding.severity, Severity::Warning);
        assert!(
            finding.causes[0].object.as_deref().is_some_and(|name| name.contains("second")),
            "{:?}",
            finding.causes[0].object
        );
    }

    #[test]
    fn other_identity_providers_and_other_methods_are_not_compared() {
        let mut case = with(vec![copy("c1", "A", "x"), copy("c2", "B", "x")]);
        case.metadata[1].entity_id = "https://idp.example/other".into();
        assert!(METADATA_DIFFERS_BETWEEN_PROXIES.judge(&case).found().is_empty());
        let mut case = with(vec![copy("c1", "A", "x"), copy("c2", "B", "x")]);
        case.sp_configurations[1].method = Some(sited(AuthenticationMethod::Ticket));
        assert!(METADATA_DIFFERS_BETWEEN_PROXIES.judge(&case).found().is_empty());
    }
}
