//! A message that does not say where it is sent to.

use diag_sdk::case::message::{Carrier, MessageKind};
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static SP_LEAVES_IT_OUT: CauseData = CauseData {
    text: "The service provider signs its message and leaves Destination out",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Let the service provider send Destination: in many products it is filled from the identity provider's single sign-on URL, so enter that (or load the metadata) there",
};
static IDP_LEAVES_IT_OUT: CauseData = CauseData {
    text: "The identity provider sends a response without Destination",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Set the consumer service URL as destination of the response",
};

check! {
    /// A message lacks `Destination` where it must have one.
    ///
    /// `Destination` says which address a message was meant for, so that nobody can carry it to another. The bindings demand
    /// it of every signed message that goes by Redirect or POST, and receivers refuse one without it: Keycloak answers
    /// `Invalid Request`, PHP libraries say that the Destination is missing or empty.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}" AssertionConsumerServiceURL="https://app.example/acs"/>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request}&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256&Signature=c2ln @0s
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}" Destination="https://idp.example/saml2" AssertionConsumerServiceURL="https://app.example/acs"/>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request}&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256&Signature=c2ln @0s
    /// < 400
    /// ```
    pub(crate) static DESTINATION_MISSING = {
        id: "endpoints/destination-missing",
        title: "A message does not say where it is sent to",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: [],
        accounts: [
            Account::idp(&[Meaning::Destination, Meaning::Malformed, Meaning::RequestProperty]),
            Account::sp_or_loop(&[Meaning::Destination]),
            Account::logout(&[Meaning::Destination]),
        ],
        causes: [SP_LEAVES_IT_OUT, IDP_LEAVES_IT_OUT],
        references: [
            Reference::section(Specification::SamlBindings, "3.4.5.2"),
            Reference::section(Specification::SamlBindings, "3.5.5.2"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.deliveries() {
        let message = delivery.message;
        let there = message
            .destination
            .as_ref()
            .is_some_and(|destination| !destination.value.trim().is_empty());
        let by_browser = message
            .delivered()
            .is_some_and(|sighting| matches!(sighting.carrier, Carrier::Query | Carrier::PostForm));
        if there || !by_browser || message.kind == MessageKind::Other {
            continue;
        }
        let Some(severity) = severity(&delivery) else { continue };
        let said = delivery.statement(&[Meaning::Destination]);
        let signed = if is_signed(&delivery) {
            "It is signed, and a signed message must name where it is sent to."
        } else {
            "It does not say where it is sent to."
        };
        let mut finding =
            delivery
                .finding(severity, format!("The {} has no Destination", message.root))
                .detail(said.as_ref().map_or_else(
                    || signed.to_owned(),
                    |said| format!("{signed}\n{}", said.quoted()),
                ))
                .actual("no Destination", message.root.clone())
                .at(&message.place)
                .at_all(said.as_ref().and_then(|said| said.place.as_ref()));
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        let to = message.delivered_to();
        if let Some(to) = to {
            finding = finding.expected(to, "the URL the browser sent it to");
        }
        let whose = if delivery.sent_by_sp() { &SP_LEAVES_IT_OUT } else { &IDP_LEAVES_IT_OUT };
        out.push(finding.because_with(whose, case, to));
    }
}

/// An error where the receiver says so, or where it refused a signed message and gave no other reason.
fn severity(delivery: &Delivery<'_>) -> Option<Severity> {
    if delivery.accepted() {
        return None;
    }
    if delivery.refused() && delivery.said(&[Meaning::Destination]) {
        return Some(Severity::Error);
    }
    if !is_signed(delivery) {
        return None;
    }
    let reason = delivery.reason_is(&[Meaning::Malformed, Meaning::RequestProperty]);
    Some(if delivery.refused() && reason != Some(false) {
        Severity::Error
    } else {
        Severity::Warning
    })
}

fn is_signed(delivery: &Delivery<'_>) -> bool {
    delivery.message.query_signature.is_some() || delivery.message.own_signatures().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        SSO_URL, findings, levels, query_signature, refused_by_idp, says, sign_in,
    };

    fn without(mut case: Case, signed: bool) -> Case {
        case.messages[0].destination = None;
        case.messages[0].query_signature =
            signed.then(|| query_signature(diag_sdk::spec::RSA_SHA256, None));
        case
    }

    #[test]
    fn a_signed_request_that_was_refused_lacks_it() {
        let found = findings(
            &DESTINATION_MISSING,
            &without(refused_by_idp(&[], &[Meaning::Refused]), true),
        );
        assert_eq!(
            (found.len(), found[0].severity, found[0].causes[0].who),
            (1, Severity::Error, Who::Sp)
        );
        assert_eq!(found[0].causes[0].value.as_deref(), Some(SSO_URL));
        let other = without(refused_by_idp(&[], &[Meaning::UnknownSp]), true);
        assert_eq!(levels(&DESTINATION_MISSING, &other), [Severity::Warning]);
    }

    #[test]
    fn an_unsigned_one_needs_none_unless_the_receiver_says_so() {
        assert!(
            levels(&DESTINATION_MISSING, &without(refused_by_idp(&[], &[Meaning::Refused]), false))
                .is_empty()
        );
        assert_eq!(
            levels(
                &DESTINATION_MISSING,
                &without(refused_by_idp(&[], &[Meaning::Destination]), false)
            ),
            [Severity::Error]
        );
    }

    #[test]
    fn what_was_taken_is_no_fault() {
        assert!(
            levels(&DESTINATION_MISSING, &without(sign_in(Outcome::SignedIn), true)).is_empty()
        );
        assert!(levels(&DESTINATION_MISSING, &refused_by_idp(&[], &[Meaning::Refused])).is_empty());
    }

    #[test]
    fn a_response_is_the_identity_providers() {
        let mut case = sign_in(Outcome::RefusedBySp);
        says(&mut case, Meaning::Destination);
        case.messages[1].destination = Some(" ".into());
        let found = findings(&DESTINATION_MISSING, &case);
        assert_eq!((found[0].severity, found[0].causes[0].who), (Severity::Error, Who::Idp));
    }
}
