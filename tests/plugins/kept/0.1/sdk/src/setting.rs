//! Names of settings. A check names a setting neutrally; where a product's administrator finds it stands in the
//! product's file.

words! {
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
        /// The list of applications, where one is found or made.
        IdpApplications,
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
        /// The security headers of the identity provider's pages.
        IdpPageHeaders,
        /// The clock of the identity provider.
        IdpClock,
        /// Conditional access, sign-in policies and authentication methods.
        IdpPolicy,
        /// Whether the registration of the application itself is active, beside whether people may sign in to it.
        IdpReactivation,
        /// Whether the identity provider's maker has blocked the application.
        IdpVendorBlock,
        /// The person's account at the identity provider.
        IdpUsers,
        /// Accounts of people from elsewhere at the identity provider.
        IdpGuests,
        /// Which other tenants' people may come, and where one's own may go.
        IdpExternalAccess,
        /// An identity provider behind this one, or a directory it asks.
        IdpFederation,
        /// What is held against the person because of risk.
        IdpRisk,
        /// The person's device as the identity provider knows it.
        IdpDevices,
        /// Which tenants may be used from a network.
        IdpTenantRestriction,
        /// Consent to what the application asks for.
        IdpConsent,
        /// The audience that replaces the service provider's name in assertions.
        IdpAudience,
        /// What the issuer of assertions looks like.
        IdpIssuerOption,
        /// Where the NameID comes from, and in which format.
        IdpNameId,
        /// A policy by which claims are made that no screen shows.
        IdpMappingPolicy,
        /// The registration as a document, for what no screen shows.
        IdpManifest,
        /// The copy of the identity provider's metadata that the service provider has loaded.
        SpIdpMetadata,
        /// The host name the service provider builds its URLs from.
        SpHostUri,
        /// The entityID of the service provider.
        SpEntityId,
        /// The algorithm the service provider signs its requests with.
        SpSigningAlgorithm,
        /// What the service provider's requests ask for.
        SpRequest,
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
        /// Path of the session cookie.
        SpSessionCookiePath,
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
        /// The security headers of the service provider's pages.
        SpPageHeaders,
        /// The guard of the service provider against requests from other sites.
        SpRequestGuard,
        /// Single logout.
        SpLogout,
        /// The clock of the service provider's servers.
        SpClock,
        /// What the application demands of people who signed in.
        SpAccessRule,
        /// The people the service provider knows.
        SpUsers,
        /// Who has a licence, pass or seat of the service provider.
        SpLicences,
        /// Headers the service provider adds to its answers.
        SpResponseHeaders,
        /// Everything between the browser and the service provider.
        Gateway,
        /// The person's browser.
        Browser,
    }
}

