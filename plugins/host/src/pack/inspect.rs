//! Looks through an expression before it is ever evaluated: variables, functions, facts and words
//! that do not exist.

use super::guard;
use super::moment;
use super::nearest::perhaps;
use super::operator::{inspect_operator, is_operator};
use super::problem::ProblemKind;
use super::remark::Remark;
use super::shape::Shape;
use super::signature::{FUNCTIONS, METHODS};
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators,
};

/// Variables and what they hold, innermost last.
#[derive(Debug, Clone)]
pub(super) struct Scope(Vec<(String, Shape)>);

impl Scope {
    /// `case`; `it`, where a check looks at the elements of a list; and `outer`, where that list was itself found in an
    /// element of another one. The lists are given from the outermost on.
    pub(super) fn new(elements: &[Shape]) -> Self {
        let mut variables = vec![("case".to_owned(), Shape::case())];
        for (name, shape) in ["it", "outer"].into_iter().zip(elements.iter().rev()) {
            variables.push((name.to_owned(), shape.clone()));
        }
        Self(variables)
    }

    fn find(&self, name: &str) -> Option<&Shape> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, shape)| shape)
    }

    fn with(&self, name: &str, shape: Shape) -> Self {
        let mut inner = self.clone();
        inner.0.push((name.to_owned(), shape));
        inner
    }
}

/// What an expression yields; what is wrong in it goes into `remarks`.
pub(super) fn inspect(expr: &IdedExpr, scope: &Scope, remarks: &mut Vec<Remark>) -> Shape {
    let mut remark = |kind, message: String, expected: String| {
        remarks.push(Remark { kind, node: expr.id, after: None, message, expected });
    };
    match &expr.expr {
        Expr::Literal(literal) => match literal {
            LiteralValue::Boolean(_) => Shape::Truth,
            LiteralValue::Int(_) => Shape::Number,
            LiteralValue::Double(_) => Shape::Fraction,
            LiteralValue::String(_) => Shape::Text(Vec::new()),
            _ => Shape::Any,
        },
        Expr::Ident(name) => scope.find(name).cloned().unwrap_or_else(|| {
            let known: Vec<&str> = scope
                .0
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(|name| !name.starts_with('@'))
                .collect();
            let hint = match name.as_str() {
                "it" => "`it` where the check has `for`; ".to_owned(),
                "outer" => "`outer` where `for` has several lists; ".to_owned(),
                _ => perhaps(name, known.iter().copied()),
            };
            remark(
                ProblemKind::UnknownVariable,
                format!("there is no variable `{name}`"),
                format!("{hint}one of {}", known.join(", ")),
            );
            Shape::Any
        }),
        Expr::Select(select) => inspect_select(expr.id, select, scope, remarks),
        Expr::Call(call) => inspect_call(expr.id, call, scope, remarks),
        Expr::List(list) => {
            let mut shapes = list
                .elements
                .iter()
                .map(|element| inspect(element, scope, remarks))
                .collect::<Vec<_>>()
                .into_iter();
            let first = shapes.next().unwrap_or(Shape::Any);
            let same = shapes.all(|shape| shape == first);
            Shape::List(Box::new(if same { first } else { Shape::Any }))
        }
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    inspect(&entry.key, scope, remarks);
                    inspect(&entry.value, scope, remarks);
                }
            }
            Shape::Any
        }
        Expr::Comprehension(loops) => inspect_loop(loops, scope, remarks),
        Expr::Struct(made) => {
            remark(
                ProblemKind::Syntax,
                format!("records such as `{}{{…}}` cannot be made", made.type_name),
                "facts, lists and plain values".to_owned(),
            );
            Shape::Any
        }
        Expr::Unspecified => Shape::Any,
    }
}

fn inspect_select(
    node: u64,
    select: &SelectExpr,
    scope: &Scope,
    remarks: &mut Vec<Remark>,
) -> Shape {
    let name = &select.field;
    let holder = inspect(&select.operand, scope, remarks);
    let (message, expected) = match &holder {
        Shape::Any => return if select.test { Shape::Truth } else { Shape::Any },
        Shape::Record(fields) => match fields.get(name) {
            Some(_) if select.test => return Shape::Truth,
            Some(shape) => return shape,
            None => (format!("there is no fact `{name}` here"), fields.expected(name)),
        },
        Shape::List(_) => (
            format!("`{name}` is asked of a list"),
            "one element, such as […][0], or a question to all, such as .exists(x, …)".to_owned(),
        ),
        other => (
            format!("`{name}` is asked of {}", other.words()),
            "a record before the dot".to_owned(),
        ),
    };
    // What `has` asks for has no node of its own.
    let (node, after) =
        if select.test { (select.operand.id, Some(name.clone())) } else { (node, None) };
    remarks.push(Remark { kind: ProblemKind::UnknownFact, node, after, message, expected });
    if select.test { Shape::Truth } else { Shape::Any }
}

