//! The identity provider does not know the service provider by the name it gives.

use crate::sides::{self, Known, Source, Used};
use diag_sdk::case::evidence::CodeSeen;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::message::Message;
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Setting, Severity, Stage, Vendor, Who, aadsts, check,
};

static NOT_REGISTERED: CauseData = CauseData {
    text: "The identity provider has the service provider registered under another entityID, or not at all",
    who: Who::Idp,
    setting: Setting::IdpIdentifier,
    fix: "Register exactly the entityID that the service provider sends, character by character",
};
static SP_NAMES_ITSELF_OTHERWISE: CauseData = CauseData {
    text: "The service provider is set to another entityID than the one that was registered",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Set the entityID to the registered value, then download the service provider's metadata anew",
};
static WRONG_TENANT: CauseData = CauseData {
    text: "The service provider sends people to another tenant than the one that holds the application",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the metadata of the tenant in which the application is registered",
};

/// Codes by which Entra ID says that it knows no application of the request's Issuer.
const CODES: &[u32] = &[50001, 65005, 70001, 500_011, 650_056, 700_011, 700_016];
/// Meanings of known texts by which other products say so.
const MEANINGS: &[Meaning] = &[Meaning::UnknownSp, Meaning::UnknownEntity];

check! {
    /// The service provider's entityID is not registered at the identity provider.
    ///
    /// A request names its sender in `Issuer`. The identity provider looks that name up, character by
    /// character: one slash more, another letter case or `http` for `https` is another application.
    /// It then refuses before anybody can sign in, and the person sees an error page of the identity
    /// provider (AADSTS700016 in Entra ID). The entityID stands in the request, in the service
    /// provider's metadata and in its configuration; each is compared with what is registered.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example/"}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    pub(crate) static ENTITY_ID_NOT_REGISTERED = {
        id: "endpoints/entity-id-not-registered",
        title: "The service provider's entityID is not registered",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::IdpRequest,
        needs: [Need::Capture, Need::SpMetadata, Need::Virtualproxyconfig, Need::Application, Need::ServicePrincipal, Need::SpMetadataInIdp],
        explains: ["endpoints/audience-mismatch", "endpoints/entity-id-differs-between-copies", "endpoints/entity-id-differs-from-host-uri", "endpoints/entity-id-not-a-uri", "flow/request-not-answered", "flow/response-not-posted"],
        accounts: [Account::looping(&[Meaning::UnknownSp, Meaning::UnknownEntity]), Account::idp(&[Meaning::UnknownSp, Meaning::UnknownEntity]).codes(CODES)],
        causes: [NOT_REGISTERED, SP_NAMES_ITSELF_OTHERWISE, WRONG_TENANT],
        references: [
            "saml-core-2.0-os §8.3.6",
            "https://learn.microsoft.com/entra/identity-platform/single-sign-on-saml-protocol",
            "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts700016-app-not-found-in-directory",
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let known = sides::registered_entity_ids(case);
    let mut told: Vec<String> = Vec::new();
    refusals(case, &known, &mut told, out);
    if known.is_empty() {
        out.missing(Need::Application);
        out.missing(Need::ServicePrincipal);
        out.missing(Need::SpMetadataInIdp);
        return;
    }
    let used = sides::entity_ids(case);
    if used.is_empty() {
        out.missing(Need::Capture);
        out.missing(Need::SpMetadata);
        out.missing(Need::Virtualproxyconfig);
    }
    // What is sent or configured decides; a metadata file may merely be old.
    let live_is_registered = used.iter().any(|used| used.source != Source::Metadata && sides::is_registered(&known, used.value));
    for used in &used {
        if sides::is_registered(&known, used.value) || told.iter().any(|value| value == used.value) {
            continue;
        }
        let Some((nearest, difference)) = sides::nearest(&known, used.value) else { continue };
        let unrelated = matches!(difference, Difference::Unrelated | Difference::Host);
        if (used.source == Source::Metadata && live_is_registered) || (used.accepted && unrelated) {
            continue;
        }
        told.push(used.value.to_owned());
        let finding = if used.accepted {
            Finding::warning("The entityID is not among the registered ones given")
                .likely()
                .detail("The capture shows that the identity provider accepted it, so the exports given are not those it uses, or have been changed since.")
        } else {
            Finding::error("The service provider's entityID is not registered")
                .detail(format!("The identity provider compares the two character by character: {}.", difference.words()))
        };
        out.push(describe(case, finding, used, nearest));
    }
}

/// What the identity provider itself said.
fn refusals(case: &Case, known: &[Known<'_>], told: &mut Vec<String>, out: &mut Findings) {
    let used = sides::entity_ids(case);
    for seen in case.refusing_codes() {
        let Some(number) = aadsts::number(seen.code).filter(|number| CODES.contains(number)) else { continue };
        let issuer = issuer_of(case, &used, &seen);
        let registered = issuer.is_some_and(|issuer| known.iter().any(|entry| entry.value == issuer.value));
        // These two also mean other things than an unknown Issuer.
        if registered && matches!(number, 50001 | 65005) {
            continue;
        }
        let meaning = aadsts::lookup(seen.code).map_or("", |code| code.meaning);
        let mut finding = Finding::error(format!("The identity provider does not know the entityID ({})", seen.code));
        finding = finding.detail(if registered {
            format!(
                "{}: {meaning}. The registration given does list the entityID sent: it belongs to another tenant, or was changed since.",
                seen.code
            )
        } else {
            format!("{}: {meaning}.", seen.code)
        });
        if let Some(attempt) = seen.attempt {
            finding = finding.attempt(&attempt.id);
        }
        if let Some(issuer) = issuer {
            told.push(issuer.value.to_owned());
            finding = match sides::nearest(known, issuer.value) {
                Some((nearest, _)) => describe(case, finding, issuer, nearest),
                None => alone(case, finding, issuer, registered),
            };
        } else {
            let (vendor, name) = sides::registration(case);
            finding = finding.cause_with(&NOT_REGISTERED, vendor, name, None);
        }
        // The texts that differ tell more than the page that says so.
        out.push(finding.at(seen.place));
    }
    for seen in case.phrases_of(Side::Idp) {
        if !MEANINGS.contains(&seen.phrase.meaning)
            || out.found().iter().any(|finding| same_attempt(finding, seen.attempt.map(|attempt| attempt.id.as_str())))
        {
            continue;
        }
        let (vendor, name) = sides::registration(case);
        let issuer = seen.attempt.and_then(|attempt| used.iter().find(|used| used.attempt.is_some_and(|known| known.id == attempt.id)));
        let mut finding = Finding::error("The identity provider does not know the entityID").detail(seen.phrase.quoted()).cause_with(
            &NOT_REGISTERED,
            vendor,
            name,
            issuer.map(|issuer| issuer.value),
        );
        if let Some(attempt) = seen.attempt {
            finding = finding.attempt(&attempt.id);
        }
        if let Some(issuer) = issuer {
            told.push(issuer.value.to_owned());
            finding = finding.actual(issuer.value, &issuer.origin).at(issuer.place);
        }
        out.push(finding.at_all(seen.place));
    }
}

fn same_attempt(finding: &Finding, attempt: Option<&str>) -> bool {
    attempt.is_none_or(|attempt| finding.attempts.iter().any(|known| known == attempt))
}

/// The Issuer the identity provider refused: of the attempt's request, else the only one there is.
fn issuer_of<'u, 'a>(case: &Case, used: &'u [Used<'a>], seen: &CodeSeen<'_>) -> Option<&'u Used<'a>> {
    let request: Option<&Message> = seen.attempt.and_then(|attempt| attempt.request.as_deref()).and_then(|id| case.message(id));
    match request.and_then(|request| request.issuer.as_ref()) {
        Some(issuer) => used.iter().find(|used| used.value == issuer.value && used.source == Source::Request),
        None => used.iter().find(|used| used.source == Source::Request).or_else(|| used.first()),
    }
}

fn describe(case: &Case, finding: Finding, used: &Used<'_>, nearest: &Known<'_>) -> Finding {
    let finding = finding
        .expected(nearest.value, &nearest.origin)
        .actual(used.value, &used.origin)
        .compared()
        .at(used.place)
        .at(nearest.place)
        .attempt(used.attempt.map_or("", |attempt| attempt.id.as_str()));
    let (idp, application) = sides::registration(case);
    let (sp, entry_point) = sides::entry_point(case);
    let entry_point = used.object.or(entry_point);
    let register = |finding: Finding| finding.cause_with(&NOT_REGISTERED, idp, application, Some(used.value));
    let rename = |finding: Finding| finding.cause_with(&SP_NAMES_ITSELF_OTHERWISE, sp, entry_point, Some(nearest.value));
    // The tutorial makes entityID and host URI one value: where that is the registered one, the
    // service provider's setting is what went astray.
    let sp_strayed =
        case.relevant_configurations().any(|configuration| configuration.host_uri.as_ref().is_some_and(|uri| uri.value == nearest.value));
    let finding = if sp_strayed { register(rename(finding)) } else { rename(register(finding)) };
    // A near miss is this registration; and only Entra ID has tenants to mistake.
    let near = !matches!(finding.difference, None | Some(Difference::Unrelated | Difference::Host));
    if near || idp != Vendor::Entra { finding } else { finding.cause_with(&WRONG_TENANT, sp, entry_point, None) }
}

/// Nothing registered was given to compare with, or it is equal.
fn alone(case: &Case, finding: Finding, used: &Used<'_>, registered: bool) -> Finding {
    let (idp, application) = sides::registration(case);
    let (sp, entry_point) = sides::entry_point(case);
    let finding = finding.actual(used.value, &used.origin).at(used.place);
    let register = |finding: Finding| finding.cause_with(&NOT_REGISTERED, idp, application, Some(used.value));
    let tenant = |finding: Finding| if idp == Vendor::Entra { finding.cause_with(&WRONG_TENANT, sp, entry_point, None) } else { finding };
    if registered { register(tenant(finding)) } else { tenant(register(finding)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{ACS, ENTITY, configuration, findings, levels, refused_with, registration, sign_in, sp_metadata};
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;

    fn configured(entity_id: &str, identifiers: &[&str]) -> Case {
        Case {
            registrations: vec![registration(identifiers, &[ACS])],
            sp_configurations: vec![configuration(ENTITY, entity_id, None)],
            ..Case::default()
        }
    }

    #[test]
    fn every_near_miss_is_an_error_and_has_its_name() {
        for (entity_id, difference) in [
            ("https://sense.example/", Difference::TrailingSlash),
            ("http://sense.example", Difference::Scheme),
            ("https://Sense.example", Difference::LetterCase),
            ("sense.example", Difference::Scheme),
            ("https://sense.example:443", Difference::DefaultPort),
            ("https://other.example", Difference::Host),
        ] {
            let found = findings(&ENTITY_ID_NOT_REGISTERED, &configured(entity_id, &[ENTITY]));
            assert_eq!(found.len(), 1, "{entity_id}");
            assert_eq!((found[0].severity, found[0].difference), (Severity::Error, Some(difference)), "{entity_id}");
        }
    }

    #[test]
    fn one_equal_identifier_is_enough() {
        assert!(findings(&ENTITY_ID_NOT_REGISTERED, &configured(ENTITY, &["https://old.example", ENTITY])).is_empty());
    }

    #[test]
    fn the_host_uri_tells_which_side_strayed() {
        let found = findings(&ENTITY_ID_NOT_REGISTERED, &configured("https://sense.example/", &[ENTITY]));
        assert_eq!((found[0].causes[0].who, found[0].causes[0].value.as_deref()), (Who::Sp, Some(ENTITY)));
        let found = findings(&ENTITY_ID_NOT_REGISTERED, &configured(ENTITY, &["https://sense.example/"]));
        assert_eq!((found[0].causes[0].who, found[0].causes[0].value.as_deref()), (Who::Idp, Some(ENTITY)));
    }

    #[test]
    fn the_code_is_enough_without_configuration() {
        let found = findings(&ENTITY_ID_NOT_REGISTERED, &refused_with("AADSTS700016", ENTITY, ACS));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].severity, found[0].actual.as_deref()), (Severity::Error, Some(ENTITY)));
        assert_eq!(found[0].attempts, ["a1"]);
        assert!(findings(&ENTITY_ID_NOT_REGISTERED, &refused_with("AADSTS50105", ENTITY, ACS)).is_empty());
    }

    #[test]
    fn the_code_and_the_configuration_are_one_finding() {
        let mut case = refused_with("AADSTS700016", "https://sense.example/", ACS);
        case.registrations = vec![registration(&[ENTITY], &[ACS])];
        case.sp_configurations = vec![configuration(ENTITY, "https://sense.example/", None)];
        let found = findings(&ENTITY_ID_NOT_REGISTERED, &case);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].difference, Some(Difference::TrailingSlash));
    }

    #[test]
    fn what_the_identity_provider_accepted_is_no_error() {
        let mut case = sign_in(Outcome::SignedIn);
        case.registrations = vec![registration(&["https://sense.example/"], &[ACS])];
        assert_eq!(levels(&ENTITY_ID_NOT_REGISTERED, &case), [Severity::Warning]);
        case.registrations = vec![registration(&["urn:something:else"], &[ACS])];
        assert!(findings(&ENTITY_ID_NOT_REGISTERED, &case).is_empty());
    }

    #[test]
    fn an_old_metadata_file_does_not_accuse_a_registered_configuration() {
        let mut case = configured(ENTITY, &[ENTITY]);
        case.metadata = vec![sp_metadata(HeldBy::Publisher, "https://sense.example/", &[ACS])];
        assert!(findings(&ENTITY_ID_NOT_REGISTERED, &case).is_empty());
        case.sp_configurations.clear();
        assert_eq!(levels(&ENTITY_ID_NOT_REGISTERED, &case), [Severity::Error]);
    }

    #[test]
    fn without_a_registration_the_question_stays_open() {
        let case = Case { sp_configurations: vec![configuration(ENTITY, ENTITY, None)], ..Case::default() };
        let judged = ENTITY_ID_NOT_REGISTERED.judge(&case);
        assert!(judged.found().is_empty());
        assert!(judged.missed().contains(&Need::Application));
    }
}
