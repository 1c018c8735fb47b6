use super::*;
use base64::engine::general_purpose::STANDARD as BASE64;
use diag_sdk::case::certificate::KeyUse;

const IDP: &str = r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/" validUntil="2027-01-01T00:00:00Z">
  <RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="urn:fed" xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="urn:wsfed"/>
  <IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>MIIB</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
  </IDPSSODescriptor>
  <Organization><OrganizationDisplayName xml:lang="de">Beispiel</OrganizationDisplayName><OrganizationDisplayName xml:lang="en">Example</OrganizationDisplayName></Organization>
</EntityDescriptor>"#;

const SP: &str = r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example"><md:SPSSODescriptor AuthnRequestsSigned="1" WantAssertionsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example:443/acs/" index="0" isDefault="true"/>
<md:AttributeConsumingService index="0"><md:RequestedAttribute Name="mail" isRequired="true"/></md:AttributeConsumingService></md:SPSSODescriptor></md:EntityDescriptor>"#;

fn holding() -> Holding {
    Holding {
        place: Place { input: "i1".into(), ..Place::default() },
        origin: "metadata.xml".into(),
        ..Holding::default()
    }
}

fn read_all(bytes: &[u8]) -> (Vec<Metadata>, Vec<BrokenDocument>) {
    read(bytes, &holding(), None)
}

fn one(bytes: &[u8]) -> Metadata {
    let (mut metadata, broken) = read_all(bytes);
    assert_eq!((metadata.len(), broken), (1, Vec::new()));
    metadata.remove(0)
}

fn broken(bytes: &[u8]) -> BrokenDocument {
    let (metadata, mut broken) = read_all(bytes);
    assert_eq!((metadata, broken.len()), (Vec::new(), 1));
    broken.remove(0)
}

#[test]
fn an_identity_provider_is_read() {
    let metadata = one(IDP.as_bytes());
    assert_eq!(metadata.entity_id.value, "https://idp.example/");
    assert_eq!(metadata.entity_id.place.path.as_deref(), Some("EntityDescriptor/@entityID"));
    assert_eq!(
        (metadata.entity_id.place.line, metadata.entity_id.place.column),
        (Some(1), Some(64))
    );
    assert!(metadata.valid_until.is_some());
    assert_eq!(
        (metadata.idp_roles, metadata.sp.is_none(), metadata.entities_in_document),
        (1, true, 1)
    );
    assert_eq!(
        metadata.role_descriptors[0].xsi_type.as_deref(),
        Some("fed:SecurityTokenServiceType")
    );
    assert_eq!(metadata.role_descriptors[0].place.line, Some(2));
    let role = metadata.idp.unwrap();
    assert_eq!(role.want_authn_requests_signed, Some(true));
    assert_eq!(role.sso[0].location.value, "https://idp.example/saml2");
    assert_eq!((role.keys[0].usage, role.keys[0].certificates.len()), (KeyUse::Signing, 1));
    assert_eq!(role.keys[0].certificates[0].place.line, Some(4));
    assert_eq!(metadata.display_name.as_deref(), Some("Example"));
}

#[test]
fn a_service_provider_is_read() {
    let role = one(SP.as_bytes()).sp.unwrap();
    assert_eq!(
        (role.authn_requests_signed, role.want_assertions_signed),
        (Some(true), Some(false))
    );
    assert_eq!(role.acs[0].location.value, "https://sp.example:443/acs/");
    assert_eq!((role.acs[0].index, role.acs[0].is_default), (Some(0), Some(true)));
    assert!(role.requested_attributes[0].required);
}

#[test]
fn an_aggregate_hands_down_its_end_of_validity() {
    let aggregate = format!(
        "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' validUntil='2026-12-01T00:00:00Z'>{SP}<EntitiesDescriptor>{IDP}</EntitiesDescriptor></EntitiesDescriptor>"
    );
    let (metadata, broken) = read_all(aggregate.as_bytes());
    assert_eq!((metadata.len(), broken.len()), (2, 0));
    assert_eq!(metadata[0].entities_in_document, 2);
    assert_eq!(
        metadata[0].valid_until.as_ref().unwrap().place.path.as_deref(),
        Some("EntitiesDescriptor/@validUntil")
    );
    assert_eq!(
        metadata[1].valid_until.as_ref().unwrap().value,
        "2027-01-01T00:00:00Z".parse().unwrap()
    );
    assert_eq!(
        metadata[1].place.path.as_deref(),
        Some("EntitiesDescriptor/EntitiesDescriptor/EntityDescriptor")
    );
}

