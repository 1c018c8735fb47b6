//! What the service provider names as its consumer service URL is no URL.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::view::{Request, Source, Used};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::HashSet;

static SETTING_EMPTY: CauseData = CauseData {
    text: "The service provider's setting for its public address (base URL, callback URL) is empty or holds something else, so that what it builds from it is no URL",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Enter the service provider's public https address there, let it publish its metadata anew, and register the URL that then stands in it",
};

check! {
    /// The consumer service URL is relative, empty or a text that is no URL.
    ///
    /// The service provider says where it wants the response, in its request and in its metadata. Where its own
    /// setting for its address is empty it sends the path alone (`/saml/SSO`), nothing, or the text of its own error
    /// message. An identity provider cannot post to that: it refuses the request ("must be a URI", "invalid redirect
    /// uri") or never sends an answer. Registering such a text at the identity provider helps nobody; the service provider
    /// has to be told its address.
    ///
    /// ## Fails
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://app.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="/saml/acs" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://app.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://app.example/saml/acs" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static ACS_NOT_A_URI = {
        id: "endpoints/acs-not-a-uri",
        title: "The consumer service URL is no URL",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Capture, Need::SpMetadata],
        explains: [
            "assertion/message-not-schema-valid", "endpoints/acs-differs-from-sp-metadata", "endpoints/acs-not-registered", "endpoints/placeholder-value",
            "endpoints/response-sent-to-wrong-acs", "flow/request-not-answered", "flow/response-not-posted"
        ],
        accounts: [
            Account::idp(&[Meaning::Acs, Meaning::Malformed, Meaning::RequestProperty]).codes(&["AADSTS7500511", "AADSTS50011", "AADSTS900971"]),
            Account::sp(&[Meaning::WrongAcs]),
        ],
        causes: [SETTING_EMPTY],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1").about("AssertionConsumerServiceURL"),
            Reference::section(Specification::SamlCore, "1.3.2").about("URI values are absolute"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: HashSet<&str> = HashSet::new();
    let requests = case.requests();
    for request in &requests {
        let Some(url) = request.acs_url().filter(|url| !is_url(&url.value)) else { continue };
        if !told.insert(url.value.as_str()) {
            continue;
        }
        let finding = match said(request) {
            Some(text) => request
                .fault("The request names a consumer service URL that is no URL")
                .detail(text),
            None => request
                .fault("The request names a consumer service URL that is no URL")
                .detail(format!(
                    "{} It takes no response there: {}.",
                    "The identity provider can send nothing to it.",
                    what_it_is(&url.value)
                )),
        };
        out.push(
            described(case, finding, &url.value, "AssertionConsumerServiceURL of the AuthnRequest")
                .at(&url.place),
        );
    }
    for used in case
        .used_acs_urls()
        .iter()
        .filter(|used| used.source != Source::Request && !is_url(used.value))
    {
        if told.insert(used.value) {
            out.push(published(case, used, &requests));
        }
    }
}

/// Metadata or configuration names it. Where sign-ins work all the same another URL is used.
fn published(case: &Case, used: &Used<'_>, requests: &[Request<'_>]) -> Finding {
    let headline = match used.source {
        Source::Metadata => "The metadata names a consumer service URL that is no URL",
        Source::Request | Source::Configuration => {
            "The consumer service URL that is configured is no URL"
        }
    };
    let works = case.signed_in();
    let finding =
        if works { Finding::warning(headline).likely() } else { Finding::error(headline) };
    let failed = requests
        .iter()
        .filter_map(|request| request.attempt)
        .find(|attempt| Attempt::failed(attempt));
    let finding = finding
        .detail(format!(
            "Whoever registers this metadata registers an address that nothing can be sent to: {}.",
            what_it_is(used.value)
        ))
        .attempt(failed.map_or("", |attempt| attempt.id.as_str()))
        .at(used.place);
    described(case, used.owned(finding), used.value, &used.origin)
}

fn described(case: &Case, finding: Finding, value: &str, origin: &str) -> Finding {
    let shown = if value.trim().is_empty() { "an empty text" } else { value };
    finding
        .expected("an absolute https URL", "saml-core-2.0-os §1.3.2")
        .actual(shown, origin)
        .because(&SETTING_EMPTY, case)
}

/// What the identity provider says of it, in its own words.
fn said(request: &Request<'_>) -> Option<String> {
    let meanings = [Meaning::Acs, Meaning::Malformed, Meaning::RequestProperty];
    request.statement(&meanings).map(|statement| statement.quoted())
}

fn what_it_is(value: &str) -> &'static str {
    let value = value.trim();
    if value.is_empty() {
        "it is empty"
    } else if value.starts_with('/') || value.starts_with("./") || value.starts_with("..") {
        "it is a path without scheme and host"
    } else if value.contains(char::is_whitespace) || value.to_ascii_uppercase().starts_with("ERROR")
    {
        "it is a text, not an address"
    } else {
        "it has no scheme and host that a browser could go to"
    }
}

/// An absolute URL of the web. A pattern that was left in is a placeholder, and no lesser for it.
fn is_url(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && Address::parse(text.trim()).is_some_and(|address| !address.host.is_empty())
        || lower.contains(['<', '{', '>', '}', '*'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{
        ACS_URL, acs_endpoints, findings, levels, refused_by_idp, sign_in, sp_metadata,
    };

    fn asking(mut case: Case, url: &str) -> Case {
        case.messages[0].request.as_mut().expect("a request").acs_url = Some(url.into());
        case
    }

    fn publishing(url: &str) -> Case {
        let mut metadata = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        metadata.sp.as_mut().expect("the role").acs = acs_endpoints(&[url]);
        Case { metadata: vec![metadata], ..Case::default() }
    }

    #[test]
    fn texts_that_are_no_url_are_the_service_providers() {
        for url in [
            "/saml/SSO",
            "",
            "ERROR:ENDPOINT_NOT_SET",
            "app.example/acs",
            "undefined/saml/acs",
            "https://",
        ] {
            let found =
                findings(&ACS_NOT_A_URI, &asking(refused_by_idp(&[], &[Meaning::Acs]), url));
            assert_eq!(
                (found.len(), found[0].severity, found[0].causes[0].who),
                (1, Severity::Error, Who::Sp),
                "{url}"
            );
            assert!(found[0].causes.iter().all(|cause| cause.value.is_none()), "{url}");
            assert_eq!(levels(&ACS_NOT_A_URI, &publishing(url)), [Severity::Error], "{url}");
        }
    }

    #[test]
    fn urls_and_patterns_are_not_meant() {
        for url in [ACS_URL, "http://localhost:3000/acs", "https://<host>/acs", "{{BASE}}/acs"] {
            assert!(
                levels(&ACS_NOT_A_URI, &asking(refused_by_idp(&[], &[]), url)).is_empty(),
                "{url}"
            );
            assert!(levels(&ACS_NOT_A_URI, &publishing(url)).is_empty(), "{url}");
        }
    }

    #[test]
    fn what_was_taken_is_a_warning() {
        assert_eq!(
            levels(&ACS_NOT_A_URI, &asking(sign_in(Outcome::SignedIn), "/saml/SSO")),
            [Severity::Warning]
        );
    }
}
