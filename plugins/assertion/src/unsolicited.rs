//! The response answers no request.

use diag_sdk::address::Address;
use diag_sdk::case::product::Habit;
use diag_sdk::jiff::Timestamp;
use diag_sdk::view::Response;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::{HashMap, HashSet};

static START_AT_SP: CauseData = CauseData {
    text: "The sign-in was started at the identity provider (its application portal or test button), and the service provider takes only answers to its own requests",
    who: Who::Idp,
    setting: Setting::IdpSignOnUrl,
    fix: "Give the application a start URL at the service provider, so that the portal sends people there first",
};
static ALLOW: CauseData = CauseData {
    text: "The service provider is not set up to accept unsolicited responses",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Allow sign-ins started at the identity provider, if the product offers it; it needs a signed assertion and a RelayState",
};

static RELAY_STATE: CauseData = CauseData {
    text: "The service provider takes sign-ins that start at the identity provider only with the RelayState it has been told, and another one or none came",
    who: Who::Idp,
    setting: Setting::IdpRelayState,
    fix: "Enter the default RelayState that the service provider's set-up names, letter by letter, for this application",
};
static LEFT_OUT: CauseData = CauseData {
    text: "The service provider asked, and the identity provider leaves InResponseTo out of its response",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Let the identity provider answer the request it got: use its SAML 2.0 end point for requests, not the link that starts sign-ins there; some products have to be updated for it",
};

check! {
    /// The response answers no request.
    ///
    /// The sign-in was started at the identity provider, or that leaves out `InResponseTo` although it was asked.
    /// Without it a service provider cannot tell whether anybody asked for the response.
    /// Some products refuse such responses altogether, others need a RelayState to know where to send
    /// the person. It works where the service provider allows it; then this is only a remark.
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
    /// < 400
    /// ```
    pub static UNSOLICITED = {
        id: "assertion/unsolicited",
        title: "The response answers no request",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["endpoints/sign-on-url-wrong", "flow/relay-state-lost"],
        accounts: [Account::sp_or_loop(UNASKED)],
        logged: "The service provider takes no response it did not ask for",
        causes: [START_AT_SP, ALLOW, RELAY_STATE, LEFT_OUT],
        references: [Reference::section(Specification::SamlProfiles, "4.1.5")],
        run: run,
    }
}

const MEANINGS: &[Meaning] = &[Meaning::Unsolicited, Meaning::InResponseTo];
/// Who asked for nothing has no RelayState of its own to find again either.
const UNASKED: &[Meaning] = &[Meaning::Unsolicited, Meaning::InResponseTo, Meaning::RelayState];

