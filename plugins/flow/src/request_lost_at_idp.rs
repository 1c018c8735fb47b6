//! The identity provider lost the request over its own log-in.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::{Carrier, Message};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};

static DROPS_THE_FORM: CauseData = CauseData {
    text: "The identity provider sends people to its log-in first and afterwards repeats the address of the request without its form",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Update the identity provider; until then have requests sent by HTTP-Redirect, or people sign in there beforehand",
};
static ASK_BY_REDIRECT: CauseData = CauseData {
    text: "The service provider posts its requests, which this identity provider keeps only while nobody has to log in",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Send requests by HTTP-Redirect: choose that binding, or load metadata that lists it for the single sign-on service",
};
static DROPS_THE_QUERY: CauseData = CauseData {
    text: "The identity provider, or a gateway in front of it, repeats the address of the request after the log-in without its query",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Have the address kept whole on the way to the log-in and back: as one encoded value, or in the session",
};

check! {
    /// The identity provider lost the request over its own log-in.
    ///
    /// Who is not signed in at the identity provider yet is sent to its log-in page first, and from there back to
    /// the address that took the request. Some identity providers forget the request on that way: a posted form
    /// does not survive a redirect, and a query is cut where the way back is written down. After the log-in the
    /// same address is asked without a request, and answers that it is missing. Who already has a session there
    /// never meets the fault.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// POST https://idp.example/sso @1s
    /// > SAMLRequest={post:one}
    /// < 302
    /// < Location: https://idp.example/login?next=/sso
    ///
    /// GET https://idp.example/login?next=/sso @2s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><form method="post"><input type="password" name="p"/></form></html>
    ///
    /// POST https://idp.example/login?next=/sso @9s
    /// > user=ann&p=x
    /// < 302
    /// < Location: https://idp.example/sso
    ///
    /// GET https://idp.example/sso @10s
    /// < 400
    /// < Content-Type: text/html
    /// | <html><title>Bad Request</title><h1>Bad Request</h1></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// POST https://idp.example/sso @1s
    /// > SAMLRequest={post:one}
    /// < 400
    /// < Content-Type: text/html
    /// | <html><title>Bad Request</title><h1>Bad Request</h1></html>
    /// ```
    pub static REQUEST_LOST_AT_IDP = {
        id: "flow/request-lost-at-idp",
        title: "The identity provider lost the request over its own log-in",
        levels: [Severity::Error],
        stage: Stage::IdpRequest,
        needs: [Need::Capture],
        explains: ["flow/idp-error-page", "flow/request-not-answered", "flow/wrong-binding"],
        accounts: [Account::idp(&[Meaning::MessageMissing, Meaning::MethodNotAllowed])],
        causes: [DROPS_THE_FORM, ASK_BY_REDIRECT, DROPS_THE_QUERY],
        references: [
            Reference::section(Specification::SamlBindings, "3.5"),
            Reference::section(Specification::Rfc(9110), "15.4"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let failed = |attempt: &&Attempt| {
        matches!(
            attempt.outcome,
            Outcome::RefusedByIdp | Outcome::Incomplete | Outcome::BrokenInTransit
        )
    };
    for attempt in
        case.sign_in_attempts().filter(failed).filter(|attempt| attempt.response.is_none())
    {
        let Some(request) = case.request_of(attempt) else { continue };
        if let Some((asked, again)) = repeated(case, attempt, request) {
            out.push(finding(case, attempt, request, asked, again));
        }
    }
}

/// The exchange that carried the request, and the later one that asked the same address without it and failed.
fn repeated<'a>(
    case: &'a Case,
    attempt: &Attempt,
    request: &Message,
) -> Option<(&'a Exchange, &'a Exchange)> {
    let index = request.delivered_in()?;
    let asked = case.exchanges.get(index)?;
    let place = Address::parse(&asked.url)?;
    let same = |exchange: &Exchange| {
        let here = Address::parse(&exchange.url);
        here.is_some_and(|here| {
            here.host == place.host
                && here.path.trim_end_matches('/') == place.path.trim_end_matches('/')
        })
    };
    let carries =
        |index: usize| request.sightings.iter().any(|sighting| sighting.exchange == Some(index));
    let later =
        attempt.exchanges.iter().copied().filter(|other| *other > index && !carries(*other));
    let again = later
        .filter_map(|other| case.exchanges.get(other))
        .find(|exchange| exchange.method == "GET" && same(exchange))?;
    let failed = again.status >= 400 || again.page.as_ref().is_some_and(|page| page.error);
    // Whoever says that something else is wrong has read the request.
    let phrases = again.page.iter().flat_map(|page| &page.phrases).map(|phrase| phrase.meaning);
    let about_it = |meaning: Meaning| {
        meaning.is_vague()
            || matches!(
                meaning,
                Meaning::MessageMissing
                    | Meaning::MethodNotAllowed
                    | Meaning::Damaged
                    | Meaning::Malformed
                    | Meaning::WrongBinding
            )
    };
    (failed && phrases.into_iter().all(about_it)).then_some((asked, again))
}

fn finding(
    case: &Case,
    attempt: &Attempt,
    request: &Message,
    asked: &Exchange,
    again: &Exchange,
) -> Finding {
    let place = shown::host_and_path(&again.url);
    let finding = Finding::error("The identity provider lost the request over its own log-in")
        .detail(format!(
            "{place} got the request by {} and, after the log-in, was asked by GET without it: it answered {}.",
            asked.method, again.status
        ))
        .at(&again.place)
        .at(&asked.place)
        .attempt(attempt.id.clone())
        .subject(request.id.clone());
    if request.delivered().is_some_and(|sighting| sighting.carrier == Carrier::PostForm) {
        finding.because(&DROPS_THE_FORM, case).because(&ASK_BY_REDIRECT, case)
    } else {
        finding.because(&DROPS_THE_QUERY, case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::Side;
    use diag_sdk::testing;

    fn asked_again(url: &str, meaning: Meaning) -> Case {
        let mut case = testing::refused_by_idp(&[], &[Meaning::Unknown]);
        let mut again = testing::exchange(Side::Idp, "GET", url, 400);
        again.page = Some(testing::page(&[], &[meaning]));
        case.exchanges.push(again);
        case.attempts[0].exchanges.push(1);
        case.attempts[0].end = Some(1);
        let sighting = testing::posted(0, 0);
        case.messages[0].sightings = vec![sighting];
        case.messages[0].delivery = Some(0);
        case
    }

    #[test]
    fn the_same_address_without_the_request_lost_it() {
        let told = |case: &Case| REQUEST_LOST_AT_IDP.judge(case).found().len();
        assert_eq!(told(&asked_again(testing::SSO_URL, Meaning::MessageMissing)), 1);
        assert_eq!(told(&asked_again(testing::SSO_URL, Meaning::Unknown)), 1);
        assert_eq!(told(&asked_again(testing::SSO_URL, Meaning::Acs)), 0, "it read the request");
        assert_eq!(told(&asked_again("https://idp.example/other", Meaning::MessageMissing)), 0);
    }
}
