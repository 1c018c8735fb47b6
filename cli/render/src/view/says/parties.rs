//! Which service provider talks to which identity provider. What one pair says is nothing to hold another's values against.

use super::Between;
use crate::Judged;
use crate::view::headline;
use diag_sdk::Case;
use diag_sdk::case::attempt::{Attempt, AttemptKind};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::host::host_of;

/// A side of a sign-in, as its messages tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Party<'j> {
    /// Its entityID.
    name: Option<&'j str>,
    /// Where it was met.
    host: Option<String>,
}

/// Two sides and the attempt that tells most of them. Where a case has but one pair, everything in it is theirs.
#[derive(Debug)]
pub(super) struct Pair<'j> {
    case: &'j Case,
    pub(super) attempt: Option<&'j Attempt>,
    sp: Party<'j>,
    idp: Party<'j>,
    /// Names of the sides of other pairs; nothing where this is the only one.
    others: Option<Vec<&'j str>>,
}

impl Party<'_> {
    /// Nothing shows that they are two: one name, or where one has none, one host.
    fn may_be(&self, other: &Self) -> bool {
        match (self.name, other.name) {
            (Some(one), Some(other)) => one == other,
            _ => self.host.is_none() || other.host.is_none() || self.host == other.host,
        }
    }

    fn learn(&mut self, other: &Self) {
        self.name = self.name.or(other.name);
        if self.host.is_none() {
            self.host.clone_from(&other.host);
        }
    }

    /// Of what belongs to some party, what is this one's: by name, else by host, else what nobody else is named by.
    fn own<T: Copy>(
        &self,
        all: Vec<T>,
        others: &[&str],
        called: impl Fn(T, &mut dyn FnMut(&str) -> bool) -> bool,
        found_at: impl Fn(T, &mut dyn FnMut(&str) -> bool) -> bool,
    ) -> Vec<T> {
        let named = |one: &T| called(*one, &mut |name| Some(name) == self.name);
        let near =
            |one: &T| self.host.is_some() && found_at(*one, &mut |url| host_of(url) == self.host);
        let free = |one: &T| !called(*one, &mut |name| others.contains(&name));
        for rule in [&named as &dyn Fn(&T) -> bool, &near, &free] {
            let own: Vec<T> = all.iter().copied().filter(rule).collect();
            if !own.is_empty() {
                return own;
            }
        }
        all
    }
}

/// The pairs of a case: first that of the attempt which the verdict is about, then those that failed, the latest first.
pub(super) fn pairs(judged: &Judged) -> Vec<Pair<'_>> {
    let decisive = headline::decisive(judged);
    let attempts = &judged.report.attempts;
    let sign_ins = || attempts.iter().rev().filter(|one| one.kind == AttemptKind::SignIn);
    let in_order = decisive
        .into_iter()
        .chain(sign_ins().filter(|one| one.failed()))
        .chain(sign_ins().filter(|one| !one.failed()));
    let mut pairs: Vec<Pair<'_>> = Vec::new();
    for attempt in in_order {
        let (sp, idp) = sides(&judged.case, attempt);
        if sp.name.is_none() && idp.name.is_none() {
            continue;
        }
        match pairs.iter_mut().find(|pair| pair.sp.may_be(&sp) && pair.idp.may_be(&idp)) {
            Some(pair) => {
                pair.sp.learn(&sp);
                pair.idp.learn(&idp);
            }
            None => pairs.push(Pair {
                case: &judged.case,
                attempt: Some(attempt),
                sp,
                idp,
                others: None,
            }),
        }
    }
    // The one pair of a case is whoever is in it; also where its messages stand in files, outside any attempt.
    if pairs.len() < 2 {
        let (sp, idp) = (Party::default(), Party::default());
        return vec![Pair { case: &judged.case, attempt: decisive, sp, idp, others: None }];
    }
    let names: Vec<Vec<&str>> =
        pairs.iter().map(|pair| pair.sp.name.into_iter().chain(pair.idp.name).collect()).collect();
    for (index, pair) in pairs.iter_mut().enumerate() {
        let of_others = names.iter().enumerate().filter(|(other, _)| *other != index);
        pair.others = Some(of_others.flat_map(|(_, names)| names).copied().collect());
    }
    pairs
}

