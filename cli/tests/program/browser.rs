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
