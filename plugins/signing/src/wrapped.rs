//! What the service provider would read is not what was signed.

use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{Oddity, Signature};
use diag_sdk::{Account, Case, CauseData, Findings, Meaning, Need, Place, Setting, Severity, Stage, Who, check};

static REBUILT: CauseData = CauseData {
    text: "A broker or proxy rebuilt the response around a signed assertion, or a test tool made it",
    who: Who::Network,
    setting: Setting::Gateway,
    fix: "Find out what produced this message; nothing between the identity provider and the browser should write into it",
};
static SP_MUST_REFUSE: CauseData = CauseData {
    text: "The message has the structure of signature wrapping, which a service provider must refuse",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Make sure that the service provider refuses it; if it signed somebody in, update its SAML library and review its log",
};

check! {
    /// The assertion a service provider would read is not the one that is signed.
    ///
    /// A signature covers one element, found by its `ID`. If the message holds a second assertion, a
    /// duplicate `ID`, or the signed element stands where nobody looks for it, a service provider may
    /// verify one and read the other. The pattern is known as signature wrapping. What was seen is the
    /// structure of the message: it tells nothing about who made it, and a careless broker can produce it
    /// as well. A service provider must refuse such a message.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "consumed": "Response/Assertion[1]",
    ///    "assertions": [{"direct": true, "place": {"input": "i1", "path": "Response/Assertion[1]"}}, {"direct": true, "signed": true, "place": {"input": "i1", "path": "Response/Assertion[2]"}}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion[2]", "digest": "right"}],
    ///      "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "embedded": true}]}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "consumed": "Response/Assertion",
    ///    "assertions": [{"direct": true, "signed": true, "place": {"input": "i1", "path": "Response/Assertion"}}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}],
    ///      "verified_by": [{"sha1": "AA11", "subject": "CN=idp", "embedded": true}]}]}]}
    /// ```
    pub(crate) static WRAPPED = {
        id: "signing/wrapped",
        title: "The assertion that would be read is not the signed one",
        levels: [Severity::Error],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/assertion-unsigned", "signing/reference-unusual", "signing/signature-invalid"],
        accounts: [Account::sp(&[Meaning::Signature, Meaning::Malformed, Meaning::UnsignedAssertion])],
        causes: [REBUILT, SP_MUST_REFUSE],
        references: [
            "saml-core-2.0-os §5.4.2 (references)",
            "Somorovsky et al., On Breaking SAML: Be Whoever You Want to Be (2012)",
            "CVE-2022-41912, CVE-2024-45409, CVE-2025-47949",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.sent_by_idp().iter().filter(|delivery| !delivery.message.signatures.is_empty()) {
        let message = delivery.message;
        let patterns = patterns(message);
        let Some((first, _)) = patterns.first() else { continue };
        let headline = match first {
            Pattern::NotCovered => "The assertion that would be read is not covered by a signature",
            Pattern::Unsigned => "An assertion without signature stands beside a signed one",
            Pattern::DuplicateId => "The ID that the signature refers to occurs more than once",
            Pattern::Hidden => "The signed element stands where a service provider does not look",
            Pattern::SeveralSignedInfo => "A signature has more than one SignedInfo",
        };
        let seen: Vec<&str> = patterns.iter().map(|(pattern, _)| pattern.words()).collect();
        let mut finding = delivery
            .finding(Severity::Error, headline)
            .detail(format!("Pattern seen in the message: {}. It says nothing about who made it.", seen.join("; ")))
            .at_all(patterns.iter().filter_map(|(_, place)| place.as_ref()));
        if let Some(consumed) = &message.consumed {
            finding = finding
                .expected(consumed, "element a service provider reads")
                .actual(covered(message).join(", "), "elements the signatures cover");
        }
        out.push(finding.because(&REBUILT, case).because(&SP_MUST_REFUSE, case));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pattern {
    NotCovered,
    Unsigned,
    DuplicateId,
    Hidden,
    SeveralSignedInfo,
}

impl Pattern {
    fn words(self) -> &'static str {
        match self {
            Self::NotCovered => "the first assertion in the response is not what the signature covers",
            Self::Unsigned => "an assertion that no signature covers stands beside one that is signed",
            Self::DuplicateId => "the signed ID occurs more than once",
            Self::Hidden => "the signed element is inside another assertion, an extension or the signature itself",
            Self::SeveralSignedInfo => "a signature has more than one SignedInfo",
        }
    }
}

fn patterns(message: &Message) -> Vec<(Pattern, Option<Place>)> {
    let mut seen = Vec::new();
    let covered = covered(message);
    let covers_something = !covered.is_empty();
    if let Some(consumed) = message.consumed.as_deref().filter(|consumed| covers_something && !is_covered(&covered, consumed)) {
        // Where only something else than an assertion is signed (the metadata of a broker, an extension),
        // the assertion is simply unsigned, which is another finding.
        if covered.iter().any(|path| is_assertion(path) || path == &message.root) {
            let place = message
                .assertions
                .iter()
                .find(|assertion| assertion.place.path.as_deref() == Some(consumed))
                .map(|assertion| assertion.place.clone());
            seen.push((Pattern::NotCovered, place));
        }
    }
    let uncovered = message.assertions.iter().filter(|assertion| !assertion.decrypted).find(|assertion| {
        let path = assertion.place.path.as_deref().unwrap_or_default();
        !path.is_empty() && Some(path) != message.consumed.as_deref() && !is_covered(&covered, path)
    });
    if let Some(assertion) = uncovered.filter(|_| covered.iter().any(|path| is_assertion(path))) {
        seen.push((Pattern::Unsigned, Some(assertion.place.clone())));
    }
    for signature in &message.signatures {
        let has = |oddity: Oddity| signature.oddities.contains(&oddity);
        if has(Oddity::DuplicateId) || refers_to_duplicate(message, signature) {
            seen.push((Pattern::DuplicateId, Some(signature.place.clone())));
        }
        if has(Oddity::SeveralSignedInfo) {
            seen.push((Pattern::SeveralSignedInfo, Some(signature.place.clone())));
        }
        let hidden = signature.references.iter().filter_map(|reference| reference.covers.as_deref()).any(is_hidden);
        if hidden {
            seen.push((Pattern::Hidden, Some(signature.place.clone())));
        }
    }
    let mut told = Vec::new();
    seen.retain(|(pattern, _)| {
        let first = !told.contains(pattern);
        told.push(*pattern);
        first
    });
    seen
}

fn covered(message: &Message) -> Vec<String> {
    let mut paths: Vec<String> =
        message.signatures.iter().flat_map(|signature| &signature.references).filter_map(|reference| reference.covers.clone()).collect();
    paths.dedup();
    paths
}

/// The element itself or one around it is covered.
fn is_covered(covered: &[String], path: &str) -> bool {
    covered.iter().any(|known| path == known || path.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('/')))
}

fn is_assertion(path: &str) -> bool {
    last(path) == "Assertion"
}

/// The element's name without its number.
fn last(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('[').next().unwrap_or(name)
}

/// An assertion or response that stands below another assertion, below a signature or an extension.
fn is_hidden(path: &str) -> bool {
    let Some((above, _)) = path.rsplit_once('/') else { return false };
    matches!(last(path), "Assertion" | "Response")
        && above
            .split('/')
            .any(|step| matches!(step.split('[').next().unwrap_or(step), "Assertion" | "Signature" | "Object" | "Extensions"))
}

fn refers_to_duplicate(message: &Message, signature: &Signature) -> bool {
    signature.references.iter().any(|reference| {
        let id = reference.uri.strip_prefix('#').unwrap_or_default();
        !id.is_empty() && message.duplicate_ids.iter().any(|duplicate| duplicate.value == id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::assertion::Assertion;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, key_match, sign_in, signature};

    fn case(assertions: &[&str], consumed: &str, covers: &str) -> Case {
        let mut case = sign_in(Outcome::RefusedBySp);
        let message = &mut case.messages[1];
        message.assertions = assertions
            .iter()
            .map(|path| Assertion { place: Place { path: Some((*path).to_owned()), ..Place::default() }, ..Assertion::default() })
            .collect();
        message.consumed = Some(consumed.to_owned());
        message.signatures = vec![signature("Assertion", covers, key_match("AA", &["d1"]))];
        case
    }

    fn seen(case: &Case) -> Vec<Pattern> {
        patterns(&case.messages[1]).into_iter().map(|(pattern, _)| pattern).collect()
    }

    #[test]
    fn ordinary_messages_are_left_alone() {
        assert_eq!(seen(&case(&["Response/Assertion"], "Response/Assertion", "Response/Assertion")), []);
        assert_eq!(seen(&case(&["Response/Assertion"], "Response/Assertion", "Response")), []);
        assert_eq!(seen(&case(&["Response/Assertion[1]", "Response/Assertion[2]"], "Response/Assertion[1]", "Response")), []);
    }

    #[test]
    fn what_is_read_must_be_covered() {
        let two = ["Response/Assertion[1]", "Response/Assertion[2]"];
        assert_eq!(seen(&case(&two, two[0], two[1])), [Pattern::NotCovered]);
        assert_eq!(seen(&case(&two, two[0], two[0])), [Pattern::Unsigned]);
        let inner = "Response/Assertion/Assertion";
        assert_eq!(seen(&case(&["Response/Assertion", inner], "Response/Assertion", inner)), [Pattern::NotCovered, Pattern::Hidden]);
        let object = "Response/Assertion/Signature/Object/Assertion";
        assert_eq!(seen(&case(&["Response/Assertion", object], "Response/Assertion", object)), [Pattern::NotCovered, Pattern::Hidden]);
        let wrapped = "Response/Signature/Response";
        assert!(seen(&case(&["Response/Assertion"], "Response/Assertion", wrapped)).contains(&Pattern::Hidden));
        let extension = "Response/Extensions/Assertion";
        assert!(seen(&case(&["Response/Assertion", extension], "Response/Assertion", extension)).contains(&Pattern::NotCovered));
    }

    #[test]
    fn a_path_that_merely_begins_alike_is_not_covered() {
        assert!(!is_covered(&["Response/Assertion".to_owned()], "Response/Assertion[2]"));
        assert!(!is_covered(&["Response/Assertion[1]".to_owned()], "Response/Assertion[10]"));
    }

    #[test]
    fn duplicate_ids_and_second_signed_infos_show() {
        let mut case = case(&["Response/Assertion"], "Response/Assertion", "Response/Assertion");
        case.messages[1].signatures[0].references[0].uri = "#_3".to_owned();
        case.messages[1].duplicate_ids = vec!["_9".into()];
        assert_eq!(seen(&case), []);
        case.messages[1].duplicate_ids.push("_3".into());
        assert_eq!(seen(&case), [Pattern::DuplicateId]);
        case.messages[1].signatures[0].oddities = vec![Oddity::SeveralSignedInfo];
        assert_eq!(seen(&case), [Pattern::DuplicateId, Pattern::SeveralSignedInfo]);
        assert_eq!(findings(&WRAPPED, &case).len(), 1);
    }

    #[test]
    fn the_wording_accuses_nobody() {
        let two = ["Response/Assertion[1]", "Response/Assertion[2]"];
        let found = findings(&WRAPPED, &case(&two, two[0], two[1]));
        assert!(found[0].detail.as_deref().is_some_and(|detail| detail.starts_with("Pattern seen in the message")));
    }
}
