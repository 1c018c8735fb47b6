//! Typed access to the fields of a TOML table: what is missing, unknown or of another type is
//! noted where it stands, and reading goes on.

use super::nearest::perhaps;
use super::problem::{PackError, ProblemKind};
use super::source::{Quoted, Source};
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table, and how people know it.
pub(super) struct Fields<'a> {
    table: &'a DeTable<'a>,
    /// Where it begins, for what is missing.
    pub(super) at: Range<usize>,
    /// Such as `[[check]]`.
    name: &'static str,
}

/// Notes problems while fields are read.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) problems: Vec<PackError>,
}

impl<'a> Reader<'a> {
    pub(super) fn note(
        &mut self,
        kind: ProblemKind,
        at: Range<usize>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.problems.push(self.source.problem(kind, at, message, expected));
    }

    /// A table in which only known fields stand.
    pub(super) fn table(
        &mut self,
        table: &'a DeTable<'a>,
        at: Range<usize>,
        name: &'static str,
        known: &[&str],
    ) -> Fields<'a> {
        for key in table.keys() {
            let field: &str = key.get_ref();
            if !known.contains(&field) {
                let message = format!("unknown field `{}`", field.escape_debug());
                let expected =
                    format!("{}one of {}", perhaps(field, known.iter().copied()), known.join(", "));
                self.note(ProblemKind::UnknownField, key.span(), message, expected);
            }
        }
        Fields { table, at, name }
    }

    /// A text that may be absent.
    pub(super) fn text(&mut self, fields: &Fields<'a>, name: &str) -> Option<Quoted> {
        let value = fields.get(name)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Quoted { value: text.to_string(), span: value.span() }),
            other => {
                self.wrong_type(name, other, value.span(), "a text in quotes");
                None
            }
        }
    }

    /// A text that must be there and not empty.
    pub(super) fn required(
        &mut self,
        fields: &Fields<'a>,
        name: &str,
        expected: &str,
    ) -> Option<Quoted> {
        if fields.get(name).is_none() {
            self.missing(fields, name, expected);
            return None;
        }
        let text = self.text(fields, name)?;
        if text.value.trim().is_empty() {
            self.note(ProblemKind::BadValue, text.span, format!("`{name}` is empty"), expected);
            return None;
        }
        Some(text)
    }

    pub(super) fn missing(&mut self, fields: &Fields<'a>, name: &str, expected: &str) {
        let message = format!("{} lacks `{name}`", fields.name);
        self.note(
            ProblemKind::MissingField,
            fields.at.clone(),
            message,
            format!("{name} = {expected}"),
        );
    }

    /// A truth that may be absent.
    pub(super) fn truth(&mut self, fields: &Fields<'a>, name: &str) -> bool {
        let Some(value) = fields.get(name) else { return false };
        match value.get_ref() {
            DeValue::Boolean(truth) => *truth,
            other => {
                self.wrong_type(name, other, value.span(), "true or false");
                false
            }
        }
    }

    /// A list of texts that may be absent.
    pub(super) fn texts(&mut self, fields: &Fields<'a>, name: &str) -> Vec<Quoted> {
        let Some(value) = fields.get(name) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(
                name,
                value.get_ref(),
                value.span(),
                "a list of texts, such as [\"capture\"]",
            );
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => {
                    texts.push(Quoted { value: text.to_string(), span: item.span() });
                }
                other => self.wrong_type(name, other, item.span(), "a text in quotes"),
            }
        }
        texts
    }

    /// Tables under `[[name]]`, which may be absent, and where each begins.
    pub(super) fn tables(
        &mut self,
        fields: &Fields<'a>,
        name: &str,
        header: &str,
    ) -> Vec<(&'a DeTable<'a>, Range<usize>)> {
        let Some(value) = fields.get(name) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(name, value.get_ref(), value.span(), &format!("tables under {header}"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => tables.push((table, item.span())),
                other => {
                    self.wrong_type(name, other, item.span(), &format!("a table under {header}"));
                }
            }
        }
        tables
    }

    /// One of the words of a closed set.
    pub(super) fn word<T: DeserializeOwned>(
        &mut self,
        text: &Quoted,
        name: &str,
        known: &[String],
    ) -> Option<T> {
        let word = serde_json::from_value(serde_json::Value::String(text.value.clone())).ok();
        if word.is_none() {
            let message = format!("`{name}` is `{}`", text.value.escape_debug());
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let expected = format!(
                "{}one of {}",
                perhaps(&text.value, known.iter().copied()),
                known.join(", ")
            );
            self.note(ProblemKind::BadValue, text.span.clone(), message, expected);
        }
        word
    }

    fn wrong_type(&mut self, name: &str, found: &DeValue<'_>, at: Range<usize>, expected: &str) {
        let found = match found {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.note(ProblemKind::WrongType, at, format!("`{name}` is {found}"), expected);
    }
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(name)
    }
}

/// The words of a closed set, as the schema knows them.
pub(super) fn words<T: schemars::JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T).to_value();
    let mut words = Vec::new();
    collect_words(&schema, &mut words);
    words
}

fn collect_words(schema: &serde_json::Value, words: &mut Vec<String>) {
    if let Some(word) = schema.get("const").and_then(serde_json::Value::as_str) {
        words.push(word.to_owned());
    }
    let listed = schema.get("enum").and_then(serde_json::Value::as_array).into_iter().flatten();
    words.extend(listed.filter_map(serde_json::Value::as_str).map(str::to_owned));
    for option in schema.get("oneOf").and_then(serde_json::Value::as_array).into_iter().flatten() {
        collect_words(option, words);
    }
}
