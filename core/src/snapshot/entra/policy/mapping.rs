//! `claimsMappingPolicy`: claims, and what they are made of.

use super::Rules;
use crate::snapshot::json::Node;
use diag_sdk::case::registration::{Claim, Transformation};
use diag_sdk::{Place, Sited};
use serde_json::Value;

/// Reads the policy that stands at `node` as a text of its own.
pub(super) fn read(policy: &Value, node: &Node<'_>) -> Rules {
    let place = &node.place();
    let rows =
        |name: &str| node.rows(policy.get(name).and_then(Value::as_array).into_iter().flatten());
    let flag = |names: &[&str]| names.iter().find_map(|name| policy.get(name)).and_then(truth);
    let audience = policy
        .get("AudienceOverride")
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|text| !text.is_empty());
    Rules {
        custom: false,
        claims: rows("ClaimsSchema").filter_map(|row| claim(row, place)).collect(),
        basic: policy.get("IncludeBasicClaimSet").and_then(truth),
        audience: audience.map(|text| Sited::new(text.to_owned(), place.clone())),
        issuer_with_app_id: flag(&["IncludeAppIdInIssuer", "IncludeApplicationIdInIssuer"])
            .map(|flag| Sited::new(flag, place.clone())),
        transformations: rows("ClaimsTransformations")
            .filter_map(|row| transformation(row, place))
            .collect(),
        place: place.clone(),
    }
}

/// Booleans as such, as texts, and as numbers.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        _ => None,
    }
}

fn text<'v>(row: &'v Value, name: &str) -> Option<&'v str> {
    row.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn claim(row: &Value, place: &Place) -> Option<Claim> {
    let attribute = text(row, "SamlClaimType")?;
    let source =
        match (text(row, "Source"), text(row, "ID").or_else(|| text(row, "TransformationId"))) {
            (Some(source), Some(id)) => Some(format!("{source}.{id}")),
            (None, Some(id)) => Some(id.to_owned()),
            (Some(source), None) => Some(source.to_owned()),
            (None, None) => text(row, "Value").map(|value| format!("constant {value}")),
        };
    Some(Claim {
        attribute: Sited::new(attribute.to_owned(), place.clone()),
        source,
        transformation: text(row, "TransformationId").map(str::to_owned),
        name_id_format: text(row, "SAMLNameFormat")
            .or_else(|| text(row, "SamlNameIdFormat"))
            .map(str::to_owned),
    })
}

fn transformation(row: &Value, place: &Place) -> Option<Transformation> {
    let parameters =
        row.get("InputParameters").and_then(Value::as_array).into_iter().flatten().take(20);
    let parameters = parameters.filter_map(|parameter| {
        Some((text(parameter, "ID")?.to_owned(), text(parameter, "Value")?.to_owned()))
    });
    Some(Transformation {
        id: text(row, "ID")?.to_owned(),
        method: text(row, "TransformationMethod")?.to_owned(),
        parameters: parameters.collect(),
        place: place.clone(),
    })
}
