//! The page of all commands: what `--help` says of each, from the same source.

use crate::args::Arguments;
use clap::{Command, CommandFactory};
use std::fmt::Write as _;

/// As wide as help may be on a terminal.
const WIDTH: usize = 100;

/// `commands.md`.
pub(super) fn page(made_by: &str) -> String {
    let mut command = Arguments::command().term_width(WIDTH).disable_help_subcommand(true);
    command.build();
    let mut out = format!(
        "# Every command\n\n{made_by}\n`diag help COMMAND` says the same.\nOptions of `check` have defaults in `diag.toml` and in the environment: \
         [configuration.md](configuration.md).\n"
    );
    chapter(&mut out, &mut command, "diag", 2);
    out
}

fn chapter(out: &mut String, command: &mut Command, name: &str, level: usize) {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "\n{} {name}\n\n```text\n{}\n```",
        "#".repeat(level),
        lines.join("\n").trim_end()
    );
    for inner in command
        .get_subcommands_mut()
        .filter(|inner| !inner.is_hide_set() && inner.get_name() != "help")
    {
        let name = format!("{name} {}", inner.get_name());
        chapter(out, inner, &name, (level + 1).min(3));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_chapter_and_hidden_ones_have_none() {
        let page = page("");
        for command in [
            "## diag\n",
            "### diag check\n",
            "### diag plugin trust\n",
            "### diag product explain\n",
            "### diag redact\n",
        ] {
            assert!(page.contains(command), "{command}");
        }
        assert!(!page.contains("diag docs\n") && !page.contains('\u{1b}'));
        assert!(
            page.lines().all(|line| line.chars().count() <= 140),
            "help is as wide as a terminal"
        );
    }
}
