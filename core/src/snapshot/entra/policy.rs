//! Policies of an application. The `definition` of `tokenIssuancePolicy` and `claimsMappingPolicy` is JSON inside a
//! text, with versions and booleans now as texts, now as numbers; `customClaimsPolicy` has members of its own.

mod custom;
mod mapping;

use super::super::json::Node;
pub(super) use custom::is_custom;
use diag_sdk::case::registration::{Claim, SigningOption, Transformation};
use diag_sdk::{Place, Sited};
use serde_json::Value;

/// A policy as exported.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) id: Option<String>,
    pub(super) input: String,
    /// `isOrganizationDefault`: it applies to applications that have none of their own.
    pub(super) is_default: bool,
    /// The service principal it belongs to, where the answer of the API names it.
    pub(super) principal: Option<String>,
    pub(super) content: Content,
}

/// What it rules.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Token(Box<TokenIssuance>),
    Claims(Box<Rules>),
}

/// Of which sort a policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Token,
    Custom,
    Mapping,
}

impl Content {
    pub(super) fn sort(&self) -> Sort {
        match self {
            Self::Token(_) => Sort::Token,
            Self::Claims(rules) if rules.custom => Sort::Custom,
            Self::Claims(_) => Sort::Mapping,
        }
    }
}

/// How claims are made.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// It is the `customClaimsPolicy` that the portal writes.
    custom: bool,
    pub(super) claims: Vec<Claim>,
    pub(super) basic: Option<bool>,
    pub(super) audience: Option<Sited<String>>,
    pub(super) issuer_with_app_id: Option<Sited<bool>>,
    pub(super) transformations: Vec<Transformation>,
    pub(super) place: Place,
}

/// What is signed, and how.
#[derive(Debug, Clone)]
pub(super) struct TokenIssuance {
    pub(super) option: Option<Sited<SigningOption>>,
    pub(super) algorithm: Option<Sited<String>>,
}

impl Policy {
    /// The `customClaimsPolicy` of a service principal.
    pub(super) fn read_custom(node: &Node<'_>) -> Self {
        Self {
            id: node.filled("id").map(|id| id.value),
            input: node.place().input,
            is_default: false,
            principal: custom::principal(node),
            content: Content::Claims(Box::new(custom::read(node))),
        }
    }

    /// The policies an object defines; usually one.
    pub(super) fn read(node: &Node<'_>) -> Vec<Self> {
        let mut policies = Vec::new();
        let definition = node.get("definition");
        // A text of its own is a single definition, however many blanks are in it.
        let entries = match definition {
            Some(single)
                if single.own_text().is_some_and(|text| text.trim_start().starts_with('{')) =>
            {
                vec![single]
            }
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
                Content::Claims(Box::new(mapping::read(claims, entry)))
            } else {
                continue;
            };
            policies.push(Self {
                id: node.filled("id").map(|id| id.value),
                input: entry.place().input,
                is_default: node.flag("isOrganizationDefault").is_some_and(|flag| flag.value),
                principal: None,
                content,
            });
        }
        policies
    }
}

fn token_issuance(token: &Value, entry: &Node<'_>) -> Content {
    let text = |name: &str| {
        token.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    };
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
