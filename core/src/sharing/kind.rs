//! What sort of value is taken out.

use serde::Serialize;

/// What sort of value is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The value of a cookie.
    Cookie,
    /// A password, or another thing a person types to prove who they are.
    Password,
    /// A token, key or other secret that a server issued.
    Token,
    /// The value of a signature: without it a message cannot be sent again.
    Signature,
    /// `SessionIndex`.
    SessionIndex,
    /// Encrypted content.
    CipherValue,
    /// A private key.
    PrivateKey,
    /// A name of a person, or what else identifies one.
    Person,
    /// An id of a directory, tenant or object.
    Object,
    /// A host name.
    Host,
    /// The body of an answer that no diagnosis needs.
    Body,
    /// A remark, or what else a tool wrote into a capture that no diagnosis reads.
    Remark,
}

impl Kind {
    /// For people, in the plural.
    pub fn words(self) -> &'static str {
        match self {
            Self::Cookie => "cookie values",
            Self::Password => "passwords",
            Self::Token => "tokens and keys",
            Self::Signature => "signature values",
            Self::SessionIndex => "session indexes",
            Self::CipherValue => "encrypted contents",
            Self::PrivateKey => "private keys",
            Self::Person => "names and addresses of people",
            Self::Object => "ids of directories and objects",
            Self::Host => "host names",
            Self::Body => "bodies that no diagnosis needs",
            Self::Remark => "remarks that no diagnosis reads",
        }
    }

    /// For people, of one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cookie => "cookie value",
            Self::Password => "password",
            Self::Token => "token or key",
            Self::Signature => "signature value",
            Self::SessionIndex => "session index",
            Self::CipherValue => "encrypted content",
            Self::PrivateKey => "private key",
            Self::Person => "name or address of a person",
            Self::Object => "id of a directory or object",
            Self::Host => "host name",
            Self::Body => "body that no diagnosis needs",
            Self::Remark => "remark that no diagnosis reads",
        }
    }

    /// Letters, digits and all: what a person chose has no parts whose form would tell anything.
    pub(super) fn keeps_separators(self) -> bool {
        !matches!(self, Self::Password)
    }
}
