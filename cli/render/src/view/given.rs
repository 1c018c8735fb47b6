//! What was given beside a capture, so that a verdict claims no more than what it rests on.

use crate::Judged;
use diag_sdk::case::input::{HeldBy, InputKind};
use diag_sdk::case::judgement::Part;
use diag_sdk::case::message::MessageKind;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::{Case, Class, Severity};

/// What there is to judge where no sign-in was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    /// Configuration of both sides.
    Both,
    /// Configuration of the identity provider alone.
    Idp,
    /// Configuration of the service provider alone.
    Sp,
    /// One request.
    Request,
    /// One response or assertion.
    Response,
    /// Other messages, or several.
    Messages,
    /// What logs say.
    Logs,
    /// A text that quotes an error.
    Text,
    /// Anything else.
    Other,
}

/// The sentence where nothing stands against a sign-in, or nothing that is sure to.
pub(super) fn sound(judged: &Judged) -> &'static str {
    let warned = judged.report.findings.iter().any(|reported| {
        reported.finding.severity == Severity::Warning && reported.class == Class::Breakage
    });
    match given(&judged.case) {
        Given::Both if warned => {
            "Nothing in this configuration is sure to keep people from signing in; what may keep them stands below"
        }
        Given::Both => "Nothing in this configuration keeps people from signing in",
        Given::Idp => {
            "Nothing on the identity provider's side keeps people from signing in; the other side was not given"
        }
        Given::Sp => {
            "Nothing on the service provider's side keeps people from signing in; the other side was not given"
        }
        Given::Request => "Nothing in this request keeps an identity provider from answering it",
        Given::Response => "Nothing in this response keeps a service provider from accepting it",
        Given::Messages => "Nothing in these messages keeps them from being accepted",
        Given::Text => "Nothing in this text tells of a sign-in that fails",
        Given::Logs => "Nothing in this log tells of a sign-in that fails",
        Given::Other => "Nothing in what was given keeps people from signing in",
    }
}

/// The sentence where it cannot work.
pub(super) fn unsound(judged: &Judged) -> &'static str {
    if !judged.case.exchanges.is_empty() {
        return "The capture shows the end of a sign-in that fails, without its beginning";
    }
    let told = if rests_on_logs(judged) { Given::Logs } else { given(&judged.case) };
    match told {
        Given::Both => "Signing in cannot work with this configuration",
        Given::Idp => "Signing in cannot work with this configuration of the identity provider",
        Given::Sp => "Signing in cannot work with this configuration of the service provider",
        Given::Request => "This request cannot lead to a sign-in",
        Given::Response => "This response cannot sign anybody in",
        Given::Messages => "These messages cannot sign anybody in",
        Given::Text => "The text tells of a sign-in that was refused",
        Given::Logs => "The log tells of a sign-in that fails",
        Given::Other => "Signing in cannot work with what was given",
    }
}

/// The first root cause is read from a log: it is no conclusion from configuration.
fn rests_on_logs(judged: &Judged) -> bool {
    let root = judged.report.root_causes.first().and_then(|id| judged.report.finding(id));
    let is_log = |id: &str| {
        let input = judged.case.inputs.iter().find(|input| input.id == id);
        input.is_some_and(|input| matches!(input.kind, InputKind::ProxyLog | InputKind::ServerLog))
    };
    root.is_some_and(|root| {
        !root.places.is_empty() && root.places.iter().all(|place| is_log(&place.input))
    })
}

fn given(case: &Case) -> Given {
    // A copy that one side holds of the other is part of that side's configuration.
    let holds = |side: HeldBy| case.metadata.iter().any(|document| document.held_by == side);
    let publishes = |role: fn(&Metadata) -> bool| {
        case.metadata.iter().any(|document| document.held_by == HeldBy::Publisher && role(document))
    };
    let idp = !case.registrations.is_empty()
        || holds(HeldBy::Idp)
        || publishes(|document| document.idp.is_some());
    let sp = !case.sp_configurations.is_empty()
        || holds(HeldBy::Sp)
        || publishes(|document| document.sp.is_some());
    match (idp, sp) {
        (true, true) => return Given::Both,
        (true, false) => return Given::Idp,
        (false, true) => return Given::Sp,
        (false, false) => {}
    }
    match case.messages.as_slice() {
        [] if case.witnesses.iter().any(|witness| witness.phrase.part == Part::Pasted) => {
            Given::Text
        }
        [] if !case.log_phrases.is_empty() => Given::Logs,
        [] => Given::Other,
        [one] if one.kind == MessageKind::AuthnRequest => Given::Request,
        [one] if one.kind == MessageKind::Response || !one.assertions.is_empty() => Given::Response,
        _ => Given::Messages,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use diag_sdk::case::message::Message;
    use diag_sdk::case::metadata::{IdpRole, SpRole};

    #[test]
    fn a_sentence_claims_no_more_than_what_was_given() {
        let unsound = |case: &Case| {
            let judged = Judged { case: case.clone(), ..sample::broken() };
            super::unsound(&judged)
        };
        assert!(super::unsound(&sample::broken()).contains("without its beginning"));
        let message = |kind| Case {
            messages: vec![Message { kind, ..Message::default() }],
            ..Case::default()
        };
        assert_eq!(
            unsound(&message(MessageKind::Response)),
            "This response cannot sign anybody in"
        );
        assert!(!unsound(&message(MessageKind::AuthnRequest)).contains("configuration"));
        let idp = Metadata { idp: Some(IdpRole::default()), ..Metadata::default() };
        let sp = Metadata { sp: Some(SpRole::default()), ..Metadata::default() };
        let alone = Case { metadata: vec![sp.clone()], ..Case::default() };
        let sound = |case: &Case| {
            let judged = Judged { case: case.clone(), ..sample::healthy() };
            super::sound(&judged)
        };
        assert!(sound(&alone).contains("the other side was not given"));
        let both = Case { metadata: vec![idp, sp], ..Case::default() };
        assert_eq!(sound(&both), "Nothing in this configuration keeps people from signing in");
        assert!(unsound(&Case::default()).contains("what was given"));
    }
}
