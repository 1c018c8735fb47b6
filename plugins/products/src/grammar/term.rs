//! What words are about, whatever the language: things, what is said of them, and the small words between.

macro_rules! terms {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {
        /// What a word or phrase stands for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Term { $($(#[doc = $doc])* $name),+ }

        /// Every term.
        const ALL: &[Term] = &[$(Term::$name),+];
    };
}

terms! {
    // Things.
    Account, User, You, Email, Licence, Role, Permission, Access, Application, Attribute, NameId, NameIdFormat, Issuer, EntityId,
    Audience, Destination, Recipient, InResponseTo, Signature, Certificate, Assertion, Response, Token, Conditions, NotBefore, NotAfter,
    Clock, Session, Cookie, SessionCookie, Csrf,
    /// Of a form, or the assertion: products call both so, and WS-Security (1.1.1, section 12) its faults. What is said of
    /// one alone tells no reason, so that no rule has it.
    SecurityToken, RelayState, Metadata, Header, Request, AuthnRequest, Idp, Sp, Sso, IdpInitiated,
    Algorithm, AuthnContext, Acs, Binding, Page, Provisioning,
    // What is said of them; the first two groups are good news unless they are denied.
    Active, Found, Known, Present, Contains, Valid, Signed, Encrypted, Decrypt, Allowed, Configured,
    Locked, Unknown, Missing, Required, Invalid, Failed, Expired, Early, Replayed, TooLarge, Exhausted, Unsigned, Unencrypted, Denied,
    Unconfigured, Skewed, Throttled, CsrfRefused,
    // Small words.
    /// Denies what follows.
    Not,
    /// Denies what stands before it as well.
    NotBehind,
    /// Denies the thing it stands before.
    No,
    /// What follows is a condition, no statement.
    If,
    /// What follows may come or may be.
    Modal,
    /// What follows is advice.
    Advice,
    /// What follows is the reason of what was said.
    Because,
    /// A preposition: the thing behind it is not what the sentence is about.
    Of,
    /// Another statement begins.
    But,
    /// No name of anything.
    Filler,
    /// The value that was wanted stands beside it.
    Expected,
    /// The value that came stands beside it.
    Got,
}

/// The first term that says something of a thing.
const FIRST_PREDICATE: Term = Term::Active;
/// The first one that is bad news by itself.
const FIRST_BAD: Term = Term::Locked;
/// The first small word.
const FIRST_SMALL: Term = Term::Not;

impl Term {
    pub(super) fn is_noun(self) -> bool {
        self < FIRST_PREDICATE
    }

    pub(super) fn is_predicate(self) -> bool {
        self >= FIRST_PREDICATE && self < FIRST_SMALL
    }

    pub(super) fn is_bad(self) -> bool {
        self >= FIRST_BAD && self < FIRST_SMALL
    }
}

/// The terms of one word: languages share words that mean different things in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Terms(u128);

impl Terms {
    pub(super) fn add(&mut self, term: Term) {
        self.0 |= 1 << term as u32;
    }

    pub(super) fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(super) fn has(self, term: Term) -> bool {
        self.0 & (1 << term as u32) != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One of them is what is asked for.
    pub(super) fn any(self, wanted: impl Fn(Term) -> bool) -> bool {
        ALL.iter().any(|term| self.has(*term) && wanted(*term))
    }

    pub(super) fn list(self) -> impl Iterator<Item = Term> {
        ALL.iter().copied().filter(move |term| self.has(*term))
    }
}
