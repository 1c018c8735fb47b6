//! `diag.toml`: defaults for the options of `check`, and named profiles of them.
//!
//! Read from `--config`, else from `diag.toml` in the current folder. What stands on the command line
//! comes first, then the profile, then the file's own defaults.
//!
//! The folder under analysis never configures anything: what a customer sent could otherwise name
//! plugins to run or checks to skip. Whoever works in that folder names the file with `--config`.

use crate::args::{CheckArguments, FailOn, Format};
use crate::failure::{self, Failure};
use crate::nearest::did_you_mean;
use crate::plugins;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that is read without being named.
pub(crate) const USUAL_NAME: &str = "diag.toml";
/// A file larger than this is no configuration.
const LARGEST: u64 = 1 << 20;

/// `diag.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Config {
    /// Defaults for every run.
    #[serde(default)]
    check: Defaults,
    /// Named sets of defaults, chosen with `--profile`.
    #[serde(default)]
    profile: BTreeMap<String, Defaults>,
    /// Check plugins to load, each pinned by its SHA-256.
    #[serde(default)]
    plugin: Vec<plugins::Entry>,
    /// Product files to know.
    #[serde(default)]
    product: Vec<ProductEntry>,
}

/// A product file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProductEntry {
    /// The file; relative to this one.
    path: PathBuf,
}

/// What the configuration said beyond defaults.
#[derive(Debug, Default)]
pub(crate) struct Configured {
    /// The file that was used.
    pub(crate) path: Option<PathBuf>,
    /// The plugins it names, their paths resolved.
    pub(crate) plugins: Vec<plugins::Entry>,
    /// The product files it names, their paths resolved.
    pub(crate) products: Vec<PathBuf>,
}

/// Defaults for options of `check`, named as on the command line.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Defaults {
    /// How to write the report.
    format: Option<Format>,
    /// From which level on findings count as failure.
    fail_on: Option<FailOn>,
    /// Run only these checks or families.
    only: Option<Vec<String>>,
    /// Do not run these checks or families.
    skip: Option<Vec<String>>,
    /// Judge configuration at this moment (RFC 3339).
    #[schemars(with = "Option<String>")]
    at: Option<Timestamp>,
    /// Validate every byte of a capture.
    strict: Option<bool>,
    /// The identity provider's metadata as the service provider has loaded it; relative to this file.
    sp_has: Option<Vec<PathBuf>>,
    /// The service provider's metadata as the identity provider has loaded it; relative to this file.
    idp_has: Option<Vec<PathBuf>>,
}

/// Puts the defaults of the configuration under what the command line says.
pub(crate) fn apply(arguments: &mut CheckArguments) -> Result<Configured, Failure> {
    let found = match &arguments.defaults.config {
        Some(path) => Ok(path.clone()),
        None => usual(arguments.paths.iter().chain(&arguments.beside.sp_has).chain(&arguments.beside.idp_has)),
    };
    let path = match (found, &arguments.defaults.profile) {
        (Ok(path), _) => path,
        (Err(why), Some(name)) => {
            return Err(Failure::new(format!("--profile {name}: {}", why.words())).hint("name the file with --config FILE"));
        }
        (Err(NotRead::UnderAnalysis), None) => {
            failure::say_note(&format!("{}; --config {USUAL_NAME} reads it", NotRead::UnderAnalysis.words()));
            return Ok(Configured::default());
        }
        (Err(NotRead::Missing), None) => return Ok(Configured::default()),
    };
    let config = read(&path)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    if let Some(name) = &arguments.defaults.profile {
        let Some(profile) = config.profile.get(name) else {
            let hint = did_you_mean(name, config.profile.keys().map(String::as_str)).unwrap_or_else(|| match config.profile.len() {
                0 => "it has no [profile.NAME] sections".to_owned(),
                _ => format!("it has {}", config.profile.keys().cloned().collect::<Vec<_>>().join(", ")),
            });
            return Err(Failure::new(format!("{}: no profile {name}", path.display())).hint(hint));
        };
        fill(arguments, profile.clone(), &folder);
    }
    fill(arguments, config.check, &folder);
    let plugins = resolved(config.plugin, &folder);
    let products = config.product.into_iter().map(|entry| folder.join(entry.path)).collect();
    Ok(Configured { path: Some(path), plugins, products })
}

/// The plugins a configuration names, their paths resolved.
pub(crate) fn plugins(path: &Path) -> Result<Vec<plugins::Entry>, Failure> {
    Ok(resolved(read(path)?.plugin, path.parent().unwrap_or(Path::new(""))))
}

fn resolved(entries: Vec<plugins::Entry>, folder: &Path) -> Vec<plugins::Entry> {
    entries.into_iter().map(|entry| plugins::Entry { path: folder.join(&entry.path), ..entry }).collect()
}

