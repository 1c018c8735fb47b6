//! `diag plugin pack`: a folder of packs, product files, libraries and programs as one file, to hand on.

use crate::args::PackArguments;
use crate::bundle::{self, Kind, Listed, is_bundle};
use crate::failure::Failure;
use crate::output::{self, Target};
use crate::plugins;
use diag_host::digest;
use diag_render::text::page::plain;
use diag_render::wording;
use std::path::PathBuf;
use std::process::ExitCode;

pub(crate) fn run(arguments: &PackArguments) -> anyhow::Result<ExitCode> {
    let (folder, path) = (&arguments.folder, &arguments.output);
    if !folder.is_dir() {
        return Err(Failure::new(format!("{}: expected a folder", folder.display()))
            .hint("put packs, product files, libraries and programs into one, and name that")
            .into());
    }
    if !is_bundle(path) {
        return Err(Failure::new(format!("{}: a bundle is called NAME.diagpack", path.display()))
            .hint("it is known by that ending")
            .into());
    }
    let made = bundle::make(folder, &plugins::launcher()?)?;
    let read: Vec<PathBuf> = made.listed.iter().map(|one| folder.join(&one.path)).collect();
    Target::new(path, &[], &read)?.write_whole(&made.bytes)?;
    let shown = plain(&path.display().to_string());
    let mut lines = vec![shown.clone()];
    lines.extend(made.listed.iter().map(line));
    lines.extend(
        made.left_out
            .iter()
            .map(|name| format!("  left out  {}: nothing that a bundle holds", plain(name))),
    );
    let sha256 = digest::sha256_of(&made.bytes);
    lines.push(format!("{}, SHA-256 {sha256}", wording::count(made.listed.len(), "file")));
    lines.push(format!(
        "Everyone who is to use it: diag plugin trust --user --sha256 {sha256} {shown}\n"
    ));
    output::print(&lines.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn line(one: &Listed) -> String {
    let kind = match one.kind {
        Kind::Pack => "pack",
        Kind::Product => "product",
        Kind::Plugin => "plugin",
    };
    let known = match (&one.name, &one.version) {
        (Some(name), Some(version)) if !version.is_empty() => {
            format!("  {} {}", plain(name), plain(version))
        }
        (Some(name), _) => format!("  {}", plain(name)),
        _ => "  for another system, not tried here".to_owned(),
    };
    format!("  {kind:<8}  {}{known}", plain(&one.path))
}
