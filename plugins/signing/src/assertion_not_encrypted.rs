//! The service provider requires encryption.

use diag_sdk::address::Address;
use diag_sdk::case::product::Habit;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static NOT_ENCRYPTING: CauseData = CauseData {
    text: "The identity provider is not set to encrypt assertions for this service provider",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Import the encryption certificate of the service provider's metadata and turn token encryption on",
};
static PLAIN_HTTP: CauseData = CauseData {
    text: "The assertion reaches the service provider over http, directly or from a reverse proxy that ends TLS",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Use https up to the service provider; then it does not need encryption",
};

/// Meanings of known texts that demand encryption.
const MEANINGS: &[Meaning] = &[Meaning::UnencryptedAssertion, Meaning::Insecure];

check! {
    /// The service provider demands an encrypted assertion and got one in clear text.
    ///
    /// Some service providers are set to accept encrypted assertions only. Qlik Sense demands encryption
    /// where the assertion arrives over plain http, which also happens behind a reverse proxy that ends
    /// TLS: it logs that the assertion must be encrypted on an unsecured connection, and the person sees
    /// error 400.
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
    /// POST https://app.example/acs @0s
    /// > SAMLResponse={post:response}
    /// < 403
    /// | <html><h1>Not authenticated</h1><p>The assertion of the Response is not encrypted and the SP require it</p></html>
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
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer></Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @0s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://app.example/
    /// ```
    pub(crate) static ASSERTION_NOT_ENCRYPTED = {
        id: "signing/assertion-not-encrypted",
        title: "The service provider demands an encrypted assertion",
        levels: [Severity::Error],
        stage: Stage::Response,
        needs: [Need::Capture, Need::ProxyLog],
        explains: ["flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::UnencryptedAssertion, Meaning::Insecure])],
        logged: "The service provider demands an encrypted assertion",
        causes: [NOT_ENCRYPTING, PLAIN_HTTP],
        references: [
            Reference::section(Specification::SamlCore, "2.3.4"),
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles/SAML-assertion-must-be-encrypted-on-an-unsecured-connection", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told = false;
    let plain = |response: &Delivery<'_>| {
        response.message.succeeded()
            && !response.message.assertions.is_empty()
            && response.message.encrypted.is_empty()
    };
    for response in
        case.sent_by_idp().into_iter().filter(|response| response.refused() && plain(response))
    {
        let said = response.statement(MEANINGS);
        let to = response.message.delivered_to().and_then(Address::parse);
        let over_http = to.is_some_and(|address| address.scheme == "http" && !address.is_local());
        let finding = match &said {
            Some(said) => response.finding(Severity::Error, "The service provider demands an encrypted assertion").detail(said.quoted()),
            None if over_http && case.sp_has_habit(Habit::RefusesClearTextOverHttp) => response
                .finding(Severity::Error, "The assertion is not encrypted on an unsecured connection")
                .detail("This service provider refuses assertions in clear text that were posted over http."),
            None => continue,
        };
        told = true;
        let places = response.message.assertions.iter().map(|assertion| &assertion.place);
        out.push(finish(
            case,
            finding.at_all(said.iter().filter_map(|said| said.place.as_ref())).at_all(places),
        ));
    }
    if !told {
        logged(case, out);
    }
}

/// The proxy's log says so, whatever was captured.
fn logged(case: &Case, out: &mut Findings) {
    let worked = case.signed_in();
    let encrypted = case.messages.iter().any(|message| !message.encrypted.is_empty());
    let Some(line) = case
        .log_phrases
        .iter()
        .find(|phrase| MEANINGS.contains(&phrase.meaning))
        .filter(|_| !worked && !encrypted)
    else {
        return;
    };
    let finding = Finding::error("The service provider demands an encrypted assertion")
        .detail(format!("Its log says: {}", line.text));
    out.push(finish(case, finding));
}

fn finish(case: &Case, finding: Finding) -> Finding {
    let finding = finding
        .expected("an encrypted assertion", "what the service provider demands")
        .actual("an assertion in clear text", "the response");
    // To such a product the unsecured connection is the reason.
    if case.sp_has_habit(Habit::RefusesClearTextOverHttp) {
        finding.because(&PLAIN_HTTP, case).because(&NOT_ENCRYPTING, case)
    } else {
        finding.because(&NOT_ENCRYPTING, case).because(&PLAIN_HTTP, case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::Phrase;
    use diag_sdk::case::signature::Encryption;
    use diag_sdk::testing;
    use diag_sdk::testing::{ended, findings, levels, says, sign_in};

    #[test]
    fn the_service_provider_must_say_so() {
        let mut case = sign_in(Outcome::RefusedBySp);
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
        says(&mut case, Meaning::UnencryptedAssertion);
        assert_eq!(levels(&ASSERTION_NOT_ENCRYPTED, &case), [Severity::Error]);
        case.messages[1].encrypted = vec![Encryption::default()];
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
    }

    #[test]
    fn qlik_over_http_needs_no_words() {
        let mut case = sign_in(Outcome::RefusedBySp);
        case.messages[1].sightings[1].to = Some("http://sense.example/azure/samlauthn/".to_owned());
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
        testing::qlik_serves(&mut case);
        let found = findings(&ASSERTION_NOT_ENCRYPTED, &case);
        assert_eq!((found.len(), found[0].causes[0].who), (1, Who::Network));
        ended(&mut case, Outcome::SignedIn);
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
    }

    #[test]
    fn a_log_is_enough() {
        let mut case = Case {
            log_phrases: vec![Phrase { meaning: Meaning::Insecure, ..Phrase::default() }],
            ..sign_in(Outcome::Incomplete)
        };
        assert_eq!(levels(&ASSERTION_NOT_ENCRYPTED, &case), [Severity::Error]);
        ended(&mut case, Outcome::SignedIn);
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
    }
}
