//! Where a message breaks the SAML schema, in the words of whoever has to mend it.
//!
//! The schema stands here as data: which attributes an element must have, which elements follow each other in it
//! and how often, and what its text may be (saml-schema-protocol-2.0, saml-schema-assertion-2.0). What the schema leaves
//! open (extensions, advice, statements of other makers, signatures) is not looked into.

use super::instant;
use super::reading::Reading;
use super::xml;
use diag_sdk::case::message::{Breach, BreachKind};
use diag_sdk::spec::{NS_ASSERTION, NS_DSIG, NS_PROTOCOL};
use roxmltree::Node;

/// Breaches that are told of one message: the first ones say what is wrong with its maker.
const MOST: usize = 20;
/// Longest value that is shown.
const SHOWN: usize = 80;

/// The type of an attribute.
#[derive(Debug, Clone, Copy)]
enum Type {
    /// Any text.
    Any,
    /// `xs:boolean`.
    Boolean,
    /// `xs:dateTime`.
    Instant,
    /// `xs:unsignedShort`.
    Short,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// One step in the sequence of an element's children: any of these, so often.
#[derive(Debug, Clone, Copy)]
struct Step {
    any_of: &'static [(&'static str, &'static str)],
    least: usize,
    most: usize,
}

/// An element of the schema.
#[derive(Debug, Clone, Copy)]
struct Shape {
    namespace: &'static str,
    name: &'static str,
    /// Attributes it must have.
    must: &'static [(&'static str, Type)],
    /// Attributes it may have whose value has a type.
    may: &'static [(&'static str, Type)],
    /// What it may hold.
    holds: Holds,
}

