//! What the signatures of a message are worth for one of its elements: which of them verifies, with a
//! key that the receiver is known to have, and covers that element or what holds it.
//!
//! A signature that verifies proves nothing by itself. It may cover something else, or be made with a
//! key that nobody trusts, or be of a kind that anybody can make.

use diag_sdk::Case;
use diag_sdk::case::certificate::{Certificate, same_thumbprint};
use diag_sdk::case::judgement::Cover;
use diag_sdk::case::message::Message;
use diag_sdk::case::signature::{KeyMatch, Oddity, Signature, Verdict};
use diag_sdk::view::{MetadataCopy, keys};

/// What a signature must not have if it shall protect anything (saml-core-2.0-os §5.4).
const WORTHLESS: &[Oddity] = &[
    Oddity::Hmac,
    Oddity::Xpath,
    Oddity::Xslt,
    Oddity::UnknownTransform,
    Oddity::ReferenceMissing,
    Oddity::EmptyDigest,
];

/// The keys that the receiver of a message is known to have for its issuer.
#[derive(Debug, Default)]
pub(super) struct Keys<'a> {
    copies: Vec<MetadataCopy<'a>>,
    certificates: &'a [Certificate],
}

/// What is known of keys, looked up once for all messages.
pub(super) struct Copies<'a> {
    held: Vec<MetadataCopy<'a>>,
    published: Vec<MetadataCopy<'a>>,
    certificates: &'a [Certificate],
}

impl<'a> Copies<'a> {
    /// Copies with a key to sign with, and loose certificates.
    pub(super) fn of(case: &'a Case) -> Self {
        let signs =
            |copy: &MetadataCopy<'_>| copy.idp_signing_certificates().any(Certificate::usable);
        Self {
            held: case.idp_metadata_held().into_iter().filter(signs).collect(),
            published: case.idp_metadata_published().into_iter().filter(signs).collect(),
            certificates: &case.certificates,
        }
    }

    /// What the service provider holds counts; where its copy was not given, what the identity provider
    /// publishes stands in for it. Copies of another issuer say nothing.
    pub(super) fn for_issuer_of(&self, message: &Message) -> Keys<'a> {
        let held = of_issuer(&self.held, message);
        let copies = if held.is_empty() { of_issuer(&self.published, message) } else { held };
        Keys { copies, certificates: self.certificates }
    }
}

impl Keys<'_> {
    /// They are known.
    pub(super) fn known(&self) -> bool {
        !self.copies.is_empty()
    }

    fn lists(&self, key: &KeyMatch) -> bool {
        let handed_in = || {
            self.certificates
                .iter()
                .any(|certificate| same_thumbprint(&certificate.sha1, &key.sha1))
        };
        key.registered || handed_in() || keys::lists(&self.copies, key)
    }
}

/// Copies of who issued the response or an assertion in it: what an issuer's element holds beside its name
/// must not make the issuer unknown.
fn of_issuer<'a>(copies: &[MetadataCopy<'a>], message: &Message) -> Vec<MetadataCopy<'a>> {
    let of_assertions = message.assertions.iter().filter_map(|assertion| assertion.issuer.as_ref());
    let issuers: Vec<&str> =
        message.issuer.iter().chain(of_assertions).map(|issuer| issuer.value.trim()).collect();
    copies
        .iter()
        .filter(|copy| issuers.is_empty() || issuers.contains(&copy.entity_id.value.trim()))
        .copied()
        .collect()
}

/// The conclusion about one element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Covered {
    /// What the signatures are worth for it.
    pub(super) cover: Cover,
    /// The signature that verifies and covers it, whoever's key made it.
    pub(super) verified: Option<usize>,
    /// The signature that `cover` speaks of.
    pub(super) signature: Option<usize>,
    /// What is signed instead.
    pub(super) instead: Vec<String>,
}

