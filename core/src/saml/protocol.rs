//! Facts of a protocol message (saml-core-2.0-os §3), read from its XML.

use super::assertion::{self, trimmed};
use super::assertion_11;
use super::reading::Reading;
use super::schema;
use super::signature::{self, Ids};
use super::xml::{self, attribute, child, children, is, text_of};
use super::{characters, encryption, instant};
use crate::bounds::{Bounds, Gauge};
use crate::seal::Sealer;
use diag_sdk::case::assertion::Assertion;
use diag_sdk::case::input::Trouble;
use diag_sdk::case::message::{AuthnRequest, Damage, Logout, Message, MessageKind, Status};
use diag_sdk::spec::{NS_ASSERTION, NS_ASSERTION_11, NS_DSIG, NS_PROTOCOL};
use diag_sdk::{Place, Sited};
use roxmltree::Node;

/// Texts of status details are shown up to this many characters.
const MAX_DETAIL: usize = 500;
/// Of what is odd in a message the first are told; further ones of the same kind would change no judgement.
const MAX_ODD: usize = 2000;

/// Reads the facts of one message text (also of a decrypted assertion, which then stands as the
/// only one in `assertions`). `base` is where the text stands; `message_id` goes into every place.
pub fn facts_of(text: &str, base: &Place, message_id: &str, sealer: &Sealer) -> Message {
    let items = Gauge::new(Bounds::default().items);
    facts_within(text, base, message_id, sealer, xml::Limits::default(), &items)
}

/// The same for a text that may be as deep and laborious as that, and of which so many elements of a kind are read.
pub(super) fn facts_within(
    text: &str,
    base: &Place,
    message_id: &str,
    sealer: &Sealer,
    limits: xml::Limits,
    items: &Gauge,
) -> Message {
    let mut base = base.clone();
    if !message_id.is_empty() {
        base.message = Some(message_id.to_owned());
    }
    let mut message =
        Message { id: message_id.to_owned(), place: base.clone(), ..Message::default() };
    let tree = match xml::parse_within(text, limits) {
        Ok(tree) => tree,
        Err(broken) => {
            let name = xml::root_name(text).map(xml::local_name).unwrap_or_default();
            message.root = name.chars().take(80).collect();
            message.kind = kind_of(name);
            match broken.trouble {
                Trouble::Doctype => message.damage.push(Damage::Doctype),
                Trouble::TooLarge => message.damage.push(Damage::TooLarge),
                Trouble::Truncated => message.damage.push(Damage::Truncated),
                _ => message.damage.push(Damage::NotXml),
            }
            let place = Place { line: Some(broken.line), column: Some(broken.column), ..base };
            message.broken = Some(Sited::new(broken.explanation, place));
            return message;
        }
    };
    let locator = tree.locate(&base);
    let reading = Reading { locator: &locator, sealer, items };
    fill(&mut message, tree.document.root_element(), &reading);
    message
}

/// Reads a decrypted assertion. `base.path` should be the path of the `EncryptedAssertion`.
pub fn assertion_of(
    text: &str,
    base: &Place,
    message_id: &str,
    sealer: &Sealer,
) -> Option<Assertion> {
    let mut assertion = facts_of(text, base, message_id, sealer).assertions.into_iter().next()?;
    assertion.decrypted = true;
    assertion.direct = true;
    Some(assertion)
}

/// An assertion that another one brings along as advice, of which nobody makes use (saml-core-2.0-os §2.6.1).
fn advises(node: Node<'_, '_>) -> bool {
    node.ancestors().skip(1).any(|above| is(above, NS_ASSERTION, "Advice"))
}

fn kind_of(name: &str) -> MessageKind {
    match name {
        "AuthnRequest" => MessageKind::AuthnRequest,
        "Response" => MessageKind::Response,
        "LogoutRequest" => MessageKind::LogoutRequest,
        "LogoutResponse" => MessageKind::LogoutResponse,
        _ => MessageKind::Other,
    }
}

