//! What a pack defines, read from its text with all its problems at once.

mod check;
mod parts;
mod values;

use super::expression::Expression;
use super::fields::Reader;
use super::problem::{PackError, ProblemKind};
use super::source::Source;
use super::text::Text;
use super::trial::Expected;
use crate::requires::compatible;
use crate::sight::Reads;
use check::read_check;
use diag_sdk::header::askable;
use diag_sdk::manifest::{CauseInfo, CheckInfo, WANTS};
use diag_sdk::{Case, Need, Severity};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::DeTable;

/// What `schema` says in a pack.
pub(super) const SCHEMA: &str = "diag-pack/1";

/// Most checks a pack may have.
const MOST_CHECKS: usize = 200;
/// Most causes or tests a check may have.
const MOST_PARTS: usize = 50;

pub(super) const PACK_FIELDS: &[&str] =
    &["schema", "name", "version", "about", "requires", "wants", "headers", "check"];
pub(super) const CHECK_FIELDS: &[&str] = &[
    "id",
    "title",
    "level",
    "likely",
    "class",
    "stage",
    "needs",
    "needs_all",
    "explains",
    "references",
    "docs",
    "for",
    "when",
    "unless",
    "missing_when",
    "missing",
    "message",
    "detail",
    "where",
    "expected",
    "expected_origin",
    "actual",
    "actual_origin",
    "attempt",
    "subject",
    "cause",
    "test",
];
pub(super) const CAUSE_FIELDS: &[&str] =
    &["text", "who", "setting", "where", "fix", "value", "object"];
pub(super) const TEST_FIELDS: &[&str] = &["name", "expect", "facts"];

/// A pack.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) about: String,
    pub(super) wants: Vec<String>,
    pub(super) headers: Vec<String>,
    pub(super) requires: String,
    pub(super) checks: Vec<CheckDefinition>,
    /// What is wrong with checks that are lost.
    pub(super) remarks: Vec<PackError>,
}

/// A check of a pack.
#[derive(Debug)]
pub(super) struct CheckDefinition {
    pub(super) info: CheckInfo,
    pub(super) level: Severity,
    pub(super) likely: bool,
    /// Why it cannot be used: it asks for what this `diag` does not know.
    pub(super) lost: Option<String>,
    /// The lists whose elements are looked at one by one, each but the first found in an element of the one before.
    pub(super) each: Vec<Expression>,
    /// What makes an element, or the whole, a finding. Without one every element is.
    pub(super) when: Option<Expression>,
    /// What excuses an element, or the whole.
    pub(super) unless: Option<Expression>,
    /// Where nobody can tell, and which inputs would.
    pub(super) missing_when: Option<Expression>,
    pub(super) missing: Vec<Need>,
    /// Inputs of which none may be absent.
    pub(super) needs_all: Vec<Need>,
    pub(super) message: Option<Text>,
    pub(super) detail: Option<Text>,
    pub(super) expected: Option<Text>,
    pub(super) expected_origin: Option<Text>,
    pub(super) actual: Option<Text>,
    pub(super) actual_origin: Option<Text>,
    pub(super) places: Option<Expression>,
    pub(super) attempt: Option<Expression>,
    pub(super) subject: Option<Expression>,
    pub(super) causes: Vec<CauseDefinition>,
    pub(super) tests: Vec<TestDefinition>,
}

impl CheckDefinition {
    /// Which kinds of facts its expressions look at.
    pub(super) fn reads(&self) -> Reads {
        let mut reads = Reads::nothing();
        let whole = [
            &self.when,
            &self.unless,
            &self.missing_when,
            &self.places,
            &self.attempt,
            &self.subject,
        ];
        let texts = [
            &self.message,
            &self.detail,
            &self.expected,
            &self.expected_origin,
            &self.actual,
            &self.actual_origin,
        ];
        let of_causes = self.causes.iter().flat_map(|cause| [&cause.value, &cause.object]);
        let inside = texts.into_iter().flatten().flat_map(Text::expressions);
        for expression in
            whole.into_iter().chain(of_causes).flatten().chain(inside).chain(&self.each)
        {
            reads.add(&expression.reads);
        }
        reads
    }
}

/// A cause, and what is only known in a case.
#[derive(Debug)]
pub(super) struct CauseDefinition {
    pub(super) info: CauseInfo,
    /// The screen in the author's words.
    pub(super) screen: Option<String>,
    pub(super) value: Option<Expression>,
    pub(super) object: Option<Expression>,
}

/// A test of a check.
#[derive(Debug)]
pub(super) struct TestDefinition {
    pub(super) name: String,
    pub(super) expects: Expected,
    pub(super) case: Case,
}

impl Definition {
    /// Reads a pack, or tells everything that is wrong with it.
    pub(super) fn read(source: &Source) -> Result<Self, Vec<PackError>> {
        let (table, faults) = DeTable::parse_recoverable(&source.text);
        if !faults.is_empty() {
            let problem = |fault: &toml::de::Error| {
                let at = fault.span().unwrap_or(0..0);
                source.problem(
                    ProblemKind::Toml,
                    at,
                    one_line(fault.message()),
                    "TOML: name = \"value\", [[check]]",
                )
            };
            return Err(faults.iter().take(20).map(problem).collect());
        }
        let mut reader = Reader { source, problems: Vec::new() };
        let mut definition = read_pack(&mut reader, table.get_ref());
        let holds = definition.remarks.is_empty()
            || definition.checks.iter().any(|check| check.lost.is_none());
        if !reader.problems.is_empty() || !holds {
            reader.problems.append(&mut definition.remarks);
            reader.problems.sort_by_key(|problem| (problem.line, problem.column));
            return Err(reader.problems);
        }
        Ok(definition)
    }
}

