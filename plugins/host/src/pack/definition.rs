//! What a pack defines, read from its text with all its problems at once.

use super::expression::Expression;
use super::fields::{Fields, Reader, words};
use super::inspect::Scope;
use super::problem::{PackError, ProblemKind};
use super::shape::{Misfit, Shape};
use super::source::{Quoted, Source};
use super::text::Text;
use super::trial::Expected;
use crate::requires::compatible;
use crate::sight::Reads;
use diag_sdk::header::askable;
use diag_sdk::manifest::{CauseInfo, CheckInfo, WANTS};
use diag_sdk::{Case, Class, Need, Setting, Severity, Stage, Who};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

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
    let mut ids = BTreeSet::new();
    let (mut checks, mut remarks) = (Vec::new(), Vec::new());
    for (table, at) in tables.into_iter().take(MOST_CHECKS) {
        let before = reader.problems.len();
        let check = read_check(reader, table, at, &name, &mut ids);
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

fn read_check<'a>(
    reader: &mut Reader<'a>,
    table: &'a DeTable<'a>,
    at: Range<usize>,
    pack: &str,
    ids: &mut BTreeSet<String>,
) -> Option<CheckDefinition> {
    let fields = reader.table(table, at, "this [[check]]", CHECK_FIELDS);
    let id = reader.required(&fields, "id", &format!("\"{pack}/what-is-wrong\""));
    if let Some(id) = &id {
        check_id(reader, id, pack, ids);
    }
    let title = reader.required(&fields, "title", "\"What it reports, in one line\"");
    let level = reader.required(&fields, "level", "\"error\", \"warning\" or \"notice\"");
    // A level that is none has been told; a notice stands in its place.
    let level = level.map(|level| {
        let word = reader.word::<Severity>(&level, "level", &words::<Severity>());
        (word.unwrap_or(Severity::Notice), level.span)
    });
    let likely = reader.truth(&fields, "likely");
    if let Some((Severity::Error, span)) = level.as_ref().filter(|_| likely) {
        let expected = "\"warning\" for what is only likely; an error is proven";
        reader.note(
            ProblemKind::BadValue,
            span.clone(),
            "an error is said to be only likely",
            expected,
        );
    }
    let stage = reader.text(&fields, "stage");
    let stage = stage
        .and_then(|stage| reader.word(&stage, "stage", &words::<Stage>()))
        .unwrap_or(Stage::Observation);
    let inputs = read_inputs(reader, &fields);
    let class = reader.text(&fields, "class");
    let class =
        class.and_then(|class| reader.word(&class, "class", &words::<Class>())).unwrap_or_default();
    let explains = reader.texts(&fields, "explains").into_iter().map(|text| text.value).collect();
    let references =
        reader.texts(&fields, "references").into_iter().map(|text| text.value).collect();

    let (each, scope) = read_walk(reader, &fields);
    let when = truth(reader, &fields, "when", &scope);
    let (unless, missing_when) =
        (truth(reader, &fields, "unless", &scope), truth(reader, &fields, "missing_when", &scope));
    if fields.get("when").is_none() && fields.get("for").is_none() {
        reader.missing(&fields, "when", "'an expression that is true where something is wrong'");
    }
    let mut text = |name: &str| {
        let quoted = reader.text(&fields, name)?;
        Text::parse(reader.source, &quoted, &scope)
            .map_err(|problems| reader.problems.extend(problems))
            .ok()
    };
    let (message, detail) = (text("message"), text("detail"));
    let (expected, expected_origin) = (text("expected"), text("expected_origin"));
    let (actual, actual_origin) = (text("actual"), text("actual_origin"));
    let places = expression(reader, &fields, "where", &scope);
    if let Some(places) = places.as_ref().filter(|places| !may_be_place(&places.shape)) {
        wrong_result(
            reader,
            &fields,
            "where",
            &places.shape,
            "a place, such as it.issuer.place, or a list of places",
        );
    }
    let attempt = shown(reader, &fields, "attempt", &scope);
    let subject = shown(reader, &fields, "subject", &scope);
    let causes = read_causes(reader, &fields, &scope);
    let tests = read_tests(reader, &fields);
    let docs = reader.text(&fields, "docs");
    let (id, title, (level, _)) = (id?, title?, level?);
    let docs = docs.map_or_else(
        || format!("{}.", title.value.trim_end_matches('.')),
        |docs| docs.value.trim().to_owned(),
    );
    let info = CheckInfo {
        id: id.value,
        title: title.value,
        levels: vec![level],
        class,
        stage,
        reads: Vec::new(),
        needs: inputs.needs,
        explains,
        accounts: Vec::new(),
        causes: causes.iter().map(|cause| cause.info.clone()).collect(),
        references,
        docs,
    };
    Some(CheckDefinition {
        info,
        level,
        likely,
        lost: None,
        each,
        when,
        unless,
        missing_when,
        missing: inputs.missing,
        needs_all: inputs.needs_all,
        message,
        detail,
        expected,
        expected_origin,
        actual,
        actual_origin,
        places,
        attempt,
        subject,
        causes,
        tests,
    })
}

