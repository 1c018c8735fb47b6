//! A plugin as the rest of `diag` sees it: what it is, and answers that were checked.

use crate::belief;
use crate::digest;
use crate::engine::Engine;
use crate::frames::{Ask, Confinement, Tell};
use crate::kind::{self, NotAPlugin};
use crate::pack::{self, Pack, PackError};
use crate::process::{Failure, Kind, Launcher, Limits, Worker};
use crate::withhold::withheld;
use diag_sdk::manifest::{Answer, CheckAnswer, CheckInfo, Manifest, Request};
use diag_sdk::{Case, Need};
use std::path::{Path, PathBuf};

/// A plugin that has said what it is.
#[derive(Debug)]
pub struct Loaded {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// What it says of itself, checked.
    pub manifest: Manifest,
    /// How it is confined, for people.
    pub confinement: String,
    /// It is confined as far as `diag` confines anything.
    pub confined: bool,
    /// What of the Case it sees beyond the clean facts: what it wants and was granted.
    pub granted: Vec<String>,
    engine: Box<dyn Engine>,
}

/// On what terms a plugin is loaded.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What it may use.
    pub limits: Limits,
    /// What of the Case it may see beyond the clean facts, where it wants that.
    pub granted: Vec<String>,
    /// The SHA-256 it is trusted by; a file that has another one is not started.
    pub sha256: Option<String>,
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
    /// It is not a file.
    #[error("plugin {path}: expected a file, found a folder or a device")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// It can be no plugin.
    #[error("plugin {path}: {source}")]
    NotAPlugin {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: NotAPlugin,
    },
    /// It is not the file that is trusted.
    #[error("plugin {path}: has changed since it was trusted (SHA-256 {found:.12}…, trusted {trusted:.12}…)")]
    Changed {
        /// The file.
        path: PathBuf,
        /// The SHA-256 it has.
        found: String,
        /// The SHA-256 that is trusted.
        trusted: String,
    },
    /// Its worker failed.
    #[error("plugin {path}: {source}")]
    Failed {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: Failure,
    },
    /// It is a pack that does not hold.
    #[error("plugin {path}: {} in the pack", counted(problems.len()))]
    BadPack {
        /// The file.
        path: PathBuf,
        /// Everything that is wrong with it.
        problems: Vec<PackError>,
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
    pub fn load(path: &Path, launcher: &Launcher, terms: &Terms) -> Result<Self, PluginError> {
        let shown = path.to_owned();
        let unreadable = |source| PluginError::Unreadable { path: shown.clone(), source };
        let failed = |source| PluginError::Failed { path: shown.clone(), source };
        let resolved = path.canonicalize().map_err(unreadable)?;
        if !resolved.is_file() {
            return Err(PluginError::NotAFile { path: shown });
        }
        let sha256 = digest::sha256(&resolved).map_err(unreadable)?;
        if let Some(trusted) = terms.sha256.as_ref().filter(|trusted| **trusted != sha256) {
            return Err(PluginError::Changed { path: shown, found: sha256, trusted: trusted.clone() });
        }
        if pack::is_pack(path) || pack::is_pack(&resolved) {
            return Self::load_pack(shown, sha256, &terms.granted);
        }
        let kind = kind::of(&resolved).map_err(unreadable)?.map_err(|source| PluginError::NotAPlugin { path: shown.clone(), source })?;
        let mut process = Process {
            launcher: launcher.clone(),
            kind,
            path: resolved.clone(),
            sha256: sha256.clone(),
            limits: terms.limits,
            worker: None,
        };
        let worker = process.worker().map_err(failed)?;
        let confinement = worker.confinement().clone();
        let Tell::Manifest { manifest } = worker.ask(&Ask::Describe).map_err(failed)? else {
            return Err(failed(Failure::NotAFrame("a manifest was asked for, something else came".to_owned())));
        };
        Self::with_engine(&shown, sha256, manifest, confinement, &terms.granted, Box::new(process))
    }

    /// A pack is no program: its expressions are evaluated right here, within bounds.
    fn load_pack(path: PathBuf, sha256: String, granted: &[String]) -> Result<Self, PluginError> {
        // By the name the person gave, which stands in what is said about it.
        let pack = Pack::load(&path).map_err(|problems| PluginError::BadPack { path: path.clone(), problems })?;
        if pack.sha256() != sha256 {
            return Err(PluginError::Changed { path, found: pack.sha256().to_owned(), trusted: sha256 });
        }
        let words = "expressions within bounds of steps, size and time; no code of its own".to_owned();
        let confinement = Confinement { words, complete: true };
        Self::with_engine(&path, sha256, pack.manifest(), confinement, granted, Box::new(pack))
    }

    /// A plugin that something of ours answers for.
    pub fn with_engine(
        path: &Path,
        sha256: String,
        manifest: Manifest,
        confinement: Confinement,
        granted: &[String],
        engine: Box<dyn Engine>,
    ) -> Result<Self, PluginError> {
        belief::check_manifest(&manifest).map_err(|reason| PluginError::BadManifest { path: path.to_owned(), reason })?;
        let granted = manifest.wants.iter().filter(|want| granted.contains(want)).cloned().collect();
        Ok(Self {
            path: path.to_owned(),
            sha256,
            manifest,
            confinement: confinement.words,
            confined: confinement.complete,
            granted,
            engine,
        })
    }

    /// Grants something it wants to see; false where it does not want it.
    pub fn grant(&mut self, what: &str) -> bool {
        let wanted = self.manifest.wants.iter().any(|want| want == what);
        if wanted && !self.granted.iter().any(|known| known == what) {
            self.granted.push(what.to_owned());
        }
        wanted
    }

    /// What it wants to see and was not granted.
    pub fn refused(&self) -> impl Iterator<Item = &str> {
        self.manifest.wants.iter().filter(|want| !self.granted.contains(want)).map(String::as_str)
    }

    /// Runs checks over a Case from which everything is taken that was not granted. Whatever goes
    /// wrong becomes a crashed check that names the plugin; it never fails.
    pub fn run(&mut self, wanted: impl Fn(&str) -> bool, case: &Case) -> Vec<CheckAnswer> {
        let checks: Vec<&CheckInfo> = self.manifest.checks.iter().filter(|check| wanted(&check.id)).collect();
        // Where no input is there that a check could use, nobody need be asked; what only a log tells may concern any.
        let told = case.failures.iter().any(|failure| failure.attempt.is_none());
        let can_look = |check: &CheckInfo| told || check.needs.is_empty() || check.needs.iter().any(|need: &Need| case.has(*need));
        let (asked, skipped): (Vec<&CheckInfo>, Vec<&CheckInfo>) = checks.into_iter().partition(|check| can_look(check));
        let skipped =
            skipped.into_iter().map(|check| CheckAnswer { id: check.id.clone(), missing: check.needs.clone(), ..CheckAnswer::default() });
        let mut answers: Vec<CheckAnswer> = skipped.collect();
        if !asked.is_empty() {
            answers.extend(ask(self.engine.as_mut(), &asked, &withheld(case, &self.granted)));
        }
        let name = &self.manifest.name;
        for answer in &mut answers {
            answer.crashed = answer.crashed.take().map(|why| format!("plugin {name}: {why}"));
        }
        answers.sort_by(|left, right| left.id.cmp(&right.id));
        answers
    }
}

