//! The response is addressed to another URL.

use crate::sides;
use diag_sdk::case::message::Message;
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who, address, check, difference,
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
        needs: [Need::Capture],
        explains: ["endpoints/recipient-mismatch", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::Destination])],
        causes: [OTHER_DESTINATION, GATEWAY],
        references: ["saml-core-2.0-os §3.2.2 (Destination)", "saml-bindings-2.0-os §3.5.5.2"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in sides::responses(case) {
        let Some(destination) = response.destination.as_ref().filter(|destination| !destination.value.is_empty()) else { continue };
        let urls = sides::consumer_urls(case, response);
        let own = urls.iter().any(|used| used.value == destination.value);
        let fits = match response.delivered_to() {
            Some(to) => own || address::reaches(&destination.value, to),
            None => own || urls.is_empty(),
        };
        if fits {
            seen_otherwise_by_sp(case, response, &destination.value, out);
            continue;
        }
        let spelled = urls.iter().find(|used| response.delivered_to().is_none_or(|to| address::reaches(used.value, to)));
        let (expected, origin) = match (spelled, response.delivered_to()) {
            (Some(used), _) => (used.value, used.origin.as_str()),
            (None, Some(to)) => (to, "URL the browser sent the response to"),
            (None, None) => continue,
        };
        let finding = sides::fault(case, response, "The response's Destination is not where it was delivered")
            .expected(expected, origin)
            .actual_sited(destination, "Destination of the response")
            .compared()
            .subject(response.id.clone());
        out.push(causes(case, delivered_at(finding, response), expected));
    }
}

/// The browser delivered it where it belongs, yet the service provider says that it arrived under
/// another URL: what it sees is not what the browser sees.
fn seen_otherwise_by_sp(case: &Case, response: &Message, destination: &str, out: &mut Findings) {
    let said = case.said_about(response);
    let Some(seen) = said.iter().find(|seen| seen.phrase.meaning == Meaning::Destination) else { return };
    let Some(attempt) = seen.attempt.or_else(|| case.attempt_of(&response.id)).filter(|attempt| attempt.failed()) else { return };
    let own_view = urls_in(&seen.phrase.text).into_iter().find(|url| *url != destination);
    let mut finding = Finding::error("The service provider sees another URL than the browser")
        .detail(format!("The browser delivered the response to its destination, but the service provider says: {}", seen.phrase.text))
        .attempt(&attempt.id)
        .subject(response.id.clone());
    if let Some(place) = seen.place {
        finding = finding.at(place);
    }
    if let Some(own_view) = own_view {
        finding = finding
            .expected(destination, "Destination of the response, and where the browser sent it")
            .actual(own_view, "what the service provider says it received")
            .compared();
    }
    let (sp, entry_point) = sides::entry_point(case);
    out.push(finding.cause_with(&GATEWAY, sp, entry_point, Some(destination)));
}

/// Web addresses in a text.
fn urls_in(text: &str) -> Vec<&str> {
    text.split(|character: char| character.is_whitespace() || "'\"<>()[],;".contains(character))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|word| word.trim_end_matches('.'))
        .collect()
}

fn delivered_at(finding: Finding, response: &Message) -> Finding {
    match response.delivered() {
        Some(sighting) => finding.at(&sighting.place),
        None => finding,
    }
}

fn causes(case: &Case, finding: Finding, expected: &str) -> Finding {
    let (idp, application) = sides::registration(case);
    let (sp, entry_point) = sides::entry_point(case);
    let through_gateway = matches!(finding.difference, Some(Difference::Scheme | Difference::Port | Difference::Host))
        || finding
            .actual
            .as_deref()
            .is_some_and(|actual| difference::has_explicit_port(actual) && finding.difference == Some(Difference::Unrelated));
    let gateway = |finding: Finding| finding.cause_with(&GATEWAY, sp, entry_point, Some(expected));
    let registered = |finding: Finding| finding.cause_with(&OTHER_DESTINATION, idp, application, Some(expected));
    if through_gateway { registered(gateway(finding)) } else { gateway(registered(finding)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACS, SEEN, findings, levels, page, sign_in};
    use diag_sdk::case::attempt::Outcome;

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
            let found = findings(&DESTINATION_MISMATCH, &with_destination(Outcome::RefusedBySp, destination));
            assert_eq!((found.len(), found[0].severity, found[0].difference), (1, Severity::Error, Some(difference)), "{destination}");
            assert_eq!(found[0].causes[0].who, who, "{destination}");
        }
    }

    #[test]
    fn the_url_as_the_browser_writes_it_is_the_same() {
        for destination in [SEEN, ACS, ""] {
            assert!(findings(&DESTINATION_MISMATCH, &with_destination(Outcome::RefusedBySp, destination)).is_empty(), "{destination}");
        }
    }

    #[test]
    fn what_was_accepted_is_only_unusual() {
        assert_eq!(levels(&DESTINATION_MISMATCH, &with_destination(Outcome::SignedIn, "http://inner.example/")), [Severity::Warning]);
    }

    #[test]
    fn the_service_provider_may_see_another_url_than_the_browser() {
        let mut case = with_destination(Outcome::RefusedBySp, ACS);
        let mut said = page(&[], &[Meaning::Destination]);
        said.phrases[0].text = format!("The response was received at http://sense.example:4244/azure/samlauthn/ instead of {ACS}");
        case.exchanges[1].page = Some(said);
        let found = findings(&DESTINATION_MISMATCH, &case);
        assert_eq!((found.len(), found[0].difference), (1, Some(Difference::Scheme)));
        assert_eq!(found[0].causes[0].who, Who::Network);
    }
}
