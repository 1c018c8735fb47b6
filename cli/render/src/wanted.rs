//! What each input is called and how one gets it, so that "not checked" is followed by what to do. What belongs
//! to one product alone stands in its product file.

use diag_products::{Products, Role};
use diag_sdk::{Case, Need, Vendor};

/// What an input is called.
pub fn name(need: Need, products: &Products) -> String {
    let neutral = match need {
        Need::Capture => "Browser capture (HAR)",
        Need::IdpMetadata => "Metadata of the identity provider",
        Need::IdpMetadataInSp => {
            "The identity provider's metadata as the service provider has loaded it"
        }
        Need::SpMetadata => "Metadata of the service provider",
        Need::SpMetadataInIdp => {
            "The service provider's metadata as the identity provider has loaded it"
        }
        Need::DecryptionKey => "Decryption key of the service provider",
        Need::Expectations => "What you expect of your own sign-in",
        Need::Certutil => "Certificate store listing",
        Need::ProxyLog => "Proxy log",
        Need::ServerLog => "Log of the server that signs people in",
        Need::Virtualproxyconfig
        | Need::Proxyservice
        | Need::Application
        | Need::ServicePrincipal
        | Need::TokenIssuancePolicies
        | Need::ClaimsMappingPolicies => "Export of a product's configuration",
    };
    products
        .whose(need)
        .and_then(|(_, export)| export.name.as_deref())
        .unwrap_or(neutral)
        .to_owned()
}

/// How to get it, one line.
pub fn how(need: Need, case: &Case, products: &Products) -> String {
    let (side, neutral) = match need {
        Need::Capture => (
            None,
            "press F12, open Network, tick Preserve log, sign in until it fails, then export the HAR with sensitive data",
        ),
        Need::DecryptionKey => (
            None,
            "--key PEM: the private key the assertions are encrypted for; it is used in memory only",
        ),
        Need::Expectations => {
            (None, "write it under [expect] in diag.toml, or give it with --expect FILE")
        }
        Need::IdpMetadata => {
            (Some(case.idp_vendor), "download it from the identity provider's metadata address")
        }
        Need::IdpMetadataInSp => (
            Some(case.sp_vendor),
            "copy the file from the service provider's configuration and give it with --sp-has FILE",
        ),
        Need::SpMetadata => {
            (Some(case.sp_vendor), "download it from the service provider's metadata address")
        }
        Need::SpMetadataInIdp => (
            Some(case.idp_vendor),
            "export it at the identity provider and give it with --idp-has FILE",
        ),
        _ => (
            products.whose(need).and_then(|(product, _)| Vendor::read(&product.id)),
            "export it there",
        ),
    };
    side.and_then(|vendor| products.export(vendor, need))
        .map_or(neutral, |export| export.how.as_str())
        .to_owned()
}

/// The product from which one gets an input, where it is known which.
pub(crate) fn vendor(need: Need, case: &Case, products: &Products) -> Option<Vendor> {
    match need {
        Need::Capture | Need::DecryptionKey | Need::Expectations => None,
        Need::IdpMetadata | Need::SpMetadataInIdp => Some(case.idp_vendor),
        Need::SpMetadata | Need::IdpMetadataInSp => Some(case.sp_vendor),
        _ => products.whose(need).and_then(|(product, _)| Vendor::read(&product.id)),
    }
}

/// It is an export of a product that is known not to take part, so there is none to ask for.
pub fn is_foreign(case: &Case, need: Need, products: &Products) -> bool {
    // Nobody is to be asked for what a team may say of itself.
    if need == Need::Expectations {
        return true;
    }
    let Some((product, _)) = products.whose(need) else { return false };
    let idp = product.roles.contains(&Role::Idp);
    let seen = if idp { case.idp_vendor } else { case.sp_vendor };
    // The side is known, and is another product: its metadata or its messages are there, and nothing of them says so.
    let known = case
        .metadata
        .iter()
        .any(|metadata| if idp { metadata.idp.is_some() } else { metadata.sp.is_some() });
    seen.id() != product.id && (known || !case.exchanges.is_empty())
}
