//! A message breaks the SAML schema.

use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::{Breach, BreachKind, MessageKind};
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static SP_BUILDS_IT: CauseData = CauseData {
    text: "The service provider's library, or a setting of it, builds a message that the SAML schema does not allow",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Correct the setting the element comes from, or update the library; compare the message with the schema",
};
static IDP_BUILDS_IT: CauseData = CauseData {
    text: "The identity provider builds a message that the SAML schema does not allow",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Update the identity provider, or take out the rule that adds or moves the element",
};

check! {
    /// A message breaks the SAML schema.
    ///
    /// The schema fixes which attributes a message must have, which elements stand in it and in which order, and
    /// what their values look like. Some receivers read whatever they find; others (AD FS, Microsoft Entra ID and
    /// many libraries) validate first and answer with no more than that the message cannot be read. Messages
    /// that are put together by hand, or by a library that was given a setting in the wrong place, break in
    /// just this way: `NameIDPolicy` with its format as text, `Issuer` after `NameIDPolicy`, `ForceAuthn="True"`.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><samlp:NameIDPolicy AllowCreate="true">urn:oasis:names:tc:SAML:2.0:nameid-format:transient</samlp:NameIDPolicy></samlp:AuthnRequest>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><samlp:NameIDPolicy AllowCreate="true" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"/></samlp:AuthnRequest>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 400
    /// ```
    pub static MESSAGE_NOT_SCHEMA_VALID = {
        id: "assertion/message-not-schema-valid",
        title: "A message breaks the SAML schema",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["assertion/id-malformed", "assertion/version-wrong"],
        accounts: [
            Account::idp(&[Meaning::Malformed]).codes(&["AADSTS75005"]),
            Account::sp_or_loop(&[Meaning::Malformed]),
            Account::logout(&[Meaning::Malformed]),
        ],
        causes: [SP_BUILDS_IT, IDP_BUILDS_IT],
        references: [
            Reference::section(Specification::SamlProfiles, "4.1.4.2"),
            Reference::page("https://docs.oasis-open.org/security/saml/v2.0/saml-schema-protocol-2.0.xsd", "2026-12-01"),
            Reference::page("https://docs.oasis-open.org/security/saml/v2.0/saml-schema-assertion-2.0.xsd", "2026-12-01"),
        ],
        run: run,
    }
}

/// Reasons that a breach of the schema can stand behind.
const MEANINGS: &[Meaning] = &[Meaning::Malformed];
/// The code by which Entra ID says that it cannot read a request.
const UNREADABLE: &str = "AADSTS75005";

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.deliveries() {
        out.extend(
            without_assertion(&delivery).map(|finding| finding.because(&IDP_BUILDS_IT, case)),
        );
        let breaches = &delivery.message.breaches;
        let Some(first) = breaches.first() else { continue };
        let severity = severity(&delivery);
        let more: Vec<String> = breaches.iter().skip(1).take(4).map(sentence).collect();
        let mut detail = format!("{} {}", sentence(first), meant(&delivery));
        for one in &more {
            detail.push_str("\n- ");
            detail.push_str(one);
        }
        let whose = if delivery.sent_by_sp() { &SP_BUILDS_IT } else { &IDP_BUILDS_IT };
        let mut finding = delivery
            .finding(severity, headline(&delivery.message.root, first))
            .detail(detail)
            .expected(first.wanted.clone(), "the SAML schema")
            .actual(
                first.found.clone(),
                format!("{} of the {}", holder(first), delivery.message.root),
            )
            .at_all(breaches.iter().take(5).map(|breach| &breach.place));
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        out.push(finding.because(whose, case));
    }
}

/// A response that says it succeeded, and holds nobody: neither an assertion nor an encrypted one.
fn without_assertion(delivery: &Delivery<'_>) -> Option<Finding> {
    let message = delivery.message;
    let holds = !message.assertions.is_empty() || !message.encrypted.is_empty();
    if message.kind != MessageKind::Response
        || !message.succeeded()
        || holds
        || !message.damage.is_empty()
    {
        return None;
    }
    let severity = match delivery.fate() {
        Fate::Accepted => return None,
        Fate::Refused if delivery.said(MEANINGS) => Severity::Error,
        Fate::Refused | Fate::Open | Fate::Lost => Severity::Warning,
    };
    let finding = delivery
        .finding(severity, "The response says Success and holds no assertion")
        .detail("Without an assertion it says of nobody who they are; service providers refuse it.")
        .expected("an Assertion or EncryptedAssertion", "saml-profiles-2.0-os §4.1.4.2")
        .actual("none", "Response");
    Some(finding)
}

/// How much it matters: by what its receiver made of it, in words or by a code.
fn severity(delivery: &Delivery<'_>) -> Severity {
    let codes: Vec<&String> =
        delivery.failures().iter().flat_map(|failure| &failure.codes).collect();
    match delivery.fate() {
        Fate::Refused
            if codes.iter().any(|code| *code == UNREADABLE) || delivery.said(MEANINGS) =>
        {
            Severity::Error
        }
        // A code is a reason, also one that is not known.
        Fate::Refused if !codes.is_empty() || delivery.said_otherwise(MEANINGS) => Severity::Notice,
        Fate::Refused => Severity::Warning,
        Fate::Open | Fate::Lost | Fate::Accepted => Severity::Notice,
    }
}

