//! `diag.toml`: defaults for the options of `check`, named profiles of them, plugins, product files, and findings
//! to live with.
//!
//! Read from `--config`, else from `diag.toml` in the current folder or the nearest folder above it that has one;
//! and, below that, from the person's own. What stands on the command line comes first, then the environment, then
//! the profile, then the file's own defaults, then the person's file.
//!
//! The folder under analysis never configures anything: what a customer sent could otherwise name
//! plugins to run or checks to skip. Whoever works in that folder names the file with `--config`.

pub(crate) mod environment;
mod expect;
mod place;

pub(crate) use place::own_path;

use crate::args::{CheckArguments, FailOn, Format};
use crate::failure::{self, Failure};
use crate::levels::Level;
use crate::nearest::did_you_mean;
use crate::plugins;
use diag_core::bounds::{self, Bounds};
use diag_core::suppression::Suppression;
use diag_sdk::case::expectation::Expectation;
use jiff::Timestamp;
use jiff::civil::Date;
use place::{Found, NotRead};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
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
    /// Findings to live with. They count neither for the verdict nor for the exit code; every report says how many there are.
    #[serde(default)]
    ignore: Vec<Ignore>,
    /// Levels at which findings of checks are reported, in place of the ones they come with.
    #[serde(default)]
    level: Vec<Level>,
    /// What you expect of your own sign-in.
    #[serde(default)]
    expect: Option<expect::Expect>,
    /// Check plugins to load, each pinned by its SHA-256.
    #[serde(default)]
    plugin: Vec<plugins::Entry>,
    /// Product files to know.
    #[serde(default)]
    product: Vec<ProductEntry>,
    /// What is the most that is read, kept and judged, by the words of docs/bounds.md.
    #[serde(default)]
    bounds: BTreeMap<String, u64>,
}

/// A product file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProductEntry {
    /// The file; relative to this one.
    path: PathBuf,
}

/// Findings to live with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ignore {
    /// Id of a check, or a family.
    check: String,
    /// Only what concerns this entity: its documents, the messages it sends, the attempts it takes part in.
    entity: Option<String>,
    /// Why; it stands in every report.
    reason: String,
    /// The last day on which it holds, in UTC, such as 2027-01-31. From then on the findings are reported again.
    #[serde(default, deserialize_with = "day")]
    #[schemars(with = "Option<String>")]
    until: Option<Date>,
}

/// A day, with or without quotation marks.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(time) => time.to_string(),
        _ => String::new(),
    };
    text.parse()
        .map(Some)
        .map_err(|_| serde::de::Error::custom("expected a day, such as 2027-01-31"))
}

/// What the configuration said beyond defaults.
#[derive(Debug, Default)]
pub(crate) struct Configured {
    /// The files that were used, nearest first.
    pub(crate) paths: Vec<PathBuf>,
    /// The plugins they name, their paths resolved.
    pub(crate) plugins: Vec<plugins::Entry>,
    /// The product files they name, their paths resolved.
    pub(crate) products: Vec<PathBuf>,
    /// Findings to live with.
    pub(crate) suppressions: Vec<Suppression>,
    /// Levels at which findings of checks are reported, nearest file first.
    pub(crate) levels: Vec<Level>,
    /// What is the most that is read, kept and judged.
    pub(crate) bounds: Bounds,
    /// What the team expects of its own sign-in.
    pub(crate) expectations: Vec<Expectation>,
    /// The file with that, where it is one of its own.
    expect: Option<PathBuf>,
}

impl Configured {
    /// Files that are read beside the case, so that nothing is written over them: those given with options, and those
    /// that the configuration names.
    pub(crate) fn read_beside(&self, given: [&[PathBuf]; 3]) -> Vec<PathBuf> {
        let named = given
            .into_iter()
            .flatten()
            .chain(&self.paths)
            .chain(&self.products)
            .chain(&self.expect);
        named.chain(self.plugins.iter().map(|plugin| &plugin.path)).cloned().collect()
    }
}