fn counted(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

/// Asks for all checks at once; where that fails, for each alone, so that the one that is to blame
/// does not take the others with it.
fn ask(engine: &mut dyn Engine, checks: &[&CheckInfo], case: &Case) -> Vec<CheckAnswer> {
    let request = |checks: &[&CheckInfo]| Request { checks: checks.iter().map(|check| check.id.clone()).collect(), case: case.clone() };
    let failure = match engine.answer(request(checks)) {
        Ok(answer) => return checks.iter().map(|check| belief::answer(check, &answer.checks)).collect(),
        Err(failure) => failure,
    };
    let mut given_up = (checks.len() == 1 || !failure.is_one_checks_fault()).then_some(failure);
    let mut answers = Vec::new();
    for check in checks {
        if let Some(failure) = &given_up {
            answers.push(belief::crashed(&check.id, &failure.to_string()));
            continue;
        }
        match engine.answer(request(&[check])) {
            Ok(answer) => answers.push(belief::answer(check, &answer.checks)),
            Err(failure) => {
                answers.push(belief::crashed(&check.id, &failure.to_string()));
                // Waiting for each of many would stall everything.
                given_up = (!failure.is_one_checks_fault()).then_some(failure);
            }
        }
    }
    answers
}

/// A worker process that is started anew after it failed, so that one case that brings it down
/// does not take the next ones with it.
#[derive(Debug)]
struct Process {
    launcher: Launcher,
    kind: Kind,
    path: PathBuf,
    sha256: String,
    limits: Limits,
    worker: Option<Worker>,
}

impl Process {
    fn worker(&mut self) -> Result<&mut Worker, Failure> {
        self.worker = self.worker.take().filter(Worker::is_alive);
        if self.worker.is_none() {
            let worker = Worker::start(&self.launcher, self.kind, &self.path, self.limits)?;
            // What was started is what was looked at before, or it is not asked anything.
            if digest::sha256(&self.path).map_err(|error| Failure::NotStarted(error.to_string()))? != self.sha256 {
                return Err(Failure::Changed);
            }
            self.worker = Some(worker);
        }
        self.worker.as_mut().ok_or(Failure::Changed)
    }
}

impl Engine for Process {
    fn answer(&mut self, request: Request) -> Result<Answer, Failure> {
        let told = self.worker()?.ask(&Ask::Run { request: Box::new(request) })?;
        let Tell::Answer { answer } = told else {
            self.worker = None;
            return Err(Failure::NotAFrame("an answer was asked for, something else came".to_owned()));
        };
        Ok(answer)
    }
}
