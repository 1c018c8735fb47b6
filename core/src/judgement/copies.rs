//! Whose copy each metadata document is, where several of one entity were handed in and differ.
//!
//! Who hands in a folder names nobody's copy. The capture tells it: what a party sent and where shows the copy it
//! works with, and what it refused shows what its copy lacks. Where the capture is silent, what exports name tells,
//! then an edit, then dates. A copy that only dates tell of is an assumption, and is judged as one.

mod evidence;
mod unrelated;

use diag_sdk::Case;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::{Metadata, ToldBy};
use evidence::Told;
use std::collections::BTreeMap;

/// Which part of a document is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Idp,
    Sp,
}

impl Role {
    /// Whose copy the other party's is.
    fn holder(self) -> HeldBy {
        match self {
            Self::Idp => HeldBy::Sp,
            Self::Sp => HeldBy::Idp,
        }
    }

    fn plays(self, metadata: &Metadata) -> bool {
        match self {
            // Nothing is left of a role that was cut out.
            Self::Idp => metadata.idp.is_some() || metadata.sp.is_none(),
            Self::Sp => metadata.sp.is_some(),
        }
    }
}

/// Writes down whose copy each document is.
pub(super) fn tell_apart(case: &mut Case) {
    for role in [Role::Idp, Role::Sp] {
        let mut told: Vec<Told> =
            groups(case, role).iter().flat_map(|group| evidence::of(case, role, group)).collect();
        told.extend(evidence::of_other_names(case, role));
        for told in told {
            let Some(metadata) = case.metadata.get_mut(told.index) else { continue };
            (metadata.held_by, metadata.told_by, metadata.told) = (told.held_by, told.by, told.why);
        }
    }
    unrelated::set_aside(case);
    unrelated::note_captures(case);
}

/// Documents of one entity that nobody named as a copy and that differ, each group by their indexes.
fn groups(case: &Case, role: Role) -> Vec<Vec<usize>> {
    let mut by_entity: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, metadata) in case.metadata.iter().enumerate() {
        if role.plays(metadata)
            && metadata.held_by == HeldBy::Publisher
            && metadata.configuration.is_none()
        {
            by_entity.entry(&metadata.entity_id.value).or_default().push(index);
        }
    }
    let named = |entity: &str| {
        case.metadata.iter().any(|metadata| {
            metadata.entity_id.value == entity
                && metadata.held_by == role.holder()
                && metadata.configuration.is_none()
                && role.plays(metadata)
        })
    };
    let differ = |group: &Vec<usize>| {
        let first = group.first().and_then(|first| case.metadata.get(*first));
        first.is_some_and(|first| {
            group
                .iter()
                .filter_map(|index| case.metadata.get(*index))
                .any(|other| !same(role, first, other))
        })
    };
    by_entity
        .into_iter()
        .filter(|(entity, group)| group.len() > 1 && !named(entity) && differ(group))
        .map(|(_, group)| group)
        .collect()
}

/// Two documents say the same in all that the other side works with.
pub(super) fn same(role: Role, one: &Metadata, other: &Metadata) -> bool {
    one.valid_until.as_ref().map(|end| end.value) == other.valid_until.as_ref().map(|end| end.value)
        && one.role_descriptors.len() == other.role_descriptors.len()
        && one.idp_roles == other.idp_roles
        && keys(role, one) == keys(role, other)
        && addresses(role, one) == addresses(role, other)
        && wants(one) == wants(other)
}

fn wants(metadata: &Metadata) -> (Option<bool>, Option<bool>, Option<bool>) {
    (
        metadata.idp.as_ref().and_then(|role| role.want_authn_requests_signed),
        metadata.sp.as_ref().and_then(|role| role.authn_requests_signed),
        metadata.sp.as_ref().and_then(|role| role.want_assertions_signed),
    )
}

/// Thumbprints of the role's certificates.
pub(super) fn keys(role: Role, metadata: &Metadata) -> Vec<&str> {
    let keys = match role {
        Role::Idp => metadata.idp.as_ref().map(|role| &role.keys),
        Role::Sp => metadata.sp.as_ref().map(|role| &role.keys),
    };
    let certificates = keys.into_iter().flatten().flat_map(|key| &key.certificates);
    certificates
        .filter(|certificate| certificate.usable())
        .map(|certificate| certificate.sha1.as_str())
        .collect()
}

/// The addresses at which the role takes what starts, or ends, a sign-in.
pub(super) fn addresses(role: Role, metadata: &Metadata) -> Vec<&str> {
    let endpoints = match role {
        Role::Idp => metadata.idp.as_ref().map(|role| &role.sso),
        Role::Sp => metadata.sp.as_ref().map(|role| &role.acs),
    };
    endpoints.into_iter().flatten().map(|endpoint| endpoint.location.value.as_str()).collect()
}

