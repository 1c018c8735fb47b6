//! A message did not survive its way unharmed.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::message::{Carrier, Damage, Message, MessageKind};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static GATEWAY: CauseData = CauseData {
    text: "A gateway, link rewriter or web application firewall between browser and receiver decodes, encodes or cuts addresses and forms",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Let SAMLRequest, SAMLResponse, RelayState, SigAlg and Signature through byte for byte, and long enough",
};
static SENDING_IDP: CauseData = CauseData {
    text: "The identity provider encodes its response otherwise than the binding prescribes",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "HTTP-POST: base64 only; HTTP-Redirect carries no responses to sign-in requests",
};
static SENDER: CauseData = CauseData {
    text: "The sender encodes its message otherwise than the binding prescribes",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "HTTP-Redirect: raw DEFLATE, base64, percent-encoding, each once; HTTP-POST: base64 only",
};

check! {
    /// A message did not survive its way unharmed.
    ///
    /// A message travels as base64 inside an address or a form. When `+` is decoded to a blank, the value is
    /// encoded once too often, or cut off at a length limit, the receiver cannot read it or reads something
    /// else than was signed. What could be repaired beyond doubt was read all the same and is reported; what
    /// could not is the end of the sign-in.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://idp.example/sso?SAMLRequest=fZJNT8MwDIbv%2FIoq97ZpNwSL2kljA2nSgGkDDlyQ&RelayState=x @1s
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    /// ```
    pub static MESSAGE_DAMAGED = {
        id: "flow/message-damaged",
        title: "A message did not survive its way unharmed",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered", "signing/signature-invalid", "signing/request-signature-invalid"],
        accounts: [Account::sp(&[Meaning::Damaged, Meaning::Malformed, Meaning::MessageMissing]), Account::idp(&[Meaning::Damaged, Meaning::Malformed, Meaning::MessageMissing]), Account::between(&[Meaning::Damaged, Meaning::Malformed, Meaning::MessageMissing])],
        causes: [GATEWAY, SENDER, SENDING_IDP],
        references: [
            Reference::section(Specification::SamlBindings, "3.4.4.1"),
            Reference::section(Specification::SamlBindings, "3.5.4"),
        ],
        run: run,
    }
}

/// How bad a damage is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Harm {
    /// Readers put up with it.
    Tolerated,
    /// Strict readers refuse it.
    Repaired,
    /// Nobody can read it.
    Unreadable,
}

fn harm(damage: Damage) -> Option<Harm> {
    match damage {
        Damage::NotBase64 | Damage::NotDeflate | Damage::NotXml | Damage::Truncated => {
            Some(Harm::Unreadable)
        }
        Damage::PlusLost
        | Damage::DoubleEncoded
        | Damage::PlainInQuery
        | Damage::DeflatedInPost
        | Damage::DeflateUnended
        | Damage::DuplicateParameter => Some(Harm::Repaired),
        Damage::ZlibFraming | Damage::UrlSafeAlphabet | Damage::PaddingLost => {
            Some(Harm::Tolerated)
        }
        // Wrapped lines are normal in forms; what the exporter took is no damage; DOCTYPE has a check of its own; what is
        // larger than is read may be as it should be.
        Damage::LineWrapped | Damage::Sanitised | Damage::Doctype | Damage::TooLarge => None,
    }
}

/// It reads as it was meant to, only packed for another binding.
fn packed_by_the_sender(damage: Damage) -> bool {
    matches!(
        damage,
        Damage::PlainInQuery
            | Damage::DeflatedInPost
            | Damage::ZlibFraming
            | Damage::DeflateUnended
    )
}

fn words(damage: Damage) -> &'static str {
    match damage {
        Damage::NotBase64 => "it is not base64",
        Damage::NotDeflate => "it is not DEFLATE data, which HTTP-Redirect prescribes",
        Damage::NotXml => "it does not decode to XML",
        Damage::Truncated => "it is cut short",
        Damage::TooLarge => "it is larger than is read",
        Damage::PlusLost => "+ arrived as a blank",
        Damage::DoubleEncoded => "it is percent-encoded once too often",
        Damage::PlainInQuery => "it is not deflated although it came in an address",
        Damage::DeflatedInPost => "it is deflated although it came in a form",
        Damage::DuplicateParameter => "the parameter occurs more than once with different values",
        Damage::ZlibFraming => "its DEFLATE data has a zlib or gzip frame",
        Damage::DeflateUnended => {
            "the message in it is whole, but nothing ends its DEFLATE data (flushed, and not closed)"
        }
        Damage::UrlSafeAlphabet => "it uses the URL-safe base64 alphabet",
        Damage::PaddingLost => "its base64 lacks padding",
        Damage::LineWrapped => "its base64 is wrapped in lines",
        Damage::Sanitised => "the exporter removed it",
        Damage::Doctype => "it has a document type declaration",
    }
}

