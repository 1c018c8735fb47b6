//! The identity provider posts to a URL that is no assertion consumer service of this service provider.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::destinations::Destinations;
use diag_sdk::view::{ConsumersOf, Known, Response};
use diag_sdk::{Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who, check, difference};

static LEFTOVER: CauseData = CauseData {
    text: "The identity provider has another URL registered (a leftover, another environment, another application) and uses that",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Register the service provider's URL as the default and delete reply URLs that nobody serves",
};
static REQUEST_NAMES_NONE: CauseData = CauseData {
    text: "The request names no consumer service URL, so the identity provider chooses one of those it has",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Leave only the service provider's URL registered, or mark it as the default",
};

check! {
    /// The response was posted to a URL that is not one of this service provider's.
    ///
    /// The identity provider decides from its registration where to send the response. A leftover reply
    /// URL, the prefix of another virtual proxy or the URL of another application takes the response to
    /// somebody who does not know what to do with it: most often a page 404, or the log-in of another
    /// application. The person was authenticated and still does not get in.
    ///
    /// ## Fails
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://hr.example/metadata">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://hr.example/acs" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}" Destination="https://app.example/acs">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 404
    /// | <html><title>404 Not Found</title></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://hr.example/metadata">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://hr.example:443/acs" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}" Destination="https://hr.example:443/acs">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://hr.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://hr.example/
    /// ```
    pub(crate) static RESPONSE_SENT_TO_WRONG_ACS = {
        id: "endpoints/response-sent-to-wrong-acs",
        title: "The response was sent to a URL that is not the service provider's",
        levels: [Severity::Error],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["endpoints/destination-mismatch", "endpoints/recipient-mismatch", "flow/response-not-posted", "flow/session-cookie-lost", "flow/wrong-binding"],
        accounts: [Account::sp_or_loop(&[Meaning::WrongAcs, Meaning::MethodNotAllowed]), Account::between(&[Meaning::WrongAcs, Meaning::MethodNotAllowed])],
        causes: [LEFTOVER, REQUEST_NAMES_NONE],
        references: ["saml-profiles-2.0-os §4.1.4.3", "https://learn.microsoft.com/entra/identity-platform/single-sign-on-saml-protocol"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let consumers = case.consumers();
    let known = case.registered_acs_urls();
    let registered: Destinations<'_> = known.iter().map(|known| known.value).collect();
    for response in case.responses() {
        let Some(to) = response.message.delivered_to() else { continue };
        let urls = consumers.of(&response);
        if urls.is_empty() {
            out.missing(Need::SpMetadata);
            out.missing(Need::Virtualproxyconfig);
            continue;
        }
        let answer = response.message.delivered_in().and_then(|index| case.exchanges.get(index));
        if urls.reached(to).is_some() || worked(&response) || answer.is_some_and(|answer| redirected_home(answer, &urls)) {
            continue;
        }
        // Which registered value it took, where the exports show it.
        let leftover = registered.reached(to).and_then(|index| known.get(index));
        out.push(describe(&response, &urls, to, answer, leftover));
    }
}

/// Whoever received it took it (another application of the same capture, or a URL we do not know of), or
/// the person went elsewhere.
fn worked(response: &Response<'_>) -> bool {
    response.accepted() || response.attempt.is_some_and(|attempt| attempt.outcome == Outcome::Abandoned)
}

/// The answer sends the browser on to the right URL: that loses the message, and is a finding of its own.
fn redirected_home(answer: &Exchange, urls: &ConsumersOf<'_, '_>) -> bool {
    (301..=308).contains(&answer.status) && answer.location.as_deref().is_some_and(|location| urls.reached(location).is_some())
}

fn describe(
    response: &Response<'_>,
    urls: &ConsumersOf<'_, '_>,
    to: &str,
    answer: Option<&Exchange>,
    leftover: Option<&Known<'_>>,
) -> Finding {
    let right = urls.nearest(to);
    let answer = answer.map_or(String::new(), |exchange| match exchange.status {
        0 => " There was no answer.".to_owned(),
        404 => " The answer was 404: nobody serves that URL.".to_owned(),
        status => format!(" The answer was {status}."),
    });
    let mut finding = response
        .finding(Severity::Error, "The response was sent to a URL that is not the service provider's")
        .detail(format!("The identity provider chose where to send it.{answer}"))
        .at_all(response.message.delivered().map(|sighting| &sighting.place));
    if let Some(right) = right {
        finding =
            finding.expected(right.value, &right.origin).actual(to, "URL the browser sent the response to").compared().at(right.place);
        if finding.difference == Some(Difference::DefaultPort) {
            finding.difference = difference::between(right.value.trim_end_matches('/'), to.trim_end_matches('/'));
        }
    }
    let asked = response.request().and_then(|request| request.request.as_ref());
    let reason = if asked.is_none_or(|details| details.acs_url.is_some()) { &LEFTOVER } else { &REQUEST_NAMES_NONE };
    finding.at_all(leftover.map(|leftover| leftover.place)).because_with(reason, response.case, right.map(|right| right.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{ACS_SEEN, ACS_URL, acs_endpoints, findings, sign_in, sp_metadata};

    fn posted_to(outcome: Outcome, to: &str, status: u16) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].sightings[1].to = Some(to.to_owned());
        to.clone_into(&mut case.exchanges[1].url);
        case.exchanges[1].status = status;
        case
    }

    #[test]
    fn other_hosts_and_prefixes_are_wrong() {
        for (to, difference) in [
            ("https://other.example/azure/samlauthn/", Difference::Host),
            ("https://sense.example/old/samlauthn/", Difference::Prefix),
            ("https://app.example/saml/acs", Difference::Unrelated),
        ] {
            let found = findings(&RESPONSE_SENT_TO_WRONG_ACS, &posted_to(Outcome::BrokenInTransit, to, 404));
            assert_eq!((found.len(), found[0].difference), (1, Some(difference)), "{to}");
            assert_eq!(found[0].causes[0].value.as_deref(), Some(ACS_URL));
        }
    }

    #[test]
    fn the_right_url_is_right_as_the_browser_writes_it() {
        assert!(findings(&RESPONSE_SENT_TO_WRONG_ACS, &posted_to(Outcome::RefusedBySp, ACS_SEEN, 400)).is_empty());
    }

    #[test]
    fn what_was_accepted_elsewhere_is_no_business_of_ours() {
        assert!(findings(&RESPONSE_SENT_TO_WRONG_ACS, &posted_to(Outcome::SignedIn, "https://app.example/acs", 302)).is_empty());
    }

    #[test]
    fn a_redirect_to_the_right_url_is_another_finding() {
        let mut case = posted_to(Outcome::BrokenInTransit, "https://sense.example/azure/samlauthn", 301);
        case.exchanges[1].location = Some(ACS_SEEN.to_owned());
        assert!(findings(&RESPONSE_SENT_TO_WRONG_ACS, &case).is_empty());
    }

    #[test]
    fn metadata_may_list_further_urls() {
        let mut case = posted_to(Outcome::RefusedBySp, "https://sense.example/second/", 400);
        let mut metadata = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        metadata.sp.as_mut().expect("the role").acs = acs_endpoints(&["https://sense.example:443/second/"]);
        case.metadata = vec![metadata];
        assert!(findings(&RESPONSE_SENT_TO_WRONG_ACS, &case).is_empty());
    }
}
