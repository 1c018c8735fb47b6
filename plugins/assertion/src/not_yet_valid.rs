//! The assertion had not begun to be valid when it reached the service provider.

use diag_sdk::shown::{seconds, span};
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static IDP_CLOCK: CauseData = CauseData {
    text: "The identity provider's clock is ahead, so its assertions begin in the future",
    who: Who::Idp,
    setting: Setting::IdpClock,
    fix: "Synchronise the identity provider's clock (NTP), or let its assertions begin some minutes earlier",
};
static SP_CLOCK: CauseData = CauseData {
    text: "The clock of the service provider's server is behind",
    who: Who::Sp,
    setting: Setting::SpClock,
    fix: "Synchronise the clock of every node of the service provider (NTP), and allow a few minutes of tolerance",
};

check! {
    /// The assertion had not begun to be valid when it reached the service provider.
    ///
    /// `NotBefore` lies in the future, because the identity provider's clock is ahead. A service
    /// provider must refuse such an assertion unless it tolerates some difference; the person sees an
    /// error page right after signing in. Judged at the moment of the POST, by the browser's clock.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now+10m}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now+10m}">
    ///     <saml:Conditions NotBefore="{now+10m}" NotOnOrAfter="{now+1h}"/>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
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
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:Conditions NotBefore="{now-5m}" NotOnOrAfter="{now+1h}"/>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static NOT_YET_VALID = {
        id: "assertion/not-yet-valid",
        title: "The assertion was not valid yet when it was posted",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["assertion/unsolicited"],
        accounts: [Account::sp_or_loop(&[Meaning::NotYetValid, Meaning::Clock])],
        logged: "The service provider took an assertion for not valid yet",
        causes: [IDP_CLOCK, SP_CLOCK],
        references: [
            Reference::section(Specification::SamlCore, "2.5.1.2"),
            Reference::section(Specification::SamlProfiles, "4.1.4.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.handed_over() {
        let Some(time) = response.time() else { continue };
        if response.sealed() {
            out.missing(Need::DecryptionKey);
        }
        let Some(assertion) = response.assertion() else { continue };
        let window = &assertion.window;
        let said = response.refused() && response.said(&[Meaning::NotYetValid]);
        let early = window.ahead(time);
        let Some(bound) = early.or_else(|| window.begin.as_ref().filter(|_| said)) else {
            continue;
        };
        let apart = span(seconds(time, bound.time));
        let (headline, detail) = if early.is_some() {
            (
                format!("The assertion begins {apart} after it was posted"),
                format!(
                    "{} lies {apart} after {}, when the browser posted the response.",
                    bound.said_in, time
                ),
            )
        } else {
            (
                "The service provider takes the assertion for not yet valid".to_owned(),
                format!(
                    "By the browser's clock {} had passed {apart} before the POST: the service provider's clock is behind.",
                    bound.said_in
                ),
            )
        };
        let mut finding = response
            .doubt(headline)
            .detail(detail)
            .at(&bound.place)
            .expected(format!("posted at {} or later", bound.time), &bound.said_in)
            .actual(format!("posted at {time}"), "the capture");
        if early.is_some() {
            finding = finding.because(&IDP_CLOCK, case);
        }
        out.push(finding.because(&SP_CLOCK, case));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, levels, says, sign_in, valid};

    fn beginning(seconds: i64, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        valid(assertion(&mut case), seconds, 3600);
        case
    }

    #[test]
    fn the_begin_itself_is_in_time() {
        assert!(levels(&NOT_YET_VALID, &beginning(0, Outcome::RefusedBySp)).is_empty());
        assert_eq!(levels(&NOT_YET_VALID, &beginning(1, Outcome::RefusedBySp)), [Severity::Error]);
        assert_eq!(levels(&NOT_YET_VALID, &beginning(1, Outcome::SignedIn)), [Severity::Warning]);
    }

    #[test]
    fn the_service_providers_word_counts() {
        let mut case = beginning(-10, Outcome::RefusedBySp);
        assert!(levels(&NOT_YET_VALID, &case).is_empty());
        says(&mut case, Meaning::NotYetValid);
        assert_eq!(levels(&NOT_YET_VALID, &case), [Severity::Error]);
    }
}
