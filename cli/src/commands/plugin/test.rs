//! `diag plugin test`: runs the examples in the documentation of a plugin's checks, twice, and says
//! how long it took. The same is done to the checks of diag itself by its own tests.

use crate::args::TestArguments;
use crate::output;
use crate::plugins;
use crate::render::text::page::{Page, plain, styled};
use crate::terminal::{self, DIM, ERROR, GOOD, STRONG};
use crate::wording;
use diag_core::example;
use diag_host::{Launcher, Loaded, Terms};
use diag_sdk::Case;
use diag_sdk::manifest::{CheckAnswer, WANTS};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

pub(crate) fn run(arguments: &TestArguments) -> anyhow::Result<ExitCode> {
    let mut page = Page::new(terminal::width());
    let mut complaints = 0;
    for path in &arguments.paths {
        page.blank();
        complaints += test(&mut page, path)?;
    }
    output::print(&page.finish())?;
    Ok(ExitCode::from(u8::from(complaints > 0)))
}

/// Tests one plugin; the number of complaints.
fn test(page: &mut Page, path: &Path) -> anyhow::Result<usize> {
    // Whoever writes a plugin wants to see what it prints.
    let launcher = Launcher { audible: true, ..plugins::launcher()? };
    let terms = Terms { granted: WANTS.iter().map(|want| (*want).to_owned()).collect(), ..Terms::default() };
    let started = Instant::now();
    let mut plugin = plugins::load(path, &launcher, &terms)?;
    let start = started.elapsed();
    let mut again = plugins::load(path, &launcher, &terms)?;

    let (name, version) = (plugin.manifest.name.clone(), plain(&plugin.manifest.version));
    page.line(&format!("{} {version}  {}", styled(STRONG, &name), styled(DIM, &path.display().to_string())));
    let checks = plugin.manifest.checks.clone();
    let (mut complaints, mut longest) = (0, Duration::ZERO);
    for check in &checks {
        let mut wavers = false;
        let mut took = Duration::ZERO;
        let mut said = example::complaints(check, |case| {
            let started = Instant::now();
            let answer = answer(&mut plugin, &check.id, case);
            took += started.elapsed();
            // Again in the same process, and in another one: order that comes from hashing shows there.
            wavers |=
                !alike(&answer, &self::answer(&mut plugin, &check.id, case)) || !alike(&answer, &self::answer(&mut again, &check.id, case));
            match answer.crashed {
                Some(why) => Err(why),
                None => Ok((answer.findings, answer.missing)),
            }
        });
        if wavers {
            said.push(format!("{}: asked again, it answers something else", check.id));
        }
        longest = longest.max(took);
        complaints += said.len();
        if said.is_empty() {
            let time = styled(DIM, &milliseconds(took));
            page.hanging(&format!("  {}", styled(GOOD, "✓")), 4, &format!("{}  {time}", check.id));
        } else {
            page.hanging(&format!("  {}", styled(ERROR, "✗")), 4, &check.id);
            for complaint in said {
                let text = complaint.strip_prefix(&format!("{}: ", check.id)).unwrap_or(&complaint).to_owned();
                page.paragraph(4, &plain(&text));
            }
        }
    }
    page.blank();
    let verdict = match complaints {
        0 => format!("{} found and passed what its documentation says, twice the same", wording::count(checks.len(), "check")),
        some => wording::count(some, "complaint"),
    };
    page.line(&verdict);
    page.line(&styled(DIM, &format!("start {}, slowest check {}; {}", milliseconds(start), milliseconds(longest), plugin.confinement)));
    Ok(complaints)
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
