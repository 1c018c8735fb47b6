//! A plugin as the rest of `diag` sees it: what it is, and answers that were checked.

use crate::belief;
use crate::digest;
use crate::engine::{Engine, Question};
use crate::frames::{Confinement, Tell};
use crate::kind::{self, NotAPlugin};
use crate::pack::{self, Pack, PackError};
use crate::process::{Failure, Kind, Launcher, Limits, Worker};
use crate::sight::{Reads, Shown, Sight};
use diag_sdk::manifest::{Answer, CheckAnswer, CheckInfo, Manifest};
use diag_sdk::{Case, Need};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// In how many cases a plugin may run out of time before it is not asked again.
const MOST_STRIKES: u32 = 3;

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
    /// What is wrong with checks of a pack that cannot be used, and that cost only themselves.
    pub remarks: Vec<PackError>,
    limits: Limits,
    /// Cases in which it ran out of time.
    strikes: u32,
    engine: Box<dyn Engine>,
}

/// How long all plugins together may take for one case, unless one of them may take longer by itself.
pub const TIME_FOR_A_CASE: Duration = Duration::from_secs(60);

/// On what terms a plugin is loaded.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What it may use.
    pub limits: Limits,
    /// What of the Case it may see beyond the clean facts, where it wants that.
    pub granted: Vec<String>,
    /// The SHA-256 it is trusted by; a file that has another one is not started.
    pub sha256: Option<String>,
    /// What it is called where its path would say nothing, as that of a file taken out of a bundle.
    pub shown: Option<PathBuf>,
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
    #[error(
        "plugin {path}: has changed since it was trusted (SHA-256 {found:.12}…, trusted {trusted:.12}…)"
    )]
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
        let shown = terms.shown.clone().unwrap_or_else(|| path.to_owned());
        let unreadable = |source| PluginError::Unreadable { path: shown.clone(), source };
        let failed = |source| PluginError::Failed { path: shown.clone(), source };
        let resolved = path.canonicalize().map_err(unreadable)?;
        if !resolved.is_file() {
            return Err(PluginError::NotAFile { path: shown });
        }
        let sha256 = digest::sha256(&resolved).map_err(unreadable)?;
        if let Some(trusted) = terms.sha256.as_ref().filter(|trusted| **trusted != sha256) {
            return Err(PluginError::Changed {
                path: shown,
                found: sha256,
                trusted: trusted.clone(),
            });
        }
        if pack::is_pack(path) || pack::is_pack(&resolved) {
            return Self::load_pack(shown, sha256, &terms.granted);
        }
        let kind = kind::of(&resolved)
            .map_err(unreadable)?
            .map_err(|source| PluginError::NotAPlugin { path: shown.clone(), source })?;
        let mut process = Process {
            launcher: launcher.clone(),
            kind,
            path: resolved.clone(),
            sha256: sha256.clone(),
            limits: terms.limits,
            worker: None,
            printed: String::new(),
        };
        let worker = process.worker().map_err(failed)?;
        let confinement = worker.confinement().clone();
        let Tell::Manifest { manifest } =
            worker.ask(DESCRIBE.to_owned(), terms.limits.deadline).map_err(failed)?
        else {
            return Err(failed(Failure::NotAFrame(
                "a manifest was asked for, something else came".to_owned(),
            )));
        };
        let loaded = Self::with_engine(
            &shown,
            sha256,
            manifest,
            confinement,
            &terms.granted,
            Box::new(process),
        )?;
        Ok(Self { limits: terms.limits, ..loaded })
    }

    /// A pack is no program: its expressions are evaluated right here, within bounds.
    fn load_pack(path: PathBuf, sha256: String, granted: &[String]) -> Result<Self, PluginError> {
        // By the name the person gave, which stands in what is said about it.
        let pack = Pack::load_what_holds(&path)
            .map_err(|problems| PluginError::BadPack { path: path.clone(), problems })?;
        Self::with_pack(path, sha256, &pack, granted)
    }

    /// A pack that is at hand as text; `path` is what it is called.
    pub fn load_pack_text(
        path: &Path,
        text: &str,
        granted: &[String],
    ) -> Result<Self, PluginError> {
        let bad = |problems| PluginError::BadPack { path: path.to_owned(), problems };
        let pack = Pack::parse_what_holds(&path.display().to_string(), text).map_err(bad)?;
        let sha256 = pack.sha256().to_owned();
        Self::with_pack(path.to_owned(), sha256, &pack, granted)
    }

    fn with_pack(
        path: PathBuf,
        sha256: String,
        pack: &Pack,
        granted: &[String],
    ) -> Result<Self, PluginError> {
        if pack.sha256() != sha256 {
            return Err(PluginError::Changed {
                path,
                found: pack.sha256().to_owned(),
                trusted: sha256,
            });
        }
        let words =
            "expressions within bounds of steps, size and time; no code of its own".to_owned();
        let confinement = Confinement { words, complete: true };
        let remarks = pack.remarks().to_vec();
        let loaded = Self::with_engine(
            &path,
            sha256,
            pack.manifest(),
            confinement,
            granted,
            Box::new(pack.clone()),
        )?;
        Ok(Self { remarks, ..loaded })
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
        belief::check_manifest(&manifest)
            .map_err(|reason| PluginError::BadManifest { path: path.to_owned(), reason })?;
        let granted =
            manifest.wants.iter().filter(|want| granted.contains(want)).cloned().collect();
        Ok(Self {
            path: path.to_owned(),
            sha256,
            manifest,
            confinement: confinement.words,
            confined: confinement.complete,
            granted,
            remarks: Vec::new(),
            limits: Limits::default(),
            strikes: 0,
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

    /// How long its answers for one case may take together.
    pub fn time_for_a_case(&self) -> Duration {
        self.limits.for_a_case()
    }

    /// What it printed since this was last asked, besides its answers; empty where there was nothing.
    pub fn printed(&mut self) -> String {
        self.engine.printed()
    }

    /// Runs checks over a Case from which everything is taken that was not granted.
    pub fn run(&mut self, wanted: impl Fn(&str) -> bool, case: &Case) -> Vec<CheckAnswer> {
        self.run_until(wanted, &Sight::new(case), Instant::now() + self.time_for_a_case())
    }

    /// Runs checks over a Case, until a moment or until its own time for a case is over. Whatever goes wrong becomes a
    /// crashed check that names the plugin; it never fails.
    pub fn run_until(
        &mut self,
        wanted: impl Fn(&str) -> bool,
        sight: &Sight<'_>,
        until: Instant,
    ) -> Vec<CheckAnswer> {
        let case = sight.case();
        let checks: Vec<&CheckInfo> =
            self.manifest.checks.iter().filter(|check| wanted(&check.id)).collect();
        // Where no input is there that a check could use, nobody need be asked; what only a log tells may concern any.
        let told = case.failures.iter().any(|failure| failure.attempt.is_none());
        let can_look = |check: &CheckInfo| {
            told || check.needs.is_empty() || check.needs.iter().any(|need: &Need| case.has(*need))
        };
        let (asked, skipped): (Vec<&CheckInfo>, Vec<&CheckInfo>) =
            checks.into_iter().partition(|check| can_look(check));
        let skipped = skipped.into_iter().map(|check| CheckAnswer {
            id: check.id.clone(),
            missing: check.needs.clone(),
            ..CheckAnswer::default()
        });
        let mut answers: Vec<CheckAnswer> = skipped.collect();
        if !asked.is_empty() {
            let mut reads = Reads::nothing();
            for check in &asked {
                reads.add(
                    &self
                        .engine
                        .reads(&check.id)
                        .unwrap_or_else(|| Reads::of([check.reads.as_slice()])),
                );
            }
            let now = Instant::now();
            let own = now + self.limits.for_a_case();
            let no_turn = if self.strikes >= MOST_STRIKES {
                Some(Failure::GivenUp(self.strikes))
            } else {
                (until <= now)
                    .then_some(Failure::NoTurn(TIME_FOR_A_CASE.max(self.limits.for_a_case())))
            };
            let mut turn =
                Turn { engine: self.engine.as_mut(), until: own.min(until), ran_out: false };
            answers.extend(match no_turn {
                Some(failure) => asked
                    .iter()
                    .map(|check| belief::crashed(&check.id, &failure.to_string()))
                    .collect(),
                None => turn.ask(&asked, &sight.shown(&self.granted, &reads)),
            });
            self.strikes += u32::from(turn.ran_out);
        }
        let mut answers: Vec<CheckAnswer> =
            answers.into_iter().map(|answer| belief::about_this_case(answer, case)).collect();
        let name = &self.manifest.name;
        for answer in &mut answers {
            answer.undecided = answer.undecided.take().map(|why| format!("plugin {name}: {why}"));
            answer.crashed = answer.crashed.take().map(|why| format!("plugin {name}: {why}"));
        }
        answers.sort_by(|left, right| left.id.cmp(&right.id));
        answers
    }
}

/// The question that every plugin is asked first.
const DESCRIBE: &str = r#"{"frame":"describe"}"#;

fn counted(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

/// A plugin's turn in one case.
struct Turn<'e> {
    engine: &'e mut dyn Engine,
    until: Instant,
    ran_out: bool,
}

impl Turn<'_> {
    /// Asks for all checks at once; where that fails, for each alone, so that the one that is to blame
    /// does not take the others with it.
    fn ask(&mut self, checks: &[&CheckInfo], shown: &Shown) -> Vec<CheckAnswer> {
        let ids: Vec<String> = checks.iter().map(|check| check.id.clone()).collect();
        let failure = match self.question(&ids, shown) {
            Ok(answer) => {
                return checks.iter().map(|check| belief::answer(check, &answer.checks)).collect();
            }
            Err(failure) => failure,
        };
        let mut given_up = (checks.len() == 1 || !failure.is_one_checks_fault()).then_some(failure);
        let mut answers = Vec::new();
        for (check, id) in checks.iter().zip(&ids) {
            if let Some(failure) = &given_up {
                answers.push(belief::crashed(id, &failure.to_string()));
                continue;
            }
            match self.question(std::slice::from_ref(id), shown) {
                Ok(answer) => answers.push(belief::answer(check, &answer.checks)),
                Err(failure) => {
                    answers.push(belief::crashed(id, &failure.to_string()));
                    // Waiting for each of many would stall everything.
                    given_up = (!failure.is_one_checks_fault()).then_some(failure);
                }
            }
        }
        answers
    }

    fn question(&mut self, checks: &[String], shown: &Shown) -> Result<Answer, Failure> {
        let answer = self.engine.answer(Question { checks, shown, until: self.until });
        self.ran_out |= answer.as_ref().is_err_and(Failure::is_about_time);
        answer
    }
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
    /// What workers printed that have ended.
    printed: String,
}

impl Process {
    fn worker(&mut self) -> Result<&mut Worker, Failure> {
        if let Some(mut ended) = self.worker.take_if(|worker| !worker.is_alive()) {
            self.keep(&ended.printed());
        }
        if self.worker.is_none() {
            self.worker = Some(Worker::start(
                &self.launcher,
                self.kind,
                &self.path,
                &self.sha256,
                self.limits,
            )?);
        }
        self.worker.as_mut().ok_or(Failure::Changed)
    }
}

impl Process {
    /// Keeps what a worker printed, within bounds.
    fn keep(&mut self, printed: &str) {
        if !printed.is_empty() && self.printed.len() < MOST_PRINTED {
            self.printed.push_str(printed);
            self.printed.push('\n');
        }
    }
}

/// What is kept of what several workers of one plugin printed, in bytes, before the last one is left out.
const MOST_PRINTED: usize = 48 << 10;

impl Engine for Process {
    fn answer(&mut self, question: Question<'_>) -> Result<Answer, Failure> {
        let deadline = self.limits.deadline;
        let out_of_time = Failure::OutOfTime(self.limits.for_a_case());
        let checks = serde_json::to_string(question.checks)
            .map_err(|error| Failure::NotAFrame(error.to_string()))?;
        let frame = format!(
            r#"{{"frame":"run","request":{{"checks":{checks},"case":{}}}}}"#,
            question.shown.text()
        );
        let worker = self.worker()?;
        let left = question.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(out_of_time);
        }
        let told = match worker.ask(frame, deadline.min(left)) {
            Err(Failure::TooSlow(_)) if left < deadline => return Err(out_of_time),
            told => told?,
        };
        let Tell::Answer { answer } = told else {
            if let Some(mut worker) = self.worker.take() {
                let printed = worker.printed();
                self.keep(&printed);
            }
            return Err(Failure::NotAFrame(
                "an answer was asked for, something else came".to_owned(),
            ));
        };
        Ok(answer)
    }

    fn printed(&mut self) -> String {
        if let Some(worker) = &mut self.worker {
            let printed = worker.printed();
            self.keep(&printed);
        }
        std::mem::take(&mut self.printed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Severity;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Never answers in time, and counts how often it is asked.
    #[derive(Debug)]
    struct Slow(Arc<AtomicU32>);

    impl Engine for Slow {
        fn answer(&mut self, _: Question<'_>) -> Result<Answer, Failure> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(Failure::TooSlow(Duration::from_secs(1)))
        }
    }

    fn slow(asked: &Arc<AtomicU32>) -> Loaded {
        let check = |id: &str| CheckInfo {
            id: id.into(),
            title: "T".into(),
            levels: vec![Severity::Notice],
            ..CheckInfo::default()
        };
        let manifest = Manifest {
            schema: diag_sdk::manifest::SCHEMA.into(),
            name: "slow".into(),
            checks: vec![check("slow/one"), check("slow/two")],
            ..Manifest::default()
        };
        let engine = Box::new(Slow(Arc::clone(asked)));
        Loaded::with_engine(
            Path::new("slow"),
            String::new(),
            manifest,
            Confinement::default(),
            &[],
            engine,
        )
        .expect("a manifest that holds")
    }

    #[test]
    fn who_runs_out_of_time_is_not_asked_for_ever() {
        let asked = Arc::new(AtomicU32::new(0));
        let mut plugin = slow(&asked);
        let why = |answers: Vec<CheckAnswer>| {
            answers.into_iter().filter_map(|answer| answer.crashed).collect::<Vec<_>>()
        };
        for _ in 0..MOST_STRIKES {
            let why = why(plugin.run(|_| true, &Case::default()));
            assert!(why.len() == 2 && why[1].contains("gave no answer within 1 s"), "{why:?}");
        }
        assert_eq!(
            asked.load(Ordering::Relaxed),
            MOST_STRIKES,
            "once for all checks of a case, not once for each"
        );
        let why = why(plugin.run(|_| true, &Case::default()));
        assert!(why[0].contains("ran out of time in 3 cases and is not asked again"), "{why:?}");
        assert_eq!(asked.load(Ordering::Relaxed), MOST_STRIKES);
    }

    #[test]
    fn where_others_took_all_the_time_nobody_is_asked() {
        let asked = Arc::new(AtomicU32::new(0));
        let answers =
            slow(&asked).run_until(|_| true, &Sight::new(&Case::default()), Instant::now());
        assert!(
            answers[0]
                .crashed
                .as_deref()
                .is_some_and(|why| why.contains("the plugins have used up the 60 s")),
            "{answers:?}"
        );
        assert_eq!(asked.load(Ordering::Relaxed), 0);
    }
}
