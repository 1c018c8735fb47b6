//! A Content Security Policy keeps the page from going on.

use diag_sdk::address::Address;
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::message::{Carrier, Message};
use diag_sdk::content_policy::Forbids;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check, shown,
};

static FORM_AT_IDP: CauseData = CauseData {
    text: "The form-action directive of the identity provider's page does not list the service provider it has to post to",
    who: Who::Idp,
    setting: Setting::IdpPageHeaders,
    fix: "Add the origin of the assertion consumer service to form-action, or leave that directive out on this page",
};
static FORM_AT_SP: CauseData = CauseData {
    text: "The form-action directive of the service provider's page does not list the identity provider it leads to",
    who: Who::Sp,
    setting: Setting::SpPageHeaders,
    fix: "Add the origin of the identity provider to form-action: browsers also hold redirects to it that follow a form",
};
static SCRIPT_AT_IDP: CauseData = CauseData {
    text: "The identity provider's page submits its form by an inline script that its own policy forbids",
    who: Who::Idp,
    setting: Setting::IdpPageHeaders,
    fix: "Give the script the nonce or hash of the policy and move it out of attributes such as onload, or allow it on this page",
};
static SCRIPT_AT_SP: CauseData = CauseData {
    text: "The service provider's page submits its form by an inline script that its own policy forbids",
    who: Who::Sp,
    setting: Setting::SpPageHeaders,
    fix: "Give the script the nonce or hash of the policy and move it out of attributes such as onload, or allow it on this page",
};
/// How many exchanges back the page is looked for whose form was submitted.
const BACK: usize = 200;

check! {
    /// A Content Security Policy keeps the page from going on.
    ///
    /// A page may say where its forms go (`form-action`) and which scripts run on it (`script-src`). A sign-in
    /// lives on forms that a script submits to another site: where the policy does not list that site, or forbids
    /// the inline script, the person sees a blank page that waits for ever, and the reason stands only in the
    /// browser's console. Chromium holds a redirect to another site, too, that answers a submitted form.
    /// A policy that only reports (`Content-Security-Policy-Report-Only`) forbids nothing.
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
    /// POST https://idp.example/login @2s
    /// > user=ann&password=x
    /// < 200
    /// < Content-Type: text/html
    /// < Content-Security-Policy: default-src 'self'; form-action 'self'
    /// | <html><body><form method="post" action="https://sp.example/acs"><input type="hidden" name="SAMLResponse" value="{base64:answer}"/></form><script src="/go.js"></script></body></html>
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
    /// POST https://idp.example/login @2s
    /// > user=ann&password=x
    /// < 200
    /// < Content-Type: text/html
    /// < Content-Security-Policy: default-src 'self'; form-action 'self' https://sp.example
    /// < Content-Security-Policy-Report-Only: form-action 'none'
    /// | <html><body><form method="post" action="https://sp.example/acs"><input type="hidden" name="SAMLResponse" value="{base64:answer}"/></form><script src="/go.js"></script></body></html>
    /// ```
    pub static BLOCKED_BY_CONTENT_SECURITY_POLICY = {
        id: "flow/blocked-by-content-security-policy",
        title: "A Content Security Policy keeps the page from going on",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/response-not-posted", "flow/request-not-answered", "flow/capture-starts-late"],
        accounts: [Account::browser(&[])],
        causes: [FORM_AT_IDP, FORM_AT_SP, SCRIPT_AT_IDP, SCRIPT_AT_SP],
        references: [
            Reference::section(Specification::Csp, "6.4.2"),
            Reference::section(Specification::Csp, "6.1.11"),
            Reference::section(Specification::Csp, "6.7"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let stuck = |attempt: &&Attempt| {
        matches!(attempt.outcome, Outcome::Incomplete | Outcome::BrokenInTransit)
    };
    for attempt in case.attempts.iter().filter(stuck) {
        let messages = [&attempt.response, &attempt.request]
            .into_iter()
            .flatten()
            .filter_map(|id| case.message(id));
        if let Some(blocked) = messages
            .into_iter()
            .filter(|message| undelivered(case, message))
            .find_map(|message| blocked(case, message))
        {
            out.push(finding(case, attempt, &blocked));
        }
    }
}

/// No request of the browser carried it, or none that got an answer.
fn undelivered(case: &Case, message: &Message) -> bool {
    let answered =
        |index: usize| case.exchanges.get(index).is_some_and(|exchange| exchange.status != 0);
    !message.delivered_in().is_some_and(answered)
}

struct Blocked<'a> {
    page: &'a Exchange,
    forbids: Forbids<'a>,
    target: &'a str,
    /// The redirect that answered the form.
    redirect: Option<&'a Exchange>,
    message: &'a Message,
}

fn blocked<'a>(case: &'a Case, message: &'a Message) -> Option<Blocked<'a>> {
    message.sightings.iter().find_map(|sighting| {
        let index = sighting.exchange?;
        let exchange = case.exchanges.get(index)?;
        match sighting.carrier {
            Carrier::PageForm => on_page(exchange, message),
            Carrier::LocationHeader if (300..400).contains(&exchange.status) => {
                after_form(case, index, exchange, message)
            }
            _ => None,
        }
    })
}

/// The page with the form must not submit it, or not by the script it has.
fn on_page<'a>(page: &'a Exchange, message: &'a Message) -> Option<Blocked<'a>> {
    page.page.iter().flat_map(|shown| &shown.onward).filter(|way| way.carries.is_some()).find_map(
        |way| {
            let form = page
                .content_policies
                .iter()
                .find_map(|policy| policy.forbids_form(&page.url, &way.to, false));
            let script =
                || page.content_policies.iter().find_map(|policy| policy.forbids_script(way));
            form.or_else(script).map(|forbids| Blocked {
                page,
                forbids,
                target: &way.to,
                redirect: None,
                message,
            })
        },
    )
}

/// A form was submitted as it may be, and its answer leads where the page's policy lets no form go.
fn after_form<'a>(
    case: &'a Case,
    index: usize,
    redirect: &'a Exchange,
    message: &'a Message,
) -> Option<Blocked<'a>> {
    let target = redirect.location.as_deref().filter(|_| redirect.method == "POST")?;
    let from = index.saturating_sub(BACK);
    let here = redirect.url.split('?').next()?;
    let page = case.exchanges.get(from..index)?.iter().rev().find(|exchange| {
        let forms = exchange.page.iter().flat_map(|page| &page.onward);
        forms.into_iter().any(|way| way.method == "POST" && way.to.split('?').next() == Some(here))
    })?;
    let forbids = page
        .content_policies
        .iter()
        .find_map(|policy| policy.forbids_form(&page.url, target, true))?;
    Some(Blocked { page, forbids, target, redirect: Some(redirect), message })
}

