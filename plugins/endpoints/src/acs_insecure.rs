//! A consumer service URL with `http` where the rest of the sign-in uses `https`.

use diag_sdk::address::Address;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::product::Habit;
use diag_sdk::destinations::Destinations;
use diag_sdk::view::{Response, Source, Used};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};
use std::collections::{HashMap, HashSet};

static HOST_URI_HTTP: CauseData = CauseData {
    text: "The service provider builds its addresses with http, or a reverse proxy hides from it that people come by https",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Have people and the service provider use https, download its metadata anew and register its URL",
};
static REGISTERED_HTTP: CauseData = CauseData {
    text: "The URL was registered with http",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Register the URL with https",
};

check! {
    /// The consumer service URL uses `http` where the other side uses `https`.
    ///
    /// The response carries the person's identity, so products insist on `https`: Microsoft Entra ID
    /// allows `http` for localhost only, Qlik Sense demands an encrypted assertion on an unsecured
    /// connection, and a web server that redirects to `https` loses the posted response. Usually the
    /// host URI was entered with `http`, or a reverse proxy ends TLS and does not say so.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="http://sense.example:80/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static ACS_INSECURE = {
        id: "endpoints/acs-insecure",
        title: "The consumer service URL uses http",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Capture, Need::SpMetadata, Need::Virtualproxyconfig, Need::Application, Need::ServicePrincipal, Need::SpMetadataInIdp],
        explains: ["endpoints/acs-differs-from-sp-metadata", "endpoints/acs-not-registered", "endpoints/acs-port-differs-from-proxy", "endpoints/acs-redirected", "endpoints/destination-mismatch", "endpoints/entity-id-differs-from-host-uri", "endpoints/recipient-mismatch", "flow/session-cookie-lost", "flow/wrong-binding", "signing/assertion-not-encrypted"],
        accounts: [Account::sp(&[Meaning::Insecure, Meaning::Scheme, Meaning::Acs, Meaning::Destination]), Account::idp(&[Meaning::Insecure, Meaning::Scheme, Meaning::Acs, Meaning::Destination]), Account::between(&[Meaning::Insecure, Meaning::Scheme, Meaning::Acs, Meaning::Destination])],
        causes: [HOST_URI_HTTP, REGISTERED_HTTP],
        references: [
            Reference::section(Specification::SamlSecurity, "4.4.5"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reply-url", "2026-11-24"),
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles/SAML-assertion-must-be-encrypted-on-an-unsecured-connection", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let used = case.used_acs_urls();
    let known = case.registered_acs_urls();
    let evidence = Evidence::of(
        case,
        used.iter().map(|used| used.value).chain(known.iter().map(|known| known.value)),
    );
    let asked: Vec<&str> =
        used.iter().filter(|used| used.source == Source::Request).map(|used| used.value).collect();
    // Where requests ask for the same address with https a document that lists it with http is an old one.
    let outdated = |used: &Used<'_>| {
        used.source == Source::Metadata && asked.iter().any(|asked| is_twin(used.value, asked))
    };
    let insecure: Vec<&Used<'_>> =
        used.iter().filter(|used| is_insecure(used.value) && !outdated(used)).collect();
    // The same URL with and without its port is one URL here.
    let once: Destinations<'_> = insecure.iter().map(|used| used.value).collect();
    for (index, used) in insecure.iter().enumerate() {
        if once.reached(used.value).is_none_or(|first| first == index) {
            out.push(judge(case, used, &evidence));
        }
    }
    if !insecure.is_empty() {
        return;
    }
    let mut told: HashSet<&str> = HashSet::new();
    let registered: HashSet<String> =
        known.iter().filter_map(|known| resource(known.value, "https")).collect();
    for insecure in known.iter().filter(|known| is_insecure(known.value)) {
        let secure_twin =
            resource(insecure.value, "http").is_some_and(|resource| registered.contains(&resource));
        if secure_twin || !told.insert(insecure.value) {
            continue;
        }
        out.push(
            Finding::warning("The registered consumer service URL uses http")
                .detail("The response carries the person's identity in clear text, and a redirect to https would lose it.")
                .actual(insecure.value, &insecure.origin)
                .at(insecure.place)
                .because_with(&REGISTERED_HTTP, case, secured(insecure.value).as_str()),
        );
    }
}

/// What speaks against `http`: URLs of either side with `https`, and responses that were posted in vain.
struct Evidence<'a> {
    secure: HashMap<String, &'a str>,
    /// Hosts and paths that a document lists with https, with the input and the embedded text it stands in.
    listed: HashSet<(String, &'a str, Option<&'a str>)>,
    posted_to: Destinations<'a>,
    attempts: Vec<&'a str>,
}

