//! Names of settings, and where each vendor's administrator finds them.
//!
//! A check names a setting neutrally; only the wording and the "where to click" are vendor data,
//! and they all stand in this file. Screens follow the Microsoft tutorial "Microsoft Entra SSO
//! integration with Qlik Sense Enterprise Client-Managed" and the QMC's own labels.

words! {
    /// A product whose screens we know.
    pub enum Vendor {
        /// Anything else.
        Other,
        /// Microsoft Entra ID.
        Entra,
        /// Qlik Sense Enterprise client-managed.
        Qlik,
    }

    /// A setting of either side, named neutrally.
    pub enum Setting {
        /// Not one setting; the cause's own words say where.
        Unspecified,
        /// The service provider's entityID as registered at the identity provider.
        IdpIdentifier,
        /// The assertion consumer service URLs registered at the identity provider.
        IdpReplyUrl,
        /// The URL at which the identity provider sends people to start at the service provider.
        IdpSignOnUrl,
        /// The RelayState of sign-ins that start at the identity provider.
        IdpRelayState,
        /// The logout URL of the service provider as registered.
        IdpLogoutUrl,
        /// Which single sign-on method the registration uses.
        IdpSsoMode,
        /// Whether people may sign in to the application.
        IdpEnabled,
        /// Who is assigned to the application.
        IdpAssignment,
        /// The certificate the identity provider signs with.
        IdpSigningCertificate,
        /// Signing option (response, assertion) and algorithm.
        IdpSigningOption,
        /// Whether requests must be signed, and with which certificates.
        IdpRequestVerification,
        /// The certificate assertions are encrypted for.
        IdpTokenEncryption,
        /// Which attributes (claims) are sent, and under which names.
        IdpClaims,
        /// Groups in the assertion.
        IdpGroups,
        /// The metadata document the identity provider publishes.
        IdpMetadata,
        /// The clock of the identity provider.
        IdpClock,
        /// Conditional access, sign-in policies and authentication methods.
        IdpPolicy,
        /// The copy of the identity provider's metadata that the service provider has loaded.
        SpIdpMetadata,
        /// The host name the service provider builds its URLs from.
        SpHostUri,
        /// The entityID of the service provider.
        SpEntityId,
        /// The algorithm the service provider signs its requests with.
        SpSigningAlgorithm,
        /// The attribute that becomes the user's id.
        SpUserIdAttribute,
        /// The attribute or constant that becomes the user directory.
        SpUserDirectory,
        /// Further attributes the service provider reads.
        SpAttributeMapping,
        /// How people authenticate at this entry point.
        SpAuthenticationMethod,
        /// The path prefix of this entry point.
        SpPrefix,
        /// The description of this entry point.
        SpDescription,
        /// Name of the session cookie.
        SpSessionCookieName,
        /// Domain of the session cookie.
        SpSessionCookieDomain,
        /// SameSite and Secure attributes of the session cookie.
        SpSessionCookieAttributes,
        /// How long an idle session lives.
        SpInactivityTimeout,
        /// Whether people get in without signing in.
        SpAnonymousAccess,
        /// Host names the service provider accepts.
        SpHostAllowList,
        /// The servers that do the work behind this entry point.
        SpLoadBalancingNodes,
        /// The proxies this entry point is linked to.
        SpLinkedProxies,
        /// The ports the proxy listens on.
        SpListenPort,
        /// Limits on request and header sizes.
        SpSizeLimits,
        /// The certificate (and its key store) the service provider signs and decrypts with.
        SpCertificate,
        /// The metadata document the service provider publishes.
        SpMetadata,
        /// Single logout.
        SpLogout,
        /// The clock of the service provider's servers.
        SpClock,
        /// What the application demands of people who signed in.
        SpAccessRule,
        /// Everything between the browser and the service provider.
        Gateway,
        /// The person's browser.
        Browser,
    }
}

/// What a product keeps a setting with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The product as a whole, or nothing that has a name.
    Product,
    /// An application that is registered at the identity provider.
    Application,
    /// An entry point of the service provider, such as a virtual proxy.
    EntryPoint,
    /// A server of the service provider, such as a proxy.
    Server,
}

impl Vendor {
    /// The product's name.
    pub fn product(self) -> Option<&'static str> {
        match self {
            Self::Entra => Some("Microsoft Entra ID"),
            Self::Qlik => Some("Qlik Sense"),
            Self::Other => None,
        }
    }
}

