//! The signature is right, and the service provider reads the characters it covers by another encoding.

use diag_sdk::case::judgement::Cover;
use diag_sdk::case::message::Characters;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static SP_DECODES: CauseData = CauseData {
    text: "The service provider turns the message into text by another encoding than the one it is written in, before it verifies it",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Let the service provider hand the decoded bytes to its XML parser as they are, or read them as UTF-8; an update of its SAML library often does",
};
static IDP_DECLARES: CauseData = CauseData {
    text: "The identity provider writes its messages in another encoding than UTF-8, which not every library reads",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Let the identity provider write its messages in UTF-8",
};
static LEAVE_OUT: CauseData = CauseData {
    text: "A value that the service provider may not need holds the characters",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Until then, do not send that attribute, or send it without such characters; people without them can sign in",
};

check! {
    /// Characters outside ASCII break the signature at the service provider.
    ///
    /// A signature covers characters in one encoding. If the service provider turns the message into text by
    /// another one before it verifies it, every `ñ`, `ö` or `å` becomes something else and the digest differs, so
    /// that exactly those people cannot sign in whose names have such letters. The same happens where the identity
    /// provider writes in ISO-8859-1, says so, and the service provider reads UTF-8. The signature itself verifies
    /// with the key that the service provider has.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused",
    ///    "characters": {"non_ascii": [{"value": "AttributeValue", "place": {"input": "i1", "path": "Response/Assertion/AttributeStatement/Attribute/AttributeValue"}}]},
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}]}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "Signature validation failed", "meaning": "signature"}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused",
    ///    "consumptions": [{"lookup": "direct-child", "path": "Response/Assertion", "cover": "right", "covered_by": 0, "signature": 0}],
    ///    "signatures": [{"parent": "Assertion", "value": "right", "references": [{"covers": "Response/Assertion", "digest": "right"}]}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "Signature validation failed", "meaning": "signature"}]}]}
    /// ```
    pub(crate) static NON_ASCII_BREAKS_AT_SP = {
        id: "signing/non-ascii-breaks-at-sp",
        title: "Characters outside ASCII break the signature at the SP",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/response-unsigned"],
        accounts: [Account::sp_or_loop(&[Meaning::Signature, Meaning::Damaged, Meaning::Malformed])],
        causes: [SP_DECODES, IDP_DECLARES, LEAVE_OUT],
        references: [
            Reference::section(Specification::Xml, "4.3.3").about("character encoding"),
            Reference::section(Specification::SamlBindings, "3.5.4").about("message encoding"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.sent_by_idp() {
        let characters = &response.message.characters;
        if response.accepted() || characters.non_ascii.is_empty() || !response.verifies() {
            continue;
        }
        let declared = declared(characters);
        let Some(severity) = severity(&response, declared.is_some()) else { continue };
        let held = &characters.non_ascii[0].value;
        let headline = match declared {
            Some(name) => format!(
                "The message is in {}, and the SP reads it otherwise",
                name.chars().take(20).collect::<String>()
            ),
            None => "Characters outside ASCII break the signature at the SP".to_owned(),
        };
        let mut finding = response
            .finding(severity, headline)
            .detail(format!(
                "The signature verifies with the key that is known of the identity provider, and nothing was changed on the way; {held} holds characters outside ASCII."
            ))
            .at_all(characters.non_ascii.iter().map(|one| &one.place));
        if let Some(name) = declared {
            finding = finding
                .expected("UTF-8", "what every receiver reads")
                .actual(name, "encoding in the XML declaration")
                .because(&IDP_DECLARES, case);
        }
        let finding = finding.because(&SP_DECODES, case).because(&LEAVE_OUT, case);
        out.push(if severity == Severity::Error { finding } else { finding.likely() });
    }
}

/// Another encoding than UTF-8 that the message declares.
fn declared(characters: &Characters) -> Option<&str> {
    characters
        .declared_encoding
        .as_deref()
        .filter(|name| !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("utf8"))
}

/// How surely the characters are the reason. Where the service provider's own copy was not given, it may as well
/// have an older certificate than the one that verifies here.
fn severity(response: &Delivery<'_>, declared: bool) -> Option<Severity> {
    let complains = response.said(&[Meaning::Signature]);
    let unreadable = response.said(&[Meaning::Damaged, Meaning::Malformed]);
    let key_is_held =
        response.consumed(Cover::Right).is_some() && !response.case.idp_metadata_held().is_empty();
    if declared && (complains || unreadable) || complains && key_is_held {
        Some(Severity::Error)
    } else {
        (complains || unreadable).then_some(Severity::Warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::signature::Verdict;
    use diag_sdk::testing::{consumes, findings, idp_metadata, levels, says, signed};

    fn said(outcome: Outcome, meaning: Meaning) -> Case {
        let mut case = signed(outcome);
        says(&mut case, meaning);
        case.messages[1].characters.non_ascii = vec!["AttributeValue".into()];
        case
    }

    #[test]
    fn the_service_provider_must_complain_of_a_signature_that_is_right() {
        let mut held = said(Outcome::RefusedBySp, Meaning::Signature);
        assert_eq!(levels(&NON_ASCII_BREAKS_AT_SP, &held), [Severity::Warning]);
        held.metadata = vec![idp_metadata("d1", HeldBy::Sp, &["AA"])];
        consumes(&mut held, "Response/Assertion", Cover::Right);
        assert_eq!(levels(&NON_ASCII_BREAKS_AT_SP, &held), [Severity::Error]);
        assert_eq!(
            levels(&NON_ASCII_BREAKS_AT_SP, &said(Outcome::RefusedBySp, Meaning::Damaged)),
            [Severity::Warning]
        );
        assert!(
            findings(&NON_ASCII_BREAKS_AT_SP, &said(Outcome::RefusedBySp, Meaning::Audience))
                .is_empty()
        );
        assert!(
            findings(&NON_ASCII_BREAKS_AT_SP, &said(Outcome::SignedIn, Meaning::Signature))
                .is_empty()
        );
        let mut wrong = said(Outcome::RefusedBySp, Meaning::Signature);
        wrong.messages[1].signatures[0].references[0].digest = Verdict::Wrong;
        consumes(&mut wrong, "Response/Assertion", Cover::Wrong);
        assert!(findings(&NON_ASCII_BREAKS_AT_SP, &wrong).is_empty());
    }

    #[test]
    fn another_encoding_that_is_declared_is_named() {
        let mut latin = said(Outcome::RefusedBySp, Meaning::Malformed);
        latin.messages[1].characters.declared_encoding = Some("ISO-8859-1".to_owned());
        let found = findings(&NON_ASCII_BREAKS_AT_SP, &latin);
        assert_eq!((found[0].severity, found[0].causes[0].who), (Severity::Error, Who::Idp));
        assert!(found[0].message.contains("ISO-8859-1"));
        latin.messages[1].characters.declared_encoding = Some("utf-8".to_owned());
        assert_eq!(levels(&NON_ASCII_BREAKS_AT_SP, &latin), [Severity::Warning]);
    }
}
