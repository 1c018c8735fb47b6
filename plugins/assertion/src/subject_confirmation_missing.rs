//! The subject of the assertion has no complete bearer confirmation.

use diag_sdk::case::assertion::Assertion;
use diag_sdk::{
    Case, CauseData, Findings, Need, Place, Reference, Setting, Severity, Specification, Stage,
    Who, check, spec,
};

static IDP: CauseData = CauseData {
    text: "The identity provider issues assertions without a complete bearer confirmation",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Issue assertions with a bearer SubjectConfirmation that has Recipient and NotOnOrAfter",
};

check! {
    /// The subject of the assertion has no complete bearer confirmation.
    ///
    /// Sign-in by browser rests on a `SubjectConfirmation` of the method bearer, with the address the
    /// assertion may be delivered to (`Recipient`) and the moment until when (`NotOnOrAfter`). Where one
    /// of them is missing, a captured assertion could be used elsewhere or later, and products that
    /// check it refuse.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:Subject>
    ///       <saml:NameID>ada</saml:NameID>
    ///       <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
    ///         <saml:SubjectConfirmationData Recipient="https://sense.example/azure/samlauthn/" NotOnOrAfter="{now+5m}"/>
    ///       </saml:SubjectConfirmation>
    ///     </saml:Subject>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// ```
    pub static SUBJECT_CONFIRMATION_MISSING = {
        id: "assertion/subject-confirmation-missing",
        title: "The subject has no complete bearer confirmation",
        levels: [Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        causes: [IDP],
        references: [Reference::section(Specification::SamlProfiles, "4.1.4.2")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.responses() {
        if response.sealed() {
            out.missing(Need::DecryptionKey);
        }
        for assertion in response.message.assertions.iter().filter(|assertion| assertion.direct) {
            let Some((headline, place)) = lack(assertion) else { continue };
            let finding = response
                .finding(Severity::Warning, headline)
                .detail("Products that check the web browser profile refuse such an assertion.")
                .at(place)
                .expected(
                    "a bearer SubjectConfirmation with Recipient and NotOnOrAfter",
                    "saml-profiles-2.0-os §4.1.4.2",
                )
                .because(&IDP, case);
            out.push(finding);
        }
    }
}

/// What is missing; one complete confirmation is enough.
fn lack(assertion: &Assertion) -> Option<(&'static str, &Place)> {
    let bearers = || {
        assertion.confirmations.iter().filter(|confirmation| confirmation.method == spec::BEARER)
    };
    if bearers().any(|confirmation| {
        confirmation.recipient.is_some() && confirmation.not_on_or_after.is_some()
    }) {
        return None;
    }
    Some(match bearers().next() {
        None => ("The subject has no bearer confirmation", &assertion.place),
        Some(confirmation) if confirmation.recipient.is_none() => {
            ("The subject confirmation has no Recipient", &confirmation.place)
        }
        Some(confirmation) => ("The subject confirmation has no NotOnOrAfter", &confirmation.place),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, levels, sign_in};

    #[test]
    fn method_recipient_and_end_are_all_demanded() {
        assert!(levels(&SUBJECT_CONFIRMATION_MISSING, &sign_in(Outcome::SignedIn)).is_empty());
        let spoil: [fn(&mut diag_sdk::case::assertion::SubjectConfirmation); 3] = [
            |confirmation| confirmation.recipient = None,
            |confirmation| confirmation.not_on_or_after = None,
            |confirmation| {
                confirmation.method = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches".to_owned();
            },
        ];
        for change in spoil {
            let mut case = sign_in(Outcome::SignedIn);
            change(&mut assertion(&mut case).confirmations[0]);
            assert_eq!(levels(&SUBJECT_CONFIRMATION_MISSING, &case), [Severity::Warning]);
        }
    }

    #[test]
    fn one_complete_confirmation_is_enough() {
        let mut case = sign_in(Outcome::SignedIn);
        let mut other = assertion(&mut case).confirmations[0].clone();
        other.recipient = None;
        assertion(&mut case).confirmations.insert(0, other);
        assert!(levels(&SUBJECT_CONFIRMATION_MISSING, &case).is_empty());
    }
}
