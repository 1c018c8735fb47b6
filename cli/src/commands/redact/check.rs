//! `diag redact --check`: whether anything known as secret is left.

use crate::args::ListFormat;
use crate::failure::Failure;
use crate::output;
use diag_core::copies::{LeftOut, Unpacked, reason_to_leave_out};
use diag_core::sharing::{Gathering, Kind, Options};
use diag_render::json;
use diag_render::receipt::plural;
use diag_render::terminal::visible;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

/// What is left in one file.
#[derive(Debug, Serialize)]
struct Checked {
    path: String,
    /// Values by kind.
    left: BTreeMap<Kind, usize>,
    /// Why nothing can be said, where nothing can.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

pub(super) fn run(
    unpacked: Unpacked<'_>,
    options: Options,
    format: ListFormat,
) -> anyhow::Result<ExitCode> {
    let mut checked = Vec::new();
    for file in &unpacked.originals {
        // Each file on its own: values are named with the file they stand in.
        let mut gathering = Gathering::new(options);
        let form = gathering
            .take((file.open)())
            .map_err(|why| Failure::new(format!("{}: {why}", file.path)))?;
        checked.push(Checked {
            path: file.path.clone(),
            left: gathering.settle(&[0; 32]).counts(),
            unknown: reason_to_leave_out(form).map(str::to_owned),
        });
    }
    checked.extend(unpacked.left_out.into_iter().map(|LeftOut { path, why }| Checked {
        path,
        left: BTreeMap::new(),
        unknown: Some(why),
    }));
    let clean = checked.iter().all(|one| one.left.is_empty() && one.unknown.is_none());
    match format {
        ListFormat::Json => output::print_bytes(json::pretty(&checked)?.as_bytes())?,
        ListFormat::Text => output::print(&text(&checked))?,
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn text(checked: &[Checked]) -> String {
    let mut out = String::new();
    for one in checked {
        let said = match &one.unknown {
            Some(why) => why.clone(),
            None if one.left.is_empty() => "nothing known as secret is left".to_owned(),
            None => one
                .left
                .iter()
                .map(|(kind, count)| plural(*count, *kind))
                .collect::<Vec<_>>()
                .join(", "),
        };
        let _ = writeln!(out, "{}: {said}", visible(&one.path));
    }
    out
}
