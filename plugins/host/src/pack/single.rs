//! One expression by itself, for those who try what a pack would see: `diag eval`.

use super::blame;
use super::budget;
use super::expression::Expression;
use super::fact;
use super::function::ENVIRONMENT;
use super::guard;
use super::inspect::Scope;
use super::kind::kind_word;
use super::problem::PackError;
use super::source::{Quoted, Source};
use super::{LIMITS, STACK};
use crate::sight::Shown;
use cel::{Context, Value};
use serde_json::Value as Json;
use std::sync::Arc;
use std::thread;

/// What an expression yields.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluated {
    /// A value, and its type in words.
    Value {
        /// As JSON; what cannot be JSON is null.
        json: Json,
        /// Such as `a text`.
        kind: String,
    },
    /// It cannot tell in this case, or goes beyond its bounds, and where.
    Undecided(String),
}

/// What an expression is called in messages.
const NAME: &str = "expression";

/// Evaluates an expression over facts, as a pack does: within the same bounds, and after the same problems were looked for.
pub fn evaluate(code: &str, shown: &Shown) -> Result<Evaluated, Vec<PackError>> {
    let (code, shown) = (code.to_owned(), shown.clone());
    let work = move || {
        // In quotes of several lines nothing is escaped, and the first line break is none of the text.
        let text = format!("'''\n{code}\n'''");
        let span = 0..text.len();
        let source = Source { file: NAME.to_owned(), text };
        let quoted = Quoted { value: code, span };
        let at_home = |problem: PackError| PackError {
            line: problem.line.saturating_sub(1).max(1),
            ..problem
        };
        let expression =
            Expression::parse(&source, &quoted, 0..quoted.value.len(), &Scope::new(&[]))
                .map_err(|problems| problems.into_iter().map(at_home).collect::<Vec<_>>())?;
        Ok(over(&expression, &source, &shown))
    };
    let failed = |what: &str| {
        let expected = "an expression as docs/expression-packs.md shows it";
        Err(vec![PackError::whole(super::ProblemKind::Unreadable, NAME, what, expected)])
    };
    match thread::Builder::new()
        .name("pack".to_owned())
        .stack_size(STACK)
        .spawn(work)
        .map(thread::JoinHandle::join)
    {
        Ok(Ok(evaluated)) => evaluated,
        Ok(Err(_)) => failed("made the interpreter panic; this is a bug in diag"),
        Err(error) => failed(&format!("cannot be evaluated now: {error}")),
    }
}

fn over(expression: &Expression, source: &Source, shown: &Shown) -> Evaluated {
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    context.add_variable_as_val("case", fact::record(shown.kinds()));
    budget::open(LIMITS.steps, None);
    let nodes = u64::try_from(guard::size(&expression.tree)).unwrap_or(u64::MAX);
    let value = budget::spend(nodes).and_then(|()| {
        Value::resolve_val(&expression.tree, &context).map(cel::common::value::CowVal::into_owned)
    });
    let at = |node: u64, what: &str| {
        let (line, column) = source.position(expression.place(source, node).start);
        Evaluated::Undecided(format!("{NAME}:{}:{column}: {what}", line.saturating_sub(1).max(1)))
    };
    if let Some(why) = budget::spent() {
        return at(expression.tree.id, why);
    }
    match value {
        Ok(value) => Evaluated::Value {
            json: fact::json(value.as_ref()),
            kind: kind_word(value.as_ref()).to_owned(),
        },
        Err(error) => {
            let blame = blame::blame(expression, &error, &context);
            at(blame.node, &blame.message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sight::{Reads, Sight};
    use diag_sdk::Case;
    use diag_sdk::case::message::Message;
    use serde_json::json;

    fn evaluated(code: &str) -> Result<Evaluated, Vec<PackError>> {
        let message = Message { id: "m1".into(), ..Message::default() };
        let case = Case { messages: vec![message], ..Case::default() };
        evaluate(code, &Sight::new(&case).shown(&[], &Reads::default()))
    }

    #[test]
    fn an_expression_yields_a_value_with_its_type() {
        let is = |code: &str, json: Json, kind: &str| {
            assert_eq!(
                evaluated(code),
                Ok(Evaluated::Value { json, kind: kind.to_owned() }),
                "{code}"
            );
        };
        is("case.messages.map(m, m.id)", json!(["m1"]), "a list");
        is("case.messages.size() + 1", json!(2), "a number");
        is("has(case.messages[0].issuer)", json!(false), "true or false");
        is("case.messages[0].issuer", Json::Null, "null");
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_stands() {
        let problems =
            evaluated("case.messages\n  .exists(m, m.isuer == null)").expect_err("no such fact");
        assert_eq!((problems[0].line, problems[0].column), (2, 16));
        assert!(
            problems[0].to_string().starts_with("expression:2:16: there is no fact `isuer` here"),
            "{}",
            problems[0]
        );
        let Ok(Evaluated::Undecided(why)) = evaluated("case.messages[0].issuer.value == 'x'")
        else {
            panic!("undecided")
        };
        assert!(
            why.starts_with("expression:1:") && why.contains("is absent here; ask first"),
            "{why}"
        );
    }
}
