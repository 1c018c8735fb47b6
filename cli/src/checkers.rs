//! Everything that judges: the families that come with `diag`, and the plugins it was given.

use crate::failure::Failure;
use crate::nearest::did_you_mean;
use diag_core::report::Extension;
use diag_core::runner::{self, Run, Selection};
use diag_families::BUILTIN;
use diag_host::{Loaded, Sight, TIME_FOR_A_CASE};
use diag_products::Product;
use diag_sdk::manifest::{CheckInfo, Manifest, checks_of};
use diag_sdk::{Case, Plugin};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The families at hand, linked in or loaded.
#[derive(Debug)]
pub(crate) struct Checkers {
    linked: &'static [&'static Plugin],
    loaded: Vec<Mutex<Loaded>>,
    /// What all of them say of themselves, sorted by name; most runs do not ask.
    families: OnceLock<Vec<Manifest>>,
    /// All checks, sorted by id.
    checks: Vec<CheckInfo>,
    /// What plugins want to see and were not granted: name and what.
    refused: Vec<(String, String)>,
    /// Plugins that this system cannot hold back as far as it should: name and how they are confined.
    unconfined: Vec<(String, String)>,
    /// Plugins that could not be used.
    absent: Vec<Absent>,
    /// How long all plugins together may take for one case.
    time: Duration,
    /// All plugins, those that could not be used among them, as reports name them.
    extensions: Vec<Extension>,
    /// Product files that came in bundles.
    products: Vec<Product>,
    /// Where libraries of bundles lie while they are used; taken away with the rest.
    folders: Vec<TempDir>,
}

/// A plugin that could not be used.
#[derive(Debug)]
pub(crate) struct Absent {
    pub(crate) path: PathBuf,
    pub(crate) why: Failure,
    /// The command line names it, so that the run has not done what was asked.
    pub(crate) asked_for: bool,
}

impl Checkers {
    /// The families that come with `diag`.
    pub(crate) fn builtin() -> Self {
        Self::of(BUILTIN, Vec::new(), Vec::new())
    }

    /// The families that come with `diag`, unless they are to be left out, and the loaded plugins, each with whether the
    /// command line names it. Of two with one name the first is used.
    pub(crate) fn with(
        plugins: Vec<(Loaded, bool)>,
        mut absent: Vec<Absent>,
        no_builtin: bool,
    ) -> Result<Self, Failure> {
        let linked = if no_builtin { &[] } else { BUILTIN };
        let manifests: Vec<Manifest> =
            plugins.iter().map(|(plugin, _)| plugin.manifest.clone()).collect();
        let mut loaded: Vec<Loaded> = Vec::new();
        for (plugin, asked_for) in plugins {
            match fits(&plugin, linked, &loaded, &manifests) {
                Ok(()) => loaded.push(plugin),
                Err(why) => absent.push(Absent { path: plugin.path, why, asked_for }),
            }
        }
        if linked.is_empty() && loaded.is_empty() && !absent.is_empty() {
            return Err(absent.swap_remove(0).why);
        }
        if linked.is_empty() && loaded.is_empty() {
            return Err(Failure::new("--no-builtin leaves no check at all")
                .hint("name a plugin with --plugin PATH"));
        }
        Ok(Self::of(linked, loaded, absent))
    }

