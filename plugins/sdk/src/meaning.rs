//! What a statement of a page or log means, who writes so, and who is spoken of: closed words, so
//! that a typo does not compile.

words! {
    /// What a statement on a page or in a log means.
    pub enum Meaning {
        /// It is not known what it means.
        Unknown,
        /// Access to what was asked for is denied.
        AccessDenied,
        /// Another account has what this person would get, such as the e-mail address or the name.
        AccountTaken,
        /// The assertion consumer service URL is not known to the identity provider.
        Acs,
        /// An algorithm is not accepted.
        Algorithm,
        /// The application is switched off at the identity provider.
        ApplicationDisabled,
        /// An attribute is missing.
        AttributeMissing,
        /// The value of an attribute, the NameID included, is not one that can be used.
        AttributeValue,
        /// The assertion is meant for somebody else.
        Audience,
        /// The requested authentication context cannot be met, or was not met.
        AuthnContext,
        /// The person authenticated too long ago.
        AuthnTooOld,
        /// Something between refused the request.
        Blocked,
        /// A certificate does not suit.
        Certificate,
        /// The clocks of the two sides differ.
        Clock,
        /// Single sign-on is switched off or not completely set up there.
        Configuration,
        /// The connection to the application was lost.
        ConnectionLost,
        /// User name or password are wrong.
        Credentials,
        /// The message cannot be read.
        Damaged,
        /// A guard against cross-site request forgery refused the message.
        CrossSite,
        /// Something could not be decrypted.
        Decrypt,
        /// The message was sent to another URL than it names.
        Destination,
        /// The message or assertion is too old.
        Expired,
        /// A gateway got no proper answer from what stands behind it.
        Gateway,
        /// The host name of the request is not accepted.
        HostHeader,
        /// The identity provider failed and does not say why.
        IdpError,
        /// The response answers a request that the receiver does not remember.
        InResponseTo,
        /// An unencrypted connection is not accepted.
        Insecure,
        /// The issuer is not the one expected.
        Issuer,
        /// Signing out failed.
        Logout,
        /// The same sign-in was asked for again and again.
        Loop,
        /// The message does not have the structure it must have.
        Malformed,
        /// No message arrived.
        MessageMissing,
        /// The address does not take this method.
        MethodNotAllowed,
        /// The NameID has, or the request asks for, a format that is not served.
        NameIdFormat,
        /// The subject has no usable NameID.
        NameIdMissing,
        /// The person has no licence, pass or role for what they opened.
        NoLicence,
        /// The session in which the sign-in began is gone.
        NoSession,
        /// The person has as many sessions as one user may have.
        SessionLimit,
        /// The person is not assigned to the application.
        NotAssigned,
        /// The service provider has no account for the person.
        NotProvisioned,
        /// The assertion is not valid yet.
        NotYetValid,
        /// The account is a personal one or belongs to another tenant.
        OtherTenant,
        /// A web socket or script comes from a page of another origin, which is not let in.
        Origin,
        /// Whoever writes cannot sign by the algorithm that is set: where its private key is kept, that is not possible.
        OwnAlgorithm,
        /// Whoever writes cannot use its own certificate, or the private key of it.
        OwnCertificate,
        /// A policy of the identity provider keeps the person out: device, place, risk, strength of the log-in.
        Policy,
        /// More requests came than are taken in so short a time.
        RateLimited,
        /// The assertion's recipient is another URL.
        Recipient,
        /// A redirect to that address is not allowed.
        RedirectRefused,
        /// The sign-in was refused, for no reason that is given.
        Refused,
        /// RelayState is missing or not accepted.
        RelayState,
        /// The message was used before.
        Replay,
        /// The request has, or lacks, something that is not served or must be there.
        RequestProperty,
        /// The request's signature is missing or does not verify.
        RequestSignature,
        /// http and https were mixed up.
        Scheme,
        /// The server failed and does not say why.
        ServerError,
        /// A signature does not verify.
        Signature,
        /// The response is not a success.
        Status,
        /// The TLS certificate of a server is not trusted.
        Tls,
        /// Something exceeds a size limit.
        TooLarge,
        /// The assertion is not encrypted, and must be.
        UnencryptedAssertion,
        /// One of the two sides has no metadata of the other.
        UnknownEntity,
        /// The service provider does not know the identity provider.
        UnknownIdp,
        /// The message is signed with a key or certificate that is none of those set at its receiver.
        UnknownKey,
        /// The identity provider does not know the service provider.
        UnknownSp,
        /// The assertion is not signed, and must be.
        UnsignedAssertion,
        /// The message is not signed, and must be.
        UnsignedMessage,
        /// Nobody asked for this response.
        Unsolicited,
        /// The person's account is disabled.
        UserDisabled,
        /// This address takes no responses.
        WrongAcs,
        /// The message came by a binding that is not served.
        WrongBinding,
    }
}

impl Meaning {
    /// It states that something failed, and no reason for it: any cause may stand behind it.
    pub fn is_vague(self) -> bool {
        matches!(
            self,
            Self::Unknown
                | Self::Refused
                | Self::ServerError
                | Self::IdpError
                | Self::AccessDenied
                | Self::Status
                | Self::Logout
        )
    }
}

/// Who writes a statement.
///
/// Serialised as the product's name, or null where any software may write so.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "Option<String>", into = "Option<String>")]
#[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
pub enum Writer {
    /// General words: whose software it is does not show.
    #[default]
    Generic,
    /// A product, by its name.
    Product(String),
}

impl Writer {
    /// The product's name, where one was recognised.
    pub fn product(&self) -> Option<&str> {
        match self {
            Self::Generic => None,
            Self::Product(name) => Some(name),
        }
    }
}

impl From<Option<String>> for Writer {
    fn from(name: Option<String>) -> Self {
        name.filter(|name| !name.is_empty()).map_or(Self::Generic, Self::Product)
    }
}

impl From<Writer> for Option<String> {
    fn from(writer: Writer) -> Self {
        match writer {
            Writer::Generic => None,
            Writer::Product(name) => Some(name),
        }
    }
}
