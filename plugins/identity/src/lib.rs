//! The user the service provider would see: which attributes it reads, and whether they were sent.

mod attribute_duplicate;
mod attribute_empty;
mod attribute_value_refused;
mod computed_user;
mod groups_are_object_ids;
mod groups_overage;
mod name_id_format_not_as_asked;
mod name_id_format_unsupported;
mod name_id_missing;
mod name_id_transient;
mod required_attribute_missing;
mod user_directory_attribute_missing;
mod user_directory_unquoted;
mod user_id_attribute_missing;
mod user_unknown_at_sp;
mod value_has_whitespace;

use diag_sdk::Plugin;

/// The family.
pub static PLUGIN: Plugin = Plugin {
    name: "identity",
    version: env!("CARGO_PKG_VERSION"),
    about: "The user the service provider would see: user id, directory, attributes, NameID",
    checks: &[
        &attribute_duplicate::ATTRIBUTE_DUPLICATE,
        &attribute_empty::ATTRIBUTE_EMPTY,
        &attribute_value_refused::ATTRIBUTE_VALUE_REFUSED,
        &computed_user::COMPUTED_USER,
        &groups_are_object_ids::GROUPS_ARE_OBJECT_IDS,
        &groups_overage::GROUPS_OVERAGE,
        &name_id_format_not_as_asked::NAME_ID_FORMAT_NOT_AS_ASKED,
        &name_id_format_unsupported::NAME_ID_FORMAT_UNSUPPORTED,
        &name_id_missing::NAME_ID_MISSING,
        &name_id_transient::NAME_ID_TRANSIENT,
        &required_attribute_missing::REQUIRED_ATTRIBUTE_MISSING,
        &user_directory_attribute_missing::USER_DIRECTORY_ATTRIBUTE_MISSING,
        &user_directory_unquoted::USER_DIRECTORY_UNQUOTED,
        &user_id_attribute_missing::USER_ID_ATTRIBUTE_MISSING,
        &user_unknown_at_sp::USER_UNKNOWN_AT_SP,
        &value_has_whitespace::VALUE_HAS_WHITESPACE,
    ],
};
