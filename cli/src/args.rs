//! The command line, exactly as people and scripts may type it.

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;

/// Stands below the options.
const AFTER: &str = "Examples:
  diag login.har FederationMetadata.xml sp-metadata.xml app.json serviceprincipal.json virtualproxy.json
  diag ./case-4711/
  diag 'https://idp.example/saml2?SAMLRequest=…'
  diag flow login.har
  diag explain AADSTS50011

Options of check have defaults in diag.toml and in the environment, as DIAG_FAIL_ON; diag man lists both.
Exit codes: 0 nothing at or above the --fail-on level, 1 findings at or above it, 2 the work could not be done.";

/// Why does this SAML single sign-on fail, who must change what, and where?
///
/// Give it whatever you have, in any order: browser captures (HAR), metadata files, Microsoft
/// Entra and Qlik Sense configuration exports. Files are recognised by their content, nothing
/// leaves this computer.
#[derive(Debug, Parser)]
#[command(
    name = "diag",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = AFTER
)]
pub(crate) struct Arguments {
    /// The command; without one, `check`.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) check: CheckArguments,
    /// Colours: as the terminal allows, always, or never [default: auto]
    #[arg(long, global = true, value_name = "WHEN", value_enum, help_heading = "Output")]
    pub(crate) color: Option<ColorWhen>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ColorWhen {
    /// On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are honoured
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Commands other than plain checking.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge everything given, as one case (what `diag PATH…` does)
    Check(Box<CheckArguments>),
    /// Show the sign-in attempts of a capture as a timeline
    Flow(FlowArguments),
    /// Tell what differs in meaning between a working and a failing case
    Compare(CompareArguments),
    /// Show SAML messages as indented XML, however they are packed
    Decode(DecodeArguments),
    /// Open the case in a browser: write a copy of the page that carries it
    Open(OpenArguments),
    /// Explain a check, a family, a vendor's code or a SAML status code
    Explain(ExplainArguments),
    /// Write corrected copies of what can be repaired, and print the values to enter for the rest
    Fix(FixArguments),
    /// Show the facts as a check sees them, for those who write one
    Facts(FactsArguments),
    /// Evaluate an expression of a pack over a case, with types
    Eval(EvalArguments),
    /// Write the message that asks for the files that are missing, with the steps to get each
    Ask(AskArguments),
    /// Write a copy that can be given away: nothing secret in it, and judged as the original is
    Redact(RedactArguments),
    /// List every check
    Checks(ChecksArguments),
    /// Write, test, trust and list check plugins of your own
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Tell which configuration is read
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write, test and list product files: what a product's pages say, and where its screens are
    #[command(subcommand)]
    Product(ProductCommand),
    /// Print the JSON schema of a document that diag writes
    Schema(SchemaArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man,
    /// Write the pages about checks for the documentation
    #[command(hide = true)]
    Docs(DocsArguments),
}

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

/// Product files beyond those that come with diag.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Products")]
pub(crate) struct ProductArguments {
    /// Know this product, too: what its pages and logs say, and where its screens are (repeat for several)
    #[arg(long = "product", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) products: Vec<PathBuf>,
}

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

/// `--grant NAME=WHAT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Name of the plugin.
    pub(crate) plugin: String,
    /// What it may see.
    pub(crate) what: String,
}

fn grant(text: &str) -> Result<Grant, String> {
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

/// How `facts` shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FactsFormat {
    /// A line for each, with the expression that leads to it
    Tree,
    /// One object, as the tests of a pack take it
    Json,
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

/// Commands about product files.
#[derive(Debug, Subcommand)]
pub(crate) enum ProductCommand {
    /// Try the samples of a product file, by the very path a capture takes
    Test(ProductTestArguments),
    /// Tell which entry of a product is found in a page, and where the others drop out
    Explain(ProductExplainArguments),
    /// Draft a product file from the pages of a capture that were not understood
    New(ProductNewArguments),
    /// List the products diag knows
    List(ProductListArguments),
}

/// Options of `product test`.
#[derive(Debug, Args)]
pub(crate) struct ProductTestArguments {
    /// The product files
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<PathBuf>,
}

/// Options of `product explain`.
#[derive(Debug, Args)]
pub(crate) struct ProductExplainArguments {
    /// A product file, or the id of a product diag knows
    #[arg(value_name = "FILE|ID")]
    pub(crate) product: String,
    /// A page as saved from the browser, its text, an address, or `-` for standard input
    #[arg(value_name = "PAGE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub(crate) page: String,
    /// The address the page came from: its host and path may show whose it is
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// Options of `product new`.
#[derive(Debug, Args)]
pub(crate) struct ProductNewArguments {
    /// The capture whose pages are to be understood
    #[arg(long, value_name = "CAPTURE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) from_capture: PathBuf,
    /// The product's name
    #[arg(long, value_name = "NAME", default_value = "My product")]
    pub(crate) name: String,
    /// The file to write [default: standard output]; it must not exist yet
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
}

/// Options of `product list`.
#[derive(Debug, Args)]
pub(crate) struct ProductListArguments {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// Commands about plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Write a new plugin to begin with, a pack or a project: its tests pass
    New(NewArguments),
    /// Run the examples in the documentation of a plugin's checks
    Test(TestArguments),
    /// Pack a folder of packs, product files, libraries and programs into one bundle to hand on
    Pack(PackArguments),
    /// Pin a plugin or a bundle in diag.toml by its SHA-256, so that it is loaded from there
    Trust(TrustArguments),
    /// Show the plugins of diag.toml, and whether they would be loaded
    List(ListArguments),
}

/// Options of `plugin new`.
#[derive(Debug, Args)]
pub(crate) struct NewArguments {
    /// Its name, the first part of the ids of its checks; also the file or folder that is written
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What it is written in
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    pub(crate) lang: Language,
    /// With --lang rust, the folder of diag-sdk: plugins/sdk of a checkout of diag [default: that of the checkout diag was built in]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) sdk: Option<PathBuf>,
}

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// A pack of expressions in one text file: nothing to program, to build or to install
    #[default]
    Pack,
    /// A library in Rust, with the vocabulary of diag itself
    Rust,
    /// A library in C, or any language that can export a C function
    C,
    /// A program in Python, or any language that can read and print lines
    Python,
}

/// Options of `plugin test`.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The plugins
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<PathBuf>,
    /// A real case, a folder or a file: which checks find something in it, and which cannot tell and why (repeat for several)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) case: Vec<PathBuf>,
    /// With --case: let the plugins see what they ask for, secret:personal
    #[arg(long, value_name = "WHAT", requires = "case")]
    pub(crate) grant: Vec<String>,
    #[command(flatten)]
    pub(crate) read: CaseArguments,
}

/// Options of `plugin trust`.
#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    /// The plugins
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Let them see what they ask for: secret:personal shows names and attributes of people
    #[arg(long, value_name = "WHAT")]
    pub(crate) grant: Vec<String>,
    /// The file to pin them in instead of ./diag.toml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Pin them in your own file, which counts in every folder: diag config path tells where it lies
    #[arg(long, conflicts_with = "config")]
    pub(crate) user: bool,
    /// Pin nothing but the file that has this SHA-256, as whoever made it told you
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<String>,
}

