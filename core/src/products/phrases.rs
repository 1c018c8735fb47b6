//! Texts that products are known to write, and what they mean.
//!
//! Texts of a page or log are evidence weighed lower than facts in messages: products translate
//! and reword them. Specific texts stand before general ones, and one meaning counts once per page.

use crate::redact::shown;
use diag_sdk::Meaning;
use diag_sdk::case::exchange::Phrase;

/// A text a product writes: lower case, `*` for anything in between, `~` for one word or name.
struct Known {
    /// Empty where any software may write so.
    product: &'static str,
    pattern: &'static str,
    meaning: Meaning,
}

/// How much of a text around a match is shown.
const SHOWN: usize = 180;
/// How far apart the parts of a pattern may stand.
const WIDEST_GAP: usize = 400;
/// Most beginnings of a pattern that are tried in one text.
const MOST_TRIES: usize = 50;
/// Most phrases kept of one page.
const MOST: usize = 8;

/// Words that any software may write.
const GENERIC: &str = "";

const fn known(product: &'static str, pattern: &'static str, meaning: Meaning) -> Known {
    Known { product, pattern, meaning }
}

/// Finds the known texts in a page or log, each meaning once.
pub(crate) fn find(text: &str) -> Vec<Phrase> {
    let plain = plain(text);
    let mut found: Vec<(usize, Phrase)> = Vec::new();
    for known in KNOWN {
        if found.len() >= MOST || found.iter().any(|(_, phrase)| phrase.meaning == known.meaning) {
            continue;
        }
        if let Some(at) = position(&plain, known.pattern) {
            let text = shown(&sentence(text, &plain, at), SHOWN);
            found.push((at, Phrase { writer: Some(known.product.to_owned()).into(), meaning: known.meaning, text, ..Phrase::default() }));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, phrase)| phrase).collect()
}

/// A server that stands in front of anything at all: what it says need not concern signing in.
pub(crate) fn stands_before_anything(product: &str) -> bool {
    const SERVERS: &[&str] = &["nginx", "Apache", "IIS", "Tomcat"];
    SERVERS.contains(&product)
}

