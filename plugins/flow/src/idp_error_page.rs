//! The identity provider showed an error page.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::case::product::CodeClass;
use diag_sdk::{
    Account, Case, Cause, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage,
    Who, check, shown,
};

static SAID_ON_PAGE: CauseData = CauseData {
    text: "The identity provider says on its page why it refused",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Look the message up in the identity provider's sign-in log, by the time and the ids given here",
};

check! {
    /// The identity provider showed an error page.
    ///
    /// The request reached the identity provider, and instead of a response for the service provider it
    /// showed a page of its own. Entra ID puts a code on it (`AADSTS` and digits) together with a request
    /// and a correlation id; other products write a sentence. Where a more specific check explains the
    /// page, that check leads; where none does, the code's own meaning and fix are given here, and for a
    /// code nobody has described yet the vendor's page that explains it.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://sense.example/azure/hub @0s
    /// < 302
    /// < Location: https://login.microsoftonline.com/common/saml2?SAMLRequest={redirect:request}
    ///
    /// GET https://login.microsoftonline.com/common/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><head><title>Sign in to your account</title></head><body>AADSTS90019: No tenant-identifying information found. Correlation ID: 0b6f3a52-77aa-4c1e-9a0f-5d2c1b3e4f60</body></html>
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
    /// GET https://sense.example/azure/hub @0s
    /// < 302
    /// < Location: https://login.microsoftonline.com/common/saml2?SAMLRequest={redirect:request}
    ///
    /// GET https://login.microsoftonline.com/common/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><head><title>Sign in to your account</title></head><body><form><input type="password" name="passwd"/></form></body></html>
    /// ```
    pub static IDP_ERROR_PAGE = {
        id: "flow/idp-error-page",
        title: "The identity provider showed an error page",
        levels: [Severity::Error],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered"],
        accounts: [Account::bare(Party::Idp, &[Stage::IdpRequest, Stage::Authentication])],
        logged: "The identity provider refused and says why",
        causes: [SAID_ON_PAGE],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told = false;
    for attempt in case
        .sign_in_attempts()
        .filter(|attempt| attempt.outcome == Outcome::RefusedByIdp && attempt.response.is_none())
    {
        if let Some(exchange) = page_of(case, attempt) {
            out.push(finding(case, exchange, case.failure_of(attempt)).attempt(attempt.id.clone()));
            told = true;
        }
    }
    // An identity provider that was sent a response by another one: what it numbers its refusal by, it tells everybody.
    for attempt in case.sign_in_attempts().filter(|attempt| attempt.outcome == Outcome::RefusedBySp)
    {
        let numbered = |exchange: &&Exchange| {
            let codes = exchange.page.iter().filter(|page| page.error).flat_map(|page| &page.codes);
            let known =
                |code: &String| case.code(code).is_some() || case.page_of_code(code).is_some();
            codes.filter(|code| !interrupts(case, code)).any(known)
        };
        if let Some(exchange) = case.end_of(attempt).filter(numbered) {
            let mut finding = finding(case, exchange, case.failure_of(attempt));
            finding.also_explains.push("flow/sp-refused-response".to_owned());
            out.push(finding.attempt(attempt.id.clone()));
            told = true;
        }
    }
    // A capture of nothing but the error page.
    if !told
        && !case.signed_in()
        && case.attempts.iter().all(|attempt| attempt.outcome == Outcome::Incomplete)
    {
        let shown = |exchange: &&Exchange| {
            exchange.side == Side::Idp
                && exchange.page.as_ref().is_some_and(|page| {
                    page.error
                        && page.codes.iter().any(|code| {
                            !interrupts(case, code) && case.bears_on_saml(exchange, code)
                        })
                })
        };
        if let Some(exchange) = case.exchanges.iter().rfind(shown) {
            out.push(finding(case, exchange, None));
        }
    }
}

/// A question on the way (which account, stay signed in?) rather than an error.
fn interrupts(case: &Case, code: &str) -> bool {
    case.code(code).is_some_and(|known| known.class == Some(CodeClass::Interrupt))
}

fn page_of<'a>(case: &'a Case, attempt: &Attempt) -> Option<&'a Exchange> {
    let idp =
        |index: &usize| case.exchanges.get(*index).filter(|exchange| exchange.side == Side::Idp);
    let with_error = attempt
        .exchanges
        .iter()
        .rev()
        .filter_map(idp)
        .find(|exchange| exchange.page.as_ref().is_some_and(|page| page.error));
    with_error.or_else(|| case.end_of(attempt))
}

