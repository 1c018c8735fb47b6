//! The clocks of both sides are so far apart that a good assertion is judged out of time.

use diag_sdk::case::exchange::Side;
use diag_sdk::case::judgement::{Offset, Window};
use diag_sdk::jiff::Timestamp;
use diag_sdk::shown::{seconds, span};
use diag_sdk::view::Response;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static SP_CLOCK: CauseData = CauseData {
    text: "The clock of the service provider's server is wrong",
    who: Who::Sp,
    setting: Setting::SpClock,
    fix: "Synchronise the clock of every node of the service provider with a time server (NTP; w32tm /resync on Windows)",
};
static IDP_CLOCK: CauseData = CauseData {
    text: "The clock of the identity provider's server is wrong",
    who: Who::Idp,
    setting: Setting::IdpClock,
    fix: "Synchronise the clock of every node of the identity provider with a time server (NTP)",
};

/// Seconds by which both clocks may differ before it is worth a word on a sign-in that works.
const WORTH_A_WORD: f64 = 120.0;

check! {
    /// The clocks of both sides are so far apart that a good assertion is judged out of time.
    ///
    /// The identity provider writes the validity of an assertion by its own clock, the service
    /// provider judges it by another. With a few minutes between them every response is expired or not
    /// yet valid on arrival, however often the person tries. Which side is off is told from the `Date`
    /// of the answers and from `IssueInstant`, both against the browser's clock.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now+3s}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now+3s}">
    ///     <saml:Conditions NotBefore="{now}" NotOnOrAfter="{now+5m}"/>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// < Date: Tue, 24 Nov 2026 10:10:03 GMT
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now+3s}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now+3s}">
    ///     <saml:Conditions NotBefore="{now}" NotOnOrAfter="{now+5m}"/>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Date: Tue, 24 Nov 2026 10:00:03 GMT
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static CLOCK_SKEW = {
        id: "assertion/clock-skew",
        title: "The clocks of both sides are too far apart",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["assertion/expired", "assertion/not-yet-valid", "assertion/unsolicited"],
        accounts: [Account::sp_or_loop(&[Meaning::Expired, Meaning::NotYetValid, Meaning::Clock]), Account::idp(&[Meaning::Expired, Meaning::NotYetValid, Meaning::Clock])],
        causes: [SP_CLOCK, IDP_CLOCK],
        references: [
            Reference::section(Specification::SamlCore, "1.3.3"),
            Reference::section(Specification::SamlCore, "2.5.1.2"),
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
        out.extend(judge(&response, time, &assertion.window));
    }
    judge_requests(case, out);
}

/// The service provider judges by its clock, the identity provider wrote by its own: where their
/// difference alone puts the assertion out of time, the clocks are the cause.
fn judge(response: &Response<'_>, time: Timestamp, window: &Window) -> Option<Finding> {
    let exact = || Offset { rests_on: "no answer with a Date".to_owned(), ..Offset::default() };
    let (sp_known, idp_known) =
        (response.message.sp_clock.clone(), response.message.idp_clock.clone());
    let known_both = sp_known.is_some() && idp_known.is_some();
    let (sp, idp) = (sp_known.unwrap_or_else(exact), idp_known.unwrap_or_else(exact));
    let (apart, doubt) =
        (sp.ahead_seconds - idp.ahead_seconds, sp.uncertainty_seconds + idp.uncertainty_seconds);

    let surely_over = window.over(sp.shown_at(time, -1.0));
    let surely_ahead = window.ahead(sp.shown_at(time, 1.0));
    let bound = surely_over.or(surely_ahead);
    let fair = window.holds(idp.shown_at(time, 0.0));
    let decisive = bound.is_some() && fair && apart.abs() > doubt;
    let large = known_both && apart.abs() > WORTH_A_WORD + doubt;
    if !decisive && !large {
        return None;
    }
    let severity = if decisive && response.refused() { Severity::Error } else { Severity::Warning };

    let sp_is_off = sp.ahead_seconds.abs() >= idp.ahead_seconds.abs();
    let (side, offset) =
        if sp_is_off { ("service provider", &sp) } else { ("identity provider", &idp) };
    let direction = if offset.ahead_seconds > 0.0 { "ahead" } else { "behind" };
    let consequence = match (surely_over.is_some(), surely_ahead.is_some()) {
        _ if !decisive => "The assertion was still in time, but little is left of the tolerance.".to_owned(),
        (true, _) => {
            "By the service provider's clock the assertion was over on arrival; with both clocks right it would have been valid.".to_owned()
        }
        (_, _) => {
            "By the service provider's clock the assertion had not begun; with both clocks right it would have been valid.".to_owned()
        }
    };
    let mut detail = format!(
        "{consequence} The {side}'s clock is {} {direction}{} the browser's ({}).",
        span(offset.ahead_seconds),
        if offset.ahead_seconds > 0.0 { " of" } else { "" },
        offset.rests_on
    );
    let (other, other_side) =
        if sp_is_off { (&idp, "identity provider") } else { (&sp, "service provider") };
    if other.ahead_seconds.abs() > 30.0 + other.uncertainty_seconds {
        let direction = if other.ahead_seconds > 0.0 { "ahead" } else { "behind" };
        detail = format!(
            "{detail} The {other_side}'s clock is {} {direction} too ({}); the browser's own may be wrong.",
            span(other.ahead_seconds),
            other.rests_on
        );
    }
    let mut finding = response
        .finding(
            severity,
            format!("The {side}'s clock is {} {direction}", span(offset.ahead_seconds)),
        )
        .detail(detail)
        .expected("both clocks within a few seconds", "saml-core-2.0-os §1.3.3")
        .actual(format!("{} apart", span(apart)), format!("{}; {}", sp.rests_on, idp.rests_on));
    if let Some(bound) = bound {
        finding = finding.at(&bound.place);
    }
    if let Some(receipt) = response.message.delivered() {
        finding = finding.at(&receipt.place);
    }
    Some(finding.because(if sp_is_off { &SP_CLOCK } else { &IDP_CLOCK }, response.case))
}

