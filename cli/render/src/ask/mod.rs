//! The message to send to those who can get what is missing: which files, how to get each, why, and what to take out
//! before sending. What belongs to one product stands in its product file.

mod markdown;
mod text;
mod why;

use crate::{Judged, wanted};
use diag_core::report::{CheckOutcome, Tool};
use diag_core::verdict::Verdict;
use diag_products::file::{Export, Kept, Wanted};
use diag_sdk::Need;
use diag_sdk::case::input::InputKind;
use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::case::message::Damage;
use serde::Serialize;
use std::collections::BTreeMap;

pub use markdown::markdown;
pub use text::text;

/// Schema of the message.
const SCHEMA: &str = "diag-ask/1";
/// Most files asked for at once: who is asked for twenty sends none.
const MOST: usize = 6;
/// Most files asked for where the cause is known already.
const MOST_TO_CONFIRM: usize = 2;

/// The message.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ask {
    /// `diag-ask/1`.
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// What it is about, in a line.
    pub subject: String,
    /// The cause that is known already, where one is certain: what is asked for only confirms it.
    pub known: Option<String>,
    /// The files, most decisive first.
    pub files: Vec<Asked>,
    /// What to do before sending.
    pub before_sending: Vec<String>,
}

/// A file that is asked for.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked {
    /// What it is.
    pub what: String,
    /// What it may be called.
    pub file: Option<String>,
    /// Why, in one clause.
    pub why: String,
    /// How to get it, step by step.
    pub steps: Vec<String>,
    /// Checks that wait for it.
    pub decides: Vec<String>,
}

/// What to ask for. A file that was given is not asked for, unless it cannot tell what it should.
pub fn of(judged: &Judged) -> Ask {
    let report = &judged.report;
    let root = judged.root_causes().into_iter().next();
    let known = root
        .filter(|root| root.certain && report.verdict != Verdict::Undetermined)
        .map(|root| root.message.clone());
    let mut files: Vec<Asked> = Vec::new();
    files.extend(capture(judged));
    if known.is_none() {
        files.extend(log(judged));
    }
    files.extend(documents(judged));
    // The same file may be wanted for two reasons.
    let mut seen: Vec<String> = Vec::new();
    files.retain(|file| {
        let new = !seen.contains(&file.what);
        seen.push(file.what.clone());
        new
    });
    files.truncate(if known.is_some() || report.verdict == Verdict::Healthy {
        MOST_TO_CONFIRM
    } else {
        MOST
    });
    Ask {
        schema: SCHEMA.to_owned(),
        tool: report.tool.clone(),
        subject: subject(judged, known.is_some()),
        known,
        before_sending: if files.is_empty() { Vec::new() } else { before_sending(judged, &files) },
        files,
    }
}

fn subject(judged: &Judged, known: bool) -> String {
    let host = judged
        .case
        .relevant_configurations()
        .find_map(|entry| entry.host_uri.as_ref().map(|uri| uri.value.clone()));
    let host =
        host.map(|uri| format!(" to {}", uri.trim_start_matches("https://"))).unwrap_or_default();
    match judged.report.verdict {
        Verdict::Healthy => format!("Sign-in{host}: files for a closer look"),
        _ if known => format!("Sign-in{host}: files to confirm the cause"),
        _ => format!("Sign-in{host}: files needed to find the cause"),
    }
}

/// A capture, where there is none, or where the one at hand does not tell.
fn capture(judged: &Judged) -> Option<Asked> {
    let case = &judged.case;
    let removed = &case.removed_by_exporter;
    let given = case.has(Need::Capture);
    let why = if !given {
        why::of(Need::Capture).to_owned()
    } else if judged.report.verdict == Verdict::Undetermined && !judged.report.open_for_crashes {
        "the one we have does not show how the sign-in ended".to_owned()
    } else if !removed.is_empty()
        && (judged.root_causes().first().is_none_or(|root| !root.certain) || unexplained(judged))
    {
        format!("the one we have was saved without {}", removed.join(" and "))
    } else {
        return None;
    };
    let what = wanted::name(Need::Capture, &judged.products);
    Some(Asked {
        what: if given { format!("{what}, recorded anew") } else { what },
        file: Some("login.har".to_owned()),
        why,
        steps: why::CAPTURE_STEPS.iter().map(|step| (*step).to_owned()).collect(),
        decides: waiting(judged).remove(&Need::Capture).unwrap_or_default(),
    })
}

/// What is named as the cause is no more than that somebody failed, and messages that would tell why are masked.
fn unexplained(judged: &Judged) -> bool {
    let told = |failure: &Failure| {
        !failure.codes.is_empty() || failure.said.iter().any(|said| !said.meaning.is_vague())
    };
    let masked =
        judged.case.messages.iter().any(|message| message.damage.contains(&Damage::Sanitised));
    masked && judged.report.verdict == Verdict::Broken && !judged.case.failures.iter().any(told)
}

