//! WS-Federation for browsers (ws-federation-1.2-spec-os §13): requests are parameters of a query, and what answers
//! them is a token inside an answer of WS-Trust.

use super::address::{self, Parameter};
use super::soap;
use super::xml::{self, is};
use diag_sdk::case::message::{AuthnRequest, Message, MessageKind};
use diag_sdk::spec::{NS_ASSERTION, NS_ASSERTION_11};
use diag_sdk::{Place, Sited};
use std::borrow::Cow;
use url::form_urlencoded;

const SIGN_IN: &str = "wsignin1.0";
const SIGN_OUTS: &[&str] = &["wsignout1.0", "wsignoutcleanup1.0"];
/// Parameters that tell one request from another.
const TELLING: &[&str] = &["wa", "wtrealm", "wreply", "wctx", "wfresh"];

/// Whether a text may hold parameters of WS-Federation.
pub(super) fn mentions(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"wresult").is_some()
        || memchr::memmem::find(text.as_bytes(), b"wa=wsign").is_some()
}

/// A request among parameters, as a query of those that make it out. A token beside them is no request.
pub(super) fn request_in(parameters: &[Parameter]) -> Option<String> {
    let value_of = |name: &str| {
        parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| parameter.value.as_str())
    };
    let action = value_of("wa")?;
    let asks = action == SIGN_IN
        && value_of("wtrealm").is_some_and(|realm| !realm.is_empty())
        && value_of("wresult").is_none();
    if !asks && !SIGN_OUTS.contains(&action) {
        return None;
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in TELLING {
        if let Some(value) = value_of(name) {
            query.append_pair(name, value);
        }
    }
    Some(query.finish())
}

/// Facts of a request, from the query that [`request_in`] made.
pub(super) fn request(query: &str, id: &str, place: &Place) -> Message {
    let parameters = address::parameters(query);
    let place = Place { message: Some(id.to_owned()), ..place.clone() };
    let value_of = |name: &str| {
        let found = parameters
            .iter()
            .find(|parameter| parameter.name == name && !parameter.value.is_empty());
        found.map(|parameter| Sited::new(parameter.value.clone(), place.clone()))
    };
    let root = value_of("wa").map(|action| action.value).unwrap_or_default();
    let kind = if root == SIGN_IN {
        MessageKind::WsFederationSignIn
    } else {
        MessageKind::WsFederationSignOut
    };
    let request = AuthnRequest {
        acs_url: value_of("wreply"),
        force_authn: value_of("wfresh").map(|fresh| fresh.value == "0"),
        ..AuthnRequest::default()
    };
    Message {
        id: id.to_owned(),
        kind,
        root,
        issuer: value_of("wtrealm"),
        request: (kind == MessageKind::WsFederationSignIn).then_some(request),
        place,
        ..Message::default()
    }
}

/// The text is an answer of WS-Trust.
pub(super) fn is_answer(text: &str) -> bool {
    let root = xml::root_name(text).map(xml::local_name).unwrap_or_default();
    matches!(root, "RequestSecurityTokenResponse" | "RequestSecurityTokenResponseCollection")
}

/// The assertion inside an answer of WS-Trust, as a text of its own at the same lines and columns; the whole answer
/// where it holds none in clear, so that what is encrypted stays in what it was handed over in.
pub(super) fn token_in(text: &str) -> Cow<'_, str> {
    let Ok(tree) = xml::parse(text) else { return Cow::Borrowed(text) };
    let assertion =
        |namespace| tree.document.descendants().find(|node| is(*node, namespace, "Assertion"));
    let found = assertion(NS_ASSERTION).or_else(|| assertion(NS_ASSERTION_11));
    found.and_then(|node| soap::alone(text, node)).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::facts_of;
    use crate::seal::Sealer;

    const ANSWER: &str = r#"<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"><t:RequestedSecurityToken><saml:Assertion MajorVersion="1" MinorVersion="1" AssertionID="_a" Issuer="http://sts.example/trust" IssueInstant="2026-11-24T10:00:00Z" xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"><saml:Conditions NotBefore="2026-11-24T10:00:00Z" NotOnOrAfter="2026-11-24T11:00:00Z"><saml:AudienceRestrictionCondition><saml:Audience>urn:app</saml:Audience></saml:AudienceRestrictionCondition></saml:Conditions><saml:AttributeStatement><saml:Subject><saml:NameIdentifier Format="urn:f">ann</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer</saml:ConfirmationMethod></saml:SubjectConfirmation></saml:Subject><saml:Attribute AttributeName="upn" AttributeNamespace="http://claims.example/2005"><saml:AttributeValue>ann@a.example</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></t:RequestedSecurityToken></t:RequestSecurityTokenResponse>"#;

    #[test]
    fn an_older_assertion_says_what_a_newer_one_says() {
        assert!(is_answer(ANSWER));
        let message = facts_of(&token_in(ANSWER), &Place::default(), "m1", &Sealer::new("test"));
        assert_eq!(
            (message.kind, message.root.as_str()),
            (MessageKind::WsFederationToken, "Assertion")
        );
        assert_eq!(message.issuer.as_ref().unwrap().value, "http://sts.example/trust");
        let assertion = &message.assertions[0];
        assert_eq!(assertion.version.as_ref().unwrap().value, "1.1");
        let conditions = assertion.conditions.as_ref().unwrap();
        assert_eq!(conditions.audiences[0].value, "urn:app");
        assert!(conditions.not_before.is_some() && conditions.not_on_or_after.is_some());
        assert_eq!(assertion.attributes[0].name, "http://claims.example/2005/upn");
        assert_eq!(assertion.name_id.as_ref().unwrap().text.as_deref(), Some("ann"));
        assert!(message.foreign_names.is_empty() && message.breaches.is_empty());
    }

    #[test]
    fn a_request_is_made_out_by_what_it_asks_for() {
        let of = |query: &str| request_in(&address::parameters(query));
        let query = of("wa=wsignin1.0&wtrealm=urn%3Aapp&wctx=rm%3D0&client=x&wreply=https%3A%2F%2Fapp.example%2F").unwrap();
        let facts = request(&query, "m1", &Place::default());
        assert_eq!(
            (facts.kind, facts.issuer.unwrap().value.as_str()),
            (MessageKind::WsFederationSignIn, "urn:app")
        );
        assert_eq!(facts.request.unwrap().acs_url.unwrap().value, "https://app.example/");
        assert_eq!(of("wa=wsignin1.0&wresult=x&wtrealm=y"), None);
        assert_eq!(of("wa=wsignin1.0&rpsnv=13"), None);
        assert_eq!(of("wa=wsignout1.0").as_deref(), Some("wa=wsignout1.0"));
    }
}
