//! The assertion is encrypted in a way that the service provider cannot decrypt.

use diag_sdk::case::judgement::Statement;
use diag_sdk::case::signature::Encryption;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Place, Reference, Setting, Severity,
    Specification, Stage, Who, check, spec,
};

static IDP_NEWER: CauseData = CauseData {
    text: "The identity provider encrypts with an algorithm that the service provider's library does not know",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Choose an algorithm that the service provider lists or names; where there is no choice, turn assertion encryption off",
};
static SP_OLDER: CauseData = CauseData {
    text: "The service provider's SAML library is older than the algorithm",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Update the service provider's SAML library",
};

check! {
    /// The assertion is encrypted with an algorithm that the service provider does not support.
    ///
    /// Encryption names two algorithms: one for the content (AES in CBC or in GCM mode) and one for the key (RSA
    /// with PKCS#1 1.5 or OAEP, OAEP with SHA-1 or SHA-256). Many libraries know the older ones only and refuse
    /// the rest, often with words that sound as if the key were wrong. Service providers may list what they
    /// support in their metadata (`EncryptionMethod`).
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused", "encrypted": [
    ///    {"element": "EncryptedAssertion", "content_algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm", "key_algorithm": "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "unknown encryption method aes256-gcm", "meaning": "decrypt"}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "fate": "refused", "encrypted": [
    ///    {"element": "EncryptedAssertion", "content_algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm", "key_algorithm": "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"}]}],
    ///  "failures": [{"id": "fail1", "message": "m1", "stage": "consumption", "party": "sp", "said": [{"text": "the private key does not match", "meaning": "decrypt"}]}]}
    /// ```
    pub(crate) static ENCRYPTION_ALGORITHM_UNSUPPORTED = {
        id: "signing/encryption-algorithm-unsupported",
        title: "The assertion is encrypted in a way the SP cannot decrypt",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/assertion-undecryptable"],
        accounts: [Account::sp_or_loop(&[Meaning::Decrypt, Meaning::Algorithm])],
        causes: [IDP_NEWER, SP_OLDER],
        references: [
            Reference::section(Specification::XmlEncryption, "5.1"),
            Reference::section(Specification::SamlMetadata, "2.4.1.1").about("EncryptionMethod"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for response in case.sent_by_idp() {
        let Some(part) =
            response.message.encrypted.iter().find(|part| part.element == "EncryptedAssertion")
        else {
            continue;
        };
        let used = algorithms(part);
        if !response.accepted()
            && let Some((said, algorithm)) = named(&response, &used)
        {
            let finding = response
                .finding(
                    Severity::Error,
                    format!("The SP cannot decrypt with {}", shown(algorithm)),
                )
                .detail(said.quoted())
                .actual(words(&used), "algorithms of the encrypted assertion")
                .at(&part.place)
                .at_all(&said.place);
            out.push(finding.because(&IDP_NEWER, case).because(&SP_OLDER, case));
            continue;
        }
        let (listed, place) = listed(case);
        let Some(missing) = unlisted(&listed, &used) else { continue };
        let finding = response
            .doubt(format!("The SP does not list {} among what it can decrypt", shown(missing)))
            .expected(words(&listed), "EncryptionMethod in the service provider's metadata")
            .actual(words(&used), "algorithms of the encrypted assertion")
            .at(&part.place)
            .at_all(place);
        // Libraries can often do more than the metadata says.
        out.push(
            if response.said(&[Meaning::Decrypt]) { finding } else { finding.likely() }
                .because(&IDP_NEWER, case)
                .because(&SP_OLDER, case),
        );
    }
}

/// Algorithms of content, key and digest of the key.
fn algorithms(part: &Encryption) -> Vec<&str> {
    let optional =
        part.key_algorithm.iter().chain(&part.key_digest).chain(&part.key_mask).map(String::as_str);
    std::iter::once(part.content_algorithm.as_str())
        .chain(optional)
        .filter(|uri| !uri.is_empty())
        .collect()
}

/// The service provider names one of the algorithms that were used as the reason why it cannot decrypt, or says
/// that an algorithm is not supported.
fn named<'a>(response: &Delivery<'_>, used: &[&'a str]) -> Option<(Statement, &'a str)> {
    let content = used.first()?;
    response.statements().into_iter().find_map(|said| {
        if !matches!(said.meaning, Meaning::Decrypt | Meaning::Algorithm) {
            return None;
        }
        // Addresses of algorithms are cut in what is quoted; the page has them whole.
        let page = said
            .exchange
            .and_then(|index| response.case.exchanges.get(index))
            .and_then(|exchange| exchange.page.as_ref());
        let text =
            format!("{} {}", said.text, page.map_or("", |page| &page.text)).to_ascii_lowercase();
        let algorithm = used.iter().find(|uri| {
            text.contains(&uri.to_ascii_lowercase())
                || text.contains(&shown(uri).to_ascii_lowercase())
        });
        match algorithm {
            Some(algorithm) => Some((said, *algorithm)),
            None if said.meaning == Meaning::Algorithm && !text.contains("sign") => {
                Some((said, *content))
            }
            None => None,
        }
    })
}

/// What the service provider's keys for encryption list, and where.
fn listed(case: &Case) -> (Vec<&str>, Option<&Place>) {
    let copies = case.sp_metadata_published().into_iter().chain(case.sp_metadata_held());
    let keys = copies.filter_map(|copy| copy.metadata.sp.as_ref()).flat_map(|role| &role.keys);
    let listing: Vec<_> =
        keys.filter(|key| key.encrypts() && !key.encryption_methods.is_empty()).collect();
    let methods =
        listing.iter().flat_map(|key| key.encryption_methods.iter().map(String::as_str)).collect();
    (methods, listing.first().map(|key| &key.place))
}

/// The first algorithm of the content or of the key that is not listed, where others of its kind are.
fn unlisted<'a>(listed: &[&str], used: &[&'a str]) -> Option<&'a str> {
    let is_key =
        |uri: &&str| spec::short(uri).contains("rsa-") || spec::short(uri).starts_with("kw-");
    used.iter().take(2).copied().find(|uri| {
        let mut alike = listed.iter().filter(|known| is_key(known) == is_key(uri)).peekable();
        alike.peek().is_some() && alike.all(|known| known != uri)
    })
}

