//! The rows of the table: which values both sides must agree on, and where each source has them.

use super::Source::{
    Expected, IdpMetadata, Registration, SpConfiguration, SpCopy, SpMetadata, Wire,
};
use super::list::{certificates, dates, distinct};
use super::parties::Pair;
use super::{Draft, Given, Manner, Source, copies, expected, wire};
use crate::Judged;
use diag_sdk::case::certificate::same_thumbprint;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::{Credential, IdpRegistration, SigningOption};
use diag_sdk::case::sp_configuration::{RequestAlgorithm, SpConfiguration as Configuration};
use diag_sdk::spec;

/// A source of that kind is there to be asked.
pub(super) fn is_there(judged: &Judged, pair: &Pair<'_>, source: Source) -> bool {
    let case = &judged.case;
    match source {
        Registration => {
            !pair.registrations().is_empty() || copies::sp(pair, HeldBy::Idp).next().is_some()
        }
        IdpMetadata => copies::idp(pair, HeldBy::Publisher).next().is_some(),
        SpCopy => copies::idp(pair, HeldBy::Sp).next().is_some(),
        SpConfiguration => !pair.configurations().is_empty(),
        SpMetadata => copies::sp(pair, HeldBy::Publisher).next().is_some(),
        Wire => !case.messages.is_empty() || !case.exchanges.is_empty(),
        Expected => !case.expectations.is_empty(),
    }
}

