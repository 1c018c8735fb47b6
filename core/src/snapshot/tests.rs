//! Whole exports in, facts out: the shapes people really hand in.

use super::qlik;
use super::{Snapshot, join, read};
use crate::bounds::Bounds;
use crate::evidence::Document;
use diag_products::Products;
use diag_sdk::Case;
use diag_sdk::case::exchange::SameSite;
use diag_sdk::case::input::InputKind;
use diag_sdk::case::message::{AuthnRequest, Message, MessageKind};
use diag_sdk::case::registration::{ClaimsRule, RegistrationObject, SigningOption};
use diag_sdk::case::sp_configuration::{AuthenticationMethod, HeldMetadata, RequestAlgorithm};

const APP_ID: &str = "11111111-2222-3333-4444-555555555555";
const VP: &str = "aaaaaaaa-0000-4000-8000-000000000001";

fn document(input: &str, kind: InputKind, text: &str) -> Document {
    Document {
        input: input.to_owned(),
        kind,
        bytes: text.as_bytes().to_vec(),
        ..Document::default()
    }
}

fn snapshot(documents: &[(InputKind, &str)]) -> Snapshot {
    let documents: Vec<Document> = documents
        .iter()
        .enumerate()
        .map(|(index, (kind, text))| document(&format!("i{}", index + 1), *kind, text))
        .collect();
    read(&documents, &Bounds::default())
}

fn case(snapshot: Snapshot) -> Case {
    let mut case = Case {
        registrations: snapshot.registrations,
        sp_configurations: snapshot.sp_configurations,
        proxies: snapshot.proxies,
        ..Case::default()
    };
    join::relevant(&mut case, &Products::builtin());
    case
}

fn virtual_proxy(id: &str, prefix: &str) -> String {
    format!(
        r#"{{"id": "{id}", "prefix": "{prefix}", "description": "{prefix} users", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
        "samlEntityId": "https://sense.example/{prefix}", "sessionCookieHeaderName": "X-Qlik-Session-{prefix}"}}"#
    )
}

#[test]
fn application_and_service_principal_join_by_app_id() {
    let application = format!(
        r#"{{"appId": "{APP_ID}", "displayName": "Sense", "identifierUris": ["https://sense.example"],
          "web": {{"redirectUris": ["https://sense.example:443/azure/samlauthn/"], "logoutUrl": null}},
          "requestSignatureVerification": {{"isSignedRequestRequired": true}}, "passwordCredentials": [{{"secretText": "hunter2-hunter2"}}]}}"#
    );
    let principal = format!(
        r#"{{"appId": "{APP_ID}", "servicePrincipalNames": ["https://sense.example", "{APP_ID}"], "loginUrl": null, "accountEnabled": "true",
          "replyUrls": ["https://sense.example:443/azure/samlauthn/"], "preferredSingleSignOnMode": "saml",
          "keyCredentials": [{{"customKeyIdentifier": "p9PEYmuKhP2oaMzGfSdNQC/9ChA=", "usage": "Verify", "keyId": "k1", "startDateTime": "2026-01-01T00:00:00Z", "key": null}}]}}"#
    );
    let snapshot = snapshot(&[
        (InputKind::Application, &application),
        (InputKind::ServicePrincipal, &principal),
    ]);
    assert!(snapshot.notes.is_empty(), "{:?}", snapshot.notes);
    assert!(!format!("{snapshot:?}").contains("hunter2"));
    let [registration] = snapshot.registrations.as_slice() else {
        panic!("{:?}", snapshot.registrations)
    };
    assert_eq!(registration.id, "r1");
    assert_eq!(
        registration.objects,
        [RegistrationObject::Application, RegistrationObject::ServicePrincipal]
    );
    let identifiers: Vec<_> = registration
        .identifiers
        .iter()
        .map(|known| (known.value.value.as_str(), known.object))
        .collect();
    assert_eq!(
        identifiers,
        [
            ("https://sense.example", RegistrationObject::Application),
            ("https://sense.example", RegistrationObject::ServicePrincipal)
        ]
    );
    assert_eq!(registration.reply_urls.len(), 2);
    let place = &registration.reply_urls[0].value.place;
    assert_eq!(
        (place.input.as_str(), place.pointer.as_deref(), place.line),
        ("i1", Some("/web/redirectUris/0"), Some(2))
    );
    assert_eq!(registration.sign_on_url.as_ref().map(|url| url.value.clone()), Some(None));
    assert_eq!(registration.enabled.as_ref().map(|flag| flag.value), Some(true));
    assert_eq!(registration.assignment_required, None);
    assert_eq!(registration.signed_requests_required.as_ref().map(|flag| flag.value), Some(true));
    assert_eq!(
        registration.credentials[0].sha1.as_deref(),
        Some("A7D3C4626B8A84FDA868CCC67D274D402FFD0A10")
    );
}

