//! Causes and tests of a check, read from their tables.

use super::values::{same_everywhere, shown, static_text};
use super::{CAUSE_FIELDS, CauseDefinition, MOST_PARTS, TEST_FIELDS, TestDefinition};
use crate::pack::fields::{Fields, Reader, words};
use crate::pack::inspect::Scope;
use crate::pack::problem::ProblemKind;
use crate::pack::shape::{Misfit, Shape};
use crate::pack::source::Quoted;
use crate::pack::trial::Expected;
use diag_sdk::manifest::CauseInfo;
use diag_sdk::{Case, Setting, Who};

pub(super) fn read_causes<'a>(
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

pub(super) fn read_tests<'a>(reader: &mut Reader<'a>, fields: &Fields<'a>) -> Vec<TestDefinition> {
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
pub(super) fn read_facts(reader: &mut Reader<'_>, facts: &Quoted) -> Option<Case> {
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
pub(super) fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
}
