//! `customClaimsPolicy`: what the portal's Attributes & Claims writes, as `/servicePrincipals/{id}/claimsPolicy` gives it.

use super::Rules;
use crate::snapshot::json::Node;
use diag_sdk::Sited;
use diag_sdk::case::registration::{Claim, Transformation};

/// Members that no other object has.
const OWN: &[&str] =
    &["includeBasicClaimSet", "includeApplicationIdInIssuer", "audienceOverride", "groupFilter"];

/// The object is such a policy.
pub(in crate::snapshot::entra) fn is_custom(node: &Node<'_>) -> bool {
    node.is_object() && OWN.iter().any(|name| node.has(name))
}

/// The service principal that the address of the answer names: `…#servicePrincipals('<id>')/claimsPolicy`.
pub(super) fn principal(node: &Node<'_>) -> Option<String> {
    let context = node.text("@odata.context")?.value;
    let (_, rest) = context.split_once("servicePrincipals('")?;
    rest.split_once('\'').map(|(id, _)| id.to_owned())
}

pub(super) fn read(node: &Node<'_>) -> Rules {
    let claims = node.list("claims").unwrap_or_default();
    let mut transformations = Vec::new();
    let mut read = Vec::new();
    for entry in node.rows(claims.iter().filter(|entry| entry.is_object())) {
        read.extend(claim(entry, &mut transformations));
    }
    Rules {
        custom: true,
        claims: read,
        basic: node.flag("includeBasicClaimSet").map(|flag| flag.value),
        audience: node.filled("audienceOverride"),
        issuer_with_app_id: node.flag("includeApplicationIdInIssuer"),
        transformations,
        place: node.place_of("includeBasicClaimSet"),
    }
}

/// A claim with the first of its configurations; others hold for certain people only.
fn claim(entry: &Node<'_>, transformations: &mut Vec<Transformation>) -> Option<Claim> {
    let format = entry.filled("nameIdFormat");
    let kind = entry.text("@odata.type").map(|kind| kind.value.to_lowercase()).unwrap_or_default();
    // The NameID is a claim of its own type and has no name.
    let is_name_id = format.is_some() || kind.contains("nameid");
    let (name, namespace) = (entry.filled("name"), entry.filled("namespace"));
    let attribute = match (name, namespace) {
        (Some(name), Some(namespace)) => Sited::new(
            format!("{}/{}", namespace.value.trim_end_matches('/'), name.value),
            name.place,
        ),
        (Some(name), None) => name,
        (None, _) if is_name_id => Sited::new("NameID".to_owned(), entry.place()),
        (None, _) => return None,
    };
    let configuration =
        entry.list("configurations").unwrap_or_default().into_iter().find(Node::is_object);
    let attribute_of = |node: &Node<'_>| {
        node.object("attribute")
            .and_then(|attribute| attribute.filled("id").or_else(|| attribute.filled("value")))
    };
    let source = configuration.as_ref().and_then(attribute_of).map(|source| source.value);
    let mut transformation = None;
    for step in configuration
        .as_ref()
        .and_then(|configuration| configuration.list("transformations"))
        .unwrap_or_default()
        .iter()
        .take(2)
    {
        let kind = step.text("@odata.type").map(|kind| kind.value).unwrap_or_default();
        let method = kind
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .trim_end_matches("Transformation")
            .trim_end_matches("Claim")
            .to_owned();
        let id = format!("{}#{}", attribute.value, transformations.len() + 1);
        let names = ["separator", "value", "regex", "replacement"];
        let parameters =
            names.into_iter().filter_map(|name| Some((name.to_owned(), step.text(name)?.value)));
        transformations.push(Transformation {
            id: id.clone(),
            method,
            parameters: parameters.collect(),
            place: step.place(),
        });
        transformation = transformation.or(Some(id));
    }
    Some(Claim {
        attribute,
        source,
        transformation,
        name_id_format: format.map(|format| format.value),
    })
}
