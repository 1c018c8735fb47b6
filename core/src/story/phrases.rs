//! Texts that products are known to write, and what they mean.
//!
//! Texts of a page or log are evidence weighed lower than facts in messages: products translate
//! and reword them. Specific texts stand before general ones, and one meaning counts once per page.

use super::shown::shown;
use diag_sdk::case::exchange::Phrase;

/// A text a product writes: lower case, `*` for anything in between, `~` for one word or name.
struct Known {
    product: &'static str,
    pattern: &'static str,
    meaning: &'static str,
}

/// How much of a text around a match is shown.
const SHOWN: usize = 180;
/// How far apart the parts of a pattern may stand.
const WIDEST_GAP: usize = 400;
/// Most beginnings of a pattern that are tried in one text.
const MOST_TRIES: usize = 50;
/// Most phrases kept of one page.
const MOST: usize = 8;

const fn known(product: &'static str, pattern: &'static str, meaning: &'static str) -> Known {
    Known { product, pattern, meaning }
}

/// Finds the known texts in a page or log, each meaning once.
pub fn find(text: &str) -> Vec<Phrase> {
    let plain = plain(text);
    let mut found: Vec<(usize, Phrase)> = Vec::new();
    for known in KNOWN {
        if found.len() >= MOST || found.iter().any(|(_, phrase)| phrase.meaning == known.meaning) {
            continue;
        }
        if let Some(at) = position(&plain, known.pattern) {
            let text = shown(&sentence(text, &plain, at), SHOWN);
            found.push((at, Phrase { product: known.product.to_owned(), meaning: known.meaning.to_owned(), text }));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, phrase)| phrase).collect()
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
    known("Qlik Sense", "the user cannot be authenticated by the saml response through the following virtual proxy", "refused"),
    known("Qlik Sense", "the http header is incorrect", "host-header"),
    known("Qlik Sense", "saml relay state is missing", "relay-state"),
    known("Qlik Sense", "saml logout response could not be processed", "logout"),
    known("Qlik Sense", "saml logout request could not be processed", "logout"),
    known("Qlik Sense", "saml mandatory attribute for user id is missing", "attribute-missing"),
    known("Qlik Sense", "saml assertion is expired", "expired"),
    known("Qlik Sense", "saml assertion must be encrypted on an unsecured connection", "insecure"),
    known("Qlik Sense", "error 405 - method not allowed", "method-not-allowed"),
    known("Qlik Sense", "error 413 - request entity too large", "too-large"),
    known("Qlik Sense", "error 500 - internal server error", "server-error"),
    known("Qlik Sense", "you cannot access qlik sense because you have no access pass", "access-denied"),
    known("Qlik Sense", "make sure that qlik sense is running properly", "connection-lost"),
    known("python3-saml", "the inresponseto of the response: * does not match the id of the authnrequest", "in-response-to"),
    known("python3-saml", "the response has an inresponseto attribute: * while no inresponseto was expected", "in-response-to"),
    known("python3-saml", "the assertion of the response is not signed and the sp require", "unsigned-assertion"),
    known("python3-saml", "the message of the response is not signed and the sp require", "unsigned-message"),
    known("python3-saml", "no signature found. saml response rejected", "unsigned-message"),
    known("python3-saml", "signature validation failed. saml response rejected", "signature"),
    known("python3-saml", "signature validation failed. logout re", "logout"),
    known("python3-saml", "found an invalid signed element. saml response rejected", "signature"),
    known("python3-saml", "is not a valid audience for this response", "audience"),
    known("python3-saml", "the response was received at * instead of", "destination"),
    known("python3-saml", "the response has an empty destination value", "destination"),
    known("python3-saml", "a valid subjectconfirmation was not found on this response", "recipient"),
    known("python3-saml", "could not validate timestamp: not yet valid", "not-yet-valid"),
    known("python3-saml", "could not validate timestamp: expired", "expired"),
    known("python3-saml", "timing issues (please check your clock settings)", "clock"),
    known("python3-saml", "invalid issuer in the assertion/response", "issuer"),
    known("python3-saml", "the status code of the response was not success", "status"),
    known("python3-saml", "the attributes have expired, based on the sessionnotonorafter", "expired"),
    known("python3-saml", "the assertion of the response is not encrypted and the sp require", "unencrypted-assertion"),
    known("python3-saml", "the nameid of the response is not encrypted and the sp require", "unencrypted-assertion"),
    known("python3-saml", "no private key available, check settings", "decrypt"),
    known("python3-saml", "was not a requested context", "authn-context"),
    known("python3-saml", "there is no attributestatement on the response", "attribute-missing"),
    known("python3-saml", "nameid not found in the assertion of the response", "name-id-missing"),
    known("python3-saml", "an empty nameid value found", "name-id-missing"),
    known("python3-saml", "deprecated signature algorithm", "algorithm"),
    known("python3-saml", "saml response not found, only supported http_post binding", "wrong-binding"),
    known("python3-saml", "only supported http_redirect binding", "wrong-binding"),
    known("python3-saml", "not match the saml-schema-protocol", "malformed"),
    known("python3-saml", "saml response must contain 1 assertion", "malformed"),
    known("python3-saml", "the logoutresponse was received at", "logout"),
    known("python3-saml", "the logoutrequest was received at", "logout"),
    known("ruby-saml", "current time is on or after notonorafter condition", "expired"),
    known("ruby-saml", "current time is earlier than notbefore condition", "not-yet-valid"),
    known("ruby-saml", "invalid signature on saml response", "signature"),
    known("ruby-saml", "fingerprint mismatch", "signature"),
    known("ruby-saml", "digest mismatch", "signature"),
    known("ruby-saml", "doesn't match the issuer, expected:", "issuer"),
    known("passport-saml", "saml assertion expired: clocks skewed too much", "expired"),
    known("passport-saml", "saml assertion expired", "expired"),
    known("passport-saml", "saml assertion not yet valid", "not-yet-valid"),
    known("passport-saml", "saml assertion audience mismatch", "audience"),
    known("passport-saml", "saml assertion has no audiencerestriction", "audience"),
    known("passport-saml", "inresponseto is missing from response", "unsolicited"),
    known("passport-saml", "inresponseto is not valid", "in-response-to"),
    known("passport-saml", "inresponseto does not match subjectinresponseto", "in-response-to"),
    known("passport-saml", "unknown saml issuer", "issuer"),
    known("passport-saml", "no decryption key for encrypted saml response", "decrypt"),
    known("passport-saml", "invalid document signature", "signature"),
    known("passport-saml", "missing saml assertion", "malformed"),
    known("passport-saml", "saml provider returned", "status"),
    known("passport-saml", "bad status code: urn:oasis", "status"),
    known("passport-saml", "samlresponse is not valid base64", "damaged"),
    known("passport-saml", "oaep decoding error", "decrypt"),
    known("passport-wsfed-saml2", "audience is invalid. configured:", "audience"),
    known("passport-wsfed-saml2", "assertion has expired", "expired"),
    known("passport-wsfed-saml2", "assertion is not yet active", "not-yet-valid"),
    known("passport-wsfed-saml2", "invalid thumbprint (configured", "signature"),
    known("passport-wsfed-saml2", "signature check errors", "signature"),
    known("Auth0", "idp-initiated login is not enabled for connection", "unsolicited"),
    known("Auth0", "wrong email or password", "credentials"),
    known("Auth0", "wrong username or password", "credentials"),
    known("pysaml2", "unsolicited response:", "unsolicited"),
    known("pysaml2", "unsolicitedresponse", "unsolicited"),
    known("pysaml2", "can't use response yet", "not-yet-valid"),
    known("pysaml2", "can't use it, it's too old", "expired"),
    known("pysaml2", "can't use response, too old", "expired"),
    known("pysaml2", "responselifetimeexceed", "expired"),
    known("pysaml2", "audiencerestrictions conditions not satisfied", "audience"),
    known("pysaml2", "request was not signed correctly", "request-signature"),
    known("pysaml2", "incorrectlysigned", "signature"),
    known("pysaml2", "missing signature for", "unsigned-message"),
    known("pysaml2", "unknownsystementity", "unknown-sp"),
    known("Shibboleth SP", "unable to locate metadata for identity provider", "unknown-idp"),
    known("Shibboleth SP", "identity provider lookup failed", "unknown-idp"),
    known("Shibboleth SP", "unknown or unusable identity provider", "unknown-idp"),
    known("Shibboleth SP", "rejecting replayed message", "replay"),
    known("Shibboleth SP", "message was signed, but signature could not be verified", "signature"),
    known("Shibboleth SP", "security of logoutresponse not established", "logout"),
    known("Shibboleth SP", "security of logoutrequest not established", "logout"),
    known("Shibboleth SP", "unable to decode base64 in post binding message", "damaged"),
    known("Shibboleth SP", "unable to decode base64 in redirect binding message", "damaged"),
    known("Shibboleth SP", "xml error(s) during parsing", "damaged"),
    known("Shibboleth SP", "invalid http method", "wrong-binding"),
    known("Shibboleth SP", "blocked unacceptable redirect location", "redirect-refused"),
    known("Shibboleth SP", "an issuer was supplied that conflicts with previous results", "issuer"),
    known("Shibboleth SP", "message expired, was issued too long ago", "expired"),
    known("Shibboleth SP", "message rejected, was issued in the future", "not-yet-valid"),
    known("Shibboleth SP", "message issued in the future", "not-yet-valid"),
    known("Shibboleth SP", "assertion is no longer valid", "expired"),
    known("Shibboleth SP", "assertion is not yet valid", "not-yet-valid"),
    known("Shibboleth SP", "unacceptable audiencerestriction", "audience"),
    known("Shibboleth SP", "satisfiable bearer subjectconfirmation", "recipient"),
    known("Shibboleth SP", "to incorrect server url", "destination"),
    known("Shibboleth SP", "unable to establish security of incoming assertion", "signature"),
    known("Shibboleth SP", "unable to verify message signature", "signature"),
    known("Shibboleth SP", "unable to resolve any key decryption keys", "decrypt"),
    known("Shibboleth SP", "unable to decrypt", "decrypt"),
    known("Shibboleth SP", "saml response reported an idp error", "status"),
    known("Shibboleth SP", "saml response contained an error", "status"),
    known("Shibboleth SP", "algorithm is not permitted", "algorithm"),
    known("Shibboleth SP", "unexpected inresponseto", "in-response-to"),
    known("Shibboleth SP", "unsolicited response", "unsolicited"),
    known("Shibboleth SP", "a valid authentication statement was not found in the incoming message", "signature"),
    known("Shibboleth SP", "shibboleth handler invoked at an unconfigured location", "wrong-acs"),
    known("Shibboleth IdP", "the application you have accessed is not registered for use with this service", "unknown-sp"),
    known("Shibboleth IdP", "web login service - unsupported request", "unknown-sp"),
    known("Shibboleth IdP", "does not meet the security requirements of the login service", "request-signature"),
    known("Shibboleth IdP", "unable to identify a compatible way to respond to the requested application", "acs"),
    known("Shibboleth IdP", "web login service - stale request", "no-session"),
    known("Shibboleth IdP", "you may be seeing this page because you used the back button", "no-session"),
    known("Shibboleth IdP", "you are not authorized to access", "not-assigned"),
    known("Shibboleth IdP", "the password you entered was incorrect", "credentials"),
    known("Shibboleth IdP", "the username you entered cannot be identified", "credentials"),
    known("Shibboleth IdP", "unable to log in at this time", "idp-error"),
    known("SimpleSAMLphp", "received an assertion that is expired", "expired"),
    known("SimpleSAMLphp", "received an assertion that has expired", "expired"),
    known("SimpleSAMLphp", "received an assertion with a session that has expired", "expired"),
    known("SimpleSAMLphp", "received an assertion that is valid in the future", "not-yet-valid"),
    known("SimpleSAMLphp", "is not a valid audience for the assertion", "audience"),
    known("SimpleSAMLphp", "recipient in assertion doesn't match the current url", "recipient"),
    known("SimpleSAMLphp", "destination in response doesn't match the current url", "destination"),
    known("SimpleSAMLphp", "neither the assertion nor the response was signed", "unsigned-message"),
    known("SimpleSAMLphp", "unable to validate signature on query string", "request-signature"),
    known("SimpleSAMLphp", "unable to validate signature", "signature"),
    known("SimpleSAMLphp", "unable to verify signature", "signature"),
    known("SimpleSAMLphp", "could not find the metadata of an idp with entity id", "unknown-idp"),
    known("SimpleSAMLphp", "unable to locate metadata for", "unknown-entity"),
    known("SimpleSAMLphp", "metadata not found", "unknown-entity"),
    known("SimpleSAMLphp", "metadatanotfound", "unknown-entity"),
    known("SimpleSAMLphp", "state information lost", "no-session"),
    known("SimpleSAMLphp", "missing cookie", "no-session"),
    known("SimpleSAMLphp", "failed to decrypt", "decrypt"),
    known("SimpleSAMLphp", "incorrect username or password", "credentials"),
    known("SimpleSAMLphp", "an unhandled exception was thrown", "idp-error"),
    known("SimpleSAMLphp", "no saml message present", "message-missing"),
    known("SimpleSAMLphp", "unable to find the current binding", "message-missing"),
    known("SimpleSAMLphp", "could not determine which user-id", "attribute-missing"),
    known("ADFS", "msis7042", "loop"),
    known("ADFS", "msis0037", "request-signature"),
    known("ADFS", "msis0038", "request-signature"),
    known("ADFS", "msis3055", "unknown-sp"),
    known("ADFS", "msis7007", "unknown-sp"),
    known("ADFS", "msis3200", "acs"),
    known("ADFS", "msis3201", "acs"),
    known("ADFS", "msis7093", "algorithm"),
    known("ADFS", "msis7104", "authn-context"),
    known("ADFS", "msis5007", "not-assigned"),
    known("ADFS", "msis9605", "not-assigned"),
    known("ADFS", "msis7054", "logout"),
    known("ADFS", "msis7055", "logout"),
    known("ADFS", "msis7074", "logout"),
    known("ADFS", "msis7000", "message-missing"),
    known("ADFS", "incorrect user id or password", "credentials"),
    known("ADFS", "an error occurred. contact your administrator for more information", "idp-error"),
    known("Keycloak", "invalid requester", "request-signature"),
    known("Keycloak", "unknown login requester", "unknown-sp"),
    known("Keycloak", "login requester not enabled", "unknown-sp"),
    known("Keycloak", "invalid redirect uri", "acs"),
    known("Keycloak", "cookie not found. please make sure cookies are enabled", "no-session"),
    known("Keycloak", "restart login cookie not found", "no-session"),
    known("Keycloak", "invalid username or password", "credentials"),
    known("Keycloak", "account is disabled, contact your administrator", "user-disabled"),
    known("Keycloak", "unexpected error when authenticating with identity provider", "idp-error"),
    known("Keycloak", "logout failed", "logout"),
    known("Okta", "user is not assigned to this application", "not-assigned"),
    known("Okta", "is not assigned to the client application", "not-assigned"),
    known("Okta", "you are not allowed to access this app", "not-assigned"),
    known("Okta", "because you are not assigned this app", "not-assigned"),
    known("Okta", "app not assigned", "not-assigned"),
    known("Okta", "e0000004", "credentials"),
    known("Okta", "general_nonsuccess", "idp-error"),
    known("Okta", "unable to sign in", "credentials"),
    known("Google", "app_not_configured_for_user", "not-assigned"),
    known("Google", "app_not_configured", "unknown-sp"),
    known("Google", "app_not_enabled", "not-assigned"),
    known("Google", "doesn't match configured acs url", "acs"),
    known("OneLogin", "you do not have access to this application", "not-assigned"),
    known("PingFederate", "unknown or disabled sp connection", "unknown-sp"),
    known("PingFederate", "unexpected system error", "idp-error"),
    known("PingFederate", "sign on failed", "idp-error"),
    known("Spring Security SAML", "response issue time is either too old or with date in the future", "expired"),
    known("Spring Security SAML", "authentication statement is too old to be used", "authn-too-old"),
    known("Spring Security SAML", "inresponsetofield of the response doesn't correspond to sent message", "in-response-to"),
    known("Spring Security SAML", "but no saved authentication request was found", "in-response-to"),
    known("Spring Security SAML", "does not match the id of the authentication request", "in-response-to"),
    known("Spring Security SAML", "our entity is not the intended audience", "audience"),
    known("Spring Security SAML", "can't be confirmed by the bearer method", "recipient"),
    known("Spring Security SAML", "did not match the recipient endpoint", "destination"),
    known("Spring Security SAML", "signature is not trusted or invalid", "signature"),
    known("Spring Security SAML", "invalid signature for object", "signature"),
    known("Spring Security SAML", "invalid destination [", "destination"),
    known("Spring Security SAML", "invalid issuer [", "issuer"),
    known("Spring Security SAML", "no relying party registration found", "unknown-idp"),
    known("Spring Security SAML", "metadata for issuer * wasn't found", "unknown-idp"),
    known("Spring Security SAML", "failed to decrypt encryptedassertion", "decrypt"),
    known("ComponentSpace", "was received unexpectedly", "unsolicited"),
    known("ComponentSpace", "the saml response signature failed to verify", "signature"),
    known("ComponentSpace", "the saml assertion signature failed to verify", "signature"),
    known("ComponentSpace", "signature failed to verify", "signature"),
    known("ComponentSpace", "the saml assertion is outside the valid time period", "expired"),
    known("ComponentSpace", "the saml assertion is not within the valid time period", "expired"),
    known("ComponentSpace", "there is no pending authentication", "in-response-to"),
    known("Sustainsys.Saml2", "unsolicited responses are not allowed", "unsolicited"),
    known("Sustainsys.Saml2", "unexpectedinresponseto", "in-response-to"),
    known("Sustainsys.Saml2", "the saml response is not signed", "unsigned-message"),
    known(".NET", "id4037", "decrypt"),
    known(".NET", "id4022", "decrypt"),
    known(".NET", "id1038", "audience"),
    known(".NET", "id4223", "expired"),
    known(".NET", "id4222", "not-yet-valid"),
    known(".NET", "idx10214", "audience"),
    known(".NET", "idx10223", "expired"),
    known(".NET", "idx10222", "not-yet-valid"),
    known(".NET", "idx10500", "signature"),
    known(".NET", "idx10503", "signature"),
    known("WebLogic", "[security:090377]", "issuer"),
    known("F5 BIG-IP", "the requested url was rejected. please consult with your administrator", "blocked"),
    known("nginx", "request header or cookie too large", "too-large"),
    known("nginx", "413 request entity too large", "too-large"),
    known("nginx", "414 request-uri too large", "too-large"),
    known("nginx", "400 the plain http request was sent to https port", "scheme"),
    known("Apache", "size of a request header field exceeds server limit", "too-large"),
    known("Apache", "the requested url's length exceeds the capacity limit", "too-large"),
    known("IIS", "the request filtering module is configured to deny a request where the query string is too long", "too-large"),
    known("IIS", "bad request - request too long", "too-large"),
    known("IIS", "bad request - invalid hostname", "host-header"),
    known("Tomcat", "invalid character found in the request target", "damaged"),
    known("web server", "payload too large", "too-large"),
    known("web server", "request entity too large", "too-large"),
    known("web server", "request header fields too large", "too-large"),
    known("web server", "misdirected request", "host-header"),
    known("web server", "invalid host header", "host-header"),
    known("web server", "method not allowed", "method-not-allowed"),
    known("web server", "disallowedhost", "host-header"),
    known("SAML software", "no pending login", "no-session"),
    known("SAML software", "session cookie missing", "no-session"),
    known("SAML software", "no pending authentication", "no-session"),
    known("SAML software", "no authentication request in session", "no-session"),
    known("SAML software", "cookies are disabled", "no-session"),
    known("SAML software", "cookies are blocked", "no-session"),
    known("SAML software", "please enable cookies", "no-session"),
    known("SAML software", "invalid relaystate", "relay-state"),
    known("SAML software", "invalid relay state", "relay-state"),
    known("SAML software", "missing relaystate", "relay-state"),
    known("SAML software", "missing relay state", "relay-state"),
    known("SAML software", "relay state is missing", "relay-state"),
    known("SAML software", "relaystate is missing", "relay-state"),
    known("SAML software", "unknown relay state", "relay-state"),
    known("SAML software", "no pending login", "no-session"),
    known("SAML software", "no pending sign-in", "no-session"),
    known("SAML software", "session cookie missing", "no-session"),
    known("SAML software", "session cookie is missing", "no-session"),
    known("SAML software", "session cookie was not", "no-session"),
    known("SAML software", "no saml session", "no-session"),
    known("SAML software", "login session not found", "no-session"),
    known("SAML software", "already been used", "replay"),
    known("SAML software", "already been processed", "replay"),
    known("SAML software", "replay detected", "replay"),
    known("SAML software", "replayed", "replay"),
    known("SAML software", "invalid audience", "audience"),
    known("SAML software", "audience mismatch", "audience"),
    known("SAML software", "invalid recipient", "recipient"),
    known("SAML software", "invalid destination", "destination"),
    known("SAML software", "invalid saml signature", "signature"),
    known("SAML software", "signature verification failed", "signature"),
    known("SAML software", "signature validation failed", "signature"),
    known("SAML software", "invalid signature", "signature"),
    known("SAML software", "assertion is not signed", "unsigned-assertion"),
    known("SAML software", "response is not signed", "unsigned-message"),
    known("SAML software", "logout response is not signed", "logout"),
    known("SAML software", "logout request is not signed", "logout"),
    known("SAML software", "authnrequest is not signed", "request-signature"),
    known("SAML software", "authnrequest must be signed", "request-signature"),
    known("SAML software", "authentication request is not signed", "request-signature"),
    known("SAML software", "request must be signed", "request-signature"),
    known("SAML software", "request is not signed", "request-signature"),
    known("SAML software", "request was not signed", "request-signature"),
    known("SAML software", "request signature is missing", "request-signature"),
    known("SAML software", "unknown identity provider", "unknown-idp"),
    known("SAML software", "unknown service provider", "unknown-sp"),
    known("SAML software", "service provider ~ is not registered", "unknown-sp"),
    known("SAML software", "service provider not registered", "unknown-sp"),
    known("SAML software", "service provider ~ is unknown", "unknown-sp"),
    known("SAML software", "no service provider with", "unknown-sp"),
    known("SAML software", "assertion consumer service url ~ is not registered", "acs"),
    known("SAML software", "assertion consumer service ~ is not registered", "acs"),
    known("SAML software", "assertionconsumerserviceurl ~ is not registered", "acs"),
    known("SAML software", "assertionconsumerserviceurl ~ does not match", "acs"),
    known("SAML software", "invalid assertion consumer service", "acs"),
    known("SAML software", "invalid assertionconsumerserviceurl", "acs"),
    known("SAML software", "acs url ~ is not registered", "acs"),
    known("SAML software", "invalid acs url", "acs"),
    known("SAML software", "unknown issuer", "issuer"),
    known("SAML software", "unsolicited", "unsolicited"),
    known("SAML software", "inresponseto", "in-response-to"),
    known("SAML software", "assertion expired", "expired"),
    known("SAML software", "assertion is expired", "expired"),
    known("SAML software", "response has expired", "expired"),
    known("SAML software", "assertion is not valid yet", "not-yet-valid"),
    known("SAML software", "not yet valid", "not-yet-valid"),
    known("SAML software", "clock skew", "clock"),
    known("SAML software", "required attribute", "attribute-missing"),
    known("SAML software", "missing attribute", "attribute-missing"),
    known("SAML software", "attribute missing", "attribute-missing"),
    known("SAML software", "attribute is missing", "attribute-missing"),
    known("SAML software", "attribute ~ missing", "attribute-missing"),
    known("SAML software", "attribute ~ is missing", "attribute-missing"),
    known("SAML software", "attribute ~ was not sent", "attribute-missing"),
    known("SAML software", "attribute ~ not found", "attribute-missing"),
    known("SAML software", "attribute ~ is required", "attribute-missing"),
    known("SAML software", "could not decrypt", "decrypt"),
    known("SAML software", "decryption failed", "decrypt"),
    known("SAML software", "account not provisioned", "not-provisioned"),
    known("SAML software", "user does not exist", "not-provisioned"),
    known("SAML software", "not assigned to", "not-assigned"),
    known("SAML software", "access denied", "access-denied"),
    known("SAML software", "access is denied", "access-denied"),
    known("SAML software", "you do not have permission", "access-denied"),
    known("SAML software", "not authorized to access", "access-denied"),
    known("Entra ID", "your account or password is incorrect", "credentials"),
    known("Entra ID", "incorrect account or password", "credentials"),
    known("log-in page", "invalid username or password", "credentials"),
    known("log-in page", "incorrect username or password", "credentials"),
    known("log-in page", "incorrect user name or password", "credentials"),
    known("log-in page", "incorrect email or password", "credentials"),
    known("log-in page", "wrong username or password", "credentials"),
    known("log-in page", "wrong user name or password", "credentials"),
    known("log-in page", "invalid user name or password", "credentials"),
    known("log-in page", "invalid email or password", "credentials"),
    known("log-in page", "wrong password", "credentials"),
    known("log-in page", "incorrect password", "credentials"),
    known("log-in page", "username or password is incorrect", "credentials"),
    known("log-in page", "user name or password is incorrect", "credentials"),
    known("log-in page", "invalid credentials", "credentials"),
    known("log-in page", "benutzername oder passwort", "credentials"),
    known("log-in page", "falsches passwort", "credentials"),
    known("log-in page", "mot de passe incorrect", "credentials"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specific_texts_win_over_general_ones() {
        let found = find("Not authenticated. Signature validation failed. SAML Response rejected");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].product.as_str(), found[0].meaning.as_str()), ("python3-saml", "signature"));
    }

    #[test]
    fn gaps_and_typographic_quotes_match() {
        let found = find("The InResponseTo of the Response: a, does not match the ID of the AuthNRequest sent by the SP: b");
        assert_eq!(found[0].meaning, "in-response-to");
        assert_eq!(find("Recipient in assertion doesn\u{2019}t match the current URL")[0].meaning, "recipient");
        assert!(find("Welcome to the hub").is_empty());
    }

    #[test]
    fn a_name_in_between_is_one_word() {
        assert_eq!(find("Access refused: attribute urn:oid:0.9.2342.19200300.100.1.3 missing")[0].meaning, "attribute-missing");
        assert_eq!(find("This attribute and the attribute \"mail\" is missing")[0].meaning, "attribute-missing");
        assert!(find("Attribute reports are here; nothing is missing").is_empty());
        for text in ["ACS URL https://sp.example/acs is not registered", "The ACS URL is not registered here"] {
            assert_eq!(find(text)[0].meaning, "acs", "{text}");
        }
    }

    #[test]
    fn patterns_are_lower_case() {
        for known in KNOWN {
            assert_eq!(known.pattern, known.pattern.to_lowercase(), "{}", known.product);
        }
    }
}
