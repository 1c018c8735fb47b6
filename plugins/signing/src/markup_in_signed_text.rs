//! Comments or processing instructions inside text that means something.

use diag_sdk::case::message::Message;
use diag_sdk::{
    Case, CauseData, Findings, Need, Place, Reference, Setting, Severity, Specification, Stage,
    Who, check,
};

static WRITTEN_IN: CauseData = CauseData {
    text: "A template, a broker or a test tool wrote markup into a value",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send plain values, without comments, processing instructions or CDATA sections in them",
};
static SP_READS_PART: CauseData = CauseData {
    text: "Some libraries read only the text before (or after) such markup, although the signature covers all of it",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Update the service provider's SAML library; see the advisories below",
};

check! {
    /// A comment or processing instruction stands inside a signed value.
    ///
    /// Canonicalisation drops comments before a signature is computed, so a value such as
    /// `ann@a.example<!-- -->.evil.example` has the same signature with and without the comment. A library
    /// that stops reading at the comment sees another person than the one that was signed. Such markup
    /// has no legitimate use in a name, an attribute value or a digest.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response",
    ///    "markup_in_text": [{"value": "NameID", "place": {"input": "i1", "path": "Response/Assertion/Subject/NameID"}}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "markup_in_text": []}]}
    /// ```
    pub(crate) static MARKUP_IN_SIGNED_TEXT = {
        id: "signing/markup-in-signed-text",
        title: "Markup stands inside a signed value",
        levels: [Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        causes: [WRITTEN_IN, SP_READS_PART],
        references: [
            Reference::advisories(&["CVE-2017-11427"]).about("and others: VU#475445"),
            Reference::advisories(&["CVE-2025-29775"]),
            Reference::section(Specification::CanonicalXml, "2.1"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.deliveries().into_iter().chain(case.tokens()) {
        let (names, places) = interrupted(delivery.message);
        if names.is_empty() {
            continue;
        }
        out.push(
            delivery
                .finding(Severity::Warning, format!("Markup stands inside {}", names.join(", ")))
                .detail("Pattern seen in the message: a comment, processing instruction or CDATA section interrupts the text. It says nothing about who made it.")
                .expected("plain text", "a value that every library reads alike")
                .actual("text with markup in it", format!("the {}", delivery.message.root))
                .at_all(&places)
                .because(&WRITTEN_IN, case)
                .because(&SP_READS_PART, case),
        );
    }
}

/// Names of the elements concerned, and where they stand.
fn interrupted(message: &Message) -> (Vec<String>, Vec<Place>) {
    let mut names: Vec<String> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    let mut add = |name: &str, place: &Place| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        if !places.contains(place) {
            places.push(place.clone());
        }
    };
    for found in &message.markup_in_text {
        add(&found.value, &found.place);
    }
    // Values whose facts say so although the list above was cut short.
    if message.markup_in_text.is_empty() {
        for assertion in &message.assertions {
            for name_id in assertion.name_id.iter().filter(|name_id| name_id.value.interrupted) {
                add("NameID", &name_id.place);
            }
        }
    }
    (names, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, sign_in};
    use diag_sdk::{Personal, Sited};

    #[test]
    fn every_element_is_named_once() {
        let mut case = sign_in(Outcome::SignedIn);
        assert!(findings(&MARKUP_IN_SIGNED_TEXT, &case).is_empty());
        case.messages[1].markup_in_text =
            vec!["NameID".into(), "AttributeValue".into(), "AttributeValue".into()];
        let found = findings(&MARKUP_IN_SIGNED_TEXT, &case);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
        assert_eq!(found[0].message, "Markup stands inside NameID, AttributeValue");
    }

    #[test]
    fn an_interrupted_name_is_enough() {
        let mut case = sign_in(Outcome::SignedIn);
        case.messages[1].assertions[0].name_id = Some(Sited::new(
            Personal { interrupted: true, ..Personal::default() },
            Place::default(),
        ));
        assert_eq!(findings(&MARKUP_IN_SIGNED_TEXT, &case).len(), 1);
    }
}
