//! An encrypted assertion nobody could read.

use diag_sdk::case::judgement::{Cover, Lookup};
use diag_sdk::case::product::Habit;
use diag_sdk::view::{Delivery, MetadataCopy, keys};
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Place, Reference, Setting, Severity,
    Specification, Stage, Who, check, spec,
};

static SP_HAS_NO_KEY: CauseData = CauseData {
    text: "The service provider has no private key to decrypt with, or not the one the assertion was encrypted for",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Give the service provider a decryption key and hand its metadata to the identity provider's administrator",
};
static IDP_ENCRYPTS: CauseData = CauseData {
    text: "Token encryption was turned on although this service provider cannot decrypt",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Turn token encryption off for this application, or encrypt for the certificate of the service provider's metadata",
};
static NO_KEY_GIVEN: CauseData = CauseData {
    text: "The content of the assertion stays hidden without the service provider's private key",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "To judge attributes and conditions, hand the key in with --key; it never leaves this machine",
};

check! {
    /// The assertion is encrypted and could not be decrypted.
    ///
    /// Two things may be meant. If the *service provider* could not decrypt it, that is why it refused:
    /// it has no private key, or another one than the identity provider encrypted for. If only *this
    /// examination* could not, because no key was handed in, sign-in may be fine; but attributes,
    /// audience and validity cannot be judged.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "encrypted": [
    ///    {"element": "EncryptedAssertion", "content_algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm", "decrypted": false}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "encrypted": [
    ///    {"element": "EncryptedAssertion", "content_algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm", "decrypted": true}]}]}
    /// ```
    pub(crate) static ASSERTION_UNDECRYPTABLE = {
        id: "signing/assertion-undecryptable",
        title: "The assertion is encrypted and could not be decrypted",
        levels: [Severity::Error, Severity::Notice],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::Decrypt])],
        logged: "The service provider cannot decrypt the assertion",
        causes: [SP_HAS_NO_KEY, IDP_ENCRYPTS, NO_KEY_GIVEN],
        references: [
            Reference::sections(Specification::SamlCore, "2.3.4", &["6"]),
            Reference::page("https://learn.microsoft.com/entra/identity/enterprise-apps/howto-saml-token-encryption", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let published = case.sp_metadata_published();
    for response in case.sent_by_idp().into_iter().chain(case.tokens()) {
        let Some(part) =
            response.message.encrypted.iter().find(|part| part.element == "EncryptedAssertion")
        else {
            continue;
        };
        if response.refused()
            && let Some((why, place)) = sp_cannot(&response, &published)
        {
            let finding = response
                .finding(Severity::Error, "The service provider could not decrypt the assertion")
                .detail(why)
                .actual(spec::short(&part.content_algorithm), "encrypted assertion")
                .at(&part.place)
                .at_all(&place);
            // Who never decrypts cannot be given a key.
            out.push(if case.sp_has_habit(Habit::NeverDecrypts) {
                finding.because(&IDP_ENCRYPTS, case)
            } else {
                finding.because(&SP_HAS_NO_KEY, case).because(&IDP_ENCRYPTS, case)
            });
        } else if !part.decrypted {
            let detail = part
                .not_decrypted
                .as_deref()
                .unwrap_or("No key was handed in; attributes, audience and validity of the assertion were not judged.");
            // Anybody can encrypt for the service provider: what is not signed around must be signed inside.
            let open = response
                .message
                .consumptions
                .iter()
                .any(|one| one.lookup == Lookup::Decrypted && one.cover == Cover::Unknown);
            let detail = if open {
                format!(
                    "{}. Nothing around it is signed, and whether it is signed inside cannot be told.",
                    detail.trim_end_matches('.')
                )
            } else {
                detail.to_owned()
            };
            let finding = response.finding(
                Severity::Notice,
                "The assertion is encrypted, its content was not judged",
            );
            out.push(finding.detail(detail).at(&part.place).because(&NO_KEY_GIVEN, case));
            if !case.has_decryption_key {
                out.missing(Need::DecryptionKey);
            }
        }
    }
}

/// Why the service provider could not decrypt, as far as it said so or has no key at all.
fn sp_cannot(
    response: &Delivery<'_>,
    published: &[MetadataCopy<'_>],
) -> Option<(String, Option<Place>)> {
    if let Some(said) = response.statement(&[Meaning::Decrypt]) {
        return Some((said.quoted(), said.place));
    }
    if response.said_otherwise(&[]) {
        return None;
    }
    if response.case.sp_has_habit(Habit::NeverDecrypts) {
        return Some((
            "This service provider cannot read encrypted assertions at all.".to_owned(),
            None,
        ));
    }
    let role = published.iter().find_map(|copy| copy.metadata.sp.as_ref())?;
    keys::sp_encryption(published).is_empty().then(|| {
        let why = "The service provider's metadata lists no key for encryption, so it has none to decrypt with.";
        (why.to_owned(), Some(role.place.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::signature::Encryption;
    use diag_sdk::testing::{ended, findings, levels, says, sign_in, sp_metadata};

    fn encrypted(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].assertions.clear();
        case.messages[1].encrypted =
            vec![Encryption { element: "EncryptedAssertion".to_owned(), ..Encryption::default() }];
        case
    }

    #[test]
    fn without_a_key_it_is_a_notice() {
        for outcome in [Outcome::SignedIn, Outcome::RefusedBySp] {
            assert_eq!(
                levels(&ASSERTION_UNDECRYPTABLE, &encrypted(outcome)),
                [Severity::Notice],
                "{outcome:?}"
            );
        }
        let mut decrypted = encrypted(Outcome::RefusedBySp);
        decrypted.messages[1].encrypted[0].decrypted = true;
        assert!(findings(&ASSERTION_UNDECRYPTABLE, &decrypted).is_empty());
    }

    #[test]
    fn the_service_providers_words_make_it_an_error() {
        let mut case = encrypted(Outcome::RefusedBySp);
        says(&mut case, Meaning::Decrypt);
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Error]);
    }

    #[test]
    fn a_service_provider_without_key_that_refuses_could_not_decrypt() {
        let mut case = encrypted(Outcome::RefusedBySp);
        case.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &["CC"], &[])];
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Error]);
        says(&mut case, Meaning::Refused);
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Error]);
        says(&mut case, Meaning::InResponseTo);
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Notice]);
        ended(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Notice]);
    }
}
