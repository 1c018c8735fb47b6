//! Joins what was read apart: proxies with entry points, entry points and registrations with the
//! sign-in under judgement.
//!
//! An export often holds a dozen virtual proxies or applications; only one is being used. Which one
//! is decided by the strongest evidence that decides at all: messages first, then cookies and
//! paths of the capture, then metadata, then the other side's registration. Where nothing decides,
//! all candidates stay relevant rather than a wrong one alone.

use super::qlik;
use super::strangers::Captured;
use diag_products::{Products, Role};
use diag_sdk::Case;
use diag_sdk::Sited;
use diag_sdk::Vendor;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::MessageKind;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::{HeldMetadata, SpConfiguration};
use diag_sdk::host::host_of;
use std::cell::LazyCell;
use std::collections::BTreeMap;
use url::Url;

/// Called once, after everything else is in the Case.
pub fn relevant(case: &mut Case, products: &Products) {
    settle_held_metadata(case);
    link_proxies(case);
    compute_acs_urls(case);
    let evidence = Evidence::of(case);
    choose_configurations(case, &evidence);
    choose_registrations(case, &evidence);
    name_vendors(case, &evidence, products);
}

/// Whether the metadata inside each configuration could be read is known only now.
fn settle_held_metadata(case: &mut Case) {
    for configuration in &mut case.sp_configurations {
        if !matches!(configuration.idp_metadata, HeldMetadata::Read | HeldMetadata::Unreadable) {
            continue;
        }
        let broken = case
            .broken_documents
            .iter()
            .find(|document| document.configuration.as_deref() == Some(configuration.id.as_str()));
        let read = case
            .metadata
            .iter()
            .any(|metadata| metadata.configuration.as_deref() == Some(configuration.id.as_str()));
        (configuration.idp_metadata, configuration.idp_metadata_trouble) = match broken {
            Some(document) if !read => (HeldMetadata::Unreadable, Some(document.trouble)),
            _ if read => (HeldMetadata::Read, None),
            _ => (HeldMetadata::Unknown, None),
        };
    }
}

fn link_proxies(case: &mut Case) {
    for configuration in &mut case.sp_configurations {
        let Some(id) = &configuration.vendor_id else { continue };
        let lists = |points: &Option<Vec<String>>| {
            points.iter().flatten().any(|point| point.eq_ignore_ascii_case(id))
        };
        configuration.linked_proxies = case
            .proxies
            .iter()
            .filter(|proxy| lists(&proxy.entry_points))
            .map(|proxy| proxy.id.clone())
            .collect();
    }
}