/// Why the file in the current folder is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotRead {
    /// There is none.
    Missing,
    /// The current folder is the one under analysis.
    UnderAnalysis,
}

impl NotRead {
    fn words(self) -> &'static str {
        match self {
            Self::Missing => "there is no diag.toml in this folder",
            Self::UnderAnalysis => "diag.toml in this folder is not read, because files of this folder are analysed",
        }
    }
}

/// The file in the current folder, unless files of that folder are analysed.
fn usual<'a>(mut analysed: impl Iterator<Item = &'a PathBuf>) -> Result<PathBuf, NotRead> {
    let path = PathBuf::from(USUAL_NAME);
    if !path.is_file() {
        return Err(NotRead::Missing);
    }
    let Ok(here) = Path::new(".").canonicalize() else { return Err(NotRead::Missing) };
    let holds = |analysed: &PathBuf| match analysed.canonicalize() {
        // A folder holds what lies below it; a file lies in its folder.
        Ok(folder) if folder.is_dir() => here.starts_with(folder),
        Ok(file) => file.parent() == Some(&here),
        Err(_) => false,
    };
    if analysed.any(holds) { Err(NotRead::UnderAnalysis) } else { Ok(path) }
}

/// Reads a configuration.
pub(crate) fn read(path: &Path) -> Result<Config, Failure> {
    let shown = path.display();
    let cannot = |error: std::io::Error| Failure::new(format!("{shown}: cannot be read: {error}"));
    if fs::metadata(path).map_err(cannot)?.len() > LARGEST {
        return Err(Failure::new(format!("{shown}: too large for a configuration")));
    }
    let text = fs::read_to_string(path).map_err(cannot)?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
        let at = line.map(|line| format!(":{line}")).unwrap_or_default();
        Failure::new(format!("{shown}{at}: {}", error.message().replace('\n', " "))).hint("diag schema config describes what it may hold")
    })
}

/// Fills what is not set yet.
fn fill(arguments: &mut CheckArguments, defaults: Defaults, folder: &Path) {
    arguments.format = arguments.format.or(defaults.format);
    arguments.fail_on = arguments.fail_on.or(defaults.fail_on);
    arguments.at = arguments.at.or(defaults.at);
    arguments.strict |= defaults.strict.unwrap_or_default();
    let fill_names = |given: &mut Vec<String>, names: Option<Vec<String>>| {
        if given.is_empty() {
            *given = names.unwrap_or_default();
        }
    };
    fill_names(&mut arguments.only, defaults.only);
    fill_names(&mut arguments.skip, defaults.skip);
    let fill_paths = |given: &mut Vec<PathBuf>, paths: Option<Vec<PathBuf>>| {
        if given.is_empty() {
            *given = paths.unwrap_or_default().into_iter().map(|path| folder.join(path)).collect();
        }
    };
    fill_paths(&mut arguments.beside.sp_has, defaults.sp_has);
    fill_paths(&mut arguments.beside.idp_has, defaults.idp_has);
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn applied(toml: &str, line: &[&str]) -> Result<CheckArguments, Failure> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        fs::write(&path, toml).expect("a file");
        let path = path.to_str().expect("a path");
        let line: Vec<&str> = ["diag", "login.har", "--config", path].iter().chain(line).copied().collect();
        let mut arguments = crate::args::Arguments::try_parse_from(line).expect("a command line").check;
        apply(&mut arguments)?;
        Ok(arguments)
    }

    #[test]
    fn the_command_line_comes_first_then_the_profile() {
        let toml = "[check]\nformat = 'json'\nfail-on = 'never'\nskip = ['flow']\n[profile.ci]\nfail-on = 'warning'\n";
        let plain = applied(toml, &[]).expect("readable");
        assert_eq!((plain.format, plain.fail_on), (Some(Format::Json), Some(FailOn::Never)));
        assert_eq!(plain.skip, ["flow"]);
        let profile = applied(toml, &["--profile", "ci", "--format", "text"]).expect("readable");
        assert_eq!((profile.format, profile.fail_on), (Some(Format::Text), Some(FailOn::Warning)));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let message = |toml: &str, line: &[&str]| applied(toml, line).expect_err("a mistake").to_string();
        assert!(message("[check]\nformat = 'jsn'\n", &[]).contains("settings.toml:2: "));
        assert!(message("[check]\nformt = 'json'\n", &[]).contains("unknown field `formt`"));
        assert!(message("[profile.ci]\n", &["--profile", "cl"]).contains("no profile cl"));
        assert!(message("at = ", &[]).contains("settings.toml:1"));
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let arguments = applied("[check]\nsp-has = ['idp.xml']\n", &[]).expect("readable");
        assert!(arguments.beside.sp_has[0].is_absolute());
    }
}