/// A sentence for the list of what was read: whose document it is, in which role, and whose copy.
pub(super) fn describe(case: &mut Case) {
    let mut about: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for metadata in case.metadata.iter().filter(|metadata| metadata.configuration.is_none()) {
        about.entry(metadata.input.clone()).or_default().push(sentence(metadata));
    }
    for input in &mut case.inputs {
        let Some(mut lines) = about.remove(&input.id).filter(|_| input.about.is_none()) else {
            continue;
        };
        let number = lines.len();
        lines.truncate(1);
        input.about = lines
            .pop()
            .map(|line| if number > 1 { format!("{line}, and {} more", number - 1) } else { line });
    }
}

fn sentence(metadata: &Metadata) -> String {
    let role = match (metadata.idp.is_some(), metadata.sp.is_some()) {
        (true, true) => "identity and service provider",
        (true, false) => "identity provider",
        (false, true) => "service provider",
        (false, false) => "no role of SAML 2.0",
    };
    let whose = match (metadata.held_by, metadata.told_by) {
        (HeldBy::Publisher, ToldBy::Given) => "",
        (HeldBy::Publisher, _) => ", as it is now",
        (HeldBy::Sp, ToldBy::Dates) => ", taken for the copy the service provider has loaded",
        (HeldBy::Sp, _) => ", the copy the service provider has loaded",
        (HeldBy::Idp, ToldBy::Dates) => ", taken for the copy the identity provider has loaded",
        (HeldBy::Idp, _) => ", the copy the identity provider has loaded",
        (HeldBy::Nobody, _) => ", not judged",
    };
    let why =
        if metadata.told.is_empty() { String::new() } else { format!(" ({})", metadata.told) };
    format!("{role} {}{whose}{why}", metadata.entity_id.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::judgement::{Failure, Fate, Party, Statement};
    use diag_sdk::case::message::{Message, MessageKind};
    use diag_sdk::testing::{
        ENTITY_ID, idp_metadata, key_match, query_signature, sited, sp_metadata,
    };
    use diag_sdk::{Meaning, spec};

    /// A service provider whose sign-in was answered, and whose logout was refused over its signature.
    fn refused_logout(meaning: Meaning) -> Case {
        let signed = |id: &str, kind, fate| Message {
            id: id.to_owned(),
            kind,
            fate,
            issuer: Some(sited(ENTITY_ID.to_owned())),
            query_signature: Some(query_signature(
                spec::RSA_SHA256,
                Some(key_match("CC", &["d1"])),
            )),
            ..Message::default()
        };
        let said = vec![Statement { meaning, ..Statement::default() }];
        Case {
            messages: vec![
                signed("m1", MessageKind::AuthnRequest, Fate::Accepted),
                signed("m2", MessageKind::LogoutRequest, Fate::Refused),
            ],
            metadata: vec![
                sp_metadata("d1", HeldBy::Publisher, &["CC"], &[]),
                sp_metadata("d2", HeldBy::Publisher, &["BB"], &[]),
            ],
            failures: vec![Failure {
                message: Some("m2".to_owned()),
                party: Party::Idp,
                said,
                ..Failure::default()
            }],
            ..Case::default()
        }
    }

    fn held(mut case: Case) -> Vec<HeldBy> {
        tell_apart(&mut case);
        case.metadata
            .iter()
            .filter(|metadata| metadata.sp.is_some())
            .map(|metadata| metadata.held_by)
            .collect()
    }

    #[test]
    fn a_refused_logout_tells_which_copy_the_identity_provider_has() {
        for meaning in [Meaning::Signature, Meaning::RequestSignature, Meaning::Certificate] {
            assert_eq!(
                held(refused_logout(meaning)),
                [HeldBy::Publisher, HeldBy::Idp],
                "{meaning:?}"
            );
        }
        assert_eq!(
            held(refused_logout(Meaning::NoSession)),
            [HeldBy::Publisher, HeldBy::Nobody],
            "over something else"
        );
        // Where sign-in requests are verified as well, the key of the one that was answered is the key that is held.
        let mut verifying = refused_logout(Meaning::Signature);
        let mut idp = idp_metadata("d3", HeldBy::Publisher, &["AA"]);
        if let Some(role) = &mut idp.idp {
            role.want_authn_requests_signed = Some(true);
        }
        verifying.metadata.push(idp);
        assert_eq!(held(verifying), [HeldBy::Publisher, HeldBy::Nobody]);
    }
}
