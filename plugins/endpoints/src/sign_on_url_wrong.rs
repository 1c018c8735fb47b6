//! Where the identity provider sends people to start.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::evidence::CodeSeen;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::view::{EntryPoint, Known, Used};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Place, Reference,
    Setting, Severity, Stage, Who, address, check, difference,
};

static NOT_SET: CauseData = CauseData {
    text: "The sign-on URL was left empty, so the identity provider starts the sign-in itself (IdP-initiated)",
    who: Who::Idp,
    setting: Setting::IdpSignOnUrl,
    fix: "Enter the URL of the application at which people start",
};
static POINTS_ELSEWHERE: CauseData = CauseData {
    text: "The sign-on URL points to something else than the start page of this entry point",
    who: Who::Idp,
    setting: Setting::IdpSignOnUrl,
    fix: "Enter the URL of the application at which people start",
};

/// Codes by which Entra ID says that its endpoint was opened without a request.
const MISSING_CODES: &[&str] = &["AADSTS750054", "AADSTS750056"];

check! {
    /// The sign-on URL of the application does not lead to the service provider's start page.
    ///
    /// The identity provider's portal and its test button send people to the sign-on URL. If that is the
    /// consumer service itself, a page of the identity provider, or another host, port or prefix, they
    /// see an error although signing in from the service provider works. Where it is empty the identity
    /// provider sends a response nobody asked for, which some service providers refuse.
    ///
    /// ## Fails
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "preferredSingleSignOnMode": "saml", "loginUrl": "https://sense.example:443/azure/samlauthn/",
    ///  "replyUrls": ["https://sense.example:443/azure/samlauthn/"], "servicePrincipalNames": ["https://sense.example"]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json servicePrincipal
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "appDisplayName": "Qlik Sense", "accountEnabled": true,
    ///  "preferredSingleSignOnMode": "saml", "loginUrl": "https://sense.example:443/azure/hub",
    ///  "replyUrls": ["https://sense.example:443/azure/samlauthn/"], "servicePrincipalNames": ["https://sense.example"]}
    /// ```
    pub(crate) static SIGN_ON_URL_WRONG = {
        id: "endpoints/sign-on-url-wrong",
        title: "The sign-on URL does not lead to the service provider",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Configuration,
        needs: [Need::ServicePrincipal, Need::Application, Need::Capture],
        explains: ["flow/sp-refused-response", "flow/wrong-binding", "flow/idp-error-page"],
        accounts: [
            Account::sp(&[Meaning::MessageMissing, Meaning::WrongBinding, Meaning::MethodNotAllowed]),
            Account::idp(&[Meaning::MessageMissing]).codes(MISSING_CODES),
        ],
        causes: [POINTS_ELSEWHERE, NOT_SET],
        references: [
            Reference::page("https://learn.microsoft.com/graph/api/resources/serviceprincipal", "2026-11-24").about("loginUrl"),
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut seen = false;
    let urls = Urls { used: case.used_acs_urls(), known: case.registered_acs_urls() };
    for registration in case.relevant_registrations() {
        let Some(sign_on) = &registration.sign_on_url else { continue };
        seen = true;
        match sign_on.value.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
            None => out.push(not_set(case, &urls, registration, &sign_on.place)),
            Some(url) => {
                if let Some(fault) = fault(case, &urls, url) {
                    out.push(describe(case, &urls, registration, url, &sign_on.place, &fault));
                }
            }
        }
    }
    if !seen {
        out.missing(Need::ServicePrincipal);
        out.extend(
            led_to_consumer(case, &urls)
                .map(|(attempt, exchange)| without_export(case, &urls, attempt, exchange)),
        );
    }
}

/// The browser was led by another site to where responses are taken, without one, and the service provider answered
/// with an error: the attempt, and the exchange that shows it.
fn led_to_consumer<'a>(case: &'a Case, urls: &Urls<'_>) -> Option<(&'a Attempt, &'a Exchange)> {
    refused_at_consumer(case, urls).find_map(|(attempt, end, exchange)| {
        let led = |before: &Exchange| {
            is_elsewhere(before, exchange)
                && before
                    .location
                    .as_deref()
                    .is_some_and(|location| address::reaches(location, &exchange.url))
        };
        let by_another =
            case.exchanges.get(..end).unwrap_or_default().iter().rev().take(5).any(led);
        by_another.then_some((attempt, exchange))
    })
}

