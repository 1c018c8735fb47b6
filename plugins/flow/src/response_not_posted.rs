//! The response reached the browser and went no further.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static NO_SCRIPT: CauseData = CauseData {
    text: "The page that posts the response by script was shown, and the script did not run or was blocked",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Allow scripts for the identity provider, or press the button on that page; then record the sign-in to its end",
};
static UNREACHABLE: CauseData = CauseData {
    text: "The browser cannot reach the assertion consumer service: name, network, firewall or TLS certificate",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Open the address of the assertion consumer service from this browser and mend what it complains about",
};
static HELD_BY_BROWSER: CauseData = CauseData {
    text: "An extension of the browser, or a policy of the organisation for it, blocked the request",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Try a window without extensions; then let the blocker leave both sites alone, or the policy allow the address",
};

check! {
    /// The response reached the browser and went no further.
    ///
    /// The identity provider handed the browser a page that posts the response to the service provider, and
    /// no such POST was answered. Either the recording was stopped there, a script blocker kept the page
    /// from posting, or the browser could not reach the address.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://idp.example/login @2s
    /// > user=ann&password=x
    /// < 200
    /// < Content-Type: text/html
    /// | <html><body><form method="post" action="https://sp.example/acs"><input type="hidden" name="SAMLResponse" value="{base64:answer}"/></form></body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/app
    /// ```
    pub static RESPONSE_NOT_POSTED = {
        id: "flow/response-not-posted",
        title: "The response reached the browser and went no further",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp(&[]), Account::between(&[]), Account::browser(&[Meaning::Blocked])],
        causes: [UNREACHABLE, NO_SCRIPT, HELD_BY_BROWSER],
        references: [Reference::section(Specification::SamlBindings, "3.5.4")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for attempt in case.sign_in_attempts() {
        let Some(response) = attempt
            .response
            .as_deref()
            .and_then(|id| case.message(id))
            .filter(|response| response.succeeded())
        else {
            continue;
        };
        let unreachable = attempt.outcome == Outcome::BrokenInTransit
            && case.end_of(attempt).is_some_and(|exchange| exchange.status == 0)
            && attempt
                .end
                .is_none_or(|end| attempt.consumption.is_none_or(|consumption| consumption == end));
        let stopped = response.delivery.is_none()
            && attempt.outcome == Outcome::Incomplete
            && !case.signed_in();
        let place = response.sightings.first().map(|sighting| &sighting.place);
        let finding = if unreachable {
            let failure = case
                .end_of(attempt)
                .and_then(|exchange| exchange.failure.clone())
                .unwrap_or_else(|| "no answer".to_owned());
            let held = failure.to_ascii_uppercase().contains("BLOCKED_BY_CLIENT")
                || failure.to_ascii_uppercase().contains("BLOCKED_BY_ADMINISTRATOR");
            let finding = Finding::error(
                "The browser could not reach the service provider with the response",
            )
            .actual(failure, "the browser");
            if held {
                finding.cause(&HELD_BY_BROWSER, case.sp_vendor)
            } else {
                finding.cause(&UNREACHABLE, case.sp_vendor)
            }
        } else if stopped {
            Finding::warning("The response reached the browser and was not posted")
                .likely()
                .cause(&NO_SCRIPT, case.idp_vendor)
                .cause(&UNREACHABLE, case.sp_vendor)
        } else {
            continue;
        };
        out.push(
            finding
                .at_all(place)
                .at_all(case.end_of(attempt).map(|exchange| &exchange.place))
                .attempt(attempt.id.clone())
                .subject(response.id.clone()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing;

    #[test]
    fn an_extension_is_no_network() {
        let who = |failure: &str| {
            let mut case = testing::sign_in(Outcome::BrokenInTransit);
            case.exchanges[1].status = 0;
            case.exchanges[1].failure = Some(failure.to_owned());
            RESPONSE_NOT_POSTED.judge(&case).found()[0].causes[0].who
        };
        assert_eq!(who("net::ERR_BLOCKED_BY_CLIENT"), Who::User);
        assert_eq!(who("net::ERR_CONNECTION_RESET"), Who::Network);
    }
}
