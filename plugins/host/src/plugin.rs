//! A plugin as the rest of `diag` sees it: what it is, and answers that were checked.

use crate::digest;
use crate::frames::{Ask, Tell};
use crate::process::{Failure, Kind, Launcher, Limits, Worker};
use diag_sdk::manifest::{CheckAnswer, Manifest, Request};
use diag_sdk::{Case, Severity};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Most findings one check may report; more are cut off and said so.
const MOST_FINDINGS: usize = 1000;
/// Most checks one plugin may bring.
const MOST_CHECKS: usize = 2000;

/// A plugin that was started and has said what it is.
#[derive(Debug)]
pub struct Loaded {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// What it says of itself, checked.
    pub manifest: Manifest,
    /// How its worker is confined, for people.
    pub confinement: Option<String>,
    /// What of the Case it may see beyond the clean facts.
    pub granted: Vec<String>,
    worker: Worker,
}

/// Why a plugin cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// The file cannot be read.
    #[error("plugin {path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its worker failed.
    #[error("plugin {path}: {source}")]
    Failed {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: Failure,
    },
    /// What it says of itself does not hold.
    #[error("plugin {path}: its manifest does not hold: {reason}")]
    BadManifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Loaded {
    /// Starts a plugin and asks what it is.
    pub fn load(path: &Path, launcher: &Launcher, limits: Limits, granted: Vec<String>) -> Result<Self, PluginError> {
        let unreadable = |source| PluginError::Unreadable { path: path.to_owned(), source };
        let path = path.canonicalize().map_err(unreadable)?;
        let sha256 = digest::sha256(&path).map_err(unreadable)?;
        let kind = kind_of(&path).map_err(unreadable)?;
        let failed = |source| PluginError::Failed { path: path.clone(), source };
        let mut worker = Worker::start(launcher, kind, &path, limits).map_err(failed)?;
        match worker.ask(&Ask::Describe).map_err(failed)? {
            Tell::Manifest { manifest, confinement } => {
                check_manifest(&manifest).map_err(|reason| PluginError::BadManifest { path: path.clone(), reason })?;
                Ok(Self { path, sha256, manifest, confinement, granted, worker })
            }
            _ => Err(failed(Failure::NotAFrame("a manifest was asked for, something else came".to_owned()))),
        }
    }

    /// Runs checks over a Case from which everything is taken that was not granted. Whatever goes
    /// wrong becomes a crashed check that names the plugin; it never fails.
    pub fn run(&mut self, checks: &[String], case: &Case) -> Vec<CheckAnswer> {
        if checks.is_empty() {
            return Vec::new();
        }
        let request = Request { checks: checks.to_vec(), case: clean(case, &self.granted) };
        match self.worker.ask(&Ask::Run { request: Box::new(request) }) {
            Ok(Tell::Answer { answer }) => self.checked(checks, &answer.checks),
            Ok(_) => self.all_crashed(checks, "an answer was asked for, something else came"),
            Err(failure) => self.all_crashed(checks, &failure.to_string()),
        }
    }

    fn all_crashed(&self, checks: &[String], why: &str) -> Vec<CheckAnswer> {
        let crashed = |id: &String| CheckAnswer {
            id: id.clone(),
            crashed: Some(format!("plugin {}: {why}", self.manifest.name)),
            ..CheckAnswer::default()
        };
        checks.iter().map(crashed).collect()
    }

    /// Believes only what the manifest allows: its own ids, declared levels, a bounded number.
    fn checked(&self, asked: &[String], answers: &[CheckAnswer]) -> Vec<CheckAnswer> {
        asked
            .iter()
            .map(|id| {
                let crashed = |why: String| CheckAnswer {
                    id: id.clone(),
                    crashed: Some(format!("plugin {}: {why}", self.manifest.name)),
                    ..CheckAnswer::default()
                };
                let Some(mut answer) = answers.iter().find(|answer| &answer.id == id).cloned() else {
                    return crashed("it did not answer for this check".to_owned());
                };
                if let Some(why) = answer.crashed {
                    return crashed(why);
                }
                let levels =
                    self.manifest.checks.iter().find(|check| &check.id == id).map(|check| check.levels.clone()).unwrap_or_default();
                answer.findings.truncate(MOST_FINDINGS);
                for finding in &mut answer.findings {
                    finding.check.clone_from(id);
                    if !levels.contains(&finding.severity) {
                        return crashed(format!("it reports {:?}, a level its manifest does not declare", finding.severity));
                    }
                    if !finding.certain && finding.severity == Severity::Error {
                        // The contract: an error is proven. What is only likely is a warning.
                        finding.severity = Severity::Warning;
                    }
                }
                answer
            })
            .collect()
    }
}

