//! Requests are sent to the URL of one of several instances, which takes no signed ones, and signatures are required.

use diag_sdk::case::input::HeldBy;
use diag_sdk::tenant::is_guid;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Need, Place, Reference, Setting, Severity, Stage,
    Who, check,
};

static INSTANCE_URL: CauseData = CauseData {
    text: "The service provider asks at the address that ends in the id of one instance, and that address verifies no signatures",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Use the address that ends in /saml2, without the id behind it",
};
static REQUIRED: CauseData = CauseData {
    text: "The application requires signed requests although it is used by the address of an instance",
    who: Who::Idp,
    setting: Setting::IdpRequestVerification,
    fix: "Drop the requirement for signed requests: with several instances it cannot be met",
};

/// The code by which Entra ID says so.
const CODE: &str = "AADSTS76031";

check! {
    /// The SSO URL names an instance, and the application requires signed requests.
    ///
    /// Entra ID lets one application be set up several times; each set-up is asked at an address of its own, which ends in
    /// the object id of its service principal (`…/saml2/<id>`). That address does not verify signatures. Where the
    /// application requires signed requests every request is refused there (AADSTS76031), even one that is signed rightly.
    ///
    /// ## Fails
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Payroll", "identifierUris": ["https://pay.example"],
    ///  "web": {"redirectUris": ["https://pay.example/acs"]}, "requestSignatureVerification": {"isSignedRequestRequired": true}}
    /// ```
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2/5b1e9c70-3a4d-4f86-8b2f-6d0c7e9a1f35"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json application
    /// {"appId": "c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2", "displayName": "Payroll", "identifierUris": ["https://pay.example"],
    ///  "web": {"redirectUris": ["https://pay.example/acs"]}, "requestSignatureVerification": {"isSignedRequestRequired": true}}
    /// ```
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static INSTANCE_URL_WITH_SIGNED_REQUESTS = {
        id: "endpoints/instance-url-with-signed-requests",
        title: "The SSO URL names an instance, and signed requests are required",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Application, Need::IdpMetadata, Need::IdpMetadataInSp, Need::Capture],
        explains: ["endpoints/sso-url-wrong", "flow/request-not-answered", "signing/request-unsigned", "signing/request-signed-by-unknown-key"],
        accounts: [Account::idp(&[]).codes(&[CODE])],
        causes: [INSTANCE_URL, REQUIRED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/configure-app-multi-instancing", "2026-11-24"),
        ],
        run: run,
    }
}

/// A URL that names an instance, and where it stands.
struct InstanceUrl<'a> {
    url: &'a str,
    origin: String,
    place: &'a Place,
    attempt: Option<&'a str>,
}

fn run(case: &Case, out: &mut Findings) {
    let required = case.relevant_registrations().find_map(|registration| {
        Some((
            registration,
            registration.signed_requests_required.as_ref().filter(|flag| flag.value)?,
        ))
    });
    let said: Vec<_> = case.refusing_codes().into_iter().filter(|seen| seen.code == CODE).collect();
    if said.is_empty() && required.is_none() {
        return;
    }
    let Some(used) = instance_urls(case).into_iter().next() else {
        for seen in said {
            out.push(
                seen.finding(
                    Severity::Error,
                    format!("The SSO URL takes no signed requests ({CODE})"),
                )
                .at(seen.place)
                .because(&INSTANCE_URL, case)
                .because(&REQUIRED, case),
            );
        }
        return;
    };
    let mut finding = if said.is_empty()
        && (case.signed_in() || case.refused_by_other_codes(&[CODE]))
    {
        Finding::warning("The SSO URL names an instance, and signed requests are required")
            .likely()
            .detail("What the capture shows came to another end.")
    } else {
        Finding::error("The SSO URL names an instance, and signed requests are required")
            .detail("That address verifies no signatures, so that every request is refused, a rightly signed one too.")
    };
    let plain =
        used.url.trim_end_matches('/').rsplit_once('/').map_or(used.url, |(plain, _)| plain);
    finding = finding
        .actual(used.url, used.origin.clone())
        .expected(plain, "the address that verifies signatures")
        .at(used.place);
    for seen in &said {
        finding =
            finding.at(seen.place).attempt(seen.attempt.map_or("", |attempt| attempt.id.as_str()));
    }
    finding =
        finding.attempt(used.attempt.unwrap_or_default()).because_with(&INSTANCE_URL, case, plain);
    out.push(match required {
        Some((registration, flag)) => {
            finding.at(&flag.place).because_in(&REQUIRED, registration, None)
        }
        None => finding.because(&REQUIRED, case),
    });
}

