//! What facts look like, taken from the schema of the Case.
//!
//! Whoever writes a pack mistypes a name now and then. The interpreter would notice when it looks
//! at a Case that has such a thing, which may be never; the schema notices at once.

use super::nearest::perhaps;
use diag_sdk::manifest::CheckAnswer;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<diag_sdk::Case>().to_value();
    // Answers share their parts with the Case; what they have beyond goes beside it.
    let answer = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<CheckAnswer>()
        .to_value();
    if let (Some(known), Some(more)) = (
        schema.get_mut("$defs").and_then(Value::as_object_mut),
        answer.get("$defs").and_then(Value::as_object),
    ) {
        for (name, part) in more {
            known.entry(name.clone()).or_insert_with(|| part.clone());
        }
        known.insert(ANSWER.to_owned(), answer);
    }
    schema
});

/// Name of the answer among the parts of the schema; no type is called so.
const ANSWER: &str = "@answer";

/// What is known of a value without evaluating anything.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Nothing.
    Any,
    /// True or false.
    Truth,
    /// A whole number.
    Number,
    /// A number with a fraction.
    Fraction,
    /// A text; where it is one of few words, those.
    Text(Vec<&'static str>),
    /// A list of something.
    List(Box<Shape>),
    /// A record with these fields.
    Record(Fields),
}

/// The fields of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fields(&'static Map<String, Value>);

impl Shape {
    /// The Case itself.
    pub(super) fn case() -> Self {
        Self::of(&SCHEMA)
    }

    /// What a plugin answers for one check.
    pub(crate) fn answer() -> Self {
        SCHEMA.get("$defs").and_then(|known| known.get(ANSWER)).map_or(Self::Any, Self::of)
    }

    fn of(schema: &'static Value) -> Self {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let name = target.strip_prefix("#/$defs/").unwrap_or_default();
            return SCHEMA
                .get("$defs")
                .and_then(|known| known.get(name))
                .map_or(Self::Any, Self::of);
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            return Self::Record(Fields(properties));
        }
        for several in ["anyOf", "oneOf"] {
            if let Some(options) = schema.get(several).and_then(Value::as_array) {
                return Self::of_options(options);
            }
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return Self::Text(words.iter().filter_map(Value::as_str).collect());
        }
        if let Some(word) = schema.get("const").and_then(Value::as_str) {
            return Self::Text(vec![word]);
        }
        match kind(schema) {
            Some("boolean") => Self::Truth,
            Some("integer") => Self::Number,
            Some("number") => Self::Fraction,
            Some("string") => Self::Text(Vec::new()),
            Some("array") => Self::List(Box::new(schema.get("items").map_or(Self::Any, Self::of))),
            _ => Self::Any,
        }
    }

    /// Something or null, or one of several words.
    fn of_options(options: &'static [Value]) -> Self {
        let mut shapes = options.iter().filter(|option| kind(option) != Some("null")).map(Self::of);
        let Some(first) = shapes.next() else { return Self::Any };
        shapes.fold(first, |known, next| match (known, next) {
            (Self::Text(mut words), Self::Text(more)) if !words.is_empty() && !more.is_empty() => {
                words.extend(more);
                Self::Text(words)
            }
            (known, next) if known == next => known,
            _ => Self::Any,
        })
    }

    /// For people.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Any => "something",
            Self::Truth => "true or false",
            Self::Number => "a number",
            Self::Fraction => "a number with a fraction",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Record(_) if self.sited().is_some() => "a located value",
            Self::Record(fields) if fields.is_sealed() => "a sealed value",
            Self::Record(_) => "a record",
        }
    }

    /// The names that lead from a located or sealed value to the plain one, and what that is.
    pub(super) fn plain(&self) -> Option<(String, Self)> {
        if let Some(value) = self.sited() {
            return match value.plain() {
                Some((dots, inner)) => Some((format!(".value{dots}"), inner)),
                None => Some((".value".to_owned(), value)),
            };
        }
        match self {
            Self::Record(fields) if fields.is_sealed() => {
                fields.get("text").map(|text| (".text".to_owned(), text))
            }
            _ => None,
        }
    }

    /// A value together with the place it stands at.
    pub(super) fn sited(&self) -> Option<Self> {
        match self {
            Self::Record(fields) if fields.0.len() == 2 && fields.0.contains_key("place") => {
                fields.get("value")
            }
            _ => None,
        }
    }

    /// A value that people can read where a text shows it: a plain one, one with its place, or one
    /// about a person, of which a text says that it is withheld where it is.
    pub(super) fn readable(&self) -> bool {
        match self {
            Self::Record(fields) => match self.sited() {
                Some(value) => value.readable(),
                None => fields.0.contains_key("secret") && fields.0.contains_key("text"),
            },
            Self::List(item) => !matches!(**item, Self::List(_)) && item.readable(),
            _ => true,
        }
    }

    /// Holds JSON against the shape, and lets a located value be given without a place. The error
    /// names the field that is wrong, what is wrong with it, and what would be right.
    pub(crate) fn fit(&self, fact: &mut Value, path: &str) -> Result<(), Misfit> {
        if fact.is_null() {
            return Ok(());
        }
        if let Some(value) = self.sited()
            && !fact.is_object()
        {
            value.fit(fact, path)?;
            *fact = serde_json::json!({ "value": fact.take() });
            return Ok(());
        }
        let misfit = |expected: String| Err(Misfit { path: path.to_owned(), name: None, expected });
        match (self, &mut *fact) {
            (Self::Any, _)
            | (Self::Truth, Value::Bool(_))
            | (Self::Number | Self::Fraction, Value::Number(_)) => Ok(()),
            (Self::Text(words), Value::String(word)) => {
                if words.is_empty() || words.contains(&word.as_str()) {
                    return Ok(());
                }
                Err(Misfit {
                    path: path.to_owned(),
                    name: Some(word.clone()),
                    expected: one_of(words, word),
                })
            }
            (Self::List(item), Value::Array(items)) => items
                .iter_mut()
                .enumerate()
                .try_for_each(|(index, fact)| item.fit(fact, &format!("{path}[{index}]"))),
            (Self::Record(fields), Value::Object(facts)) => {
                for (name, fact) in facts {
                    let Some(shape) = fields.get(name) else {
                        return Err(Misfit {
                            path: path.to_owned(),
                            name: Some(name.clone()),
                            expected: fields.expected(name),
                        });
                    };
                    shape.fit(
                        fact,
                        &if path.is_empty() { name.clone() } else { format!("{path}.{name}") },
                    )?;
                }
                Ok(())
            }
            (shape, _) => misfit(shape.words().to_owned()),
        }
    }
}

