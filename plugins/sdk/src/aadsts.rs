//! Error codes of Microsoft Entra ID (`AADSTS…`), in our own words.
//!
//! A table of the codes that SAML sign-ins meet. Microsoft may add codes at any time, so an unknown
//! one is never an answer by itself: [`lookup_page`] names the vendor's page for it.

words! {
    /// What a code is about.
    pub enum CodeClass {
        /// Registration of the application, or the service provider's configuration.
        Configuration,
        /// The request itself.
        Request,
        /// Signature of the request, or its certificates.
        Signing,
        /// Claims could not be built.
        Claims,
        /// A policy of the tenant.
        Policy,
        /// The person's account or credentials.
        User,
        /// An identity provider behind Entra ID.
        Upstream,
        /// Signing out.
        Logout,
        /// Clocks and expiry.
        Time,
        /// The same sign-in over and over.
        Loop,
        /// A normal question or interruption on the way.
        Interrupt,
        /// The sign-in service itself.
        Service,
    }
}

/// One code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VendorCode {
    /// The digits after `AADSTS`.
    pub number: u32,
    /// The vendor's name for it, where there is one.
    pub name: Option<&'static str>,
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// What it is about.
    pub class: CodeClass,
}

/// Looks a code up: `AADSTS50011`, `aadsts50011` or `50011`.
pub fn lookup(code: &str) -> Option<&'static VendorCode> {
    let number = number(code)?;
    let index = CODES.binary_search_by_key(&number, |known| known.number).ok()?;
    CODES.get(index)
}

