//! Which product a side is, by the id of its product file. What is known of products stands in those files;
//! here a product is no more than its id.

use std::fmt;
use tinystr::TinyAsciiStr;

/// Longest id of a product.
const LONGEST: usize = 24;

/// A product, by its id; `other` where none is known.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(from = "String", into = "String")]
pub struct Vendor(TinyAsciiStr<LONGEST>);

impl Vendor {
    /// Anything else.
    #[expect(
        non_upper_case_globals,
        reason = "written as the word it stands for, like the settings beside it"
    )]
    pub const Other: Self = Self::named("other");

    /// The product with this id, for ids known when a program is written. An id that is none does not compile
    /// where it is used in a constant.
    ///
    /// # Panics
    ///
    /// Where the id is longer than 24 characters or not ASCII.
    pub const fn named(id: &'static str) -> Self {
        match TinyAsciiStr::try_from_str(id) {
            Ok(id) => Self(id),
            Err(_) => panic!("an id of a product has at most 24 ASCII characters"),
        }
    }

    /// The product with this id; `None` where it cannot be one: 1 to 24 lower-case letters, digits and hyphens.
    pub fn read(id: &str) -> Option<Self> {
        let sound = !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        sound.then(|| TinyAsciiStr::try_from_str(id).ok().map(Self)).flatten()
    }

    /// The id.
    pub fn id(&self) -> &str {
        self.0.as_str()
    }

    /// A product is known.
    pub fn is_known(self) -> bool {
        self != Self::Other
    }
}

impl Default for Vendor {
    fn default() -> Self {
        Self::Other
    }
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl From<String> for Vendor {
    /// What is no id reads as `other`: a plugin may be newer than its host.
    fn from(id: String) -> Self {
        Self::read(&id).unwrap_or_default()
    }
}

impl From<Vendor> for String {
    fn from(vendor: Vendor) -> Self {
        vendor.id().to_owned()
    }
}
