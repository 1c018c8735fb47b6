//! Cases for the tests of checks: everything core would have written down, built in a line or two.
//!
//! Enable the feature `testing` of this crate as a development dependency. Every builder gives plain
//! facts, complete and sound, so that a test changes the one thing it is about:
//!
//! ```
//! use diag_sdk::case::attempt::Outcome;
//! use diag_sdk::testing;
//! let mut case = testing::sign_in(Outcome::RefusedBySp);
//! case.messages[1].destination = Some("https://other.example/".into());
//! assert!(!case.responses()[0].otherwise_sound());
//! ```
//!
//! Everything in it is one story: a person of `https://idp.example/` signs in to the virtual proxy
//! `azure` of `https://sense.example`, in November 2026.
//!
//! - [`sign_in()`], [`sign_in_sending`], [`refused_by_idp`], [`attempt`]: sign-ins by how they ended; [`says`], [`says_at`],
//!   [`page`]: what a page states; [`valid`], [`sends`]: validity and attributes of the assertion
//! - [`entry_point`], [`entry_point_with`], [`registration`], [`idp_metadata`], [`sp_metadata`], [`with_metadata`]: what both sides have
//! - [`certificate`], [`signature`], [`query_signature`], [`key_match`]: keys; [`signed`]: a sign-in with them
//! - [`findings`], [`levels`]: what a check makes of it

mod keys;
mod moments;
mod parties;
mod products;
mod sign_in;

pub use keys::{certificate, key, key_match, query_signature, signature};
pub use moments::{from_post, time};
pub use parties::{
    acs_endpoints, endpoint, entry_point, entry_point_with, idp_metadata, of_tenant, registration,
    sited, sp_metadata, sso_endpoints, with_metadata,
};
pub use products::{ENTRA, QLIK, entra_signs_in, known_code, products, qlik_serves};
pub use sign_in::{
    assertion, attempt, attribute, bound, consumes, ended, exchange, offset, page, personal,
    posted, refused_by_idp, request, response, says, says_at, sends, sign_in, sign_in_sending,
    signed, signed_with, valid,
};

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Finding, Severity};

/// EntityID of the service provider, and its public address.
pub const ENTITY_ID: &str = "https://sense.example";
/// Where it consumes responses, as its products write it: with the default port.
pub const ACS_URL: &str = "https://sense.example:443/azure/samlauthn/";
/// The same address as browsers ask for it.
pub const ACS_SEEN: &str = "https://sense.example/azure/samlauthn/";
/// Where people land.
pub const LANDING: &str = "https://sense.example/azure/hub";
/// EntityID of the identity provider.
pub const IDP_ENTITY_ID: &str = "https://idp.example/";
/// Where the identity provider takes requests, by both bindings.
pub const SSO_URL: &str = "https://idp.example/saml2";
/// A tenant of Entra ID, see [`of_tenant`].
pub const TENANT: &str = "5f3a9c1e-7b2d-4e60-9a41-0c8d2e6f7a13";
/// Name of the application at the identity provider.
pub const APPLICATION: &str = "Qlik Sense";
/// The attribute that becomes the user id.
pub const NAME_CLAIM: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
/// The moment at which the browser posts the response, and at which certificates are judged.
pub const POSTED: &str = "2026-11-24T10:00:10Z";
/// Digest algorithm SHA-256.
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// Digest algorithm SHA-1.
pub const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// What a check finds in a Case. Nothing where it is skipped for want of an input.
pub fn findings(check: &Check, case: &Case) -> Vec<Finding> {
    check.judge(case).found().to_vec()
}

/// The levels of what a check finds in a Case.
pub fn levels(check: &Check, case: &Case) -> Vec<Severity> {
    findings(check, case).iter().map(|finding| finding.severity).collect()
}