fn fill(message: &mut Message, root: Node<'_, '_>, reading: &Reading<'_>) {
    let ids = Ids::of(root);
    root.tag_name().name().clone_into(&mut message.root);
    message.kind = if root.tag_name().namespace() == Some(NS_PROTOCOL) {
        kind_of(root.tag_name().name())
    } else {
        MessageKind::Other
    };
    message.place = reading.locator.element(root);
    message.xml_id = reading.attribute(root, "ID");
    message.version = reading.attribute(root, "Version");
    message.issue_instant = reading.instant(root, "IssueInstant");
    message.destination = reading.attribute(root, "Destination");
    message.in_response_to = reading.attribute(root, "InResponseTo");
    message.issuer = child(root, NS_ASSERTION, "Issuer").map(|issuer| reading.name(issuer));
    message.request =
        (message.kind == MessageKind::AuthnRequest).then(|| authn_request(root, reading));
    message.status = child(root, NS_PROTOCOL, "Status").map(|found| status(found, reading));
    message.logout =
        matches!(message.kind, MessageKind::LogoutRequest | MessageKind::LogoutResponse)
            .then(|| logout(root, reading));
    let older = root.tag_name().namespace() != Some(NS_PROTOCOL);
    let assertions = root.descendants().filter(|node| {
        (is(*node, NS_ASSERTION, "Assertion") && !advises(*node))
            || (older && is(*node, NS_ASSERTION_11, "Assertion"))
    });
    message.assertions = reading
        .items
        .first_of(assertions)
        .map(|node| {
            if node.tag_name().namespace() == Some(NS_ASSERTION_11) {
                assertion_11::read(node, reading)
            } else {
                assertion::read(node, reading)
            }
        })
        .collect();
    if is(root, NS_ASSERTION_11, "Assertion") {
        message.kind = MessageKind::WsFederationToken;
        assertion_11::name_root(message);
    }
    message.consumed = (message.kind == MessageKind::Response)
        .then(|| child(root, NS_ASSERTION, "Assertion"))
        .flatten()
        .map(|consumed| reading.locator.path(consumed));
    message.encrypted = encryption::read_all(root, reading.locator);
    message.signatures = signature::read_all(root, &ids, reading.locator, reading.items);
    message.duplicate_ids = ids
        .duplicates()
        .into_iter()
        .take(MAX_ODD)
        .map(|(id, node)| {
            let name = node
                .attributes()
                .find(|attribute| attribute.value() == id)
                .map_or("ID", |attribute| attribute.name());
            Sited::new(id.to_owned(), reading.locator.attribute(node, name))
        })
        .collect();
    message.markup_in_text = markup_in_text(root, reading);
    message.characters = characters::read(root, reading);
    message.foreign_names =
        signature::foreign(root).take(MAX_ODD).map(|node| named(node, reading)).collect();
    message.breaches = schema::breaches(root, reading);
}

fn named(node: Node<'_, '_>, reading: &Reading<'_>) -> Sited<String> {
    Sited::new(node.tag_name().name().to_owned(), reading.locator.element(node))
}

/// Comments, processing instructions and CDATA inside text that decides who somebody is or what is
/// signed: processors disagree on what the text then is. The content itself stays out of the facts.
fn markup_in_text(root: Node<'_, '_>, reading: &Reading<'_>) -> Vec<Sited<String>> {
    const TEXTS: &[(&str, &str)] = &[
        ("NameID", NS_ASSERTION),
        ("AttributeValue", NS_ASSERTION),
        ("Issuer", NS_ASSERTION),
        ("Audience", NS_ASSERTION),
        ("DigestValue", NS_DSIG),
        ("SignatureValue", NS_DSIG),
    ];
    let source = root.document().input_text();
    root.descendants()
        .filter(|node| TEXTS.iter().any(|(name, namespace)| is(*node, namespace, name)))
        .filter(|node| {
            // The tree merges CDATA into text, so it only shows in the source.
            node.children().any(|child| {
                child.is_comment()
                    || child.is_pi()
                    || (child.is_text()
                        && source.get(child.range()).is_some_and(|text| text.contains("<![CDATA[")))
            })
        })
        .take(MAX_ODD)
        .map(|node| named(node, reading))
        .collect()
}

