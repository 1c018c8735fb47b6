//! Decrypts what is encrypted in the messages of a Case and adds what comes to light to their facts.

use super::decrypt::{Decrypted, decrypt_assertions};
use super::judge::{Side, Trusted};
use super::private_key::PrivateKey;
use super::verify::verify_message;
use crate::saml::messages::Decoded;
use crate::saml::{facts_of, xml};
use crate::seal::Sealer;
use diag_sdk::case::assertion::Assertion;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::signature::Encryption;
use diag_sdk::secret::Personal;
use diag_sdk::{Case, Place, Sited};

/// Encrypted parts whose facts are kept for one message.
const MOST_PARTS: usize = 100;

/// A decrypted text. It is as secret as the message was.
pub struct Unveiled {
    /// The id by which places refer to it (`Place::message`): `m2.decrypted1`.
    pub id: String,
    /// The text.
    pub text: String,
}

/// Decrypts with whichever of the keys fits: assertions, names and signatures found are added to
/// the facts of the message, the signatures judged like all others. Every part that stays closed
/// says why. To be called after [`super::judge`].
pub fn decrypt(
    decoded: &mut [Decoded],
    case: &Case,
    keys: &[PrivateKey],
    sealer: &Sealer,
) -> Vec<Unveiled> {
    let mut texts = Vec::new();
    let mut trusted = None;
    for one in decoded.iter_mut().filter(|one| !one.facts.encrypted.is_empty()) {
        if keys.is_empty() {
            for part in &mut one.facts.encrypted {
                part.not_decrypted = Some("no key was given to decrypt it with".to_owned());
            }
            continue;
        }
        let side = trusted
            .get_or_insert_with(|| Trusted::of(case, &std::collections::BTreeSet::new()))
            .of_responses();
        let parts = best(keys.iter().map(|key| decrypt_assertions(&one.xml, key)));
        let mut adding = Adding { message: &mut one.facts, keys, side, sealer, texts: &mut texts };
        for (index, part) in parts.iter().enumerate() {
            adding.part(index, part);
        }
    }
    texts
}

/// Of each part what the first key makes of it that opens it, else what the last one says.
fn best(attempts: impl Iterator<Item = Vec<Decrypted>>) -> Vec<Decrypted> {
    attempts
        .reduce(|known, next| {
            known
                .into_iter()
                .zip(next)
                .map(|(known, next)| if known.text.is_ok() { known } else { next })
                .collect()
        })
        .unwrap_or_default()
}

struct Adding<'a> {
    message: &'a mut Message,
    keys: &'a [PrivateKey],
    side: &'a Side,
    sealer: &'a Sealer,
    texts: &'a mut Vec<Unveiled>,
}

impl Adding<'_> {
    /// Both readers list encrypted parts in document order, so the index joins them.
    fn part(&mut self, index: usize, part: &Decrypted) {
        let Some(facts) = self.message.encrypted.get_mut(index) else { return };
        let text = match &part.text {
            Ok(text) => text,
            Err(reason) => {
                facts.not_decrypted =
                    Some(for_another(facts, self.keys).unwrap_or_else(|| reason.clone()));
                return;
            }
        };
        facts.decrypted = true;
        let number = self
            .texts
            .iter()
            .filter(|known| known.id.starts_with(&format!("{}.", self.message.id)))
            .count()
            + 1;
        let id = format!("{}.decrypted{number}", self.message.id);
        let base = Place {
            line: None,
            column: None,
            length: None,
            message: Some(id.clone()),
            ..facts.place.clone()
        };
        self.texts.push(Unveiled { id: id.clone(), text: text.clone() });
        if matches!(part.carrier.as_str(), "EncryptedAssertion" | "RequestedSecurityToken") {
            self.assertion(text, &base, &id, part);
        } else {
            self.name(text, &base);
        }
    }

    fn assertion(&mut self, text: &str, base: &Place, id: &str, part: &Decrypted) {
        let mut found = facts_of(text, base, id, self.sealer);
        verify_message(text, &mut found.signatures, self.side.keys());
        for signature in &mut found.signatures {
            self.side.mark(&mut signature.verified_by);
            self.side.mark(&mut signature.made_by);
            for reference in &mut signature.references {
                // Bytes of another text than the message's.
                reference.range = None;
            }
        }
        let path = base.path.as_deref().unwrap_or_default();
        let token = self.message.kind == MessageKind::WsFederationToken;
        let child = self.message.kind == MessageKind::Response && path.matches('/').count() == 1;
        let direct = child || token;
        for (number, assertion) in found.assertions.iter_mut().enumerate() {
            assertion.decrypted = true;
            assertion.direct = direct && number == 0;
        }
        if child && self.message.consumed.is_none() {
            self.message.consumed =
                found.assertions.first().and_then(|assertion| assertion.place.path.clone());
        }
        // What answers by WS-Trust names nobody around the token.
        if token && self.message.issuer.is_none() {
            (self.message.issuer, self.message.issue_instant) =
                (found.issuer.take(), found.issue_instant.take());
        }
        let first = self.message.encrypted.len();
        let room = MOST_PARTS.saturating_sub(first);
        self.message.encrypted.extend(found.encrypted.into_iter().take(room));
        self.message.assertions.extend(found.assertions);
        self.message.signatures.extend(found.signatures);
        self.message.duplicate_ids.extend(found.duplicate_ids);
        self.message.markup_in_text.extend(found.markup_in_text);
        self.message.foreign_names.extend(found.foreign_names);
        self.message.characters.non_ascii.extend(found.characters.non_ascii);
        self.message.characters.carriage_returns.extend(found.characters.carriage_returns);
        self.message.characters.line_breaks.extend(found.characters.line_breaks);
        for (index, nested) in part.nested.iter().enumerate() {
            self.part(first + index, nested);
        }
    }

    /// A decrypted `NameID` belongs to the assertion it stands in, else to the logout message.
    fn name(&mut self, text: &str, base: &Place) {
        let Some((name, format)) = name_id(text, self.sealer) else { return };
        let path = base.path.as_deref().unwrap_or_default();
        let within = |assertion: &&mut Assertion| {
            assertion.place.path.as_deref().is_some_and(|outer| {
                path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
            })
        };
        if let Some(assertion) = self.message.assertions.iter_mut().find(within) {
            if assertion.name_id.is_none() {
                assertion.name_id = Some(Sited::new(name, base.clone()));
                assertion.name_id_format = format;
            }
        } else if let Some(logout) = &mut self.message.logout {
            logout.name_id.get_or_insert(name);
        }
    }
}

fn name_id(text: &str, sealer: &Sealer) -> Option<(Personal, Option<String>)> {
    let tree = xml::parse(text).ok()?;
    let root = tree.document.root_element();
    (root.tag_name().name() == "NameID").then(|| {
        (sealer.personal(&xml::text_of(root)), xml::attribute(root, "Format").map(str::to_owned))
    })
}

/// The part names its recipient, and the keys given are another's.
fn for_another(facts: &Encryption, keys: &[PrivateKey]) -> Option<String> {
    let is_none_of = |spki: &str| keys.iter().all(|key| key.spki_sha256() != spki);
    let recipient = facts
        .recipient
        .as_ref()
        .filter(|recipient| recipient.usable() && is_none_of(&recipient.spki_sha256))?;
    Some(format!(
        "it was encrypted for {}, and the key given is not the one of that certificate",
        recipient.label()
    ))
}
