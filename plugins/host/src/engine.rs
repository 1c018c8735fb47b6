//! What answers for a plugin, whatever it is made of.

use crate::process::Failure;
use crate::sight::{Reads, Shown};
use diag_sdk::manifest::Answer;
use std::fmt;
use std::time::Instant;

/// What a plugin is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// Ids of the checks to run.
    pub checks: &'q [String],
    /// The facts.
    pub shown: &'q Shown,
    /// When its time for this case is over.
    pub until: Instant,
}

/// What answers for a plugin: a worker process, or something of ours that evaluates expressions.
pub trait Engine: fmt::Debug + Send {
    /// Runs the checks a question names.
    fn answer(&mut self, question: Question<'_>) -> Result<Answer, Failure>;

    /// What a check reads, where that is known better than its manifest says.
    fn reads(&self, _check: &str) -> Option<Reads> {
        None
    }

    /// What it printed besides answers since this was last asked; empty where there was nothing.
    fn printed(&mut self) -> String {
        String::new()
    }
}
