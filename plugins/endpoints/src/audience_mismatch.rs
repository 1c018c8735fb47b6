//! The assertion is meant for somebody else.

use diag_sdk::case::product::Habit;
use diag_sdk::case::registration::{ClaimsRule, IdpRegistration};
use diag_sdk::view::{Response, Source, Used};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Sited, Specification, Stage, Who, check, difference,
};
use std::collections::HashMap;

static OTHER_IDENTIFIER: CauseData = CauseData {
    text: "The application at the identity provider has another identifier, or an audience of its own, set for its assertions",
    who: Who::Idp,
    setting: Setting::IdpIdentifier,
    fix: "Make the service provider's entityID the identifier (and default audience) of the application",
};
static OVERRIDDEN: CauseData = CauseData {
    text: "The application's claims settings replace the audience by one of their own",
    who: Who::Idp,
    setting: Setting::IdpAudience,
    fix: "Clear the override, or make it the service provider's entityID",
};
static OVERRIDDEN_BY_POLICY: CauseData = CauseData {
    text: "A claims mapping policy replaces the audience by one of its own (AudienceOverride)",
    who: Who::Idp,
    setting: Setting::IdpMappingPolicy,
    fix: "Take AudienceOverride out of the policy, or make it the service provider's entityID",
};
static SPN: CauseData = CauseData {
    text: "The entityID is not a URI, so the identity provider puts spn: in front of it",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Make the entityID a URI, and register the same URI as Identifier",
};
static SP_NAMES_ITSELF_OTHERWISE: CauseData = CauseData {
    text: "The service provider's entityID was changed and differs from what is registered",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Set the entityID to the audience the identity provider sends",
};

