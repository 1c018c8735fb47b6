//! The request went to a URL at which the identity provider does not listen.

use diag_sdk::address::Address;
use diag_sdk::case::evidence::CodeSeen;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Endpoint;
use diag_sdk::case::product::Habit;
use diag_sdk::destinations::Destinations;
use diag_sdk::host::{host_of, is_one_of};
use diag_sdk::tenant::{Tenant, is_guid};
use diag_sdk::view::Request;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, difference,
};
use std::collections::{HashMap, HashSet};

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

static WRONG_CLOUD: CauseData = CauseData {
    text: "The service provider asks at a host of another cloud than the one in which the tenant lives, or at the shared host where the tenant has its own",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the application's metadata from the log-in host of the tenant's own cloud",
};
static WRONG_INSTANCE: CauseData = CauseData {
    text: "The SSO URL ends in the id of another instance of the application, or in an id that is none of an instance",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Put the object id of this instance (its enterprise application) at the end of the SSO URL, or leave the id out",
};
static OTHER_ACCOUNT: CauseData = CauseData {
    text: "The address is right, and the account the person chose does not belong at it",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Sign out, or open a private window, and sign in with an account of the tenant",
};

/// Codes by which Entra ID says that the tenant in the URL is missing, unknown or the wrong one.
const TENANT_CODES: &[&str] = &[
    "AADSTS50059",
    "AADSTS50128",
    "AADSTS50194",
    "AADSTS90002",
    "AADSTS90019",
    "AADSTS90038",
    "AADSTS700016",
    "AADSTS500011",
    "AADSTS76032",
];

/// Codes by which it says that the URL itself is wrong: its tenant, its cloud, or the endpoint of the tenant.
const URL_CODES: &[&str] = &[
    "AADSTS50029",
    "AADSTS50049",
    "AADSTS50059",
    "AADSTS50128",
    "AADSTS50194",
    "AADSTS76032",
    "AADSTS90002",
    "AADSTS90019",
    "AADSTS90038",
    "AADSTS90043",
    "AADSTS90051",
    "AADSTS90124",
    "AADSTS90130",
    "AADSTS500208",
    "AADSTS900382",
    "AADSTS900432",
    "AADSTS900439",
    "AADSTS9001023",
    "AADSTS9002332",
];

/// Codes by which it says that the endpoint for all tenants does not serve this application.
const SHARED_CODES: &[&str] = &[
    "AADSTS50059",
    "AADSTS50194",
    "AADSTS90019",
    "AADSTS90124",
    "AADSTS90130",
    "AADSTS9001023",
    "AADSTS9002332",
];

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
        explains: ["flow/account-of-other-tenant", "flow/request-not-answered", "flow/response-not-posted", "flow/wrong-binding", "metadata/stale-copy"],
        accounts: [Account::looping(&[Meaning::MethodNotAllowed, Meaning::MessageMissing]), Account::idp(&[Meaning::MethodNotAllowed, Meaning::MessageMissing]).codes(URL_CODES)],
        causes: [OLD_METADATA, WRONG_TENANT, WRONG_CLOUD, WRONG_INSTANCE, OTHER_ACCOUNT],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.3").about("SingleSignOnService"),
            Reference::section(Specification::SamlProfiles, "4.1.3.2"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let (published, held) =
        (Endpoints::of(case, HeldBy::Publisher), Endpoints::of(case, HeldBy::Sp));
    let refused = case.refusing_codes();
    let named: HashMap<&str, &CodeSeen<'_>> = refused
        .iter()
        .filter(|seen| case.cloud_told(seen).is_some())
        .filter_map(|seen| Some((seen.attempt?.id.as_str(), seen)))
        .collect();
    for request in case.requests() {
        let Some(to) = request.message.delivered_to() else { continue };
        if let Some(seen) = request.attempt.and_then(|attempt| named.get(attempt.id.as_str())) {
            out.extend(other_cloud(&request, to, seen, &published));
            continue;
        }
        if let Some(finding) = endpoint_of_all(&request, to) {
            out.push(finding);
            continue;
        }
        if let Some(finding) = other_instance(&request, to) {
            out.push(finding);
            continue;
        }
        let answer = request.message.delivered_in().and_then(|index| case.exchanges.get(index));
        let known = published.reached(to).is_some();
        if published.all.is_empty() {
            out.missing(Need::IdpMetadata);
        }
        let severity = match answer.map_or(0, |answer| answer.status) {
            // Where the URL is right, 405 means the wrong binding, which is another finding.
            404 | 410 => Severity::Error,
            405 if !known => Severity::Error,
            _ if known || published.all.is_empty() || request.accepted() => continue,
            status => match answer {
                Some(answer) if refused_for_tenant(answer) => Severity::Error,
                _ if status == 0 && answer.is_some() => Severity::Error,
                // The URL is on a host the identity provider publishes.
                _ if host_of(to).is_some_and(|host| published.hosts.contains(&host)) => {
                    Severity::Warning
                }
                // Another identity provider altogether: not this one's request.
                _ => continue,
            },
        };
        out.push(describe(&request, to, answer, &published, held.reached(to), severity));
    }
}

