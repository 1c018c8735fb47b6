//! What a team knows of how its own sign-in has to look, from `[expect]` in `diag.toml` or a file of its own.

words! {
    /// What an expectation is about.
    pub enum Aspect {
        /// Something that this version has no word for.
        Other,
        /// EntityID of the service provider.
        SpEntityId,
        /// Its assertion consumer service URL.
        SpAcsUrl,
        /// The certificate it signs with, by thumbprint.
        SpCertificate,
        /// The algorithm its requests are signed with.
        SpSignatureAlgorithm,
        /// EntityID of the identity provider.
        IdpEntityId,
        /// The URL at which it takes requests.
        IdpSsoUrl,
        /// The certificate it signs with, by thumbprint.
        IdpCertificate,
        /// The algorithm responses and assertions are signed with.
        IdpSignatureAlgorithm,
        /// The algorithm their digests are made with.
        IdpDigestAlgorithm,
        /// Format of the NameID.
        NameIdFormat,
        /// An attribute of the assertion.
        Attribute,
    }
}

facts! {
    /// A value that a team expects.
    pub struct Expectation {
        /// What it is about.
        pub of: Aspect,
        /// Name of the attribute, where it is about one.
        pub attribute: Option<String>,
        /// Values of which any one is right. Of attributes `*` stands for any text, and an empty list asks only that it is
        /// sent.
        pub values: Vec<String>,
        /// The file that says so, as it was given.
        pub origin: String,
    }
}

impl Aspect {
    /// What it is about, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Other => "a value",
            Self::SpEntityId => "the service provider's entityID",
            Self::SpAcsUrl => "the ACS URL",
            Self::SpCertificate => "the service provider's certificate",
            Self::SpSignatureAlgorithm => "the algorithm of requests",
            Self::IdpEntityId => "the identity provider's entityID",
            Self::IdpSsoUrl => "the SSO URL",
            Self::IdpCertificate => "the identity provider's certificate",
            Self::IdpSignatureAlgorithm => "the algorithm of responses",
            Self::IdpDigestAlgorithm => "the digest algorithm of responses",
            Self::NameIdFormat => "the NameID format",
            Self::Attribute => "an attribute",
        }
    }
}

impl Expectation {
    /// Where it comes from, for people.
    pub fn expected_by(&self) -> String {
        format!("expected by your file {}", self.origin)
    }
}
