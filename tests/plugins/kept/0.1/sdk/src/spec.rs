//! Names that the SAML specifications fix, so that no check spells them by hand.

/// Namespace of SAML metadata (saml-metadata-2.0-os §2).
pub const NS_METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// Namespace of SAML protocol messages (saml-core-2.0-os §3).
pub const NS_PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Namespace of SAML assertions (saml-core-2.0-os §2).
pub const NS_ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// Namespace of SAML 1.1 assertions (oasis-sstc-saml-core-1.1 §1.2), as WS-Federation carries them.
pub const NS_ASSERTION_11: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
/// Namespace of XML signatures (xmldsig-core §1.3).
pub const NS_DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Namespace of XML encryption (xmlenc-core §1.3).
pub const NS_XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// Namespace of what XML Encryption 1.1 added.
pub const NS_XENC11: &str = "http://www.w3.org/2009/xmlenc11#";

/// HTTP-Redirect binding (saml-bindings-2.0-os §3.4).
pub const BINDING_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// HTTP-POST binding (saml-bindings-2.0-os §3.5).
pub const BINDING_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// HTTP-Artifact binding (saml-bindings-2.0-os §3.6).
pub const BINDING_ARTIFACT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact";
/// SOAP binding (saml-bindings-2.0-os §3.2).
pub const BINDING_SOAP: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";

/// RSA with SHA-1.
pub const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
/// RSA with SHA-256.
pub const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// Status: success (saml-core-2.0-os §3.2.2.2).
pub const STATUS_SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// Method of confirmation that browsers can fulfil (saml-profiles-2.0-os §3.3).
pub const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// The last part of a URI after `#`, `/` or `:`, as people name algorithms, bindings and statuses.
pub fn short(uri: &str) -> &str {
    uri.rsplit(['#', '/', ':']).next().unwrap_or(uri)
}
