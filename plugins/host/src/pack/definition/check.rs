//! A check of a pack, read from its table.

use super::parts::{read_causes, read_tests};
use super::values::{expression, may_be_place, parsed, shown, truth, wrong_result};
use super::{CHECK_FIELDS, CheckDefinition, is_word};
use crate::pack::expression::Expression;
use crate::pack::fields::{Fields, Reader, words};
use crate::pack::inspect::Scope;
use crate::pack::problem::ProblemKind;
use crate::pack::shape::Shape;
use crate::pack::source::Quoted;
use crate::pack::text::Text;
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Class, Need, Severity, Stage};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

pub(super) fn read_check<'a>(
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
    let likely = reader.truth(&fields, "likely");
    let level = read_level(reader, &fields, likely);
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
    let (id, title, level) = (id?, title?, level?);
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

/// The level of a check, which is no error where its fact is only `likely`.
pub(super) fn read_level<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    likely: bool,
) -> Option<Severity> {
    let level = reader.required(fields, "level", "\"error\", \"warning\" or \"notice\"");
    // A level that is none has been told; a notice stands in its place.
    let level = level.map(|level| {
        let word = reader.word::<Severity>(&level, "level", &words::<Severity>());
        (word.unwrap_or(Severity::Notice), level.span)
    });
    if let Some((Severity::Error, span)) = level.as_ref().filter(|_| likely) {
        let expected = "\"warning\" for what is only likely; an error is proven";
        reader.note(
            ProblemKind::BadValue,
            span.clone(),
            "an error is said to be only likely",
            expected,
        );
    }
    level.map(|(level, _)| level)
}

/// The inputs a check asks for.
pub(super) struct Inputs {
    /// One of these.
    needs: Vec<Need>,
    /// All of these.
    needs_all: Vec<Need>,
    /// What would tell, where it cannot.
    missing: Vec<Need>,
}

pub(super) fn read_inputs<'a>(reader: &mut Reader<'a>, fields: &Fields<'a>) -> Inputs {
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

pub(super) fn check_id(
    reader: &mut Reader<'_>,
    id: &Quoted,
    pack: &str,
    ids: &mut BTreeSet<String>,
) {
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
pub(super) fn read_walk<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
) -> (Vec<Expression>, Scope) {
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
