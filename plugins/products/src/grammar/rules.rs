//! What it means when something bad is said of a thing. One table.

use super::predicates::Kind as Is;
use super::term::Term;
use diag_sdk::Meaning;

/// A thing, what is said of it, what that means, and what must be spoken of beside it.
pub(super) struct Rule {
    pub(super) noun: Term,
    pub(super) kinds: &'static [Is],
    pub(super) meaning: Meaning,
    /// One of these must stand in the same sentence.
    pub(super) beside: &'static [Term],
}

const fn rule(noun: Term, kinds: &'static [Is], meaning: Meaning) -> Rule {
    Rule { noun, kinds, meaning, beside: &[] }
}

const fn beside(
    noun: Term,
    kinds: &'static [Is],
    meaning: Meaning,
    beside: &'static [Term],
) -> Rule {
    Rule { noun, kinds, meaning, beside }
}

/// Any way of saying that something is not as it must be.
const NOT_RIGHT: &[Is] = &[Is::Wrong, Is::Gone, Is::Missing, Is::Denied, Is::Failed];
/// What a person opens.
const OPENED: &[Term] = &[Term::Application, Term::Licence, Term::Role, Term::Page];

pub(super) static RULES: &[Rule] = &[
    rule(
        Term::Csrf,
        &[Is::Wrong, Is::Gone, Is::Missing, Is::Denied, Is::Failed, Is::Expired, Is::CsrfRefused],
        Meaning::CrossSite,
    ),
    rule(Term::Account, &[Is::Locked, Is::Expired], Meaning::UserDisabled),
    rule(Term::User, &[Is::Locked, Is::Expired], Meaning::UserDisabled),
    rule(Term::Account, &[Is::Gone, Is::Lacking], Meaning::NotProvisioned),
    rule(Term::User, &[Is::Gone], Meaning::NotProvisioned),
    // Who is not created on the way has to be there before.
    rule(
        Term::Provisioning,
        &[Is::Locked, Is::Gone, Is::Denied, Is::Unconfigured, Is::Failed],
        Meaning::NotProvisioned,
    ),
    beside(
        Term::Email,
        &[Is::Gone],
        Meaning::AttributeMissing,
        &[Term::Assertion, Term::Response, Term::Token, Term::Attribute],
    ),
    beside(
        Term::Email,
        &[Is::Gone],
        Meaning::NotProvisioned,
        &[Term::Account, Term::User, Term::Application],
    ),
    rule(
        Term::Licence,
        &[
            Is::Gone,
            Is::Missing,
            Is::Denied,
            Is::Expired,
            Is::Wrong,
            Is::Locked,
            Is::Exhausted,
            Is::TooLarge,
        ],
        Meaning::NoLicence,
    ),
    rule(Term::Role, &[Is::Gone, Is::Missing, Is::Denied], Meaning::NoLicence),
    beside(Term::Permission, &[Is::Gone, Is::Missing, Is::Denied], Meaning::NoLicence, OPENED),
    beside(Term::Access, &[Is::Gone, Is::Missing], Meaning::NoLicence, OPENED),
    beside(Term::Account, &[Is::Denied, Is::Unconfigured], Meaning::NoLicence, OPENED),
    beside(Term::User, &[Is::Denied], Meaning::NoLicence, OPENED),
    beside(Term::You, &[Is::Denied], Meaning::NoLicence, OPENED),
    rule(Term::Attribute, &[Is::Gone, Is::Missing], Meaning::AttributeMissing),
    rule(Term::Attribute, &[Is::Wrong], Meaning::AttributeValue),
    rule(Term::Email, &[Is::Missing], Meaning::AttributeMissing),
    rule(Term::Email, &[Is::Wrong], Meaning::AttributeValue),
    rule(Term::NameId, &[Is::Gone, Is::Missing], Meaning::NameIdMissing),
    rule(Term::NameId, &[Is::Wrong], Meaning::AttributeValue),
    rule(Term::NameIdFormat, NOT_RIGHT, Meaning::NameIdFormat),
    rule(Term::Issuer, NOT_RIGHT, Meaning::Issuer),
    rule(Term::EntityId, &[Is::Wrong, Is::Gone], Meaning::UnknownEntity),
    rule(Term::Metadata, &[Is::Gone, Is::Missing], Meaning::UnknownEntity),
    rule(Term::Idp, &[Is::Gone, Is::Wrong], Meaning::UnknownIdp),
    rule(Term::Sp, &[Is::Gone, Is::Wrong], Meaning::UnknownSp),
    rule(Term::Audience, NOT_RIGHT, Meaning::Audience),
    rule(Term::Destination, NOT_RIGHT, Meaning::Destination),
    rule(Term::Recipient, NOT_RIGHT, Meaning::Recipient),
    // Who has lost the request cannot take its answer.
    rule(Term::AuthnRequest, &[Is::Gone, Is::Expired], Meaning::InResponseTo),
    rule(
        Term::InResponseTo,
        &[Is::Wrong, Is::Gone, Is::Missing, Is::Failed, Is::Expired],
        Meaning::InResponseTo,
    ),
    beside(
        Term::Signature,
        &[Is::Wrong, Is::Failed, Is::Denied, Is::Gone, Is::Missing],
        Meaning::RequestSignature,
        &[Term::AuthnRequest],
    ),
    rule(Term::Signature, &[Is::Wrong, Is::Failed, Is::Denied], Meaning::Signature),
    beside(
        Term::Signature,
        &[Is::Gone, Is::Missing],
        Meaning::UnsignedAssertion,
        &[Term::Assertion],
    ),
    rule(Term::Signature, &[Is::Gone, Is::Missing], Meaning::UnsignedMessage),
    rule(Term::Assertion, &[Is::Unsigned], Meaning::UnsignedAssertion),
    rule(Term::Response, &[Is::Unsigned], Meaning::UnsignedMessage),
    rule(Term::AuthnRequest, &[Is::Unsigned], Meaning::RequestSignature),
    rule(
        Term::Certificate,
        &[Is::Wrong, Is::Gone, Is::Missing, Is::Expired, Is::Failed, Is::Early, Is::Denied],
        Meaning::Certificate,
    ),
    rule(Term::Assertion, &[Is::Expired], Meaning::Expired),
    rule(Term::Response, &[Is::Expired], Meaning::Expired),
    rule(Term::Token, &[Is::Expired], Meaning::Expired),
    rule(Term::Conditions, &[Is::Expired, Is::Wrong, Is::Failed], Meaning::Expired),
    rule(Term::NotAfter, &[Is::Expired, Is::Wrong, Is::Failed], Meaning::Expired),
    rule(Term::NotBefore, &[Is::Early, Is::Wrong, Is::Failed], Meaning::NotYetValid),
    rule(Term::Assertion, &[Is::Early], Meaning::NotYetValid),
    rule(Term::Response, &[Is::Early], Meaning::NotYetValid),
    rule(Term::Token, &[Is::Early], Meaning::NotYetValid),
    rule(Term::Conditions, &[Is::Early], Meaning::NotYetValid),
    rule(Term::Assertion, &[Is::Replayed], Meaning::Replay),
    rule(Term::Response, &[Is::Replayed], Meaning::Replay),
    rule(Term::Clock, &[Is::Wrong, Is::Skewed], Meaning::Clock),
    rule(Term::Header, &[Is::TooLarge], Meaning::TooLarge),
    rule(Term::Cookie, &[Is::TooLarge], Meaning::TooLarge),
    rule(Term::Request, &[Is::TooLarge], Meaning::TooLarge),
    rule(Term::Response, &[Is::TooLarge], Meaning::TooLarge),
    rule(Term::Session, &[Is::Expired, Is::Gone, Is::Missing], Meaning::NoSession),
    rule(Term::SessionCookie, &[Is::Expired, Is::Gone, Is::Missing, Is::Wrong], Meaning::NoSession),
    rule(Term::Cookie, &[Is::Locked, Is::Gone, Is::Missing], Meaning::NoSession),
    rule(Term::RelayState, NOT_RIGHT, Meaning::RelayState),
    rule(Term::Algorithm, NOT_RIGHT, Meaning::Algorithm),
    rule(Term::AuthnContext, NOT_RIGHT, Meaning::AuthnContext),
    rule(Term::Acs, &[Is::Wrong, Is::Gone, Is::Denied], Meaning::Acs),
    beside(Term::Acs, &[Is::Missing], Meaning::Acs, &[Term::Metadata]),
    rule(Term::Binding, &[Is::Wrong, Is::Gone, Is::Denied], Meaning::WrongBinding),
    rule(Term::IdpInitiated, &[Is::Denied, Is::Locked, Is::Wrong], Meaning::Unsolicited),
    rule(Term::Assertion, &[Is::Undecryptable], Meaning::Decrypt),
    rule(Term::Assertion, &[Is::Unencrypted], Meaning::UnencryptedAssertion),
    rule(Term::Response, &[Is::Missing, Is::Gone], Meaning::MessageMissing),
    rule(Term::Assertion, &[Is::Missing], Meaning::MessageMissing),
    rule(Term::Sso, &[Is::Unconfigured, Is::Locked], Meaning::Configuration),
];

/// Bad news that need no thing to be said of.
pub(super) fn alone(kind: Is, words: &str) -> Option<Meaning> {
    match kind {
        Is::CsrfRefused => Some(Meaning::CrossSite),
        Is::Throttled => Some(Meaning::RateLimited),
        Is::Undecryptable => Some(Meaning::Decrypt),
        Is::Denied if words.contains("invit") => Some(Meaning::NoLicence),
        Is::Replayed if words.contains("replay") || words.contains("rejeu") => {
            Some(Meaning::Replay)
        }
        _ => None,
    }
}