/// The inputs a check asks for.
struct Inputs {
    /// One of these.
    needs: Vec<Need>,
    /// All of these.
    needs_all: Vec<Need>,
    /// What would tell, where it cannot.
    missing: Vec<Need>,
}

fn read_inputs<'a>(reader: &mut Reader<'a>, fields: &Fields<'a>) -> Inputs {
    let known = words::<Need>();
    let mut named = |name: &str| -> Vec<Need> {
        let texts = reader.texts(fields, name);
        texts.iter().filter_map(|text| reader.word(text, name, &known)).collect()
    };
    let (needs, needs_all, missing) = (named("needs"), named("needs_all"), named("missing"));
    let needs = if needs.is_empty() { needs_all.clone() } else { needs };
    let missing = match missing.is_empty() {
        true if needs.is_empty() => vec![Need::Capture],
        true => needs.clone(),
        false => missing,
    };
    Inputs { needs, needs_all, missing }
}

/// An expression that says yes or no.
fn truth<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    name: &str,
    scope: &Scope,
) -> Option<Expression> {
    let found = expression(reader, fields, name, scope);
    if let Some(other) =
        found.as_ref().filter(|found| !matches!(found.shape, Shape::Truth | Shape::Any))
    {
        wrong_result(
            reader,
            fields,
            name,
            &other.shape,
            "true or false, such as it.kind == \"response\"",
        );
    }
    found
}

fn check_id(reader: &mut Reader<'_>, id: &Quoted, pack: &str, ids: &mut BTreeSet<String>) {
    let shown = id.value.escape_debug().to_string();
    match id.value.split_once('/') {
        Some((name, problem)) if name == pack && is_word(problem) => {}
        _ => {
            let expected = format!(
                "{pack}/what-is-wrong: the name of the pack, a slash, lower-case letters, digits and hyphens"
            );
            reader.note(
                ProblemKind::BadId,
                id.span.clone(),
                format!("the id `{shown}` is not one of this pack"),
                expected,
            );
        }
    }
    if !ids.insert(id.value.clone()) {
        reader.note(
            ProblemKind::DuplicateId,
            id.span.clone(),
            format!("the id `{shown}` occurs twice"),
            "an id of its own for each check",
        );
    }
}

/// Most lists that a check goes down through.
const MOST_LISTS: usize = 4;

