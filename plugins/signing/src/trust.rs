//! Which keys each side holds of the other, and who sent a message.
//!
//! A signature that verifies proves nothing by itself: what counts is whether the receiver holds the
//! key. Metadata copies, registrations and the key embedded in the signature are different sources,
//! and most faults of this family are that one of them lags behind another.

use diag_sdk::Case;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::{Credential, IdpRegistration};
use diag_sdk::case::signature::{KeyMatch, Signature};
use diag_sdk::setting::Vendor;

/// Copies of the identity provider's metadata that the service provider under judgement holds.
pub(crate) fn held_by_sp(case: &Case) -> Vec<&Metadata> {
    let relevant: Vec<&str> = case.relevant_configurations().map(|configuration| configuration.id.as_str()).collect();
    case.idp_metadata(HeldBy::Sp).filter(|metadata| metadata.configuration.as_deref().is_none_or(|id| relevant.contains(&id))).collect()
}

/// Metadata the identity provider publishes.
pub(crate) fn published_by_idp(case: &Case) -> Vec<&Metadata> {
    case.idp_metadata(HeldBy::Publisher).collect()
}

/// Metadata the service provider publishes.
pub(crate) fn published_by_sp(case: &Case) -> Vec<&Metadata> {
    case.sp_metadata(HeldBy::Publisher).collect()
}

/// Copies of the service provider's metadata that the identity provider holds.
pub(crate) fn held_by_idp(case: &Case) -> Vec<&Metadata> {
    case.sp_metadata(HeldBy::Idp).collect()
}

/// Usable certificates an identity provider signs with, over several documents.
pub(crate) fn idp_signing<'a>(documents: &[&'a Metadata]) -> Vec<&'a Certificate> {
    documents.iter().flat_map(|metadata| metadata.idp_signing_certificates()).filter(|certificate| certificate.usable()).collect()
}

/// Usable certificates a service provider signs with, over several documents.
pub(crate) fn sp_signing<'a>(documents: &[&'a Metadata]) -> Vec<&'a Certificate> {
    documents.iter().flat_map(|metadata| metadata.sp_signing_certificates()).filter(|certificate| certificate.usable()).collect()
}

/// Usable certificates a service provider decrypts with, over several documents.
pub(crate) fn sp_encryption<'a>(documents: &[&'a Metadata]) -> Vec<&'a Certificate> {
    documents.iter().flat_map(|metadata| metadata.sp_encryption_certificates()).filter(|certificate| certificate.usable()).collect()
}

/// Thumbprints as people copy them: letter case, colons and blanks mean nothing.
pub(crate) fn same_thumbprint(left: &str, right: &str) -> bool {
    let plain =
        |text: &str| -> String { text.chars().filter(char::is_ascii_hexdigit).map(|character| character.to_ascii_uppercase()).collect() };
    let (left, right) = (plain(left), plain(right));
    !left.is_empty() && left == right
}

/// The same key: the same certificate, or another one for the same key.
pub(crate) fn same_key(left: &Certificate, right: &Certificate) -> bool {
    same_thumbprint(&left.sha1, &right.sha1) || (!left.spki_sha256.is_empty() && left.spki_sha256 == right.spki_sha256)
}

/// One of the documents lists the key that verified a signature.
pub(crate) fn lists(documents: &[&Metadata], key: &KeyMatch) -> bool {
    let by_id = documents.iter().any(|metadata| key.metadata.contains(&metadata.id));
    let by_thumbprint = documents
        .iter()
        .flat_map(|metadata| metadata.idp_signing_certificates().chain(metadata.sp_signing_certificates()))
        .any(|certificate| same_thumbprint(&certificate.sha1, &key.sha1));
    by_id || by_thumbprint
}

/// A certificate's facts by the thumbprint of the key that verified, wherever they were seen.
pub(crate) fn certificate_of<'a>(case: &'a Case, signature: Option<&'a Signature>, key: &KeyMatch) -> Option<&'a Certificate> {
    let metadata = case.metadata.iter().flat_map(|metadata| {
        let idp = metadata.idp.iter().flat_map(|role| &role.keys);
        let sp = metadata.sp.iter().flat_map(|role| &role.keys);
        idp.chain(sp).flat_map(|key| &key.certificates)
    });
    let credentials = case
        .registrations
        .iter()
        .flat_map(|registration| &registration.credentials)
        .filter_map(|credential| credential.certificate.as_ref());
    signature
        .into_iter()
        .flat_map(|signature| &signature.key_info)
        .chain(metadata)
        .chain(credentials)
        .chain(&case.certificates)
        .find(|certificate| same_thumbprint(&certificate.sha1, &key.sha1))
}

/// A key of the service provider is known, so that a signature of its that fits none says something.
pub(crate) fn knows_sp_keys(case: &Case) -> bool {
    !sp_signing(&published_by_sp(case)).is_empty()
        || !sp_signing(&held_by_idp(case)).is_empty()
        || case.relevant_registrations().any(|registration| !request_credentials(registration).is_empty())
        || !case.certificates.is_empty()
}

/// A key of the identity provider is known.
pub(crate) fn knows_idp_keys(case: &Case) -> bool {
    !idp_signing(&published_by_idp(case)).is_empty() || !idp_signing(&held_by_sp(case)).is_empty() || !case.certificates.is_empty()
}

