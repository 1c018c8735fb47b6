//! The identity provider refused the credentials.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who,
    check,
};

static MISTYPED: CauseData = CauseData {
    text: "User name or password are wrong, or the account is locked",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Try again with the right credentials, or have the password reset at the identity provider",
};

check! {
    /// The identity provider refused the credentials.
    ///
    /// The person typed something the identity provider did not accept. When they got in afterwards this
    /// is a remark only; when they never did, single sign-on itself was not even tried, and nothing in the
    /// configuration of either side can help.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><title>Sign in</title><body><form method="post"><input type="password" name="passwd"/></form></body></html>
    ///
    /// POST https://login.microsoftonline.com/t/login @9s
    /// > login=ann%40example.org&passwd=x
    /// < 200
    /// < Content-Type: text/html
    /// | <html><title>Sign in</title><body>Your account or password is incorrect. AADSTS50126<form method="post"><input type="password" name="passwd"/></form></body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><title>Sign in</title><body><form method="post"><input type="password" name="passwd"/></form></body></html>
    /// ```
    pub static CREDENTIALS_REJECTED = {
        id: "flow/credentials-rejected",
        title: "The identity provider refused the credentials",
        levels: [Severity::Error, Severity::Notice],
        stage: Stage::Authentication,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered"],
        accounts: [Account::idp(&[Meaning::Credentials])],
        causes: [MISTYPED],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for attempt in case.sign_in_attempts().filter(|attempt| attempt.credential_retries > 0) {
        let finding = if never_got_in(case, attempt) {
            Finding::error("The identity provider refused the credentials, and nothing followed")
                .cause(&MISTYPED, case.idp_vendor)
        } else {
            let times = if attempt.credential_retries == 1 {
                "once".to_owned()
            } else {
                format!("{} times", attempt.credential_retries)
            };
            Finding::notice(format!("Credentials were refused {times} on the way"))
        };
        out.push(
            finding
                .at_all(case.end_of(attempt).map(|exchange| &exchange.place))
                .attempt(attempt.id.clone()),
        );
    }
}

/// The capture ends on the refusal, and no later attempt took over.
fn never_got_in(case: &Case, attempt: &Attempt) -> bool {
    let refused_last = case.end_of(attempt).is_some_and(|exchange| {
        exchange.page.as_ref().is_some_and(|page| page.credentials_rejected)
    });
    matches!(attempt.outcome, Outcome::RefusedByIdp | Outcome::Incomplete)
        && attempt.response.is_none()
        && refused_last
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::{Exchange, Page};

    fn level(outcome: Outcome, rejected_last: bool) -> Option<Severity> {
        let page = Page { credentials_rejected: rejected_last, ..Page::default() };
        let exchange = Exchange { page: Some(page), ..Exchange::default() };
        let attempt =
            Attempt { outcome, credential_retries: 1, end: Some(0), ..Attempt::default() };
        let case = Case { exchanges: vec![exchange], attempts: vec![attempt], ..Case::default() };
        CREDENTIALS_REJECTED.judge(&case).found().first().map(|finding| finding.severity)
    }

    #[test]
    fn only_a_person_who_never_got_in_has_an_error() {
        assert_eq!(level(Outcome::RefusedByIdp, true), Some(Severity::Error));
        assert_eq!(level(Outcome::SignedIn, false), Some(Severity::Notice));
        assert_eq!(level(Outcome::RefusedBySp, false), Some(Severity::Notice));
    }
}
