//! Messages inside others: in the envelope of SOAP (ECP and the back channel), and in the answer that resolves an
//! artifact (saml-bindings-2.0-os §3.2, §3.6, saml-profiles-2.0-os §4.2).

use super::xml::{self, is, text_of};
use crate::evidence::Evidence;
use diag_sdk::spec::NS_PROTOCOL;
use roxmltree::Node;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// More messages than one envelope holds.
const MOST: usize = 20;
/// What stands around a message and is none itself.
const WRAPPERS: &[&str] = &["ArtifactResponse", "ArtifactResolve"];

/// The messages inside a text, each as a text of its own in which lines and columns are those of the whole; none
/// where the text itself is the message.
pub(super) fn messages_in(text: &str) -> Vec<String> {
    let root = xml::root_name(text).map(xml::local_name).unwrap_or_default();
    if root != "Envelope" && !WRAPPERS.contains(&root) {
        return Vec::new();
    }
    let Ok(tree) = xml::parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    let mut last = 0;
    for node in tree.document.descendants().filter(|node| is_message(*node)) {
        // What stands inside a message is part of it.
        if node.range().start >= last && found.len() < MOST {
            last = node.range().end;
            found.extend(alone(text, node));
        }
    }
    found
}

fn is_message(node: Node<'_, '_>) -> bool {
    let messages = ["AuthnRequest", "Response", "LogoutRequest", "LogoutResponse"];
    node.is_element()
        && node.tag_name().namespace() == Some(NS_PROTOCOL)
        && messages.contains(&node.tag_name().name())
}

/// An element as a document: blanks in place of what stands before it, and the namespaces that were declared there.
pub(super) fn alone(text: &str, node: Node<'_, '_>) -> Option<String> {
    let range = node.range();
    let element = text.get(range.clone())?;
    let tag_end = element.find('>')?;
    let tag = element.get(..tag_end)?;
    let name_end = tag
        .find(|character: char| character.is_whitespace() || character == '/')
        .unwrap_or(tag.len());
    let mut declarations = String::new();
    for namespace in node.namespaces() {
        let name =
            namespace.name().map_or_else(|| "xmlns".to_owned(), |name| format!("xmlns:{name}"));
        let declared =
            [format!("{name}="), format!("{name} ")].iter().any(|word| tag.contains(word.as_str()));
        if !declared && namespace.name() != Some("xml") {
            let _ = write!(
                declarations,
                " {name}=\"{}\"",
                namespace.uri().replace('&', "&amp;").replace('"', "&quot;")
            );
        }
    }
    let blank = |character: char| if character == '\n' { '\n' } else { ' ' };
    let mut out: String = text.get(..range.start)?.chars().map(blank).collect();
    out.push_str(element.get(..name_end)?);
    out.push_str(&declarations);
    out.push_str(element.get(name_end..)?);
    Some(out)
}

/// The artifact that a request on the back channel asks about.
pub(super) fn artifact_asked_for(text: &str) -> Option<String> {
    if !text.contains("ArtifactResolve") {
        return None;
    }
    let tree = xml::parse(text).ok()?;
    let artifact = tree.document.descendants().find(|node| is(*node, NS_PROTOCOL, "Artifact"))?;
    Some(text_of(artifact).split_whitespace().collect())
}

/// The exchanges in which the browser handed over an artifact, by the artifact.
pub(super) fn artifacts(evidence: &Evidence) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (index, exchange) in evidence.exchanges.iter().enumerate() {
        let in_query = super::address::query_of(&exchange.url)
            .filter(|query| query.contains("SAMLart="))
            .map(super::address::parameters);
        let in_query = in_query
            .into_iter()
            .flatten()
            .filter(|parameter| parameter.name == "SAMLart")
            .map(|parameter| parameter.value);
        let posted = exchange
            .form
            .iter()
            .filter(|field| field.name == "SAMLart")
            .map(|field| field.value.clone());
        for artifact in in_query.chain(posted) {
            // A blank is a `+` that form decoding took.
            found.entry(artifact.replace(' ', "+")).or_insert(index);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_place_and_their_namespaces() {
        let text = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'>\n<s:Body><p:ArtifactResponse ID='_a'><p:Response ID='_b'><p:Status/></p:Response></p:ArtifactResponse></s:Body></s:Envelope>";
        let found = messages_in(text);
        assert_eq!(found.len(), 1);
        let tree = xml::parse(&found[0]).unwrap();
        assert_eq!(tree.document.root_element().attribute("ID"), Some("_b"));
        assert_eq!(found[0].find("<p:Response"), text.find("<p:Response"));
        assert!(
            messages_in("<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'/>").is_empty()
        );
    }

    #[test]
    fn an_artifact_is_found_on_both_channels() {
        let text = "<p:ArtifactResolve xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><p:Artifact>AAQA\n+x=</p:Artifact></p:ArtifactResolve>";
        assert_eq!(artifact_asked_for(text).as_deref(), Some("AAQA+x="));
        let exchange = crate::evidence::RawExchange {
            url: "https://sp.example/acs?SAMLart=AAQA%2Bx%3D".into(),
            ..Default::default()
        };
        let evidence = Evidence { exchanges: vec![exchange], ..Evidence::default() };
        assert_eq!(artifacts(&evidence).get("AAQA+x="), Some(&0));
    }
}