/// SSO URLs of the case that end in the id of an instance: what requests were sent to, else what the service provider
/// holds, else what is published.
fn instance_urls(case: &Case) -> Vec<InstanceUrl<'_>> {
    let tenants = |url: &str| case.tenant_of(url).is_some() && names_instance(url);
    let requests = case.requests();
    let mut urls: Vec<InstanceUrl<'_>> = requests
        .iter()
        .filter(|request| !request.accepted())
        .filter_map(|request| {
            let url = request.message.delivered_to().filter(|url| tenants(url))?;
            let attempt = request.attempt.map(|attempt| attempt.id.as_str());
            Some(InstanceUrl {
                url,
                origin: "URL the browser sent the request to".to_owned(),
                place: &request.message.place,
                attempt,
            })
        })
        .collect();
    if !requests.is_empty() {
        return urls;
    }
    for held_by in [HeldBy::Sp, HeldBy::Publisher] {
        for metadata in case.idp_metadata(held_by) {
            let endpoints = metadata
                .idp
                .iter()
                .flat_map(|role| &role.sso)
                .filter(|endpoint| tenants(&endpoint.location.value));
            urls.extend(endpoints.map(|endpoint| InstanceUrl {
                url: &endpoint.location.value,
                origin: format!("SingleSignOnService in {}", metadata.origin),
                place: &endpoint.location.place,
                attempt: None,
            }));
        }
    }
    urls
}

/// Behind the name of the service stands an id.
fn names_instance(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let mut segments = path.rsplit('/');
    segments.next().is_some_and(is_guid)
        && segments.next().is_some_and(|service| service.eq_ignore_ascii_case("saml2"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{
        TENANT, findings, idp_metadata, levels, products, refused_by_idp, registration, sited,
        sso_endpoints,
    };

    const INSTANCE: &str = "5b1e9c70-3a4d-4f86-8b2f-6d0c7e9a1f35";

    fn held(url: &str, required: bool) -> Case {
        let mut copy = idp_metadata("d1", HeldBy::Sp, &[]);
        copy.idp.as_mut().expect("a role").sso = sso_endpoints(&[url]);
        let mut known = registration(&[], &[]);
        known.signed_requests_required = Some(sited(required));
        Case {
            metadata: vec![copy],
            registrations: vec![known],
            products: products(),
            ..Case::default()
        }
    }

    #[test]
    fn the_id_and_the_requirement_together_are_the_fault() {
        let base = format!("https://login.microsoftonline.com/{TENANT}/saml2");
        let found = findings(
            &INSTANCE_URL_WITH_SIGNED_REQUESTS,
            &held(&format!("{base}/{INSTANCE}"), true),
        );
        assert_eq!(
            (found.len(), found[0].severity, found[0].causes[0].value.as_deref()),
            (1, Severity::Error, Some(base.as_str()))
        );
        assert!(
            findings(
                &INSTANCE_URL_WITH_SIGNED_REQUESTS,
                &held(&format!("{base}/{INSTANCE}"), false)
            )
            .is_empty()
        );
        assert!(findings(&INSTANCE_URL_WITH_SIGNED_REQUESTS, &held(&base, true)).is_empty());
        assert!(
            findings(
                &INSTANCE_URL_WITH_SIGNED_REQUESTS,
                &held(&format!("https://idp.example/saml2/{INSTANCE}"), true)
            )
            .is_empty()
        );
    }

    #[test]
    fn the_code_alone_is_enough() {
        assert_eq!(
            levels(&INSTANCE_URL_WITH_SIGNED_REQUESTS, &refused_by_idp(&[CODE], &[])),
            [Severity::Error]
        );
        assert!(
            findings(&INSTANCE_URL_WITH_SIGNED_REQUESTS, &refused_by_idp(&["AADSTS76021"], &[]))
                .is_empty()
        );
    }
}