impl<'a> Evidence<'a> {
    fn of(case: &'a Case, urls: impl Iterator<Item = &'a str>) -> Self {
        let mut secure = HashMap::new();
        for (url, resource) in urls.filter_map(|url| Some((url, resource(url, "https")?))) {
            secure.entry(resource).or_insert(url);
        }
        let in_vain: Vec<(&str, &str)> =
            case.responses().iter().filter_map(|response| posted_in_vain(case, response)).collect();
        let (posted_to, attempts): (Vec<&str>, Vec<&str>) = in_vain.into_iter().unzip();
        let listed = case
            .metadata
            .iter()
            .flat_map(|metadata| metadata.sp.iter().flat_map(|role| &role.acs))
            .filter_map(|endpoint| {
                let place = &endpoint.location.place;
                Some((
                    resource(&endpoint.location.value, "https")?,
                    place.input.as_str(),
                    place.message.as_deref(),
                ))
            });
        Self {
            secure,
            listed: listed.collect(),
            posted_to: posted_to.into_iter().collect(),
            attempts,
        }
    }

    /// The document of this value lists it with https, too.
    fn lists(&self, insecure: &Used<'_>) -> bool {
        let place = insecure.place;
        resource(insecure.value, "http").is_some_and(|resource| {
            self.listed.iter().any(|(known, input, message)| {
                *known == resource && *input == place.input && *message == place.message.as_deref()
            })
        })
    }
}

fn judge(case: &Case, insecure: &Used<'_>, evidence: &Evidence<'_>) -> Finding {
    let other = resource(insecure.value, "http")
        .and_then(|resource| evidence.secure.get(&resource).copied());
    let attempt = evidence
        .posted_to
        .reached(insecure.value)
        .and_then(|index| evidence.attempts.get(index).copied());
    let works = insecure.accepted && case.signed_in();
    let refuses = case.sp_has_habit(Habit::RefusesClearTextOverHttp)
        && insecure.source != Source::Metadata
        && case.relevant_registrations().next().is_some()
        && case
            .relevant_registrations()
            .all(|registration| registration.encryption_key_id.is_none());
    // One document that lists an address in both ways contradicts nobody: the secure one can be used.
    let listed_too = insecure.source == Source::Metadata && evidence.lists(insecure);
    let other = other.filter(|_| !listed_too);
    let must_break = !works && (other.is_some() || attempt.is_some() || (refuses && !listed_too));
    let finding = if must_break {
        Finding::error("The service provider's consumer service URL uses http")
    } else {
        Finding::warning("The service provider's consumer service URL uses http")
    };
    let detail = match (other, attempt) {
        (_, Some(_)) => {
            "The response was posted over http and did not get through: what answers there redirects or refuses."
        }
        (Some(_), None) => "The other side has the same URL with https; the two do not match.",
        (None, None) if listed_too => {
            "The same document lists it with https as well; the identity provider should use that one only."
        }
        (None, None) if must_break => {
            "This service provider refuses an assertion that is not encrypted on an unsecured connection."
        }
        (None, None) => {
            "The response carries the person's identity in clear text, and a redirect to https would lose it."
        }
    };
    let secure = other.map_or_else(|| secured(insecure.value), str::to_owned);
    let origin =
        if other.is_some() { "the same URL on the other side" } else { "the same URL with https" };
    insecure
        .owned(finding)
        .detail(detail)
        .expected(secure, origin)
        .actual(insecure.value, &insecure.origin)
        .difference(Difference::Scheme)
        .at(insecure.place)
        .because_with(&HOST_URI_HTTP, case, origin_of(insecure.value).as_str())
        .attempt(attempt.unwrap_or_default())
}

/// Where a response was posted that did not get through for being sent over http, and its attempt.
fn posted_in_vain<'a>(case: &'a Case, response: &Response<'a>) -> Option<(&'a str, &'a str)> {
    let to = response.message.delivered_to()?;
    let attempt = response.attempt?;
    let exchange = response.message.delivered_in().and_then(|index| case.exchanges.get(index))?;
    let upgraded = exchange.location.as_deref().is_some_and(|location| is_twin(to, location));
    let because =
        upgraded || exchange.status == 0 || response.said(&[Meaning::Insecure, Meaning::Scheme]);
    (because && matches!(response.fate(), Fate::Refused | Fate::Lost))
        .then_some((to, attempt.id.as_str()))
}

fn is_insecure(url: &str) -> bool {
    Address::parse(url).is_some_and(|address| address.scheme == "http" && !address.is_local())
}

