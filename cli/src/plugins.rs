//! Which plugins are loaded, and on what terms: those named with `--plugin`, and those that
//! `diag.toml` pins by their SHA-256. None is ever found by looking around.

use crate::args::{Grant, PluginArguments};
use crate::bundle::{self, Opened};
use crate::checkers::{Absent, Checkers};
use crate::failure::{self, Failure};
pub(crate) use crate::loading::{is_bundle, load, load_whole, lost};
use crate::nearest::did_you_mean;
use diag_host::{Launcher, Limits, Loaded, Terms};
use diag_sdk::manifest::WANTS;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// The hidden command by which `diag` becomes the worker of a plugin.
pub(crate) const WORKER: &str = "__plugin-worker";

/// A plugin that `diag.toml` names.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Entry {
    /// The file; relative to diag.toml.
    pub(crate) path: PathBuf,
    /// The SHA-256 it is trusted by, as `diag plugin trust` writes it. Without one it is not loaded.
    pub(crate) sha256: Option<String>,
    /// What it may see beyond the clean facts: `secret:personal`.
    #[serde(default)]
    pub(crate) grants: Vec<String>,
    /// Seconds one answer may take; 10 where it says nothing.
    #[schemars(range(min = 1, max = 3600))]
    pub(crate) seconds: Option<u64>,
    /// Megabytes of memory it may use; 1024 where it says nothing.
    #[schemars(range(min = 64))]
    pub(crate) megabytes: Option<u64>,
}

impl Entry {
    /// The terms it is loaded on.
    pub(crate) fn terms(&self) -> Terms {
        let usual = Limits::default();
        Terms {
            limits: Limits {
                deadline: self
                    .seconds
                    .map_or(usual.deadline, |seconds| Duration::from_secs(seconds.clamp(1, 3600))),
                memory: self
                    .megabytes
                    .map_or(usual.memory, |megabytes| megabytes.max(64).saturating_mul(1 << 20)),
                ..usual
            },
            granted: self.grants.clone(),
            sha256: self.sha256.as_ref().map(|sha256| sha256.to_ascii_lowercase()),
            shown: None,
        }
    }
}

/// Becomes the worker of a plugin where the command line says so, before anything else happens.
pub(crate) fn become_worker() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != WORKER {
        return None;
    }
    let arguments: Vec<_> = arguments.collect();
    // What went wrong is told by frames; a parent that went away wants to hear nothing.
    Some(
        diag_host::worker::run(&arguments)
            .map_or(ExitCode::from(failure::UNABLE), |()| ExitCode::SUCCESS),
    )
}

/// How workers are started: this very program.
pub(crate) fn launcher() -> Result<Launcher, Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Failure::new(format!(
            "diag cannot tell where it is installed, so it cannot run plugins: {error}"
        ))
    })?;
    Ok(Launcher { program, arguments: vec![WORKER.to_owned()] })
}

/// The checkers a command works with, all of which are there.
pub(crate) fn checkers(
    arguments: &PluginArguments,
    entries: &[Entry],
) -> Result<Checkers, Failure> {
    let mut checkers = those_there(arguments, entries)?;
    match checkers.take_absent(|one| one.asked_for || arguments.strict_plugins) {
        Some(absent) => Err(absent.why),
        None => Ok(checkers),
    }
}

/// The checkers that a report is made with. A plugin that cannot be used costs itself: the report names it.
pub(crate) fn those_there(
    arguments: &PluginArguments,
    entries: &[Entry],
) -> Result<Checkers, Failure> {
    if arguments.plugins.is_empty() && entries.is_empty() && !arguments.no_builtin {
        known_grants(&arguments.grants, &[], true)?;
        return Ok(Checkers::builtin());
    }
    let launcher = launcher()?;
    let (mut loaded, mut absent): (Vec<(Loaded, bool)>, Vec<Absent>) = (Vec::new(), Vec::new());
    let mut bundles: Vec<Opened> = Vec::new();
    let asked_for = |path: &Path| arguments.plugins.iter().any(|named| same_file(named, path));
    for entry in entries {
        let asked_for = asked_for(&entry.path);
        if is_bundle(&entry.path) {
            let opened =
                pinned(entry).and_then(|()| bundle::open(&entry.path, &launcher, &entry.terms()));
            take_bundle(opened, (&entry.path, asked_for), (&mut loaded, &mut absent), &mut bundles);
            continue;
        }
        match trusted(entry, &launcher) {
            Ok(plugin) => loaded.push((plugin, asked_for)),
            Err(why) => absent.push(Absent { path: entry.path.clone(), why, asked_for }),
        }
    }
    for path in &arguments.plugins {
        // One that stands in diag.toml, too, keeps the terms it has there.
        if !entries.iter().any(|entry| same_file(&entry.path, path)) {
            if is_bundle(path) {
                let opened = bundle::open(path, &launcher, &Terms::default());
                take_bundle(opened, (path, true), (&mut loaded, &mut absent), &mut bundles);
                continue;
            }
            match load(path, &launcher, &Terms::default()) {
                Ok(plugin) => loaded.push((plugin, true)),
                Err(why) => absent.push(Absent { path: path.clone(), why, asked_for: true }),
            }
        }
    }
    for (plugin, _) in &loaded {
        if let Some(lost) = lost(plugin) {
            failure::say_failure(&lost, true);
        }
    }
    grant(&mut loaded, &arguments.grants, absent.is_empty())?;
    let checkers = Checkers::with(loaded, absent, arguments.no_builtin)?;
    Ok(bundles
        .into_iter()
        .fold(checkers, |checkers, bundle| checkers.beside(bundle.products, bundle.folder)))
}

