//! `diag eval`: what an expression of a pack yields over a case, with types. What it prints as JSON can stand in the test
//! of a pack as it is.

use super::facts::{known_grants, tree};
use super::seen::case_of;
use crate::args::{EvalArguments, FactsFormat};
use crate::failure::Failure;
use crate::output;
use diag_host::Sight;
use diag_host::pack::{Evaluated, evaluate};
use diag_host::sight::Reads;
use diag_render::{json, terminal};
use serde_json::Value;
use std::io::IsTerminal;
use std::process::ExitCode;

pub(crate) fn run(arguments: &EvalArguments) -> anyhow::Result<ExitCode> {
    known_grants(&arguments.grant)?;
    let case = case_of(&arguments.paths, &arguments.case, &arguments.header)?;
    let shown = Sight::new(&case).shown(&arguments.grant, &Reads::default());
    let evaluated = evaluate(&arguments.expression, &shown).map_err(|problems| {
        let failure = Failure::new("the expression does not hold");
        let failure =
            problems.iter().fold(failure, |failure, problem| failure.shown(&problem.to_string()));
        failure
            .hint("docs/expression-packs.md has the language; diag facts shows the facts of a case")
    })?;
    let (value, kind) = match evaluated {
        Evaluated::Value { json, kind } => (json, kind),
        Evaluated::Undecided(why) => {
            return Err(Failure::new(format!("undecided: {why}"))
                .hint("a check of a pack is skipped then, and says so")
                .into());
        }
    };
    let format = arguments.format.unwrap_or(if std::io::stdout().is_terminal() {
        FactsFormat::Tree
    } else {
        FactsFormat::Json
    });
    match format {
        FactsFormat::Json => output::print(&json::pretty(&value)?)?,
        FactsFormat::Tree => {
            let mut text = format!("{}\n", typed(&value, &kind));
            let name =
                if is_path(&arguments.expression) { arguments.expression.trim() } else { "value" };
            tree(&value, name, &mut |path, fact| {
                text.push_str(&terminal::visible(&format!("{path} = {fact}  ({})", word(fact))));
                text.push('\n');
            });
            output::print(&text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The type of the whole, in words.
fn typed(value: &Value, kind: &str) -> String {
    match value {
        Value::Array(items) => {
            let mut words: Vec<&str> = items.iter().map(word).collect();
            words.dedup();
            let of = match words.as_slice() {
                [] => String::new(),
                [only] => format!(", each {only}"),
                _ => ", of several types".to_owned(),
            };
            format!("a list of {}{of}", items.len())
        }
        _ => kind.to_owned(),
    }
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a record",
    }
}

/// Names with dots and numbers in brackets: below it, paths can be gone on with.
fn is_path(expression: &str) -> bool {
    let rest = expression.trim();
    rest.starts_with("case")
        && rest
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "_.[]".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_are_told_in_words() {
        assert_eq!(typed(&json!(["a", "b"]), "a list"), "a list of 2, each a text");
        assert_eq!(typed(&json!([1, "b"]), "a list"), "a list of 2, of several types");
        assert_eq!(typed(&json!(true), "true or false"), "true or false");
        assert!(
            is_path("case.messages[0].issuer")
                && !is_path("case.messages.size()")
                && !is_path("1 + 1")
        );
    }
}
