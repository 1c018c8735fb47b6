//! What is wrong in an expression, and what was probably meant.

use super::dotted::written;
use super::problem::ProblemKind;
use super::shape::{Shape, one_of};
use cel::common::ast::{Expr, IdedExpr, LiteralValue};

/// Something wrong at a node.
#[derive(Debug)]
pub(super) struct Remark {
    pub(super) kind: ProblemKind,
    /// Id of the node.
    pub(super) node: u64,
    /// The name after the node that is meant rather than the node.
    pub(super) after: Option<String>,
    pub(super) message: String,
    pub(super) expected: String,
}

/// A fact that is one of few words is compared with one of them.
pub(super) fn known_word(fact: &Shape, other: &IdedExpr, remarks: &mut Vec<Remark>) {
    if let (Shape::Text(words), Expr::Literal(LiteralValue::String(word))) = (fact, &other.expr)
        && !words.is_empty()
        && !words.contains(&word.inner())
    {
        remarks.push(Remark {
            kind: ProblemKind::UnknownWord,
            node: other.id,
            after: None,
            message: format!("this fact is never `{}`", word.inner().escape_debug()),
            expected: one_of(words, word.inner()),
        });
    }
}

/// Both sides can be equal at all: a record is never a text, as whoever forgets `.value` finds out.
pub(super) fn comparable(
    (left, left_shape): (&IdedExpr, &Shape),
    (right, right_shape): (&IdedExpr, &Shape),
    remarks: &mut Vec<Remark>,
) {
    let kind = |shape: &Shape| {
        std::mem::discriminant(if *shape == Shape::Fraction { &Shape::Number } else { shape })
    };
    if *left_shape == Shape::Any
        || *right_shape == Shape::Any
        || kind(left_shape) == kind(right_shape)
    {
        return;
    }
    let value = |expr: &IdedExpr, shape: &Shape| {
        let name = written(expr).unwrap_or_else(|| "…".to_owned());
        shape.plain().map(|(dots, _)| format!(", here {name}{dots}")).unwrap_or_default()
    };
    remarks.push(Remark {
        kind: ProblemKind::WrongResult,
        node: right.id,
        after: None,
        message: format!("{} is compared with {}", left_shape.words(), right_shape.words()),
        expected: format!(
            "the same on both sides{}{}",
            value(left, left_shape),
            value(right, right_shape)
        ),
    });
}
