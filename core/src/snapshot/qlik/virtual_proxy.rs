//! `virtualproxyconfig`: one entry point. A field the export lacks stays unknown; the product's
//! default is not assumed for it, because exports are often cut.

use super::super::HeldDocument;
use super::super::json::Node;
use super::VirtualProxy;
use crate::redact;
use diag_sdk::case::exchange::SameSite;
use diag_sdk::case::sp_configuration::{
    AuthenticationMethod, HeldMetadata, MappedAttribute, RequestAlgorithm, SpConfiguration,
};
use diag_sdk::{Place, Sited};

const METADATA: &str = "samlMetadataIdP";

/// One virtual proxy.
pub(super) fn read(node: &Node<'_>, nested: bool) -> VirtualProxy {
    let prefix = node
        .text("prefix")
        .map(|prefix| Sited::new(prefix.value.trim_matches('/').to_owned(), prefix.place));
    // Notes of administrators are shown wherever the object is named.
    let description = node.text("description").map(|text| {
        let value =
            if text.value.contains(['=', ':']) { redact::stated(&text.value) } else { text.value };
        Sited::new(value, text.place)
    });
    let name = [description.as_ref(), prefix.as_ref()]
        .into_iter()
        .flatten()
        .map(|text| text.value.trim())
        .find(|text| !text.is_empty())
        .map(str::to_owned)
        .or_else(|| prefix.as_ref().map(|_| "the default virtual proxy".to_owned()))
        .or_else(|| node.filled("id").map(|id| id.value))
        .unwrap_or_else(|| "the virtual proxy".to_owned());
    let (idp_metadata, metadata) = held(node, &name);
    let facts = SpConfiguration {
        vendor: super::VENDOR,
        vendor_id: node.filled("id").map(|id| id.value.to_ascii_lowercase()),
        place: node.place(),
        description,
        is_default: node.flag("defaultVirtualProxy").map(|flag| flag.value),
        method: numbered(node, "authenticationMethod", METHODS),
        host_uri: node.filled("samlHostUri"),
        entity_id: node.filled("samlEntityId"),
        request_algorithm: numbered(node, "samlAttributeSigningAlgorithm", ALGORITHMS),
        idp_metadata,
        idp_metadata_place: node.get(METADATA).map(|field| field.place()).unwrap_or_default(),
        user_id_attribute: node.filled("samlAttributeUserId"),
        user_id_attribute_unset: blank(node, "samlAttributeUserId"),
        host_uri_unset: blank(node, "samlHostUri"),
        entity_id_unset: blank(node, "samlEntityId"),
        user_directory_unset: blank(node, "samlAttributeUserDirectory").or_else(|| {
            let directory = node.filled("samlAttributeUserDirectory")?;
            let inside = directory.value.trim().strip_prefix('[')?.strip_suffix(']')?;
            inside.trim().is_empty().then_some(directory.place)
        }),
        user_directory: node.filled("samlAttributeUserDirectory"),
        attribute_map: attribute_map(node),
        single_logout: node.flag("samlSlo").map(|flag| flag.value),
        host_allow_list: node.texts("websocketCrossOriginWhiteList"),
        host_allow_list_place: node.place_of("websocketCrossOriginWhiteList"),
        session_cookie_name: node.filled("sessionCookieHeaderName"),
        session_cookie_domain: node.filled("sessionCookieDomain"),
        secure_https: node.flag("hasSecureAttributeHttps"),
        same_site_https: numbered(node, "sameSiteAttributeHttps", SAME_SITE),
        secure_http: node.flag("hasSecureAttributeHttp"),
        same_site_http: numbered(node, "sameSiteAttributeHttp", SAME_SITE),
        response_headers: node
            .text("additionalResponseHeaders")
            .map(|text| Sited::new(redact::headers(&text.value), text.place)),
        anonymous_access: anonymous_access(node),
        inactivity_minutes: node.number("sessionInactivityTimeout"),
        engine_nodes: engine_nodes(node),
        engine_nodes_place: node.place_of("loadBalancingServerNodes"),
        prefix,
        name,
        ..SpConfiguration::default()
    };
    let modified = node.filled("modifiedDate").and_then(|text| text.value.parse().ok());
    VirtualProxy { facts, metadata, nested, modified }
}

