//! An encrypted assertion nobody could read.

use crate::{refusal, trust};
use diag_sdk::case::message::Message;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Who, check, spec};

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
        causes: [SP_HAS_NO_KEY, IDP_ENCRYPTS, NO_KEY_GIVEN],
        references: ["saml-core-2.0-os §2.3.4 and §6", "https://learn.microsoft.com/entra/identity/enterprise-apps/howto-saml-token-encryption"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in trust::from_idp(case) {
        let Some(part) = response.encrypted.iter().find(|part| part.element == "EncryptedAssertion") else { continue };
        let refused = refusal::refused_by_sp(case, response);
        if let Some(attempt) = refused
            && let Some((why, place)) = sp_cannot(case, response)
        {
            let mut finding = Finding::error("The service provider could not decrypt the assertion")
                .detail(why)
                .actual(spec::short(&part.content_algorithm), "encrypted assertion")
                .at(&part.place)
                .attempt(&attempt.id)
                .subject(response.id.clone());
            if let Some(place) = place {
                finding = finding.at(place);
            }
            let (idp, application) = trust::registration(case);
            out.push(finding.cause(&SP_HAS_NO_KEY, case.sp_vendor).cause_with(&IDP_ENCRYPTS, idp, application, None));
            continue;
        }
        if !part.decrypted {
            let detail = part
                .not_decrypted
                .as_deref()
                .unwrap_or("No key was handed in; attributes, audience and validity of the assertion were not judged.");
            let mut finding = Finding::notice("The assertion is encrypted, its content was not judged")
                .detail(detail)
                .at(&part.place)
                .subject(response.id.clone())
                .cause(&NO_KEY_GIVEN, case.sp_vendor);
            if let Some(attempt) = case.attempt_of(&response.id) {
                finding = finding.attempt(&attempt.id);
            }
            out.push(finding);
            if !case.has_decryption_key {
                out.missing(Need::DecryptionKey);
            }
        }
    }
}

/// Why the service provider could not decrypt, as far as it said so or has no key at all.
fn sp_cannot<'a>(case: &'a Case, response: &Message) -> Option<(String, Option<&'a diag_sdk::Place>)> {
    let said = case.said_about(response);
    if let Some(seen) = said.iter().find(|seen| seen.phrase.meaning == Meaning::Decrypt) {
        return Some((seen.phrase.quoted(), seen.place));
    }
    // It gave another reason.
    if refusal::said_signature(case, response, &[]) == Some(false) {
        return None;
    }
    let published = trust::published_by_sp(case);
    let role = published.iter().find_map(|metadata| metadata.sp.as_ref())?;
    let none = trust::sp_encryption(&published).is_empty();
    none.then(|| {
        ("The service provider's metadata lists no key for encryption, so it has none to decrypt with.".to_owned(), Some(&role.place))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{findings, levels, page, sign_in, sp_metadata};
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::signature::Encryption;

    fn encrypted(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].assertions.clear();
        case.messages[1].encrypted = vec![Encryption { element: "EncryptedAssertion".to_owned(), ..Encryption::default() }];
        case
    }

    #[test]
    fn without_a_key_it_is_a_notice() {
        for outcome in [Outcome::SignedIn, Outcome::RefusedBySp] {
            assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &encrypted(outcome)), [Severity::Notice], "{outcome:?}");
        }
        let mut decrypted = encrypted(Outcome::RefusedBySp);
        decrypted.messages[1].encrypted[0].decrypted = true;
        assert!(findings(&ASSERTION_UNDECRYPTABLE, &decrypted).is_empty());
    }

    #[test]
    fn the_service_providers_words_make_it_an_error() {
        let mut case = encrypted(Outcome::RefusedBySp);
        case.exchanges[1].page = Some(page(&[], &[Meaning::Decrypt]));
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Error]);
    }

    #[test]
    fn a_service_provider_without_key_that_refuses_could_not_decrypt() {
        let mut case = encrypted(Outcome::RefusedBySp);
        case.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &["CC"], &[])];
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Error]);
        case.exchanges[1].page = Some(page(&[], &[Meaning::Refused]));
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Error]);
        case.exchanges[1].page = Some(page(&[], &[Meaning::InResponseTo]));
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Notice]);
        case.attempts[0].outcome = Outcome::SignedIn;
        assert_eq!(levels(&ASSERTION_UNDECRYPTABLE, &case), [Severity::Notice]);
    }
}
