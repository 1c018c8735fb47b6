//! The types of values, in words.

use cel::common::types::Kind;
use cel::common::value::Val;

/// What people call the type of a value.
pub(super) fn kind_word(value: &dyn Val) -> &'static str {
    match value.get_type().kind() {
        Kind::NullType => "null",
        Kind::Boolean => "true or false",
        Kind::Int | Kind::UInt | Kind::Double => "a number",
        Kind::String => "a text",
        Kind::List => "a list",
        Kind::Map => "a record",
        _ => "something else",
    }
}
