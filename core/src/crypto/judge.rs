//! Judges everything that is signed in a Case: chooses which keys may have signed what, and tries them.

use super::keys::{KeyRing, TrustedKey};
use super::masked;
use super::query::verify_query;
use super::verify::{verify_metadata, verify_within};
use crate::bounds::Bounds;
use crate::saml::messages::Decoded;
use diag_sdk::Case;
use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::{Credential, IdpRegistration};
use diag_sdk::case::signature::{KeyMatch, Signature};
use std::collections::BTreeSet;

/// Judges the signatures of all messages with the keys that the rest of the Case knows: metadata of
/// every holder, registrations, loose certificates. Registrations should be joined already. The words of the bounds that
/// were crossed are returned.
pub fn judge(decoded: &mut [Decoded], case: &Case, bounds: &Bounds) -> Vec<&'static str> {
    let work = Bounds::size(bounds.signing);
    let mut beyond = false;
    let issuers: BTreeSet<String> =
        decoded.iter().filter_map(|one| issuer(&one.facts)).map(str::to_owned).collect();
    let trusted = Trusted::within(case, &issuers, bounds.keys);
    for one in decoded {
        let side = trusted.side_of(&one.facts, case);
        beyond |= verify_within(&one.xml, &mut one.facts.signatures, &side.keys, work);
        masked::note(&mut one.facts);
        for signature in &mut one.facts.signatures {
            side.mark(&mut signature.verified_by);
            side.mark(&mut signature.made_by);
        }
        if let (Some(known), Some(redirect)) = (&mut one.facts.query_signature, &one.redirect)
            && let Some(mut judged) =
                verify_query(&redirect.raw_query, redirect.parameter.name(), &side.keys)
        {
            judged.place = std::mem::take(&mut known.place);
            side.mark(&mut judged.verified_by);
            side.mark(&mut judged.made_by);
            *known = judged;
        }
    }
    let signing = beyond.then_some("signing");
    signing.into_iter().chain(trusted.crossed.then_some("keys")).collect()
}

/// Judges the signatures of a metadata document, of which `entities` were read. Entities of an
/// aggregate share the signature around them; it is judged once. A signature that carries no key is tried
/// with the certificates `given`, and with those that the document lists.
pub fn judge_metadata(xml: &str, entities: &mut [Metadata], given: &[Certificate]) {
    let mut distinct: Vec<Signature> = Vec::new();
    for signature in entities.iter().flat_map(|entity| &entity.signatures) {
        if !distinct.iter().any(|known| known.place == signature.place) {
            distinct.push(signature.clone());
        }
    }
    if distinct.is_empty() {
        return;
    }
    let mut ring = KeyRing::default();
    let listed = entities.iter().flat_map(|entity| {
        entity.idp_signing_certificates().chain(entity.sp_signing_certificates())
    });
    for certificate in given.iter().chain(listed) {
        ring.add(certificate, None, false);
    }
    verify_metadata(xml, &mut distinct, ring.keys());
    for signature in entities.iter_mut().flat_map(|entity| &mut entity.signatures) {
        if let Some(judged) = distinct.iter().find(|judged| judged.place == signature.place) {
            signature.clone_from(judged);
        }
    }
}

/// Every key that the signatures of messages may have been made with, by whose message it is.
pub struct Known(Trusted);

impl Known {
    /// The keys of a case.
    pub fn of(case: &Case) -> Self {
        let issuers: BTreeSet<String> =
            case.messages.iter().filter_map(issuer).map(str::to_owned).collect();
        Self(Trusted::of(case, &issuers))
    }

    /// Those that the signatures of this message are tried with.
    pub fn keys(&self, message: &Message, case: &Case) -> &[TrustedKey] {
        self.0.side_of(message, case).keys()
    }

    /// Those that the signatures of decrypted assertions are tried with.
    pub fn keys_of_responses(&self) -> &[TrustedKey] {
        self.0.of_responses().keys()
    }

    /// Adds to each match whether a registration names it.
    pub fn mark(&self, message: &Message, case: &Case, matches: &mut [KeyMatch]) {
        self.0.side_of(message, case).mark(matches);
    }
}

/// Keys that one side may sign with.
#[derive(Default)]
pub(super) struct Side {
    keys: Vec<TrustedKey>,
    /// SHA-1 thumbprints that a registration names, with or without their certificate.
    registered: BTreeSet<String>,
}

impl Side {
    pub(super) fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// Adds to each match whether a registration names it.
    pub(super) fn mark(&self, matches: &mut [KeyMatch]) {
        for found in matches {
            found.registered |= self.registered.contains(&found.sha1);
        }
    }
}

/// Keys of either side.
pub(super) struct Trusted {
    idp: Side,
    sp: Side,
    either: Side,
    /// There are more keys than are tried.
    crossed: bool,
}

impl Trusted {
    pub(super) fn of(case: &Case, issuers: &BTreeSet<String>) -> Self {
        Self::within(case, issuers, Bounds::default().keys)
    }