/// Where the identity provider takes requests, according to one kind of copies.
struct Endpoints<'a> {
    all: Vec<&'a Endpoint>,
    destinations: Destinations<'a>,
    hosts: HashSet<String>,
}

impl<'a> Endpoints<'a> {
    fn of(case: &'a Case, held_by: HeldBy) -> Self {
        let all: Vec<&Endpoint> = case
            .idp_metadata(held_by)
            .filter_map(|metadata| metadata.idp.as_ref())
            .flat_map(|role| &role.sso)
            .collect();
        let urls = || all.iter().map(|endpoint| endpoint.location.value.as_str());
        Self { destinations: urls().collect(), hosts: urls().filter_map(host_of).collect(), all }
    }

    fn reached(&self, to: &str) -> Option<&'a Endpoint> {
        self.destinations.reached(to).and_then(|index| self.all.get(index)).copied()
    }

    fn nearest(&self, to: &str) -> Option<&'a Endpoint> {
        let nearest = difference::nearest(
            self.all.iter().map(|endpoint| endpoint.location.value.as_str()),
            to,
        )
        .map(|(value, _)| value)?;
        self.all.iter().find(|endpoint| nearest == endpoint.location.value).copied()
    }
}

fn refused_for_tenant(exchange: &Exchange) -> bool {
    exchange
        .page
        .iter()
        .flat_map(|page| &page.codes)
        .any(|code| TENANT_CODES.contains(&code.as_str()))
}

fn describe(
    request: &Request<'_>,
    to: &str,
    answer: Option<&Exchange>,
    published: &Endpoints<'_>,
    held: Option<&Endpoint>,
    severity: Severity,
) -> Finding {
    let case = request.case;
    let headline = match answer.map_or(0, |answer| answer.status) {
        status @ (404 | 405 | 410) => format!("The identity provider's SSO URL answers {status}"),
        _ => "The request went to a URL the identity provider does not publish".to_owned(),
    };
    let mut finding = request.finding(severity, headline);
    if severity == Severity::Warning {
        finding = finding.likely();
    }
    // Where the service provider has it from tells more than the request.
    if let Some(held) = held {
        finding = finding.at(&held.location.place).detail(
            "The URL stands in the copy of the metadata that the service provider has loaded.",
        );
    }
    finding = finding
        .at_all(answer.map(|answer| &answer.place))
        .actual(to, "URL the browser sent the request to");
    let right = published.nearest(to);
    if let Some(right) = right {
        finding = finding
            .expected(&right.location.value, "SingleSignOnService the identity provider publishes")
            .compared()
            .at(&right.location.place);
    }
    let address = case.metadata_url(None);
    let value = address.as_deref().or(right.map(|right| right.location.value.as_str()));
    let finding = finding.because_with(&OLD_METADATA, case, value);
    let same_tenant = right.is_some_and(|right| tenant(&right.location.value) == tenant(to));
    if case.idp_has_habit(Habit::HasTenants) && !same_tenant {
        finding.because(&WRONG_TENANT, case)
    } else {
        finding
    }
}

