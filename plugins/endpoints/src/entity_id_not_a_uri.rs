//! An entityID that is no URI.

use diag_sdk::case::product::Habit;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification, Stage,
    Who, check,
};
use std::collections::HashSet;

static NOT_ENTERED: CauseData = CauseData {
    text: "The field for the entityID was left empty",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Enter the entityID that is registered at the identity provider",
};
static BARE_NAME: CauseData = CauseData {
    text: "The entityID was entered as a bare name, without a scheme such as https://",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Make the entityID a URI and register the same URI at the identity provider",
};

check! {
    /// The service provider's entityID is not a URI.
    ///
    /// SAML names entities by URIs. Most products accept any text, but Microsoft Entra ID answers a
    /// request whose `Issuer` is not a URI with an `Audience` that has `spn:` in front of it, and a
    /// service provider that compares the audience with its entityID then refuses the response. So a
    /// bare host name may be registered correctly on both sides and still fail.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "sense.example"}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    pub(crate) static ENTITY_ID_NOT_A_URI = {
        id: "endpoints/entity-id-not-a-uri",
        title: "The service provider's entityID is not a URI",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig, Need::SpMetadata, Need::Capture],
        explains: [],
        causes: [BARE_NAME, NOT_ENTERED],
        references: [
            Reference::section(Specification::SamlCore, "8.3.6"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/single-sign-on-saml-protocol", "2026-11-24").about("Audience"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(place) = &entry.entity_id_unset else { continue };
        let finding = entry
            .fault("The service provider has no entityID")
            .detail(
                "Its requests name nobody, and no identity provider can tell whom it is to answer.",
            )
            .expected("a URI", "SAML: an entityID is a URI")
            .actual("nothing", format!("samlEntityId of {}", entry.name))
            .at(place);
        out.push(finding.because_at(&NOT_ENTERED, &entry, None));
    }
    let mut told: HashSet<&str> = HashSet::new();
    for used in case.used_entity_ids() {
        if is_uri(used.value) || !told.insert(used.value) {
            continue;
        }
        let finding = if case.idp_has_habit(Habit::PrefixesAudience) && !case.signed_in() {
            Finding::warning("The service provider's entityID is not a URI").likely().detail(format!(
                "{} answers it with the audience spn:{}, which a service provider that compares exactly refuses.",
                case.product_name(case.idp_vendor, "The identity provider"),
                used.value
            ))
        } else {
            Finding::notice("The service provider's entityID is not a URI")
                .detail("SAML names entities by URIs; some products refuse or alter other names.")
        };
        let value = format!("https://{}", used.value.trim().trim_end_matches('/'));
        out.push(
            used.owned(finding)
                .expected(&value, "SAML: an entityID is a URI")
                .actual(used.value, &used.origin)
                .compared()
                .at(used.place)
                .because_with(&BARE_NAME, case, value.as_str()),
        );
    }
}

/// It has a scheme (RFC 3986 §3.1). `host:443` has none: what follows its colon is a port.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let well_formed = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "+-".contains(character));
    well_formed && !rest.is_empty() && !is_port(rest)
}

/// What follows the colon of `host:443/path`.
fn is_port(rest: &str) -> bool {
    let number = rest.split('/').next().unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing;
    use diag_sdk::testing::{ENTITY_ID, entry_point_with, findings, levels, sign_in};

    #[test]
    fn uris_have_a_scheme() {
        for (text, uri) in [
            ("https://sense.example", true),
            ("urn:example:sp", true),
            ("api://c9f1", true),
            ("sense.example", false),
            ("sense:443", false),
            ("sense.example:443/azure", false),
            ("CONTOSO\\sense", false),
            ("", false),
            ("https:", false),
        ] {
            assert_eq!(is_uri(text), uri, "{text}");
        }
    }

    #[test]
    fn entra_alters_bare_names() {
        let case = |entity_id: &str| Case {
            idp_vendor: testing::ENTRA,
            products: testing::products(),
            ..entry_point_with(|entry| entry.entity_id = Some(entity_id.into()))
        };
        let found = findings(&ENTITY_ID_NOT_A_URI, &case("sense.example"));
        assert_eq!(
            (found[0].severity, found[0].expected.as_deref()),
            (Severity::Warning, Some(ENTITY_ID))
        );
        assert!(findings(&ENTITY_ID_NOT_A_URI, &case(ENTITY_ID)).is_empty());
    }

    #[test]
    fn a_bare_name_that_works_is_only_unusual() {
        let mut case = sign_in(Outcome::SignedIn);
        testing::entra_signs_in(&mut case);
        case.messages[0].issuer = Some("sense.example".into());
        assert_eq!(levels(&ENTITY_ID_NOT_A_URI, &case), [Severity::Notice]);
    }
}