/// What the signatures of a message are worth for the element at a path.
pub(super) fn cover(message: &Message, path: &str, keys: &Keys<'_>) -> Covered {
    // A query that is signed covers all of the message (saml-bindings-2.0-os §3.4.4.1).
    if message.query_signature.as_ref().is_some_and(|query| query.value == Verdict::Right) {
        return Covered { cover: Cover::Right, ..Covered::default() };
    }
    let concerned =
        || message.signatures.iter().enumerate().filter(|(_, signature)| concerns(signature, path));
    let verified = concerned().find(|(_, signature)| signature.verifies()).map(|(index, _)| index);
    let best = concerned()
        .map(|(index, signature)| (worth(signature, keys), index))
        .min_by_key(|(cover, _)| rank(*cover));
    let instead = || instead(message, path);
    match best {
        Some((Cover::Unknown, index)) if moved(message, index, path) => Covered {
            cover: Cover::Elsewhere,
            verified,
            signature: Some(index),
            instead: instead(),
        },
        Some((cover, index)) => {
            Covered { cover, verified, signature: Some(index), instead: Vec::new() }
        }
        None if is_sealed(message, path) => Covered::default(),
        None if message.signatures.is_empty() && !beside_encrypted(message, path) => {
            Covered { cover: Cover::Nothing, ..Covered::default() }
        }
        None => Covered { cover: Cover::Elsewhere, instead: instead(), ..Covered::default() },
    }
}

/// It covers the element or what holds it; or it covers nothing at all and stands where it should.
fn concerns(signature: &Signature, path: &str) -> bool {
    let mut covers =
        signature.references.iter().filter_map(|reference| reference.covers.as_deref()).peekable();
    if covers.peek().is_some() {
        return covers.any(|covered| holds(covered, path));
    }
    let carrier = signature
        .place
        .path
        .as_deref()
        .and_then(|place| place.rsplit_once('/'))
        .map(|(carrier, _)| carrier);
    carrier.is_some_and(|carrier| holds(carrier, path))
}

