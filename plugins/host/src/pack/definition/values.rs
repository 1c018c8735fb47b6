//! Expressions and texts of a table, with what each may be.

use crate::pack::expression::Expression;
use crate::pack::fields::{Fields, Reader};
use crate::pack::inspect::Scope;
use crate::pack::problem::ProblemKind;
use crate::pack::shape::Shape;
use crate::pack::source::Quoted;

/// An expression that says yes or no.
pub(super) fn truth<'a>(
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

/// An expression whose value people read.
pub(super) fn shown<'a>(
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

pub(super) fn expression<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    name: &str,
    scope: &Scope,
) -> Option<Expression> {
    let quoted = reader.text(fields, name)?;
    parsed(reader, &quoted, scope)
}

pub(super) fn parsed(
    reader: &mut Reader<'_>,
    quoted: &Quoted,
    scope: &Scope,
) -> Option<Expression> {
    match Expression::parse(reader.source, quoted, 0..quoted.value.len(), scope) {
        Ok(expression) => Some(expression),
        Err(problems) => {
            reader.problems.extend(problems);
            None
        }
    }
}

pub(super) fn wrong_result<'a>(
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
pub(super) fn may_be_place(shape: &Shape) -> bool {
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

/// A text that `diag explain` shows without a case, so nothing of one can stand in it.
pub(super) fn static_text<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    name: &str,
    expected: &str,
) -> Option<String> {
    let text = reader.required(fields, name, expected)?;
    Some(same_everywhere(reader, &text, name))
}

/// Words that hold no value of a case.
pub(super) fn same_everywhere(reader: &mut Reader<'_>, text: &Quoted, name: &str) -> String {
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