fn run(case: &Case, out: &mut Findings) {
    for message in &case.messages {
        let mut damage: Vec<(Harm, Damage)> =
            message.damage.iter().filter_map(|damage| Some((harm(*damage)?, *damage))).collect();
        if message.damage.contains(&Damage::Sanitised) {
            continue;
        }
        damage.sort_unstable_by(|left, right| right.cmp(left));
        let Some((worst, _)) = damage.first().copied() else { continue };
        let attempt = case.attempt_of(&message.id);
        let accepted = attempt.is_some_and(Attempt::accepted);
        let failed = attempt.is_some_and(Attempt::failed) || refused(case, message);
        let severity = match worst {
            Harm::Unreadable if message.delivery.is_some() && !accepted => Severity::Error,
            Harm::Repaired if failed => Severity::Error,
            Harm::Unreadable | Harm::Repaired => Severity::Warning,
            Harm::Tolerated => Severity::Notice,
        };
        let list: Vec<&str> = damage.iter().map(|(_, damage)| words(*damage)).collect();
        let what = if message.root.is_empty() { "A SAML message" } else { message.root.as_str() };
        let headline = if worst == Harm::Unreadable {
            format!("{what} cannot be read: {}", list[0])
        } else {
            format!("{what} came damaged: {}", list[0])
        };
        let mut finding = Finding::new(severity, headline)
            .detail(format!(
                "{}. Its value has {} characters.",
                capitalised(&list.join("; ")),
                message.encoded_length
            ))
            .at_all(
                message.delivered().or(message.sightings.first()).map(|sighting| &sighting.place),
            )
            .attempt(attempt.map(|attempt| attempt.id.clone()).unwrap_or_default())
            .subject(message.id.clone());
        // Nothing on the way takes a compression off or puts one on and leaves the rest whole.
        let (sender, vendor) = if message.kind == MessageKind::Response {
            (&SENDING_IDP, case.idp_vendor)
        } else {
            (&SENDER, case.sp_vendor)
        };
        let (by_sender, on_the_way) = ((sender, vendor), (&GATEWAY, case.sp_vendor));
        let sent_so = damage.iter().any(|(_, damage)| packed_by_the_sender(*damage))
            || worst == Harm::Unreadable && announced_so(message);
        let [first, second] =
            if sent_so { [by_sender, on_the_way] } else { [on_the_way, by_sender] };
        finding = finding.cause(first.0, first.1).cause(second.0, second.1);
        if let Some(broken) = &message.broken {
            finding = finding.at(&broken.place).actual(broken.value.clone(), "the decoder");
        }
        out.push(finding);
    }
}

/// The page or redirect of its sender already held it as it was delivered: no gateway in front of the receiver did that.
fn announced_so(message: &Message) -> bool {
    let announces =
        |carrier: Carrier| matches!(carrier, Carrier::LocationHeader | Carrier::PageForm);
    message.delivered().is_some()
        && message.sightings.iter().any(|sighting| announces(sighting.carrier))
}

/// Its receiver answered with an error.
fn refused(case: &Case, message: &Message) -> bool {
    let answer = message
        .delivered()
        .and_then(|sighting| sighting.exchange)
        .and_then(|index| case.exchanges.get(index));
    answer.is_some_and(|exchange| {
        exchange.status >= 400 || exchange.page.as_ref().is_some_and(|page| page.error)
    })
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::message::Sighting;

    fn level(damage: &[Damage], delivered: bool) -> Option<Severity> {
        let message = Message {
            id: "m1".into(),
            damage: damage.to_vec(),
            sightings: vec![Sighting::default()],
            delivery: delivered.then_some(0),
            ..Message::default()
        };
        MESSAGE_DAMAGED
            .judge(&Case { messages: vec![message], ..Case::default() })
            .found()
            .first()
            .map(|finding| finding.severity)
    }

    #[test]
    fn what_its_sender_announced_so_was_not_damaged_on_the_way() {
        let announced = Sighting { carrier: Carrier::PageForm, ..Sighting::default() };
        let delivered = Sighting { carrier: Carrier::PostForm, ..Sighting::default() };
        for (sightings, who) in
            [(vec![delivered.clone()], Who::Network), (vec![delivered, announced], Who::Idp)]
        {
            let message = Message {
                kind: MessageKind::Response,
                damage: vec![Damage::Truncated],
                sightings,
                delivery: Some(0),
                ..Message::default()
            };
            let judged =
                MESSAGE_DAMAGED.judge(&Case { messages: vec![message], ..Case::default() });
            assert_eq!(judged.found()[0].causes[0].who, who);
        }
    }

    #[test]
    fn a_message_packed_for_another_binding_is_its_senders() {
        for (kind, damage, who) in [
            (MessageKind::AuthnRequest, Damage::PlainInQuery, Who::Sp),
            (MessageKind::AuthnRequest, Damage::DeflatedInPost, Who::Sp),
            (MessageKind::Response, Damage::DeflatedInPost, Who::Idp),
            (MessageKind::AuthnRequest, Damage::DeflateUnended, Who::Sp),
            (MessageKind::AuthnRequest, Damage::PlusLost, Who::Network),
            (MessageKind::Response, Damage::Truncated, Who::Network),
        ] {
            let message = Message {
                id: "m1".into(),
                kind,
                damage: vec![damage],
                sightings: vec![Sighting::default()],
                delivery: Some(0),
                ..Message::default()
            };
            let judged =
                MESSAGE_DAMAGED.judge(&Case { messages: vec![message], ..Case::default() });
            assert_eq!(judged.found()[0].causes[0].who, who, "{damage:?}");
        }
    }

    #[test]
    fn harm_decides_the_level() {
        assert_eq!(level(&[Damage::Truncated], true), Some(Severity::Error));
        assert_eq!(level(&[Damage::Truncated], false), Some(Severity::Warning));
        assert_eq!(level(&[Damage::PlusLost], true), Some(Severity::Warning));
        assert_eq!(level(&[Damage::ZlibFraming], true), Some(Severity::Notice));
        assert_eq!(level(&[Damage::LineWrapped], true), None);
        assert_eq!(level(&[Damage::NotBase64, Damage::Sanitised], true), None);
    }
}
