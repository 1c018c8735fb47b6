//! `hosts/host-differs-between-sides`: the two sides know the service provider by different hosts.

use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::MessageKind;
use diag_sdk::case::metadata::Metadata;
use diag_sdk::case::registration::Registered;
use diag_sdk::host::host_of;
use diag_sdk::{
    Case, CauseData, Difference, Finding, Findings, Need, Place, Reference, Setting, Severity,
    Stage, Who, check,
};
use std::collections::{BTreeMap, BTreeSet};

static LEFT_BEHIND: CauseData = CauseData {
    text: "The service provider moved to another host name and the registration still has the former one",
    who: Who::Idp,
    setting: Setting::IdpSignOnUrl,
    fix: "Register URLs on the host people use",
};

static HOST_URI_LEFT_BEHIND: CauseData = CauseData {
    text: "The service provider's own settings or metadata still name a former host, a short name or another environment",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Use one host name in host URI, metadata and registration; download the metadata again after a change",
};

check! {
    /// Identifier, reply URL, Sign on URL, metadata and host URI of the service provider do not name the same host.
    ///
    /// After a move to a new host name, or with a short name in one place and the full name in another, some settings keep the
    /// former host. A Sign on URL on a dead host means that nobody who starts from the portal arrives; a reply URL on another
    /// host sends the response where no session is waiting. The finding names the one that departs from the rest and the
    /// value it should have.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    /// ```json servicePrincipal
    /// { "appId": "b7e3a1c4-52d9-4b08-8f6e-7a90c3d5e214", "appDisplayName": "Qlik Sense", "preferredSingleSignOnMode": "saml",
    ///   "loginUrl": "https://qlik-old.example:443/azure/hub", "servicePrincipalNames": ["https://sense.example"],
    ///   "replyUrls": ["https://sense.example:443/azure/samlauthn/"] }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    /// ```json servicePrincipal
    /// { "appId": "b7e3a1c4-52d9-4b08-8f6e-7a90c3d5e214", "appDisplayName": "Qlik Sense", "preferredSingleSignOnMode": "saml",
    ///   "loginUrl": "https://sense.example:443/azure/hub", "servicePrincipalNames": ["https://sense.example"],
    ///   "replyUrls": ["https://sense.example:443/azure/samlauthn/"] }
    /// ```
    pub(crate) static HOST_DIFFERS_BETWEEN_SIDES = {
        id: "hosts/host-differs-between-sides",
        title: "The sides name different hosts for the service provider",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig, Need::SpMetadata, Need::Application, Need::ServicePrincipal],
        explains: ["endpoints/sign-on-url-wrong"],
        causes: [LEFT_BEHIND, HOST_URI_LEFT_BEHIND],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("steps 5 and 7c"),
        ],
        run: run,
    }
}

/// A setting that names a host.
struct Named<'a> {
    what: Kind,
    url: &'a str,
    host: String,
    origin: String,
    place: &'a Place,
    /// Id of the registration, entry point or metadata document that names it.
    holder: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    HostUri,
    SpMetadata,
    ReplyUrl,
    Identifier,
    SignOnUrl,
}

fn run(case: &Case, out: &mut Findings) {
    let named = named(case);
    let Some(most) = most_named(&named) else { return };
    let systems = Systems::of(&named);
    let apart = named.iter().filter_map(|other| Some((other, systems.due(other, most)?)));
    for (other, right) in apart.filter(|(other, right)| systems.is_apart(other, right)) {
        let Some(agreed) = systems.first.get(right) else { continue };
        // Where URLs are compared with each other, those checks know more; nobody compares the start URL.
        let severity = if other.what == Kind::SignOnUrl && !case.signed_in() {
            Severity::Error
        } else {
            Severity::Warning
        };
        let mut finding = Finding::new(severity, format!("{} is on another host than the rest", name(other.what)))
            .detail(format!(
                "It names {}, while {} names {}. People are sent to a host that is not part of this sign-in.",
                other.host, agreed.origin, right
            ))
            .at(other.place)
            .at(agreed.place)
            .expected(right, agreed.origin.clone())
            .actual(other.host.clone(), other.origin.clone())
            .difference(Difference::Host)
            .subject(other.holder);
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        out.push(caused(case, finding, other, right));
    }
}