/// Defaults for options of `check`, named as on the command line.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Defaults {
    /// How to write the report.
    pub(crate) format: Option<Format>,
    /// From which level on findings count as failure.
    pub(crate) fail_on: Option<FailOn>,
    /// Run only these checks or families.
    pub(crate) only: Option<Vec<String>>,
    /// Do not run these checks or families.
    pub(crate) skip: Option<Vec<String>>,
    /// Judge configuration at this moment (RFC 3339).
    #[schemars(with = "Option<String>")]
    pub(crate) at: Option<Timestamp>,
    /// Validate every byte of a capture.
    pub(crate) strict: Option<bool>,
    /// Verdict, root causes, and who mends them.
    pub(crate) quiet: Option<bool>,
    /// Everything: places, references, details of notices, checks that found nothing.
    pub(crate) verbose: Option<bool>,
    /// With `--each`: how many captures at a time.
    #[schemars(range(min = 1, max = 256))]
    pub(crate) jobs: Option<u16>,
    /// The identity provider's metadata as the service provider has loaded it; relative to this file.
    pub(crate) sp_has: Option<Vec<PathBuf>>,
    /// The service provider's metadata as the identity provider has loaded it; relative to this file.
    pub(crate) idp_has: Option<Vec<PathBuf>>,
    /// Private keys of the service provider that decrypt assertions; relative to this file.
    pub(crate) key: Option<Vec<PathBuf>>,
}

/// Where configurations are looked for when `diag` is run here, the one that counts first, each with what it is.
pub(crate) fn looked_for() -> Vec<(PathBuf, &'static str)> {
    let named =
        environment::text("config").map(|path| (PathBuf::from(path), "named by DIAG_CONFIG"));
    let usual = || match place::usual(&[]) {
        Ok(found) if found.above => (found.path, "above this folder; its plugins are not loaded"),
        Ok(found) => (found.path, "this folder"),
        Err(_) => (PathBuf::from(USUAL_NAME), "this folder or one above it: there is none"),
    };
    let own = place::own_path().map(|path| {
        let is_there = path.is_file();
        (path, if is_there { "your own" } else { "your own: there is none" })
    });
    [Some(named.unwrap_or_else(usual)), own].into_iter().flatten().collect()
}

/// Puts the defaults of the environment and of configurations under what the command line says.
pub(crate) fn apply(arguments: &mut CheckArguments) -> Result<Configured, Failure> {
    let given = arguments
        .defaults
        .config
        .clone()
        .or_else(|| environment::text("config").map(PathBuf::from));
    let profile = arguments.defaults.profile.clone().or_else(|| environment::text("profile"));
    let analysed: Vec<PathBuf> = arguments
        .paths
        .iter()
        .chain(&arguments.beside.sp_has)
        .chain(&arguments.beside.idp_has)
        .cloned()
        .collect();
    fill(arguments, environment::defaults()?, Path::new(""));
    let found = match given {
        Some(path) => Ok(Found { path, above: false, instead: false }),
        None => place::usual(&analysed),
    };
    let own = place::own(&analysed);
    let mut files: Vec<(Found, Config)> = Vec::new();
    let held_back = || {
        failure::say_note(&format!(
            "{}; --config {USUAL_NAME} reads it",
            NotRead::UnderAnalysis.words()
        ));
    };
    match found {
        Ok(found) => {
            if found.instead {
                held_back();
            }
            files.push((found.clone(), read(&found.path)?));
        }
        Err(NotRead::UnderAnalysis) if profile.is_none() => held_back(),
        Err(why) if own.is_none() && profile.is_some() => {
            return Err(Failure::new(format!(
                "--profile {}: {}",
                profile.unwrap_or_default(),
                why.words()
            ))
            .hint("name the file with --config FILE"));
        }
        Err(_) => {}
    }
    if let Some(path) =
        own.filter(|own| !files.iter().any(|(found, _)| plugins::same_file(&found.path, own)))
    {
        files.push((Found { path: path.clone(), above: false, instead: false }, read(&path)?));
    }
    if let Some(name) = &profile {
        let Some((found, defaults)) = files
            .iter()
            .find_map(|(found, config)| Some((found, config.profile.get(name)?.clone())))
        else {
            return Err(no_such_profile(name, &files));
        };
        fill(arguments, defaults, folder_of(&found.path));
    }
    let mut configured = Configured::default();
    // The nearest file comes first, so that it is written last.
    for (found, config) in files.iter().rev() {
        set_bounds(&mut configured.bounds, &config.bounds)
            .map_err(|failure| failure.within(&found.path.display().to_string()))?;
    }
    for (found, config) in files {
        let folder = folder_of(&found.path);
        fill(arguments, config.check, folder);
        // A customer's folder may lie around the current one: what stands there starts no program.
        if found.above && !config.plugin.is_empty() {
            failure::say_note(&format!(
                "plugins of {0} are not loaded from a folder below it; --config {0} loads them",
                found.path.display()
            ));
        } else {
            configured.plugins.extend(resolved(config.plugin, folder));
        }
        configured.products.extend(config.product.into_iter().map(|entry| folder.join(entry.path)));
        configured.suppressions.extend(config.ignore.into_iter().map(|ignore| Suppression {
            check: ignore.check,
            entity: ignore.entity,
            reason: ignore.reason,
            until: ignore.until,
        }));
        for level in &config.level {
            level.holds().map_err(|failure| failure.within(&found.path.display().to_string()))?;
        }
        configured.levels.extend(config.level);
        // The nearest file that expects something is meant, whole: expectations of several do not mix.
        if let Some(expect) = config.expect.filter(|_| configured.expectations.is_empty()) {
            configured.expectations = expect.expectations(&found.path)?;
        }
        configured.paths.push(found.path);
    }
    if let Some(path) = &arguments.expect {
        configured.expectations = expect::read(path)?;
        configured.expect = Some(path.clone());
    }
    Ok(configured)
}

