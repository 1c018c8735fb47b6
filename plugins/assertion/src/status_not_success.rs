//! The identity provider answered, but not with a success.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::case::message::Status;
use diag_sdk::view::Response;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, spec, status,
};

static REQUEST: CauseData = CauseData {
    text: "The identity provider blames the request: something in it is wrong or not registered",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Read the second-level code and the message, then correct the request or its registration",
};
static IDP: CauseData = CauseData {
    text: "The identity provider could not or would not sign this person in",
    who: Who::Idp,
    setting: Setting::IdpPolicy,
    fix: "Look into the identity provider's log at this moment for the reason behind the code",
};
static NO_KEY_TO_ENCRYPT: CauseData = CauseData {
    text: "The identity provider is to encrypt the assertion and has no certificate of the service provider to encrypt it with",
    who: Who::Sp,
    setting: Setting::SpMetadata,
    fix: "Publish an encryption certificate (KeyDescriptor) in the service provider's metadata and hand that metadata to the identity provider",
};
static ENCRYPTS: CauseData = CauseData {
    text: "The identity provider encrypts for every service provider, also for one that publishes no certificate",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Load the service provider's current metadata, or switch encryption off for this service provider",
};

check! {
    /// The identity provider answered, but not with a success.
    ///
    /// A response carries a status. Anything but success means that there is no assertion in it: the
    /// service provider can only show an error page, which rarely tells the reason. The reason stands
    /// in the second-level code and in the message beside it. More specific checks say what to do about
    /// the codes they know; the others are put into words here.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status>
    ///     <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder">
    ///       <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/>
    ///     </samlp:StatusCode>
    ///     <samlp:StatusMessage>No licence for this application</samlp:StatusMessage>
    ///   </samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static STATUS_NOT_SUCCESS = {
        id: "assertion/status-not-success",
        title: "The identity provider's response is no success",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Authentication,
        needs: [Need::Capture, Need::ServerLog],
        explains: ["flow/sp-refused-response", "flow/redirect-loop", "flow/relay-state-lost"],
        accounts: [Account::bare(Party::Idp, &[Stage::Response]), Account::bare(Party::Sp, &[Stage::Consumption]), Account::idp(&[Meaning::Status])],
        causes: [REQUEST, IDP, NO_KEY_TO_ENCRYPT, ENCRYPTS],
        references: [Reference::section(Specification::SamlCore, "3.2.2.2")],
        run: run,
    }
}

/// What only a log tells: whoever got the response repeats its status there.
fn logged(case: &Case, failure: &Failure) -> Option<Finding> {
    if failure.party != Party::Idp || failure.exchange.is_some() || failure.message.is_some() {
        return None;
    }
    let said = failure.said.iter().find(|said| said.meaning == Meaning::Status)?;
    let finding = Finding::error("The identity provider answered with a status that is no success")
        .detail(said.quoted())
        .actual(said.text.clone(), "the log")
        .at_all(said.place.as_ref());
    let of_request = |finding: Finding| finding.because(&REQUEST, case);
    let of_idp = |finding: Finding| finding.because(&IDP, case);
    let blames_the_request = said.text.contains("Requester");
    Some(if blames_the_request { of_idp(of_request(finding)) } else { of_request(of_idp(finding)) })
}

fn run(case: &Case, out: &mut Findings) {
    out.extend(case.failures.iter().filter_map(|failure| logged(case, failure)));
    for response in case.responses() {
        let Some(status) =
            response.message.status.as_ref().filter(|_| !response.message.succeeded())
        else {
            continue;
        };
        let Some(top) = status.codes.first() else { continue };
        let finding = response
            .finding(severity(&response, status), headline(status))
            .detail(detail(response.case, status))
            .at(&top.place)
            .at_all(status.codes.iter().skip(1).map(|code| &code.place))
            .at_all(status.message.iter().map(|text| &text.place))
            .expected(spec::STATUS_SUCCESS, "saml-core-2.0-os §3.2.2.2")
            .actual(
                status.codes.iter().map(|code| code.value.as_str()).collect::<Vec<_>>().join(" › "),
                "Response/Status",
            );
        out.push(blamed(case, status, finding));
    }
}

/// The lowest code says most.
fn lowest(status: &Status) -> &str {
    status.codes.last().map(|code| code.value.as_str()).unwrap_or_default()
}

fn headline(status: &Status) -> String {
    let code = spec::short(lowest(status));
    match status.vendor_codes.first() {
        Some(vendor) => format!("The identity provider answered {code} ({vendor})"),
        None => format!("The identity provider answered {code}"),
    }
}

fn detail(case: &Case, status: &Status) -> String {
    let mut sentences: Vec<String> = Vec::new();
    if let Some(message) = &status.message {
        let text: String = message
            .value
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(300)
            .collect();
        if !text.is_empty() {
            sentences.push(format!("It says: \u{201c}{text}\u{201d}."));
        }
    }
    for code in &status.vendor_codes {
        sentences.extend(case.code(code).map(|known| format!("{code}: {}.", known.text)));
    }
    // The lowest code that means something: those above it only say whom it blames.
    let telling = status.codes.iter().rev().find_map(|code| status::lookup(&code.value));
    sentences.extend(telling.map(|known| format!("{}: {}.", known.name, known.meaning)));
    sentences.join(" ")
}

