//! Options of commands that write something to hand on: corrected files, copies, the message that asks for more.

use super::about::ListFormat;
use super::check::{BesideArguments, DefaultsArguments, PluginArguments, ProductArguments, moment};
use clap::{Args, ValueEnum, ValueHint};
use jiff::Timestamp;
use std::path::PathBuf;

/// Options of `redact`.
#[derive(Debug, Args)]
pub(crate) struct RedactArguments {
    /// Files, folders (walked) and archives, read as one case
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where the copy goes: a file for one file, a folder for several, or case.zip for copies, receipt and report in one
    #[arg(long, short, value_name = "FILE|DIR", required_unless_present = "check", value_hint = ValueHint::AnyPath, help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Write nothing: tell whether anything known as secret is left in these files
    #[arg(long, conflicts_with_all = ["output", "map", "keep_bodies"])]
    pub(crate) check: bool,
    /// Replace names and addresses of people, and ids of directories and objects
    #[arg(long)]
    pub(crate) identities: bool,
    /// Replace host names
    #[arg(long)]
    pub(crate) hosts: bool,
    /// Keep bodies that no diagnosis needs: scripts, pictures and the like
    #[arg(long)]
    pub(crate) keep_bodies: bool,
    /// Write what stands for what to this file, which is as secret as the original; with that of an earlier run, equal values get equal marks in both copies
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub(crate) map: Option<PathBuf>,
    /// How to print the receipt
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: ListFormat,
    /// Replace copies of an earlier run
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Judge configuration at this moment (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Judging")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) beside: BesideArguments,
}

/// Options of `fix`.
#[derive(Debug, Args)]
#[command(
    override_usage = "diag fix [OPTIONS] <PATH>... [-o <DIR>]",
    after_help = "Without -o it tells what it would write. Nothing is ever applied, and no input is changed: copies of metadata and exports,\nbodies to send and the lines that send them go to DIR. Exit codes: 0 done, or nothing to do; 2 the work could not be done."
)]
pub(crate) struct FixArguments {
    /// Files, folders (walked), or `-` for standard input; one case, as for `check`
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// The folder for corrected copies and bodies; made where it does not exist
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Replace copies that exist already
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Tell what would be written, and write nothing
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// How to tell what was done
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: ListFormat,

    /// Judge configuration at this moment (RFC 3339) instead of the capture's own time
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Judging")]
    pub(crate) at: Option<Timestamp>,

    #[command(flatten)]
    pub(crate) beside: BesideArguments,
    #[command(flatten)]
    pub(crate) defaults: DefaultsArguments,
    #[command(flatten)]
    pub(crate) plugins: PluginArguments,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// Options of `ask`.
#[derive(Debug, Args)]
#[command(
    after_help = "What was given is not asked for. Exit codes: 0 done, 2 the work could not be done."
)]
pub(crate) struct AskArguments {
    /// Files, folders (walked), or `-` for standard input; one case, as for `check`
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// How to write the message
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: AskFormat,
    /// Judge configuration at this moment (RFC 3339) instead of the capture's own time
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Judging")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) beside: BesideArguments,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// How to write a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AskFormat {
    /// For a mail
    #[default]
    Text,
    /// One object of schema diag-ask/1
    Json,
    /// For tickets and chats
    Markdown,
}
