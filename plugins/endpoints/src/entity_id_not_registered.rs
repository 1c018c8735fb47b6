//! The identity provider does not know the service provider by the name it gives.

use super::another_application::NO_URL_CODES;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::product::Habit;
use diag_sdk::view::{IdpNames, Known, Registry, Request, Source, Used};
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Place, Reference,
    Setting, Severity, Specification, Stage, Who, check,
};
use std::collections::{HashMap, HashSet};

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
static SENDS_IDP_NAME: CauseData = CauseData {
    text: "It sends the identity provider's entityID as its own",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Enter the service provider's own entityID, exactly as it is registered at the identity provider",
};
static WRONG_TENANT: CauseData = CauseData {
    text: "The service provider sends people to another tenant than the one that holds the application",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the metadata of the tenant in which the application is registered",
};

/// Codes by which Entra ID says that it knows no application of the request's Issuer.
const CODES: &[&str] = &[
    "AADSTS50001",
    "AADSTS65005",
    "AADSTS70001",
    "AADSTS500011",
    "AADSTS650056",
    "AADSTS700011",
    "AADSTS700016",
];
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
        accounts: [Account::looping(&[Meaning::UnknownSp, Meaning::UnknownEntity]), Account::idp(&[Meaning::UnknownSp, Meaning::UnknownEntity]).codes(CODES), Account::idp(&[Meaning::UnknownSp, Meaning::UnknownEntity]).codes(NO_URL_CODES)],
        logged: "The identity provider does not know the service provider",
        causes: [NOT_REGISTERED, SP_NAMES_ITSELF_OTHERWISE, SENDS_IDP_NAME, WRONG_TENANT],
        references: [
            Reference::section(Specification::SamlCore, "8.3.6"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/single-sign-on-saml-protocol", "2026-11-24"),
            Reference::page("https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts700016-app-not-found-in-directory", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let names = Names {
        used: case.used_entity_ids(),
        known: Registry::of(case.registered_entity_ids()),
        idp: case.idp_names(),
    };
    let mut told = refusals(case, &names, out);
    if names.known.is_empty() {
        out.missing(Need::Application);
        out.missing(Need::ServicePrincipal);
        out.missing(Need::SpMetadataInIdp);
        return;
    }
    if names.used.is_empty() {
        out.missing(Need::Capture);
        out.missing(Need::SpMetadata);
        out.missing(Need::Virtualproxyconfig);
    }
    // What is sent or configured decides; a metadata file may merely be old.
    let live_is_registered = names
        .used
        .iter()
        .any(|used| used.source != Source::Metadata && names.known.has(used.value));
    for used in &names.used {
        if told.contains(used.value) || names.known.has(used.value) {
            continue;
        }
        let Some((nearest, difference)) = names.known.nearest(used.value) else { continue };
        let unrelated = matches!(difference, Difference::Unrelated | Difference::Host);
        if (used.source == Source::Metadata && live_is_registered) || (used.accepted && unrelated) {
            continue;
        }
        told.insert(used.value);
        let finding = if used.accepted {
            Finding::warning("The entityID is not among the registered ones given")
                .likely()
                .detail("The capture shows that the identity provider accepted it, so the exports given are not those it uses, or have been changed since.")
        } else {
            Finding::error("The service provider's entityID is not registered").detail(format!(
                "The identity provider compares the two character by character: {}.",
                difference.words()
            ))
        };
        out.push(describe(case, &names, finding, used, nearest));
    }
}

/// What each side calls the service provider, and what the identity provider is called.
struct Names<'a> {
    used: Vec<Used<'a>>,
    known: Registry<'a>,
    idp: IdpNames<'a>,
}

/// What the identity provider itself said. Hands back the entityIDs that are told of.
fn refusals<'a>(case: &'a Case, names: &Names<'a>, out: &mut Findings) -> HashSet<&'a str> {
    let sent = Sent::of(case, &names.used);
    let (mut told, mut attempts) = (HashSet::new(), HashSet::new());
    for seen in case.refusing_codes() {
        if !CODES.contains(&seen.code) {
            continue;
        }
        let issuer = sent.refused(seen.attempt).or_else(|| names.used.first());
        let registered = issuer.is_some_and(|issuer| names.known.lists(issuer.value));
        // These two also mean other things than an unknown Issuer.
        if registered && matches!(seen.code, "AADSTS50001" | "AADSTS65005") {
            continue;
        }
        let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
        let headline = format!("The identity provider does not know the entityID ({})", seen.code);
        let mut finding = seen.finding(Severity::Error, headline).detail(if registered {
            format!(
                "{}: {meaning}. The registration given does list the entityID sent: it belongs to another tenant, or was changed since.",
                seen.code
            )
        } else {
            format!("{}: {meaning}.", seen.code)
        });
        if let Some(issuer) = issuer {
            told.insert(issuer.value);
            finding = match names.known.nearest(issuer.value) {
                Some((nearest, _)) => describe(case, names, finding, issuer, nearest),
                None => alone(case, names, finding, issuer, registered),
            };
        } else {
            finding = finding.because(&NOT_REGISTERED, case);
        }
        attempts.extend(finding.attempts.iter().cloned());
        // The texts that differ tell more than the page that says so.
        out.push(finding.at(seen.place));
    }
    for seen in case
        .phrases_of(Side::Idp)
        .into_iter()
        .filter(|seen| MEANINGS.contains(&seen.phrase.meaning))
    {
        let told_of = seen
            .attempt
            .map_or_else(|| !out.found().is_empty(), |attempt| attempts.contains(&attempt.id));
        if told_of || sent.in_the_end_taken(seen.attempt) {
            continue;
        }
        let finding = seen
            .finding(Severity::Error, "The identity provider does not know the entityID")
            .detail(seen.phrase.quoted());
        let issuer = sent.issuer(seen.attempt);
        told.extend(issuer.map(|issuer| issuer.value));
        let finding =
            worded(case, names, finding, (issuer, sent.request(seen.attempt)), seen.place);
        attempts.extend(finding.attempts.iter().cloned());
        out.push(finding.at_all(seen.place));
    }
    // Others answer by a response, and say so in its status.
    for request in case.requests() {
        let Some(attempt) =
            request.attempt.filter(|attempt| request.refused() && !attempts.contains(&attempt.id))
        else {
            continue;
        };
        let Some(said) = request.statement(MEANINGS) else { continue };
        let finding = request
            .finding(Severity::Error, "The identity provider does not know the entityID")
            .detail(said.quoted());
        let issuer = sent.issuer(Some(attempt));
        told.extend(issuer.map(|issuer| issuer.value));
        attempts.insert(attempt.id.clone());
        out.push(
            worded(case, names, finding, (issuer, Some(&request)), said.place.as_ref())
                .at_all(said.place.as_ref()),
        );
    }
    told
}

/// What the identity provider says in words: what is registered may be given, or be told by itself.
fn worded(
    case: &Case,
    names: &Names<'_>,
    finding: Finding,
    (issuer, request): (Option<&Used<'_>>, Option<&Request<'_>>),
    place: Option<&Place>,
) -> Finding {
    let Some(issuer) = issuer else { return finding.because(&NOT_REGISTERED, case) };
    let beside = request.and_then(|request| request.quoted_beside(issuer.value));
    let told = beside.as_ref().map(|beside| Known {
        value: &beside.value,
        place: beside.place.or(place).unwrap_or(issuer.place),
        origin: "what the identity provider puts beside it".to_owned(),
    });
    let registered = names.known.has(issuer.value);
    match names.known.nearest(issuer.value).map(|(nearest, _)| nearest).or(told.as_ref()) {
        Some(nearest) if !registered => describe(case, names, finding, issuer, nearest),
        _ => alone(case, names, finding, issuer, registered),
    }
}

/// Requests by their attempt, and their issuers.
struct Sent<'u, 'a> {
    requests: HashMap<&'a str, Request<'a>>,
    issuers: HashMap<&'a str, &'u Used<'a>>,
    first: Option<&'u Used<'a>>,
}

impl<'u, 'a> Sent<'u, 'a> {
    fn of(case: &'a Case, used: &'u [Used<'a>]) -> Self {
        let sent = || used.iter().filter(|used| used.source == Source::Request);
        Self {
            requests: case.requests_by_attempt(),
            issuers: sent().map(|used| (used.value, used)).collect(),
            first: sent().next(),
        }
    }

    fn request(&self, attempt: Option<&Attempt>) -> Option<&Request<'a>> {
        self.requests.get(attempt?.id.as_str())
    }

    /// The Issuer of the attempt's request.
    fn issuer(&self, attempt: Option<&Attempt>) -> Option<&'u Used<'a>> {
        let issuer = self.request(attempt).and_then(Request::issuer)?;
        self.issuers.get(issuer.value.as_str()).copied()
    }

    /// The Issuer the identity provider refused: of the attempt's request, else the first there is.
    fn refused(&self, attempt: Option<&Attempt>) -> Option<&'u Used<'a>> {
        self.issuer(attempt).or(self.first)
    }

    /// Whatever was said on the way, the identity provider took the request.
    fn in_the_end_taken(&self, attempt: Option<&Attempt>) -> bool {
        self.request(attempt).is_some_and(|request| request.accepted())
    }
}

fn describe(
    case: &Case,
    names: &Names<'_>,
    finding: Finding,
    used: &Used<'_>,
    nearest: &Known<'_>,
) -> Finding {
    let finding =
        used.mark(finding).expected(nearest.value, &nearest.origin).compared().at(nearest.place);
    if names.idp.has(used.value) {
        return borrowed(case, names, finding, used);
    }
    let register = |finding: Finding| finding.because_with(&NOT_REGISTERED, case, used.value);
    let rename =
        |finding: Finding| finding.because_with(&SP_NAMES_ITSELF_OTHERWISE, case, nearest.value);
    // The tutorial makes entityID and host URI one value: where that is the registered one, the
    // service provider's setting is what went astray.
    let sp_strayed = case
        .entry_points()
        .any(|entry| entry.host_uri.as_ref().is_some_and(|uri| uri.value == nearest.value));
    let finding = if sp_strayed { register(rename(finding)) } else { rename(register(finding)) };
    // A near miss is this registration; and only Entra ID has tenants to mistake.
    let near = !matches!(finding.difference, None | Some(Difference::Unrelated | Difference::Host));
    if near || !case.has_habit(case.idp_product(), Habit::HasTenants) {
        finding
    } else {
        finding.because(&WRONG_TENANT, case)
    }
}

/// Nothing registered was given to compare with, or it is equal.
fn alone(
    case: &Case,
    names: &Names<'_>,
    finding: Finding,
    used: &Used<'_>,
    registered: bool,
) -> Finding {
    let finding = used.owned(finding).actual(used.value, &used.origin).at(used.place);
    if names.idp.has(used.value) {
        return borrowed(case, names, finding, used);
    }
    let register = |finding: Finding| finding.because_with(&NOT_REGISTERED, case, used.value);
    let tenants = case.has_habit(case.idp_product(), Habit::HasTenants);
    let tenant =
        |finding: Finding| if tenants { finding.because(&WRONG_TENANT, case) } else { finding };
    if registered { register(tenant(finding)) } else { tenant(register(finding)) }
}

/// The service provider goes by the identity provider's name: registering that for it would be wrong.
fn borrowed(case: &Case, names: &Names<'_>, mut finding: Finding, used: &Used<'_>) -> Finding {
    let said = finding.detail.take().unwrap_or_default();
    let registered: HashSet<&str> =
        names.known.values().filter(|value| *value != used.value).collect();
    // The tutorial makes entityID and host URI one value.
    let as_host_uri = case.entry_points().find_map(|entry| entry.configuration.host_uri.as_ref());
    let as_host_uri =
        as_host_uri.map(|uri| uri.value.as_str()).filter(|uri| registered.contains(uri));
    let only = registered.iter().next().copied().filter(|_| registered.len() == 1);
    finding
        .detail(
            format!("{said} {} is the entityID of the identity provider itself.", used.value)
                .trim_start(),
        )
        .because_with(&SENDS_IDP_NAME, case, as_host_uri.or(only))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::testing::{
        self, ACS_URL, ENTITY_ID, IDP_ENTITY_ID, entry_point_with, findings, levels,
        refused_by_idp, registration, sign_in, sp_metadata,
    };

    fn configured(entity_id: &str, identifiers: &[&str]) -> Case {
        Case {
            registrations: vec![registration(identifiers, &[ACS_URL])],
            ..entry_point_with(|entry| entry.entity_id = Some(entity_id.into()))
        }
    }

    fn refused(code: &str, issuer: &str) -> Case {
        let mut case = refused_by_idp(&[code], &[]);
        case.messages[0].issuer = Some(issuer.into());
        case
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
            let found = findings(&ENTITY_ID_NOT_REGISTERED, &configured(entity_id, &[ENTITY_ID]));
            assert_eq!(found.len(), 1, "{entity_id}");
            assert_eq!(
                (found[0].severity, found[0].difference),
                (Severity::Error, Some(difference)),
                "{entity_id}"
            );
        }
    }

    #[test]
    fn one_equal_identifier_is_enough() {
        assert!(
            findings(
                &ENTITY_ID_NOT_REGISTERED,
                &configured(ENTITY_ID, &["https://old.example", ENTITY_ID])
            )
            .is_empty()
        );
    }

    #[test]
    fn the_host_uri_tells_which_side_strayed() {
        let found = findings(
            &ENTITY_ID_NOT_REGISTERED,
            &configured("https://sense.example/", &[ENTITY_ID]),
        );
        assert_eq!(
            (found[0].causes[0].who, found[0].causes[0].value.as_deref()),
            (Who::Sp, Some(ENTITY_ID))
        );
        let found = findings(
            &ENTITY_ID_NOT_REGISTERED,
            &configured(ENTITY_ID, &["https://sense.example/"]),
        );
        assert_eq!(
            (found[0].causes[0].who, found[0].causes[0].value.as_deref()),
            (Who::Idp, Some(ENTITY_ID))
        );
    }

    #[test]
    fn the_code_is_enough_without_configuration() {
        let found = findings(&ENTITY_ID_NOT_REGISTERED, &refused("AADSTS700016", ENTITY_ID));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].severity, found[0].actual.as_deref()),
            (Severity::Error, Some(ENTITY_ID))
        );
        assert_eq!(found[0].attempts, ["a1"]);
        assert!(findings(&ENTITY_ID_NOT_REGISTERED, &refused("AADSTS50105", ENTITY_ID)).is_empty());
    }

    #[test]
    fn the_code_and_the_configuration_are_one_finding() {
        let sent = refused("AADSTS700016", "https://sense.example/");
        let configured = configured("https://sense.example/", &[ENTITY_ID]);
        let case = Case {
            registrations: configured.registrations,
            sp_configurations: configured.sp_configurations,
            ..sent
        };
        let found = findings(&ENTITY_ID_NOT_REGISTERED, &case);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].difference, Some(Difference::TrailingSlash));
    }

    #[test]
    fn what_the_identity_provider_accepted_is_no_error() {
        let mut case = sign_in(Outcome::SignedIn);
        case.registrations = vec![registration(&["https://sense.example/"], &[ACS_URL])];
        assert_eq!(levels(&ENTITY_ID_NOT_REGISTERED, &case), [Severity::Warning]);
        case.registrations = vec![registration(&["urn:something:else"], &[ACS_URL])];
        assert!(findings(&ENTITY_ID_NOT_REGISTERED, &case).is_empty());
    }

    #[test]
    fn an_old_metadata_file_does_not_accuse_a_registered_configuration() {
        let mut case = configured(ENTITY_ID, &[ENTITY_ID]);
        let old = sp_metadata("d1", HeldBy::Publisher, &[], &[]);
        case.metadata = vec![Metadata { entity_id: "https://sense.example/".into(), ..old }];
        assert!(findings(&ENTITY_ID_NOT_REGISTERED, &case).is_empty());
        case.sp_configurations.clear();
        assert_eq!(levels(&ENTITY_ID_NOT_REGISTERED, &case), [Severity::Error]);
    }

    #[test]
    fn without_a_registration_the_question_stays_open() {
        let judged = ENTITY_ID_NOT_REGISTERED.judge(&entry_point_with(|_| ()));
        assert!(judged.found().is_empty());
        assert!(judged.missed().contains(&Need::Application));
    }

    #[test]
    fn the_identity_providers_own_name_is_the_service_providers_mistake() {
        let tenant = format!("https://sts.windows.net/{}/", testing::TENANT);
        let held = vec![testing::idp_metadata("d1", HeldBy::Sp, &[])];
        let said = {
            let mut case = refused_by_idp(&[], &[Meaning::UnknownSp]);
            case.messages[0].issuer = Some(IDP_ENTITY_ID.into());
            case
        };
        let mut answered = sign_in(Outcome::RefusedByIdp);
        answered.messages[0].issuer = Some(IDP_ENTITY_ID.into());
        answered.exchanges[0].page = Some(testing::page(&["AADSTS700016"], &[]));
        let cases = [
            Case { metadata: held.clone(), ..refused("AADSTS700016", IDP_ENTITY_ID) },
            Case {
                metadata: held.clone(),
                registrations: vec![registration(&[ENTITY_ID], &[])],
                ..refused("AADSTS700016", IDP_ENTITY_ID)
            },
            Case { metadata: held.clone(), ..said },
            Case { metadata: held, ..configured(IDP_ENTITY_ID, &[ENTITY_ID]) },
            refused("AADSTS700016", &tenant),
            answered,
        ];
        for (number, case) in cases.iter().enumerate() {
            let found = findings(&ENTITY_ID_NOT_REGISTERED, case);
            assert_eq!(found.len(), 1, "{number}");
            assert_eq!(
                (found[0].causes[0].who, found[0].causes[0].text.as_str()),
                (Who::Sp, SENDS_IDP_NAME.text),
                "{number}"
            );
            assert!(found[0].causes.iter().all(|cause| cause.who == Who::Sp), "{number}");
            let offered = (!case.registrations.is_empty()).then_some(ENTITY_ID);
            assert_eq!(found[0].causes[0].value.as_deref(), offered, "{number}");
        }
    }
}
