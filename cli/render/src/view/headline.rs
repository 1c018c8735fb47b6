//! The verdict in one line, and what it rests on.

use super::given;
use crate::Judged;
use crate::tone::Tone;
use crate::wording::{self, count};
use diag_core::report::{Report, ReportedFinding};
use diag_core::verdict::Verdict;
use diag_sdk::Case;
use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::case::input::InputKind;
use diag_sdk::{Class, Severity, Told};
use serde::Serialize;

/// What is said first.
#[derive(Debug, Serialize)]
pub(crate) struct Headline<'j> {
    /// The verdict in a word.
    pub(crate) badge: &'static str,
    pub(crate) tone: Tone,
    pub(crate) sentence: String,
    /// How the decisive attempt ended.
    pub(crate) ending: Option<&'j str>,
    /// Where the sign-in works: the product, and who it takes the person for.
    pub(crate) user: Option<(&'j str, &'j str)>,
    /// How much was found.
    pub(crate) numbers: String,
}

/// The headline of a case.
pub(crate) fn of(judged: &Judged) -> Headline<'_> {
    let (badge, tone) = badge(judged.report.verdict);
    let ending =
        decisive(judged).map(|attempt| attempt.ending.as_str()).filter(|ending| !ending.is_empty());
    Headline {
        badge,
        tone,
        sentence: sentence(judged),
        ending,
        user: user(judged),
        numbers: numbers(judged),
    }
}

fn badge(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Healthy => ("HEALTHY", Tone::Good),
        Verdict::AtRisk => ("AT RISK", Tone::Warn),
        Verdict::Broken => ("BROKEN", Tone::Bad),
        Verdict::Undetermined => ("UNDETERMINED", Tone::Warn),
    }
}

/// The verdict in a sentence.
fn sentence(judged: &Judged) -> String {
    let report = &judged.report;
    let attempt = decisive(judged);
    let captured = !judged.case.exchanges.is_empty();
    let of = |attempt: &Attempt| {
        let when = attempt
            .started
            .map(|time| format!(" of {}", wording::moment(time)))
            .unwrap_or_default();
        format!("The {}{when}", wording::attempt(attempt.kind))
    };
    if report.open_for_crashes {
        let works = attempt.map_or_else(
            || "What was looked at keeps nobody from signing in".to_owned(),
            |attempt| format!("{} works", of(attempt)),
        );
        return match report.crashed() {
            1 => format!("{works}, but 1 check crashed: what it looks at is open"),
            more => format!("{works}, but {more} checks crashed: what they look at is open"),
        };
    }
    match (report.verdict, attempt) {
        (Verdict::Healthy, Some(attempt)) => format!("{} works", of(attempt)),
        (Verdict::Healthy, None) => given::sound(judged).to_owned(),
        (Verdict::AtRisk, Some(attempt)) if only_sign_out(report) => {
            format!("{} worked, but signing out does not", of(attempt))
        }
        (Verdict::AtRisk, Some(attempt)) => {
            format!("{} worked, but the configuration will break it", of(attempt))
        }
        (Verdict::AtRisk, None) => {
            "Signing in works, but the configuration will break it".to_owned()
        }
        (Verdict::Broken, Some(attempt)) => match attempt.outcome {
            Outcome::RefusedByIdp => format!("{} is refused by the identity provider", of(attempt)),
            Outcome::RefusedBySp => format!("{} is refused by the service provider", of(attempt)),
            Outcome::Looping => format!("{} goes in circles", of(attempt)),
            Outcome::SignedIn => {
                format!("{} worked, but what came after it was refused", of(attempt))
            }
            Outcome::DeniedAfterSignIn => {
                format!("{} succeeds, but access is denied afterwards", of(attempt))
            }
            Outcome::BrokenInTransit => {
                format!("{} breaks between browser and server", of(attempt))
            }
            _ => format!("{} fails", of(attempt)),
        },
        (Verdict::Broken, None) => given::unsound(judged).to_owned(),
        (Verdict::Undetermined, Some(attempt)) if attempt.consumption.is_some() => {
            format!("Whether {} worked does not show", lower(&of(attempt)))
        }
        (Verdict::Undetermined, Some(attempt)) => {
            format!("{} is not in the capture to its end", of(attempt))
        }
        (Verdict::Undetermined, None) if captured => match other_protocol(&judged.case) {
            Some(name) => format!("The capture shows a sign-in by {name}, and none by SAML"),
            None => "The capture shows no sign-in".to_owned(),
        },
        (Verdict::Undetermined, None)
            if judged.case.inputs.iter().any(|input| input.kind == InputKind::Har) =>
        {
            "The capture holds no request that could be read".to_owned()
        }
        (Verdict::Undetermined, None) => {
            "There is no sign-in and no configuration to judge".to_owned()
        }
    }
}

/// Every root cause is about signing out alone: nothing of it keeps anybody from signing in.
fn only_sign_out(report: &Report) -> bool {
    let of_sign_out = |id: &String| {
        let known = report.attempts.iter().find(|attempt| attempt.id == *id);
        known.is_some_and(|attempt| attempt.kind == AttemptKind::SignOut)
    };
    let mut roots = report.root_causes.iter().filter_map(|id| report.finding(id)).peekable();
    roots.peek().is_some()
        && roots.all(|root| !root.attempts.is_empty() && root.attempts.iter().all(of_sign_out))
}

