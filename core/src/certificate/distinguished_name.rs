//! Distinguished names in words.

use super::hexadecimal::hexadecimal;
use x509_parser::asn1_rs::{BmpString, Tag};
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{AttributeTypeAndValue, X509Name};

/// A name as RFC 4514 writes it: most specific part first, separated by commas.
pub(super) fn written(name: &X509Name<'_>) -> String {
    let mut parts: Vec<String> = name
        .iter_rdn()
        .map(|relative| relative.iter().map(attribute).collect::<Vec<_>>().join("+"))
        .collect();
    parts.reverse();
    parts.join(",")
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let kind = attribute.attr_type();
    let key = match kind.to_id_string().as_str() {
        "1.2.840.113549.1.9.1" => "E".to_owned(),
        oid => oid2abbrev(kind, oid_registry()).map_or_else(|_| oid.to_owned(), str::to_owned),
    };
    let value = match attribute.as_str() {
        Ok(text) => escaped(text),
        Err(_) => wide_text(attribute).map_or_else(
            || format!("#{}", hexadecimal(attribute.as_slice())),
            |text| escaped(&text),
        ),
    };
    format!("{key}={value}")
}

/// Names in UTF-16 or Latin-1, as old certificates have them.
fn wide_text(attribute: &AttributeTypeAndValue<'_>) -> Option<String> {
    let value = attribute.attr_value();
    match value.tag() {
        Tag::BmpString => BmpString::try_from(value.clone()).ok().map(|text| text.string()),
        Tag::T61String => Some(value.data.iter().map(|byte| char::from(*byte)).collect()),
        _ => None,
    }
}

fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        let at_edge =
            (index == 0 && matches!(character, ' ' | '#')) || (index == last && character == ' ');
        if at_edge || matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            out.push('\\');
        }
        if character.is_control() {
            out.push('\u{fffd}');
        } else {
            out.push(character);
        }
    }
    out
}
