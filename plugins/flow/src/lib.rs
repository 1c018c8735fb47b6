//! What the browser saw: where a sign-in stopped, and the symptoms by which people notice.

mod capture_sanitised;
mod capture_starts_late;
mod credentials_rejected;
mod idp_error_page;
mod logout_failed;
mod message_damaged;
mod message_too_large;
mod metadata_or_signing_error_at_sp;
mod no_saml_messages;
mod redirect_loop;
mod relay_state_lost;
mod relay_state_too_long;
mod request_not_answered;
mod response_not_posted;
mod session_cookie_lost;
mod sp_refused_response;
mod user_not_assigned;
mod wrong_binding;

use diag_sdk::Plugin;

/// The family.
pub static PLUGIN: Plugin = Plugin {
    name: "flow",
    version: env!("CARGO_PKG_VERSION"),
    about: "The way of a sign-in through the browser, and where it stops",
    checks: &[
        &capture_sanitised::CAPTURE_SANITISED,
        &capture_starts_late::CAPTURE_STARTS_LATE,
        &credentials_rejected::CREDENTIALS_REJECTED,
        &idp_error_page::IDP_ERROR_PAGE,
        &logout_failed::LOGOUT_FAILED,
        &message_damaged::MESSAGE_DAMAGED,
        &message_too_large::MESSAGE_TOO_LARGE,
        &metadata_or_signing_error_at_sp::METADATA_OR_SIGNING_ERROR_AT_SP,
        &no_saml_messages::NO_SAML_MESSAGES,
        &redirect_loop::REDIRECT_LOOP,
        &relay_state_lost::RELAY_STATE_LOST,
        &relay_state_too_long::RELAY_STATE_TOO_LONG,
        &request_not_answered::REQUEST_NOT_ANSWERED,
        &response_not_posted::RESPONSE_NOT_POSTED,
        &session_cookie_lost::SESSION_COOKIE_LOST,
        &sp_refused_response::SP_REFUSED_RESPONSE,
        &user_not_assigned::USER_NOT_ASSIGNED,
        &wrong_binding::WRONG_BINDING,
    ],
};
