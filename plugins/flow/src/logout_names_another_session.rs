//! The logout request names another session than the sign-in made.

use super::logout_failed::other_issuer;
use diag_sdk::case::assertion::Assertion;
use diag_sdk::case::attempt::{AttemptKind, Outcome};
use diag_sdk::case::exchange::Side;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::{Logout, Message, MessageKind};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static SP_KEEPS_NOTHING: CauseData = CauseData {
    text: "The service provider does not keep NameID and SessionIndex of the assertion, and puts something else into its logout request",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Have NameID (with format and qualifiers) and SessionIndex kept at sign-in and sent unchanged in the LogoutRequest, or switch single logout off",
};
static IDP_NAMES_ANOTHER: CauseData = CauseData {
    text: "The identity provider names the person in its logout request otherwise than in the assertion it sent to this service provider",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the NameID of this application, with its format and qualifiers, and the SessionIndex of the assertion in the LogoutRequest",
};
static NAME_ENCRYPTED: CauseData = CauseData {
    text: "The service provider encrypts the NameID of its logout request, and the identity provider does not read it",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Send the NameID of the assertion in clear; switch its encryption off for logout",
};
/// The nearest of the meanings under which receivers say so.
const SAID: &[Meaning] = &[Meaning::NoSession, Meaning::NameIdMissing, Meaning::NameIdFormat];

check! {
    /// The logout request names another session than the sign-in made.
    ///
    /// A LogoutRequest must name the person exactly as the assertion did: the same NameID with its format and
    /// qualifiers, and the SessionIndex of the session that is to end. Applications that do not keep these values
    /// send what they have: their own name of the person, a format of their own, a placeholder. The receiver finds no
    /// such session and answers with an error, or with success and ends nothing.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:Subject><saml:NameID>ann@sp.example</saml:NameID></saml:Subject>
    ///     <saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_s1"/>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// [out]
    /// <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_o" Version="2.0" IssueInstant="{now}">
    ///   <saml:NameID>42</saml:NameID><samlp:SessionIndex>_s1</samlp:SessionIndex>
    /// </samlp:LogoutRequest>
    ///
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/home
    /// < Set-Cookie: sid=1; Path=/
    ///
    /// GET https://sp.example/home @4s
    /// > Cookie: sid=1
    /// < 200
    ///
    /// GET https://sp.example/logout @60s
    /// > Cookie: sid=1
    /// < 302
    /// < Location: https://idp.example/slo?SAMLRequest={redirect:out}
    ///
    /// GET https://idp.example/slo?SAMLRequest={redirect:out} @61s
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:Subject><saml:NameID>ann@sp.example</saml:NameID></saml:Subject>
    ///     <saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_s1"/>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// [out]
    /// <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_o" Version="2.0" IssueInstant="{now}">
    ///   <saml:NameID>ann@sp.example</saml:NameID><samlp:SessionIndex>_s1</samlp:SessionIndex>
    /// </samlp:LogoutRequest>
    ///
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/home
    /// < Set-Cookie: sid=1; Path=/
    ///
    /// GET https://sp.example/home @4s
    /// > Cookie: sid=1
    /// < 200
    ///
    /// GET https://sp.example/logout @60s
    /// > Cookie: sid=1
    /// < 302
    /// < Location: https://idp.example/slo?SAMLRequest={redirect:out}
    ///
    /// GET https://idp.example/slo?SAMLRequest={redirect:out} @61s
    /// < 400
    /// ```
    pub static LOGOUT_NAMES_ANOTHER_SESSION = {
        id: "flow/logout-names-another-session",
        title: "The logout request names another session than the sign-in made",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Logout,
        needs: [Need::Capture],
        explains: ["flow/logout-failed", "assertion/status-not-success"],
        accounts: [Account::logout(SAID).codes(&["AADSTS50070"])],
        causes: [SP_KEEPS_NOTHING, IDP_NAMES_ANOTHER, NAME_ENCRYPTED],
        references: [
            Reference::section(Specification::SamlCore, "3.7.1"),
            Reference::section(Specification::SamlCore, "3.7.3.1"),
        ],
        run: run,
    }
}

/// What the request and the assertion disagree on.
struct Disagreement {
    what: &'static str,
    expected: String,
    actual: String,
    /// It may be left out, and receivers that insist are few.
    mild: bool,
}