    fn of(linked: &'static [&'static Plugin], loaded: Vec<Loaded>, absent: Vec<Absent>) -> Self {
        let mut checks = checks_of(linked);
        checks.extend(loaded.iter().flat_map(|plugin| plugin.manifest.checks.iter().cloned()));
        checks.sort_by(|left, right| left.id.cmp(&right.id));
        let refused = loaded.iter().flat_map(|plugin| {
            plugin.refused().map(|want| (plugin.manifest.name.clone(), want.to_owned()))
        });
        let refused = refused.collect();
        let weak = loaded.iter().filter(|plugin| !plugin.confined);
        let unconfined =
            weak.map(|plugin| (plugin.manifest.name.clone(), plugin.confinement.clone())).collect();
        let time = loaded
            .iter()
            .map(Loaded::time_for_a_case)
            .max()
            .unwrap_or_default()
            .max(TIME_FOR_A_CASE);
        let mut extensions: Vec<Extension> = loaded.iter().map(present).collect();
        extensions.extend(absent.iter().map(|one| Extension {
            path: one.path.display().to_string(),
            error: Some(one.why.to_string()),
            ..Extension::default()
        }));
        let loaded = loaded.into_iter().map(Mutex::new).collect();
        Self {
            linked,
            loaded,
            families: OnceLock::new(),
            checks,
            refused,
            unconfined,
            absent,
            time,
            extensions,
            products: Vec::new(),
            folders: Vec::new(),
        }
    }

    /// With what else came in a bundle: product files, and where its libraries lie.
    pub(crate) fn beside(mut self, products: Vec<Product>, folder: Option<TempDir>) -> Self {
        self.products.extend(products);
        self.folders.extend(folder);
        self
    }

    /// Product files that came in bundles.
    pub(crate) fn products(&self) -> Vec<Product> {
        self.products.clone()
    }

    /// Plugins that could not be used.
    pub(crate) fn absent(&self) -> &[Absent] {
        &self.absent
    }

    /// Takes out a plugin that could not be used and that matters.
    pub(crate) fn take_absent(&mut self, matters: impl Fn(&Absent) -> bool) -> Option<Absent> {
        let at = self.absent.iter().position(matters)?;
        Some(self.absent.swap_remove(at))
    }

    /// Response headers that plugins look at.
    pub(crate) fn headers(&self) -> BTreeSet<String> {
        let of = |plugin: &Mutex<Loaded>| {
            plugin.lock().unwrap_or_else(PoisonError::into_inner).manifest.headers.clone()
        };
        self.loaded.iter().flat_map(of).collect()
    }

    /// All plugins as reports name them.
    pub(crate) fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// What each plugin printed since this was last asked, besides its answers.
    pub(crate) fn printed(&self) -> Vec<(String, String)> {
        let each = self.loaded.iter().map(|plugin| {
            let mut plugin = plugin.lock().unwrap_or_else(PoisonError::into_inner);
            (plugin.manifest.name.clone(), plugin.printed())
        });
        each.filter(|(_, printed)| !printed.is_empty()).collect()
    }

    /// All families, sorted by name.
    pub(crate) fn families(&self) -> &[Manifest] {
        self.families.get_or_init(|| {
            let linked = self.linked.iter().map(|plugin| Manifest::from(*plugin));
            let mut families: Vec<Manifest> = linked.chain(self.manifests()).collect();
            families.sort_by(|left, right| left.name.cmp(&right.name));
            for family in &mut families {
                family.checks.sort_by(|left, right| left.id.cmp(&right.id));
            }
            families
        })
    }

    /// What the plugins that were loaded say of themselves.
    fn manifests(&self) -> impl Iterator<Item = Manifest> + '_ {
        self.loaded
            .iter()
            .map(|plugin| plugin.lock().unwrap_or_else(PoisonError::into_inner).manifest.clone())
    }

    /// A family by its name.
    pub(crate) fn family(&self, name: &str) -> Option<&Manifest> {
        self.families().iter().find(|family| family.name == name)
    }

    /// All checks, sorted by id.
    pub(crate) fn checks(&self) -> &[CheckInfo] {
        &self.checks
    }

    /// A check by its id.
    pub(crate) fn check(&self, id: &str) -> Option<&CheckInfo> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Names of checks and families, for what was mistyped.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.checks
            .iter()
            .map(|check| check.id.as_str())
            .chain(self.families().iter().map(|family| family.name.as_str()))
    }

    /// What plugins want to see and were not granted: name and what.
    pub(crate) fn refused(&self) -> &[(String, String)] {
        &self.refused
    }

    /// Plugins that this system cannot hold back as far as it should: name and how they are confined.
    pub(crate) fn unconfined(&self) -> &[(String, String)] {
        &self.unconfined
    }

    /// Runs the selected checks. Several cases may be judged at a time; a plugin sees one after the other.
    pub(crate) fn run(&self, case: &Case, selection: &Selection) -> Run {
        let mut run = runner::run(case, self.linked, selection);
        if self.loaded.is_empty() {
            return run;
        }
        // What all of them see is made once, and all of them together have so much time.
        let sight = Sight::new(case);
        let mut left = self.time;
        for plugin in &self.loaded {
            let mut plugin = plugin.lock().unwrap_or_else(PoisonError::into_inner);
            // Waiting for a plugin that judges another case costs none of it.
            let started = Instant::now();
            run.take_in(plugin.run_until(|id| selection.wants(id), &sight, started + left));
            left = left.saturating_sub(started.elapsed());
        }
        run
    }
}

