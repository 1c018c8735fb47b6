//! One file per command: what it reads, what it prints, how it ends.

mod ask;
mod check;
mod checks;
mod compare;
mod completions;
mod config;
mod decode;
mod docs;
mod each;
mod ending;
mod eval;
mod examining;
mod explain;
mod facts;
mod fix;
mod flow;
mod man;
mod open;
mod plugin;
mod product;
mod redact;
mod schema;
mod seen;
mod words;

use crate::args::{Arguments, Command};
use std::process::ExitCode;

/// Runs the command of a command line.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        None => check::run(arguments.check),
        Some(Command::Check(check)) => check::run(*check),
        Some(Command::Flow(flow)) => flow::run(&flow),
        Some(Command::Compare(compare)) => compare::run(&compare),
        Some(Command::Facts(facts)) => facts::run(&facts),
        Some(Command::Eval(eval)) => eval::run(&eval),
        Some(Command::Fix(fix)) => fix::run(&fix),
        Some(Command::Ask(ask)) => ask::run(&ask),
        Some(Command::Redact(redact)) => redact::run(&redact),
        Some(Command::Checks(checks)) => checks::run(&checks),
        Some(Command::Plugin(plugin)) => plugin::run(&plugin),
        Some(Command::Config(config)) => config::run(&config),
        Some(Command::Product(product)) => product::run(&product),
        Some(Command::Schema(schema)) => schema::run(&schema),
        Some(Command::Completions(completions)) => completions::run(&completions),
        Some(Command::Open(open)) => open::run(&open),
        Some(Command::Man) => man::run(),
        Some(Command::Decode(decode)) => decode::run(&decode),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Docs(docs)) => docs::run(&docs),
    }
}