/// A silent attempt that fails and is followed by one that works is how silent attempts are meant.
fn severity(response: &Response<'_>, status: &Status) -> Severity {
    let attempt = response.attempt;
    if attempt.is_some_and(|attempt| attempt.outcome == Outcome::SignedIn) {
        return Severity::Notice;
    }
    let recovered = response.case.attempts.iter().any(|later| {
        later.outcome == Outcome::SignedIn
            && attempt
                .is_none_or(|attempt| attempt.id != later.id && later.started >= attempt.started)
    });
    match (recovered, spec::short(lowest(status)) == "NoPassive") {
        (true, true) => Severity::Notice,
        (true, false) => Severity::Warning,
        (false, _) => Severity::Error,
    }
}

/// It says that it could not encrypt.
fn could_not_encrypt(status: &Status) -> bool {
    const COULD_NOT: &[&str] = &[
        "unable to",
        "could not",
        "cannot",
        "can't",
        "failed to",
        "failure",
        "no key",
        "no certificate",
    ];
    status.message.as_ref().is_some_and(|message| {
        let text = message.value.to_lowercase();
        text.contains("encrypt")
            && !text.contains("decrypt")
            && COULD_NOT.iter().any(|words| text.contains(words))
    })
}

fn blamed(case: &Case, status: &Status, finding: Finding) -> Finding {
    if could_not_encrypt(status) {
        return finding.because(&NO_KEY_TO_ENCRYPT, case).because(&ENCRYPTS, case);
    }
    let blames_request = status
        .codes
        .first()
        .is_some_and(|code| matches!(spec::short(&code.value), "Requester" | "VersionMismatch"));
    let mut finding = finding.because(if blames_request { &REQUEST } else { &IDP }, case);
    let Some(likely) = finding.causes.last_mut() else { return finding };
    if let Some(known) = status::lookup(lowest(status)).filter(|known| !known.top_level) {
        known.meaning.clone_into(&mut likely.text);
        known.fix.clone_into(&mut likely.fix);
    }
    if let Some(known) = status.vendor_codes.iter().rev().find_map(|code| case.code(code)) {
        known.text.clone_into(&mut likely.text);
        known.fix.clone_into(&mut likely.fix);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Attempt;
    use diag_sdk::testing::{levels, sign_in};

    fn answered(codes: &[&str], outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        let codes = codes
            .iter()
            .map(|code| format!("urn:oasis:names:tc:SAML:2.0:status:{code}").as_str().into())
            .collect();
        case.messages[1].status = Some(Status {
            codes,
            message: Some("AADSTS50105:  not assigned".into()),
            vendor_codes: vec!["AADSTS50105".to_owned()],
            ..Status::default()
        });
        case
    }

    #[test]
    fn codes_message_and_meaning_are_told() {
        let case = answered(&["Responder", "RequestDenied"], Outcome::RefusedBySp);
        let outcome = STATUS_NOT_SUCCESS.judge(&case);
        let finding = &outcome.found()[0];
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.message, "The identity provider answered RequestDenied (AADSTS50105)");
        let detail = finding.detail.as_deref().unwrap();
        for part in ["RequestDenied: ", "AADSTS50105: ", "“AADSTS50105: not assigned”"] {
            assert!(detail.contains(part), "{detail}");
        }
        assert!(!detail.contains("Responder: "), "the lower code says more: {detail}");
        assert_eq!(finding.causes[0].who, Who::Idp);
        assert_eq!(
            STATUS_NOT_SUCCESS.judge(&answered(&["Requester"], Outcome::RefusedBySp)).found()[0]
                .causes[0]
                .who,
            Who::Sp
        );
    }

    #[test]
    fn who_could_not_encrypt_had_no_key_for_it() {
        let mut case = answered(&["Responder"], Outcome::RefusedByIdp);
        let first = |case: &Case| STATUS_NOT_SUCCESS.judge(case).found()[0].causes[0].text.clone();
        case.messages[1].status.as_mut().unwrap().vendor_codes.clear();
        let mut say = |text: &str| {
            case.messages[1].status.as_mut().unwrap().message = Some(text.into());
            first(&case)
        };
        assert_eq!(say("Unable to encrypt assertion"), NO_KEY_TO_ENCRYPT.text);
        assert_eq!(say("Unable to decrypt NameID"), IDP.text);
    }

    #[test]
    fn success_is_silent() {
        assert!(levels(&STATUS_NOT_SUCCESS, &sign_in(Outcome::RefusedBySp)).is_empty());
        assert!(levels(&STATUS_NOT_SUCCESS, &answered(&["Success"], Outcome::SignedIn)).is_empty());
    }

    #[test]
    fn what_a_later_attempt_mended_is_no_error() {
        let later =
            Attempt { id: "a2".to_owned(), outcome: Outcome::SignedIn, ..Attempt::default() };
        let mut case = answered(&["Responder", "NoPassive"], Outcome::RefusedByIdp);
        case.attempts.push(later.clone());
        assert_eq!(levels(&STATUS_NOT_SUCCESS, &case), [Severity::Notice]);
        let mut case = answered(&["Responder", "AuthnFailed"], Outcome::RefusedByIdp);
        case.attempts.push(later);
        assert_eq!(levels(&STATUS_NOT_SUCCESS, &case), [Severity::Warning]);
    }
}
