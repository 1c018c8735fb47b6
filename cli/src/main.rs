//! The binary `diag`: arguments, files, progress, rendering. All judgement is in core and plugins.

mod args;
mod bundle;
mod checkers;
mod commands;
mod config;
mod console;
mod failure;
mod files;
mod keys;
mod levels;
mod loading;
mod nearest;
mod output;
mod plugins;
mod products;
mod progress;
mod shown;
mod typed;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = plugins::become_worker() {
        return code;
    }
    failure::quiet_panics();
    let arguments = match typed::read() {
        typed::Read::Work(arguments) => *arguments,
        typed::Read::Done(code) => return code,
        typed::Read::Failed(failure) => return failure::report(&failure.into()),
    };
    let ended = catch_unwind(AssertUnwindSafe(|| {
        console::choose_colours(match arguments.color {
            Some(when) => when,
            None => config::environment::color()?.unwrap_or_default(),
        });
        commands::run(arguments)
    }));
    match ended {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failure::report(&error),
        Err(_) => failure::report_panic(),
    }
}
