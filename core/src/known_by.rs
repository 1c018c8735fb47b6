//! The names and addresses by which what is configured is known to others: what a document shares with a sign-in.

use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::case::sp_configuration::SpConfiguration;

/// Identifiers and reply URLs of an application.
pub(crate) fn registration(registration: &IdpRegistration) -> impl Iterator<Item = &str> {
    registration
        .identifiers
        .iter()
        .chain(&registration.reply_urls)
        .map(|registered| registered.value.value.as_str())
}

/// Name, consumer service and host of an entry point.
pub(crate) fn configuration(configuration: &SpConfiguration) -> impl Iterator<Item = &str> {
    [&configuration.entity_id, &configuration.acs_url, &configuration.host_uri]
        .into_iter()
        .flatten()
        .map(|text| text.value.as_str())
}

/// Consumer services of a service provider's metadata, and the entity's name.
pub(crate) fn metadata(metadata: &Metadata) -> impl Iterator<Item = &str> {
    let acs = metadata
        .sp
        .iter()
        .flat_map(|role| &role.acs)
        .map(|endpoint| endpoint.location.value.as_str());
    acs.chain([metadata.entity_id.value.as_str()])
}
