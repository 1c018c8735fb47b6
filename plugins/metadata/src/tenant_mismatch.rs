//! `metadata/tenant-mismatch`: metadata, addresses and messages name different tenants of Entra ID.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::MessageKind;
use diag_sdk::tenant::Tenant;
use diag_sdk::view::MetadataCopy;
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Place, Reference,
    Setting, Severity, Sited, Stage, Who, check,
};
use std::collections::HashMap;

static OTHER_TENANT: CauseData = CauseData {
    text: "Metadata of another tenant was loaded, or its entityID or SSO URL was edited",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the metadata of the tenant in which the application is registered",
};

static COMMON_METADATA: CauseData = CauseData {
    text: "The metadata of the common endpoint was used, in which no tenant is filled in",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the metadata downloaded from the application in its own tenant",
};

static PUBLISHED_WRONG: CauseData = CauseData {
    text: "The file was downloaded from another tenant or from the common endpoint",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Download the Federation Metadata XML from the application in the tenant that people sign in to",
};

/// Codes with which Entra ID says that the tenant is missing or wrong.
const TENANT_CODES: &[&str] = &[
    "AADSTS50059",
    "AADSTS50128",
    "AADSTS50194",
    "AADSTS90002",
    "AADSTS90019",
    "AADSTS500011",
    "AADSTS700016",
    "AADSTS75008",
];

check! {
    /// Metadata, log-in address and messages of Microsoft Entra ID name different tenants, or none.
    ///
    /// The tenant's id stands in the entityID (`https://sts.windows.net/<tenant>/`), in the SSO URL, and in the Issuer of every
    /// response. When they differ, somebody loaded the metadata of a test tenant or of another customer, or edited one place
    /// only: the application is unknown in the tenant people are sent to, or the service provider refuses an Issuer it does not
    /// know. Metadata of the `common` endpoint still has `{tenantid}` in it and fits no tenant at all.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/{tenantid}/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/common/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static TENANT_MISMATCH = {
        id: "metadata/tenant-mismatch",
        title: "Metadata and sign-in name different tenants",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: ["metadata/stale-copy", "endpoints/entity-id-not-registered", "endpoints/idp-unknown-to-sp", "endpoints/placeholder-value", "endpoints/sso-url-wrong", "flow/metadata-or-signing-error-at-sp", "signing/active-certificate-not-in-metadata"],
        accounts: [Account::sp(&[Meaning::Issuer, Meaning::UnknownIdp, Meaning::UnknownSp, Meaning::UnknownEntity, Meaning::Signature, Meaning::UnknownKey]), Account::idp(&[Meaning::Issuer, Meaning::UnknownIdp, Meaning::UnknownSp, Meaning::UnknownEntity, Meaning::Signature])],
        causes: [OTHER_TENANT, COMMON_METADATA, PUBLISHED_WRONG],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/federation-metadata", "2026-11-24"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-12-01").about("AADSTS50194"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-12-01").about("AADSTS90002"),
        ],
        run: run,
    }
}

/// A tenant, and where it is named.
struct Named {
    tenant: Tenant,
    value: String,
    origin: String,
    place: Place,
}

fn run(case: &Case, out: &mut Findings) {
    let published = case.idp_metadata_published();
    for copy in case.idp_metadata_copies().into_iter().filter(|copy| copy.idp.is_some()) {
        let judged = Judged { inside: inside(&copy), right: authority(&copy, &published), copy };
        out.extend(match judged.inside.iter().find(|named| named.tenant.names_none()) {
            Some(none) => Some(judged.without_tenant(none)),
            None => judged.contradiction(),
        });
    }
}

/// One copy, the tenants it names, and who else names one.
struct Judged<'a> {
    copy: MetadataCopy<'a>,
    inside: Vec<Named>,
    right: Option<Named>,
}