/// All rows.
pub(super) fn drafts(judged: &Judged, pair: &Pair<'_>) -> Vec<Draft> {
    let case = &judged.case;
    let wire = wire::Seen::of(case, pair);
    let registered = || pair.registrations().into_iter();
    let configured = || pair.configurations().into_iter();
    let exactly = |label, first: &[Source], said| Draft {
        label,
        manner: Manner::Exactly,
        first: first.to_vec(),
        said,
    };
    let beside = |label, said| Draft { label, manner: Manner::Beside, first: Vec::new(), said };
    let loaded = |values: Vec<Given>| {
        values.into_iter().map(|value| value.note("from the metadata it has loaded"))
    };
    let mut drafts = vec![
        exactly(
            "Service provider's entityID",
            &[Wire, SpConfiguration, SpMetadata],
            vec![
                (Registration, {
                    let own = registered()
                        .flat_map(|one| &one.identifiers)
                        .map(|one| Given::at(&one.value.value, &one.value.place));
                    distinct(own.chain(loaded(copies::entity_ids(copies::sp(pair, HeldBy::Idp)))))
                }),
                (
                    SpConfiguration,
                    distinct(
                        configured()
                            .filter_map(|one| one.entity_id.as_ref())
                            .map(|id| Given::at(&id.value, &id.place)),
                    ),
                ),
                (SpMetadata, copies::entity_ids(copies::sp(pair, HeldBy::Publisher))),
                (Wire, wire.sp_issuer()),
            ],
        ),
        exactly(
            "ACS URL",
            &[Wire, SpConfiguration, SpMetadata],
            vec![
                (Registration, {
                    let own = registered()
                        .flat_map(|one| &one.reply_urls)
                        .map(|one| Given::at(&one.value.value, &one.value.place));
                    distinct(own.chain(loaded(copies::acs(copies::sp(pair, HeldBy::Idp)))))
                }),
                (
                    SpConfiguration,
                    distinct(
                        configured()
                            .filter_map(|one| one.acs_url.as_ref())
                            .map(|url| Given::at(&url.value, &url.place)),
                    ),
                ),
                (SpMetadata, copies::acs(copies::sp(pair, HeldBy::Publisher))),
                (Wire, wire.acs()),
            ],
        ),
        beside(
            "Sign-on URL",
            vec![
                (Registration, {
                    let urls = registered().filter_map(|one| one.sign_on_url.as_ref());
                    distinct(urls.filter_map(|url| {
                        url.value.as_deref().map(|text| Given::at(text, &url.place))
                    }))
                }),
                (SpConfiguration, distinct(configured().filter_map(host_uri))),
                (Wire, wire.start()),
            ],
        ),
        exactly(
            "SSO URL",
            &[Wire, IdpMetadata],
            vec![
                (IdpMetadata, copies::sso(copies::idp(pair, HeldBy::Publisher))),
                (SpCopy, copies::sso(copies::idp(pair, HeldBy::Sp))),
                (Wire, wire.sso()),
            ],
        ),
        exactly(
            "Issuer",
            &[Wire, IdpMetadata],
            vec![
                (IdpMetadata, copies::entity_ids(copies::idp(pair, HeldBy::Publisher))),
                (SpCopy, copies::entity_ids(copies::idp(pair, HeldBy::Sp))),
                (Wire, wire.idp_issuer()),
            ],
        ),
        exactly(
            "Audience",
            &[SpConfiguration, SpMetadata, Wire],
            vec![
                (Registration, {
                    let overrides = registered().filter_map(|one| one.audience_override.as_ref());
                    distinct(overrides.map(|one| {
                        Given::at(&one.value, &one.place).note("in place of the entityID")
                    }))
                }),
                (
                    SpConfiguration,
                    distinct(
                        configured()
                            .filter_map(|one| one.entity_id.as_ref())
                            .map(|id| Given::at(&id.value, &id.place)),
                    ),
                ),
                (SpMetadata, copies::entity_ids(copies::sp(pair, HeldBy::Publisher))),
                (Wire, wire.audiences()),
            ]
            .into_iter()
            .filter(|(source, said): &(Source, Vec<Given>)| {
                *source != Registration || !said.is_empty()
            })
            .collect(),
        ),
        beside(
            "NameID format",
            vec![
                (Registration, {
                    let formats = registered()
                        .flat_map(|one| &one.claims)
                        .filter_map(|claim| claim.name_id_format.as_deref());
                    distinct(formats.map(Given::new))
                }),
                (IdpMetadata, copies::idp_name_ids(copies::idp(pair, HeldBy::Publisher))),
                (SpCopy, copies::idp_name_ids(copies::idp(pair, HeldBy::Sp))),
                (SpMetadata, copies::sp_name_ids(copies::sp(pair, HeldBy::Publisher))),
                (Wire, wire.name_id_formats()),
            ],
        ),
        exactly(
            "Binding of the request",
            &[Wire],
            vec![
                (IdpMetadata, copies::sso_bindings(copies::idp(pair, HeldBy::Publisher))),
                (SpCopy, copies::sso_bindings(copies::idp(pair, HeldBy::Sp))),
                (Wire, wire.request_binding()),
            ],
        ),
        exactly(
            "Binding of the response",
            &[Wire],
            vec![
                (SpMetadata, copies::acs_bindings(copies::sp(pair, HeldBy::Publisher))),
                (Wire, wire.response_binding()),
            ],
        ),
        exactly(
            "Identity provider's signing certificate",
            &[Wire, Registration, IdpMetadata],
            vec![
                (Registration, {
                    let active =
                        registered().filter_map(|one| one.active_signing_thumbprint.as_ref());
                    distinct(active.map(|one| {
                        Given::at(&one.value.to_uppercase(), &one.place).note("the active one")
                    }))
                }),
                (
                    IdpMetadata,
                    certificates(
                        copies::idp(pair, HeldBy::Publisher)
                            .flat_map(Metadata::idp_signing_certificates),
                    ),
                ),
                (
                    SpCopy,
                    certificates(
                        copies::idp(pair, HeldBy::Sp).flat_map(Metadata::idp_signing_certificates),
                    ),
                ),
                (Wire, wire.response_certificates()),
            ],
        ),
        exactly(
            "Service provider's signing certificate",
            &[Wire, SpMetadata],
            vec![
                (Registration, distinct(registered().flat_map(verifying))),
                (
                    SpMetadata,
                    certificates(
                        copies::sp(pair, HeldBy::Publisher)
                            .flat_map(Metadata::sp_signing_certificates),
                    ),
                ),
                (Wire, wire.request_certificates()),
            ],
        ),
        exactly(
            "Encryption certificate",
            &[Wire, SpMetadata],
            vec![
                (
                    Registration,
                    distinct(
                        registered()
                            .flat_map(|one| &one.credentials)
                            .filter_map(|one| credential(one, "Encrypt")),
                    ),
                ),
                (
                    SpMetadata,
                    certificates(
                        copies::sp(pair, HeldBy::Publisher)
                            .flat_map(Metadata::sp_encryption_certificates),
                    ),
                ),
                (Wire, wire.encryption_certificates()),
            ],
        ),
        beside(
            "Algorithms",
            vec![
                (Registration, {
                    let algorithms = registered().filter_map(|one| one.signing_algorithm.as_ref());
                    let algorithms = algorithms.map(|one| {
                        Given::at(spec::short(&one.value), &one.place).note("of responses")
                    });
                    let options = registered().filter_map(|one| one.signing_option.as_ref());
                    distinct(
                        algorithms.chain(
                            options.map(|one| {
                                Given::at(signed(one.value), &one.place).note("is signed")
                            }),
                        ),
                    )
                }),
                (SpConfiguration, {
                    let algorithms = configured().filter_map(|one| one.request_algorithm.as_ref());
                    distinct(algorithms.map(|one| {
                        Given::at(request_algorithm(one.value), &one.place).note("of requests")
                    }))
                }),
                (Wire, wire.algorithms()),
            ],
        ),
        beside(
            "Attributes",
            vec![
                (Registration, {
                    let claims = registered().flat_map(|one| &one.claims);
                    distinct(claims.map(|claim| {
                        let given = Given::at(&claim.attribute.value, &claim.attribute.place);
                        claim
                            .source
                            .as_ref()
                            .map_or(given.clone(), |source| given.note(source.clone()))
                    }))
                }),
                (SpConfiguration, distinct(configured().flat_map(attributes))),
                (SpMetadata, copies::requested(copies::sp(pair, HeldBy::Publisher))),
                (Wire, wire.attributes()),
            ],
        ),
        beside("Clock", vec![(Wire, wire.clocks())]),
        beside(
            "Session cookie",
            vec![
                (SpConfiguration, distinct(configured().filter_map(cookie))),
                (Wire, wire.cookies()),
            ],
        ),
    ];
    expected::add(&mut drafts, &case.expectations);
    drafts
}