impl Setting {
    /// Where an administrator of the product finds the setting. `object` names the application or
    /// virtual proxy where it is known.
    pub fn screen(self, vendor: Vendor, object: Option<&str>) -> String {
        match vendor {
            Vendor::Entra => self.entra(object),
            Vendor::Qlik => self.qlik(object),
            Vendor::Other => None,
        }
        .unwrap_or_else(|| self.neutral().to_owned())
    }

    /// What a product keeps the setting with: whose name belongs on the screen.
    pub fn owner(self, vendor: Vendor) -> Owner {
        match (vendor, self) {
            (Vendor::Entra, Self::IdpPolicy) => Owner::Product,
            (Vendor::Entra, _) if self.entra(None).is_some() => Owner::Application,
            (Vendor::Qlik, Self::SpListenPort | Self::SpSizeLimits | Self::SpCertificate) => Owner::Server,
            (Vendor::Qlik, _) if self.qlik(None).is_some() => Owner::EntryPoint,
            _ => Owner::Product,
        }
    }

    fn entra(self, application: Option<&str>) -> Option<String> {
        let app = application.unwrap_or("the application");
        let enterprise = |rest: &str| Some(format!("Entra admin center › Enterprise applications › {app} › {rest}"));
        let sso = |rest: &str| Some(format!("Entra admin center › Enterprise applications › {app} › Single sign-on › {rest}"));
        match self {
            Self::IdpIdentifier => sso("Basic SAML Configuration › Identifier (Entity ID)"),
            Self::IdpReplyUrl => sso("Basic SAML Configuration › Reply URL (Assertion Consumer Service URL)"),
            Self::IdpSignOnUrl => sso("Basic SAML Configuration › Sign on URL"),
            Self::IdpRelayState => sso("Basic SAML Configuration › Relay State"),
            Self::IdpLogoutUrl => sso("Basic SAML Configuration › Logout Url"),
            Self::IdpSsoMode => sso("Select a single sign-on method › SAML"),
            Self::IdpEnabled => enterprise("Properties › Enabled for users to sign-in?"),
            Self::IdpAssignment => enterprise("Users and groups"),
            Self::IdpSigningCertificate => sso("SAML Certificates › Token signing certificate"),
            Self::IdpSigningOption => sso("SAML Certificates › Token signing certificate › Edit › Signing Option and Signing Algorithm"),
            Self::IdpRequestVerification => sso("SAML Certificates › Verification certificates"),
            Self::IdpTokenEncryption => enterprise("Token encryption"),
            Self::IdpClaims => sso("Attributes & Claims"),
            Self::IdpGroups => sso("Attributes & Claims › Add a group claim"),
            Self::IdpMetadata => sso("SAML Certificates › Federation Metadata XML"),
            Self::IdpPolicy => Some("Entra admin center › Protection › Conditional Access › Policies".to_owned()),
            _ => None,
        }
    }

    fn qlik(self, proxy: Option<&str>) -> Option<String> {
        let name = proxy.unwrap_or("the virtual proxy");
        let page = |rest: &str| Some(format!("QMC › Virtual proxies › {name} › {rest}"));
        let service = |rest: &str| Some(format!("QMC › Proxies › {} › {rest}", proxy.unwrap_or("the proxy")));
        match self {
            Self::SpIdpMetadata => page("Authentication › SAML IdP metadata"),
            Self::SpHostUri => page("Authentication › SAML host URI"),
            Self::SpEntityId => page("Authentication › SAML entity ID"),
            Self::SpSigningAlgorithm => page("Authentication › SAML signing algorithm"),
            Self::SpUserIdAttribute => page("Authentication › SAML attribute for user ID"),
            Self::SpUserDirectory => page("Authentication › SAML attribute for user directory"),
            Self::SpAttributeMapping => page("Authentication › SAML attribute mapping"),
            Self::SpAuthenticationMethod => page("Authentication › Authentication method"),
            Self::SpAnonymousAccess => page("Authentication › Anonymous access mode"),
            Self::SpLogout => page("Authentication › SAML single logout"),
            Self::SpPrefix => page("Identification › Prefix"),
            Self::SpDescription => page("Identification › Description"),
            Self::SpInactivityTimeout => page("Identification › Session inactivity timeout (minutes)"),
            Self::SpSessionCookieName => page("Identification › Session cookie header name"),
            Self::SpSessionCookieDomain => page("Advanced › Session cookie domain"),
            Self::SpSessionCookieAttributes => page("Advanced › SameSite attribute and Secure attribute (https)"),
            Self::SpHostAllowList => page("Advanced › Host allow list"),
            Self::SpLoadBalancingNodes => page("Load balancing › Load balancing nodes"),
            Self::SpLinkedProxies => page("Associated items › Proxies › Link"),
            Self::SpMetadata => page("Download SP metadata"),
            Self::SpListenPort => service("Ports › Service listen port HTTPS"),
            Self::SpSizeLimits => service("Advanced › Max header size and Max header lines"),
            Self::SpCertificate => service("Security › SSL browser certificate thumbprint"),
            _ => None,
        }
    }