/// The lists a check goes through, and what its other expressions see then.
fn read_walk<'a>(reader: &mut Reader<'a>, fields: &Fields<'a>) -> (Vec<Expression>, Scope) {
    let Some(value) = fields.get("for") else { return (Vec::new(), Scope::new(&[])) };
    let lists = match value.get_ref() {
        DeValue::Array(items) if items.is_empty() || items.len() > MOST_LISTS => {
            let expected = format!(
                "one to {MOST_LISTS} lists, such as [\"case.messages\", \"it.assertions\"]"
            );
            reader.note(
                ProblemKind::TooLarge,
                value.span(),
                format!("`for` holds {} lists", items.len()),
                expected,
            );
            Vec::new()
        }
        DeValue::Array(_) => reader.texts(fields, "for"),
        _ => reader.text(fields, "for").into_iter().collect(),
    };
    let (mut walk, mut elements) = (Vec::new(), Vec::new());
    for quoted in lists {
        let found = parsed(reader, &quoted, &Scope::new(&elements));
        // One that is wrong is said to be; what follows from that need not be said.
        elements.push(match found.as_ref().map(|found| &found.shape) {
            Some(Shape::List(item)) => item.as_ref().clone(),
            Some(Shape::Any) | None => Shape::Any,
            Some(other) => {
                let expected = "a list, such as case.messages";
                reader.note(
                    ProblemKind::WrongResult,
                    quoted.span.clone(),
                    format!("`for` yields {}", other.words()),
                    expected,
                );
                Shape::Any
            }
        });
        walk.extend(found);
    }
    if elements.is_empty() {
        elements.push(Shape::Any);
    }
    (walk, Scope::new(&elements))
}

/// An expression whose value people read.
fn shown<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    name: &str,
    scope: &Scope,
) -> Option<Expression> {
    let found = expression(reader, fields, name, scope);
    if let Some(other) = found.as_ref().filter(|found| !found.shape.readable()) {
        wrong_result(
            reader,
            fields,
            name,
            &other.shape,
            "a text, such as it.id, or a list of texts",
        );
    }
    found
}

fn expression<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    name: &str,
    scope: &Scope,
) -> Option<Expression> {
    let quoted = reader.text(fields, name)?;
    parsed(reader, &quoted, scope)
}

fn parsed(reader: &mut Reader<'_>, quoted: &Quoted, scope: &Scope) -> Option<Expression> {
    match Expression::parse(reader.source, quoted, 0..quoted.value.len(), scope) {
        Ok(expression) => Some(expression),
        Err(problems) => {
            reader.problems.extend(problems);
            None
        }
    }
}

fn wrong_result<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    name: &str,
    shape: &Shape,
    expected: &str,
) {
    if let Some(quoted) = reader.text(fields, name) {
        reader.note(
            ProblemKind::WrongResult,
            quoted.span,
            format!("`{name}` yields {}", shape.words()),
            expected,
        );
    }
}

/// A place, something that has one, or a list of such.
fn may_be_place(shape: &Shape) -> bool {
    match shape {
        Shape::Any => true,
        Shape::List(item) => may_be_place(item),
        Shape::Record(fields) => {
            fields.get("place").is_some()
                || (fields.get("input").is_some() && fields.get("pointer").is_some())
        }
        _ => false,
    }
}

fn read_causes<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    scope: &Scope,
) -> Vec<CauseDefinition> {
    let mut causes = Vec::new();
    for (table, at) in
        reader.tables(fields, "cause", "[[check.cause]]").into_iter().take(MOST_PARTS)
    {
        let fields = reader.table(table, at, "this [[check.cause]]", CAUSE_FIELDS);
        let text = static_text(reader, &fields, "text", "\"Why it happens, in one sentence\"");
        let fix = static_text(reader, &fields, "fix", "\"What to do, in one sentence\"");
        let who = reader.required(&fields, "who", "\"idp\", \"sp\", \"network\" or \"user\"");
        let who = who.and_then(|who| reader.word::<Who>(&who, "who", &words::<Who>()));
        let setting = reader.text(&fields, "setting");
        let setting = setting
            .and_then(|setting| reader.word(&setting, "setting", &words::<Setting>()))
            .unwrap_or_default();
        let screen =
            reader.text(&fields, "where").map(|text| same_everywhere(reader, &text, "where"));
        let value = shown(reader, &fields, "value", scope);
        let object = shown(reader, &fields, "object", scope);
        if let (Some(text), Some(fix), Some(who)) = (text, fix, who) {
            causes.push(CauseDefinition {
                info: CauseInfo { text, who, setting, fix },
                screen,
                value,
                object,
            });
        }
    }
    causes
}

