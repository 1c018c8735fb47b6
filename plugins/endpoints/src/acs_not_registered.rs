//! The identity provider does not know the URL at which the service provider wants the response.

use super::another_application::has_no_url;
use diag_sdk::address::Address;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::evidence::CodeSeen;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::message::Message;
use diag_sdk::view::{Known, Registry, Request, Source, Used};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Place, Reference,
    Setting, Severity, Specification, Stage, Who, check,
};
use std::collections::{BTreeMap, HashMap, HashSet};

static NOT_REGISTERED: CauseData = CauseData {
    text: "The identity provider has another assertion consumer service URL registered than the one the service provider uses",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Register exactly the URL that the service provider sends, with port, prefix and trailing slash, and make it the default",
};
static SP_BUILDS_ANOTHER: CauseData = CauseData {
    text: "The service provider builds its URL from another host name, port or prefix than was agreed",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Correct the host URI (and prefix) so that the service provider sends the registered URL",
};
static SP_BUILDS_INNER: CauseData = CauseData {
    text: "The service provider builds its URL from the connection its gateway makes to it, not from the one people have",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Tell the service provider its public https address, or let the gateway hand over scheme, host and port and the service provider trust them",
};
static SP_NAMES_THE_OTHER: CauseData = CauseData {
    text: "The service provider gives an address of the identity provider as its own",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the host URI to the address by which people open the service provider; the identity provider's belongs nowhere in it",
};
static SP_SENDS_NO_URL: CauseData = CauseData {
    text: "The service provider's own setting for its address is empty or wrong, so that what it sends is no URL",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the public address of the service provider, so that it sends an absolute https URL, and register that one",
};

/// Codes by which Entra ID says that it does not know the reply URL.
const CODES: &[&str] = &["AADSTS50011"];

check! {
    /// The service provider's assertion consumer service URL is not registered at the identity provider.
    ///
    /// The request says where the response shall be posted. The identity provider sends responses only
    /// to URLs it has registered, and compares them as text: a missing trailing slash, a virtual proxy
    /// prefix left out or a short host name is another URL. The person gets no further than an error
    /// page of the identity provider (AADSTS50011 in Entra ID). Whether the explicit port `:443` alone
    /// makes a difference is not documented: where nothing else differs this is a warning.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn"]}}
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
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static ACS_NOT_REGISTERED = {
        id: "endpoints/acs-not-registered",
        title: "The assertion consumer service URL is not registered",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::IdpRequest,
        needs: [Need::Capture, Need::SpMetadata, Need::Virtualproxyconfig, Need::Application, Need::ServicePrincipal, Need::SpMetadataInIdp],
        explains: ["endpoints/acs-differs-from-sp-metadata", "endpoints/acs-redirected", "endpoints/destination-mismatch", "endpoints/recipient-mismatch", "endpoints/response-sent-to-wrong-acs", "flow/request-not-answered", "flow/response-not-posted"],
        accounts: [Account::looping(&[Meaning::Acs]), Account::idp(&[Meaning::Acs]).codes(CODES)],
        logged: "The identity provider does not know the consumer URL",
        causes: [NOT_REGISTERED, SP_BUILDS_ANOTHER, SP_BUILDS_INNER, SP_SENDS_NO_URL, SP_NAMES_THE_OTHER],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1").about("AssertionConsumerServiceURL"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reply-url", "2026-11-24"),
            Reference::page("https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts50011-redirect-uri-mismatch", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let known = Registry::of(case.registered_acs_urls());
    let used = case.used_acs_urls();
    let mut told = refusals(case, &known, &used, out);
    if known.is_empty() {
        out.missing(Need::Application);
        out.missing(Need::ServicePrincipal);
        out.missing(Need::SpMetadataInIdp);
        return;
    }
    if used.is_empty() {
        out.missing(Need::Capture);
        out.missing(Need::SpMetadata);
        out.missing(Need::Virtualproxyconfig);
    }
    for candidate in candidates(case, &known, &used) {
        if !told.insert(candidate.value) {
            continue;
        }
        let Some((nearest, difference)) = known.nearest(candidate.value) else { continue };
        let finding = match difference {
            _ if candidate.accepted && matches!(difference, Difference::Unrelated | Difference::Host) => continue,
            _ if candidate.accepted => Finding::warning("The consumer service URL is not among the registered ones given")
                .likely()
                .detail("The capture shows that the identity provider accepted it, so the exports given are not those it uses, or have been changed since."),
            Difference::DefaultPort => Finding::warning("Registered and used consumer service URL differ in the default port")
                .likely()
                .detail("They address the same port, but the texts differ. Whether the identity provider treats them as equal is not documented."),
            _ => Finding::error("The assertion consumer service URL is not registered")
                .detail(format!("The identity provider sends responses only to registered URLs and compares them as text: {}.", difference.words())),
        };
        out.push(describe(case, finding, candidate, Some(nearest)));
    }
}

/// What the service provider will ask for: its requests where there are any, else its configuration
/// and metadata. Of metadata that lists several URLs one registered URL is enough.
fn candidates<'u, 'a>(
    case: &Case,
    known: &Registry<'_>,
    used: &'u [Used<'a>],
) -> Vec<&'u Used<'a>> {
    let of = |source: Source| used.iter().filter(move |used| used.source == source);
    let unregistered = |used: &&Used<'_>| !known.has(used.value);
    if of(Source::Request).next().is_some() {
        return of(Source::Request).filter(unregistered).collect();
    }
    let mut wanted: Vec<&Used<'_>> = Vec::new();
    // Where the configuration's URL is registered a metadata file that differs is merely old.
    if !of(Source::Metadata).chain(of(Source::Configuration)).any(|used| known.has(used.value)) {
        wanted.extend(of(Source::Metadata).filter(unregistered).take(1));
    }
    // A computed URL rests on the listening port; without the proxy's export that is a guess.
    let port_is_known = !case.proxies.is_empty();
    wanted.extend(of(Source::Configuration).filter(unregistered).filter(|used| {
        port_is_known
            || !known.nearest(used.value).is_some_and(|(_, difference)| {
                matches!(difference, Difference::Port | Difference::DefaultPort)
            })
    }));
    wanted
}

