//! Pattern texts of the tutorial left in.

use diag_sdk::address::Address;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::placeholder::stands_for_nothing;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Stage, Who, check,
};

static PATTERN_AT_IDP: CauseData = CauseData {
    text: "The pattern of the tutorial was entered instead of the real value",
    who: Who::Idp,
    setting: Setting::IdpIdentifier,
    fix: "Replace the pattern by the service provider's real value, or delete the entry",
};
static PATTERN_AT_SP: CauseData = CauseData {
    text: "The pattern of the tutorial was entered instead of the real value",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Replace the pattern by the real host name",
};

static VARIABLE_AT_SP: CauseData = CauseData {
    text: "The service provider sends the name of a variable, or what its program writes where a setting is empty, in place of a value",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the service provider's address and entityID, and see that its configuration is filled in where it is deployed; nothing needs to be registered for such a text",
};

static LOCAL_AT_SP: CauseData = CauseData {
    text: "The service provider builds its addresses from the name of the machine it was set up on (localhost), which every browser takes for its own",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the service provider's base URL to the name that people reach it by, and hand its metadata to the identity provider anew",
};

check! {
    /// A value still holds the placeholder of a tutorial.
    ///
    /// Tutorials write patterns such as `https://<Fully Qualified Domain Name>:443{/virtualproxyprefix}/samlauthn/`.
    /// Configurations hold variables such as `{{BASE_URL}}`, and programs write `undefined` where nobody set them.
    /// Entered as they stand, or with only a part replaced, they match nothing a service provider ever
    /// sends, and the identity provider refuses the request.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://<Fully Qualified Domain Name>.qlikpoc.com"],
    ///  "web": {"redirectUris": ["https://sense.example:443{/virtualproxyprefix}/samlauthn/"]}}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Qlik Sense",
    ///  "identifierUris": ["https://sense.example"],
    ///  "web": {"redirectUris": ["https://sense.example:443/azure/samlauthn/"]}}
    /// ```
    pub(crate) static PLACEHOLDER_VALUE = {
        id: "endpoints/placeholder-value",
        title: "A placeholder of the tutorial was left in",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Capture, Need::Application, Need::ServicePrincipal, Need::Virtualproxyconfig, Need::SpMetadata, Need::SpMetadataInIdp],
        explains: ["endpoints/acs-differs-from-sp-metadata", "endpoints/acs-not-registered", "endpoints/entity-id-differs-between-copies", "endpoints/entity-id-differs-from-host-uri", "endpoints/entity-id-not-registered", "endpoints/host-uri-malformed", "endpoints/sign-on-url-wrong", "hosts/host-differs-between-sides"],
        accounts: [Account::idp(&[Meaning::Acs, Meaning::UnknownSp, Meaning::UnknownEntity, Meaning::RequestProperty]).codes(&["AADSTS700016", "AADSTS50011"])],
        causes: [PATTERN_AT_IDP, PATTERN_AT_SP, VARIABLE_AT_SP, LOCAL_AT_SP],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24"),
        ],
        run: run,
    }
}

/// A configured value to look at.
struct Entered<'a> {
    value: &'a str,
    place: &'a Place,
    field: &'static str,
    setting: Setting,
    who: Who,
    /// Id of the registration, entry point or metadata document that holds it.
    holder: &'a str,
    /// The attempt in which it was sent.
    attempt: Option<&'a str>,
    /// The identity provider took it.
    taken: bool,
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<&str> = Vec::new();
    let entered = entered(case);
    for entry in &entered {
        let Some(pattern) = stands_for_nothing(entry.value) else { continue };
        if told.contains(&entry.value) {
            continue;
        }
        told.push(entry.value);
        let finding = if case.signed_in() || entry.taken {
            Finding::warning(format!("The {} holds a placeholder", entry.field))
                .detail("Sign-in works with other values; this entry matches nothing.")
        } else {
            Finding::error(format!("The {} holds a placeholder", entry.field))
                .detail(format!("{pattern} stands where a real name belongs."))
        };
        let data = match (entry.who, entry.attempt) {
            (Who::Idp, _) => PATTERN_AT_IDP,
            (_, Some(_)) => VARIABLE_AT_SP,
            (_, None) => PATTERN_AT_SP,
        };
        let same: Vec<&Entered<'_>> =
            entered.iter().filter(|other| other.value == entry.value).collect();
        let worded = finding
            .actual(entry.value, entry.field)
            .at(entry.place)
            .at_all(same.iter().map(|other| other.place))
            .attempt(entry.attempt.unwrap_or_default())
            .subject(entry.holder)
            .because(&CauseData { setting: entry.setting, ..data }, case);
        // What several objects hold is about none of them alone.
        let alone = same.iter().all(|other| other.holder == entry.holder);
        out.push(Finding { subject: worded.subject.clone().filter(|_| alone), ..worded });
    }
    for metadata in case.sp_metadata(HeldBy::Publisher).chain(case.sp_metadata(HeldBy::Idp)) {
        if let Some(finding) = left_local(case, metadata).filter(|_| !case.signed_in()) {
            out.push(finding);
        }
    }
}

