//! Which keys each side holds of the other.
//!
//! A signature that verifies proves nothing by itself: what counts is whether the receiver holds the
//! key. Metadata copies, registrations and the key embedded in the signature are different sources, and
//! most faults of signatures are that one of them lags behind another.

use super::metadata_copy::MetadataCopy;
use crate::case::Case;
use crate::case::certificate::{Certificate, same_thumbprint};
use crate::case::registration::{Credential, IdpRegistration};
use crate::case::signature::{KeyMatch, Signature};

/// Usable certificates an identity provider signs with, over several copies.
pub fn idp_signing<'a>(copies: &[MetadataCopy<'a>]) -> Vec<&'a Certificate> {
    copies
        .iter()
        .flat_map(|copy| copy.metadata.idp_signing_certificates())
        .filter(|certificate| certificate.usable())
        .collect()
}

/// Usable certificates a service provider signs with, over several copies.
pub fn sp_signing<'a>(copies: &[MetadataCopy<'a>]) -> Vec<&'a Certificate> {
    copies
        .iter()
        .flat_map(|copy| copy.metadata.sp_signing_certificates())
        .filter(|certificate| certificate.usable())
        .collect()
}

/// Usable certificates a service provider decrypts with, over several copies.
pub fn sp_encryption<'a>(copies: &[MetadataCopy<'a>]) -> Vec<&'a Certificate> {
    copies
        .iter()
        .flat_map(|copy| copy.metadata.sp_encryption_certificates())
        .filter(|certificate| certificate.usable())
        .collect()
}

/// One of the copies lists the key that verified a signature.
pub fn lists(copies: &[MetadataCopy<'_>], key: &KeyMatch) -> bool {
    let by_id = copies.iter().any(|copy| key.metadata.contains(&copy.id));
    by_id
        || copies
            .iter()
            .flat_map(|copy| {
                copy.metadata
                    .idp_signing_certificates()
                    .chain(copy.metadata.sp_signing_certificates())
            })
            .any(|certificate| same_thumbprint(&certificate.sha1, &key.sha1))
}

/// Certificates for people, each once, four at most.
pub fn labels(certificates: &[&Certificate]) -> String {
    let mut labels: Vec<String> = Vec::new();
    for certificate in certificates {
        let label = certificate.label();
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let more = labels.len().saturating_sub(4);
    labels.truncate(4);
    let text = labels.join(", ");
    if more > 0 { format!("{text} and {more} more") } else { text }
}

/// What carries a signature, for people: `the assertion`, `the response`.
pub fn carrier(element: &str) -> String {
    match element {
        "Assertion" => "the assertion".to_owned(),
        "Response" => "the response".to_owned(),
        other => format!("the {other}"),
    }
}

impl Case {
    /// A certificate's facts by the thumbprint of the key that verified, wherever they were seen.
    pub fn certificate_of<'a>(
        &'a self,
        signature: Option<&'a Signature>,
        key: &KeyMatch,
    ) -> Option<&'a Certificate> {
        let metadata = self.metadata.iter().flat_map(|metadata| {
            let idp = metadata.idp.iter().flat_map(|role| &role.keys);
            let sp = metadata.sp.iter().flat_map(|role| &role.keys);
            idp.chain(sp).flat_map(|key| &key.certificates)
        });
        let credentials =
            self.registrations.iter().flat_map(|registration| &registration.credentials);
        signature
            .into_iter()
            .flat_map(|signature| &signature.key_info)
            .chain(metadata)
            .chain(credentials.filter_map(|credential| credential.certificate.as_ref()))
            .chain(&self.certificates)
            .find(|certificate| same_thumbprint(&certificate.sha1, &key.sha1))
    }

    /// A key of the service provider is known, so that a signature of its that fits none says something.
    pub fn knows_sp_keys(&self) -> bool {
        !sp_signing(&self.sp_metadata_published()).is_empty()
            || !sp_signing(&self.sp_metadata_held()).is_empty()
            || self
                .relevant_registrations()
                .any(|registration| !request_credentials(registration).is_empty())
            || !self.certificates.is_empty()
    }

    /// A key of the identity provider is known.
    pub fn knows_idp_keys(&self) -> bool {
        !idp_signing(&self.idp_metadata_copies()).is_empty() || !self.certificates.is_empty()
    }

    /// The identity provider says that requests must be signed: in its registration or its metadata.
    pub fn signed_requests_required(&self) -> bool {
        let required = |registration: &IdpRegistration| {
            registration.signed_requests_required.as_ref().is_some_and(|value| value.value)
        };
        let wanted = |copy: &MetadataCopy<'_>| {
            copy.idp.as_ref().is_some_and(|role| role.want_authn_requests_signed == Some(true))
        };
        self.relevant_registrations().any(required) || self.idp_metadata_copies().iter().any(wanted)
    }
}

/// Certificates with which the identity provider verifies requests. The same list may hold the public
/// halves of its own signing certificates: those pair with a private half.
pub fn request_credentials(registration: &IdpRegistration) -> Vec<&Credential> {
    let own = |sha1: &str| {
        registration
            .active_signing_thumbprint
            .as_ref()
            .is_some_and(|active| same_thumbprint(&active.value, sha1))
            || registration.credentials.iter().any(|other| {
                other.usage.eq_ignore_ascii_case("sign")
                    && other.sha1.as_deref().is_some_and(|known| same_thumbprint(known, sha1))
            })
    };
    registration
        .credentials
        .iter()
        .filter(|credential| credential.usage.eq_ignore_ascii_case("verify"))
        .filter(|credential| credential.sha1.as_deref().is_some_and(|sha1| !own(sha1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::input::HeldBy;
    use crate::testing;

    #[test]
    fn halves_of_the_own_signing_key_do_not_verify_requests() {
        let mut registration = testing::registration(&[], &[]);
        let credential = |usage: &str, sha1: &str| Credential {
            usage: usage.to_owned(),
            sha1: Some(sha1.to_owned()),
            ..Credential::default()
        };
        registration.credentials = vec![
            credential("Sign", "AA"),
            credential("Verify", "AA"),
            credential("Verify", "CC"),
            credential("Encrypt", "DD"),
        ];
        assert_eq!(
            request_credentials(&registration)
                .iter()
                .filter_map(|known| known.sha1.as_deref())
                .collect::<Vec<_>>(),
            ["CC"]
        );
    }

    #[test]
    fn a_key_is_listed_by_document_or_by_thumbprint() {
        let case = Case {
            metadata: vec![testing::idp_metadata("d1", HeldBy::Sp, &["AA"])],
            ..Case::default()
        };
        let held = case.idp_metadata_held();
        assert!(lists(&held, &testing::key_match("BB", &["d1"])));
        assert!(lists(&held, &testing::key_match("aa", &[])));
        assert!(!lists(&held, &testing::key_match("BB", &["d2"])));
        assert!(case.knows_idp_keys() && !case.knows_sp_keys());
        assert_eq!(
            case.certificate_of(None, &testing::key_match("AA", &[]))
                .map(|certificate| certificate.sha1.as_str()),
            Some("AA")
        );
    }
}
