//! `diag man`: the manual page, in roff.

use crate::args::Arguments;
use crate::config::{self, environment};
use crate::output;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::io::Write as _;
use std::process::ExitCode;

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Nothing is at or above the level of --fail-on."),
    ("1", "Findings are at or above it."),
    (
        "2",
        "The work could not be done: misuse, nothing readable, a plugin that would not load, a check that crashed, or a verdict that is \
         undetermined while --fail-on is not never. Where there are findings as well, the code is 1.",
    ),
];

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    output::print(&String::from_utf8_lossy(&page()?))?;
    Ok(ExitCode::SUCCESS)
}

fn page() -> anyhow::Result<Vec<u8>> {
    let command = Arguments::command();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    // One page holds everything: a program that is copied around has no place for a second one.
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        chapter(&mut page, &format!("diag {}", subcommand.get_name()), subcommand)?;
    }
    listed(
        &mut page,
        "EXIT STATUS",
        EXIT_STATUS.iter().map(|(code, text)| ((*code).to_owned(), (*text).to_owned())),
    )?;
    let variables = environment::names()
        .map(|(name, option)| (name, format!("Stands for {option} where that is not given.")));
    let others = [
        ("NO_COLOR", "No colours."),
        ("CLICOLOR_FORCE", "Colours even where the output is no terminal."),
        ("COLUMNS", "The width of what is written into a pipe."),
    ];
    listed(
        &mut page,
        "ENVIRONMENT",
        variables.chain(others.map(|(name, text)| (name.to_owned(), text.to_owned()))),
    )?;
    let usual = config::USUAL_NAME;
    let files = [
        (usual.to_owned(), "Defaults, profiles, findings to live with, plugins and products: in the current folder or the nearest one above it that has such a file. Never read from a folder under analysis.".to_owned()),
        (format!("$XDG_CONFIG_HOME/diag/{usual}, ~/.config/diag/{usual}"), "The same for all folders; what stands nearer comes first.".to_owned()),
    ];
    listed(&mut page, "FILES", files.into_iter())?;
    writeln!(
        page,
        ".SH EXAMPLES\n.nf\ndiag ./case\\-4711/\ndiag login.har sp\\-metadata.xml \\-\\-sp\\-has idp.xml\ndiag flow login.har\ndiag decode 'https://idp.example/saml2?SAMLRequest=…'\n.fi"
    )?;
    Ok(page)
}

fn chapter(page: &mut Vec<u8>, name: &str, command: &Command) -> anyhow::Result<()> {
    let section = Man::new(command.clone().bin_name(name.to_owned()));
    page.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
    section.render_synopsis_section(page)?;
    section.render_description_section(page)?;
    section.render_options_section(page)?;
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        chapter(page, &format!("{name} {}", inner.get_name()), inner)?;
    }
    Ok(())
}

/// A section of names and what they mean.
fn listed(
    page: &mut Vec<u8>,
    title: &str,
    items: impl Iterator<Item = (String, String)>,
) -> std::io::Result<()> {
    writeln!(page, ".SH \"{title}\"")?;
    for (name, text) in items {
        writeln!(page, ".TP\n\\fB{}\\fR\n{}", escaped(&name), escaped(&text))?;
    }
    Ok(())
}

/// Text in which nothing is a request, and a hyphen can be copied.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_stand_where_people_look_for_them() {
        let page = String::from_utf8(page().expect("a page")).expect("UTF-8");
        for section in ["EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"] {
            assert!(
                page.contains(&format!(".SH \"{section}\""))
                    || page.contains(&format!(".SH {section}")),
                "{section}"
            );
        }
        assert!(
            !page.contains(".SH EXTRA")
                && page.contains("DIAG_FAIL_ON")
                && page.contains("DIAG PLUGIN TRUST")
        );
    }
}
