//! The identity provider wants signed requests and gets unsigned ones.

use diag_sdk::case::message::{Carrier, Message, MessageKind};
use diag_sdk::case::product::Habit;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};
use std::collections::HashSet;

static SP_DOES_NOT_SIGN: CauseData = CauseData {
    text: "The service provider is not set to sign its requests, or has no key to sign with",
    who: Who::Sp,
    setting: Setting::SpSigningAlgorithm,
    fix: "Let the service provider sign its requests and hand its certificate to the identity provider",
};
static SIGNED_IN_XML: CauseData = CauseData {
    text: "The service provider signs the XML and sends it by redirect, where only a signature in the query counts",
    who: Who::Sp,
    setting: Setting::SpSigningAlgorithm,
    fix: "Let the service provider sign the query (parameters SigAlg and Signature), or send the request by POST",
};
static NOT_NEEDED: CauseData = CauseData {
    text: "The identity provider was set to require signed requests although this service provider does not send them",
    who: Who::Idp,
    setting: Setting::IdpRequestVerification,
    fix: "Turn off the requirement of signed requests for this application",
};
static STARTED_AT_IDP: CauseData = CauseData {
    text: "The sign-in was started from the identity provider's portal or test button, which cannot sign in the service provider's name",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Start at the service provider's own URL",
};

check! {
    /// The request is not signed although the identity provider requires it.
    ///
    /// An identity provider can insist that requests are signed, in its registration of the application
    /// or in its metadata (`WantAuthnRequestsSigned`). A request without a signature is then refused
    /// before the log-in page (AADSTS76021 in Entra ID). With the Redirect binding the signature has to
    /// stand in the query, not in the XML. Sign-ins started from the identity provider's portal have no
    /// signed request at all.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Wiki", "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example/acs"]},
    ///  "requestSignatureVerification": {"isSignedRequestRequired": true, "allowedWeakAlgorithms": null}}
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://sense.example</saml:Issuer></samlp:AuthnRequest>
    ///
    /// GET https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    /// | <html><title>Sign in to your account</title>AADSTS76021: The request sent by client is not signed while the application requires signed requests</html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://sense.example</saml:Issuer></samlp:AuthnRequest>
    ///
    /// GET https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    /// | <html><title>Sign in to your account</title><form><input type="password" name="passwd"></form></html>
    /// ```
    pub(crate) static REQUEST_UNSIGNED = {
        id: "signing/request-unsigned",
        title: "The request is not signed although the IdP requires it",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture, Need::Application, Need::IdpMetadata],
        explains: ["flow/logout-failed", "flow/request-not-answered", "flow/response-not-posted"],
        accounts: [Account::looping(&[Meaning::RequestSignature, Meaning::UnsignedMessage, Meaning::Signature]), Account::idp(&[Meaning::RequestSignature, Meaning::UnsignedMessage, Meaning::Signature])],
        causes: [SP_DOES_NOT_SIGN, SIGNED_IN_XML, NOT_NEEDED, STARTED_AT_IDP],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.3").about("WantAuthnRequestsSigned"),
            Reference::section(Specification::SamlBindings, "3.4.4.1"),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-enforce-signed-saml-authentication", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let required = required_by(case);
    let told = refusals(case, required, out);
    if case.signed_requests_required() {
        let requests = case.requests();
        for request in requests
            .iter()
            .filter(|request| request.message.delivery.is_some() && unsigned(request.message))
        {
            if request.attempt.is_some_and(|attempt| told.contains(attempt.id.as_str())) {
                continue;
            }
            let finding = if request.accepted() {
                request
                    .finding(Severity::Warning, "The request is not signed although the IdP says it must be")
                    .likely()
                    .detail("The identity provider answered it nevertheless; should it enforce what it says, sign-in stops.")
            } else if in_xml_of_redirect(request.message) {
                request.finding(Severity::Error, "The request is signed in its XML, and its binding wants the query signed").detail(
                    "The identity provider requires signed requests; with the Redirect binding it looks for the signature in the query.",
                )
            } else {
                request.finding(
                    Severity::Error,
                    "The request is not signed although the identity provider requires it",
                )
            };
            out.push(worded(case, finding, required, Some(request.message)));
        }
        announced(case, required, out);
    } else if case.registrations.is_empty()
        && case.idp_metadata_published().is_empty()
        && told.is_empty()
    {
        out.missing(Need::Application);
        out.missing(Need::IdpMetadata);
    }
}

