//! Options from the environment: `DIAG_` and the name of the option in capitals, as `DIAG_FAIL_ON`.
//!
//! They are the keys of `[check]` in `diag.toml`, read by the same type, so that both say the same. What stands
//! on the command line comes first, then the environment, then files. An empty variable is none.

use super::Defaults;
use crate::args::ColorWhen;
use crate::failure::Failure;
use clap::ValueEnum;
use std::env;
use std::ffi::OsString;
use toml::{Table, Value};

/// What every name begins with.
const PREFIX: &str = "DIAG_";

/// How the text of a variable is read.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// As it stands.
    Word,
    /// Names between commas.
    Names,
    /// Paths, between the separators of `PATH`.
    Paths,
    /// `1` or `true`, `0` or `false`.
    Switch,
    /// A number.
    Number,
}

/// Keys of `[check]` that stand in the environment as well.
const KEYS: &[(&str, Kind)] = &[
    ("at", Kind::Word),
    ("fail-on", Kind::Word),
    ("format", Kind::Word),
    ("idp-has", Kind::Paths),
    ("jobs", Kind::Number),
    ("key", Kind::Paths),
    ("only", Kind::Names),
    ("quiet", Kind::Switch),
    ("skip", Kind::Names),
    ("sp-has", Kind::Paths),
    ("strict", Kind::Switch),
    ("verbose", Kind::Switch),
];

/// Names of all variables that are read, with what they stand for.
pub(crate) fn names() -> impl Iterator<Item = (String, String)> {
    let options = KEYS.iter().map(|(key, _)| *key).chain(["color", "config", "profile"]);
    options.map(|key| (variable(key), format!("--{key}")))
}

/// Defaults for options of `check`.
pub(crate) fn defaults() -> Result<Defaults, Failure> {
    read(|name| env::var_os(name))
}

/// `DIAG_COLOR`.
pub(crate) fn color() -> Result<Option<ColorWhen>, Failure> {
    let Some(text) = text("color") else { return Ok(None) };
    let known = || {
        ColorWhen::value_variants()
            .iter()
            .filter_map(|when| Some(when.to_possible_value()?.get_name().to_owned()))
    };
    let expected = || format!("expected one of {}", known().collect::<Vec<_>>().join(", "));
    ColorWhen::from_str(&text, true).map(Some).map_err(|_| {
        Failure::new(format!("DIAG_COLOR: {text} is none of its values")).hint(expected())
    })
}

/// The value of an option that is a plain text, such as `config`.
pub(crate) fn text(key: &str) -> Option<String> {
    env::var(variable(key)).ok().filter(|text| !text.is_empty())
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('-', "_"))
}

fn read(get: impl Fn(&str) -> Option<OsString>) -> Result<Defaults, Failure> {
    let mut defaults = Table::new();
    for (key, kind) in KEYS {
        let name = variable(key);
        let Some(text) = get(&name).filter(|text| !text.is_empty()) else { continue };
        let value = value(&text, *kind).ok_or_else(|| unfit(&name, *kind))?;
        // Each on its own, so that the variable can be named.
        let one = Table::from_iter([((*key).to_owned(), value.clone())]);
        one.try_into::<Defaults>().map_err(|error| {
            Failure::new(format!("{name}: {}", error.message().replace('\n', " ")))
        })?;
        defaults.insert((*key).to_owned(), value);
    }
    defaults.try_into().map_err(|error| Failure::new(error.message().to_owned()))
}

fn value(text: &OsString, kind: Kind) -> Option<Value> {
    if let Kind::Paths = kind {
        let paths = env::split_paths(text).filter(|path| !path.as_os_str().is_empty());
        return paths
            .map(|path| path.to_str().map(|path| Value::String(path.to_owned())))
            .collect::<Option<_>>()
            .map(Value::Array);
    }
    let text = text.to_str()?.trim();
    Some(match kind {
        Kind::Word | Kind::Paths => Value::String(text.to_owned()),
        Kind::Names => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| Value::String(name.to_owned()))
                .collect(),
        ),
        Kind::Switch => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Value::Boolean(true),
            "0" | "false" | "no" | "off" => Value::Boolean(false),
            _ => return None,
        },
        Kind::Number => Value::Integer(text.parse().ok()?),
    })
}

fn unfit(name: &str, kind: Kind) -> Failure {
    let expected = match kind {
        Kind::Switch => "expected 1 or 0",
        Kind::Number => "expected a number",
        Kind::Word | Kind::Names | Kind::Paths => "expected text in UTF-8",
    };
    Failure::new(format!("{name}: its value cannot be used")).hint(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{FailOn, Format};

    fn of(variables: &[(&str, &str)]) -> Result<Defaults, Failure> {
        read(|name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn every_kind_of_option_is_read() {
        let defaults = of(&[
            ("DIAG_FORMAT", "json"),
            ("DIAG_FAIL_ON", "never"),
            ("DIAG_SKIP", "flow, hosts"),
            ("DIAG_STRICT", "1"),
            ("DIAG_JOBS", "3"),
            ("DIAG_QUIET", ""),
        ])
        .expect("readable");
        assert_eq!((defaults.format, defaults.fail_on), (Some(Format::Json), Some(FailOn::Never)));
        assert_eq!(defaults.skip, Some(vec!["flow".to_owned(), "hosts".to_owned()]));
        assert_eq!((defaults.strict, defaults.jobs, defaults.quiet), (Some(true), Some(3), None));
    }

    #[test]
    fn a_mistake_names_its_variable() {
        for (name, value) in [
            ("DIAG_FORMAT", "jsn"),
            ("DIAG_STRICT", "perhaps"),
            ("DIAG_JOBS", "many"),
            ("DIAG_AT", "yesterday"),
        ] {
            assert!(
                of(&[(name, value)]).expect_err("a mistake").to_string().starts_with(name),
                "{name}"
            );
        }
    }

    #[test]
    fn every_variable_is_a_key_of_the_file() {
        let schema = schemars::schema_for!(Defaults);
        for (key, _) in KEYS {
            assert!(schema.as_value()["properties"][key].is_object(), "{key}");
        }
    }
}