/// The hosts of the service providers that were exported: production and test beside each other are two, each with its own
/// registration.
struct Systems<'a> {
    /// By host, the first setting that names it.
    first: BTreeMap<&'a str, &'a Named<'a>>,
    /// Hosts that reply URLs and identifiers name.
    listed: BTreeSet<(Kind, &'a str)>,
    /// How many hosts service providers name themselves.
    own: usize,
    /// By registration, those of them that its reply URLs name.
    registered: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// All of these.
    paired: BTreeSet<&'a str>,
}

impl<'a> Systems<'a> {
    fn of(named: &'a [Named<'a>]) -> Self {
        let own: BTreeSet<&str> = named
            .iter()
            .filter(|one| matches!(one.what, Kind::HostUri | Kind::SpMetadata))
            .map(|one| one.host.as_str())
            .collect();
        let mut registered: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut paired = BTreeSet::new();
        let mut first = BTreeMap::new();
        for one in named {
            first.entry(one.host.as_str()).or_insert(one);
            if one.what == Kind::ReplyUrl && own.contains(one.host.as_str()) {
                registered.entry(one.holder).or_default().insert(&one.host);
                paired.insert(one.host.as_str());
            }
        }
        let listed = named.iter().map(|one| (one.what, one.host.as_str())).collect();
        Self { first, listed, own: own.len(), registered, paired }
    }

    /// The host that a setting should name: that of its own system, or the one that most settings name. Nothing where a
    /// service provider's own host is the one that some registration sends responses to.
    fn due(&self, one: &Named<'_>, most: &'a str) -> Option<&'a str> {
        if matches!(one.what, Kind::HostUri | Kind::SpMetadata) {
            let is_of_another = self.own > 1 && self.paired.contains(one.host.as_str());
            return (!is_of_another).then_some(most);
        }
        let own = self.registered.get(one.holder).filter(|own| !own.contains(most));
        Some(own.and_then(|own| own.first().copied()).unwrap_or(most))
    }

    /// The setting names another host than the one that is due, and nothing makes up for it.
    fn is_apart(&self, one: &Named<'_>, right: &str) -> bool {
        // Several reply URLs are normal; one on the right host is enough.
        let enough = matches!(one.what, Kind::ReplyUrl | Kind::Identifier)
            && self.listed.contains(&(one.what, right));
        // `https://*.contoso.example` covers the hosts below it.
        let covers = one
            .host
            .strip_prefix('*')
            .is_some_and(|domain| domain.starts_with('.') && right.ends_with(domain));
        one.host != right && !covers && !enough
    }
}

fn caused(case: &Case, finding: Finding, other: &Named<'_>, right: &str) -> Finding {
    let value = other.url.replacen(&other.host, right, 1);
    let at_idp = |setting| CauseData { setting, ..LEFT_BEHIND };
    match other.what {
        Kind::SignOnUrl => finding.because_with(&LEFT_BEHIND, case, value.as_str()),
        Kind::ReplyUrl => finding.because_with(&at_idp(Setting::IdpReplyUrl), case, value.as_str()),
        Kind::Identifier => {
            finding.because_with(&at_idp(Setting::IdpIdentifier), case, value.as_str())
        }
        Kind::HostUri => finding.because_with(&HOST_URI_LEFT_BEHIND, case, value.as_str()),
        Kind::SpMetadata => finding.because(&HOST_URI_LEFT_BEHIND, case),
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::HostUri => "The SAML host URI",
        Kind::SpMetadata => "The ACS in the SP metadata",
        Kind::ReplyUrl => "The reply URL",
        Kind::Identifier => "The Identifier",
        Kind::SignOnUrl => "The Sign on URL",
    }
}

