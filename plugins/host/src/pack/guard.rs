//! Laces an expression with calls that count, so that none can run or grow without end.
//!
//! - every round of a loop pays for the nodes it is about to evaluate
//! - texts, lists and maps that an expression makes are weighed as they are made: doubling one in
//!   every round is how a short expression eats a machine
//! - `==`, `!=` and `in` become functions of ours that pay per pair compared, and for which a list
//!   made by an expression equals a list of facts
//! - `has(a.b.c)` becomes a question about the whole path, to which null means no
//!
//! Names that begin with `@` cannot be written in an expression.

use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, ListExpr, LiteralValue, SelectExpr,
    operators,
};

/// Pays for a round and hands its argument on: `@round(value, steps)`.
pub(super) const ROUND: &str = "@round";
/// Weighs a value and hands it on.
pub(super) const WEIGHED: &str = "@weighed";
/// `==`.
pub(super) const EQUAL: &str = "@equal";
/// `in`.
pub(super) const WITHIN: &str = "@within";
/// `has`: a value and the names that lead on from it.
pub(super) const PRESENT: &str = "@present";

/// The expression with everything that counts in it.
pub(super) fn guarded(expr: IdedExpr) -> IdedExpr {
    let id = expr.id;
    match expr.expr {
        Expr::Call(call) => guarded_call(id, call),
        Expr::Select(select) => guarded_select(id, select),
        Expr::List(list) => {
            let plain =
                list.elements.iter().all(|element| matches!(element.expr, Expr::Literal(_)));
            let elements = list.elements.into_iter().map(guarded).collect();
            let list = ided(
                id,
                Expr::List(ListExpr { elements, optional_indices: list.optional_indices }),
            );
            if plain { list } else { call(id, WEIGHED, vec![list]) }
        }
        Expr::Map(mut map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    entry.key = guarded(std::mem::take(&mut entry.key));
                    entry.value = guarded(std::mem::take(&mut entry.value));
                }
            }
            call(id, WEIGHED, vec![ided(id, Expr::Map(map))])
        }
        Expr::Comprehension(loops) => guarded_loop(id, *loops),
        other => ided(id, other),
    }
}

fn guarded_call(id: u64, mut spoken: CallExpr) -> IdedExpr {
    spoken.target = spoken.target.map(|target| Box::new(guarded(*target)));
    spoken.args = spoken.args.into_iter().map(guarded).collect();
    let binary = spoken.target.is_none() && spoken.args.len() == 2;
    match spoken.func_name.as_str() {
        operators::EQUALS if binary => call(id, EQUAL, spoken.args),
        operators::NOT_EQUALS if binary => {
            call(id, operators::LOGICAL_NOT, vec![call(id, EQUAL, spoken.args)])
        }
        operators::IN if binary => call(id, WITHIN, spoken.args),
        operators::ADD if binary => call(id, WEIGHED, vec![ided(id, Expr::Call(spoken))]),
        _ => ided(id, Expr::Call(spoken)),
    }
}

fn guarded_select(id: u64, select: SelectExpr) -> IdedExpr {
    if !select.test {
        let operand = Box::new(guarded(*select.operand));
        return ided(id, Expr::Select(SelectExpr { operand, ..select }));
    }
    // has(a.b.c): the root a, then b and c.
    let mut names = vec![select.field];
    let mut root = *select.operand;
    while let Expr::Select(SelectExpr { operand, field, test: false }) = root.expr {
        names.insert(0, field);
        root = *operand;
    }
    let names = names
        .into_iter()
        .map(|name| ided(id, Expr::Literal(LiteralValue::String(name.into()))))
        .collect();
    call(id, PRESENT, vec![guarded(root), ided(id, Expr::List(ListExpr::new(names)))])
}

/// A loop keeps the shape its macro gave it, by which the interpreter recognises `map` and `filter`.
fn guarded_loop(id: u64, mut loops: ComprehensionExpr) -> IdedExpr {
    let steps = size(&loops.loop_step);
    loops.iter_range = guarded(std::mem::take(&mut loops.iter_range));
    if appends(&loops) {
        if let Expr::Call(step) = &mut loops.loop_step.expr {
            if step.func_name == operators::CONDITIONAL {
                if let [condition, append, _] = step.args.as_mut_slice() {
                    *condition = round(guarded(std::mem::take(condition)), steps);
                    guard_appended(append, None);
                }
            } else {
                guard_appended(&mut loops.loop_step, Some(steps));
            }
        }
    } else {
        loops.loop_cond = round(loops.loop_cond, steps);
        loops.loop_step = guarded(loops.loop_step);
    }
    call(id, WEIGHED, vec![ided(id, Expr::Comprehension(Box::new(loops)))])
}

/// `@result + [value]`: guards the value.
fn guard_appended(append: &mut IdedExpr, steps: Option<i64>) {
    if let Expr::Call(sum) = &mut append.expr
        && let Some(Expr::List(list)) = sum.args.get_mut(1).map(|list| &mut list.expr)
    {
        for element in &mut list.elements {
            let value = guarded(std::mem::take(element));
            *element = if let Some(steps) = steps { round(value, steps) } else { value };
        }
    }
}

/// The loop of `map` or `filter`: its steps append to a list and nothing else.
pub(super) fn appends(loops: &ComprehensionExpr) -> bool {
    let sum = |expr: &IdedExpr| {
        matches!(&expr.expr, Expr::Call(call) if call.func_name == operators::ADD
            && matches!(call.args.get(1).map(|list| &list.expr), Some(Expr::List(_))))
    };
    matches!(loops.accu_init.expr, Expr::List(_))
        && match &loops.loop_step.expr {
            Expr::Call(step) if step.func_name == operators::CONDITIONAL => {
                step.args.get(1).is_some_and(sum)
            }
            _ => sum(&loops.loop_step),
        }
}

fn round(value: IdedExpr, steps: i64) -> IdedExpr {
    let id = value.id;
    call(id, ROUND, vec![value, ided(id, Expr::Literal(LiteralValue::Int(steps.into())))])
}

fn call(id: u64, name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    ided(id, Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }))
}

fn ided(id: u64, expr: Expr) -> IdedExpr {
    IdedExpr { id, expr }
}

/// Number of nodes of an expression.
pub(super) fn size(expr: &IdedExpr) -> i64 {
    let mut sum = 1;
    each_child(expr, &mut |child| sum += size(child));
    sum
}

/// Number of nodes on the longest way down an expression.
pub(super) fn depth(expr: &IdedExpr) -> usize {
    let mut deepest = 0;
    each_child(expr, &mut |child| deepest = deepest.max(depth(child)));
    deepest + 1
}

/// Hands the parts of an expression to a function.
pub(super) fn each_child(expr: &IdedExpr, visit: &mut dyn FnMut(&IdedExpr)) {
    match &expr.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).for_each(visit),
        Expr::Select(select) => visit(&select.operand),
        Expr::List(list) => list.elements.iter().for_each(visit),
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    visit(&entry.key);
                    visit(&entry.value);
                }
            }
        }
        Expr::Comprehension(loops) => {
            [
                &loops.iter_range,
                &loops.accu_init,
                &loops.loop_cond,
                &loops.loop_step,
                &loops.result,
            ]
            .into_iter()
            .for_each(visit);
        }
        _ => {}
    }
}
