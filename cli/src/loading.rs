//! Loads one plugin, or tells in one line why not and what to do.

use crate::failure::Failure;
use diag_host::{Launcher, Loaded, PluginError, Terms};
use std::path::Path;

/// Ending of the names of bundles.
const BUNDLE: &str = "diagpack";

/// A file of that name is a bundle of several plugins.
pub(crate) fn is_bundle(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(BUNDLE))
}

/// Loads a pack from its text; `path` is what it is called.
pub(crate) fn load_pack(path: &Path, content: Vec<u8>, terms: &Terms) -> Result<Loaded, Failure> {
    let text = String::from_utf8(content)
        .map_err(|_| Failure::new(format!("plugin {}: is not UTF-8 text", path.display())))?;
    Loaded::load_pack_text(path, &text, &terms.granted).map_err(|error| told(path, &error))
}

/// Loads a plugin of which nothing is lost.
pub(crate) fn load_whole(
    path: &Path,
    launcher: &Launcher,
    terms: &Terms,
) -> Result<Loaded, Failure> {
    let loaded = load(path, launcher, terms)?;
    match lost(&loaded) {
        Some(failure) => Err(failure),
        None => Ok(loaded),
    }
}

/// What is wrong with checks of a pack that cannot be used.
pub(crate) fn lost(loaded: &Loaded) -> Option<Failure> {
    let problems = match loaded.remarks.len() {
        0 => return None,
        1 => "1 problem in the pack costs the check it stands in".to_owned(),
        several => format!("{several} problems in the pack cost the checks they stand in"),
    };
    let failure = Failure::new(format!("plugin {}: {problems}", loaded.path.display()));
    let failure =
        loaded.remarks.iter().fold(failure, |failure, problem| failure.shown(&problem.to_string()));
    Some(failure.hint("a mistake, or something that only a newer diag knows; docs/expression-packs.md explains packs"))
}

/// Loads a plugin, or tells in one line why not and what to do.
pub(crate) fn load(path: &Path, launcher: &Launcher, terms: &Terms) -> Result<Loaded, Failure> {
    if is_bundle(path) {
        return Err(Failure::new(format!("plugin {}: is a bundle of several", path.display()))
            .hint(
                "name the files it was packed from; --plugin and diag plugin trust take bundles",
            ));
    }
    Loaded::load(path, launcher, terms).map_err(|error| told(path, &error))
}

/// Says in one line why a plugin does not load, and what to do.
fn told(path: &Path, error: &PluginError) -> Failure {
    let hint = match error {
        PluginError::Changed { .. } => {
            format!(
                "if that change is wanted, diag plugin trust {} pins the new one",
                path.display()
            )
        }
        PluginError::Unreadable { .. } => {
            "name the file as it lies on the disk; nothing is searched for".to_owned()
        }
        PluginError::NotAPlugin { .. } => {
            "docs/writing-a-plugin.md tells how one is made".to_owned()
        }
        PluginError::BadPack { .. } => {
            "docs/expression-packs.md explains packs; diag schema case shows the facts".to_owned()
        }
        _ => format!(
            "diag plugin test {} tells more; docs/writing-a-plugin.md tells how one is made",
            path.display()
        ),
    };
    let failure = Failure::new(error.to_string());
    match error {
        PluginError::BadPack { problems, .. } => {
            problems.iter().fold(failure, |failure, problem| failure.shown(&problem.to_string()))
        }
        _ => failure,
    }
    .hint(hint)
}