/// A library or a program, by its first bytes.
fn kind_of(path: &Path) -> std::io::Result<Kind> {
    use std::io::Read;
    let mut head = [0; 20];
    let mut file = std::fs::File::open(path)?;
    let mut read = 0;
    while read < head.len() {
        match file.read(&mut head[read..])? {
            0 => break,
            more => read += more,
        }
    }
    let executable_script = head.starts_with(b"#!");
    // An ELF file of type ET_EXEC is a program; ET_DYN may be both, so its name decides.
    let elf_program = head.starts_with(b"\x7fELF") && head[16] == 2;
    let named_library =
        path.extension().is_some_and(|extension| ["so", "dylib", "dll"].iter().any(|known| extension.eq_ignore_ascii_case(known)));
    let position_independent_program = head.starts_with(b"\x7fELF") && head[16] == 3 && !named_library && is_executable(path);
    Ok(if executable_script || elf_program || position_independent_program { Kind::Program } else { Kind::Library })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

/// A manifest must name its checks under its own name, once each, in words that can be shown.
fn check_manifest(manifest: &Manifest) -> Result<(), String> {
    let major = |schema: &str| schema.split('.').next().map(str::to_owned);
    if major(&manifest.schema) != major(diag_sdk::manifest::SCHEMA) {
        return Err(format!("schema `{}`, expected `{}`", manifest.schema, diag_sdk::manifest::SCHEMA));
    }
    let word = |text: &str| {
        !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if !word(&manifest.name) {
        return Err(format!("name `{}`, expected lower-case letters, digits and hyphens", manifest.name.escape_debug()));
    }
    if manifest.checks.len() > MOST_CHECKS {
        return Err(format!("{} checks, at most {MOST_CHECKS} are allowed", manifest.checks.len()));
    }
    let mut seen = BTreeSet::new();
    for check in &manifest.checks {
        match check.id.split_once('/') {
            Some((name, problem)) if name == manifest.name && word(problem) => {}
            _ => return Err(format!("check id `{}`, expected `{}/<problem>`", check.id.escape_debug(), manifest.name)),
        }
        if !seen.insert(&check.id) {
            return Err(format!("check id `{}` occurs twice", check.id));
        }
        if check.levels.is_empty() {
            return Err(format!("check `{}` declares no level", check.id));
        }
    }
    Ok(())
}

/// The Case without what identifies people, unless that was granted.
pub fn clean(case: &Case, granted: &[String]) -> Case {
    let mut clean = case.clone();
    if granted.iter().any(|name| name == "secret:personal") {
        return clean;
    }
    let withhold = |personal: &mut diag_sdk::Personal| personal.text = None;
    for message in &mut clean.messages {
        message.relay_state.iter_mut().for_each(withhold);
        message.sightings.iter_mut().filter_map(|sighting| sighting.relay_state.as_mut()).for_each(withhold);
        message.logout.iter_mut().filter_map(|logout| logout.name_id.as_mut()).for_each(withhold);
        for assertion in &mut message.assertions {
            assertion.name_id.iter_mut().for_each(|name_id| withhold(&mut name_id.value));
            for attribute in &mut assertion.attributes {
                attribute.values.iter_mut().for_each(|value| withhold(&mut value.value));
            }
        }
    }
    clean
}