fn finding(case: &Case, exchange: &Exchange, failure: Option<&Failure>) -> Finding {
    let codes: Vec<&str> =
        exchange.page.iter().flat_map(|page| &page.codes).map(String::as_str).collect();
    let who = case.product_name(case.idp_vendor, "The identity provider");
    let message = match (codes.as_slice(), exchange.headline()) {
        ([], Some(text)) => format!("{who} showed an error page: {}", shortened(&text)),
        ([], None) => {
            format!("{who} answered {} at {}", exchange.status, shown::host_and_path(&exchange.url))
        }
        (codes, _) => format!("{who} showed an error page: {}", codes.join(", ")),
    };
    let mut detail: Vec<String> = codes.iter().map(|code| meaning(case, code)).collect();
    detail.extend(failure.and_then(Failure::words));
    let ids = exchange.support_ids();
    if !ids.is_empty() {
        detail.push(format!("For the vendor's support: {ids}."));
    }
    let mut finding = Finding::error(message).at(&exchange.place).detail(detail.join(" "));
    for code in &codes {
        if let Some(known) = case.code(code) {
            finding.causes.push(known.cause(case));
        } else if let Some(page) = case.page_of_code(code) {
            let text = format!("{code} is not among the codes diag knows");
            let fix = "Open the vendor's page on this code".to_owned();
            finding.causes.push(Cause {
                text,
                who: Who::Idp,
                screen: "a browser".to_owned(),
                fix,
                value: Some(page.to_owned()),
                ..Cause::default()
            });
        }
    }
    if finding.causes.is_empty() { finding.cause(&SAID_ON_PAGE, case.idp_vendor) } else { finding }
}

fn meaning(case: &Case, code: &str) -> String {
    match case.code(code) {
        Some(known) => format!("{code}: {}.", known.text.trim_end_matches('.')),
        None => format!("{code} is a code diag does not know."),
    }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 90 {
        line
    } else {
        format!("{}…", line.chars().take(89).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::AttemptKind;
    use diag_sdk::case::exchange::Page;
    use diag_sdk::case::product::VendorCode;
    use diag_sdk::testing;

    fn code(code: &str, class: CodeClass) -> VendorCode {
        testing::known_code(code, "what it means", class)
    }

    fn case(codes: &[&str], outcome: Outcome) -> Case {
        let page = Page {
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            error: true,
            ..Page::default()
        };
        let exchange =
            Exchange { side: Side::Idp, status: 200, page: Some(page), ..Exchange::default() };
        let attempt = Attempt {
            id: "a1".into(),
            kind: AttemptKind::SignIn,
            outcome,
            exchanges: vec![0],
            end: Some(0),
            ..Attempt::default()
        };
        let unknown = VendorCode {
            class: None,
            page: Some("https://idp.example/error?code=9990123".into()),
            ..code("AADSTS9990123", CodeClass::User)
        };
        Case {
            exchanges: vec![exchange],
            attempts: vec![attempt],
            codes: vec![
                code("AADSTS75006", CodeClass::Request),
                code("AADSTS16000", CodeClass::Interrupt),
                unknown,
            ],
            idp_vendor: testing::ENTRA,
            products: testing::products(),
            ..Case::default()
        }
    }

    #[test]
    fn every_code_is_told_with_its_fix_and_unknown_ones_with_the_page() {
        let findings =
            IDP_ERROR_PAGE.judge(&case(&["AADSTS75006", "AADSTS9990123"], Outcome::RefusedByIdp));
        let finding = &findings.found()[0];
        assert!(
            finding.message.contains("AADSTS75006") && finding.message.contains("AADSTS9990123")
        );
        assert_eq!(finding.causes.len(), 2);
        assert_eq!(
            finding.causes[1].value.as_deref(),
            Some("https://idp.example/error?code=9990123")
        );
    }

    #[test]
    fn whoever_was_sent_the_response_may_number_its_refusal() {
        let told = |codes: &[&str], error: bool| {
            let mut case = case(codes, Outcome::RefusedBySp);
            case.exchanges[0].page.as_mut().expect("a page").error = error;
            IDP_ERROR_PAGE.judge(&case).found().first().cloned()
        };
        let finding = told(&["AADSTS75006"], true).expect("it is numbered");
        assert_eq!(finding.also_explains, ["flow/sp-refused-response"]);
        assert!(told(&["AADSTS16000"], true).is_none(), "a question on the way");
        assert!(told(&["AADSTS75006"], false).is_none() && told(&[], true).is_none());
    }

    #[test]
    fn an_attempt_that_went_on_has_no_error_page() {
        assert!(
            IDP_ERROR_PAGE.judge(&case(&["AADSTS50126"], Outcome::SignedIn)).found().is_empty()
        );
        assert!(
            IDP_ERROR_PAGE.judge(&case(&["AADSTS50126"], Outcome::Abandoned)).found().is_empty()
        );
        assert!(
            IDP_ERROR_PAGE.judge(&case(&["AADSTS16000"], Outcome::Incomplete)).found().is_empty()
        );
    }
}
