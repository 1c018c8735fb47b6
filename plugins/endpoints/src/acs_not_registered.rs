//! The identity provider does not know the URL at which the service provider wants the response.

use crate::sides::{self, Known, Source, Used};
use diag_sdk::case::exchange::Side;
use diag_sdk::{Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who, aadsts, check};

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

/// Codes by which Entra ID says that it does not know the reply URL, or that there is none.
const CODES: &[u32] = &[50011, 500_113, 900_971];

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
        causes: [NOT_REGISTERED, SP_BUILDS_ANOTHER],
        references: [
            "saml-core-2.0-os §3.4.1 (AssertionConsumerServiceURL)",
            "https://learn.microsoft.com/entra/identity-platform/reply-url",
            "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts50011-redirect-uri-mismatch",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let known = sides::registered_acs_urls(case);
    let used = sides::acs_urls(case);
    let mut told: Vec<&str> = Vec::new();
    refusals(case, &known, &used, &mut told, out);
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
        if told.contains(&candidate.value) {
            continue;
        }
        told.push(candidate.value);
        let Some((nearest, difference)) = sides::nearest(&known, candidate.value) else { continue };
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
fn candidates<'u, 'a>(case: &Case, known: &[Known<'a>], used: &'u [Used<'a>]) -> Vec<&'u Used<'a>> {
    let of = |source: Source| used.iter().filter(move |used| used.source == source);
    let unregistered = |used: &&Used<'_>| !sides::is_registered(known, used.value);
    if of(Source::Request).next().is_some() {
        return of(Source::Request).filter(unregistered).collect();
    }
    let mut wanted: Vec<&Used<'_>> = Vec::new();
    // Where the configuration's URL is registered a metadata file that differs is merely old.
    if !of(Source::Metadata).chain(of(Source::Configuration)).any(|used| sides::is_registered(known, used.value)) {
        wanted.extend(of(Source::Metadata).filter(unregistered).take(1));
    }
    // A computed URL rests on the listening port; without the proxy's export that is a guess.
    let port_is_known = !case.proxies.is_empty();
    wanted.extend(of(Source::Configuration).filter(unregistered).filter(|used| {
        port_is_known
            || !sides::nearest(known, used.value)
                .is_some_and(|(_, difference)| matches!(difference, Difference::Port | Difference::DefaultPort))
    }));
    wanted
}

/// What the identity provider itself said.
fn refusals<'a>(case: &Case, known: &[Known<'a>], used: &[Used<'a>], told: &mut Vec<&'a str>, out: &mut Findings) {
    for seen in case.refusing_codes() {
        if !aadsts::number(seen.code).is_some_and(|number| CODES.contains(&number)) {
            continue;
        }
        let request = seen.attempt.and_then(|attempt| attempt.request.as_deref()).and_then(|id| case.message(id));
        let asked = request.and_then(|request| request.request.as_ref()).and_then(|details| details.acs_url.as_ref());
        let url = match asked {
            Some(asked) => used.iter().find(|used| used.value == asked.value),
            None => used.first(),
        };
        let registered = url.is_some_and(|url| sides::is_registered(known, url.value));
        let meaning = aadsts::lookup(seen.code).map_or("", |code| code.meaning);
        let mut finding = Finding::error(format!("The identity provider refuses the consumer service URL ({})", seen.code));
        finding = finding.detail(if registered {
            format!(
                "{}: {meaning}. The registration given does list the URL sent: it belongs to another application, or was changed since.",
                seen.code
            )
        } else {
            format!("{}: {meaning}.", seen.code)
        });
        if let Some(attempt) = seen.attempt {
            finding = finding.attempt(&attempt.id);
        }
        if let Some(url) = url {
            told.push(url.value);
            finding = describe(case, finding, url, sides::nearest(known, url.value).map(|(nearest, _)| nearest));
        } else {
            let (vendor, name) = sides::registration(case);
            finding = finding.cause_with(&NOT_REGISTERED, vendor, name, None);
        }
        // The texts that differ tell more than the page that says so.
        out.push(finding.at(seen.place));
    }
    for seen in case.phrases_of(Side::Idp).into_iter().filter(|seen| seen.phrase.meaning == Meaning::Acs) {
        let Some(attempt) = seen.attempt else { continue };
        if attempt.accepted() || out.found().iter().any(|finding| finding.attempts.contains(&attempt.id)) {
            continue;
        }
        let url = used.iter().find(|used| used.attempt.is_some_and(|known| known.id == attempt.id)).or_else(|| used.first());
        let mut finding =
            Finding::error("The identity provider refuses the consumer service URL").detail(seen.phrase.quoted()).attempt(&attempt.id);
        if let Some(url) = url {
            told.push(url.value);
            finding = describe(case, finding, url, sides::nearest(known, url.value).map(|(nearest, _)| nearest));
        }
        out.push(finding.at_all(seen.place));
    }
}

fn describe(case: &Case, finding: Finding, used: &Used<'_>, nearest: Option<&Known<'_>>) -> Finding {
    let (idp, application) = sides::registration(case);
    let (sp, entry_point) = sides::entry_point(case);
    let mut finding =
        finding.actual(used.value, &used.origin).at(used.place).attempt(used.attempt.map_or("", |attempt| attempt.id.as_str()));
    if let Some(nearest) = nearest {
        finding = finding.expected(nearest.value, &nearest.origin).compared().at(nearest.place);
    }
    finding = finding.cause_with(&NOT_REGISTERED, idp, application, Some(used.value));
    let sp_may_be_wrong = nearest.is_some() && !matches!(finding.difference, Some(Difference::TrailingSlash | Difference::DefaultPort));
    if sp_may_be_wrong { finding.cause_with(&SP_BUILDS_ANOTHER, sp, used.object.or(entry_point), None) } else { finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACS, ENTITY, configuration, findings, levels, page, refused_with, registration, sign_in, sp_metadata};
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::sp_configuration::ProxyService;

    fn published(acs: &[&str], reply_urls: &[&str]) -> Case {
        Case {
            registrations: vec![registration(&[ENTITY], reply_urls)],
            metadata: vec![sp_metadata(HeldBy::Publisher, ENTITY, acs)],
            ..Case::default()
        }
    }

    #[test]
    fn every_near_miss_is_an_error_but_the_default_port() {
        for (registered, difference, severity) in [
            ("https://sense.example:443/azure/samlauthn", Difference::TrailingSlash, Severity::Error),
            ("https://sense.example:443/samlauthn/", Difference::Prefix, Severity::Error),
            ("https://sense.example:443/Azure/samlauthn/", Difference::LetterCase, Severity::Error),
            ("https://sense.example:4443/azure/samlauthn/", Difference::Port, Severity::Error),
            ("http://sense.example:443/azure/samlauthn/", Difference::Scheme, Severity::Error),
            ("https://sense:443/azure/samlauthn/", Difference::Host, Severity::Error),
            ("https://sense.example/azure/samlauthn/", Difference::DefaultPort, Severity::Warning),
        ] {
            let found = findings(&ACS_NOT_REGISTERED, &published(&[ACS], &[registered]));
            assert_eq!(found.len(), 1, "{registered}");
            assert_eq!((found[0].severity, found[0].difference), (severity, Some(difference)), "{registered}");
            assert_eq!(found[0].causes[0].value.as_deref(), Some(ACS));
        }
    }

    #[test]
    fn one_of_several_urls_is_enough() {
        assert!(findings(&ACS_NOT_REGISTERED, &published(&["https://a.example/acs", ACS], &[ACS])).is_empty());
        assert!(findings(&ACS_NOT_REGISTERED, &published(&[ACS], &["https://old.example/", ACS])).is_empty());
        assert!(findings(&ACS_NOT_REGISTERED, &published(&[ACS], &["https://*.example:443/azure/samlauthn/"])).is_empty());
    }

    #[test]
    fn the_code_makes_even_the_default_port_an_error() {
        let mut case = refused_with("AADSTS50011", ENTITY, ACS);
        case.registrations = vec![registration(&[ENTITY], &["https://sense.example/azure/samlauthn/"])];
        let found = findings(&ACS_NOT_REGISTERED, &case);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].severity, found[0].difference), (Severity::Error, Some(Difference::DefaultPort)));
    }

    #[test]
    fn the_code_is_enough_without_configuration() {
        let found = findings(&ACS_NOT_REGISTERED, &refused_with("AADSTS50011", ENTITY, ACS));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert_eq!(found[0].causes[0].value.as_deref(), Some(ACS));
        assert!(findings(&ACS_NOT_REGISTERED, &refused_with("AADSTS700016", ENTITY, ACS)).is_empty());
    }

    #[test]
    fn other_products_say_it_in_their_own_words() {
        let mut case = refused_with("", ENTITY, ACS);
        case.exchanges[0].page = Some(page(&[], &[Meaning::Acs]));
        let found = findings(&ACS_NOT_REGISTERED, &case);
        assert_eq!((found.len(), found[0].severity, found[0].actual.as_deref()), (1, Severity::Error, Some(ACS)));
    }

    #[test]
    fn what_the_identity_provider_accepted_is_no_error() {
        let mut case = sign_in(Outcome::SignedIn);
        case.registrations = vec![registration(&[ENTITY], &["https://sense.example:443/azure/samlauthn"])];
        assert_eq!(levels(&ACS_NOT_REGISTERED, &case), [Severity::Warning]);
    }

    #[test]
    fn a_computed_port_is_a_guess_without_the_proxy() {
        let mut case = Case {
            registrations: vec![registration(&[ENTITY], &["https://sense.example:4443/azure/samlauthn/"])],
            sp_configurations: vec![configuration(ENTITY, ENTITY, Some(ACS))],
            ..Case::default()
        };
        assert!(findings(&ACS_NOT_REGISTERED, &case).is_empty());
        case.proxies = vec![ProxyService::default()];
        assert_eq!(levels(&ACS_NOT_REGISTERED, &case), [Severity::Error]);
    }

    #[test]
    fn without_a_registration_the_question_stays_open() {
        let case = Case { sp_configurations: vec![configuration(ENTITY, ENTITY, Some(ACS))], ..Case::default() };
        let judged = ACS_NOT_REGISTERED.judge(&case);
        assert!(judged.found().is_empty() && judged.missed().contains(&Need::Application));
    }
}
