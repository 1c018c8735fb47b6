//! Looks through an expression before it is ever evaluated: variables, functions, facts and words
//! that do not exist.

use super::function::{FUNCTIONS, METHODS};
use super::guard;
use super::nearest::perhaps;
use super::problem::ProblemKind;
use super::shape::{Shape, one_of};
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};

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

/// Variables and what they hold, innermost last.
#[derive(Debug, Clone)]
pub(super) struct Scope(Vec<(String, Shape)>);

impl Scope {
    /// `case`, and `it` where a check looks at the elements of a list.
    pub(super) fn new(it: Option<Shape>) -> Self {
        let mut variables = vec![("case".to_owned(), Shape::case())];
        variables.extend(it.map(|it| ("it".to_owned(), it)));
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
    let mut remark = |kind, message: String, expected: String| remarks.push(Remark { kind, node: expr.id, after: None, message, expected });
    match &expr.expr {
        Expr::Literal(literal) => match literal {
            LiteralValue::Boolean(_) => Shape::Truth,
            LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_) => Shape::Number,
            LiteralValue::String(_) => Shape::Text(Vec::new()),
            _ => Shape::Any,
        },
        Expr::Ident(name) => scope.find(name).cloned().unwrap_or_else(|| {
            let known: Vec<&str> = scope.0.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with('@')).collect();
            let hint = match name.as_str() {
                "it" => "`it` where the check has `for`; ".to_owned(),
                _ => perhaps(name, known.iter().copied()),
            };
            remark(ProblemKind::UnknownVariable, format!("there is no variable `{name}`"), format!("{hint}one of {}", known.join(", ")));
            Shape::Any
        }),
        Expr::Select(select) => inspect_select(expr.id, select, scope, remarks),
        Expr::Call(call) => inspect_call(expr.id, call, scope, remarks),
        Expr::List(list) => {
            let mut shapes = list.elements.iter().map(|element| inspect(element, scope, remarks)).collect::<Vec<_>>().into_iter();
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

fn inspect_select(node: u64, select: &SelectExpr, scope: &Scope, remarks: &mut Vec<Remark>) -> Shape {
    let name = &select.field;
    let holder = inspect(&select.operand, scope, remarks);
    let (message, expected) = match &holder {
        Shape::Any => return if select.test { Shape::Truth } else { Shape::Any },
        Shape::Record(fields) => match fields.get(name) {
            Some(_) if select.test => return Shape::Truth,
            Some(shape) => return shape,
            None => (format!("there is no fact `{name}` here"), fields.expected(name)),
        },
        Shape::List(_) => {
            (format!("`{name}` is asked of a list"), "one element, such as […][0], or a question to all, such as .exists(x, …)".to_owned())
        }
        other => (format!("`{name}` is asked of {}", other.words()), "a record before the dot".to_owned()),
    };
    // What `has` asks for has no node of its own.
    let (node, after) = if select.test { (select.operand.id, Some(name.clone())) } else { (node, None) };
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
    let known = if target.is_some() { METHODS } else { FUNCTIONS };
    let others = if target.is_some() { FUNCTIONS } else { METHODS };
    match known.iter().find(|(function, _)| *function == name) {
        Some((_, counts)) if counts.contains(&args.len()) => {}
        Some((_, counts)) => {
            let wanted: Vec<String> = counts.iter().map(ToString::to_string).collect();
            remarks.push(Remark {
                kind: ProblemKind::UnknownFunction,
                node,
                after: None,
                message: format!("`{name}` is called with {} arguments", args.len()),
                expected: wanted.join(" or "),
            });
        }
        None => {
            let names: Vec<&str> = known.iter().map(|(function, _)| *function).chain(MACROS.iter().copied()).collect();
            let hint = if MACROS.contains(&name) {
                let (way, _) = MACRO_FORMS.iter().find(|(_, names)| names.contains(&name)).unwrap_or(&MACRO_FORMS[0]);
                format!("{way}; ")
            } else if others.iter().any(|(function, _)| *function == name) {
                let way = if target.is_some() { format!("{name}(…)") } else { format!("value.{name}(…)") };
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
    if name == "matches"
        && let Some(Expr::Literal(LiteralValue::String(pattern))) = call.args.last().map(|arg| &arg.expr)
        && let Err(error) = super::function::pattern(pattern.inner())
    {
        let node = call.args.last().map_or(node, |arg| arg.id);
        remarks.push(Remark {
            kind: ProblemKind::Syntax,
            node,
            after: None,
            message: format!("the pattern does not parse: {error}"),
            expected: "a regular expression without look-around and back-references".to_owned(),
        });
    }
    match name {
        "contains" | "endsWith" | "matches" | "startsWith" | "bool" => Shape::Truth,
        "size" | "indexOf" | "int" | "uint" | "double" | "seconds" => Shape::Number,
        "split" => Shape::List(Box::new(Shape::Text(Vec::new()))),
        _ => Shape::Text(Vec::new()),
    }
}

/// Calls that are turned into something else where they have the right form.
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "map", "has"];
const MACRO_FORMS: &[(&str, &[&str])] = &[("list.exists(x, …)", &["all", "exists", "exists_one", "filter", "map"]), ("has(a.b)", &["has"])];

fn is_operator(name: &str) -> bool {
    name.starts_with('@') || name.contains('_') && name.chars().any(|character| !character.is_alphanumeric() && character != '_')
}

fn inspect_operator(name: &str, call: &CallExpr, args: &[Shape], remarks: &mut Vec<Remark>) -> Shape {
    match (name, call.args.as_slice(), args) {
        (operators::EQUALS | operators::NOT_EQUALS, [left, right], [left_shape, right_shape]) => {
            known_word(left_shape, right, remarks);
            known_word(right_shape, left, remarks);
            comparable(left_shape, right_shape, right.id, remarks);
            Shape::Truth
        }
        (operators::IN, [_, right], [left, _]) => {
            if let Expr::List(list) = &right.expr {
                for element in &list.elements {
                    known_word(left, element, remarks);
                }
            }
            Shape::Truth
        }
        (operators::INDEX, _, [Shape::List(item), _]) => item.as_ref().clone(),
        (operators::CONDITIONAL, _, [_, left, right]) => {
            if left == right {
                left.clone()
            } else {
                Shape::Any
            }
        }
        (
            operators::LOGICAL_AND
            | operators::LOGICAL_OR
            | operators::LOGICAL_NOT
            | operators::NOT_STRICTLY_FALSE
            | operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS,
            _,
            _,
        ) => Shape::Truth,
        (operators::ADD, _, [left @ (Shape::Number | Shape::Text(_) | Shape::List(_)), _]) => match left {
            Shape::Text(_) => Shape::Text(Vec::new()),
            Shape::List(_) => Shape::List(Box::new(Shape::Any)),
            other => other.clone(),
        },
        (operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO | operators::NEGATE, _, _) => Shape::Number,
        _ => Shape::Any,
    }
}

/// A fact that is one of few words is compared with one of them.
fn known_word(fact: &Shape, other: &IdedExpr, remarks: &mut Vec<Remark>) {
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
fn comparable(left: &Shape, right: &Shape, node: u64, remarks: &mut Vec<Remark>) {
    let differ = match (left, right) {
        (Shape::Any, _) | (_, Shape::Any) => false,
        _ => std::mem::discriminant(left) != std::mem::discriminant(right),
    };
    if differ {
        let value = |shape: &Shape| if shape.sited().is_some() { ", whose `.value` is what can be compared" } else { "" };
        remarks.push(Remark {
            kind: ProblemKind::WrongResult,
            node,
            after: None,
            message: format!("{} is compared with {}", left.words(), right.words()),
            expected: format!("{} on both sides{}{}", left.words(), value(left), value(right)),
        });
    }
}

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
        return if matches!(&loops.accu_init.expr, Expr::Literal(_)) { Shape::Truth } else { Shape::Any };
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
    Shape::List(Box::new(element.map_or(Shape::Any, |element| inspect(element, &inner, &mut told_already))))
}
