//! A consumer service URL with `http` where the rest of the sign-in uses `https`.

use crate::sides::{self, Source, Used};
use diag_sdk::address::Address;
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Vendor, Who, address, check,
};

static HOST_URI_HTTP: CauseData = CauseData {
    text: "The host URI of the service provider says http, or a reverse proxy hides from it that people come by https",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the host URI to https, download the service provider's metadata anew and register its URL",
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
            "saml-sec-consider-2.0-os §4.4.5",
            "https://learn.microsoft.com/entra/identity-platform/reply-url",
            "https://community.qlik.com/t5/Official-Support-Articles/SAML-assertion-must-be-encrypted-on-an-unsecured-connection",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let used = sides::acs_urls(case);
    let known = sides::registered_acs_urls(case);
    let everything: Vec<&str> = used.iter().map(|used| used.value).chain(known.iter().map(|known| known.value)).collect();
    let mut told: Vec<&str> = Vec::new();
    for insecure in used.iter().filter(|used| is_insecure(used.value)) {
        // The same URL with and without its port is one URL here.
        if told.iter().any(|known| address::reaches(known, insecure.value)) {
            continue;
        }
        told.push(insecure.value);
        out.push(judge(case, insecure, &everything));
    }
    if told.is_empty() {
        for insecure in known.iter().filter(|known| is_insecure(known.value)) {
            let secure_twin = known.iter().any(|known| twin(insecure.value, known.value));
            if secure_twin || told.contains(&insecure.value) {
                continue;
            }
            told.push(insecure.value);
            let (vendor, name) = sides::registration(case);
            out.push(
                Finding::warning("The registered consumer service URL uses http")
                    .detail("The response carries the person's identity in clear text, and a redirect to https would lose it.")
                    .actual(insecure.value, &insecure.origin)
                    .at(insecure.place)
                    .cause_with(&REGISTERED_HTTP, vendor, name, Some(&secured(insecure.value))),
            );
        }
    }
}

fn judge(case: &Case, insecure: &Used<'_>, everything: &[&str]) -> Finding {
    let other = everything.iter().copied().find(|url| twin(insecure.value, url));
    let attempt = failed_over_http(case, insecure);
    let works = insecure.accepted && case.signed_in();
    let qlik_refuses = case.sp_vendor == Vendor::Qlik
        && insecure.source != Source::Metadata
        && case.relevant_registrations().next().is_some()
        && case.relevant_registrations().all(|registration| registration.encryption_key_id.is_none());
    let must_break = !works && (other.is_some() || attempt.is_some() || qlik_refuses);
    let mut finding = if must_break {
        Finding::error("The service provider's consumer service URL uses http")
    } else {
        Finding::warning("The service provider's consumer service URL uses http")
    };
    finding = finding.detail(match (other, attempt) {
        (_, Some(_)) => "The response was posted over http and did not get through: what answers there redirects or refuses.",
        (Some(_), None) => "The other side has the same URL with https; the two do not match.",
        (None, None) if must_break => "Qlik Sense refuses an assertion that is not encrypted on an unsecured connection.",
        (None, None) => "The response carries the person's identity in clear text, and a redirect to https would lose it.",
    });
    let secure = other.map_or_else(|| secured(insecure.value), str::to_owned);
    let (sp, entry_point) = sides::entry_point(case);
    let origin = if other.is_some() { "the same URL on the other side" } else { "the same URL with https" };
    finding = finding
        .expected(secure, origin)
        .actual(insecure.value, &insecure.origin)
        .difference(Difference::Scheme)
        .at(insecure.place)
        .cause_with(&HOST_URI_HTTP, sp, insecure.object.or(entry_point), Some(&origin_of(insecure.value)));
    match attempt {
        Some(attempt) => finding.attempt(attempt),
        None => finding,
    }
}

/// The attempt in which the response was posted to this URL in vain.
fn failed_over_http<'a>(case: &'a Case, insecure: &Used<'_>) -> Option<&'a str> {
    sides::responses(case).find_map(|response| {
        let to = response.delivered_to()?;
        let attempt = case.attempt_of(&response.id)?;
        let exchange = response.delivered()?.exchange.and_then(|index| case.exchanges.get(index))?;
        let upgraded = exchange.location.as_deref().is_some_and(|location| twin(to, location));
        let in_vain = attempt.failed() && !attempt.accepted() && (upgraded || exchange.status == 0 || said_insecure(case, response));
        (address::reaches(insecure.value, to) && in_vain).then_some(attempt.id.as_str())
    })
}

