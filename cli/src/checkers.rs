//! Everything that judges: the families that come with `diag`, and the plugins it was given.

use crate::builtin::BUILTIN;
use crate::failure::Failure;
use diag_core::runner::{self, Run, Selection};
use diag_host::Loaded;
use diag_sdk::manifest::{CheckInfo, Manifest};
use diag_sdk::{Case, Plugin};
use std::sync::{Mutex, PoisonError};

/// The families at hand, linked in or loaded.
#[derive(Debug)]
pub(crate) struct Checkers {
    linked: &'static [&'static Plugin],
    loaded: Vec<Mutex<Loaded>>,
    /// What all of them say of themselves, sorted by name.
    families: Vec<Manifest>,
    /// All checks, sorted by id.
    checks: Vec<CheckInfo>,
    /// What plugins want to see and were not granted: name and what.
    refused: Vec<(String, String)>,
    /// Plugins that this system cannot hold back as far as it should: name and how they are confined.
    unconfined: Vec<(String, String)>,
}

impl Checkers {
    /// The families that come with `diag`.
    pub(crate) fn builtin() -> Self {
        Self::of(BUILTIN, Vec::new())
    }

    /// The families that come with `diag`, unless they are to be left out, and the loaded plugins.
    pub(crate) fn with(loaded: Vec<Loaded>, no_builtin: bool) -> Result<Self, Failure> {
        let linked = if no_builtin { &[] } else { BUILTIN };
        if linked.is_empty() && loaded.is_empty() {
            return Err(Failure::new("--no-builtin leaves no check at all").hint("name a plugin with --plugin PATH"));
        }
        let mut names: Vec<(&str, String)> = linked.iter().map(|plugin| (plugin.name, "diag itself".to_owned())).collect();
        for plugin in &loaded {
            let name = plugin.manifest.name.as_str();
            let shown = plugin.path.display().to_string();
            if let Some((_, other)) = names.iter().find(|(known, _)| *known == name) {
                let failure = Failure::new(format!("plugin {shown}: its name {name} is taken by {other}"));
                return Err(match other.as_str() {
                    "diag itself" => failure.hint("--no-builtin leaves the checks of diag itself out"),
                    _ => failure.hint("load one of the two"),
                });
            }
            names.push((name, shown));
        }
        drop(names);
        Ok(Self::of(linked, loaded))
    }

    fn of(linked: &'static [&'static Plugin], loaded: Vec<Loaded>) -> Self {
        let mut families: Vec<Manifest> = linked.iter().map(|plugin| Manifest::from(*plugin)).collect();
        families.extend(loaded.iter().map(|plugin| plugin.manifest.clone()));
        families.sort_by(|left, right| left.name.cmp(&right.name));
        for family in &mut families {
            family.checks.sort_by(|left, right| left.id.cmp(&right.id));
        }
        let mut checks: Vec<CheckInfo> = families.iter().flat_map(|family| family.checks.iter().cloned()).collect();
        checks.sort_by(|left, right| left.id.cmp(&right.id));
        let refused = loaded.iter().flat_map(|plugin| plugin.refused().map(|want| (plugin.manifest.name.clone(), want.to_owned())));
        let refused = refused.collect();
        let weak = loaded.iter().filter(|plugin| !plugin.confined);
        let unconfined = weak.map(|plugin| (plugin.manifest.name.clone(), plugin.confinement.clone())).collect();
        Self { linked, loaded: loaded.into_iter().map(Mutex::new).collect(), families, checks, refused, unconfined }
    }

    /// All families, sorted by name.
    pub(crate) fn families(&self) -> &[Manifest] {
        &self.families
    }

    /// A family by its name.
    pub(crate) fn family(&self, name: &str) -> Option<&Manifest> {
        self.families.iter().find(|family| family.name == name)
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
        self.checks.iter().map(|check| check.id.as_str()).chain(self.families.iter().map(|family| family.name.as_str()))
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
        for plugin in &self.loaded {
            let mut plugin = plugin.lock().unwrap_or_else(PoisonError::into_inner);
            run.take_in(plugin.run(|id| selection.wants(id), case));
        }
        run
    }
}
