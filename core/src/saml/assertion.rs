//! Facts of an `Assertion` (saml-core-2.0-os §2.3.3).

use super::reading::Reading;
use super::xml::{attribute, child, children, is, text_of};
use diag_sdk::case::assertion::{
    Assertion, Attribute, AuthnStatement, Conditions, SubjectConfirmation,
};
use diag_sdk::case::judgement::Window;
use diag_sdk::spec::{NS_ASSERTION, NS_DSIG, NS_PROTOCOL};
use roxmltree::Node;

/// Reads one assertion.
pub(super) fn read(node: Node<'_, '_>, reading: &Reading<'_>) -> Assertion {
    let subject = child(node, NS_ASSERTION, "Subject");
    let name_id = subject.and_then(|subject| child(subject, NS_ASSERTION, "NameID"));
    Assertion {
        place: reading.locator.element(node),
        decrypted: false,
        direct: node.parent().is_some_and(|parent| {
            is(parent, NS_PROTOCOL, "Response") && parent.parent_element().is_none()
        }),
        signed: child(node, NS_DSIG, "Signature").is_some(),
        xml_id: reading.attribute(node, "ID"),
        version: reading.attribute(node, "Version"),
        issue_instant: reading.instant(node, "IssueInstant"),
        issuer: child(node, NS_ASSERTION, "Issuer").map(|issuer| reading.name(issuer)),
        name_id: name_id.map(|name_id| reading.personal(name_id)),
        encrypted_id: subject
            .is_some_and(|subject| child(subject, NS_ASSERTION, "EncryptedID").is_some()),
        name_id_format: name_id.and_then(|name_id| attribute(name_id, "Format")).map(str::to_owned),
        name_id_qualifiers: name_id
            .iter()
            .flat_map(|name_id| {
                ["NameQualifier", "SPNameQualifier"]
                    .into_iter()
                    .filter_map(|name| attribute(*name_id, name))
            })
            .map(str::to_owned)
            .collect(),
        confirmations: subject
            .iter()
            .flat_map(|subject| children(*subject, NS_ASSERTION, "SubjectConfirmation"))
            .map(|confirmation| subject_confirmation(confirmation, reading))
            .collect(),
        window: Window::default(),
        conditions: child(node, NS_ASSERTION, "Conditions").map(|found| conditions(found, reading)),
        authn: child(node, NS_ASSERTION, "AuthnStatement")
            .map(|found| authn_statement(found, reading)),
        attributes: children(node, NS_ASSERTION, "AttributeStatement")
            .flat_map(|statement| children(statement, NS_ASSERTION, "Attribute"))
            .map(|found| attribute_facts(found, reading))
            .collect(),
    }
}

fn subject_confirmation(node: Node<'_, '_>, reading: &Reading<'_>) -> SubjectConfirmation {
    let data = child(node, NS_ASSERTION, "SubjectConfirmationData");
    SubjectConfirmation {
        place: reading.locator.element(node),
        method: attribute(node, "Method").unwrap_or_default().to_owned(),
        recipient: data.and_then(|data| reading.attribute(data, "Recipient")),
        in_response_to: data.and_then(|data| reading.attribute(data, "InResponseTo")),
        not_before: data.and_then(|data| reading.instant(data, "NotBefore")),
        not_on_or_after: data.and_then(|data| reading.instant(data, "NotOnOrAfter")),
    }
}

fn conditions(node: Node<'_, '_>, reading: &Reading<'_>) -> Conditions {
    Conditions {
        place: reading.locator.element(node),
        not_before: reading.instant(node, "NotBefore"),
        not_on_or_after: reading.instant(node, "NotOnOrAfter"),
        audiences: children(node, NS_ASSERTION, "AudienceRestriction")
            .flat_map(|restriction| children(restriction, NS_ASSERTION, "Audience"))
            .map(|audience| reading.text(audience))
            .collect(),
    }
}

fn authn_statement(node: Node<'_, '_>, reading: &Reading<'_>) -> AuthnStatement {
    AuthnStatement {
        place: reading.locator.element(node),
        authn_instant: reading.instant(node, "AuthnInstant").map(|instant| instant.value),
        session_not_on_or_after: reading
            .instant(node, "SessionNotOnOrAfter")
            .map(|instant| instant.value),
        session_index: attribute(node, "SessionIndex").map(|index| reading.sealer.seal(index)),
        authn_context: child(node, NS_ASSERTION, "AuthnContext")
            .and_then(|context| child(context, NS_ASSERTION, "AuthnContextClassRef"))
            .map(|class| reading.text(class)),
    }
}

fn attribute_facts(node: Node<'_, '_>, reading: &Reading<'_>) -> Attribute {
    Attribute {
        place: reading.locator.element(node),
        name: attribute(node, "Name").unwrap_or_default().to_owned(),
        friendly_name: attribute(node, "FriendlyName").map(str::to_owned),
        name_format: attribute(node, "NameFormat").map(str::to_owned),
        values: children(node, NS_ASSERTION, "AttributeValue")
            .map(|value| reading.personal(value))
            .collect(),
    }
}

/// What text an element of a logout message or assertion carries, without the white space around it.
pub(super) fn trimmed(node: Node<'_, '_>) -> String {
    text_of(node).trim().to_owned()
}
