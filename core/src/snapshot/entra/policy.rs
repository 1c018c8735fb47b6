//! `tokenIssuancePolicy` and `claimsMappingPolicy`: their `definition` is JSON inside a text, with
//! versions and booleans now as texts, now as numbers.

use super::super::json::Node;
use diag_sdk::case::registration::{Claim, SigningOption};
use diag_sdk::{Place, Sited};
use serde_json::Value;

/// A policy as exported.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) id: Option<String>,
    pub(super) input: String,
    /// `isOrganizationDefault`: it applies to applications that have none of their own.
    pub(super) is_default: bool,
    pub(super) content: Content,
}

/// What it rules.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Token(Box<TokenIssuance>),
    Claims { claims: Vec<Claim>, basic: Option<bool> },
}

/// What is signed, and how.
#[derive(Debug, Clone)]
pub(super) struct TokenIssuance {
    pub(super) option: Option<Sited<SigningOption>>,
    pub(super) algorithm: Option<Sited<String>>,
}

impl Policy {
    /// The policies an object defines; usually one.
    pub(super) fn read(node: &Node<'_>) -> Vec<Self> {
        let mut policies = Vec::new();
        let definition = node.get("definition");
        // A text of its own is a single definition, however many blanks are in it.
        let entries = match definition {
            Some(single) if single.own_text().is_some_and(|text| text.trim_start().starts_with('{')) => vec![single],
            _ => node.list("definition").unwrap_or_default(),
        };
        for entry in entries.iter().take(20) {
            let Some(text) = entry.own_text() else {
                entry.note("a policy's definition is a text that holds JSON; this one is not and was left out");
                continue;
            };
            let Ok(definition) = serde_json::from_str::<Value>(text) else {
                entry.note("the JSON inside this text does not parse; the policy was left out");
                continue;
            };
            let content = if let Some(token) = definition.get("TokenIssuancePolicy") {
                token_issuance(token, entry)
            } else if let Some(claims) = definition.get("ClaimsMappingPolicy") {
                claims_mapping(claims, &entry.place())
            } else {
                continue;
            };
            policies.push(Self {
                id: node.filled("id").map(|id| id.value),
                input: entry.place().input,
                is_default: node.flag("isOrganizationDefault").is_some_and(|flag| flag.value),
                content,
            });
        }
        policies
    }
}

fn token_issuance(token: &Value, entry: &Node<'_>) -> Content {
    let text = |name: &str| token.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let option = text("TokenResponseSigningPolicy").and_then(|text| match text.to_ascii_lowercase().as_str() {
        "tokenonly" => Some(SigningOption::Assertion),
        "responseonly" => Some(SigningOption::Response),
        "responseandtoken" => Some(SigningOption::Both),
        _ => {
            entry.note("TokenResponseSigningPolicy is none of TokenOnly, ResponseOnly, ResponseAndToken; it counts as unknown");
            None
        }
    });
    Content::Token(Box::new(TokenIssuance {
        option: option.map(|option| Sited::new(option, entry.place())),
        algorithm: text("SigningAlgorithm").map(|text| Sited::new(text.to_owned(), entry.place())),
    }))
}

fn claims_mapping(policy: &Value, place: &Place) -> Content {
    let truth = |value: &Value| match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        _ => None,
    };
    let claims = policy.get("ClaimsSchema").and_then(Value::as_array).into_iter().flatten().take(500).filter_map(|row| {
        let text = |name: &str| row.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let attribute = text("SamlClaimType")?;
        let source = match (text("Source"), text("ID").or_else(|| text("TransformationId"))) {
            (Some(source), Some(id)) => Some(format!("{source}.{id}")),
            (None, Some(id)) => Some(id.to_owned()),
            (Some(source), None) => Some(source.to_owned()),
            (None, None) => text("Value").map(|value| format!("constant {value}")),
        };
        Some(Claim { attribute: Sited::new(attribute.to_owned(), place.clone()), source })
    });
    Content::Claims { claims: claims.collect(), basic: policy.get("IncludeBasicClaimSet").and_then(truth) }
}