/// EntityIDs the service provider goes by.
fn sp_names(case: &Case) -> Vec<&str> {
    let requests = case.messages_of(MessageKind::AuthnRequest).filter_map(|message| message.issuer.as_ref());
    let configured = case.sp_configurations.iter().filter_map(|configuration| configuration.entity_id.as_ref());
    let metadata = case.metadata.iter().filter(|metadata| metadata.sp.is_some()).map(|metadata| &metadata.entity_id);
    requests.chain(configured).chain(metadata).map(|name| name.value.as_str()).collect()
}

/// The service provider sent it.
pub(crate) fn from_sp(case: &Case, message: &Message) -> bool {
    match message.kind {
        MessageKind::AuthnRequest => true,
        MessageKind::LogoutRequest | MessageKind::LogoutResponse => {
            message.issuer.as_ref().is_some_and(|issuer| sp_names(case).contains(&issuer.value.as_str()))
        }
        MessageKind::Response | MessageKind::Other => false,
    }
}

/// Messages the identity provider sent to this service provider. What somebody else took (a broker,
/// another application of the same capture) is not its business.
pub(crate) fn from_idp(case: &Case) -> impl Iterator<Item = &Message> {
    case.messages.iter().filter(|message| {
        matches!(message.kind, MessageKind::Response | MessageKind::LogoutRequest | MessageKind::LogoutResponse)
            && message.broken.is_none()
            && !from_sp(case, message)
            && (case.concerns_sp(message) || !case.attempt_of(&message.id).is_some_and(Attempt::accepted))
    })
}

/// Messages the service provider sent.
pub(crate) fn requests(case: &Case) -> impl Iterator<Item = &Message> {
    case.messages.iter().filter(|message| message.broken.is_none() && from_sp(case, message))
}

/// Certificates with which the identity provider verifies requests. In Entra ID the same list holds
/// the public halves of its own signing certificates: those pair with a private half.
pub(crate) fn request_credentials(registration: &IdpRegistration) -> Vec<&Credential> {
    let own = |sha1: &str| {
        registration.active_signing_thumbprint.as_ref().is_some_and(|active| same_thumbprint(&active.value, sha1))
            || registration.credentials.iter().any(|other| {
                other.usage.eq_ignore_ascii_case("sign") && other.sha1.as_deref().is_some_and(|known| same_thumbprint(known, sha1))
            })
    };
    registration
        .credentials
        .iter()
        .filter(|credential| credential.usage.eq_ignore_ascii_case("verify"))
        .filter(|credential| credential.sha1.as_deref().is_some_and(|sha1| !own(sha1)))
        .collect()
}

/// The identity provider says that requests must be signed: in its registration or its metadata.
pub(crate) fn signed_requests_required(case: &Case) -> bool {
    let registered =
        case.relevant_registrations().any(|registration| registration.signed_requests_required.as_ref().is_some_and(|value| value.value));
    let wanted = published_by_idp(case)
        .iter()
        .chain(&held_by_sp(case))
        .any(|metadata| metadata.idp.as_ref().is_some_and(|role| role.want_authn_requests_signed == Some(true)));
    registered || wanted
}

/// Name and vendor of the registration a fix at the identity provider concerns.
pub(crate) fn registration(case: &Case) -> (Vendor, Option<&str>) {
    let relevant = case.relevant_registrations().next();
    relevant.map_or((case.idp_vendor, None), |registration| (registration.vendor, registration.name.as_deref()))
}

/// Name and vendor of the entry point a fix at the service provider concerns.
pub(crate) fn entry_point(case: &Case) -> (Vendor, Option<&str>) {
    let relevant = case.relevant_configurations().next();
    relevant.map_or((case.sp_vendor, None), |configuration| (configuration.vendor, Some(configuration.name.as_str())))
}

/// Certificates for people, a few of them.
pub(crate) fn labels(certificates: &[&Certificate]) -> String {
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
pub(crate) fn carrier(element: &str) -> String {
    match element {
        "Assertion" => "the assertion".to_owned(),
        "Response" => "the response".to_owned(),
        other => format!("the {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{certificate, registration as registered};

    #[test]
    fn thumbprints_are_compared_as_people_copy_them() {
        assert!(same_thumbprint("5FDDEE15321F", "5f:dd:ee:15:32:1f"));
        assert!(same_thumbprint("5FDDEE15321F", "5f dd ee 15 32 1f"));
        assert!(!same_thumbprint("5FDDEE15321F", "5FDDEE15321E"));
        assert!(!same_thumbprint("", ""));
    }

    #[test]
    fn a_renewed_certificate_may_have_the_same_key() {
        let mut renewed = certificate("BB");
        assert!(!same_key(&certificate("AA"), &renewed));
        renewed.spki_sha256 = certificate("AA").spki_sha256;
        assert!(same_key(&certificate("AA"), &renewed));
    }

    #[test]
    fn halves_of_the_own_signing_key_do_not_verify_requests() {
        let mut registration = registered();
        let credential =
            |usage: &str, sha1: &str| Credential { usage: usage.to_owned(), sha1: Some(sha1.to_owned()), ..Credential::default() };
        registration.credentials =
            vec![credential("Sign", "AA"), credential("Verify", "AA"), credential("Verify", "CC"), credential("Encrypt", "DD")];
        assert_eq!(request_credentials(&registration).iter().filter_map(|known| known.sha1.as_deref()).collect::<Vec<_>>(), ["CC"]);
    }
}
