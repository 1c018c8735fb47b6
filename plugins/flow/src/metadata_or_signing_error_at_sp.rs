//! The service provider itself names metadata or signatures as the reason.

use diag_sdk::case::evidence::PhraseSeen;
use diag_sdk::case::exchange::Side;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who,
    check, shown,
};

static LOADED_METADATA: CauseData = CauseData {
    text: "The metadata of the identity provider that the service provider has loaded is missing, outdated or of another identity provider",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the identity provider's current metadata into the service provider",
};
static SIGNING: CauseData = CauseData {
    text: "The identity provider signs or encrypts otherwise than the service provider expects",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Compare signing option, algorithm and certificates of both sides",
};

/// Meanings of texts that point to metadata, keys and signatures.
const MEANINGS: &[Meaning] = &[
    Meaning::UnknownIdp,
    Meaning::Issuer,
    Meaning::Signature,
    Meaning::UnknownKey,
    Meaning::Certificate,
    Meaning::Algorithm,
    Meaning::Decrypt,
    Meaning::UnsignedAssertion,
    Meaning::UnsignedMessage,
    Meaning::UnencryptedAssertion,
    Meaning::UnknownEntity,
];

check! {
    /// The service provider itself names metadata or signatures as the reason.
    ///
    /// The page or the log of the service provider says in words that it knows no metadata for the identity
    /// provider, or that a signature, key or algorithm does not suit it. A text on a page weighs less than
    /// facts in messages, so a check that proves the same from the messages or from configuration leads;
    /// without such proof the text is the best there is.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/Shibboleth.sso/SAML2/POST @2s
    /// > SAMLResponse={post:answer}
    /// < 500
    /// < Content-Type: text/html
    /// | <html><title>opensaml::FatalProfileException</title><body>Message was signed, but signature could not be verified.</body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/Shibboleth.sso/SAML2/POST @2s
    /// > SAMLResponse={post:answer}
    /// < 302
    /// < Location: https://sp.example/app
    /// ```
    pub static METADATA_OR_SIGNING_ERROR_AT_SP = {
        id: "flow/metadata-or-signing-error-at-sp",
        title: "The service provider names metadata or signatures as the reason",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture, Need::ProxyLog],
        explains: ["flow/sp-refused-response", "flow/request-not-answered"],
        accounts: [Account { bare: true, ..Account::sp(MEANINGS) }],
        causes: [LOADED_METADATA, SIGNING],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let any_failed = case.sign_in_attempts().any(diag_sdk::case::attempt::Attempt::failed)
        || case.attempts.is_empty();
    let mut told: Vec<(Meaning, Option<&str>)> = Vec::new();
    for seen in
        case.phrases_of(Side::Sp).into_iter().filter(|seen| MEANINGS.contains(&seen.phrase.meaning))
    {
        let key = (seen.phrase.meaning, seen.attempt.map(|attempt| attempt.id.as_str()));
        if told.contains(&key) || !counts(&seen, any_failed) {
            continue;
        }
        told.push(key);
        out.push(finding(case, &seen));
    }
}

/// Only what was said about a sign-in that failed counts.
fn counts(seen: &PhraseSeen<'_>, any_failed: bool) -> bool {
    match seen.attempt {
        Some(attempt) => {
            attempt.failed() && attempt.kind == diag_sdk::case::attempt::AttemptKind::SignIn
        }
        None => any_failed,
    }
}

fn finding(case: &Case, seen: &PhraseSeen<'_>) -> Finding {
    let metadata = matches!(
        seen.phrase.meaning,
        Meaning::UnknownIdp | Meaning::Issuer | Meaning::UnknownEntity
    );
    let headline = if metadata {
        "The service provider does not know the identity provider"
    } else {
        "The service provider objects to a signature or key"
    };
    // A line of a log that was written about this sign-in says it as well as a page.
    let about_it = seen.exchange.is_some() || seen.attempt.is_some();
    let severity = if about_it { Severity::Error } else { Severity::Warning };
    let page = seen.exchange.and_then(|index| case.exchanges.get(index));
    let origin = page.map_or_else(
        || "the service provider's log".to_owned(),
        |exchange| format!("the page of {}", shown::host_and_path(&exchange.url)),
    );
    let finding = Finding::new(severity, headline)
        .actual(seen.phrase.text.clone(), origin)
        .at_all(seen.place)
        .attempt(seen.attempt.map(|attempt| attempt.id.clone()).unwrap_or_default());
    let finding = if severity == Severity::Warning { finding.likely() } else { finding };
    // Of a certificate that it cannot find or use it speaks as one of its own copy.
    if metadata || seen.phrase.meaning == Meaning::Certificate {
        finding.cause(&LOADED_METADATA, case.sp_vendor)
    } else {
        finding.cause(&SIGNING, case.idp_vendor).cause(&LOADED_METADATA, case.sp_vendor)
    }
}