fn run(case: &Case, out: &mut Findings) {
    for (position, request) in case
        .messages
        .iter()
        .enumerate()
        .filter(|(_, message)| message.kind == MessageKind::LogoutRequest)
    {
        let Some(logout) = request.logout.as_ref().filter(|_| request.broken.is_none()) else {
            continue;
        };
        let by_sp = sent_by_sp(case, request);
        let Some((response, assertion)) = session_of(case, position, request, by_sp) else {
            continue;
        };
        let sealed = request.encrypted.iter().any(|part| !part.decrypted);
        if sealed && let Some(finding) = name_not_read(case, request, by_sp) {
            out.push(finding);
            continue;
        }
        let disagreements = disagreements(logout, assertion, sealed);
        let Some(worst) =
            disagreements.iter().find(|one| !one.mild).or_else(|| disagreements.first())
        else {
            continue;
        };
        let attempt = case.attempts.iter().find(|attempt| {
            attempt.kind == AttemptKind::SignOut && attempt.request.as_ref() == Some(&request.id)
        });
        let failed = attempt.is_some_and(|attempt| attempt.outcome == Outcome::SignOutFailed);
        // Under another Issuer than at sign-in nobody looks at what may be left out.
        if worst.mild && (!failed || by_sp && other_issuer(case, request).is_some()) {
            continue;
        }
        // What may be left out is a hint where the other side numbers what it failed for.
        let numbered = attempt
            .and_then(|attempt| case.failure_of(attempt))
            .is_some_and(|failure| !failure.codes.is_empty());
        let severity = match (failed, worst.mild && numbered) {
            (true, true) => Severity::Notice,
            (true, false) => Severity::Error,
            (false, _) => Severity::Warning,
        };
        let others: Vec<String> = disagreements
            .iter()
            .filter(|one| one.what != worst.what)
            .map(|one| {
                format!(
                    "{}: {} in the assertion, {} in the request.",
                    one.what, one.expected, one.actual
                )
            })
            .collect();
        let title = if worst.actual == NONE {
            format!("The logout request lacks the {} of the assertion", worst.what)
        } else {
            format!("The logout request has another {} than the assertion", worst.what)
        };
        let from = format!("{} of the assertion {}", worst.what, response.id);
        let mut finding = Finding::new(severity, title)
            .expected(worst.expected.clone(), from)
            .actual(worst.actual.clone(), format!("{} of the LogoutRequest", worst.what))
            .at(&request.place)
            .at(&assertion.place)
            .attempt(attempt.map(|attempt| attempt.id.clone()).unwrap_or_default());
        if !others.is_empty() {
            finding = finding.detail(others.join(" "));
        }
        if !failed || worst.mild {
            finding = finding.detail(
                format!(
                    "{}{}",
                    if failed { "" } else { "The capture does not show that it failed for it. " },
                    others.join(" ")
                )
                .trim()
                .to_owned(),
            );
        }
        // What may be left out is no more than likely to be what it failed for.
        let finding =
            if severity == Severity::Warning || worst.mild { finding.likely() } else { finding };
        out.push(finding.because(if by_sp { &SP_KEEPS_NOTHING } else { &IDP_NAMES_ANOTHER }, case));
    }
}

/// What stands for a value that is not there.
const NONE: &str = "none";

/// An identity provider that finds no NameID in a request whose NameID is encrypted says so of that, whatever else differs.
fn name_not_read(case: &Case, request: &Message, by_sp: bool) -> Option<Finding> {
    let attempt = case.attempts.iter().filter(|_| by_sp).find(|attempt| {
        attempt.kind == AttemptKind::SignOut
            && attempt.outcome == Outcome::SignOutFailed
            && attempt.request.as_ref() == Some(&request.id)
    })?;
    let failure =
        case.failure_of(attempt).filter(|failure| failure.means(&[Meaning::NameIdMissing]))?;
    let finding = Finding::error("The logout request's NameID is encrypted, and nobody reads it")
        .expected("a NameID in clear", "what the identity provider says it misses")
        .actual("an encrypted one only", "the LogoutRequest")
        .at(&request.place)
        .at_all(&failure.place)
        .attempt(attempt.id.clone());
    let known = failure.codes.iter().find_map(|code| {
        case.code(code)
            .filter(|known| known.meaning == Meaning::NameIdMissing && !known.fix.is_empty())
    });
    Some(match known {
        Some(known) => Finding { causes: vec![known.cause(case)], ..finding },
        None => finding.because(&NAME_ENCRYPTED, case),
    })
}

/// The browser carried it to the identity provider, or it bears the name of a service provider.
fn sent_by_sp(case: &Case, request: &Message) -> bool {
    let to = request
        .delivered_in()
        .and_then(|index| case.exchanges.get(index))
        .map(|exchange| exchange.side);
    match to {
        Some(Side::Idp) => true,
        Some(Side::Sp) => false,
        _ => case.sent_by_sp().iter().any(|sent| sent.message.id == request.id),
    }
}

/// The assertion of the last sign-in before it, of the same two parties where names tell.
fn session_of<'a>(
    case: &'a Case,
    position: usize,
    request: &Message,
    by_sp: bool,
) -> Option<(&'a Message, &'a Assertion)> {
    let issuer = request.issuer.as_ref().map(|issuer| issuer.value.as_str());
    let before = case.messages.get(..position)?.iter().rev();
    let candidates = before.filter(|message| {
        message.kind == MessageKind::Response
            && message.succeeded()
            && message.fate != Fate::Refused
    });
    let with_assertion = candidates.filter_map(|response| {
        let assertion = response
            .assertions
            .iter()
            .find(|assertion| assertion.direct)
            .or_else(|| response.assertions.first())?;
        Some((response, assertion))
    });
    let known: Vec<(&Message, &Assertion)> = with_assertion.collect();
    let of_the_same = |(response, assertion): &&(&Message, &Assertion)| {
        let Some(issuer) = issuer else { return true };
        if by_sp {
            let audiences =
                assertion.conditions.iter().flat_map(|conditions| &conditions.audiences);
            audiences.into_iter().any(|audience| audience.value == issuer)
        } else {
            assertion
                .issuer
                .as_ref()
                .or(response.issuer.as_ref())
                .is_some_and(|own| own.value == issuer)
        }
    };
    // A single sign-in is the one that is meant, whatever the names say.
    known.iter().find(of_the_same).or_else(|| known.first().filter(|_| known.len() == 1)).copied()
}

