//! A firewall or bot guard refused the request.

use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::judgement::{Part, Statement};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};

static RULE: CauseData = CauseData {
    text: "A rule of the firewall takes the posted form, with its long field of base64, for an attack, or the visitor for a robot",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Find the rule that fired by the id and the time on the page, and exempt the address that takes SAML messages from it",
};
static ORIGIN: CauseData = CauseData {
    text: "The firewall lets no form in that comes from another site, or nobody from this network or country",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Allow posts from the identity provider's site, and the networks people sign in from",
};

check! {
    /// A firewall or bot guard refused the request.
    ///
    /// Something that filters requests answered in place of the receiver: it takes the posted response for an
    /// attack, the visitor for a robot, or does not let this network in. Its page looks like an error of the
    /// application and has nothing to do with SAML; the application never saw the message and its log is empty.
    /// The page mostly shows an id by which whoever runs the firewall finds the rule that fired.
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
    /// < Server: cloudflare
    /// < CF-RAY: 8c1a2b3c4d5e6f70-FRA
    /// < Content-Type: text/html
    /// | <html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1></body></html>
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
    /// < Server: cloudflare
    /// < CF-RAY: 8c1a2b3c4d5e6f70-FRA
    /// < Content-Type: text/html
    /// | <html><head><title>Error</title></head><body><h1>The SAML response is not valid</h1></body></html>
    /// ```
    pub static BLOCKED_BY_FIREWALL = {
        id: "flow/blocked-by-firewall",
        title: "A firewall or bot guard refused the request",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/sp-refused-response", "flow/request-not-answered", "flow/idp-error-page", "flow/logout-failed"],
        accounts: [
            Account::sp(&[Meaning::Blocked]),
            Account::idp(&[Meaning::Blocked]),
            Account::between(&[Meaning::Blocked]),
            Account::logout(&[Meaning::Blocked]),
        ],
        causes: [RULE, ORIGIN],
        references: [Reference::section(Specification::Rfc(9110), "15.5.4")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for failure in &case.failures {
        let Some(said) = failure.said.iter().find(|statement| blocks(statement)) else { continue };
        let Some(exchange) =
            said.exchange.or(failure.exchange).and_then(|index| case.exchanges.get(index))
        else {
            continue;
        };
        let finding =
            finding(case, Severity::Error, exchange, said.writer.product(), &said.quoted());
        let finding = failure
            .message
            .iter()
            .fold(finding, |finding, message| finding.subject(message.clone()));
        out.push(finding.attempt(failure.attempt.clone().unwrap_or_default()));
    }
    if case.failures.is_empty() && !case.signed_in() {
        // The capture may hold nothing but the page that says so, or end on a check of the visitor.
        let last =
            case.exchanges.iter().enumerate().rev().find(|(_, exchange)| exchange.navigation);
        let Some((index, exchange)) =
            last.filter(|(_, exchange)| exchange.side != Side::Other || exchange.status >= 400)
        else {
            return;
        };
        let phrases = exchange.page.iter().flat_map(|page| &page.phrases);
        let Some(phrase) = phrases.into_iter().find(|phrase| phrase.meaning == Meaning::Blocked)
        else {
            return;
        };
        let severity = if exchange.status >= 400 { Severity::Error } else { Severity::Warning };
        let finding = finding(case, severity, exchange, phrase.writer.product(), &phrase.quoted());
        out.push(
            finding.attempt(
                case.attempt_at(index).map(|attempt| attempt.id.clone()).unwrap_or_default(),
            ),
        );
    }
}

/// A page says that the request was filtered out; what the browser itself holds back is another matter.
fn blocks(statement: &Statement) -> bool {
    statement.meaning == Meaning::Blocked && statement.part != Part::Browser
}

fn finding(
    case: &Case,
    severity: Severity,
    exchange: &Exchange,
    product: Option<&str>,
    words: &str,
) -> Finding {
    let gateway = case.gateway_at(exchange);
    let name =
        product.or_else(|| gateway.map(|gateway| gateway.name.as_str())).unwrap_or("A firewall");
    let mut said = vec![
        format!("{} answered {}.", shown::host_and_path(&exchange.url), exchange.status),
        words.to_owned(),
    ];
    let ids = exchange.support_ids();
    if !ids.is_empty() {
        said.push(format!("For whoever runs it: {ids}."));
    }
    if let Some(time) = exchange.started {
        said.push(format!("Time, for its log: {time}."));
    }
    let vendor = gateway.map(|gateway| gateway.id).unwrap_or_default();
    let finding =
        Finding::new(severity, format!("{name} blocked the request to {}", host(&exchange.url)))
            .detail(said.join(" "))
            .at(&exchange.place);
    let finding = finding.cause(&RULE, vendor);
    if exchange.form_fields.is_empty() { finding.cause(&ORIGIN, vendor) } else { finding }
}

fn host(url: &str) -> String {
    diag_sdk::host::host_of(url).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing;

    #[test]
    fn only_a_page_blocks() {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        testing::says(&mut case, Meaning::Blocked);
        assert_eq!(BLOCKED_BY_FIREWALL.judge(&case).found().len(), 1);
        case.failures[0].said[0].part = Part::Browser;
        assert!(BLOCKED_BY_FIREWALL.judge(&case).found().is_empty());
        testing::says(&mut case, Meaning::Audience);
        assert!(BLOCKED_BY_FIREWALL.judge(&case).found().is_empty());
    }

    #[test]
    fn a_page_alone_is_enough_unless_somebody_signed_in() {
        let mut seen = testing::exchange(Side::Sp, "GET", "https://sp.example/", 403);
        seen.page = Some(testing::page(&[], &[Meaning::Blocked]));
        let case = Case { exchanges: vec![seen.clone()], ..Case::default() };
        assert_eq!(BLOCKED_BY_FIREWALL.judge(&case).found()[0].severity, Severity::Error);
        let mut case = testing::sign_in(Outcome::SignedIn);
        case.exchanges.push(seen);
        assert!(BLOCKED_BY_FIREWALL.judge(&case).found().is_empty());
    }
}
