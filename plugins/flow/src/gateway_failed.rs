//! A gateway failed in place of the receiver.

use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::judgement::{Failure, Party, Statement};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Vendor, Who, Writer, check, shown,
};

static HEADERS_TOO_LARGE: CauseData = CauseData {
    text: "The application answers a sign-in with many or long headers, mostly cookies, and they do not fit the gateway's buffer for them",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Raise the buffer for the application's response headers, and look for \"too big header\" in the gateway's error log",
};
static NOBODY_BEHIND: CauseData = CauseData {
    text: "The application behind the gateway does not run, is being restarted, or is not reached by the name, port or TLS it expects",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "See whether the application answers the gateway, by the gateway's error log and its health checks",
};
static TOO_SLOW: CauseData = CauseData {
    text: "The application takes longer to answer than the gateway waits; at a sign-in it may itself wait for a directory or the identity provider",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Find what the application waits for, and only then raise the gateway's time limit",
};
static OWN_SERVICES: CauseData = CauseData {
    text: "The service provider's own proxy answers, and the service behind it that the page needs does not run or does not answer it",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "See whether all services of the service provider run, and what their logs say at this time",
};

check! {
    /// A gateway failed in place of the receiver.
    ///
    /// A reverse proxy or load balancer took the browser's request and got no proper answer from what stands
    /// behind it: 502, 503, 504, or a page of its own. Nobody judged the SAML message. Where it happens to some
    /// people only, and only when the response is posted, the application's answer usually has more cookies or
    /// longer headers than the gateway's buffer holds; else the application does not run or takes too long.
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
    /// < 502
    /// < Server: nginx/1.24.0
    /// < Content-Type: text/html
    /// | <html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.24.0</center></body></html>
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
    /// < 500
    /// < Server: nginx/1.24.0
    /// < Content-Type: text/html
    /// | <html><head><title>Error</title></head><body><h1>The SAML response is not valid</h1></body></html>
    /// ```
    pub static GATEWAY_FAILED = {
        id: "flow/gateway-failed",
        title: "A gateway failed in place of the receiver",
        levels: [Severity::Error],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["flow/sp-refused-response", "flow/request-not-answered", "flow/response-not-posted", "flow/idp-error-page", "flow/logout-failed"],
        accounts: [
            Account::between(&[Meaning::Gateway]),
            Account::sp(&[Meaning::Gateway]),
            Account::idp(&[Meaning::Gateway]),
            Account::logout(&[Meaning::Gateway]),
        ],
        causes: [HEADERS_TOO_LARGE, NOBODY_BEHIND, TOO_SLOW, OWN_SERVICES],
        references: [
            Reference::section(Specification::Rfc(9110), "15.6.3"),
            Reference::section(Specification::Rfc(9110), "15.6.4"),
            Reference::section(Specification::Rfc(9110), "15.6.5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for failure in &case.failures {
        let Some(exchange) = failure.exchange.and_then(|index| case.exchanges.get(index)) else {
            continue;
        };
        if by_gateway(case, failure, exchange) {
            let finding = finding(case, exchange, failure.words());
            let finding = failure
                .message
                .iter()
                .fold(finding, |finding, message| finding.subject(message.clone()));
            out.push(finding.attempt(failure.attempt.clone().unwrap_or_default()));
        }
    }
    if case.failures.is_empty() && !case.signed_in() {
        // A capture of nothing but the page that says so.
        let last = case.exchanges.iter().rev().find(|exchange| exchange.navigation);
        out.extend(
            last.filter(|exchange| exchange.got_no_answer())
                .map(|exchange| finding(case, exchange, None)),
        );
    }
}

/// The status or the page is a gateway's, and nobody gave another reason.
fn by_gateway(case: &Case, failure: &Failure, exchange: &Exchange) -> bool {
    let reasons = failure
        .said
        .iter()
        .map(|statement| statement.meaning)
        .filter(|meaning| !meaning.is_vague());
    let mut reasons = reasons.peekable();
    let silent = reasons.peek().is_none();
    let stated = failure.means(&[Meaning::Gateway]);
    // A page in the words of a product that is no gateway was not written by one.
    let own = |statement: &Statement| {
        matches!(statement.writer, Writer::Product(_)) && statement.meaning != Meaning::Gateway
    };
    let silent = silent && (case.gateway_at(exchange).is_some() || !failure.said.iter().any(own));
    (exchange.got_no_answer() && (silent || stated))
        || (stated && exchange.status >= 500)
        || (stated && failure.party == Party::Between && exchange.status >= 400)
}

fn finding(case: &Case, exchange: &Exchange, words: Option<String>) -> Finding {
    let product = case.gateway_at(exchange);
    let vendor = product.map_or(Vendor::Other, |product| product.id);
    let server = exchange
        .server
        .as_deref()
        .and_then(|server| server.split(['/', ' ', '(']).next())
        .filter(|name| !name.is_empty());
    // No gateway shows itself, and the answer is the product's own.
    let own = product.is_none()
        && case.sp_vendor.is_known()
        && exchange.side == Side::Sp
        && exchange.products.contains(&case.sp_vendor);
    let own_name = own.then(|| case.product_name(case.sp_vendor, "A gateway"));
    let name = product.map(|product| product.name.as_str()).or(own_name).or(server);
    let name = name.unwrap_or("A gateway");
    let receiver =
        if exchange.side == Side::Idp { "identity provider" } else { "service provider" };
    let mut said =
        vec![format!("{} answered {}.", shown::host_and_path(&exchange.url), exchange.status)];
    said.extend(words);
    let posted = exchange.method == "POST"
        && exchange.form_fields.iter().any(|field| field == "SAMLResponse");
    let headline = if own {
        format!("{name} answered {}: a service behind it is missing", exchange.status)
    } else {
        format!("{name} answered {} in place of the {receiver}", exchange.status)
    };
    let finding = Finding::error(headline)
        .detail(said.join(" "))
        .actual(exchange.status.to_string(), "status of the answer")
        .at(&exchange.place);
    if own {
        return finding.cause(&OWN_SERVICES, case.sp_vendor).cause(&NOBODY_BEHIND, vendor);
    }
    match exchange.status {
        504 | 522 | 524 => finding.cause(&TOO_SLOW, vendor).cause(&NOBODY_BEHIND, vendor),
        502 | 520 if posted => {
            finding.cause(&HEADERS_TOO_LARGE, vendor).cause(&NOBODY_BEHIND, vendor)
        }
        _ => finding.cause(&NOBODY_BEHIND, vendor).cause(&TOO_SLOW, vendor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing;

    fn answered(status: u16, meaning: Meaning) -> Case {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        case.exchanges[1].status = status;
        case.exchanges[1].form_fields = vec!["SAMLResponse".to_owned()];
        testing::says(&mut case, meaning);
        case
    }

    #[test]
    fn status_and_words_of_gateways() {
        let causes = |case: &Case| {
            GATEWAY_FAILED
                .judge(case)
                .found()
                .iter()
                .map(|found| found.causes[0].text.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(causes(&answered(502, Meaning::Gateway)), [HEADERS_TOO_LARGE.text]);
        assert_eq!(causes(&answered(503, Meaning::ServerError)), [NOBODY_BEHIND.text]);
        assert_eq!(causes(&answered(504, Meaning::Unknown)), [TOO_SLOW.text]);
        assert_eq!(causes(&answered(500, Meaning::Gateway)), [NOBODY_BEHIND.text]);
    }

    #[test]
    fn whoever_judged_the_message_is_no_gateway() {
        for (status, meaning) in
            [(503, Meaning::Audience), (500, Meaning::ServerError), (400, Meaning::Gateway)]
        {
            assert!(
                GATEWAY_FAILED.judge(&answered(status, meaning)).found().is_empty(),
                "{status} {meaning:?}"
            );
        }
        assert!(GATEWAY_FAILED.judge(&testing::sign_in(Outcome::SignedIn)).found().is_empty());
    }
}
