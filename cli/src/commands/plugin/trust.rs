//! `diag plugin trust`: pins a plugin in `diag.toml` by its SHA-256, after it has shown that it can
//! be loaded. What people wrote in that file stays as they wrote it.

use crate::args::TrustArguments;
use crate::bundle::{self, Opened, is_bundle};
use crate::config;
use crate::failure::Failure;
use crate::output;
use crate::plugins::{self, same_file};
use diag_host::Terms;
use diag_render::text::page::plain;
use diag_render::wording;
use diag_sdk::manifest::WANTS;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

pub(crate) fn run(arguments: &TrustArguments) -> anyhow::Result<ExitCode> {
    let path = pinned_in(arguments)?;
    if let Some(grant) = arguments.grant.iter().find(|grant| !WANTS.contains(&grant.as_str())) {
        let known = WANTS.join(", ");
        return Err(Failure::new(format!("--grant {grant}: nothing of that name can be granted"))
            .hint(format!("expected {known}"))
            .into());
    }
    // The file must be sound before anything is added to it.
    let text = if path.exists() {
        config::read(&path)?;
        fs::read_to_string(&path)?
    } else {
        String::new()
    };
    let mut document: DocumentMut =
        text.parse().map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let launcher = plugins::launcher()?;
    let folder = folder_of(&path);
    let mut told = String::new();
    for plugin in &arguments.paths {
        let terms = Terms {
            sha256: arguments.sha256.as_ref().map(|sha256| sha256.to_ascii_lowercase()),
            ..Terms::default()
        };
        if is_bundle(plugin) {
            let opened = bundle::open(plugin, &launcher, &terms)?;
            pin(&mut document, &folder, plugin, &opened.sha256, &arguments.grant)?;
            told.push_str(&bundle_lines(plugin, &opened, &arguments.grant, &path));
            continue;
        }
        let loaded = plugins::load(plugin, &launcher, &terms)?;
        if let Some(grant) =
            arguments.grant.iter().find(|grant| !loaded.manifest.wants.contains(grant))
        {
            return Err(Failure::new(format!(
                "--grant {grant}: plugin {} does not want it",
                loaded.manifest.name
            ))
            .hint("leave the grant out: a plugin sees no more than it asks for")
            .into());
        }
        pin(&mut document, &folder, plugin, &loaded.sha256, &arguments.grant)?;
        let (name, version) = (&loaded.manifest.name, plain(&loaded.manifest.version));
        told.push_str(&format_line(name, &version, &loaded.sha256, &path));
        let missing: Vec<&String> =
            loaded.manifest.wants.iter().filter(|want| !arguments.grant.contains(want)).collect();
        for want in missing {
            told.push_str(&note_line(want, plugin));
        }
    }
    write_whole(&path, &document.to_string())?;
    output::print(&told)?;
    Ok(ExitCode::SUCCESS)
}

/// The file that plugins are pinned in; one's own is made where there is none.
fn pinned_in(arguments: &TrustArguments) -> Result<PathBuf, Failure> {
    if !arguments.user {
        return Ok(arguments.config.clone().unwrap_or_else(|| PathBuf::from(config::USUAL_NAME)));
    }
    let own = config::own_path().ok_or_else(|| {
        Failure::new("--user: this system does not tell where your own configuration belongs")
            .hint("name a file with --config FILE")
    })?;
    fs::create_dir_all(folder_of(&own)).map_err(|error| {
        Failure::new(format!("{}: cannot be made: {error}", folder_of(&own).display()))
    })?;
    Ok(own)
}

/// What a bundle brings, for people; first what is trusted.
fn bundle_lines(path: &Path, opened: &Opened, grants: &[String], config: &Path) -> String {
    let mut lines = vec![format!(
        "{} is trusted as SHA-256 {} in {}\n",
        plain(&path.display().to_string()),
        opened.sha256,
        plain(&config.display().to_string())
    )];
    for plugin in &opened.plugins {
        let manifest = &plugin.manifest;
        let checks = wording::count(manifest.checks.len(), "check");
        lines.push(format!("  {} {}  {checks}\n", manifest.name, plain(&manifest.version)));
        lines.extend(
            manifest
                .wants
                .iter()
                .filter(|want| !grants.contains(want))
                .map(|want| note_line(want, path)),
        );
    }
    lines.extend(
        opened.products.iter().map(|product| format!("  product {}\n", plain(&product.name))),
    );
    lines.extend(
        opened
            .absent
            .iter()
            .map(|one| format!("  not used here: {}\n", plain(&one.why.to_string()))),
    );
    lines.concat()
}

fn format_line(name: &str, version: &str, sha256: &str, path: &Path) -> String {
    format!(
        "{name} {version} is trusted as SHA-256 {sha256} in {}\n",
        plain(&path.display().to_string())
    )
}

