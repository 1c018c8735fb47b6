//! An assertion, as facts (saml-core-2.0-os §2.3.3).

use super::judgement::Window;
use super::place::{Place, Sited};
use crate::secret::{Personal, Secret};
use jiff::Timestamp;

facts! {
    /// An `Assertion`.
    pub struct Assertion {
        /// Where it stands.
        pub place: Place,
        /// It was decrypted from an `EncryptedAssertion`.
        pub decrypted: bool,
        /// It is a direct child of the response (or was decrypted from one).
        pub direct: bool,
        /// A signature of its own is a child of it.
        pub signed: bool,
        /// `ID`.
        pub xml_id: Option<Sited<String>>,
        /// `Version`.
        pub version: Option<Sited<String>>,
        /// `IssueInstant`.
        pub issue_instant: Option<Sited<Timestamp>>,
        /// `Issuer`.
        pub issuer: Option<Sited<String>>,
        /// `NameID`.
        pub name_id: Option<Sited<Personal>>,
        /// The subject has an `EncryptedID`.
        pub encrypted_id: bool,
        /// `NameID/@Format`.
        pub name_id_format: Option<String>,
        /// `NameID/@NameQualifier` and `@SPNameQualifier`.
        pub name_id_qualifiers: Vec<String>,
        /// `SubjectConfirmation`.
        pub confirmations: Vec<SubjectConfirmation>,
        /// The time in which it may be used, by all it says.
        pub window: Window,
        /// `Conditions`, where present.
        pub conditions: Option<Conditions>,
        /// `AuthnStatement`, where present.
        pub authn: Option<AuthnStatement>,
        /// `Attribute` elements of all `AttributeStatement`s.
        pub attributes: Vec<Attribute>,
    }

    /// `SubjectConfirmation`.
    pub struct SubjectConfirmation {
        /// Where it stands.
        pub place: Place,
        /// `Method`.
        pub method: String,
        /// `Recipient`.
        pub recipient: Option<Sited<String>>,
        /// `InResponseTo`.
        pub in_response_to: Option<Sited<String>>,
        /// `NotBefore`.
        pub not_before: Option<Sited<Timestamp>>,
        /// `NotOnOrAfter`.
        pub not_on_or_after: Option<Sited<Timestamp>>,
    }

    /// `Conditions`.
    pub struct Conditions {
        /// Where it stands.
        pub place: Place,
        /// `NotBefore`.
        pub not_before: Option<Sited<Timestamp>>,
        /// `NotOnOrAfter`.
        pub not_on_or_after: Option<Sited<Timestamp>>,
        /// `Audience` values, of all restrictions.
        pub audiences: Vec<Sited<String>>,
    }

    /// `AuthnStatement`.
    pub struct AuthnStatement {
        /// Where it stands.
        pub place: Place,
        /// `AuthnInstant`.
        pub authn_instant: Option<Timestamp>,
        /// `SessionNotOnOrAfter`.
        pub session_not_on_or_after: Option<Timestamp>,
        /// `SessionIndex`.
        pub session_index: Option<Secret>,
        /// `AuthnContextClassRef`.
        pub authn_context: Option<Sited<String>>,
    }

    /// An `Attribute`.
    pub struct Attribute {
        /// Where it stands.
        pub place: Place,
        /// `Name`, exactly.
        pub name: String,
        /// `FriendlyName`.
        pub friendly_name: Option<String>,
        /// `NameFormat`.
        pub name_format: Option<String>,
        /// Its values.
        pub values: Vec<Sited<Personal>>,
    }
}

impl Attribute {
    /// The last segment of its name: what follows the last `/`, `:` or `#`.
    pub fn short_name(&self) -> &str {
        crate::spec::short(&self.name)
    }

    /// A service provider that reads full names, friendly names and last segments would find it under `wanted`.
    pub fn answers_to(&self, wanted: &str) -> bool {
        self.name == wanted
            || self.friendly_name.as_deref() == Some(wanted)
            || self.short_name() == wanted
    }
}
