//! `metadata/role-descriptor-present`: WS-Federation roles that Qlik Sense should not be given.

use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::MessageKind;
use diag_sdk::case::metadata::RoleDescriptor;
use diag_sdk::case::product::Habit;
use diag_sdk::view::MetadataCopy;
use diag_sdk::{
    Account, Case, CauseData, Findings, Mend, Need, Reference, Setting, Severity, Specification,
    Stage, Vendor, Who, check,
};

static UPLOADED_AS_DOWNLOADED: CauseData = CauseData {
    text: "The federation metadata was uploaded as downloaded, its WS-Federation roles included",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Remove every RoleDescriptor with all it contains (`diag fix` writes such a file; keep the IDPSSODescriptor), then upload that file",
};

static NOT_YET_UPLOADED: CauseData = CauseData {
    text: "The identity provider publishes its WS-Federation roles in the same file",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Should this file be uploaded, upload the copy that `diag fix` writes of it, without the RoleDescriptors",
};

check! {
    /// The copy of the identity provider's metadata still has `RoleDescriptor` elements.
    ///
    /// Microsoft Entra ID publishes its WS-Federation roles in the same file as its SAML role. Qlik Sense wants the SAML
    /// role only: Microsoft's set-up guide of 2022 has both `RoleDescriptor` elements deleted before the file is uploaded
    /// to the virtual proxy. Left in, *Apply* fails, or people meet error 500 instead of the log-in page. The guide of 2025
    /// dropped the step, so newer releases seem to cope: a captured sign-in that worked outweighs the guide. Other products
    /// ignore these elements. Deleting them breaks the file's own signature, which is expected and harmless.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    ///     xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" xsi:type="fed:SecurityTokenServiceType"
    ///     protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706"/>
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID", "authenticationMethod": 3,
    ///   "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example",
    ///   "samlMetadataIdP": "{{base64:idp-metadata}}" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID", "authenticationMethod": 3,
    ///   "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example",
    ///   "samlMetadataIdP": "{{base64:idp-metadata}}" }
    /// ```
    pub(crate) static ROLE_DESCRIPTOR_PRESENT = {
        id: "metadata/role-descriptor-present",
        title: "RoleDescriptor elements in the IdP metadata",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Documents,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: ["flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp(&[])],
        causes: [UPLOADED_AS_DOWNLOADED, NOT_YET_UPLOADED],
        references: [
            Reference::page(
                "https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial",
                "2026-11-24",
            )
            .about("step 1 of its text of 2022-11-21, no longer in that of 2025-05-20"),
            Reference::section(Specification::SamlMetadata, "2.4.1"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for copy in
        case.idp_metadata_copies().into_iter().filter(|copy| !copy.role_descriptors.is_empty())
    {
        let (severity, judgement) = weigh(&copy);
        let count = copy.role_descriptors.len();
        let noun = if count == 1 { "RoleDescriptor element" } else { "RoleDescriptor elements" };
        let holder = copy.holder();
        let whose = match (copy.held_by, case.product(holder).map(|product| product.name.as_str()))
        {
            (HeldBy::Sp, Some(product)) => format!("the copy {product} holds"),
            (HeldBy::Sp, None) => "the copy the service provider holds".to_owned(),
            _ => "the published IdP metadata".to_owned(),
        };
        let reason = if copy.held_by == HeldBy::Sp || severity == Severity::Error {
            &UPLOADED_AS_DOWNLOADED
        } else {
            &NOT_YET_UPLOADED
        };
        let mut finding = copy
            .finding(severity, format!("{count} {noun} in {whose}"))
            .detail(format!(
                "{}. {judgement} `diag fix` writes a copy without them.",
                copy.role_descriptors.iter().map(described).collect::<Vec<_>>().join("; ")
            ))
            .at_all(copy.role_descriptors.iter().map(|role| &role.place))
            .expected("no RoleDescriptor, one IDPSSODescriptor", "the product's set-up guide")
            .actual(format!("{count} {noun}"), copy.origin.clone())
            .because(reason, case);
        // Products without the habit want the file as it is published.
        if severity > Severity::Notice || wants_none(case, holder) {
            finding = finding.repair(Mend::RemoveRoleDescriptors, &copy.place);
        }
        out.push(finding);
    }
}

/// How bad it is in this copy, and why so.
fn weigh(copy: &MetadataCopy<'_>) -> (Severity, &'static str) {
    const GUIDE: &str = "The product's set-up guide of 2022 has them removed before the upload, since the upload or the sign-in may fail with \
                         them; the guide of 2025 no longer says so.";
    let case = copy.case;
    let wants_none = wants_none(case, copy.holder());
    if case.sp_is_another_product() && !wants_none {
        return (
            Severity::Notice,
            "This service provider's product is not one that needs them gone.",
        );
    }
    if copy.proven() {
        return match (wants_none, copy.held_by) {
            (true, HeldBy::Sp) => (
                Severity::Warning,
                "The capture shows a sign-in that worked with it; the set-up guide of 2022 has them removed.",
            ),
            _ => (Severity::Notice, "The capture shows a sign-in that worked."),
        };
    }
    let asks = case.messages_of(MessageKind::AuthnRequest).next().is_some();
    match copy.held_by {
        HeldBy::Sp if wants_none && asks => (
            Severity::Warning,
            "The capture shows that the service provider sends requests, so it could read what it holds; the set-up guide of 2022 has them removed \
             before the upload.",
        ),
        HeldBy::Sp if wants_none => (Severity::Error, GUIDE),
        HeldBy::Sp | HeldBy::Idp | HeldBy::Nobody => {
            (Severity::Warning, "Some service providers want them gone before the upload.")
        }
        HeldBy::Publisher if !wants_none => {
            (Severity::Warning, "Some service providers want them gone before the upload.")
        }
        HeldBy::Publisher if !case.idp_metadata_held().is_empty() => (
            Severity::Notice,
            "As published this is normal; what the service provider holds is judged on its own.",
        ),
        // What it holds is unknown, but it does make requests from it.
        HeldBy::Publisher if case.held_metadata_unusable() || asks => (
            Severity::Warning,
            "Whether the service provider holds the file as it is here is not known; the set-up guide of 2022 has them removed before the upload.",
        ),
        HeldBy::Publisher => (Severity::Error, GUIDE),
    }
}

/// The product's documentation has such roles removed before the upload.
fn wants_none(case: &Case, holder: Vendor) -> bool {
    case.has_habit(holder, Habit::WantsMetadataWithoutOtherRoles)
}

fn described(role: &RoleDescriptor) -> String {
    let kind = role.xsi_type.as_deref().unwrap_or("without xsi:type");
    match (role.place.line, role.place.column) {
        (Some(line), Some(column)) => format!("{kind} at line {line}, column {column}"),
        (Some(line), None) => format!("{kind} at line {line}"),
        _ => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::message::Message;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::case::sp_configuration::HeldMetadata;
    use diag_sdk::testing;
    use diag_sdk::testing::{attempt, ended, entry_point, idp_metadata, with_metadata};
    use diag_sdk::{Place, Repair};

    fn with_roles(mut copy: Metadata) -> Metadata {
        let place = |line| Place { line: Some(line), column: Some(3), ..Place::default() };
        copy.role_descriptors = vec![
            RoleDescriptor {
                xsi_type: Some("fed:SecurityTokenServiceType".into()),
                place: place(2),
            },
            RoleDescriptor { xsi_type: None, place: place(40) },
        ];
        copy
    }

    fn levels(case: &Case) -> Vec<Severity> {
        ROLE_DESCRIPTOR_PRESENT.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn in_the_copy_qlik_holds_it_is_an_error_that_names_count_type_and_place() {
        let mut held = with_roles(idp_metadata("d1", HeldBy::Sp, &["a"]));
        held.configuration = Some("c1".into());
        let case = Case { sp_configurations: vec![entry_point()], ..with_metadata(vec![held]) };
        let found = ROLE_DESCRIPTOR_PRESENT.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(finding.severity, Severity::Error);
        assert!(finding.certain);
        assert_eq!(finding.message, "2 RoleDescriptor elements in the copy Qlik Sense holds");
        let detail = finding.detail.as_deref().unwrap_or_default();
        assert!(
            detail.contains(
                "fed:SecurityTokenServiceType at line 2, column 3; without xsi:type at line 40"
            ),
            "{detail}"
        );
        assert!(detail.contains("diag fix"), "{detail}");
        assert_eq!(finding.places.len(), 2);
        assert_eq!(
            finding.repairs,
            [Repair::at(Mend::RemoveRoleDescriptors, &case.metadata[0].place)]
        );
    }

    #[test]
    fn an_entry_point_of_no_concern_is_left_alone() {
        let mut held = with_roles(idp_metadata("d1", HeldBy::Sp, &["a"]));
        held.configuration = Some("c1".into());
        let mut entry = entry_point();
        entry.relevant = false;
        assert_eq!(
            levels(&Case { sp_configurations: vec![entry], ..with_metadata(vec![held]) }),
            []
        );
    }

    #[test]
    fn the_only_metadata_of_a_qlik_case_is_taken_for_what_qlik_holds() {
        let mut case =
            with_metadata(vec![with_roles(idp_metadata("d1", HeldBy::Publisher, &["a"]))]);
        assert_eq!(levels(&case), [Severity::Warning], "the service provider is unknown");
        testing::qlik_serves(&mut case);
        assert_eq!(levels(&case), [Severity::Error]);
        let mut entry = entry_point();
        entry.idp_metadata = HeldMetadata::Missing;
        case.sp_configurations = vec![entry];
        assert_eq!(levels(&case), [Severity::Warning], "nothing was uploaded yet");
    }

    #[test]
    fn a_captured_request_shows_that_qlik_could_read_what_it_holds() {
        let mut case =
            with_metadata(vec![with_roles(idp_metadata("d1", HeldBy::Publisher, &["a"]))]);
        testing::qlik_serves(&mut case);
        case.messages.push(Message {
            id: "m1".into(),
            kind: MessageKind::AuthnRequest,
            ..Message::default()
        });
        assert_eq!(levels(&case), [Severity::Warning]);
    }

    #[test]
    fn a_clean_copy_at_qlik_makes_the_published_file_normal() {
        let mut case = with_metadata(vec![
            idp_metadata("d1", HeldBy::Sp, &["a"]),
            with_roles(idp_metadata("d2", HeldBy::Publisher, &["a"])),
        ]);
        testing::qlik_serves(&mut case);
        assert_eq!(levels(&case), [Severity::Notice]);
    }

    #[test]
    fn a_sign_in_that_worked_forbids_an_error() {
        let mut case = with_metadata(vec![with_roles(idp_metadata("d1", HeldBy::Sp, &["a"]))]);
        attempt(&mut case, Outcome::SignedIn);
        case.messages.retain(|message| message.kind != MessageKind::AuthnRequest);
        assert_eq!(levels(&case), [Severity::Notice], "an unknown product");
        testing::qlik_serves(&mut case);
        assert_eq!(levels(&case), [Severity::Warning]);
        ended(&mut case, Outcome::RefusedBySp);
        assert_eq!(levels(&case), [Severity::Error]);
    }

    #[test]
    fn other_products_ignore_it() {
        let mut case = with_metadata(vec![with_roles(idp_metadata("d1", HeldBy::Sp, &["a"]))]);
        case.messages.push(Message { kind: MessageKind::AuthnRequest, ..Message::default() });
        assert_eq!(levels(&case), [Severity::Notice]);
        assert_eq!(
            ROLE_DESCRIPTOR_PRESENT.judge(&case).found()[0].repairs,
            [],
            "they want the file as it is published"
        );
    }

    #[test]
    fn without_roles_it_is_silent() {
        assert_eq!(levels(&with_metadata(vec![idp_metadata("d1", HeldBy::Sp, &["a"])])), []);
    }
}
