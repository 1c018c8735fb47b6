//! `proxyservice`: ports, limits, and which virtual proxies a proxy serves.

use super::super::json::{Node, cut_by_depth};
use diag_sdk::Sited;
use diag_sdk::case::sp_configuration::ProxyService;

/// Names under which virtual proxies have been listed over the versions.
const LISTS: &[&str] =
    &["virtualProxies", "virtualProxyConfigurations", "defaultVirtualProxyConfigurations"];

/// The object is a proxy service.
pub(super) fn is(node: &Node<'_>) -> bool {
    node.has("settings")
        || node.has("serverNodeConfiguration")
        || node.has("listenPort")
        || LISTS.iter().any(|list| node.has(list))
}

/// The proxy, and the virtual proxies that stand inside it.
pub(super) fn read<'e>(node: &Node<'e>) -> (ProxyService, Vec<Node<'e>>) {
    // Older versions keep the settings beside the id.
    let settings = node.object("settings").unwrap_or_else(|| node.clone());
    let server = node.object("serverNodeConfiguration");
    let named =
        |name: &str| server.as_ref().and_then(|server| server.filled(name)).map(|text| text.value);
    let mut entry_points: Option<Vec<String>> = None;
    let mut nested = Vec::new();
    let mut complete = true;
    let mut entries = Vec::new();
    for name in LISTS {
        match settings.list(name) {
            Some(list) => {
                entry_points.get_or_insert_default();
                entries.extend(list);
            }
            None if settings.get(name).is_some_and(|member| !member.is_null()) => complete = false,
            None => {}
        }
    }
    for entry in entries.into_iter().take(1_000) {
        let ids = entry_points.get_or_insert_default();
        if entry.is_object() {
            ids.extend(entry.filled("id").map(|id| id.value));
            nested.push(entry);
        } else if let Some(text) = entry.own_text() {
            if cut_by_depth(text) {
                entry.note_cut();
            }
            match cut_id(text) {
                Some(id) => ids.push(id.to_owned()),
                None => complete = false,
            }
        }
    }
    let port = |name: &str| {
        settings
            .number(name)
            .and_then(|port| Some(Sited::new(u16::try_from(port.value).ok()?, port.place)))
    };
    let proxy = ProxyService {
        vendor: super::VENDOR,
        name: named("name").or_else(|| named("hostName")).unwrap_or_else(|| "the proxy".to_owned()),
        place: node.place(),
        listen_port: port("listenPort"),
        allow_http: settings.flag("allowHttp"),
        unencrypted_listen_port: port("unencryptedListenPort"),
        certificate_thumbprint: settings.filled("sslBrowserCertificateThumbprint"),
        max_header_bytes: settings
            .number("maxHeaderSizeBytes")
            .or_else(|| settings.number("maxHeaderLineBytes")),
        max_header_lines: settings.number("maxHeaderLines"),
        entry_points: entry_points.filter(|_| complete),
        ..ProxyService::default()
    };
    (proxy, nested)
}

/// The id inside `@{id=…; prefix=…}`: what PowerShell leaves of an object below its `-Depth` still
/// proves the link.
fn cut_id(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("@{")?;
    inside
        .split(';')
        .map(str::trim)
        .find_map(|part| part.strip_prefix("id="))
        .map(|id| id.trim_end_matches('}'))
        .filter(|id| id.len() == 36)
}

#[cfg(test)]
mod tests {
    use super::cut_id;

    #[test]
    fn a_cut_object_still_tells_its_id() {
        let id = "22ab5305-447e-4110-9881-830f0f4fed61";
        assert_eq!(cut_id(&format!("@{{id={id}; prefix=azure}}")), Some(id));
        assert_eq!(cut_id(&format!("@{{privileges=; id={id}}}")), Some(id));
        assert_eq!(cut_id("@{prefix=azure}"), None);
        assert_eq!(cut_id("azure"), None);
    }
}
