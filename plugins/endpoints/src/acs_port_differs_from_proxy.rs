//! The consumer service URL names a port on which the proxy does not listen.

use diag_sdk::address::Address;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::sp_configuration::ProxyService;
use diag_sdk::view::Source;
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Need, Place, Reference, Setting,
    Severity, Stage, Who, check,
};
use std::collections::HashSet;

static CUSTOM_PORT: CauseData = CauseData {
    text: "The proxy listens on another port than the metadata and the registration say (metadata does not always follow a change of the port)",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Register the URL with the port on which the proxy listens",
};
static PORT_CHANGED: CauseData = CauseData {
    text: "The listening port of the proxy was changed",
    who: Who::Sp,
    setting: Setting::SpListenPort,
    fix: "Set the port back, or tell the identity provider's administrator the new URL",
};
static FORWARDED: CauseData = CauseData {
    text: "A load balancer forwards the public port to the proxy's port",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Make sure that the public port is forwarded; then nothing needs to change",
};

check! {
    /// The port in the consumer service URL is not the one on which the proxy listens.
    ///
    /// The response is posted to the URL that is registered. If the proxy listens on another port the
    /// browser gets no answer, or one from somebody else. Qlik's metadata does not always show a changed
    /// port. Behind a load balancer that forwards ports the difference is harmless.
    ///
    /// ## Fails
    ///
    /// ```json proxyservice
    /// {"id": "0b8e", "settings": {"listenPort": 4443, "virtualProxies": []}, "serverNodeConfiguration": {"hostName": "sense.example"}}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json proxyservice
    /// {"id": "0b8e", "settings": {"listenPort": 443, "virtualProxies": []}, "serverNodeConfiguration": {"hostName": "sense.example"}}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static ACS_PORT_DIFFERS_FROM_PROXY = {
        id: "endpoints/acs-port-differs-from-proxy",
        title: "The consumer service URL names a port the proxy lacks",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Proxyservice, Need::Capture],
        explains: ["endpoints/acs-differs-from-sp-metadata", "endpoints/acs-not-registered", "flow/response-not-posted"],
        accounts: [Account::sp(&[]), Account::between(&[])],
        causes: [CUSTOM_PORT, PORT_CHANGED, FORWARDED],
        references: [
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles/Error-400-the-user-cannot-be-authenticated-by-the-SAML-response/ta-p/1713070", "2026-11-24"),
            Reference::page("https://help.qlik.com/en-US/sense-admin", "2026-11-24").about("Proxies: service listen port"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    if case.proxies.is_empty() {
        match dead_port(case) {
            Some(finding) => out.push(finding),
            None => out.missing(Need::Proxyservice),
        }
        return;
    }
    let proxies = concerned(case);
    let listening: Vec<u16> = proxies
        .iter()
        .flat_map(|proxy| {
            [
                proxy.listen_port.as_ref(),
                proxy.unencrypted_listen_port.as_ref().filter(|_| plain_http(proxy)),
            ]
        })
        .flatten()
        .map(|port| port.value)
        .collect();
    let Some((proxy, port)) =
        proxies.iter().find_map(|proxy| proxy.listen_port.as_ref().map(|port| (proxy, port)))
    else {
        out.missing(Need::Proxyservice);
        return;
    };
    let mut wrong: Vec<(u16, &str, &Place, &str)> = Vec::new();
    let mut told: HashSet<&str> = HashSet::new();
    let used = case.used_acs_urls();
    let known = case.registered_acs_urls();
    let urls = used
        .iter()
        .filter(|used| used.source != Source::Configuration)
        .map(|used| (used.value, used.place, used.origin.as_str()))
        .chain(known.iter().map(|known| (known.value, known.place, known.origin.as_str())));
    for (url, place, origin) in urls {
        let Some(address) = Address::parse(url) else { continue };
        if !listening.contains(&address.port) && told.insert(url) {
            wrong.push((address.port, url, place, origin));
        }
    }
    if used.is_empty() && known.is_empty() {
        out.missing(Need::SpMetadata);
        out.missing(Need::Application);
        return;
    }
    // What the service provider itself says decides; a registered URL with another port is simply not
    // its own, which is another finding, and a leftover beside the right one harms nobody.
    let listens =
        |url: &str| Address::parse(url).is_some_and(|address| listening.contains(&address.port));
    let mut own = used.iter().filter(|used| used.source != Source::Configuration).peekable();
    let right = if own.peek().is_some() {
        own.any(|used| listens(used.value))
    } else {
        known.iter().any(|known| listens(known.value))
    };
    if right {
        return;
    }
    let Some((number, url, _, origin)) = wrong.first() else { return };
    let finding = if case.signed_in() {
        Finding::warning("The consumer service URL names another port than the proxy's")
            .likely()
            .detail("The capture shows a sign-in that worked, so something in between forwards the port.")
    } else {
        Finding::error(format!(
            "The consumer service URL names port {number}, the proxy listens on {}",
            port.value
        ))
        .detail("Unless something in between forwards that port, nobody answers there.")
    };
    let right = url.replacen(&format!(":{number}/"), &format!(":{}/", port.value), 1);
    out.push(
        finding
            .expected(port.value.to_string(), format!("listenPort of {}", proxy.name))
            .actual(*url, *origin)
            .difference(Difference::Port)
            .at_all(wrong.iter().map(|(_, _, place, _)| *place))
            .at(&port.place)
            .because_with(&CUSTOM_PORT, case, (right != *url).then_some(right.as_str()))
            .cause_with(
                &PORT_CHANGED,
                case.sp_product(),
                Some(&proxy.name),
                Some(&number.to_string()),
            )
            .because(&FORWARDED, case),
    );
}

/// People come by one port of the host, the response is sent to another, and nobody listens there.
fn dead_port(case: &Case) -> Option<Finding> {
    case.sign_in_attempts().find_map(|attempt| {
        let index = attempt.consumption?;
        let unanswered = case.exchanges.get(index).filter(|exchange| exchange.status == 0 && nobody_listens(exchange))?;
        let sent_to = Address::parse(&unanswered.url)?;
        let before = case.exchanges.get(..index).unwrap_or_default().iter().rev();
        let alive = |exchange: &&Exchange| {
            Address::parse(&exchange.url).is_some_and(|address| address.host == sent_to.host && address.port != sent_to.port)
        };
        let entered = before.filter(|exchange| exchange.navigation && exchange.status != 0).find(alive)?;
        let port = Address::parse(&entered.url)?.port;
        let path = unanswered.url.split(&['?', '#'][..]).next().unwrap_or_default();
        let right = Address::parse(path).map(|address| format!("{}://{}:{port}{}", address.scheme, address.host, address.path));
        Some(
            Finding::error(format!("Port {} takes no response, people come by port {port}", sent_to.port))
                .detail("Nobody answers where the response is sent. The consumer service URL lacks the port on which the service listens.")
                .expected(port.to_string(), "port of the page the person opened")
                .actual(path, "address the response was posted to")
                .difference(Difference::Port)
                .at(&unanswered.place)
                .at(&entered.place)
                .attempt(attempt.id.clone())
                .because_with(&CUSTOM_PORT, case, right.as_deref())
                .because(&PORT_CHANGED, case)
                .because(&FORWARDED, case),
        )
    })
}

/// The host is there, and refuses or ignores the connection.
fn nobody_listens(exchange: &Exchange) -> bool {
    let words = exchange.failure.as_deref().unwrap_or_default().to_lowercase();
    [
        "connection_refused",
        "connection refused",
        "timed_out",
        "net_timeout",
        "connection_timeout",
        "address_unreachable",
    ]
    .iter()
    .any(|part| words.contains(part))
}

fn plain_http(proxy: &ProxyService) -> bool {
    proxy.allow_http.as_ref().is_none_or(|allowed| allowed.value)
}

/// The proxies the relevant entry points are linked to; all where the exports do not tell.
fn concerned(case: &Case) -> Vec<&ProxyService> {
    let linked: Vec<&str> = case
        .relevant_configurations()
        .flat_map(|configuration| &configuration.linked_proxies)
        .map(String::as_str)
        .collect();
    case.proxies
        .iter()
        .filter(|proxy| linked.is_empty() || linked.contains(&proxy.id.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{
        ACS_URL, ENTITY_ID, acs_endpoints, findings, levels, registration, sign_in, sited,
        sp_metadata,
    };

    fn proxy(port: u16) -> ProxyService {
        ProxyService {
            id: "x1".to_owned(),
            listen_port: Some(sited(port)),
            unencrypted_listen_port: Some(sited(80)),
            allow_http: Some(sited(false)),
            ..ProxyService::default()
        }
    }

    fn case(ports: &[u16], published: &str, registered: &str) -> Case {
        let mut metadata = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        metadata.sp.as_mut().expect("the role").acs = acs_endpoints(&[published]);
        Case {
            proxies: ports.iter().map(|port| proxy(*port)).collect(),
            metadata: vec![metadata],
            registrations: vec![registration(&[ENTITY_ID], &[registered])],
            ..Case::default()
        }
    }

    #[test]
    fn without_the_proxy_a_port_nobody_answers_on_tells() {
        let told = |came: &str, failure: &str| {
            let mut case = sign_in(Outcome::BrokenInTransit);
            case.exchanges.insert(
                0,
                diag_sdk::testing::exchange(diag_sdk::case::exchange::Side::Sp, "GET", came, 302),
            );
            let consumption = case.attempts[0].consumption.expect("delivered") + 1;
            case.attempts[0].consumption = Some(consumption);
            (case.exchanges[consumption].status, case.exchanges[consumption].failure) =
                (0, Some(failure.to_owned()));
            findings(&ACS_PORT_DIFFERS_FROM_PROXY, &case).len()
        };
        let host = Address::parse(diag_sdk::testing::ACS_SEEN).expect("an address").host;
        assert_eq!(told(&format!("https://{host}:4443/hub"), "net::ERR_CONNECTION_REFUSED"), 1);
        assert_eq!(told(&format!("https://{host}/hub"), "net::ERR_CONNECTION_REFUSED"), 0);
        assert_eq!(told(&format!("https://{host}:4443/hub"), "net::ERR_NAME_NOT_RESOLVED"), 0);
        assert_eq!(told("https://other.example:4443/hub", "net::ERR_CONNECTION_REFUSED"), 0);
    }

    #[test]
    fn the_port_must_be_one_of_those_listened_on() {
        assert!(findings(&ACS_PORT_DIFFERS_FROM_PROXY, &case(&[443], ACS_URL, ACS_URL)).is_empty());
        assert!(
            findings(&ACS_PORT_DIFFERS_FROM_PROXY, &case(&[4443, 443], ACS_URL, ACS_URL))
                .is_empty()
        );
        assert!(
            findings(
                &ACS_PORT_DIFFERS_FROM_PROXY,
                &case(&[443], "https://sense.example/azure/samlauthn/", ACS_URL)
            )
            .is_empty()
        );
        let found = findings(&ACS_PORT_DIFFERS_FROM_PROXY, &case(&[4443], ACS_URL, ACS_URL));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert_eq!(
            found[0].causes[0].value.as_deref(),
            Some("https://sense.example:4443/azure/samlauthn/")
        );
    }

    #[test]
    fn a_registered_url_with_another_port_is_another_finding() {
        assert!(
            findings(
                &ACS_PORT_DIFFERS_FROM_PROXY,
                &case(&[443], ACS_URL, "https://sense.example:4443/azure/samlauthn/")
            )
            .is_empty()
        );
        let mut registered = case(&[443], ACS_URL, "https://sense.example:4443/azure/samlauthn/");
        registered.metadata.clear();
        assert_eq!(levels(&ACS_PORT_DIFFERS_FROM_PROXY, &registered), [Severity::Error]);
    }

    #[test]
    fn plain_http_counts_only_where_it_is_allowed() {
        let http = "http://sense.example:80/azure/samlauthn/";
        let mut case = case(&[443], http, http);
        assert_eq!(levels(&ACS_PORT_DIFFERS_FROM_PROXY, &case), [Severity::Error]);
        case.proxies[0].allow_http = Some(sited(true));
        assert!(findings(&ACS_PORT_DIFFERS_FROM_PROXY, &case).is_empty());
    }

    #[test]
    fn a_sign_in_that_works_was_forwarded() {
        let mut case = sign_in(Outcome::SignedIn);
        case.proxies = vec![proxy(4443)];
        assert_eq!(levels(&ACS_PORT_DIFFERS_FROM_PROXY, &case), [Severity::Warning]);
    }
}
