//! What tells the copies of one entity apart, strongest first.

use super::{Role, addresses, keys, same};
use diag_sdk::Case;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::judgement::{Fate, Party};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::{Metadata, ToldBy};
use diag_sdk::case::signature::KeyMatch;
use diag_sdk::{Meaning, Sited};
use jiff::Timestamp;

/// Whose copy one document is.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) index: usize,
    pub(super) held_by: HeldBy,
    pub(super) by: ToldBy,
    pub(super) why: String,
}

/// A group in two: documents that have what was observed, and those that lack it.
struct Split {
    with: Vec<usize>,
    without: Vec<usize>,
}

/// What an observation says of a split.
enum Says {
    /// The other party works with what lacks it.
    HolderLacksIt(&'static str),
    /// The other party works with what has it; the publisher is at another state.
    HolderHasIt(&'static str),
    /// Both sides work with what has it.
    InUse(&'static str),
}

/// What became of a message, and over what.
#[derive(PartialEq, Eq)]
enum End {
    Accepted,
    RefusedOverIt,
    RefusedOtherwise,
    Open,
}

/// Tells the documents of one entity apart.
pub(super) fn of(case: &Case, role: Role, group: &[usize]) -> Vec<Told> {
    let observed = match role {
        Role::Idp => idp_observed(case, group),
        Role::Sp => sp_observed(case, group),
    };
    if let Some((split, says)) = observed {
        return by_capture(case, role, &split, &says);
    }
    by_export(case, role, group)
        .or_else(|| by_edit(case, role, group))
        .unwrap_or_else(|| by_dates(case, role, group))
}

fn by_capture(case: &Case, role: Role, split: &Split, says: &Says) -> Vec<Told> {
    let told = |index: &usize, held_by, why: &str| Told {
        index: *index,
        held_by,
        by: ToldBy::Capture,
        why: why.to_owned(),
    };
    let (held, published, why) = match says {
        Says::HolderLacksIt(why) => (&split.without, &split.with, why),
        Says::HolderHasIt(why) => (&split.with, &split.without, why),
        Says::InUse(why) => {
            // What is in use stays; what is newer is what the publisher has by now, what is older is nobody's.
            let used = split
                .with
                .iter()
                .filter_map(|index| newest(case.metadata.get(*index)?, role))
                .max();
            let newer = |index: &&usize| {
                case.metadata
                    .get(**index)
                    .and_then(|metadata| newest(metadata, role))
                    .zip(used)
                    .is_some_and(|(own, used)| own > used)
            };
            let next: Vec<usize> = split.without.iter().filter(newer).copied().collect();
            let old = split.without.iter().filter(|index| !next.contains(index));
            let mut all: Vec<Told> = old.map(|index| told(index, HeldBy::Nobody, why)).collect();
            if !next.is_empty() {
                all.extend(split.with.iter().map(|index| told(index, role.holder(), why)));
                all.extend(next.iter().map(|index| told(index, HeldBy::Publisher, "")));
            }
            return all;
        }
    };
    held.iter()
        .map(|index| told(index, role.holder(), why))
        .chain(published.iter().map(|index| told(index, HeldBy::Publisher, "")))
        .collect()
}

fn split(case: &Case, group: &[usize], has: impl Fn(&Metadata) -> bool) -> Option<Split> {
    let (with, without): (Vec<usize>, Vec<usize>) =
        group.iter().partition(|index| case.metadata.get(**index).is_some_and(&has));
    (!with.is_empty() && !without.is_empty()).then_some(Split { with, without })
}

/// What the capture shows of the copies of an identity provider's metadata.
fn idp_observed(case: &Case, group: &[usize]) -> Option<(Split, Says)> {
    let entity = entity_of(case, group)?;
    for response in case
        .messages
        .iter()
        .rev()
        .filter(|message| message.kind == MessageKind::Response && issued_by(message, entity))
    {
        let verifies =
            |metadata: &Metadata| verified(response).any(|key| key.metadata.contains(&metadata.id));
        let Some(split) = split(case, group, verifies) else { continue };
        match end(case, response, &[Meaning::Signature, Meaning::Certificate, Meaning::UnknownKey])
        {
            End::RefusedOverIt => {
                let why = "the response that was refused verifies with the certificates of the other document, not with this one's";
                return Some((split, Says::HolderLacksIt(why)));
            }
            End::Accepted | End::RefusedOtherwise => {
                return Some((
                    split,
                    Says::InUse("an older copy: responses verify with the other document"),
                ));
            }
            End::Open => {}
        }
    }
    for request in
        case.messages.iter().rev().filter(|message| message.kind == MessageKind::AuthnRequest)
    {
        let to = sent_to(request);
        let Some(split) = split(case, group, |metadata| {
            addresses(Role::Idp, metadata).iter().any(|own| to.contains(own))
        }) else {
            continue;
        };
        let why = "requests go to the address it names";
        return Some(match request.fate {
            Fate::Accepted => (
                split,
                Says::InUse("another copy is in use: requests go to the other document's address"),
            ),
            _ => (split, Says::HolderHasIt(why)),
        });
    }
    None
}

/// A logout request that was refused over its signature, with the documents that have its key and those that lack it.
/// Many identity providers verify logout requests and take any sign-in request: that one was answered says nothing of
/// the key they hold, unless they ask for signed ones.
fn logout_refused(case: &Case, group: &[usize], entity: &str) -> Option<Split> {
    const OVER_IT: &[Meaning] =
        &[Meaning::Signature, Meaning::RequestSignature, Meaning::Certificate];
    if case.signed_requests_required() {
        return None;
    }
    let refused = |message: &Message| {
        let failure = case
            .failures
            .iter()
            .find(|failure| failure.message.as_deref() == Some(message.id.as_str()));
        failure.is_some_and(|failure| failure.party == Party::Idp && failure.means(OVER_IT))
    };
    let requests =
        case.messages.iter().rev().filter(|message| {
            message.kind == MessageKind::LogoutRequest && issued_by(message, entity)
        });
    requests.filter(|message| refused(message)).find_map(|request| {
        split(case, group, |metadata| {
            request_keys(request).any(|key| key.metadata.contains(&metadata.id))
        })
    })
}

/// What the capture shows of the copies of a service provider's metadata.
fn sp_observed(case: &Case, group: &[usize]) -> Option<(Split, Says)> {
    let entity = entity_of(case, group)?;
    if let Some(split) = logout_refused(case, group, entity) {
        return Some((
            split,
            Says::HolderLacksIt("it lacks the key of the logout request that was refused"),
        ));
    }
    let from_here = |message: &&Message| {
        message.kind == MessageKind::AuthnRequest && issued_by(message, entity)
    };
    for request in case.messages.iter().rev().filter(from_here) {
        let acs = request
            .request
            .as_ref()
            .and_then(|request| request.acs_url.as_ref())
            .map(|url| url.value.as_str());
        let asked = acs.and_then(|acs| {
            split(case, group, |metadata| addresses(Role::Sp, metadata).contains(&acs))
        });
        let asked = asked.map(|split| {
            (split, &[Meaning::Acs, Meaning::WrongAcs][..], "it lacks the address that was refused")
        });
        let key = |metadata: &Metadata| {
            request_keys(request).any(|key| key.metadata.contains(&metadata.id))
        };
        let signed = split(case, group, key);
        let signed = signed.map(|split| {
            (
                split,
                &[Meaning::Signature, Meaning::RequestSignature, Meaning::Certificate][..],
                "it lacks the key of the request that was refused",
            )
        });
        for (split, meanings, lacks) in asked.into_iter().chain(signed) {
            match end(case, request, meanings) {
                End::RefusedOverIt => return Some((split, Says::HolderLacksIt(lacks))),
                End::Accepted if meanings[0] == Meaning::Signature => {
                    return Some((
                        split,
                        Says::InUse(
                            "another copy is in use: the request verifies with the other document's key",
                        ),
                    ));
                }
                _ => {}
            }
        }
    }
    for response in
        case.messages.iter().rev().filter(|message| message.kind == MessageKind::Response)
    {
        let named = named_addresses(response);
        let sent = split(case, group, |metadata| {
            addresses(Role::Sp, metadata).iter().any(|own| named.contains(own))
        });
        let for_key = |metadata: &Metadata| {
            let own: Vec<&str> = metadata
                .sp_encryption_certificates()
                .map(|certificate| certificate.sha1.as_str())
                .collect();
            response
                .encrypted
                .iter()
                .filter_map(|encrypted| encrypted.recipient.as_ref())
                .any(|recipient| own.contains(&recipient.sha1.as_str()))
        };
        let encrypted = split(case, group, for_key);
        let sent = sent.map(|split| {
            (
                split,
                "responses go to the address it names",
                "another copy is in use: responses go to the other document's address",
            )
        });
        let encrypted = encrypted.map(|split| {
            (
                split,
                "assertions are encrypted for its key",
                "another copy is in use: assertions are encrypted for the other document's key",
            )
        });
        if let Some((split, has, lacks)) = sent.into_iter().chain(encrypted).next() {
            return Some(match response.fate {
                Fate::Accepted => (split, Says::InUse(lacks)),
                _ => (split, Says::HolderHasIt(has)),
            });
        }
    }
    None
}

/// An entry point holds one of them, or a registration names the key of one as the active one.
fn by_export(case: &Case, role: Role, group: &[usize]) -> Option<Vec<Told>> {
    if role != Role::Idp {
        return None;
    }
    let told = |index: &usize, held_by, why: &str| Told {
        index: *index,
        held_by,
        by: ToldBy::Export,
        why: why.to_owned(),
    };
    let held: Vec<&Metadata> =
        case.metadata.iter().filter(|metadata| metadata.configuration.is_some()).collect();
    if let Some(split) =
        split(case, group, |metadata| held.iter().any(|copy| same(role, copy, metadata)))
    {
        let why = "it says what the service provider's configuration holds";
        return Some(split.with.iter().map(|index| told(index, role.holder(), why)).collect());
    }
    let active: Vec<&str> = case
        .relevant_registrations()
        .filter_map(|registration| registration.active_signing_thumbprint.as_ref())
        .map(|thumbprint| thumbprint.value.as_str())
        .collect();
    let signs = |metadata: &Metadata| {
        keys(role, metadata)
            .iter()
            .any(|own| active.iter().any(|active| active.eq_ignore_ascii_case(own)))
    };
    let split = split(case, group, signs)?;
    let why = "the registration signs with a certificate it lacks";
    Some(
        split
            .without
            .iter()
            .map(|index| Told { by: ToldBy::Dates, ..told(index, role.holder(), why) })
            .chain(split.with.iter().map(|index| told(index, HeldBy::Publisher, "")))
            .collect(),
    )
}

/// Nobody publishes a document with parts cut out: such a copy was made to be loaded.
fn by_edit(case: &Case, role: Role, group: &[usize]) -> Option<Vec<Told>> {
    if role != Role::Idp {
        return None;
    }
    if let Some(split) = split(case, group, |metadata| metadata.idp.is_none()) {
        let why = "its role was cut out";
        return Some(
            split
                .with
                .iter()
                .map(|index| Told {
                    index: *index,
                    held_by: role.holder(),
                    by: ToldBy::Export,
                    why: why.to_owned(),
                })
                .collect(),
        );
    }
    let alike = |one: &Metadata, other: &Metadata| {
        keys(role, one) == keys(role, other) && addresses(role, one) == addresses(role, other)
    };
    let whole = group
        .iter()
        .filter_map(|index| case.metadata.get(*index))
        .find(|metadata| !metadata.role_descriptors.is_empty())?;
    let split = split(case, group, |metadata| {
        metadata.role_descriptors.is_empty() && alike(metadata, whole)
    })?;
    let why = "parts were cut out of it, as it is done before loading";
    Some(
        split
            .with
            .iter()
            .map(|index| Told {
                index: *index,
                held_by: role.holder(),
                by: ToldBy::Export,
                why: why.to_owned(),
            })
            .chain(split.without.iter().map(|index| Told {
                index: *index,
                held_by: HeldBy::Publisher,
                by: ToldBy::Export,
                why: String::new(),
            }))
            .collect(),
    )
}

/// The document with the newest certificate is what is published; which one is loaded does not show.
fn by_dates(case: &Case, role: Role, group: &[usize]) -> Vec<Told> {
    let date = |index: &usize| {
        let metadata = case.metadata.get(*index)?;
        newest(metadata, role)
            .map(|newest| (newest, metadata.valid_until.as_ref().map(|end| end.value)))
    };
    let latest = group.iter().filter_map(date).max();
    let older = |index: &usize| date(index) < latest;
    let some_older = group.iter().any(older);
    let why = |index: &usize| {
        if older(index) {
            "its certificates are older; which one is loaded does not show"
        } else {
            ""
        }
    };
    group
        .iter()
        .map(|index| Told {
            index: *index,
            held_by: if some_older && older(index) { role.holder() } else { HeldBy::Publisher },
            by: ToldBy::Dates,
            why: if some_older {
                why(index).to_owned()
            } else {
                "it differs from another document of this entity; which one is loaded does not show"
                    .to_owned()
            },
        })
        .collect()
}

/// Documents under another name than the one in use that are nevertheless copies of the same party: what the other
/// party has loaded, where it refused the name in use.
pub(super) fn of_other_names(case: &Case, role: Role) -> Vec<Told> {
    let (kind, meanings) = match role {
        Role::Idp => (MessageKind::Response, [Meaning::UnknownIdp, Meaning::Issuer]),
        Role::Sp => (MessageKind::AuthnRequest, [Meaning::UnknownEntity, Meaning::Issuer]),
    };
    let messages: Vec<&Message> =
        case.messages.iter().filter(|message| message.kind == kind).collect();
    let names: Vec<&str> = messages.iter().filter_map(|message| issuer(message)).collect();
    if names.is_empty()
        || !messages.iter().any(|message| end(case, message, &meanings) == End::RefusedOverIt)
    {
        return Vec::new();
    }
    let unnamed = |metadata: &Metadata| {
        metadata.held_by == HeldBy::Publisher
            && metadata.configuration.is_none()
            && role.plays(metadata)
    };
    let in_use: Vec<&Metadata> = case
        .metadata
        .iter()
        .filter(|metadata| unnamed(metadata) && names.contains(&metadata.entity_id.value.as_str()))
        .collect();
    if case
        .metadata
        .iter()
        .any(|metadata| metadata.held_by == role.holder() && role.plays(metadata))
    {
        return Vec::new();
    }
    // Where no document has the name in use, the addresses in the requests themselves tell whose copy it is.
    let of_requests: Vec<&str> = messages
        .iter()
        .filter_map(|message| message.request.as_ref()?.acs_url.as_ref())
        .map(|url| url.value.as_str())
        .collect();
    let shares = |metadata: &Metadata| {
        let used = in_use
            .iter()
            .flat_map(|used| addresses(role, used))
            .chain(of_requests.iter().copied().filter(|_| in_use.is_empty()));
        used.into_iter().any(|address| addresses(role, metadata).contains(&address))
    };
    case.metadata
        .iter()
        .enumerate()
        .filter(|(_, metadata)| {
            unnamed(metadata)
                && !names.contains(&metadata.entity_id.value.as_str())
                && shares(metadata)
        })
        .map(|(index, _)| Told {
            index,
            held_by: role.holder(),
            by: ToldBy::Capture,
            why: "it has the same addresses under another name, and the name in use was refused"
                .to_owned(),
        })
        .collect()
}

/// How it ended for a message, seen from one possible reason.
fn end(case: &Case, message: &Message, meanings: &[Meaning]) -> End {
    let failure = case
        .failures
        .iter()
        .find(|failure| failure.message.as_deref() == Some(message.id.as_str()));
    let theirs = |party: Party| match message.kind {
        MessageKind::AuthnRequest => party == Party::Idp,
        _ => party == Party::Sp,
    };
    match (message.fate, failure) {
        (_, Some(failure)) if theirs(failure.party) => {
            if failure.means(meanings) || !failure.is_particular() {
                End::RefusedOverIt
            } else {
                End::RefusedOtherwise
            }
        }
        (Fate::Accepted, _) => End::Accepted,
        (Fate::Refused, None) => End::RefusedOverIt,
        _ => End::Open,
    }
}

fn entity_of<'c>(case: &'c Case, group: &[usize]) -> Option<&'c str> {
    case.metadata.get(*group.first()?).map(|metadata| metadata.entity_id.value.as_str())
}

fn issuer(message: &Message) -> Option<&str> {
    let of_assertion =
        || message.assertions.first().and_then(|assertion| assertion.issuer.as_ref());
    message.issuer.as_ref().or_else(of_assertion).map(|issuer| issuer.value.as_str())
}

fn issued_by(message: &Message, entity: &str) -> bool {
    issuer(message).is_none_or(|issuer| issuer == entity)
}

fn verified(message: &Message) -> impl Iterator<Item = &KeyMatch> {
    message.signatures.iter().flat_map(|signature| &signature.verified_by)
}

fn request_keys(message: &Message) -> impl Iterator<Item = &KeyMatch> {
    verified(message)
        .chain(message.query_signature.iter().flat_map(|signature| &signature.verified_by))
}

/// Where a request went, as it says itself and as the browser took it.
fn sent_to(request: &Message) -> Vec<&str> {
    let named = request.destination.as_ref().map(|url| url.value.as_str());
    named.into_iter().chain(request.delivered_to()).collect()
}

/// Where a response says it belongs, and where the browser took it.
fn named_addresses(response: &Message) -> Vec<&str> {
    let confirmations = response.assertions.iter().flat_map(|assertion| &assertion.confirmations);
    let recipients = confirmations.filter_map(|confirmation| confirmation.recipient.as_ref());
    let named = recipients
        .chain(response.destination.as_ref())
        .map(|url: &Sited<String>| url.value.as_str());
    named.chain(response.delivered_to()).collect()
}

/// When the youngest certificate of the role begins.
fn newest(metadata: &Metadata, role: Role) -> Option<Timestamp> {
    let keys = match role {
        Role::Idp => metadata.idp.as_ref().map(|role| &role.keys),
        Role::Sp => metadata.sp.as_ref().map(|role| &role.keys),
    };
    keys.into_iter()
        .flatten()
        .flat_map(|key| &key.certificates)
        .filter_map(|certificate| certificate.not_before)
        .max()
}