/// The log of who refused, where nobody states why.
fn log(judged: &Judged) -> Option<Asked> {
    let case = &judged.case;
    let failure = case
        .failures
        .iter()
        .rev()
        .find(|failure| failure.said.is_empty() && failure.codes.is_empty())?;
    let vendor = match failure.party {
        Party::Idp => case.idp_vendor,
        Party::Sp => case.sp_vendor,
        _ => return None,
    };
    let given = case
        .inputs
        .iter()
        .any(|input| matches!(input.kind, InputKind::ServerLog | InputKind::ProxyLog));
    let product = judged.products.get(vendor.id()).filter(|_| !given)?;
    let export = product.exports.iter().find(|export| export.what == Wanted::Other(Kept::Log))?;
    let when = failure
        .time
        .map(|time| format!(" from around {}", crate::wording::moment(time)))
        .unwrap_or_default();
    Some(Asked {
        what: format!("Log of {}{when}", product.name),
        file: export.file.clone(),
        why: why::of(Need::ServerLog).to_owned(),
        steps: steps(judged, export),
        decides: Vec::new(),
    })
}

/// Metadata and exports that checks wait for, those first for which most do.
fn documents(judged: &Judged) -> Vec<Asked> {
    let products = &*judged.products;
    let mut needs: Vec<(Need, Vec<String>)> = waiting(judged)
        .into_iter()
        .filter(|(need, _)| !matches!(need, Need::Capture | Need::DecryptionKey | Need::ServerLog))
        .filter(|(need, _)| !wanted::is_foreign(&judged.case, *need, products))
        .collect();
    let first = settings_stand_in(judged);
    let rank = |need: &Need| first.iter().position(|wanted| wanted == need).unwrap_or(first.len());
    needs.sort_by_key(|(need, checks)| (rank(need), std::cmp::Reverse(checks.len()), *need));
    let asked = |(need, decides): (Need, Vec<String>)| {
        let vendor = wanted::vendor(need, &judged.case, products);
        let export = vendor.and_then(|vendor| products.export(vendor, need));
        Asked {
            what: wanted::name(need, products),
            file: export
                .and_then(|export| export.file.clone())
                .or_else(|| why::file(need).map(str::to_owned)),
            why: why::of(need).to_owned(),
            steps: export.map_or_else(
                || vec![wanted::how(need, &judged.case, products)],
                |export| steps(judged, export),
            ),
            decides,
        }
    };
    needs.into_iter().map(asked).collect()
}

/// The exports in which the settings stand that root causes name.
fn settings_stand_in(judged: &Judged) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for root in judged.root_causes() {
        for cause in &root.causes {
            let fields = cause
                .setting
                .map(|setting| judged.products.fields(cause.vendor, &root.check, setting))
                .unwrap_or_default();
            for field in fields {
                if !needs.contains(&field.of) {
                    needs.push(field.of);
                }
            }
        }
    }
    needs
}

/// Ids of the checks that wait for each input that is not there.
fn waiting(judged: &Judged) -> BTreeMap<Need, Vec<String>> {
    let mut waiting: BTreeMap<Need, Vec<String>> = BTreeMap::new();
    for check in judged.report.checks.iter().filter(|check| check.outcome == CheckOutcome::Skipped)
    {
        for need in check.needs.iter().filter(|need| !judged.case.has(**need)) {
            waiting.entry(*need).or_default().push(check.id.clone());
        }
    }
    waiting
}

/// The steps of an export, with the ids of this case in them.
fn steps(judged: &Judged, export: &Export) -> Vec<String> {
    let steps =
        if export.steps.is_empty() { vec![export.how.clone()] } else { export.steps.clone() };
    let mut registrations = judged.case.relevant_registrations();
    let only = registrations.next().filter(|_| registrations.next().is_none());
    let id = |text: Option<&str>| {
        text.filter(|text| {
            text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
        .map(str::to_owned)
    };
    let application = only.and_then(|registration| id(registration.app_id.as_deref()));
    let object = only.and_then(|registration| {
        id(registration.instance.as_ref().map(|instance| instance.value.as_str()))
    });
    let filled = |step: String| {
        let step =
            application.as_ref().map_or(step.clone(), |own| step.replace("APPLICATION-ID", own));
        object.as_ref().map_or(step.clone(), |own| step.replace("OBJECT-ID", own))
    };
    steps.into_iter().map(filled).collect()
}

fn before_sending(judged: &Judged, files: &[Asked]) -> Vec<String> {
    let capture = files
        .iter()
        .any(|file| file.file.as_deref().is_some_and(|name| name.strip_suffix(".har").is_some()));
    let of_capture: &[&str] = if capture { why::BEFORE_SENDING_A_CAPTURE } else { &[] };
    let mut lines: Vec<String> =
        of_capture.iter().chain(why::BEFORE_SENDING).map(|line| (*line).to_owned()).collect();
    if waiting(judged).contains_key(&Need::DecryptionKey) {
        lines.push(why::ENCRYPTED.to_owned());
    }
    if let Some(file) = files.iter().find_map(|file| file.file.as_deref()) {
        lines.insert(0, format!("Where diag is at hand: diag redact {file} -o redacted-{file} keeps what the diagnosis needs and takes out what lets somebody in; its receipt says what"));
    }
    lines
}
