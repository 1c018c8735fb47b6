//! The command line as people type it, made the one clap reads: options may stand in front of a command, and
//! what clap finds wrong is told as everything else is, in one line and a hint.

use crate::args::Arguments;
use crate::failure::Failure;
use crate::nearest::did_you_mean;
use crate::output;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Parser};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// A word longer than this is no mistyped command.
const LONGEST_COMMAND: usize = 20;

/// What came of reading the command line.
pub(crate) enum Read {
    /// Something to do.
    Work(Box<Arguments>),
    /// Help or the version was printed.
    Done(ExitCode),
    /// It cannot be understood.
    Failed(Failure),
}

/// Reads the command line of this process.
pub(crate) fn read() -> Read {
    let typed = match in_order(std::env::args_os().collect()) {
        Ok(typed) => typed,
        Err(failure) => return Read::Failed(failure),
    };
    match Arguments::try_parse_from(typed) {
        Ok(arguments) => Read::Work(Box::new(arguments)),
        Err(error)
            if !error.use_stderr()
                || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand =>
        {
            if let Err(failure) = output::must_be_open() {
                return Read::Failed(failure);
            }
            // A reader that went away is no failure.
            let _ = error.print();
            Read::Done(ExitCode::from(
                u8::try_from(error.exit_code()).unwrap_or(crate::failure::UNABLE),
            ))
        }
        Err(error) => Read::Failed(misunderstood(&error)),
    }
}

/// Moves options that stand in front of a command behind it, and tells a mistyped command from a file.
fn in_order(mut typed: Vec<OsString>) -> Result<Vec<OsString>, Failure> {
    let program = Arguments::command();
    let mut at = 1;
    let word = loop {
        let Some(text) = typed.get(at).and_then(|argument| argument.to_str()) else {
            return Ok(typed);
        };
        if text == "--" {
            return Ok(typed);
        }
        if !text.starts_with('-') || text == "-" {
            break text;
        }
        at += if takes_the_next(&program, text) { 2 } else { 1 };
    };
    let Some(command) = program.get_subcommands().find(|command| command.get_name() == word) else {
        return if word == "help" {
            Ok(typed)
        } else {
            mistyped(&program, word).map_or(Ok(typed), Err)
        };
    };
    if at > 1 {
        // Options belong to the innermost command: `diag --config FILE plugin list`.
        let next = typed.get(at + 1).and_then(|argument| argument.to_str());
        let depth =
            usize::from(next.is_some_and(|next| {
                command.get_subcommands().any(|inner| inner.get_name() == next)
            }));
        typed[1..=at + depth].rotate_left(at - 1);
    }
    Ok(typed)
}

/// Whether the option's value is the argument behind it.
fn takes_the_next(program: &Command, text: &str) -> bool {
    let takes = |argument: &clap::Arg| argument.get_action().takes_values();
    if let Some(name) = text.strip_prefix("--") {
        let named = |argument: &&clap::Arg| {
            argument.get_long() == Some(name)
                || argument.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
        };
        return program.get_arguments().find(named).is_some_and(takes);
    }
    let letters: Vec<char> = text.chars().skip(1).collect();
    let first = letters.iter().position(|letter| {
        program.get_arguments().any(|one| one.get_short() == Some(*letter) && takes(one))
    });
    first.is_some_and(|first| first + 1 == letters.len())
}

/// `diag chekc login.har` names no file: say so before the others are judged.
fn mistyped(program: &Command, word: &str) -> Option<Failure> {
    if word.chars().count() > LONGEST_COMMAND
        || word.contains(['/', '.', '\\', '=', ':'])
        || Path::new(word).exists()
    {
        return None;
    }
    let commands =
        program.get_subcommands().filter(|command| !command.is_hide_set()).map(Command::get_name);
    let hint = did_you_mean(word, commands.chain(["help"]))?;
    Some(Failure::new(format!("{word}: no such command, file or folder")).hint(hint))
}

/// What clap says in several paragraphs, in one line and a hint.
fn misunderstood(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim);
    let said: Vec<&str> = lines
        .by_ref()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with('['))
        .collect();
    let message = said.join(" ");
    let failure = Failure::new(message.strip_prefix("error: ").unwrap_or(&message));
    let tip = lines.find_map(|line| line.strip_prefix("tip: ")).map(str::to_owned);
    let values = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            Some(format!("expected one of {}", values.join(", ")))
        }
        _ => None,
    };
    let usage = || {
        text.lines()
            .find_map(|line| line.strip_prefix("Usage: "))
            .map(|usage| format!("usage: {usage}"))
    };
    match tip.or(values).or_else(usage) {
        Some(hint) => failure.hint(hint),
        None => failure.hint("diag --help tells what may be typed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(line: &str) -> Result<String, String> {
        let typed = line.split(' ').map(OsString::from).collect();
        let ordered = in_order(typed).map_err(|failure| failure.to_string())?;
        Ok(ordered.iter().filter_map(|argument| argument.to_str()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn options_may_stand_in_front_of_a_command() {
        let same = |line: &str| assert_eq!(ordered(line).as_deref(), Ok(line));
        assert_eq!(ordered("diag -q check a.har -v").as_deref(), Ok("diag check -q a.har -v"));
        assert_eq!(
            ordered("diag --format json check a.har").as_deref(),
            Ok("diag check --format json a.har")
        );
        assert_eq!(
            ordered("diag --format=json -qo out check a").as_deref(),
            Ok("diag check --format=json -qo out a")
        );
        assert_eq!(
            ordered("diag --config x plugin list -v").as_deref(),
            Ok("diag plugin list --config x -v")
        );
        same("diag -q a.har");
        same("diag check -q a.har");
        same("diag -- check");
        same("diag --output check a.har");
        same("diag -");
        same("diag help check");
    }

    #[test]
    fn a_mistyped_command_is_no_file() {
        assert!(ordered("diag chekc a.har").is_err());
        assert!(ordered("diag -q exlpain AADSTS50011").is_err());
        assert!(ordered("diag ./chekc").is_ok());
        assert!(ordered("diag case-4711").is_ok());
    }

    #[test]
    fn what_clap_says_is_one_line_and_a_hint() {
        let said = |line: &str| {
            misunderstood(&Arguments::try_parse_from(line.split(' ')).expect_err("misuse"))
        };
        for line in [
            "diag a --formt json",
            "diag a --format jsn",
            "diag decode a b",
            "diag explain",
            "diag a -q -v",
            "diag a --jobs 0",
        ] {
            let failure = said(line);
            assert!(
                !failure.to_string().contains('\n') && !failure.to_string().starts_with("error"),
                "{failure}"
            );
            assert!(failure.has_hint(), "{line}: {failure}");
        }
    }
}
