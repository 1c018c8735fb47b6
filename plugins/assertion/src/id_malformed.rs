//! The id of a message or assertion is missing or not one that XML allows.

use diag_sdk::case::message::MessageKind;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Place, Reference, Setting, Severity, Sited,
    Specification, Stage, Who, check, shown,
};

static SP: CauseData = CauseData {
    text: "The service provider makes ids that XML does not allow, such as a bare GUID that begins with a digit",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Put an underscore or a letter in front of the id of every request",
};
static SP_NONE: CauseData = CauseData {
    text: "The service provider makes messages without an ID",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Have every request carry an attribute ID with a value that is used only once",
};
static IDP_NONE: CauseData = CauseData {
    text: "The identity provider makes messages or assertions without an ID, or something removed it on the way",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Have responses and assertions carry an attribute ID with a value that is used only once",
};
static IDP: CauseData = CauseData {
    text: "The identity provider makes ids that XML does not allow",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Put an underscore or a letter in front of the ids of responses and assertions",
};

/// Entra ID: the id of the request is not valid.
const INVALID_ID: &str = "AADSTS7500529";

check! {
    /// The id of a message or assertion is missing or not one that XML allows.
    ///
    /// Ids are of the XML type `xs:ID`: they begin with a letter or underscore and contain no colon or
    /// blank. Signatures refer to them, and Entra ID refuses requests whose id begins with a digit
    /// (AADSTS7500529). Lenient products let it pass.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="7a3c9d2e" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_7a3c9d2e" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    /// ```
    pub static ID_MALFORMED = {
        id: "assertion/id-malformed",
        title: "The id of a message is missing or not allowed in XML",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::idp(&[Meaning::Malformed])],
        causes: [SP, IDP, SP_NONE, IDP_NONE],
        references: [
            Reference::section(Specification::SamlCore, "1.3.4"),
            Reference::page("https://www.w3.org/TR/xmlschema-2/#ID", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.deliveries() {
        let message = delivery.message;
        if message.root.is_empty() || message.xml_id.is_none() && message.version.is_none() {
            continue;
        }
        judge(&delivery, &message.root, message.xml_id.as_ref(), &message.place, out);
        for assertion in &message.assertions {
            judge(&delivery, "Assertion", assertion.xml_id.as_ref(), &assertion.place, out);
        }
    }
}

fn judge(
    delivery: &Delivery<'_>,
    element: &str,
    id: Option<&Sited<String>>,
    place: &Place,
    out: &mut Findings,
) {
    let (flaw, actual, place) = match id {
        None => ("has no ID".to_owned(), "no ID".to_owned(), place),
        Some(id) => match flaw(&id.value) {
            Some(flaw) => (flaw.to_owned(), shown::id(&id.value), &id.place),
            None => return,
        },
    };
    let attempt = delivery.attempt.map(|attempt| &attempt.id);
    let refused = delivery.message.kind == MessageKind::AuthnRequest
        && delivery.case.vendor_codes().iter().any(|seen| {
            seen.code == INVALID_ID && seen.attempt.map(|attempt| &attempt.id) == attempt
        });
    let severity = if refused { Severity::Error } else { Severity::Warning };
    let finding = delivery
        .finding(severity, format!("{element} {flaw}"))
        .at(place)
        .expected(
            "an xs:ID: a letter or underscore first, no colon or blank",
            "saml-core-2.0-os §1.3.4",
        )
        .actual(actual, format!("{element}/@ID"));
    let cause = match (delivery.sent_by_sp(), id.is_some()) {
        (true, true) => &SP,
        (true, false) => &SP_NONE,
        (false, true) => &IDP,
        (false, false) => &IDP_NONE,
    };
    out.push(finding.because(cause, delivery.case));
}

/// What is wrong with an id, as an end of a sentence.
fn flaw(id: &str) -> Option<&'static str> {
    let first = id.chars().next();
    match first {
        None => Some("has an empty ID"),
        Some(digit) if digit.is_numeric() => Some("has an ID that begins with a digit"),
        Some('-' | '.') => Some("has an ID that begins with a punctuation mark"),
        _ if id.contains(':') => Some("has an ID with a colon in it"),
        _ if id.contains(char::is_whitespace) => Some("has an ID with a blank in it"),
        _ if id
            .chars()
            .any(|character| !(character.is_alphanumeric() || "_-.·".contains(character))) =>
        {
            Some("has an ID with a character XML does not allow there")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{levels, page, sign_in};

    #[test]
    fn ids_are_those_of_xml() {
        for id in ["_1", "a", "id-1.2", "é1"] {
            assert_eq!(flaw(id), None, "{id}");
        }
        for id in ["", "1a", "-a", "a:b", "a b", "a/b"] {
            assert!(flaw(id).is_some(), "{id}");
        }
    }

    #[test]
    fn the_vendors_code_makes_it_an_error() {
        let mut case = sign_in(Outcome::RefusedByIdp);
        assert!(levels(&ID_MALFORMED, &case).is_empty());
        case.messages[0].xml_id = Some("7a3c".into());
        assert_eq!(levels(&ID_MALFORMED, &case), [Severity::Warning]);
        case.exchanges[0].page = Some(page(&["AADSTS7500529"], &[]));
        assert_eq!(levels(&ID_MALFORMED, &case), [Severity::Error]);
        case.messages[1].xml_id = None;
        assert_eq!(levels(&ID_MALFORMED, &case), [Severity::Error, Severity::Warning]);
    }
}
