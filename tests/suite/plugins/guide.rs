//! Our guides are true when typed from top to bottom: their commands run in an empty folder, in order, and
//! print what the guide says they print.

use diag_tests::plugin::{diag, is_there, kept, workspace};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// What a person types, and what the guide says comes of it.
struct Step {
    commands: String,
    shown: Vec<String>,
}

/// Blocks of `sh`, each perhaps followed by a block of `text` with lines of the output.
fn steps(guide: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut block: Option<(&str, String)> = None;
    for line in guide.lines() {
        match &mut block {
            Some((language, text)) if line == "```" => {
                match *language {
                    "sh" => steps.push(Step { commands: std::mem::take(text), shown: Vec::new() }),
                    "text" => steps
                        .last_mut()
                        .expect("output belongs to a command")
                        .shown
                        .extend(text.lines().map(str::to_owned)),
                    _ => {}
                }
                block = None;
            }
            Some((_, text)) => {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{line}");
            }
            None => block = line.strip_prefix("```").map(|language| (language, String::new())),
        }
    }
    steps
}

#[cfg(target_os = "linux")]
#[test]
fn the_guide_is_true_when_typed() {
    if !is_there("cc") || !Path::new("/usr/bin/python3").exists() {
        eprintln!("skipped: the guide needs a C compiler and /usr/bin/python3");
        return;
    }
    typed("docs/writing-a-plugin.md", 8);
}

#[cfg(target_os = "linux")]
#[test]
fn the_guide_to_product_files_is_true_when_typed() {
    typed("docs/teach-diag-your-product.md", 7);
}

/// Types a guide's commands in an empty folder, and finds what the guide shows in what they print.
#[cfg(target_os = "linux")]
fn typed(guide: &str, least: usize) {
    let guide = std::fs::read_to_string(workspace().join(guide)).expect("the guide");
    let folder = tempfile::tempdir().expect("a folder");
    let path = format!(
        "{}:{}",
        diag().parent().expect("a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let cargo_home = std::env::var_os("CARGO")
        .map(std::path::PathBuf::from)
        .and_then(|cargo| cargo.parent().map(Path::to_owned));
    let path = cargo_home.map_or(path.clone(), |home| format!("{path}:{}", home.display()));
    // What is built stays for the next run, and the versions are those of this workspace.
    let kept = kept("guide");
    let mut here = folder.path().to_owned();
    let mut ran = 0;
    for step in steps(&guide) {
        // Each block goes on where the one before ended.
        let script = format!("set -e\n{}\npwd >\"$WHERE\"\n", step.commands);
        let at = folder.path().join("where");
        let output = Command::new("sh")
            .args(["-c", &script])
            .current_dir(&here)
            .env("PATH", &path)
            .env("WHERE", &at)
            // Who reads the guide builds below the project, wherever this suite is built.
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CARGO_BUILD_TARGET_DIR")
            .env_remove("RUST_BACKTRACE")
            .output()
            .expect("a shell runs");
        let printed = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{}\n{printed}", step.commands);
        for line in step
            .shown
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty() && *line != "…")
        {
            let parts: Vec<&str> =
                line.split('…').map(str::trim).filter(|part| !part.is_empty()).collect();
            let found =
                printed.lines().any(|printed| parts.iter().all(|part| printed.contains(part)));
            assert!(
                found,
                "the guide shows `{line}`, printed was:\n{printed}\nafter:\n{}",
                step.commands
            );
        }
        here = std::fs::read_to_string(&at).expect("where it ended").trim().into();
        if here.join("Cargo.toml").exists() && !here.join("target").exists() {
            std::os::unix::fs::symlink(&kept, here.join("target")).expect("a link");
            std::fs::copy(workspace().join("Cargo.lock"), here.join("Cargo.lock"))
                .expect("versions");
        }
        ran += 1;
    }
    assert!(ran >= least, "only {ran} blocks of commands");
}
