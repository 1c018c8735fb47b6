//! `cargo new-check FAMILY/PROBLEM`: the files of a check, so that whoever adds one begins with something that compiles.
//!
//! Three things are written: the check's file, its two lines in the family's list, and a one-fault case. All texts that
//! are to be written say TO SAY, and the suite fails until each of them does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const CHECK: &str = include_str!("check.rs.in");
const CASE: &str = include_str!("case.toml.in");
/// What stands where somebody has to write something.
const TO_SAY: &str = "TO SAY";
/// Ids name the problem; these begin a remedy.
const REMEDIES: &[&str] = &["use-", "avoid-", "set-", "add-", "remove-", "check-"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [id] = arguments.as_slice() else {
        eprintln!(
            "usage: cargo new-check FAMILY/PROBLEM, as in cargo new-check endpoints/acs-in-wrong-order"
        );
        return ExitCode::from(2);
    };
    // The workspace that this program was built in: nobody installs it.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match write(&root, id) {
        Ok(written) => {
            println!("{written}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(2)
        }
    }
}

/// Writes nothing before everything is known to fit.
fn write(root: &Path, id: &str) -> Result<String, String> {
    let name = Name::parse(id)?;
    let family = root.join("plugins").join(name.family);
    let list = family.join("src/lib.rs");
    let text = fs::read_to_string(&list)
        .ok()
        .filter(|text| text.contains("checks: &["))
        .ok_or_else(|| {
            format!(
                "{}: is no family of checks; there are {}",
                name.family,
                families(root).join(", ")
            )
        })?;
    let listed = listed(&text, &name)?;
    let check = family.join(format!("src/{}.rs", name.module()));
    let case = root.join("tests/cases").join(name.family).join(format!("{}.toml", name.problem));
    if let Some(there) = [&check, &case].into_iter().find(|path| path.exists()) {
        return Err(format!("{}: exists already, and nothing is overwritten", there.display()));
    }
    put(&check, &name.fill(CHECK))?;
    put(&case, &name.fill(CASE))?;
    put(&list, &listed)?;
    Ok(format!(
        "plugins/{family}/src/{module}.rs      the check: write what says {TO_SAY}\n\
         plugins/{family}/src/lib.rs      lists it\n\
         tests/cases/{family}/{problem}.toml      the one fault\n\n\
         It compiles; these say what is missing:\n\n  \
         cargo test --workspace --lib {module}\n  \
         cargo test --workspace --test suite -- wording examples one_fault architecture\n\n\
         Then cargo run -p diag-cli -- docs docs writes its page.",
        family = name.family,
        module = name.module(),
        problem = name.problem,
    ))
}

