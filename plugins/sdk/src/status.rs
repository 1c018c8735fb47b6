//! SAML status codes and what they mean for people (saml-core-2.0-os §3.2.2.2).

/// One status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusMeaning {
    /// The code without its common beginning, such as `NoPassive`.
    pub name: &'static str,
    /// It is a top-level code.
    pub top_level: bool,
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// What every status code begins with.
pub const PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";

/// Looks a status code up by its URI or its last part, whatever the letter case.
pub fn lookup(code: &str) -> Option<&'static StatusMeaning> {
    let name = code.trim().strip_prefix(PREFIX).unwrap_or(code.trim());
    STATUSES.iter().find(|known| known.name.eq_ignore_ascii_case(name))
}

const fn status(
    name: &'static str,
    top_level: bool,
    meaning: &'static str,
    fix: &'static str,
) -> StatusMeaning {
    StatusMeaning { name, top_level, meaning, fix }
}

/// Every status code of the specification: top level first, then by name.
pub static STATUSES: &[StatusMeaning] = &[
    status("Success", true, "The request succeeded", "Nothing"),
    status(
        "Requester",
        true,
        "The identity provider blames the request: something in it is wrong or not allowed",
        "Read the second-level code and message, then correct the request or its registration",
    ),
    status(
        "Responder",
        true,
        "The identity provider could not or would not answer, though the request was readable",
        "Read the second-level code and message, then the identity provider's log at that moment",
    ),
    status(
        "VersionMismatch",
        true,
        "The request is of another SAML version than the receiver speaks",
        "Send SAML 2.0",
    ),
    status(
        "AuthnFailed",
        false,
        "The person could not be authenticated",
        "Try again with the right credentials; see the identity provider's log",
    ),
    status(
        "InvalidAttrNameOrValue",
        false,
        "An attribute asked for is unknown or has an unexpected value",
        "Correct the attribute in the request",
    ),
    status(
        "InvalidNameIDPolicy",
        false,
        "The identity provider cannot serve the NameID format the request asks for",
        "Ask for a format it serves, or leave NameIDPolicy's Format out",
    ),
    status(
        "NoAuthnContext",
        false,
        "The authentication method the request demands was not, or cannot be, met",
        "Remove RequestedAuthnContext from the request, or demand a method the identity provider offers",
    ),
    status(
        "NoAvailableIDP",
        false,
        "None of the identity providers named is available",
        "Correct the list in the request",
    ),
    status(
        "NoPassive",
        false,
        "The request forbids showing a page (IsPassive), and nobody is signed in",
        "Send requests without IsPassive, or follow a NoPassive answer with one that allows a log-in page",
    ),
    status(
        "NoSupportedIDP",
        false,
        "None of the identity providers named is supported",
        "Correct the list in the request",
    ),
    status(
        "PartialLogout",
        false,
        "Not every application of the session could be signed out",
        "Close the browser; see which application did not answer",
    ),
    status(
        "ProxyCountExceeded",
        false,
        "The request passed more brokers than it allows",
        "Raise ProxyCount or shorten the chain",
    ),
    status(
        "RequestDenied",
        false,
        "The identity provider understood the request and refuses it",
        "Read the text that came with the code: the person may lack a right or licence, or the application is not allowed to ask",
    ),
    status(
        "RequestUnsupported",
        false,
        "The identity provider does not support the request",
        "Send a request it supports",
    ),
    status(
        "RequestVersionDeprecated",
        false,
        "The request's SAML version is no longer supported",
        "Send SAML 2.0",
    ),
    status(
        "RequestVersionTooHigh",
        false,
        "The request's SAML version is too high",
        "Send SAML 2.0",
    ),
    status("RequestVersionTooLow", false, "The request's SAML version is too low", "Send SAML 2.0"),
    status(
        "ResourceNotRecognized",
        false,
        "The resource in the request is unknown",
        "Correct the request",
    ),
    status(
        "TooManyResponses",
        false,
        "There are more answers than can be returned",
        "Narrow the request",
    ),
    status(
        "UnknownAttrProfile",
        false,
        "The attribute profile asked for is unknown",
        "Correct the request",
    ),
    status(
        "UnknownPrincipal",
        false,
        "The identity provider does not know the person the request names",
        "Sign in with an account the identity provider knows, or remove Subject from the request",
    ),
    status(
        "UnsupportedBinding",
        false,
        "The identity provider cannot answer by the binding the request asks for",
        "Ask for HTTP-POST as ProtocolBinding, or leave it out",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_found_by_uri_and_by_name() {
        assert_eq!(
            lookup("urn:oasis:names:tc:SAML:2.0:status:NoPassive").map(|status| status.name),
            Some("NoPassive")
        );
        assert_eq!(lookup("nopassive"), lookup("NoPassive"));
        assert!(
            lookup("urn:oasis:names:tc:SAML:2.0:status:Success")
                .is_some_and(|status| status.top_level)
        );
        assert!(lookup("urn:example:status:Odd").is_none());
    }
}
