//! The response is addressed to another URL.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::judgement::{Failure, Statement};
use diag_sdk::view::Response;
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Specification, Stage, Who, address, check, difference,
};

static OTHER_DESTINATION: CauseData = CauseData {
    text: "The identity provider addresses the response to another reply URL, or to one set by hand",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Make the service provider's URL the (default) reply URL of the application",
};
static GATEWAY: CauseData = CauseData {
    text: "A reverse proxy or load balancer ends TLS or changes host name or port, so the service provider sees another URL than the browser",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Forward the public scheme, host and port (X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-Port), or configure the public URL at the service provider",
};

static OWN_ADDRESS: CauseData = CauseData {
    text: "The service provider takes itself to be under another address than the one it asks to be answered at",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the service provider's own address (base URL, callback URL) to the one that people reach, with its whole path",
};

check! {
    /// `Response/@Destination` is not where the response was delivered.
    ///
    /// The destination says to which URL a response was sent, and a service provider must discard one
    /// that reached it under another. The usual reason is something in between: a reverse proxy that
    /// ends TLS makes the service provider believe that it is `http`, another port or an internal host.
    /// Else the identity provider has a second reply URL, or one written by hand.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}" Destination="http://app.example:8080/acs">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 403
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}" Destination="https://app.example:443/acs">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://app.example/
    /// ```
    pub(crate) static DESTINATION_MISMATCH = {
        id: "endpoints/destination-mismatch",
        title: "The response's Destination is not where it was delivered",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture, Need::ServerLog],
        explains: ["endpoints/recipient-mismatch", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::Destination])],
        logged: "The response names another destination than its receiver",
        causes: [OTHER_DESTINATION, GATEWAY, OWN_ADDRESS],
        references: [
            Reference::section(Specification::SamlCore, "3.2.2").about("Destination"),
            Reference::section(Specification::SamlBindings, "3.5.5.2"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for failure in case.failures.iter().filter(|failure| failure.attempt.is_none()) {
        let said = failure.said.iter().find(|said| said.meaning == Meaning::Destination);
        out.extend(said.and_then(|said| told_by_a_log(case, said)));
    }
    let consumers = case.consumers();
    for response in case.responses() {
        let Some(destination) = response
            .message
            .destination
            .as_ref()
            .filter(|destination| !destination.value.is_empty())
        else {
            continue;
        };
        let (urls, to) = (consumers.of(&response), response.message.delivered_to());
        let fits = urls.has(&destination.value)
            || match to {
                Some(to) => address::reaches(&destination.value, to),
                None => urls.is_empty(),
            };
        if fits {
            out.extend(seen_otherwise_by_sp(&response, &destination.value));
            continue;
        }
        let spelled = to.map_or_else(|| urls.first(), |to| urls.reached(to));
        let (expected, origin) = match (spelled, to) {
            (Some(used), _) => (used.value, used.origin.as_str()),
            (None, Some(to)) => (to, "URL the browser sent the response to"),
            (None, None) => continue,
        };
        let finding = response
            .fault("The response's Destination is not where it was delivered")
            .expected(expected, origin)
            .actual_sited(destination, "Destination of the response")
            .compared()
            .at_all(response.message.delivered().map(|sighting| &sighting.place));
        out.push(causes(case, finding, expected));
    }
}

/// The browser delivered it where it belongs, yet the service provider says that it arrived under
/// another URL: what it sees is not what the browser sees.
fn seen_otherwise_by_sp(response: &Response<'_>, destination: &str) -> Option<Finding> {
    let told = |attempt: &Attempt| {
        let about = |failure: &Failure| failure.attempt.as_ref() == Some(&attempt.id);
        attempt.failed() || response.case.failures.iter().any(about)
    };
    if !response.attempt.is_some_and(told) {
        return None;
    }
    let Some(said) = response.statement(&[Meaning::Destination]) else {
        return put_beside(response, destination);
    };
    let mut finding = response
        .finding(Severity::Error, "The service provider sees another URL than the browser")
        .detail(format!("The browser delivered the response to its destination, but the service provider says: {}", said.text))
        .at_all(&said.place);
    if let Some(own_view) = urls_in(&said.text).into_iter().find(|url| *url != destination) {
        finding = finding
            .expected(destination, "Destination of the response, and where the browser sent it")
            .actual(own_view, "what the service provider says it received")
            .compared();
    }
    Some(by_what_differs(response, finding, destination))
}

/// A gateway changes scheme, host and port. Another path is one that the service provider is set to: whoever answers elsewhere has
/// to change it where the request asks for that path, else, and where a prefix is missing, the service provider itself.
fn by_what_differs(response: &Response<'_>, finding: Finding, destination: &str) -> Finding {
    let of_a_gateway = finding.difference.is_none_or(|difference| {
        matches!(
            difference,
            Difference::Scheme | Difference::Port | Difference::Host | Difference::Unrelated
        )
    });
    if of_a_gateway {
        return finding.because_with(&GATEWAY, response.case, destination);
    }
    let asked = response.request().and_then(|request| request.request.as_ref());
    let asked = asked.and_then(|details| details.acs_url.as_ref()).map(|url| url.value.clone());
    let own = finding.actual.clone();
    // Whoever answers under a prefix is set up under it; what the request asks for lacks it.
    if asked.is_some() && asked == own && finding.difference != Some(Difference::Prefix) {
        finding.because_with(&OTHER_DESTINATION, response.case, own.as_deref())
    } else {
        finding.because_with(&OWN_ADDRESS, response.case, destination)
    }
}

/// A log quotes both addresses, and they differ in what a gateway changes: the identity provider sent it to the public one.
fn told_by_a_log(case: &Case, said: &Statement) -> Option<Finding> {
    let urls = urls_in(&said.text);
    let [received, addressed] = urls.as_slice() else { return None };
    let behind = Address::parse(received).is_some_and(|address| address.is_local());
    let changed = difference::between(addressed, received).is_some_and(|difference| {
        matches!(difference, Difference::Scheme | Difference::Port | Difference::Host)
    });
    if !behind && !changed {
        return None;
    }
    let finding =
        Finding::error("The service provider sees another URL than the identity provider sent to")
            .detail(format!("The log says: {}", said.text))
            .expected(*addressed, "the destination that the log quotes")
            .actual(*received, "the address under which the service provider received it")
            .compared()
            .at_all(&said.place);
    Some(finding.because_with(&GATEWAY, case, *addressed).because_with(
        &OTHER_DESTINATION,
        case,
        *received,
    ))
}

/// In whatever words: it puts an address beside the destination that differs in what a gateway changes.
fn put_beside(response: &Response<'_>, destination: &str) -> Option<Finding> {
    if response.said_otherwise(&[Meaning::Destination]) {
        return None;
    }
    let beside = response.quoted_beside(destination).filter(|beside| {
        matches!(beside.difference, Difference::Scheme | Difference::Port | Difference::Host)
    })?;
    let finding = response
        .finding(Severity::Error, "The service provider sees another URL than the browser")
        .detail(format!(
            "The browser delivered the response to its destination, but the service provider says: {}",
            beside.text.chars().take(200).collect::<String>()
        ))
        .expected(destination, "Destination of the response, and where the browser sent it")
        .actual(beside.value.clone(), "what the service provider puts beside it")
        .difference(beside.difference)
        .at_all(beside.place);
    Some(finding.because_with(&GATEWAY, response.case, destination))
}

/// Web addresses in a text.
fn urls_in(text: &str) -> Vec<&str> {
    text.split(|character: char| character.is_whitespace() || "'\"<>()[],;".contains(character))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|word| word.trim_end_matches('.'))
        .collect()
}