check! {
    /// The assertion's `Audience` is not the service provider's entityID.
    ///
    /// An assertion says for whom it is. A service provider must refuse one that names somebody else,
    /// and compares its own entityID with the audience character by character. The person signs in at
    /// the identity provider without trouble and then sees an error of the service provider (with Qlik
    /// Sense: error 400). Microsoft Entra ID puts `spn:` in front of an entityID that is not a URI.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://sense.example</saml:Issuer></samlp:AuthnRequest>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer>
    ///     <Conditions><AudienceRestriction><Audience>https://other.example</Audience></AudienceRestriction></Conditions></Assertion>
    /// </samlp:Response>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://sense.example</saml:Issuer></samlp:AuthnRequest>
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer>
    ///     <Conditions><AudienceRestriction><Audience>https://sense.example</Audience></AudienceRestriction></Conditions></Assertion>
    /// </samlp:Response>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 200
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub(crate) static AUDIENCE_MISMATCH = {
        id: "endpoints/audience-mismatch",
        title: "The assertion is meant for another service provider",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture, Need::ClaimsMappingPolicies],
        explains: ["endpoints/entity-id-not-a-uri", "flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::Audience])],
        logged: "The service provider is not the audience of the assertion",
        causes: [OTHER_IDENTIFIER, OVERRIDDEN, OVERRIDDEN_BY_POLICY, SPN, SP_NAMES_ITSELF_OTHERWISE],
        references: [
            Reference::section(Specification::SamlCore, "2.5.1.4"),
            Reference::section(Specification::SamlProfiles, "4.1.4.2"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/single-sign-on-saml-protocol", "2026-11-24").about("Audience"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let used = case.used_entity_ids();
    let names = Names::of(&used);
    let responses = case.handed_over();
    if responses.is_empty() {
        foreseen(case, &used, out);
    }
    for response in responses {
        if let Some(realm) = response
            .request()
            .filter(|request| request.is_ws_federation())
            .and_then(|request| request.issuer.as_ref())
        {
            out.extend(for_another_realm(&response, realm));
            continue;
        }
        let own = names.towards(&response);
        for assertion in &response.message.assertions {
            let Some(conditions) = &assertion.conditions else { continue };
            let Some(first) = conditions.audiences.first() else { continue };
            let Some(name) = own.first() else {
                out.extend(expected_otherwise(&response, &conditions.audiences));
                out.missing(Need::SpMetadata);
                out.missing(Need::Virtualproxyconfig);
                continue;
            };
            let audiences: Vec<&str> =
                conditions.audiences.iter().map(|audience| audience.value.as_str()).collect();
            if own.iter().any(|own| audiences.contains(&own.value)) {
                out.extend(expected_otherwise(&response, &conditions.audiences));
                continue;
            }
            let nearest = difference::nearest(audiences.iter().copied(), name.value);
            let actual = conditions
                .audiences
                .iter()
                .find(|audience| nearest.is_some_and(|(value, _)| value == audience.value))
                .unwrap_or(first);
            out.push(describe(&response, name, actual));
        }
    }
}

/// What was asked for by WS-Federation goes by its realm.
fn for_another_realm(response: &Response<'_>, realm: &Sited<String>) -> Option<Finding> {
    let conditions =
        response.message.assertions.iter().filter_map(|assertion| assertion.conditions.as_ref());
    let audiences: Vec<&Sited<String>> =
        conditions.flat_map(|conditions| &conditions.audiences).collect();
    let first = audiences.first()?;
    let same = |audience: &str| {
        audience == realm.value || audience.strip_prefix("spn:") == Some(&realm.value)
    };
    if audiences.iter().any(|audience| same(&audience.value)) {
        return None;
    }
    let finding = response
        .doubt("The token is meant for another application than the one that asked")
        .expected(realm.value.clone(), "wtrealm of the request")
        .at(&realm.place)
        .actual_sited(first, "Audience of the assertion")
        .compared();
    let case = response.case;
    Some(finding.because_with(&OTHER_IDENTIFIER, case, realm.value.as_str()).because_with(
        &SP_NAMES_ITSELF_OTHERWISE,
        case,
        first.value.as_str(),
    ))
}

/// Registrations that replace the audience, and by what.
fn overriding(case: &Case) -> impl Iterator<Item = (&IdpRegistration, &Sited<String>)> {
    case.relevant_registrations()
        .filter_map(|registration| Some((registration, registration.audience_override.as_ref()?)))
}

fn cause_of(registration: &IdpRegistration) -> &'static CauseData {
    if registration.claims_ruled_by == Some(ClaimsRule::MappingPolicy) {
        &OVERRIDDEN_BY_POLICY
    } else {
        &OVERRIDDEN
    }
}

/// No response tells, but the registration says which audience it will name.
fn foreseen(case: &Case, used: &[Used<'_>], out: &mut Findings) {
    let Some(own) = used.first() else { return };
    for (registration, by) in
        overriding(case).filter(|(_, by)| used.iter().all(|used| used.value != by.value))
    {
        // Without a signing key of its own the override is not looked at.
        let has_key = registration.active_signing_thumbprint.is_some()
            || registration.credentials.iter().any(|key| key.usage.eq_ignore_ascii_case("sign"));
        let finding = if has_key {
            Finding::error("Assertions will name another audience than the service provider")
        } else {
            Finding::warning("Assertions will name another audience than the service provider")
                .likely()
        };
        out.push(
            finding
                .subject(registration.id.clone())
                .detail("The audience of every assertion to this application is replaced, whatever is registered as its identifier.")
                .expected(own.value, &own.origin)
                .at(own.place)
                .actual_sited(by, "the audience the claims settings put in")
                .compared()
                .because_in(cause_of(registration), registration, own.value),
        );
    }
}

/// The service provider refuses, and puts another name beside the audience: the one it goes by.
fn expected_otherwise(response: &Response<'_>, audiences: &[Sited<String>]) -> Option<Finding> {
    if !response.refused() || response.said_otherwise(&[Meaning::Audience]) {
        return None;
    }
    let (audience, beside) = audiences
        .iter()
        .find_map(|audience| Some((audience, response.quoted_beside(&audience.value)?)))?;
    let case = response.case;
    // An address of the service itself that merely stands on the page is no name.
    if response.message.delivered_to() == Some(beside.value.as_str()) {
        return None;
    }
    Some(
        response
            .finding(Severity::Error, "The service provider goes by another name than the audience")
            .detail(format!("It says: “{}”.", beside.text.chars().take(200).collect::<String>()))
            .expected(beside.value.clone(), "what the service provider puts beside it")
            .actual_sited(audience, "Audience of the assertion")
            .difference(beside.difference)
            .at_all(beside.place)
            .because_with(&OTHER_IDENTIFIER, case, beside.value.as_str())
            .because_with(&SP_NAMES_ITSELF_OTHERWISE, case, audience.value.as_str()),
    )
}

fn describe(response: &Response<'_>, own: &Used<'_>, actual: &Sited<String>) -> Finding {
    let case = response.case;
    let mut finding = response
        .fault("The assertion is meant for another service provider")
        .expected(own.value, &own.origin)
        .actual_sited(actual, "Audience of the assertion")
        .at(own.place)
        .compared();
    if let Some((registration, by)) = overriding(case).find(|(_, by)| by.value == actual.value) {
        return finding.at(&by.place).because_in(cause_of(registration), registration, own.value);
    }
    if finding.difference == Some(Difference::SpnPrefix) {
        return finding.because_with(&SPN, case, format!("https://{}", own.value).as_str());
    }
    let overridden = finding.difference == Some(Difference::Unrelated)
        && response.request().is_some()
        && case.idp_has_habit(Habit::PrefixesAudience);
    finding = finding.because_with(&OTHER_IDENTIFIER, case, own.value);
    // Where a request was taken under its own name, the audience follows that name unless it is replaced.
    if overridden {
        finding = finding.because_with(&OVERRIDDEN, case, own.value);
    }
    finding.because_with(&SP_NAMES_ITSELF_OTHERWISE, case, actual.value.as_str())
}

/// What the service provider calls itself.
struct Names<'u, 'a> {
    sent: HashMap<&'a str, &'u Used<'a>>,
    /// In its configuration, else in its metadata.
    standing: Vec<&'u Used<'a>>,
}

impl<'u, 'a> Names<'u, 'a> {
    fn of(used: &'u [Used<'a>]) -> Self {
        let of = |source: Source| used.iter().filter(move |used| used.source == source);
        let configured: Vec<&Used<'_>> = of(Source::Configuration).collect();
        let standing =
            if configured.is_empty() { of(Source::Metadata).collect() } else { configured };
        Self { sent: of(Source::Request).map(|used| (used.value, used)).collect(), standing }
    }

    /// What it calls itself towards this response: in the request it answers, else everywhere.
    fn towards(&self, response: &Response<'_>) -> Vec<&'u Used<'a>> {
        match response.request().and_then(|request| request.issuer.as_ref()) {
            Some(issuer) => self.sent.get(issuer.value.as_str()).copied().into_iter().collect(),
            None => self.standing.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{ENTITY_ID, entry_point, findings, levels, registration, sign_in};

    fn with_audience(outcome: Outcome, audiences: &[&str]) -> Case {
        let mut case = sign_in(outcome);
        case.messages[1].assertions[0].conditions.as_mut().expect("conditions").audiences =
            audiences.iter().map(|value| (*value).into()).collect();
        case
    }

    #[test]
    fn an_override_is_named_before_the_identifier() {
        let mut case = with_audience(Outcome::RefusedBySp, &["urn:lms:prod"]);
        let mut known = registration(&[ENTITY_ID], &[]);
        known.audience_override = Some("urn:lms:prod".into());
        case.registrations = vec![known];
        let of = |case: &Case| findings(&AUDIENCE_MISMATCH, case)[0].causes[0].setting;
        assert_eq!(of(&case), Some(Setting::IdpAudience));
        case.registrations[0].claims_ruled_by = Some(ClaimsRule::MappingPolicy);
        assert_eq!(of(&case), Some(Setting::IdpMappingPolicy));
        case.registrations[0].audience_override = Some("urn:other".into());
        assert_eq!(
            of(&case),
            Some(Setting::IdpIdentifier),
            "what came is not what the override says"
        );
    }

    #[test]
    fn without_a_response_the_override_foretells_the_audience() {
        let mut known = registration(&[ENTITY_ID], &[]);
        known.audience_override = Some("urn:lms:prod".into());
        known.active_signing_thumbprint = Some("AA".into());
        let mut case = Case {
            sp_configurations: vec![entry_point()],
            registrations: vec![known],
            ..Case::default()
        };
        case.inputs.push(diag_sdk::case::input::Input {
            kind: diag_sdk::case::input::InputKind::ClaimsMappingPolicies,
            ..Default::default()
        });
        assert_eq!(levels(&AUDIENCE_MISMATCH, &case), [Severity::Error]);
        case.registrations[0].active_signing_thumbprint = None;
        assert_eq!(levels(&AUDIENCE_MISMATCH, &case), [Severity::Warning]);
        case.registrations[0].audience_override = Some(ENTITY_ID.into());
        assert!(findings(&AUDIENCE_MISMATCH, &case).is_empty());
    }

    #[test]
    fn near_misses_are_named() {
        for (audience, difference) in [
            ("https://sense.example/", Difference::TrailingSlash),
            ("spn:https://sense.example", Difference::SpnPrefix),
            ("http://sense.example", Difference::Scheme),
            ("urn:other", Difference::Unrelated),
        ] {
            let found =
                findings(&AUDIENCE_MISMATCH, &with_audience(Outcome::RefusedBySp, &[audience]));
            assert_eq!(
                (found.len(), found[0].severity, found[0].difference),
                (1, Severity::Error, Some(difference)),
                "{audience}"
            );
        }
    }

    #[test]
    fn one_of_several_audiences_is_enough() {
        assert!(
            findings(
                &AUDIENCE_MISMATCH,
                &with_audience(Outcome::RefusedBySp, &["urn:other", ENTITY_ID])
            )
            .is_empty()
        );
        assert!(findings(&AUDIENCE_MISMATCH, &with_audience(Outcome::RefusedBySp, &[])).is_empty());
    }

    #[test]
    fn what_was_accepted_is_only_unusual() {
        assert_eq!(
            levels(&AUDIENCE_MISMATCH, &with_audience(Outcome::SignedIn, &["urn:other"])),
            [Severity::Warning]
        );
    }

    #[test]
    fn without_a_request_the_configuration_says_who_is_meant() {
        let mut case = with_audience(Outcome::RefusedBySp, &["urn:other"]);
        case.messages.remove(0);
        case.messages[0].in_response_to = None;
        case.attempts[0].request = None;
        let mut entry = entry_point();
        entry.entity_id = Some("urn:mine".into());
        case.sp_configurations = vec![entry];
        let found = findings(&AUDIENCE_MISMATCH, &case);
        assert_eq!(found[0].expected.as_deref(), Some("urn:mine"));
        case.sp_configurations.clear();
        assert!(AUDIENCE_MISMATCH.judge(&case).missed().contains(&Need::SpMetadata));
    }
}
