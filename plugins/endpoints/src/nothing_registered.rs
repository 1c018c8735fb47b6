//! The application has no consumer service URL, or no name for the service provider, at all.

use super::another_application::{NO_URL_CODES, has_no_url};
use diag_sdk::address::Address;
use diag_sdk::case::exchange::Side;
use diag_sdk::case::registration::{IdpRegistration, StatedList};
use diag_sdk::view::Used;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Stage, Who, check,
};

static NO_REPLY_URL: CauseData = CauseData {
    text: "No assertion consumer service URL was ever entered for the application, or the last one was removed",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Enter the service provider's assertion consumer service URL, character by character",
};
static NO_IDENTIFIER: CauseData = CauseData {
    text: "No entityID was ever entered for the application: it goes by its own id alone",
    who: Who::Idp,
    setting: Setting::IdpIdentifier,
    fix: "Enter the entityID that the service provider sends, character by character",
};

/// The same of an application without identifier.
const NO_NAME_CODES: &[&str] = &["AADSTS50010"];

/// Codes a refusal can have for want of either.
const CODES: &[&str] =
    &["AADSTS500113", "AADSTS900971", "MSIS3077", "AADSTS50010", "AADSTS50011", "AADSTS700016"];

check! {
    /// The application has nothing registered that a sign-in could go to, or be known by.
    ///
    /// An application can be created without a reply URL or without an identifier, and looks complete in a list. The
    /// identity provider then has nowhere to send a response (AADSTS500113 in Entra ID, MSIS3077 in AD FS), or knows no
    /// service provider by the name in the request. An empty list in an export is a fact; a list that the export lacks is
    /// none and is not judged.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"], "web": {"redirectUris": []}}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"], "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    ///       Location="https://sense.example:443/azure/samlauthn/" index="0"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static NOTHING_REGISTERED = {
        id: "endpoints/nothing-registered",
        title: "No reply URL, or no identifier, is registered at all",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Application, Need::ServicePrincipal, Need::Capture],
        explains: [
            "endpoints/acs-not-registered",
            "endpoints/entity-id-not-registered",
            "endpoints/sign-on-url-wrong",
            "flow/request-not-answered",
            "flow/response-not-posted",
        ],
        accounts: [Account::idp(&[Meaning::Acs, Meaning::UnknownSp]).codes(CODES)],
        causes: [NO_REPLY_URL, NO_IDENTIFIER],
        references: [
            Reference::page("https://learn.microsoft.com/graph/api/resources/webapplication", "2026-12-01").about("redirectUris"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-12-01").about("500113, 900971"),
        ],
        run: run,
    }
}

/// One of the two things that are registered.
struct Kind {
    headline: &'static str,
    expected: &'static str,
    field: &'static str,
    cause: &'static CauseData,
    codes: &'static [&'static str],
}

const REPLY_URL: Kind = Kind {
    headline: "The application has no reply URL at all",
    expected: "at least one reply URL",
    field: "an empty list of reply URLs",
    cause: &NO_REPLY_URL,
    codes: NO_URL_CODES,
};
const IDENTIFIER: Kind = Kind {
    headline: "The application has no identifier but its own id",
    expected: "the service provider's entityID",
    field: "no identifier but the application's id",
    cause: &NO_IDENTIFIER,
    codes: NO_NAME_CODES,
};

fn run(case: &Case, out: &mut Findings) {
    let (urls, names) = (case.used_acs_urls(), case.used_entity_ids());
    let said: Vec<_> = case
        .refusing_codes()
        .into_iter()
        .filter(|seen| [NO_URL_CODES, NO_NAME_CODES].concat().contains(&seen.code))
        .collect();
    let mut told: Vec<&str> = Vec::new();
    for registration in case.relevant_registrations() {
        let is_saml = registration
            .sso_mode
            .as_ref()
            .is_some_and(|mode| mode.value.as_deref() == Some("saml"));
        let empty = registration.reply_urls.is_empty();
        if empty && !registration.reply_url_lists.is_empty() && (is_saml || !urls.is_empty()) {
            told.extend(NO_URL_CODES);
            out.push(describe(
                case,
                registration,
                &REPLY_URL,
                &registration.reply_url_lists,
                urls.first(),
            ));
        }
        let empty = registration.identifiers.is_empty();
        let by_its_id = |used: &Used<'_>| {
            registration
                .app_id
                .as_deref()
                .is_some_and(|id| used.value.to_lowercase().contains(&id.to_lowercase()))
        };
        if empty
            && !registration.identifier_lists.is_empty()
            && !names.is_empty()
            && !names.iter().any(by_its_id)
        {
            told.extend(NO_NAME_CODES);
            out.push(describe(
                case,
                registration,
                &IDENTIFIER,
                &registration.identifier_lists,
                names.first(),
            ));
        }
    }
    let another = has_no_url(case);
    for seen in said.into_iter().filter(|seen| !told.contains(&seen.code) && !another) {
        let (kind, used) = if NO_URL_CODES.contains(&seen.code) {
            (&REPLY_URL, urls.first())
        } else {
            (&IDENTIFIER, names.first())
        };
        let meaning = case.code(seen.code).map_or("", |code| code.text.as_str());
        let finding = seen
            .finding(Severity::Error, format!("{} ({})", kind.headline, seen.code))
            .detail(meaning)
            .at(seen.place);
        out.push(finding.because_with(kind.cause, case, used.and_then(enterable)));
    }
}

