//! Which fields, parameters, headers and members hold what, told by their names: [`places`] is the table of secret ones.

use super::kind::Kind;
use crate::secrets::places::{self, Standing};

/// Names of parameters in which messages go, and of what says how they are signed: readable on purpose.
const MESSAGES: &[&str] =
    &["samlrequest", "samlresponse", "wresult", "sigalg", "samlencoding", "relaystate", "target"];

/// The name's letters and digits, in lower case.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a field of this name holds, whatever its value looks like.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    let plain = plain(name);
    if MESSAGES.contains(&plain.as_str()) {
        return None;
    }
    if plain == "signature" {
        return Some(Kind::Signature);
    }
    if tells_when(&plain) {
        return None;
    }
    match places::named(name) {
        // Cookies are looked at one by one.
        _ if is_state(name) || matches!(plain.as_str(), "cookie" | "cookies" | "setcookie") => None,
        Standing::Typed => Some(Kind::Password),
        Standing::Issued => Some(Kind::Token),
        _ => None,
    }
}

/// `PasswordLastSet`, `lastPasswordChangeDateTime`, `badPwdCount`: when and how often something happened to one.
fn tells_when(plain: &str) -> bool {
    const ENDS: &[&str] = &[
        "lastset",
        "algorithm",
        "lifetime",
        "thumbprint",
        "changed",
        "timestamp",
        "datetime",
        "passwordtime",
        "pwdtime",
        "creationtime",
        "timecomputed",
        "expirytime",
        "expirationtime",
        "expiry",
        "expires",
        "expired",
        "expiration",
        "date",
        "policies",
        "count",
        "history",
        "maxage",
        "minage",
        "neverexpires",
        "notrequired",
    ];
    ENDS.iter().any(|end| plain.ends_with(end))
}

/// A name that by one of its words speaks of nothing but a secret, and not of what is told of one: `sessionId`,
/// `bindCredentials`, but not `cookieName`.
pub(super) fn speaks_of(name: &str) -> Option<Kind> {
    let kind = kind_of(name).filter(|kind| *kind != Kind::Signature)?;
    (places::speaks_of_a_secret(name) && !tells_of_one(name)).then_some(kind)
}

/// `tokenType`, `passwordPolicy`: what is told of a secret is none.
pub(super) fn tells_of_one(name: &str) -> bool {
    const OF_ONE: &[&str] = &[
        "type",
        "version",
        "format",
        "name",
        "method",
        "endpoint",
        "lifetime",
        "url",
        "uri",
        "policy",
        "length",
        "status",
        "hint",
        "label",
        "algorithm",
        "thumbprint",
        "keyid",
        "header",
        "parameter",
    ];
    let plain = plain(name);
    OF_ONE.iter().any(|word| plain.ends_with(word)) || tells_when(&plain)
}

/// Names under which an id as those of requests and objects opens something.
pub(super) fn holds_ids(name: &str) -> bool {
    const OF_IDS: &[&str] = &["token", "csrf", "xsrf", "secret", "apikey", "ticket", "pass"];
    let plain = plain(name);
    OF_IDS.iter().any(|word| plain.contains(word)) && !tells_of_one(name)
}

/// The field carries a message, or says how it is signed.
pub(super) fn carries_a_message(name: &str) -> bool {
    MESSAGES.contains(&plain(name).as_str())
}

/// A state that a party gets back as it sent it: a place to go to, or a key to what it remembered.
pub(super) fn is_state(name: &str) -> bool {
    matches!(plain(name).as_str(), "relaystate" | "target" | "state" | "wctx" | "nonce")
}

/// A field that names a person, also in scripts of pages, where other names are those of labels.
pub(super) fn surely_names_a_person(name: &str) -> bool {
    const WHOLE: &[&str] = &[
        "upn",
        "userprincipalname",
        "displayname",
        "givenname",
        "surname",
        "familyname",
        "firstname",
        "lastname",
        "emailaddress",
        "preferredusername",
        "samaccountname",
        "loginhint",
        "mail",
        "email",
    ];
    WHOLE.contains(&plain(name).as_str())
}

/// A field that names a person.
pub(super) fn names_a_person(name: &str) -> bool {
    const WHOLE: &[&str] = &[
        "user",
        "login",
        "loginfmt",
        "email",
        "mail",
        "username",
        "userid",
        "loginhint",
        "upn",
        "userprincipalname",
        "displayname",
        "givenname",
        "surname",
        "familyname",
        "firstname",
        "lastname",
        "name",
        "cn",
        "sn",
        "uid",
        "juser",
        "jusername",
        "emailaddress",
        "nickname",
        "phone",
        "mobilephone",
        "telephonenumber",
        "preferredusername",
        "samaccountname",
        "nameidentifier",
        "eppn",
        "remoteuser",
        "xremoteuser",
        "xforwardeduser",
        "xforwardedemail",
        "xmsclientprincipalname",
        "oidcclaimemail",
    ];
    let plain = plain(name);
    WHOLE.contains(&plain.as_str())
}

/// Headers whose value after the scheme is secret.
pub(super) fn is_credentials_header(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "authorization" | "proxy-authorization")
}

/// What a header of this name holds, other than cookies and credentials.
pub(super) fn header(name: &str) -> Option<Kind> {
    match places::header(name) {
        _ if places::is_of_browsers(name) || is_state(name) => None,
        Standing::Typed => Some(Kind::Password),
        standing if standing.is_secret() => Some(Kind::Token),
        _ => kind_of(name),
    }
}

/// Fields whose long values identify without opening anything: the ids of messages, the names of builds.
pub(super) fn is_harmless(name: &str) -> bool {
    let plain = plain(name);
    let whole = [
        "id",
        "inresponseto",
        "assertionid",
        "responseid",
        "requestid",
        "uri",
        "thumbprint",
        "fingerprint",
        "x5t",
        "integrity",
        "src",
        "href",
        "action",
        "location",
        "etag",
        "entityid",
        "issuer",
        "destination",
        "recipient",
        "audience",
        "algorithm",
        "class",
        "style",
        "d",
        "viewbox",
        "transform",
        "boundary",
    ];
    whole.contains(&plain.as_str())
        || [
            "requestid",
            "correlationid",
            "traceid",
            "activityid",
            "version",
            "thumbprint",
            "build",
            "xmlns",
        ]
        .iter()
        .any(|part| plain.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_stands_there() {
        for name in ["passwd", "Password", "j_password", "pin", "otp", "user[password]"] {
            assert_eq!(kind_of(name), Some(Kind::Password), "{name}");
        }
        for name in [
            "access_token",
            "client-secret",
            "X-Api-Key",
            "flowToken",
            "canary",
            "sid",
            "serviceTicket",
            "secretText",
            "__RequestVerificationToken",
        ] {
            assert_eq!(kind_of(name), Some(Kind::Token), "{name}");
        }
        for name in
            ["SAMLResponse", "RelayState", "SigAlg", "shipping", "spinner", "hidden", "page", "idp"]
        {
            assert_eq!(kind_of(name), None, "{name}");
        }
    }
}