/// The URL ends in an id, and the export of the instance has another one.
fn other_instance(request: &Request<'_>, to: &str) -> Option<Finding> {
    let case = request.case;
    case.tenant_of(to)?;
    let (plain, asked) = to.split(['?', '#']).next()?.trim_end_matches('/').rsplit_once('/')?;
    if !is_guid(asked) || request.accepted() {
        return None;
    }
    let mut instances =
        case.relevant_registrations().filter_map(|registration| registration.instance.as_ref());
    let instance =
        instances.next().filter(|first| instances.all(|other| other.value == first.value))?;
    if instance.value.eq_ignore_ascii_case(asked) {
        return None;
    }
    let codes = request
        .attempt
        .and_then(|attempt| case.failure_of(attempt))
        .map(|failure| failure.codes.as_slice())
        .unwrap_or_default();
    let proven = codes.iter().any(|code| TENANT_CODES.contains(&code.as_str()));
    let severity = if proven { Severity::Error } else { Severity::Warning };
    let finding = request
        .finding(severity, "The SSO URL ends in the id of another instance")
        .expected(
            format!("{plain}/{}", instance.value),
            "the object id in the export of the service principal",
        )
        .actual(to, "URL the browser sent the request to")
        .at(&instance.place)
        .because_with(&WRONG_INSTANCE, case, format!("{plain}/{}", instance.value).as_str());
    Some(if proven { finding } else { finding.likely() })
}

/// The request went to the endpoint of no tenant in particular, and the identity provider says that this one has to ask
/// at its own tenant's.
fn endpoint_of_all(request: &Request<'_>, to: &str) -> Option<Finding> {
    let case = request.case;
    let Tenant::Shared(shared) = case.tenant_of(to)? else { return None };
    let failure = case.failure_of(request.attempt?)?;
    let code = failure.codes.iter().find(|code| SHARED_CODES.contains(&code.as_str()))?;
    let mut finding = request
        .finding(
            Severity::Error,
            format!("The request went to the endpoint of no tenant in particular ({code})"),
        )
        .actual(to, "URL the browser sent the request to")
        .at_all(&failure.place);
    if let Some(known) = case.code(code) {
        finding = finding.detail(format!("{code}: {}.", known.text.trim_end_matches('.')));
    }
    let mut tenants =
        case.relevant_registrations().filter_map(|registration| registration.tenant.as_ref());
    let own = tenants.next().filter(|first| tenants.all(|other| other.value == first.value));
    if let Some(own) = own {
        finding = finding
            .expected(
                to.replacen(&format!("/{shared}/"), &format!("/{}/", own.value), 1),
                "the tenant of the application",
            )
            .at(&own.place);
    }
    let value = case.metadata_url(None).or_else(|| finding.expected.clone());
    Some(finding.because_with(&WRONG_TENANT, case, value.as_deref()))
}

/// The identity provider says that what was asked for lives in another of its clouds.
fn other_cloud(
    request: &Request<'_>,
    to: &str,
    seen: &CodeSeen<'_>,
    published: &Endpoints<'_>,
) -> Option<Finding> {
    let (case, code) = (request.case, seen.code);
    let cloud = case.cloud_told(seen)?;
    let asked = host_of(to)?;
    // Asked at a host of that very cloud, it is the account that does not belong there.
    if is_one_of(&asked, &cloud.hosts) {
        return None;
    }
    let own = published.all.iter().find(|endpoint| {
        host_of(&endpoint.location.value).is_some_and(|host| is_one_of(&host, &cloud.hosts))
    });
    // Without a host of its own the code says as much of an account of another kind: what is published tells which.
    if cloud.login.is_none() && own.is_none() && published.reached(to).is_some() {
        return None;
    }
    let headline =
        format!("The request went to a host of another cloud of the identity provider ({code})");
    let mut finding = request
        .finding(Severity::Error, headline)
        .actual(to, "URL the browser sent the request to");
    if let Some(known) = case.code(code) {
        finding = finding.detail(format!("{code}: {}.", known.text.trim_end_matches('.')));
    }
    let host = cloud.login.as_deref();
    finding = match (own, host) {
        (Some(own), _) => finding
            .expected(&own.location.value, "SingleSignOnService the identity provider publishes")
            .compared()
            .at(&own.location.place),
        (None, Some(host)) => finding.expected(
            to.replacen(&asked, host, 1),
            format!("the same address at {host}, the host of the cloud that {code} names"),
        ),
        (None, None) => finding.expected(
            format!("a host such as {}", cloud.hosts.join(", ")),
            format!("where tenants of the kind that {code} names are asked"),
        ),
    };
    let address = case.metadata_url(None);
    let value = address.as_deref().or(own.map(|own| own.location.value.as_str()));
    finding = finding.because_with(&WRONG_CLOUD, case, value);
    Some(if own.is_none() && host.is_none() {
        finding.because(&OTHER_ACCOUNT, case)
    } else {
        finding
    })
}

