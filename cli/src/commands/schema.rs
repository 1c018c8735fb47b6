//! `diag schema`: JSON schemas, made from the very types that are written.

use crate::args::{SchemaArguments, SchemaOf};
use crate::output;
use diag_render::json;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use std::process::ExitCode;

pub(crate) fn run(arguments: &SchemaArguments) -> anyhow::Result<ExitCode> {
    output::print(&text(arguments.document)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The schema of a document, as JSON.
pub(super) fn text(document: SchemaOf) -> anyhow::Result<String> {
    let schema = match document {
        SchemaOf::Report => written::<diag_core::report::Report>(),
        SchemaOf::Fix => written::<diag_render::fixes::Fixes>(),
        SchemaOf::Ask => written::<diag_render::ask::Ask>(),
        SchemaOf::Compare => written::<diag_render::contrast::Written<'static>>(),
        SchemaOf::Case => schemars::schema_for!(diag_sdk::Case),
        SchemaOf::Finding => schemars::schema_for!(diag_sdk::Finding),
        SchemaOf::Plugin => schemars::schema_for!(diag_host::frames::Frame),
        SchemaOf::Pack => diag_host::pack::schema(),
        SchemaOf::Product => schemars::schema_for!(diag_products::Product),
        SchemaOf::Config => schemars::schema_for!(crate::config::Config),
    };
    Ok(json::pretty(&schema)?)
}

/// The schema of a document that is only ever written: every field that is always there is required.
fn written<T: JsonSchema>() -> Schema {
    SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<T>()
}
