//! In which of its clouds a product is met: each has log-in hosts of its own, and what lives in one is unknown in the others.

use crate::case::Case;
use crate::case::evidence::CodeSeen;
use crate::case::input::HeldBy;
use crate::case::message::MessageKind;
use crate::case::product::Cloud;
use crate::host::{host_of, is_one_of};
use crate::vendor::Vendor;

impl Case {
    /// The cloud a vendor's code says the tenant or application lives in.
    pub fn cloud_named_by(&self, code: &str) -> Option<&Cloud> {
        let clouds = self.products.iter().flat_map(|product| &product.clouds);
        clouds
            .into_iter()
            .find(|cloud| cloud.codes.iter().any(|known| known.eq_ignore_ascii_case(code)))
    }

    /// The cloud in which what was asked for is said to live: by a vendor's code, else by its name in the same refusal.
    pub fn cloud_told(&self, seen: &CodeSeen<'_>) -> Option<&Cloud> {
        self.cloud_named_by(seen.code).or_else(|| {
            let said = &self.failure_of(seen.attempt?)?.said;
            let said: Vec<String> =
                said.iter().map(|statement| statement.text.to_lowercase()).collect();
            let told = |name: &String| said.iter().any(|text| text.contains(&name.to_lowercase()));
            self.products
                .iter()
                .flat_map(|product| &product.clouds)
                .find(|cloud| cloud.names.iter().any(told))
        })
    }

    /// The host at which people sign in to the tenant of this case, as far as the case shows it: of the cloud that a
    /// refusal names, else of the one whose hosts stand in the identity provider's own metadata, else where requests
    /// went, else in the copy the service provider holds.
    pub fn login_host(&self, vendor: Vendor) -> Option<String> {
        let clouds = &self.product(vendor)?.clouds;
        let hosts = self.shown_hosts();
        let of = |cloud: &Cloud| {
            cloud
                .login
                .clone()
                .or_else(|| hosts.iter().find(|host| is_one_of(host, &cloud.hosts)).cloned())
        };
        if let Some(named) = self.refusing_codes().iter().find_map(|seen| self.cloud_told(seen)) {
            return of(named);
        }
        hosts.iter().find_map(|host| {
            let cloud = clouds.iter().find(|cloud| is_one_of(host, &cloud.hosts))?;
            Some(cloud.login.clone().unwrap_or_else(|| host.clone()))
        })
    }

    /// Hosts of the identity provider in this case, the surest first.
    fn shown_hosts(&self) -> Vec<String> {
        let listening = |held_by| {
            let endpoints = self
                .idp_metadata(held_by)
                .filter_map(|metadata| metadata.idp.as_ref())
                .flat_map(|role| &role.sso);
            endpoints.map(|endpoint| endpoint.location.value.as_str())
        };
        let asked = self
            .messages_of(MessageKind::AuthnRequest)
            .filter_map(|request| request.delivered_to());
        let named = self
            .messages
            .iter()
            .filter_map(|message| message.issuer.as_ref())
            .map(|issuer| issuer.value.as_str());
        let ids = self.metadata.iter().map(|metadata| metadata.entity_id.value.as_str());
        let urls = listening(HeldBy::Publisher)
            .chain(asked)
            .chain(listening(HeldBy::Sp))
            .chain(named)
            .chain(ids);
        let mut hosts: Vec<String> = Vec::new();
        for host in urls.filter_map(host_of) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, ENTRA, idp_metadata, refused_by_idp, sso_endpoints};

    fn listening_at(mut case: Case, held_by: HeldBy, url: &str) -> Case {
        let mut copy = idp_metadata("d1", held_by, &[]);
        copy.idp.as_mut().expect("a role").sso = sso_endpoints(&[url]);
        case.metadata.push(copy);
        case
    }

    #[test]
    fn the_host_is_the_one_the_case_shows() {
        let case = || Case { products: testing::products(), ..Case::default() };
        assert_eq!(case().login_host(ENTRA), None, "nothing shows it");
        for (url, host) in [
            ("https://login.microsoftonline.us/t/saml2", Some("login.microsoftonline.us")),
            ("https://shop.ciamlogin.com/t/saml2", Some("shop.ciamlogin.com")),
            ("https://login.microsoftonline.com/t/saml2", Some("login.microsoftonline.com")),
            ("https://idp.example/saml2", None),
        ] {
            assert_eq!(
                listening_at(case(), HeldBy::Sp, url).login_host(ENTRA).as_deref(),
                host,
                "{url}"
            );
        }
        let both = listening_at(
            listening_at(case(), HeldBy::Sp, "https://login.microsoftonline.com/t/saml2"),
            HeldBy::Publisher,
            "https://shop.ciamlogin.com/t/saml2",
        );
        assert_eq!(
            both.login_host(ENTRA).as_deref(),
            Some("shop.ciamlogin.com"),
            "what is published goes first"
        );
    }

    #[test]
    fn a_refusal_that_names_the_cloud_goes_first() {
        let refused = |code| {
            listening_at(
                refused_by_idp(&[code], &[]),
                HeldBy::Sp,
                "https://login.microsoftonline.com/t/saml2",
            )
        };
        assert_eq!(
            refused("AADSTS900439").login_host(ENTRA).as_deref(),
            Some("login.microsoftonline.us")
        );
        assert_eq!(
            refused("AADSTS500208").login_host(ENTRA),
            None,
            "whose own host it is does not show"
        );
        assert_eq!(
            refused("AADSTS50105").login_host(ENTRA).as_deref(),
            Some("login.microsoftonline.com")
        );
    }
}