#[test]
fn a_large_aggregate_is_read_entity_by_entity_with_true_places() {
    let filler = "<!-- filler -->".repeat(100);
    let entity = |number: usize| {
        format!(
            "<md:EntityDescriptor entityID=\"https://sp{number}.example\">{filler}\n<md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n<md:AssertionConsumerService Binding=\"b\" Location=\"https://sp{number}.example/acs\" index=\"1\"/></md:SPSSODescriptor></md:EntityDescriptor>\n"
        )
    };
    let entities: Vec<String> = (1..=1800).map(entity).collect();
    let text = format!(
        "<?xml version=\"1.0\"?>\n<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" validUntil=\"2027-01-01T00:00:00Z\">\n{}</md:EntitiesDescriptor>",
        entities.concat()
    );
    assert!(text.len() > READ_WHOLE);
    let wanted = |id: &str| id == "https://sp1500.example";
    let (metadata, broken) = read(text.as_bytes(), &holding(), Some(&wanted));
    assert_eq!((metadata.len(), broken), (1, Vec::new()));
    assert_eq!(metadata[0].entities_in_document, 1800);
    let acs = &metadata[0].sp.as_ref().unwrap().acs[0].location;
    assert_eq!(acs.value, "https://sp1500.example/acs");
    assert_eq!(
        acs.place.path.as_deref(),
        Some(
            "EntitiesDescriptor/EntityDescriptor[1500]/SPSSODescriptor/AssertionConsumerService/@Location"
        )
    );
    let line = text.lines().nth(acs.place.line.unwrap() as usize - 1).unwrap();
    assert!(
        line[acs.place.column.unwrap() as usize - 1..]
            .starts_with("Location=\"https://sp1500.example/acs\"")
    );
    assert!(metadata[0].valid_until.is_some());
    assert_eq!(metadata[0].entity_id.place.column, Some(22));

    let (all, _) = read(text.as_bytes(), &holding(), None);
    assert_eq!(all.len(), 1800);

    let edited = text.replacen("sp900.example/acs", "sp900.example/acs?a&b", 1);
    let (_, broken) = read(edited.as_bytes(), &holding(), None);
    let at = edited.lines().position(|line| line.contains("a&b")).unwrap() + 1;
    assert_eq!(
        (broken[0].trouble, broken[0].place.line),
        (Trouble::NotWellFormed, u32::try_from(at).ok())
    );
}

