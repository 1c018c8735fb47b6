//! What is sent to change an object: its changed fields as JSON, and the lines of the tools that send them.

use super::change::Target;
use super::edit;
use super::export::{Amended, Changed};
use diag_products::Products;
use diag_sdk::Need;
use serde::Serialize;
use serde_json::{Map, Value};

/// The changed fields of one object.
#[derive(Debug, Clone)]
pub struct Body {
    /// The object.
    pub target: Target,
    /// The changed fields alone, lists whole.
    pub json: Value,
    /// The names that lead to each, and its value before.
    pub fields: Vec<(String, Value)>,
    parameters: Vec<Changed>,
}

/// The lines by which a tool sends a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Command {
    /// The tool.
    pub tool: String,
    /// What to run.
    pub run: String,
}

impl Amended<'_> {
    /// What is to be sent, one body for each object; without what the product copies by itself, and without what
    /// `before` has already.
    pub fn bodies(&self, before: Option<&Amended<'_>>) -> Vec<Body> {
        let known =
            |changed: &Changed| before.is_some_and(|before| before.changed.contains(changed));
        let mut bodies: Vec<Body> = Vec::new();
        for changed in self.changed.iter().filter(|changed| !changed.copied && !known(changed)) {
            let index =
                bodies.iter().position(|body| body.target == changed.target).unwrap_or_else(|| {
                    let json = Value::Object(Map::new());
                    bodies.push(Body {
                        target: changed.target.clone(),
                        json,
                        fields: Vec::new(),
                        parameters: Vec::new(),
                    });
                    bodies.len() - 1
                });
            let body = &mut bodies[index];
            merge(
                &mut body.json,
                edit::nested(&changed.field.split('.').collect::<Vec<_>>(), &changed.after),
            );
            body.fields.push((changed.field.clone(), changed.before.clone()));
            body.parameters.push(changed.clone());
        }
        bodies
    }

    /// How the tools of the product send a body that stands in this file.
    pub fn commands(&self, body: &Body, file: &str, products: &Products) -> Vec<Command> {
        let tools = products.tools(body.target.vendor, body.target.of);
        let of_tool = |tool: &diag_products::writing::Tool| {
            let parameters: Option<Vec<&str>> = body
                .parameters
                .iter()
                .map(|changed| changed.parameters.get(&tool.name).map(String::as_str))
                .collect();
            if tool.takes_parameters() && parameters.is_none() {
                return None;
            }
            let run = self.with_own_fields(
                &tool.run.replace("{parameters}", &parameters.unwrap_or_default().join(" ")),
                &body.target,
            );
            Some(Command { tool: tool.name.clone(), run: run.replace("{body}", file) })
        };
        tools.filter_map(of_tool).collect()
    }

    /// Names in braces replaced by the object's own fields: what could end a word of a command line is left as a name.
    fn with_own_fields(&self, run: &str, target: &Target) -> String {
        let mut out = String::new();
        let mut rest = run;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let named = after.split_once('}').filter(|(name, _)| {
                *name != "body"
                    && name.chars().all(|c| c.is_ascii_alphanumeric())
                    && !name.is_empty()
            });
            if let Some((name, after)) = named {
                let own =
                    self.value(target, name).and_then(|value| value.as_str().map(str::to_owned));
                let shown = own
                    .filter(|text| is_harmless(text))
                    .unwrap_or_else(|| format!("OBJECT-{}", name.to_ascii_uppercase()));
                out.push_str(&shown);
                rest = after;
            } else {
                out.push('{');
                rest = after;
            }
        }
        out + rest
    }
}

/// An id, and nothing that a shell reads in any other way.
fn is_harmless(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.starts_with('-')
}

impl Target {
    /// In one word, for the name of a file.
    pub fn sort(&self) -> &'static str {
        match self.of {
            Need::Application => "application",
            Need::ServicePrincipal => "servicePrincipal",
            Need::Virtualproxyconfig => "virtualproxyconfig",
            _ => "object",
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                match into.get_mut(&name) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(name, value);
                    }
                }
            }
        }
        (into, from) => *into = from,
    }
}
