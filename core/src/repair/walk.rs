//! Finds what is to be mended by the byte positions of quick-xml's reader: a tree remembers what a
//! document means, this remembers where it stands.

use super::Kind;
use super::edit::Edits;
use crate::saml::metadata::standard_namespace;
use diag_sdk::spec::{NS_DSIG, NS_METADATA};
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use std::borrow::Cow;
use std::ops::Range;

const NS_XSI: &[u8] = b"http://www.w3.org/2001/XMLSchema-instance";

/// A `RoleDescriptor`, from `<` to `>`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Role {
    pub(super) range: Range<usize>,
    pub(super) xsi_type: Option<String>,
}

/// What a document has that may want mending.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Outermost `RoleDescriptor` elements.
    pub(super) roles: Vec<Role>,
    /// What stands between the tags of `X509Certificate` elements.
    pub(super) certificates: Vec<Range<usize>>,
    /// Corrected names of namespaces.
    pub(super) namespaces: Edits,
}

/// Walks through a document that parses.
pub(super) fn walk(text: &str) -> Result<Found, quick_xml::Error> {
    let mut found = Found::default();
    let mut reader = NsReader::from_str(text);
    let mut depth = 0_usize;
    let mut role: Option<(usize, Role)> = None;
    let mut certificate: Option<(usize, usize)> = None;
    loop {
        let start = position(&reader);
        let (namespace, event) = reader.read_resolved_event()?;
        match event {
            Event::Start(tag) => {
                let (is_role, is_certificate) = (
                    is(&namespace, &tag, NS_METADATA, b"RoleDescriptor"),
                    is(&namespace, &tag, NS_DSIG, b"X509Certificate"),
                );
                depth += 1;
                namespaces(text, &tag, &mut found.namespaces);
                if is_role && role.is_none() {
                    role = Some((
                        depth,
                        Role { range: start..start, xsi_type: xsi_type(&reader, &tag) },
                    ));
                }
                if is_certificate && certificate.is_none() {
                    certificate = Some((depth, position(&reader)));
                }
            }
            Event::Empty(tag) => {
                let is_role = is(&namespace, &tag, NS_METADATA, b"RoleDescriptor");
                namespaces(text, &tag, &mut found.namespaces);
                if is_role && role.is_none() {
                    found.roles.push(Role {
                        range: start..position(&reader),
                        xsi_type: xsi_type(&reader, &tag),
                    });
                }
            }
            Event::End(_) => {
                if let Some((_, mut closed)) = role.take_if(|(opened, _)| *opened == depth) {
                    closed.range.end = position(&reader);
                    found.roles.push(closed);
                }
                if let Some((_, content)) = certificate.take_if(|(opened, _)| *opened == depth) {
                    found.certificates.push(content..start);
                }
                depth = depth.saturating_sub(1);
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// An element of this name; a namespace that is spelled with `https://` counts as the one it means.
fn is(namespace: &ResolveResult<'_>, tag: &BytesStart<'_>, wanted: &str, name: &[u8]) -> bool {
    let ResolveResult::Bound(bound) = namespace else { return false };
    let bound = std::str::from_utf8(bound.as_ref()).unwrap_or_default();
    tag.local_name().as_ref() == name
        && (bound == wanted || standard_namespace(bound) == Some(wanted))
}

fn xsi_type(reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Option<String> {
    let attribute = tag.attributes().flatten().find(|attribute| {
        let (namespace, name) = reader.resolve_attribute(attribute.key);
        name.as_ref() == b"type"
            && matches!(namespace, ResolveResult::Bound(bound) if bound.as_ref() == NS_XSI)
    })?;
    attribute.unescape_value().ok().map(|value| value.trim().to_owned())
}

/// Notes the declarations of a tag that misspell the name of a namespace.
fn namespaces(text: &str, tag: &BytesStart<'_>, edits: &mut Edits) {
    for attribute in tag
        .attributes()
        .flatten()
        .filter(|attribute| attribute.key.as_namespace_binding().is_some())
    {
        let Cow::Borrowed(value) = attribute.value else { continue };
        // The value is a piece of the text; its address tells which.
        let start = value.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        let Some(name) = text
            .get(start..start.saturating_add(value.len()))
            .filter(|piece| piece.as_bytes() == value)
        else {
            continue;
        };
        if let Some(standard) = standard_namespace(name) {
            edits.replace(start..start + name.len(), standard);
            edits.note(
                Kind::NamespaceCorrected,
                start,
                format!("the namespace is called {standard}; it was spelled with https://"),
            );
        }
    }
}
