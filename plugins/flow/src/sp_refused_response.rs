//! The service provider did not take the response.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check, shown, stated,
};

static IN_ITS_LOG: CauseData = CauseData {
    text: "The service provider knows why it refused and tells only its log",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Read the service provider's log at the time of the refusal",
};

check! {
    /// The service provider did not take the response.
    ///
    /// The identity provider did its part and the browser handed the response over; the service provider
    /// answered with an error, or with an error page under status 200. This is where people notice, and
    /// rarely the cause: a more specific check usually explains it. Where none does, the reason stands in
    /// the service provider's log. Qlik Sense shows the same generic page for every reason.
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
    /// < 400
    /// < Content-Type: text/html
    /// | <html><title>Error 400 - Bad request</title></html>
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
    pub static SP_REFUSED_RESPONSE = {
        id: "flow/sp-refused-response",
        title: "The service provider did not take the response",
        levels: [Severity::Error],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::bare(Party::Sp, &[Stage::Request, Stage::Consumption, Stage::Landing]), Account::bare(Party::Between, &[Stage::Consumption, Stage::Landing]), Account::bare(Party::Browser, &[Stage::Consumption, Stage::Landing])],
        logged: "A log tells of a sign-in that was refused",
        causes: [IN_ITS_LOG],
        references: [Reference::section(Specification::SamlProfiles, "4.1.4.3")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for attempt in case.sign_in_attempts().filter(|attempt| refused(attempt)) {
        let Some(exchange) = case.end_of(attempt) else { continue };
        let place = shown::host_and_path(&exchange.url);
        let asks_again = exchange.page.as_ref().is_some_and(|page| page.login_form && !page.error);
        let message = match (attempt.outcome, exchange.status) {
            (Outcome::DeniedAfterSignIn, status) => {
                format!("Signed in, but {place} answered {status}")
            }
            (Outcome::BrokenInTransit, 0) => format!("{place} could not be reached"),
            (Outcome::BrokenInTransit, status) => {
                format!("The response did not get through: {place} answered {status}")
            }
            (_, status) if attempt.request.is_none() && attempt.response.is_none() => {
                format!("The service provider answered {status} before any SAML message")
            }
            (_, status) if attempt.response.is_none() => {
                format!("The browser came back without a response: {place} answered {status}")
            }
            (_, status) if status < 400 && asks_again => {
                format!("The service provider led back to its own log-in page, {place}")
            }
            (_, status) if status < 400 => {
                format!("The service provider showed an error page, {place}")
            }
            (_, status) => format!("The service provider refused the response with {status}"),
        };
        let mut said: Vec<String> =
            case.failure_of(attempt).and_then(Failure::words).into_iter().collect();
        let ids = exchange.support_ids();
        if !ids.is_empty() {
            said.push(format!("For its support: {ids}."));
        }
        if let Some(time) = exchange.started {
            said.push(format!("Time of the refusal, for the log: {time}."));
        }
        let stated = case.failure_of(attempt).and_then(stated::called_for);
        let log = case
            .product(case.sp_vendor)
            .and_then(|product| Some((&product.name, product.log.as_ref()?)));
        if let Some((product, log)) = log.filter(|_| stated.is_none()) {
            said.push(format!("{product} writes the reason to its log: {log}."));
        }
        let mut finding = Finding::error(message)
            .detail(said.join(" "))
            .at(&exchange.place)
            .attempt(attempt.id.clone());
        finding = match stated {
            // Its reason is understood, and nothing in the files shows where it comes from.
            Some((_, reason)) => finding.because(&reason, case),
            None => finding.cause(&IN_ITS_LOG, case.sp_vendor),
        };
        if let Some(response) = &attempt.response {
            finding = finding.subject(response.clone());
        }
        out.push(finding);
    }
}

/// The response was handed over, or the service provider failed before any message.
fn refused(attempt: &Attempt) -> bool {
    match attempt.outcome {
        Outcome::RefusedBySp | Outcome::DeniedAfterSignIn => true,
        Outcome::BrokenInTransit => attempt.consumption.is_some(),
        _ => false,
    }
}
