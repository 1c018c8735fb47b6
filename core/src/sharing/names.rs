//! Which fields, parameters, headers and members hold secrets, told by their names.

use super::kind::Kind;

/// Words in names of what a person types to prove who they are; lower case, letters and digits only.
const TYPED: &[&str] = &["passw", "passwd", "passphrase", "kennwort", "contrasena", "motdepasse", "passcode", "smscode", "otc", "totp"];
/// Such names as a whole.
const TYPED_WHOLE: &[&str] =
    &["pass", "pwd", "pw", "pin", "otp", "mfacode", "securityanswer", "answer", "cvv", "userpassword", "jpassword"];
/// Words in names of what a server issues.
const ISSUED: &[&str] = &[
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "sessionid",
    "sessid",
    "csrf",
    "xsrf",
    "canary",
    "authorization",
    "bearer",
    "jwt",
    "credential",
    "samlart",
    "authkey",
    "signingkey",
    "symmetrickey",
    "connectionstring",
    "requestverification",
];
/// Such names as a whole.
const ISSUED_WHOLE: &[&str] = &[
    "jsessionid",
    "sid",
    "ticket",
    "code",
    "sig",
    "assertion",
    "clientassertion",
    "ctx",
    "sctx",
    "sft",
    "wctx",
    "auth",
    "hash",
    "k",
    "key",
    "xapikey",
];
/// Names of parameters in which messages go, and of what says how they are signed: readable on purpose.
const MESSAGES: &[&str] = &["samlrequest", "samlresponse", "wresult", "sigalg", "samlencoding", "relaystate", "target"];

/// The name's letters and digits, in lower case.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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
    if TYPED.iter().any(|word| plain.contains(word)) || TYPED_WHOLE.contains(&plain.as_str()) {
        return Some(Kind::Password);
    }
    (ISSUED.iter().any(|word| plain.contains(word)) || ISSUED_WHOLE.contains(&plain.as_str()) || plain.ends_with("ticket"))
        .then_some(Kind::Token)
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
    let lower = name.to_ascii_lowercase();
    // Names of policies and checks of browsers, and the answers to them.
    let harmless = ["sec-", "access-control-", "content-", "www-", "proxy-authenticate", "clear-site", ":"]
        .iter()
        .any(|known| lower.starts_with(known));
    if harmless { None } else { kind_of(name) }
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
        for name in ["SAMLResponse", "RelayState", "SigAlg", "shipping", "spinner", "hidden", "page", "idp"] {
            assert_eq!(kind_of(name), None, "{name}");
        }
    }
}