/// What the identity provider itself said, and the attempts it was said in.
fn refusals<'a>(
    case: &'a Case,
    required: Option<Required<'_>>,
    out: &mut Findings,
) -> HashSet<&'a str> {
    let mut told = HashSet::new();
    let sent = case.sent_in_attempts();
    for seen in case.refusing_codes().into_iter().filter(|seen| seen.code == "AADSTS76021") {
        let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
        let delivery = seen.attempt.and_then(|attempt| sent.get(attempt.id.as_str()));
        let request = delivery.map(|delivery| delivery.message);
        let in_xml = request.is_some_and(in_xml_of_redirect);
        let mut finding =
            seen.finding(Severity::Error, format!("The identity provider demands a signed request ({})", seen.code)).detail(if in_xml {
                format!("{meaning}. The request carries a signature in its XML; with the Redirect binding it has to stand in the query.")
            } else {
                format!("{meaning}.")
            });
        if let Some(request) = request {
            finding = finding.subject(request.id.clone());
        }
        if let Some(attempt) = seen.attempt {
            told.insert(attempt.id.as_str());
        }
        // A portal or a test button cannot sign in the service provider's name.
        let unasked =
            seen.attempt.is_none_or(|attempt| attempt.idp_initiated || attempt.request.is_none());
        if unasked
            && request.is_none()
            && case.messages_of(MessageKind::AuthnRequest).next().is_none()
        {
            finding = finding.because(&STARTED_AT_IDP, case);
        }
        // What asks for a signature and what lacks one tell more than the page that says so.
        out.push(worded(case, finding, required, request).at(seen.place));
    }
    // Only the request can lack a signature at the identity provider.
    let about_signature =
        &[Meaning::RequestSignature, Meaning::Signature, Meaning::UnsignedMessage];
    for attempt in
        case.attempts.iter().filter(|attempt| attempt.failed() && case.vouched_for_nobody(attempt))
    {
        let lacking = |delivery: &&Delivery<'_>| !delivery.accepted() && unsigned(delivery.message);
        let Some(delivery) = sent.get(attempt.id.as_str()).filter(lacking) else { continue };
        if let Some(said) = delivery.statement(about_signature)
            && told.insert(&attempt.id)
        {
            let headline = if in_xml_of_redirect(delivery.message) {
                "The request is signed in its XML, and its binding wants the query signed"
            } else {
                "The identity provider refuses the unsigned request"
            };
            let finding = delivery.finding(Severity::Error, headline).detail(said.quoted());
            out.push(worded(case, finding, required, Some(delivery.message)).at_all(&said.place));
        }
    }
    told
}

/// No capture decides, but the service provider announces that it does not sign.
fn announced(case: &Case, required: Option<Required<'_>>, out: &mut Findings) {
    if case.messages_of(MessageKind::AuthnRequest).next().is_some() {
        return;
    }
    for copy in case.sp_metadata_published() {
        let Some(role) =
            copy.metadata.sp.as_ref().filter(|role| role.authn_requests_signed == Some(false))
        else {
            continue;
        };
        let finding = Finding::warning("The SP says it does not sign, the IdP requires it")
            .likely()
            .detail("AuthnRequestsSigned is false in the service provider's metadata. Some products sign nevertheless.")
            .at(&role.place);
        out.push(worded(case, finding, required, None));
    }
}

