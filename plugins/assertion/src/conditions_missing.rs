//! The assertion does not say for whom it is meant.

use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static IDP: CauseData = CauseData {
    text: "The identity provider issues assertions without the conditions the web browser profile demands",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Issue assertions with Conditions that name the service provider's entityID as Audience",
};

check! {
    /// The assertion does not say for whom it is meant.
    ///
    /// For sign-in by browser an assertion must have `Conditions` with an `AudienceRestriction` that
    /// names the service provider. Without it the assertion would be good at any service provider that
    /// trusts the identity provider; careful products refuse it, others let it pass.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="{now}"/>
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
    ///     <saml:Conditions NotOnOrAfter="{now+5m}">
    ///       <saml:AudienceRestriction><saml:Audience>https://sense.example</saml:Audience></saml:AudienceRestriction>
    ///     </saml:Conditions>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// ```
    pub static CONDITIONS_MISSING = {
        id: "assertion/conditions-missing",
        title: "The assertion does not say for whom it is meant",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::Audience])],
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
            let (headline, place) = match &assertion.conditions {
                None => ("The assertion has no Conditions", &assertion.place),
                Some(conditions) if conditions.audiences.is_empty() => {
                    ("The assertion names no Audience", &conditions.place)
                }
                Some(_) => continue,
            };
            // Whoever objects to the audience misses it.
            let missed =
                response.refused() && response.reason_is(&[Meaning::Audience]) == Some(true);
            let severity = if missed { Severity::Error } else { Severity::Warning };
            let finding = response
                .finding(severity, headline)
                .detail("It does not say for which service provider it is meant. Products that check this refuse it.")
                .at(place)
                .expected("Conditions with an AudienceRestriction", "saml-profiles-2.0-os §4.1.4.2")
                .because(&IDP, case);
            out.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, levels, says, sign_in};

    #[test]
    fn conditions_and_audience_are_both_demanded() {
        let mut case = sign_in(Outcome::SignedIn);
        assert!(levels(&CONDITIONS_MISSING, &case).is_empty());
        assertion(&mut case).conditions.as_mut().unwrap().audiences.clear();
        assert_eq!(levels(&CONDITIONS_MISSING, &case), [Severity::Warning]);
        assertion(&mut case).conditions = None;
        assert_eq!(levels(&CONDITIONS_MISSING, &case), [Severity::Warning]);
        let mut case = sign_in(Outcome::RefusedBySp);
        assertion(&mut case).conditions = None;
        says(&mut case, Meaning::Signature);
        assert_eq!(levels(&CONDITIONS_MISSING, &case), [Severity::Warning]);
        says(&mut case, Meaning::Audience);
        assert_eq!(levels(&CONDITIONS_MISSING, &case), [Severity::Error]);
    }
}