/// A text that `diag explain` shows without a case, so nothing of one can stand in it.
fn static_text<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    name: &str,
    expected: &str,
) -> Option<String> {
    let text = reader.required(fields, name, expected)?;
    Some(same_everywhere(reader, &text, name))
}

/// Words that hold no value of a case.
fn same_everywhere(reader: &mut Reader<'_>, text: &Quoted, name: &str) -> String {
    if let Some(open) = text.value.find("{{") {
        let here = reader.source.inside(text, open..open + 2);
        let expected = "the same words in every case; `value` gives the value to enter";
        reader.note(
            ProblemKind::BadValue,
            here,
            format!("`{name}` of a cause holds a value"),
            expected,
        );
    }
    text.value.clone()
}

fn read_tests<'a>(reader: &mut Reader<'a>, fields: &Fields<'a>) -> Vec<TestDefinition> {
    let mut tests = Vec::new();
    for (table, at) in reader.tables(fields, "test", "[[check.test]]").into_iter().take(MOST_PARTS)
    {
        let fields = reader.table(table, at, "this [[check.test]]", TEST_FIELDS);
        let name = reader.required(&fields, "name", "\"what it shows\"");
        let expect = reader.required(&fields, "expect", "\"found\", \"clean\" or \"skipped\"");
        let expects = expect.and_then(|expect| match expect.value.as_str() {
            "found" => Some(Expected::Found),
            "clean" => Some(Expected::Clean),
            "skipped" => Some(Expected::Skipped),
            other => {
                let message = format!("`expect` is `{}`", other.escape_debug());
                reader.note(ProblemKind::BadValue, expect.span, message, "found, clean or skipped");
                None
            }
        });
        let facts = reader.required(&fields, "facts", "'{ \"messages\": [ … ] }'");
        let case = facts.and_then(|facts| read_facts(reader, &facts));
        if let (Some(name), Some(expects), Some(case)) = (name, expects, case) {
            tests.push(TestDefinition { name: name.value, expects, case });
        }
    }
    tests
}

/// The facts of a test, merged over a Case in which there is nothing.
fn read_facts(reader: &mut Reader<'_>, facts: &Quoted) -> Option<Case> {
    let expected = "JSON in the form of the Case; `diag schema case` shows it";
    let at_json = |reader: &mut Reader<'_>, error: &serde_json::Error| {
        let offset = offset_of(&facts.value, error.line(), error.column());
        let here = reader.source.inside(facts, offset..offset + 1);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        reader.note(
            ProblemKind::BadFacts,
            here,
            format!("the facts are not JSON: {message}"),
            expected,
        );
    };
    let mut value: serde_json::Value = match serde_json::from_str(&facts.value) {
        Ok(value) => value,
        Err(error) => {
            at_json(reader, &error);
            return None;
        }
    };
    if !value.is_object() {
        reader.note(
            ProblemKind::BadFacts,
            facts.span.clone(),
            "the facts are no JSON object",
            "{ \"messages\": [ … ] }",
        );
        return None;
    }
    if let Err(Misfit { path, name, expected }) = Shape::case().fit(&mut value, "") {
        let at = name.as_ref().and_then(|name| {
            let written = serde_json::to_string(name).ok()?;
            facts.value.find(&written).map(|at| reader.source.inside(facts, at..at + written.len()))
        });
        let whose = if path.is_empty() { "the facts".to_owned() } else { format!("`{path}`") };
        let message = match name {
            Some(name) => format!("{whose}: there is no `{}`", name.escape_debug()),
            None => format!("{whose}: a value of another type"),
        };
        reader.note(ProblemKind::BadFacts, at.unwrap_or(facts.span.clone()), message, expected);
        return None;
    }
    match serde_json::from_value(value) {
        Ok(case) => Some(case),
        Err(error) => {
            reader.note(
                ProblemKind::BadFacts,
                facts.span.clone(),
                format!("the facts are no Case: {error}"),
                expected,
            );
            None
        }
    }
}

/// The byte of a line and column, as `serde_json` counts them: lines from 1, columns in bytes.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
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