impl Judged<'_> {
    fn without_tenant(&self, none: &Named) -> Finding {
        let copy = &self.copy;
        let finding = copy
            .fault(format!("Metadata names no tenant: {}", none.tenant))
            .detail(format!("{} is meant for any tenant; a service provider has to be given the metadata of one.", copy.origin))
            .expected(
                self.right.as_ref().map_or_else(|| "the id of the tenant".to_owned(), |named| named.value.clone()),
                "the tenant's own metadata",
            );
        let right = self.right.as_ref().map(|named| &named.tenant);
        self.worded(finding, none, &COMMON_METADATA, right).explains("endpoints/issuer-mismatch")
    }

    /// Two tenants where one is due: within the copy, or between the copy and what else is known.
    fn contradiction(&self) -> Option<Finding> {
        let own = self.inside.first()?;
        if let Some(other) = self.inside.iter().find(|named| differ(&named.tenant, &own.tenant)) {
            // Which of the two is right shows where the rest of the case agrees with one.
            let own_is_right =
                self.right.as_ref().is_none_or(|right| !differ(&right.tenant, &own.tenant));
            let (expected, actual) = if own_is_right { (own, other) } else { (other, own) };
            let finding = self
                .copy
                .fault("Metadata names two different tenants")
                .detail(format!(
                    "{} says {}, {} says {}.",
                    own.origin, own.tenant, other.origin, other.tenant
                ))
                .expected(
                    actual
                        .value
                        .to_lowercase()
                        .replace(&actual.tenant.to_string(), &expected.tenant.to_string()),
                    expected.origin.clone(),
                );
            // Such a copy fits no message; one that is only another's is told better by the message.
            let finding = self.worded(finding, actual, &OTHER_TENANT, Some(&expected.tenant));
            return Some(finding.explains("endpoints/issuer-mismatch"));
        }
        let right = self.right.as_ref().filter(|right| differ(&right.tenant, &own.tenant))?;
        // An application may be owned by another tenant than the one it is used in.
        let severity = if right.origin.starts_with("appOwner") {
            Severity::Warning
        } else {
            self.copy.level()
        };
        let finding = self
            .copy
            .finding(severity, "Metadata is that of another tenant")
            .detail(format!(
                "{} says {}, {} says {}.",
                own.origin, own.tenant, right.origin, right.tenant
            ))
            .expected(right.value.clone(), right.origin.clone());
        Some(self.worded(finding, own, &OTHER_TENANT, Some(&right.tenant)))
    }

    /// What all findings have in common. The cause is the one given where the service provider holds the copy.
    fn worded(
        &self,
        finding: Finding,
        actual: &Named,
        held: &CauseData,
        right: Option<&Tenant>,
    ) -> Finding {
        let case = self.copy.case;
        let right = right
            .filter(|tenant| matches!(tenant, Tenant::Id(_) | Tenant::Domain(_)))
            .map(ToString::to_string);
        let value = case.metadata_url(right.as_deref());
        let reason = if self.copy.held_by == HeldBy::Sp { held } else { &PUBLISHED_WRONG };
        let finding = finding
            .actual(actual.value.clone(), actual.origin.clone())
            .at(&actual.place)
            .difference(Difference::Path)
            .because_with(reason, case, value.as_deref());
        let own = case.tenant_of(&self.copy.entity_id);
        let issuers: HashMap<&str, &Sited<String>> = case
            .messages
            .iter()
            .filter_map(|message| Some((message.id.as_str(), message.issuer.as_ref()?)))
            .collect();
        let issuer =
            |attempt: &Attempt| attempt.response.as_deref().and_then(|id| issuers.get(id).copied());
        let showing = case
            .attempts
            .iter()
            .filter(|attempt| shows(case, attempt, issuer(attempt), own.as_ref()));
        showing.fold(finding, |finding, attempt| finding.attempt(attempt.id.clone()))
    }
}

/// The attempt failed in a way that a wrong tenant explains.
fn shows(
    case: &Case,
    attempt: &Attempt,
    issuer: Option<&Sited<String>>,
    own: Option<&Tenant>,
) -> bool {
    let other_issuer = issuer
        .and_then(|issuer| case.tenant_of(issuer))
        .zip(own)
        .is_some_and(|(issuer, own)| differ(&issuer, own));
    let before_any_message = attempt.request.is_none() && attempt.response.is_none();
    let codes = attempt
        .exchanges
        .iter()
        .filter_map(|index| case.exchanges.get(*index))
        .filter_map(|exchange| exchange.page.as_ref());
    let told = codes.flat_map(|page| &page.codes).any(|code| TENANT_CODES.contains(&code.as_str()));
    attempt.failed() && (other_issuer || before_any_message || told)
}

