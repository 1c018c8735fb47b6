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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, Finding, Findings, Severity, Stage, check};

    check! {
        /// Panics.
        static PANICS = { id: "test/panics", title: "Panics", levels: [Severity::Notice], stage: Stage::Observation, needs: [], explains: [],
            causes: [], references: [], run: panics }
    }
    check! {
        /// Finds.
        static FINDS = { id: "test/finds", title: "Finds", levels: [Severity::Notice], stage: Stage::Observation, needs: [], explains: [],
            causes: [], references: ["reference"], run: |_, out| out.push(Finding::notice("Found")) }
    }
    static PLUGIN: Plugin =
        Plugin { name: "test", version: "1.0.0", about: "", checks: &[&FINDS, &PANICS] };

    fn panics(case: &Case, _: &mut Findings) {
        assert!(!case.inputs.is_empty(), "no inputs");
    }

    #[test]
    fn a_check_that_panics_costs_only_itself() {
        let request = serde_json::json!({"checks": ["test/panics", "test/finds", "test/unknown"], "case": {}}).to_string();
        let answer: Answer =
            serde_json::from_str(&run(&PLUGIN, &request).expect("an answer")).expect("JSON");
        assert_eq!(answer.checks.len(), 2);
        assert_eq!(
            (answer.checks[0].findings[0].check.as_str(), answer.checks[0].crashed.as_deref()),
            ("test/finds", None)
        );
        assert_eq!(answer.checks[1].crashed.as_deref(), Some("the check panicked: no inputs"));
    }

    #[test]
    fn words_of_a_later_version_cost_nobody_a_plugin() {
        let case = serde_json::json!({
            "inputs": [{"id": "i1", "kind": "tea-leaves"}],
            "attempts": [{"id": "a1", "outcome": "beamed-up"}],
            "messages": [{"id": "m1", "kind": "response", "fate": "forgotten", "damage": ["sung", "not-base64"], "later_field": 1}],
            "sp_configurations": [{"id": "c1", "method": {"value": "dance"}}],
            "failures": [{"id": "fail1", "stage": "encore", "said": [{"text": "No", "meaning": "riddle", "who": "audience"}]}],
            "idp_vendor": "a-product-of-tomorrow",
        });
        let request =
            serde_json::json!({"checks": ["test/panics", "test/finds"], "case": case}).to_string();
        let answer: Answer =
            serde_json::from_str(&run(&PLUGIN, &request).expect("an answer")).expect("JSON");
        assert!(answer.checks.iter().all(|check| check.crashed.is_none()), "{answer:?}");
        let read: Request = leniently(|| serde_json::from_str(&request)).expect("read");
        assert_eq!(read.case.messages[0].damage, [crate::case::message::Damage::NotBase64]);
        assert!(
            read.case.sp_configurations[0].method.is_none()
                && read.case.failures[0].said[0].who.is_none()
        );
        assert!(
            serde_json::from_str::<Request>(&request).is_err(),
            "what diag reads itself is read strictly"
        );
    }

    #[test]
    fn what_is_no_request_is_refused() {
        assert!(run(&PLUGIN, "certainly").expect_err("not JSON").contains("cannot be read"));
    }

    #[test]
    fn the_manifest_carries_what_is_wanted() {
        let manifest: Manifest =
            serde_json::from_str(&describe(&PLUGIN, &["secret:personal"])).expect("JSON");
        assert_eq!(
            (manifest.name.as_str(), manifest.wants.as_slice()),
            ("test", &["secret:personal".to_owned()][..])
        );
    }
}
