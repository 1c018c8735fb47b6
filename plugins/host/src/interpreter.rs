//! Who runs a script where the system does not read its first line.
//!
//! A script says it as on Unix: `#!/usr/bin/env python3`. A program that is none is started as it is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::Command;

/// The beginning of a command: the plugin's path comes last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    words: Vec<String>,
}

impl Interpreter {
    /// The command that starts the plugin.
    pub fn command(&self, plugin: &Path) -> Command {
        let Some((first, rest)) = self.words.split_first() else { return Command::new(plugin) };
        let mut command = Command::new(first);
        command.args(rest).arg(plugin);
        command
    }
}

/// Who may run this file, the best first.
pub fn candidates(plugin: &Path) -> io::Result<Vec<Interpreter>> {
    let mut head = Vec::new();
    File::open(plugin)?.take(256).read_to_end(&mut head)?;
    Ok(of(&head))
}

fn of(head: &[u8]) -> Vec<Interpreter> {
    let itself = || vec![Interpreter { words: Vec::new() }];
    let Some(line) =
        head.strip_prefix(b"#!").and_then(|rest| rest.split(|byte| *byte == b'\n').next())
    else {
        return itself();
    };
    let Ok(line) = std::str::from_utf8(line) else { return itself() };
    let mut words = line
        .split_whitespace()
        .skip_while(|word| matches!(name(word), "env") || word.starts_with('-'));
    let Some(first) = words.next() else { return itself() };
    let arguments: Vec<String> = words.map(str::to_owned).collect();
    let with = |first: &str, more: &[&str]| Interpreter {
        words: std::iter::once(first)
            .chain(more.iter().copied())
            .map(str::to_owned)
            .chain(arguments.iter().cloned())
            .collect(),
    };
    match name(first) {
        // The launcher of python.org finds what is installed; from the Store comes `python3`, and `python` is in every folder.
        python if python.starts_with("python") => {
            vec![with("py", &["-3"]), with("python3", &[]), with("python", &[])]
        }
        other => vec![with(other, &[])],
    }
}

/// The last part of a path of Unix.
fn name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(head: &str) -> Vec<String> {
        of(head.as_bytes()).into_iter().map(|interpreter| interpreter.words.join(" ")).collect()
    }

    #[test]
    fn a_script_is_run_by_what_its_first_line_names() {
        assert_eq!(words("#!/usr/bin/env python3\r\nimport json"), ["py -3", "python3", "python"]);
        assert_eq!(words("#!/usr/bin/python3 -I\n"), ["py -3 -I", "python3 -I", "python -I"]);
        assert_eq!(words("#!/usr/bin/env -S node --no-warnings\n"), ["node --no-warnings"]);
        assert_eq!(words("MZ\u{90}"), [""]);
        assert_eq!(words("#!\n"), [""]);
    }

    #[test]
    fn the_plugin_comes_last() {
        let command = of(b"#!/usr/bin/env node\n")[0].command(Path::new("checks.js"));
        assert_eq!(command.get_program(), "node");
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["checks.js"]);
        assert_eq!(of(b"MZ")[0].command(Path::new("checks.exe")).get_program(), "checks.exe");
    }
}