#[test]
fn utf16_and_the_portals_manifest_are_read() {
    let manifest = r#"{"appId": "x", "name": "Sense", "identifierUris": [], "signInUrl": "https://sense.example/azure/hub",
        "replyUrlsWithType": [{"url": "https://sense.example/azure/samlauthn/", "type": "Web"}, {"url": "app://x", "type": "InstalledClient"}]}"#;
    let bytes: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(manifest.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let document = Document {
        input: "i1".to_owned(),
        kind: InputKind::Application,
        bytes,
        ..Document::default()
    };
    let snapshot = read(&[document], &Bounds::default());
    let registration = &snapshot.registrations[0];
    assert_eq!(registration.name.as_deref(), Some("Sense"));
    assert_eq!(registration.reply_urls.len(), 1);
    assert_eq!(
        registration.sign_on_url.as_ref().and_then(|url| url.value.as_deref()),
        Some("https://sense.example/azure/hub")
    );
    let place = &registration.reply_urls[0].value.place;
    assert_eq!(
        (place.line, place.column, place.pointer.as_deref()),
        (Some(2), Some(39), Some("/replyUrlsWithType/0/url"))
    );
}

#[test]
fn policies_bind_to_the_only_registration_or_by_id() {
    let token = r#"{"value": [{"id": "p1", "definition": ["{\"TokenIssuancePolicy\":{\"Version\":\"1\",\"TokenResponseSigningPolicy\":\"ResponseOnly\",\"SigningAlgorithm\":\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"}}"]}]}"#;
    let claims = r#"{"id": "p2", "definition": "{\"ClaimsMappingPolicy\": {\"Version\": 1, \"IncludeBasicClaimSet\": \"false\", \"ClaimsSchema\": [{\"Source\": \"user\", \"ID\": \"mail\", \"SamlClaimType\": \"urn:mail\"}, {\"Value\": \"900\", \"SamlClaimType\": \"urn:seconds\"}]}}"}"#;
    let both =
        [(InputKind::TokenIssuancePolicies, token), (InputKind::ClaimsMappingPolicies, claims)];
    let alone = snapshot(&both);
    let registration = &alone.registrations[0];
    assert_eq!(
        registration.signing_option.as_ref().map(|option| option.value),
        Some(SigningOption::Response)
    );
    assert!(
        registration
            .signing_algorithm
            .as_ref()
            .is_some_and(|algorithm| algorithm.value.ends_with("rsa-sha1"))
    );
    assert_eq!(registration.basic_claims, Some(false));
    assert_eq!(registration.claims[0].source.as_deref(), Some("user.mail"));
    assert_eq!(registration.claims[1].source.as_deref(), Some("constant 900"));

    let two = r#"[{"appId": "a", "replyUrls": [], "tokenIssuancePolicies": [{"id": "p1"}]}, {"appId": "b", "replyUrls": []}]"#;
    let listed = snapshot(&[(InputKind::ServicePrincipal, two), both[0]]);
    assert!(listed.registrations[0].signing_option.is_some());
    assert!(listed.registrations[1].signing_option.is_none());
}

