//! `diag docs`: the generated part of the documentation, from the same source as `diag explain`.
//!
//! One page per check below `checks/`, an index, all commands, the table of contents, and the schemas below `schemas/`. CI runs it with
//! `--verify`, so that no page can drift from the check it describes.

mod commands;
mod summary;

use super::explain::{markdown_of, name_of, screens};
use super::schema;
use super::words;
use crate::args::{DocsArguments, SchemaOf};
use crate::checkers::Checkers;
use crate::failure::{self, Failure};
use crate::output;
use crate::plugins;
use diag_products::Products;
use diag_products::guide::Guide;
use diag_render::wanted;
use diag_render::wording;
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Setting, Specification};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn run(arguments: &DocsArguments) -> anyhow::Result<ExitCode> {
    let checkers = plugins::checkers(&arguments.plugins, &[])?;
    let mut pages = pages(&checkers)?;
    let contents = summary::page(&checkers, &arguments.folder, &pages);
    pages.insert(PathBuf::from("SUMMARY.md"), contents);
    let stray = strays(&arguments.folder, &pages);
    if arguments.verify {
        return verify(&arguments.folder, &pages, &stray);
    }
    for (name, text) in &pages {
        let path = arguments.folder.join(name);
        if output::is_read(&path, &arguments.plugins.plugins) {
            return Err(Failure::new(format!(
                "{}: is one of the files to read; it would be overwritten",
                path.display()
            ))
            .hint("name another folder")
            .into());
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text)?;
        }
    }
    for path in &stray {
        fs::remove_file(path)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(
    folder: &Path,
    pages: &BTreeMap<PathBuf, String>,
    stray: &[PathBuf],
) -> anyhow::Result<ExitCode> {
    let mut differ = 0;
    for (name, text) in pages {
        let path = folder.join(name);
        // A checkout may have turned line ends.
        let current = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if &current != text {
            differ += 1;
            failure::say_error(&format!("{}: differs from what diag docs writes", path.display()));
        }
    }
    for path in stray {
        differ += 1;
        failure::say_error(&format!("{}: belongs to no check", path.display()));
    }
    if differ > 0 {
        return Err(Failure::new(format!("{} not current", wording::count(differ, "page")))
            .hint("run diag docs and commit what it writes")
            .into());
    }
    Ok(ExitCode::SUCCESS)
}

/// Every generated file, by its path below the folder.
fn pages(checkers: &Checkers) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let mut pages = BTreeMap::new();
    pages.insert(PathBuf::from("checks/README.md"), index(checkers));
    for check in checkers.checks() {
        pages.insert(PathBuf::from(format!("checks/{}.md", check.id)), page(check, checkers));
    }
    pages.insert(PathBuf::from("screens.md"), settings());
    pages.insert(PathBuf::from("commands.md"), commands::page(MADE_BY_COMMANDS));
    pages.insert(PathBuf::from("words.md"), words::page());
    for guide in diag_products::guide::guides() {
        pages.insert(PathBuf::from(format!("{}.md", guide.id)), walk_through(&guide, checkers));
    }
    let documents = [
        ("report", SchemaOf::Report),
        ("fix", SchemaOf::Fix),
        ("case", SchemaOf::Case),
        ("finding", SchemaOf::Finding),
        ("plugin", SchemaOf::Plugin),
        ("config", SchemaOf::Config),
        ("pack", SchemaOf::Pack),
        ("product", SchemaOf::Product),
    ];
    for (name, document) in documents {
        pages.insert(PathBuf::from(format!("schemas/{name}.json")), schema::text(document)?);
    }
    Ok(pages)
}

/// Pages of checks that no longer exist.
fn strays(folder: &Path, pages: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder.join("checks"))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| {
            entry.file_type().is_file()
                && entry.path().extension().is_some_and(|extension| extension == "md")
        })
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.strip_prefix(folder).is_ok_and(|name| !pages.contains_key(name)))
        // What people wrote there is theirs.
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(MADE_BY)))
        .collect()
}

const MADE_BY_GUIDES: &str =
    "<!-- Written by `diag docs`; edit the guide beside the product files instead. -->\n";
const MADE_BY_COMMANDS: &str = "<!-- Written by `diag docs`; edit the command line instead. -->\n";
const MADE_BY_FILES: &str = "<!-- Written by `diag docs`; edit the product files instead. -->\n";
const MADE_BY: &str = "<!-- Written by `diag docs`; edit the check instead. -->\n";

fn index(checkers: &Checkers) -> String {
    let mut out = format!("# Checks\n\n{MADE_BY}");
    for plugin in checkers.families() {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n| check | level | reports |\n|---|---|---|\n",
            plugin.name, plugin.about
        );
        for check in &plugin.checks {
            let _ = writeln!(
                out,
                "| [{0}]({0}.md) | {1} | {2} |",
                check.id,
                levels(check),
                cell(&check.title)
            );
        }
    }
    out
}