/// The same without a redirect that leads there: the page before is of another host, as a portal's is.
fn opened_consumer<'a>(case: &'a Case, urls: &Urls<'_>) -> Option<(&'a Attempt, &'a Exchange)> {
    led_to_consumer(case, urls).or_else(|| {
        refused_at_consumer(case, urls).find_map(|(attempt, end, exchange)| {
            let before = case.exchanges.get(end.checked_sub(1)?)?;
            is_elsewhere(before, exchange).then_some((attempt, exchange))
        })
    })
}

/// Attempts without any message that end with an error where responses are taken: the attempt, the index of the
/// exchange, and the exchange.
fn refused_at_consumer<'a>(
    case: &'a Case,
    urls: &Urls<'_>,
) -> impl Iterator<Item = (&'a Attempt, usize, &'a Exchange)> {
    let refused = case.sign_in_attempts().filter(|attempt| {
        attempt.failed() && attempt.request.is_none() && attempt.response.is_none()
    });
    refused.filter_map(move |attempt| {
        let end = attempt.end?;
        let exchange = case.exchanges.get(end)?;
        let address = Address::parse(&exchange.url)?;
        let consumes = urls.all().any(|known| address::reaches(known, &exchange.url))
            || is_consumer_path(&address);
        let opened = exchange.method == "GET"
            && exchange.status >= 400
            && !exchange.url.contains("SAMLResponse=")
            && consumes;
        opened.then_some((attempt, end, exchange))
    })
}

/// They are of two hosts.
fn is_elsewhere(before: &Exchange, exchange: &Exchange) -> bool {
    let host = |exchange: &Exchange| Address::parse(&exchange.url).map(|address| address.host);
    host(before).is_some_and(|from| Some(from) != host(exchange))
}

fn is_consumer_path(address: &Address) -> bool {
    address.path.trim_end_matches('/').ends_with("/samlauthn")
}

/// What the capture shows by itself.
fn without_export(case: &Case, urls: &Urls<'_>, attempt: &Attempt, exchange: &Exchange) -> Finding {
    let opened = exchange.url.split('?').next().unwrap_or(&exchange.url);
    let start = start_page(urls).or_else(|| start_of(opened));
    let mut finding = Finding::error("The portal leads people to where responses are taken")
        .detail(format!("It sent the browser to {opened} without a message; opened by a person, that address answers {}.", exchange.status))
        .actual(opened, "where the portal leads to")
        .at(&exchange.place)
        .attempt(attempt.id.clone());
    if let Some(start) = &start {
        finding = finding.expected(start.clone(), "start page of the entry point");
    }
    finding.because_with(&POINTS_ELSEWHERE, case, start.as_deref())
}

/// Consumer service URLs of both sides.
struct Urls<'a> {
    used: Vec<Used<'a>>,
    known: Vec<Known<'a>>,
}

impl<'a> Urls<'a> {
    fn all(&self) -> impl Iterator<Item = &'a str> {
        self.used.iter().map(|used| used.value).chain(self.known.iter().map(|known| known.value))
    }
}

/// What is wrong with a sign-on URL.
struct Fault {
    detail: String,
    difference: Option<Difference>,
}

fn fault(case: &Case, urls: &Urls<'_>, url: &str) -> Option<Fault> {
    let says = |detail: &str| Some(Fault { detail: detail.to_owned(), difference: None });
    let Some(address) = Address::parse(url) else {
        return says("It is not an absolute http or https URL.");
    };
    let mut consumers = urls.all();
    if consumers.any(|known| address::reaches(known, url)) || is_consumer_path(&address) {
        return says(
            "It is the consumer service, which takes posted responses only; opened by a person it shows an error.",
        );
    }
    if case.is_declared_idp_host(&address.host) {
        return says("It leads back to the identity provider instead of the service provider.");
    }
    elsewhere(case, urls, url, &address)
}