fn put(path: &PathBuf, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn families(root: &Path) -> Vec<String> {
    let folders = fs::read_dir(root.join("plugins")).into_iter().flatten().flatten();
    let mut names: Vec<String> = folders
        .filter(|folder| {
            fs::read_to_string(folder.path().join("src/lib.rs"))
                .is_ok_and(|text| text.contains("checks: &["))
        })
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The id of a check, in its parts.
struct Name<'a> {
    id: &'a str,
    family: &'a str,
    problem: &'a str,
}

impl<'a> Name<'a> {
    fn parse(id: &'a str) -> Result<Self, String> {
        let expected = || {
            format!(
                "{id}: expected FAMILY/PROBLEM in lower-case words with hyphens, as in endpoints/acs-in-wrong-order"
            )
        };
        let (family, problem) = id.split_once('/').ok_or_else(expected)?;
        for part in [family, problem] {
            let words = part.split('-').all(|word| {
                !word.is_empty()
                    && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
            if !words || !part.starts_with(|first: char| first.is_ascii_lowercase()) {
                return Err(expected());
            }
        }
        match REMEDIES.iter().find(|remedy| problem.starts_with(**remedy)) {
            Some(remedy) => Err(format!(
                "{id}: begins with {remedy}, and an id names the problem, never the remedy"
            )),
            None => Ok(Self { id, family, problem }),
        }
    }

    fn module(&self) -> String {
        self.problem.replace('-', "_")
    }

    fn constant(&self) -> String {
        self.module().to_uppercase()
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("@id@", self.id)
            .replace("@CONSTANT@", &self.constant())
            .replace("@say@", TO_SAY)
    }
}

/// The family's list with the check in it: modules and checks each stand in order.
fn listed(text: &str, name: &Name<'_>) -> Result<String, String> {
    let module = format!("mod {};", name.module());
    let check = format!("        &{}::{},", name.module(), name.constant());
    if text.lines().any(|line| line == module) {
        return Err(format!("{}: the family has a module of that name", name.id));
    }
    let lines: Vec<&str> = text.lines().collect();
    let after = |line: &str, starts: &str, ours: &str| {
        line.starts_with(starts) && order(line) > order(ours)
    };
    let is_check = |line: &&str| line.starts_with("        &") && line.ends_with(',');
    let last =
        |found: &dyn Fn(&&str) -> bool| lines.iter().rposition(found).map(|position| position + 1);
    let nothing = || format!("{}: its list does not look as expected", name.family);
    let modules = lines
        .iter()
        .position(|line| after(line, "mod ", &module))
        .or_else(|| last(&|line| line.starts_with("mod ")))
        .ok_or_else(nothing)?;
    let checks = lines
        .iter()
        .position(|line| is_check(line) && order(line) > order(&check))
        .or_else(|| last(&|line| is_check(line)))
        .ok_or_else(nothing)?;
    let mut out: Vec<&str> = lines;
    // The later place first, so that the earlier one stays where it was found.
    out.insert(checks, &check);
    out.insert(modules, &module);
    Ok(out.join("\n") + "\n")
}

/// What lines are ordered by: the id, in which a hyphen comes before every letter.
fn order(line: &str) -> String {
    let bare = line.trim_start().trim_start_matches("mod ").trim_start_matches('&');
    bare.split("::").next().unwrap_or(bare).trim_end_matches([';', ',']).replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn ids_are_checked_before_anything_is_written() {
        for wrong in [
            "endpoints",
            "endpoints/",
            "/x",
            "Endpoints/x",
            "endpoints/x_y",
            "endpoints/x--y",
            "endpoints/2x",
            "endpoints/use-https",
            "../x/y",
        ] {
            assert!(Name::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            Name::parse("virtual-proxy/no-node").map(|name| name.constant()),
            Ok("NO_NODE".to_owned())
        );
        assert!(
            write(&root(), "nowhere/no-node")
                .is_err_and(|reason| reason.contains("there are assertion, endpoints"))
        );
    }

    #[test]
    fn every_family_takes_a_check_at_its_place() {
        let families = families(&root());
        assert!(families.len() >= 8, "{families:?}");
        for family in families {
            let text = fs::read_to_string(root().join("plugins").join(&family).join("src/lib.rs"))
                .expect("a list");
            for problem in ["aaa", "id", "name-id-f", "zzz"] {
                let id = format!("{family}/{problem}");
                let listed = listed(&text, &Name::parse(&id).expect("an id")).expect("a place");
                for starts in ["mod ", "        &"] {
                    let lines: Vec<String> = listed
                        .lines()
                        .filter(|line| line.starts_with(starts) && !line.contains('('))
                        .map(order)
                        .collect();
                    let was = text
                        .lines()
                        .filter(|line| line.starts_with(starts) && !line.contains('('))
                        .count();
                    assert_eq!(lines.len(), was + 1, "{id}");
                    let ours = lines.iter().position(|line| line == problem).expect("it is listed");
                    assert!(
                        ours == 0 || lines[ours - 1].as_str() < problem,
                        "{id}: after {}",
                        lines[ours - 1]
                    );
                    assert!(
                        lines.get(ours + 1).is_none_or(|next| next.as_str() > problem),
                        "{id}: before {:?}",
                        lines.get(ours + 1)
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let before =
            fs::read_to_string(root().join("plugins/endpoints/src/lib.rs")).expect("a list");
        assert!(write(&root(), "endpoints/acs-insecure").is_err());
        assert_eq!(
            fs::read_to_string(root().join("plugins/endpoints/src/lib.rs")).expect("a list"),
            before
        );
    }
}
