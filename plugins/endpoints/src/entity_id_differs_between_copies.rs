//! The service provider names itself differently in different places.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::view::{Source, Used};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::HashSet;

static METADATA_IS_OLD: CauseData = CauseData {
    text: "The service provider's metadata file was made before its entityID was changed",
    who: Who::Sp,
    setting: Setting::SpMetadata,
    fix: "Download the service provider's metadata anew and hand it to the identity provider's administrator",
};
static CONFIGURATION_CHANGED: CauseData = CauseData {
    text: "The entityID was changed in one place and not in the others",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Decide on one entityID, enter it everywhere, and register exactly that one",
};

check! {
    /// Request, metadata and configuration of the service provider give different entityIDs.
    ///
    /// The administrator of the identity provider registers what the service provider's metadata says,
    /// but the identity provider looks up what the request says. Where the two differ the sign-in ends
    /// on an error page of the identity provider, although each file by itself looks right. The usual
    /// reason is a metadata file from before the last change of the configuration.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example/">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static ENTITY_ID_DIFFERS_BETWEEN_COPIES = {
        id: "endpoints/entity-id-differs-between-copies",
        title: "The service provider gives itself different entityIDs",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Capture, Need::SpMetadata, Need::Virtualproxyconfig],
        explains: ["flow/request-not-answered"],
        accounts: [Account::idp(&[Meaning::UnknownSp, Meaning::UnknownEntity])],
        causes: [METADATA_IS_OLD, CONFIGURATION_CHANGED],
        references: [
            Reference::section(Specification::SamlMetadata, "2.3.2"),
            Reference::section(Specification::SamlCore, "8.3.6"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let used = case.used_entity_ids();
    let of = |source: Source| used.iter().filter(|used| used.source == source).collect::<Vec<_>>();
    let (requests, configurations, metadata) =
        (of(Source::Request), of(Source::Configuration), of(Source::Metadata));
    for (source, need) in [
        (&requests, Need::Capture),
        (&configurations, Need::Virtualproxyconfig),
        (&metadata, Need::SpMetadata),
    ] {
        if source.is_empty() {
            out.missing(need);
        }
    }
    differ(case, &requests, &configurations, out);
    let live = if requests.is_empty() { &configurations } else { &requests };
    differ(case, live, &metadata, out);
}

/// Reports where none of `told` is one of `live`: several entry points may well have several names.
fn differ(case: &Case, live: &[&Used<'_>], told: &[&Used<'_>], out: &mut Findings) {
    let names: HashSet<&str> = live.iter().map(|live| live.value).collect();
    if told.iter().any(|told| names.contains(told.value)) {
        return;
    }
    let (Some(live), Some(told)) = (live.first(), told.first()) else { return };
    let proven = live.accepted || case.signed_in();
    let finding = if proven {
        Finding::warning("The service provider's entityID differs between its copies").likely().detail(
            "The capture shows that the identity provider accepts the one of the request; the other copy is old or belongs elsewhere.",
        )
    } else {
        Finding::error("The service provider's entityID differs between its copies")
            .detail("The identity provider looks up the one in the request; whoever registered the other will be told that the application is unknown.")
    };
    let finding = told
        .owned(live.owned(finding))
        .expected(live.value, &live.origin)
        .actual(told.value, &told.origin)
        .compared()
        .at(told.place)
        .at(live.place)
        .attempt(
            live.attempt
                .filter(|attempt| attempt.failed())
                .map_or("", |attempt: &Attempt| attempt.id.as_str()),
        );
    out.push(if told.source == Source::Metadata {
        finding.because(&METADATA_IS_OLD, case).because_with(
            &CONFIGURATION_CHANGED,
            case,
            told.value,
        )
    } else {
        finding.because_with(&CONFIGURATION_CHANGED, case, live.value)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::message::Message;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::case::sp_configuration::SpConfiguration;
    use diag_sdk::testing::{
        ENTITY_ID, entry_point, findings, levels, request, sign_in, sp_metadata,
    };

    const OTHER: &str = "https://sense.example/";

    fn metadata(held_by: HeldBy, entity_id: &str) -> Metadata {
        Metadata { entity_id: entity_id.into(), ..sp_metadata("d1", held_by, &[], &[]) }
    }

    fn case(
        request_issuer: Option<&str>,
        configured: Option<&str>,
        published: Option<&str>,
    ) -> Case {
        let sent = |issuer: &str| Message { issuer: Some(issuer.into()), ..request() };
        let entry = |entity_id: &str| SpConfiguration {
            entity_id: Some(entity_id.into()),
            ..entry_point()
        };
        Case {
            messages: request_issuer.map(sent).into_iter().collect(),
            sp_configurations: configured.map(entry).into_iter().collect(),
            metadata: published
                .map(|entity_id| metadata(HeldBy::Publisher, entity_id))
                .into_iter()
                .collect(),
            ..Case::default()
        }
    }

    #[test]
    fn each_pair_is_compared() {
        for (request, configured, published, count) in [
            (Some(ENTITY_ID), Some(ENTITY_ID), Some(ENTITY_ID), 0),
            (Some(ENTITY_ID), Some(OTHER), None, 1),
            (Some(ENTITY_ID), None, Some(OTHER), 1),
            (None, Some(ENTITY_ID), Some(OTHER), 1),
            (Some(OTHER), Some(ENTITY_ID), Some(ENTITY_ID), 2),
            (Some(ENTITY_ID), None, None, 0),
        ] {
            let found =
                findings(&ENTITY_ID_DIFFERS_BETWEEN_COPIES, &case(request, configured, published));
            assert_eq!(found.len(), count, "{request:?} {configured:?} {published:?}");
            assert!(
                found.iter().all(|finding| finding.difference == Some(Difference::TrailingSlash)
                    && finding.severity == Severity::Error)
            );
        }
    }

    #[test]
    fn a_request_that_was_accepted_only_warns() {
        let mut case = sign_in(Outcome::SignedIn);
        case.metadata = vec![metadata(HeldBy::Publisher, OTHER)];
        assert_eq!(levels(&ENTITY_ID_DIFFERS_BETWEEN_COPIES, &case), [Severity::Warning]);
    }

    #[test]
    fn the_copy_the_identity_provider_holds_is_no_copy_of_ours() {
        let mut case = case(Some(ENTITY_ID), None, None);
        case.metadata = vec![metadata(HeldBy::Idp, OTHER)];
        assert!(findings(&ENTITY_ID_DIFFERS_BETWEEN_COPIES, &case).is_empty());
    }
}