fn said_insecure(case: &Case, response: &diag_sdk::case::message::Message) -> bool {
    case.said_about(response).iter().any(|seen| matches!(seen.phrase.meaning, Meaning::Insecure | Meaning::Scheme))
}

fn is_insecure(url: &str) -> bool {
    Address::parse(url).is_some_and(|address| address.scheme == "http" && !address.is_local())
}

/// The same host and path, one with `http`, the other with `https`.
fn twin(insecure: &str, secure: &str) -> bool {
    match (Address::parse(insecure), Address::parse(secure)) {
        (Some(http), Some(https)) => {
            http.scheme == "http"
                && https.scheme == "https"
                && http.host == https.host
                && http.path.trim_end_matches('/') == https.path.trim_end_matches('/')
        }
        _ => false,
    }
}

/// The URL with `https` and that scheme's port.
fn secured(url: &str) -> String {
    let https = url.replacen("http://", "https://", 1);
    let (Some(address), true) = (Address::parse(url), diag_sdk::difference::has_explicit_port(url)) else { return https };
    if address.port == 80 { https.replacen(&format!("{}:80", address.host), &format!("{}:443", address.host), 1) } else { https }
}

/// `https://host`, what belongs into a host URI.
fn origin_of(url: &str) -> String {
    Address::parse(url).map_or_else(|| url.to_owned(), |address| format!("https://{}", address.host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ENTITY, configuration, findings, levels, registration, response, sign_in, sp_metadata};
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;

    const HTTP: &str = "http://sense.example:80/azure/samlauthn/";
    const HTTPS: &str = "https://sense.example:443/azure/samlauthn/";

    fn published(acs: &str, registered: &str) -> Case {
        Case {
            metadata: vec![sp_metadata(HeldBy::Publisher, ENTITY, &[acs])],
            registrations: vec![registration(&[ENTITY], &[registered])],
            ..Case::default()
        }
    }

    #[test]
    fn against_https_it_is_an_error() {
        let found = findings(&ACS_INSECURE, &published(HTTP, HTTPS));
        assert_eq!((found[0].severity, found[0].difference), (Severity::Error, Some(Difference::Scheme)));
        assert_eq!(found[0].expected.as_deref(), Some(HTTPS));
    }

    #[test]
    fn where_both_agree_it_is_a_warning() {
        assert_eq!(levels(&ACS_INSECURE, &published(HTTP, HTTP)), [Severity::Warning]);
        assert!(findings(&ACS_INSECURE, &published(HTTPS, HTTPS)).is_empty());
        assert!(findings(&ACS_INSECURE, &published("http://localhost:8080/acs", "http://localhost:8080/acs")).is_empty());
    }

    #[test]
    fn qlik_demands_encryption_over_http() {
        let mut case = published(HTTPS, HTTP);
        case.sp_vendor = Vendor::Qlik;
        case.metadata.clear();
        case.sp_configurations = vec![configuration("http://sense.example", ENTITY, Some(HTTP))];
        assert_eq!(levels(&ACS_INSECURE, &case), [Severity::Error]);
        case.registrations[0].encryption_key_id = Some("1".into());
        assert_eq!(levels(&ACS_INSECURE, &case), [Severity::Warning]);
    }

    #[test]
    fn a_post_that_was_sent_to_https_failed_for_it() {
        let mut case = sign_in(Outcome::BrokenInTransit);
        case.messages[0].request.as_mut().expect("a request").acs_url = Some(HTTP.into());
        case.messages[1] = response("http://sense.example/azure/samlauthn/");
        case.exchanges[1].location = Some("https://sense.example/azure/samlauthn/".to_owned());
        let found = findings(&ACS_INSECURE, &case);
        assert_eq!((found[0].severity, found[0].attempts.as_slice()), (Severity::Error, ["a1".to_owned()].as_slice()));
        case.attempts[0].outcome = Outcome::SignedIn;
        assert_eq!(levels(&ACS_INSECURE, &case), [Severity::Warning]);
    }

    #[test]
    fn the_port_follows_the_scheme() {
        assert_eq!(secured(HTTP), HTTPS);
        assert_eq!(secured("http://a.example/acs"), "https://a.example/acs");
        assert_eq!(secured("http://a.example:8080/acs"), "https://a.example:8080/acs");
    }
}