/// Lower case with straight quotes, one character for each, so that positions stay comparable.
fn plain(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            '\u{a0}' => ' ',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

fn position(text: &str, pattern: &str) -> Option<usize> {
    let mut parts = pattern.split_inclusive(['*', '~']);
    let first = parts.next()?;
    let gap = first.chars().next_back();
    let first = first.trim_end_matches(['*', '~']).trim_end();
    text.match_indices(first).take(MOST_TRIES).find_map(|(start, _)| {
        let mut at = start + first.len();
        let mut gap = gap;
        for part in parts.clone() {
            let literal = part.trim_end_matches(['*', '~']).trim();
            let mut end = (at + WIDEST_GAP).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            let found = text.get(at..end)?.find(literal)?;
            let one_word = text.get(at..at + found)?.trim().chars().filter(|character| character.is_whitespace()).count() == 0;
            if gap == Some('~') && !one_word {
                return None;
            }
            at += found + literal.len();
            gap = part.chars().next_back();
        }
        Some(start)
    })
}

/// The original text from the start of the sentence around a match.
fn sentence(text: &str, plain: &str, at: usize) -> String {
    let characters = plain.get(..at).map_or(0, |before| before.chars().count());
    let before: Vec<char> = text.chars().take(characters).collect();
    let ends = |pair: &[char]| pair[0] == '\n' || (".!?:)".contains(pair[0]) && pair[1].is_whitespace());
    let start = before.windows(2).rposition(ends).map_or(0, |end| end + 1);
    let start = start.max(characters.saturating_sub(60));
    text.chars().skip(start).take(SHOWN * 2).collect::<String>().trim().to_owned()
}

static KNOWN: &[Known] = &[
    known("Qlik Sense", "the user cannot be authenticated by the saml response through the following virtual proxy", Meaning::Refused),
    known("Qlik Sense", "the http header is incorrect", Meaning::HostHeader),
    known("Qlik Sense", "saml relay state is missing", Meaning::RelayState),
    known("Qlik Sense", "saml logout response could not be processed", Meaning::Logout),
    known("Qlik Sense", "saml logout request could not be processed", Meaning::Logout),
    known("Qlik Sense", "saml mandatory attribute for user id is missing", Meaning::AttributeMissing),
    known("Qlik Sense", "saml assertion is expired", Meaning::Expired),
    known("Qlik Sense", "saml assertion must be encrypted on an unsecured connection", Meaning::Insecure),
    known("Qlik Sense", "error 405 - method not allowed", Meaning::MethodNotAllowed),
    known("Qlik Sense", "error 413 - request entity too large", Meaning::TooLarge),
    known("Qlik Sense", "error 500 - internal server error", Meaning::ServerError),
    known("Qlik Sense", "you cannot access qlik sense because you have no access pass", Meaning::AccessDenied),
    known("Qlik Sense", "make sure that qlik sense is running properly", Meaning::ConnectionLost),
    known("python3-saml", "the inresponseto of the response: * does not match the id of the authnrequest", Meaning::InResponseTo),
    known("python3-saml", "the response has an inresponseto attribute: * while no inresponseto was expected", Meaning::InResponseTo),
    known("python3-saml", "the assertion of the response is not signed and the sp require", Meaning::UnsignedAssertion),
    known("python3-saml", "the message of the response is not signed and the sp require", Meaning::UnsignedMessage),
    known("python3-saml", "no signature found. saml response rejected", Meaning::UnsignedMessage),
    known("python3-saml", "signature validation failed. saml response rejected", Meaning::Signature),
    known("python3-saml", "signature validation failed. logout re", Meaning::Logout),
    known("python3-saml", "found an invalid signed element. saml response rejected", Meaning::Signature),
    known("python3-saml", "is not a valid audience for this response", Meaning::Audience),
    known("python3-saml", "the response was received at * instead of", Meaning::Destination),
    known("python3-saml", "the response has an empty destination value", Meaning::Destination),
    known("python3-saml", "a valid subjectconfirmation was not found on this response", Meaning::Recipient),
    known("python3-saml", "could not validate timestamp: not yet valid", Meaning::NotYetValid),
    known("python3-saml", "could not validate timestamp: expired", Meaning::Expired),
    known("python3-saml", "timing issues (please check your clock settings)", Meaning::Clock),
    known("python3-saml", "invalid issuer in the assertion/response", Meaning::Issuer),
    known("python3-saml", "the status code of the response was not success", Meaning::Status),
    known("python3-saml", "the attributes have expired, based on the sessionnotonorafter", Meaning::Expired),
    known("python3-saml", "the assertion of the response is not encrypted and the sp require", Meaning::UnencryptedAssertion),
    known("python3-saml", "the nameid of the response is not encrypted and the sp require", Meaning::UnencryptedAssertion),
    known("python3-saml", "no private key available, check settings", Meaning::Decrypt),
    known("python3-saml", "was not a requested context", Meaning::AuthnContext),
    known("python3-saml", "there is no attributestatement on the response", Meaning::AttributeMissing),
    known("python3-saml", "nameid not found in the assertion of the response", Meaning::NameIdMissing),
    known("python3-saml", "an empty nameid value found", Meaning::NameIdMissing),
    known("python3-saml", "deprecated signature algorithm", Meaning::Algorithm),
    known("python3-saml", "saml response not found, only supported http_post binding", Meaning::WrongBinding),
    known("python3-saml", "only supported http_redirect binding", Meaning::WrongBinding),
    known("python3-saml", "not match the saml-schema-protocol", Meaning::Malformed),
    known("python3-saml", "saml response must contain 1 assertion", Meaning::Malformed),
    known("python3-saml", "the logoutresponse was received at", Meaning::Logout),
    known("python3-saml", "the logoutrequest was received at", Meaning::Logout),
    known("ruby-saml", "current time is on or after notonorafter condition", Meaning::Expired),
    known("ruby-saml", "current time is earlier than notbefore condition", Meaning::NotYetValid),
    known("ruby-saml", "invalid signature on saml response", Meaning::Signature),
    known("ruby-saml", "fingerprint mismatch", Meaning::Signature),
    known("ruby-saml", "digest mismatch", Meaning::Signature),
    known("ruby-saml", "doesn't match the issuer, expected:", Meaning::Issuer),
    known("passport-saml", "saml assertion expired: clocks skewed too much", Meaning::Expired),
    known("passport-saml", "saml assertion expired", Meaning::Expired),
    known("passport-saml", "saml assertion not yet valid", Meaning::NotYetValid),
    known("passport-saml", "saml assertion audience mismatch", Meaning::Audience),
    known("passport-saml", "saml assertion has no audiencerestriction", Meaning::Audience),
    known("passport-saml", "inresponseto is missing from response", Meaning::Unsolicited),
    known("passport-saml", "inresponseto is not valid", Meaning::InResponseTo),
    known("passport-saml", "inresponseto does not match subjectinresponseto", Meaning::InResponseTo),
    known("passport-saml", "unknown saml issuer", Meaning::Issuer),
    known("passport-saml", "no decryption key for encrypted saml response", Meaning::Decrypt),
    known("passport-saml", "invalid document signature", Meaning::Signature),
    known("passport-saml", "missing saml assertion", Meaning::Malformed),
    known("passport-saml", "saml provider returned", Meaning::Status),
    known("passport-saml", "bad status code: urn:oasis", Meaning::Status),
    known("passport-saml", "samlresponse is not valid base64", Meaning::Damaged),
    known("passport-saml", "oaep decoding error", Meaning::Decrypt),
    known("passport-wsfed-saml2", "audience is invalid. configured:", Meaning::Audience),
    known("passport-wsfed-saml2", "assertion has expired", Meaning::Expired),
    known("passport-wsfed-saml2", "assertion is not yet active", Meaning::NotYetValid),
    known("passport-wsfed-saml2", "invalid thumbprint (configured", Meaning::Signature),
    known("passport-wsfed-saml2", "signature check errors", Meaning::Signature),
    known("Auth0", "idp-initiated login is not enabled for connection", Meaning::Unsolicited),
    known("Auth0", "wrong email or password", Meaning::Credentials),
    known("Auth0", "wrong username or password", Meaning::Credentials),
    known("pysaml2", "unsolicited response:", Meaning::Unsolicited),
    known("pysaml2", "unsolicitedresponse", Meaning::Unsolicited),
    known("pysaml2", "can't use response yet", Meaning::NotYetValid),
    known("pysaml2", "can't use it, it's too old", Meaning::Expired),
    known("pysaml2", "can't use response, too old", Meaning::Expired),
    known("pysaml2", "responselifetimeexceed", Meaning::Expired),
    known("pysaml2", "audiencerestrictions conditions not satisfied", Meaning::Audience),
    known("pysaml2", "request was not signed correctly", Meaning::RequestSignature),
    known("pysaml2", "incorrectlysigned", Meaning::Signature),
    known("pysaml2", "missing signature for", Meaning::UnsignedMessage),
    known("pysaml2", "unknownsystementity", Meaning::UnknownSp),
    known("Shibboleth SP", "unable to locate metadata for identity provider", Meaning::UnknownIdp),
    known("Shibboleth SP", "identity provider lookup failed", Meaning::UnknownIdp),
    known("Shibboleth SP", "unknown or unusable identity provider", Meaning::UnknownIdp),
    known("Shibboleth SP", "rejecting replayed message", Meaning::Replay),
    known("Shibboleth SP", "message was signed, but signature could not be verified", Meaning::Signature),
    known("Shibboleth SP", "security of logoutresponse not established", Meaning::Logout),
    known("Shibboleth SP", "security of logoutrequest not established", Meaning::Logout),
    known("Shibboleth SP", "unable to decode base64 in post binding message", Meaning::Damaged),
    known("Shibboleth SP", "unable to decode base64 in redirect binding message", Meaning::Damaged),
    known("Shibboleth SP", "xml error(s) during parsing", Meaning::Damaged),
    known("Shibboleth SP", "invalid http method", Meaning::WrongBinding),
    known("Shibboleth SP", "blocked unacceptable redirect location", Meaning::RedirectRefused),
    known("Shibboleth SP", "an issuer was supplied that conflicts with previous results", Meaning::Issuer),
    known("Shibboleth SP", "message expired, was issued too long ago", Meaning::Expired),
    known("Shibboleth SP", "message rejected, was issued in the future", Meaning::NotYetValid),
    known("Shibboleth SP", "message issued in the future", Meaning::NotYetValid),
    known("Shibboleth SP", "assertion is no longer valid", Meaning::Expired),
    known("Shibboleth SP", "assertion is not yet valid", Meaning::NotYetValid),
    known("Shibboleth SP", "unacceptable audiencerestriction", Meaning::Audience),
    known("Shibboleth SP", "satisfiable bearer subjectconfirmation", Meaning::Recipient),
    known("Shibboleth SP", "to incorrect server url", Meaning::Destination),
    known("Shibboleth SP", "unable to establish security of incoming assertion", Meaning::Signature),
    known("Shibboleth SP", "unable to verify message signature", Meaning::Signature),
    known("Shibboleth SP", "unable to resolve any key decryption keys", Meaning::Decrypt),
    known("Shibboleth SP", "unable to decrypt", Meaning::Decrypt),
    known("Shibboleth SP", "saml response reported an idp error", Meaning::Status),
    known("Shibboleth SP", "saml response contained an error", Meaning::Status),
    known("Shibboleth SP", "algorithm is not permitted", Meaning::Algorithm),
    known("Shibboleth SP", "unexpected inresponseto", Meaning::InResponseTo),
    known("Shibboleth SP", "unsolicited response", Meaning::Unsolicited),
    known("Shibboleth SP", "a valid authentication statement was not found in the incoming message", Meaning::Signature),
    known("Shibboleth SP", "shibboleth handler invoked at an unconfigured location", Meaning::WrongAcs),
    known("Shibboleth IdP", "the application you have accessed is not registered for use with this service", Meaning::UnknownSp),
    known("Shibboleth IdP", "web login service - unsupported request", Meaning::UnknownSp),
    known("Shibboleth IdP", "does not meet the security requirements of the login service", Meaning::RequestSignature),
    known("Shibboleth IdP", "unable to identify a compatible way to respond to the requested application", Meaning::Acs),
    known("Shibboleth IdP", "web login service - stale request", Meaning::NoSession),
    known("Shibboleth IdP", "you may be seeing this page because you used the back button", Meaning::NoSession),
    known("Shibboleth IdP", "you are not authorized to access", Meaning::NotAssigned),
    known("Shibboleth IdP", "the password you entered was incorrect", Meaning::Credentials),
    known("Shibboleth IdP", "the username you entered cannot be identified", Meaning::Credentials),
    known("Shibboleth IdP", "unable to log in at this time", Meaning::IdpError),
    known("SimpleSAMLphp", "received an assertion that is expired", Meaning::Expired),
    known("SimpleSAMLphp", "received an assertion that has expired", Meaning::Expired),
    known("SimpleSAMLphp", "received an assertion with a session that has expired", Meaning::Expired),
    known("SimpleSAMLphp", "received an assertion that is valid in the future", Meaning::NotYetValid),
    known("SimpleSAMLphp", "is not a valid audience for the assertion", Meaning::Audience),
    known("SimpleSAMLphp", "recipient in assertion doesn't match the current url", Meaning::Recipient),
    known("SimpleSAMLphp", "destination in response doesn't match the current url", Meaning::Destination),
    known("SimpleSAMLphp", "neither the assertion nor the response was signed", Meaning::UnsignedMessage),
    known("SimpleSAMLphp", "unable to validate signature on query string", Meaning::RequestSignature),
    known("SimpleSAMLphp", "unable to validate signature", Meaning::Signature),
    known("SimpleSAMLphp", "unable to verify signature", Meaning::Signature),
    known("SimpleSAMLphp", "could not find the metadata of an idp with entity id", Meaning::UnknownIdp),
    known("SimpleSAMLphp", "unable to locate metadata for", Meaning::UnknownEntity),
    known("SimpleSAMLphp", "metadata not found", Meaning::UnknownEntity),
    known("SimpleSAMLphp", "metadatanotfound", Meaning::UnknownEntity),
    known("SimpleSAMLphp", "state information lost", Meaning::NoSession),
    known("SimpleSAMLphp", "missing cookie", Meaning::NoSession),
    known("SimpleSAMLphp", "failed to decrypt", Meaning::Decrypt),
    known("SimpleSAMLphp", "incorrect username or password", Meaning::Credentials),
    known("SimpleSAMLphp", "an unhandled exception was thrown", Meaning::IdpError),
    known("SimpleSAMLphp", "no saml message present", Meaning::MessageMissing),
    known("SimpleSAMLphp", "unable to find the current binding", Meaning::MessageMissing),
    known("SimpleSAMLphp", "could not determine which user-id", Meaning::AttributeMissing),
    known("ADFS", "msis7042", Meaning::Loop),
    known("ADFS", "msis0037", Meaning::RequestSignature),
    known("ADFS", "msis0038", Meaning::RequestSignature),
    known("ADFS", "msis3055", Meaning::UnknownSp),
    known("ADFS", "msis7007", Meaning::UnknownSp),
    known("ADFS", "msis3200", Meaning::Acs),
    known("ADFS", "msis3201", Meaning::Acs),
    known("ADFS", "msis7093", Meaning::Algorithm),
    known("ADFS", "msis7104", Meaning::AuthnContext),
    known("ADFS", "msis5007", Meaning::NotAssigned),
    known("ADFS", "msis9605", Meaning::NotAssigned),
    known("ADFS", "msis7054", Meaning::Logout),
    known("ADFS", "msis7055", Meaning::Logout),
    known("ADFS", "msis7074", Meaning::Logout),
    known("ADFS", "msis7000", Meaning::MessageMissing),
    known("ADFS", "incorrect user id or password", Meaning::Credentials),
    known("ADFS", "an error occurred. contact your administrator for more information", Meaning::IdpError),
    known("Keycloak", "invalid requester", Meaning::RequestSignature),
    known("Keycloak", "unknown login requester", Meaning::UnknownSp),
    known("Keycloak", "login requester not enabled", Meaning::UnknownSp),
    known("Keycloak", "invalid redirect uri", Meaning::Acs),
    known("Keycloak", "cookie not found. please make sure cookies are enabled", Meaning::NoSession),
    known("Keycloak", "restart login cookie not found", Meaning::NoSession),
    known("Keycloak", "invalid username or password", Meaning::Credentials),
    known("Keycloak", "account is disabled, contact your administrator", Meaning::UserDisabled),
    known("Keycloak", "unexpected error when authenticating with identity provider", Meaning::IdpError),
    known("Keycloak", "logout failed", Meaning::Logout),
    known("Okta", "user is not assigned to this application", Meaning::NotAssigned),
    known("Okta", "is not assigned to the client application", Meaning::NotAssigned),
    known("Okta", "you are not allowed to access this app", Meaning::NotAssigned),
    known("Okta", "because you are not assigned this app", Meaning::NotAssigned),
    known("Okta", "app not assigned", Meaning::NotAssigned),
    known("Okta", "e0000004", Meaning::Credentials),
    known("Okta", "general_nonsuccess", Meaning::IdpError),
    known("Okta", "unable to sign in", Meaning::Credentials),
    known("Google", "app_not_configured_for_user", Meaning::UnknownSp),
    known("Google", "app_not_configured", Meaning::UnknownSp),
    known("Google", "app_not_enabled_for_user", Meaning::NotAssigned),
    known("Google", "app_not_enabled", Meaning::NotAssigned),
    known("Google", "doesn't match configured acs url", Meaning::Acs),
    known("OneLogin", "you do not have access to this application", Meaning::NotAssigned),
    known("PingFederate", "unknown or disabled sp connection", Meaning::UnknownSp),
    known("PingFederate", "unexpected system error", Meaning::IdpError),
    known("PingFederate", "sign on failed", Meaning::IdpError),
    known("Spring Security SAML", "response issue time is either too old or with date in the future", Meaning::Expired),
    known("Spring Security SAML", "authentication statement is too old to be used", Meaning::AuthnTooOld),
    known("Spring Security SAML", "inresponsetofield of the response doesn't correspond to sent message", Meaning::InResponseTo),
    known("Spring Security SAML", "but no saved authentication request was found", Meaning::InResponseTo),
    known("Spring Security SAML", "does not match the id of the authentication request", Meaning::InResponseTo),
    known("Spring Security SAML", "our entity is not the intended audience", Meaning::Audience),
    known("Spring Security SAML", "can't be confirmed by the bearer method", Meaning::Recipient),
    known("Spring Security SAML", "did not match the recipient endpoint", Meaning::Destination),
    known("Spring Security SAML", "signature is not trusted or invalid", Meaning::Signature),
    known("Spring Security SAML", "invalid signature for object", Meaning::Signature),
    known("Spring Security SAML", "invalid destination [", Meaning::Destination),
    known("Spring Security SAML", "invalid issuer [", Meaning::Issuer),
    known("Spring Security SAML", "no relying party registration found", Meaning::UnknownIdp),
    known("Spring Security SAML", "metadata for issuer * wasn't found", Meaning::UnknownIdp),
    known("Spring Security SAML", "failed to decrypt encryptedassertion", Meaning::Decrypt),
    known("ComponentSpace", "was received unexpectedly", Meaning::Unsolicited),
    known("ComponentSpace", "the saml response signature failed to verify", Meaning::Signature),
    known("ComponentSpace", "the saml assertion signature failed to verify", Meaning::Signature),
    known("ComponentSpace", "signature failed to verify", Meaning::Signature),
    known("ComponentSpace", "the saml assertion is outside the valid time period", Meaning::Expired),
    known("ComponentSpace", "the saml assertion is not within the valid time period", Meaning::Expired),
    known("ComponentSpace", "there is no pending authentication", Meaning::InResponseTo),
    known("Sustainsys.Saml2", "unsolicited responses are not allowed", Meaning::Unsolicited),
    known("Sustainsys.Saml2", "unexpectedinresponseto", Meaning::InResponseTo),
    known("Sustainsys.Saml2", "the saml response is not signed", Meaning::UnsignedMessage),
    known(".NET", "id4037", Meaning::Decrypt),
    known(".NET", "id4022", Meaning::Decrypt),
    known(".NET", "id1038", Meaning::Audience),
    known(".NET", "id4223", Meaning::Expired),
    known(".NET", "id4222", Meaning::NotYetValid),
    known(".NET", "idx10214", Meaning::Audience),
    known(".NET", "idx10223", Meaning::Expired),
    known(".NET", "idx10222", Meaning::NotYetValid),
    known(".NET", "idx10500", Meaning::Signature),
    known(".NET", "idx10503", Meaning::Signature),
    known("WebLogic", "[security:090377]", Meaning::Issuer),
    known("F5 BIG-IP", "the requested url was rejected. please consult with your administrator", Meaning::Blocked),
    known("nginx", "request header or cookie too large", Meaning::TooLarge),
    known("nginx", "413 request entity too large", Meaning::TooLarge),
    known("nginx", "414 request-uri too large", Meaning::TooLarge),
    known("nginx", "400 the plain http request was sent to https port", Meaning::Scheme),
    known("Apache", "size of a request header field exceeds server limit", Meaning::TooLarge),
    known("Apache", "the requested url's length exceeds the capacity limit", Meaning::TooLarge),
    known("IIS", "the request filtering module is configured to deny a request where the query string is too long", Meaning::TooLarge),
    known("IIS", "bad request - request too long", Meaning::TooLarge),
    known("IIS", "bad request - invalid hostname", Meaning::HostHeader),
    known("Tomcat", "invalid character found in the request target", Meaning::Damaged),
    known(GENERIC, "payload too large", Meaning::TooLarge),
    known(GENERIC, "request entity too large", Meaning::TooLarge),
    known(GENERIC, "request header fields too large", Meaning::TooLarge),
    known(GENERIC, "misdirected request", Meaning::HostHeader),
    known(GENERIC, "invalid host header", Meaning::HostHeader),
    known(GENERIC, "method not allowed", Meaning::MethodNotAllowed),
    known(GENERIC, "disallowedhost", Meaning::HostHeader),
    known(GENERIC, "no pending login", Meaning::NoSession),
    known(GENERIC, "session cookie missing", Meaning::NoSession),
    known(GENERIC, "no pending authentication", Meaning::NoSession),
    known(GENERIC, "no authentication request in session", Meaning::NoSession),
    known(GENERIC, "cookies are disabled", Meaning::NoSession),
    known(GENERIC, "cookies are blocked", Meaning::NoSession),
    known(GENERIC, "please enable cookies", Meaning::NoSession),
    known(GENERIC, "invalid relaystate", Meaning::RelayState),
    known(GENERIC, "invalid relay state", Meaning::RelayState),
    known(GENERIC, "missing relaystate", Meaning::RelayState),
    known(GENERIC, "missing relay state", Meaning::RelayState),
    known(GENERIC, "relay state is missing", Meaning::RelayState),
    known(GENERIC, "relaystate is missing", Meaning::RelayState),
    known(GENERIC, "unknown relay state", Meaning::RelayState),
    known(GENERIC, "no pending login", Meaning::NoSession),
    known(GENERIC, "no pending sign-in", Meaning::NoSession),
    known(GENERIC, "session cookie missing", Meaning::NoSession),
    known(GENERIC, "session cookie is missing", Meaning::NoSession),
    known(GENERIC, "session cookie was not", Meaning::NoSession),
    known(GENERIC, "no saml session", Meaning::NoSession),
    known(GENERIC, "login session not found", Meaning::NoSession),
    known(GENERIC, "already been used", Meaning::Replay),
    known(GENERIC, "already been processed", Meaning::Replay),
    known(GENERIC, "replay detected", Meaning::Replay),
    known(GENERIC, "replayed", Meaning::Replay),
    known(GENERIC, "invalid audience", Meaning::Audience),
    known(GENERIC, "audience mismatch", Meaning::Audience),
    known(GENERIC, "invalid recipient", Meaning::Recipient),
    known(GENERIC, "invalid destination", Meaning::Destination),
    known(GENERIC, "invalid saml signature", Meaning::Signature),
    known(GENERIC, "signature verification failed", Meaning::Signature),
    known(GENERIC, "signature validation failed", Meaning::Signature),
    known(GENERIC, "invalid signature", Meaning::Signature),
    known(GENERIC, "assertion is not signed", Meaning::UnsignedAssertion),
    known(GENERIC, "response is not signed", Meaning::UnsignedMessage),
    known(GENERIC, "logout response is not signed", Meaning::Logout),
    known(GENERIC, "logout request is not signed", Meaning::Logout),
    known(GENERIC, "authnrequest is not signed", Meaning::RequestSignature),
    known(GENERIC, "authnrequest must be signed", Meaning::RequestSignature),
    known(GENERIC, "authentication request is not signed", Meaning::RequestSignature),
    known(GENERIC, "request must be signed", Meaning::RequestSignature),
    known(GENERIC, "request is not signed", Meaning::RequestSignature),
    known(GENERIC, "request was not signed", Meaning::RequestSignature),
    known(GENERIC, "request signature is missing", Meaning::RequestSignature),
    known(GENERIC, "unknown identity provider", Meaning::UnknownIdp),
    known(GENERIC, "unknown service provider", Meaning::UnknownSp),
    known(GENERIC, "service provider ~ is not registered", Meaning::UnknownSp),
    known(GENERIC, "service provider not registered", Meaning::UnknownSp),
    known(GENERIC, "service provider ~ is unknown", Meaning::UnknownSp),
    known(GENERIC, "no service provider with", Meaning::UnknownSp),
    known(GENERIC, "assertion consumer service url ~ is not registered", Meaning::Acs),
    known(GENERIC, "assertion consumer service ~ is not registered", Meaning::Acs),
    known(GENERIC, "assertionconsumerserviceurl ~ is not registered", Meaning::Acs),
    known(GENERIC, "assertionconsumerserviceurl ~ does not match", Meaning::Acs),
    known(GENERIC, "invalid assertion consumer service", Meaning::Acs),
    known(GENERIC, "invalid assertionconsumerserviceurl", Meaning::Acs),
    known(GENERIC, "acs url ~ is not registered", Meaning::Acs),
    known(GENERIC, "invalid acs url", Meaning::Acs),
    known(GENERIC, "unknown issuer", Meaning::Issuer),
    known(GENERIC, "unsolicited", Meaning::Unsolicited),
    known(GENERIC, "inresponseto", Meaning::InResponseTo),
    known(GENERIC, "assertion expired", Meaning::Expired),
    known(GENERIC, "assertion is expired", Meaning::Expired),
    known(GENERIC, "response has expired", Meaning::Expired),
    known(GENERIC, "assertion is not valid yet", Meaning::NotYetValid),
    known(GENERIC, "not yet valid", Meaning::NotYetValid),
    known(GENERIC, "clock skew", Meaning::Clock),
    known(GENERIC, "required attribute", Meaning::AttributeMissing),
    known(GENERIC, "missing attribute", Meaning::AttributeMissing),
    known(GENERIC, "attribute missing", Meaning::AttributeMissing),
    known(GENERIC, "attribute is missing", Meaning::AttributeMissing),
    known(GENERIC, "attribute ~ missing", Meaning::AttributeMissing),
    known(GENERIC, "attribute ~ is missing", Meaning::AttributeMissing),
    known(GENERIC, "attribute ~ was not sent", Meaning::AttributeMissing),
    known(GENERIC, "attribute ~ not found", Meaning::AttributeMissing),
    known(GENERIC, "attribute ~ is required", Meaning::AttributeMissing),
    known(GENERIC, "could not decrypt", Meaning::Decrypt),
    known(GENERIC, "decryption failed", Meaning::Decrypt),
    known(GENERIC, "account not provisioned", Meaning::NotProvisioned),
    known(GENERIC, "user does not exist", Meaning::NotProvisioned),
    known(GENERIC, "not assigned to", Meaning::NotAssigned),
    known(GENERIC, "access denied", Meaning::AccessDenied),
    known(GENERIC, "access is denied", Meaning::AccessDenied),
    known(GENERIC, "you do not have permission", Meaning::AccessDenied),
    known(GENERIC, "not authorized to access", Meaning::AccessDenied),
    known("Entra ID", "your account or password is incorrect", Meaning::Credentials),
    known("Entra ID", "incorrect account or password", Meaning::Credentials),
    known(GENERIC, "invalid username or password", Meaning::Credentials),
    known(GENERIC, "incorrect username or password", Meaning::Credentials),
    known(GENERIC, "incorrect user name or password", Meaning::Credentials),
    known(GENERIC, "incorrect email or password", Meaning::Credentials),
    known(GENERIC, "wrong username or password", Meaning::Credentials),
    known(GENERIC, "wrong user name or password", Meaning::Credentials),
    known(GENERIC, "invalid user name or password", Meaning::Credentials),
    known(GENERIC, "invalid email or password", Meaning::Credentials),
    known(GENERIC, "wrong password", Meaning::Credentials),
    known(GENERIC, "incorrect password", Meaning::Credentials),
    known(GENERIC, "username or password is incorrect", Meaning::Credentials),
    known(GENERIC, "user name or password is incorrect", Meaning::Credentials),
    known(GENERIC, "invalid credentials", Meaning::Credentials),
    known(GENERIC, "benutzername oder passwort", Meaning::Credentials),
    known(GENERIC, "falsches passwort", Meaning::Credentials),
    known(GENERIC, "mot de passe incorrect", Meaning::Credentials),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specific_texts_win_over_general_ones() {
        let found = find("Not authenticated. Signature validation failed. SAML Response rejected");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].writer.product(), found[0].meaning), (Some("python3-saml"), Meaning::Signature));
    }

    #[test]
    fn gaps_and_typographic_quotes_match() {
        let found = find("The InResponseTo of the Response: a, does not match the ID of the AuthNRequest sent by the SP: b");
        assert_eq!(found[0].meaning, Meaning::InResponseTo);
        assert_eq!(find("Recipient in assertion doesn\u{2019}t match the current URL")[0].meaning, Meaning::Recipient);
        assert!(find("Welcome to the hub").is_empty());
    }

    #[test]
    fn a_name_in_between_is_one_word() {
        assert_eq!(find("Access refused: attribute urn:oid:0.9.2342.19200300.100.1.3 missing")[0].meaning, Meaning::AttributeMissing);
        assert_eq!(find("This attribute and the attribute \"mail\" is missing")[0].meaning, Meaning::AttributeMissing);
        assert!(find("Attribute reports are here; nothing is missing").is_empty());
        for text in ["ACS URL https://sp.example/acs is not registered", "The ACS URL is not registered here"] {
            assert_eq!(find(text)[0].meaning, Meaning::Acs, "{text}");
        }
    }

    #[test]
    fn patterns_are_lower_case() {
        for known in KNOWN {
            assert_eq!(known.pattern, known.pattern.to_lowercase(), "{}", known.product);
        }
    }
}
