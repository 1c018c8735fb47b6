//! Where a fact stands: in which input, where in that file, and where in the message decoded from it.

use std::ops::Deref;

facts! {
    /// A place in an input. Lines and columns count from 1; columns count characters.
    pub struct Place {
        /// Id of the input, such as `i1`.
        pub input: String,
        /// Index of the entry in a capture, from 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub entry: Option<usize>,
        /// JSON pointer (RFC 6901) into a JSON input, such as `/log/entries/12/request/url`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub pointer: Option<String>,
        /// Line in the innermost text: the decoded message where `message` is set, else the file.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub line: Option<u32>,
        /// Column in that line.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub column: Option<u32>,
        /// Element path in an XML document, such as `Response/Assertion[1]/Issuer` or `AuthnRequest/@Destination`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub path: Option<String>,
        /// Id of the SAML message this stands in, such as `m2`, or of an embedded document.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub message: Option<String>,
        /// Line in the file itself, where the innermost text was decoded from it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub file_line: Option<u32>,
        /// Column in that line of the file.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub file_column: Option<u32>,
        /// Length in characters of what is meant, for the caret.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub length: Option<u32>,
    }
}

/// A value together with where it stands.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Sited<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    #[serde(default)]
    pub place: Place,
}

impl<T> Sited<T> {
    /// A value at a place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

impl<T> Deref for Sited<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl From<&str> for Sited<String> {
    /// A value without a place, for tests and examples.
    fn from(value: &str) -> Self {
        Self::new(value.to_owned(), Place::default())
    }
}