/// Takes what a bundle brings; one that cannot be opened costs itself, and what of it cannot be used costs itself, too.
fn take_bundle(
    opened: Result<Opened, Failure>,
    (path, asked_for): (&Path, bool),
    (loaded, absent): (&mut Vec<(Loaded, bool)>, &mut Vec<Absent>),
    bundles: &mut Vec<Opened>,
) {
    match opened {
        Ok(mut opened) => {
            loaded.extend(opened.plugins.drain(..).map(|plugin| (plugin, asked_for)));
            absent.extend(opened.absent.drain(..).map(|one| Absent { asked_for, ..one }));
            bundles.push(opened);
        }
        Err(why) => absent.push(Absent { path: path.to_owned(), why, asked_for }),
    }
}

/// Loads a plugin that `diag.toml` names, where it is the file that is trusted.
fn trusted(entry: &Entry, launcher: &Launcher) -> Result<Loaded, Failure> {
    pinned(entry)?;
    load(&entry.path, launcher, &entry.terms())
}

/// Nothing is loaded that nobody has looked at.
fn pinned(entry: &Entry) -> Result<(), Failure> {
    if entry.sha256.is_some() {
        return Ok(());
    }
    let shown = entry.path.display();
    Err(Failure::new(format!(
        "plugin {shown}: diag.toml names it without the SHA-256 it is trusted by"
    ))
    .hint(format!("diag plugin trust {shown} pins it")))
}

/// Grants what the command line says to the plugins it names.
fn grant(loaded: &mut [(Loaded, bool)], grants: &[Grant], all_there: bool) -> Result<(), Failure> {
    let names: Vec<String> =
        loaded.iter().map(|(plugin, _)| plugin.manifest.name.clone()).collect();
    known_grants(grants, &names, all_there)?;
    for grant in grants {
        for (plugin, _) in
            loaded.iter_mut().filter(|(plugin, _)| plugin.manifest.name == grant.plugin)
        {
            if !plugin.grant(&grant.what) {
                return Err(Failure::new(format!(
                    "--grant {}={}: that plugin does not want it",
                    grant.plugin, grant.what
                ))
                .hint("leave the grant out: a plugin sees no more than it asks for"));
            }
        }
    }
    Ok(())
}

/// What is granted exists, and so does whom it is granted to, unless that may be a plugin that could not be loaded.
fn known_grants(grants: &[Grant], names: &[String], all_there: bool) -> Result<(), Failure> {
    for grant in grants {
        if all_there && !names.contains(&grant.plugin) {
            let hint = did_you_mean(&grant.plugin, names.iter().map(String::as_str))
                .unwrap_or_else(|| "load it with --plugin PATH; the name is the first part of the ids of its checks".to_owned());
            return Err(Failure::new(format!(
                "--grant {}={}: no plugin of that name is loaded",
                grant.plugin, grant.what
            ))
            .hint(hint));
        }
        if !WANTS.contains(&grant.what.as_str()) {
            return Err(Failure::new(format!(
                "--grant {}={}: nothing of that name can be granted",
                grant.plugin, grant.what
            ))
            .hint(format!("what can be granted: {}", WANTS.join(", "))));
        }
    }
    Ok(())
}

/// Both paths lead to the same file.
pub(crate) fn same_file(left: &Path, right: &Path) -> bool {
    left == right
        || matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}