fn host_uri(configuration: &Configuration) -> Option<Given> {
    let host = configuration.host_uri.as_ref()?;
    let prefix = configuration.prefix.as_ref().map(|prefix| format!("prefix {}", prefix.value));
    let given = Given::at(&host.value, &host.place);
    Some(prefix.map_or(given.clone(), |prefix| given.note(prefix)))
}

fn attributes(configuration: &Configuration) -> Vec<Given> {
    let named = |attribute: &Option<diag_sdk::case::place::Sited<String>>, note: &str| {
        attribute.as_ref().map(|one| Given::at(&one.value, &one.place).note(note))
    };
    let mut all: Vec<Given> = [
        named(&configuration.user_id_attribute, "user id"),
        named(&configuration.user_directory, "user directory"),
    ]
    .into_iter()
    .flatten()
    .collect();
    all.extend(configuration.attribute_map.iter().map(|row| {
        let must = if row.mandatory { ", mandatory" } else { "" };
        Given::at(&row.attribute.value, &row.attribute.place).note(format!("{}{must}", row.target))
    }));
    all
}

fn cookie(configuration: &Configuration) -> Option<Given> {
    let name = configuration.session_cookie_name.as_ref()?;
    let secure = configuration
        .secure_https
        .as_ref()
        .filter(|secure| secure.value)
        .map(|_| "Secure".to_owned());
    let site = configuration.same_site_https.as_ref().map(|site| wire::same_site(site.value));
    let note: Vec<String> = secure.into_iter().chain(site).collect();
    Some(Given::at(&name.value, &name.place).note(note.join(", ")))
}

fn signed(option: SigningOption) -> &'static str {
    match option {
        SigningOption::Assertion => "the assertion",
        SigningOption::Response => "the response",
        SigningOption::Both => "response and assertion",
    }
}

fn request_algorithm(algorithm: RequestAlgorithm) -> &'static str {
    match algorithm {
        RequestAlgorithm::Sha1 => "SHA-1",
        RequestAlgorithm::Sha256 => "SHA-256",
    }
}

/// Certificates that requests are verified with: the identity provider's own signing pair stands in the same list.
fn verifying(registration: &IdpRegistration) -> Vec<Given> {
    let own = |sha1: &str| {
        let signs = registration
            .credentials
            .iter()
            .filter(|one| one.usage.eq_ignore_ascii_case("Sign"))
            .filter_map(|one| one.sha1.as_deref());
        let active = registration.active_signing_thumbprint.iter().map(|one| one.value.as_str());
        signs.chain(active).any(|known| same_thumbprint(known, sha1))
    };
    let all = registration.credentials.iter().filter_map(|one| credential(one, "Verify"));
    all.filter(|given| !own(&given.text)).collect()
}

fn credential(credential: &Credential, usage: &str) -> Option<Given> {
    if !credential.usage.eq_ignore_ascii_case(usage) {
        return None;
    }
    let dates = dates(credential.start, credential.end);
    let note = credential.name.iter().cloned().chain(dates).collect::<Vec<_>>().join(", ");
    Some(Given::at(credential.sha1.as_deref()?, &credential.place).note(note))
}
