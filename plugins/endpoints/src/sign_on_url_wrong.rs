//! Where the identity provider sends people to start.

use crate::sides;
use diag_sdk::address::Address;
use diag_sdk::case::attempt::{AttemptKind, Outcome};
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::{
    Case, CauseData, Difference, Finding, Findings, Need, Place, Setting, Severity, Stage, Who, aadsts, address, check, difference, host,
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
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Configuration,
        needs: [Need::ServicePrincipal, Need::Application],
        explains: [],
        causes: [POINTS_ELSEWHERE, NOT_SET],
        references: [
            "https://learn.microsoft.com/graph/api/resources/serviceprincipal (loginUrl)",
            "https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut seen = false;
    for registration in case.relevant_registrations() {
        let Some(sign_on) = &registration.sign_on_url else { continue };
        seen = true;
        match sign_on.value.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
            None => out.push(not_set(case, registration, &sign_on.place)),
            Some(url) => {
                if let Some(fault) = fault(case, url) {
                    out.push(describe(case, registration, url, &sign_on.place, &fault));
                }
            }
        }
    }
    if !seen {
        out.missing(Need::ServicePrincipal);
    }
}

/// What is wrong with a sign-on URL.
struct Fault {
    detail: String,
    difference: Option<Difference>,
}

fn fault(case: &Case, url: &str) -> Option<Fault> {
    let says = |detail: &str| Some(Fault { detail: detail.to_owned(), difference: None });
    let Some(address) = Address::parse(url) else { return says("It is not an absolute http or https URL.") };
    let consumer = sides::acs_urls(case).iter().any(|used| address::reaches(used.value, url))
        || sides::registered_acs_urls(case).iter().any(|known| address::reaches(known.value, url))
        || address.path.trim_end_matches('/').ends_with("/samlauthn");
    if consumer {
        return says("It is the consumer service, which takes posted responses only; opened by a person it shows an error.");
    }
    let idp_hosts: Vec<String> = case
        .metadata
        .iter()
        .filter_map(|metadata| metadata.idp.as_ref())
        .flat_map(|role| &role.sso)
        .filter_map(|endpoint| host::host_of(&endpoint.location.value))
        .collect();
    let entra = ["login.microsoftonline.com", "sts.windows.net", "myapps.microsoft.com", "account.activedirectory.windowsazure.com"];
    if idp_hosts.contains(&address.host) || entra.contains(&address.host.as_str()) {
        return says("It leads back to the identity provider instead of the service provider.");
    }
    elsewhere(case, url, &address)
}

/// Another host, port or prefix than every known URL of the service provider.
fn elsewhere(case: &Case, url: &str, address: &Address) -> Option<Fault> {
    let homes: Vec<Address> = sides::acs_urls(case)
        .iter()
        .map(|used| used.value)
        .chain(case.relevant_configurations().filter_map(|configuration| configuration.host_uri.as_ref()).map(|uri| uri.value.as_str()))
        .chain(sides::registered_acs_urls(case).iter().map(|known| known.value))
        .filter_map(Address::parse)
        .collect();
    if homes.is_empty() {
        return None;
    }
    let says = |detail: String, difference| Some(Fault { detail, difference: Some(difference) });
    let on_host: Vec<&Address> = homes.iter().filter(|home| home.host == address.host).collect();
    if on_host.is_empty() {
        return says("It names another host than the service provider's URLs.".to_owned(), Difference::Host);
    }
    if !on_host.iter().any(|home| home.port == address.port || default_of(home) == address.port) {
        return says(format!("It names port {}, which none of the service provider's URLs has.", address.port), Difference::Port);
    }
    let prefixes: Vec<&SpConfiguration> = case.relevant_configurations().filter(|configuration| configuration.prefix.is_some()).collect();
    let has_prefix = |configuration: &&SpConfiguration| {
        configuration.prefix.as_ref().is_none_or(|prefix| prefix.value.is_empty() || prefix.value == address.first_segment())
    };
    if !prefixes.is_empty() && !prefixes.iter().any(has_prefix) {
        let wanted = prefixes.first().and_then(|configuration| configuration.prefix.as_ref()).map_or("", |prefix| prefix.value.as_str());
        return says(format!("Its path does not begin with the prefix /{wanted} of the entry point ({url})."), Difference::Prefix);
    }
    None
}

fn default_of(address: &Address) -> u16 {
    if address.scheme == "http" { 80 } else { 443 }
}

fn not_set(case: &Case, registration: &IdpRegistration, place: &Place) -> Finding {
    let refused = case
        .attempts
        .iter()
        .find(|attempt| attempt.kind == AttemptKind::SignIn && attempt.idp_initiated && attempt.outcome == Outcome::RefusedBySp);
    let finding = match refused {
        Some(attempt) => Finding::warning("Without a sign-on URL the SP refused a sign-in it did not start")
            .likely()
            .detail("Without a sign-on URL the identity provider's portal sends a response nobody asked for.")
            .attempt(&attempt.id),
        None => Finding::notice("There is no sign-on URL: the IdP's portal starts sign-ins itself")
            .detail("People who start at the service provider are not affected."),
    };
    finding.at(place).cause_with(&NOT_SET, registration.vendor, registration.name.as_deref(), start_page(case).as_deref())
}

fn describe(case: &Case, registration: &IdpRegistration, url: &str, place: &Place, fault: &Fault) -> Finding {
    let mut finding = Finding::warning("The sign-on URL does not lead to the service provider's start page")
        .likely()
        .detail(&fault.detail)
        .actual(url, "sign-on URL of the application")
        .at(place);
    let start = start_page(case);
    if let Some(start) = &start {
        finding = finding.expected(start, "start page of the entry point");
        finding.difference = fault.difference.or_else(|| difference::between(start, url));
    } else {
        finding.difference = fault.difference;
    }
    // The identity provider says so when the URL led back to it without a request.
    let led_back = case.refusing_codes().into_iter().find(|seen| aadsts::number(seen.code) == Some(750_054));
    if let Some(seen) = led_back {
        finding = finding.at(seen.place).attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
    }
    finding.cause_with(&POINTS_ELSEWHERE, registration.vendor, registration.name.as_deref(), start.as_deref())
}

/// Where people start: for Qlik Sense the hub of the entry point whose consumer service is known.
fn start_page(case: &Case) -> Option<String> {
    let urls = sides::acs_urls(case);
    let known = sides::registered_acs_urls(case);
    urls.iter()
        .map(|used| used.value)
        .chain(known.iter().map(|known| known.value))
        .find_map(|url| url.strip_suffix("/samlauthn/").or_else(|| url.strip_suffix("/samlauthn")))
        .map(|base| format!("{base}/hub"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACS, ENTITY, attempt, configuration, findings, levels, registration};
    use diag_sdk::Sited;

    fn case(url: Option<&str>) -> Case {
        let mut known = registration(&[ENTITY], &[ACS]);
        known.sign_on_url = Some(Sited::new(url.map(str::to_owned), Place::default()));
        Case { registrations: vec![known], sp_configurations: vec![configuration(ENTITY, ENTITY, Some(ACS))], ..Case::default() }
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
        for url in [ACS, "https://login.microsoftonline.com/t/saml2", "sense.example/azure/hub"] {
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
        case.attempts = vec![attempt(Outcome::RefusedBySp)];
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
