//! What `diag` and a plugin say to each other: one line of JSON per frame, over standard input and
//! output. A program in any language can answer them; a library's worker does so on its behalf.
//!
//! ```text
//! → {"frame":"describe"}
//! ← {"frame":"manifest","manifest":{"schema":"diag-plugin/1","name":"acme",…}}
//! → {"frame":"run","request":{"checks":["acme/problem"],"case":{…}}}
//! ← {"frame":"answer","answer":{"checks":[{"id":"acme/problem","findings":[…]}]}}
//! ```
//!
//! The parent ends the conversation by closing the plugin's standard input. A plugin answers
//! `{"frame":"error","message":"…"}` where it cannot do what it was asked, and says nothing unasked.
//! Before all that the worker itself says `{"frame":"ready","confinement":{…},"sha256":"…"}`: before any of the
//! plugin's code runs, so that no plugin can say it in the worker's place. A program never does.

use diag_sdk::manifest::{Answer, Manifest, Request};
use serde::{Deserialize, Serialize};

/// What the parent asks.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "frame", rename_all = "kebab-case")]
pub enum Ask {
    /// Say what you are.
    Describe,
    /// Run these checks.
    Run {
        /// Which checks, over which facts.
        request: Box<Request>,
    },
}

/// What the plugin answers.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "frame", rename_all = "kebab-case")]
pub enum Tell {
    /// The worker has given up what it does not need. Only the worker itself says this.
    Ready {
        /// How far it is confined.
        confinement: Confinement,
        /// SHA-256 of the bytes it is about to open, lower-case hexadecimal.
        #[serde(default)]
        sha256: String,
    },
    /// What the plugin is.
    Manifest {
        /// The manifest.
        manifest: Manifest,
    },
    /// What its checks found.
    Answer {
        /// The answer.
        answer: Answer,
    },
    /// It cannot do what it was asked.
    Error {
        /// Why, for people.
        message: String,
    },
}

/// How far a worker is confined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Confinement {
    /// For people: what it can still reach.
    pub words: String,
    /// It is confined as far as `diag` confines anything.
    pub complete: bool,
}

/// A frame of the conversation, for its schema.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Frame {
    /// From `diag` to the plugin.
    Ask(Ask),
    /// From the plugin to `diag`.
    Tell(Tell),
}