/// The first step of the path, which is the tenant in Entra ID's URLs.
fn tenant(url: &str) -> Option<String> {
    Address::parse(url)?.path.split('/').nth(1).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        SSO_URL, findings, idp_metadata, levels, page, refused_by_idp, registration, sign_in,
        sso_endpoints,
    };

    fn sent_to(url: &str, status: u16) -> Case {
        let mut case = refused_by_idp(&[], &[]);
        case.messages[0].sightings[0].to = Some(url.to_owned());
        url.clone_into(&mut case.exchanges[0].url);
        case.exchanges[0].status = status;
        case.metadata = vec![idp_metadata("d1", HeldBy::Publisher, &[])];
        case
    }

    #[test]
    fn not_found_is_an_error_with_or_without_metadata() {
        let mut case = sent_to("https://idp.example/saml2/sso", 404);
        let found = findings(&SSO_URL_WRONG, &case);
        assert_eq!(
            (found[0].severity, found[0].difference),
            (Severity::Error, Some(Difference::Path))
        );
        assert_eq!(found[0].causes[0].value.as_deref(), Some(SSO_URL));
        case.metadata.clear();
        assert_eq!(levels(&SSO_URL_WRONG, &case), [Severity::Error]);
    }

    #[test]
    fn the_right_url_is_right_whatever_it_answers() {
        for status in [200, 302, 405, 500] {
            assert!(findings(&SSO_URL_WRONG, &sent_to(SSO_URL, status)).is_empty(), "{status}");
        }
    }

    #[test]
    fn another_url_of_the_same_host_only_warns_while_it_answers() {
        assert_eq!(
            levels(&SSO_URL_WRONG, &sent_to("https://idp.example/common/saml2", 200)),
            [Severity::Warning]
        );
        let mut case = sent_to("https://idp.example/common/saml2", 200);
        case.exchanges[0].page = Some(page(&["AADSTS50194"], &[]));
        assert_eq!(levels(&SSO_URL_WRONG, &case), [Severity::Error]);
    }

    #[test]
    fn the_id_of_another_instance_is_named() {
        let (own, other) =
            ("5b1e9c70-3a4d-4f86-8b2f-6d0c7e9a1f35", "0c2d8f61-4b5e-4a97-9c3a-7e1d8f0b2a46");
        let asked = |id: &str, code: &str| {
            let mut case = refused_by_idp(&[code], &[]);
            case.messages[0].sightings[0].to =
                Some(format!("https://login.microsoftonline.com/t/saml2/{id}"));
            let mut known = registration(&[], &[]);
            known.instance = Some(own.into());
            case.registrations = vec![known];
            case
        };
        assert_eq!(levels(&SSO_URL_WRONG, &asked(other, "AADSTS76032")), [Severity::Error]);
        assert_eq!(levels(&SSO_URL_WRONG, &asked(other, "AADSTS50105")), [Severity::Warning]);
        assert!(findings(&SSO_URL_WRONG, &asked(own, "AADSTS50105")).is_empty());
    }

    #[test]
    fn another_cloud_is_named_with_its_host() {
        let refused = |code: &str, url: &str| {
            let mut case = refused_by_idp(&[code], &[]);
            case.messages[0].sightings[0].to = Some(url.to_owned());
            case
        };
        let case = refused("AADSTS900439", "https://login.microsoftonline.com/t/saml2");
        let found = findings(&SSO_URL_WRONG, &case);
        assert_eq!(
            (found.len(), found[0].severity, found[0].causes[0].who),
            (1, Severity::Error, Who::Sp)
        );
        assert_eq!(found[0].expected.as_deref(), Some("https://login.microsoftonline.us/t/saml2"));
        let mut case = refused("AADSTS500208", "https://login.microsoftonline.com/t/saml2");
        assert_eq!(
            findings(&SSO_URL_WRONG, &case)[0].causes.len(),
            2,
            "the endpoint or the account"
        );
        let mut copy = idp_metadata("d1", HeldBy::Publisher, &[]);
        copy.idp.as_mut().expect("the role").sso =
            sso_endpoints(&["https://shop.ciamlogin.com/t/saml2"]);
        case.metadata = vec![copy];
        let found = findings(&SSO_URL_WRONG, &case);
        assert_eq!(
            (found[0].causes.len(), found[0].expected.as_deref()),
            (1, Some("https://shop.ciamlogin.com/t/saml2"))
        );
        assert!(
            findings(
                &SSO_URL_WRONG,
                &refused("AADSTS500208", "https://shop.ciamlogin.com/t/saml2")
            )
            .is_empty()
        );
    }

    #[test]
    fn a_cloud_may_be_named_in_words_alone() {
        let said = |text: &str| {
            let mut case = refused_by_idp(&["AADSTS90038"], &[Meaning::Unknown]);
            case.messages[0].sightings[0].to =
                Some("https://login.microsoftonline.com/t/saml2".to_owned());
            text.clone_into(&mut case.failures[0].said[0].text);
            case
        };
        let found = findings(
            &SSO_URL_WRONG,
            &said(
                "AADSTS90038: Tenant 't' request is being redirected to the National Cloud 'MicrosoftOnline.US'.",
            ),
        );
        assert_eq!(
            (found.len(), found[0].expected.as_deref()),
            (1, Some("https://login.microsoftonline.us/t/saml2"))
        );
        assert!(findings(&SSO_URL_WRONG, &said("AADSTS90038: redirected.")).is_empty());
    }

    #[test]
    fn the_endpoint_of_all_tenants_serves_some_applications_only() {
        let asked = |code: &str, tenant: &str| {
            let mut case = refused_by_idp(&[code], &[]);
            case.messages[0].sightings[0].to =
                Some(format!("https://login.microsoftonline.com/{tenant}/saml2"));
            let mut known = registration(&[], &[]);
            known.tenant = Some("0c2d8f61-4b5e-4a97-9c3a-7e1d8f0b2a46".into());
            case.registrations = vec![known];
            case
        };
        let found = findings(&SSO_URL_WRONG, &asked("AADSTS50194", "common"));
        assert_eq!(
            found[0].expected.as_deref(),
            Some("https://login.microsoftonline.com/0c2d8f61-4b5e-4a97-9c3a-7e1d8f0b2a46/saml2")
        );
        assert!(
            findings(&SSO_URL_WRONG, &asked("AADSTS50105", "common")).is_empty(),
            "refused for something else"
        );
        assert!(
            findings(&SSO_URL_WRONG, &asked("AADSTS50194", "contoso.onmicrosoft.com")).is_empty()
        );
    }

    #[test]
    fn what_was_accepted_and_other_identity_providers_are_left_alone() {
        assert!(findings(&SSO_URL_WRONG, &sent_to("https://other.example/sso", 200)).is_empty());
        let mut case = sign_in(Outcome::SignedIn);
        let mut elsewhere = idp_metadata("d1", HeldBy::Publisher, &[]);
        elsewhere.idp.as_mut().expect("the role").sso =
            sso_endpoints(&["https://idp.example/elsewhere"]);
        case.metadata = vec![elsewhere];
        assert!(findings(&SSO_URL_WRONG, &case).is_empty());
    }
}
