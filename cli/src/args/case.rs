//! Options of commands that show a case: its attempts, messages, facts, and how two differ.

use super::about::ListFormat;
use super::check::{BesideArguments, DefaultsArguments, ProductArguments, moment};
use clap::{Args, ValueEnum, ValueHint};
use jiff::Timestamp;
use std::path::PathBuf;

/// What makes the case that facts are of, as `check` takes it.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CaseArguments {
    /// The entity that is meant, where metadata of many is given
    #[arg(long, value_name = "ID", help_heading = "Input")]
    pub(crate) entity: Option<String>,
    /// Judge configuration at this moment (RFC 3339) instead of the capture's own time
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Input")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) beside: BesideArguments,
    /// What you expect of your own sign-in, written as the table expect of diag.toml is
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub(crate) expect: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) defaults: DefaultsArguments,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// Options of `flow`.
#[derive(Debug, Args)]
pub(crate) struct FlowArguments {
    /// Captures, or `-` for standard input; configuration files help to tell who is who
    #[arg(value_name = "CAPTURE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) captures: Vec<PathBuf>,
    /// How to write the timeline
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: FlowFormat,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// How to write a timeline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FlowFormat {
    /// For people, at a terminal
    #[default]
    Text,
    /// One object with the attempts of the report, each with its capture
    Json,
    /// Sequence diagrams, for pages and tickets that draw Mermaid
    Mermaid,
}

/// Options of `open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArguments {
    /// Files, folders (walked), a message, URL or form as such, or `-` for standard input
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// The page of diag, diag.html; the program does not carry it inside
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) page: PathBuf,
    /// Write the copy to this file [default: diag-case.html, where there is none yet]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Only write the copy
    #[arg(long)]
    pub(crate) no_open: bool,
}

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(
    after_help = "Identifiers, times and random values differ in every sign-in and are left out; of persons only the shape of what is\nsaid is compared. Exit codes: 0 done, 2 the work could not be done."
)]
pub(crate) struct CompareArguments {
    /// The case that works: a capture or a folder
    #[arg(value_name = "GOOD", value_hint = ValueHint::AnyPath)]
    pub(crate) working: PathBuf,
    /// The case that fails
    #[arg(value_name = "BAD", value_hint = ValueHint::AnyPath)]
    pub(crate) failing: PathBuf,
    /// How to write what differs
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: CompareFormat,
    /// Judge configuration at this moment (RFC 3339) instead of the capture's own time
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Judging")]
    pub(crate) at: Option<Timestamp>,
    /// A private key of the service provider that decrypts assertions (repeat for several)
    #[arg(long, visible_alias = "decrypt", value_name = "PEM", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub(crate) key: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// Options of `facts`.
#[derive(Debug, Args)]
pub(crate) struct FactsArguments {
    /// Files, folders (walked), or `-` for standard input
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Only facts whose name contains one of these words, such as issuer (repeat, or separate by commas)
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Show what a plugin would have to be granted: secret:personal
    #[arg(long, value_name = "WHAT")]
    pub(crate) grant: Vec<String>,
    /// Read this response header, too, as a pack does that names it (repeat, or separate by commas)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) header: Vec<String>,
    /// How to show them [default: tree on a terminal, else json]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<FactsFormat>,
    #[command(flatten)]
    pub(crate) case: CaseArguments,
}

/// Options of `eval`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 a value, 2 the expression does not hold, or cannot tell in this case."
)]
pub(crate) struct EvalArguments {
    /// An expression over `case`, such as 'case.messages.map(m, m.kind)'
    #[arg(value_name = "EXPRESSION")]
    pub(crate) expression: String,
    /// Files, folders (walked), or `-` for standard input
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Show what a plugin would have to be granted: secret:personal
    #[arg(long, value_name = "WHAT")]
    pub(crate) grant: Vec<String>,
    /// Read this response header, too, as a pack does that names it (repeat, or separate by commas)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) header: Vec<String>,
    /// How to show the value [default: tree on a terminal, else json]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<FactsFormat>,
    #[command(flatten)]
    pub(crate) case: CaseArguments,
}

/// How `facts` shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FactsFormat {
    /// A line for each, with the expression that leads to it
    Tree,
    /// One object, as the tests of a pack take it
    Json,
}

/// How to write a comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    /// For people, at a terminal
    #[default]
    Text,
    /// One object of schema diag-compare/1
    Json,
    /// For tickets and chats
    Markdown,
    /// One page for a browser, to mail or to print
    Html,
}

/// Options of `decode`.
#[derive(Debug, Args)]
pub(crate) struct DecodeArguments {
    /// A message (base64), a URL, a file, or `-` for standard input
    #[arg(value_name = "BLOB|URL|FILE|-", default_value = "-", value_hint = ValueHint::FilePath)]
    pub(crate) what: String,
    /// A private key that decrypts what is encrypted in it (repeat for several)
    #[arg(long, visible_alias = "decrypt", value_name = "PEM", value_hint = ValueHint::FilePath)]
    pub(crate) key: Vec<PathBuf>,
    /// How to write the messages
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}
