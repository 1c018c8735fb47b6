//! Two products as their files tell of them, for the tests of checks.

use super::TENANT;
use crate::case::Case;
use crate::case::product::{Cloud, CodeClass, Habit, ProductFacts, VendorCode};
use crate::vendor::Vendor;

/// An identity provider with tenants.
pub const ENTRA: Vendor = Vendor::named("entra");
/// A service provider with virtual proxies.
pub const QLIK: Vendor = Vendor::named("qlik");

/// What is known of both, and of a proxy that stands in for hosts.
pub fn products() -> Vec<ProductFacts> {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    vec![
        ProductFacts {
            id: Vendor::named("session-proxy"),
            name: "A session proxy".to_owned(),
            stands_in: owned(&[".proxy.example.net"]),
            ..ProductFacts::default()
        },
        ProductFacts {
            id: ENTRA,
            name: "Microsoft Entra ID".to_owned(),
            habits: vec![Habit::HasTenants, Habit::PrefixesAudience, Habit::SignsPastExpiry],
            name_id_formats: owned(&[
                "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
                "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
                "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            ]),
            tenant_hosts: owned(&[
                "sts.windows.net",
                "login.microsoftonline.com",
                "*.ciamlogin.com",
            ]),
            clouds: vec![
                Cloud {
                    hosts: owned(&["login.microsoftonline.com"]),
                    login: Some("login.microsoftonline.com".to_owned()),
                    ..Cloud::default()
                },
                Cloud {
                    hosts: owned(&["login.microsoftonline.us"]),
                    login: Some("login.microsoftonline.us".to_owned()),
                    codes: owned(&["AADSTS900439"]),
                    names: owned(&["National Cloud 'microsoftonline.us'"]),
                },
                Cloud {
                    hosts: owned(&["*.ciamlogin.com"]),
                    login: None,
                    codes: owned(&["AADSTS500208"]),
                    names: Vec::new(),
                },
            ],
            issuer_hosts: owned(&["sts.windows.net"]),
            sign_in_hosts: owned(&["login.microsoftonline.com", "sts.windows.net"]),
            metadata_url: Some(
                "https://{host}/{tenant}/federationmetadata.xml?appid={application}".to_owned(),
            ),
            group_links: owned(&["http://schemas.microsoft.com/claims/groups.link"]),
            ..ProductFacts::default()
        },
        ProductFacts {
            id: QLIK,
            name: "Qlik Sense".to_owned(),
            habits: vec![
                Habit::AsksByRedirect,
                Habit::IgnoresResponseSignature,
                Habit::IgnoresCertificateDates,
                Habit::TakesSha1,
                Habit::RefusesClearTextOverHttp,
                Habit::WantsMetadataWithoutOtherRoles,
                Habit::NamesPeopleByDirectory,
                Habit::StartsSignIns,
                Habit::WantsLicence,
            ],
            key_providers: owned(&["Microsoft Enhanced RSA and AES Cryptographic Provider"]),
            log: Some("its audit log".to_owned()),
            ..ProductFacts::default()
        },
    ]
}

/// Makes the identity provider of a Case the one with tenants.
pub fn entra_signs_in(case: &mut Case) {
    case.idp_vendor = ENTRA;
    case.products = products();
}

/// Makes the service provider of a Case the one with virtual proxies.
pub fn qlik_serves(case: &mut Case) {
    case.sp_vendor = QLIK;
    case.products = products();
}

/// A code as the Case knows it once it was met.
pub fn known_code(code: &str, text: &str, class: CodeClass) -> VendorCode {
    VendorCode {
        code: code.to_owned(),
        vendor: ENTRA,
        product: "Microsoft Entra ID".to_owned(),
        text: text.to_owned(),
        fix: format!("Do what {code} asks for at {TENANT}"),
        class: Some(class),
        ..VendorCode::default()
    }
}
