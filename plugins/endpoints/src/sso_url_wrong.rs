//! The request went to a URL at which the identity provider does not listen.

use crate::sides;
use diag_sdk::address::Address;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::Endpoint;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Vendor, Who, aadsts, address, check, difference,
};

static OLD_METADATA: CauseData = CauseData {
    text: "The service provider's copy of the identity provider's metadata holds another SSO URL than the identity provider publishes",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the identity provider's present metadata",
};
static WRONG_TENANT: CauseData = CauseData {
    text: "The SSO URL belongs to another tenant, or to no tenant in particular (common)",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the metadata of the tenant and application in question",
};

/// Codes by which Entra ID says that the tenant in the URL is missing, unknown or the wrong one.
const TENANT_CODES: &[u32] = &[50059, 50128, 50194, 90002, 90019, 90038, 700_016, 500_011, 76032];

check! {
    /// The request was sent to a URL that is not the identity provider's single sign-on service.
    ///
    /// The service provider takes the URL from the metadata it has loaded. Where that copy is old, was
    /// edited by hand or belongs to another tenant, the browser arrives at a page that does not exist
    /// (404), that does not take such requests (405), or at somebody else's log-in.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://sense.example</saml:Issuer></samlp:AuthnRequest>
    ///
    /// GET https://sense.example/azure/hub @0s
    /// < 302
    /// < Location: https://idp.example/saml2/sso?SAMLRequest={redirect:request}
    ///
    /// GET https://idp.example/saml2/sso?SAMLRequest={redirect:request} @1s
    /// < 404
    /// | <html><title>404 Not Found</title></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://sense.example</saml:Issuer></samlp:AuthnRequest>
    ///
    /// GET https://sense.example/azure/hub @0s
    /// < 302
    /// < Location: https://idp.example/saml2?SAMLRequest={redirect:request}
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// | <html><form><input type="password" name="password"></form></html>
    /// ```
    pub(crate) static SSO_URL_WRONG = {
        id: "endpoints/sso-url-wrong",
        title: "The request went to a URL that is not the IdP's SSO service",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered", "flow/response-not-posted", "flow/wrong-binding", "metadata/stale-copy"],
        accounts: [Account::looping(&[Meaning::MethodNotAllowed, Meaning::MessageMissing]), Account::idp(&[Meaning::MethodNotAllowed, Meaning::MessageMissing])],
        causes: [OLD_METADATA, WRONG_TENANT],
        references: ["saml-metadata-2.0-os §2.4.3 (SingleSignOnService)", "saml-profiles-2.0-os §4.1.3.2"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let published: Vec<&Endpoint> = endpoints(case, HeldBy::Publisher).collect();
    for request in case.messages_of(MessageKind::AuthnRequest) {
        let Some(to) = request.delivered_to() else { continue };
        let exchange = request.delivered().and_then(|sighting| sighting.exchange).and_then(|index| case.exchanges.get(index));
        let known = published.iter().any(|endpoint| address::reaches(&endpoint.location.value, to));
        if published.is_empty() {
            out.missing(Need::IdpMetadata);
        }
        let verdict = match exchange.map_or(0, |exchange| exchange.status) {
            // Where the URL is right, 405 means the wrong binding, which is another finding.
            404 | 410 => Severity::Error,
            405 if !known => Severity::Error,
            _ if known || published.is_empty() || case.idp_accepted(request) => continue,
            status => match exchange {
                Some(exchange) if refused_for_tenant(exchange) => Severity::Error,
                _ if status == 0 && exchange.is_some() => Severity::Error,
                _ if near(&published, to) => Severity::Warning,
                // Another identity provider altogether: not this one's request.
                _ => continue,
            },
        };
        out.push(describe(case, request, to, exchange, &published, verdict));
    }
}

fn endpoints(case: &Case, held_by: HeldBy) -> impl Iterator<Item = &Endpoint> {
    case.idp_metadata(held_by).filter_map(|metadata| metadata.idp.as_ref()).flat_map(|role| &role.sso)
}

fn refused_for_tenant(exchange: &Exchange) -> bool {
    exchange.page.iter().flat_map(|page| &page.codes).any(|code| aadsts::number(code).is_some_and(|number| TENANT_CODES.contains(&number)))
}

/// The URL is on a host the identity provider publishes.
fn near(published: &[&Endpoint], to: &str) -> bool {
    let host = diag_sdk::host::host_of(to);
    published.iter().any(|endpoint| diag_sdk::host::host_of(&endpoint.location.value) == host)
}

fn describe(case: &Case, request: &Message, to: &str, exchange: Option<&Exchange>, published: &[&Endpoint], severity: Severity) -> Finding {
    let answer = exchange.map_or(0, |exchange| exchange.status);
    let mut finding = Finding::new(
        severity,
        match answer {
            404 | 405 | 410 => format!("The identity provider's SSO URL answers {answer}"),
            _ => "The request went to a URL the identity provider does not publish".to_owned(),
        },
    )
    .subject(request.id.clone());
    if severity == Severity::Warning {
        finding = finding.likely();
    }
    if let Some(attempt) = case.attempt_of(&request.id) {
        finding = finding.attempt(&attempt.id);
    }
    // Where the service provider has it from tells more than the request.
    let held = endpoints(case, HeldBy::Sp).find(|endpoint| address::reaches(&endpoint.location.value, to));
    if let Some(held) = held {
        finding =
            finding.at(&held.location.place).detail("The URL stands in the copy of the metadata that the service provider has loaded.");
    }
    finding = finding.at_all(exchange.map(|exchange| &exchange.place));
    let nearest = difference::nearest(published.iter().map(|endpoint| endpoint.location.value.as_str()), to).map(|(value, _)| value);
    let right = published.iter().find(|endpoint| nearest == Some(endpoint.location.value.as_str()));
    finding = finding.actual(to, "URL the browser sent the request to");
    if let Some(right) = right {
        finding = finding
            .expected(&right.location.value, "SingleSignOnService the identity provider publishes")
            .compared()
            .at(&right.location.place);
    }
    let (sp, entry_point) = sides::entry_point(case);
    let address = case.metadata_url(None);
    let value = address.as_deref().or(right.map(|right| right.location.value.as_str()));
    let finding = finding.cause_with(&OLD_METADATA, sp, entry_point, value);
    let same_tenant = right.is_some_and(|right| tenant(&right.location.value) == tenant(to));
    if case.idp_vendor == Vendor::Entra && !same_tenant { finding.cause_with(&WRONG_TENANT, sp, entry_point, None) } else { finding }
}

/// The first step of the path, which is the tenant in Entra ID's URLs.
fn tenant(url: &str) -> Option<String> {
    Address::parse(url)?.path.split('/').nth(1).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACS, ENTITY, IDP, SSO, attempt, exchange, findings, idp_metadata, levels, page, request, sign_in};
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::{Attempt, Outcome};
    use diag_sdk::case::exchange::Side;

    fn sent_to(url: &str, status: u16) -> Case {
        let mut sent = request(ENTITY, ACS);
        sent.sightings[0].to = Some(url.to_owned());
        Case {
            messages: vec![sent],
            attempts: vec![Attempt { response: None, exchanges: vec![0], ..attempt(Outcome::RefusedByIdp) }],
            exchanges: vec![exchange(Side::Idp, "GET", url, status)],
            metadata: vec![idp_metadata(HeldBy::Publisher, IDP, &[SSO])],
            ..Case::default()
        }
    }

    #[test]
    fn not_found_is_an_error_with_or_without_metadata() {
        let mut case = sent_to("https://idp.example/saml2/sso", 404);
        let found = findings(&SSO_URL_WRONG, &case);
        assert_eq!((found[0].severity, found[0].difference), (Severity::Error, Some(Difference::Path)));
        assert_eq!(found[0].causes[0].value.as_deref(), Some(SSO));
        case.metadata.clear();
        assert_eq!(levels(&SSO_URL_WRONG, &case), [Severity::Error]);
    }

    #[test]
    fn the_right_url_is_right_whatever_it_answers() {
        for status in [200, 302, 405, 500] {
            assert!(findings(&SSO_URL_WRONG, &sent_to(SSO, status)).is_empty(), "{status}");
        }
    }

    #[test]
    fn another_url_of_the_same_host_only_warns_while_it_answers() {
        assert_eq!(levels(&SSO_URL_WRONG, &sent_to("https://idp.example/common/saml2", 200)), [Severity::Warning]);
        let mut case = sent_to("https://idp.example/common/saml2", 200);
        case.exchanges[0].page = Some(page(&["AADSTS50194"], &[]));
        assert_eq!(levels(&SSO_URL_WRONG, &case), [Severity::Error]);
    }

    #[test]
    fn what_was_accepted_and_other_identity_providers_are_left_alone() {
        assert!(findings(&SSO_URL_WRONG, &sent_to("https://other.example/sso", 200)).is_empty());
        let mut case = sign_in(Outcome::SignedIn);
        case.metadata = vec![idp_metadata(HeldBy::Publisher, IDP, &["https://idp.example/elsewhere"])];
        assert!(findings(&SSO_URL_WRONG, &case).is_empty());
    }
}
