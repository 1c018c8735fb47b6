//! `diag facts`: the Case as a check sees it, for those who write one. What it prints can stand in the test of a pack
//! or in the example of a plugin as it is.

use super::seen::case_of;
use crate::args::{FactsArguments, FactsFormat};
use crate::failure::Failure;
use crate::output;
use diag_host::Sight;
use diag_host::sight::Reads;
use diag_render::{json, terminal};
use diag_sdk::manifest::WANTS;
use serde_json::Value;
use std::io::IsTerminal;
use std::process::ExitCode;

pub(crate) fn run(arguments: &FactsArguments) -> anyhow::Result<ExitCode> {
    known_grants(&arguments.grant)?;
    let case = case_of(&arguments.paths, &arguments.case, &arguments.header)?;
    let facts = Sight::new(&case).shown(&arguments.grant, &Reads::default()).json();
    let words: Vec<String> = arguments.only.iter().map(|word| word.to_lowercase()).collect();
    let Some(facts) = kept(facts, &words) else {
        return Err(Failure::new(format!("there is no fact called {}", arguments.only.join(", ")))
            .hint("diag schema case lists all facts; without --only all that there are are shown")
            .into());
    };
    let format = arguments.format.unwrap_or(if std::io::stdout().is_terminal() {
        FactsFormat::Tree
    } else {
        FactsFormat::Json
    });
    match format {
        FactsFormat::Json => output::print(&json::pretty(&facts)?)?,
        FactsFormat::Tree => {
            let mut text = String::new();
            tree(&facts, "case", &mut |path, fact| {
                text.push_str(&terminal::visible(&format!("{path} = {fact}")));
                text.push('\n');
            });
            output::print(&text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is granted exists.
pub(super) fn known_grants(grants: &[String]) -> Result<(), Failure> {
    let Some(grant) = grants.iter().find(|grant| !WANTS.contains(&grant.as_str())) else {
        return Ok(());
    };
    Err(Failure::new(format!("--grant {grant}: nothing of that name can be granted"))
        .hint(format!("expected {}", WANTS.join(", "))))
}

/// What is there, of names that contain one of these words; everything where there is none. What is absent or empty reads
/// as what a test leaves out, so it is left out.
fn kept(fact: Value, words: &[String]) -> Option<Value> {
    match fact {
        Value::Null => None,
        Value::Array(items) => {
            let items: Vec<Value> =
                items.into_iter().filter_map(|item| kept(item, words)).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(fields) => {
            let named = |name: &str| words.iter().any(|word| name.contains(word.as_str()));
            let fields = fields.into_iter().filter_map(|(name, fact)| {
                let fact = kept(fact, if named(&name) { &[] } else { words })?;
                Some((name, fact))
            });
            let fields: serde_json::Map<String, Value> = fields.collect();
            (!fields.is_empty()).then_some(Value::Object(fields))
        }
        plain => words.is_empty().then_some(plain),
    }
}

/// Hands over each plain fact, with the expression that leads to it.
pub(super) fn tree(fact: &Value, path: &str, line: &mut dyn FnMut(&str, &Value)) {
    match fact {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, fact)| tree(fact, &format!("{path}.{name}"), line));
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, fact)| tree(fact, &format!("{path}[{index}]"), line)),
        plain => line(path, plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn only(fact: Value, words: &[&str]) -> Option<Value> {
        kept(fact, &words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_named_is_kept_with_the_way_to_it() {
        let facts = json!({"messages": [{"id": "m1", "issuer": {"value": "x", "place": null}}, {"id": "m2", "issuer": null}], "clocks": []});
        assert_eq!(
            only(facts.clone(), &["issuer"]),
            Some(json!({"messages": [{"issuer": {"value": "x"}}]}))
        );
        assert_eq!(only(facts.clone(), &["isuer"]), None);
        assert_eq!(
            only(facts, &[]),
            Some(json!({"messages": [{"id": "m1", "issuer": {"value": "x"}}, {"id": "m2"}]}))
        );
    }

    #[test]
    fn a_tree_shows_expressions() {
        let mut lines = Vec::new();
        tree(
            &json!({"messages": [{"kind": "response", "signed": true}]}),
            "case",
            &mut |path, fact| {
                lines.push(format!("{path} = {fact}"));
            },
        );
        assert_eq!(
            lines,
            ["case.messages[0].kind = \"response\"", "case.messages[0].signed = true"]
        );
    }
}