fn inspect_call(node: u64, call: &CallExpr, scope: &Scope, remarks: &mut Vec<Remark>) -> Shape {
    let target = call.target.as_ref().map(|target| inspect(target, scope, remarks));
    let args: Vec<Shape> = call.args.iter().map(|arg| inspect(arg, scope, remarks)).collect();
    let name = call.func_name.as_str();
    if is_operator(name) {
        return inspect_operator(name, call, &args, remarks);
    }
    let (known, others) =
        if target.is_some() { (METHODS, FUNCTIONS) } else { (FUNCTIONS, METHODS) };
    let mut yields = Shape::Any;
    match known.iter().find(|function| function.name == name) {
        Some(function) if function.counts().any(|count| count == args.len()) => {
            let before = call.target.as_deref().zip(target.as_ref());
            let given: Vec<(&IdedExpr, &Shape)> =
                before.into_iter().chain(call.args.iter().zip(&args)).collect();
            yields = function.call(&given, remarks);
        }
        Some(function) => {
            let wanted: Vec<String> = function.counts().map(|count| count.to_string()).collect();
            remarks.push(Remark {
                kind: ProblemKind::UnknownFunction,
                node,
                after: None,
                message: format!("`{name}` is called with {} arguments", args.len()),
                expected: wanted.join(" or "),
            });
        }
        None => {
            let names: Vec<&str> =
                known.iter().map(|function| function.name).chain(MACROS.iter().copied()).collect();
            let hint = if MACROS.contains(&name) {
                let (way, _) = MACRO_FORMS
                    .iter()
                    .find(|(_, names)| names.contains(&name))
                    .unwrap_or(&MACRO_FORMS[0]);
                format!("{way}; ")
            } else if others.iter().any(|function| function.name == name) {
                let way = if target.is_some() {
                    format!("{name}(…)")
                } else {
                    format!("value.{name}(…)")
                };
                format!("{way}; ")
            } else {
                perhaps(name, names.iter().copied())
            };
            remarks.push(Remark {
                kind: ProblemKind::UnknownFunction,
                node,
                after: None,
                message: format!("there is no function `{name}` of this form"),
                expected: format!("{hint}one of {}", names.join(", ")),
            });
        }
    }
    written_out(name, call, remarks);
    yields
}

/// What is written out in a call can be read before it is ever called: a pattern, a moment, a duration.
fn written_out(name: &str, call: &CallExpr, remarks: &mut Vec<Remark>) {
    let Some((node, Expr::Literal(LiteralValue::String(text)))) =
        call.args.last().map(|arg| (arg.id, &arg.expr))
    else {
        return;
    };
    let (message, expected) = match name {
        "matches" => match super::function::pattern(text.inner()) {
            Err(error) => (
                format!("the pattern does not parse: {error}"),
                "a regular expression without look-around and back-references",
            ),
            Ok(_) => return,
        },
        "duration" => match moment::duration(text.inner()) {
            Err(error) => {
                (error, "days, hours, minutes and whole seconds, such as \"5m\" or \"1h30m\"")
            }
            Ok(_) => return,
        },
        "seconds" | "timestamp" => match moment::seconds(text.inner()) {
            Err(error) => (error, "a moment, such as \"2026-11-24T10:00:00Z\""),
            Ok(_) => return,
        },
        _ => return,
    };
    remarks.push(Remark {
        kind: ProblemKind::Syntax,
        node,
        after: None,
        message,
        expected: expected.to_owned(),
    });
}

/// Calls that are turned into something else where they have the right form.
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "map", "has"];
const MACRO_FORMS: &[(&str, &[&str])] = &[
    ("list.exists(x, …)", &["all", "exists", "exists_one", "filter", "map"]),
    ("has(a.b)", &["has"]),
];

fn inspect_loop(loops: &ComprehensionExpr, scope: &Scope, remarks: &mut Vec<Remark>) -> Shape {
    let range = inspect(&loops.iter_range, scope, remarks);
    let item = match range {
        Shape::List(item) => *item,
        Shape::Any => Shape::Any,
        other => {
            remarks.push(Remark {
                kind: ProblemKind::WrongResult,
                node: loops.iter_range.id,
                after: None,
                message: format!("{} has no elements to go through", other.words()),
                expected: "a list".to_owned(),
            });
            Shape::Any
        }
    };
    let inner = scope.with(&loops.iter_var, item.clone()).with(&loops.accu_var, Shape::Any);
    inspect(&loops.loop_step, &inner, remarks);
    if !guard::appends(loops) {
        return if matches!(&loops.accu_init.expr, Expr::Literal(_)) {
            Shape::Truth
        } else {
            Shape::Any
        };
    }
    // map and filter: what is appended.
    let sum = match &loops.loop_step.expr {
        Expr::Call(step) if step.func_name == operators::CONDITIONAL => step.args.get(1),
        _ => Some(&loops.loop_step),
    };
    let appended = sum.and_then(|sum| match &sum.expr {
        Expr::Call(sum) => sum.args.get(1),
        _ => None,
    });
    let element = appended.and_then(|list| match &list.expr {
        Expr::List(list) => list.elements.first(),
        _ => None,
    });
    let mut told_already = Vec::new();
    Shape::List(Box::new(
        element.map_or(Shape::Any, |element| inspect(element, &inner, &mut told_already)),
    ))
}