/// Options of `plugin pack`.
#[derive(Debug, Args)]
pub(crate) struct PackArguments {
    /// The folder with packs, product files, libraries and programs
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// The bundle to write, such as team.diagpack
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: PathBuf,
}

/// Options of `plugin list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// The file that names them instead of ./diag.toml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ListFormat,
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

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "expected a time with date and zone, such as 2026-11-24T03:57:14Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &[&str]) -> Arguments {
        Arguments::try_parse_from(line).expect("a valid command line")
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn check_is_the_default_command() {
        let plain =
            parse(&["diag", "login.har", "--only", "endpoints,hosts", "--skip", "flow", "-v"]);
        assert!(plain.command.is_none());
        assert_eq!(plain.check.paths, [PathBuf::from("login.har")]);
        assert_eq!(plain.check.only, ["endpoints", "hosts"]);
        let named =
            parse(&["diag", "check", "-", "--format", "json", "--at", "2026-11-24T03:57:14Z"]);
        assert!(
            matches!(named.command, Some(Command::Check(check)) if check.at.is_some() && check.format == Some(Format::Json))
        );
    }

    #[test]
    fn a_time_needs_a_zone() {
        assert!(moment("2026-11-24T03:57:14+01:00").is_ok());
        assert!(moment("2026-11-24").is_err());
        assert!(moment("2026-11-24T03:57:14").is_err());
    }
}
