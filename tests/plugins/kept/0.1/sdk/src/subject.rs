//! What a finding is about, for the search of root causes.

use std::fmt;
use std::ops::Deref;

/// The kind of thing a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A SAML message: `m1`, …
    Message,
    /// A metadata document: `d1`, …
    Metadata,
    /// An entry point of the service provider: `c1`, …
    EntryPoint,
    /// A registration at the identity provider: `r1`, …
    Registration,
    /// A proxy that serves entry points: `x1`, …
    Proxy,
    /// Something else, by a name of its own.
    Other,
}

/// The id of a thing in the Case. Findings about two things of one kind do not explain each other.
///
/// Serialised as the id.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// Which kind of thing it is, by the way the Case numbers them.
    pub fn kind(&self) -> Kind {
        let numbered = |letter: char| {
            self.0.strip_prefix(letter).is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        match () {
            () if numbered('m') => Kind::Message,
            () if numbered('d') => Kind::Metadata,
            () if numbered('c') => Kind::EntryPoint,
            () if numbered('r') => Kind::Registration,
            () if numbered('x') => Kind::Proxy,
            () => Kind::Other,
        }
    }

    /// The two can be two sides of one matter: the same thing, or things of different kinds.
    pub fn may_concern(&self, other: &Self) -> bool {
        self == other || self.kind() != other.kind()
    }
}

impl Deref for Subject {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T: Into<String>> From<T> for Subject {
    fn from(id: T) -> Self {
        Self(id.into())
    }
}