    /// The setting in neutral words, for products whose screens we do not know.
    pub fn neutral(self) -> &'static str {
        match self {
            Self::Unspecified => "see the fix",
            Self::IdpIdentifier => "identity provider: entityID of the registered service provider",
            Self::IdpReplyUrl => "identity provider: registered assertion consumer service URLs",
            Self::IdpSignOnUrl => "identity provider: start URL of the application",
            Self::IdpRelayState => "identity provider: RelayState of the application",
            Self::IdpLogoutUrl => "identity provider: registered logout URL",
            Self::IdpSsoMode => "identity provider: sign-on method of the application",
            Self::IdpEnabled => "identity provider: state of the application",
            Self::IdpAssignment => "identity provider: who may use the application",
            Self::IdpSigningCertificate => "identity provider: signing certificate",
            Self::IdpSigningOption => "identity provider: signing of responses and assertions",
            Self::IdpRequestVerification => "identity provider: verification of signed requests",
            Self::IdpTokenEncryption => "identity provider: assertion encryption",
            Self::IdpClaims => "identity provider: attributes released to the application",
            Self::IdpGroups => "identity provider: groups released to the application",
            Self::IdpMetadata => "identity provider: published metadata",
            Self::IdpClock => "identity provider: clock of its servers",
            Self::IdpPolicy => "identity provider: sign-in policies",
            Self::SpIdpMetadata => "service provider: loaded metadata of the identity provider",
            Self::SpHostUri => "service provider: public host name",
            Self::SpEntityId => "service provider: entityID",
            Self::SpSigningAlgorithm => "service provider: signing algorithm of requests",
            Self::SpUserIdAttribute => "service provider: attribute for the user id",
            Self::SpUserDirectory => "service provider: attribute for the user directory",
            Self::SpAttributeMapping => "service provider: attribute mapping",
            Self::SpAuthenticationMethod => "service provider: authentication method",
            Self::SpPrefix => "service provider: path prefix",
            Self::SpDescription => "service provider: description",
            Self::SpSessionCookieName => "service provider: session cookie name",
            Self::SpSessionCookieDomain => "service provider: session cookie domain",
            Self::SpSessionCookieAttributes => "service provider: SameSite and Secure of its cookies",
            Self::SpInactivityTimeout => "service provider: session timeout",
            Self::SpAnonymousAccess => "service provider: anonymous access",
            Self::SpHostAllowList => "service provider: accepted host names",
            Self::SpLoadBalancingNodes => "service provider: nodes behind the entry point",
            Self::SpLinkedProxies => "service provider: proxies of the entry point",
            Self::SpListenPort => "service provider: listening port",
            Self::SpSizeLimits => "service provider: request and header size limits",
            Self::SpCertificate => "service provider: certificate and private key",
            Self::SpMetadata => "service provider: published metadata",
            Self::SpLogout => "service provider: single logout",
            Self::SpClock => "service provider: clock of its servers",
            Self::SpAccessRule => "service provider: access rule of the application",
            Self::Gateway => "reverse proxy, load balancer or web server in front of the service provider",
            Self::Browser => "the person's browser",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_belong_to_what_their_screens_name() {
        for (setting, vendor, owner) in [
            (Setting::IdpClaims, Vendor::Entra, Owner::Application),
            (Setting::IdpPolicy, Vendor::Entra, Owner::Product),
            (Setting::SpHostUri, Vendor::Entra, Owner::Product),
            (Setting::SpHostUri, Vendor::Qlik, Owner::EntryPoint),
            (Setting::SpListenPort, Vendor::Qlik, Owner::Server),
            (Setting::SpHostUri, Vendor::Other, Owner::Product),
        ] {
            assert_eq!(setting.owner(vendor), owner, "{setting:?}");
            assert_eq!(setting.screen(vendor, Some("NAME")).contains("NAME"), owner != Owner::Product, "{setting:?}");
        }
    }
}