impl Setting {
    /// Every setting.
    pub const ALL: &[Self] = &[
        Self::Unspecified,
        Self::IdpIdentifier,
        Self::IdpReplyUrl,
        Self::IdpSignOnUrl,
        Self::IdpRelayState,
        Self::IdpLogoutUrl,
        Self::IdpSsoMode,
        Self::IdpApplications,
        Self::IdpEnabled,
        Self::IdpAssignment,
        Self::IdpSigningCertificate,
        Self::IdpSigningOption,
        Self::IdpRequestVerification,
        Self::IdpTokenEncryption,
        Self::IdpClaims,
        Self::IdpGroups,
        Self::IdpMetadata,
        Self::IdpPageHeaders,
        Self::IdpClock,
        Self::IdpPolicy,
        Self::IdpReactivation,
        Self::IdpVendorBlock,
        Self::IdpUsers,
        Self::IdpGuests,
        Self::IdpExternalAccess,
        Self::IdpFederation,
        Self::IdpRisk,
        Self::IdpDevices,
        Self::IdpTenantRestriction,
        Self::IdpConsent,
        Self::IdpAudience,
        Self::IdpIssuerOption,
        Self::IdpNameId,
        Self::IdpMappingPolicy,
        Self::IdpManifest,
        Self::SpIdpMetadata,
        Self::SpHostUri,
        Self::SpEntityId,
        Self::SpSigningAlgorithm,
        Self::SpRequest,
        Self::SpUserIdAttribute,
        Self::SpUserDirectory,
        Self::SpAttributeMapping,
        Self::SpAuthenticationMethod,
        Self::SpPrefix,
        Self::SpDescription,
        Self::SpSessionCookieName,
        Self::SpSessionCookieDomain,
        Self::SpSessionCookieAttributes,
        Self::SpSessionCookiePath,
        Self::SpInactivityTimeout,
        Self::SpAnonymousAccess,
        Self::SpHostAllowList,
        Self::SpLoadBalancingNodes,
        Self::SpLinkedProxies,
        Self::SpListenPort,
        Self::SpSizeLimits,
        Self::SpCertificate,
        Self::SpMetadata,
        Self::SpPageHeaders,
        Self::SpRequestGuard,
        Self::SpLogout,
        Self::SpClock,
        Self::SpAccessRule,
        Self::SpUsers,
        Self::SpLicences,
        Self::SpResponseHeaders,
        Self::Gateway,
        Self::Browser,
    ];

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
            Self::IdpApplications => "identity provider: list of applications",
            Self::IdpEnabled => "identity provider: state of the application",
            Self::IdpAssignment => "identity provider: who may use the application",
            Self::IdpSigningCertificate => "identity provider: signing certificate",
            Self::IdpSigningOption => "identity provider: signing of responses and assertions",
            Self::IdpRequestVerification => "identity provider: verification of signed requests",
            Self::IdpTokenEncryption => "identity provider: assertion encryption",
            Self::IdpClaims => "identity provider: attributes released to the application",
            Self::IdpGroups => "identity provider: groups released to the application",
            Self::IdpMetadata => "identity provider: published metadata",
            Self::IdpPageHeaders => "identity provider: security headers of its pages",
            Self::IdpClock => "identity provider: clock of its servers",
            Self::IdpPolicy => "identity provider: sign-in policies",
            Self::IdpReactivation => "identity provider: state of the application's registration",
            Self::IdpVendorBlock => "identity provider: support of its maker",
            Self::IdpUsers => "identity provider: accounts of people",
            Self::IdpGuests => "identity provider: invited guests",
            Self::IdpExternalAccess => "identity provider: access across tenants",
            Self::IdpFederation => {
                "identity provider: the identity provider or directory behind it"
            }
            Self::IdpRisk => "identity provider: risk of people and sign-ins",
            Self::IdpDevices => "identity provider: registered devices",
            Self::IdpTenantRestriction => "network: tenants that may be used from it",
            Self::IdpConsent => "identity provider: consent to the application",
            Self::IdpAudience => "identity provider: audience of the application's assertions",
            Self::IdpIssuerOption => "identity provider: issuer of the application's assertions",
            Self::IdpNameId => "identity provider: source and format of the NameID",
            Self::IdpMappingPolicy => "identity provider: claims policy of the application",
            Self::IdpManifest => "identity provider: registration of the application as a document",
            Self::SpIdpMetadata => "service provider: loaded metadata of the identity provider",
            Self::SpHostUri => "service provider: public host name",
            Self::SpEntityId => "service provider: entityID",
            Self::SpSigningAlgorithm => "service provider: signing algorithm of requests",
            Self::SpRequest => "service provider: what its requests ask for",
            Self::SpUserIdAttribute => "service provider: attribute for the user id",
            Self::SpUserDirectory => "service provider: attribute for the user directory",
            Self::SpAttributeMapping => "service provider: attribute mapping",
            Self::SpAuthenticationMethod => "service provider: authentication method",
            Self::SpPrefix => "service provider: path prefix",
            Self::SpDescription => "service provider: description",
            Self::SpSessionCookieName => "service provider: session cookie name",
            Self::SpSessionCookieDomain => "service provider: session cookie domain",
            Self::SpSessionCookieAttributes => {
                "service provider: SameSite and Secure of its cookies"
            }
            Self::SpSessionCookiePath => "service provider: path of its cookies",
            Self::SpInactivityTimeout => "service provider: session timeout",
            Self::SpAnonymousAccess => "service provider: anonymous access",
            Self::SpHostAllowList => "service provider: accepted host names",
            Self::SpLoadBalancingNodes => "service provider: nodes behind the entry point",
            Self::SpLinkedProxies => "service provider: proxies of the entry point",
            Self::SpListenPort => "service provider: listening port",
            Self::SpSizeLimits => "service provider: request and header size limits",
            Self::SpCertificate => "service provider: certificate and private key",
            Self::SpMetadata => "service provider: published metadata",
            Self::SpPageHeaders => "service provider: security headers of its pages",
            Self::SpRequestGuard => "service provider: guard against cross-site requests",
            Self::SpLogout => "service provider: single logout",
            Self::SpClock => "service provider: clock of its servers",
            Self::SpAccessRule => "service provider: access rule of the application",
            Self::SpUsers => "service provider: its users",
            Self::SpLicences => "service provider: licences, passes and roles",
            Self::SpResponseHeaders => "service provider: headers it adds to its answers",
            Self::Gateway => {
                "reverse proxy, load balancer or web server in front of the service provider"
            }
            Self::Browser => "the person's browser",
        }
    }
}