/// A set-up guide, value by value: what is compared, by which checks, and what they would have people do.
fn walk_through(guide: &Guide, checkers: &Checkers) -> String {
    let mut out = format!(
        "# {}\n\n{MADE_BY_GUIDES}\n{}\n\nThe guide: {}\n",
        guide.title,
        guide.about.trim(),
        guide.source
    );
    for step in &guide.steps {
        let _ = writeln!(
            out,
            "\n## {}. {}\n\n*{}*\n\n{}",
            step.number, step.value, step.at, step.compares
        );
        if !step.checks.is_empty() {
            out.push_str("\n| check | level | who acts | fix |\n|---|---|---|---|\n");
        }
        for id in &step.checks {
            let Some(check) = checkers.check(id) else { continue };
            let cause = check.causes.first();
            let (who, fix) = cause.map_or((String::new(), String::new()), |cause| {
                (wording::person(cause.who).to_owned(), cell(&cause.fix))
            });
            let _ = writeln!(out, "| [{id}](checks/{id}.md) | {} | {who} | {fix} |", levels(check));
        }
        if let Some(sound) = &step.sound {
            let link = |case: &str| format!("[{case}](../tests/cases/{case}.toml)");
            let faults: Vec<String> = step.faults.iter().map(|case| link(case)).collect();
            let _ = writeln!(out, "\nShown by {}; sound in {}.", faults.join(", "), link(sound));
        }
    }
    out
}

/// Where each product has each setting.
fn settings() -> String {
    let products = Products::builtin();
    let mut out = format!(
        "# Where each product has a setting\n\n{MADE_BY_FILES}\n`diag` names the screen in its fixes. A product that is missing can be taught: [teach-diag-your-product.md](teach-diag-your-product.md).\n"
    );
    for setting in Setting::ALL {
        let known = screens(*setting, &products);
        if known.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "\n## {}\n\n{}\n\n| product | where | source |\n|---|---|---|",
            name_of(*setting),
            setting.neutral()
        );
        for (product, way, source) in known {
            let source = if source.starts_with("https://") && !source.contains(' ') {
                format!("<{source}>")
            } else {
                cell(&source)
            };
            let _ = writeln!(out, "| {} | {} | {source} |", cell(&product), cell(&way));
        }
    }
    out
}

fn page(check: &CheckInfo, checkers: &Checkers) -> String {
    let mut out = format!(
        "# {}\n\n{MADE_BY}\n**{}** · {}\n\n{}\n",
        check.id,
        check.title,
        levels(check),
        markdown_of(check).trim_end()
    );
    if !check.causes.is_empty() {
        out.push_str(
            "\n## Causes and fixes\n\n| cause | who acts | where | fix |\n|---|---|---|---|\n",
        );
        for cause in &check.causes {
            let neutral = cell(cause.setting.neutral());
            let known = !screens(cause.setting, &Products::builtin()).is_empty();
            let place = if known {
                format!("[{neutral}](../../screens.md#{})", name_of(cause.setting))
            } else {
                neutral
            };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                cell(&cause.text),
                wording::person(cause.who),
                place,
                cell(&cause.fix)
            );
        }
    }
    if !check.needs.is_empty() {
        out.push_str("\n## Reads\n\n");
        for need in &check.needs {
            let _ = writeln!(out, "- {}", wanted::name(*need, &Products::builtin()));
        }
    }
    if !check.explains.is_empty() {
        out.push_str("\n## Explains\n\n");
        for id in &check.explains {
            let link = if checkers.check(id).is_some() {
                format!("[{id}](../{id}.md)")
            } else {
                format!("`{id}`")
            };
            let _ = writeln!(out, "- {link}");
        }
    }
    if !check.references.is_empty() {
        out.push_str("\n## See also\n\n");
        for reference in &check.references {
            let _ = writeln!(out, "- {}", linked(reference));
        }
    }
    out
}

/// A reference as a link: an address in it, or where the specification is published that it begins with.
fn linked(reference: &str) -> String {
    if let Some((of, section)) = Specification::named_in(reference) {
        return format!("[{reference}]({})", of.address(section));
    }
    match reference.split_once(' ') {
        _ if !reference.starts_with("https://") => reference.to_owned(),
        Some((address, rest)) => format!("<{address}> {rest}"),
        None => format!("<{reference}>"),
    }
}

fn levels(check: &CheckInfo) -> String {
    check.levels.iter().map(|level| wording::word(*level)).collect::<Vec<_>>().join(", ")
}

/// Text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::PluginArguments;

    #[test]
    fn writing_and_verifying_agree() {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = |verify| DocsArguments {
            folder: folder.path().to_owned(),
            verify,
            plugins: PluginArguments::default(),
        };
        assert!(run(&arguments(true)).is_err(), "nothing is written yet");
        run(&arguments(false)).expect("written");
        run(&arguments(true)).expect("current");
        let stray = folder.path().join("checks/gone/check.md");
        fs::create_dir_all(stray.parent().expect("a parent")).expect("a folder");
        fs::write(&stray, MADE_BY).expect("a file");
        let own = folder.path().join("checks/guide.md");
        fs::write(&own, "written by hand").expect("a file");
        assert!(run(&arguments(true)).is_err(), "a page without a check");
        run(&arguments(false)).expect("written");
        assert!(!stray.exists() && own.exists());
    }
}
