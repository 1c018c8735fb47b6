//! The service provider requires encryption.

use crate::{refusal, trust};
use diag_sdk::address::Address;
use diag_sdk::case::message::Message;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Vendor, Who, check};

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
        causes: [NOT_ENCRYPTING, PLAIN_HTTP],
        references: [
            "saml-core-2.0-os §2.3.4",
            "https://community.qlik.com/t5/Official-Support-Articles/SAML-assertion-must-be-encrypted-on-an-unsecured-connection",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told = false;
    for response in
        trust::from_idp(case).filter(|message| message.succeeded() && !message.assertions.is_empty() && message.encrypted.is_empty())
    {
        let Some(attempt) = refusal::refused_by_sp(case, response) else { continue };
        let said = case.said_about(response).into_iter().find(|seen| MEANINGS.contains(&seen.phrase.meaning));
        let over_http =
            response.delivered_to().and_then(Address::parse).is_some_and(|address| address.scheme == "http" && !address.is_local());
        let mut finding = match &said {
            Some(seen) => Finding::error("The service provider demands an encrypted assertion").detail(seen.phrase.quoted()),
            None if over_http && case.sp_vendor == Vendor::Qlik => {
                Finding::error("The assertion is not encrypted on an unsecured connection")
                    .detail("Qlik Sense refuses assertions in clear text that were posted over http.")
            }
            None => continue,
        };
        told = true;
        if let Some(place) = said.and_then(|seen| seen.place) {
            finding = finding.at(place);
        }
        out.push(finish(case, finding.attempt(&attempt.id).subject(response.id.clone()), Some(response)));
    }
    if !told {
        logged(case, out);
    }
}

/// The proxy's log says so, whatever was captured.
fn logged(case: &Case, out: &mut Findings) {
    let worked = case.signed_in();
    let encrypted = case.messages.iter().any(|message| !message.encrypted.is_empty());
    let Some(line) = case.log_phrases.iter().find(|phrase| MEANINGS.contains(&phrase.meaning)).filter(|_| !worked && !encrypted) else {
        return;
    };
    let finding = Finding::error("The service provider demands an encrypted assertion").detail(format!("Its log says: {}", line.text));
    out.push(finish(case, finding, None));
}

fn finish(case: &Case, finding: Finding, response: Option<&Message>) -> Finding {
    let (idp, application) = trust::registration(case);
    let mut finding = finding
        .expected("an encrypted assertion", "what the service provider demands")
        .actual("an assertion in clear text", "the response");
    if let Some(response) = response {
        finding = finding.at_all(response.assertions.iter().map(|assertion| &assertion.place));
    }
    let encrypt = |finding: Finding| finding.cause_with(&NOT_ENCRYPTING, idp, application, None);
    let connection = |finding: Finding| finding.cause(&PLAIN_HTTP, case.sp_vendor);
    // For Qlik Sense the unsecured connection is the reason.
    if case.sp_vendor == Vendor::Qlik { encrypt(connection(finding)) } else { connection(encrypt(finding)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{findings, levels, page, sign_in};
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::Phrase;
    use diag_sdk::case::signature::Encryption;

    #[test]
    fn the_service_provider_must_say_so() {
        let mut case = sign_in(Outcome::RefusedBySp);
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
        case.exchanges[1].page = Some(page(&[], &[Meaning::UnencryptedAssertion]));
        assert_eq!(levels(&ASSERTION_NOT_ENCRYPTED, &case), [Severity::Error]);
        case.messages[1].encrypted = vec![Encryption::default()];
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
    }

    #[test]
    fn qlik_over_http_needs_no_words() {
        let mut case = sign_in(Outcome::RefusedBySp);
        case.messages[1].sightings[0].to = Some("http://sense.example/azure/samlauthn/".to_owned());
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
        case.sp_vendor = Vendor::Qlik;
        let found = findings(&ASSERTION_NOT_ENCRYPTED, &case);
        assert_eq!((found.len(), found[0].causes[0].who), (1, Who::Network));
        case.attempts[0].outcome = Outcome::SignedIn;
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
    }

    #[test]
    fn a_log_is_enough() {
        let mut case =
            Case { log_phrases: vec![Phrase { meaning: Meaning::Insecure, ..Phrase::default() }], ..sign_in(Outcome::Incomplete) };
        assert_eq!(levels(&ASSERTION_NOT_ENCRYPTED, &case), [Severity::Error]);
        case.attempts[0].outcome = Outcome::SignedIn;
        assert!(findings(&ASSERTION_NOT_ENCRYPTED, &case).is_empty());
    }
}