/// Sets what a configuration says of bounds.
fn set_bounds(bounds: &mut Bounds, said: &BTreeMap<String, u64>) -> Result<(), Failure> {
    for (word, most) in said {
        if *most == 0 {
            return Err(Failure::new(format!("[bounds] {word} = 0: expected a number above 0"))
                .hint("leave it out for the usual bound"));
        }
        if !bounds.set(word, *most) {
            let hint = did_you_mean(word, bounds::TABLE.iter().map(|bound| bound.word));
            return Err(Failure::new(format!("[bounds] {word}: no bound of that word"))
                .hint(hint.unwrap_or_else(|| "docs/bounds.md lists all of them".to_owned())));
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn no_such_profile(name: &str, files: &[(Found, Config)]) -> Failure {
    let known: Vec<&str> =
        files.iter().flat_map(|(_, config)| config.profile.keys().map(String::as_str)).collect();
    let shown = files
        .iter()
        .map(|(found, _)| found.path.display().to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let hint = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| match known.len() {
        0 => "it has no [profile.NAME] sections".to_owned(),
        _ => format!("it has {}", known.join(", ")),
    });
    Failure::new(format!("{shown}: no profile {name}")).hint(hint)
}

/// The plugins a configuration names, their paths resolved.
pub(crate) fn plugins(path: &Path) -> Result<Vec<plugins::Entry>, Failure> {
    Ok(resolved(read(path)?.plugin, folder_of(path)))
}

fn resolved(entries: Vec<plugins::Entry>, folder: &Path) -> Vec<plugins::Entry> {
    entries
        .into_iter()
        .map(|entry| plugins::Entry { path: folder.join(&entry.path), ..entry })
        .collect()
}

/// Reads a configuration.
pub(crate) fn read(path: &Path) -> Result<Config, Failure> {
    let shown = path.display();
    let cannot = |error: std::io::Error| Failure::new(format!("{shown}: cannot be read: {error}"));
    if fs::metadata(path).map_err(cannot)?.len() > LARGEST {
        return Err(Failure::new(format!("{shown}: too large for a configuration")));
    }
    let text = fs::read_to_string(path).map_err(cannot)?;
    parsed(&text, path)
}

/// Reads TOML, or says what is wrong and in which line.
fn parsed<T: serde::de::DeserializeOwned>(text: &str, path: &Path) -> Result<T, Failure> {
    let shown = path.display();
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map(|span| 1 + text.get(..span.start).unwrap_or_default().matches('\n').count());
        let at = line.map(|line| format!(":{line}")).unwrap_or_default();
        let message = error.message().replace('\n', " ");
        Failure::new(format!("{shown}{at}: {message}")).hint(nearest_key(&message).unwrap_or_else(
            || "docs/configuration.md and diag schema config tell what it may hold".to_owned(),
        ))
    })
}

/// The key that was meant, from what the parser says: "unknown field `formt`, expected one of `format`, …".
fn nearest_key(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let typed = quoted.next().filter(|_| message.starts_with("unknown "))?;
    did_you_mean(typed, quoted)
}

/// Fills what is not set yet.
fn fill(arguments: &mut CheckArguments, defaults: Defaults, folder: &Path) {
    arguments.format = arguments.format.or(defaults.format);
    arguments.fail_on = arguments.fail_on.or(defaults.fail_on);
    arguments.at = arguments.at.or(defaults.at);
    arguments.jobs = arguments.jobs.or(defaults.jobs);
    arguments.strict |= defaults.strict.unwrap_or_default();
    if !arguments.quiet && !arguments.verbose {
        arguments.quiet = defaults.quiet.unwrap_or_default();
        arguments.verbose = !arguments.quiet && defaults.verbose.unwrap_or_default();
    }
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
    fill_paths(&mut arguments.beside.key, defaults.key);
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
        let line: Vec<&str> =
            ["diag", "login.har", "--config", path].iter().chain(line).copied().collect();
        let mut arguments =
            crate::args::Arguments::try_parse_from(line).expect("a command line").check;
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
        let message =
            |toml: &str, line: &[&str]| applied(toml, line).expect_err("a mistake").to_string();
        assert!(message("[check]\nformat = 'jsn'\n", &[]).contains("settings.toml:2: "));
        assert!(
            message("[check]\nformt = 'json'\n", &[])
                .contains("settings.toml:2: unknown field `formt`")
        );
        assert!(
            message("[check]\nformat = 'json'\n\n[[ignore]]\ncheck = 'flow'\n", &[])
                .contains("missing field `reason`")
        );
        assert!(
            message("[[ignore]]\ncheck = 'flow'\nreason = 'x'\nuntil = 3\n", &[])
                .contains("expected a day")
        );
        assert!(message("[profile.ci]\n", &["--profile", "cl"]).contains("no profile cl"));
        assert!(message("at = ", &[]).contains("settings.toml:1"));
    }

    #[test]
    fn a_mistyped_key_is_answered_with_the_nearest() {
        assert_eq!(
            nearest_key("unknown field `formt`, expected one of `format`, `skip`").as_deref(),
            Some("did you mean format?")
        );
        assert_eq!(
            nearest_key("unknown variant `jsn`, expected one of `text`, `json`").as_deref(),
            Some("did you mean json?")
        );
        assert_eq!(nearest_key("invalid type: integer `3`, expected a string"), None);
    }

    #[test]
    fn days_stand_with_or_without_quotation_marks() {
        for day in ["2027-01-31", "'2027-01-31'"] {
            let config: Config = toml::from_str(&format!(
                "[[ignore]]\ncheck = 'flow'\nreason = 'x'\nuntil = {day}\n"
            ))
            .expect("readable");
            assert_eq!(config.ignore[0].until, Some(jiff::civil::date(2027, 1, 31)));
        }
    }

    #[test]
    fn bounds_are_set_by_their_words() {
        let set = |said: &[(&str, u64)]| {
            let mut bounds = Bounds::default();
            let said = said.iter().map(|(word, most)| ((*word).to_owned(), *most)).collect();
            set_bounds(&mut bounds, &said).map(|()| bounds)
        };
        assert_eq!(set(&[("entries", 5)]).expect("a bound").entries, 5);
        assert!(set(&[("entrys", 5)]).expect_err("no bound").has_hint());
        assert!(set(&[("entries", 0)]).expect_err("nothing").to_string().contains("above 0"));
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let arguments = applied("[check]\nsp-has = ['idp.xml']\n", &[]).expect("readable");
        assert!(arguments.beside.sp_has[0].is_absolute());
    }
}
