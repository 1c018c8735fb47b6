//! The user the service provider would see: which attributes it reads, and whether they were sent.

mod access_not_granted_at_sp;
mod attribute_duplicate;
mod attribute_empty;
mod attribute_map_overrides_directory;
mod attribute_value_refused;
mod computed_user;
mod groups_are_object_ids;
mod groups_overage;
mod name_id_format_not_as_asked;
mod name_id_format_unsupported;
mod name_id_missing;
mod name_id_transient;
mod not_as_expected;
mod required_attribute_missing;
mod user_blocked_at_sp;
mod user_directory_attribute_missing;
mod user_directory_unquoted;
mod user_id_attribute_missing;
mod user_id_holds_directory;
mod user_unknown_at_sp;
mod value_has_whitespace;

use diag_sdk::Plugin;

/// The family.
pub static PLUGIN: Plugin = Plugin {
    name: "identity",
    version: env!("CARGO_PKG_VERSION"),
    about: "The user the service provider would see: user id, directory, attributes, NameID",
    checks: &[
        &access_not_granted_at_sp::ACCESS_NOT_GRANTED_AT_SP,
        &attribute_duplicate::ATTRIBUTE_DUPLICATE,
        &attribute_empty::ATTRIBUTE_EMPTY,
        &attribute_map_overrides_directory::ATTRIBUTE_MAP_OVERRIDES_DIRECTORY,
        &attribute_value_refused::ATTRIBUTE_VALUE_REFUSED,
        &computed_user::COMPUTED_USER,
        &groups_are_object_ids::GROUPS_ARE_OBJECT_IDS,
        &groups_overage::GROUPS_OVERAGE,
        &name_id_format_not_as_asked::NAME_ID_FORMAT_NOT_AS_ASKED,
        &name_id_format_unsupported::NAME_ID_FORMAT_UNSUPPORTED,
        &name_id_missing::NAME_ID_MISSING,
        &name_id_transient::NAME_ID_TRANSIENT,
        &not_as_expected::NOT_AS_EXPECTED,
        &required_attribute_missing::REQUIRED_ATTRIBUTE_MISSING,
        &user_blocked_at_sp::USER_BLOCKED_AT_SP,
        &user_directory_attribute_missing::USER_DIRECTORY_ATTRIBUTE_MISSING,
        &user_directory_unquoted::USER_DIRECTORY_UNQUOTED,
        &user_id_attribute_missing::USER_ID_ATTRIBUTE_MISSING,
        &user_id_holds_directory::USER_ID_HOLDS_DIRECTORY,
        &user_unknown_at_sp::USER_UNKNOWN_AT_SP,
        &value_has_whitespace::VALUE_HAS_WHITESPACE,
    ],
};
