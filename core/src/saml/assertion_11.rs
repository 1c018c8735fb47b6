//! Facts of a SAML 1.1 assertion (oasis-sstc-saml-core-1.1 §2.3), in the words of its successor.

use super::instant;
use super::reading::Reading;
use super::xml::{attribute, child, children, is, text_of};
use diag_sdk::Sited;
use diag_sdk::case::assertion::{
    Assertion, Attribute, AuthnStatement, Conditions, SubjectConfirmation,
};
use diag_sdk::case::message::Message;
use diag_sdk::spec::{NS_ASSERTION_11 as NS, NS_DSIG};
use roxmltree::Node;

/// Reads one assertion.
pub(super) fn read(node: Node<'_, '_>, reading: &Reading<'_>) -> Assertion {
    let subject = node.children().find_map(|statement| child(statement, NS, "Subject"));
    let name_id = subject.and_then(|subject| child(subject, NS, "NameIdentifier"));
    let authn = child(node, NS, "AuthenticationStatement");
    Assertion {
        place: reading.locator.element(node),
        signed: child(node, NS_DSIG, "Signature").is_some(),
        xml_id: reading.attribute(node, "AssertionID"),
        version: reading.attribute(node, "MajorVersion").map(|major| Sited {
            value: format!(
                "{}.{}",
                major.value,
                attribute(node, "MinorVersion").unwrap_or_default()
            ),
            ..major
        }),
        issue_instant: reading.instant(node, "IssueInstant"),
        issuer: reading.attribute(node, "Issuer"),
        name_id: name_id.map(|name_id| reading.personal(name_id)),
        name_id_format: name_id.and_then(|name_id| attribute(name_id, "Format")).map(str::to_owned),
        name_id_qualifiers: name_id
            .and_then(|name_id| attribute(name_id, "NameQualifier"))
            .map(str::to_owned)
            .into_iter()
            .collect(),
        confirmations: subject
            .iter()
            .flat_map(|subject| children(*subject, NS, "SubjectConfirmation"))
            .map(|confirmation| SubjectConfirmation {
                place: reading.locator.element(confirmation),
                method: child(confirmation, NS, "ConfirmationMethod")
                    .map(text_of)
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
                ..SubjectConfirmation::default()
            })
            .collect(),
        conditions: child(node, NS, "Conditions").map(|found| conditions(found, reading)),
        authn: authn.map(|found| AuthnStatement {
            place: reading.locator.element(found),
            authn_instant: attribute(found, "AuthenticationInstant").and_then(instant::read),
            authn_context: reading.attribute(found, "AuthenticationMethod"),
            ..AuthnStatement::default()
        }),
        attributes: children(node, NS, "AttributeStatement")
            .flat_map(|statement| children(statement, NS, "Attribute"))
            .map(|found| attribute_facts(found, reading))
            .collect(),
        ..Assertion::default()
    }
}

fn conditions(node: Node<'_, '_>, reading: &Reading<'_>) -> Conditions {
    Conditions {
        place: reading.locator.element(node),
        not_before: reading.instant(node, "NotBefore"),
        not_on_or_after: reading.instant(node, "NotOnOrAfter"),
        audiences: node
            .children()
            .filter(|condition| is(*condition, NS, "AudienceRestrictionCondition"))
            .flat_map(|restriction| children(restriction, NS, "Audience"))
            .map(|audience| reading.text(audience))
            .collect(),
    }
}

/// Namespace and name together are the name of the claim, as receivers put them together.
fn attribute_facts(node: Node<'_, '_>, reading: &Reading<'_>) -> Attribute {
    let name = attribute(node, "AttributeName").unwrap_or_default();
    let namespace = attribute(node, "AttributeNamespace").unwrap_or_default().trim_end_matches('/');
    Attribute {
        place: reading.locator.element(node),
        name: if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") },
        values: children(node, NS, "AttributeValue").map(|value| reading.personal(value)).collect(),
        ..Attribute::default()
    }
}

/// What the root of a message says, where the root is such an assertion.
pub(super) fn name_root(message: &mut Message) {
    let Some(assertion) = message.assertions.first() else { return };
    message.xml_id.clone_from(&assertion.xml_id);
    message.version.clone_from(&assertion.version);
    message.issuer.clone_from(&assertion.issuer);
}
