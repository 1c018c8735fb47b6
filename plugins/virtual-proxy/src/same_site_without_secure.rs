//! `virtual-proxy/same-site-without-secure`: sameSite=None without Secure.

use diag_sdk::case::exchange::{SameSite, SetCookie, Side};
use diag_sdk::view::EntryPoint;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static SECURE_NOT_SET: CauseData = CauseData {
    text: "SameSite was set to None (for use in frames) and the Secure attribute was not",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Set the Secure attribute for https; where nothing is embedded in other sites, SameSite Lax does as well",
};

static PLAIN_HTTP: CauseData = CauseData {
    text: "The entry point is used over plain http, where no cookie can be Secure",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Use https, or choose no SameSite attribute for http",
};

/// What browsers do with such a cookie.
const CONSEQUENCE: &str =
    "Browsers ignore such a cookie, so the session is lost right after the sign-in.";

check! {
    /// The session cookie is set with SameSite=None and without Secure.
    ///
    /// SameSite=None lets a cookie travel in frames and from other sites; browsers accept it together with Secure only and ignore
    /// the cookie otherwise. Signing in succeeds, the session cookie is dropped, and people are sent to the identity provider
    /// again. In the virtual proxy these are two settings, for https and for http each; the pair of the scheme in use counts.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sameSiteAttributeHttps": 1,
    ///   "hasSecureAttributeHttps": false }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sameSiteAttributeHttps": 1,
    ///   "hasSecureAttributeHttps": true }
    /// ```
    pub(crate) static SAME_SITE_WITHOUT_SECURE = {
        id: "virtual-proxy/same-site-without-secure",
        title: "SameSite=None without Secure",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig, Need::Capture],
        explains: ["flow/session-cookie-lost"],
        accounts: [Account::looping(&[Meaning::NoSession])],
        causes: [SECURE_NOT_SET, PLAIN_HTTP],
        references: [
            Reference::section(Specification::CookiesDraft, "5.6").about("a cookie with SameSite=None and without Secure is ignored"),
            Reference::page("https://help.qlik.com/en-US/sense-developer", "2026-11-24").about("VirtualProxyConfig.sameSiteAttributeHttps, hasSecureAttributeHttps"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told = false;
    for entry in case.saml_entry_points() {
        let plain = entry
            .host_uri
            .as_ref()
            .is_some_and(|uri| uri.trim_start().to_ascii_lowercase().starts_with("http:"));
        let (same_site, secure, scheme, reason) = if plain {
            (&entry.same_site_http, &entry.secure_http, "http", &PLAIN_HTTP)
        } else {
            (&entry.same_site_https, &entry.secure_https, "https", &SECURE_NOT_SET)
        };
        let Some(same_site) =
            same_site.as_ref().filter(|same_site| same_site.value == SameSite::None)
        else {
            continue;
        };
        // An unknown Secure stays unknown.
        let Some(secure) = secure.as_ref().filter(|secure| !secure.value) else { continue };
        let finding = entry
            .fault(format!("SameSite=None without Secure over {scheme}"))
            .detail(CONSEQUENCE)
            .at(&secure.place)
            .at(&same_site.place)
            .expected("SameSite=None; Secure", "RFC 6265bis")
            .actual("SameSite=None", format!("session cookie of {} over {scheme}", entry.name))
            .because_at(reason, &entry, None);
        out.push(entry.blame_for_lost_sessions(finding));
        told = true;
    }
    if !told {
        seen_in_capture(case, out);
    }
}

/// The session cookie as the browser was given it: settings that are not known, or that something
/// on the way altered.
fn seen_in_capture(case: &Case, out: &mut Findings) {
    let entry = case.saml_entry_points().next();
    for (index, exchange) in
        case.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.side == Side::Sp)
    {
        let refused = |cookie: &&SetCookie| {
            cookie.same_site == SameSite::None
                && !cookie.secure
                && !cookie.removes
                && is_session(case, entry, &cookie.name)
        };
        let Some(cookie) = exchange.set_cookies.iter().flatten().find(refused) else { continue };
        let severity = if case.signed_in() { Severity::Warning } else { Severity::Error };
        let mut finding =
            Finding::new(severity, "The session cookie is SameSite=None without Secure")
                .detail(CONSEQUENCE)
                .at(&exchange.place)
                .expected("SameSite=None; Secure", "RFC 6265bis")
                .actual("SameSite=None", format!("Set-Cookie of {}", cookie.name))
                .because(&SECURE_NOT_SET, case);
        if let Some(attempt) = case.attempt_at(index).filter(|attempt| attempt.failed()) {
            finding = finding.attempt(attempt.id.clone());
        }
        out.push(if finding.severity == Severity::Warning { finding.likely() } else { finding });
        return;
    }
}

/// The cookie is the virtual proxy's session cookie: by its configuration, else by the name Qlik
/// Sense gives such cookies from the start.
fn is_session(case: &Case, entry: Option<EntryPoint<'_>>, cookie: &str) -> bool {
    match entry.and_then(|entry| entry.configuration.session_cookie_name.as_ref()) {
        Some(name) => {
            cookie == name.value || cookie.strip_suffix("-HTTP") == Some(name.value.as_str())
        }
        None => case.sp_vendor == crate::QLIK && cookie.starts_with("X-Qlik-Session"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::testing;
    use diag_sdk::testing::{attempt, entry_point_with, levels, sited};

    fn with(same_site: Option<SameSite>, secure: Option<bool>) -> Case {
        entry_point_with(|entry| {
            entry.same_site_https = same_site.map(sited);
            entry.secure_https = secure.map(sited);
        })
    }

    #[test]
    fn only_none_without_secure_is_refused() {
        for (same_site, secure, level) in [
            (Some(SameSite::None), Some(false), Some(Severity::Error)),
            (Some(SameSite::None), Some(true), None),
            (Some(SameSite::None), None, None),
            (Some(SameSite::Lax), Some(false), None),
            (Some(SameSite::Strict), Some(false), None),
            (Some(SameSite::Absent), Some(false), None),
            (None, Some(false), None),
        ] {
            let levels = levels(&SAME_SITE_WITHOUT_SECURE, &with(same_site, secure));
            assert_eq!(levels.first().copied(), level, "{same_site:?} {secure:?}");
        }
    }

    #[test]
    fn the_scheme_in_use_decides_which_attributes_count() {
        let mut case = with(Some(SameSite::None), Some(false));
        case.sp_configurations[0].host_uri = Some("http://sense.contoso.example".into());
        assert_eq!(levels(&SAME_SITE_WITHOUT_SECURE, &case), []);
        case.sp_configurations[0].same_site_http = Some(sited(SameSite::None));
        case.sp_configurations[0].secure_http = Some(sited(false));
        assert_eq!(levels(&SAME_SITE_WITHOUT_SECURE, &case), [Severity::Error]);
    }

    #[test]
    fn a_sign_in_that_worked_makes_it_a_warning() {
        let mut case = with(Some(SameSite::None), Some(false));
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&SAME_SITE_WITHOUT_SECURE, &case), [Severity::Warning]);
    }

    #[test]
    fn the_cookie_in_the_capture_tells_where_the_settings_do_not() {
        let set = |name: &str, secure: bool| Exchange {
            side: Side::Sp,
            set_cookies: Some(vec![SetCookie {
                name: name.into(),
                same_site: SameSite::None,
                secure,
                ..SetCookie::default()
            }]),
            ..Exchange::default()
        };
        for (name, secure, level) in [
            ("X-Qlik-Session-azure", false, Some(Severity::Error)),
            ("X-Qlik-Session-azure-HTTP", false, Some(Severity::Error)),
            ("X-Qlik-Session-azure", true, None),
            ("other", false, None),
        ] {
            let mut case = with(None, None);
            case.exchanges = vec![set(name, secure)];
            assert_eq!(
                levels(&SAME_SITE_WITHOUT_SECURE, &case).first().copied(),
                level,
                "{name} {secure}"
            );
        }
        let mut case = Case { exchanges: vec![set("X-Qlik-Session", false)], ..Case::default() };
        assert_eq!(levels(&SAME_SITE_WITHOUT_SECURE, &case), []);
        testing::qlik_serves(&mut case);
        assert_eq!(levels(&SAME_SITE_WITHOUT_SECURE, &case), [Severity::Error]);
    }
}