fn authn_request(root: Node<'_, '_>, reading: &Reading<'_>) -> AuthnRequest {
    let policy = child(root, NS_PROTOCOL, "NameIDPolicy");
    let context = child(root, NS_PROTOCOL, "RequestedAuthnContext");
    let unusual =
        [("Subject", NS_ASSERTION), ("Conditions", NS_ASSERTION), ("Scoping", NS_PROTOCOL)];
    AuthnRequest {
        acs_url: reading.attribute(root, "AssertionConsumerServiceURL"),
        acs_index: attribute(root, "AssertionConsumerServiceIndex")
            .and_then(|index| index.trim().parse().ok()),
        protocol_binding: reading.attribute(root, "ProtocolBinding"),
        force_authn: attribute(root, "ForceAuthn").and_then(xml::boolean),
        is_passive: reading.boolean(root, "IsPassive"),
        name_id_format: policy.and_then(|policy| reading.attribute(policy, "Format")),
        allow_create: policy
            .and_then(|policy| attribute(policy, "AllowCreate"))
            .and_then(xml::boolean),
        authn_context_comparison: context
            .and_then(|context| reading.attribute(context, "Comparison")),
        authn_context: reading
            .items
            .first_of(
                context
                    .iter()
                    .flat_map(|context| children(*context, NS_ASSERTION, "AuthnContextClassRef")),
            )
            .map(|class| reading.text(class))
            .collect(),
        unusual: unusual
            .into_iter()
            .filter_map(|(name, namespace)| child(root, namespace, name))
            .map(|node| named(node, reading))
            .collect(),
    }
}

fn status(node: Node<'_, '_>, reading: &Reading<'_>) -> Status {
    let mut codes = Vec::new();
    let mut code = child(node, NS_PROTOCOL, "StatusCode");
    while let Some(found) = code.filter(|_| codes.len() < 10) {
        if let Some(value) = reading.attribute(found, "Value") {
            codes.push(value);
        }
        code = child(found, NS_PROTOCOL, "StatusCode");
    }
    let message = child(node, NS_PROTOCOL, "StatusMessage");
    let detail = child(node, NS_PROTOCOL, "StatusDetail").map(text_of);
    Status {
        codes,
        message: message.map(|message| reading.text(message)),
        detail: detail.map(|text| shortened(&text)).filter(|text| !text.is_empty()),
        vendor_codes: Vec::new(),
    }
}

fn shortened(text: &str) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if words.len() + word.len() > MAX_DETAIL {
            words.push('…');
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

fn logout(root: Node<'_, '_>, reading: &Reading<'_>) -> Logout {
    let name_id = child(root, NS_ASSERTION, "NameID");
    let qualifier =
        |name: &str| name_id.and_then(|name_id| attribute(name_id, name)).map(str::to_owned);
    Logout {
        name_id: name_id.map(|name_id| reading.personal(name_id).value),
        name_id_format: qualifier("Format"),
        name_id_qualifiers: ["NameQualifier", "SPNameQualifier"]
            .into_iter()
            .filter_map(qualifier)
            .collect(),
        session_index_values: reading
            .items
            .first_of(
                children(root, NS_PROTOCOL, "SessionIndex")
                    .map(trimmed)
                    .filter(|index| !index.is_empty()),
            )
            .map(|index| reading.sealer.seal(&index))
            .collect(),
        session_indexes: children(root, NS_PROTOCOL, "SessionIndex")
            .filter(|index| !trimmed(*index).is_empty())
            .count(),
        not_on_or_after: attribute(root, "NotOnOrAfter")
            .and_then(instant::read)
            .map(|instant| Sited::new(instant, reading.locator.attribute(root, "NotOnOrAfter"))),
        reason: attribute(root, "Reason").map(str::to_owned),
    }
}
