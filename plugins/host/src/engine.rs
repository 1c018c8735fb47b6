//! What answers for a plugin, whatever it is made of.

use crate::process::Failure;
use diag_sdk::manifest::{Answer, Request};
use std::fmt;

/// What answers for a plugin: a worker process, or something of ours that evaluates expressions.
pub trait Engine: fmt::Debug + Send {
    /// Runs the checks a request names.
    fn answer(&mut self, request: Request) -> Result<Answer, Failure>;
}
