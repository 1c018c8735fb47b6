//! The consumer service answers the POST with a redirect to itself under another spelling.

use diag_sdk::address::Address;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::{Carrier, Message};
use diag_sdk::view::{ConsumersOf, Response};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};

static REGISTERED_OTHERWISE: CauseData = CauseData {
    text: "The identity provider posts to a spelling of the URL that the service provider redirects away from",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Register the URL that the redirect leads to, and make it the default",
};
static GATEWAY_REDIRECTS: CauseData = CauseData {
    text: "A web server or reverse proxy redirects (to https, to another host, to a trailing slash), and browsers repeat a redirected POST as GET",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Serve the consumer service URL without a redirect, or exempt it from the redirect",
};
static SP_BUILDS_OLD_SCHEME: CauseData = CauseData {
    text: "The service provider builds its URL with http although it is served with https",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the host URI to https and register the URL anew",
};

check! {
    /// The consumer service answered the posted response with a redirect, and the response was lost.
    ///
    /// A browser that is redirected after a POST asks for the new URL with GET and without the form: the
    /// `SAMLResponse` is gone. Web servers redirect `http` to `https`, a path without its trailing slash
    /// to the one with it, or one host name to another, which nobody notices with ordinary pages. The
    /// person ends on an error 400, 404 or 405, or back at the log-in. A redirect to another page after a
    /// response was accepted is normal and not meant here.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn @0s
    /// > SAMLResponse={post:response}
    /// < 301
    /// < Location: https://sense.example/azure/samlauthn/
    ///
    /// GET https://sense.example/azure/samlauthn/ @1s
    /// < 405
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @0s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    ///
    /// GET https://sense.example/azure/hub @1s
    /// < 200
    /// ```
    pub(crate) static ACS_REDIRECTED = {
        id: "endpoints/acs-redirected",
        title: "The consumer service redirected the POST, the response was lost",
        levels: [Severity::Error],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["endpoints/acs-differs-from-sp-metadata", "endpoints/destination-mismatch", "endpoints/recipient-mismatch", "endpoints/response-sent-to-wrong-acs", "flow/response-not-posted", "flow/session-cookie-lost", "flow/wrong-binding"],
        accounts: [Account::sp_or_loop(&[Meaning::MessageMissing, Meaning::Destination, Meaning::WrongBinding]), Account::between(&[Meaning::MessageMissing, Meaning::Destination, Meaning::WrongBinding])],
        causes: [REGISTERED_OTHERWISE, GATEWAY_REDIRECTS, SP_BUILDS_OLD_SCHEME],
        references: [
            Reference::section(Specification::Rfc(9110), "15.4"),
            Reference::section(Specification::SamlBindings, "3.5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let consumers = case.consumers();
    for response in case.responses().iter().filter(|response| !response.accepted()) {
        let posts = response
            .message
            .sightings
            .iter()
            .filter(|sighting| sighting.carrier == Carrier::PostForm);
        let lost = posts.filter_map(|sighting| sighting.exchange).find_map(|index| {
            let exchange = case.exchanges.get(index)?;
            let (location, difference) = redirected_to_itself(exchange)?;
            (!posted_again(response.message, exchange, index))
                .then_some((exchange, location, difference))
        });
        if let Some((exchange, location, difference)) = lost {
            out.push(describe(response, &consumers.of(response), exchange, location, difference));
        }
    }
}

/// Where the answer redirects to, if that is the same resource under another spelling.
fn redirected_to_itself(exchange: &Exchange) -> Option<(&str, Difference)> {
    if !matches!(exchange.status, 301..=303 | 307 | 308) {
        return None;
    }
    let location = exchange.location.as_deref()?;
    let (from, to) = (Address::parse(&exchange.url)?, Address::parse(location)?);
    let bare = |path: &str| {
        path.split('/')
            .filter(|segment| !segment.is_empty())
            .collect::<Vec<_>>()
            .join("/")
            .to_lowercase()
    };
    if from == to || from.query != to.query || bare(&from.path) != bare(&to.path) {
        return None;
    }
    // The bare root of a host is where people land, not a consumer service.
    if bare(&from.path).is_empty() && from.same_origin(&to) {
        return None;
    }
    let difference = if from.scheme != to.scheme {
        Difference::Scheme
    } else if from.host != to.host {
        Difference::Host
    } else if from.port != to.port {
        Difference::Port
    } else if from.path.trim_end_matches('/') == to.path.trim_end_matches('/') {
        Difference::TrailingSlash
    } else if from.path.to_lowercase() == to.path.to_lowercase() {
        Difference::LetterCase
    } else {
        Difference::Path
    };
    Some((location, difference))
}

/// The browser carried the response along (307 and 308 keep method and body).
fn posted_again(response: &Message, exchange: &Exchange, after: usize) -> bool {
    let later = |index: Option<usize>| index.is_some_and(|index| index > after);
    matches!(exchange.status, 307 | 308)
        && response
            .sightings
            .iter()
            .any(|sighting| sighting.carrier == Carrier::PostForm && later(sighting.exchange))
}

fn describe(
    response: &Response<'_>,
    consumers: &ConsumersOf<'_, '_>,
    exchange: &Exchange,
    location: &str,
    difference: Difference,
) -> Finding {
    let mut finding = response
        .finding(Severity::Error, "The consumer service redirected the POST, the response was lost")
        .detail(format!(
            "The answer {} sends the browser from one spelling of the URL to another ({}); the browser repeats the request as GET, without the form.",
            exchange.status,
            difference.words()
        ))
        .expected(location, "where the redirect leads")
        .actual(&exchange.url, "URL the response was posted to")
        .difference(difference)
        .at(&exchange.place);
    if difference == Difference::Scheme {
        finding = finding.because(&SP_BUILDS_OLD_SCHEME, response.case);
    }
    // The service provider's own spelling, with the port written out, is what has to be registered.
    let value = consumers.reached(location).map_or(location, |used| used.value);
    finding
        .because_with(&REGISTERED_OTHERWISE, response.case, value)
        .because(&GATEWAY_REDIRECTS, response.case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::Side;
    use diag_sdk::testing::{exchange, findings, sign_in};

    fn redirected(outcome: Outcome, status: u16, from: &str, to: &str) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].sightings[1].to = Some(from.to_owned());
        case.exchanges[1] = exchange(Side::Sp, "POST", from, status);
        case.exchanges[1].location = Some(to.to_owned());
        case
    }

    #[test]
    fn only_another_spelling_of_the_same_resource_counts() {
        for (from, to, difference) in [
            ("https://a.example/acs", "https://a.example/acs/", Some(Difference::TrailingSlash)),
            ("http://a.example/acs/", "https://a.example/acs/", Some(Difference::Scheme)),
            ("https://a.example/acs", "https://b.example/acs", Some(Difference::Host)),
            ("https://a.example/ACS", "https://a.example/acs", Some(Difference::LetterCase)),
            ("https://a.example//acs", "https://a.example/acs", Some(Difference::Path)),
            ("https://a.example/acs", "https://a.example/hub", None),
            ("https://a.example/acs", "https://a.example/acs", None),
            ("https://a.example/?acs", "https://a.example/", None),
            ("https://a.example/saml/acs", "https://b.example/hub", None),
        ] {
            let found =
                findings(&ACS_REDIRECTED, &redirected(Outcome::BrokenInTransit, 302, from, to));
            assert_eq!(
                found.first().and_then(|finding| finding.difference),
                difference,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn a_sign_in_that_works_is_none_of_it() {
        assert!(
            findings(
                &ACS_REDIRECTED,
                &redirected(
                    Outcome::SignedIn,
                    302,
                    "https://a.example/acs",
                    "https://a.example/acs/"
                )
            )
            .is_empty()
        );
    }

    #[test]
    fn a_redirect_that_keeps_the_form_loses_nothing() {
        let mut case = redirected(
            Outcome::RefusedBySp,
            308,
            "https://a.example/acs",
            "https://a.example/acs/",
        );
        assert_eq!(findings(&ACS_REDIRECTED, &case).len(), 1);
        let mut again = case.messages[1].sightings[1].clone();
        again.exchange = Some(2);
        case.messages[1].sightings.push(again);
        assert!(findings(&ACS_REDIRECTED, &case).is_empty());
    }

    #[test]
    fn an_answer_without_redirect_is_none_of_it() {
        assert!(
            findings(
                &ACS_REDIRECTED,
                &redirected(
                    Outcome::RefusedBySp,
                    400,
                    "https://a.example/acs",
                    "https://a.example/acs/"
                )
            )
            .is_empty()
        );
    }
}
