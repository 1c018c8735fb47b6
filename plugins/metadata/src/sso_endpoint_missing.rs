//! `metadata/sso-endpoint-missing`: no address to send requests to, by the binding in use.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::case::message::Carrier;
use diag_sdk::case::product::Habit;
use diag_sdk::spec::{BINDING_POST, BINDING_REDIRECT, short};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static LOST_IN_EDIT: CauseData = CauseData {
    text: "The SingleSignOnService was lost while the file was edited",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Start again from the downloaded file, let `diag fix` remove the RoleDescriptors only, and upload the result",
};

static NOT_OFFERED: CauseData = CauseData {
    text: "The identity provider does not offer single sign-on by this binding",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Enable the binding, publish it in the metadata, and hand the new metadata to the service provider",
};

static OTHER_CHOSEN: CauseData = CauseData {
    text: "The service provider is set to send its requests by a binding for which the identity provider's metadata it has loaded names no address",
    who: Who::Sp,
    setting: Setting::SpRequest,
    fix: "Choose a binding that the metadata lists, or load metadata that lists this one",
};

check! {
    /// The identity provider's metadata names no single sign-on address for the binding the service provider uses.
    ///
    /// A service provider takes the address of its request from `SingleSignOnService`. Where none is given for HTTP-Redirect or
    /// HTTP-POST, it has nowhere to send the browser: people get an error from the service provider before they ever see the
    /// log-in page. The element is lost in edits by hand; some identity providers offer one binding only.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static SSO_ENDPOINT_MISSING = {
        id: "metadata/sso-endpoint-missing",
        title: "IdP metadata has no SingleSignOnService for the binding in use",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::Capture, Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: ["metadata/stale-copy", "endpoints/sso-url-wrong", "endpoints/idp-unknown-to-sp", "flow/metadata-or-signing-error-at-sp", "flow/request-not-answered"],
        accounts: [
            Account::sp(&[Meaning::UnknownIdp, Meaning::UnknownEntity]),
            Account { stages: &[Stage::Request], ..Account::sp(&[Meaning::WrongBinding]) },
        ],
        causes: [LOST_IN_EDIT, NOT_OFFERED, OTHER_CHOSEN],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.3"),
            Reference::sections(Specification::SamlBindings, "3.4", &["3.5"]),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    if let Some(failure) = stated_by_sp(case) {
        out.push(not_found(case, failure));
        return;
    }
    let refused = refused_binding(case);
    for copy in case.idp_metadata_copies() {
        let Some(role) = &copy.idp else { continue };
        let offers = |binding: &str| {
            role.sso
                .iter()
                .any(|endpoint| endpoint.binding == binding && !endpoint.location.trim().is_empty())
        };
        let (severity, message, why) = if !offers(BINDING_REDIRECT) && !offers(BINDING_POST) {
            let others: Vec<&str> =
                role.sso.iter().map(|endpoint| short(&endpoint.binding)).collect();
            let why = if others.is_empty() {
                String::new()
            } else {
                format!(" It offers {} only.", others.join(", "))
            };
            (copy.level(), "IdP metadata has no SingleSignOnService for browsers".to_owned(), why)
        } else if let Some(binding) = refused.filter(|binding| !offers(binding) && copy.decides()) {
            let message = format!("IdP metadata has no SingleSignOnService for {}", short(binding));
            (
                copy.level(),
                message,
                " The capture shows a request by that binding that led nowhere.".to_owned(),
            )
        } else if case.has_habit(copy.holder(), Habit::AsksByRedirect)
            && !offers(BINDING_REDIRECT)
            && copy.decides()
            && !copy.proven()
        {
            let who = case.product_name(copy.holder(), "The service provider");
            let why = format!(" {who} is known to send its requests by HTTP-Redirect.");
            (
                Severity::Warning,
                "IdP metadata has no SingleSignOnService for HTTP-Redirect".to_owned(),
                why,
            )
        } else {
            continue;
        };
        let finding = copy
            .finding(severity, message)
            .detail(format!("From {} a service provider cannot tell where to send its request.{why}", copy.origin))
            .at(&role.place)
            .expected("a SingleSignOnService for HTTP-Redirect or HTTP-POST, as the service provider sends", "SAML metadata");
        let finding =
            if copy.held_by == HeldBy::Sp { finding.because(&LOST_IN_EDIT, case) } else { finding };
        out.push(finding.because(&NOT_OFFERED, case));
    }
}

/// The service provider found no address for its request and says so, before it sent any.
fn stated_by_sp(case: &Case) -> Option<&Failure> {
    case.failures.iter().find(|failure| {
        failure.party == Party::Sp
            && failure.stage == Stage::Request
            && failure.means(&[Meaning::WrongBinding])
    })
}

