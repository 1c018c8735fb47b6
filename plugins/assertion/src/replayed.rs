//! The same response was posted twice.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::{Carrier, Message, Sighting};
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check, shown,
};

static RELOADED: CauseData = CauseData {
    text: "The page was reloaded, or the back button brought the form of the identity provider back, and the browser posted the same response again",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Start again at the application's own address instead of reloading the page",
};
static RESENT: CauseData = CauseData {
    text: "Something in front of the service provider sends requests again, as a gateway does that retries on another node",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Switch off retries of POST requests to the assertion consumer service",
};

check! {
    /// The same response was posted twice.
    ///
    /// A response is good for one use: a service provider remembers the ids of assertions and refuses
    /// one it has seen (saml-profiles-2.0-os §4.1.4.5). Reloading the page after the POST, or going back
    /// to the identity provider's form, sends it again, and the person who was signed in a moment ago
    /// sees an error page.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    ///
    /// POST https://sense.example/azure/samlauthn/ @30s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static REPLAYED = {
        id: "assertion/replayed",
        title: "The same response was posted twice",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["flow/session-cookie-lost", "assertion/in-response-to-unknown", "assertion/expired", "assertion/unsolicited"],
        accounts: [Account::sp_or_loop(&[Meaning::Replay])],
        logged: "The service provider met the same response twice",
        causes: [RELOADED, RESENT],
        references: [Reference::section(Specification::SamlProfiles, "4.1.4.5")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.responses() {
        let message = response.message;
        let posts = posts(case, message);
        let (Some(first), Some(last)) = (posts.first(), posts.last()) else { continue };
        if posts.len() < 2 {
            continue;
        }
        // Reloading an error page repeats the refusal; the first one is then the thing to look at.
        let first_refused = refused(case, message, first);
        let severity = if refused(case, message, last) && !first_refused {
            Severity::Error
        } else {
            Severity::Warning
        };
        let (count, outcome) = (
            posts.len(),
            if severity == Severity::Error { ", and refused the second time" } else { "" },
        );
        let times = if count == 2 { "twice".to_owned() } else { format!("{count} times") };
        let when: Vec<String> = posts
            .iter()
            .filter_map(|sighting| sighting.time)
            .map(|time| time.to_string())
            .collect();
        let mut finding = response
            .finding(severity, format!("The same response was posted {times}{outcome}"))
            .detail(format!(
                "Posted at {}. A response is good for one use only.",
                when.join(" and ")
            ))
            .at_all(posts.iter().rev().map(|sighting| &sighting.place))
            .because(&RELOADED, case);
        if let Some(id) = &message.xml_id {
            finding = finding
                .actual(
                    format!("{count} POSTs of response {}", shown::id(&id.value)),
                    "the capture",
                )
                .expected("one", "saml-profiles-2.0-os §4.1.4.5");
        }
        let quick = match (first.time, last.time) {
            (Some(first), Some(last)) => last.duration_since(first).as_secs_f64() < 1.0,
            _ => false,
        };
        if quick {
            finding = finding.because(&RESENT, case);
        }
        // The last POST may stand in a later attempt than the one the response belongs to.
        if let Some(attempt) = last.exchange.and_then(|index| case.attempt_at(index)) {
            finding.attempts = vec![attempt.id.clone()];
        }
        out.push(finding);
    }
}

/// POSTs of the message to the same address, without those a server asked for itself: a redirect
/// that keeps the method, a demand to authenticate, a connection that broke.
fn posts<'a>(case: &Case, message: &'a Message) -> Vec<&'a Sighting> {
    let mut posts: Vec<&Sighting> = Vec::new();
    for sighting in message
        .sightings
        .iter()
        .filter(|sighting| sighting.carrier == Carrier::PostForm && sighting.exchange.is_some())
    {
        let address = |sighting: &Sighting| {
            sighting.to.as_deref().map(|to| to.split(['?', '#']).next().unwrap_or(to).to_owned())
        };
        let settled = sighting
            .exchange
            .and_then(|index| case.exchanges.get(index))
            .is_some_and(|exchange| !matches!(exchange.status, 0 | 307 | 308 | 401));
        let same = posts.first().is_none_or(|first| address(first) == address(sighting));
        if settled && same && !posts.iter().any(|known| known.exchange == sighting.exchange) {
            posts.push(sighting);
        }
    }
    posts
}

/// That very POST was refused: the fate of the message says what became of one of them only.
fn refused(case: &Case, message: &Message, sighting: &Sighting) -> bool {
    let Some(index) = sighting.exchange else { return false };
    let signalled = message
        .signals
        .iter()
        .any(|signal| signal.exchange == Some(index) && signal.speaks_for == Fate::Refused);
    let answer = case.exchanges.get(index).filter(|exchange| exchange.side != Side::Idp);
    signalled
        || answer.is_some_and(|answer| {
            answer.status >= 400 || answer.page.as_ref().is_some_and(|page| page.error)
        })
        || case.attempt_at(index).is_some_and(|attempt| {
            attempt.outcome == Outcome::RefusedBySp && attempt.consumption == Some(index)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{ACS_SEEN, exchange, levels, posted, sign_in};

    /// The response of a sign-in that worked is posted again and gets this answer.
    fn again(status: u16) -> Case {
        let mut case = sign_in(Outcome::SignedIn);
        case.messages[1].sightings.push(posted(case.exchanges.len(), 30));
        case.exchanges.push(exchange(Side::Sp, "POST", ACS_SEEN, status));
        case
    }

    #[test]
    fn the_answer_to_the_second_post_decides() {
        assert!(levels(&REPLAYED, &sign_in(Outcome::SignedIn)).is_empty());
        assert_eq!(levels(&REPLAYED, &again(400)), [Severity::Error]);
        assert_eq!(levels(&REPLAYED, &again(302)), [Severity::Warning]);
    }

    #[test]
    fn reloading_an_error_page_is_not_its_cause() {
        let mut case = again(400);
        case.exchanges[1].status = 400;
        assert_eq!(levels(&REPLAYED, &case), [Severity::Warning]);
    }

    #[test]
    fn what_a_server_asked_for_is_no_replay() {
        for status in [0, 307, 308, 401] {
            let mut case = again(302);
            case.exchanges[1].status = status;
            assert!(levels(&REPLAYED, &case).is_empty(), "{status}");
        }
        let mut case = again(400);
        case.messages[1].sightings[2].to = Some("https://broker.example/acs".to_owned());
        assert!(levels(&REPLAYED, &case).is_empty());
    }
}
