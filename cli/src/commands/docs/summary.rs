//! The table of contents of the book that docs/ is: what people wrote in the order in which it is read, then every check.

use crate::checkers::Checkers;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The chapters, in order.
const CHAPTERS: &str = include_str!("summary.md");

/// `SUMMARY.md`: the chapters, pages of the folder that have no place among them yet, and every check.
pub(super) fn page(
    checkers: &Checkers,
    folder: &Path,
    generated: &BTreeMap<PathBuf, String>,
) -> String {
    let mut out = CHAPTERS.trim_end().to_owned();
    let mut others = written(folder);
    others.extend(generated.iter().map(|(name, text)| (slashed(name), text.clone())));
    others.retain(|name, _| is_page(name) && !CHAPTERS.contains(&format!("]({name})")));
    if !others.is_empty() {
        out.push_str("\n\n# More\n");
    }
    // Writing to a String cannot fail.
    for (name, text) in &others {
        let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(name).trim();
        let _ = write!(out, "\n- [{}]({name})", title.replace(['[', ']'], ""));
    }
    out.push_str("\n\n# Checks\n\n- [Every check](checks/README.md)\n");
    for plugin in checkers.families() {
        for check in &plugin.checks {
            let _ = writeln!(out, "  - [{0}](checks/{0}.md)", check.id);
        }
    }
    out
}

fn is_page(name: &str) -> bool {
    name.strip_suffix(".md").is_some_and(|stem| stem != "SUMMARY") && !name.starts_with("checks/")
}

/// The pages that are in the folder, by name.
fn written(folder: &Path) -> BTreeMap<String, String> {
    let walk = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path);
    walk.filter_map(|path| {
        let name = slashed(path.strip_prefix(folder).ok()?);
        is_page(&name).then(|| fs::read_to_string(&path).ok()).flatten().map(|text| (name, text))
    })
    .collect()
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_a_place_is_in_the_book_all_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("notes")).expect("a folder");
        fs::write(folder.path().join("notes/new.md"), "# What is [new]\n").expect("written");
        fs::write(folder.path().join("start.md"), "# Five minutes\n").expect("written");
        let generated = BTreeMap::from([
            (PathBuf::from("made.md"), "# Made\n".to_owned()),
            (PathBuf::from("schemas/case.json"), String::new()),
        ]);
        let page = page(&Checkers::builtin(), folder.path(), &generated);
        assert!(
            page.contains(
                "# More\n\n- [Made](made.md)\n- [What is new](notes/new.md)\n\n# Checks\n"
            ),
            "{page}"
        );
        assert_eq!(page.matches("](start.md)").count(), 1);
        assert!(page.contains(
            "  - [endpoints/acs-not-registered](checks/endpoints/acs-not-registered.md)\n"
        ));
    }
}