/// The host most settings agree on; where they are even, the service provider's own word counts.
fn most_named<'a>(named: &'a [Named<'_>]) -> Option<&'a str> {
    let mut kinds: BTreeMap<&str, Vec<Kind>> = BTreeMap::new();
    for one in named {
        let votes = kinds.entry(&one.host).or_default();
        if !votes.contains(&one.what) {
            votes.push(one.what);
        }
    }
    kinds
        .into_iter()
        .max_by_key(|(_, votes)| {
            (votes.len(), votes.contains(&Kind::HostUri), votes.contains(&Kind::SpMetadata))
        })
        .map(|(host, _)| host)
}

fn named(case: &Case) -> Vec<Named<'_>> {
    let mut named = Vec::new();
    for entry in case.relevant_configurations() {
        let origin = format!("SAML host URI of {}", entry.name);
        named.extend(
            entry
                .host_uri
                .as_ref()
                .and_then(|uri| one(Kind::HostUri, &uri.value, &uri.place, &entry.id, origin)),
        );
    }
    for metadata in own_metadata(case) {
        let acs =
            metadata.sp.iter().flat_map(|role| &role.acs).map(|endpoint| &endpoint.location).next();
        let origin = format!("AssertionConsumerService in {}", metadata.origin);
        named.extend(
            acs.and_then(|url| one(Kind::SpMetadata, &url.value, &url.place, &metadata.id, origin)),
        );
    }
    let own = own_entity_ids(case);
    for registration in case.relevant_registrations() {
        let holder = registration.id.as_str();
        named.extend(registered(
            Kind::ReplyUrl,
            &registration.reply_urls,
            holder,
            "Reply URL of the application",
        ));
        // An entityID both sides agree on is a name, not an address: any host may stand in it.
        let agreed = registration
            .identifiers
            .iter()
            .any(|identifier| own.contains(&identifier.value.value.as_str()));
        if !agreed && !own.is_empty() {
            named.extend(registered(
                Kind::Identifier,
                &registration.identifiers,
                holder,
                "Identifier of the application",
            ));
        }
        if let Some(url) = &registration.sign_on_url
            && let Some(text) = &url.value
        {
            // A start URL at the identity provider itself is another mistake.
            let start = one(
                Kind::SignOnUrl,
                text,
                &url.place,
                holder,
                "Sign on URL of the application".to_owned(),
            );
            named.extend(start.filter(|start| !case.is_idp_host(&start.host)));
        }
    }
    named
}

/// The metadata of the one service provider this is about: two service providers are on two hosts.
fn own_metadata(case: &Case) -> impl Iterator<Item = &Metadata> {
    let published = || {
        case.sp_metadata(HeldBy::Publisher).filter(|metadata| metadata.entities_in_document <= 1)
    };
    let named = |metadata: &Metadata| metadata.entity_id.value.clone();
    let first = published().next().map(named);
    let several = published().any(|metadata| Some(named(metadata)) != first);
    let used: BTreeSet<&str> = case
        .messages_of(MessageKind::AuthnRequest)
        .filter_map(|request| request.issuer.as_ref())
        .map(|issuer| issuer.value.as_str())
        .collect();
    let only = used.first().copied().filter(|_| used.len() == 1);
    published().filter(move |metadata| !several || Some(metadata.entity_id.value.as_str()) == only)
}

fn registered<'a>(
    what: Kind,
    list: &'a [Registered],
    holder: &'a str,
    origin: &'a str,
) -> impl Iterator<Item = Named<'a>> {
    list.iter().filter_map(move |known| {
        one(what, &known.value.value, &known.value.place, holder, origin.to_owned())
    })
}

/// A URL that names a host. Placeholders and bare words are none; other checks see to them.
fn one<'a>(
    what: Kind,
    url: &'a str,
    place: &'a Place,
    holder: &'a str,
    origin: String,
) -> Option<Named<'a>> {
    let host = host_of(url).filter(|host| !host.contains(['<', '{', '%']))?;
    Some(Named { what, url, host, origin, place, holder })
}