/// Tenants in the copy's own entityID and SSO URLs.
fn inside(copy: &MetadataCopy<'_>) -> Vec<Named> {
    let sso = copy
        .idp
        .iter()
        .flat_map(|role| &role.sso)
        .map(|endpoint| (&endpoint.location, "SingleSignOnService"));
    std::iter::once((&copy.entity_id, "entityID"))
        .chain(sso)
        .filter_map(|(value, what)| {
            let tenant = copy.case.tenant_of(value)?;
            Some(Named {
                tenant,
                value: value.value.clone(),
                origin: format!("{what} in {}", copy.origin),
                place: value.place.clone(),
            })
        })
        .collect()
}

/// Who else names the tenant, most reliable first: the issuer of a captured response, the published
/// metadata, the export of the application. Where people of several tenants sign in, the copy is of one of them.
fn authority(copy: &MetadataCopy<'_>, published: &[MetadataCopy<'_>]) -> Option<Named> {
    let case = copy.case;
    let named = |value: &Sited<String>, origin: String| {
        let tenant = case.tenant_of(value).filter(|tenant| !tenant.names_none())?;
        Some(Named { tenant, value: value.value.clone(), origin, place: value.place.clone() })
    };
    let issuer =
        case.messages_of(MessageKind::Response).filter_map(|message| message.issuer.as_ref());
    let published =
        published.iter().filter(|source| source.id != copy.id && copy.held_by == HeldBy::Sp);
    let own = case.tenant_of(&copy.entity_id);
    let (of_own, of_others): (Vec<Named>, Vec<Named>) = issuer
        .filter_map(|issuer| named(issuer, "Issuer of the captured response".to_owned()))
        .partition(|named| own.as_ref() == Some(&named.tenant));
    // Where the metadata of several tenants lie beside each other, the copy is one of its own tenant's.
    let published: Vec<Named> = published
        .filter_map(|source| named(&source.entity_id, format!("entityID in {}", source.origin)))
        .collect();
    let is_own = |named: &Named| own.as_ref() == Some(&named.tenant);
    let (published_own, published_others): (Vec<Named>, Vec<Named>) =
        published.into_iter().partition(is_own);
    of_own.into_iter().chain(of_others).chain(published_own).chain(published_others).next().or_else(
        || {
            let tenants = || {
                case.relevant_registrations()
                    .filter_map(|registration| registration.tenant.as_ref())
            };
            let of_own = |tenant: &&Sited<String>| {
                own.as_ref() == Some(&Tenant::Id(tenant.value.to_lowercase()))
            };
            let tenant = tenants().find(of_own).or_else(|| tenants().next())?;
            let value = format!("https://sts.windows.net/{}/", tenant.value.to_lowercase());
            let id = Tenant::Id(tenant.value.to_lowercase());
            Some(Named {
                tenant: id,
                value,
                origin: "appOwnerOrganizationId of the application".to_owned(),
                place: tenant.place.clone(),
            })
        },
    )
}

