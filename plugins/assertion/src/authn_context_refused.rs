//! The authentication method demanded by the request was not met.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::message::Message;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Specification, Stage, Who, check, spec,
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

const HEADLINE: &str = "The identity provider cannot meet the demanded authentication method";
/// Entra ID: no matching method.
const CODES: &[&str] = &["AADSTS75011"];

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
        logged: "The authentication method that is demanded was not met",
        causes: [DEMAND, METHOD],
        references: [Reference::section(Specification::SamlCore, "3.3.2.2.1")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<&str> = Vec::new();
    for response in case.responses() {
        let codes = response.message.status.iter().flat_map(|status| &status.codes);
        let Some(code) =
            codes.into_iter().find(|code| spec::short(&code.value) == "NoAuthnContext")
        else {
            continue;
        };
        told.extend(response.attempt.map(|attempt| attempt.id.as_str()));
        let finding = response
            .finding(severity(response.attempt), HEADLINE)
            .actual(&*code.value, "the identity provider");
        out.push(worded(case, finding, response.request()).at(&code.place));
    }
    for seen in case.vendor_codes() {
        let known = CODES.contains(&seen.code);
        if !known || seen.attempt.is_some_and(|attempt| told.contains(&attempt.id.as_str())) {
            continue;
        }
        told.extend(seen.attempt.map(|attempt| attempt.id.as_str()));
        let request = seen.attempt.and_then(|attempt| case.request_of(attempt));
        let finding = seen
            .finding(severity(seen.attempt), HEADLINE)
            .actual(seen.code, "the identity provider");
        out.push(worded(case, finding, request).at(seen.place));
    }
    for request in case.requests() {
        let untold = |attempt: &&Attempt| request.refused() && !told.contains(&attempt.id.as_str());
        let Some(attempt) = request.attempt.filter(untold) else { continue };
        let Some(said) = request.statement(&[Meaning::AuthnContext]) else { continue };
        let finding = request
            .finding(severity(Some(attempt)), HEADLINE)
            .actual(&*said.text, "the identity provider");
        out.push(worded(case, finding, Some(request.message)).at_all(&said.place));
    }
    refused_by_sp(case, out);
}

/// An attempt that went on nevertheless was not broken by it.
fn severity(attempt: Option<&Attempt>) -> Severity {
    if attempt.is_some_and(|attempt| attempt.outcome == Outcome::SignedIn) {
        Severity::Warning
    } else {
        Severity::Error
    }
}

fn worded(case: &Case, finding: Finding, request: Option<&Message>) -> Finding {
    let finding = match request {
        Some(request) => finding
            .at_all(demanded(request).iter().map(|class| &class.place))
            .detail(demand_in_words(request)),
        None => finding,
    };
    finding.because(&DEMAND, case).because(&METHOD, case)
}

/// A response that is a success, yet tells of another method than the request demanded.
fn refused_by_sp(case: &Case, out: &mut Findings) {
    for response in case.responses() {
        if !response.refused() || !response.message.succeeded() {
            continue;
        }
        let Some(request) = response.request() else { continue };
        let used = response
            .assertion()
            .and_then(|assertion| assertion.authn.as_ref())
            .and_then(|authn| authn.authn_context.as_ref());
        let Some(used) = used else { continue };
        let demanded = demanded(request);
        // Only an exact comparison can be judged without knowing how the classes rank.
        let exact = request.request.as_ref().is_some_and(|request| {
            request.authn_context_comparison.as_ref().is_none_or(|how| how.value == "exact")
        });
        if demanded.is_empty() || !exact || demanded.iter().any(|class| class.value == used.value) {
            continue;
        }
        let said = response.said(&[Meaning::AuthnContext]);
        if !said && response.said_otherwise(&[Meaning::AuthnContext]) {
            continue;
        }
        let severity = if said { Severity::Error } else { Severity::Warning };
        let finding = response
            .finding(
                severity,
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
            .because(&DEMAND, case);
        out.push(if said { finding } else { finding.likely() });
    }
}

fn demanded(request: &Message) -> &[Sited<String>] {
    request.request.as_ref().map_or(&[], |request| request.authn_context.as_slice())
}

fn demand_in_words(request: &Message) -> String {
    let classes: Vec<&str> =
        demanded(request).iter().map(|class| spec::short(&class.value)).collect();
    let comparison = request
        .request
        .as_ref()
        .and_then(|request| request.authn_context_comparison.as_ref())
        .map_or("exact", |how| how.value.as_str());
    if classes.is_empty() {
        "The request in the capture demands no method; the identity provider applies one of its own.".to_owned()
    } else {
        format!("The request demands {} (comparison {comparison}).", classes.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::assertion::AuthnStatement;
    use diag_sdk::case::message::Status;
    use diag_sdk::testing::{assertion, levels, refused_by_idp, says, sign_in};

    const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
    const X509: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";

    fn demanding(class: &str, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[0].request.as_mut().unwrap().authn_context = vec![class.into()];
        assertion(&mut case).authn = Some(AuthnStatement {
            authn_context: Some(PASSWORD.into()),
            ..AuthnStatement::default()
        });
        case
    }

    #[test]
    fn the_status_or_the_vendors_code_proves_it_once() {
        let mut case = demanding(X509, Outcome::RefusedByIdp);
        let codes = vec![
            "urn:oasis:names:tc:SAML:2.0:status:Responder".into(),
            "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext".into(),
        ];
        case.messages[1].status = Some(Status {
            codes,
            vendor_codes: vec!["AADSTS75011".to_owned()],
            ..Status::default()
        });
        assert_eq!(levels(&AUTHN_CONTEXT_REFUSED, &case), [Severity::Error]);
        let outcome = AUTHN_CONTEXT_REFUSED.judge(&case);
        assert!(outcome.found()[0].detail.as_deref().unwrap().contains("X509"));

        let case = refused_by_idp(&["AADSTS75011"], &[]);
        assert_eq!(levels(&AUTHN_CONTEXT_REFUSED, &case), [Severity::Error]);
    }

    #[test]
    fn another_method_is_a_warning_until_the_service_provider_says_so() {
        assert!(levels(&AUTHN_CONTEXT_REFUSED, &demanding(X509, Outcome::SignedIn)).is_empty());
        assert!(
            levels(&AUTHN_CONTEXT_REFUSED, &demanding(PASSWORD, Outcome::RefusedBySp)).is_empty()
        );
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
        case.messages[0].request.as_mut().unwrap().authn_context_comparison =
            Some("minimum".into());
        assert!(levels(&AUTHN_CONTEXT_REFUSED, &case).is_empty());
    }
}