/// The identity provider says that a request is too old: the service provider's clock is behind, if
/// the request was indeed sent as soon as it was made.
fn judge_requests(case: &Case, out: &mut Findings) {
    for seen in case.vendor_codes() {
        if seen.code != "AADSTS76026" {
            continue;
        }
        let request = seen.attempt.and_then(|attempt| case.request_of(attempt));
        let Some((request, issued, sent)) = request.and_then(|request| {
            Some((request, request.issue_instant.as_ref()?, request.delivered_at()?))
        }) else {
            continue;
        };
        let old = seconds(issued.value, sent);
        let clock = case.clocks.iter().find(|clock| clock.side == Side::Sp);
        // Without a clock that is off the request was simply old: a bookmark or a page left open.
        if !clock.is_some_and(|clock| {
            (clock.ahead_seconds + old).abs() < 60.0 + clock.uncertainty_seconds && old.abs() > 60.0
        }) {
            continue;
        }
        let direction = if old > 0.0 { "behind" } else { "ahead" };
        let finding = seen
            .finding(Severity::Error, format!("The service provider's clock is {} {direction}", span(old)))
            .detail("The identity provider refuses the request for its IssueInstant, which the service provider's clock wrote.")
            .at(&issued.place)
            .at(seen.place)
            .actual(issued.value.to_string(), "AuthnRequest/@IssueInstant")
            .expected(format!("about {sent}"), "when the browser sent it")
            .subject(request.id.clone())
            .because(&SP_CLOCK, case);
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, levels, offset, sign_in, valid};

    /// Valid for five minutes from the POST, as issued by a clock `idp_ahead`; the service provider's is `sp_ahead`.
    fn clocks(sp_ahead: f64, idp_ahead: i32, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].sp_clock = Some(offset(sp_ahead, 1.0));
        case.messages[1].idp_clock = Some(offset(f64::from(idp_ahead), 5.0));
        valid(assertion(&mut case), i64::from(idp_ahead) - 30, i64::from(idp_ahead) + 300);
        case
    }

    fn headline(case: &Case) -> String {
        CLOCK_SKEW.judge(case).found()[0].message.clone()
    }

    #[test]
    fn the_side_that_is_off_is_named() {
        let case = clocks(600.0, 0, Outcome::RefusedBySp);
        assert_eq!(levels(&CLOCK_SKEW, &case), [Severity::Error]);
        assert_eq!(headline(&case), "The service provider's clock is 10 min ahead");
        let case = clocks(0.0, -600, Outcome::RefusedBySp);
        assert_eq!(levels(&CLOCK_SKEW, &case), [Severity::Error]);
        assert_eq!(headline(&case), "The identity provider's clock is 10 min behind");
        let case = clocks(0.0, 600, Outcome::RefusedBySp);
        assert_eq!(headline(&case), "The identity provider's clock is 10 min ahead");
    }

    #[test]
    fn a_wrong_browser_clock_is_nobodys_skew() {
        assert!(levels(&CLOCK_SKEW, &clocks(600.0, 600, Outcome::RefusedBySp)).is_empty());
        assert!(levels(&CLOCK_SKEW, &clocks(0.0, 0, Outcome::RefusedBySp)).is_empty());
    }

    #[test]
    fn the_estimate_must_reach_beyond_the_end() {
        // 301 s ahead, one second of doubt: the end may just not have been reached.
        assert!(
            !levels(&CLOCK_SKEW, &clocks(300.5, 0, Outcome::RefusedBySp))
                .contains(&Severity::Error)
        );
        assert_eq!(levels(&CLOCK_SKEW, &clocks(301.0, 0, Outcome::RefusedBySp)), [Severity::Error]);
    }

    #[test]
    fn a_sign_in_that_works_gets_a_warning_at_most() {
        assert_eq!(levels(&CLOCK_SKEW, &clocks(600.0, 0, Outcome::SignedIn)), [Severity::Warning]);
        assert_eq!(levels(&CLOCK_SKEW, &clocks(200.0, 0, Outcome::SignedIn)), [Severity::Warning]);
        assert!(levels(&CLOCK_SKEW, &clocks(60.0, 0, Outcome::SignedIn)).is_empty());
    }

    #[test]
    fn somebody_who_waited_has_no_clock_problem() {
        let mut case = clocks(0.0, 0, Outcome::RefusedBySp);
        valid(assertion(&mut case), -300, -1);
        assert!(levels(&CLOCK_SKEW, &case).is_empty());
    }
}
