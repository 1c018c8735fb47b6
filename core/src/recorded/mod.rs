//! What was known of messages before their values were taken out.
//!
//! A copy that is given away has no signature values, so that nobody can send its messages again; then nobody can
//! verify them either. So the copy carries a record: of each message, by the hash of what is left of it, which
//! digests were right, which keys verified a value, which were tried in vain, and what decrypting gave.
//!
//! A record is read only where a value is a mark: it never outweighs what can be verified here. It cannot be
//! authenticated, so that the facts it gives are facts of their own kind: each says since which day it stands
//! recorded, and every finding that rests on one says so (`rests`). Keys are compared by themselves, so that
//! a record tells of keys that are given only now whether they made a signature.

mod apply;
mod key;
mod make;
mod rests;

pub use apply::{apply, hashes, read};
pub use make::make;
pub use rests::{believed, mention, without};

use diag_sdk::case::signature::{Oddity, Signature, Verdict};
use serde::{Deserialize, Serialize};

/// Schema of a record.
pub const SCHEMA: &str = "diag-record/1";

/// What a copy says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// `diag-record/1`.
    pub schema: String,
    /// Who made the copy.
    pub by: String,
    /// The day on which it was made.
    pub on: String,
    /// What was known of each message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<OfMessage>,
    /// Names were replaced by others: hashes of those, so that a later run knows them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// What was known of a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfMessage {
    /// SHA-256 of its XML as it stands in the copy.
    pub sha256: String,
    /// The day it was recorded on.
    pub on: String,
    /// Its signatures, in the order in which they stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Judged>,
    /// The signature of its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Judged>,
    /// What decrypting gave, where keys were there to decrypt with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
}

/// What was known of a signature.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Judged {
    /// Whether its value was right.
    pub value: Verdict,
    /// Whether each of its digests was.
    pub digests: Vec<Verdict>,
    /// Hashes of the keys that verified it.
    pub verified_by: Vec<String>,
    /// Hashes of the keys that made its value over something else.
    pub made_by: Vec<String>,
    /// Hashes of all keys it was tried with.
    pub tried: Vec<String>,
    /// Why it was not judged.
    pub not_judged: Option<String>,
    /// What more was known about why it is wrong.
    pub remarks: Vec<String>,
    /// What was unusual about it.
    pub oddities: Vec<Oddity>,
    /// The re-encoding under which the signature of a query verified.
    pub reencoded: Option<String>,
}

/// What decrypting gave: facts as in the case, names of people withheld.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opened {
    /// The facts of the message that decrypting added to or changed.
    pub facts: diag_sdk::case::message::Message,
    /// What was known of the signatures that came to light.
    pub signatures: Vec<(Signature, Judged)>,
}
