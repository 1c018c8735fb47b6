//! The request asks for a NameID format the identity provider cannot serve.

use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::Message;
use diag_sdk::view::Request;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, spec,
};

static FORMAT: CauseData = CauseData {
    text: "The service provider's request asks for a NameID format the identity provider does not serve",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Ask for a format the identity provider serves, or leave the Format of NameIDPolicy out",
};
static OFFER: CauseData = CauseData {
    text: "The identity provider is not set up to serve the format to this application",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Serve the NameID format that is asked for, if the product can",
};

const HEADLINE: &str = "The identity provider cannot serve the NameID format asked for";
/// Says: whichever the identity provider likes.
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
/// The NameIDPolicy is not valid.
const INVALID_POLICY: &str = "AADSTS75016";

check! {
    /// The request asks for a NameID format the identity provider cannot serve.
    ///
    /// With `NameIDPolicy` a request may demand a format. An identity provider that does not know it
    /// must refuse (`InvalidNameIDPolicy`); Entra ID serves four formats and answers AADSTS75016 for any
    /// other. The person sees an error before or after typing the password and cannot do anything.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status>
    ///     <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Requester">
    ///       <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy"/>
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
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static NAME_ID_FORMAT_UNSUPPORTED = {
        id: "identity/name-id-format-unsupported",
        title: "The NameID format asked for cannot be served",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::IdpRequest,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::NameIdFormat]), Account::idp(&[Meaning::NameIdFormat])],
        logged: "The identity provider cannot serve the NameID format that is asked for",
        causes: [FORMAT, OFFER],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1.1"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/single-sign-on-saml-protocol", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<&str> = Vec::new();
    for response in case.responses() {
        let codes = response.message.status.iter().flat_map(|status| &status.codes);
        let Some(code) =
            codes.into_iter().find(|code| spec::short(&code.value) == "InvalidNameIDPolicy")
        else {
            continue;
        };
        told.extend(response.attempt.map(|attempt| attempt.id.as_str()));
        let finding = response
            .finding(Severity::Error, HEADLINE)
            .at(&code.place)
            .detail(format!("It answered {}.", code.value));
        out.push(proven(case, finding, response.request()));
    }
    for seen in case.vendor_codes() {
        let known = seen.code == INVALID_POLICY;
        if !known || seen.attempt.is_some_and(|attempt| told.contains(&attempt.id.as_str())) {
            continue;
        }
        told.extend(seen.attempt.map(|attempt| attempt.id.as_str()));
        let finding = seen
            .finding(Severity::Error, HEADLINE)
            .at(seen.place)
            .detail(format!("It answered {}.", seen.code));
        out.push(proven(case, finding, seen.attempt.and_then(|attempt| case.request_of(attempt))));
    }
    for request in case.requests() {
        let untold = request.refused()
            && !request.attempt.is_some_and(|attempt| told.contains(&attempt.id.as_str()));
        if let Some(said) = request.statement(&[Meaning::NameIdFormat]).filter(|_| untold) {
            told.extend(request.attempt.map(|attempt| attempt.id.as_str()));
            let finding = request
                .finding(Severity::Error, HEADLINE)
                .at_all(&said.place)
                .detail(said.quoted());
            out.push(proven(case, finding, Some(request.message)));
        }
        if !request.attempt.is_some_and(|attempt| told.contains(&attempt.id.as_str())) {
            foreseen(&request, out);
        }
    }
}

/// The identity provider said so.
fn proven(case: &Case, mut finding: Finding, request: Option<&Message>) -> Finding {
    let format = request
        .and_then(|request| request.request.as_ref())
        .and_then(|request| request.name_id_format.as_ref());
    if let Some(format) = format {
        finding = finding.actual_sited(format, "NameIDPolicy/@Format of the request");
    }
    if let Some(product) =
        case.product(case.idp_vendor).filter(|product| !product.name_id_formats.is_empty())
    {
        let formats: Vec<&str> =
            product.name_id_formats.iter().map(|format| spec::short(format)).collect();
        finding = finding.expected(formats.join(", "), format!("formats {} serves", product.name));
    }
    finding.because(&FORMAT, case).because(&OFFER, case)
}

