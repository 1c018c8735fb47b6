//! The assertion was over when it reached the service provider.

use diag_sdk::shown::{seconds, span};
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static WAITED: CauseData = CauseData {
    text: "The response reached the service provider late: a page was left open, the back button or a bookmark brought an old one back",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Start again at the application and finish the sign-in without leaving the page",
};
static LIFETIME: CauseData = CauseData {
    text: "The identity provider gives its assertions too short a life, or its clock is behind",
    who: Who::Idp,
    setting: Setting::IdpClock,
    fix: "Synchronise the identity provider's clock (NTP) and let assertions live for five minutes or more",
};
static SP_CLOCK: CauseData = CauseData {
    text: "The clock of the service provider's server is ahead",
    who: Who::Sp,
    setting: Setting::SpClock,
    fix: "Synchronise the clock of every node of the service provider (NTP)",
};

check! {
    /// The assertion was over when it reached the service provider.
    ///
    /// An assertion says until when it may be used, in its conditions and in the confirmation of its
    /// subject. A service provider must refuse it from that moment on; the person sees an error page
    /// right after signing in, and signing in again often works. Judged at the moment the browser
    /// posted the message, by the browser's clock; where a side's clock is off, clock-skew says so.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now-10m}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now-10m}">
    ///     <saml:Conditions NotBefore="{now-15m}" NotOnOrAfter="{now-5m}"/>
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
    ///     <saml:Conditions NotBefore="{now-5m}" NotOnOrAfter="{now+5m}"/>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static EXPIRED = {
        id: "assertion/expired",
        title: "The assertion was over when it was posted",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["assertion/unsolicited"],
        accounts: [Account::sp_or_loop(&[Meaning::Expired, Meaning::Clock])],
        logged: "The service provider took an assertion for expired",
        causes: [WAITED, LIFETIME, SP_CLOCK],
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
        let said = response.refused() && response.said(&[Meaning::Expired, Meaning::Clock]);
        let (bound, headline, detail) = if let Some(end) = window.over(time) {
            let late = span(seconds(end.time, time));
            let detail = format!(
                "{} had passed {late} before the browser posted the response, at {}.",
                end.said_in, time
            );
            (end, format!("The assertion was over {late} before it was posted"), detail)
        } else if let Some(end) =
            window.end.as_ref().filter(|_| said && window.ahead(time).is_none())
        {
            let left = span(seconds(time, end.time));
            let detail = format!(
                "The service provider says that the assertion has expired. By the browser's clock {left} were left until {}: \
                 the service provider's clock is ahead.",
                end.said_in
            );
            (end, "The service provider takes the assertion for expired".to_owned(), detail)
        } else {
            continue;
        };
        let mut finding = response
            .doubt(headline)
            .detail(detail)
            .at(&bound.place)
            .expected(format!("posted before {}", bound.time), &bound.said_in)
            .actual(format!("posted at {time}"), "the capture");
        let behind = response
            .message
            .idp_clock
            .as_ref()
            .is_some_and(|clock| clock.ahead_seconds + clock.uncertainty_seconds < -30.0);
        finding = match (window.over(time), behind) {
            (None, _) => finding.because(&SP_CLOCK, case),
            (_, true) => finding.because(&LIFETIME, case).because(&WAITED, case),
            (_, false) => finding.because(&WAITED, case).because(&LIFETIME, case),
        };
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, bound, levels, says, sign_in, valid};

    fn ending(seconds: i64, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        valid(assertion(&mut case), -300, seconds);
        case
    }

    #[test]
    fn the_end_itself_is_too_late_and_the_second_before_is_not() {
        assert_eq!(levels(&EXPIRED, &ending(0, Outcome::RefusedBySp)), [Severity::Error]);
        assert_eq!(levels(&EXPIRED, &ending(-1, Outcome::RefusedBySp)), [Severity::Error]);
        assert!(levels(&EXPIRED, &ending(1, Outcome::RefusedBySp)).is_empty());
    }

    #[test]
    fn what_was_accepted_is_at_most_a_warning() {
        assert_eq!(levels(&EXPIRED, &ending(-1, Outcome::SignedIn)), [Severity::Warning]);
        assert!(levels(&EXPIRED, &sign_in(Outcome::SignedIn)).is_empty());
        assert_eq!(levels(&EXPIRED, &ending(-1, Outcome::Incomplete)), [Severity::Warning]);
    }

    #[test]
    fn the_confirmation_counts_as_well_as_the_conditions() {
        let mut case = sign_in(Outcome::RefusedBySp);
        assertion(&mut case).window.end = Some(bound(-60, "SubjectConfirmationData/@NotOnOrAfter"));
        assert_eq!(levels(&EXPIRED, &case), [Severity::Error]);
        let outcome = EXPIRED.judge(&case);
        assert!(outcome.found()[0].message.contains("60 s"), "{}", outcome.found()[0].message);
    }

    #[test]
    fn the_service_providers_word_counts_when_our_clock_disagrees() {
        let mut case = ending(600, Outcome::RefusedBySp);
        assert!(levels(&EXPIRED, &case).is_empty());
        says(&mut case, Meaning::Expired);
        assert_eq!(levels(&EXPIRED, &case), [Severity::Error]);
    }

    #[test]
    fn an_encrypted_assertion_is_not_judged() {
        let mut case = ending(-1, Outcome::RefusedBySp);
        case.messages[1].assertions.clear();
        case.messages[1].encrypted.push(diag_sdk::case::signature::Encryption {
            element: "EncryptedAssertion".to_owned(),
            ..Default::default()
        });
        let outcome = EXPIRED.judge(&case);
        assert!(outcome.found().is_empty());
        assert_eq!(outcome.missed(), [Need::DecryptionKey]);
    }
}
