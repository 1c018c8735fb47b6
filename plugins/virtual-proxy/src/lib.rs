//! Checks on the remaining settings of a Qlik Sense virtual proxy that a SAML sign-in depends on:
//! authentication method, prefix, session cookie, metadata, links and nodes.

mod anonymous_access;
mod authentication_method_not_saml;
mod cross_origin_headers_missing;
mod description_missing;
mod idp_metadata_missing;
mod idp_metadata_unreadable;
mod inactivity_timeout_long;
mod metadata_differs_between_proxies;
mod no_engine_node;
mod not_linked;
mod prefix_duplicate;
mod prefix_malformed;
mod prefix_not_used;
mod same_site_blocks_frame;
mod same_site_without_secure;
mod saml_on_default_proxy;
mod session_cookie_domain_mismatch;
mod session_cookie_duplicate;
mod session_cookie_malformed;

use diag_sdk::{Plugin, Vendor};

/// The product this family is about.
const QLIK: Vendor = Vendor::named("qlik");

/// The virtual-proxy family.
pub static PLUGIN: Plugin = Plugin {
    name: "virtual-proxy",
    version: env!("CARGO_PKG_VERSION"),
    about: "Qlik Sense virtual proxies: settings a SAML sign-in depends on",
    checks: &[
        &anonymous_access::ANONYMOUS_ACCESS,
        &authentication_method_not_saml::AUTHENTICATION_METHOD_NOT_SAML,
        &cross_origin_headers_missing::CROSS_ORIGIN_HEADERS_MISSING,
        &description_missing::DESCRIPTION_MISSING,
        &idp_metadata_missing::IDP_METADATA_MISSING,
        &idp_metadata_unreadable::IDP_METADATA_UNREADABLE,
        &inactivity_timeout_long::INACTIVITY_TIMEOUT_LONG,
        &metadata_differs_between_proxies::METADATA_DIFFERS_BETWEEN_PROXIES,
        &no_engine_node::NO_ENGINE_NODE,
        &not_linked::NOT_LINKED,
        &prefix_duplicate::PREFIX_DUPLICATE,
        &prefix_malformed::PREFIX_MALFORMED,
        &prefix_not_used::PREFIX_NOT_USED,
        &same_site_blocks_frame::SAME_SITE_BLOCKS_FRAME,
        &same_site_without_secure::SAME_SITE_WITHOUT_SECURE,
        &saml_on_default_proxy::SAML_ON_DEFAULT_PROXY,
        &session_cookie_domain_mismatch::SESSION_COOKIE_DOMAIN_MISMATCH,
        &session_cookie_duplicate::SESSION_COOKIE_DUPLICATE,
        &session_cookie_malformed::SESSION_COOKIE_MALFORMED,
    ],
};