/// Nobody has complained, but the format is none of those the identity provider says it serves.
fn foreseen(request: &Request<'_>, out: &mut Findings) {
    let case = request.case;
    let Some(format) = request.details().and_then(|details| details.name_id_format.as_ref()) else {
        return;
    };
    if format.value == UNSPECIFIED || request.accepted() {
        return;
    }
    let published = case.idp_metadata(HeldBy::Publisher).chain(case.idp_metadata(HeldBy::Sp));
    let published: Vec<&str> = published
        .flat_map(|metadata| &metadata.idp)
        .flat_map(|role| &role.name_id_formats)
        .map(String::as_str)
        .collect();
    let product =
        case.product(case.idp_vendor).filter(|product| !product.name_id_formats.is_empty());
    let (served, origin): (Vec<&str>, String) = match product {
        Some(product) => (
            product.name_id_formats.iter().map(String::as_str).collect(),
            format!("formats {} serves", product.name),
        ),
        None => (published, "NameIDFormat in the identity provider's metadata".to_owned()),
    };
    if served.is_empty() || served.contains(&format.value.as_str()) {
        return;
    }
    // Products serve more than their metadata lists; what their makers document is all there is.
    let severity = if product.is_some() { Severity::Warning } else { Severity::Notice };
    let finding = request
        .finding(severity, "The NameID format asked for is none the identity provider names")
        .likely()
        .expected(
            served.iter().map(|format| spec::short(format)).collect::<Vec<_>>().join(", "),
            origin,
        )
        .actual_sited(format, "NameIDPolicy/@Format of the request")
        .because(&FORMAT, case)
        .because(&OFFER, case);
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::message::Status;
    use diag_sdk::case::metadata::{IdpRole, Metadata};
    use diag_sdk::testing;
    use diag_sdk::testing::{ended, levels, refused_by_idp, sign_in_sending as sign_in};

    const KERBEROS: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos";

    fn asking(format: &str, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome, &[]);
        case.messages[0].request.as_mut().unwrap().name_id_format = Some(format.into());
        case
    }

    fn unanswered(format: &str) -> Case {
        let mut case = asking(format, Outcome::Incomplete);
        case.messages.truncate(1);
        case.attempts[0].response = None;
        ended(&mut case, Outcome::Incomplete);
        case
    }

    #[test]
    fn the_identity_providers_word_proves_it_once() {
        let mut case = asking(KERBEROS, Outcome::RefusedByIdp);
        let codes = vec![
            "urn:oasis:names:tc:SAML:2.0:status:Requester".into(),
            "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy".into(),
        ];
        case.messages[1].status = Some(Status {
            codes,
            vendor_codes: vec!["AADSTS75016".to_owned()],
            ..Status::default()
        });
        assert_eq!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case), [Severity::Error]);
        let case = refused_by_idp(&["AADSTS75016"], &[]);
        assert_eq!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case), [Severity::Error]);
    }

    #[test]
    fn an_unserved_format_is_foreseen_unless_it_was_accepted() {
        let mut case = unanswered(KERBEROS);
        assert!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case).is_empty());
        testing::entra_signs_in(&mut case);
        assert_eq!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case), [Severity::Warning]);
        case.messages[0].request.as_mut().unwrap().name_id_format =
            Some(testing::products()[1].name_id_formats[1].as_str().into());
        assert!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case).is_empty());
        let mut case = asking(KERBEROS, Outcome::SignedIn);
        testing::entra_signs_in(&mut case);
        assert!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case).is_empty());
    }

    #[test]
    fn metadata_tells_what_others_serve() {
        let mut case = unanswered(KERBEROS);
        let idp = IdpRole {
            name_id_formats: vec![testing::products()[1].name_id_formats[3].clone()],
            ..IdpRole::default()
        };
        case.metadata.push(Metadata { idp: Some(idp), ..Metadata::default() });
        assert_eq!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case), [Severity::Notice]);
        case.messages[0].request.as_mut().unwrap().name_id_format = Some(UNSPECIFIED.into());
        assert!(levels(&NAME_ID_FORMAT_UNSUPPORTED, &case).is_empty());
    }
}