#[test]
fn a_virtual_proxy_keeps_every_known_number() {
    let text = format!(
        r#"[{{"id": "{VP}", "prefix": "azure", "description": "", "authenticationMethod": 3, "samlAttributeSigningAlgorithm": 0, "sameSiteAttributeHttps": 2,
        "hasSecureAttributeHttps": true, "anonymousAccessMode": 1, "sessionInactivityTimeout": 30, "samlMetadataIdP": "PEVudGl0eQ==", "samlHostUri": "https://sense.example",
        "samlAttributeUserId": "name", "samlAttributeUserDirectory": "[AZURE]", "websocketCrossOriginWhiteList": [], "loadBalancingServerNodes": [{{"hostName": "qs1"}}],
        "samlAttributeMap": [{{"samlAttribute": "groups", "senseAttribute": "group", "isMandatory": true}}], "sameSiteAttributeHttp": 9}}]"#
    );
    let snapshot = snapshot(&[(InputKind::Virtualproxyconfig, &text)]);
    let proxy = &snapshot.sp_configurations[0];
    assert_eq!(
        (proxy.id.as_str(), proxy.name.as_str(), proxy.vendor),
        ("c1", "azure", qlik::VENDOR)
    );
    assert_eq!(proxy.method.as_ref().map(|method| method.value), Some(AuthenticationMethod::Saml));
    assert_eq!(
        proxy.request_algorithm.as_ref().map(|algorithm| algorithm.value),
        Some(RequestAlgorithm::Sha1)
    );
    assert_eq!(
        proxy.same_site_https.as_ref().map(|same_site| same_site.value),
        Some(SameSite::Lax)
    );
    assert_eq!(proxy.same_site_http, None);
    assert_eq!(proxy.anonymous_access.as_ref().map(|mode| mode.value), Some(1));
    assert_eq!(proxy.engine_nodes, Some(vec!["qs1".to_owned()]));
    assert_eq!(proxy.host_allow_list, Some(Vec::new()));
    assert!(proxy.attribute_map[0].mandatory);
    assert_eq!(
        (proxy.single_logout, proxy.entity_id.clone(), proxy.session_cookie_name.clone()),
        (None, None, None)
    );
    let held = &snapshot.held_metadata[0];
    assert_eq!(
        (held.configuration.as_str(), held.origin.as_str()),
        ("c1", "samlMetadataIdP of virtual proxy azure")
    );
    assert_eq!(held.place.pointer.as_deref(), Some("/0/samlMetadataIdP"));
    assert_eq!(snapshot.notes.len(), 1, "{:?}", snapshot.notes);
}

#[test]
fn cut_exports_are_unknown_rather_than_empty() {
    let text = format!(
        r#"{{"id": "{VP}", "prefix": "azure", "loadBalancingServerNodes": ["@{{id=1; name=Central}}"], "websocketCrossOriginWhiteList": "System.Object[]", "samlAttributeMap": ["@{{samlAttribute=x}}"]}}"#
    );
    let proxy = format!(
        r#"{{"settings": {{"listenPort": 443, "virtualProxies": ["@{{id={VP}; prefix=azure}}"]}}}}"#
    );
    let snapshot =
        snapshot(&[(InputKind::Virtualproxyconfig, &text), (InputKind::Proxyservice, &proxy)]);
    let configuration = &snapshot.sp_configurations[0];
    assert_eq!((&configuration.engine_nodes, &configuration.host_allow_list), (&None, &None));
    assert_eq!(snapshot.notes.len(), 4, "{:?}", snapshot.notes);
    assert!(snapshot.notes.iter().all(|(_, note)| note.contains("-Depth")));
    let case = case(snapshot);
    assert_eq!(case.sp_configurations[0].linked_proxies, ["x1"]);
}