/// Another host, port or prefix than every known URL of the service provider.
fn elsewhere(case: &Case, urls: &Urls<'_>, url: &str, address: &Address) -> Option<Fault> {
    let host_uris =
        case.relevant_configurations().filter_map(|configuration| configuration.host_uri.as_ref());
    let homes: Vec<Address> = urls
        .all()
        .chain(host_uris.map(|uri| uri.value.as_str()))
        .filter_map(Address::parse)
        .collect();
    if homes.is_empty() {
        return None;
    }
    let says = |detail: String, difference| Some(Fault { detail, difference: Some(difference) });
    let on_host: Vec<&Address> = homes.iter().filter(|home| home.host == address.host).collect();
    if on_host.is_empty() {
        return says(
            "It names another host than the service provider's URLs.".to_owned(),
            Difference::Host,
        );
    }
    if !on_host.iter().any(|home| home.port == address.port || default_of(home) == address.port) {
        return says(
            format!(
                "It names port {}, which none of the service provider's URLs has.",
                address.port
            ),
            Difference::Port,
        );
    }
    let prefixed: Vec<EntryPoint<'_>> =
        case.entry_points().filter(|entry| entry.prefix.is_some()).collect();
    let leads_to = |entry: &EntryPoint<'_>| {
        entry.own_prefix().is_none_or(|prefix| prefix == address.first_segment())
    };
    if let Some(first) = prefixed.first().filter(|_| !prefixed.iter().any(leads_to)) {
        let wanted = first.own_prefix().unwrap_or_default();
        return says(
            format!(
                "Its path does not begin with the prefix /{wanted} of the entry point ({url})."
            ),
            Difference::Prefix,
        );
    }
    None
}

fn default_of(address: &Address) -> u16 {
    if address.scheme == "http" { 80 } else { 443 }
}

fn not_set(case: &Case, urls: &Urls<'_>, registration: &IdpRegistration, place: &Place) -> Finding {
    let responses = case.responses();
    let mut refused = responses
        .iter()
        .filter(|response| response.refused())
        .filter_map(|response| response.attempt);
    let unsolicited = refused.find(|attempt| attempt.idp_initiated);
    let opened = opened_consumer(case, urls);
    let finding = match unsolicited {
        None if opened.is_some() => {
            let (attempt, exchange) = opened.into_iter().next().unzip();
            Finding::error("Without a sign-on URL the portal leads people to where responses are taken")
                .detail("The portal sent the browser there without a response: without a sign-on URL and a relay state it knows no page to start at.")
                .at_all(exchange.map(|exchange: &Exchange| &exchange.place))
                .attempt(attempt.map(|attempt: &Attempt| attempt.id.clone()).unwrap_or_default())
        }
        Some(attempt) => Finding::warning("Without a sign-on URL the SP refused a sign-in it did not start")
            .likely()
            .detail("Without a sign-on URL the identity provider's portal sends a response nobody asked for.")
            .attempt(&attempt.id),
        None => Finding::notice("There is no sign-on URL: the IdP's portal starts sign-ins itself")
            .detail("People who start at the service provider are not affected."),
    };
    finding.at(place).subject(registration.id.clone()).because_with(
        &NOT_SET,
        case,
        start_page(urls).as_deref(),
    )
}

fn describe(
    case: &Case,
    urls: &Urls<'_>,
    registration: &IdpRegistration,
    url: &str,
    place: &Place,
    fault: &Fault,
) -> Finding {
    let shown = shown_by(case, url);
    let led_back = led_back(case, url);
    let mut finding = Finding::new(
        if shown.is_some() || led_back.is_some() { Severity::Error } else { Severity::Warning },
        "The sign-on URL does not lead to the service provider's start page",
    );
    if let Some((attempt, exchange)) = shown {
        finding = finding.at(&exchange.place).attempt(attempt.id.clone());
    } else if led_back.is_none() {
        finding = finding.likely();
    }
    finding = finding
        .detail(&fault.detail)
        .subject(registration.id.clone())
        .actual(url, "sign-on URL of the application")
        .at(place);
    let start = start_page(urls);
    if let Some(start) = &start {
        finding = finding.expected(start, "start page of the entry point");
        finding.difference = fault.difference.or_else(|| difference::between(start, url));
    } else {
        finding.difference = fault.difference;
    }
    if let Some(seen) = led_back {
        finding =
            finding.at(seen.place).attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
    }
    finding.because_with(&POINTS_ELSEWHERE, case, start.as_deref())
}