/// The one path is the other or around it.
fn holds(outer: &str, path: &str) -> bool {
    path == outer || path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

fn worth(signature: &Signature, keys: &Keys<'_>) -> Cover {
    if signature.verifies() {
        return if signature.verified_by.iter().any(|key| keys.lists(key)) {
            Cover::Right
        } else if keys.known() && signature.untried.is_empty() {
            Cover::OtherKey
        } else {
            Cover::Embedded
        };
    }
    if WORTHLESS.iter().any(|oddity| signature.oddities.contains(oddity)) {
        Cover::Worthless
    } else if signature.digest_wrong()
        || (signature.value == Verdict::Wrong && judged(signature, keys))
    {
        Cover::Wrong
    } else {
        Cover::Unknown
    }
}

/// Keys of others that do not fit prove nothing.
fn judged(signature: &Signature, keys: &Keys<'_>) -> bool {
    keys.known() || !signature.made_by.is_empty() || !signature.key_info.is_empty()
}

/// Of several signatures the one that protects most counts.
fn rank(cover: Cover) -> u8 {
    match cover {
        Cover::Right => 0,
        Cover::Embedded => 1,
        Cover::Unknown => 2,
        Cover::OtherKey => 3,
        Cover::Wrong => 4,
        Cover::Worthless => 5,
        Cover::Elsewhere | Cover::Nothing => 6,
    }
}

/// What cannot be judged protects nothing where another signature, which verifies, covers an assertion or
/// a response that is neither this element nor around it. A key that could not be tried is no such thing.
fn moved(message: &Message, index: usize, path: &str) -> bool {
    let untried = message.signatures.get(index).is_some_and(|found| !found.untried.is_empty());
    !untried
        && message
            .signatures
            .iter()
            .filter(|signature| signature.verifies() && !concerns(signature, path))
            .any(|signature| {
                signature
                    .references
                    .iter()
                    .filter_map(|reference| reference.covers.as_deref())
                    .any(|covered| matches!(name(covered), "Assertion" | "Response"))
            })
}

/// The element's name without its number.
fn name(path: &str) -> &str {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.split('[').next().unwrap_or(last)
}

/// Another assertion is encrypted.
fn beside_encrypted(message: &Message, path: &str) -> bool {
    let another = |place: &str| !holds(place, path);
    message.encrypted.iter().any(|part| {
        part.element == "EncryptedAssertion" && part.place.path.as_deref().is_some_and(another)
    })
}

/// It is encrypted, and nobody opened it.
fn is_sealed(message: &Message, path: &str) -> bool {
    message.encrypted.iter().any(|part| !part.decrypted && part.place.path.as_deref() == Some(path))
}

/// Paths of what the signatures cover, each once.
fn instead(message: &Message, path: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let covered = message
        .signatures
        .iter()
        .flat_map(|signature| &signature.references)
        .filter_map(|reference| reference.covers.as_deref());
    let sealed = message
        .encrypted
        .iter()
        .filter(|part| part.element == "EncryptedAssertion" && !part.decrypted);
    for other in covered.chain(sealed.filter_map(|part| part.place.path.as_deref())) {
        if !holds(other, path) && !paths.iter().any(|known| known == other) {
            paths.push(other.to_owned());
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Place;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{idp_metadata, key_match, signature};

    const PATH: &str = "Response/Assertion";

    fn message(signatures: Vec<Signature>) -> Message {
        Message { signatures, ..Message::default() }
    }

    fn judged_in(case: &Case, signatures: Vec<Signature>) -> Covered {
        let message = message(signatures);
        cover(&message, PATH, &Copies::of(case).for_issuer_of(&message))
    }

    fn with_copy() -> Case {
        Case { metadata: vec![idp_metadata("d1", HeldBy::Sp, &["AA"])], ..Case::default() }
    }

    fn changed(change: impl Fn(&mut Signature)) -> Vec<Signature> {
        let mut one = signature("Assertion", PATH, key_match("AA", &["d1"]));
        change(&mut one);
        vec![one]
    }

    #[test]
    fn the_key_must_be_one_that_the_receiver_has() {
        let by = |key: &str| vec![signature("Assertion", PATH, key_match(key, &[]))];
        assert_eq!(judged_in(&with_copy(), by("AA")).cover, Cover::Right);
        assert_eq!(judged_in(&with_copy(), by("BB")).cover, Cover::OtherKey);
        assert_eq!(judged_in(&Case::default(), by("BB")).cover, Cover::Embedded);
        let mut other = with_copy();
        other.metadata[0].entity_id = "https://another.example/".into();
        let mut issued = message(by("BB"));
        issued.issuer = Some("https://idp.example/".into());
        assert_eq!(
            cover(&issued, PATH, &Copies::of(&other).for_issuer_of(&issued)).cover,
            Cover::Embedded
        );
    }

    #[test]
    fn what_is_wrong_or_worthless_protects_nothing() {
        assert_eq!(
            judged_in(&with_copy(), changed(|one| one.references[0].digest = Verdict::Wrong)).cover,
            Cover::Wrong
        );
        let unverified = |one: &mut Signature| {
            one.value = Verdict::Unknown;
            one.verified_by.clear();
        };
        assert_eq!(judged_in(&with_copy(), changed(unverified)).cover, Cover::Unknown);
        let hmac = |one: &mut Signature| {
            unverified(one);
            one.oddities = vec![Oddity::Hmac];
        };
        assert_eq!(judged_in(&with_copy(), changed(hmac)).cover, Cover::Worthless);
    }

    #[test]
    fn a_signature_without_reference_is_meant_for_what_carries_it() {
        let bare = |one: &mut Signature| {
            one.references.clear();
            one.oddities = vec![Oddity::ReferenceMissing];
            one.place =
                Place { path: Some("Response/Assertion/Signature".to_owned()), ..Place::default() };
        };
        assert_eq!(judged_in(&with_copy(), changed(bare)).cover, Cover::Worthless);
    }

    #[test]
    fn what_is_signed_instead_is_named() {
        let elsewhere = judged_in(
            &with_copy(),
            changed(|one| one.references[0].covers = Some("Response/Response".to_owned())),
        );
        assert_eq!(
            (elsewhere.cover, elsewhere.instead),
            (Cover::Elsewhere, vec!["Response/Response".to_owned()])
        );
        assert_eq!(judged_in(&with_copy(), Vec::new()).cover, Cover::Nothing);
    }

    #[test]
    fn the_signature_that_protects_most_counts() {
        let mut both = changed(|one| one.references[0].digest = Verdict::Wrong);
        both.push(signature("Response", "Response", key_match("AA", &["d1"])));
        let covered = judged_in(&with_copy(), both);
        assert_eq!(
            (covered.cover, covered.signature, covered.verified),
            (Cover::Right, Some(1), Some(1))
        );
    }

    #[test]
    fn what_cannot_be_judged_does_not_hide_a_move() {
        let unknown = |one: &mut Signature| {
            one.value = Verdict::Unknown;
            one.verified_by.clear();
            one.references[0].covers = Some("Response".to_owned());
        };
        let mut both = changed(unknown);
        both.push(signature(
            "Assertion",
            "Response/Extensions/Assertion",
            key_match("AA", &["d1"]),
        ));
        assert_eq!(judged_in(&with_copy(), both.clone()).cover, Cover::Elsewhere);
        both[0].untried = vec![key_match("CC", &["d1"])];
        assert_eq!(judged_in(&with_copy(), both).cover, Cover::Unknown);
    }
}