/// A fact that does not look as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// Where: names and indexes down to it.
    pub(crate) path: String,
    /// The name or word that does not exist.
    pub(crate) name: Option<String>,
    /// What would be right.
    pub(crate) expected: String,
}

impl Fields {
    /// A value about a person, or one known by its length and hash only.
    fn is_sealed(self) -> bool {
        self.0.contains_key("secret")
            || (self.0.len() == 2 && self.0.contains_key("length") && self.0.contains_key("mark"))
    }

    /// The shape of a field.
    pub(super) fn get(self, name: &str) -> Option<Shape> {
        self.0.get(name).map(Shape::of)
    }

    /// Which fields there are, the one that was probably meant first.
    pub(super) fn expected(self, mistyped: &str) -> String {
        let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        format!("{}one of {}", perhaps(mistyped, known.iter().copied()), known.join(", "))
    }
}

/// Which words there are, the one that was probably meant first.
pub(super) fn one_of(words: &[&str], mistyped: &str) -> String {
    format!("{}one of {}", perhaps(mistyped, words.iter().copied()), words.join(", "))
}

/// The type of a schema, null aside.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str) -> Shape {
        path.split('.').fold(Shape::case(), |shape, name| match shape {
            Shape::Record(fields) => fields.get(name).unwrap_or_else(|| panic!("{name} of {path}")),
            Shape::List(item) => match *item {
                Shape::Record(fields) => {
                    fields.get(name).unwrap_or_else(|| panic!("{name} of {path}"))
                }
                other => panic!("{other:?} at {name} of {path}"),
            },
            other => panic!("{other:?} at {name} of {path}"),
        })
    }

    #[test]
    fn every_fact_has_a_shape() {
        assert_eq!(field("messages.encoded_length"), Shape::Number);
        assert_eq!(field("messages.issuer.value"), Shape::Text(vec![]));
        assert_eq!(field("messages.request.is_passive.value"), Shape::Truth);
        assert_eq!(field("has_decryption_key"), Shape::Truth);
        assert_eq!(field("judged_at"), Shape::Text(vec![]));
        assert!(
            matches!(field("messages.kind"), Shape::Text(words) if words.contains(&"authn-request"))
        );
        assert!(
            matches!(field("sp_configurations.method.value"), Shape::Text(words) if words.contains(&"saml"))
        );
        assert!(field("messages.issuer").sited().is_some());
        assert!(field("messages.place").sited().is_none());
    }

    #[test]
    fn facts_of_tests_are_held_against_the_schema() {
        let fit = |text: &str| {
            let mut fact: Value = serde_json::from_str(text).expect("JSON");
            Shape::case().fit(&mut fact, "").map(|()| fact)
        };
        let wrapped =
            fit(r#"{"messages": [{"kind": "response", "issuer": "https://idp.example"}]}"#)
                .expect("fits");
        assert_eq!(wrapped["messages"][0]["issuer"]["value"], "https://idp.example");
        let misfit = fit(r#"{"messages": [{"isuer": null}]}"#).expect_err("mistyped");
        assert_eq!((misfit.path.as_str(), misfit.name.as_deref()), ("messages[0]", Some("isuer")));
        assert!(
            misfit.expected.starts_with("perhaps `issuer`; one of id, kind"),
            "{}",
            misfit.expected
        );
        assert!(
            fit(r#"{"messages": [{"kind": "respons"}]}"#)
                .expect_err("a word")
                .expected
                .contains("perhaps `response`;")
        );
        assert_eq!(fit(r#"{"messages": {}}"#).expect_err("a list").expected, "a list");
        assert!(fit(r#"{"messages": [{"issuer": null}]}"#).is_ok());
    }
}
