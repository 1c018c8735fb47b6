//! `diag completions SHELL`.

use crate::args::{Arguments, CompletionsArguments};
use crate::checkers::Checkers;
use crate::output;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use std::process::ExitCode;

pub(crate) fn run(arguments: &CompletionsArguments) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    let checkers = Checkers::builtin();
    let mut names: Vec<&str> = checkers.names().collect();
    names.sort_unstable();
    let mut command = named(shown(&Arguments::command()), &names);
    clap_complete::generate(arguments.shell, &mut command, "diag", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// The command without what is hidden in it. Generators complete that, too.
pub(super) fn shown(command: &Command) -> Command {
    let visible = command.get_subcommands().filter(|inner| !inner.is_hide_set()).map(shown);
    let mut without = Command::new(command.get_name().to_owned())
        .args(command.get_arguments().cloned())
        .subcommands(visible);
    if let Some(about) = command.get_about() {
        without = without.about(about.clone());
    }
    without
}

/// The command with checks and families as the values of whatever takes their names.
fn named(command: Command, names: &[&str]) -> Command {
    let arguments: Vec<String> = command
        .get_arguments()
        .filter(|argument| {
            argument
                .get_value_names()
                .is_some_and(|names| names.iter().any(|name| *name == "ID|FAMILY" || *name == "ID"))
        })
        .map(|argument| argument.get_id().to_string())
        .collect();
    let inner: Vec<String> =
        command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    let values = || PossibleValuesParser::new(names.iter().map(|name| (*name).to_owned()));
    let command = arguments.into_iter().fold(command, |command, id| {
        command.mut_arg(id, |argument| argument.value_parser(values()))
    });
    inner
        .into_iter()
        .fold(command, |command, inner| command.mut_subcommand(inner, |inner| named(inner, names)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(shell: clap_complete::Shell) -> String {
        let mut script = Vec::new();
        let mut command =
            named(shown(&Arguments::command()), &["endpoints", "endpoints/acs-not-registered"]);
        clap_complete::generate(shell, &mut command, "diag", &mut script);
        String::from_utf8(script).expect("UTF-8")
    }

    #[test]
    fn checks_are_completed_and_hidden_commands_are_not() {
        for shell in
            [clap_complete::Shell::Bash, clap_complete::Shell::Zsh, clap_complete::Shell::Fish]
        {
            let script = script(shell);
            assert!(script.contains("endpoints/acs-not-registered"), "{shell}");
            assert!(!script.contains("pages about checks"), "{shell}");
            assert!(!script.contains("diag__docs") && !script.contains("-a \"docs\""), "{shell}");
        }
    }
}
