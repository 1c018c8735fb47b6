//! What a loaded plugin costs: printed, never asserted, because machines differ.
//!
//! `cargo test --release -p diag-tests cost -- --nocapture`

use diag_tests::diagnose::case_of;
use diag_tests::one_fault::OneFault;
use diag_tests::plugin::{load, member};
use std::time::{Duration, Instant};

#[test]
fn start_and_call_are_measured() {
    let path = member("acme-checks");
    let base: OneFault = toml::from_str(
        "about = \"nothing\"\n[capture]\n[expect]\ncheck = \"\"\nseverity = \"notice\"",
    )
    .expect("a case");
    let case = case_of(&base.inputs());
    let (mut starts, mut calls): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        let started = Instant::now();
        let mut plugin = load(&path).expect("it loads");
        starts.push(started.elapsed());
        let started = Instant::now();
        let answers = plugin.run(|_| true, &case);
        calls.push(started.elapsed());
        assert!(answers.iter().all(|answer| answer.crashed.is_none()), "{answers:?}");
    }
    starts.sort_unstable();
    calls.sort_unstable();
    let facts = serde_json::to_string(&case).expect("JSON").len() / 1024;
    eprintln!(
        "a loaded plugin: start {:?}, one call with {facts} kB of facts {:?} (medians of 20)",
        starts[10], calls[10]
    );
}