/// What the identity provider itself said. Hands back the URLs that are told of.
fn refusals<'a>(
    case: &'a Case,
    known: &Registry<'_>,
    used: &[Used<'a>],
    out: &mut Findings,
) -> HashSet<&'a str> {
    let asked = Asked {
        requests: case.requests_by_attempt(),
        used: used.iter().rev().map(|used| (used.value, used)).collect(),
    };
    let (mut told, mut attempts) = (HashSet::new(), HashSet::new());
    for seen in case.refusing_codes() {
        if !CODES.contains(&seen.code) {
            continue;
        }
        if let Some(request) = seen
            .attempt
            .and_then(|attempt| case.request_of(attempt))
            .filter(|request| request.is_ws_federation())
        {
            attempts.extend(seen.attempt.map(|attempt| attempt.id.clone()));
            out_of_federation(case, &seen, request, out);
            continue;
        }
        let url =
            asked.by(seen.attempt).map_or_else(|| used.first(), |url| asked.used.get(url).copied());
        let registered = url.is_some_and(|url| known.has(url.value));
        let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
        let headline =
            format!("The identity provider refuses the consumer service URL ({})", seen.code);
        let mut finding = seen.finding(Severity::Error, headline).detail(if registered {
            format!(
                "{}: {meaning}. The registration given does list the URL sent: it belongs to another application, or was changed since.",
                seen.code
            )
        } else {
            format!("{}: {meaning}.", seen.code)
        });
        if let Some(url) = url {
            told.insert(url.value);
            finding =
                describe(case, finding, url, known.nearest(url.value).map(|(nearest, _)| nearest));
        } else {
            finding = finding.because(&NOT_REGISTERED, case);
        }
        attempts.extend(finding.attempts.iter().cloned());
        // The texts that differ tell more than the page that says so.
        out.push(finding.at(seen.place));
    }
    let of_another = has_no_url(case);
    for seen in case
        .phrases_of(Side::Idp)
        .into_iter()
        .filter(|seen| seen.phrase.meaning == Meaning::Acs && !of_another)
    {
        let Some(attempt) = seen.attempt else { continue };
        if asked.in_the_end_taken(attempt) || attempts.contains(&attempt.id) {
            continue;
        }
        if asks_in_vain(case, attempt) {
            continue;
        }
        let url = asked
            .by(seen.attempt)
            .and_then(|url| asked.used.get(url).copied())
            .or_else(|| used.first());
        let mut finding = seen
            .finding(Severity::Error, "The identity provider refuses the consumer service URL")
            .detail(seen.phrase.quoted());
        if let Some(url) = url {
            told.insert(url.value);
            let request = asked.requests.get(attempt.id.as_str());
            finding = beside(case, known, finding, (url, request), &seen.phrase.values, seen.place);
        }
        attempts.extend(finding.attempts.iter().cloned());
        out.push(finding.at_all(seen.place));
    }
    // Others answer by a response, and say so in its status.
    for request in case.requests().into_iter().filter(|_| !of_another) {
        let Some(attempt) = request.attempt.filter(|attempt| {
            request.refused() && !attempts.contains(&attempt.id) && !asks_in_vain(case, attempt)
        }) else {
            continue;
        };
        let Some(said) = request.statement(&[Meaning::Acs]) else { continue };
        let url = request
            .acs_url()
            .and_then(|url| asked.used.get(url.value.as_str()).copied())
            .or_else(|| used.first());
        let mut finding = request
            .finding(Severity::Error, "The identity provider refuses the consumer service URL")
            .detail(said.quoted());
        if let Some(url) = url {
            told.insert(url.value);
            finding = beside(
                case,
                known,
                finding,
                (url, Some(&request)),
                &said.values,
                said.place.as_ref(),
            );
        }
        attempts.insert(attempt.id.clone());
        out.push(finding.at_all(said.place.as_ref()));
    }
    quoted(case, &asked, &mut told, &attempts, out);
    told
}

