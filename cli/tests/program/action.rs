//! The steps of action.yml, run as a runner would, with this program in place of a release.
#![cfg(unix)]

use crate::support::{err, out};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A runner: its temporary folder, and the files through which steps speak to it.
struct Runner {
    folder: tempfile::TempDir,
}

impl Runner {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn step(&self, script: &str, environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new("bash");
        command.arg(Self::root().join(".github/action").join(script)).current_dir(Self::root());
        command.env("GITHUB_ACTION_PATH", Self::root()).env("RUNNER_TEMP", self.folder.path());
        command
            .env("GITHUB_OUTPUT", self.file("output"))
            .env("GITHUB_STEP_SUMMARY", self.file("summary.md"));
        command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env_remove("DIAG_FAIL_ON");
        command.envs(environment.iter().copied()).output().expect("bash")
    }

    fn outputs(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.file("output")).unwrap_or_default();
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn check(&self, paths: &str, options: &str, level: &str) -> Output {
        let program = env!("CARGO_BIN_EXE_diag");
        self.step(
            "check.sh",
            &[
                ("DIAG_PROGRAM", program),
                ("DIAG_PATHS", paths),
                ("DIAG_OPTIONS", options),
                ("DIAG_LEVEL", level),
            ],
        )
    }
}

#[test]
fn a_broken_case_fills_summary_and_sarif_and_fails_at_the_end() {
    let runner = Runner::new();
    let output = runner.check("examples/reply-url-without-slash\r\n\n", "", "error");
    assert!(output.status.success(), "{}", err(&output));
    let lines: Vec<String> = out(&output).lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("::stop-commands::"), "nothing quoted is obeyed: {}", lines[0]);
    assert_eq!(
        lines.last().map(|line| line.trim_matches(':')),
        Some(lines[0].trim_start_matches("::stop-commands::"))
    );
    let outputs = runner.outputs();
    assert_eq!((outputs["verdict"].as_str(), outputs["exit-code"].as_str()), ("broken", "1"));
    let sarif: serde_json::Value =
        serde_json::from_slice(&fs::read(&outputs["sarif"]).expect("a report")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["runs"][0]["results"].as_array().is_some_and(|results| !results.is_empty()));
    let summary = fs::read_to_string(runner.file("summary.md")).expect("a summary");
    assert!(
        summary.starts_with("# BROKEN:") && summary.contains("`endpoints/acs-not-registered`"),
        "{summary}"
    );
    let ended = runner.step("conclude.sh", &[("DIAG_EXIT_CODE", "1")]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(out(&ended).starts_with("::error title=diag::there are findings"));
}

#[test]
fn options_and_level_reach_the_program() {
    let runner = Runner::new();
    let output = runner.check("examples/reply-url-without-slash", "--only\nmetadata", "never");
    assert!(output.status.success(), "{}", err(&output));
    let outputs = runner.outputs();
    assert_eq!(outputs["exit-code"], "0");
    assert!(
        !fs::read_to_string(&outputs["markdown"])
            .expect("a report")
            .contains("endpoints/acs-not-registered")
    );
    assert_eq!(runner.step("conclude.sh", &[("DIAG_EXIT_CODE", "0")]).status.code(), Some(0));
}

#[test]
fn what_cannot_be_read_is_said_in_the_summary_too() {
    let runner = Runner::new();
    assert!(runner.check("nowhere", "", "error").status.success());
    assert_eq!(runner.outputs()["exit-code"], "2");
    assert!(
        fs::read_to_string(runner.file("summary.md"))
            .expect("a summary")
            .starts_with("# diag could not judge this")
    );
    let output = runner.check("\n", "", "error");
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("no paths"));
}

#[test]
fn a_program_that_is_there_is_used() {
    let runner = Runner::new();
    let output = runner.step("install.sh", &[("DIAG_GIVEN", env!("CARGO_BIN_EXE_diag"))]);
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(runner.outputs()["diag"], env!("CARGO_BIN_EXE_diag"));
    assert!(!runner.step("install.sh", &[("DIAG_GIVEN", "no-such-program")]).status.success());
}

/// A release in a folder, as a mirror would have it: what it lists is used, and nothing else.
#[test]
fn a_release_is_used_only_with_the_hash_that_it_lists() {
    if ["curl", "tar", "sha256sum"]
        .iter()
        .any(|tool| Command::new(tool).arg("--version").output().is_err())
    {
        eprintln!("skipped: no curl, tar or sha256sum here");
        return;
    }
    let runner = Runner::new();
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("diag-{version}-x86_64-unknown-linux-musl");
    let release = runner.file(&format!("mirror/v{version}"));
    fs::create_dir_all(release.join(&name)).expect("a folder");
    fs::write(release.join(&name).join("diag"), format!("#!/bin/sh\necho diag {version}\n"))
        .expect("a program");
    let packed = Command::new("sh")
        .args(["-c", "chmod +x \"$0/diag\" && tar -czf \"$0.tar.gz\" \"$0\" && sha256sum \"$0.tar.gz\" > SHA256SUMS", &name])
        .current_dir(&release)
        .output()
        .expect("sh");
    assert!(packed.status.success(), "{}", err(&packed));
    let mirror = format!("file://{}", runner.file("mirror").display());
    let output = runner.step("install.sh", &[("DIAG_RELEASES", &mirror)]);
    assert!(output.status.success(), "{} {}", out(&output), err(&output));
    assert!(runner.outputs()["diag"].ends_with(&format!("{name}/diag")));
    let demanded =
        runner.step("install.sh", &[("DIAG_RELEASES", &mirror), ("DIAG_ARCHIVE_SHA256", "00")]);
    assert!(!demanded.status.success() && out(&demanded).contains("the input sha256 demands 00"));
    let archive = release.join(format!("{name}.tar.gz"));
    let mut bytes = fs::read(&archive).expect("the archive");
    bytes.push(0);
    fs::write(&archive, bytes).expect("changed");
    let changed = runner.step("install.sh", &[("DIAG_RELEASES", &mirror)]);
    assert!(
        !changed.status.success() && out(&changed).contains("and SHA256SUMS lists"),
        "{}",
        out(&changed)
    );
    let wrong =
        runner.step("install.sh", &[("DIAG_RELEASES", &mirror), ("DIAG_RELEASE", "1.0/../..")]);
    assert!(out(&wrong).contains("is no version"), "{}", out(&wrong));
}
