//! The request forbade a log-in page, and nobody was signed in.

use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Specification, Stage, Who, check, spec,
};

static PASSIVE: CauseData = CauseData {
    text: "The service provider asks for a silent sign-in (IsPassive) and does not go on when nobody is signed in",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Send requests without IsPassive, or answer NoPassive with a request that allows a log-in page",
};
static NO_SESSION: CauseData = CauseData {
    text: "The person has no session at the identity provider, or the browser withholds its cookies there",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Sign in at the identity provider first, and allow its cookies in frames and private windows",
};

check! {
    /// The request forbade a log-in page, and nobody was signed in.
    ///
    /// With `IsPassive` a service provider asks whether the person has a session already, without
    /// showing anything. The identity provider must answer `NoPassive` where there is none. A service
    /// provider then has to ask again without it; one that stops here shows an error to everybody who
    /// has not signed in before.
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
    ///       <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:NoPassive"/>
    ///     </samlp:StatusCode>
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
    pub static PASSIVE_REFUSED = {
        id: "assertion/passive-refused",
        title: "A silent sign-in was asked for, and nobody was signed in",
        levels: [Severity::Error, Severity::Notice],
        stage: Stage::Authentication,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered"],
        accounts: [Account::sp_or_loop(&[Meaning::NoSession]), Account::idp(&[Meaning::NoSession])],
        causes: [PASSIVE, NO_SESSION],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1"),
            Reference::section(Specification::SamlCore, "3.2.2.2"),
        ],
        run: run,
    }
}

/// Nobody is signed in.
const NOBODY_SIGNED_IN: &str = "AADSTS50058";

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<&str> = Vec::new();
    for response in case.responses() {
        let Some(status) = &response.message.status else { continue };
        let code = status.codes.iter().find(|code| spec::short(&code.value) == "NoPassive");
        let vendor = status.vendor_codes.iter().find(|code| *code == NOBODY_SIGNED_IN);
        let (place, actual) = match (code, vendor) {
            (Some(code), _) => (&code.place, code.value.as_str()),
            (None, Some(vendor)) => (
                status.message.as_ref().map_or(&response.message.place, |text| &text.place),
                vendor.as_str(),
            ),
            (None, None) => continue,
        };
        told.extend(response.attempt.map(|attempt| attempt.id.as_str()));
        out.push(
            finding(case, response.attempt, place, actual).subject(response.message.id.clone()),
        );
    }
    for seen in case.vendor_codes() {
        let passive = seen.attempt.is_some_and(|attempt| asked_silently(case, attempt).is_some());
        if seen.code != NOBODY_SIGNED_IN
            || !passive
            || seen.attempt.is_some_and(|attempt| told.contains(&attempt.id.as_str()))
        {
            continue;
        }
        told.extend(seen.attempt.map(|attempt| attempt.id.as_str()));
        out.push(finding(case, seen.attempt, seen.place, seen.code));
    }
}

fn finding(case: &Case, attempt: Option<&Attempt>, place: &Place, actual: &str) -> Finding {
    // A silent attempt that is followed by one with a log-in page is how it is meant.
    let went_on = attempt.is_some_and(|attempt| attempt.outcome == Outcome::SignedIn)
        || case.attempts.iter().any(|later| {
            let other = attempt
                .is_none_or(|attempt| attempt.id != later.id && later.started >= attempt.started);
            other
                && later.kind == AttemptKind::SignIn
                && (later.outcome == Outcome::SignedIn
                    || asked_silently(case, later).is_none() && later.request.is_some())
        });
    let severity = if went_on { Severity::Notice } else { Severity::Error };
    let mut finding = Finding::new(severity, "A silent sign-in was asked for, and nobody was signed in")
        .detail(if went_on {
            "The service provider went on with a log-in page, as it should."
        } else {
            "The request forbids a log-in page (IsPassive), so the identity provider had to refuse, and the service provider did not ask again."
        })
        .at(place)
        .actual(actual, "the identity provider");
    if let Some(attempt) = attempt {
        finding = finding.attempt(attempt.id.clone());
        if let Some(place) = asked_silently(case, attempt) {
            finding = finding.at(place);
        }
    }
    if severity == Severity::Error {
        finding = finding.because(&PASSIVE, case).because(&NO_SESSION, case);
    }
    finding
}

/// Where the request of the attempt asks for silence.
fn asked_silently<'a>(case: &'a Case, attempt: &Attempt) -> Option<&'a Place> {
    let request = case.request_of(attempt)?.request.as_ref()?;
    request.is_passive.as_ref().filter(|passive| passive.value).map(|passive| &passive.place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Sited;
    use diag_sdk::case::message::Status;
    use diag_sdk::testing::{levels, page, sign_in};

    fn passive(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[0].request.as_mut().unwrap().is_passive =
            Some(Sited::new(true, Place::default()));
        let codes = vec![
            "urn:oasis:names:tc:SAML:2.0:status:Responder".into(),
            "urn:oasis:names:tc:SAML:2.0:status:NoPassive".into(),
        ];
        case.messages[1].status = Some(Status { codes, ..Status::default() });
        case
    }

    #[test]
    fn it_is_an_error_where_the_service_provider_stops_there() {
        assert_eq!(levels(&PASSIVE_REFUSED, &passive(Outcome::RefusedByIdp)), [Severity::Error]);
        let mut case = passive(Outcome::RefusedByIdp);
        case.attempts.push(Attempt {
            id: "a2".to_owned(),
            outcome: Outcome::SignedIn,
            ..Attempt::default()
        });
        assert_eq!(levels(&PASSIVE_REFUSED, &case), [Severity::Notice]);
        assert!(levels(&PASSIVE_REFUSED, &sign_in(Outcome::RefusedBySp)).is_empty());
    }

    #[test]
    fn the_vendors_code_counts_only_for_a_silent_request() {
        let mut case = passive(Outcome::RefusedByIdp);
        case.messages.remove(1);
        case.exchanges[0].page = Some(page(&["AADSTS50058"], &[]));
        assert_eq!(levels(&PASSIVE_REFUSED, &case), [Severity::Error]);
        case.messages[0].request.as_mut().unwrap().is_passive = None;
        assert!(levels(&PASSIVE_REFUSED, &case).is_empty());
    }
}