/// The request wants its answer by a binding by which none may come: no URL that is registered serves it.
fn asks_in_vain(case: &Case, attempt: &Attempt) -> bool {
    let asks = case.request_of(attempt).and_then(|request| request.request.as_ref());
    asks.is_some_and(|asks| asks.impossible_binding().is_some())
}

/// The address of WS-Federation is refused. Where the service provider is set up for SAML that is not what is to be
/// registered: its sign-in was started by the wrong protocol, and another check says so.
fn out_of_federation(case: &Case, seen: &CodeSeen<'_>, request: &Message, out: &mut Findings) {
    if case.sp_is_set_up_for_saml() {
        return;
    }
    let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
    let finding = seen
        .finding(
            Severity::Error,
            format!("The identity provider refuses the address of the answer ({})", seen.code),
        )
        .detail(format!("{}: {meaning}.", seen.code));
    out.push(match request.request.as_ref().and_then(|asked| asked.acs_url.as_ref()) {
        Some(wreply) => finding
            .actual(&wreply.value, "wreply of the request")
            .at(&wreply.place)
            .because_with(&NOT_REGISTERED, case, wreply.value.as_str()),
        None => finding.because(&NOT_REGISTERED, case).at(seen.place),
    });
}

/// What is registered may be told by the identity provider itself, under its name or merely beside what was sent.
fn beside(
    case: &Case,
    known: &Registry<'_>,
    finding: Finding,
    (url, request): (&Used<'_>, Option<&Request<'_>>),
    values: &BTreeMap<String, String>,
    place: Option<&Place>,
) -> Finding {
    let named = values
        .get("expected")
        .filter(|registered| is_url(registered) && **registered != url.value)
        .cloned();
    let quoted =
        || request.and_then(|request| request.quoted_beside(url.value)).map(|beside| beside.value);
    let told = named.or_else(quoted);
    let place = place.cloned().unwrap_or_default();
    let origin = "what the identity provider says is registered".to_owned();
    let told = told.as_ref().map(|value| Known { value, place: &place, origin });
    describe(
        case,
        finding,
        url,
        told.as_ref().or(known.nearest(url.value).map(|(nearest, _)| nearest)),
    )
}

/// Pages in words nobody knows that put another URL beside the one that was asked for: they say what differs.
fn quoted<'a>(
    case: &'a Case,
    asked: &Asked<'_, 'a>,
    told: &mut HashSet<&'a str>,
    attempts: &HashSet<String>,
    out: &mut Findings,
) {
    for (attempt, request) in &asked.requests {
        if !request.refused()
            || attempts.contains(*attempt)
            || request.attempt.is_some_and(|attempt| asks_in_vain(case, attempt))
            || request.failures().iter().any(|failure| failure.is_particular())
        {
            continue;
        }
        let Some(url) =
            request.acs_url().and_then(|url| asked.used.get(url.value.as_str()).copied())
        else {
            continue;
        };
        let Some(beside) = request.quoted_beside(url.value) else { continue };
        told.insert(url.value);
        let place = beside.place.cloned().unwrap_or_default();
        let known = Known {
            value: &beside.value,
            place: &place,
            origin: "what the identity provider puts beside it".to_owned(),
        };
        let finding = request
            .finding(Severity::Error, "The identity provider expects another consumer service URL")
            .detail(format!("It says: “{}”.", beside.text.chars().take(200).collect::<String>()));
        out.push(describe(case, finding, url, Some(&known)).subject(request.message.id.clone()));
    }
}

