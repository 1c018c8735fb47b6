//! What a message says, in a few words: who, what, when, signed, encrypted, for whom.

use diag_core::saml::messages::Decoded;
use diag_render::wording;
use diag_sdk::Sited;
use diag_sdk::case::assertion::Assertion;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::signature::Signature;
use jiff::Timestamp;
use serde::Serialize;

/// A message in a few words. Absent is what it does not say.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    /// Who sends it.
    issuer: Option<String>,
    /// Status of a response: the codes, outermost first, without their prefix.
    status: Vec<String>,
    status_message: Option<String>,
    issued: Option<Timestamp>,
    /// The request it answers.
    in_response_to: Option<String>,
    /// Where it is to be delivered.
    destination: Option<String>,
    /// Where the answer to a request is to go.
    answer_to: Option<String>,
    /// What is signed, and how.
    signed: Vec<Signed>,
    /// What is encrypted, and how.
    encrypted: Vec<Encrypted>,
    assertions: Vec<Contents>,
}

/// A signature.
#[derive(Debug, Serialize)]
struct Signed {
    /// The element that carries the signature, or `query`.
    what: String,
    algorithm: String,
}

/// Something encrypted.
#[derive(Debug, Serialize)]
struct Encrypted {
    what: String,
    algorithm: String,
    key_algorithm: Option<String>,
    /// A key that was given opens it.
    opened: bool,
}

/// An assertion.
#[derive(Debug, Serialize)]
struct Contents {
    issuer: Option<String>,
    /// Whom it is about.
    subject: Option<String>,
    subject_format: Option<String>,
    /// For whom it is made.
    audiences: Vec<String>,
    recipients: Vec<String>,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    /// Names of its attributes.
    attributes: Vec<String>,
    /// It came out of something encrypted.
    decrypted: bool,
}

/// What the message says.
pub(super) fn of(one: &Decoded) -> Summary {
    let facts = &one.facts;
    let status = facts.status.as_ref();
    let signatures = facts.signatures.iter().map(signed);
    let query = facts
        .query_signature
        .iter()
        .map(|query| Signed { what: "query".to_owned(), algorithm: query.algorithm.clone() });
    Summary {
        issuer: text(facts.issuer.as_ref()),
        status: status
            .map(|status| status.codes.iter().map(|code| short(&code.value)).collect())
            .unwrap_or_default(),
        status_message: status.and_then(|status| text(status.message.as_ref())),
        issued: facts.issue_instant.as_ref().map(|instant| instant.value),
        in_response_to: text(facts.in_response_to.as_ref()),
        destination: text(facts.destination.as_ref()),
        answer_to: facts.request.as_ref().and_then(|request| text(request.acs_url.as_ref())),
        signed: signatures.chain(query).collect(),
        encrypted: facts
            .encrypted
            .iter()
            .map(|part| Encrypted {
                what: part.element.clone(),
                algorithm: part.content_algorithm.clone(),
                key_algorithm: part.key_algorithm.clone(),
                opened: part.decrypted,
            })
            .collect(),
        assertions: facts.assertions.iter().map(contents).collect(),
    }
}

fn signed(signature: &Signature) -> Signed {
    Signed { what: signature.parent.clone(), algorithm: signature.algorithm.clone() }
}

fn contents(assertion: &Assertion) -> Contents {
    let conditions = assertion.conditions.as_ref();
    Contents {
        issuer: text(assertion.issuer.as_ref()),
        subject: assertion.name_id.as_ref().and_then(|name_id| name_id.value.text.clone()),
        subject_format: assertion.name_id_format.clone(),
        audiences: conditions
            .map(|conditions| {
                conditions.audiences.iter().map(|audience| audience.value.clone()).collect()
            })
            .unwrap_or_default(),
        recipients: assertion
            .confirmations
            .iter()
            .filter_map(|confirmation| text(confirmation.recipient.as_ref()))
            .collect(),
        valid_from: conditions.and_then(|conditions| Some(conditions.not_before.as_ref()?.value)),
        valid_until: conditions
            .and_then(|conditions| Some(conditions.not_on_or_after.as_ref()?.value)),
        attributes: assertion.attributes.iter().map(|attribute| attribute.name.clone()).collect(),
        decrypted: assertion.decrypted,
    }
}

fn text(value: Option<&Sited<String>>) -> Option<String> {
    value.map(|value| value.value.clone())
}

/// A status code without the prefix that all of them share.
fn short(code: &str) -> String {
    code.rsplit(':').next().unwrap_or(code).to_owned()
}

/// The lines that stand above a message.
pub(super) fn lines(facts: &Message, summary: &Summary) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut say = |label, text: String| {
        if !text.is_empty() {
            lines.push((label, text));
        }
    };
    say("from", summary.issuer.clone().unwrap_or_default());
    let mut status = summary.status.join(" › ");
    if let Some(message) = &summary.status_message {
        status = format!("{status}: {message}");
    }
    say("status", status);
    say("issued", summary.issued.map(wording::moment).unwrap_or_default());
    say("to", summary.destination.clone().unwrap_or_default());
    say("answer to", summary.answer_to.clone().unwrap_or_default());
    for one in &summary.assertions {
        say("about", one.subject.clone().unwrap_or_default());
        say("for", one.audiences.join(", "));
        let window = [("from", one.valid_from), ("until", one.valid_until)];
        let window = window
            .into_iter()
            .filter_map(|(word, time)| Some(format!("{word} {}", wording::moment(time?))));
        say("valid", window.collect::<Vec<_>>().join(" "));
    }
    let signed = summary.signed.iter().map(|one| {
        format!("{} ({})", one.what, one.algorithm.rsplit(['#', '/']).next().unwrap_or_default())
    });
    let signed = signed.collect::<Vec<_>>().join(", ");
    say(
        "signed",
        if signed.is_empty()
            && !facts.root.is_empty()
            && facts.kind != MessageKind::WsFederationSignIn
            && facts.kind != MessageKind::WsFederationSignOut
        {
            "nothing".to_owned()
        } else {
            signed
        },
    );
    let encrypted = summary
        .encrypted
        .iter()
        .map(|one| format!("{}{}", one.what, if one.opened { " (opened)" } else { "" }));
    say("encrypted", encrypted.collect::<Vec<_>>().join(", "));
    lines
}
