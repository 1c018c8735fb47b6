//! Finds the part of an expression that made it fail.
//!
//! The interpreter says what went wrong but not where. So the expression is walked down, parts are
//! evaluated by themselves, and the innermost one that fails is where the error stands.

use super::budget;
use super::dotted::written;
use super::expression::Expression;
use super::fact;
use super::kind::kind_word;
use super::nearest::nearest;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, operators};
use cel::common::types::{CelBool, CelNull};
use cel::{Context, ExecutionError, Value};

/// What went wrong, and at which node.
pub(super) struct Blame {
    pub(super) node: u64,
    pub(super) message: String,
}

/// Steps the search may take.
const STEPS: u64 = 200_000;

/// Finds the part that fails.
pub(super) fn blame(
    expression: &Expression,
    error: &ExecutionError,
    context: &Context<'_, '_>,
) -> Blame {
    let rest = budget::left();
    budget::open(STEPS, None);
    let found = inner(expression, &expression.tree, context);
    // What the search cost is the check's own.
    budget::open(rest.saturating_sub(STEPS.saturating_sub(budget::left())), None);
    found.unwrap_or_else(|| Blame { node: expression.tree.id, message: words(error) })
}

/// The innermost part that fails, and how; where this one fails at all.
fn inner(whole: &Expression, expr: &IdedExpr, context: &Context<'_, '_>) -> Option<Blame> {
    let error = failure(expr, context)?;
    let deeper = match &expr.expr {
        Expr::Call(call) => inner_of_call(whole, call, context),
        Expr::Select(select) => inner(whole, &select.operand, context),
        Expr::List(list) => list.elements.iter().find_map(|element| inner(whole, element, context)),
        Expr::Map(map) => map.entries.iter().find_map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => {
                inner(whole, &entry.key, context).or_else(|| inner(whole, &entry.value, context))
            }
            EntryExpr::StructField(_) => None,
        }),
        Expr::Comprehension(loops) => inner(whole, &loops.iter_range, context)
            .or_else(|| inner_of_loop(whole, loops, context)),
        _ => None,
    };
    Some(deeper.unwrap_or_else(|| Blame {
        node: expr.id,
        message: explained(whole, expr, &error, context),
    }))
}

/// The first round that fails by itself.
fn inner_of_loop(
    whole: &Expression,
    loops: &ComprehensionExpr,
    context: &Context<'_, '_>,
) -> Option<Blame> {
    let range = Value::resolve_val(&loops.iter_range, context).ok()?;
    let start = Value::resolve_val(&loops.accu_init, context).ok()?.into_owned();
    let mut items = range.as_iterable()?.iter();
    let mut round = context.new_inner_scope();
    round.add_variable_as_val(&loops.accu_var, start);
    while let Some(item) = items.next() {
        round.add_variable_as_val(&loops.iter_var, item.clone_as_boxed());
        if let Some(found) = inner(whole, &loops.loop_step, &round) {
            return Some(found);
        }
    }
    None
}

fn inner_of_call(whole: &Expression, call: &CallExpr, context: &Context<'_, '_>) -> Option<Blame> {
    if call.func_name == operators::CONDITIONAL
        && let [condition, left, right] = call.args.as_slice()
    {
        let value = Value::resolve_val(condition, context);
        let truth = value
            .ok()
            .and_then(|value| value.downcast_ref::<CelBool>().map(|truth| *truth.inner()));
        return match truth {
            Some(true) => inner(whole, left, context),
            Some(false) => inner(whole, right, context),
            None => inner(whole, condition, context),
        };
    }
    call.target
        .as_deref()
        .into_iter()
        .chain(&call.args)
        .find_map(|part| inner(whole, part, context))
}

fn failure(expr: &IdedExpr, context: &Context<'_, '_>) -> Option<ExecutionError> {
    budget::spend(20).ok()?;
    Value::resolve_val(expr, context).err()
}

/// The error in words, with what is known about the values at hand.
fn explained(
    expression: &Expression,
    node: &IdedExpr,
    error: &ExecutionError,
    context: &Context<'_, '_>,
) -> String {
    let operand = match &node.expr {
        Expr::Select(select) => Some(select.operand.as_ref()),
        Expr::Call(call) => call.target.as_deref().or(call.args.first()),
        _ => None,
    };
    let value = operand.and_then(|operand| Value::resolve_val(operand, context).ok());
    let name = operand
        .map(|operand| {
            written(operand).unwrap_or_else(|| expression.written(operand.id).to_owned())
        })
        .unwrap_or_default();
    let withheld = value.as_ref().is_some_and(|value| fact::is_withheld(value.as_ref()));
    let absent = value.as_ref().is_some_and(|value| value.downcast_ref::<CelNull>().is_some());
    match (&node.expr, &value) {
        _ if withheld && !name.is_empty() => {
            format!(
                "`{name}` is withheld here; a pack that `wants` secret:personal sees it where that is granted"
            )
        }
        _ if absent && !name.is_empty() => {
            format!("`{name}` is absent here; ask first: has({name}) && …")
        }
        (Expr::Select(select), Some(value)) => {
            let known = fact::field_names(value.as_ref());
            if known.is_empty() {
                format!("`{}` is asked of {}", select.field, kind_word(value.as_ref()))
            } else {
                let hint = nearest(&select.field, known.iter().map(String::as_str))
                    .map(|name| format!(", perhaps `{name}`"))
                    .unwrap_or_default();
                format!("there is no fact `{}` here{hint}", select.field)
            }
        }
        _ => words(error),
    }
}

fn words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::FunctionError { message, .. } => message.clone(),
        ExecutionError::NoSuchKey(name) => format!("there is no fact `{name}` here"),
        ExecutionError::NoSuchOverload(call) => {
            let kinds: Vec<&str> = call
                .argument_types()
                .iter()
                .map(|kind| if kind == "null_type" { "null" } else { kind })
                .collect();
            format!("`{}` does not take {}", plain(call.function()), kinds.join(" and "))
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!("found {}, expected {want}", if got == "null_type" { "null" } else { got })
        }
        ExecutionError::IndexOutOfBounds(_) => {
            "there is no element of that number; ask first: list.size() > …".to_owned()
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "a division by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number that is too large".to_owned(),
        // The interpreter's own words quote values, which may be long.
        ExecutionError::ValuesNotComparable(..) => {
            "values of different types are compared".to_owned()
        }
        ExecutionError::UnsupportedBinaryOperator(operator, ..) => {
            format!("`{operator}` does not take these values")
        }
        other => other.to_string(),
    }
}

/// An operator as it is written.
fn plain(function: &str) -> &str {
    match function {
        "_[_]" => "[…]",
        "_?_:_" => "… ? … : …",
        other => other.trim_matches('_'),
    }
}
