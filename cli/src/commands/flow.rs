//! `diag flow`: the attempts of a capture as timelines.

use super::examining::{Manner, examine, judge};
use crate::args::{FlowArguments, FlowFormat};
use crate::checkers::Checkers;
use crate::console;
use crate::failure::Failure;
use crate::files::{self, Given};
use crate::output;
use crate::products;
use crate::progress::Meter;
use diag_render::flow;
use diag_render::reading::{remark, understood};
use diag_render::text::timeline;
use diag_render::wording;
use std::process::ExitCode;

pub(crate) fn run(arguments: &FlowArguments) -> anyhow::Result<ExitCode> {
    let collected = files::collect(&Given {
        paths: &arguments.captures,
        sp_has: &[],
        idp_has: &[],
        most: files::usual(),
    })
    .told()?;
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let manner =
        Manner { products: products::set(&arguments.products.products)?, ..Manner::default() };
    let judged = judge(examine(&collected.files, &manner, &meter), &manner, &Checkers::builtin());
    meter.finish();
    if !understood(&judged) || judged.case.exchanges.is_empty() {
        let what = match judged.case.inputs.as_slice() {
            [only] if only.notes.is_empty() => {
                format!(
                    "{}: expected a capture, found: {}",
                    wording::path(&only.path),
                    wording::kind(only.kind)
                )
            }
            [only] => remark(only),
            _ => "no capture among the files".to_owned(),
        };
        return Err(Failure::new(what)
            .hint("diag flow reads what a browser recorded: export a HAR from the developer tools' Network tab")
            .into());
    }
    match arguments.format {
        FlowFormat::Text => output::print(&timeline::render(&judged, console::width()))?,
        FlowFormat::Json => output::print_bytes(flow::json(&judged)?.as_bytes())?,
        FlowFormat::Mermaid => output::print_bytes(flow::mermaid(&judged).as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}