#[derive(Debug, Clone, Copy)]
enum Holds {
    /// Elements in this order, and no text.
    Elements(&'static [Step]),
    /// Nothing; text that stands there belongs into that attribute.
    Nothing(&'static str),
    /// Text, which must not be empty.
    Text,
    /// Whatever its maker likes.
    Anything,
}

const MANY: usize = usize::MAX;

const fn one(any_of: &'static [(&'static str, &'static str)]) -> Step {
    Step { any_of, least: 1, most: 1 }
}

const fn maybe(any_of: &'static [(&'static str, &'static str)]) -> Step {
    Step { any_of, least: 0, most: 1 }
}

const fn some(any_of: &'static [(&'static str, &'static str)]) -> Step {
    Step { any_of, least: 0, most: MANY }
}

const fn several(any_of: &'static [(&'static str, &'static str)]) -> Step {
    Step { any_of, least: 1, most: MANY }
}

const A: &str = NS_ASSERTION;
const P: &str = NS_PROTOCOL;
const ISSUER: Step = maybe(&[(A, "Issuer")]);
const SIGNATURE: Step = maybe(&[(NS_DSIG, "Signature")]);
const EXTENSIONS: Step = maybe(&[(P, "Extensions")]);
const WHO: &[(&str, &str)] = &[(A, "BaseID"), (A, "NameID"), (A, "EncryptedID")];
const OF_MESSAGES: &[(&str, Type)] =
    &[("ID", Type::Any), ("Version", Type::Any), ("IssueInstant", Type::Instant)];
const TIMES: &[(&str, Type)] = &[("NotBefore", Type::Instant), ("NotOnOrAfter", Type::Instant)];

const SHAPES: &[Shape] = &[
    Shape {
        namespace: P,
        name: "AuthnRequest",
        must: OF_MESSAGES,
        may: &[
            ("ForceAuthn", Type::Boolean),
            ("IsPassive", Type::Boolean),
            ("AssertionConsumerServiceIndex", Type::Short),
            ("AttributeConsumingServiceIndex", Type::Short),
        ],
        holds: Holds::Elements(&[
            ISSUER,
            SIGNATURE,
            EXTENSIONS,
            maybe(&[(A, "Subject")]),
            maybe(&[(P, "NameIDPolicy")]),
            maybe(&[(A, "Conditions")]),
            maybe(&[(P, "RequestedAuthnContext")]),
            maybe(&[(P, "Scoping")]),
        ]),
    },
    Shape {
        namespace: P,
        name: "Response",
        must: OF_MESSAGES,
        may: &[],
        holds: Holds::Elements(&[
            ISSUER,
            SIGNATURE,
            EXTENSIONS,
            one(&[(P, "Status")]),
            some(&[(A, "Assertion"), (A, "EncryptedAssertion")]),
        ]),
    },
    Shape {
        namespace: P,
        name: "LogoutRequest",
        must: OF_MESSAGES,
        may: &[("NotOnOrAfter", Type::Instant)],
        holds: Holds::Elements(&[
            ISSUER,
            SIGNATURE,
            EXTENSIONS,
            one(WHO),
            some(&[(P, "SessionIndex")]),
        ]),
    },
    Shape {
        namespace: P,
        name: "LogoutResponse",
        must: OF_MESSAGES,
        may: &[],
        holds: Holds::Elements(&[ISSUER, SIGNATURE, EXTENSIONS, one(&[(P, "Status")])]),
    },
    Shape {
        namespace: P,
        name: "NameIDPolicy",
        must: &[],
        may: &[("AllowCreate", Type::Boolean)],
        holds: Holds::Nothing("Format"),
    },
    Shape {
        namespace: P,
        name: "RequestedAuthnContext",
        must: &[],
        may: &[("Comparison", Type::OneOf(&["exact", "minimum", "maximum", "better"]))],
        holds: Holds::Elements(&[several(&[
            (A, "AuthnContextClassRef"),
            (A, "AuthnContextDeclRef"),
        ])]),
    },
    Shape {
        namespace: P,
        name: "Scoping",
        must: &[],
        may: &[],
        holds: Holds::Elements(&[maybe(&[(P, "IDPList")]), some(&[(P, "RequesterID")])]),
    },
    Shape {
        namespace: P,
        name: "Status",
        must: &[],
        may: &[],
        holds: Holds::Elements(&[
            one(&[(P, "StatusCode")]),
            maybe(&[(P, "StatusMessage")]),
            maybe(&[(P, "StatusDetail")]),
        ]),
    },
    Shape {
        namespace: P,
        name: "StatusCode",
        must: &[("Value", Type::Any)],
        may: &[],
        holds: Holds::Elements(&[maybe(&[(P, "StatusCode")])]),
    },
    Shape {
        namespace: A,
        name: "Assertion",
        must: OF_MESSAGES,
        may: &[],
        holds: Holds::Elements(&[
            one(&[(A, "Issuer")]),
            SIGNATURE,
            maybe(&[(A, "Subject")]),
            maybe(&[(A, "Conditions")]),
            maybe(&[(A, "Advice")]),
            some(&[
                (A, "Statement"),
                (A, "AuthnStatement"),
                (A, "AuthzDecisionStatement"),
                (A, "AttributeStatement"),
            ]),
        ]),
    },
    Shape {
        namespace: A,
        name: "Subject",
        must: &[],
        may: &[],
        holds: Holds::Elements(&[maybe(WHO), some(&[(A, "SubjectConfirmation")])]),
    },
    Shape {
        namespace: A,
        name: "SubjectConfirmation",
        must: &[("Method", Type::Any)],
        may: &[],
        holds: Holds::Elements(&[maybe(WHO), maybe(&[(A, "SubjectConfirmationData")])]),
    },
    Shape {
        namespace: A,
        name: "SubjectConfirmationData",
        must: &[],
        may: TIMES,
        holds: Holds::Anything,
    },
    Shape {
        namespace: A,
        name: "Conditions",
        must: &[],
        may: TIMES,
        holds: Holds::Elements(&[some(&[
            (A, "Condition"),
            (A, "AudienceRestriction"),
            (A, "OneTimeUse"),
            (A, "ProxyRestriction"),
        ])]),
    },
    Shape {
        namespace: A,
        name: "AudienceRestriction",
        must: &[],
        may: &[],
        holds: Holds::Elements(&[several(&[(A, "Audience")])]),
    },
    Shape {
        namespace: A,
        name: "AuthnStatement",
        must: &[("AuthnInstant", Type::Instant)],
        may: &[("SessionNotOnOrAfter", Type::Instant)],
        holds: Holds::Elements(&[maybe(&[(A, "SubjectLocality")]), one(&[(A, "AuthnContext")])]),
    },
    Shape {
        namespace: A,
        name: "AuthnContext",
        must: &[],
        may: &[],
        holds: Holds::Elements(&[
            maybe(&[(A, "AuthnContextClassRef")]),
            maybe(&[(A, "AuthnContextDecl"), (A, "AuthnContextDeclRef")]),
            some(&[(A, "AuthenticatingAuthority")]),
        ]),
    },
    Shape {
        namespace: A,
        name: "AttributeStatement",
        must: &[],
        may: &[],
        holds: Holds::Elements(&[several(&[(A, "Attribute"), (A, "EncryptedAttribute")])]),
    },
    Shape {
        namespace: A,
        name: "Attribute",
        must: &[("Name", Type::Any)],
        may: &[],
        holds: Holds::Elements(&[some(&[(A, "AttributeValue")])]),
    },
    Shape { namespace: A, name: "Issuer", must: &[], may: &[], holds: Holds::Text },
];

/// Where a message breaks the schema.
pub(super) fn breaches(root: Node<'_, '_>, reading: &Reading<'_>) -> Vec<Breach> {
    let mut judge = Judge { reading, found: Vec::new() };
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        if judge.found.len() >= MOST {
            break;
        }
        let Some(shape) = shape_of(node) else { continue };
        judge.attributes(node, shape);
        judge.contents(node, shape);
        if matches!(shape.holds, Holds::Elements(_)) {
            // The stack hands out the last one first.
            pending.extend(node.children().filter(Node::is_element).rev());
        }
    }
    judge.found.truncate(MOST);
    judge.found
}

fn shape_of(node: Node<'_, '_>) -> Option<&'static Shape> {
    let name = node.tag_name();
    SHAPES
        .iter()
        .find(|shape| name.name() == shape.name && name.namespace() == Some(shape.namespace))
}

