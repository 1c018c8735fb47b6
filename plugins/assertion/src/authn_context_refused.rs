use crate::delivery::{self, Fate};
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Setting, Severity, Sited, Stage, Who, aadsts, check, spec,
};

static DEMAND: CauseData = CauseData {
    text: "The service provider's request demands an authentication method that this person did not use",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Remove RequestedAuthnContext from the requests, or also send ForceAuthn so that the person authenticates by the demanded method",
};
static METHOD: CauseData = CauseData {
    text: "The identity provider does not offer the authentication method that is demanded",
    who: Who::Idp,
    setting: Setting::IdpPolicy,
    fix: "Offer the demanded method to the people who use this application",
};

/// Entra ID: no matching method; the comparison must be exact.
const CODES: &[u32] = &[75_011, 900_235];

check! {
    /// The authentication method demanded by the request was not met.
    ///
    /// A request may demand how the person authenticates (`RequestedAuthnContext`), often `Password`
    /// because a library sends it by default. When the person signed in by another method, such as
    /// a second factor, a certificate or the session of their computer, the identity provider refuses,
    /// or the service provider refuses the response. The person cannot do anything about it.
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
    ///       <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"/>
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
    pub static AUTHN_CONTEXT_REFUSED = {
        id: "assertion/authn-context-refused",
        title: "The demanded authentication method was not met",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Authentication,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::AuthnContext]), Account::idp(&[Meaning::AuthnContext]).codes(CODES)],
        causes: [DEMAND, METHOD],
        references: ["saml-core-2.0-os §3.3.2.2.1"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<&str> = Vec::new();
    for message in case.messages_of(MessageKind::Response) {
        let Some(status) = &message.status else { continue };
        let Some(code) = status.codes.iter().find(|code| spec::short(&code.value) == "NoAuthnContext") else { continue };
        let attempt = case.attempt_of(&message.id);
        told.extend(attempt.map(|attempt| attempt.id.as_str()));
        out.push(refused_by_idp(case, attempt, &code.place, &code.value).subject(message.id.clone()));
    }
    for seen in case.vendor_codes() {
        let known = aadsts::number(seen.code).is_some_and(|number| CODES.contains(&number));
        if !known || seen.attempt.is_some_and(|attempt| told.contains(&attempt.id.as_str())) {
            continue;
        }
        told.extend(seen.attempt.map(|attempt| attempt.id.as_str()));
        out.push(refused_by_idp(case, seen.attempt, seen.place, seen.code));
    }
    refused_by_sp(case, out);
}

fn refused_by_idp(case: &Case, attempt: Option<&Attempt>, place: &Place, code: &str) -> Finding {
    let recovered = attempt.is_some_and(|attempt| !attempt.failed() && attempt.outcome == diag_sdk::case::attempt::Outcome::SignedIn);
    let severity = if recovered { Severity::Warning } else { Severity::Error };
    let mut finding = Finding::new(severity, "The identity provider cannot meet the demanded authentication method")
        .actual(code, "the identity provider");
    if let Some(attempt) = attempt {
        finding = finding.attempt(attempt.id.clone());
    }
    if let Some(request) = request_of(case, attempt) {
        finding = finding.at_all(demanded(request).iter().map(|class| &class.place)).detail(demand_in_words(request));
    }
    finding.at(place).cause_with(&DEMAND, case.sp_vendor, delivery::entry_point(case), None).cause(&METHOD, case.idp_vendor)
}

/// A response that is a success, yet tells of another method than the request demanded.
fn refused_by_sp(case: &Case, out: &mut Findings) {
    for response in delivery::responses(case) {
        if response.fate != Fate::Refused || !response.message.succeeded() {
            continue;
        }
        let Some(request) = request_of(case, response.attempt) else { continue };
        let used = response.assertion().and_then(|assertion| assertion.authn.as_ref()).and_then(|authn| authn.authn_context.as_ref());
        let Some(used) = used else { continue };
        let demanded = demanded(request);
        // Only an exact comparison can be judged without knowing how the classes rank.
        let exact = request
            .request
            .as_ref()
            .is_some_and(|request| request.authn_context_comparison.as_ref().is_none_or(|how| how.value == "exact"));
        if demanded.is_empty() || !exact || demanded.iter().any(|class| class.value == used.value) {
            continue;
        }
        let said = response.said(case, &[Meaning::AuthnContext]);
        if !said && response.said_otherwise(case, &[Meaning::AuthnContext]) {
            continue;
        }
        let mut finding = Finding::new(
            if said { Severity::Error } else { Severity::Warning },
            "The person authenticated by another method than the request demanded",
        )
        .detail(demand_in_words(request))
        .at(&used.place)
        .at_all(demanded.iter().map(|class| &class.place))
        .expected(
            demanded.iter().map(|class| class.value.as_str()).collect::<Vec<_>>().join(" or "),
            "RequestedAuthnContext of the request",
        )
        .actual(used.value.clone(), "AuthnContextClassRef of the assertion")
        .cause_with(&DEMAND, case.sp_vendor, delivery::entry_point(case), None);
        if !said {
            finding = finding.likely();
        }
        out.push(response.mark(finding));
    }
}

