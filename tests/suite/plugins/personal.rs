//! Canaries: a plugin that tells everything it was given knows no person, unless that was granted.

use diag_core::runner::{Run, Selection};
use diag_host::Loaded;
use diag_sdk::Case;
use diag_tests::capture::Capture;
use diag_tests::diagnose::{File, case_of};
use diag_tests::plugin::{bad, load};

/// A refused sign-in whose error page repeats the person's name.
fn case() -> Case {
    let capture = Capture {
        acs_status: 400,
        acs_page: Some(
            "<html><title>Error 400</title>No access for mira@example.org (Mira Canary)</html>"
                .to_owned(),
        ),
        attributes: vec![
            (
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name".to_owned(),
                "mira@example.org".to_owned(),
            ),
            (
                "http://schemas.microsoft.com/identity/claims/displayname".to_owned(),
                "Mira Canary".to_owned(),
            ),
        ],
        relay_state: Some("CANARY-RELAY-STATE".to_owned()),
        ..Capture::default()
    };
    case_of(&[File::new("capture.har", capture.har())])
}

/// Everything the plugin was given.
fn dump(plugin: &mut Loaded, case: &Case) -> String {
    let mut run = Run::default();
    let only = Selection { only: vec!["bad/case".to_owned()], ..Selection::default() };
    run.take_in(plugin.run(|id| only.wants(id), case));
    let hex: String = run.findings.iter().filter_map(|finding| finding.detail.as_deref()).collect();
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).expect("hexadecimal"))
        .collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("\"case\""), "{:?}", run.checks);
    text
}

#[test]
fn a_plugin_that_tells_everything_tells_nobody() {
    let case = case();
    let whole = serde_json::to_string(&case).expect("JSON");
    assert!(
        whole.contains("mira@example.org") && whole.contains("Mira Canary"),
        "the canaries must be in the Case to begin with"
    );
    let mut plugin = load(&bad(None)).expect("it loads");
    let seen = dump(&mut plugin, &case);
    for canary in ["mira@", "Mira Canary", "CANARY"] {
        assert!(!seen.contains(canary), "{canary} got out");
    }
    // What identifies systems is all there.
    assert!(seen.contains("https://sense.example.org:443/bi/samlauthn/"));
}

#[test]
fn what_a_plugin_does_not_ask_for_cannot_be_granted() {
    let mut plugin = load(&bad(None)).expect("it loads");
    assert!(!plugin.grant("secret:personal"));
    assert!(!dump(&mut plugin, &case()).contains("mira@"));
}