fn shown(uri: &str) -> &str {
    spec::short(uri)
}

fn words(uris: &[&str]) -> String {
    uris.iter().map(|uri| shown(uri)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{findings, levels, says_at, sign_in, sp_metadata};

    const GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
    const CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
    const OAEP: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

    fn encrypted(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].encrypted = vec![Encryption {
            element: "EncryptedAssertion".to_owned(),
            content_algorithm: GCM.to_owned(),
            key_algorithm: Some(OAEP.to_owned()),
            ..Encryption::default()
        }];
        case
    }

    fn lists(case: &mut Case, methods: &[&str]) {
        case.metadata = vec![sp_metadata("d3", HeldBy::Publisher, &[], &["CC"])];
        let role = case.metadata[0].sp.as_mut().expect("a role");
        role.keys[0].encryption_methods =
            methods.iter().map(|method| (*method).to_owned()).collect();
    }

    #[test]
    fn an_algorithm_that_the_service_provider_names_is_the_reason() {
        for (text, meaning, found) in [
            (
                "unknown symmetric encryption method http://www.w3.org/2009/xmlenc11#aes256-gcm",
                Meaning::Decrypt,
                1,
            ),
            ("cannot decrypt: AES256-GCM", Meaning::Decrypt, 1),
            ("the encryption algorithm is not supported", Meaning::Algorithm, 1),
            ("the signature algorithm is not supported", Meaning::Algorithm, 0),
            ("cannot decrypt", Meaning::Decrypt, 0),
        ] {
            let mut case = encrypted(Outcome::RefusedBySp);
            says_at(&mut case, 1, meaning, text);
            assert_eq!(
                levels(&ENCRYPTION_ALGORITHM_UNSUPPORTED, &case),
                vec![Severity::Error; found],
                "{text}"
            );
        }
    }

    #[test]
    fn what_the_metadata_does_not_list_may_be_the_reason() {
        let mut case = encrypted(Outcome::RefusedBySp);
        for (methods, found) in [
            (&[CBC] as &[&str], 1),
            (&[CBC, GCM], 0),
            (&[OAEP], 0),
            (&[], 0),
            (&[GCM, "urn:x#rsa-1_5"], 1),
        ] {
            lists(&mut case, methods);
            assert_eq!(
                levels(&ENCRYPTION_ALGORITHM_UNSUPPORTED, &case),
                vec![Severity::Error; found],
                "{methods:?}"
            );
        }
        let mut taken = encrypted(Outcome::SignedIn);
        lists(&mut taken, &[CBC]);
        assert_eq!(levels(&ENCRYPTION_ALGORITHM_UNSUPPORTED, &taken), [Severity::Warning]);
        assert!(
            findings(&ENCRYPTION_ALGORITHM_UNSUPPORTED, &sign_in(Outcome::RefusedBySp)).is_empty()
        );
    }
}
