//! `virtual-proxy/session-cookie-domain-mismatch`: the session cookie domain does not cover the host.

use diag_sdk::host::{bare_host, host_of, is_within};
use diag_sdk::{
    Account, Case, CauseData, Difference, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static OTHER_DOMAIN: CauseData = CauseData {
    text: "The domain was entered for another host name, with a typing error, or with more than a domain in it",
    who: Who::Sp,
    setting: Setting::SpSessionCookieDomain,
    fix: "Clear the field, so that the cookie belongs to the host itself, or enter the host or a parent domain of it",
};

check! {
    /// The session cookie domain of the virtual proxy does not cover the host that sets the cookie.
    ///
    /// A host may set cookies for itself and for its parent domains; a cookie for any other domain is ignored by the browser
    /// without a word. Signing in succeeds, the session cookie is dropped, the next page finds no session and sends people to
    /// the identity provider again: an endless loop. A leading dot means nothing. Left empty, the cookie belongs to the host,
    /// which is right in nearly all installations.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sessionCookieDomain": "contoso.com" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sessionCookieDomain": "sense.example" }
    /// ```
    pub(crate) static SESSION_COOKIE_DOMAIN_MISMATCH = {
        id: "virtual-proxy/session-cookie-domain-mismatch",
        title: "The session cookie domain does not cover the host",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["flow/session-cookie-lost"],
        accounts: [Account::looping(&[Meaning::NoSession])],
        causes: [OTHER_DOMAIN],
        references: [
            Reference::section(Specification::Rfc(6265), "5.1.3").about("domain matching"),
            Reference::section(Specification::Rfc(6265), "5.3").about("step 6: a cookie for another domain is ignored"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(domain) = &entry.session_cookie_domain else { continue };
        // The cookie is set by the answer of the ACS, whose host is that of the host URI.
        let Some(host) = entry.host_uri.as_ref().and_then(|uri| host_of(uri)) else {
            out.missing(Need::Virtualproxyconfig);
            continue;
        };
        let bare = domain.trim().trim_start_matches('.');
        let (severity, message, detail) = if !is_within(&host, bare) {
            (
                entry.level(),
                "The session cookie domain does not cover the host",
                format!(
                    "Browsers ignore a cookie that {host} sets for {bare}, so the session is lost right after the sign-in."
                ),
            )
        } else if !bare.contains('.') && bare_host(bare).as_deref() != Some(host.as_str()) {
            (
                Severity::Warning,
                "The session cookie domain is a top-level domain",
                format!(
                    "Browsers are known to refuse cookies for a whole top-level domain such as {bare}."
                ),
            )
        } else {
            continue;
        };
        let finding = entry
            .finding(severity, message)
            .detail(detail)
            .at(&domain.place)
            .at_all(entry.host_uri.iter().map(|uri| &uri.place))
            .expected(host.clone(), "host of the SAML host URI")
            .actual(domain.value.clone(), format!("sessionCookieDomain of {}", entry.name))
            .difference(Difference::Host)
            .because_at(&OTHER_DOMAIN, &entry, host.as_str());
        out.push(entry.blame_for_lost_sessions(finding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{attempt, entry_point_with, levels};

    fn with(domain: &str) -> Case {
        entry_point_with(|entry| {
            entry.host_uri = Some("https://sense.contoso.example".into());
            entry.session_cookie_domain = Some(domain.into());
        })
    }

    #[test]
    fn the_host_and_its_parents_cover_it_others_do_not() {
        for (domain, level) in [
            ("sense.contoso.example", None),
            (".sense.contoso.example", None),
            ("contoso.example", None),
            (".Contoso.Example", None),
            ("contoso.com", Some(Severity::Error)),
            ("toso.example", Some(Severity::Error)),
            ("qlik.sense.contoso.example", Some(Severity::Error)),
            ("https://sense.contoso.example", Some(Severity::Error)),
            ("sense.contoso.example:443", Some(Severity::Error)),
            ("example", Some(Severity::Warning)),
        ] {
            assert_eq!(
                levels(&SESSION_COOKIE_DOMAIN_MISMATCH, &with(domain)).first().copied(),
                level,
                "{domain}"
            );
        }
    }

    #[test]
    fn an_address_has_no_parent_domain() {
        let mut case = with("0.0.7");
        case.sp_configurations[0].host_uri = Some("https://10.0.0.7".into());
        assert_eq!(levels(&SESSION_COOKIE_DOMAIN_MISMATCH, &case), [Severity::Error]);
        case.sp_configurations[0].session_cookie_domain = Some("10.0.0.7".into());
        assert_eq!(levels(&SESSION_COOKIE_DOMAIN_MISMATCH, &case), []);
    }

    #[test]
    fn without_a_host_to_compare_with_it_says_so() {
        let mut case = with("contoso.com");
        case.sp_configurations[0].host_uri = None;
        assert_eq!(
            SESSION_COOKIE_DOMAIN_MISMATCH.judge(&case).missed(),
            [Need::Virtualproxyconfig]
        );
        assert_eq!(levels(&SESSION_COOKIE_DOMAIN_MISMATCH, &entry_point_with(|_| ())), []);
    }

    #[test]
    fn the_loop_it_explains_is_named_another_failure_is_not() {
        let mut case = with("contoso.com");
        attempt(&mut case, Outcome::Looping);
        assert_eq!(SESSION_COOKIE_DOMAIN_MISMATCH.judge(&case).found()[0].attempts, ["a1"]);
        case.attempts[0].outcome = Outcome::RefusedByIdp;
        assert!(SESSION_COOKIE_DOMAIN_MISMATCH.judge(&case).found()[0].attempts.is_empty());
        case.attempts[0].outcome = Outcome::SignedIn;
        assert_eq!(levels(&SESSION_COOKIE_DOMAIN_MISMATCH, &case), [Severity::Warning]);
    }
}
