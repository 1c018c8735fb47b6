//! `virtual-proxy/session-cookie-malformed`: the session cookie name is not a cookie name.

use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static ENTERED_WRONG: CauseData = CauseData {
    text: "The name holds characters that end or separate a cookie's name",
    who: Who::Sp,
    setting: Setting::SpSessionCookieName,
    fix: "Use letters, digits and hyphens only",
};

static PREFIX_WITHOUT_SECURE: CauseData = CauseData {
    text: "The name begins with a prefix by which browsers demand attributes that the cookie lacks",
    who: Who::Sp,
    setting: Setting::SpSessionCookieName,
    fix: "Choose a name without that prefix, or set the attributes it demands",
};

check! {
    /// The session cookie name of the virtual proxy is not a name a cookie can have.
    ///
    /// A cookie's name is a token: letters, digits and a few marks. A semicolon, an equals sign, a blank or a letter outside
    /// ASCII ends the name early or makes the browser refuse the cookie. The session is then lost right after the sign-in, and
    /// people are sent to the identity provider again. Names that begin with `__Host-` or `__Secure-` are refused unless the
    /// cookie has the attributes these prefixes stand for.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sessionCookieHeaderName": "X-Qlik;Session" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sessionCookieHeaderName": "X-Qlik-Session-azure" }
    /// ```
    pub(crate) static SESSION_COOKIE_MALFORMED = {
        id: "virtual-proxy/session-cookie-malformed",
        title: "The session cookie name is not a cookie name",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["flow/session-cookie-lost"],
        accounts: [Account::looping(&[Meaning::NoSession])],
        causes: [ENTERED_WRONG, PREFIX_WITHOUT_SECURE],
        references: [
            Reference::section(Specification::Rfc(6265), "4.1.1").about("cookie-name is a token"),
            Reference::section(Specification::Rfc(9110), "5.6.2").about("token"),
            Reference::section(Specification::CookiesDraft, "4.1.3").about("name prefixes"),
        ],
        run: run,
    }
}

/// Longest name the repository service takes.
const LONGEST: usize = 256;

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(name) = &entry.session_cookie_name else { continue };
        let (message, reason) = if name.is_empty() {
            ("The session cookie has no name", &ENTERED_WRONG)
        } else if !name.bytes().all(is_token) {
            ("The session cookie name has characters not allowed in it", &ENTERED_WRONG)
        } else if name.len() > LONGEST {
            ("The session cookie name is longer than 256 characters", &ENTERED_WRONG)
        } else if let Some(message) = prefix_refused(&entry, name) {
            (message, &PREFIX_WITHOUT_SECURE)
        } else {
            continue;
        };
        let mended: String = name
            .chars()
            .filter(|character| character.is_ascii_alphanumeric() || *character == '-')
            .take(LONGEST)
            .collect();
        let mended = mended.trim_matches('-').to_owned();
        let value =
            Some(mended.as_str()).filter(|mended| !mended.is_empty() && *mended != name.value);
        let finding = entry
            .fault(message)
            .detail("Browsers cut such a cookie short or refuse it, so the session is lost right after the sign-in.")
            .at(&name.place)
            .expected("letters, digits and hyphens", "RFC 6265 section 4.1.1")
            .actual(name.value.clone(), format!("sessionCookieHeaderName of {}", entry.name))
            .because_at(reason, &entry, value);
        out.push(entry.blame_for_lost_sessions(finding));
    }
}

/// RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Browsers take names with these prefixes only together with certain attributes.
fn prefix_refused(entry: &SpConfiguration, name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let insecure = entry.secure_https.as_ref().is_some_and(|secure| !secure.value);
    if lower.starts_with("__host-") && entry.session_cookie_domain.is_some() {
        Some("The session cookie name begins with __Host- but has a domain")
    } else if (lower.starts_with("__host-") || lower.starts_with("__secure-")) && insecure {
        Some("The session cookie name demands Secure, which is not set")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{entry_point_with, levels, sited};

    fn with(name: &str) -> Case {
        entry_point_with(|entry| entry.session_cookie_name = Some(name.into()))
    }

    #[test]
    fn tokens_are_cookie_names() {
        for name in ["X-Qlik-Session-azure", "a", "a!#$%&'*+-.^_`|~9"] {
            assert_eq!(levels(&SESSION_COOKIE_MALFORMED, &with(name)), [], "{name}");
        }
        assert_eq!(
            levels(
                &SESSION_COOKIE_MALFORMED,
                &entry_point_with(|entry| entry.session_cookie_name = None)
            ),
            []
        );
    }

    #[test]
    fn separators_blanks_and_letters_outside_ascii_are_not() {
        for name in [
            "X-Qlik;Session",
            "X Qlik",
            "X=Y",
            "X:Y",
            "X,Y",
            "X/Y",
            "(X)",
            "X\"",
            "Sitzung-ü",
            "X\u{7f}",
            "",
        ] {
            assert_eq!(
                levels(&SESSION_COOKIE_MALFORMED, &with(name)),
                [Severity::Error],
                "{name:?}"
            );
        }
    }

    #[test]
    fn the_length_has_a_limit() {
        assert_eq!(levels(&SESSION_COOKIE_MALFORMED, &with(&"x".repeat(256))), []);
        assert_eq!(levels(&SESSION_COOKIE_MALFORMED, &with(&"x".repeat(257))), [Severity::Error]);
    }

    #[test]
    fn name_prefixes_demand_their_attributes() {
        let with = |name: &str, secure: Option<bool>, domain: Option<&str>| {
            entry_point_with(|entry| {
                entry.session_cookie_name = Some(name.into());
                entry.secure_https = secure.map(sited);
                entry.session_cookie_domain = domain.map(Into::into);
            })
        };
        for (name, secure, domain, level) in [
            ("__Secure-Qlik", Some(true), None, None),
            ("__Secure-Qlik", Some(false), None, Some(Severity::Error)),
            ("__Secure-Qlik", None, None, None),
            ("__Host-Qlik", Some(true), None, None),
            ("__Host-Qlik", Some(true), Some("contoso.example"), Some(Severity::Error)),
            ("__Host-Qlik", Some(false), None, Some(Severity::Error)),
        ] {
            let levels = levels(&SESSION_COOKIE_MALFORMED, &with(name, secure, domain));
            assert_eq!(levels.first().copied(), level, "{name} {secure:?} {domain:?}");
        }
    }

    #[test]
    fn a_name_that_would_do_is_offered() {
        assert_eq!(
            SESSION_COOKIE_MALFORMED.judge(&with("X-Qlik;Session")).found()[0].causes[0]
                .value
                .as_deref(),
            Some("X-QlikSession")
        );
    }
}