fn meant(delivery: &Delivery<'_>) -> String {
    match delivery.statement(MEANINGS) {
        Some(statement) => statement.quoted(),
        None if delivery.accepted() => {
            "Its receiver reads it nevertheless; one that validates messages would not.".to_owned()
        }
        None => "Receivers that validate messages before they read them refuse it.".to_owned(),
    }
}

fn headline(root: &str, breach: &Breach) -> String {
    let element = &breach.element;
    match (breach.kind, &breach.attribute) {
        (BreachKind::TextUnexpected, Some(attribute)) => {
            format!("{element} holds text in place of its attribute {attribute}")
        }
        (BreachKind::TextUnexpected, None) => {
            format!("{element} holds text, which the SAML schema does not allow")
        }
        (BreachKind::ElementUnexpected, _) => {
            format!("{} holds {element}, which the SAML schema does not allow", breach.parent)
        }
        (BreachKind::ElementOutOfOrder, _) => {
            format!("{element} stands at the wrong place in {}", breach.parent)
        }
        (BreachKind::ElementTooOften, _) => {
            format!("{} holds {element} more than once", breach.parent)
        }
        (BreachKind::ElementMissing, _) if breach.wanted.starts_with("the text") => {
            format!("{element} of the {root} is empty")
        }
        (BreachKind::ElementMissing, _) => format!("{} lacks {element}", breach.parent),
        (BreachKind::AttributeMissing, Some(attribute)) => {
            format!("{element} lacks the attribute {attribute}")
        }
        (BreachKind::AttributeValue, Some(attribute)) => {
            format!("{attribute} of {element} has a value the SAML schema does not allow")
        }
        (BreachKind::AttributeMissing | BreachKind::AttributeValue, None) => {
            format!("{element} breaks the SAML schema")
        }
    }
}

fn sentence(breach: &Breach) -> String {
    format!("In {} the schema wants {}; there is {}.", holder(breach), breach.wanted, breach.found)
}

/// The element in which something is wanted.
fn holder(breach: &Breach) -> &str {
    match breach.kind {
        BreachKind::ElementUnexpected
        | BreachKind::ElementOutOfOrder
        | BreachKind::ElementTooOften => &breach.parent,
        BreachKind::ElementMissing if !breach.wanted.starts_with("the text") => &breach.parent,
        _ => &breach.element,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, levels, refused_by_idp, says, sign_in};

    fn breach() -> Breach {
        Breach {
            kind: BreachKind::TextUnexpected,
            element: "NameIDPolicy".to_owned(),
            parent: "AuthnRequest".to_owned(),
            attribute: Some("Format".to_owned()),
            wanted: "the attribute Format, and no text".to_owned(),
            found: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient".to_owned(),
            ..Breach::default()
        }
    }

    fn request(mut case: Case) -> Case {
        case.messages[0].breaches = vec![breach()];
        case
    }

    #[test]
    fn a_success_without_an_assertion_tells_of_nobody() {
        let mut case = sign_in(Outcome::RefusedBySp);
        assert!(levels(&MESSAGE_NOT_SCHEMA_VALID, &case).is_empty());
        case.messages[1].assertions.clear();
        assert_eq!(levels(&MESSAGE_NOT_SCHEMA_VALID, &case), [Severity::Warning]);
        says(&mut case, Meaning::Malformed);
        assert_eq!(levels(&MESSAGE_NOT_SCHEMA_VALID, &case), [Severity::Error]);
    }

    #[test]
    fn what_the_receiver_says_decides() {
        for (codes, meanings, level) in [
            (&[][..], &[Meaning::Malformed][..], Severity::Error),
            (&["AADSTS75005"][..], &[][..], Severity::Error),
            (&[][..], &[Meaning::IdpError][..], Severity::Warning),
            (&[][..], &[Meaning::UnknownSp][..], Severity::Notice),
            (&["AADSTS900236"][..], &[][..], Severity::Notice),
        ] {
            let case = request(refused_by_idp(codes, meanings));
            assert_eq!(levels(&MESSAGE_NOT_SCHEMA_VALID, &case), [level], "{codes:?} {meanings:?}");
        }
        assert_eq!(
            levels(&MESSAGE_NOT_SCHEMA_VALID, &request(sign_in(Outcome::SignedIn))),
            [Severity::Notice]
        );
        assert!(levels(&MESSAGE_NOT_SCHEMA_VALID, &sign_in(Outcome::SignedIn)).is_empty());
    }

    #[test]
    fn whoever_sent_it_has_to_mend_it() {
        let found = findings(
            &MESSAGE_NOT_SCHEMA_VALID,
            &request(refused_by_idp(&[], &[Meaning::Malformed])),
        );
        assert_eq!((found[0].causes.len(), found[0].causes[0].who), (1, Who::Sp));
        assert_eq!(found[0].message, "NameIDPolicy holds text in place of its attribute Format");
        let mut case = sign_in(Outcome::RefusedBySp);
        says(&mut case, Meaning::Malformed);
        case.messages[1].breaches = vec![Breach {
            kind: BreachKind::ElementMissing,
            element: "Status".to_owned(),
            parent: "Response".to_owned(),
            ..Breach::default()
        }];
        let found = findings(&MESSAGE_NOT_SCHEMA_VALID, &case);
        assert_eq!(
            (found[0].severity, found[0].causes[0].who, found[0].message.as_str()),
            (Severity::Error, Who::Idp, "Response lacks Status")
        );
    }
}
