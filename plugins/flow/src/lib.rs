//! What the browser saw: where a sign-in stopped, and the symptoms by which people notice.

mod account_of_other_tenant;
mod acs_behind_csrf_protection;
mod background_request_redirected;
mod blocked_by_content_security_policy;
mod blocked_by_firewall;
mod blocked_by_policy;
mod capture_sanitised;
mod capture_starts_late;
mod credentials_rejected;
mod framing_refused;
mod gateway_failed;
mod idp_error_page;
mod judged_in_part;
mod logout_failed;
mod logout_names_another_session;
mod logout_without_session_cookie;
mod message_damaged;
mod message_too_large;
mod metadata_or_signing_error_at_sp;
mod no_saml_messages;
mod parallel_sign_ins;
mod redirect_loop;
mod relay_state_foreign;
mod relay_state_ignored;
mod relay_state_lost;
mod relay_state_too_long;
mod request_lost_at_idp;
mod request_not_answered;
mod request_property_unsupported;
mod response_not_posted;
mod session_cookie_lost;
mod session_cookie_twice;
mod sign_in_cookies_pile_up;
mod sp_refused_response;
mod start_link_malformed;
mod tls_certificate_untrusted;
mod user_not_assigned;
mod wrong_binding;

use diag_sdk::Plugin;

/// The family.
pub static PLUGIN: Plugin = Plugin {
    name: "flow",
    version: env!("CARGO_PKG_VERSION"),
    about: "The way of a sign-in through the browser, and where it stops",
    checks: &[
        &account_of_other_tenant::ACCOUNT_OF_OTHER_TENANT,
        &acs_behind_csrf_protection::ACS_BEHIND_CSRF_PROTECTION,
        &background_request_redirected::BACKGROUND_REQUEST_REDIRECTED,
        &blocked_by_content_security_policy::BLOCKED_BY_CONTENT_SECURITY_POLICY,
        &blocked_by_firewall::BLOCKED_BY_FIREWALL,
        &blocked_by_policy::BLOCKED_BY_POLICY,
        &capture_sanitised::CAPTURE_SANITISED,
        &capture_starts_late::CAPTURE_STARTS_LATE,
        &credentials_rejected::CREDENTIALS_REJECTED,
        &framing_refused::FRAMING_REFUSED,
        &gateway_failed::GATEWAY_FAILED,
        &idp_error_page::IDP_ERROR_PAGE,
        &judged_in_part::JUDGED_IN_PART,
        &logout_failed::LOGOUT_FAILED,
        &logout_names_another_session::LOGOUT_NAMES_ANOTHER_SESSION,
        &logout_without_session_cookie::LOGOUT_WITHOUT_SESSION_COOKIE,
        &message_damaged::MESSAGE_DAMAGED,
        &message_too_large::MESSAGE_TOO_LARGE,
        &metadata_or_signing_error_at_sp::METADATA_OR_SIGNING_ERROR_AT_SP,
        &no_saml_messages::NO_SAML_MESSAGES,
        &parallel_sign_ins::PARALLEL_SIGN_INS,
        &redirect_loop::REDIRECT_LOOP,
        &relay_state_foreign::RELAY_STATE_FOREIGN,
        &relay_state_ignored::RELAY_STATE_IGNORED,
        &relay_state_lost::RELAY_STATE_LOST,
        &relay_state_too_long::RELAY_STATE_TOO_LONG,
        &request_lost_at_idp::REQUEST_LOST_AT_IDP,
        &request_not_answered::REQUEST_NOT_ANSWERED,
        &request_property_unsupported::REQUEST_PROPERTY_UNSUPPORTED,
        &response_not_posted::RESPONSE_NOT_POSTED,
        &session_cookie_lost::SESSION_COOKIE_LOST,
        &session_cookie_twice::SESSION_COOKIE_TWICE,
        &sign_in_cookies_pile_up::SIGN_IN_COOKIES_PILE_UP,
        &sp_refused_response::SP_REFUSED_RESPONSE,
        &start_link_malformed::START_LINK_MALFORMED,
        &tls_certificate_untrusted::TLS_CERTIFICATE_UNTRUSTED,
        &user_not_assigned::USER_NOT_ASSIGNED,
        &wrong_binding::WRONG_BINDING,
    ],
};
