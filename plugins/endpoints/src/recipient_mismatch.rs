//! The assertion may only be handed to another URL.

use diag_sdk::view::{ConsumersOf, Response};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Specification, Stage, Who, address, check,
};

static OTHER_RECIPIENT: CauseData = CauseData {
    text: "The identity provider writes a recipient that is set by hand, or that belongs to another reply URL",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Make the service provider's URL the (default) reply URL and remove recipients set by hand",
};
static GATEWAY: CauseData = CauseData {
    text: "A reverse proxy changes scheme, host or port, so the service provider sees another URL than the browser",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Pass the public host name, scheme and port on to the service provider, or configure the public URL there",
};

check! {
    /// `SubjectConfirmationData/@Recipient` is not where the assertion was delivered.
    ///
    /// A bearer assertion names the URL at which it may be used. The service provider must refuse it
    /// anywhere else, so that an assertion for one application cannot be replayed at another. A
    /// recipient entered by hand, one of another environment or a reverse proxy that changes the URL
    /// breaks the sign-in although the person was authenticated.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer><Subject><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
    ///     <SubjectConfirmationData Recipient="https://test.example/acs" NotOnOrAfter="{now+5m}"/></SubjectConfirmation></Subject></Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 403
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer><Subject><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
    ///     <SubjectConfirmationData Recipient="https://app.example:443/acs" NotOnOrAfter="{now+5m}"/></SubjectConfirmation></Subject></Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://app.example/
    /// ```
    pub(crate) static RECIPIENT_MISMATCH = {
        id: "endpoints/recipient-mismatch",
        title: "The assertion's Recipient is not where it was delivered",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::Recipient])],
        logged: "The assertion names another recipient than its receiver",
        causes: [OTHER_RECIPIENT, GATEWAY],
        references: [
            Reference::sections(Specification::SamlProfiles, "4.1.4.2", &["4.1.4.3"]),
            Reference::section(Specification::SamlCore, "2.4.1.2"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let consumers = case.consumers();
    for response in case.responses() {
        let (urls, to) = (consumers.of(&response), response.message.delivered_to());
        for assertion in &response.message.assertions {
            let bearer = assertion
                .confirmations
                .iter()
                .filter(|confirmation| confirmation.method.ends_with(":bearer"));
            let recipients: Vec<&Sited<String>> =
                bearer.filter_map(|confirmation| confirmation.recipient.as_ref()).collect();
            let fits = |recipient: &&Sited<String>| {
                urls.has(&recipient.value)
                    || match to {
                        Some(to) => address::reaches(&recipient.value, to),
                        None => urls.is_empty(),
                    }
            };
            // One confirmation that fits is enough.
            let Some(recipient) = recipients.first().filter(|_| !recipients.iter().any(fits))
            else {
                continue;
            };
            out.extend(judge(&response, recipient, &urls));
        }
    }
}

fn judge(
    response: &Response<'_>,
    recipient: &Sited<String>,
    urls: &ConsumersOf<'_, '_>,
) -> Option<Finding> {
    // The service provider's own spelling of the URL, where it is known, is what it compares with.
    let delivered = response.message.delivered_to();
    let own = delivered.map_or_else(|| urls.first(), |to| urls.reached(to));
    let (expected, origin) = match own {
        Some(own) => (own.value, own.origin.as_str()),
        None => (delivered?, "URL the browser sent the response to"),
    };
    Some(
        response
            .fault("The assertion's Recipient is not where it was delivered")
            .expected(expected, origin)
            .actual_sited(recipient, "Recipient of the assertion")
            .compared()
            .at_all(response.message.delivered().map(|sighting| &sighting.place))
            .because_with(&OTHER_RECIPIENT, response.case, expected)
            .because(&GATEWAY, response.case),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{ACS_SEEN, ACS_URL, findings, levels, sign_in};

    fn with_recipient(outcome: Outcome, recipient: &str) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].assertions[0].confirmations[0].recipient = Some(recipient.into());
        case
    }

    #[test]
    fn near_misses_are_named() {
        for (recipient, difference) in [
            ("https://test.example:443/azure/samlauthn/", Difference::Host),
            ("https://sense.example:443/azure/samlauthn", Difference::TrailingSlash),
            ("https://sense.example:443/old/samlauthn/", Difference::Prefix),
            ("http://sense.example:443/azure/samlauthn/", Difference::Scheme),
        ] {
            let found =
                findings(&RECIPIENT_MISMATCH, &with_recipient(Outcome::RefusedBySp, recipient));
            assert_eq!(
                (found.len(), found[0].severity, found[0].difference),
                (1, Severity::Error, Some(difference)),
                "{recipient}"
            );
            assert_eq!(found[0].expected.as_deref(), Some(ACS_URL));
        }
    }

    #[test]
    fn the_url_as_the_browser_writes_it_is_the_same() {
        assert!(
            findings(&RECIPIENT_MISMATCH, &with_recipient(Outcome::RefusedBySp, ACS_SEEN))
                .is_empty()
        );
        assert!(
            findings(&RECIPIENT_MISMATCH, &with_recipient(Outcome::RefusedBySp, ACS_URL))
                .is_empty()
        );
    }

    #[test]
    fn what_was_accepted_is_only_unusual() {
        assert_eq!(
            levels(
                &RECIPIENT_MISMATCH,
                &with_recipient(Outcome::SignedIn, "https://test.example/")
            ),
            [Severity::Warning]
        );
    }

    #[test]
    fn one_confirmation_that_fits_is_enough() {
        let mut case = with_recipient(Outcome::RefusedBySp, "https://test.example/");
        let mut second = case.messages[1].assertions[0].confirmations[0].clone();
        second.recipient = Some(ACS_URL.into());
        case.messages[1].assertions[0].confirmations.push(second);
        assert!(findings(&RECIPIENT_MISMATCH, &case).is_empty());
    }
}