/// Who takes part in an attempt.
fn sides<'j>(case: &'j Case, attempt: &'j Attempt) -> (Party<'j>, Party<'j>) {
    let message = |id: &'j Option<String>, kind| {
        id.as_deref().and_then(|id| case.message(id)).filter(|message| message.kind == kind)
    };
    let request = message(&attempt.request, MessageKind::AuthnRequest);
    let response = message(&attempt.response, MessageKind::Response);
    let issuer = |message: Option<&'j Message>| {
        message.and_then(|message| message.issuer.as_ref()).map(|issuer| issuer.value.as_str())
    };
    let audience = || {
        let mut conditions =
            response?.assertions.iter().filter_map(|assertion| assertion.conditions.as_ref());
        conditions.find_map(|one| one.audiences.first()).map(|audience| audience.value.as_str())
    };
    let sent_to = |message: Option<&'j Message>| {
        let message = message?;
        message.delivered_to().or_else(|| Some(message.destination.as_ref()?.value.as_str()))
    };
    let asked = || Some(request?.request.as_ref()?.acs_url.as_ref()?.value.as_str());
    let published = || {
        let place = without_query(sent_to(request)?);
        let is_it = |one: &&Metadata| {
            let role = one.idp.as_ref();
            role.is_some_and(|role| role.sso.iter().any(|sso| sso.location.value == place))
        };
        case.metadata.iter().find(is_it).map(|one| one.entity_id.value.as_str())
    };
    let sp = Party {
        name: issuer(request).or_else(audience),
        host: sent_to(response).or_else(asked).and_then(host_of),
    };
    let idp = Party {
        name: issuer(response).or_else(published),
        host: sent_to(request).and_then(host_of),
    };
    (sp, idp)
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

impl<'j> Pair<'j> {
    /// It is one of several.
    pub(super) fn of_several(&self) -> bool {
        self.others.is_some()
    }

    /// Both, where they have to be told from others.
    pub(super) fn between(&self) -> Option<Between> {
        self.of_several().then(|| {
            let called = |party: &Party<'_>| party.name.map(str::to_owned).or(party.host.clone());
            Between { sp: called(&self.sp), idp: called(&self.idp) }
        })
    }

    /// The service provider's metadata in somebody's hands.
    pub(super) fn sp_metadata(&self, held_by: HeldBy) -> Vec<&'j Metadata> {
        let all: Vec<&Metadata> = self.case.sp_metadata(held_by).collect();
        let Some(others) = &self.others else { return all };
        self.sp.own(all, others, entity_id, |one, test| {
            let endpoints = one.sp.iter().flat_map(|role| &role.acs);
            endpoints.map(|acs| acs.location.value.as_str()).any(test)
        })
    }

    /// The identity provider's metadata in somebody's hands.
    pub(super) fn idp_metadata(&self, held_by: HeldBy) -> Vec<&'j Metadata> {
        let all: Vec<&Metadata> = self.case.idp_metadata(held_by).collect();
        let Some(others) = &self.others else { return all };
        self.idp.own(all, others, entity_id, |one, test| {
            let endpoints = one.idp.iter().flat_map(|role| &role.sso);
            endpoints.map(|sso| sso.location.value.as_str()).any(test)
        })
    }

    /// How the identity provider knows the service provider.
    pub(super) fn registrations(&self) -> Vec<&'j IdpRegistration> {
        let all: Vec<&IdpRegistration> = self.case.relevant_registrations().collect();
        let Some(others) = &self.others else { return all };
        self.sp.own(
            all,
            others,
            |one, test| one.identifiers.iter().map(|id| id.value.value.as_str()).any(test),
            |one, test| one.reply_urls.iter().map(|url| url.value.value.as_str()).any(test),
        )
    }

    /// How the service provider is configured.
    pub(super) fn configurations(&self) -> Vec<&'j SpConfiguration> {
        let all: Vec<&SpConfiguration> = self.case.relevant_configurations().collect();
        let Some(others) = &self.others else { return all };
        self.sp.own(
            all,
            others,
            |one, test| one.entity_id.iter().map(|id| id.value.as_str()).any(test),
            |one, test| {
                let urls = one.acs_url.iter().chain(&one.host_uri);
                urls.map(|url| url.value.as_str()).any(test)
            },
        )
    }

    /// Names by which metadata of that side is looked for.
    pub(super) fn issuers(&self, kind: MessageKind) -> Vec<&'j str> {
        if self.of_several() {
            let side = if kind == MessageKind::Response { &self.idp } else { &self.sp };
            return side.name.into_iter().collect();
        }
        self.case
            .messages_of(kind)
            .filter_map(|message| message.issuer.as_ref())
            .map(|issuer| issuer.value.as_str())
            .collect()
    }

    /// A host was met on the way of this pair.
    pub(super) fn met(&self, host: &str) -> bool {
        !self.of_several()
            || self.attempt.is_some_and(|attempt| {
                let exchanges = attempt.exchanges.iter();
                exchanges
                    .filter_map(|index| self.case.exchanges.get(*index))
                    .any(|exchange| host_of(&exchange.url).as_deref() == Some(host))
            })
    }
}

fn entity_id(metadata: &Metadata, test: &mut dyn FnMut(&str) -> bool) -> bool {
    test(&metadata.entity_id.value)
}
