//! What a check is, and what a plugin is.

mod matter;

use self::matter::Matter;
use crate::account::Account;
use crate::case::Case;
use crate::finding::{CauseData, Severity};
use crate::findings::Findings;
use crate::need::Need;
use crate::reference::Reference;
use crate::refusal::Refusal;
use crate::stage::Stage;

words! {
    /// What the findings of a check are.
    pub enum Class {
        /// Something that breaks a sign-in, may break it, or is worth knowing about it.
        Breakage,
        /// A rule of one's own that is not kept. It is never the root cause of a failure, and nothing breaks for it.
        Policy,
    }
}

/// A check: metadata and one pure function (or what takes its place), declared as a `static` in a file of its own with the
/// [`check!`](crate::check!) macro.
#[derive(Debug)]
pub struct Check {
    /// `<plugin>/<problem>`, kebab-case; names the problem, never the remedy.
    pub id: &'static str,
    /// What it reports, one line, at most 70 characters.
    pub title: &'static str,
    /// The levels it can report at, most severe first.
    pub levels: &'static [Severity],
    /// What its findings are.
    pub class: Class,
    /// Where in a sign-in the problem acts.
    pub stage: Stage,
    /// Kinds of facts it looks at, by their names in the [`Case`], such as `messages`; everything where it names none. A
    /// loaded plugin is given no others.
    pub reads: &'static [&'static str],
    /// Inputs it can use. Where none of them is present the check is skipped and names them all.
    pub needs: &'static [Need],
    /// Ids of checks whose findings follow from this one: symptoms. `family/*` names a family.
    pub explains: &'static [&'static str],
    /// Failures that its findings account for: what merely shows such a failure follows from them.
    pub accounts: &'static [Account],
    /// The headline of what it reports of a failure that it accounts for and that only a log tells of; at most one.
    /// A check that has none leaves such failures to others.
    pub logged: &'static [&'static str],
    /// Causes as data, likeliest first.
    pub causes: &'static [CauseData],
    /// Specification sections and product pages it rests on.
    pub references: &'static [Reference],
    /// The doc comment: why sign-in breaks, a failing and a passing example. Markdown.
    pub docs: &'static str,
    /// The check itself.
    pub method: Method,
}

/// How a check finds what it reports.
#[derive(Debug, Clone, Copy)]
pub enum Method {
    /// By a function of its own: `run` in `check!`.
    Run(fn(&Case, &mut Findings)),
    /// By what somebody states who refuses: `refusal` in `check!`.
    Refusal(Refusal),
}

/// A plugin: a name, a version, and its checks sorted by id.
#[derive(Debug)]
pub struct Plugin {
    /// The first part of every id of its checks.
    pub name: &'static str,
    /// Version of the plugin, semantic versioning.
    pub version: &'static str,
    /// What the family watches over, one line.
    pub about: &'static str,
    /// Its checks, sorted by id.
    pub checks: &'static [&'static Check],
}

impl Check {
    /// Runs the check on a Case: [`Findings`] with every finding carrying this check's id and
    /// references. Used by tests; the runner in core adds isolation.
    pub fn judge(&self, case: &Case) -> Findings {
        let mut findings = Findings::default();
        let possible = self.needs.is_empty() || self.needs.iter().any(|need| case.has(*need));
        match self.method {
            Method::Run(run) if possible => run(case, &mut findings),
            // What somebody states can also be told by a log or a pasted text.
            Method::Refusal(refusal)
                if possible || case.failures.iter().any(|failure| failure.attempt.is_none()) =>
            {
                refusal.carry_out(self.accounts, self.causes, self.level(), case, &mut findings);
            }
            Method::Run(_) | Method::Refusal(_) => {}
        }
        if let Some(headline) = self.logged.first().filter(|_| findings.found().is_empty()) {
            Refusal { headline, confirmed: None, exact: None }.out_of_logs(
                self.accounts,
                self.causes,
                self.level(),
                case,
                &mut findings,
            );
        }
        if !possible && findings.found().is_empty() {
            findings.missing_all(self.needs);
        }
        let matter = Matter {
            family: self.family(),
            stage: self.stage,
            needs: self.needs,
            remarks: self.accounts.is_empty(),
        };
        if findings.found().is_empty() && findings.missed().is_empty() && !matter.is_in(case) {
            findings.missing(Need::Capture);
        }
        for finding in findings.found_mut() {
            self.id.clone_into(&mut finding.check);
            for reference in self.references.iter().map(ToString::to_string) {
                if !finding.references.contains(&reference) {
                    finding.references.push(reference);
                }
            }
        }
        findings
    }

