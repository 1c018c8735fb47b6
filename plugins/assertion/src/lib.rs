//! Validity of the protocol: is the response a success, in time, an answer to the right request,
//! and used only once?

mod authentication_too_old;
mod authn_context_refused;
mod clock_skew;
mod conditions_missing;
mod expired;
mod id_malformed;
mod in_response_to_unknown;
mod message_not_schema_valid;
mod not_yet_valid;
mod passive_refused;
mod replayed;
mod status_not_success;
mod subject_confirmation_missing;
mod unsolicited;
mod version_wrong;

use diag_sdk::Plugin;

/// The family.
pub static PLUGIN: Plugin = Plugin {
    name: "assertion",
    version: env!("CARGO_PKG_VERSION"),
    about: "Protocol validity: status, times, answers to requests, single use",
    checks: &[
        &authentication_too_old::AUTHENTICATION_TOO_OLD,
        &authn_context_refused::AUTHN_CONTEXT_REFUSED,
        &clock_skew::CLOCK_SKEW,
        &conditions_missing::CONDITIONS_MISSING,
        &expired::EXPIRED,
        &id_malformed::ID_MALFORMED,
        &in_response_to_unknown::IN_RESPONSE_TO_UNKNOWN,
        &message_not_schema_valid::MESSAGE_NOT_SCHEMA_VALID,
        &not_yet_valid::NOT_YET_VALID,
        &passive_refused::PASSIVE_REFUSED,
        &replayed::REPLAYED,
        &status_not_success::STATUS_NOT_SUCCESS,
        &subject_confirmation_missing::SUBJECT_CONFIRMATION_MISSING,
        &unsolicited::UNSOLICITED,
        &version_wrong::VERSION_WRONG,
    ],
};
