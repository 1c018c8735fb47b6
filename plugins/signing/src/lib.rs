//! Checks on signatures, the keys that made them, their algorithms, and encryption.

mod active_certificate_not_in_metadata;
mod algorithm_differs_from_setting;
mod algorithm_unsupported_by_sp;
mod assertion_not_encrypted;
mod assertion_undecryptable;
mod assertion_unsigned;
mod certificate_expired;
mod certificate_not_in_signature;
mod crypto_provider_unsuitable;
mod encrypted_for_other_certificate;
mod encryption_algorithm_unsupported;
mod encryption_key_dangling;
mod key_weak;
mod line_break_in_signed_text;
mod markup_in_signed_text;
mod non_ascii_breaks_at_sp;
mod not_as_expected;
mod nothing_signed;
mod proxy_certificate_not_used;
mod reference_unusual;
mod request_algorithm_sha1;
mod request_signature_invalid;
mod request_signed_by_unknown_key;
mod request_unsigned;
mod response_algorithm_sha1;
mod response_unsigned;
mod signature_invalid;
mod signed_by_unknown_key;
mod signing_key_symmetric;
mod verification_certificate_missing;
mod wrapped;

use diag_sdk::Plugin;

/// The signing family.
pub static PLUGIN: Plugin = Plugin {
    name: "signing",
    version: env!("CARGO_PKG_VERSION"),
    about: "Signatures verify, with keys and algorithms the other side accepts",
    checks: &[
        &active_certificate_not_in_metadata::ACTIVE_CERTIFICATE_NOT_IN_METADATA,
        &algorithm_differs_from_setting::ALGORITHM_DIFFERS_FROM_SETTING,
        &algorithm_unsupported_by_sp::ALGORITHM_UNSUPPORTED_BY_SP,
        &assertion_not_encrypted::ASSERTION_NOT_ENCRYPTED,
        &assertion_undecryptable::ASSERTION_UNDECRYPTABLE,
        &assertion_unsigned::ASSERTION_UNSIGNED,
        &certificate_expired::CERTIFICATE_EXPIRED,
        &certificate_not_in_signature::CERTIFICATE_NOT_IN_SIGNATURE,
        &crypto_provider_unsuitable::CRYPTO_PROVIDER_UNSUITABLE,
        &encrypted_for_other_certificate::ENCRYPTED_FOR_OTHER_CERTIFICATE,
        &encryption_algorithm_unsupported::ENCRYPTION_ALGORITHM_UNSUPPORTED,
        &encryption_key_dangling::ENCRYPTION_KEY_DANGLING,
        &key_weak::KEY_WEAK,
        &line_break_in_signed_text::LINE_BREAK_IN_SIGNED_TEXT,
        &markup_in_signed_text::MARKUP_IN_SIGNED_TEXT,
        &non_ascii_breaks_at_sp::NON_ASCII_BREAKS_AT_SP,
        &not_as_expected::NOT_AS_EXPECTED,
        &nothing_signed::NOTHING_SIGNED,
        &proxy_certificate_not_used::PROXY_CERTIFICATE_NOT_USED,
        &reference_unusual::REFERENCE_UNUSUAL,
        &request_algorithm_sha1::REQUEST_ALGORITHM_SHA1,
        &request_signature_invalid::REQUEST_SIGNATURE_INVALID,
        &request_signed_by_unknown_key::REQUEST_SIGNED_BY_UNKNOWN_KEY,
        &request_unsigned::REQUEST_UNSIGNED,
        &response_algorithm_sha1::RESPONSE_ALGORITHM_SHA1,
        &response_unsigned::RESPONSE_UNSIGNED,
        &signature_invalid::SIGNATURE_INVALID,
        &signed_by_unknown_key::SIGNED_BY_UNKNOWN_KEY,
        &signing_key_symmetric::SIGNING_KEY_SYMMETRIC,
        &verification_certificate_missing::VERIFICATION_CERTIFICATE_MISSING,
        &wrapped::WRAPPED,
    ],
};
