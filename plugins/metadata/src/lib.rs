//! Checks on the metadata documents themselves: whether they can be read, whether they have what a
//! sign-in needs, and whether the copy one side holds is still what the other side publishes.

mod edited_after_signing;
mod encoding_unusual;
mod expired_valid_until;
mod idp_role_missing;
mod not_saml_metadata;
mod not_well_formed;
mod role_descriptor_present;
mod signing_certificate_expired;
mod signing_certificate_expiring;
mod signing_key_missing;
mod sp_role_missing;
mod sso_endpoint_missing;
mod stale_copy;
mod tenant_level_certificate;
mod tenant_mismatch;

use diag_sdk::Plugin;

/// The metadata family.
pub static PLUGIN: Plugin = Plugin {
    name: "metadata",
    version: env!("CARGO_PKG_VERSION"),
    about: "SAML metadata of either side: readable, complete, current",
    checks: &[
        &edited_after_signing::EDITED_AFTER_SIGNING,
        &encoding_unusual::ENCODING_UNUSUAL,
        &expired_valid_until::EXPIRED_VALID_UNTIL,
        &idp_role_missing::IDP_ROLE_MISSING,
        &not_saml_metadata::NOT_SAML_METADATA,
        &not_well_formed::NOT_WELL_FORMED,
        &role_descriptor_present::ROLE_DESCRIPTOR_PRESENT,
        &signing_certificate_expired::SIGNING_CERTIFICATE_EXPIRED,
        &signing_certificate_expiring::SIGNING_CERTIFICATE_EXPIRING,
        &signing_key_missing::SIGNING_KEY_MISSING,
        &sp_role_missing::SP_ROLE_MISSING,
        &sso_endpoint_missing::SSO_ENDPOINT_MISSING,
        &stale_copy::STALE_COPY,
        &tenant_level_certificate::TENANT_LEVEL_CERTIFICATE,
        &tenant_mismatch::TENANT_MISMATCH,
    ],
};
