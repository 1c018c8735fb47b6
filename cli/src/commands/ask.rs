//! `diag ask`: the message that asks for what is missing, with the steps to get it.

use super::check::{WHAT_IS_READ, say_notes};
use super::examining::{Manner, examine, judge};
use crate::args::{AskArguments, AskFormat};
use crate::checkers::Checkers;
use crate::console;
use crate::failure::Failure;
use crate::files::{self, Given};
use crate::keys;
use crate::output;
use crate::products;
use crate::progress::Meter;
use diag_render::reading::{remark, understood};
use diag_render::{ask, json};
use std::process::ExitCode;

pub(crate) fn run(arguments: &AskArguments) -> anyhow::Result<ExitCode> {
    let keys = keys::load(&arguments.beside.key)?;
    let manner = Manner {
        keys,
        at: arguments.at,
        products: products::set(&arguments.products.products)?,
        ..Manner::default()
    };
    let collected = files::collect(&Given {
        paths: &arguments.paths,
        sp_has: &arguments.beside.sp_has,
        idp_has: &arguments.beside.idp_has,
        most: files::usual(),
    })
    .told()?;
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let judged = judge(examine(&collected.files, &manner, &meter), &manner, &Checkers::builtin());
    meter.finish();
    if !understood(&judged) {
        return Err(match judged.case.inputs.as_slice() {
            [only] => Failure::new(remark(only)),
            _ => Failure::new("none of the files holds anything to judge"),
        }
        .hint(WHAT_IS_READ)
        .into());
    }
    say_notes(std::iter::once(&judged));
    let ask = ask::of(&judged);
    match arguments.format {
        AskFormat::Text => output::print(&ask::text(&ask, console::width()))?,
        AskFormat::Markdown => output::print(&ask::markdown(&ask))?,
        AskFormat::Json => output::print_bytes(json::pretty(&ask)?.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}