fn finding(case: &Case, attempt: &Attempt, blocked: &Blocked<'_>) -> Finding {
    let Blocked { page, forbids, target, redirect, message } = blocked;
    let scripted =
        forbids.directive.starts_with("script-src") || forbids.directive == "default-src";
    let origin = Address::parse(target).map(|address| address.origin()).unwrap_or_default();
    let what = match (redirect, scripted) {
        (Some(_), _) => {
            format!("the redirect that answers its form leads to {origin}, and Chromium holds it")
        }
        (None, true) => format!("the inline script that submits its form to {origin} may not run"),
        (None, false) => format!("its form goes to {origin}"),
    };
    let severity = if case.signed_in() { Severity::Warning } else { Severity::Error };
    let finding = Finding::new(severity, "A Content Security Policy keeps the page from going on")
        .detail(format!(
            "{} says `{}`; {what}. Nothing followed.",
            shown::host_and_path(&page.url),
            forbids.shown()
        ))
        .actual(forbids.shown(), "Content-Security-Policy of the page")
        .at(&page.place)
        .at_all(redirect.map(|redirect| &redirect.place))
        .attempt(attempt.id.clone())
        .subject(message.id.clone());
    match (page.side == Side::Idp, scripted) {
        (true, false) => finding.because_with(&FORM_AT_IDP, case, Some(origin.as_str())),
        (false, false) => finding.because_with(&FORM_AT_SP, case, Some(origin.as_str())),
        (true, true) => finding.because(&SCRIPT_AT_IDP, case),
        (false, true) => finding.because(&SCRIPT_AT_SP, case),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::{ContentPolicy, Onward, Page, Trigger};
    use diag_sdk::case::message::Sighting;
    use diag_sdk::testing;

    /// A sign-in that stopped at the identity provider's page, whose policy has this directive.
    fn stopped(directive: &str, sources: &[&str], by: Trigger) -> Case {
        let mut case = testing::sign_in(Outcome::Incomplete);
        case.exchanges.truncate(1);
        case.attempts[0].exchanges = vec![0];
        case.attempts[0].consumption = None;
        let response = &mut case.messages[1];
        response.sightings.truncate(1);
        response.delivery = None;
        let way = Onward {
            to: testing::ACS_SEEN.to_owned(),
            method: "POST".to_owned(),
            carries: Some("SAMLResponse".to_owned()),
            by,
            ..Onward::default()
        };
        let sources = sources.iter().map(|source| (*source).to_owned()).collect();
        case.exchanges[0].page = Some(Page { onward: vec![way], ..Page::default() });
        case.exchanges[0].content_policies = vec![ContentPolicy {
            directives: vec![(directive.to_owned(), sources)],
            in_page: false,
        }];
        case
    }

    fn told(case: &Case) -> Vec<Who> {
        let judged = BLOCKED_BY_CONTENT_SECURITY_POLICY.judge(case);
        judged.found().iter().map(|finding| finding.causes[0].who).collect()
    }

    #[test]
    fn forms_and_scripts_that_are_forbidden_stop_the_sign_in() {
        assert_eq!(told(&stopped("form-action", &["'self'"], Trigger::ScriptFile)), [Who::Idp]);
        assert_eq!(told(&stopped("script-src", &["'self'"], Trigger::InlineHandler)), [Who::Idp]);
        assert!(told(&stopped("script-src", &["'self'"], Trigger::ScriptFile)).is_empty());
        assert!(told(&stopped("form-action", &["https:"], Trigger::InlineHandler)).is_empty());
    }

    #[test]
    fn what_was_posted_was_not_forbidden() {
        let mut case = stopped("form-action", &["'self'"], Trigger::ScriptFile);
        case.exchanges.push(testing::exchange(Side::Sp, "POST", testing::ACS_SEEN, 200));
        case.messages[1].sightings.push(Sighting {
            exchange: Some(1),
            carrier: Carrier::PostForm,
            ..Sighting::default()
        });
        case.messages[1].delivery = Some(1);
        assert!(told(&case).is_empty());
        case.exchanges[1].status = 0;
        assert_eq!(told(&case).len(), 1, "a request that got no answer was held");
    }
}
