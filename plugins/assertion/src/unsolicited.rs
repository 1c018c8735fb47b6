use diag_sdk::case::product::Habit;
use diag_sdk::{Account, Case, CauseData, Findings, Meaning, Need, Setting, Severity, Stage, Who, check};

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

check! {
    /// The response answers no request: the sign-in was started at the identity provider.
    ///
    /// Without `InResponseTo` a service provider cannot tell whether anybody asked for the response.
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
        accounts: [Account::sp_or_loop(&[Meaning::Unsolicited, Meaning::InResponseTo])],
        logged: "The service provider takes no response it did not ask for",
        causes: [START_AT_SP, ALLOW],
        references: ["saml-profiles-2.0-os §4.1.5"],
        run: run,
    }
}

const MEANINGS: &[Meaning] = &[Meaning::Unsolicited, Meaning::InResponseTo];

fn run(case: &Case, out: &mut Findings) {
    for response in case.responses().into_iter().filter(|response| response.time().is_some()) {
        let message = response.message;
        let answers = |id: &Option<diag_sdk::Sited<String>>| id.as_ref().is_some_and(|id| !id.value.is_empty());
        let confirmed = message
            .assertions
            .iter()
            .flat_map(|assertion| &assertion.confirmations)
            .any(|confirmation| answers(&confirmation.in_response_to));
        if !message.succeeded() || answers(&message.in_response_to) || confirmed {
            continue;
        }
        let severity = match (response.refused(), response.said(MEANINGS)) {
            (true, true) => Severity::Error,
            (true, false) if response.said_otherwise(MEANINGS) => Severity::Notice,
            // Many take what nobody asked for. One that asked, or whose maker has sign-ins start there only, may not.
            (true, false)
                if response.attempt.is_some_and(|attempt| attempt.request.is_some()) || case.sp_has_habit(Habit::StartsSignIns) =>
            {
                Severity::Warning
            }
            _ => Severity::Notice,
        };
        let (headline, detail) = if severity == Severity::Warning {
            (
                "The response answers no request, which may be why it was refused",
                "InResponseTo is missing: the sign-in was started at the identity provider. Some service providers take only answers to their own requests.",
            )
        } else if severity == Severity::Error {
            (
                "The response answers no request, and the service provider refused it",
                "InResponseTo is missing: the sign-in was started at the identity provider. The service provider takes only answers to its own requests.",
            )
        } else {
            ("The response answers no request", "InResponseTo is missing: the sign-in was started at the identity provider.")
        };
        let mut finding = response
            .finding(severity, headline)
            .detail(detail)
            .at(&message.place)
            .expected("the ID of a request", "saml-core-2.0-os §3.2.2");
        finding = finding.actual("no InResponseTo", "the response");
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        if severity > Severity::Notice {
            let start = case.relevant_configurations().find_map(|configuration| configuration.acs_url.as_ref()).and_then(|acs| {
                let hub = acs.value.strip_suffix("/samlauthn/")?;
                Some(format!("{hub}/hub"))
            });
            finding = finding.because_with(&START_AT_SP, case, start.as_deref()).because(&ALLOW, case);
        }
        out.push(finding);
    }
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
    fn one_answer_anywhere_is_an_answer() {
        assert!(levels(&UNSOLICITED, &sign_in(Outcome::RefusedBySp)).is_empty());
        let mut case = sign_in(Outcome::RefusedBySp);
        case.messages[1].in_response_to = None;
        assert!(levels(&UNSOLICITED, &case).is_empty());
    }

    #[test]
    fn a_refusal_by_the_identity_provider_is_another_matter() {
        let mut case = unsolicited(Outcome::RefusedBySp);
        case.messages[1].status.as_mut().unwrap().codes = vec!["urn:oasis:names:tc:SAML:2.0:status:Responder".into()];
        assert!(levels(&UNSOLICITED, &case).is_empty());
    }
}
