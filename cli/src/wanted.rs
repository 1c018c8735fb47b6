//! What each input is called and how one gets it, so that "not checked" is followed by what to do.

use diag_sdk::{Case, Need, Vendor};

/// What an input is called.
pub(crate) fn name(need: Need) -> &'static str {
    match need {
        Need::Capture => "Browser capture (HAR)",
        Need::IdpMetadata => "Metadata of the identity provider",
        Need::IdpMetadataInSp => "The identity provider's metadata as the service provider has loaded it",
        Need::SpMetadata => "Metadata of the service provider",
        Need::SpMetadataInIdp => "The service provider's metadata as the identity provider has loaded it",
        Need::Virtualproxyconfig => "Qlik virtual proxy export",
        Need::Proxyservice => "Qlik proxy service export",
        Need::Application => "Entra application export",
        Need::ServicePrincipal => "Entra service principal export",
        Need::TokenIssuancePolicies => "Entra token issuance policies",
        Need::ClaimsMappingPolicies => "Entra claims mapping policies",
        Need::Certutil => "Certificate store listing of the Qlik server",
        Need::ProxyLog => "Log of the Qlik proxy service",
        Need::DecryptionKey => "Decryption key of the service provider",
    }
}

/// How to get it, one line.
pub(crate) fn how(need: Need, idp: Vendor, sp: Vendor) -> &'static str {
    match need {
        Need::Capture => "press F12, open Network, tick Preserve log, sign in until it fails, then export the HAR with sensitive data",
        Need::IdpMetadata => match idp {
            Vendor::Entra => {
                "Entra admin center › Enterprise applications › the application › Single sign-on › Federation Metadata XML › Download"
            }
            _ => "download it from the identity provider's metadata address",
        },
        Need::IdpMetadataInSp => match sp {
            Vendor::Qlik => "it is part of the virtual proxy export; or give the file that was uploaded in the QMC with --sp-has FILE",
            _ => "copy the file from the service provider's configuration and give it with --sp-has FILE",
        },
        Need::SpMetadata => match sp {
            Vendor::Qlik => "QMC › Virtual proxies › select the virtual proxy › Download SP metadata",
            _ => "download it from the service provider's metadata address",
        },
        Need::SpMetadataInIdp => "export it at the identity provider and give it with --idp-has FILE",
        Need::Virtualproxyconfig => {
            "GET https://SERVER:4242/qrs/virtualproxyconfig/full?xrfkey=0123456789abcdef with header X-Qlik-Xrfkey and the client certificate"
        }
        Need::Proxyservice => {
            "GET https://SERVER:4242/qrs/proxyservice/full?xrfkey=0123456789abcdef with header X-Qlik-Xrfkey and the client certificate"
        }
        Need::Application => "GET https://graph.microsoft.com/v1.0/applications(appId='APPLICATION-ID')",
        Need::ServicePrincipal => "GET https://graph.microsoft.com/v1.0/servicePrincipals(appId='APPLICATION-ID')",
        Need::TokenIssuancePolicies => "GET https://graph.microsoft.com/v1.0/servicePrincipals/OBJECT-ID/tokenIssuancePolicies",
        Need::ClaimsMappingPolicies => "GET https://graph.microsoft.com/v1.0/servicePrincipals/OBJECT-ID/claimsMappingPolicies",
        Need::Certutil => "on the proxy node: certutil -store -v my > certificates.txt",
        Need::ProxyLog => "on the proxy node: C:\\ProgramData\\Qlik\\Sense\\Log\\Proxy\\Trace\\SERVER_Audit_Proxy.txt",
        Need::DecryptionKey => "--key PEM: the private key the assertions are encrypted for; it is used in memory only",
    }
}

/// It is an export of a product that is known not to take part, so there is none to ask for.
pub(crate) fn is_foreign(case: &Case, need: Need) -> bool {
    let own = product(need);
    let seen = match own {
        Some(Vendor::Entra) => case.idp_vendor,
        Some(Vendor::Qlik) => case.sp_vendor,
        _ => return false,
    };
    own != Some(seen) && known_otherwise(case, own)
}

/// The side whose product would be `own` is known, and is another product: its metadata or its
/// messages are there, and nothing of them says `own`.
fn known_otherwise(case: &Case, own: Option<Vendor>) -> bool {
    match own {
        Some(Vendor::Entra) => !case.exchanges.is_empty() || case.metadata.iter().any(|metadata| metadata.idp.is_some()),
        Some(Vendor::Qlik) => !case.exchanges.is_empty() || case.metadata.iter().any(|metadata| metadata.sp.is_some()),
        _ => false,
    }
}

/// The product whose input it is.
fn product(need: Need) -> Option<Vendor> {
    match need {
        Need::Application | Need::ServicePrincipal | Need::TokenIssuancePolicies | Need::ClaimsMappingPolicies => Some(Vendor::Entra),
        Need::Virtualproxyconfig | Need::Proxyservice | Need::Certutil | Need::ProxyLog => Some(Vendor::Qlik),
        _ => None,
    }
}