/// Under a name that everybody reaches, consumer services that only the machine itself does.
fn left_local(case: &Case, metadata: &Metadata) -> Option<Finding> {
    let services = &metadata.sp.as_ref()?.acs;
    let local = |url: &str| Address::parse(url).is_some_and(|address| address.is_local());
    let of_all = Address::parse(&metadata.entity_id.value)
        .is_some_and(|address| !address.is_local() && address.host.contains('.'));
    let first = services.first()?;
    (of_all && services.iter().all(|service| local(&service.location.value))).then(|| {
        Finding::error("The consumer service URL in the metadata is that of the machine itself")
            .detail("The browser of whoever signs in would send the response to itself.")
            .actual_sited(&first.location, "consumer service URL in the metadata")
            .at(&metadata.entity_id.place)
            .subject(metadata.id.as_str())
            .because(&LOCAL_AT_SP, case)
    })
}

fn entered(case: &Case) -> Vec<Entered<'_>> {
    let mut all = Vec::new();
    for request in case.requests() {
        let attempt = Some(request.attempt.map_or("", |attempt| attempt.id.as_str()));
        let sent = [
            (request.issuer(), "Issuer of the AuthnRequest", Setting::SpEntityId),
            (
                request.acs_url(),
                "AssertionConsumerServiceURL of the AuthnRequest",
                Setting::SpHostUri,
            ),
        ];
        for (value, field, setting) in sent {
            let Some(value) = value else { continue };
            let holder = request.message.id.as_str();
            all.push(Entered {
                value: &value.value,
                place: &value.place,
                field,
                setting,
                who: Who::Sp,
                holder,
                attempt,
                taken: request.accepted(),
            });
        }
    }
    for registration in case.relevant_registrations() {
        let mut add = |value, place, field, setting| {
            all.push(Entered {
                value,
                place,
                field,
                setting,
                who: Who::Idp,
                holder: &registration.id,
                attempt: None,
                taken: false,
            });
        };
        for entry in &registration.identifiers {
            add(
                entry.value.value.as_str(),
                &entry.value.place,
                "registered entityID",
                Setting::IdpIdentifier,
            );
        }
        for entry in &registration.reply_urls {
            add(
                entry.value.value.as_str(),
                &entry.value.place,
                "registered consumer service URL",
                Setting::IdpReplyUrl,
            );
        }
        if let Some((url, place)) = registration
            .sign_on_url
            .as_ref()
            .and_then(|url| url.value.as_deref().map(|value| (value, &url.place)))
        {
            add(url, place, "sign-on URL", Setting::IdpSignOnUrl);
        }
    }
    for configuration in case.relevant_configurations() {
        for (value, field, setting) in [
            (&configuration.host_uri, "host URI", Setting::SpHostUri),
            (&configuration.entity_id, "entityID of the entry point", Setting::SpEntityId),
            (&configuration.prefix, "prefix", Setting::SpPrefix),
        ] {
            let Some(value) = value else { continue };
            all.push(Entered {
                value: &value.value,
                place: &value.place,
                field,
                setting,
                who: Who::Sp,
                holder: &configuration.id,
                attempt: None,
                taken: false,
            });
        }
    }
    for metadata in case.sp_metadata(HeldBy::Publisher).chain(case.sp_metadata(HeldBy::Idp)) {
        let mut add = |value, place, field, setting| {
            all.push(Entered {
                value,
                place,
                field,
                setting,
                who: Who::Sp,
                holder: &metadata.id,
                attempt: None,
                taken: false,
            });
        };
        add(
            metadata.entity_id.value.as_str(),
            &metadata.entity_id.place,
            "entityID in the metadata",
            Setting::SpEntityId,
        );
        for endpoint in metadata.sp.iter().flat_map(|role| &role.acs) {
            add(
                &endpoint.location.value,
                &endpoint.location.place,
                "consumer service URL in the metadata",
                Setting::SpHostUri,
            );
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        ACS_URL, ENTITY_ID, acs_endpoints, entry_point, entry_point_with, findings, levels,
        registration, sign_in, sp_metadata,
    };

    #[test]
    fn patterns_are_recognised_and_real_names_are_not() {
        for (value, pattern) in [
            (
                "https://<Fully Qualified Domain Name>.qlikpoc.com",
                Some("<Fully Qualified Domain Name>"),
            ),
            (
                "https://sense.example:443{/virtualproxyprefix}/samlauthn/",
                Some("{/virtualproxyprefix}"),
            ),
            (
                "https://sense.example:443/virtualproxyprefix/samlauthn/",
                Some("“virtualproxyprefix”"),
            ),
            ("https://<FQDN", Some("<FQDN")),
            ("https://{{ host }}/saml", Some("{{ host }}")),
            ("https://${HOST}/saml", Some("${HOST}")),
            ("https://sense.qlikpoc.com", None),
            ("https://analytics.qliksense.com", None),
            ("https://sense.example:443/azure/samlauthn/", None),
            ("", None),
        ] {
            assert_eq!(stands_for_nothing(value).as_deref(), pattern, "{value}");
        }
    }

    #[test]
    fn every_place_is_looked_at() {
        let pattern = "https://<FQDN>";
        let registered = |identifiers: &[&str], reply_urls: &[&str]| Case {
            registrations: vec![registration(identifiers, reply_urls)],
            ..Case::default()
        };
        let published = Metadata {
            entity_id: pattern.into(),
            ..sp_metadata("d1", HeldBy::Publisher, &[], &[])
        };
        for case in [
            registered(&[pattern], &[ACS_URL]),
            registered(&[ENTITY_ID], &[ACS_URL, pattern]),
            entry_point_with(|entry| entry.host_uri = Some(pattern.into())),
            Case { metadata: vec![published], ..Case::default() },
        ] {
            assert_eq!(levels(&PLACEHOLDER_VALUE, &case), [Severity::Error]);
        }
        let real =
            Case { sp_configurations: vec![entry_point()], ..registered(&[ENTITY_ID], &[ACS_URL]) };
        assert!(findings(&PLACEHOLDER_VALUE, &real).is_empty());
    }

    #[test]
    fn a_machine_of_its_own_is_no_place_for_others() {
        let found = |entity_id: &str, services: &[&str]| {
            let mut metadata = Metadata {
                entity_id: entity_id.into(),
                ..sp_metadata("d1", HeldBy::Publisher, &[], &[])
            };
            metadata.sp.as_mut().expect("the role").acs = acs_endpoints(services);
            levels(&PLACEHOLDER_VALUE, &Case { metadata: vec![metadata], ..Case::default() })
        };
        let local = "http://localhost:8080/sso/complete/saml/";
        assert_eq!(found("https://tower.example", &[local]), [Severity::Error]);
        assert!(found("https://tower.example", &[local, ACS_URL]).is_empty());
        assert!(found("http://localhost:8080", &[local]).is_empty());
        assert!(found("tower", &[local]).is_empty());
    }

    #[test]
    fn a_leftover_beside_a_sign_in_that_works_is_a_warning() {
        let mut case = sign_in(Outcome::SignedIn);
        case.registrations = vec![registration(&[ENTITY_ID, "https://{host}"], &[ACS_URL])];
        assert_eq!(levels(&PLACEHOLDER_VALUE, &case), [Severity::Warning]);
    }
}
