//! What operators take and yield, held against what is known of their values.

use super::dotted::written;
use super::problem::ProblemKind;
use super::remark::{Remark, comparable, known_word};
use super::shape::Shape;
use super::signature::{Wants, demand};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

/// The name of a call is an operator's.
pub(super) fn is_operator(name: &str) -> bool {
    name.starts_with('@')
        || name.contains('_')
            && name.chars().any(|character| !character.is_alphanumeric() && character != '_')
}

/// What an operation yields; what is wrong in it goes into `remarks`.
pub(super) fn inspect_operator(
    name: &str,
    call: &CallExpr,
    args: &[Shape],
    remarks: &mut Vec<Remark>,
) -> Shape {
    match (name, call.args.as_slice(), args) {
        (operators::EQUALS | operators::NOT_EQUALS, [left, right], [left_shape, right_shape]) => {
            known_word(left_shape, right, remarks);
            known_word(right_shape, left, remarks);
            comparable((left, left_shape), (right, right_shape), remarks);
            Shape::Truth
        }
        (operators::IN, [left, right], [left_shape, right_shape]) => {
            if let Expr::List(list) = &right.expr {
                list.elements.iter().for_each(|element| known_word(left_shape, element, remarks));
            }
            within((left, left_shape), (right, right_shape), remarks);
            Shape::Truth
        }
        (operators::INDEX, [_, at], [holder, index]) => indexed(holder, at, index, remarks),
        (operators::CONDITIONAL, [condition, ..], [asked, left, right]) => {
            truth(condition, asked, remarks);
            match (left, right) {
                _ if left == right => left.clone(),
                (Shape::Text(_), Shape::Text(_)) => Shape::Text(Vec::new()),
                _ => Shape::Any,
            }
        }
        (
            operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT,
            parts,
            shapes,
        ) => {
            parts.iter().zip(shapes).for_each(|(part, shape)| truth(part, shape, remarks));
            Shape::Truth
        }
        (
            operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS,
            [left, right],
            [left_shape, right_shape],
        ) => {
            ordered((left, left_shape), (right, right_shape), remarks);
            if matches!(
                (left_shape, right_shape),
                (Shape::Text(_) | Shape::Any, Shape::Text(_) | Shape::Any)
            ) {
                in_time(left, right, remarks);
            }
            Shape::Truth
        }
        (operators::NOT_STRICTLY_FALSE, ..) => Shape::Truth,
        (operators::ADD, [left, right], [left_shape, right_shape]) => {
            added((left, left_shape), (right, right_shape), remarks)
        }
        (
            operators::SUBSTRACT
            | operators::MULTIPLY
            | operators::DIVIDE
            | operators::MODULO
            | operators::NEGATE,
            parts,
            shapes,
        ) => arithmetic(name, parts, shapes, remarks),
        _ => Shape::Any,
    }
}

fn wrong(node: u64, message: String, expected: String) -> Remark {
    Remark { kind: ProblemKind::WrongResult, node, after: None, message, expected }
}

/// Something that is true or false.
fn truth(part: &IdedExpr, shape: &Shape, remarks: &mut Vec<Remark>) {
    if !matches!(shape, Shape::Truth | Shape::Any) {
        let name = written(part).unwrap_or_else(|| "…".to_owned());
        let inner = shape.plain().filter(|(_, inner)| matches!(inner, Shape::Truth));
        let way = inner.map_or_else(
            || format!("a comparison, such as {name} == …, or has({name})"),
            |(dots, _)| format!("{name}{dots}"),
        );
        remarks.push(wrong(
            part.id,
            format!("this is {}, where true or false is asked for", shape.words()),
            way,
        ));
    }
}

fn within(
    (left, left_shape): (&IdedExpr, &Shape),
    (right, right_shape): (&IdedExpr, &Shape),
    remarks: &mut Vec<Remark>,
) {
    match right_shape {
        Shape::Any => {}
        Shape::List(item) => comparable((right, item), (left, left_shape), remarks),
        Shape::Text(_) => {
            let name = written(right).unwrap_or_else(|| "…".to_owned());
            remarks.push(wrong(
                right.id,
                "a text has no elements".to_owned(),
                format!("a list, or {name}.contains(…)"),
            ));
        }
        other => remarks.push(wrong(
            right.id,
            format!("{} has no elements", other.words()),
            "a list".to_owned(),
        )),
    }
}

fn indexed(holder: &Shape, at: &IdedExpr, index: &Shape, remarks: &mut Vec<Remark>) -> Shape {
    match holder {
        Shape::List(item) => {
            demand("an element is asked for by", Wants::Number, at, index, remarks);
            item.as_ref().clone()
        }
        Shape::Record(fields) => {
            let Expr::Literal(LiteralValue::String(name)) = &at.expr else { return Shape::Any };
            fields.get(name.inner()).unwrap_or_else(|| {
                remarks.push(Remark {
                    kind: ProblemKind::UnknownFact,
                    node: at.id,
                    after: None,
                    message: format!("there is no fact `{}` here", name.inner().escape_debug()),
                    expected: fields.expected(name.inner()),
                });
                Shape::Any
            })
        }
        Shape::Any => Shape::Any,
        other => {
            let expected =
                "a list before the bracket; part of a text is value.substring(…)".to_owned();
            remarks.push(wrong(at.id, format!("{} has no elements", other.words()), expected));
            Shape::Any
        }
    }
}