/// It carries no signature where its binding looks for one: with the Redirect binding that is the query alone.
fn unsigned(request: &Message) -> bool {
    request.query_signature.is_none()
        && (request.own_signatures().next().is_none() || in_xml_of_redirect(request))
        && !request.sightings.iter().any(|sighting| sighting.signed_query)
}

/// Its signature stands in the XML, where no receiver of the Redirect binding looks (saml-bindings-2.0-os §3.4.4.1).
fn in_xml_of_redirect(request: &Message) -> bool {
    let redirect = request.delivered().is_some_and(|sighting| sighting.carrier == Carrier::Query);
    redirect && request.query_signature.is_none() && request.own_signatures().next().is_some()
}

/// Where the identity provider demands signatures, and in which words.
type Required<'a> = (&'a Place, &'static str);

fn worded(
    case: &Case,
    mut finding: Finding,
    required: Option<Required<'_>>,
    request: Option<&Message>,
) -> Finding {
    if let Some((place, what)) = required {
        finding = finding.expected("signed requests", what).at(place);
    }
    let Some(request) = request else {
        let by_portal = !finding.causes.is_empty();
        let (first, second) = if by_portal {
            (&NOT_NEEDED, &SP_DOES_NOT_SIGN)
        } else {
            (&SP_DOES_NOT_SIGN, &NOT_NEEDED)
        };
        return finding.because(first, case).because(second, case);
    };
    finding = finding.at(&request.place);
    if in_xml_of_redirect(request) {
        let finding = finding
            .actual("a signature in its XML, none in the query", "AuthnRequest")
            .at_all(request.own_signatures().map(|signature| &signature.place));
        return finding.because(&SIGNED_IN_XML, case).because(&NOT_NEEDED, case);
    }
    let finding = finding.actual("no signature", "AuthnRequest");
    // Who never signs cannot be set to.
    if case.sp_has_habit(Habit::NeverSigns) {
        return finding.because(&NOT_NEEDED, case);
    }
    // What says of itself that it does not sign is not asked to first.
    let copies = case.sp_metadata_published();
    match copies
        .iter()
        .filter_map(|copy| copy.metadata.sp.as_ref())
        .find(|role| role.authn_requests_signed == Some(false))
    {
        Some(role) => {
            finding.at(&role.place).because(&NOT_NEEDED, case).because(&SP_DOES_NOT_SIGN, case)
        }
        None => finding.because(&SP_DOES_NOT_SIGN, case).because(&NOT_NEEDED, case),
    }
}

