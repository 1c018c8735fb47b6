//! The response comes from another identity provider than the service provider trusts.

use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::ClaimsRule;
use diag_sdk::tenant::is_guid;
use diag_sdk::view::Response;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Setting, Severity, Sited, Stage, Who, check, difference};
use std::collections::HashSet;

static OTHER_METADATA: CauseData = CauseData {
    text: "The service provider has the metadata of another tenant, environment or identity provider",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the metadata of the identity provider that sends the response",
};
static ISSUER_ALTERED: CauseData = CauseData {
    text: "The identity provider is set to send another issuer than its metadata names",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the issuer of the metadata, or publish metadata with that issuer",
};

static APP_ID_APPENDED: CauseData = CauseData {
    text: "The application's claims settings append its id to the issuer",
    who: Who::Idp,
    setting: Setting::IdpIssuerOption,
    fix: "Append no application id to the issuer, or let the service provider expect the longer one",
};
static APP_ID_BY_POLICY: CauseData = CauseData {
    text: "A claims mapping policy appends the application's id to the issuer (IncludeAppIdInIssuer)",
    who: Who::Idp,
    setting: Setting::IdpMappingPolicy,
    fix: "Take the option out of the policy, or let the service provider expect the longer issuer",
};

check! {
    /// The issuer of the response is not the identity provider that the service provider knows.
    ///
    /// The service provider looks up the keys of the sender by the `Issuer` of the response (and of the
    /// assertion) in the metadata it has loaded. Another tenant's metadata, an old environment or an
    /// issuer that was customised make the sender unknown, and the response is refused although the
    /// person signed in.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/11111111-2222-4333-8444-555555555555/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://sts.windows.net/99999999-2222-4333-8444-555555555555/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @0s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/99999999-2222-4333-8444-555555555555/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://login.microsoftonline.com/99999999-2222-4333-8444-555555555555/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://sts.windows.net/99999999-2222-4333-8444-555555555555/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @0s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub(crate) static ISSUER_MISMATCH = {
        id: "endpoints/issuer-mismatch",
        title: "The response comes from another identity provider",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["endpoints/idp-unknown-to-sp", "flow/metadata-or-signing-error-at-sp", "metadata/tenant-mismatch", "signing/signed-by-unknown-key"],
        accounts: [Account::sp_or_loop(&[Meaning::Issuer, Meaning::UnknownIdp, Meaning::UnknownEntity])],
        logged: "The service provider expects another issuer",
        causes: [OTHER_METADATA, ISSUER_ALTERED, APP_ID_APPENDED, APP_ID_BY_POLICY],
        references: [
            "saml-profiles-2.0-os §4.1.4.2 (Issuer)",
            "saml-core-2.0-os §2.2.5",
            "https://learn.microsoft.com/entra/identity-platform/configure-app-multi-instancing",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let trusted = trusted(case);
    let names: HashSet<&str> = trusted.iter().map(|metadata| metadata.entity_id.value.as_str()).collect();
    for response in case.responses() {
        if trusted.is_empty() {
            out.missing(Need::IdpMetadataInSp);
            out.missing(Need::IdpMetadata);
            return;
        }
        let of_assertions = response.message.assertions.iter().filter_map(|assertion| assertion.issuer.as_ref());
        let mut issuers = response.message.issuer.iter().chain(of_assertions);
        if let Some(stranger) = issuers.find(|issuer| !names.contains(issuer.value.as_str())) {
            out.extend(judge(&response, stranger, &trusted));
        }
    }
}

/// The metadata by which the service provider would look the sender up: what it holds, else what the
/// identity provider publishes.
fn trusted(case: &Case) -> Vec<&Metadata> {
    let concerns = |metadata: &&Metadata| case.concerns(metadata.configuration.as_deref());
    let held: Vec<&Metadata> = case.idp_metadata(HeldBy::Sp).filter(concerns).collect();
    if held.is_empty() { case.idp_metadata(HeldBy::Publisher).collect() } else { held }
}

fn judge(response: &Response<'_>, stranger: &Sited<String>, trusted: &[&Metadata]) -> Option<Finding> {
    let names = trusted.iter().map(|metadata| metadata.entity_id.value.as_str());
    let nearest = difference::nearest(names, &stranger.value).map(|(value, _)| value)?;
    let metadata = trusted.iter().find(|metadata| nearest == metadata.entity_id.value)?;
    // Only what the service provider itself holds proves what it trusts.
    let held = metadata.held_by == HeldBy::Sp;
    let mut finding = response.fault("The response comes from an identity provider the SP does not know");
    if !held && finding.severity == Severity::Error && response.attempt.is_none() {
        finding.severity = Severity::Warning;
        finding = finding.likely();
    }
    let finding = finding
        .expected(&metadata.entity_id.value, format!("entityID in {}", metadata.origin))
        .actual_sited(stranger, "Issuer of the response")
        .at(&metadata.entity_id.place)
        .compared();
    let longer = stranger.value.strip_prefix(metadata.entity_id.value.as_str()).is_some_and(|rest| is_guid(rest.trim_matches('/')));
    let case = response.case;
    let appending =
        case.relevant_registrations().find(|registration| registration.issuer_with_app_id.as_ref().is_some_and(|flag| flag.value));
    if longer {
        return Some(match appending {
            Some(registration) if registration.claims_ruled_by == Some(ClaimsRule::MappingPolicy) => {
                finding.because_in(&APP_ID_BY_POLICY, registration, None)
            }
            Some(registration) => finding.because_in(&APP_ID_APPENDED, registration, None),
            None => finding.because(&APP_ID_APPENDED, case),
        });
    }
    Some(finding.because(&OTHER_METADATA, response.case).because_with(&ISSUER_ALTERED, response.case, metadata.entity_id.value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{IDP_ENTITY_ID, findings, idp_metadata, levels, sign_in};

    fn case(outcome: Outcome, held: &str) -> Case {
        let held = Metadata { entity_id: held.into(), ..idp_metadata("d1", HeldBy::Sp, &[]) };
        Case { metadata: vec![held], ..sign_in(outcome) }
    }

    #[test]
    fn the_issuer_must_be_the_one_that_is_held() {
        assert!(findings(&ISSUER_MISMATCH, &case(Outcome::RefusedBySp, IDP_ENTITY_ID)).is_empty());
        let found = findings(&ISSUER_MISMATCH, &case(Outcome::RefusedBySp, "https://idp.example"));
        assert_eq!((found[0].severity, found[0].difference), (Severity::Error, Some(Difference::TrailingSlash)));
        assert_eq!(levels(&ISSUER_MISMATCH, &case(Outcome::SignedIn, "urn:other")), [Severity::Warning]);
    }

    #[test]
    fn what_the_service_provider_holds_outweighs_what_is_published() {
        let mut both = case(Outcome::RefusedBySp, "urn:other");
        both.metadata.push(idp_metadata("d2", HeldBy::Publisher, &[]));
        assert_eq!(findings(&ISSUER_MISMATCH, &both).len(), 1);
        both.metadata.remove(0);
        assert!(findings(&ISSUER_MISMATCH, &both).is_empty());
    }

    #[test]
    fn the_issuer_of_the_assertion_counts_too() {
        let mut case = case(Outcome::RefusedBySp, IDP_ENTITY_ID);
        case.messages[1].assertions[0].issuer = Some("urn:somebody".into());
        assert_eq!(findings(&ISSUER_MISMATCH, &case).len(), 1);
    }

    #[test]
    fn without_metadata_the_question_stays_open() {
        let judged = ISSUER_MISMATCH.judge(&sign_in(Outcome::RefusedBySp));
        assert!(judged.found().is_empty() && judged.missed().contains(&Need::IdpMetadataInSp));
    }
}
