//! Which headers of an answer may be asked for by name. Those that let somebody in may not.

/// Longest name.
const LONGEST: usize = 64;

/// Parts of names of headers that hold what lets somebody in, or a message that does.
const NEVER: &[&str] = &[
    "apikey",
    "api-key",
    "assertion",
    "auth",
    "cookie",
    "credential",
    "csrf",
    "jwt",
    "location",
    "nonce",
    "password",
    "passwd",
    "refresh",
    "saml",
    "secret",
    "session",
    "signature",
    "ticket",
    "token",
    "x-ms-client-principal",
    "xsrf",
];

/// Says why a header cannot be asked for by this name; nothing where it can.
///
/// Names are lower-case tokens (RFC 9110 §5.1) of at most 64 characters. What holds cookies, credentials, tokens or
/// addresses with messages in them is never handed out.
///
/// # Errors
/// The reason, for people.
pub fn askable(name: &str) -> Result<(), String> {
    let token =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(token) {
        return Err(format!(
            "header `{}`: expected a name in lower case, such as `x-ledger-error`",
            name.escape_debug()
        ));
    }
    match NEVER.iter().find(|part| name.contains(*part)) {
        Some(part) => Err(format!(
            "header `{name}`: its name says `{part}`, and what may let somebody in is never handed out"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_somebody_in_is_never_handed_out() {
        for fine in ["x-ledger-error", "x-ledger-version", "retry-after", "x-error-code"] {
            assert_eq!(askable(fine), Ok(()), "{fine}");
        }
        for never in [
            "set-cookie",
            "authorization",
            "www-authenticate",
            "x-auth-user",
            "x-access-token",
            "location",
            "x-session-id",
            "x-api-key",
        ] {
            assert!(askable(never).expect_err(never).contains("never handed out"), "{never}");
        }
        for odd in ["", "X-Ledger", "x ledger", "x-ledger:"] {
            assert!(askable(odd).expect_err("no name").contains("lower case"), "{odd}");
        }
    }
}