fn describe(
    case: &Case,
    registration: &IdpRegistration,
    kind: &Kind,
    lists: &[StatedList],
    used: Option<&Used<'_>>,
) -> Finding {
    let said: Vec<_> =
        case.refusing_codes().into_iter().filter(|seen| kind.codes.contains(&seen.code)).collect();
    let finding = if said.is_empty() && (case.signed_in() || case.refused_by_other_codes(CODES)) {
        Finding::warning(kind.headline)
            .likely()
            .detail("What the capture shows came to another end, so the export is not of the application in use, or was changed since.")
    } else {
        Finding::error(kind.headline)
            .detail("The list in the export is there and empty: nothing can match it.")
    };
    let mut finding = finding
        .subject(registration.id.clone())
        .expected(
            used.map_or(kind.expected, |used| used.value),
            used.map_or("any sign-in", |used| used.origin.as_str()),
        )
        .actual(kind.field, "the registration")
        .at_all(lists.iter().map(|list| &list.place))
        .at_all(used.map(|used| used.place));
    for seen in &said {
        finding = finding.at(seen.place);
    }
    let refused =
        case.attempts.iter().filter(|attempt| attempt.failed() && attempt.response.is_none());
    let asked = refused.filter(|attempt| {
        case.exchanges
            .get(attempt.end.unwrap_or(usize::MAX))
            .is_some_and(|end| end.side == Side::Idp)
    });
    for attempt in asked {
        finding = finding.attempt(attempt.id.clone());
    }
    finding.because_in(kind.cause, registration, used.and_then(enterable))
}

/// The value, where it is one that can be entered: a text that names a fault is none.
fn enterable<'u>(used: &'u Used<'_>) -> Option<&'u str> {
    let plain =
        !used.value.contains(char::is_whitespace) && !used.value.contains(['<', '>', '{', '}']);
    (plain && (used.value.starts_with("urn:") || Address::parse(used.value).is_some()))
        .then_some(used.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Place;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::registration::RegistrationObject;
    use diag_sdk::testing::{
        ACS_URL, ENTITY_ID, findings, levels, refused_by_idp, registration, sign_in, sited,
        sp_metadata,
    };

    fn stated(mut case: Case, identifiers: &[&str], reply_urls: &[&str]) -> Case {
        let list = || {
            vec![StatedList { object: RegistrationObject::Application, place: Place::default() }]
        };
        let known = IdpRegistration {
            reply_url_lists: list(),
            identifier_lists: list(),
            ..registration(identifiers, reply_urls)
        };
        case.registrations = vec![known];
        case
    }

    fn published() -> Case {
        Case { metadata: vec![sp_metadata("d1", HeldBy::Publisher, &[], &[])], ..Case::default() }
    }

    #[test]
    fn an_empty_list_is_a_fact_and_a_missing_one_is_none() {
        let found = findings(&NOTHING_REGISTERED, &stated(published(), &[ENTITY_ID], &[]));
        assert_eq!(
            (found.len(), found[0].severity, found[0].causes[0].value.as_deref()),
            (1, Severity::Error, Some(ACS_URL))
        );
        let found = findings(&NOTHING_REGISTERED, &stated(published(), &[], &[ACS_URL]));
        assert_eq!((found.len(), found[0].causes[0].value.as_deref()), (1, Some(ENTITY_ID)));
        let mut unknown = published();
        unknown.registrations = vec![registration(&[], &[])];
        assert!(findings(&NOTHING_REGISTERED, &unknown).is_empty());
        assert!(
            findings(&NOTHING_REGISTERED, &stated(published(), &[ENTITY_ID], &[ACS_URL]))
                .is_empty()
        );
    }

    #[test]
    fn without_the_other_side_only_an_application_set_to_saml_is_judged() {
        let mut case = stated(Case::default(), &[], &[]);
        assert!(findings(&NOTHING_REGISTERED, &case).is_empty());
        case.registrations[0].sso_mode = Some(sited(Some("saml".to_owned())));
        assert_eq!(levels(&NOTHING_REGISTERED, &case), [Severity::Error]);
    }

    #[test]
    fn a_service_provider_may_go_by_the_applications_id() {
        let id = "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2";
        let mut case = stated(published(), &[], &[ACS_URL]);
        case.registrations[0].app_id = Some(id.to_owned());
        case.metadata[0].entity_id = format!("spn:{}", id.to_uppercase()).as_str().into();
        assert!(findings(&NOTHING_REGISTERED, &case).is_empty());
    }

    #[test]
    fn the_identity_providers_word_is_enough_and_a_sign_in_outweighs_the_export() {
        let found = findings(&NOTHING_REGISTERED, &refused_by_idp(&["AADSTS500113"], &[]));
        assert_eq!(
            (found.len(), found[0].severity, found[0].causes[0].setting),
            (1, Severity::Error, Some(Setting::IdpReplyUrl))
        );
        assert_eq!(
            findings(
                &NOTHING_REGISTERED,
                &stated(refused_by_idp(&["AADSTS500113"], &[]), &[ENTITY_ID], &[])
            )
            .len(),
            1
        );
        assert_eq!(
            levels(&NOTHING_REGISTERED, &stated(sign_in(Outcome::SignedIn), &[ENTITY_ID], &[])),
            [Severity::Warning]
        );
    }
}