/// The metadata field. [`HeldMetadata::Read`] means here that there is something to read; joining
/// corrects it once that was tried.
fn held(node: &Node<'_>, name: &str) -> (HeldMetadata, Option<HeldDocument>) {
    let Some(field) = node.get(METADATA) else { return (HeldMetadata::Unknown, None) };
    if field.is_null() {
        return (HeldMetadata::Missing, None);
    }
    match node.text(METADATA) {
        Some(text) if text.value.trim().is_empty() => (HeldMetadata::Missing, None),
        Some(text) => {
            let origin = format!("{METADATA} of virtual proxy {name}");
            let document = HeldDocument {
                origin,
                place: text.place.clone(),
                bytes: text.value.into_bytes(),
                ..HeldDocument::default()
            };
            (HeldMetadata::Read, Some(document))
        }
        None => (HeldMetadata::Unknown, None),
    }
}

/// The numbers of QRS with the names its own tools use for them.
type Numbers<T> = &'static [(&'static str, T)];

const METHODS: Numbers<AuthenticationMethod> = &[
    ("ticket", AuthenticationMethod::Ticket),
    ("headerstaticuserdirectory", AuthenticationMethod::HeaderStatic),
    ("headerdynamicuserdirectory", AuthenticationMethod::HeaderDynamic),
    ("saml", AuthenticationMethod::Saml),
    ("jwt", AuthenticationMethod::Jwt),
    ("oidc", AuthenticationMethod::Oidc),
];
const ALGORITHMS: Numbers<RequestAlgorithm> =
    &[("sha1", RequestAlgorithm::Sha1), ("sha256", RequestAlgorithm::Sha256)];
const SAME_SITE: Numbers<SameSite> = &[
    ("noattribute", SameSite::Absent),
    ("none", SameSite::None),
    ("lax", SameSite::Lax),
    ("strict", SameSite::Strict),
];

/// An enumeration by its number, or by its name as some tools write it. A number nobody documented is unknown.
fn numbered<T: Copy>(node: &Node<'_>, field: &str, names: Numbers<T>) -> Option<Sited<T>> {
    let member = node.get(field).filter(|member| !member.is_null())?;
    if let Some(text) = member.own_text() {
        let plain: String = text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        if let Some((_, value)) = names.iter().find(|(name, _)| *name == plain) {
            return Some(Sited::new(*value, member.place()));
        }
    }
    let number = node.number(field)?;
    let known = usize::try_from(number.value).ok().and_then(|index| names.get(index));
    if known.is_none() {
        member.note(&format!("{field} {} is no known number; it counts as unknown", number.value));
    }
    known.map(|(_, value)| Sited::new(*value, number.place))
}

/// Where a field stands that is there and says nothing.
fn blank(node: &Node<'_>, field: &str) -> Option<Place> {
    let member = node.get(field)?;
    let empty =
        member.is_null() || node.text(field).is_some_and(|text| text.value.trim().is_empty());
    empty.then(|| member.place())
}

fn anonymous_access(node: &Node<'_>) -> Option<Sited<i64>> {
    const NAMES: Numbers<i64> =
        &[("noanonymoususer", 0), ("allowanonymous", 1), ("alwaysanonymous", 2)];
    numbered(node, "anonymousAccessMode", NAMES)
}

fn attribute_map(node: &Node<'_>) -> Vec<MappedAttribute> {
    let rows = node.list("samlAttributeMap").unwrap_or_default();
    let mut map = Vec::new();
    for row in rows.iter().take(500) {
        if !row.is_object() {
            row.note_cut();
            continue;
        }
        if let Some(attribute) = row.filled("samlAttribute") {
            map.push(MappedAttribute {
                attribute,
                target: row.text("senseAttribute").map(|text| text.value).unwrap_or_default(),
                mandatory: row.flag("isMandatory").is_some_and(|flag| flag.value),
            });
        }
    }
    map
}

fn engine_nodes(node: &Node<'_>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for server in node.list("loadBalancingServerNodes")?.iter().take(500) {
        if !server.is_object() {
            server.note_cut();
            return None;
        }
        let name = ["hostName", "name", "id"].into_iter().find_map(|field| server.filled(field));
        names.push(name.map(|name| name.value).unwrap_or_default());
    }
    Some(names)
}