fn disagreements(logout: &Logout, assertion: &Assertion, sealed: bool) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let mut differ = |what, expected: String, actual: String, mild| {
        found.push(Disagreement { what, expected, actual, mild });
    };
    let none = || NONE.to_owned();
    if let Some(name_id) = assertion.name_id.as_ref().filter(|_| !sealed) {
        match &logout.name_id {
            None => differ("NameID", name_id.value.to_string(), none(), false),
            Some(sent) if sent.secret != name_id.value.secret => {
                differ("NameID", name_id.value.to_string(), sent.to_string(), false);
            }
            Some(_) => {
                let format = |format: &Option<String>| {
                    format
                        .as_deref()
                        .map(diag_sdk::spec::short)
                        .filter(|format| *format != "unspecified")
                        .map(str::to_owned)
                };
                let (expected, actual) =
                    (format(&assertion.name_id_format), format(&logout.name_id_format));
                if expected != actual {
                    let mild = actual.is_none() || expected.is_none();
                    differ(
                        "NameID format",
                        expected.unwrap_or_else(none),
                        actual.unwrap_or_else(none),
                        mild,
                    );
                }
                let mut qualifiers =
                    [assertion.name_id_qualifiers.clone(), logout.name_id_qualifiers.clone()];
                for list in &mut qualifiers {
                    list.sort();
                }
                let [expected, actual] = qualifiers;
                if expected != actual {
                    let shown =
                        |list: Vec<String>| if list.is_empty() { none() } else { list.join(", ") };
                    differ("NameID qualifier", shown(expected), shown(actual), true);
                }
            }
        }
    }
    if let Some(index) = assertion.authn.as_ref().and_then(|authn| authn.session_index.as_ref()) {
        if logout.session_index_values.is_empty() && logout.session_indexes == 0 {
            differ("SessionIndex", index.to_string(), none(), true);
        } else if !logout.session_index_values.is_empty()
            && !logout.session_index_values.contains(index)
        {
            let sent: Vec<String> =
                logout.session_index_values.iter().map(ToString::to_string).collect();
            differ("SessionIndex", index.to_string(), sent.join(", "), false);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::assertion::AuthnStatement;
    use diag_sdk::{Personal, Secret, Sited};

    fn personal(text: &str) -> Personal {
        Personal { text: Some(text.to_owned()), secret: secret(text), ..Personal::default() }
    }

    fn secret(text: &str) -> Secret {
        Secret { length: text.len(), mark: text.to_owned() }
    }

    fn told(change: impl FnOnce(&mut Logout)) -> Vec<(&'static str, bool)> {
        let assertion = Assertion {
            name_id: Some(Sited::new(personal("ann"), diag_sdk::Place::default())),
            name_id_format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned()),
            authn: Some(AuthnStatement {
                session_index: Some(secret("_s1")),
                ..AuthnStatement::default()
            }),
            ..Assertion::default()
        };
        let mut logout = Logout {
            name_id: Some(personal("ann")),
            name_id_format: assertion.name_id_format.clone(),
            session_indexes: 1,
            session_index_values: vec![secret("_s1")],
            ..Logout::default()
        };
        change(&mut logout);
        disagreements(&logout, &assertion, false).iter().map(|one| (one.what, one.mild)).collect()
    }

    #[test]
    fn each_part_is_compared() {
        assert!(told(|_| ()).is_empty());
        assert_eq!(told(|logout| logout.name_id = Some(personal("42"))), [("NameID", false)]);
        assert_eq!(told(|logout| logout.name_id = None), [("NameID", false)]);
        assert_eq!(told(|logout| logout.name_id_format = None), [("NameID format", true)]);
        assert_eq!(
            told(|logout| logout.name_id_format = Some("urn:x:nameid-format:entity".to_owned())),
            [("NameID format", false)]
        );
        assert_eq!(
            told(|logout| logout.name_id_qualifiers = vec!["q".to_owned()]),
            [("NameID qualifier", true)]
        );
        assert_eq!(
            told(|logout| logout.session_index_values = vec![secret("other")]),
            [("SessionIndex", false)]
        );
        let none = |logout: &mut Logout| {
            (logout.session_indexes, logout.session_index_values) = (0, Vec::new());
        };
        assert_eq!(told(none), [("SessionIndex", true)]);
    }
}
