//! The response comes from another identity provider than the service provider trusts.

use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::ClaimsRule;
use diag_sdk::tenant::is_guid;
use diag_sdk::view::Response;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Specification, Stage, Who, check, difference,
};
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

static ISSUER_PADDED: CauseData = CauseData {
    text: "The identity provider writes the issuer with line breaks or blanks around it, and the service provider compares it as it stands",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the issuer without white space around it",
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
        causes: [OTHER_METADATA, ISSUER_ALTERED, APP_ID_APPENDED, APP_ID_BY_POLICY, ISSUER_PADDED],
        references: [
            Reference::section(Specification::SamlProfiles, "4.1.4.2").about("Issuer"),
            Reference::section(Specification::SamlCore, "2.2.5"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/configure-app-multi-instancing", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let trusted = trusted(case);
    let names: HashSet<&str> =
        trusted.iter().map(|metadata| metadata.entity_id.value.as_str()).collect();
    for response in case.responses() {
        let mut strangers =
            issuers(&response).filter(|issuer| !names.contains(issuer.value.as_str()));
        match strangers.next() {
            Some(stranger) if !trusted.is_empty() => {
                out.extend(judge(&response, stranger, &trusted));
            }
            _ => {
                let told = expected_otherwise(&response);
                if told.is_none() && trusted.is_empty() {
                    out.missing(Need::IdpMetadataInSp);
                    out.missing(Need::IdpMetadata);
                }
                out.extend(told);
            }
        }
    }
}

/// The issuers a response names: its own, and those of its assertions.
fn issuers<'a>(response: &Response<'a>) -> impl Iterator<Item = &'a Sited<String>> {
    let of_assertions =
        response.message.assertions.iter().filter_map(|assertion| assertion.issuer.as_ref());
    response.message.issuer.iter().chain(of_assertions)
}

/// Whatever the files say: the service provider refuses the response for its issuer, and may name the one it expects.
fn expected_otherwise(response: &Response<'_>) -> Option<Finding> {
    if !response.refused() {
        return None;
    }
    let said = response.statement(&[Meaning::Issuer, Meaning::UnknownIdp])?;
    let case = response.case;
    let first = issuers(response).next()?;
    let finding = response
        .finding(Severity::Error, "The service provider expects another issuer")
        .detail(said.quoted())
        .at_all(said.place.as_ref());
    // The one value is what was sent, so the other one is what is wanted: sentences name them in either order.
    let stated: Vec<&str> = ["expected", "actual"]
        .into_iter()
        .filter_map(|name| said.values.get(name))
        .map(String::as_str)
        .collect();
    let sent = |value: &str| issuers(response).find(|issuer| issuer.value.trim() == value.trim());
    let wanted = match stated.as_slice() {
        [one] if sent(one).is_none() => Some((*one, first)),
        [left, right] => match (sent(left), sent(right)) {
            (Some(issuer), None) => Some((*right, issuer)),
            (None, Some(issuer)) => Some((*left, issuer)),
            (None, None) => Some((*left, first)),
            (Some(_), Some(_)) => None,
        },
        _ => None,
    };
    if let Some((wanted, issuer)) = wanted {
        let finding = finding
            .expected(wanted, "what the service provider says it expects")
            .actual_sited(issuer, "Issuer of the response")
            .compared();
        return Some(finding.because(&OTHER_METADATA, case).because_with(
            &ISSUER_ALTERED,
            case,
            wanted,
        ));
    }
    // Blanks and line breaks belong to the value for those who compare it as it stands.
    if let Some(padded) = issuers(response).find(|issuer| issuer.value.trim() != issuer.value) {
        let finding = finding
            .expected(padded.value.trim(), "the issuer without the white space around it")
            .actual_sited(padded, "Issuer of the response")
            .compared();
        return Some(finding.because(&ISSUER_PADDED, case));
    }
    if said.meaning != Meaning::Issuer {
        return None;
    }
    let finding = finding.actual_sited(first, "Issuer of the response");
    Some(
        finding
            .because_with(&OTHER_METADATA, case, first.value.as_str())
            .because(&ISSUER_ALTERED, case),
    )
}

