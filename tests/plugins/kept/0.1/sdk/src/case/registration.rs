//! How the identity provider knows the service provider: vendor exports made neutral.

use super::certificate::Certificate;
use super::place::Sited;
use crate::vendor::Vendor;
use jiff::Timestamp;

words! {
    /// Which object of the vendor holds a value.
    pub enum RegistrationObject {
        /// Entra's `application`, or the registration itself for other vendors.
        Application,
        /// Entra's `servicePrincipal`.
        ServicePrincipal,
    }

    /// Which policy makes the claims of an application.
    pub enum ClaimsRule {
        /// The one the portal's screens write: `customClaimsPolicy`.
        CustomPolicy,
        /// A `claimsMappingPolicy`, which no screen shows and which goes before all others.
        MappingPolicy,
    }

    /// Which parts of a response the identity provider signs.
    pub enum SigningOption {
        /// The assertion (Entra's default, `TokenOnly`).
        Assertion,
        /// The response (`ResponseOnly`).
        Response,
        /// Both (`ResponseAndToken`).
        Both,
    }
}

facts! {
    /// A service provider as an identity provider has it registered. In Entra ID this joins
    /// `application` and `servicePrincipal` of the same `appId` and their policies.
    pub struct IdpRegistration {
        /// Its id in this Case: `r1`, …
        pub id: String,
        /// Vendor.
        pub vendor: Vendor,
        /// Display name.
        pub name: Option<String>,
        /// Application id (`appId`).
        pub app_id: Option<String>,
        /// Tenant id, where the export names it (`appOwnerOrganizationId`).
        pub tenant: Option<Sited<String>>,
        /// Which objects were given.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub objects: Vec<RegistrationObject>,
        /// It concerns the sign-in under judgement, as far as joining by identifier, URL and host can tell.
        pub relevant: bool,
        /// Registered entityIDs: `identifierUris`, `servicePrincipalNames` (without the bare appId).
        pub identifiers: Vec<Registered>,
        /// Registered assertion consumer service URLs: `web.redirectUris`, `replyUrls`.
        pub reply_urls: Vec<Registered>,
        /// Start URL: `loginUrl`. `None` inside where the export says null or empty.
        pub sign_on_url: Option<Sited<Option<String>>>,
        /// Logout URL.
        pub logout_url: Option<Sited<String>>,
        /// RelayState of sign-ins that start at the identity provider.
        pub relay_state: Option<Sited<String>>,
        /// `preferredSingleSignOnMode`; `None` inside where null.
        pub sso_mode: Option<Sited<Option<String>>>,
        /// What tells that it was registered for another protocol than SAML, where something does and nothing speaks for
        /// SAML: `spa.redirectUris`, or tags that only an app registration has. Such an application has no SAML settings.
        pub other_protocol: Option<Sited<String>>,
        /// `accountEnabled`.
        pub enabled: Option<Sited<bool>>,
        /// `appRoleAssignmentRequired`.
        pub assignment_required: Option<Sited<bool>>,
        /// Requests must be signed: `requestSignatureVerification.isSignedRequestRequired`.
        pub signed_requests_required: Option<Sited<bool>>,
        /// `requestSignatureVerification.allowedWeakAlgorithms`.
        pub weak_algorithms_allowed: Option<Sited<String>>,
        /// Certificates for verifying requests, and thumbprints of those whose key the export leaves out.
        pub credentials: Vec<Credential>,
        /// SHA-1 thumbprint of the active signing certificate: `preferredTokenSigningKeyThumbprint`.
        pub active_signing_thumbprint: Option<Sited<String>>,
        /// `tokenEncryptionKeyId`.
        pub encryption_key_id: Option<Sited<String>>,
        /// `isDisabled`: the registration itself is deactivated.
        pub deactivated: Option<Sited<bool>>,
        /// `disabledByMicrosoftStatus`, where it says that the maker of the identity provider blocked the application.
        pub blocked_by_vendor: Option<Sited<String>>,
        /// Lists of reply URLs the exports state, be they empty: an empty list is a fact, a missing one is none.
        pub reply_url_lists: Vec<StatedList>,
        /// Lists of identifiers the exports state, be they empty or hold the application's own id alone.
        pub identifier_lists: Vec<StatedList>,
        /// Reply URLs by the index a request may name: `web.redirectUriSettings`.
        pub reply_url_indexes: Vec<IndexedUrl>,
        /// `defaultRedirectUri`: where sign-ins go that start at the identity provider.
        pub default_reply_url: Option<Sited<String>>,
        /// Object id of the `servicePrincipal`, which may stand in the SSO URL of one of several instances.
        pub instance: Option<Sited<String>>,
        /// The application's own `keyCredentials` is in the exports, be it empty.
        pub credentials_stated: bool,
        /// `audienceOverride` of a claims policy: the audience in place of the service provider's name.
        pub audience_override: Option<Sited<String>>,
        /// `includeApplicationIdInIssuer` of a claims policy: the issuer of assertions ends in the application's id.
        pub issuer_with_app_id: Option<Sited<bool>>,
        /// Which policy makes the claims.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub claims_ruled_by: Option<ClaimsRule>,
        /// Transformations of the claims policy.
        pub transformations: Vec<Transformation>,
        /// `optionalClaims.saml2Token`.
        pub optional_claims: Vec<OptionalClaim>,
        /// `api.acceptMappedClaims`.
        pub accepts_mapped_claims: Option<Sited<bool>>,
        /// `signInAudience`: whose accounts may sign in.
        pub sign_in_audience: Option<Sited<String>>,
        /// What is signed, from `tokenIssuancePolicies`.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub signing_option: Option<Sited<SigningOption>>,
        /// Algorithm responses are signed with, from `tokenIssuancePolicies`.
        pub signing_algorithm: Option<Sited<String>>,
        /// Claims the mapping policy sends: attribute name and source.
        pub claims: Vec<Claim>,
        /// `IncludeBasicClaimSet` of the mapping policy.
        pub basic_claims: Option<bool>,
        /// Where it says that the basic claims are left out.
        pub basic_claims_left_out: Option<super::place::Place>,
        /// `groupMembershipClaims`.
        pub group_claims: Option<Sited<String>>,
    }

    /// A list an export states, whatever is in it.
    pub struct StatedList {
        /// The object.
        pub object: RegistrationObject,
        /// Where the list stands.
        pub place: super::place::Place,
    }

    /// A reply URL that a request may choose by its index.
    pub struct IndexedUrl {
        /// The index.
        pub index: i64,
        /// The URL.
        pub url: Sited<String>,
    }

    /// A claim the application asks for beside the usual ones.
    pub struct OptionalClaim {
        /// Its name, such as `groups` or `upn`.
        pub name: Sited<String>,
        /// `additionalProperties`, such as `sam_account_name` or `emit_as_roles`.
        pub properties: Vec<String>,
    }

    /// A rule by which a claims policy makes a value of others.
    pub struct Transformation {
        /// Its id in the policy.
        pub id: String,
        /// What it does, such as `Join` or `RegexReplace`.
        pub method: String,
        /// Parameters that are constants: name and value.
        pub parameters: Vec<(String, String)>,
        /// Where the policy stands.
        pub place: super::place::Place,
    }

    /// A registered value and the object that holds it.
    pub struct Registered {
        /// The value and its place.
        pub value: Sited<String>,
        /// The object.
        pub object: RegistrationObject,
    }

    /// A `keyCredential`.
    pub struct Credential {
        /// `keyId`.
        pub key_id: String,
        /// `usage`: `Sign`, `Verify`, `Encrypt`.
        pub usage: String,
        /// `type`: `AsymmetricX509Cert`, `X509CertAndPassword`, `Symmetric`.
        pub kind: String,
        /// SHA-1 thumbprint, upper-case hexadecimal, where it could be told from `customKeyIdentifier` or the key.
        pub sha1: Option<String>,
        /// Start of validity.
        pub start: Option<Timestamp>,
        /// End of validity.
        pub end: Option<Timestamp>,
        /// Display name.
        pub name: Option<String>,
        /// The certificate, where the export holds it.
        pub certificate: Option<Certificate>,
        /// Where it stands.
        pub place: super::place::Place,
    }

    /// A claim of a mapping policy.
    pub struct Claim {
        /// `SamlClaimType`: the attribute's name.
        pub attribute: Sited<String>,
        /// Source and id, such as `user.userprincipalname`.
        pub source: Option<String>,
        /// The transformation that makes its value, by id.
        pub transformation: Option<String>,
        /// The NameID format it asks for, where it is the NameID.
        pub name_id_format: Option<String>,
    }
}
