//! The service provider's guard against cross-site requests refused it.

use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};

static EXEMPT: CauseData = CauseData {
    text: "The guard against cross-site requests covers the address that takes responses; a response always comes from another site",
    who: Who::Sp,
    setting: Setting::SpRequestGuard,
    fix: "Exempt the assertion consumer service (and the single logout address) from the guard: a response is protected by its signature and InResponseTo",
};
static START_IS_GUARDED: CauseData = CauseData {
    text: "The address that starts the sign-in is guarded, and was opened by a link or a form without the guard's token",
    who: Who::Sp,
    setting: Setting::SpRequestGuard,
    fix: "Start the sign-in by a form of the application's own page that carries the token, or let the address take a plain link",
};

check! {
    /// The service provider's guard against cross-site requests refused it.
    ///
    /// Web frameworks refuse a posted form that does not carry a token of their own page, so that no other site
    /// can act in a person's name. A SAML response is exactly such a post from another site. Where the framework's
    /// guard covers the assertion consumer service, every sign-in ends with "invalid token", 403 or 419, before
    /// anything looks at the response.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}
    /// < 403
    /// < Content-Type: text/html
    /// | <html><head><title>403 Forbidden</title></head><body><h1>Forbidden (403)</h1><p>CSRF verification failed. Request aborted.</p></body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}
    /// < 403
    /// < Content-Type: text/html
    /// | <html><head><title>403 Forbidden</title></head><body><h1>Forbidden (403)</h1><p>You have no access to this workspace.</p></body></html>
    /// ```
    pub static ACS_BEHIND_CSRF_PROTECTION = {
        id: "flow/acs-behind-csrf-protection",
        title: "The service provider's guard against cross-site requests refused it",
        levels: [Severity::Error],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/sp-refused-response", "flow/logout-failed"],
        accounts: [Account::sp(&[Meaning::CrossSite]), Account::between(&[Meaning::CrossSite]), Account::logout(&[Meaning::CrossSite])],
        causes: [EXEMPT, START_IS_GUARDED],
        references: [
            Reference::section(Specification::SamlBindings, "3.5.4"),
            Reference::page("https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html", "2026-12-01"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // What an identity provider says of a request gone stale on its own pages is no word of the service provider's.
    for failure in case.failures.iter().filter(|failure| failure.party != Party::Idp) {
        if by_status(case, failure) {
            let finding = Finding::error(headline(case, failure)).detail(
                "It answered 419, which stands in no standard: frameworks answer so when the token of their own page is missing or old.",
            );
            let finding = failure
                .message
                .iter()
                .fold(finding, |finding, message| finding.subject(message.clone()));
            let finding = finding
                .at_all(failure.place.as_ref())
                .attempt(failure.attempt.clone().unwrap_or_default());
            out.push(finding.because(&EXEMPT, case));
        } else if let Some(said) =
            failure.said.iter().find(|said| said.meaning == Meaning::CrossSite)
        {
            let finding = Finding::error(headline(case, failure))
                .detail(said.quoted())
                .at_all(said.place.as_ref().or(failure.place.as_ref()));
            let finding = failure
                .message
                .iter()
                .fold(finding, |finding, message| finding.subject(message.clone()));
            let why = if carries(case, failure) { &EXEMPT } else { &START_IS_GUARDED };
            out.push(
                finding.attempt(failure.attempt.clone().unwrap_or_default()).because(why, case),
            );
        }
    }
}

/// The status tells, and no sentence does.
fn by_status(case: &Case, failure: &Failure) -> bool {
    let status = failure
        .exchange
        .and_then(|index| case.exchanges.get(index))
        .map(|exchange| exchange.status);
    status == Some(419)
        && carries(case, failure)
        && failure.said.iter().all(|said| said.meaning.is_vague())
}

/// What was refused carried a message.
fn carries(case: &Case, failure: &Failure) -> bool {
    let exchange = failure.exchange.and_then(|index| case.exchanges.get(index));
    let fields = exchange.into_iter().flat_map(|exchange| &exchange.form_fields);
    fields.into_iter().any(|field| field.starts_with("SAML")) || failure.stage >= Stage::Consumption
}

fn headline(case: &Case, failure: &Failure) -> String {
    let place = failure
        .exchange
        .and_then(|index| case.exchanges.get(index))
        .map(|exchange| shown::host_and_path(&exchange.url));
    match place.filter(|place| place.len() <= 30) {
        Some(place) => format!("A guard against cross-site requests refused {place}"),
        None => "A guard against cross-site requests refused the post".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing;

    #[test]
    fn a_status_that_frameworks_made_up_tells_where_no_sentence_does() {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        testing::says(&mut case, Meaning::Refused);
        let index = case.failures[0].exchange.expect("where it failed");
        let told = |case: &Case| ACS_BEHIND_CSRF_PROTECTION.judge(case).found().len();
        assert_eq!(told(&case), 0);
        case.exchanges[index].status = 419;
        assert_eq!(told(&case), 1);
        testing::says(&mut case, Meaning::UserDisabled);
        assert_eq!(told(&case), 0);
    }

    #[test]
    fn what_was_refused_tells_what_to_exempt() {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        testing::says(&mut case, Meaning::CrossSite);
        let judged = ACS_BEHIND_CSRF_PROTECTION.judge(&case);
        assert_eq!(judged.found()[0].causes[0].text, EXEMPT.text);
        case.failures[0].stage = Stage::Request;
        assert_eq!(
            ACS_BEHIND_CSRF_PROTECTION.judge(&case).found()[0].causes[0].text,
            START_IS_GUARDED.text
        );
        testing::says(&mut case, Meaning::AccessDenied);
        assert!(ACS_BEHIND_CSRF_PROTECTION.judge(&case).found().is_empty());
    }
}