/// The metadata by which the service provider would look the sender up: what it holds, else what the
/// identity provider publishes.
fn trusted(case: &Case) -> Vec<&Metadata> {
    let concerns = |metadata: &&Metadata| case.concerns(metadata.configuration.as_deref());
    let held: Vec<&Metadata> = case.idp_metadata(HeldBy::Sp).filter(concerns).collect();
    if held.is_empty() { case.idp_metadata(HeldBy::Publisher).collect() } else { held }
}

fn judge(
    response: &Response<'_>,
    stranger: &Sited<String>,
    trusted: &[&Metadata],
) -> Option<Finding> {
    let names = trusted.iter().map(|metadata| metadata.entity_id.value.as_str());
    let nearest = difference::nearest(names, &stranger.value).map(|(value, _)| value)?;
    let metadata = trusted.iter().find(|metadata| nearest == metadata.entity_id.value)?;
    // Only what the service provider itself holds proves what it trusts.
    let held = metadata.held_by == HeldBy::Sp;
    let mut finding =
        response.fault("The response comes from an identity provider the SP does not know");
    if !held && finding.severity == Severity::Error && response.attempt.is_none() {
        finding.severity = Severity::Warning;
        finding = finding.likely();
    }
    let finding = finding
        .expected(&metadata.entity_id.value, format!("entityID in {}", metadata.origin))
        .actual_sited(stranger, "Issuer of the response")
        .at(&metadata.entity_id.place)
        .compared();
    let longer = stranger
        .value
        .strip_prefix(metadata.entity_id.value.as_str())
        .is_some_and(|rest| is_guid(rest.trim_matches('/')));
    let case = response.case;
    let appending = case.relevant_registrations().find(|registration| {
        registration.issuer_with_app_id.as_ref().is_some_and(|flag| flag.value)
    });
    if longer {
        return Some(match appending {
            Some(registration)
                if registration.claims_ruled_by == Some(ClaimsRule::MappingPolicy) =>
            {
                finding.because_in(&APP_ID_BY_POLICY, registration, None)
            }
            Some(registration) => finding.because_in(&APP_ID_APPENDED, registration, None),
            None => finding.because(&APP_ID_APPENDED, case),
        });
    }
    Some(finding.because(&OTHER_METADATA, response.case).because_with(
        &ISSUER_ALTERED,
        response.case,
        metadata.entity_id.value.as_str(),
    ))
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
        assert_eq!(
            (found[0].severity, found[0].difference),
            (Severity::Error, Some(Difference::TrailingSlash))
        );
        assert_eq!(
            levels(&ISSUER_MISMATCH, &case(Outcome::SignedIn, "urn:other")),
            [Severity::Warning]
        );
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
    fn what_the_service_provider_says_it_expects_is_compared() {
        let refused = |values: &[(&str, &str)]| {
            let mut case = sign_in(Outcome::RefusedBySp);
            diag_sdk::testing::says(&mut case, Meaning::Issuer);
            case.failures[0].said[0].values = values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            findings(&ISSUER_MISMATCH, &case)
        };
        let bare = IDP_ENTITY_ID.trim_end_matches('/');
        for values in [
            [("expected", bare), ("actual", IDP_ENTITY_ID)],
            [("expected", IDP_ENTITY_ID), ("actual", bare)],
        ] {
            let found = refused(&values);
            assert_eq!(
                (found[0].expected.as_deref(), found[0].difference),
                (Some(bare), Some(Difference::TrailingSlash))
            );
        }
        assert_eq!(refused(&[]).len(), 1);
        assert!(findings(&ISSUER_MISMATCH, &sign_in(Outcome::RefusedBySp)).is_empty());
    }

    #[test]
    fn an_issuer_between_line_breaks_is_told_where_it_is_refused() {
        let mut case = sign_in(Outcome::RefusedBySp);
        case.messages[1].issuer = Some(format!("\n  {IDP_ENTITY_ID}\n").as_str().into());
        assert!(findings(&ISSUER_MISMATCH, &case).is_empty());
        diag_sdk::testing::says(&mut case, Meaning::Issuer);
        assert_eq!(findings(&ISSUER_MISMATCH, &case)[0].difference, Some(Difference::Whitespace));
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
