//! Why each input is asked for, and what holds for all of them, in words that name no product.

use diag_sdk::Need;

/// How a sign-in is recorded, in any browser.
pub(super) const CAPTURE_STEPS: &[&str] = &[
    "Open a private window, press F12, and choose Network",
    "Tick Preserve log, in some browsers Persist Logs behind a gear, and leave All selected",
    "Type the address of the application and sign in, until the error shows",
    "Save it: Export HAR (with sensitive data), in some browsers Save All As HAR behind the gear. A sanitized export lacks the cookies that show who holds a session",
    "Note the time, and the name of the person who signed in, if that matters",
];

/// What to do before a capture is sent.
pub(super) const BEFORE_SENDING_A_CAPTURE: &[&str] = &[
    "A capture holds live sessions: sign out everywhere after recording, and send it only by a way that is not open to others",
    "Change a password that was typed while recording, unless it was taken out",
];

/// What to do before anything is sent.
pub(super) const BEFORE_SENDING: &[&str] =
    &["Leave client secrets, private keys and .pfx files out: nothing here needs them"];

/// Where assertions are encrypted.
pub(super) const ENCRYPTED: &str = "The assertions are encrypted. Do not send the private key: run diag with --key where the key is, and send the report";

/// Why it is needed, in one clause.
pub(super) fn of(need: Need) -> &'static str {
    match need {
        Need::Capture => "it shows what each side sent, and where it stopped",
        Need::IdpMetadata => "it says which keys and addresses the identity provider uses now",
        Need::IdpMetadataInSp => {
            "an old or edited copy is a frequent cause, and only the copy itself shows it"
        }
        Need::SpMetadata => {
            "it says under which name and at which address the service provider wants its answers"
        }
        Need::SpMetadataInIdp => {
            "the identity provider goes by the copy it has loaded, not by what is published"
        }
        Need::Virtualproxyconfig => {
            "it holds the service provider's own side: host, name, attributes, cookies"
        }
        Need::Proxyservice => {
            "ports, limits and the certificate stand there, and which entry points it serves"
        }
        Need::Application => {
            "it says which names and addresses are registered, and what is encrypted or verified"
        }
        Need::ServicePrincipal => "it says whether people may sign in, and which certificate signs",
        Need::TokenIssuancePolicies => "it decides what is signed, and with which algorithm",
        Need::ClaimsMappingPolicies => {
            "it decides which attributes are sent, and under which names"
        }
        Need::Certutil => "it shows whether the private key can sign as it has to",
        Need::ProxyLog | Need::ServerLog => "it states the reason that the page keeps to itself",
        Need::DecryptionKey => "the assertion is encrypted",
        Need::Expectations => "it says which of two values is meant",
    }
}

/// What it may be called, where its product's file does not say.
pub(super) fn file(need: Need) -> Option<&'static str> {
    match need {
        Need::IdpMetadata => Some("idp-metadata.xml"),
        Need::IdpMetadataInSp => Some("idp-metadata-in-sp.xml"),
        Need::SpMetadata => Some("sp-metadata.xml"),
        Need::SpMetadataInIdp => Some("sp-metadata-in-idp.xml"),
        Need::Certutil => Some("certificates.txt"),
        _ => None,
    }
}
