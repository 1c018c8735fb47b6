//! Options of commands that tell about diag itself: its checks, schemas, configuration, pages.

use super::check::PluginArguments;
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A check (endpoints/acs-not-registered), a family (endpoints), a code (AADSTS50011, NoPassive), or a whole sentence of an error page
    #[arg(value_name = "ID", num_args = 1.., required = true, trailing_var_arg = false)]
    pub(crate) id: Vec<String>,
    #[command(flatten)]
    pub(crate) plugins: PluginArguments,
}

/// Options of `checks`.
#[derive(Debug, Args)]
pub(crate) struct ChecksArguments {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) plugins: PluginArguments,
}

/// How to write a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    #[default]
    Text,
    /// JSON
    Json,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// Which document
    #[arg(value_enum)]
    pub(crate) document: SchemaOf,
}

/// Documents with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// What `--format json` prints
    Report,
    /// What diag fix --format json prints
    Fix,
    /// What diag ask --format json prints
    Ask,
    /// What diag compare --format json prints
    Compare,
    /// What checks, and plugins, receive
    Case,
    /// What checks, and plugins, report
    Finding,
    /// What diag and a plugin say to each other
    Plugin,
    /// diag.toml
    Config,
    /// A product file
    Product,
    /// A pack of expressions
    Pack,
}

/// Commands about configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the files that count here, the nearest first, and where a person's own is looked for
    Path,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// For which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Options of `docs`.
#[derive(Debug, Args)]
pub(crate) struct DocsArguments {
    /// The folder to write the pages to
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// Write nothing; fail where a page differs from what would be written
    #[arg(long)]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) plugins: PluginArguments,
}
