//! How identity providers other than Entra know a service provider, as their own tools export it: Keycloak's client
//! (`GET /admin/realms/{realm}/clients/{id}`, or `Export` in its console), Okta's application (`GET /api/v1/apps/{id}`),
//! and what `Get-AdfsRelyingPartyTrust | ConvertTo-Json` writes.

use super::json::Node;
use crate::certificate;
use diag_sdk::case::registration::{
    Credential, IdpRegistration, Registered, RegistrationObject, SigningOption,
};
use diag_sdk::{Sited, Vendor};

/// Reads one object; `None` where it is no SAML client.
pub(super) fn read(node: &Node<'_>) -> Option<IdpRegistration> {
    if node.has("clientId") {
        keycloak(node)
    } else if node.has("signOnMode") {
        okta(node)
    } else {
        Some(adfs(node))
    }
}

fn registered(values: impl IntoIterator<Item = Sited<String>>) -> Vec<Registered> {
    let values = values.into_iter().filter(|value| !value.value.trim().is_empty());
    values.map(|value| Registered { value, object: RegistrationObject::Application }).collect()
}

fn keycloak(node: &Node<'_>) -> Option<IdpRegistration> {
    if node.text("protocol").is_none_or(|protocol| protocol.value != "saml") {
        node.note("a client of another protocol than SAML: not used");
        return None;
    }
    let root = node
        .filled("rootUrl")
        .map(|url| url.value.trim_end_matches('/').to_owned())
        .unwrap_or_default();
    let whole = |value: Sited<String>| {
        let value_text = if value.value.starts_with('/') {
            format!("{root}{}", value.value)
        } else {
            value.value
        };
        Sited::new(value_text, value.place)
    };
    let attributes = node.object("attributes");
    let attribute = |name: &str| attributes.as_ref().and_then(|attributes| attributes.filled(name));
    let flag = |name: &str| {
        attribute(name)
            .map(|value| Sited::new(value.value.eq_ignore_ascii_case("true"), value.place))
    };
    let consumers = ["saml_assertion_consumer_url_post", "saml_assertion_consumer_url_redirect"]
        .into_iter()
        .filter_map(attribute);
    let redirects = node.texts("redirectUris").unwrap_or_default();
    let signs = |name: &str| flag(name).is_some_and(|flag| flag.value);
    let signing_option = match (signs("saml.server.signature"), signs("saml.assertion.signature")) {
        (true, true) => Some(SigningOption::Both),
        (true, false) => Some(SigningOption::Response),
        (false, true) => Some(SigningOption::Assertion),
        (false, false) => None,
    };
    let key = attribute("saml.signing.certificate")
        .map(|text| certificate::read(&text.value, text.place));
    let credential =
        key.filter(diag_sdk::case::certificate::Certificate::usable).map(|certificate| {
            Credential {
                usage: "Verify".to_owned(),
                sha1: Some(certificate.sha1.clone()),
                place: certificate.place.clone(),
                certificate: Some(certificate),
                ..Credential::default()
            }
        });
    Some(IdpRegistration {
        vendor: Vendor::named("keycloak"),
        name: node.filled("name").or_else(|| node.filled("clientId")).map(|name| name.value),
        identifiers: registered(node.filled("clientId")),
        reply_urls: registered(consumers.chain(redirects).map(whole)),
        enabled: node.flag("enabled"),
        signed_requests_required: flag("saml.client.signature"),
        signing_option: signing_option
            .map(|option| Sited::new(option, node.place_of("attributes"))),
        credentials: credential.into_iter().collect(),
        ..IdpRegistration::default()
    })
}

fn okta(node: &Node<'_>) -> Option<IdpRegistration> {
    if node.text("signOnMode").is_none_or(|mode| mode.value != "SAML_2_0") {
        node.note("an application with another sign-on mode than SAML 2.0: not used");
        return None;
    }
    let settings = node.object("settings").and_then(|settings| settings.object("signOn"))?;
    let further = settings.list("acsEndpoints").unwrap_or_default();
    let further = further.iter().filter_map(|endpoint| endpoint.filled("url"));
    let flag = |name: &str| settings.flag(name).is_some_and(|flag| flag.value);
    let signing_option = match (flag("responseSigned"), flag("assertionSigned")) {
        (true, true) => Some(SigningOption::Both),
        (true, false) => Some(SigningOption::Response),
        (false, true) => Some(SigningOption::Assertion),
        (false, false) => None,
    };
    Some(IdpRegistration {
        vendor: Vendor::named("okta"),
        name: node.filled("label").map(|label| label.value),
        identifiers: registered(settings.filled("audience")),
        reply_urls: registered(settings.filled("ssoAcsUrl").into_iter().chain(further)),
        enabled: node
            .text("status")
            .map(|status| Sited::new(status.value == "ACTIVE", status.place)),
        signing_option: signing_option.map(|option| Sited::new(option, settings.place())),
        ..IdpRegistration::default()
    })
}

fn adfs(node: &Node<'_>) -> IdpRegistration {
    let endpoints = node.list("SamlEndpoints").unwrap_or_default();
    let consumers = endpoints.iter().filter(|endpoint| {
        // The protocol stands as a word, or as its number: 0 is the consumer of assertions.
        let word = endpoint.get("Protocol").and_then(|protocol| protocol.own_text());
        match word.filter(|word| word.parse::<i64>().is_err()) {
            Some(word) => word == "SAMLAssertionConsumer",
            None => endpoint.number("Protocol").is_none_or(|protocol| protocol.value == 0),
        }
    });
    let reply_urls = registered(consumers.filter_map(|endpoint| endpoint.filled("Location")));
    let identifiers = node
        .texts("Identifier")
        .or_else(|| node.filled("Identifier").map(|one| vec![one]))
        .unwrap_or_default();
    IdpRegistration {
        vendor: Vendor::named("adfs"),
        name: node.filled("Name").map(|name| name.value),
        identifiers: registered(identifiers),
        reply_urls,
        enabled: node.flag("Enabled"),
        signed_requests_required: node.flag("SignedSamlRequestsRequired"),
        signing_algorithm: node.filled("SignatureAlgorithm"),
        ..IdpRegistration::default()
    }
}