/// What a newer `diag` may know; a check that asks for it is lost, and the others are not.
const MAY_BE_NEWER: &[ProblemKind] = &[
    ProblemKind::UnknownField,
    ProblemKind::UnknownVariable,
    ProblemKind::UnknownFunction,
    ProblemKind::UnknownFact,
    ProblemKind::UnknownWord,
    ProblemKind::BadValue,
    ProblemKind::BadFacts,
];

fn read_pack<'a>(reader: &mut Reader<'a>, table: &'a DeTable<'a>) -> Definition {
    let first_line = 0..reader.source.text.find('\n').unwrap_or(reader.source.text.len());
    let fields = reader.table(table, first_line, "the pack", PACK_FIELDS);
    if let Some(schema) = reader.required(&fields, "schema", "\"diag-pack/1\"")
        && schema.value != SCHEMA
    {
        reader.note(
            ProblemKind::BadValue,
            schema.span,
            format!("`schema` is `{}`", schema.value.escape_debug()),
            format!("\"{SCHEMA}\""),
        );
    }
    let name = reader.required(&fields, "name", "\"acme\"");
    if let Some(name) = name.as_ref().filter(|name| !is_word(&name.value)) {
        let message = format!("`name` is `{}`", name.value.escape_debug());
        reader.note(
            ProblemKind::BadValue,
            name.span.clone(),
            message,
            "lower-case letters, digits and hyphens",
        );
    }
    let version = reader.required(&fields, "version", "\"1.0.0\"");
    let about = reader.required(&fields, "about", "\"what these checks watch over, in one line\"");
    let mut wants = Vec::new();
    for want in reader.texts(&fields, "wants") {
        if WANTS.contains(&want.value.as_str()) {
            wants.push(want.value);
        } else {
            let message = format!("nothing is called `{}`", want.value.escape_debug());
            reader.note(ProblemKind::BadValue, want.span, message, WANTS.join(", "));
        }
    }
    let mut headers = Vec::new();
    for header in reader.texts(&fields, "headers") {
        match askable(&header.value) {
            Ok(()) => headers.push(header.value),
            Err(why) => reader.note(
                ProblemKind::BadValue,
                header.span,
                why,
                "a response header such as \"x-ledger-error\"",
            ),
        }
    }
    let requires = reader.text(&fields, "requires").map(|requires| {
        if let Err(why) = compatible(&requires.value) {
            reader.note(
                ProblemKind::BadValue,
                requires.span.clone(),
                why,
                "a version that this diag has, such as \">=0.1\"",
            );
        }
        requires.value
    });
    let name = name.map(|name| name.value).unwrap_or_default();
    let tables = reader.tables(&fields, "check", "[[check]]");
    if tables.is_empty() && fields.get("check").is_none() {
        reader.missing(&fields, "check", "at least one [[check]]");
    }
    if let Some((_, at)) = tables.get(MOST_CHECKS) {
        reader.note(
            ProblemKind::TooLarge,
            at.clone(),
            format!("{} checks", tables.len()),
            format!("at most {MOST_CHECKS}"),
        );
    }
    let (checks, remarks) = read_checks(reader, tables, &name);
    Definition {
        name,
        version: version.map(|version| version.value).unwrap_or_default(),
        about: about.map(|about| about.value).unwrap_or_default(),
        wants,
        headers,
        requires: requires.unwrap_or_default(),
        checks,
        remarks,
    }
}

/// The checks of a pack, and what a check was lost for that a newer `diag` may know.
fn read_checks<'a>(
    reader: &mut Reader<'a>,
    tables: Vec<(&'a DeTable<'a>, Range<usize>)>,
    pack: &str,
) -> (Vec<CheckDefinition>, Vec<PackError>) {
    let mut ids = BTreeSet::new();
    let (mut checks, mut remarks) = (Vec::new(), Vec::new());
    for (table, at) in tables.into_iter().take(MOST_CHECKS) {
        let before = reader.problems.len();
        let check = read_check(reader, table, at, pack, &mut ids);
        let newer =
            reader.problems[before..].iter().all(|problem| MAY_BE_NEWER.contains(&problem.kind));
        match check {
            Some(mut check) if newer && reader.problems.len() > before => {
                reader.problems[before..].sort_by_key(|problem| (problem.line, problem.column));
                check.lost = reader.problems.get(before).map(|problem| {
                    let (line, column) = (problem.line, problem.column);
                    format!(
                        "{}:{line}:{column}: {}; expected {}",
                        file_name(&problem.file),
                        problem.message,
                        problem.expected
                    )
                });
                remarks.extend(reader.problems.drain(before..));
                checks.push(check);
            }
            check => checks.extend(check),
        }
    }
    (checks, remarks)
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