struct Judge<'r> {
    reading: &'r Reading<'r>,
    found: Vec<Breach>,
}

impl Judge<'_> {
    fn push(&mut self, breach: Breach) {
        self.found.push(breach);
    }

    fn attributes(&mut self, node: Node<'_, '_>, shape: &Shape) {
        for (name, kind) in shape.must {
            match xml::attribute(node, name) {
                None => self.push(Breach {
                    kind: BreachKind::AttributeMissing,
                    element: shape.name.to_owned(),
                    parent: parent(node),
                    attribute: Some((*name).to_owned()),
                    wanted: format!("the attribute {name}"),
                    found: format!("no attribute {name}"),
                    place: self.reading.locator.element(node),
                }),
                Some(value) => self.value(node, shape, name, *kind, value),
            }
        }
        for (name, kind) in shape.may {
            if let Some(value) = xml::attribute(node, name) {
                self.value(node, shape, name, *kind, value);
            }
        }
    }

    fn value(&mut self, node: Node<'_, '_>, shape: &Shape, name: &str, kind: Type, value: &str) {
        let wanted = match kind {
            Type::Any => return,
            Type::Boolean if matches!(value.trim(), "true" | "false" | "1" | "0") => return,
            Type::Boolean => "true or false, in lower case".to_owned(),
            Type::Instant if instant::read(value).is_some() => return,
            Type::Instant => "a moment such as 2026-11-24T10:00:00Z".to_owned(),
            Type::Short if value.trim().parse::<u16>().is_ok() => return,
            Type::Short => "a whole number from 0 to 65535".to_owned(),
            Type::OneOf(words) if words.contains(&value) => return,
            Type::OneOf(words) => format!("one of {}", words.join(", ")),
        };
        self.push(Breach {
            kind: BreachKind::AttributeValue,
            element: shape.name.to_owned(),
            parent: parent(node),
            attribute: Some(name.to_owned()),
            wanted,
            found: value.chars().take(SHOWN).collect(),
            place: self.reading.locator.attribute(node, name),
        });
    }

    fn contents(&mut self, node: Node<'_, '_>, shape: &Shape) {
        let steps = match shape.holds {
            Holds::Anything => return,
            Holds::Text => {
                if node.children().any(|child| child.is_element())
                    || xml::text_of(node).trim().is_empty()
                {
                    self.push(Breach {
                        kind: BreachKind::ElementMissing,
                        element: shape.name.to_owned(),
                        parent: parent(node),
                        wanted: format!("the text of {}", shape.name),
                        found: "no text".to_owned(),
                        place: self.reading.locator.element(node),
                        ..Breach::default()
                    });
                }
                return;
            }
            Holds::Nothing(attribute) => {
                self.text(node, shape, Some(attribute));
                self.sequence(node, shape, &[]);
                return;
            }
            Holds::Elements(steps) => steps,
        };
        self.text(node, shape, None);
        self.sequence(node, shape, steps);
    }

    fn text(&mut self, node: Node<'_, '_>, shape: &Shape, belongs_into: Option<&str>) {
        let text = node
            .children()
            .filter(Node::is_text)
            .find_map(|child| child.text().map(str::trim).filter(|text| !text.is_empty()));
        let Some(text) = text else { return };
        // What the text of an assertion says may be about the person.
        let harmless = belongs_into.is_some() && text.starts_with("urn:oasis:");
        let instead = belongs_into.filter(|attribute| xml::attribute(node, attribute).is_none());
        self.push(Breach {
            kind: BreachKind::TextUnexpected,
            element: shape.name.to_owned(),
            parent: parent(node),
            attribute: instead.map(str::to_owned),
            wanted: instead.map_or_else(
                || "no text".to_owned(),
                |attribute| format!("the attribute {attribute}, and no text"),
            ),
            found: if harmless {
                text.chars().take(SHOWN).collect()
            } else {
                format!("text of {} characters", text.chars().count())
            },
            place: self.reading.locator.text(node),
        });
    }

    /// Whether the children follow each other as the steps say.
    fn sequence(&mut self, node: Node<'_, '_>, shape: &Shape, steps: &[Step]) {
        let fits = |step: &Step, child: Node<'_, '_>| {
            let name = child.tag_name();
            step.any_of.iter().any(|(namespace, local)| {
                name.name() == *local && name.namespace() == Some(*namespace)
            })
        };
        let mut counts = vec![0_usize; steps.len()];
        let mut reached = 0;
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            let at = steps.iter().position(|step| fits(step, child));
            let (kind, wanted) = match at {
                None => (BreachKind::ElementUnexpected, room(shape, steps)),
                Some(at) if at < reached => (BreachKind::ElementOutOfOrder, order(steps, at)),
                Some(at) => {
                    reached = at;
                    let step = &steps[at];
                    counts[at] += 1;
                    if counts[at] <= step.most {
                        continue;
                    }
                    (BreachKind::ElementTooOften, format!("{name} once"))
                }
            };
            if let Some(at) = at
                && kind == BreachKind::ElementOutOfOrder
            {
                counts[at] += 1;
            }
            self.push(Breach {
                kind,
                element: name.to_owned(),
                parent: shape.name.to_owned(),
                wanted,
                found: misplaced(child, kind),
                place: self.reading.locator.element(child),
                ..Breach::default()
            });
        }
        for (step, count) in steps.iter().zip(&counts) {
            if *count < step.least {
                let names = names(step);
                self.push(Breach {
                    kind: BreachKind::ElementMissing,
                    element: names.clone(),
                    parent: shape.name.to_owned(),
                    wanted: names.clone(),
                    found: format!("no {names}"),
                    place: self.reading.locator.element(node),
                    ..Breach::default()
                });
            }
        }
    }
}