/// Two ids that differ. What a domain stands for is not known, so it differs from nothing.
fn differ(left: &Tenant, right: &Tenant) -> bool {
    matches!((left, right), (Tenant::Id(left), Tenant::Id(right)) if left != right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::case::registration::IdpRegistration;
    use diag_sdk::testing::{TENANT, attempt, idp_metadata, of_tenant, with_metadata};

    const OTHER: &str = "11111111-2222-4333-8444-555555555555";

    fn idp(id: &str, held_by: HeldBy, certificates: &[&str]) -> Metadata {
        of_tenant(idp_metadata(id, held_by, certificates))
    }

    fn copy(entity_tenant: &str, sso_tenant: &str, held_by: HeldBy) -> Metadata {
        let mut copy = idp("d1", held_by, &["a"]);
        copy.entity_id = format!("https://sts.windows.net/{entity_tenant}/").as_str().into();
        if let Some(role) = &mut copy.idp {
            role.sso.iter_mut().for_each(|endpoint| {
                endpoint.location =
                    format!("https://login.microsoftonline.com/{sso_tenant}/saml2").as_str().into();
            });
        }
        copy
    }

    fn messages(case: &Case) -> Vec<(Severity, String)> {
        TENANT_MISMATCH
            .judge(case)
            .found()
            .iter()
            .map(|finding| (finding.severity, finding.message.clone()))
            .collect()
    }

    #[test]
    fn one_tenant_throughout_is_silent() {
        let case = with_metadata(vec![
            copy(TENANT, &TENANT.to_uppercase(), HeldBy::Sp),
            idp("d2", HeldBy::Publisher, &["a"]),
        ]);
        assert!(messages(&case).is_empty());
        let domain = with_metadata(vec![copy(TENANT, "contoso.onmicrosoft.com", HeldBy::Sp)]);
        assert!(messages(&domain).is_empty(), "a domain may stand for the tenant");
    }

    #[test]
    fn entity_id_and_sso_url_must_agree() {
        let case = with_metadata(vec![copy(OTHER, TENANT, HeldBy::Sp)]);
        assert_eq!(
            messages(&case),
            [(Severity::Error, "Metadata names two different tenants".to_owned())]
        );
    }

    #[test]
    fn the_published_file_tells_which_of_the_two_is_wrong() {
        let case = with_metadata(vec![
            copy(OTHER, TENANT, HeldBy::Sp),
            idp("d2", HeldBy::Publisher, &["a"]),
        ]);
        let found = TENANT_MISMATCH.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(
            finding.actual.as_deref(),
            Some(format!("https://sts.windows.net/{OTHER}/").as_str())
        );
        assert_eq!(finding.expected_origin.as_deref(), Some("SingleSignOnService in d1.xml"));
    }

    #[test]
    fn templates_and_the_common_endpoint_name_no_tenant() {
        for (entity, sso) in [("{tenantid}", "common"), (TENANT, "common"), ("{tenantid}", TENANT)]
        {
            let found = messages(&with_metadata(vec![copy(entity, sso, HeldBy::Sp)]));
            assert_eq!(found.len(), 1, "{entity} {sso}");
            assert_eq!(found[0].0, Severity::Error, "{entity} {sso}");
        }
    }

    #[test]
    fn a_captured_issuer_of_another_tenant_is_an_error_and_names_the_attempt() {
        let mut case = with_metadata(vec![copy(OTHER, OTHER, HeldBy::Sp)]);
        attempt(&mut case, Outcome::RefusedBySp);
        case.messages[1].issuer =
            Some(format!("https://sts.windows.net/{TENANT}/").as_str().into());
        let found = TENANT_MISMATCH.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(
            (finding.severity, finding.attempts.as_slice()),
            (Severity::Error, ["a1".to_owned()].as_slice())
        );
    }

    #[test]
    fn where_people_of_several_tenants_sign_in_the_copy_is_of_one_of_them() {
        let mut case = with_metadata(vec![copy(OTHER, OTHER, HeldBy::Sp)]);
        attempt(&mut case, Outcome::SignedIn);
        let issued_by = |tenant| Some(format!("https://sts.windows.net/{tenant}/").as_str().into());
        case.messages[1].issuer = issued_by(TENANT);
        let mut another = case.messages[1].clone();
        (another.id, another.issuer) = ("m9".into(), issued_by(OTHER));
        assert_eq!(messages(&case).len(), 1);
        case.messages.push(another);
        assert!(messages(&case).is_empty());
    }

    #[test]
    fn the_owner_of_the_application_may_be_another_tenant() {
        let mut case = with_metadata(vec![copy(OTHER, OTHER, HeldBy::Sp)]);
        case.registrations = vec![IdpRegistration {
            relevant: true,
            tenant: Some(TENANT.into()),
            ..IdpRegistration::default()
        }];
        assert_eq!(
            messages(&case),
            [(Severity::Warning, "Metadata is that of another tenant".to_owned())]
        );
    }

    #[test]
    fn a_sign_in_that_worked_forbids_an_error() {
        let mut case = with_metadata(vec![copy(TENANT, "common", HeldBy::Sp)]);
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(messages(&case)[0].0, Severity::Warning);
    }

    #[test]
    fn other_identity_providers_have_no_tenants() {
        let mut other = copy(OTHER, TENANT, HeldBy::Sp);
        other.entity_id = "https://idp.example/metadata".into();
        assert!(messages(&with_metadata(vec![other])).is_empty());
    }
}