fn own_entity_ids(case: &Case) -> Vec<&str> {
    let configured = case
        .relevant_configurations()
        .filter_map(|entry| entry.entity_id.as_ref())
        .map(|id| id.value.as_str());
    configured
        .chain(
            case.sp_metadata(HeldBy::Publisher).map(|metadata| metadata.entity_id.value.as_str()),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::registration::IdpRegistration;
    use diag_sdk::testing::{attempt, entry_point_with, registration, sited};

    fn with(identifiers: &[&str], replies: &[&str], start: Option<&str>) -> Case {
        let mut case = entry_point_with(|entry| {
            entry.host_uri = Some("https://sense.contoso.example".into());
            entry.entity_id = Some("https://sense.contoso.example".into());
        });
        let sign_on_url = Some(sited(start.map(str::to_owned)));
        case.registrations =
            vec![IdpRegistration { sign_on_url, ..registration(identifiers, replies) }];
        case
    }

    fn found(case: &Case) -> Vec<(Severity, String)> {
        HOST_DIFFERS_BETWEEN_SIDES
            .judge(case)
            .found()
            .iter()
            .map(|finding| (finding.severity, finding.message.clone()))
            .collect()
    }

    const ACS: &str = "https://sense.contoso.example:443/azure/samlauthn/";

    #[test]
    fn one_host_throughout_is_silent() {
        assert!(
            found(&with(
                &["https://sense.contoso.example"],
                &[ACS],
                Some("https://SENSE.contoso.example:443/azure/hub")
            ))
            .is_empty()
        );
        assert!(found(&with(&["urn:qlik"], &[ACS], None)).is_empty());
    }

    #[test]
    fn a_start_url_elsewhere_is_an_error_with_the_url_to_enter() {
        let mut case = with(
            &["https://sense.contoso.example"],
            &[ACS],
            Some("https://old.contoso.example:443/azure/hub"),
        );
        let judged = HOST_DIFFERS_BETWEEN_SIDES.judge(&case);
        let [finding] = judged.found() else { panic!("one finding") };
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(
            finding.causes[0].value.as_deref(),
            Some("https://sense.contoso.example:443/azure/hub")
        );
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(found(&case)[0].0, Severity::Warning);
    }

    #[test]
    fn one_reply_url_on_the_right_host_is_enough() {
        let other = "https://test.contoso.example:443/azure/samlauthn/";
        assert!(found(&with(&["https://sense.contoso.example"], &[other, ACS], None)).is_empty());
        let judged = found(&with(
            &["https://sense.contoso.example"],
            &[other],
            Some("https://sense.contoso.example/azure/hub"),
        ));
        assert_eq!(
            judged,
            [(Severity::Warning, "The reply URL is on another host than the rest".to_owned())]
        );
    }

    #[test]
    fn an_entity_id_both_sides_agree_on_may_name_any_host() {
        let mut case = with(&["https://elsewhere.example/qlik"], &[ACS], None);
        assert_eq!(found(&case).len(), 1, "the sides do not agree on it");
        case.sp_configurations[0].entity_id = Some("https://elsewhere.example/qlik".into());
        assert!(found(&case).is_empty());
    }

    #[test]
    fn production_and_test_beside_each_other_are_two_systems() {
        let mut case = with(
            &["https://sense.contoso.example"],
            &[ACS],
            Some("https://sense.contoso.example/azure/hub"),
        );
        let mut test = entry_point_with(|entry| {
            entry.id = "test".to_owned();
            entry.host_uri = Some("https://sense-test.contoso.example".into());
            entry.entity_id = Some("https://sense-test.contoso.example".into());
        });
        case.sp_configurations.append(&mut test.sp_configurations);
        let registered = |start: &str| IdpRegistration {
            id: "r2".to_owned(),
            sign_on_url: Some(sited(Some(start.to_owned()))),
            ..registration(
                &["https://sense-test.contoso.example"],
                &["https://sense-test.contoso.example:443/azure/samlauthn/"],
            )
        };
        case.registrations.push(registered("https://sense-test.contoso.example/azure/hub"));
        assert_eq!(found(&case), []);
        case.registrations[1] = registered("https://sense.contoso.example/azure/hub");
        assert_eq!(found(&case).len(), 1, "the test application starts at production");
    }

    #[test]
    fn placeholders_are_no_hosts() {
        assert!(
            found(&with(
                &["https://sense.contoso.example"],
                &[ACS],
                Some("https://<host>/azure/hub")
            ))
            .is_empty()
        );
    }
}
