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
static LIMIT: CauseData = CauseData {
    text: "Something repeats the requests, such as a loop, a monitor or a page that tries again; or many people share one address",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Wait, and sign in once in a new window. If it comes back, end what repeats the requests, or raise the limit for the addresses of the sign-in",
};

check! {
    /// A firewall or bot guard refused the request.
    ///
    /// Something that filters requests answered in place of the receiver: it takes the posted response for an
    /// attack, the visitor for a robot, or does not let this network in. Its page looks like an error of the
    /// application and has nothing to do with SAML; the application never saw the message and its log is empty.
    /// The page mostly shows an id by which whoever runs the firewall finds the rule that fired.
    ///
    /// The same holds of a limit of requests: who answers 429, or says that there were too many, takes no message of
    /// anybody for a while, and nothing is wrong with this one.
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
        title: "A firewall, bot guard or request limit refused the request",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/sp-refused-response", "flow/request-not-answered", "flow/idp-error-page", "flow/logout-failed"],
        accounts: [
            Account::sp(&[Meaning::Blocked, Meaning::RateLimited]),
            Account::idp(&[Meaning::Blocked, Meaning::RateLimited]),
            Account::between(&[Meaning::Blocked, Meaning::RateLimited]),
            Account::logout(&[Meaning::Blocked, Meaning::RateLimited]),
        ],
        logged: "A firewall or bot guard says that it refused the request",
        causes: [RULE, ORIGIN, LIMIT],
        references: [
            Reference::section(Specification::Rfc(9110), "15.5.4"),
            Reference::section(Specification::Rfc(6585), "4").about("429"),
        ],
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
        let said = (said.meaning, said.writer.product(), said.quoted());
        let finding = finding(case, Severity::Error, exchange, said);
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
        let Some(phrase) = phrases.into_iter().find(|phrase| holds_back(phrase.meaning)) else {
            return;
        };
        let severity = if exchange.status >= 400 { Severity::Error } else { Severity::Warning };
        let said = (phrase.meaning, phrase.writer.product(), phrase.quoted());
        let finding = finding(case, severity, exchange, said);
        out.push(
            finding.attempt(
                case.attempt_at(index).map(|attempt| attempt.id.clone()).unwrap_or_default(),
            ),
        );
    }
}

/// A page says that the request was filtered out; what the browser itself holds back is another matter.
fn blocks(statement: &Statement) -> bool {
    holds_back(statement.meaning) && statement.part != Part::Browser
}

fn holds_back(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Blocked | Meaning::RateLimited)
}

fn finding(
    case: &Case,
    severity: Severity,
    exchange: &Exchange,
    (meaning, product, words): (Meaning, Option<&str>, String),
) -> Finding {
    let gateway = case.gateway_at(exchange);
    let name = product.or_else(|| gateway.map(|gateway| gateway.name.as_str()));
    let mut said = vec![
        format!("{} answered {}.", shown::host_and_path(&exchange.url), exchange.status),
        words,
    ];
    let ids = exchange.support_ids();
    if !ids.is_empty() {
        said.push(format!("For whoever runs it: {ids}."));
    }
    if let Some(time) = exchange.started {
        said.push(format!("Time, for its log: {time}."));
    }
    let vendor = gateway.map(|gateway| gateway.id).unwrap_or_default();
    let told = |headline: String| {
        Finding::new(severity, headline).detail(said.join(" ")).at(&exchange.place)
    };
    let to = host(&exchange.url);
    if meaning == Meaning::RateLimited {
        let name = name.map_or_else(|| to.clone(), |name| format!("{name}, in front of {to},"));
        return told(format!("{name} takes no more requests for a while")).cause(&LIMIT, vendor);
    }
    let name = name.unwrap_or("A firewall");
    let finding = told(format!("{name} blocked the request to {to}")).cause(&RULE, vendor);
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
        testing::says(&mut case, Meaning::RateLimited);
        let limited = BLOCKED_BY_FIREWALL.judge(&case);
        assert!(limited.found()[0].message.contains("no more requests"), "{limited:?}");
        assert_eq!(limited.found()[0].causes[0].text, LIMIT.text);
        testing::says(&mut case, Meaning::Blocked);
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
