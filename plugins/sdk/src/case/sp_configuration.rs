//! How the service provider is configured: vendor exports made neutral.

use super::exchange::SameSite;
use super::input::Trouble;
use super::place::{Place, Sited};
use crate::vendor::Vendor;

words! {
    /// How people authenticate at an entry point (Qlik `authenticationMethod` 0…5).
    pub enum AuthenticationMethod {
        /// Unknown number.
        Other,
        /// Tickets (Windows authentication).
        Ticket,
        /// Header with a static user directory.
        HeaderStatic,
        /// Header with a dynamic user directory.
        HeaderDynamic,
        /// SAML.
        Saml,
        /// JSON Web Token.
        Jwt,
        /// OpenID Connect.
        Oidc,
    }

    /// Algorithm requests are signed with (Qlik `samlAttributeSigningAlgorithm` 0, 1).
    pub enum RequestAlgorithm {
        /// SHA-1.
        Sha1,
        /// SHA-256.
        Sha256,
    }

    /// State of the identity provider's metadata inside a configuration.
    pub enum HeldMetadata {
        /// The export does not tell.
        Unknown,
        /// The field is empty.
        Missing,
        /// It could not be read; see the Case's broken documents.
        Unreadable,
        /// It was read; see the Case's metadata with this configuration's id.
        Read,
    }
}

facts! {
    /// An entry point of a service provider: in Qlik Sense a virtual proxy.
    pub struct SpConfiguration {
        /// Its id in this Case: `c1`, …
        pub id: String,
        /// Vendor.
        pub vendor: Vendor,
        /// The vendor's own id (a GUID).
        pub vendor_id: Option<String>,
        /// The object itself.
        pub place: Place,
        /// It concerns the sign-in under judgement, as far as joining by prefix, URL, host and entityID can tell.
        pub relevant: bool,
        /// For people: description, else prefix.
        pub name: String,
        /// `description`.
        pub description: Option<Sited<String>>,
        /// `prefix`, without slashes. Empty for the default entry point.
        pub prefix: Option<Sited<String>>,
        /// `defaultVirtualProxy`.
        pub is_default: Option<bool>,
        /// `authenticationMethod`.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub method: Option<Sited<AuthenticationMethod>>,
        /// `samlHostUri`.
        pub host_uri: Option<Sited<String>>,
        /// `samlEntityId`.
        pub entity_id: Option<Sited<String>>,
        /// The ACS URL this configuration serves, computed from host URI, listening port and prefix.
        pub acs_url: Option<Sited<String>>,
        /// `samlAttributeSigningAlgorithm`.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub request_algorithm: Option<Sited<RequestAlgorithm>>,
        /// `samlMetadataIdP`.
        pub idp_metadata: HeldMetadata,
        /// Where `samlMetadataIdP` stands.
        pub idp_metadata_place: Place,
        /// What is wrong with it, where it is unreadable.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub idp_metadata_trouble: Option<Trouble>,
        /// `samlAttributeUserId`.
        pub user_id_attribute: Option<Sited<String>>,
        /// Where `samlAttributeUserId` stands, where it is there and empty.
        pub user_id_attribute_unset: Option<Place>,
        /// Where `samlHostUri` stands, where it is there and empty.
        pub host_uri_unset: Option<Place>,
        /// Where `samlEntityId` stands, where it is there and empty.
        pub entity_id_unset: Option<Place>,
        /// Where `samlAttributeUserDirectory` stands, where it is there and empty, or has nothing in its brackets.
        pub user_directory_unset: Option<Place>,
        /// `samlAttributeUserDirectory`, brackets included.
        pub user_directory: Option<Sited<String>>,
        /// `samlAttributeMap`.
        pub attribute_map: Vec<MappedAttribute>,
        /// `samlSlo`.
        pub single_logout: Option<bool>,
        /// `websocketCrossOriginWhiteList`; `None` where the export lacks the field.
        pub host_allow_list: Option<Vec<Sited<String>>>,
        /// Where the list stands.
        pub host_allow_list_place: Place,
        /// `sessionCookieHeaderName`.
        pub session_cookie_name: Option<Sited<String>>,
        /// `sessionCookieDomain`, where not empty.
        pub session_cookie_domain: Option<Sited<String>>,
        /// `hasSecureAttributeHttps`.
        pub secure_https: Option<Sited<bool>>,
        /// `sameSiteAttributeHttps`.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub same_site_https: Option<Sited<SameSite>>,
        /// `hasSecureAttributeHttp`.
        pub secure_http: Option<Sited<bool>>,
        /// `sameSiteAttributeHttp`.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub same_site_http: Option<Sited<SameSite>>,
        /// `additionalResponseHeaders`, one header a line, as it stands; empty where the field is.
        pub response_headers: Option<Sited<String>>,
        /// `anonymousAccessMode`: 0 none, 1 allowed, 2 always.
        pub anonymous_access: Option<Sited<i64>>,
        /// `sessionInactivityTimeout`, in minutes.
        pub inactivity_minutes: Option<Sited<i64>>,
        /// Host names of `loadBalancingServerNodes`; `None` where the export lacks the field.
        pub engine_nodes: Option<Vec<String>>,
        /// Where `loadBalancingServerNodes` stands.
        pub engine_nodes_place: Place,
        /// Ids of the proxies of this Case that list it.
        pub linked_proxies: Vec<String>,
    }

    /// One row of the attribute mapping.
    pub struct MappedAttribute {
        /// `samlAttribute`.
        pub attribute: Sited<String>,
        /// `senseAttribute`.
        pub target: String,
        /// `isMandatory`.
        pub mandatory: bool,
    }

    /// A proxy that serves entry points: Qlik's `proxyservice`.
    pub struct ProxyService {
        /// Its id in this Case: `x1`, …
        pub id: String,
        /// Vendor.
        pub vendor: Vendor,
        /// For people: node name or host name.
        pub name: String,
        /// The object itself.
        pub place: Place,
        /// `settings.listenPort`.
        pub listen_port: Option<Sited<u16>>,
        /// `settings.allowHttp`.
        pub allow_http: Option<Sited<bool>>,
        /// `settings.unencryptedListenPort`.
        pub unencrypted_listen_port: Option<Sited<u16>>,
        /// `settings.sslBrowserCertificateThumbprint`, where not empty.
        pub certificate_thumbprint: Option<Sited<String>>,
        /// `settings.maxHeaderSizeBytes`.
        pub max_header_bytes: Option<Sited<i64>>,
        /// `settings.maxHeaderLines`.
        pub max_header_lines: Option<Sited<i64>>,
        /// Vendor ids of the entry points it lists; `None` where the export lacks the field.
        pub entry_points: Option<Vec<String>>,
    }

    /// A private key's home, from the text of `certutil -store -v my`.
    pub struct KeyStore {
        /// Where it stands.
        pub place: Place,
        /// SHA-1 thumbprint of the certificate, upper-case hexadecimal.
        pub sha1: String,
        /// Subject.
        pub subject: Option<String>,
        /// `Provider`.
        pub provider: Option<Sited<String>>,
        /// The store holds the private key.
        pub private_key: Option<bool>,
    }
}

impl SpConfiguration {
    /// It is a SAML entry point.
    pub fn is_saml(&self) -> bool {
        self.method.as_ref().is_some_and(|method| method.value == AuthenticationMethod::Saml)
    }
}