/// The name of the protocol by which people sign in instead, where that shows.
pub(crate) fn other_protocol(case: &Case) -> Option<&'static str> {
    let openid =
        case.exchanges.iter().any(|exchange| exchange.navigation && exchange.asked_by.is_some());
    openid.then_some("OpenID Connect")
}

/// As it stands within a sentence.
fn lower(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// The attempt that the verdict is about: the one the first root cause is about, else the last
/// failed one, else the last sign-in.
pub(super) fn decisive(judged: &Judged) -> Option<&Attempt> {
    let report = &judged.report;
    let by_id = |id: &str| report.attempts.iter().find(|attempt| attempt.id == id);
    let has_failed = |attempt: &&Attempt| {
        judged.case.attempts.iter().any(|known| known.id == attempt.id && known.failed())
    };
    let of_root = report
        .root_causes
        .first()
        .and_then(|id| report.finding(id))
        .and_then(|finding| finding.attempts.last());
    let last_sign_in = || {
        report.attempts.iter().rev().find(|attempt| {
            attempt.kind == AttemptKind::SignIn && attempt.outcome != Outcome::Abandoned
        })
    };
    let open = || {
        report.attempts.iter().rev().find(|attempt| {
            attempt.kind == AttemptKind::SignIn && attempt.outcome == Outcome::Incomplete
        })
    };
    let works = || {
        report
            .attempts
            .iter()
            .rev()
            .find(|attempt| attempt.outcome == Outcome::SignedIn)
            .or_else(last_sign_in)
    };
    match report.verdict {
        Verdict::Broken => of_root
            .and_then(|id| by_id(id))
            .filter(has_failed)
            .or_else(|| report.attempts.iter().rev().find(has_failed))
            .or_else(last_sign_in),
        Verdict::Healthy | Verdict::AtRisk => works(),
        Verdict::Undetermined if report.open_for_crashes => works(),
        Verdict::Undetermined => open().or_else(last_sign_in),
    }
}

fn user(judged: &Judged) -> Option<(&str, &str)> {
    // Of several people in a capture the one whose sign-in the headline is about.
    let decisive = decisive(judged).map(|attempt| &attempt.id);
    let told = || judged.report.findings.iter().filter(|finding| told(&judged.report, finding));
    let of_it =
        |finding: &&ReportedFinding| decisive.is_some_and(|id| finding.attempts.contains(id));
    let of_nobody = |finding: &&ReportedFinding| decisive.is_none() || finding.attempts.is_empty();
    let user = told().find(of_it).or_else(|| told().find(of_nobody))?.actual.as_deref()?;
    Some((judged.case.product_name(judged.case.sp_vendor, "The service provider"), user))
}

/// `1 root cause, 2 errors, 1 warning, 3 notices`.
fn numbers(judged: &Judged) -> String {
    let report = &judged.report;
    let breaks = |finding: &&ReportedFinding| finding.class == Class::Breakage;
    let of = |severity: Severity| {
        report.findings.iter().filter(breaks).filter(|finding| finding.severity == severity).count()
    };
    let mut parts = Vec::new();
    let errors = of(Severity::Error);
    if errors > 0 {
        let roots = report.root_causes.len();
        let groups = judged.grouped_root_causes().len();
        let places =
            if groups < roots { format!(" in {}", count(roots, "place")) } else { String::new() };
        parts.push(format!("{}{places}", count(groups, "root cause")));
        if errors > roots {
            parts.push(format!(
                "{} that follow{} from it",
                count(errors - roots, "error"),
                if errors - roots == 1 { "s" } else { "" }
            ));
        }
    }
    for severity in [Severity::Warning, Severity::Notice] {
        let told = report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity && told(report, finding))
            .count();
        let number = of(severity) - told;
        if number > 0 {
            parts.push(count(number, wording::word(severity)));
        }
    }
    let policies = judged.policies().len();
    if policies > 0 {
        parts.push(format!(
            "{} not kept",
            if policies == 1 { "1 policy".to_owned() } else { format!("{policies} policies") }
        ));
    }
    let crashed = report.crashed();
    let absent = report.extensions.iter().filter(|one| one.error.is_some()).count();
    // Who knows that something did not look says nothing of what it would have seen.
    if parts.is_empty() && crashed + absent == 0 {
        parts.push("nothing to report".to_owned());
    }
    if crashed > 0 {
        parts.push(format!("{} crashed", count(crashed, "check")));
    }
    if absent > 0 {
        parts.push(format!("{} not loaded", count(absent, "plugin")));
    }
    if !report.suppressed.is_empty() {
        parts.push(format!("{} suppressed", count(report.suppressed.len(), "finding")));
    }
    parts.join(", ")
}

/// The finding is already told by the headline.
pub(super) fn told(report: &Report, finding: &ReportedFinding) -> bool {
    report.verdict == Verdict::Healthy
        && finding.tells == Some(Told::User)
        && finding.actual.is_some()
}