/// A plugin that takes part, as reports name it.
fn present(plugin: &Loaded) -> Extension {
    Extension {
        path: plugin.path.display().to_string(),
        name: Some(plugin.manifest.name.clone()),
        version: Some(plugin.manifest.version.clone()),
        sha256: Some(plugin.sha256.clone()),
        error: None,
    }
}

/// Whether a plugin can stand beside those that are there already.
fn fits(
    plugin: &Loaded,
    linked: &[&Plugin],
    loaded: &[Loaded],
    all: &[Manifest],
) -> Result<(), Failure> {
    let (name, shown) = (plugin.manifest.name.as_str(), plugin.path.display());
    let taken =
        |by: &str| Failure::new(format!("plugin {shown}: its name {name} is taken by {by}"));
    if linked.iter().any(|known| known.name == name) {
        return Err(taken("diag itself").hint("--no-builtin leaves the checks of diag itself out"));
    }
    if let Some(other) = loaded.iter().find(|known| known.manifest.name == name) {
        return Err(taken(&other.path.display().to_string()).hint("load one of the two"));
    }
    match unknown_explained(&plugin.manifest, all) {
        Some(mistake) => {
            Err(Failure::new(format!("plugin {shown}: {mistake}"))
                .hint("diag checks lists all ids"))
        }
        None => Ok(()),
    }
}

/// A check that a manifest says it explains and that does not exist, with the path to it. What belongs to a plugin that
/// is not at hand may exist.
pub(crate) fn unknown_explained(manifest: &Manifest, others: &[Manifest]) -> Option<String> {
    let built_in = BUILTIN.iter().map(|plugin| Manifest::from(*plugin)).collect::<Vec<_>>();
    let families: Vec<&Manifest> = built_in.iter().chain(others).chain([manifest]).collect();
    for check in &manifest.checks {
        for (index, id) in check.explains.iter().enumerate() {
            let family =
                families.iter().find(|family| id.split('/').next() == Some(family.name.as_str()));
            let Some(family) = family else {
                if id.contains('/') {
                    continue;
                }
                return Some(no_such_check(&check.id, index, id, &families));
            };
            let known = id.ends_with("/*") || family.checks.iter().any(|known| &known.id == id);
            if !known {
                return Some(no_such_check(&check.id, index, id, &families));
            }
        }
    }
    None
}

fn no_such_check(check: &str, index: usize, id: &str, families: &[&Manifest]) -> String {
    let known = families.iter().flat_map(|family| &family.checks).map(|check| check.id.as_str());
    let perhaps = did_you_mean(id, known).map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("check {check}: explains[{index}]: there is no check `{}`{perhaps}", id.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explaining(ids: &[&str]) -> Manifest {
        let check = CheckInfo {
            id: "acme/rule".into(),
            explains: ids.iter().map(|id| (*id).to_owned()).collect(),
            ..CheckInfo::default()
        };
        Manifest { name: "acme".into(), checks: vec![check], ..Manifest::default() }
    }

    #[test]
    fn what_is_explained_exists() {
        let fine = ["endpoints/acs-not-registered", "flow/*", "acme/rule", "elsewhere/unknown"];
        assert_eq!(unknown_explained(&explaining(&fine), &[]), None);
        let said = unknown_explained(&explaining(&["flow/*", "endpoints/acs-not-registred"]), &[])
            .expect("a mistake");
        assert!(said.starts_with("check acme/rule: explains[1]: there is no check `endpoints/acs-not-registred`; did you mean"), "{said}");
        assert!(unknown_explained(&explaining(&["acme/other"]), &[]).is_some());
        assert!(unknown_explained(&explaining(&["nonsense"]), &[]).is_some());
    }
}