fn causes(case: &Case, finding: Finding, expected: &str) -> Finding {
    let through_gateway = matches!(
        finding.difference,
        Some(Difference::Scheme | Difference::Port | Difference::Host)
    ) || finding.actual.as_deref().is_some_and(|actual| {
        difference::has_explicit_port(actual) && finding.difference == Some(Difference::Unrelated)
    });
    let gateway = |finding: Finding| finding.because_with(&GATEWAY, case, expected);
    let registered = |finding: Finding| finding.because_with(&OTHER_DESTINATION, case, expected);
    if through_gateway { registered(gateway(finding)) } else { gateway(registered(finding)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{ACS_SEEN, ACS_URL, findings, levels, says_at, sign_in};

    #[test]
    fn a_log_that_quotes_both_addresses_tells_who_changed_them() {
        for (text, who) in [
            (
                "received at http://app.example/acs instead of https://app.example/acs",
                Some(Who::Network),
            ),
            (
                "received at http://localhost/app/acs instead of https://app.example/acs",
                Some(Who::Network),
            ),
            ("received at https://app.example/acs instead of https://app.example/old/acs", None),
            ("the destination is another", None),
        ] {
            let said = Statement {
                text: text.to_owned(),
                meaning: Meaning::Destination,
                ..Statement::default()
            };
            let finding = told_by_a_log(&Case::default(), &said);
            assert_eq!(finding.map(|finding| finding.causes[0].who), who, "{text}");
        }
    }

    fn with_destination(outcome: Outcome, destination: &str) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].destination = Some(destination.into());
        case
    }

    #[test]
    fn near_misses_are_named_and_the_gateway_is_suspected_first() {
        for (destination, difference, who) in [
            ("http://sense.example:443/azure/samlauthn/", Difference::Scheme, Who::Network),
            ("https://sense.example:8443/azure/samlauthn/", Difference::Port, Who::Network),
            ("https://inner.example:443/azure/samlauthn/", Difference::Host, Who::Network),
            ("https://sense.example:443/azure/samlauthn", Difference::TrailingSlash, Who::Idp),
            ("https://sense.example:443/old/samlauthn/", Difference::Prefix, Who::Idp),
        ] {
            let found = findings(
                &DESTINATION_MISMATCH,
                &with_destination(Outcome::RefusedBySp, destination),
            );
            assert_eq!(
                (found.len(), found[0].severity, found[0].difference),
                (1, Severity::Error, Some(difference)),
                "{destination}"
            );
            assert_eq!(found[0].causes[0].who, who, "{destination}");
        }
    }

    #[test]
    fn the_url_as_the_browser_writes_it_is_the_same() {
        for destination in [ACS_SEEN, ACS_URL, ""] {
            assert!(
                findings(
                    &DESTINATION_MISMATCH,
                    &with_destination(Outcome::RefusedBySp, destination)
                )
                .is_empty(),
                "{destination}"
            );
        }
    }

    #[test]
    fn what_was_accepted_is_only_unusual() {
        assert_eq!(
            levels(
                &DESTINATION_MISMATCH,
                &with_destination(Outcome::SignedIn, "http://inner.example/")
            ),
            [Severity::Warning]
        );
    }

    #[test]
    fn the_service_provider_may_see_another_url_than_the_browser() {
        let mut case = with_destination(Outcome::RefusedBySp, ACS_URL);
        let said = format!(
            "The response was received at http://sense.example:4244/azure/samlauthn/ instead of {ACS_URL}"
        );
        says_at(&mut case, 1, Meaning::Destination, &said);
        let found = findings(&DESTINATION_MISMATCH, &case);
        assert_eq!((found.len(), found[0].difference), (1, Some(Difference::Scheme)));
        assert_eq!(found[0].causes[0].who, Who::Network);
        // Another path is what the service provider itself is set to, unless the request asks for it.
        let own = "https://sense.example:443/azure/samlauthn/7f";
        let said = format!("received at {ACS_URL} instead of {own}");
        let mut case = with_destination(Outcome::RefusedBySp, ACS_URL);
        says_at(&mut case, 1, Meaning::Destination, &said);
        assert_eq!(findings(&DESTINATION_MISMATCH, &case)[0].causes[0].who, Who::Sp);
        case.messages[0].request.as_mut().expect("a request").acs_url = Some(own.into());
        assert_eq!(findings(&DESTINATION_MISMATCH, &case)[0].causes[0].who, Who::Idp);
    }
}
