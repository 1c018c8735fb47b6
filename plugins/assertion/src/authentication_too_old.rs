//! The person authenticated too long ago for the service provider.

use diag_sdk::case::assertion::AuthnStatement;
use diag_sdk::view::Response;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};

static LIMIT: CauseData = CauseData {
    text: "The service provider takes only people who signed in at the identity provider recently, and the session there lives longer than that",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Raise the service provider's limit on the age of the authentication to the longest session of the identity provider, or let it ask with ForceAuthn",
};
static LONG_SESSION: CauseData = CauseData {
    text: "The identity provider answers from a session that began long ago",
    who: Who::Idp,
    setting: Setting::IdpPolicy,
    fix: "Let sessions for this application end sooner (sign-in frequency), so that people authenticate anew",
};
static SIGN_OUT: CauseData = CauseData {
    text: "This person's session at the identity provider is old",
    who: Who::User,
    setting: Setting::Browser,
    fix: "To get in now: sign out at the identity provider, or use a private window, and sign in again",
};

check! {
    /// The person authenticated too long ago for the service provider.
    ///
    /// `AuthnInstant` says when the person really signed in at the identity provider; a browser that keeps its session
    /// there brings an old one for days or weeks. Some service providers allow two hours and refuse whatever is
    /// older, so that the same person gets in on one day and not on the next, and a private window helps.
    /// No clock is wrong then.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer>
    ///     <saml:AuthnStatement AuthnInstant="{now-30000s}"><saml:AuthnContext/></saml:AuthnStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/saml/SSO @3s
    /// > SAMLResponse={post:response}
    /// < 401
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer>
    ///     <saml:AuthnStatement AuthnInstant="{now-60s}"><saml:AuthnContext/></saml:AuthnStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/saml/SSO @3s
    /// > SAMLResponse={post:response}
    /// < 401
    /// ```
    pub static AUTHENTICATION_TOO_OLD = {
        id: "assertion/authentication-too-old",
        title: "The person authenticated too long ago for the service provider",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::AuthnTooOld, Meaning::Credentials])],
        logged: "The authentication is older than the service provider allows",
        causes: [LIMIT, LONG_SESSION, SIGN_OUT],
        references: [
            Reference::section(Specification::SamlCore, "2.7.2").about("AuthnInstant"),
            Reference::section(Specification::SamlCore, "3.4.1").about("ForceAuthn"),
        ],
        run: run,
    }
}

/// What service providers allow that have a limit and were not told another: two hours.
const USUAL_LIMIT: f64 = 7200.0;

fn run(case: &Case, out: &mut Findings) {
    for response in case
        .responses()
        .into_iter()
        .filter(|response| response.message.succeeded() && response.refused())
    {
        let said = response.statement(&[Meaning::AuthnTooOld]);
        let authn = response.assertion().and_then(|assertion| assertion.authn.as_ref());
        let age = age(&response, authn);
        let old = age.is_some_and(|age| age > USUAL_LIMIT);
        let finding = match (&said, age) {
            (Some(said), age) => {
                let detail = match age {
                    Some(age) => format!("{}\nThe person authenticated {} before the response was delivered.", said.quoted(), shown::span(age)),
                    None => said.quoted(),
                };
                response
                    .finding(Severity::Error, "The authentication is older than the service provider allows")
                    .detail(detail)
                    .at_all(&said.place)
            }
            // Without a word of it, age is only one of the things that may be wrong.
            // A service provider that was sent no password and speaks of one knows no better words.
            (None, Some(age)) if old && response.reason_is(&[Meaning::Credentials]) != Some(false) => response
                .finding(Severity::Warning, "The person authenticated long before, which may be why they are refused")
                .likely()
                .detail(format!(
                    "The identity provider answered from a session that was {} old. Many service providers allow two hours and say no more than that the sign-in failed.",
                    shown::span(age)
                )),
            _ => continue,
        };
        out.push(described(case, finding, authn));
    }
}

/// Seconds between the authentication and the delivery.
fn age(response: &Response<'_>, authn: Option<&AuthnStatement>) -> Option<f64> {
    let delivered = response.time()?;
    Some(shown::seconds(authn?.authn_instant?, delivered))
}

fn described(case: &Case, mut finding: Finding, authn: Option<&AuthnStatement>) -> Finding {
    if let Some((authn, instant)) = authn.and_then(|authn| Some((authn, authn.authn_instant?))) {
        finding = finding
            .actual(instant.to_string(), "AuthnStatement/@AuthnInstant")
            .expected(
                "a moment within the service provider's limit (often two hours)",
                "the service provider",
            )
            .at(&authn.place);
    }
    finding.because(&LIMIT, case).because(&LONG_SESSION, case).because(&SIGN_OUT, case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, findings, from_post, levels, says, sign_in};

    fn authenticated(outcome: Outcome, seconds: i64) -> Case {
        let mut case = sign_in(outcome);
        assertion(&mut case).authn = Some(AuthnStatement {
            authn_instant: Some(from_post(seconds).value),
            ..AuthnStatement::default()
        });
        case
    }

    #[test]
    fn two_hours_are_the_boundary_where_nothing_is_said() {
        assert!(
            levels(&AUTHENTICATION_TOO_OLD, &authenticated(Outcome::RefusedBySp, -7200)).is_empty()
        );
        assert_eq!(
            levels(&AUTHENTICATION_TOO_OLD, &authenticated(Outcome::RefusedBySp, -7201)),
            [Severity::Warning]
        );
        assert!(
            levels(&AUTHENTICATION_TOO_OLD, &authenticated(Outcome::SignedIn, -900_000)).is_empty()
        );
    }

    #[test]
    fn the_service_providers_word_counts_and_so_does_another_reason() {
        let mut case = authenticated(Outcome::RefusedBySp, -60);
        says(&mut case, Meaning::AuthnTooOld);
        let found = findings(&AUTHENTICATION_TOO_OLD, &case);
        assert_eq!((found[0].severity, found[0].causes[0].who), (Severity::Error, Who::Sp));
        let mut case = authenticated(Outcome::RefusedBySp, -90_000);
        says(&mut case, Meaning::Credentials);
        assert_eq!(
            levels(&AUTHENTICATION_TOO_OLD, &case),
            [Severity::Warning],
            "nobody sent it a password"
        );
        says(&mut case, Meaning::Audience);
        assert!(levels(&AUTHENTICATION_TOO_OLD, &case).is_empty());
    }
}
