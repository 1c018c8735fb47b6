//! A message is larger than its receiver takes.

use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};
use std::fmt::Write;

static MANY_GROUPS: CauseData = CauseData {
    text: "The assertion carries very many values, usually every group of the person",
    who: Who::Idp,
    setting: Setting::IdpGroups,
    fix: "Send only the groups assigned to the application, or filter them",
};
static LIMIT: CauseData = CauseData {
    text: "A web server or gateway in front of the service provider, or the service provider itself, limits the size of what is posted",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Raise the limit for the assertion consumer service URL",
};
static LONG_ADDRESS: CauseData = CauseData {
    text: "The address with the request in it is longer than the receiver or a gateway takes",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Send requests by HTTP-POST, or shorten the RelayState",
};
static RESPONSE_IN_ADDRESS: CauseData = CauseData {
    text: "The response travels in an address, which is longer than the receiver or a gateway takes; a response has to be posted",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Register the assertion consumer service with the HTTP-POST binding",
};

/// Entra ID: the query is too long.
const CODES: &[&str] = &["AADSTS90015"];

check! {
    /// A message is larger than its receiver takes.
    ///
    /// A person in very many groups gets an assertion of hundreds of kilobytes, and the service provider or
    /// a web server in front of it answers 413; a long signed request in an address is answered with 414 or
    /// 431. Others with fewer groups sign in without trouble, which makes it look like a matter of the person.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}
    /// < 413
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @2s
    /// > SAMLResponse={post:answer}
    /// < 400
    /// ```
    pub static MESSAGE_TOO_LARGE = {
        id: "flow/message-too-large",
        title: "A message is larger than its receiver takes",
        levels: [Severity::Error],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered", "endpoints/sso-url-wrong"],
        accounts: [Account::sp(&[Meaning::TooLarge]), Account::idp(&[Meaning::TooLarge]).codes(CODES), Account::between(&[Meaning::TooLarge])],
        causes: [MANY_GROUPS, LIMIT, LONG_ADDRESS, RESPONSE_IN_ADDRESS],
        references: [
            Reference::section(Specification::Rfc(9110), "15.5.14"),
            Reference::section(Specification::Rfc(9110), "15.5.15"),
            Reference::section(Specification::Rfc(6585), "5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for message in &case.messages {
        let answer = message
            .delivered()
            .and_then(|sighting| sighting.exchange)
            .and_then(|index| Some((index, case.exchanges.get(index)?)));
        let Some((index, exchange)) = answer else { continue };
        if !too_large(exchange) {
            continue;
        }
        out.push(finding(case, message, index, exchange));
    }
}

fn too_large(exchange: &Exchange) -> bool {
    let says_so = |page: &diag_sdk::case::exchange::Page| {
        page.error && page.phrases.iter().any(|phrase| phrase.meaning == Meaning::TooLarge)
    };
    let codes = exchange.page.iter().flat_map(|page| &page.codes);
    matches!(exchange.status, 413 | 414 | 431)
        || exchange.page.as_ref().is_some_and(says_so)
        || codes.into_iter().any(|code| CODES.contains(&code.as_str()))
}

fn finding(case: &Case, message: &Message, index: usize, exchange: &Exchange) -> Finding {
    let values: usize = message
        .assertions
        .iter()
        .flat_map(|assertion| &assertion.attributes)
        .map(|attribute| attribute.values.len())
        .sum();
    let most = message
        .assertions
        .iter()
        .flat_map(|assertion| &assertion.attributes)
        .max_by_key(|attribute| attribute.values.len());
    let kilobytes = ((message.encoded_length + 500) / 1000).max(1);
    let mut detail = format!(
        "{} answered {} to {} {} of {kilobytes} kB.",
        shown::host_and_path(&exchange.url),
        exchange.status,
        if message.root.starts_with('A') { "an" } else { "a" },
        message.root
    );
    if let Some(attribute) = most.filter(|attribute| attribute.values.len() > 20) {
        let _ = write!(
            detail,
            " {} of its {values} attribute values belong to {}.",
            attribute.values.len(),
            attribute.name
        );
    }
    let finding = Finding::error(format!("The {} is larger than its receiver takes", message.root))
        .detail(detail)
        .actual(
            format!("{} characters, answered with {}", message.encoded_length, exchange.status),
            "the capture",
        )
        .at(&exchange.place)
        .attempt(case.attempt_at(index).map(|attempt| attempt.id.clone()).unwrap_or_default())
        .subject(message.id.clone());
    if exchange.method == "GET" && message.kind == MessageKind::Response {
        return finding
            .cause(&RESPONSE_IN_ADDRESS, case.idp_vendor)
            .cause(&MANY_GROUPS, case.idp_vendor);
    }
    if exchange.side == Side::Idp || exchange.method == "GET" {
        return finding.cause(&LONG_ADDRESS, case.sp_vendor);
    }
    if most.is_some_and(|attribute| attribute.values.len() > 20) {
        finding.cause(&MANY_GROUPS, case.idp_vendor).cause(&LIMIT, case.sp_vendor)
    } else {
        finding.cause(&LIMIT, case.sp_vendor).cause(&MANY_GROUPS, case.idp_vendor)
    }
}
