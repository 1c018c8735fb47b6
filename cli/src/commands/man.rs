//! `diag man`: the manual page, in roff.

use crate::args::Arguments;
use crate::output;
use clap::CommandFactory;
use std::process::ExitCode;

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let mut page = Vec::new();
    let command = Arguments::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    // One page holds everything: a program that is copied around has no place for a second one.
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let section = clap_mangen::Man::new(subcommand.clone().bin_name(format!("diag {}", subcommand.get_name())));
        page.extend_from_slice(format!(".SH \"DIAG {}\"\n", subcommand.get_name().to_uppercase()).as_bytes());
        section.render_synopsis_section(&mut page)?;
        section.render_description_section(&mut page)?;
        section.render_options_section(&mut page)?;
    }
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(ExitCode::SUCCESS)
}
