//! The NameID came in another format than the request asked for.

use diag_sdk::case::registration::{IdpRegistration, Transformation};
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check, spec,
};

static SOURCE: CauseData = CauseData {
    text: "The identity provider takes the NameID from another source, or in another format, than the service provider asks for",
    who: Who::Idp,
    setting: Setting::IdpNameId,
    fix: "Choose a source that has a value of the format asked for for this person, and that format",
};
static TRANSFORMED: CauseData = CauseData {
    text: "A transformation makes the NameID; where its result is empty or no value of its kind, the identity provider falls back to a pairwise persistent id",
    who: Who::Idp,
    setting: Setting::IdpNameId,
    fix: "Mend the transformation so that it has a result for this person, with a domain the tenant has verified, or take the NameID from an attribute as it is",
};
static ASKED: CauseData = CauseData {
    text: "The service provider asks for a format that this identity provider does not send to it",
    who: Who::Sp,
    setting: Setting::SpRequest,
    fix: "Ask for the format that is sent, or leave the Format of NameIDPolicy out",
};

/// Formats that leave the choice to the identity provider.
const ANY: &[&str] = &["unspecified", "encrypted"];

check! {
    /// The NameID came in another format than the request asked for.
    ///
    /// With `NameIDPolicy` a request asks for a format. An identity provider that cannot give it should refuse; some send
    /// what they have. The service provider then looks for an account by a value it does not know. At Entra ID there is
    /// one more way to it: where the source or a transformation of the NameID has no legal result (`Join` with a domain
    /// that is not verified is the usual one) it falls back to a pairwise persistent id, an opaque text that nobody entered.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/></samlp:AuthnRequest>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">q1x9</saml:NameID></saml:Subject></saml:Assertion>
    /// </samlp:Response>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    ///
    /// POST https://desk.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 403
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/></samlp:AuthnRequest>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">ada@desk.example</saml:NameID></saml:Subject></saml:Assertion>
    /// </samlp:Response>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    ///
    /// POST https://desk.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://desk.example/
    /// ```
    pub static NAME_ID_FORMAT_NOT_AS_ASKED = {
        id: "identity/name-id-format-not-as-asked",
        title: "The NameID came in another format than was asked for",
        levels: [Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp(&[Meaning::NameIdFormat, Meaning::NotProvisioned, Meaning::AttributeValue])],
        causes: [SOURCE, TRANSFORMED, ASKED],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1.1"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/saml-claims-customization", "2026-12-01").about("NameID"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins(out) {
        let asked = sign_in
            .request()
            .and_then(|request| request.request.as_ref())
            .and_then(|request| request.name_id_format.as_ref());
        let (Some(asked), Some(name_id), Some(sent)) =
            (asked, &sign_in.assertion.name_id, &sign_in.assertion.name_id_format)
        else {
            continue;
        };
        if ANY.contains(&spec::short(&asked.value))
            || *sent == asked.value
            || spec::short(sent) == spec::short(&asked.value)
        {
            continue;
        }
        // Whoever got in with it has no need of the other.
        if sign_in.accepted() {
            continue;
        }
        let made = case
            .relevant_registrations()
            .find_map(|registration| Some((registration, transformation(registration)?)));
        let pairwise = spec::short(sent) == "persistent";
        let mut finding = sign_in
            .finding(Severity::Warning, "The NameID came in another format than was asked for")
            .likely()
            .expected(asked.value.clone(), "NameIDPolicy/@Format of the request")
            .actual(sent.clone(), "Format of the NameID")
            .at(&name_id.place)
            .at(&asked.place);
        if pairwise {
            finding = finding.detail(
                "A persistent NameID is an opaque, pairwise id made for this one service provider, not an address or a name that anybody entered.",
            );
        }
        finding = match made {
            Some((registration, transformation)) => finding
                .detail(format!(
                    "The claims policy makes the NameID by the transformation {}{}. A result that is empty or not legal is replaced by a pairwise persistent id.",
                    transformation.method,
                    parameters(transformation)
                ))
                .at(&transformation.place)
                .because_in(&TRANSFORMED, registration, None),
            None if pairwise => finding.because(&SOURCE, case).because(&TRANSFORMED, case),
            None => finding.because(&SOURCE, case),
        };
        out.push(finding.because_with(&ASKED, case, sent.as_str()));
    }
}

/// The transformation that makes the NameID, where a policy says so.
fn transformation(registration: &IdpRegistration) -> Option<&Transformation> {
    let is_name_id = |name: &str| {
        let short = spec::short(name).to_lowercase();
        short == "nameidentifier" || short == "nameid"
    };
    let claim = registration.claims.iter().find(|claim| is_name_id(&claim.attribute.value))?;
    let id = claim.transformation.as_deref()?;
    registration.transformations.iter().find(|transformation| transformation.id == id)
}

fn parameters(transformation: &Transformation) -> String {
    let list: Vec<String> =
        transformation.parameters.iter().map(|(name, value)| format!("{name} {value}")).collect();
    if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::registration::Claim;
    use diag_sdk::testing::{findings, levels, registration, sign_in_sending as sign_in};

    const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

    fn answered(asked: &str, sent: &str, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome, &[]);
        case.messages[0].request.as_mut().expect("a request").name_id_format = Some(asked.into());
        case.messages[1].assertions[0].name_id_format = Some(sent.to_owned());
        case
    }

    #[test]
    fn another_format_is_told_where_the_sign_in_failed() {
        assert_eq!(
            levels(
                &NAME_ID_FORMAT_NOT_AS_ASKED,
                &answered(EMAIL, PERSISTENT, Outcome::RefusedBySp)
            ),
            [Severity::Warning]
        );
        assert!(
            levels(&NAME_ID_FORMAT_NOT_AS_ASKED, &answered(EMAIL, PERSISTENT, Outcome::SignedIn))
                .is_empty()
        );
        assert!(
            levels(&NAME_ID_FORMAT_NOT_AS_ASKED, &answered(EMAIL, EMAIL, Outcome::RefusedBySp))
                .is_empty()
        );
        let any = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
        assert!(
            levels(&NAME_ID_FORMAT_NOT_AS_ASKED, &answered(any, PERSISTENT, Outcome::RefusedBySp))
                .is_empty()
        );
    }

    #[test]
    fn the_transformation_that_makes_it_is_named() {
        let mut case = answered(EMAIL, PERSISTENT, Outcome::RefusedBySp);
        let mut known = registration(&[], &[]);
        known.claims = vec![Claim {
            attribute: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
                .into(),
            transformation: Some("t".to_owned()),
            ..Claim::default()
        }];
        known.transformations = vec![Transformation {
            id: "t".to_owned(),
            method: "Join".to_owned(),
            parameters: vec![("string2".to_owned(), "contoso.example".to_owned())],
            ..Transformation::default()
        }];
        case.registrations = vec![known];
        let found = findings(&NAME_ID_FORMAT_NOT_AS_ASKED, &case);
        assert_eq!(found[0].causes[0].text, TRANSFORMED.text);
        assert!(
            found[0]
                .detail
                .as_deref()
                .is_some_and(|detail| detail.contains("Join (string2 contoso.example)"))
        );
    }
}
