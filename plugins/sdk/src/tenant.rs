//! Tenants in the URLs of identity providers that have them.

use crate::case::Case;
use crate::host::{host_of, is_one_of};
use std::fmt;

/// What stands in a URL where the tenant belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tenant {
    /// A tenant's GUID, lower case.
    Id(String),
    /// A verified domain of a tenant; which GUID it stands for is not known here.
    Domain(String),
    /// `common`, `organizations` or `consumers`: no tenant at all.
    Shared(String),
    /// `{tenantid}` or the like, left in from a template.
    Placeholder(String),
}

impl Tenant {
    /// It names no tenant, although it should.
    pub fn names_none(&self) -> bool {
        matches!(self, Self::Shared(_) | Self::Placeholder(_))
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(text) | Self::Domain(text) | Self::Shared(text) | Self::Placeholder(text) => {
                f.write_str(text)
            }
        }
    }
}

impl Case {
    /// The tenant a URL names, where it is one of a product that has tenants; `None` for URLs of anyone else.
    pub fn tenant_of(&self, url: &str) -> Option<Tenant> {
        let host = host_of(url)?;
        self.products.iter().any(|product| is_one_of(&host, &product.tenant_hosts)).then_some(())?;
        named_in(url)
    }
}

fn named_in(url: &str) -> Option<Tenant> {
    let (_, rest) = url.trim().split_once("://")?;
    let segment =
        rest.split(['?', '#']).next()?.split('/').nth(1).filter(|segment| !segment.is_empty())?;
    let lower = segment.to_lowercase().replace("%7b", "{").replace("%7d", "}");
    Some(if lower.contains(['{', '}', '<', '>']) {
        Tenant::Placeholder(lower)
    } else if matches!(lower.as_str(), "common" | "organizations" | "consumers") {
        Tenant::Shared(lower)
    } else if is_guid(&lower) {
        Tenant::Id(lower)
    } else {
        Tenant::Domain(lower)
    })
}

/// Eight, four, four, four and twelve hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == 5
        && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_are_read_from_their_products_urls_only() {
        let case = Case { products: crate::testing::products(), ..Case::default() };
        let guid = "5f3a9c1e-7b2d-4e60-9a41-0c8d2e6f7a13";
        for (url, tenant) in [
            (format!("https://sts.windows.net/{guid}/"), Some(Tenant::Id(guid.to_owned()))),
            (
                format!("https://login.microsoftonline.com/{}/saml2?x=1", guid.to_uppercase()),
                Some(Tenant::Id(guid.to_owned())),
            ),
            (
                "https://login.microsoftonline.com/common/saml2".to_owned(),
                Some(Tenant::Shared("common".to_owned())),
            ),
            (
                "https://sts.windows.net/{tenantid}/".to_owned(),
                Some(Tenant::Placeholder("{tenantid}".to_owned())),
            ),
            (
                "https://sts.windows.net/%7Btenantid%7D/".to_owned(),
                Some(Tenant::Placeholder("{tenantid}".to_owned())),
            ),
            (
                "https://login.microsoftonline.com/contoso.onmicrosoft.com/saml2".to_owned(),
                Some(Tenant::Domain("contoso.onmicrosoft.com".to_owned())),
            ),
            (format!("https://idp.example/{guid}/"), None),
            ("https://sts.windows.net/".to_owned(), None),
        ] {
            assert_eq!(case.tenant_of(&url), tenant, "{url}");
        }
        assert!(!is_guid("5f3a9c1e-7b2d-4e60-9a41-0c8d2e6f7a1"));
    }
}