fn run(case: &Case, out: &mut Findings) {
    let responses = case.responses();
    let open = Open::of(case, &responses);
    for response in responses.iter().filter(|response| response.time().is_some()) {
        let message = response.message;
        let answers = |id: &Option<diag_sdk::Sited<String>>| {
            id.as_ref().is_some_and(|id| !id.value.is_empty())
        };
        let confirmed = message
            .assertions
            .iter()
            .flat_map(|assertion| &assertion.confirmations)
            .any(|confirmation| answers(&confirmation.in_response_to));
        if !message.succeeded() || answers(&message.in_response_to) || confirmed {
            continue;
        }
        let asked = open.asks_for(response);
        let meanings = if asked { MEANINGS } else { UNASKED };
        let severity = match (response.refused(), response.said(meanings)) {
            (true, true) => Severity::Error,
            (true, false) if response.said_otherwise(meanings) => Severity::Notice,
            // By a rule of its maker it refuses all of them.
            (true, false) if !asked && case.sp_has_habit(Habit::RefusesUnsolicited) => {
                Severity::Error
            }
            // Many take what nobody asked for. One that asked, or whose maker has sign-ins start there only, may not.
            (true, false) if asked || case.sp_has_habit(Habit::StartsSignIns) => Severity::Warning,
            _ => Severity::Notice,
        };
        let headline = match severity {
            Severity::Warning => "The response answers no request, which may be why it was refused",
            Severity::Error => {
                "The response answers no request, and the service provider refused it"
            }
            Severity::Notice => "The response answers no request",
        };
        let origin = if asked {
            "InResponseTo is missing, although the service provider sent a request."
        } else {
            "InResponseTo is missing, and the capture shows no request of the service provider: the sign-in was started at the identity provider, or before the capture began."
        };
        let demand = match (severity, response.statement(meanings)) {
            (Severity::Error, Some(said)) => format!("\n{}", said.quoted()),
            (Severity::Error, None) => format!(
                " {} is known to take only answers to its own requests.",
                case.product_name(case.sp_vendor, "This service provider")
            ),
            (Severity::Warning, _) => {
                " Some service providers take only answers to their own requests.".to_owned()
            }
            _ => String::new(),
        };
        let mut finding = response
            .finding(severity, headline)
            .detail(format!("{origin}{demand}"))
            .at(&message.place)
            .expected("the ID of a request", "saml-core-2.0-os §3.2.2")
            .actual("no InResponseTo", "the response");
        let by_rule = severity == Severity::Error && !response.said(meanings);
        if severity == Severity::Warning || by_rule {
            finding = finding.likely();
        }
        if severity > Severity::Notice {
            finding =
                if by_rule { start_at_sp(case, finding) } else { causes(case, finding, asked) };
            if response.said(&[Meaning::RelayState]) {
                finding = finding.because(&RELAY_STATE, case);
            }
        }
        out.push(finding);
    }
}

/// When the browser first carried a request that no response of the capture names, by the host that is to get the answer.
#[derive(Default)]
struct Open<'a> {
    by_host: HashMap<String, Timestamp>,
    anywhere: Option<Timestamp>,
    answered: HashSet<&'a str>,
}

impl<'a> Open<'a> {
    fn of(case: &'a Case, responses: &[Response<'a>]) -> Self {
        let named =
            responses.iter().filter_map(|response| response.message.in_response_to.as_ref());
        let mut open =
            Self { answered: named.map(|id| id.value.as_str()).collect(), ..Self::default() };
        for request in case.requests() {
            let answered = request
                .message
                .xml_id
                .as_ref()
                .is_some_and(|id| open.answered.contains(id.value.as_str()));
            let Some(sent) = request.time().filter(|_| !answered) else { continue };
            let first = match request.acs_url().and_then(|url| Address::parse(&url.value)) {
                Some(wanted) => open.by_host.entry(wanted.host).or_insert(sent),
                None => open.anywhere.get_or_insert(sent),
            };
            *first = sent.min(*first);
        }
        open
    }

    /// A request that this response can be the answer to was carried before it.
    fn asks_for(&self, response: &Response<'_>) -> bool {
        if response.attempt.is_some_and(|attempt| attempt.request.is_some())
            || response.request().is_some()
        {
            return true;
        }
        let Some(delivered) = response.time() else { return false };
        let host = response.message.delivered_to().and_then(Address::parse).map(|to| to.host);
        let first =
            host.and_then(|host| self.by_host.get(&host)).into_iter().chain(&self.anywhere).min();
        first.is_some_and(|sent| *sent <= delivered)
    }
}

fn causes(case: &Case, finding: Finding, asked: bool) -> Finding {
    if asked {
        return finding.because(&LEFT_OUT, case).because(&ALLOW, case);
    }
    start_at_sp(case, finding).because(&ALLOW, case)
}

