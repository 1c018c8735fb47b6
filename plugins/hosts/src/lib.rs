//! Checks on host names: which ones the service provider accepts, which ones people and the other
//! side use, and what happens where they differ.

mod allow_list_entry_malformed;
mod host_differs_between_sides;
mod host_not_in_allow_list;
mod host_uri_differs_from_browser;
mod session_proxied;
mod websocket_refused;

use diag_sdk::Plugin;

/// The hosts family.
pub static PLUGIN: Plugin = Plugin {
    name: "hosts",
    version: env!("CARGO_PKG_VERSION"),
    about: "Host names: allow list, host URI, and what people type",
    checks: &[
        &allow_list_entry_malformed::ALLOW_LIST_ENTRY_MALFORMED,
        &host_differs_between_sides::HOST_DIFFERS_BETWEEN_SIDES,
        &host_not_in_allow_list::HOST_NOT_IN_ALLOW_LIST,
        &host_uri_differs_from_browser::HOST_URI_DIFFERS_FROM_BROWSER,
        &session_proxied::SESSION_PROXIED,
        &websocket_refused::WEBSOCKET_REFUSED,
    ],
};
