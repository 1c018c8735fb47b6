//! The tutorial makes entityID and host URI one value.

use diag_sdk::{Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check};

static DIFFERENT: CauseData = CauseData {
    text: "The entityID was not entered as the tutorial has it, the same value as the host URI",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Enter the host URI as entityID as well, or make sure that the Identifier at the identity provider is what stands here",
};

check! {
    /// The entityID of the virtual proxy is not its host URI.
    ///
    /// Microsoft's tutorial for Qlik Sense enters the same value as `SAML host URI` and `SAML entity
    /// ID` and registers it as Identifier. Another entityID works as long as both sides use it, but a
    /// difference of a slash, of the scheme or of the host name is most often a slip, and then the
    /// identity provider does not know the application.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example/"}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    pub(crate) static ENTITY_ID_DIFFERS_FROM_HOST_URI = {
        id: "endpoints/entity-id-differs-from-host-uri",
        title: "The entityID is not the host URI",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: [],
        causes: [DIFFERENT],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.entry_points().filter(|entry| entry.is_saml()) {
        let (Some(host_uri), Some(entity_id)) = (&entry.host_uri, &entry.entity_id) else {
            continue;
        };
        if entity_id.value == host_uri.value
            || entity_id.value.is_empty()
            || host_uri.value.is_empty()
        {
            continue;
        }
        let severity = if case.signed_in() { Severity::Notice } else { Severity::Warning };
        out.push(
            entry
                .finding(severity, "The entityID of the virtual proxy is not its host URI")
                .detail(
                    "Both sides may agree on another entityID; the tutorial uses one value for both, and a near miss is most often a slip.",
                )
                .expected(&host_uri.value, format!("host URI of {}", entry.name))
                .actual_sited(entity_id, format!("entityID of {}", entry.name))
                .compared()
                .at(&host_uri.place)
                .because_at(&DIFFERENT, &entry, host_uri.value.as_str()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{attempt, entry_point_with, findings, levels};

    fn case(entity_id: &str) -> Case {
        entry_point_with(|entry| entry.entity_id = Some(entity_id.into()))
    }

    #[test]
    fn the_slightest_difference_is_named() {
        for (entity_id, difference) in [
            ("https://sense.example", None),
            ("https://sense.example/", Some(Difference::TrailingSlash)),
            ("http://sense.example", Some(Difference::Scheme)),
            ("https://sense.example:443", Some(Difference::DefaultPort)),
            ("https://bi.example", Some(Difference::Host)),
            ("", None),
        ] {
            let found = findings(&ENTITY_ID_DIFFERS_FROM_HOST_URI, &case(entity_id));
            assert_eq!(
                found.first().and_then(|finding| finding.difference),
                difference,
                "{entity_id}"
            );
        }
    }

    #[test]
    fn a_sign_in_that_works_makes_it_a_remark() {
        let mut case = case("urn:qlik");
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&ENTITY_ID_DIFFERS_FROM_HOST_URI, &case), [Severity::Notice]);
    }
}