/// The identity provider says that no request came, on a page to which the sign-on URL leads.
fn led_back<'a>(case: &'a Case, url: &str) -> Option<CodeSeen<'a>> {
    let mut seen =
        case.refusing_codes().into_iter().filter(|seen| MISSING_CODES.contains(&seen.code));
    let here = |exchange: &&Exchange| address::reaches(url, &exchange.url);
    seen.find(|seen| {
        case.exchanges.iter().filter(here).any(|exchange| {
            exchange.page.iter().any(|page| page.codes.iter().any(|code| code == seen.code))
        })
    })
}

/// The attempt that failed right where the sign-on URL leads, before any message.
fn shown_by<'a>(case: &'a Case, url: &str) -> Option<(&'a Attempt, &'a Exchange)> {
    let refused = case.sign_in_attempts().filter(|attempt| {
        attempt.failed() && attempt.response.is_none() && attempt.request.is_none()
    });
    refused.into_iter().find_map(|attempt| {
        let exchange = case.end_of(attempt)?;
        address::reaches(url, &exchange.url).then_some((attempt, exchange))
    })
}

/// Where people start: for Qlik Sense the hub of the entry point whose consumer service is known.
fn start_page(urls: &Urls<'_>) -> Option<String> {
    urls.all().find_map(start_of)
}

fn start_of(consumer: &str) -> Option<String> {
    let base =
        consumer.strip_suffix("/samlauthn/").or_else(|| consumer.strip_suffix("/samlauthn"))?;
    Some(format!("{base}/hub"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        ACS_URL, ENTITY_ID, attempt, entry_point_with, findings, levels, registration, sited,
    };

    fn case(url: Option<&str>) -> Case {
        let mut known = registration(&[ENTITY_ID], &[ACS_URL]);
        known.sign_on_url = Some(sited(url.map(str::to_owned)));
        Case { registrations: vec![known], ..entry_point_with(|_| ()) }
    }

    #[test]
    fn every_wrong_target_is_named() {
        for (url, difference) in [
            ("https://sense.example:443/azure/hub", None),
            ("https://sense.example/azure/hub", None),
            ("https://sense.example/azure/hub?app=1", None),
            ("https://other.example/azure/hub", Some(Difference::Host)),
            ("https://sense.example:4443/azure/hub", Some(Difference::Port)),
            ("https://sense.example/hub", Some(Difference::Prefix)),
        ] {
            let found = findings(&SIGN_ON_URL_WRONG, &case(Some(url)));
            assert_eq!(found.first().and_then(|finding| finding.difference), difference, "{url}");
            assert!(found.iter().all(|finding| finding.severity == Severity::Warning));
        }
        for url in [ACS_URL, "https://login.microsoftonline.com/t/saml2", "sense.example/azure/hub"]
        {
            assert_eq!(levels(&SIGN_ON_URL_WRONG, &case(Some(url))), [Severity::Warning], "{url}");
        }
    }

    #[test]
    fn none_is_worth_a_notice() {
        let found = findings(&SIGN_ON_URL_WRONG, &case(None));
        assert_eq!(
            (found[0].severity, found[0].causes[0].value.as_deref()),
            (Severity::Notice, Some("https://sense.example:443/azure/hub"))
        );
        assert_eq!(levels(&SIGN_ON_URL_WRONG, &case(Some(" "))), [Severity::Notice]);
    }

    #[test]
    fn a_refused_sign_in_from_the_portal_makes_it_a_warning() {
        let mut case = case(None);
        attempt(&mut case, Outcome::RefusedBySp);
        case.attempts[0].idp_initiated = true;
        assert_eq!(levels(&SIGN_ON_URL_WRONG, &case), [Severity::Warning]);
    }

    #[test]
    fn an_export_without_the_field_leaves_the_question_open() {
        let mut case = case(None);
        case.registrations[0].sign_on_url = None;
        assert!(SIGN_ON_URL_WRONG.judge(&case).missed().contains(&Need::ServicePrincipal));
    }
}