#[test]
fn encodings_are_facts() {
    let declared = IDP.replacen("<Entity", "<?xml version=\"1.0\" encoding=\"utf-16\"?><Entity", 1);
    let utf16: Vec<u8> =
        format!("\u{feff}{declared}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let metadata = one(&utf16);
    assert_eq!((metadata.encoding.name.as_str(), metadata.encoding.bom), ("UTF-16LE", true));
    assert_eq!(metadata.encoding.declared_otherwise, None);
    let metadata = one(BASE64.encode(format!("\u{feff}{declared}")).as_bytes());
    assert!(metadata.encoding.base64 && metadata.encoding.bom);
    assert_eq!(metadata.encoding.declared_otherwise.as_deref(), Some("utf-16"));
    assert_eq!(metadata.idp_roles, 1);
}

#[test]
fn spellings_that_only_look_right_are_facts() {
    let metadata = one(IDP
        .replace("http://www.w3.org/2000/09/xmldsig#", "https://www.w3.org/2000/09/xmldsig#")
        .as_bytes());
    assert_eq!(metadata.encoding.https_namespace.unwrap().line, Some(4));
    assert!(metadata.idp.unwrap().keys[0].certificates.is_empty());

    let metadata = one(IDP
        .replace("MIIB", "\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
        .as_bytes());
    assert_eq!(metadata.encoding.pem_armour.unwrap().line, Some(5));

    let quoted =
        IDP.replacen("entityID=\"https://idp.example/\"", "entityID=“https://idp.example/”", 1);
    let (metadata, broken) = read_all(quoted.as_bytes());
    assert_eq!(broken[0].trouble, Trouble::NotWellFormed);
    assert!(broken[0].explanation.contains("typographic quotes"));
    assert_eq!(metadata[0].entity_id.value, "https://idp.example/");
    assert_eq!(metadata[0].encoding.smart_quotes.as_ref().unwrap().column, Some(73));
}

#[test]
fn edits_by_hand_are_explained() {
    let orphan = IDP.replacen("  <IDPSSO", "  </RoleDescriptor>\n  <IDPSSO", 1);
    let document = broken(orphan.as_bytes());
    assert_eq!(
        (document.trouble, document.place.line, document.place.column),
        (Trouble::NotWellFormed, Some(3), Some(3))
    );
    assert!(document.explanation.contains("`</RoleDescriptor>` closes nothing"));

    let document = broken(format!("{IDP}\n{SP}").as_bytes());
    assert_eq!((document.trouble, document.place.line), (Trouble::SeveralRoots, Some(9)));

    let document = broken(IDP.replace("idp.example/saml2", "idp.example/saml2?a=1&b=2").as_bytes());
    assert!(document.explanation.contains("&amp;"));
    assert_eq!(document.place.line, Some(5));

    assert_eq!(broken(&IDP.as_bytes()[..700]).trouble, Trouble::Truncated);
    assert_eq!(broken(&BASE64.encode(IDP).as_bytes()[..800]).trouble, Trouble::Truncated);
}

#[test]
fn other_documents_are_named() {
    let found = |text: &str| {
        let document = broken(text.as_bytes());
        assert_eq!(document.trouble, Trouble::NotMetadata, "{text}");
        document.found.unwrap()
    };
    assert_eq!(found("<!DOCTYPE html><html><body>Sign in</body></html>"), "an HTML page");
    assert_eq!(found("\n<HTML><p>unclosed</HTML>"), "an HTML page");
    assert_eq!(found("{\"issuer\": \"https://idp.example\"}"), "a JSON document");
    assert_eq!(found("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"), "a PEM file");
    assert_eq!(found("<Error><Code>AccessDenied</Code></Error>"), "an XML document `Error`");
    assert_eq!(
        found("<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'/>"),
        "a SAML message (`Response`)"
    );
    let federation = IDP.split_once("  <IDPSSO").unwrap().0.to_owned() + "</EntityDescriptor>";
    assert_eq!(found(&federation), "WS-Federation metadata");
    assert!(found(&IDP.replace("SAML:2.0:metadata", "SAML:2.0:metadaten")).contains("metadaten"));

    assert_eq!(broken(b"  \n").trouble, Trouble::Empty);
    assert_eq!(broken(b"").trouble, Trouble::Empty);
    assert_eq!(broken(b"not base64 of XML!").trouble, Trouble::NotDecodable);
    assert_eq!(
        broken(format!("<!DOCTYPE EntityDescriptor>{IDP}").as_bytes()).trouble,
        Trouble::Doctype
    );
}

#[test]
fn an_embedded_document_counts_its_own_lines() {
    let mut holding = holding();
    holding.place = Place {
        pointer: Some("/samlMetadataIdP".into()),
        line: Some(40),
        column: Some(22),
        message: Some("c1".into()),
        ..holding.place
    };
    holding.configuration = Some("c1".into());
    holding.held_by = HeldBy::Sp;
    let (metadata, _) = read(BASE64.encode(IDP).as_bytes(), &holding, None);
    let place = &metadata[0].role_descriptors[0].place;
    assert_eq!((place.line, place.file_line, place.file_column), (Some(2), Some(40), Some(22)));
    assert_eq!(
        (place.pointer.as_deref(), place.message.as_deref()),
        (Some("/samlMetadataIdP"), Some("c1"))
    );
    assert_eq!(
        (metadata[0].held_by, metadata[0].configuration.as_deref()),
        (HeldBy::Sp, Some("c1"))
    );
}

proptest::proptest! {
    #![proptest_config(crate::seeds::fixed(256))]

    #[test]
    fn never_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), cut in 0usize..1500) {
        read_all(&bytes);
        read_all(&IDP.as_bytes()[..cut.min(IDP.len())]);
        let mut mixed = IDP.as_bytes().to_vec();
        for (index, byte) in bytes.iter().enumerate().take(5) {
            let at = (index * 257 + cut) % mixed.len();
            mixed[at] = *byte;
        }
        read_all(&mixed);
    }
}
