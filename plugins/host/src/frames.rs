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
//! `{"frame":"error","message":"…"}` where it cannot do what it was asked.

use diag_sdk::manifest::{Answer, Manifest, Request};
use serde::{Deserialize, Serialize};

/// What the parent asks.
#[derive(Debug, Serialize, Deserialize)]
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
#[serde(tag = "frame", rename_all = "kebab-case")]
pub enum Tell {
    /// What it is.
    Manifest {
        /// The manifest.
        manifest: Manifest,
        /// How the worker is confined, where a worker of ours answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confinement: Option<String>,
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
