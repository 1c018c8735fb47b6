//! The identity provider posts to a URL that is no assertion consumer service of this service provider.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::AuthnRequest;
use diag_sdk::destinations::Destinations;
use diag_sdk::view::{ConsumersOf, Known, Response};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Sited, Specification, Stage, Who, address, check, difference,
};

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

static BY_INDEX: CauseData = CauseData {
    text: "The request names its consumer service by an index, and at the identity provider that index belongs to this URL",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Give the index to the service provider's URL, or let the request name the URL itself",
};
static BY_DEFAULT: CauseData = CauseData {
    text: "This URL is the identity provider's default reply URL, which it takes where no request names one",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Make the service provider's URL the default reply URL, and delete those that nobody serves",
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
        causes: [LEFTOVER, REQUEST_NAMES_NONE, BY_INDEX, BY_DEFAULT],
        references: [
            Reference::section(Specification::SamlProfiles, "4.1.4.3"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/single-sign-on-saml-protocol", "2026-11-24"),
        ],
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
        if urls.reached(to).is_some()
            || worked(&response)
            || answer.is_some_and(|answer| redirected_home(answer, &urls))
        {
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
    response.accepted()
        || response.attempt.is_some_and(|attempt| attempt.outcome == Outcome::Abandoned)
}

/// The answer sends the browser on to the right URL: that loses the message, and is a finding of its own.
fn redirected_home(answer: &Exchange, urls: &ConsumersOf<'_, '_>) -> bool {
    (301..=308).contains(&answer.status)
        && answer.location.as_deref().is_some_and(|location| urls.reached(location).is_some())
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
        .finding(
            Severity::Error,
            "The response was sent to a URL that is not the service provider's",
        )
        .detail(format!("The identity provider chose where to send it.{answer}"))
        .at_all(response.message.delivered().map(|sighting| &sighting.place));
    if let Some(right) = right {
        finding = finding
            .expected(right.value, &right.origin)
            .actual(to, "URL the browser sent the response to")
            .compared()
            .at(right.place);
        if finding.difference == Some(Difference::DefaultPort) {
            finding.difference =
                difference::between(right.value.trim_end_matches('/'), to.trim_end_matches('/'));
        }
    }
    let asked = response.request().and_then(|request| request.request.as_ref());
    let (reason, stated) = match asked {
        Some(details) if details.acs_url.is_some() => (&LEFTOVER, None),
        Some(AuthnRequest { acs_index: Some(index), .. }) => {
            let at_index = indexed(response.case, *index, to);
            (if at_index.is_some() { &BY_INDEX } else { &LEFTOVER }, at_index)
        }
        _ => match default_of(response.case, to) {
            Some(default) => (&BY_DEFAULT, Some(default)),
            None => (if asked.is_some() { &REQUEST_NAMES_NONE } else { &LEFTOVER }, None),
        },
    };
    finding
        .at_all(leftover.map(|leftover| leftover.place))
        .at_all(stated.map(|stated| &stated.place))
        .because_with(reason, response.case, right.map(|right| right.value))
}

/// The registration gives the index to the URL the response went to.
fn indexed<'a>(case: &'a Case, index: u32, to: &str) -> Option<&'a Sited<String>> {
    let listed =
        case.relevant_registrations().flat_map(|registration| &registration.reply_url_indexes);
    listed
        .filter(|entry| entry.index == i64::from(index))
        .map(|entry| &entry.url)
        .find(|url| address::reaches(&url.value, to))
}

/// The registration's default reply URL, where the response went to it.
fn default_of<'a>(case: &'a Case, to: &str) -> Option<&'a Sited<String>> {
    let mut defaults = case
        .relevant_registrations()
        .filter_map(|registration| registration.default_reply_url.as_ref());
    defaults.find(|url| address::reaches(&url.value, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::registration::IndexedUrl;
    use diag_sdk::testing::{
        ACS_SEEN, ACS_URL, ENTITY_ID, acs_endpoints, findings, registration, sign_in, sp_metadata,
    };

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
            let found = findings(
                &RESPONSE_SENT_TO_WRONG_ACS,
                &posted_to(Outcome::BrokenInTransit, to, 404),
            );
            assert_eq!((found.len(), found[0].difference), (1, Some(difference)), "{to}");
            assert_eq!(found[0].causes[0].value.as_deref(), Some(ACS_URL));
        }
    }

    #[test]
    fn the_right_url_is_right_as_the_browser_writes_it() {
        assert!(
            findings(&RESPONSE_SENT_TO_WRONG_ACS, &posted_to(Outcome::RefusedBySp, ACS_SEEN, 400))
                .is_empty()
        );
    }

    #[test]
    fn what_was_accepted_elsewhere_is_no_business_of_ours() {
        assert!(
            findings(
                &RESPONSE_SENT_TO_WRONG_ACS,
                &posted_to(Outcome::SignedIn, "https://app.example/acs", 302)
            )
            .is_empty()
        );
    }

    #[test]
    fn the_registration_tells_why_it_was_that_url() {
        let old = "https://other.example/acs";
        let because = |name: &dyn Fn(&mut Case)| {
            let mut case = posted_to(Outcome::BrokenInTransit, old, 404);
            let mut known = registration(&[ENTITY_ID], &[ACS_URL, old]);
            known.reply_url_indexes = vec![IndexedUrl { index: 1, url: old.into() }];
            known.default_reply_url = Some(old.into());
            case.registrations = vec![known];
            case.metadata = vec![sp_metadata("d1", HeldBy::Publisher, &[], &[])];
            case.metadata[0].sp.as_mut().expect("the role").acs = acs_endpoints(&[ACS_URL]);
            name(&mut case);
            findings(&RESPONSE_SENT_TO_WRONG_ACS, &case)[0].causes[0].text.clone()
        };
        let asks = |url: Option<&str>, index: Option<u32>| {
            let url = url.map(Into::into);
            move |case: &mut Case| {
                let details = case.messages[0].request.as_mut().expect("a request");
                details.acs_url.clone_from(&url);
                details.acs_index = index;
            }
        };
        assert_eq!(because(&asks(None, Some(1))), BY_INDEX.text);
        assert_eq!(because(&asks(None, Some(7))), LEFTOVER.text);
        assert_eq!(because(&asks(None, None)), BY_DEFAULT.text);
        assert_eq!(because(&asks(Some(ACS_URL), None)), LEFTOVER.text);
    }

    #[test]
    fn a_redirect_to_the_right_url_is_another_finding() {
        let mut case =
            posted_to(Outcome::BrokenInTransit, "https://sense.example/azure/samlauthn", 301);
        case.exchanges[1].location = Some(ACS_SEEN.to_owned());
        assert!(findings(&RESPONSE_SENT_TO_WRONG_ACS, &case).is_empty());
    }

    #[test]
    fn metadata_may_list_further_urls() {
        let mut case = posted_to(Outcome::RefusedBySp, "https://sense.example/second/", 400);
        let mut metadata = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        metadata.sp.as_mut().expect("the role").acs =
            acs_endpoints(&["https://sense.example:443/second/"]);
        case.metadata = vec![metadata];
        assert!(findings(&RESPONSE_SENT_TO_WRONG_ACS, &case).is_empty());
    }
}