    fn within(case: &Case, issuers: &BTreeSet<String>, most: u64) -> Self {
        let (mut idp, mut sp) = (KeyRing::of(most), KeyRing::of(most));
        let (mut idp_registered, mut sp_registered) = (BTreeSet::new(), BTreeSet::new());
        let of_entity = |entity: &Metadata, idp: &mut KeyRing, sp: &mut KeyRing| {
            for certificate in entity.idp_signing_certificates() {
                idp.add(certificate, Some(&entity.id), false);
            }
            for certificate in entity.sp_signing_certificates() {
                sp.add(certificate, Some(&entity.id), false);
            }
        };
        // Of a large aggregate not every key can be tried: those of the issuers come first, then what is registered or
        // was handed in by itself.
        let (involved, others): (Vec<&Metadata>, Vec<&Metadata>) =
            case.metadata.iter().partition(|entity| issuers.contains(&entity.entity_id.value));
        for entity in involved {
            of_entity(entity, &mut idp, &mut sp);
        }
        for registration in registrations(case) {
            if let Some(active) = &registration.active_signing_thumbprint {
                idp_registered.insert(active.value.to_ascii_uppercase());
            }
            for credential in &registration.credentials {
                let signs = signs_responses(credential, registration);
                if let Some(certificate) = &credential.certificate {
                    if signs {
                        idp.add(certificate, None, false);
                    } else {
                        sp.add(certificate, None, false);
                    }
                }
                if !signs && credential.usage.eq_ignore_ascii_case("Verify") {
                    sp_registered.extend(thumbprint(credential).map(str::to_ascii_uppercase));
                }
            }
        }
        for certificate in case.certificates.iter().filter(|certificate| certificate.usable()) {
            idp.add(certificate, None, false);
            sp.add(certificate, None, false);
        }
        for entity in others {
            of_entity(entity, &mut idp, &mut sp);
        }
        for sha1 in &idp_registered {
            idp.register(sha1);
        }
        for sha1 in &sp_registered {
            sp.register(sha1);
        }
        let either = Side {
            keys: union(idp.keys(), sp.keys()),
            registered: idp_registered.union(&sp_registered).cloned().collect(),
        };
        Self {
            crossed: idp.crossed() || sp.crossed(),
            idp: Side { keys: idp.keys().to_vec(), registered: idp_registered },
            sp: Side { keys: sp.keys().to_vec(), registered: sp_registered },
            either,
        }
    }

    /// Who may have signed responses and what they carry.
    pub(super) fn of_responses(&self) -> &Side {
        &self.idp
    }

    /// Who may have signed a message. Logout messages come from either side, so their issuer decides.
    fn side_of(&self, message: &Message, case: &Case) -> &Side {
        match message.kind {
            MessageKind::Response | MessageKind::WsFederationToken => &self.idp,
            MessageKind::Other if message.root == "Assertion" => &self.idp,
            MessageKind::AuthnRequest
            | MessageKind::WsFederationSignIn
            | MessageKind::WsFederationSignOut => &self.sp,
            MessageKind::LogoutRequest | MessageKind::LogoutResponse | MessageKind::Other => {
                let of_issuer =
                    |entity: &&Metadata| Some(entity.entity_id.value.as_str()) == issuer(message);
                let is_idp =
                    case.metadata.iter().filter(of_issuer).any(|entity| entity.idp.is_some());
                let is_sp =
                    case.metadata.iter().filter(of_issuer).any(|entity| entity.sp.is_some());
                match (is_idp, is_sp) {
                    (true, false) => &self.idp,
                    (false, true) => &self.sp,
                    _ => &self.either,
                }
            }
        }
    }
}

fn issuer(message: &Message) -> Option<&str> {
    let of_assertion =
        || message.assertions.first().and_then(|assertion| assertion.issuer.as_ref());
    message.issuer.as_ref().or_else(of_assertion).map(|issuer| issuer.value.as_str())
}

/// Registrations of this sign-in; all where joining found none.
fn registrations(case: &Case) -> impl Iterator<Item = &IdpRegistration> {
    let none_relevant = case.relevant_registrations().next().is_none();
    case.registrations.iter().filter(move |registration| registration.relevant || none_relevant)
}

/// A registration holds the certificates the identity provider signs with as a pair of `Sign` and
/// `Verify` with one thumbprint; a lone `Verify` is for the requests of the service provider.
fn signs_responses(credential: &Credential, registration: &IdpRegistration) -> bool {
    let sha1 = thumbprint(credential);
    let active = registration.active_signing_thumbprint.as_ref();
    credential.usage.eq_ignore_ascii_case("Sign")
        || (sha1.is_some()
            && (registration.credentials.iter().any(|other| {
                other.usage.eq_ignore_ascii_case("Sign") && thumbprint(other) == sha1
            }) || active.is_some_and(|active| {
                sha1.is_some_and(|sha1| active.value.eq_ignore_ascii_case(sha1))
            })))
}

fn thumbprint(credential: &Credential) -> Option<&str> {
    let certificate = credential.certificate.as_ref().filter(|certificate| certificate.usable());
    certificate.map(|certificate| certificate.sha1.as_str()).or(credential.sha1.as_deref())
}

fn union(first: &[TrustedKey], second: &[TrustedKey]) -> Vec<TrustedKey> {
    let mut all = first.to_vec();
    for key in second {
        match all.iter_mut().find(|known| known.sha1 == key.sha1) {
            Some(known) => {
                known.registered |= key.registered;
                for id in &key.metadata {
                    if !known.metadata.contains(id) {
                        known.metadata.push(id.clone());
                    }
                }
            }
            None => all.push(key.clone()),
        }
    }
    all
}