fn request_of<'a>(case: &'a Case, attempt: Option<&Attempt>) -> Option<&'a Message> {
    attempt.and_then(|attempt| attempt.request.as_deref()).and_then(|id| case.message(id))
}

fn demanded(request: &Message) -> &[Sited<String>] {
    request.request.as_ref().map_or(&[], |request| request.authn_context.as_slice())
}

fn demand_in_words(request: &Message) -> String {
    let classes: Vec<&str> = demanded(request).iter().map(|class| spec::short(&class.value)).collect();
    let comparison =
        request.request.as_ref().and_then(|request| request.authn_context_comparison.as_ref()).map_or("exact", |how| how.value.as_str());
    if classes.is_empty() {
        "The request in the capture demands no method; the identity provider applies one of its own.".to_owned()
    } else {
        format!("The request demands {} (comparison {comparison}).", classes.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{assertion, levels, says, sign_in};
    use diag_sdk::case::assertion::AuthnStatement;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::{Page, Side};
    use diag_sdk::case::message::Status;

    const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
    const X509: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";

    fn demanding(class: &str, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[0].request.as_mut().unwrap().authn_context = vec![class.into()];
        assertion(&mut case).authn = Some(AuthnStatement { authn_context: Some(PASSWORD.into()), ..AuthnStatement::default() });
        case
    }

    #[test]
    fn the_status_or_the_vendors_code_proves_it_once() {
        let mut case = demanding(X509, Outcome::RefusedByIdp);
        let codes = vec!["urn:oasis:names:tc:SAML:2.0:status:Responder".into(), "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext".into()];
        case.messages[1].status = Some(Status { codes, vendor_codes: vec!["AADSTS75011".to_owned()], ..Status::default() });
        assert_eq!(levels(&AUTHN_CONTEXT_REFUSED, &case), [Severity::Error]);
        let outcome = AUTHN_CONTEXT_REFUSED.judge(&case);
        assert!(outcome.found()[0].detail.as_deref().unwrap().contains("X509"));

        let mut case = demanding(X509, Outcome::RefusedByIdp);
        case.messages.remove(1);
        case.exchanges[0].side = Side::Idp;
        case.exchanges[0].page = Some(Page { codes: vec!["AADSTS75011".to_owned()], error: true, ..Page::default() });
        assert_eq!(levels(&AUTHN_CONTEXT_REFUSED, &case), [Severity::Error]);
    }

    #[test]
    fn another_method_is_a_warning_until_the_service_provider_says_so() {
        assert!(levels(&AUTHN_CONTEXT_REFUSED, &demanding(X509, Outcome::SignedIn)).is_empty());
        assert!(levels(&AUTHN_CONTEXT_REFUSED, &demanding(PASSWORD, Outcome::RefusedBySp)).is_empty());
        let mut case = demanding(X509, Outcome::RefusedBySp);
        assert_eq!(levels(&AUTHN_CONTEXT_REFUSED, &case), [Severity::Warning]);
        says(&mut case, Meaning::AuthnContext);
        assert_eq!(levels(&AUTHN_CONTEXT_REFUSED, &case), [Severity::Error]);
        says(&mut case, Meaning::Audience);
        assert!(levels(&AUTHN_CONTEXT_REFUSED, &case).is_empty());
    }

    #[test]
    fn comparisons_that_rank_methods_are_not_judged() {
        let mut case = demanding(X509, Outcome::RefusedBySp);
        case.messages[0].request.as_mut().unwrap().authn_context_comparison = Some("minimum".into());
        assert!(levels(&AUTHN_CONTEXT_REFUSED, &case).is_empty());
    }
}
