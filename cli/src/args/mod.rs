//! The command line, exactly as people and scripts may type it.

mod about;
mod case;
mod check;
mod extending;
mod handed;

pub(crate) use about::{
    ChecksArguments, CompletionsArguments, ConfigCommand, DocsArguments, ExplainArguments,
    ListFormat, SchemaArguments, SchemaOf,
};
pub(crate) use case::{
    CaseArguments, CompareArguments, CompareFormat, DecodeArguments, EvalArguments, FactsArguments,
    FactsFormat, FlowArguments, FlowFormat, OpenArguments,
};
pub(crate) use check::{CheckArguments, FailOn, Format, Grant, PluginArguments, Records};
pub(crate) use extending::{
    Language, ListArguments, NewArguments, PackArguments, PluginCommand, ProductCommand,
    ProductExplainArguments, ProductListArguments, ProductNewArguments, ProductTestArguments,
    TestArguments, TrustArguments,
};
pub(crate) use handed::{AskArguments, AskFormat, FixArguments, RedactArguments};

use clap::{Parser, Subcommand, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;

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

#[cfg(test)]
mod tests {
    use super::check::moment;
    use super::*;
    use clap::CommandFactory;
    use std::path::PathBuf;

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
