//! `diag schema`: JSON schemas, made from the very types that are written.

use crate::args::{SchemaArguments, SchemaOf};
use crate::output;
use std::process::ExitCode;

pub(crate) fn run(arguments: &SchemaArguments) -> anyhow::Result<ExitCode> {
    let schema = match arguments.document {
        SchemaOf::Report => schemars::schema_for!(diag_core::report::Report),
        SchemaOf::Case => schemars::schema_for!(diag_sdk::Case),
    };
    output::print(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(ExitCode::SUCCESS)
}