/// What each attempt asked for.
struct Asked<'u, 'a> {
    requests: HashMap<&'a str, Request<'a>>,
    used: HashMap<&'a str, &'u Used<'a>>,
}

impl<'a> Asked<'_, 'a> {
    /// The consumer service URL that the attempt's request names.
    fn by(&self, attempt: Option<&Attempt>) -> Option<&'a str> {
        self.requests
            .get(attempt?.id.as_str())
            .and_then(Request::acs_url)
            .map(|url| url.value.as_str())
    }

    /// Whatever was said on the way, the identity provider took the request.
    fn in_the_end_taken(&self, attempt: &Attempt) -> bool {
        self.requests
            .get(attempt.id.as_str())
            .map_or_else(|| attempt.accepted(), |request| request.accepted())
    }
}

fn describe(
    case: &Case,
    finding: Finding,
    used: &Used<'_>,
    nearest: Option<&Known<'_>>,
) -> Finding {
    let mut finding = used.mark(finding);
    if let Some(nearest) = nearest {
        finding = finding.expected(nearest.value, &nearest.origin).compared().at(nearest.place);
    }
    // Nobody can register what is no URL: whatever the other side has, the sender has to be mended.
    if !is_url(used.value) {
        return finding.because(&SP_SENDS_NO_URL, case);
    }
    if names_the_other(case, used) {
        return finding.because(&SP_NAMES_THE_OTHER, case);
    }
    let inner = match nearest {
        Some(nearest) => is_inner_address(used.value, nearest.value),
        None => people_come_by_https(case, used),
    };
    if inner {
        return finding.because(&SP_BUILDS_INNER, case).because_with(
            &NOT_REGISTERED,
            case,
            used.value,
        );
    }
    finding = finding.because_with(&NOT_REGISTERED, case, used.value);
    let sp_may_be_wrong = nearest.is_some()
        && !matches!(finding.difference, Some(Difference::TrailingSlash | Difference::DefaultPort));
    if sp_may_be_wrong { finding.because(&SP_BUILDS_ANOTHER, case) } else { finding }
}

/// The service provider sends `http` where `https` was agreed for the same host: it knows the connection from its
/// own gateway, not the one people have.
fn is_inner_address(used: &str, registered: &str) -> bool {
    let (Some(used), Some(registered)) = (Address::parse(used), Address::parse(registered)) else {
        return false;
    };
    used.scheme == "http" && registered.scheme == "https" && used.host == registered.host
}

/// The service provider sends `http`, and the browser of that very sign-in came to the same host by `https`.
fn people_come_by_https(case: &Case, used: &Used<'_>) -> bool {
    let Some(sent) =
        Address::parse(used.value).filter(|sent| sent.scheme == "http" && !sent.is_local())
    else {
        return false;
    };
    let of_attempt = used
        .attempt
        .into_iter()
        .flat_map(|attempt| &attempt.exchanges)
        .filter_map(|index| case.exchanges.get(*index));
    of_attempt
        .into_iter()
        .filter_map(|exchange| Address::parse(&exchange.url))
        .any(|seen| seen.scheme == "https" && seen.host == sent.host)
}

/// The response is to be sent to the host of the identity provider, at which nothing of the service provider was seen:
/// both may well live behind one name.
fn names_the_other(case: &Case, used: &Used<'_>) -> bool {
    let host = |url: &str| Address::parse(url).map(|address| address.host);
    let Some(attempt) = used.attempt else { return false };
    let asked =
        case.request_of(attempt).and_then(|request| host(&request.destination.as_ref()?.value));
    let of_sp = attempt
        .exchanges
        .iter()
        .filter_map(|index| case.exchanges.get(*index))
        .filter(|exchange| exchange.side == Side::Sp);
    let begun: Vec<_> = of_sp.filter_map(|exchange| host(&exchange.url)).collect();
    host(used.value).is_some_and(|sent| {
        asked.as_ref() == Some(&sent) && !begun.is_empty() && !begun.contains(&sent)
    })
}

