//! Neither the response nor the assertion is signed.

use diag_sdk::case::judgement::Cover;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static NOT_SIGNING: CauseData = CauseData {
    text: "The identity provider is not set to sign, or has no signing key for this application",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Let the identity provider sign the assertion",
};
static LOGOUT_NOT_SIGNED: CauseData = CauseData {
    text: "The identity provider does not sign its logout messages",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Let the identity provider sign logout requests and responses (a setting of its own in many products)",
};
static STRIPPED: CauseData = CauseData {
    text: "Something in between removed the signature",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Take out whatever rewrites the message",
};

check! {
    /// Nothing in the response is signed.
    ///
    /// A response that travels through the browser must carry a signature, on itself or on the
    /// assertion; without one anybody could have written it, and a service provider must refuse it. The
    /// same holds for logout messages: many service providers refuse an unsigned `LogoutResponse`, and
    /// the person sees an error after signing out.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer></Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @0s
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
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @0s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    pub(crate) static NOTHING_SIGNED = {
        id: "signing/nothing-signed",
        title: "Neither the response nor the assertion is signed",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/algorithm-differs-from-setting", "signing/assertion-unsigned"],
        accounts: [Account::sp_or_loop(&[Meaning::UnsignedAssertion, Meaning::UnsignedMessage, Meaning::Signature, Meaning::Logout]), Account::logout(&[Meaning::UnsignedAssertion, Meaning::UnsignedMessage, Meaning::Signature, Meaning::Logout])],
        causes: [NOT_SIGNING, LOGOUT_NOT_SIGNED, STRIPPED],
        references: [
            Reference::sections(Specification::SamlProfiles, "4.1.4.5", &["4.4.4"]),
            Reference::section(Specification::SamlBindings, "3.5.5.2"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.sent_by_idp() {
        match delivery.message.kind {
            MessageKind::Response => response(case, &delivery, out),
            MessageKind::LogoutRequest | MessageKind::LogoutResponse
                if !is_signed(delivery.message) =>
            {
                logout(case, &delivery, out);
            }
            MessageKind::Other => alone(case, &delivery, out),
            _ => {}
        }
    }
}

/// A signature anywhere that could count: in the XML or in the query.
fn is_signed(message: &Message) -> bool {
    !message.signatures.is_empty()
        || message.query_signature.is_some()
        || message.sightings.iter().any(|sighting| sighting.signed_query)
}

fn response(case: &Case, delivery: &Delivery<'_>, out: &mut Findings) {
    let message = delivery.message;
    if message.encrypted.iter().any(|part| part.element == "EncryptedAssertion" && !part.decrypted)
    {
        out.missing(Need::DecryptionKey);
    }
    if delivery.consumed(Cover::Nothing).is_none() {
        return;
    }
    let mut detail = "Without a signature anybody could have written the response; a service provider must refuse it.".to_owned();
    let foreign = message.foreign_names.iter().find(|name| name.value == "Signature");
    if foreign.is_some() {
        detail.push_str(" An element called Signature stands there, but not in the namespace of XML Signature, so it is none.");
    }
    out.push(
        delivery
            .unprotected("Neither the response nor the assertion is signed", detail)
            .expected("a signed assertion", "saml-profiles-2.0-os §4.1.4.5")
            .actual("no signature", "the response")
            .at_all(foreign.map(|name| &name.place))
            .at(&message.place)
            .at_all(message.assertions.iter().map(|assertion| &assertion.place))
            .because(&NOT_SIGNING, case)
            .because(&STRIPPED, case),
    );
}

/// An assertion in a file of its own may have been cut out of a response that was signed.
fn alone(case: &Case, delivery: &Delivery<'_>, out: &mut Findings) {
    if delivery.consumed(Cover::Nothing).is_none() {
        return;
    }
    out.push(
        delivery
            .finding(Severity::Warning, "The assertion is not signed")
            .likely()
            .detail("It stands alone here. The response it came in may have been signed; without that nobody can tell who wrote it.")
            .expected("a signed assertion", "saml-profiles-2.0-os §4.1.4.5")
            .actual("no signature", "the assertion")
            .at(&delivery.message.place)
            .because(&NOT_SIGNING, case),
    );
}

/// An unsigned logout message is a fault where its receiver refused it.
fn logout(case: &Case, delivery: &Delivery<'_>, out: &mut Findings) {
    let message = delivery.message;
    // A logout response that says the logout failed was refused for that.
    if !delivery.refused()
        || (message.kind == MessageKind::LogoutResponse
            && message.status.is_some()
            && !message.succeeded())
    {
        return;
    }
    let answer = message.delivered_in().and_then(|index| case.exchanges.get(index));
    let Some(answer) = answer.filter(|answer| {
        answer.status >= 400
            || answer.status == 0
            || answer.page.as_ref().is_some_and(|page| page.error)
    }) else {
        return;
    };
    out.push(
        delivery
            .finding(
                Severity::Error,
                format!("The {} is not signed, and its receiver refused it", message.root),
            )
            .detail(format!("The answer to it was {}; signing in was not affected.", answer.status))
            .expected("a signature in the query or in the XML", "saml-profiles-2.0-os §4.4.4")
            .actual("no signature", format!("the {}", message.root))
            .at(&message.place)
            .at(&answer.place)
            .because(&LOGOUT_NOT_SIGNED, case),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::{AttemptKind, Outcome};
    use diag_sdk::case::signature::Encryption;
    use diag_sdk::testing::{consumes, findings, levels, query_signature, sign_in, signed};
    use diag_sdk::{case::message::Status, spec};

    fn unsigned(outcome: Outcome) -> Case {
        sign_in(outcome)
    }

    fn logout_response(outcome: Outcome, answer: u16) -> Case {
        let mut case = unsigned(outcome);
        let message = &mut case.messages[1];
        message.kind = MessageKind::LogoutResponse;
        "LogoutResponse".clone_into(&mut message.root);
        message.assertions.clear();
        case.attempts[0].kind = AttemptKind::SignOut;
        case.exchanges[1].status = answer;
        case
    }

    #[test]
    fn a_response_must_be_signed_somewhere() {
        assert_eq!(levels(&NOTHING_SIGNED, &unsigned(Outcome::RefusedBySp)), [Severity::Error]);
        let mut taken = unsigned(Outcome::SignedIn);
        assert_eq!(levels(&NOTHING_SIGNED, &taken), [Severity::Warning]);
        taken.messages[1].keys_known = true;
        assert_eq!(levels(&NOTHING_SIGNED, &taken), [Severity::Error]);
        assert!(findings(&NOTHING_SIGNED, &signed(Outcome::RefusedBySp)).is_empty());
    }

    #[test]
    fn what_is_encrypted_may_be_signed_inside() {
        let mut case = unsigned(Outcome::RefusedBySp);
        case.messages[1].encrypted =
            vec![Encryption { element: "EncryptedAssertion".to_owned(), ..Encryption::default() }];
        consumes(&mut case, "Response/EncryptedAssertion", Cover::Unknown);
        let judged = NOTHING_SIGNED.judge(&case);
        assert!(judged.found().is_empty() && judged.missed().contains(&Need::DecryptionKey));
    }

    #[test]
    fn a_response_without_assertion_needs_no_signature() {
        let mut case = unsigned(Outcome::RefusedBySp);
        case.messages[1].assertions.clear();
        case.messages[1].consumptions.clear();
        assert!(findings(&NOTHING_SIGNED, &case).is_empty());
    }

    #[test]
    fn an_assertion_alone_may_have_been_cut_out() {
        let mut case = unsigned(Outcome::Incomplete);
        case.messages[1].kind = MessageKind::Other;
        "Assertion".clone_into(&mut case.messages[1].root);
        assert_eq!(levels(&NOTHING_SIGNED, &case), [Severity::Warning]);
    }

    #[test]
    fn what_only_looks_like_a_signature_is_none() {
        let mut case = unsigned(Outcome::RefusedBySp);
        case.messages[1].foreign_names = vec!["Signature".into()];
        assert!(
            findings(&NOTHING_SIGNED, &case)[0]
                .detail
                .as_deref()
                .is_some_and(|detail| detail.contains("namespace"))
        );
    }

    #[test]
    fn logout_messages_count_where_they_were_refused() {
        assert_eq!(
            levels(&NOTHING_SIGNED, &logout_response(Outcome::SignOutFailed, 400)),
            [Severity::Error]
        );
        assert!(findings(&NOTHING_SIGNED, &logout_response(Outcome::SignedOut, 302)).is_empty());
        assert!(
            findings(&NOTHING_SIGNED, &logout_response(Outcome::SignOutFailed, 302)).is_empty()
        );
        let mut in_query = logout_response(Outcome::SignOutFailed, 400);
        in_query.messages[1].query_signature = Some(query_signature(spec::RSA_SHA256, None));
        assert!(findings(&NOTHING_SIGNED, &in_query).is_empty());
        let mut failed = logout_response(Outcome::SignOutFailed, 400);
        failed.messages[1].status = Some(Status {
            codes: vec!["urn:oasis:names:tc:SAML:2.0:status:Responder".into()],
            ..Status::default()
        });
        assert!(findings(&NOTHING_SIGNED, &failed).is_empty());
    }
}