fn not_found(case: &Case, failure: &Failure) -> Finding {
    let words = failure.words().unwrap_or_default();
    let wanted = [BINDING_REDIRECT, BINDING_POST].into_iter().find(|wanted| words.contains(wanted));
    let lacks = |wanted: &str| {
        case.idp_metadata_copies().into_iter().find_map(|copy| {
            let role = copy.metadata.idp.as_ref()?;
            (!role.sso.iter().any(|endpoint| endpoint.binding == wanted)).then_some(role)
        })
    };
    let role = wanted.and_then(lacks);
    let mut finding = Finding::error(match wanted {
        Some(wanted) => format!("The SP finds no SingleSignOnService for {}", short(wanted)),
        None => "The SP finds no SingleSignOnService for its request".to_owned(),
    })
    .detail(words)
    .at_all(&failure.place)
    .at_all(role.map(|role| &role.place))
    .attempt(failure.attempt.clone().unwrap_or_default());
    if let Some(role) = role {
        let mut listed: Vec<&str> =
            role.sso.iter().map(|endpoint| short(&endpoint.binding)).collect();
        listed.sort_unstable();
        listed.dedup();
        let listed = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
        finding = finding
            .expected(short(wanted.unwrap_or_default()), "what the service provider looks for")
            .actual(listed, "SingleSignOnService in the identity provider's metadata");
    }
    finding.because(&OTHER_CHOSEN, case).because(&NOT_OFFERED, case)
}

/// The binding of the first request that the identity provider got and did not answer with a sign-in.
fn refused_binding(case: &Case) -> Option<&'static str> {
    let unanswered = |attempt: &Attempt| attempt.failed() && attempt.response.is_none();
    let request = case
        .requests()
        .into_iter()
        .find(|request| !request.accepted() && request.attempt.is_some_and(unanswered))?;
    match request.message.delivered()?.carrier {
        Carrier::Query => Some(BINDING_REDIRECT),
        Carrier::PostForm => Some(BINDING_POST),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::{Attempt, Outcome};
    use diag_sdk::case::message::{Message, MessageKind, Sighting};
    use diag_sdk::spec::BINDING_SOAP;
    use diag_sdk::testing;
    use diag_sdk::testing::{attempt, endpoint, idp_metadata, with_metadata};

    fn offering(bindings: &[&str]) -> Case {
        let mut copy = idp_metadata("d1", HeldBy::Sp, &["a"]);
        if let Some(role) = &mut copy.idp {
            role.sso = bindings
                .iter()
                .map(|binding| endpoint(binding, "https://idp.example/saml2"))
                .collect();
        }
        with_metadata(vec![copy])
    }

    fn levels(case: &Case) -> Vec<Severity> {
        SSO_ENDPOINT_MISSING.judge(case).found().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn one_of_the_browser_bindings_is_needed() {
        assert_eq!(levels(&offering(&[])), [Severity::Error]);
        assert_eq!(levels(&offering(&[BINDING_SOAP])), [Severity::Error]);
        assert_eq!(levels(&offering(&[BINDING_REDIRECT])), []);
        assert_eq!(levels(&offering(&[BINDING_POST])), []);
    }

    #[test]
    fn what_the_service_provider_misses_is_told_with_what_is_listed() {
        let says = |stage| {
            let statement = diag_sdk::case::judgement::Statement {
                meaning: Meaning::WrongBinding,
                text: format!("none for {BINDING_REDIRECT}"),
                ..Default::default()
            };
            let failure =
                Failure { stage, party: Party::Sp, said: vec![statement], ..Failure::default() };
            Case { failures: vec![failure], ..offering(&[BINDING_POST]) }
        };
        let found = SSO_ENDPOINT_MISSING.judge(&says(Stage::Request));
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(finding.expected.as_deref(), Some("HTTP-Redirect"));
        assert_eq!(finding.actual.as_deref(), Some("HTTP-POST"));
        assert_eq!(levels(&says(Stage::Consumption)), [], "then a message came by it");
    }

    #[test]
    fn an_empty_location_is_none() {
        let mut case = offering(&[BINDING_REDIRECT]);
        if let Some(role) = &mut case.metadata[0].idp {
            role.sso[0].location = " ".into();
        }
        assert_eq!(levels(&case), [Severity::Error]);
    }

    #[test]
    fn qlik_without_redirect_is_only_likely_to_fail() {
        let mut case = offering(&[BINDING_POST]);
        testing::qlik_serves(&mut case);
        assert_eq!(levels(&case), [Severity::Warning]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&case), []);
    }

    #[test]
    fn a_captured_request_by_a_binding_nobody_serves_proves_it() {
        let mut case = offering(&[BINDING_POST]);
        case.messages.push(Message {
            id: "m1".into(),
            kind: MessageKind::AuthnRequest,
            sightings: vec![Sighting { carrier: Carrier::Query, ..Sighting::default() }],
            delivery: Some(0),
            ..Message::default()
        });
        case.attempts.push(Attempt {
            outcome: Outcome::RefusedByIdp,
            request: Some("m1".into()),
            ..Attempt::default()
        });
        assert_eq!(levels(&case), [Severity::Error]);
        case.messages[0].sightings[0].carrier = Carrier::PostForm;
        assert_eq!(levels(&case), []);
    }
}
