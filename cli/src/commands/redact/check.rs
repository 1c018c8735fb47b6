//! `diag redact --check`: whether anything known as secret is left.

use crate::args::ListFormat;
use crate::failure::Failure;
use crate::files::File;
use crate::output;
use diag_core::sharing::{Form, Gathering, Kind, Options};
use diag_render::json;
use diag_render::receipt::plural;
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
    files: &[File],
    options: Options,
    format: ListFormat,
) -> anyhow::Result<ExitCode> {
    let mut checked = Vec::new();
    for file in files {
        // Each file on its own: values are named with the file they stand in.
        let mut gathering = Gathering::new(options);
        let form = gathering
            .take(file.reader())
            .map_err(|why| Failure::new(format!("{}: {why}", file.shown)))?;
        let unknown = match form {
            Form::Capture | Form::Document => None,
            Form::Archive => Some("an archive: unpack it, and check the folder".to_owned()),
            Form::Unknown => Some("nobody knows what is in it".to_owned()),
        };
        checked.push(Checked {
            path: file.shown.clone(),
            left: gathering.settle(&[0; 32]).counts(),
            unknown,
        });
    }
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
        let _ = writeln!(out, "{}: {said}", one.path);
    }
    out
}
