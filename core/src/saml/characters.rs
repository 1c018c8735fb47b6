//! Characters that receivers are known to stumble over: outside ASCII, and line ends within values.
//!
//! A signature covers characters, not bytes. A receiver that reads them by another encoding than they were
//! written in, or a signer that signed a line end which every XML processor reads otherwise (XML 1.0 §2.11),
//! breaks it for those people alone whose values have such characters.

use super::reading::Reading;
use super::xml::{is, text_of};
use diag_sdk::Sited;
use diag_sdk::case::message::Characters;
use diag_sdk::spec::{NS_ASSERTION, NS_DSIG};
use roxmltree::Node;

/// Most places that are named of each kind.
const MOST: usize = 20;
/// Values about people, which come from wherever they are kept.
const VALUES: &[&str] = &["NameID", "AttributeValue"];

/// Reads what is particular about the characters of a message.
pub(super) fn read(root: Node<'_, '_>, reading: &Reading<'_>) -> Characters {
    let source = root.document().input_text();
    let mut found = Characters { declared_encoding: declared(source), ..Characters::default() };
    for node in root.descendants().filter(Node::is_element) {
        let signature = node.tag_name().namespace() == Some(NS_DSIG);
        let own_text = || node.children().filter(Node::is_text);
        let named = || Sited::new(node.tag_name().name().to_owned(), reading.locator.element(node));
        let foreign = |text: &str| !text.is_ascii();
        let outside = own_text().any(|text| text.text().is_some_and(foreign))
            || node.attributes().any(|one| foreign(one.value()));
        if !signature && outside && found.non_ascii.len() < MOST {
            found.non_ascii.push(named());
        }
        if !VALUES.iter().any(|name| is(node, NS_ASSERTION, name)) {
            continue;
        }
        let written = |text: Node<'_, '_>| {
            source
                .get(text.range())
                .unwrap_or_default()
                .trim_matches([' ', '\t', '\n', '\r'])
                .to_owned()
        };
        if own_text().any(|text| has_carriage_return(&written(text)))
            && found.carriage_returns.len() < MOST
        {
            found.carriage_returns.push(named());
        }
        if text_of(node).trim().contains('\n') && found.line_breaks.len() < MOST {
            found.line_breaks.push(named());
        }
    }
    found
}

/// A carriage return, as it stands or by reference.
fn has_carriage_return(text: &str) -> bool {
    let referred = |reference: &str| text.to_ascii_lowercase().contains(reference);
    text.contains('\r') || referred("&#xd;") || referred("&#x0d;") || referred("&#13;")
}

/// The encoding that the XML declaration names.
fn declared(text: &str) -> Option<String> {
    let declaration =
        text.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = value.get(1..)?.split(quote).next()?;
    (!name.is_empty() && name.len() <= 40).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::saml::facts_of;
    use crate::seal::Sealer;
    use diag_sdk::Place;
    use diag_sdk::case::message::Characters;

    fn of(declaration: &str, value: &str) -> Characters {
        let xml = format!(
            "{declaration}<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">\r\n\
             <Assertion><AttributeStatement><Attribute Name=\"a\"><AttributeValue>{value}</AttributeValue></Attribute></AttributeStatement></Assertion></samlp:Response>"
        );
        facts_of(&xml, &Place::default(), "m1", &Sealer::new("test")).characters
    }

    #[test]
    fn values_outside_ascii_are_found_however_they_are_written() {
        assert!(of("", "Pena").non_ascii.is_empty());
        for value in ["Peña", "Pe&#xF1;a"] {
            assert_eq!(of("", value).non_ascii[0].value, "AttributeValue", "{value}");
        }
        assert_eq!(
            of("<?xml version='1.0' encoding='ISO-8859-1'?>", "x").declared_encoding.as_deref(),
            Some("ISO-8859-1")
        );
        assert_eq!(of("<?xml version='1.0'?>", "x").declared_encoding, None);
    }

    #[test]
    fn line_ends_count_within_values_only() {
        for (value, returns, breaks) in [
            ("a b", 0, 0),
            ("\r\n  a\r\n", 0, 0),
            ("a\nb", 0, 1),
            ("a\r\nb", 1, 1),
            ("a&#xD;b", 1, 0),
            ("a&#13;&#10;b", 1, 1),
        ] {
            let found = of("", value);
            assert_eq!(
                (found.carriage_returns.len(), found.line_breaks.len()),
                (returns, breaks),
                "{value:?}"
            );
        }
    }
}