/// Qlik builds its ACS as `<scheme>://<host>:<listen port>[/<prefix>]/samlauthn/`, the port always explicit.
fn compute_acs_urls(case: &mut Case) {
    // Nobody needs them but entry points that name no port.
    let captured: LazyCell<Vec<Url>, _> = LazyCell::new(|| {
        case.exchanges.iter().filter_map(|exchange| Url::parse(&exchange.url).ok()).collect()
    });
    for configuration in &mut case.sp_configurations {
        if configuration.vendor != qlik::VENDOR || configuration.acs_url.is_some() {
            continue;
        }
        if configuration.method.is_some() && !configuration.is_saml() {
            continue;
        }
        let (Some(host_uri), Some(prefix)) = (&configuration.host_uri, &configuration.prefix)
        else {
            continue;
        };
        let Some(url) = Url::parse(host_uri.value.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
        else {
            continue;
        };
        let Some(host) = url.host_str() else { continue };
        let linked = |id: &String| {
            configuration.linked_proxies.is_empty() || configuration.linked_proxies.contains(id)
        };
        let mut ports: Vec<u16> = case
            .proxies
            .iter()
            .filter(|proxy| linked(&proxy.id))
            .filter_map(|proxy| {
                if url.scheme() == "http" {
                    proxy.unencrypted_listen_port.as_ref()
                } else {
                    proxy.listen_port.as_ref()
                }
            })
            .map(|port| port.value)
            .collect();
        ports.dedup();
        let used = |port: &&u16| {
            captured.iter().any(|seen| {
                seen.host_str() == Some(host) && seen.port_or_known_default() == Some(**port)
            })
        };
        let standard = if url.scheme() == "http" { 80 } else { 443 };
        let port = url
            .port()
            .or_else(|| ports.iter().find(used).copied())
            .or_else(|| ports.first().copied())
            .unwrap_or(standard);
        let path =
            if prefix.value.is_empty() { String::new() } else { format!("/{}", prefix.value) };
        let acs = format!("{}://{host}:{port}{path}/samlauthn/", url.scheme());
        configuration.acs_url = Some(Sited::new(acs, host_uri.place.clone()));
    }
}

/// What tells which entry point and which registration are in use, strongest first.
#[derive(Debug, Default)]
struct Evidence {
    /// ACS URLs that messages name, and URLs responses were posted to.
    acs: Vec<Url>,
    /// The same as text.
    acs_text: Vec<String>,
    /// Issuers of requests.
    issuers: Vec<String>,
    /// Audiences of assertions.
    audiences: Vec<String>,
    /// Issuers of responses.
    idp_issuers: Vec<String>,
    /// Names of cookies seen.
    cookies: Vec<String>,
    /// Pages of the service provider, or of hosts not known to be the identity provider's.
    pages: Vec<Url>,
    /// ACS URLs in metadata of service providers.
    metadata_acs: Vec<Url>,
    /// entityIDs in metadata of service providers.
    metadata_ids: Vec<String>,
    /// Reply URLs registered.
    replies: Vec<Url>,
    /// Identifiers registered.
    identifiers: Vec<String>,
}

impl Evidence {
    fn of(case: &Case) -> Self {
        let mut evidence = Self::default();
        for message in &case.messages {
            let (to, issuer) = (
                message.delivered_to(),
                message.issuer.as_ref().map(|issuer| issuer.value.clone()),
            );
            match message.kind {
                MessageKind::AuthnRequest => {
                    evidence.acs_text.extend(
                        message
                            .request
                            .iter()
                            .filter_map(|request| request.acs_url.as_ref())
                            .map(|url| url.value.clone()),
                    );
                    evidence.issuers.extend(issuer);
                }
                MessageKind::Response => {
                    evidence.acs_text.extend(to.map(str::to_owned));
                    evidence
                        .acs_text
                        .extend(message.destination.as_ref().map(|url| url.value.clone()));
                    evidence.idp_issuers.extend(issuer);
                    for assertion in &message.assertions {
                        evidence.audiences.extend(
                            assertion
                                .conditions
                                .iter()
                                .flat_map(|conditions| &conditions.audiences)
                                .map(|audience| audience.value.clone()),
                        );
                    }
                }
                _ => {}
            }
        }
        evidence.acs = urls(evidence.acs_text.iter().map(String::as_str));
        // By these one of several entry points is chosen.
        let exchanges = case.exchanges.iter().filter(|_| !case.sp_configurations.is_empty());
        for exchange in exchanges {
            evidence
                .cookies
                .extend(exchange.cookies.iter().flatten().map(|cookie| cookie.name.clone()));
            evidence
                .cookies
                .extend(exchange.set_cookies.iter().flatten().map(|cookie| cookie.name.clone()));
            if exchange.side != Side::Idp {
                evidence.pages.extend(Url::parse(&exchange.url).ok());
            }
        }
        for metadata in case.sp_metadata(HeldBy::Publisher).chain(case.sp_metadata(HeldBy::Idp)) {
            evidence.metadata_ids.push(metadata.entity_id.value.clone());
            let endpoints = metadata.sp.iter().flat_map(|role| &role.acs);
            evidence
                .metadata_acs
                .extend(urls(endpoints.map(|endpoint| endpoint.location.value.as_str())));
        }
        for registration in &case.registrations {
            evidence.replies.extend(urls(
                registration.reply_urls.iter().map(|reply| reply.value.value.as_str()),
            ));
            evidence.identifiers.extend(
                registration.identifiers.iter().map(|identifier| identifier.value.value.clone()),
            );
        }
        evidence.cookies.sort_unstable();
        evidence.cookies.dedup();
        evidence
    }
}

fn urls<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Url> {
    texts.filter_map(|text| Url::parse(text.trim()).ok()).collect()
}

/// Keeps the candidates of the first test that any of them passes.
fn first_decisive<T>(candidates: &[T], tests: &[&dyn Fn(&T) -> bool]) -> Option<Vec<bool>> {
    tests.iter().find_map(|test| {
        let passed: Vec<bool> = candidates.iter().map(test).collect();
        passed.contains(&true).then_some(passed)
    })
}

fn choose_configurations(case: &mut Case, evidence: &Evidence) {
    let only_one_saml = || {
        let saml: Vec<bool> = case.sp_configurations.iter().map(SpConfiguration::is_saml).collect();
        saml.contains(&true).then_some(saml)
    };
    let host = |configuration: &SpConfiguration, urls: &[Url]| {
        let own = configuration.host_uri.as_ref().and_then(|uri| Url::parse(uri.value.trim()).ok());
        let own = own.as_ref().and_then(Url::host_str);
        urls.iter().any(|url| own.is_some() && url.host_str() == own && acs_of(configuration, url))
    };
    let acs = |configuration: &SpConfiguration, urls: &[Url]| {
        urls.iter().any(|url| acs_of(configuration, url))
    };
    let id = |configuration: &SpConfiguration, ids: &[String]| {
        configuration.entity_id.as_ref().is_some_and(|id| ids.contains(&id.value))
    };
    let decided = first_decisive(
        &case.sp_configurations,
        &[
            &|configuration| host(configuration, &evidence.acs),
            &|configuration| acs(configuration, &evidence.acs),
            &|configuration| cookie_seen(configuration, &evidence.cookies),
            &|configuration| evidence.pages.iter().any(|url| below_prefix(configuration, url)),
            &|configuration| id(configuration, &evidence.issuers),
            &|configuration| id(configuration, &evidence.audiences),
            &|configuration| host(configuration, &evidence.metadata_acs),
            &|configuration| acs(configuration, &evidence.metadata_acs),
            &|configuration| id(configuration, &evidence.metadata_ids),
            &|configuration| host(configuration, &evidence.replies),
            &|configuration| acs(configuration, &evidence.replies),
            &|configuration| id(configuration, &evidence.identifiers),
        ],
    );
    let relevant =
        decided.or_else(only_one_saml).unwrap_or_else(|| vec![true; case.sp_configurations.len()]);
    let elsewhere: Vec<bool> = match Captured::of(case) {
        Some(captured) => case
            .sp_configurations
            .iter()
            .map(|configuration| captured.is_elsewhere(case, configuration))
            .collect(),
        None => vec![false; case.sp_configurations.len()],
    };
    let mut foreign: Vec<String> = Vec::new();
    for ((configuration, relevant), elsewhere) in
        case.sp_configurations.iter_mut().zip(relevant).zip(elsewhere)
    {
        configuration.relevant = relevant && !elsewhere;
        if relevant && elsewhere {
            foreign.push(configuration.place.input.clone());
        }
    }
    say_foreign(case, &foreign);
}

/// The URL is the entry point's ACS, letter case and trailing slash aside: a near miss still tells
/// which entry point is meant.
fn acs_of(configuration: &SpConfiguration, url: &Url) -> bool {
    let Some(prefix) = &configuration.prefix else { return false };
    let path = url.path().trim_matches('/').to_lowercase();
    let Some(before) = path.strip_suffix("samlauthn") else { return false };
    before.trim_matches('/') == prefix.value.to_lowercase()
}

/// A page below the prefix. The default entry point's pages are below no prefix, so they tell nothing.
fn below_prefix(configuration: &SpConfiguration, url: &Url) -> bool {
    let Some(prefix) = configuration.prefix.as_ref().filter(|prefix| !prefix.value.is_empty())
    else {
        return false;
    };
    let path = url.path().trim_start_matches('/').to_lowercase();
    path.strip_prefix(&prefix.value.to_lowercase())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The session cookie was seen; over http Qlik appends `-HTTP` to its name.
fn cookie_seen(configuration: &SpConfiguration, cookies: &[String]) -> bool {
    let Some(name) = &configuration.session_cookie_name else { return false };
    cookies.iter().any(|cookie| {
        *cookie == name.value || cookie.strip_suffix("-HTTP") == Some(name.value.as_str())
    })
}

fn choose_registrations(case: &mut Case, evidence: &Evidence) {
    let captured = Captured::of(case);
    let is_foreign = |registration: &IdpRegistration| {
        captured.as_ref().is_some_and(|captured| captured.is_foreign(registration))
    };
    if let [only] = case.registrations.as_mut_slice() {
        let foreign = is_foreign(only);
        only.relevant = only.other_protocol.is_none() && !foreign;
        let input = file_of(only).map(str::to_owned);
        say_foreign(case, input.as_slice().get(..usize::from(foreign)).unwrap_or_default());
        return;
    }
    let configured: Vec<String> = case
        .relevant_configurations()
        .filter_map(|configuration| configuration.entity_id.as_ref())
        .map(|id| id.value.clone())
        .collect();
    let served: Vec<String> = case
        .relevant_configurations()
        .filter_map(|configuration| configuration.acs_url.as_ref())
        .map(|url| url.value.clone())
        .collect();
    let published: Vec<String> = evidence.metadata_acs.iter().map(Url::to_string).collect();
    let mut hosts: Vec<String> = urls(served.iter().map(String::as_str))
        .iter()
        .chain(&evidence.acs)
        .chain(&evidence.metadata_acs)
        .filter_map(|url| url.host_str())
        .map(str::to_owned)
        .collect();
    hosts.dedup();
    let identified = |registration: &IdpRegistration, ids: &[String]| {
        registration.identifiers.iter().any(|identifier| ids.contains(&identifier.value.value))
    };
    let replies = |registration: &IdpRegistration, known: &[String]| {
        registration.reply_urls.iter().any(|reply| known.contains(&reply.value.value))
    };
    let on_host = |registration: &IdpRegistration| {
        let texts = registration
            .reply_urls
            .iter()
            .chain(&registration.identifiers)
            .map(|registered| registered.value.value.as_str());
        urls(texts)
            .iter()
            .filter_map(|url| url.host_str())
            .any(|host| hosts.iter().any(|known| known == host))
    };
    let decided = first_decisive(
        &case.registrations,
        &[
            &|registration| identified(registration, &evidence.issuers),
            &|registration| replies(registration, &evidence.acs_text),
            &|registration| identified(registration, &evidence.audiences),
            &|registration| identified(registration, &configured),
            &|registration| replies(registration, &served),
            &|registration| identified(registration, &evidence.metadata_ids),
            &|registration| replies(registration, &published),
            &on_host,
        ],
    );
    let relevant = decided.unwrap_or_else(|| vec![true; case.registrations.len()]);
    for (registration, relevant) in case.registrations.iter_mut().zip(relevant) {
        // What was registered for another protocol has no SAML settings to judge.
        registration.relevant =
            relevant && registration.other_protocol.is_none() && !is_foreign(registration);
    }
    say_what_was_set_aside(case);
}

/// Says of files that they are about others than whose sign-in was captured.
fn say_foreign(case: &mut Case, inputs: &[String]) {
    for input in case.inputs.iter_mut().filter(|input| inputs.contains(&input.id)) {
        input.notes.push(
            "It is of another system than the one whose sign-in was captured: set aside".to_owned(),
        );
    }
}

/// Names of applications that a remark lists; a tenant has thousands.
const NAMED: usize = 5;

/// Says of every file which of its applications take no part, where another one does.
fn say_what_was_set_aside(case: &mut Case) {
    if case.relevant_registrations().next().is_none() {
        return;
    }
    let mut of_input: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for registration in case.registrations.iter().filter(|registration| !registration.relevant) {
        let Some(input) = file_of(registration) else { continue };
        let name = registration
            .name
            .clone()
            .or_else(|| registration.app_id.clone())
            .unwrap_or_else(|| registration.id.clone());
        of_input.entry(input.to_owned()).or_default().push(name);
    }
    for (id, mut names) in of_input {
        let (count, more) = (names.len(), names.len().saturating_sub(NAMED));
        names.truncate(NAMED);
        let mut list = names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
        if more > 0 {
            list = format!("{list} and {more} more");
        }
        let verb = if count == 1 {
            "is another application, which takes"
        } else {
            "are other applications, which take"
        };
        if let Some(input) = case.inputs.iter_mut().find(|input| input.id == id) {
            input.notes.push(format!("{list} {verb} no part in this sign-in: set aside"));
        }
    }
}

/// The file a registration was read from.
fn file_of(registration: &IdpRegistration) -> Option<&str> {
    let listed = registration
        .identifiers
        .iter()
        .chain(&registration.reply_urls)
        .map(|registered| &registered.value.place);
    let lists = registration
        .identifier_lists
        .iter()
        .chain(&registration.reply_url_lists)
        .map(|list| &list.place);
    let mode = registration
        .sso_mode
        .iter()
        .map(|mode| &mode.place)
        .chain(registration.other_protocol.iter().map(|other| &other.place));
    let flags = registration.enabled.iter().map(|enabled| &enabled.place);
    listed.chain(lists).chain(mode).chain(flags).map(|place| place.input.as_str()).next()
}

fn name_vendors(case: &mut Case, evidence: &Evidence, products: &Products) {
    if case.idp_vendor == Vendor::Other {
        // Who answered decides; metadata and exports only where nobody did.
        let of = |url: &str| {
            host_of(url).and_then(|host| {
                products.of_host(&host).find(|vendor| products.plays(*vendor, Role::Idp))
            })
        };
        let answered = evidence.idp_issuers.iter().find_map(|issuer| of(issuer));
        let metadata = || case.metadata.iter().filter(|metadata| metadata.idp.is_some());
        let published = || metadata().find_map(|metadata| of(&metadata.entity_id.value));
        let asked = || {
            case.messages_of(MessageKind::AuthnRequest)
                .filter_map(|request| request.delivered_to())
                .find_map(of)
        };
        let registered = || {
            case.registrations
                .iter()
                .map(|registration| registration.vendor)
                .find(|vendor| vendor.is_known())
        };
        let unanswered = || {
            evidence
                .idp_issuers
                .is_empty()
                .then(|| asked().or_else(published).or_else(registered))
                .flatten()
        };
        // An export and metadata of one product outweigh an issuer nobody knows.
        let both = || registered().filter(|registered| published() == Some(*registered));
        case.idp_vendor = answered.or_else(unanswered).or_else(both).unwrap_or_default();
    }
    if case.sp_vendor == Vendor::Other {
        let path = |urls: &[Url]| {
            urls.iter().any(|url| url.path().trim_end_matches('/').ends_with("/samlauthn"))
        };
        let configured = case
            .relevant_configurations()
            .any(|configuration| configuration.vendor == qlik::VENDOR);
        // A capture against another product must not be worded for Qlik because an export lies beside it.
        let hosts: Vec<String> = case
            .relevant_configurations()
            .filter_map(|configuration| {
                Url::parse(configuration.host_uri.as_ref()?.value.trim())
                    .ok()?
                    .host_str()
                    .map(str::to_owned)
            })
            .collect();
        let at_home = evidence
            .acs
            .iter()
            .filter_map(Url::host_str)
            .any(|host| hosts.iter().any(|known| known == host));
        let elsewhere = !evidence.acs.is_empty() && !path(&evidence.acs) && !at_home;
        if path(&evidence.acs)
            || (!elsewhere
                && (configured
                    || !case.proxies.is_empty()
                    || path(&evidence.metadata_acs)
                    || path(&evidence.replies)))
        {
            case.sp_vendor = qlik::VENDOR;
        }
    }
}