    /// The family: the part of the id before the slash.
    pub fn family(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }

    /// The most severe level it can report at.
    pub fn level(&self) -> Severity {
        self.levels.iter().copied().max().unwrap_or_default()
    }
}

/// Declares a check with its documentation in one place: the doc comment becomes both rustdoc and
/// the page `diag explain` prints.
///
/// ```
/// use diag_sdk::{check, Case, Findings, Finding, Severity, Need, Stage};
/// check! {
///     /// Nothing was captured.
///     ///
///     /// Why it matters, in a paragraph.
///     pub static NOTHING = {
///         id: "example/nothing",
///         title: "The capture is empty",
///         levels: [Severity::Notice],
///         stage: Stage::Observation,
///         needs: [Need::Capture],
///         explains: [],
///         causes: [],
///         references: [],
///         run: run,
///     }
/// }
/// fn run(case: &Case, out: &mut Findings) {
///     if case.exchanges.is_empty() { out.push(Finding::notice("The capture is empty")); }
/// }
/// assert_eq!(NOTHING.docs.lines().next(), Some(" Nothing was captured."));
/// ```
///
/// A check that merely tells what somebody states who refuses is data: `refusal` in place of `run` reports
/// every failure whose stated reason the check [`accounts`](Check::accounts) for, with its causes, at its
/// most severe level. See [`Refusal`]. A check with a function of its own may give the headline for failures that
/// only a log tells of as `logged`.
///
/// What it rests on is a [`Reference`](crate::Reference): a section of a specification, or a page with the day on which it
/// was read. A mere text is taken as the author's words.
///
/// `class: Class::Policy`, before `stage`, declares a rule of one's own: what does not keep it breaks nothing. `reads:
/// ["messages"]`, before `needs`, says which kinds of facts the check looks at, so that it is given no others.
#[macro_export]
macro_rules! check {
    (@class) => { $crate::check::Class::Breakage };
    (@class $class:expr) => { $class };
    (@references [$($done:expr),*]) => { &[$($done),*] };
    // What is merely a text is somebody's own words.
    (@references [$($done:expr),*] $words:literal $(, $($rest:tt)*)?) => {
        $crate::check!(@references [$($done,)* $crate::Reference::words($words)] $($($rest)*)?)
    };
    (@references [$($done:expr),*] $reference:expr $(, $($rest:tt)*)?) => {
        $crate::check!(@references [$($done,)* $reference] $($($rest)*)?)
    };
    (@method run $run:expr) => { $crate::check::Method::Run($run) };
    (@method refusal $refusal:expr) => { $crate::check::Method::Refusal($refusal) };
    (
        $(#[doc = $doc:literal])*
        $vis:vis static $name:ident = {
            id: $id:expr, title: $title:expr, levels: [$($level:expr),* $(,)?], $(class: $class:expr,)? stage: $stage:expr,
            $(reads: [$($reads:expr),* $(,)?],)? needs: [$($need:expr),* $(,)?], explains: [$($explains:expr),* $(,)?], $(accounts: [$($account:expr),* $(,)?],)?
            $(logged: $logged:expr,)?
            causes: [$($cause:expr),* $(,)?], references: [$($reference:tt)*], $method:ident: $how:expr $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        $vis static $name: $crate::Check = $crate::Check {
            id: $id, title: $title, levels: &[$($level),*], class: $crate::check!(@class $($class)?), stage: $stage,
            reads: &[$($($reads),*)?], needs: &[$($need),*],
            explains: &[$($explains),*], accounts: &[$($($account),*)?], logged: &[$($logged)?], causes: &[$($cause),*], references: $crate::check!(@references [] $($reference)*),
            docs: concat!($($doc, "\n"),*), method: $crate::check!(@method $method $how),
        };
    };
}