fn required_by(case: &Case) -> Option<Required<'_>> {
    let registered = case
        .relevant_registrations()
        .filter_map(|registration| {
            registration.signed_requests_required.as_ref().filter(|required| required.value)
        })
        .map(|required| (&required.place, "the registration requires signed requests"));
    let wanted = case
        .metadata
        .iter()
        .filter_map(|metadata| {
            metadata.idp.as_ref().filter(|role| role.want_authn_requests_signed == Some(true))
        })
        .map(|role| (&role.place, "WantAuthnRequestsSigned in the identity provider's metadata"));
    registered.chain(wanted).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{
        ended, findings, idp_metadata, key_match, levels, query_signature, refused_by_idp,
        registration, sign_in, signature, sp_metadata,
    };
    use diag_sdk::{Sited, spec};

    fn required(mut case: Case) -> Case {
        let mut known = registration(&[], &[]);
        known.signed_requests_required = Some(Sited::new(true, Place::default()));
        case.registrations = vec![known];
        case
    }

    #[test]
    fn the_code_alone_is_enough() {
        let found = findings(&REQUEST_UNSIGNED, &refused_by_idp(&["AADSTS76021"], &[]));
        assert_eq!(
            (found.len(), found[0].severity, found[0].attempts.as_slice()),
            (1, Severity::Error, ["a1".to_owned()].as_slice())
        );
    }

    #[test]
    fn what_a_portal_started_nobody_could_sign() {
        let mut case = refused_by_idp(&["AADSTS76021"], &[]);
        case.messages.clear();
        case.attempts[0].request = None;
        let found = findings(&REQUEST_UNSIGNED, &required(case));
        let who: Vec<Who> = found[0].causes.iter().map(|cause| cause.who).collect();
        assert_eq!(who, [Who::User, Who::Idp, Who::Sp]);
    }

    #[test]
    fn the_code_and_the_registration_are_one_finding() {
        assert_eq!(
            levels(&REQUEST_UNSIGNED, &required(refused_by_idp(&["AADSTS76021"], &[]))),
            [Severity::Error]
        );
    }

    #[test]
    fn nothing_requires_it_nothing_is_wrong() {
        assert!(findings(&REQUEST_UNSIGNED, &sign_in(Outcome::SignedIn)).is_empty());
        assert!(findings(&REQUEST_UNSIGNED, &refused_by_idp(&["AADSTS50105"], &[])).is_empty());
    }

    #[test]
    fn registration_and_metadata_may_require_it() {
        assert_eq!(
            levels(&REQUEST_UNSIGNED, &required(refused_by_idp(&[], &[]))),
            [Severity::Error]
        );
        assert_eq!(
            levels(&REQUEST_UNSIGNED, &required(sign_in(Outcome::SignedIn))),
            [Severity::Warning]
        );
        let mut wanted = refused_by_idp(&[], &[]);
        wanted.metadata = vec![idp_metadata("d1", HeldBy::Publisher, &["AA"])];
        wanted.metadata[0].idp.as_mut().expect("a role").want_authn_requests_signed = Some(true);
        assert_eq!(levels(&REQUEST_UNSIGNED, &wanted), [Severity::Error]);
    }

    #[test]
    fn a_signature_in_query_or_xml_is_one() {
        let mut case = required(refused_by_idp(&[], &[]));
        case.messages[0].query_signature = Some(query_signature(spec::RSA_SHA256, None));
        assert!(findings(&REQUEST_UNSIGNED, &case).is_empty());
        let mut case = required(refused_by_idp(&[], &[]));
        case.messages[0].signatures =
            vec![signature("AuthnRequest", "AuthnRequest", key_match("CC", &[]))];
        case.messages[0].sightings[0].carrier = Carrier::PostForm;
        assert!(findings(&REQUEST_UNSIGNED, &case).is_empty());
    }

    #[test]
    fn a_signature_in_the_xml_of_a_redirect_does_not_count() {
        let mut case = required(refused_by_idp(&[], &[]));
        case.messages[0].signatures =
            vec![signature("AuthnRequest", "AuthnRequest", key_match("CC", &[]))];
        let found = findings(&REQUEST_UNSIGNED, &case);
        assert_eq!((found[0].severity, found[0].causes[0].who), (Severity::Error, Who::Sp));
        assert!(found[0].message.contains("query"));
    }

    #[test]
    fn metadata_that_announces_unsigned_requests_only_warns() {
        let mut case = required(Case::default());
        case.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &[], &[])];
        assert!(findings(&REQUEST_UNSIGNED, &case).is_empty());
        case.metadata[0].sp.as_mut().expect("a role").authn_requests_signed = Some(false);
        assert_eq!(levels(&REQUEST_UNSIGNED, &case), [Severity::Warning]);
    }

    #[test]
    fn other_products_say_it_in_their_own_words() {
        for meaning in [Meaning::RequestSignature, Meaning::Signature, Meaning::UnsignedMessage] {
            assert_eq!(
                levels(&REQUEST_UNSIGNED, &refused_by_idp(&[], &[meaning])),
                [Severity::Error],
                "{meaning:?}"
            );
        }
        let mut answered = refused_by_idp(&[], &[Meaning::Signature]);
        answered.attempts[0].response = Some("m2".to_owned());
        ended(&mut answered, Outcome::RefusedBySp);
        assert!(findings(&REQUEST_UNSIGNED, &answered).is_empty());
    }
}
