//! What a document is that should have been metadata: said in words, so that people see at once
//! which file they took.

use super::super::xml::{attribute, children, is, local_name, root_name};
use diag_sdk::case::input::Trouble;
use diag_sdk::spec::{NS_ASSERTION, NS_METADATA, NS_PROTOCOL};
use roxmltree::Node;

/// A document that is no metadata.
pub(super) struct Other {
    pub(super) trouble: Trouble,
    pub(super) found: Option<String>,
    pub(super) explanation: String,
}

fn not_metadata(found: impl Into<String>, advice: &str) -> Other {
    let found = found.into();
    let explanation =
        format!("expected SAML metadata (an `EntityDescriptor`), found {found}{advice}");
    Other { trouble: Trouble::NotMetadata, found: Some(found), explanation }
}

/// By how a text begins, before it is parsed: pages and JSON need no XML parser to be told apart.
pub(super) fn by_text(text: &str) -> Option<Other> {
    let text = text.trim_start();
    if text.is_empty() {
        return Some(Other {
            trouble: Trouble::Empty,
            found: None,
            explanation: "the document is empty".to_owned(),
        });
    }
    if text.starts_with('<') {
        let head: String = text.chars().take(40).collect::<String>().to_ascii_lowercase();
        let page = head.starts_with("<!doctype html")
            || root_name(text).is_some_and(|name| name.eq_ignore_ascii_case("html"));
        return page.then(page_in_place);
    }
    Some(match text.chars().next() {
        Some('{' | '[') => not_metadata(
            "a JSON document",
            ": perhaps OpenID Connect configuration or an export of another object",
        ),
        _ if text.starts_with("-----BEGIN ") => {
            not_metadata("a PEM file", ": a certificate or key alone is not metadata")
        }
        _ if text.starts_with("http://") || text.starts_with("https://") => {
            not_metadata("a URL", ": open it and save the XML document it leads to")
        }
        _ => Other {
            trouble: Trouble::NotDecodable,
            found: None,
            explanation: "expected SAML metadata, found neither XML nor base64 of XML".to_owned(),
        },
    })
}

fn page_in_place() -> Other {
    not_metadata(
        "an HTML page",
        ": a log-in or error page was saved in place of the file; download the metadata again, signed in",
    )
}

/// By the root element of a document that parses; `None` for metadata.
pub(super) fn by_root(root: Node<'_, '_>) -> Option<Other> {
    let name = root.tag_name().name();
    Some(match (root.tag_name().namespace(), name) {
        (Some(NS_METADATA), "EntityDescriptor") if only_ws_federation(root) => not_metadata(
            "WS-Federation metadata",
            ": it has no role for SAML (`IDPSSODescriptor` or `SPSSODescriptor`)",
        ),
        (Some(NS_METADATA), "EntityDescriptor" | "EntitiesDescriptor") => return None,
        (namespace, "EntityDescriptor" | "EntitiesDescriptor") => {
            let place = namespace.map_or("no namespace".to_owned(), |namespace| {
                format!("the namespace `{namespace}`")
            });
            not_metadata(
                format!("`{name}` in {place}"),
                &format!(": the namespace of SAML 2.0 metadata is `{NS_METADATA}`"),
            )
        }
        (Some(NS_METADATA), other) if other.ends_with("Descriptor") => not_metadata(
            format!("`{other}` alone"),
            ": the `EntityDescriptor` around it was removed",
        ),
        (Some(NS_PROTOCOL | NS_ASSERTION), other) => {
            not_metadata(format!("a SAML message (`{other}`)"), "")
        }
        (_, "html") => page_in_place(),
        (_, "definitions") => not_metadata("a WSDL document", ""),
        (_, other) => not_metadata(
            format!("an XML document `{}`", other.chars().take(60).collect::<String>()),
            "",
        ),
    })
}

/// Nothing but roles of WS-Federation.
fn only_ws_federation(entity: Node<'_, '_>) -> bool {
    let mut roles = children(entity, NS_METADATA, "RoleDescriptor").peekable();
    let other_role = entity.children().any(|child| {
        child.is_element()
            && child.tag_name().name().ends_with("Descriptor")
            && !is(child, NS_METADATA, "RoleDescriptor")
    });
    roles.peek().is_some()
        && !other_role
        && roles.all(|role| {
            role.attributes().any(|attribute| {
                attribute.name() == "type" && local_name(attribute.value()).ends_with("ServiceType")
            }) || attribute(role, "protocolSupportEnumeration")
                .is_some_and(|protocols| protocols.contains("wsfed"))
        })
}
