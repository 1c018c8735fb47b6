//! A line end within a signed value: what was signed is not what an XML processor reads.

use diag_sdk::case::judgement::Cover;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static IN_THE_SOURCE: CauseData = CauseData {
    text: "An attribute of this person holds a line break where it is kept, such as an address of two lines",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Take the line break out of the person's attribute, or do not send that attribute",
};
static SIGNER_WRITES_RAW: CauseData = CauseData {
    text: "The identity provider signs the carriage return and writes it as it is, and every XML processor reads a plain line feed",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Report it to the maker of the identity provider: a carriage return in a value must be written as &#xD;",
};

check! {
    /// A line break in a value breaks the signature.
    ///
    /// XML processors turn every carriage return, and carriage return with line feed, into a plain line feed
    /// (XML 1.0 §2.11). An identity provider that signs a value with a carriage return in it and writes it as it is
    /// signs another text than any receiver reads. It happens to those people alone whose attributes hold a line
    /// break: a street address of two lines, a job title that was pasted.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused",
    ///    "characters": {"carriage_returns": [{"value": "AttributeValue", "place": {"input": "i1", "path": "Response/Assertion/AttributeStatement/Attribute/AttributeValue"}}]},
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "wrong", "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "wrong"}]}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "accepted",
    ///    "characters": {"carriage_returns": [{"value": "AttributeValue", "place": {"input": "i1", "path": "Response/Assertion/AttributeStatement/Attribute/AttributeValue"}}]},
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}]}]}]}
    /// ```
    pub(crate) static LINE_BREAK_IN_SIGNED_TEXT = {
        id: "signing/line-break-in-signed-text",
        title: "A line break in a value breaks the signature",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/response-unsigned", "signing/signature-invalid"],
        accounts: [Account::sp_or_loop(&[Meaning::Signature, Meaning::Damaged])],
        causes: [IN_THE_SOURCE, SIGNER_WRITES_RAW],
        references: [
            Reference::section(Specification::Xml, "2.11").about("end-of-line handling"),
            Reference::section(Specification::CanonicalXml, "2.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.sent_by_idp() {
        let characters = &response.message.characters;
        if characters.carriage_returns.is_empty() || response.accepted() {
            continue;
        }
        let Some((severity, why)) = judged(&response) else { continue };
        let finding = response
            .finding(severity, "A line break in a signed value breaks the signature")
            .detail(why)
            .expected("a value without line breaks", "what signer and receiver read alike")
            .actual(
                format!("{} with a carriage return in it", characters.carriage_returns[0].value),
                "values of the assertion",
            )
            .at_all(characters.carriage_returns.iter().map(|one| &one.place))
            .because(&IN_THE_SOURCE, case)
            .because(&SIGNER_WRITES_RAW, case);
        out.push(if severity == Severity::Error { finding } else { finding.likely() });
    }
}

/// The digest is wrong: an error. It is right here, and the service provider says that it is not: a receiver that
/// treats line ends in its own way.
fn judged(response: &Delivery<'_>) -> Option<(Severity, &'static str)> {
    let digest_alone = response
        .message
        .signatures
        .iter()
        .any(|signature| signature.digest_wrong() && !signature.verified_by.is_empty());
    if digest_alone {
        let why = "The signature value is right and made with a known key; only the digest differs, as it does where a signer signs a carriage return that no XML processor reads.";
        return Some((Severity::Error, why));
    }
    if response.message.signatures.iter().any(diag_sdk::case::signature::Signature::digest_wrong) {
        return Some((
            Severity::Error,
            "The digest differs, as it does where a signer signs a carriage return that no XML processor reads.",
        ));
    }
    let right =
        response.consumed(Cover::Right).is_some() || response.consumed(Cover::Embedded).is_some();
    let why = "The signature verifies here; the service provider says that it does not, and a value holds a carriage return, which not every library treats alike.";
    (right && response.said(&[Meaning::Signature])).then_some((Severity::Warning, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::signature::Verdict;
    use diag_sdk::testing::{findings, levels, says, signed};

    fn with(outcome: Outcome, digest: Verdict) -> Case {
        let mut case = signed(outcome);
        case.messages[1].signatures[0].references[0].digest = digest;
        case.messages[1].characters.carriage_returns = vec!["AttributeValue".into()];
        case
    }

    #[test]
    fn a_wrong_digest_and_a_carriage_return_belong_together() {
        assert_eq!(
            levels(&LINE_BREAK_IN_SIGNED_TEXT, &with(Outcome::RefusedBySp, Verdict::Wrong)),
            [Severity::Error]
        );
        assert!(
            findings(&LINE_BREAK_IN_SIGNED_TEXT, &with(Outcome::SignedIn, Verdict::Wrong))
                .is_empty()
        );
        let mut plain = with(Outcome::RefusedBySp, Verdict::Wrong);
        plain.messages[1].characters.carriage_returns.clear();
        assert!(findings(&LINE_BREAK_IN_SIGNED_TEXT, &plain).is_empty());
    }

    #[test]
    fn where_it_verifies_the_service_providers_words_make_it_likely() {
        let mut case = with(Outcome::RefusedBySp, Verdict::Right);
        assert!(findings(&LINE_BREAK_IN_SIGNED_TEXT, &case).is_empty());
        says(&mut case, Meaning::Signature);
        assert_eq!(levels(&LINE_BREAK_IN_SIGNED_TEXT, &case), [Severity::Warning]);
    }
}