#[test]
fn virtual_proxies_inside_a_proxy_count_where_nothing_fuller_is_there() {
    let proxy = format!(
        r#"[{{"settings": {{"listenPort": 4443, "virtualProxies": [{}, {}]}}, "serverNodeConfiguration": {{"name": "Central", "hostName": "qs1"}}}}]"#,
        virtual_proxy(VP, "azure"),
        virtual_proxy("aaaaaaaa-0000-4000-8000-000000000002", "adfs")
    );
    let full = virtual_proxy(VP, "azure").replace("azure users", "the full one");
    let snapshot =
        snapshot(&[(InputKind::Proxyservice, &proxy), (InputKind::Virtualproxyconfig, &full)]);
    let names: Vec<&str> =
        snapshot.sp_configurations.iter().map(|proxy| proxy.name.as_str()).collect();
    assert_eq!(names, ["the full one", "adfs users"]);
    assert_eq!(snapshot.proxies[0].name, "Central");
    let case = case(snapshot);
    assert_eq!(
        case.sp_configurations[0].acs_url.as_ref().map(|url| url.value.as_str()),
        Some("https://sense.example:4443/azure/samlauthn/")
    );
    assert_eq!(case.sp_vendor, qlik::VENDOR);
    assert!(
        case.sp_configurations
            .iter()
            .all(|configuration| configuration.relevant && configuration.linked_proxies == ["x1"])
    );
}

#[test]
fn the_request_decides_which_entry_point_is_meant() {
    let text = format!(
        "[{},{}]",
        virtual_proxy(VP, "azure"),
        virtual_proxy("aaaaaaaa-0000-4000-8000-000000000002", "adfs")
    );
    let snapshot = snapshot(&[(InputKind::Virtualproxyconfig, &text)]);
    let mut case = Case { sp_configurations: snapshot.sp_configurations, ..Case::default() };
    let request = AuthnRequest {
        acs_url: Some("https://sense.example:443/ADFS/samlauthn".into()),
        ..AuthnRequest::default()
    };
    case.messages.push(Message {
        kind: MessageKind::AuthnRequest,
        request: Some(request),
        ..Message::default()
    });
    join::relevant(&mut case, &Products::builtin());
    let relevant: Vec<&str> =
        case.relevant_configurations().map(|configuration| configuration.name.as_str()).collect();
    assert_eq!(relevant, ["adfs users"]);
}

#[test]
fn without_evidence_the_only_saml_entry_point_is_meant_or_all() {
    let ticket =
        r#"{"id": "t", "prefix": "", "defaultVirtualProxy": true, "authenticationMethod": 0}"#;
    let one = case(snapshot(&[(
        InputKind::Virtualproxyconfig,
        &format!("[{ticket},{}]", virtual_proxy(VP, "azure")),
    )]));
    assert_eq!(
        one.relevant_configurations()
            .map(|configuration| configuration.id.as_str())
            .collect::<Vec<_>>(),
        ["c2"]
    );
    assert_eq!(one.sp_configurations[0].acs_url, None);
    let none = case(snapshot(&[(InputKind::Virtualproxyconfig, ticket)]));
    assert!(none.sp_configurations[0].relevant);
    assert_eq!(none.sp_configurations[0].idp_metadata, HeldMetadata::Unknown);
}

#[test]
fn the_registration_of_the_request_is_meant() {
    let text = r#"[{"appId": "a", "identifierUris": ["https://other.example"], "web": {"redirectUris": ["https://other.example/acs"]}},
        {"appId": "b", "identifierUris": ["https://sense.example"], "web": {"redirectUris": []}}]"#;
    let snapshot = snapshot(&[(InputKind::Application, text)]);
    let mut case = Case { registrations: snapshot.registrations, ..Case::default() };
    case.messages.push(Message {
        kind: MessageKind::AuthnRequest,
        issuer: Some("https://sense.example".into()),
        ..Message::default()
    });
    join::relevant(&mut case, &Products::builtin());
    assert_eq!(
        case.relevant_registrations()
            .map(|registration| registration.id.as_str())
            .collect::<Vec<_>>(),
        ["r2"]
    );
}

