//! The doors that lead in: the book's pages and links, licences, and what other people's CI is asked to run.

use diag_tests::plugin::workspace;
use regex_lite::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .replace("\r\n", "\n")
}

/// Files below a folder with one of these endings, by their path from the workspace.
fn files(below: &str, endings: &[&str]) -> Vec<PathBuf> {
    let root = workspace();
    let walk = WalkDir::new(root.join(below))
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path());
    walk.filter(|path| {
        path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known))
    })
    .map(|path| path.strip_prefix(root).expect("below the workspace").to_owned())
    .collect()
}

/// Text without fenced blocks and without code in lines, where nothing is a link.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            out.push_str(line);
            out.push('\n');
        }
    }
    Regex::new("`[^`\n]*`").expect("a pattern").replace_all(&out, "code").into_owned()
}

/// The anchors of a page, as both GitHub and mdBook make them from headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim());
    headings
        .map(|heading| {
            let kept = heading.to_lowercase().replace(' ', "-");
            kept.chars()
                .filter(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_'))
                .collect()
        })
        .collect()
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let root = workspace();
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let at_home =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md"]
            .map(PathBuf::from);
    let mut broken = Vec::new();
    let mut followed = 0;
    for page in at_home.into_iter().chain(files("docs", &["md"])) {
        let text = read(&root.join(&page));
        for found in link.captures_iter(&prose(&text)) {
            let target = &found[1];
            if ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
                continue;
            }
            followed += 1;
            let (path, anchor) = target
                .split_once('#')
                .map_or((target, None), |(path, anchor)| (path, Some(anchor)));
            let file = if path.is_empty() {
                root.join(&page)
            } else {
                root.join(&page).parent().expect("a folder").join(path)
            };
            let leads = match anchor {
                _ if !file.exists() => false,
                Some(anchor) => anchors(&read(&file)).contains(anchor),
                None => true,
            };
            if !leads {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(followed > 300, "only {followed} links");
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn the_book_has_every_page_once() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let summary = read(&workspace().join("docs/SUMMARY.md"));
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for found in link.captures_iter(&summary) {
        *named.entry(format!("docs/{}", &found[1])).or_default() += 1;
    }
    let pages: BTreeSet<String> = files("docs", &["md"])
        .iter()
        .map(|page| page.to_string_lossy().replace('\\', "/"))
        .filter(|page| page != "docs/SUMMARY.md")
        .collect();
    let missing: Vec<&String> = pages.iter().filter(|page| !named.contains_key(*page)).collect();
    let wrong: Vec<&String> = named
        .iter()
        .filter(|(page, times)| **times != 1 || !pages.contains(*page))
        .map(|(page, _)| page)
        .collect();
    assert!(pages.len() > 150, "only {} pages", pages.len());
    assert!(
        missing.is_empty(),
        "pages that SUMMARY.md does not name; diag docs docs writes it: {missing:?}"
    );
    assert!(wrong.is_empty(), "chapters without a page, or named twice: {wrong:?}");
}

#[test]
fn licences_are_there_as_the_manifest_names_them() {
    let root = workspace();
    assert!(read(&root.join("Cargo.toml")).contains("license = \"MIT OR Apache-2.0\""));
    assert!(read(&root.join("LICENSE-MIT")).starts_with("MIT License"));
    assert!(
        read(&root.join("LICENSE-APACHE")).contains("Apache License")
            && read(&root.join("LICENSE-APACHE")).contains("END OF TERMS")
    );
}

/// A tag can be moved to other code; a commit cannot. What a workflow may do is granted job by job.
#[test]
fn workflows_pin_what_they_run_and_may_do_nothing_by_default() {
    let root = workspace();
    let uses = Regex::new(r"(?m)^\s*(?:- )?uses:\s*(.*)$").expect("a pattern");
    let pinned =
        Regex::new(r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$")
            .expect("a pattern");
    let workflows = files(".github/workflows", &["yml"]);
    assert!(workflows.len() >= 2, "{workflows:?}");
    let others = ["action.yml", "examples/ci/github.yml"].map(PathBuf::from);
    let mut steps = 0;
    for path in workflows.iter().chain(&others) {
        let text = read(&root.join(path));
        let is_workflow = !path.ends_with("action.yml");
        assert!(
            !is_workflow || text.contains("\npermissions: {}\n"),
            "{}: permissions are not empty by default",
            path.display()
        );
        assert!(
            !text.contains("pull_request_target"),
            "{}: runs strangers' code with our rights",
            path.display()
        );
        for found in uses.captures_iter(&text) {
            let step = found[1].trim();
            steps += 1;
            // The example names what only its reader knows.
            let ours = step == "./" || step == "OWNER/REPO@COMMIT # v0.1.0";
            assert!(
                ours || pinned.is_match(step),
                "{}: `{step}` is not pinned to a commit, with its version beside it",
                path.display()
            );
        }
        // What is put into a command as text is run as a command.
        for line in text
            .lines()
            .filter(|line| line.trim_start().trim_start_matches("- ").starts_with("run:"))
        {
            assert!(
                !line.contains("${{"),
                "{}: `{}` puts text into a command",
                path.display(),
                line.trim()
            );
        }
    }
    assert!(steps > 8, "only {steps} steps");
}

#[test]
fn the_action_runs_scripts_that_are_there() {
    let text = read(&workspace().join("action.yml"));
    let script = Regex::new(r#"\$GITHUB_ACTION_PATH/([^"]+)""#).expect("a pattern");
    let scripts: Vec<String> =
        script.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    assert_eq!(scripts.len(), 3, "{scripts:?}");
    for name in scripts {
        assert!(read(&workspace().join(&name)).starts_with("#!/usr/bin/env bash\n"), "{name}");
    }
}

/// A package has only what lies in its own folder; what is compiled into the program must lie there. Tests may look elsewhere.
#[test]
fn nothing_that_is_compiled_in_lies_outside_its_package() {
    let root = workspace();
    let include = Regex::new(r#"include_(?:str|bytes)!\("([^"]+)"\)"#).expect("a pattern");
    let mut outside = Vec::new();
    let mut seen = 0;
    for package in [
        "cli",
        "cli/render",
        "core",
        "plugins/sdk",
        "plugins/products",
        "plugins/host",
        "plugins/families",
    ] {
        let own = root.join(package).canonicalize().expect("a package");
        for path in files(&format!("{package}/src"), &["rs"]) {
            if path.ends_with("tests.rs")
                || path
                    .components()
                    .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "page")
            {
                continue;
            }
            let text = read(&root.join(&path));
            // Tests stand last in a file.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for found in include.captures_iter(code) {
                seen += 1;
                let target = root.join(&path).parent().expect("a folder").join(&found[1]);
                if !target.canonicalize().is_ok_and(|target| target.starts_with(&own)) {
                    outside.push(format!("{}: {}", path.display(), &found[1]));
                }
            }
        }
    }
    assert!(seen > 10, "only {seen} files");
    assert!(outside.is_empty(), "{outside:#?}");
}

#[test]
fn certificates_of_examples_are_those_of_the_fixtures() {
    let root = workspace();
    let copies = files("core/src/example", &["crt"]);
    assert!(copies.len() >= 8, "{copies:?}");
    for copy in copies {
        let fixture = root.join("tests/fixtures/keys").join(copy.file_name().expect("a name"));
        assert_eq!(read(&root.join(&copy)), read(&fixture), "{}", copy.display());
    }
}