/// Facts that are moments, by the last part of their names.
const MOMENTS: &[&str] = &[
    "authn_instant",
    "date",
    "ended",
    "issue_instant",
    "judged_at",
    "not_after",
    "not_before",
    "not_on_or_after",
    "session_not_on_or_after",
    "started",
    "time",
    "valid_until",
];

/// Moments are texts, and the order of texts is not that of time: `10:00:00.5Z` comes before `10:00:00Z`.
fn in_time(left: &IdedExpr, right: &IdedExpr, remarks: &mut Vec<Remark>) {
    let is_moment = |part: &IdedExpr| {
        let name = written(part)?;
        let plain = name.strip_suffix(".value").unwrap_or(&name);
        MOMENTS.contains(&plain.rsplit('.').next()?).then_some(name)
    };
    let moment = [left, right].into_iter().find_map(|part| Some((part, is_moment(part)?)));
    if let Some((part, name)) = moment {
        let message = "moments are compared as seconds, not as texts".to_owned();
        remarks.push(wrong(part.id, message, format!("a number on both sides: seconds({name})")));
    }
}

/// Numbers, or texts.
fn ordered(
    (left, left_shape): (&IdedExpr, &Shape),
    (right, right_shape): (&IdedExpr, &Shape),
    remarks: &mut Vec<Remark>,
) {
    let wants = |shape: &Shape| match shape {
        Shape::Text(_) => Some(Wants::Text),
        Shape::Number | Shape::Fraction => Some(Wants::Number),
        _ => None,
    };
    match (wants(left_shape), wants(right_shape)) {
        (Some(wanted), _) => demand("it is compared with", wanted, right, right_shape, remarks),
        (None, Some(wanted)) => demand("it is compared with", wanted, left, left_shape, remarks),
        (None, None)
            if [left_shape, right_shape]
                .iter()
                .any(|shape| matches!(shape, Shape::Record(_) | Shape::List(_))) =>
        {
            let (at, shape) = if matches!(left_shape, Shape::Record(_) | Shape::List(_)) {
                (left, left_shape)
            } else {
                (right, right_shape)
            };
            demand("an order have numbers and texts, wanted is", Wants::Number, at, shape, remarks);
        }
        (None, None) => {}
    }
}

fn added(
    (left, left_shape): (&IdedExpr, &Shape),
    (right, right_shape): (&IdedExpr, &Shape),
    remarks: &mut Vec<Remark>,
) -> Shape {
    let wanted = match (left_shape, right_shape) {
        (Shape::List(_), Shape::List(_) | Shape::Any) | (Shape::Any, Shape::List(_)) => {
            return Shape::List(Box::new(Shape::Any));
        }
        (Shape::Number | Shape::Fraction, Shape::Number | Shape::Fraction) => {
            return same_kind("+", (left, left_shape), (right, right_shape), remarks);
        }
        (Shape::Any, Shape::Any) => return Shape::Any,
        (Shape::Text(_), _) | (_, Shape::Text(_)) => Wants::Text,
        (Shape::Number | Shape::Fraction, _) | (_, Shape::Number | Shape::Fraction) => {
            Wants::Number
        }
        (Shape::List(_), _) | (_, Shape::List(_)) => {
            remarks.push(wrong(
                right.id,
                "a list takes only a list".to_owned(),
                "a list on both sides: list + [value]".to_owned(),
            ));
            return Shape::Any;
        }
        _ => Wants::Text,
    };
    for (part, shape) in [(left, left_shape), (right, right_shape)] {
        demand("to be added is", wanted, part, shape, remarks);
    }
    match wanted {
        Wants::Text => Shape::Text(Vec::new()),
        _ if *left_shape == Shape::Any => right_shape.clone(),
        _ => left_shape.clone(),
    }
}

fn arithmetic(
    name: &str,
    parts: &[IdedExpr],
    shapes: &[Shape],
    remarks: &mut Vec<Remark>,
) -> Shape {
    let before = remarks.len();
    for (part, shape) in parts.iter().zip(shapes) {
        demand("one calculates with", Wants::Number, part, shape, remarks);
    }
    match (parts, shapes) {
        ([left, right], [left_shape, right_shape]) if remarks.len() == before => {
            same_kind(name.trim_matches('_'), (left, left_shape), (right, right_shape), remarks)
        }
        (_, [Shape::Fraction]) => Shape::Fraction,
        _ => Shape::Number,
    }
}

/// Whole numbers and fractions do not mix in this language.
fn same_kind(
    operator: &str,
    (left, left_shape): (&IdedExpr, &Shape),
    (right, right_shape): (&IdedExpr, &Shape),
    remarks: &mut Vec<Remark>,
) -> Shape {
    let whole = match (left_shape, right_shape) {
        (Shape::Number, Shape::Fraction) => left,
        (Shape::Fraction, Shape::Number) => right,
        (Shape::Any, other) | (other, _) => return other.clone(),
    };
    let meant = match &whole.expr {
        Expr::Literal(LiteralValue::Int(number)) => format!("{}.0", number.inner()),
        _ => {
            written(whole).map_or_else(|| "double(…)".to_owned(), |name| format!("double({name})"))
        }
    };
    let message = format!("`{operator}` takes a whole number and one with a fraction");
    remarks.push(wrong(whole.id, message, format!("the same on both sides: {meant}")));
    Shape::Fraction
}
