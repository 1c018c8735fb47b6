//! `diag schema`: JSON schemas, made from the very types that are written.

use crate::args::{SchemaArguments, SchemaOf};
use crate::output;
use crate::render::json;
use std::process::ExitCode;

pub(crate) fn run(arguments: &SchemaArguments) -> anyhow::Result<ExitCode> {
    output::print(&text(arguments.document)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The schema of a document, as JSON.
pub(super) fn text(document: SchemaOf) -> anyhow::Result<String> {
    let schema = match document {
        SchemaOf::Report => schemars::schema_for!(diag_core::report::Report),
        SchemaOf::Fix => schemars::schema_for!(crate::render::fixes::Fixes),
        SchemaOf::Case => schemars::schema_for!(diag_sdk::Case),
        SchemaOf::Finding => schemars::schema_for!(diag_sdk::Finding),
        SchemaOf::Plugin => schemars::schema_for!(diag_host::frames::Frame),
        SchemaOf::Config => schemars::schema_for!(crate::config::Config),
    };
    Ok(json::pretty(&schema)?)
}