fn start_at_sp(case: &Case, finding: Finding) -> Finding {
    let start = case
        .relevant_configurations()
        .find_map(|configuration| configuration.acs_url.as_ref())
        .and_then(|acs| {
            let hub = acs.value.strip_suffix("/samlauthn/")?;
            Some(format!("{hub}/hub"))
        });
    finding.because_with(&START_AT_SP, case, start.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, levels, says, sign_in};

    fn unsolicited(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].in_response_to = None;
        assertion(&mut case).confirmations[0].in_response_to = None;
        case
    }

    #[test]
    fn a_product_that_takes_none_refuses_them_by_rule() {
        use diag_sdk::case::product::ProductFacts;
        let vendor = diag_sdk::Vendor::named("strict");
        let unasked = |outcome| {
            let mut case = unsolicited(outcome);
            case.attempts[0].request = None;
            case.messages.remove(0);
            case
        };
        let strict = |outcome| Case {
            sp_vendor: vendor,
            products: vec![ProductFacts {
                id: vendor,
                habits: vec![Habit::RefusesUnsolicited],
                ..ProductFacts::default()
            }],
            ..unasked(outcome)
        };
        let found = UNSOLICITED.judge(&strict(Outcome::RefusedBySp));
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!((finding.severity, finding.certain), (Severity::Error, false));
        assert_eq!(finding.causes.len(), 1, "there is nothing to allow");
        assert_eq!(levels(&UNSOLICITED, &strict(Outcome::SignedIn)), [Severity::Notice]);
    }

    #[test]
    fn it_is_an_error_only_where_it_was_refused_for_it() {
        assert_eq!(levels(&UNSOLICITED, &unsolicited(Outcome::SignedIn)), [Severity::Notice]);
        assert_eq!(levels(&UNSOLICITED, &unsolicited(Outcome::RefusedBySp)), [Severity::Warning]);
        let mut case = unsolicited(Outcome::RefusedBySp);
        says(&mut case, Meaning::Audience);
        assert_eq!(levels(&UNSOLICITED, &case), [Severity::Notice]);
        says(&mut case, Meaning::Unsolicited);
        assert_eq!(levels(&UNSOLICITED, &case), [Severity::Error]);
    }

    #[test]
    fn whoever_was_not_asked_has_no_relay_state_to_find() {
        let mut case = unsolicited(Outcome::RefusedBySp);
        says(&mut case, Meaning::RelayState);
        assert_eq!(levels(&UNSOLICITED, &case), [Severity::Notice]);
        case.messages.remove(0);
        case.attempts[0].request = None;
        let judged = UNSOLICITED.judge(&case);
        assert_eq!(judged.found()[0].severity, Severity::Error);
        assert!(judged.found()[0].causes.iter().any(|cause| cause.text == RELAY_STATE.text));
    }

    #[test]
    fn one_answer_anywhere_is_an_answer() {
        assert!(levels(&UNSOLICITED, &sign_in(Outcome::RefusedBySp)).is_empty());
        let mut case = sign_in(Outcome::RefusedBySp);
        case.messages[1].in_response_to = None;
        assert!(levels(&UNSOLICITED, &case).is_empty());
    }

    #[test]
    fn whoever_asked_did_not_start_at_the_identity_provider() {
        let mut case = unsolicited(Outcome::RefusedBySp);
        says(&mut case, Meaning::Unsolicited);
        let judged = UNSOLICITED.judge(&case);
        assert_eq!(judged.found()[0].causes[0].text, LEFT_OUT.text);
        assert!(judged.found()[0].causes.iter().all(|cause| cause.text != START_AT_SP.text));
        case.messages.remove(0);
        case.attempts[0].request = None;
        assert_eq!(UNSOLICITED.judge(&case).found()[0].causes[0].text, START_AT_SP.text);
    }

    #[test]
    fn a_refusal_by_the_identity_provider_is_another_matter() {
        let mut case = unsolicited(Outcome::RefusedBySp);
        case.messages[1].status.as_mut().unwrap().codes =
            vec!["urn:oasis:names:tc:SAML:2.0:status:Responder".into()];
        assert!(levels(&UNSOLICITED, &case).is_empty());
    }
}