fn note_line(want: &str, plugin: &Path) -> String {
    format!(
        "  it wants {want} and does not see it; diag plugin trust --grant {want} {} shows it\n",
        plain(&plugin.display().to_string())
    )
}

/// The folder that paths in a configuration are relative to.
fn folder_of(config: &Path) -> PathBuf {
    match config.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Writes the SHA-256 into the entry of the plugin, or adds an entry.
fn pin(
    document: &mut DocumentMut,
    folder: &Path,
    plugin: &Path,
    sha256: &str,
    grants: &[String],
) -> Result<(), Failure> {
    let entries = document.entry("plugin").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(entries) = entries.as_array_of_tables_mut() else {
        return Err(Failure::new(
            "diag.toml: plugins are expected as [[plugin]] sections, found an array on one line",
        )
        .hint("write each of them as a [[plugin]] section of its own"));
    };
    let is_this = |entry: &Table| {
        entry
            .get("path")
            .and_then(Item::as_str)
            .is_some_and(|path| same_file(&folder.join(path), plugin))
    };
    let known = entries.iter().position(is_this);
    if known.is_none() {
        let mut entry = Table::new();
        entry.insert("path", value(shown_from(folder, plugin)?));
        entries.push(entry);
    }
    let last = entries.len().saturating_sub(1);
    if let Some(entry) = entries.get_mut(known.unwrap_or(last)) {
        match entry.get_mut("sha256").and_then(Item::as_value_mut) {
            // In place, so that a comment behind it stays.
            Some(old) => {
                let decor = old.decor().clone();
                *old = sha256.into();
                *old.decor_mut() = decor;
            }
            None => drop(entry.insert("sha256", value(sha256))),
        }
        if !grants.is_empty() {
            entry.insert("grants", value(grants.iter().collect::<toml_edit::Array>()));
        }
    }
    Ok(())
}

/// The path of the plugin as it stands in the configuration: relative where it lies below its folder.
fn shown_from(folder: &Path, plugin: &Path) -> Result<String, Failure> {
    let cannot = |error: std::io::Error| Failure::new(format!("{}: {error}", plugin.display()));
    let (folder, plugin) =
        (folder.canonicalize().map_err(cannot)?, plugin.canonicalize().map_err(cannot)?);
    let shown = plugin.strip_prefix(&folder).unwrap_or(&plugin);
    let text = shown.to_str().ok_or_else(|| {
        Failure::new(format!("{}: the path is not UTF-8, which diag.toml needs", plugin.display()))
    })?;
    Ok(text.replace('\\', "/"))
}

/// Writes a file whole or not at all.
fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(format!("{}: cannot be written: {error}", path.display()))
    };
    // Through a link the file it leads to is written, not the link replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut file =
        tempfile::Builder::new().prefix(".diag").tempfile_in(folder_of(&target)).map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)?;
    let permissions = fs::metadata(&target).map(|metadata| metadata.permissions());
    #[cfg(unix)]
    let permissions = permissions
        .or_else(|_| Ok::<_, std::io::Error>(std::os::unix::fs::PermissionsExt::from_mode(0o644)));
    if let Ok(permissions) = permissions {
        fs::set_permissions(file.path(), permissions).map_err(cannot)?;
    }
    file.persist(&target).map_err(|error| cannot(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_added_and_changed_in_place() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["one.so", "two.so"] {
            fs::write(folder.path().join(name), name).expect("a file");
        }
        let text = "# ours\n[check]\nskip = ['flow'] # noisy\n\n# from the platform team\n[[plugin]]\npath = 'one.so'\nsha256 = 'old' # reviewed\n";
        let mut document: DocumentMut = text.parse().expect("TOML");
        pin(&mut document, folder.path(), &folder.path().join("one.so"), "new", &[])
            .expect("pinned");
        pin(
            &mut document,
            folder.path(),
            &folder.path().join("two.so"),
            "two",
            &["secret:personal".to_owned()],
        )
        .expect("pinned");
        let expected = "# ours\n[check]\nskip = ['flow'] # noisy\n\n# from the platform team\n[[plugin]]\npath = 'one.so'\nsha256 = \"new\" # reviewed\n\n[[plugin]]\npath = \"two.so\"\nsha256 = \"two\"\ngrants = [\"secret:personal\"]\n";
        assert_eq!(document.to_string(), expected);
        let mut inline: DocumentMut = "plugin = [{ path = 'one.so' }]".parse().expect("TOML");
        assert!(
            pin(&mut inline, folder.path(), &folder.path().join("one.so"), "new", &[]).is_err()
        );
    }
}
