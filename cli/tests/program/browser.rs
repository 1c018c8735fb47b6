//! The report in a real browser: `tests/browser/report.mjs` looks at it in Chromium. It needs Node, Chromium and the
//! packages of `tests/browser`; where one of them is missing it says so and looks at nothing, unless
//! `DIAG_BROWSER=required`, as CI has it.

use crate::support::diag_in;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program on the path, by any of its names.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

fn write(folder: &Path, name: &str, given: &str) {
    let page = folder.join(format!("{name}.html"));
    let output = diag_in(
        Path::new("."),
        &["check", given, "--format", "html", "--output", page.to_str().expect("UTF-8")],
    );
    assert!(page.is_file(), "{given}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A sketch of so many sign-ins, a minute apart, that the identity provider refuses with six pages by turns.
fn many(number: usize) -> String {
    let message = |at: usize| {
        let begun = at * 60;
        format!(
            r#"
[q{at}]
<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_q{at}" Version="2.0" IssueInstant="{{now+{begun}s}}" Destination="https://idp.example/sso" AssertionConsumerServiceURL="https://sp.example/acs"><saml:Issuer>https://sp.example</saml:Issuer></samlp:AuthnRequest>
"#
        )
    };
    let exchanges = |at: usize| {
        let (begun, sent, page) = (at * 60, at * 60 + 1, at % 6);
        format!(
            "
GET https://sp.example/ @{begun}s
< 302
< Location: https://idp.example/sso?SAMLRequest={{redirect:q{at}}}

GET https://idp.example/sso?SAMLRequest={{redirect:q{at}}} @{sent}s
< 500
< Content-Type: text/html
| <html><head><title>Error {page}</title></head><body><h1>Error {page}</h1></body></html>
"
        )
    };
    let texts: Vec<String> = (0..number).map(message).chain((0..number).map(exchanges)).collect();
    format!("diag-sketch/1 2026-11-24T10:00:00Z\n{}", texts.concat())
}

#[test]
fn the_report_holds_in_a_browser() {
    let browser = Path::new("../tests/browser");
    let node = program(&["node"]);
    let chromium = std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| program(&["chromium", "chromium-browser", "google-chrome"]));
    let packages =
        Some(browser.join("node_modules/playwright-core")).filter(|folder| folder.is_dir());
    let (Some(node), Some(chromium), Some(_)) = (&node, &chromium, &packages) else {
        let missing: Vec<&str> = [
            ("node", node.is_some()),
            ("chromium", chromium.is_some()),
            ("npm ci in tests/browser", packages.is_some()),
        ]
        .into_iter()
        .filter(|(_, there)| !there)
        .map(|(name, _)| name)
        .collect();
        assert!(
            std::env::var("DIAG_BROWSER").is_ok_and(|wish| wish == "required").eq(&false),
            "missing: {}",
            missing.join(", ")
        );
        eprintln!("skipped, no browser test: missing {}", missing.join(", "));
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "broken", "../examples/certificate-rolled-over");
    write(folder.path(), "healthy", "../examples/healthy");
    for name in ["loop", "logout", "hostile"] {
        write(folder.path(), name, &format!("../tests/browser/cases/{name}.sketch"));
    }
    let sketch = folder.path().join("many.sketch");
    std::fs::write(&sketch, many(200)).expect("a sketch");
    write(folder.path(), "many", sketch.to_str().expect("UTF-8"));
    let looked = Command::new(node)
        .arg("report.mjs")
        .arg(folder.path())
        .current_dir(browser)
        .env("DIAG_CHROMIUM", chromium)
        .output()
        .expect("node runs");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&looked.stdout),
        String::from_utf8_lossy(&looked.stderr)
    );
    assert!(looked.status.success(), "{said}");
    assert!(said.contains(" 0 do not hold"), "{said}");
}
