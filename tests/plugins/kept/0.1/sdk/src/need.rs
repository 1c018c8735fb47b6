//! The inputs a check can use, by the names reports ask for them.

words! {
    /// An input a check can use. `skipped` names these.
    pub enum Need {
        /// A browser capture with at least one exchange.
        Capture,
        /// Metadata of the identity provider, as published.
        IdpMetadata,
        /// The copy of the identity provider's metadata that the service provider has loaded.
        IdpMetadataInSp,
        /// Metadata of the service provider, as published.
        SpMetadata,
        /// The copy of the service provider's metadata that the identity provider has loaded.
        SpMetadataInIdp,
        /// Qlik `virtualproxyconfig` export.
        Virtualproxyconfig,
        /// Qlik `proxyservice` export.
        Proxyservice,
        /// Microsoft Graph `application`.
        Application,
        /// Microsoft Graph `servicePrincipal`.
        ServicePrincipal,
        /// Microsoft Graph `tokenIssuancePolicies`.
        TokenIssuancePolicies,
        /// Microsoft Graph `claimsMappingPolicies`.
        ClaimsMappingPolicies,
        /// Text of `certutil -store -v my`.
        Certutil,
        /// Log of a Qlik Sense service: proxy, repository, audit, security.
        ProxyLog,
        /// Log of any other server that signs people in.
        ServerLog,
        /// The service provider's decryption key (`--key`).
        DecryptionKey,
        /// What the team itself expects: `[expect]` in `diag.toml`, or `--expect`.
        Expectations,
    }
}

impl Need {
    /// Every input.
    pub const ALL: &[Self] = &[
        Self::Capture,
        Self::IdpMetadata,
        Self::IdpMetadataInSp,
        Self::SpMetadata,
        Self::SpMetadataInIdp,
        Self::Virtualproxyconfig,
        Self::Proxyservice,
        Self::Application,
        Self::ServicePrincipal,
        Self::TokenIssuancePolicies,
        Self::ClaimsMappingPolicies,
        Self::Certutil,
        Self::ProxyLog,
        Self::ServerLog,
        Self::DecryptionKey,
        Self::Expectations,
    ];
}
