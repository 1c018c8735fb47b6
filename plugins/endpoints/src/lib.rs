//! Checks that entityID and assertion consumer service URLs match on both sides, and that requests
//! and responses reach the endpoints they are meant for.

mod acs_differs_from_sp_metadata;
mod acs_insecure;
mod acs_not_a_uri;
mod acs_not_registered;
mod acs_port_differs_from_proxy;
mod acs_redirected;
mod acs_url_and_index;
mod another_application;
mod application_disabled;
mod audience_mismatch;
mod destination_mismatch;
mod destination_missing;
mod entity_id_differs_between_copies;
mod entity_id_differs_from_host_uri;
mod entity_id_not_a_uri;
mod entity_id_not_registered;
mod host_uri_malformed;
mod idp_unknown_to_sp;
mod instance_url_with_signed_requests;
mod issuer_mismatch;
mod not_as_expected;
mod nothing_registered;
mod placeholder_value;
mod recipient_mismatch;
mod reply_urls_differ;
mod response_sent_to_wrong_acs;
mod sign_on_url_wrong;
mod sso_mode_not_saml;
mod sso_url_wrong;

use diag_sdk::Plugin;

/// The endpoints family.
pub static PLUGIN: Plugin = Plugin {
    name: "endpoints",
    version: env!("CARGO_PKG_VERSION"),
    about: "entityID and assertion consumer service URLs match on both sides",
    checks: &[
        &acs_differs_from_sp_metadata::ACS_DIFFERS_FROM_SP_METADATA,
        &acs_insecure::ACS_INSECURE,
        &acs_not_a_uri::ACS_NOT_A_URI,
        &acs_not_registered::ACS_NOT_REGISTERED,
        &acs_port_differs_from_proxy::ACS_PORT_DIFFERS_FROM_PROXY,
        &acs_redirected::ACS_REDIRECTED,
        &acs_url_and_index::ACS_URL_AND_INDEX,
        &application_disabled::APPLICATION_DISABLED,
        &audience_mismatch::AUDIENCE_MISMATCH,
        &destination_mismatch::DESTINATION_MISMATCH,
        &destination_missing::DESTINATION_MISSING,
        &entity_id_differs_between_copies::ENTITY_ID_DIFFERS_BETWEEN_COPIES,
        &entity_id_differs_from_host_uri::ENTITY_ID_DIFFERS_FROM_HOST_URI,
        &entity_id_not_a_uri::ENTITY_ID_NOT_A_URI,
        &entity_id_not_registered::ENTITY_ID_NOT_REGISTERED,
        &host_uri_malformed::HOST_URI_MALFORMED,
        &idp_unknown_to_sp::IDP_UNKNOWN_TO_SP,
        &instance_url_with_signed_requests::INSTANCE_URL_WITH_SIGNED_REQUESTS,
        &issuer_mismatch::ISSUER_MISMATCH,
        &not_as_expected::NOT_AS_EXPECTED,
        &nothing_registered::NOTHING_REGISTERED,
        &placeholder_value::PLACEHOLDER_VALUE,
        &recipient_mismatch::RECIPIENT_MISMATCH,
        &reply_urls_differ::REPLY_URLS_DIFFER,
        &response_sent_to_wrong_acs::RESPONSE_SENT_TO_WRONG_ACS,
        &sign_on_url_wrong::SIGN_ON_URL_WRONG,
        &sso_mode_not_saml::SSO_MODE_NOT_SAML,
        &sso_url_wrong::SSO_URL_WRONG,
    ],
};
