//! The binary `diag`: arguments, files, progress, rendering. All judgement is in core and plugins.

mod args;
mod builtin;
mod checkers;
mod commands;
mod config;
mod failure;
mod files;
mod keys;
mod nearest;
mod output;
mod plugins;
mod products;
mod progress;
mod render;
mod terminal;
mod tone;
mod wanted;
mod wording;

use clap::Parser;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = plugins::become_worker() {
        return code;
    }
    failure::quiet_panics();
    let arguments = args::Arguments::parse();
    terminal::choose_colours(arguments.color);
    let ended = catch_unwind(AssertUnwindSafe(|| commands::run(arguments)));
    match ended {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failure::report(&error),
        Err(_) => failure::report_panic(),
    }
}
