//! Answers requests on behalf of a plugin: the same code whether the plugin is linked in, loaded
//! from a library, or runs as a program of its own.

use crate::check::Plugin;
use crate::manifest::{Answer, CheckAnswer, Manifest, Request};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The manifest of a plugin as JSON, with what it wants to see of people.
pub fn describe(plugin: &Plugin, wants: &[&str]) -> String {
    let wants = wants.iter().map(|want| (*want).to_owned()).collect();
    serde_json::to_string(&Manifest { wants, ..Manifest::from(plugin) }).unwrap_or_default()
}

/// Runs the checks a request names and answers as JSON. A check that panics is reported as
/// crashed; the others still run.
///
/// # Errors
/// The request is not JSON of the shape [`Request`].
pub fn run(plugin: &Plugin, request: &str) -> Result<String, String> {
    let request: Request = serde_json::from_str(request).map_err(|error| format!("the request cannot be read: {error}"))?;
    let answer = answer(plugin, &request);
    serde_json::to_string(&answer).map_err(|error| format!("the answer cannot be written: {error}"))
}

/// Runs the checks a request names.
pub fn answer(plugin: &Plugin, request: &Request) -> Answer {
    let wanted = |id: &str| request.checks.iter().any(|known| known == id);
    let checks = plugin.checks.iter().filter(|check| wanted(check.id)).map(|check| {
        let id = check.id.to_owned();
        match catch_unwind(AssertUnwindSafe(|| check.judge(&request.case))) {
            Ok(findings) => {
                let (findings, missing) = findings.into_parts();
                CheckAnswer { id, findings, missing, crashed: None }
            }
            Err(_) => CheckAnswer { id, crashed: Some("the check panicked".to_owned()), ..CheckAnswer::default() },
        }
    });
    Answer { checks: checks.collect() }
}
