//! Expression packs: checks written in a TOML file with expressions in CEL, for people who do not
//! program. `docs/expression-packs.md` is their guide.
//!
//! A pack runs no code of its own: expressions are walked by an interpreter that knows the facts
//! and a few functions and nothing else. What is left to hold in check is their size, their time
//! and what they make.
//!
//! - `problem`, `source`: what is wrong, shown under the line where it stands
//! - `fields`, `definition`: from TOML to checks, with every problem at once
//! - `expression`, `text`: an expression, and a text with expressions in it
//! - `shape`, `inspect`, `signature`, `operator`, `remark`: facts, words and functions that do not exist, and values that do not
//!   fit, noticed before a check ever runs
//! - `reading`: which kinds of facts an expression looks at
//! - `dotted`: names as they stand in an expression
//! - `guard`, `budget`: what makes evaluation end
//! - `fact`, `kind`, `function`, `gather`, `moment`: what expressions work with
//! - `evaluate`, `blame`: running a check, and finding the part of an expression that failed
//! - `trial`: the tests a pack brings along
//! - `single`: one expression by itself
//! - `schema`: a pack for editors
//! - `template`: the pack `diag plugin new --lang pack` writes

mod blame;
mod budget;
mod definition;
mod dotted;
mod evaluate;
mod expression;
mod fact;
mod fields;
mod function;
mod gather;
mod guard;
mod inspect;
mod kind;
mod moment;
mod nearest;
mod operator;
mod problem;
mod reading;
mod remark;
mod schema;
pub(crate) mod shape;
mod signature;
mod single;
mod source;
mod template;
mod text;
mod trial;

pub use problem::{PackError, ProblemKind};
pub use schema::schema;
pub use single::{Evaluated, evaluate};
pub use template::template;
pub use trial::{Expected, TestOutcome};

use crate::digest;
use crate::engine::{Engine, Question};
use crate::process::Failure;
use crate::sight::{Reads, Shown, Sight};
use definition::Definition;
use diag_sdk::Case;
use diag_sdk::manifest::{self, Answer, CheckAnswer, Manifest};
use evaluate::Facts;
use source::Source;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Largest pack, in bytes.
const LARGEST: u64 = 1 << 20;
/// What one check may take. The steps are spent long before the time is, but for what they overlook.
const LIMITS: Limits =
    Limits { time: Duration::from_secs(10), steps: 10_000_000, pack_steps: 50_000_000 };
/// Stack of the thread that parses and evaluates: both go down an expression by calling themselves.
const STACK: usize = 64 << 20;

/// A pack whose checks can be run.
#[derive(Debug, Clone)]
pub struct Pack(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    definition: Definition,
    sha256: String,
}

/// What one check may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    time: Duration,
    /// A step is about one node of an expression, for one element.
    steps: u64,
    /// Steps of all checks of the pack together, after which no further one begins.
    pack_steps: u64,
}

/// A file of that name is a pack.
pub fn is_pack(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".checks.toml"))
}

