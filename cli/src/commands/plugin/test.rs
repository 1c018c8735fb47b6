//! `diag plugin test`: runs the examples in the documentation of a plugin's checks, twice, and says
//! how long it took. The same is done to the checks of diag itself by its own tests. A pack brings
//! tests of its own, and may have examples, too.

use super::cases;
use crate::args::TestArguments;
use crate::checkers;
use crate::commands::facts::known_grants;
use crate::console;
use crate::failure;
use crate::output;
use crate::plugins;
use diag_core::example;
use diag_host::pack::{Expected, Pack, TestOutcome, is_pack};
use diag_host::{Loaded, Terms};
use diag_render::terminal::{DIM, ERROR, GOOD, STRONG};
use diag_render::text::page::{Page, plain, styled};
use diag_render::wording;
use diag_sdk::Case;
use diag_sdk::manifest::{CheckAnswer, CheckInfo, WANTS};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

pub(crate) fn run(arguments: &TestArguments) -> anyhow::Result<ExitCode> {
    let mut page = Page::new(console::width());
    let mut complaints = 0;
    for path in &arguments.paths {
        page.blank();
        complaints += test(&mut page, path)?;
    }
    known_grants(&arguments.grant)?;
    for case in &arguments.case {
        complaints += cases::try_case(&mut page, case, arguments)?;
    }
    output::print(&page.finish())?;
    Ok(ExitCode::from(u8::from(complaints > 0)))
}

/// Tests one plugin; the number of complaints.
fn test(page: &mut Page, path: &Path) -> anyhow::Result<usize> {
    let launcher = plugins::launcher()?;
    let terms = Terms {
        granted: WANTS.iter().map(|want| (*want).to_owned()).collect(),
        ..Terms::default()
    };
    let started = Instant::now();
    let mut plugin = plugins::load_whole(path, &launcher, &terms)?;
    let start = started.elapsed();
    let mut again = plugins::load_whole(path, &launcher, &terms)?;
    let own_tests = is_pack(path).then(|| tests_of_pack(path));

    let (name, version) = (plugin.manifest.name.clone(), plain(&plugin.manifest.version));
    page.line(&format!(
        "{} {version}  {}",
        styled(STRONG, &name),
        styled(DIM, &path.display().to_string())
    ));
    let checks = plugin.manifest.checks.clone();
    let (mut complaints, mut longest) = (0, Duration::ZERO);
    for check in &checks {
        let tests: Vec<&TestOutcome> =
            own_tests.iter().flatten().filter(|test| test.check == check.id).collect();
        let failed = tests
            .iter()
            .filter_map(|test| Some(format!("{}: {}", test.name, test.failure.as_ref()?)));
        let mut said: Vec<String> = failed.collect();
        if own_tests.is_some() && !has_examples(check) {
            said.extend(lacking(&tests));
        }
        let mut took = Duration::ZERO;
        if own_tests.is_none() || has_examples(check) {
            said.extend(try_examples(&mut plugin, &mut again, check, &mut took));
        }
        longest = longest.max(took);
        complaints += said.len();
        if said.is_empty() {
            let how = if tests.is_empty() {
                milliseconds(took)
            } else {
                wording::count(tests.len(), "test")
            };
            page.hanging(
                &format!("  {}", styled(GOOD, "✓")),
                4,
                &format!("{}  {}", check.id, styled(DIM, &how)),
            );
        } else {
            page.hanging(&format!("  {}", styled(ERROR, "✗")), 4, &check.id);
            for complaint in said {
                let text = complaint
                    .strip_prefix(&format!("{}: ", check.id))
                    .unwrap_or(&complaint)
                    .to_owned();
                page.paragraph(4, &plain(&text));
            }
        }
    }
    if let Some(mistake) = checkers::unknown_explained(&plugin.manifest, &[]) {
        complaints += 1;
        page.hanging(&format!("  {}", styled(ERROR, "✗")), 4, &plain(&mistake));
    }
    page.blank();
    let all = wording::count(checks.len(), "check");
    page.line(&match complaints {
        0 if own_tests.is_some() => format!("{all}: all tests passed, twice the same"),
        0 => format!("{all} found and passed what its documentation says, twice the same"),
        some => wording::count(some, "complaint"),
    });
    let slowest = if longest.is_zero() {
        String::new()
    } else {
        format!(", slowest check {}", milliseconds(longest))
    };
    page.line(&styled(
        DIM,
        &format!("start {}{slowest}; {}", milliseconds(start), plugin.confinement),
    ));
    // Whoever writes a plugin wants to see what it prints.
    for printed in [plugin.printed(), again.printed()] {
        failure::say_printed(&name, &printed);
    }
    Ok(complaints)
}

/// What is wrong with the examples in a check's documentation.
fn try_examples(
    plugin: &mut Loaded,
    again: &mut Loaded,
    check: &CheckInfo,
    took: &mut Duration,
) -> Vec<String> {
    let mut wavers = false;
    let mut said = example::complaints(check, |case| {
        let started = Instant::now();
        let first = answer(plugin, &check.id, case);
        *took += started.elapsed();
        // Again in the same process, and in another one: order that comes from hashing shows there.
        wavers |= !alike(&first, &answer(plugin, &check.id, case))
            || !alike(&first, &answer(again, &check.id, case));
        match first.crashed.or(first.undecided.filter(|_| first.findings.is_empty())) {
            Some(why) => Err(why),
            None => Ok((first.findings, first.missing)),
        }
    });
    if wavers {
        said.push("asked again, it answers something else".to_owned());
    }
    said
}

fn has_examples(check: &CheckInfo) -> bool {
    ["Fails", "Passes"].iter().any(|title| !example::section(&check.docs, title).is_empty())
}

/// Tests a check of a pack should have and has not: one that never finds anything looks just like
/// one that is right.
fn lacking(tests: &[&TestOutcome]) -> Vec<String> {
    let lacks = |expected: Expected| !tests.iter().any(|test| test.expects == expected);
    let words = [(Expected::Found, "found"), (Expected::Clean, "clean")]
        .into_iter()
        .filter(|(expected, _)| lacks(*expected));
    words.map(|(_, word)| format!("no [[check.test]] has expect = \"{word}\"")).collect()
}

/// The tests a pack brings along. It was loaded before, so it can be read.
fn tests_of_pack(path: &Path) -> Vec<TestOutcome> {
    Pack::load(path).map(|pack| pack.test()).unwrap_or_default()
}

fn answer(plugin: &mut Loaded, check: &str, case: &Case) -> CheckAnswer {
    plugin.run(|id| id == check, case).into_iter().next().unwrap_or_default()
}

/// Both answers are the same, byte for byte, as they would stand in a report.
fn alike(left: &CheckAnswer, right: &CheckAnswer) -> bool {
    serde_json::to_string(left).ok() == serde_json::to_string(right).ok()
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}
