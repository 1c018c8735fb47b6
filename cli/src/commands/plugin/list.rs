//! `diag plugin list`: what `diag.toml` names, and whether it would be loaded. A file that is not
//! the one that is trusted is looked at, never started.

use crate::args::{ListArguments, ListFormat};
use crate::bundle::{self, is_bundle};
use crate::config;
use crate::console;
use crate::output;
use crate::plugins::{self, Entry};
use diag_host::{Loaded, PluginError, digest};
use diag_render::json;
use diag_render::terminal::{DIM, ERROR, GOOD, STRONG, WARNING};
use diag_render::text::page::{Page, plain, styled};
use diag_render::wording;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Whether a plugin would be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It is the file that is trusted, and it loads.
    Trusted,
    /// It is not the file that is trusted.
    Changed,
    /// Nobody has pinned it yet.
    NotTrusted,
    /// It is trusted and does not load.
    NotLoadable,
}

/// A plugin, as listed.
#[derive(Debug, Serialize)]
struct Listed {
    path: String,
    state: State,
    /// Why it would not be loaded.
    reason: Option<String>,
    sha256: Option<String>,
    name: Option<String>,
    version: Option<String>,
    about: Option<String>,
    checks: Vec<String>,
    confinement: Option<String>,
    wants: Vec<String>,
    granted: Vec<String>,
}

pub(crate) fn run(arguments: &ListArguments) -> anyhow::Result<ExitCode> {
    let path = arguments.config.clone().unwrap_or_else(|| PathBuf::from(config::USUAL_NAME));
    let entries = if arguments.config.is_some() || path.is_file() {
        config::plugins(&path)?
    } else {
        Vec::new()
    };
    let mut listed: Vec<Listed> = Vec::new();
    for entry in &entries {
        if is_bundle(&entry.path) && entry.sha256.is_some() {
            listed.extend(look_into(entry)?);
        } else {
            listed.push(look_at(entry)?);
        }
    }
    let text = match arguments.format {
        ListFormat::Json => json::pretty(&listed)?,
        ListFormat::Text => table(&listed, &path),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// A plugin nobody has looked into yet.
fn unknown(path: &Path, entry: &Entry) -> Listed {
    Listed {
        path: path.display().to_string(),
        state: State::NotTrusted,
        reason: None,
        sha256: None,
        name: None,
        version: None,
        about: None,
        checks: Vec::new(),
        confinement: None,
        wants: Vec::new(),
        granted: entry.grants.clone(),
    }
}

/// The plugins of a bundle.
fn look_into(entry: &Entry) -> anyhow::Result<Vec<Listed>> {
    let opened = match bundle::open(&entry.path, &plugins::launcher()?, &entry.terms()) {
        Ok(opened) => opened,
        Err(why) => {
            let sha256 = digest::sha256(&entry.path).ok();
            let changed = sha256.is_some() && sha256 != entry.sha256;
            let state = if changed { State::Changed } else { State::NotLoadable };
            return Ok(vec![Listed {
                state,
                reason: Some(why.to_string()),
                sha256,
                ..unknown(&entry.path, entry)
            }]);
        }
    };
    let lost = opened.absent.iter().map(|one| Listed {
        state: State::NotLoadable,
        reason: Some(one.why.to_string()),
        ..unknown(&one.path, entry)
    });
    let mut listed: Vec<Listed> = lost.collect();
    for plugin in opened.plugins {
        let mut one = unknown(&plugin.path.clone(), entry);
        one.sha256 = Some(plugin.sha256.clone());
        one.take(plugin);
        listed.push(one);
    }
    Ok(listed)
}

impl Listed {
    /// What a plugin that loads says of itself.
    fn take(&mut self, loaded: Loaded) {
        self.state = State::Trusted;
        self.granted = loaded.granted;
        self.confinement = Some(loaded.confinement);
        self.checks = loaded.manifest.checks.into_iter().map(|check| check.id).collect();
        self.checks.sort();
        self.name = Some(loaded.manifest.name);
        self.version = Some(loaded.manifest.version);
        self.about = Some(loaded.manifest.about);
        self.wants = loaded.manifest.wants;
    }
}

fn look_at(entry: &Entry) -> anyhow::Result<Listed> {
    let mut listed =
        Listed { sha256: digest::sha256(&entry.path).ok(), ..unknown(&entry.path, entry) };
    if entry.sha256.is_none() {
        listed.reason = Some(format!("diag plugin trust {} pins it", listed.path));
        return Ok(listed);
    }
    match Loaded::load(&entry.path, &plugins::launcher()?, &entry.terms()) {
        Ok(loaded) => listed.take(loaded),
        Err(PluginError::Changed { .. }) => {
            listed.state = State::Changed;
            listed.reason = Some(format!(
                "if that is wanted, diag plugin trust {} pins the new one",
                listed.path
            ));
        }
        Err(error) => {
            listed.state = State::NotLoadable;
            // Its path stands above already.
            let text = error.to_string();
            let prefix = format!("plugin {}: ", listed.path);
            listed.reason = Some(text.strip_prefix(&prefix).unwrap_or(&text).to_owned());
        }
    }
    Ok(listed)
}

fn table(listed: &[Listed], config: &Path) -> String {
    let mut page = Page::new(console::width());
    if listed.is_empty() {
        page.line(&format!(
            "{} names no plugin; diag plugin trust PATH adds one",
            plain(&config.display().to_string())
        ));
    }
    for one in listed {
        page.blank();
        let title = match (&one.name, &one.version) {
            (Some(name), Some(version)) => format!("{} {}", styled(STRONG, name), plain(version)),
            _ => styled(
                STRONG,
                &Path::new(&one.path).file_name().unwrap_or_default().to_string_lossy(),
            ),
        };
        page.line(&title);
        let (style, state) = match one.state {
            State::Trusted => (GOOD, "trusted"),
            State::Changed => (ERROR, "changed since it was trusted"),
            State::NotTrusted => (WARNING, "not trusted"),
            State::NotLoadable => (ERROR, "not loadable"),
        };
        let reason =
            one.reason.as_deref().map(|reason| format!(": {}", plain(reason))).unwrap_or_default();
        row(&mut page, "state", &format!("{}{reason}", styled(style, state)));
        row(&mut page, "path", &plain(&one.path));
        row(&mut page, "sha256", one.sha256.as_deref().unwrap_or("cannot be read"));
        if let Some(about) = one.about.as_deref().filter(|about| !about.is_empty()) {
            row(&mut page, "about", &plain(about));
        }
        if one.state == State::Trusted {
            row(
                &mut page,
                "checks",
                &format!(
                    "{}: {}",
                    wording::count(one.checks.len(), "check"),
                    one.checks.join(", ")
                ),
            );
        }
        if let Some(confinement) = &one.confinement {
            row(&mut page, "confined", &plain(confinement));
        }
        for want in &one.wants {
            let granted = if one.granted.contains(want) { "granted" } else { "not granted" };
            row(&mut page, "wants", &format!("{want} ({granted})"));
        }
    }
    page.finish()
}

fn row(page: &mut Page, label: &str, text: &str) {
    page.hanging(&format!("  {}", styled(DIM, label)), 12, text);
}