impl Pack {
    /// Reads a pack, or tells everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, Vec<PackError>> {
        Self::read(path, Self::parse)
    }

    /// Reads a pack of which some checks may use what this `diag` does not know, as one written for a newer `diag` does:
    /// those are lost, and answer with what is wrong with them. [`Pack::remarks`] tells all of it.
    pub fn load_what_holds(path: &Path) -> Result<Self, Vec<PackError>> {
        Self::read(path, Self::parse_what_holds)
    }

    /// What is wrong with checks that are lost.
    pub fn remarks(&self) -> &[PackError] {
        &self.0.definition.remarks
    }

    fn read(
        path: &Path,
        parse: fn(&str, &str) -> Result<Self, Vec<PackError>>,
    ) -> Result<Self, Vec<PackError>> {
        let file = path.display().to_string();
        let whole = |kind, message: String, expected: &str| {
            Err(vec![PackError::whole(kind, &file, message, expected)])
        };
        let mut bytes = Vec::new();
        if let Err(error) =
            File::open(path).and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut bytes))
        {
            return whole(
                ProblemKind::Unreadable,
                format!("cannot be read: {error}"),
                "a file that can be read",
            );
        }
        if bytes.len() as u64 > LARGEST {
            return whole(
                ProblemKind::TooLarge,
                format!("is larger than {} MB", LARGEST >> 20),
                "a smaller pack",
            );
        }
        match String::from_utf8(bytes) {
            Ok(text) => parse(&file, &text),
            Err(_) => whole(
                ProblemKind::Unreadable,
                "is not UTF-8 text".to_owned(),
                "a text file in UTF-8",
            ),
        }
    }

    /// The SHA-256 of what was read, lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// Reads a pack from its text; `file` is what it is called in messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<PackError>> {
        let pack = Self::parse_what_holds(file, text)?;
        match pack.remarks() {
            [] => Ok(pack),
            remarks => Err(remarks.to_vec()),
        }
    }

    /// Reads a pack of which some checks may use what this `diag` does not know.
    pub fn parse_what_holds(file: &str, text: &str) -> Result<Self, Vec<PackError>> {
        let sha256 = digest::sha256_of(text.as_bytes());
        let source = Source {
            file: file.to_owned(),
            text: text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        };
        let failed = |message: &str| {
            Err(vec![PackError::whole(
                ProblemKind::Unreadable,
                file,
                message,
                "a pack as docs/expression-packs.md shows it",
            )])
        };
        let read =
            thread::Builder::new().name("pack".to_owned()).stack_size(STACK).spawn(move || {
                let definition = Definition::read(&source)?;
                Ok(Self(Arc::new(Inner { source, definition, sha256 })))
            });
        match read.map(thread::JoinHandle::join) {
            Ok(Ok(pack)) => pack,
            Ok(Err(_)) => failed("made the reader of packs panic; this is a bug in diag"),
            Err(error) => failed(&format!("cannot be read now: {error}")),
        }
    }

    /// What the pack says of itself.
    pub fn manifest(&self) -> Manifest {
        let definition = &self.0.definition;
        Manifest {
            schema: manifest::SCHEMA.to_owned(),
            name: definition.name.clone(),
            version: definition.version.clone(),
            about: definition.about.clone(),
            wants: definition.wants.clone(),
            headers: definition.headers.clone(),
            requires: definition.requires.clone(),
            checks: definition.checks.iter().map(|check| check.info.clone()).collect(),
        }
    }

    /// Runs checks over facts from which everything was taken that a pack is not to see.
    pub fn run(&self, checks: &[String], case: &Case) -> Vec<CheckAnswer> {
        self.run_within(checks, case, LIMITS)
    }

    /// Runs the tests the pack brings along.
    pub fn test(&self) -> Vec<TestOutcome> {
        trial::run(self)
    }

    fn run_within(&self, checks: &[String], case: &Case, limits: Limits) -> Vec<CheckAnswer> {
        let shown =
            Sight::new(case).shown(&[manifest::WANTS_PERSONAL.to_owned()], &Reads::default());
        self.run_until(checks, &shown, limits, Instant::now() + limits.time.saturating_mul(3))
    }

    fn run_until(
        &self,
        checks: &[String],
        shown: &Shown,
        limits: Limits,
        until: Instant,
    ) -> Vec<CheckAnswer> {
        let crashed = |id: &String, why: String| CheckAnswer {
            id: id.clone(),
            crashed: Some(why),
            ..CheckAnswer::default()
        };
        let mut answers: Vec<CheckAnswer> = Vec::new();
        let used = Arc::new(AtomicU64::new(0));
        // A thread that does not come back in time is told to stop and left behind; a new one goes on.
        while let Some(left) = checks.get(answers.len()..).filter(|left| !left.is_empty()) {
            let (pack, shown, ids) = (self.clone(), shown.clone(), left.to_vec());
            let (sender, receiver) = channel();
            let cancelled = Arc::new(AtomicBool::new(false));
            let (flag, steps) = (Arc::clone(&cancelled), Arc::clone(&used));
            let started = thread::Builder::new().name("pack".to_owned()).stack_size(STACK).spawn(move || {
                let facts = Facts::new(&shown);
                for id in &ids {
                    let answer = if steps.load(Ordering::Relaxed) >= limits.pack_steps {
                        let millions = limits.pack_steps / 1_000_000;
                        crashed(id, format!("the checks before it have used up the {millions} million steps that a pack has"))
                    } else {
                        budget::open(limits.steps, Some(Arc::clone(&flag)));
                        let answer = pack.run_one(id, &facts);
                        steps.fetch_add(limits.steps.saturating_sub(budget::left()), Ordering::Relaxed);
                        answer
                    };
                    if sender.send(answer).is_err() {
                        break;
                    }
                }
            });
            if let Err(error) = started {
                answers.extend(
                    left.iter().map(|id| crashed(id, format!("it could not be started: {error}"))),
                );
                break;
            }
            for id in left {
                let rest = until.saturating_duration_since(Instant::now());
                match receiver.recv_timeout(limits.time.min(rest)) {
                    Ok(answer) => answers.push(answer),
                    Err(error) => {
                        cancelled.store(true, Ordering::Relaxed);
                        let why = match error {
                            RecvTimeoutError::Timeout if rest < limits.time => {
                                "the pack has used up the time it has for one case".to_owned()
                            }
                            RecvTimeoutError::Timeout => format!(
                                "it took longer than {} s and was stopped",
                                limits.time.as_secs_f64()
                            ),
                            RecvTimeoutError::Disconnected => {
                                "it ended before it answered".to_owned()
                            }
                        };
                        answers.push(crashed(id, why));
                        break;
                    }
                }
            }
        }
        answers
    }

    fn run_one(&self, id: &str, facts: &Facts<'_>) -> CheckAnswer {
        let crashed = |why: &str| CheckAnswer {
            id: id.to_owned(),
            crashed: Some(why.to_owned()),
            ..CheckAnswer::default()
        };
        let Some(check) = self.0.definition.checks.iter().find(|check| check.info.id == id) else {
            return crashed("the pack has no such check");
        };
        if let Some(why) = &check.lost {
            return crashed(why);
        }
        // A bug in the interpreter is one check's misfortune, not everybody's.
        catch_unwind(AssertUnwindSafe(|| evaluate::run(&self.0.source, check, facts)))
            .unwrap_or_else(|_| crashed("the interpreter of expressions panicked; this is a bug, the other checks are not affected"))
    }
}

impl Engine for Pack {
    fn answer(&mut self, question: Question<'_>) -> Result<Answer, Failure> {
        Ok(Answer {
            checks: self.run_until(question.checks, question.shown, LIMITS, question.until),
        })
    }

    fn reads(&self, check: &str) -> Option<Reads> {
        let check = self.0.definition.checks.iter().find(|known| known.info.id == check)?;
        Some(check.reads())
    }
}

#[cfg(test)]
mod tests;
