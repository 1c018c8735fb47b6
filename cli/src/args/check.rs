//! Options of `check`, and what other commands take of them.

use clap::{Args, ValueEnum, ValueHint};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;

/// Options of `check`.
#[derive(Debug, Default, Args)]
pub(crate) struct CheckArguments {
    /// Files, folders (walked), a message, URL or form as such, or `-` for standard input
    #[arg(value_name = "PATH", required_unless_present_any = ["sp_has", "idp_has"], value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// How to write the report [default: as the ending of --output says, else text]
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub(crate) format: Option<Format>,
    /// Write the report to this file: whole, or not at all
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Verdict, root causes, and who mends them
    #[arg(long, short, conflicts_with = "verbose", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Everything: places, references, details of notices, checks that found nothing
    #[arg(long, short, help_heading = "Output")]
    pub(crate) verbose: bool,

    /// Exit with 1 where a finding is at this level or above [default: error]
    #[arg(long, value_name = "LEVEL", value_enum, help_heading = "Judging")]
    pub(crate) fail_on: Option<FailOn>,
    /// Run only these checks or families (repeat, or separate by commas)
    #[arg(long, value_name = "ID|FAMILY", value_delimiter = ',', help_heading = "Judging")]
    pub(crate) only: Vec<String>,
    /// Do not run these checks or families
    #[arg(long, value_name = "ID|FAMILY", value_delimiter = ',', help_heading = "Judging")]
    pub(crate) skip: Vec<String>,
    /// The entity that is meant, where metadata of many is given
    #[arg(long, value_name = "ID", help_heading = "Judging")]
    pub(crate) entity: Option<String>,
    /// Judge configuration at this moment (RFC 3339) instead of the capture's own time
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Judging")]
    pub(crate) at: Option<Timestamp>,
    /// Validate every byte of a capture, not only what the case needs
    #[arg(long, help_heading = "Judging")]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) beside: BesideArguments,
    /// What you expect of your own sign-in, written as the table expect of diag.toml is: compared like any other source
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub(crate) expect: Option<PathBuf>,
    /// Judge each capture on its own, with the other files of its folder
    #[arg(long, help_heading = "Input")]
    pub(crate) each: bool,
    /// With --each and --format ndjson: the whole report of each capture, or what it comes to in 4 kB [default: whole]
    #[arg(long, value_name = "FORM", value_enum, requires = "each", help_heading = "Output")]
    pub(crate) records: Option<Records>,
    /// With --each and --format ndjson: go on with the file of --output; captures that have a record in it are not judged again
    #[arg(long, requires_all = ["each", "output"], help_heading = "Output")]
    pub(crate) resume: bool,
    /// With --each: how many captures at a time [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Input")]
    pub(crate) jobs: Option<u16>,

    #[command(flatten)]
    pub(crate) defaults: DefaultsArguments,
    #[command(flatten)]
    pub(crate) plugins: PluginArguments,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// What is judged beside the files themselves: the copies that either side has loaded, and keys.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BesideArguments {
    /// The identity provider's metadata as the service provider has loaded it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub(crate) sp_has: Vec<PathBuf>,
    /// The service provider's metadata as the identity provider has loaded it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub(crate) idp_has: Vec<PathBuf>,
    /// A private key of the service provider that decrypts assertions (repeat for several); the
    /// passphrase of an encrypted key is asked for on the terminal
    #[arg(long, visible_alias = "decrypt", value_name = "PEM", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub(crate) key: Vec<PathBuf>,
}

/// Where defaults of options come from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DefaultsArguments {
    /// Read defaults for these options from this file instead of the diag.toml of this folder or one above it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,
    /// Use the defaults of [profile.NAME]
    #[arg(long, value_name = "NAME", help_heading = "Configuration")]
    pub(crate) profile: Option<String>,
}

/// Check plugins: which, and what they may see.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Plugins")]
pub(crate) struct PluginArguments {
    /// Run the checks of this plugin, too: a library or a program (repeat for several)
    #[arg(long = "plugin", value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) plugins: Vec<PathBuf>,
    /// Leave out the checks that come with diag
    #[arg(long)]
    pub(crate) no_builtin: bool,
    /// Exit with 2 where a plugin of diag.toml cannot be loaded, as where one named here cannot
    #[arg(long)]
    pub(crate) strict_plugins: bool,
    /// Let a plugin see what it asks for: NAME=secret:personal shows names and attributes of people
    #[arg(long = "grant", value_name = "NAME=WHAT", value_parser = grant)]
    pub(crate) grants: Vec<Grant>,
}

/// Product files beyond those that come with diag.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Products")]
pub(crate) struct ProductArguments {
    /// Know this product, too: what its pages and logs say, and where its screens are (repeat for several)
    #[arg(long = "product", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) products: Vec<PathBuf>,
}

/// `--grant NAME=WHAT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Name of the plugin.
    pub(crate) plugin: String,
    /// What it may see.
    pub(crate) what: String,
}

pub(super) fn grant(text: &str) -> Result<Grant, String> {
    match text.split_once('=') {
        Some((plugin, what)) if !plugin.is_empty() && !what.is_empty() => {
            Ok(Grant { plugin: plugin.to_owned(), what: what.to_owned() })
        }
        _ => Err("expected the plugin's name and what it may see, such as acme=secret:personal"
            .to_owned()),
    }
}

/// How to write a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// For people, at a terminal
    #[default]
    Text,
    /// One object of schema diag-report/1
    Json,
    /// One such object per line
    Ndjson,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// JUnit XML, for CI servers
    Junit,
    /// Markdown, for tickets and chats
    Markdown,
    /// One page for a browser, to mail or to print
    Html,
}

impl From<Format> for diag_render::Format {
    fn from(asked: Format) -> Self {
        match asked {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
            Format::Ndjson => Self::Ndjson,
            Format::Sarif => Self::Sarif,
            Format::Junit => Self::Junit,
            Format::Markdown => Self::Markdown,
            Format::Html => Self::Html,
        }
    }
}

/// How much the record of a capture tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Records {
    /// The report, as --format json writes it
    #[default]
    Whole,
    /// Verdict, root causes and findings in at most 4 kB
    Short,
}

/// From which level on findings count as failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Warnings and errors
    Warning,
    /// Never
    Never,
}

impl From<FailOn> for diag_render::FailOn {
    fn from(asked: FailOn) -> Self {
        match asked {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Never => Self::Never,
        }
    }
}

pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "expected a time with date and zone, such as 2026-11-24T03:57:14Z".to_owned())
}