/// Host and path of a URL of that scheme.
fn resource(url: &str, scheme: &str) -> Option<String> {
    let address = Address::parse(url).filter(|address| address.scheme == scheme)?;
    Some(format!("{}{}", address.host, address.path.trim_end_matches('/')))
}

/// The same host and path, one with `http`, the other with `https`.
fn is_twin(insecure: &str, secure: &str) -> bool {
    resource(insecure, "http").is_some_and(|insecure| resource(secure, "https") == Some(insecure))
}

/// The URL with `https` and that scheme's port.
fn secured(url: &str) -> String {
    let https = url.replacen("http://", "https://", 1);
    let (Some(address), true) = (Address::parse(url), diag_sdk::difference::has_explicit_port(url))
    else {
        return https;
    };
    if address.port == 80 {
        https.replacen(&format!("{}:80", address.host), &format!("{}:443", address.host), 1)
    } else {
        https
    }
}

/// `https://host`, what a service provider is told to build its addresses from, with the port where it is one of its own.
fn origin_of(url: &str) -> String {
    Address::parse(&secured(url)).map_or_else(|| url.to_owned(), |address| address.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing;
    use diag_sdk::testing::{
        ENTITY_ID, acs_endpoints, ended, entry_point, findings, levels, registration, sign_in,
        sp_metadata,
    };

    const HTTP: &str = "http://sense.example:80/azure/samlauthn/";
    const HTTPS: &str = "https://sense.example:443/azure/samlauthn/";

    fn published(acs: &str, registered: &str) -> Case {
        let mut metadata = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        metadata.sp.as_mut().expect("the role").acs = acs_endpoints(&[acs]);
        Case {
            metadata: vec![metadata],
            registrations: vec![registration(&[ENTITY_ID], &[registered])],
            ..Case::default()
        }
    }

    #[test]
    fn against_https_it_is_an_error() {
        let found = findings(&ACS_INSECURE, &published(HTTP, HTTPS));
        assert_eq!(
            (found[0].severity, found[0].difference),
            (Severity::Error, Some(Difference::Scheme))
        );
        assert_eq!(found[0].expected.as_deref(), Some(HTTPS));
    }

    #[test]
    fn a_port_of_its_own_stays() {
        assert_eq!(origin_of("http://sp.example:8000/acs"), "https://sp.example:8000");
        assert_eq!(origin_of("http://sp.example:80/acs"), "https://sp.example");
    }

    #[test]
    fn where_both_agree_it_is_a_warning() {
        assert_eq!(levels(&ACS_INSECURE, &published(HTTP, HTTP)), [Severity::Warning]);
        assert!(findings(&ACS_INSECURE, &published(HTTPS, HTTPS)).is_empty());
        assert!(
            findings(
                &ACS_INSECURE,
                &published("http://localhost:8080/acs", "http://localhost:8080/acs")
            )
            .is_empty()
        );
    }

    #[test]
    fn qlik_demands_encryption_over_http() {
        let mut case = published(HTTPS, HTTP);
        testing::qlik_serves(&mut case);
        case.metadata.clear();
        let mut entry = entry_point();
        entry.host_uri = Some("http://sense.example".into());
        entry.acs_url = Some(HTTP.into());
        case.sp_configurations = vec![entry];
        assert_eq!(levels(&ACS_INSECURE, &case), [Severity::Error]);
        case.registrations[0].encryption_key_id = Some("1".into());
        assert_eq!(levels(&ACS_INSECURE, &case), [Severity::Warning]);
    }

    #[test]
    fn a_post_that_was_sent_to_https_failed_for_it() {
        let mut case = sign_in(Outcome::BrokenInTransit);
        case.messages[0].request.as_mut().expect("a request").acs_url = Some(HTTP.into());
        case.messages[1].sightings[1].to = Some("http://sense.example/azure/samlauthn/".to_owned());
        case.exchanges[1].location = Some("https://sense.example/azure/samlauthn/".to_owned());
        let found = findings(&ACS_INSECURE, &case);
        assert_eq!(
            (found[0].severity, found[0].attempts.as_slice()),
            (Severity::Error, ["a1".to_owned()].as_slice())
        );
        ended(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&ACS_INSECURE, &case), [Severity::Warning]);
    }

    #[test]
    fn the_port_follows_the_scheme() {
        assert_eq!(secured(HTTP), HTTPS);
        assert_eq!(secured("http://a.example/acs"), "https://a.example/acs");
        assert_eq!(secured("http://a.example:8080/acs"), "https://a.example:8080/acs");
    }
}