#[test]
fn empty_lists_and_switches_are_facts() {
    let application = format!(
        r#"{{"appId": "{APP_ID}", "identifierUris": [], "isDisabled": true, "keyCredentials": [], "web": {{"redirectUris": [],
          "redirectUriSettings": [{{"uri": "https://a.example/acs", "index": 3}}, {{"uri": "https://b.example/acs", "index": null}}]}},
          "optionalClaims": {{"saml2Token": [{{"name": "groups", "additionalProperties": ["sam_account_name"]}}]}},
          "api": {{"acceptMappedClaims": true}}}}"#
    );
    let registration = snapshot(&[(InputKind::Application, &application)]).registrations.remove(0);
    assert_eq!((registration.reply_url_lists.len(), registration.identifier_lists.len()), (1, 1));
    assert!(
        registration.credentials_stated && registration.deactivated.is_some_and(|flag| flag.value)
    );
    assert_eq!(
        registration.reply_url_indexes.iter().map(|entry| entry.index).collect::<Vec<_>>(),
        [3]
    );
    assert_eq!(registration.optional_claims[0].properties, ["sam_account_name"]);
    assert_eq!(registration.accepts_mapped_claims.map(|flag| flag.value), Some(true));
    let silent = snapshot(&[(InputKind::Application, r#"{"appId": "x", "identifierUris": null}"#)])
        .registrations
        .remove(0);
    assert!(
        silent.reply_url_lists.is_empty()
            && silent.identifier_lists.is_empty()
            && !silent.credentials_stated
    );
}

#[test]
fn both_kinds_of_claims_policies_are_read_and_the_mapping_one_goes_first() {
    let custom = r#"{"@odata.context": "https://graph.microsoft.com/beta/$metadata#servicePrincipals('sp-1')/claimsPolicy/$entity",
        "includeBasicClaimSet": false, "includeApplicationIdInIssuer": true, "audienceOverride": "urn:custom",
        "claims": [{"name": "mail", "namespace": "http://claims.example/", "configurations": [{"attribute": {"id": "mail"}}]}]}"#;
    let mapping = r#"{"id": "p1", "definition": ["{\"ClaimsMappingPolicy\": {\"IncludeBasicClaimSet\": \"true\", \"AudienceOverride\": \"urn:mapped\", \"ClaimsSchema\": [{\"Source\": \"transformation\", \"ID\": \"J\", \"TransformationId\": \"T\", \"SamlClaimType\": \"urn:name\"}], \"ClaimsTransformations\": [{\"ID\": \"T\", \"TransformationMethod\": \"Join\", \"InputParameters\": [{\"ID\": \"separator\", \"Value\": \"@\"}]}]}}"]}"#;
    let principal = format!(
        r#"{{"Id": "sp-1", "AppId": "{APP_ID}", "ServicePrincipalNames": ["https://sense.example"], "ReplyUrls": []}}"#
    );
    let alone = snapshot(&[
        (InputKind::ServicePrincipal, &principal),
        (InputKind::ClaimsMappingPolicies, custom),
    ]);
    let [registration] = alone.registrations.as_slice() else {
        panic!("{:?}", alone.registrations)
    };
    assert_eq!(
        registration.instance.as_ref().map(|id| id.value.as_str()),
        Some("sp-1"),
        "PowerShell's spelling"
    );
    assert_eq!(
        registration.audience_override.as_ref().map(|audience| audience.value.as_str()),
        Some("urn:custom")
    );
    assert!(
        registration.issuer_with_app_id.as_ref().is_some_and(|flag| flag.value)
            && registration.basic_claims_left_out.is_some()
    );
    assert_eq!(registration.claims[0].attribute.value, "http://claims.example/mail");
    let both = snapshot(&[
        (InputKind::ServicePrincipal, &principal),
        (InputKind::ClaimsMappingPolicies, custom),
        (InputKind::ClaimsMappingPolicies, mapping),
    ]);
    let registration = &both.registrations[0];
    assert_eq!(registration.claims_ruled_by, Some(ClaimsRule::MappingPolicy));
    assert_eq!(
        registration.audience_override.as_ref().map(|audience| audience.value.as_str()),
        Some("urn:mapped")
    );
    assert_eq!(
        (registration.basic_claims_left_out.is_some(), registration.issuer_with_app_id.is_some()),
        (false, false)
    );
    assert_eq!(
        registration.transformations[0].parameters,
        [("separator".to_owned(), "@".to_owned())]
    );
}
