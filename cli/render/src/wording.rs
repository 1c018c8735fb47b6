//! The closed words of a report (severity, outcome, kind of file …) as people say them.

use crate::tone::Tone;
use crate::wanted;
use diag_products::Products;
use diag_sdk::Need;
use diag_sdk::case::JudgedBy;
use diag_sdk::case::attempt::{Actor, AttemptKind, Outcome};
use diag_sdk::case::input::InputKind;
use diag_sdk::case::message::Damage;
use diag_sdk::{Case, Cause, Severity, Who};
use jiff::Timestamp;

/// The severity in one word.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    }
}

/// How it is meant.
pub fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Notice => Tone::Note,
    }
}

/// Who acts.
pub fn person(who: Who) -> &'static str {
    match who {
        Who::Idp => "Identity provider administrator",
        Who::Sp => "Service provider administrator",
        Who::Network => "Network or reverse proxy administrator",
        Who::User => "The person who signs in",
    }
}

/// The screen of a cause, where there is one to go to.
pub fn screen(cause: &Cause) -> Option<&str> {
    cause.has_screen().then_some(cause.screen.as_str())
}

/// What an attempt is for.
pub fn attempt(kind: AttemptKind) -> &'static str {
    match kind {
        AttemptKind::SignIn => "sign-in",
        AttemptKind::SignOut => "sign-out",
    }
}

/// What an attempt is for, where its outcome does not say that itself, as "signed out" does.
pub fn purpose(kind: AttemptKind, outcome: Outcome) -> Option<&'static str> {
    match (kind, outcome) {
        (AttemptKind::SignOut, Outcome::SignedOut | Outcome::SignOutFailed) => None,
        (kind, _) => Some(attempt(kind)),
    }
}

/// What set the moment of judgement.
pub fn judged_by(case: &Case) -> &'static str {
    match case.judged_by {
        JudgedBy::Now => "now",
        JudgedBy::Capture if case.exchanges.is_empty() => "the time the message gives",
        JudgedBy::Capture => "the capture's own time",
        JudgedBy::Option => "--at",
    }
}

/// How an attempt ended.
pub fn outcome(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Incomplete => ("not finished", Tone::Warn),
        Outcome::SignedIn => ("signed in", Tone::Good),
        Outcome::RefusedByIdp => ("refused by the identity provider", Tone::Bad),
        Outcome::RefusedBySp => ("refused by the service provider", Tone::Bad),
        Outcome::Looping => ("goes in circles", Tone::Bad),
        Outcome::DeniedAfterSignIn => ("signed in, then denied", Tone::Bad),
        Outcome::Abandoned => ("given up", Tone::Quiet),
        Outcome::BrokenInTransit => ("broken on the way", Tone::Bad),
        Outcome::SignedOut => ("signed out", Tone::Good),
        Outcome::SignOutFailed => ("sign-out failed", Tone::Bad),
    }
}

/// Who acts in a step.
pub fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::Browser => "browser",
        Actor::Sp => "SP",
        Actor::Idp => "IdP",
        Actor::Broker => "broker",
    }
}

/// What a file is.
pub fn kind(kind: InputKind) -> String {
    let own = |need| wanted::name(need, &Products::builtin());
    let words = match kind {
        InputKind::Unrecognised => "not used",
        InputKind::Har => "HAR capture",
        InputKind::Sketch => "sketched capture",
        InputKind::Metadata => "SAML metadata",
        InputKind::SamlMessage => "SAML message",
        InputKind::Application => return own(Need::Application),
        InputKind::ServicePrincipal => return own(Need::ServicePrincipal),
        InputKind::TokenIssuancePolicies => return own(Need::TokenIssuancePolicies),
        InputKind::ClaimsMappingPolicies => return own(Need::ClaimsMappingPolicies),
        InputKind::Virtualproxyconfig => return own(Need::Virtualproxyconfig),
        InputKind::Proxyservice => return own(Need::Proxyservice),
        InputKind::Certutil => "certificate store listing",
        InputKind::ProxyLog => return own(Need::ProxyLog),
        InputKind::ServerLog => "server log",
        InputKind::SamlClient => "SAML client of an identity provider",
        InputKind::PastedText => "pasted error text",
        InputKind::Certificate => "certificate",
    };
    words.to_owned()
}

/// What happened to a message on the way.
pub fn damage(damage: Damage) -> &'static str {
    match damage {
        Damage::NotBase64 => "not base64, though it should be",
        Damage::NotDeflate => "not DEFLATE data, which the Redirect binding wants",
        Damage::NotXml => "decodes to something else than XML",
        Damage::Truncated => "cut short",
        Damage::PlusLost => "every + had become a blank; put back",
        Damage::DoubleEncoded => "URL-encoded once more than due; undone",
        Damage::DeflatedInPost => "deflated, though the POST binding sends plain base64",
        Damage::PlainInQuery => "not deflated, though the Redirect binding wants DEFLATE",
        Damage::ZlibFraming => "zlib or gzip framing around the DEFLATE data",
        Damage::DeflateUnended => "DEFLATE data that nothing ends, with a whole message in it",
        Damage::LineWrapped => "base64 wrapped into lines",
        Damage::UrlSafeAlphabet => "URL-safe base64 alphabet",
        Damage::Sanitised => "removed or replaced by the exporter of the capture",
        Damage::TooLarge => "larger than is read",
        Damage::Doctype => "has a document type declaration, which is refused",
        Damage::DuplicateParameter => "the parameter occurs more than once with different values",
        Damage::PaddingLost => "the padding at the end of the base64 is missing",
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A moment for people, always in UTC: both sides' logs and administrators sit in other zones.
pub fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The path of an input for people.
pub fn path(path: &str) -> &str {
    if path == "-" { "standard input" } else { path }
}