/// An absolute URL of the web and nothing around it.
fn is_url(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let written_out = lower.starts_with("https://") || lower.starts_with("http://");
    written_out && !text.contains(char::is_whitespace) && Address::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::sp_configuration::ProxyService;
    use diag_sdk::testing::{
        ACS_URL, ENTITY_ID, acs_endpoints, entry_point, entry_point_with, exchange, findings,
        levels, refused_by_idp, registration, sign_in, sp_metadata,
    };

    fn published(acs: &[&str], reply_urls: &[&str]) -> Case {
        let mut metadata = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        metadata.sp.as_mut().expect("the role").acs = acs_endpoints(acs);
        Case {
            registrations: vec![registration(&[ENTITY_ID], reply_urls)],
            metadata: vec![metadata],
            ..Case::default()
        }
    }

    #[test]
    fn an_address_of_the_identity_provider_is_not_for_it_to_register() {
        let who = |acs: &str, begun: &str| {
            let mut case = refused_by_idp(&["AADSTS50011"], &[]);
            if let Some(request) = &mut case.messages[0].request {
                request.acs_url = Some(acs.into());
            }
            case.exchanges.push(exchange(Side::Sp, "GET", begun, 302));
            case.attempts[0].exchanges = vec![1, 0];
            findings(&ACS_NOT_REGISTERED, &case)[0].causes[0].who
        };
        let at_idp = "https://idp.example:443/saml2/azure/samlauthn/";
        assert_eq!(who(at_idp, "https://sense.example/azure/hub"), Who::Sp);
        assert_eq!(who(ACS_URL, "https://sense.example/azure/hub"), Who::Idp);
        assert_eq!(who(at_idp, "https://idp.example/app"), Who::Idp, "one host");
        let mut case = refused_by_idp(&["AADSTS50011"], &[]);
        if let Some(request) = &mut case.messages[0].request {
            request.acs_url = Some(at_idp.into());
        }
        case.exchanges.push(exchange(Side::Sp, "GET", "https://links.example/", 302));
        case.exchanges.push(exchange(Side::Sp, "GET", "https://idp.example/app", 302));
        case.attempts[0].exchanges = vec![1, 2, 0];
        let told = findings(&ACS_NOT_REGISTERED, &case);
        assert_eq!(told[0].causes[0].who, Who::Idp, "both behind one name, begun elsewhere");
    }

    #[test]
    fn every_near_miss_is_an_error_but_the_default_port() {
        for (registered, difference, severity) in [
            (
                "https://sense.example:443/azure/samlauthn",
                Difference::TrailingSlash,
                Severity::Error,
            ),
            ("https://sense.example:443/samlauthn/", Difference::Prefix, Severity::Error),
            ("https://sense.example:443/Azure/samlauthn/", Difference::LetterCase, Severity::Error),
            ("https://sense.example:4443/azure/samlauthn/", Difference::Port, Severity::Error),
            ("http://sense.example:443/azure/samlauthn/", Difference::Scheme, Severity::Error),
            ("https://sense:443/azure/samlauthn/", Difference::Host, Severity::Error),
            ("https://sense.example/azure/samlauthn/", Difference::DefaultPort, Severity::Warning),
        ] {
            let found = findings(&ACS_NOT_REGISTERED, &published(&[ACS_URL], &[registered]));
            assert_eq!(found.len(), 1, "{registered}");
            assert_eq!(
                (found[0].severity, found[0].difference),
                (severity, Some(difference)),
                "{registered}"
            );
            assert_eq!(found[0].causes[0].value.as_deref(), Some(ACS_URL));
        }
    }

    #[test]
    fn one_of_several_urls_is_enough() {
        assert!(
            findings(
                &ACS_NOT_REGISTERED,
                &published(&["https://a.example/acs", ACS_URL], &[ACS_URL])
            )
            .is_empty()
        );
        assert!(
            findings(
                &ACS_NOT_REGISTERED,
                &published(&[ACS_URL], &["https://old.example/", ACS_URL])
            )
            .is_empty()
        );
        assert!(
            findings(
                &ACS_NOT_REGISTERED,
                &published(&[ACS_URL], &["https://*.example:443/azure/samlauthn/"])
            )
            .is_empty()
        );
    }

    #[test]
    fn the_code_makes_even_the_default_port_an_error() {
        let mut case = refused_by_idp(&["AADSTS50011"], &[]);
        case.registrations =
            vec![registration(&[ENTITY_ID], &["https://sense.example/azure/samlauthn/"])];
        let found = findings(&ACS_NOT_REGISTERED, &case);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].severity, found[0].difference),
            (Severity::Error, Some(Difference::DefaultPort))
        );
    }

    #[test]
    fn the_code_is_enough_without_configuration() {
        let found = findings(&ACS_NOT_REGISTERED, &refused_by_idp(&["AADSTS50011"], &[]));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert_eq!(found[0].causes[0].value.as_deref(), Some(ACS_URL));
        assert!(findings(&ACS_NOT_REGISTERED, &refused_by_idp(&["AADSTS700016"], &[])).is_empty());
    }

    #[test]
    fn other_products_say_it_in_their_own_words() {
        let case = refused_by_idp(&[], &[Meaning::Acs]);
        let found = findings(&ACS_NOT_REGISTERED, &case);
        assert_eq!(
            (found.len(), found[0].severity, found[0].actual.as_deref()),
            (1, Severity::Error, Some(ACS_URL))
        );
    }

    #[test]
    fn what_the_page_says_is_registered_tells_who_is_wrong() {
        let first = |sent: &str, registered: &str| {
            let mut case = refused_by_idp(&[], &[Meaning::Acs]);
            case.messages[0].request.as_mut().expect("a request").acs_url = Some(sent.into());
            let page = case
                .exchanges
                .iter_mut()
                .find_map(|exchange| exchange.page.as_mut())
                .expect("a page");
            page.phrases[0].values.insert("expected".to_owned(), registered.to_owned());
            let found = findings(&ACS_NOT_REGISTERED, &case);
            (found[0].expected.clone(), found[0].causes[0].who)
        };
        let public = "https://sp.example/acs";
        assert_eq!(
            first("http://sp.example:8080/acs", public),
            (Some(public.to_owned()), Who::Sp),
            "the gateway's connection"
        );
        assert_eq!(first("https://sp.example/other", public), (Some(public.to_owned()), Who::Idp));
        assert_eq!(first("http://other.example/acs", public).1, Who::Idp, "another host");
        assert_eq!(first("https://sp.example/acs", "no URL").0, None);
    }

    #[test]
    fn what_the_identity_provider_accepted_is_no_error() {
        let mut case = sign_in(Outcome::SignedIn);
        case.registrations =
            vec![registration(&[ENTITY_ID], &["https://sense.example:443/azure/samlauthn"])];
        assert_eq!(levels(&ACS_NOT_REGISTERED, &case), [Severity::Warning]);
    }

    #[test]
    fn a_computed_port_is_a_guess_without_the_proxy() {
        let mut case = Case {
            registrations: vec![registration(
                &[ENTITY_ID],
                &["https://sense.example:4443/azure/samlauthn/"],
            )],
            sp_configurations: vec![entry_point()],
            ..Case::default()
        };
        assert!(findings(&ACS_NOT_REGISTERED, &case).is_empty());
        case.proxies = vec![ProxyService::default()];
        assert_eq!(levels(&ACS_NOT_REGISTERED, &case), [Severity::Error]);
    }

    #[test]
    fn without_a_registration_the_question_stays_open() {
        let judged = ACS_NOT_REGISTERED.judge(&entry_point_with(|_| ()));
        assert!(judged.found().is_empty() && judged.missed().contains(&Need::Application));
    }

    #[test]
    fn what_is_no_url_is_never_offered_to_register() {
        for sent in [
            "",
            "/azure/samlauthn/",
            "ERROR:ENDPOINT_NOT_SET",
            "sense.example/azure/samlauthn/",
            "urn:acs",
            " https://sense.example/",
        ] {
            let mut refused = refused_by_idp(&["AADSTS50011"], &[]);
            refused.messages[0].request.as_mut().expect("a request").acs_url = Some(sent.into());
            refused.registrations = vec![registration(&[ENTITY_ID], &[ACS_URL])];
            let mut said = refused_by_idp(&[], &[Meaning::Acs]);
            said.messages[0].request.as_mut().expect("a request").acs_url = Some(sent.into());
            for case in [refused, said, published(&[sent], &[ACS_URL])] {
                let found = findings(&ACS_NOT_REGISTERED, &case);
                assert_eq!(found.len(), 1, "{sent}");
                assert_eq!(found[0].causes[0].who, Who::Sp, "{sent}");
                assert!(
                    found[0]
                        .causes
                        .iter()
                        .all(|cause| cause.who == Who::Sp && cause.value.is_none()),
                    "{sent}"
                );
            }
        }
    }
}