/// The digits of a code.
pub fn number(code: &str) -> Option<u32> {
    let code = code.trim();
    let digits = match code.get(..6) {
        Some(prefix) if prefix.eq_ignore_ascii_case("AADSTS") => &code[6..],
        _ => code,
    };
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The vendor's page that explains a code.
pub fn lookup_page(code: &str) -> Option<String> {
    number(code).map(|number| format!("https://login.microsoftonline.com/error?code={number}"))
}

const fn code(number: u32, name: Option<&'static str>, meaning: &'static str, fix: &'static str, class: CodeClass) -> VendorCode {
    VendorCode { number, name, meaning, fix, class }
}

/// Every known code, sorted by number.
pub static CODES: &[VendorCode] = &[
    code(
        16_000,
        Some("SelectUserAccount"),
        "Entra ID asks which of several signed-in accounts to use",
        "Nothing: a normal question, a fault only where the sign-in never gets past it",
        CodeClass::Interrupt,
    ),
    code(
        16_003,
        Some("SsoUserAccountNotFoundInResourceTenant"),
        "The account has not been added to this tenant",
        "Invite the person as a guest, or sign in with an account of the tenant",
        CodeClass::User,
    ),
    code(
        50_000,
        Some("TokenIssuanceError"),
        "The sign-in service could not issue a token",
        "Try again; if it stays, open a support case with the correlation id",
        CodeClass::Service,
    ),
    code(
        50_001,
        Some("InvalidResource"),
        "The application asked for is disabled or does not exist in the tenant",
        "Compare the Identifier registered in Entra ID with the entityID in the request, and see that the application is enabled",
        CodeClass::Configuration,
    ),
    code(
        50_002,
        Some("NotAllowedTenant"),
        "A proxy on the person's network restricts which tenants may be used",
        "Allow the tenant in the tenant restrictions of the outgoing proxy",
        CodeClass::Policy,
    ),
    code(
        50_003,
        Some("MissingSigningKey"),
        "The application has no usable certificate to sign its response with",
        "Create a SAML signing certificate, make it active, then load the new metadata at the service provider",
        CodeClass::Configuration,
    ),
    code(
        50_005,
        Some("DevicePolicyError"),
        "The device's platform is not covered by Conditional Access",
        "Use a supported device, or adapt the Conditional Access policy",
        CodeClass::Policy,
    ),
    code(
        50_006,
        Some("InvalidSignature"),
        "The signature of the request does not verify",
        "Upload the certificate the service provider signs with as verification certificate",
        CodeClass::Signing,
    ),
    code(
        50_007,
        Some("PartnerEncryptionCertificateMissing"),
        "Token encryption is switched on but there is no certificate to encrypt for",
        "Import the service provider's certificate under Token encryption, or switch encryption off",
        CodeClass::Configuration,
    ),
    code(
        50_008,
        Some("InvalidSamlToken"),
        "The assertion of an identity provider behind Entra ID is missing or wrong",
        "Look at the federation between Entra ID and that identity provider; the application is not at fault",
        CodeClass::Upstream,
    ),
    code(
        50_010,
        Some("AudienceUriValidationFailed"),
        "No audience is configured for the application",
        "Set the Identifier of the application",
        CodeClass::Configuration,
    ),
    code(
        50_011,
        Some("InvalidReplyTo"),
        "The assertion consumer service URL in the request is none of the application's reply URLs",
        "Register the URL of the request as Reply URL, character by character: port, prefix, letter case and trailing slash count",
        CodeClass::Configuration,
    ),
    code(
        50_012,
        Some("AuthenticationFailed"),
        "A certificate used to authenticate is not the one expected",
        "Compare the certificates on both sides, in a federation behind Entra ID too",
        CodeClass::Service,
    ),
    code(
        50_017,
        Some("CertificateValidationFailed"),
        "The person's certificate could not be validated",
        "Check the chain and revocation list for certificate-based sign-in",
        CodeClass::User,
    ),
    code(
        50_020,
        Some("UserUnauthorized"),
        "The account belongs to another directory and may not use this application",
        "Sign out and use an account of the tenant, or invite the person as a guest",
        CodeClass::User,
    ),
    code(
        50_034,
        Some("UserAccountNotFound"),
        "The user name does not exist in the tenant",
        "Check the user name and the tenant",
        CodeClass::User,
    ),
    code(
        50_053,
        Some("IdsLocked"),
        "The account is locked after too many attempts, or the address is blocked",
        "Wait or unlock the account; see Identity Protection",
        CodeClass::User,
    ),
    code(50_055, Some("InvalidPasswordExpiredPassword"), "The password has expired", "Change the password", CodeClass::User),
    code(50_056, None, "The password is missing or wrong", "Type the password again, or reset it", CodeClass::User),
    code(50_057, Some("UserDisabled"), "The account is disabled", "Enable the account", CodeClass::User),
    code(
        50_058,
        Some("UserInformationNotProvided"),
        "A silent sign-in was asked for and nobody is signed in",
        "Do not send IsPassive, or sign in first; otherwise allow the cookies of login.microsoftonline.com",
        CodeClass::Interrupt,
    ),
    code(
        50_059,
        Some("MissingTenantRealmAndNoUserInformationProvided"),
        "Nothing in the request tells the tenant",
        "Load the metadata of the tenant (or of the application), not that of common, at the service provider",
        CodeClass::Configuration,
    ),
    code(
        50_061,
        Some("SignoutInvalidRequest"),
        "The sign-out request is not valid",
        "Check the logout URL and the LogoutRequest the service provider sends",
        CodeClass::Logout,
    ),
    code(
        50_068,
        Some("SignoutInitiatorNotParticipant"),
        "The application that asked to sign out takes no part in the session",
        "Nothing where the session had ended already; else sign out at the application that signed in",
        CodeClass::Logout,
    ),
    code(
        50_070,
        Some("SignoutUnknownSessionIdentifier"),
        "The sign-out request names a session that does not exist",
        "Send the NameID and SessionIndex of the last assertion in the LogoutRequest",
        CodeClass::Logout,
    ),
    code(
        50_071,
        Some("SignoutMessageExpired"),
        "The sign-out request has expired",
        "Set the clock of the service provider's server",
        CodeClass::Time,
    ),
    code(
        50_072,
        Some("UserStrongAuthEnrollmentRequiredInterrupt"),
        "The person has to register for multifactor authentication",
        "Register a second factor",
        CodeClass::User,
    ),
    code(
        50_074,
        Some("UserStrongAuthClientAuthNRequiredInterrupt"),
        "Multifactor authentication was asked for and not completed",
        "Complete multifactor authentication",
        CodeClass::User,
    ),
    code(
        50_076,
        Some("UserStrongAuthClientAuthNRequired"),
        "A policy demands multifactor authentication",
        "Complete multifactor authentication, or adapt the Conditional Access policy",
        CodeClass::Policy,
    ),
    code(
        50_079,
        Some("UserStrongAuthEnrollmentRequired"),
        "The person has to register for multifactor authentication",
        "Register a second factor",
        CodeClass::User,
    ),
    code(50_089, None, "The sign-in page was open for too long", "Start again at the application", CodeClass::User),
    code(
        50_097,
        Some("DeviceAuthenticationRequired"),
        "The device has to authenticate itself",
        "Use a registered device, or adapt the Conditional Access policy",
        CodeClass::Policy,
    ),
    code(
        50_105,
        Some("EntitlementGrantsNotFound"),
        "The person signed in but is not assigned to the application",
        "Assign the person, or a group the person is a direct member of, under Users and groups; nested groups do not count",
        CodeClass::Configuration,
    ),
    code(
        50_107,
        Some("InvalidRealmUri"),
        "The federation named in the sign-in does not exist",
        "Correct the IssuerUri of the federation behind Entra ID",
        CodeClass::Upstream,
    ),
    code(50_120, None, "The header of a token is not valid", "Not a SAML fault: see which other protocol is in use", CodeClass::Interrupt),
    code(
        50_124,
        Some("ClaimsTransformationInvalidInputParameter"),
        "A claims transformation has an input that is not valid",
        "Correct the transformation under Attributes & Claims",
        CodeClass::Claims,
    ),
    code(
        50_126,
        Some("InvalidUserNameOrPassword"),
        "User name or password is wrong",
        "Type them again, or reset the password",
        CodeClass::User,
    ),
    code(
        50_128,
        None,
        "Nothing in the request tells the tenant, or its domain does not exist",
        "Correct the single sign-on URL the service provider uses",
        CodeClass::Configuration,
    ),
    code(
        50_131,
        Some("ConditionalAccessFailed"),
        "A Conditional Access condition was not met",
        "See the sign-in log of the person for the policy that failed",
        CodeClass::Policy,
    ),
    code(
        50_132,
        Some("SsoArtifactInvalidOrExpired"),
        "The session is no longer valid because the password expired or changed",
        "Sign in again",
        CodeClass::User,
    ),
    code(50_133, Some("SsoArtifactRevoked"), "The session was revoked", "Sign in again", CodeClass::User),
    code(50_140, Some("KmsiInterrupt"), "Entra ID asks whether to stay signed in", "Nothing: a normal question", CodeClass::Interrupt),
    code(
        50_144,
        Some("InvalidPasswordExpiredOnPremPassword"),
        "The Active Directory password has expired",
        "Change the password",
        CodeClass::User,
    ),
    code(
        50_146,
        Some("MissingCustomSigningKey"),
        "The application needs a signing key of its own, and it is missing or outside its validity",
        "Create a SAML signing certificate for the application and make it active",
        CodeClass::Configuration,
    ),
    code(
        50_155,
        Some("DeviceAuthenticationFailed"),
        "The device could not authenticate itself",
        "Register the device again",
        CodeClass::Policy,
    ),
    code(
        50_158,
        Some("ExternalSecurityChallenge"),
        "A challenge outside Entra ID, such as session control, was not passed",
        "Check the Conditional Access session controls",
        CodeClass::Policy,
    ),
    code(
        50_169,
        Some("InvalidRequestBadRealm"),
        "The realm in the request is not configured",
        "Correct the federation behind Entra ID",
        CodeClass::Upstream,
    ),
    code(50_173, Some("FreshTokenNeeded"), "The sign-in is too old for what is asked", "Sign in again", CodeClass::User),
    code(
        50_177,
        Some("ExternalChallengeNotSupportedForPassthroughUsers"),
        "External challenges are not available for guests of this kind",
        "Exclude guests from that Conditional Access control",
        CodeClass::Policy,
    ),
    code(
        50_178,
        Some("SessionControlNotSupportedForPassthroughUsers"),
        "Session control is not available for guests of this kind",
        "Exclude guests from the session control",
        CodeClass::Policy,
    ),
    code(
        50_192,
        Some("RawCredentialExpectedNotFound"),
        "The request carries no credential, as when a proxy removes the client certificate",
        "Exempt the sign-in host from TLS inspection",
        CodeClass::User,
    ),
    code(
        50_194,
        None,
        "The application belongs to one tenant, yet the common endpoint was used",
        "Load the metadata of the tenant (or of the application) at the service provider",
        CodeClass::Configuration,
    ),
    code(
        50_196,
        Some("LoopDetected"),
        "The browser asked for the same sign-in too often in a short time",
        "Find out why the service provider does not keep its session: its cookie's SameSite, Secure, Domain, name, or another host name",
        CodeClass::Loop,
    ),
    code(
        50_197,
        Some("ConflictingIdentities"),
        "The signed-in accounts contradict each other",
        "Sign out everywhere and sign in again",
        CodeClass::User,
    ),
    code(
        51_004,
        Some("UserAccountNotInDirectory"),
        "The account does not exist in the directory",
        "Check the tenant and the user name",
        CodeClass::User,
    ),
    code(
        53_000,
        Some("DeviceNotCompliant"),
        "Conditional Access demands a compliant device",
        "Use a compliant device, or adapt the policy",
        CodeClass::Policy,
    ),
    code(
        53_001,
        Some("DeviceNotDomainJoined"),
        "Conditional Access demands a domain-joined device",
        "Use a joined device, or adapt the policy",
        CodeClass::Policy,
    ),
    code(
        53_003,
        Some("BlockedByConditionalAccess"),
        "Conditional Access blocks the sign-in",
        "See the person's sign-in log for the policy that blocks, and adapt it",
        CodeClass::Policy,
    ),
    code(
        53_004,
        Some("ProofUpBlockedDueToRisk"),
        "Registration for multifactor authentication is blocked because of risk",
        "Register from a known place, or dismiss the risk",
        CodeClass::Policy,
    ),
    code(65_001, Some("DelegationDoesNotExist"), "Nobody consented to the application", "Grant admin consent", CodeClass::Configuration),
    code(65_004, Some("UserDeclinedConsent"), "The person declined consent", "Consent, or grant admin consent", CodeClass::Configuration),
    code(
        65_005,
        Some("MisconfiguredApplication"),
        "The application asks for something that is not configured; with SAML the entityID is wrong",
        "Make the Identifier equal to the entityID in the request",
        CodeClass::Configuration,
    ),
    code(
        70_001,
        Some("UnauthorizedClient"),
        "The application is disabled, or none has the Issuer of the request as its Identifier",
        "Make the Identifier equal to the Issuer of the request, trailing slash included",
        CodeClass::Configuration,
    ),
    code(
        75_001,
        Some("BindingSerializationError"),
        "The SAML message could not be read from its binding",
        "Find what truncates or re-encodes SAMLRequest on its way: a proxy, or a URL limit",
        CodeClass::Request,
    ),
    code(
        75_003,
        Some("UnsupportedBindingError"),
        "A response was asked for by a binding other than HTTP-POST",
        "Ask for HTTP-POST as ProtocolBinding, or leave it out",
        CodeClass::Request,
    ),
    code(
        75_005,
        Some("Saml2MessageInvalid"),
        "The request is not a valid SAML 2.0 protocol message",
        "Decode the request and see which part is missing or malformed",
        CodeClass::Request,
    ),
    code(75_006, None, "The SAML request could not be processed; a second code says why", "Read the inner code", CodeClass::Request),
    code(
        75_008,
        Some("RequestDeniedError"),
        "The Destination of the request is not the endpoint that received it",
        "Load the current metadata of the tenant at the service provider",
        CodeClass::Request,
    ),
    code(
        75_011,
        Some("NoMatchedAuthnContextInOutputClaims"),
        "The person authenticated by another method than RequestedAuthnContext demands",
        "Remove RequestedAuthnContext from the request, or ask for ForceAuthn too",
        CodeClass::Request,
    ),
    code(
        75_016,
        Some("Saml2AuthenticationRequestInvalidNameIDPolicy"),
        "The NameIDPolicy asks for a format Entra ID does not serve",
        "Ask for persistent, emailAddress, unspecified or transient, or leave the format out",
        CodeClass::Request,
    ),
    code(
        76_020,
        None,
        "The application accepts signed requests of certain protocols only",
        "Use the SAML 2.0 endpoint",
        CodeClass::Signing,
    ),
    code(
        76_021,
        Some("ApplicationRequiresSignedRequests"),
        "The application accepts signed requests only, and this one is not signed",
        "Let the service provider sign its requests, or drop the requirement under Verification certificates; starting from My Apps or the Test button never signs",
        CodeClass::Signing,
    ),
    code(
        76_022,
        None,
        "Requests must be signed, but the application has no verification certificate",
        "Upload the service provider's signing certificate under Verification certificates",
        CodeClass::Signing,
    ),
    code(
        76_023,
        None,
        "The signature of the request does not verify with the application's certificates",
        "Upload the certificate the service provider signs with now",
        CodeClass::Signing,
    ),
    code(
        76_024,
        None,
        "The request names no key, and the two newest verification certificates do not fit",
        "Remove old verification certificates",
        CodeClass::Signing,
    ),
    code(
        76_025,
        None,
        "The signature algorithm is missing from the query, or the signed request has expired",
        "See that nothing strips SigAlg on the way, and set the service provider's clock",
        CodeClass::Signing,
    ),
    code(
        76_026,
        Some("RequestIssueTimeExpired"),
        "The request is older than Entra ID accepts",
        "Set the service provider's clock, and do not bookmark the sign-in page",
        CodeClass::Time,
    ),
    code(
        76_031,
        None,
        "The endpoint for several instances does not verify signed requests",
        "Use the plain saml2 endpoint",
        CodeClass::Signing,
    ),
    code(
        76_032,
        None,
        "The application id in the sign-on URL is not an id",
        "Correct the single sign-on URL the service provider uses",
        CodeClass::Configuration,
    ),
    code(
        80_001,
        Some("OnPremiseStoreIsNotAvailable"),
        "The agent for pass-through authentication cannot reach Active Directory",
        "Check the authentication agents",
        CodeClass::Upstream,
    ),
    code(
        81_010,
        Some("DesktopSsoAuthTokenInvalid"),
        "The Kerberos ticket of seamless single sign-on is not valid",
        "Check the computer account of seamless single sign-on",
        CodeClass::Upstream,
    ),
    code(
        90_002,
        Some("InvalidTenantName"),
        "The tenant in the URL does not exist",
        "Load the metadata of the right tenant and cloud at the service provider",
        CodeClass::Configuration,
    ),
    code(
        90_004,
        Some("InvalidRequestFormat"),
        "The request is not properly formed",
        "Decode the request and compare it with a working one",
        CodeClass::Request,
    ),
    code(
        90_011,
        None,
        "The request carries a SAML property that is not supported",
        "Remove that property from the request",
        CodeClass::Request,
    ),
    code(90_013, Some("InvalidUserInput"), "What the person entered is not valid", "Type it again", CodeClass::User),
    code(
        90_014,
        Some("MissingRequiredField"),
        "A required field is missing in the request",
        "Decode the request and compare it with a working one",
        CodeClass::Request,
    ),
    code(
        90_015,
        Some("QueryStringTooLong"),
        "The query string is too long",
        "Shorten the RelayState, or send the request by HTTP-POST",
        CodeClass::Request,
    ),
    code(90_016, Some("MissingRequiredClaim"), "A required claim is missing", "Correct Attributes & Claims", CodeClass::Claims),
    code(
        90_019,
        Some("MissingTenantRealm"),
        "Nothing in the request tells the tenant",
        "Load the metadata of the tenant at the service provider",
        CodeClass::Configuration,
    ),
    code(
        90_023,
        Some("InvalidRequest"),
        "The request is not valid for the sign-in service",
        "Decode the request and compare it with a working one",
        CodeClass::Request,
    ),
    code(90_027, None, "Personal accounts cannot be used here", "Sign in with an account of the tenant", CodeClass::User),
    code(
        90_038,
        Some("NationalCloudTenantRedirection"),
        "The tenant lives in another cloud",
        "Load the metadata of that cloud at the service provider",
        CodeClass::Configuration,
    ),
    code(
        90_072,
        Some("PassThroughUserMfaError"),
        "The external account does not exist in this tenant",
        "Invite the person as a guest, or correct the sourceAnchor",
        CodeClass::User,
    ),
    code(90_094, Some("AdminConsentRequired"), "An administrator has to consent first", "Grant admin consent", CodeClass::Configuration),
    code(
        90_100,
        Some("InvalidRequestParameter"),
        "A parameter is empty or not valid",
        "Decode the request and compare it with a working one",
        CodeClass::Request,
    ),
    code(
        90_102,
        Some("InvalidUriParameter"),
        "A value that must be an absolute URI is none",
        "Correct the ACS URL or entityID the service provider sends",
        CodeClass::Request,
    ),
    code(
        90_107,
        Some("InvalidXml"),
        "The request is not valid XML",
        "Decode the request and find the character that breaks it",
        CodeClass::Request,
    ),
    code(
        90_123,
        Some("IdentityProviderAccessDenied"),
        "The identity provider behind Entra ID denied the request",
        "Look at the federation behind Entra ID",
        CodeClass::Upstream,
    ),
    code(165_004, None, "The page's own text says what happened", "Read the text beside the code", CodeClass::Interrupt),
    code(
        165_900,
        Some("InvalidApiRequest"),
        "The sign-in page's request was not valid",
        "Start again at the application, with cookies allowed",
        CodeClass::Request,
    ),
    code(
        399_274,
        None,
        "An application set up for SAML was asked by another protocol",
        "Use a separate app registration for OpenID Connect",
        CodeClass::Configuration,
    ),
    code(
        500_011,
        Some("InvalidResourceServicePrincipalNotFound"),
        "No application with that identifier exists in the tenant",
        "Register the entityID as Identifier, and see that the service provider holds the metadata of the right tenant",
        CodeClass::Configuration,
    ),
    code(
        500_021,
        None,
        "A tenant restriction header blocks access to this tenant",
        "Allow the tenant in the tenant restrictions of the person's network",
        CodeClass::Policy,
    ),
    code(
        500_083,
        None,
        "The token of the identity provider behind Entra ID could not be verified for any trusted realm",
        "Check the federation's issuer and the ImmutableId of the person, letter case included",
        CodeClass::Upstream,
    ),
    code(
        501_241,
        None,
        "A claim, often the NameID, could not be built because its source is empty for this person",
        "Fill the source attribute of the person, or choose another source under Attributes & Claims",
        CodeClass::Claims,
    ),
    code(
        530_032,
        Some("BlockedByConditionalAccessOnSecurityPolicy"),
        "A security policy of the tenant blocks the request",
        "See the person's sign-in log for the policy",
        CodeClass::Policy,
    ),
    code(
        530_035,
        Some("BlockedBySecurityDefaults"),
        "The tenant's security defaults block the request",
        "Use a method that security defaults allow",
        CodeClass::Policy,
    ),
    code(
        650_054,
        None,
        "The application asks for permissions on a resource that is gone",
        "Remove the permission from the app registration",
        CodeClass::Configuration,
    ),
    code(
        650_056,
        None,
        "The application is misconfigured; with SAML the Issuer of the request is not its Identifier",
        "Make the Identifier equal to the Issuer of the request, character by character",
        CodeClass::Configuration,
    ),
    code(
        650_057,
        None,
        "The application asks for a resource it does not list",
        "Correct the Identifier or the permissions of the application",
        CodeClass::Configuration,
    ),
    code(
        700_011,
        Some("UnauthorizedClientAppNotFoundInOrgIdTenant"),
        "No application with that identifier exists in the tenant",
        "Make the Identifier equal to the Issuer of the request, trailing slash included",
        CodeClass::Configuration,
    ),
    code(
        700_016,
        Some("UnauthorizedClient_DoesNotMatchRequest"),
        "No application of this tenant has the Issuer of the request as its Identifier",
        "Register the Issuer of the request as Identifier, or load the metadata of the right tenant at the service provider",
        CodeClass::Configuration,
    ),
    code(
        750_054,
        None,
        "The sign-on endpoint was opened without a SAMLRequest in its query",
        "Set the Sign-on URL to the application (not to Entra ID), and bookmark that; with the Redirect binding send the request in the query",
        CodeClass::Request,
    ),
    code(
        900_235,
        None,
        "RequestedAuthnContext uses a comparison other than exact",
        "Remove RequestedAuthnContext, or set its Comparison to exact",
        CodeClass::Request,
    ),
    code(
        900_236,
        Some("InvalidRequestSamlPropertyUnsupported"),
        "The request sets a SAML property that must not be set",
        "Remove Subject, ProxyCount, IDPList or RequesterID from the request",
        CodeClass::Request,
    ),
    code(
        900_561,
        Some("BadResourceRequestInvalidRequest"),
        "The endpoint was asked with the wrong HTTP method, as the Back button does",
        "Start again; if it stays, find what turns POST into GET on the way",
        CodeClass::Request,
    ),
    code(900_971, None, "No reply address is known", "Register a Reply URL, or send AssertionConsumerServiceURL", CodeClass::Configuration),
    code(
        1_000_031,
        None,
        "The application cannot be reached at this time",
        "See that the application is enabled and available in the tenant",
        CodeClass::Configuration,
    ),
    code(
        5_000_819,
        Some("InvalidSamlTokenEmailMissingOrInvalid"),
        "The assertion of an external identity provider lacks an email address of its domain",
        "Correct the email claim at the federated partner",
        CodeClass::Upstream,
    ),
    code(
        7_000_112,
        Some("UnauthorizedClientApplicationDisabled"),
        "The application is disabled",
        "Set Enabled for users to sign in to Yes",
        CodeClass::Configuration,
    ),
    code(
        7_500_514,
        None,
        "The message posted to Entra ID is of a kind it does not expect",
        "Look at the federation behind Entra ID",
        CodeClass::Upstream,
    ),
    code(
        7_500_525,
        None,
        "The XML of the SAML message is malformed",
        "Send XML that parses; deflate it only for the Redirect binding",
        CodeClass::Request,
    ),
    code(
        7_500_529,
        None,
        "The ID of the request is not a valid identifier: it must not begin with a digit",
        "Let the service provider put a letter or underscore in front",
        CodeClass::Request,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_found() {
        assert!(CODES.windows(2).all(|pair| pair[0].number < pair[1].number));
        assert_eq!(lookup("AADSTS50011").and_then(|code| code.name), Some("InvalidReplyTo"));
        assert_eq!(lookup("aadsts700016"), lookup("700016"));
        assert!(lookup("AADSTS99999999").is_none());
        assert_eq!(lookup_page("AADSTS99999"), Some("https://login.microsoftonline.com/error?code=99999".to_owned()));
        assert!(lookup_page("AADSTS").is_none() && number("AADSTS12345678901").is_none());
    }
}
