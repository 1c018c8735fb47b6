//! Names that stand beside a value rather than before it: `{"field": "password", "rejectedValue": …}`, as settings, directories and
//! errors that name the field they refuse have them.

use serde_json::{Map, Value};

/// Members that hold such a value.
pub(crate) const HOLDING: &[&str] =
    &["value", "val", "rejectedValue", "attributeValue", "input", "actual"];
/// Members that say what it is.
const NAMING: &[&str] = &[
    "key",
    "id",
    "typ",
    "type",
    "field",
    "attribute",
    "attributeType",
    "param",
    "parameter",
    "property",
    "path",
];
/// Longest name of a value.
const LONGEST_NAME: usize = 80;

/// What an object says that its value is, in other ways than by `name`.
pub(crate) fn names(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let own = NAMING.iter().filter_map(|name| object.get(*name));
    let defined = object.get("definition").and_then(|definition| definition.get("name"));
    // `"loc": ["body", "password"]`
    let located = object.get("loc").and_then(Value::as_array).and_then(|steps| steps.last());
    own.chain(defined)
        .chain(located)
        .filter_map(Value::as_str)
        .filter(|name| name.len() <= LONGEST_NAME && !name.contains(' '))
        .map(|name| name.rsplit('/').next().unwrap_or(name))
}
