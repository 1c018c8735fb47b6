//! Values that must not travel.
//!
//! A password or cookie value never enters a Case. What has to be compared or mentioned without
//! being shown is a [`Secret`]: a length and a short keyed hash, made by core, from which the
//! value cannot be recovered. What identifies a person is [`Personal`]: shown to the engineer who
//! already holds the capture, withheld from loaded plugins unless granted.

use std::fmt;

facts! {
    /// A value known only by its length and a short keyed hash. Two secrets of one Case are equal
    /// exactly when their values are (up to a hash collision of 2⁻⁴⁸).
    pub struct Secret {
        /// Length of the value in characters.
        pub length: usize,
        /// Twelve hexadecimal digits of a hash keyed per Case.
        pub mark: String,
    }

    /// A value about a person (a NameID, an attribute value, an opaque RelayState).
    pub struct Personal {
        /// The value; absent where it was withheld.
        pub text: Option<String>,
        /// Its length and keyed hash, always present.
        pub secret: Secret,
        /// The value is empty or only white space.
        pub blank: bool,
        /// The value begins or ends with white space.
        pub padded: bool,
        /// A comment, processing instruction or child element interrupts the text.
        pub interrupted: bool,
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‹{} characters, #{}›", self.length, self.mark)
    }
}

impl fmt::Display for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => f.write_str(text),
            None => self.secret.fmt(f),
        }
    }
}