fn parent(node: Node<'_, '_>) -> String {
    node.parent_element().map(|parent| parent.tag_name().name().to_owned()).unwrap_or_default()
}

fn names(step: &Step) -> String {
    step.any_of.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(" or ")
}

fn room(shape: &Shape, steps: &[Step]) -> String {
    if steps.is_empty() {
        return format!("no element in {}", shape.name);
    }
    steps.iter().map(names).collect::<Vec<_>>().join(", ")
}

/// The element before all that must follow it.
fn order(steps: &[Step], at: usize) -> String {
    let later: Vec<String> = steps.iter().skip(at + 1).map(names).collect();
    format!("{} before {}", names(&steps[at]), later.join(", "))
}

fn misplaced(child: Node<'_, '_>, kind: BreachKind) -> String {
    let name = child.tag_name().name();
    match kind {
        BreachKind::ElementOutOfOrder => {
            let before = child.prev_sibling_element().map(|before| before.tag_name().name());
            before.map_or_else(|| name.to_owned(), |before| format!("{name} after {before}"))
        }
        BreachKind::ElementUnexpected => match child.tag_name().namespace() {
            Some(namespace) => format!(
                "{name} in the namespace {}",
                namespace.chars().take(SHOWN).collect::<String>()
            ),
            None => format!("{name} in no namespace"),
        },
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::protocol::facts_of;
    use super::*;
    use crate::seal::Sealer;
    use diag_sdk::Place;

    const HEAD: &str = r#"xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-11-24T10:00:00Z""#;

    fn of(xml: &str) -> Vec<Breach> {
        facts_of(xml, &Place::default(), "m1", &Sealer::new("test")).breaches
    }

    fn request(attributes: &str, inner: &str) -> Vec<Breach> {
        of(&format!("<samlp:AuthnRequest {HEAD} {attributes}>{inner}</samlp:AuthnRequest>"))
    }

    #[test]
    fn a_sound_message_breaks_nothing() {
        let issuer = "<saml:Issuer>https://sp.example</saml:Issuer>";
        assert!(request("ForceAuthn=\"true\"", &format!("{issuer}<samlp:NameIDPolicy AllowCreate=\"1\"/><samlp:RequestedAuthnContext Comparison=\"exact\"><saml:AuthnContextClassRef>urn:x</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>")).is_empty());
        let assertion = format!(
            "<saml:Assertion ID=\"_a\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\">{issuer}<saml:Subject><saml:NameID>ada</saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData NotOnOrAfter=\"2026-11-24T10:05:00.1234567Z\"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions><saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant=\"2026-11-24T10:00:00Z\"><saml:AuthnContext><saml:AuthnContextClassRef>urn:x</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name=\"mail\"><saml:AttributeValue>x</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
        );
        let response = format!(
            "<samlp:Response {HEAD}>{issuer}<samlp:Status><samlp:StatusCode Value=\"urn:x\"/></samlp:Status>{assertion}</samlp:Response>"
        );
        assert!(of(&response).is_empty(), "{:?}", of(&response));
        // Assertion alone, and documents of other kinds, are nobody's message.
        assert!(
            of("<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>")
                .is_empty()
        );
    }

    #[test]
    fn each_kind_of_breach_is_told() {
        for (attributes, inner, kind, element) in [
            (
                "",
                "<samlp:NameIDPolicy AllowCreate=\"true\">urn:oasis:names:tc:SAML:2.0:nameid-format:transient</samlp:NameIDPolicy>",
                BreachKind::TextUnexpected,
                "NameIDPolicy",
            ),
            (
                "",
                "<samlp:NameIDPolicy/><saml:Issuer>x</saml:Issuer>",
                BreachKind::ElementOutOfOrder,
                "Issuer",
            ),
            ("", "<samlp:Issuer>x</samlp:Issuer>", BreachKind::ElementUnexpected, "Issuer"),
            (
                "",
                "<samlp:NameIDPolicy/><samlp:NameIDPolicy/>",
                BreachKind::ElementTooOften,
                "NameIDPolicy",
            ),
            (
                "",
                "<samlp:RequestedAuthnContext/>",
                BreachKind::ElementMissing,
                "AuthnContextClassRef or AuthnContextDeclRef",
            ),
            ("ForceAuthn=\"True\"", "", BreachKind::AttributeValue, "AuthnRequest"),
            (
                "",
                "<samlp:RequestedAuthnContext Comparison=\"Exact\"><saml:AuthnContextClassRef>x</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>",
                BreachKind::AttributeValue,
                "RequestedAuthnContext",
            ),
        ] {
            let found = request(attributes, inner);
            assert_eq!(found.len(), 1, "{inner} {found:?}");
            assert_eq!((found[0].kind, found[0].element.as_str()), (kind, element), "{inner}");
        }
        let found = of(
            "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\" Version=\"2.0\"/>",
        );
        assert_eq!(
            (found[0].kind, found[0].attribute.as_deref()),
            (BreachKind::AttributeMissing, Some("IssueInstant"))
        );
    }

    #[test]
    fn a_format_in_place_of_its_attribute_is_shown_and_a_persons_text_is_not() {
        let found = request(
            "",
            "<samlp:NameIDPolicy>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</samlp:NameIDPolicy>",
        );
        assert_eq!(
            (found[0].attribute.as_deref(), found[0].found.as_str()),
            (Some("Format"), "urn:oasis:names:tc:SAML:2.0:nameid-format:transient")
        );
        let found = request("", "<saml:Subject>ada@contoso.example</saml:Subject>");
        assert_eq!(found[0].found, "text of 19 characters");
    }
}
