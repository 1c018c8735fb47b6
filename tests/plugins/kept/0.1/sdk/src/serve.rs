//! Answers requests on behalf of a plugin: the same code whether the plugin is linked in, loaded
//! from a library, or runs as a program of its own.

use crate::check::Plugin;
use crate::facts::leniently;
use crate::manifest::{Answer, CheckAnswer, Manifest, Request};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The manifest of a plugin as JSON, with what it wants to see of people.
pub fn describe(plugin: &Plugin, wants: &[&str]) -> String {
    describe_asking(plugin, wants, &[])
}

/// The manifest of a plugin as JSON, with what it wants to see of people and which response headers it looks at.
pub fn describe_asking(plugin: &Plugin, wants: &[&str], headers: &[&str]) -> String {
    let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    serde_json::to_string(&Manifest {
        wants: owned(wants),
        headers: owned(headers),
        ..Manifest::from(plugin)
    })
    .unwrap_or_default()
}

/// Runs the checks a request names and answers as JSON. A check that panics is reported as
/// crashed; the others still run.
///
/// # Errors
/// The request is not JSON of the shape [`Request`].
pub fn run(plugin: &Plugin, request: &str) -> Result<String, String> {
    // A later version may send words that this one does not have.
    let request: Request = leniently(|| serde_json::from_str(request))
        .map_err(|error| format!("the request cannot be read: {error}"))?;
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
                CheckAnswer { id, findings, missing, ..CheckAnswer::default() }
            }
            Err(panic) => {
                CheckAnswer { id, crashed: Some(told(panic.as_ref())), ..CheckAnswer::default() }
            }
        }
    });
    Answer { checks: checks.collect() }
}

/// What a panic said.
fn told(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    message.map_or_else(
        || "the check panicked".to_owned(),
        |message| format!("the check panicked: {message}"),
    )
}
