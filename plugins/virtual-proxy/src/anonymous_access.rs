//! `virtual-proxy/anonymous-access`: the virtual proxy lets anonymous users in.

use super::QLIK;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::view::Visit;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
    shown,
};

static ALLOWED: CauseData = CauseData {
    text: "Anonymous access was switched on for this virtual proxy",
    who: Who::Sp,
    setting: Setting::SpAnonymousAccess,
    fix: "Choose No anonymous user, unless people are meant to get in without signing in",
};

check! {
    /// The SAML virtual proxy lets people in without signing in.
    ///
    /// With anonymous access allowed, opening the hub does not start a sign-in: people land in it as anonymous users, see no or
    /// other content, and report that single sign-on does not work. With "always anonymous" the identity provider is never asked.
    /// The set-up guide leaves it at "No anonymous user".
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "anonymousAccessMode": 1 }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "anonymousAccessMode": 0 }
    /// ```
    pub(crate) static ANONYMOUS_ACCESS = {
        id: "virtual-proxy/anonymous-access",
        title: "The virtual proxy lets anonymous users in",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig, Need::Capture],
        explains: [],
        causes: [ALLOWED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 7a"),
            Reference::page("https://help.qlik.com/en-US/sense-developer", "2026-11-24").about("VirtualProxyConfig.anonymousAccessMode"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let let_in = let_in_unasked(case);
    for entry in case.saml_entry_points() {
        let Some(mode) = entry.anonymous_access.as_ref().filter(|mode| mode.value != 0) else {
            continue;
        };
        let (name, effect) = match mode.value {
            1 => (
                "Allow anonymous user (1)",
                "People are not sent to the identity provider unless they ask to sign in.",
            ),
            2 => (
                "Always anonymous user (2)",
                "Nobody is sent to the identity provider: everyone is an anonymous user.",
            ),
            _ => ("an unknown mode", "People may get in without signing in."),
        };
        let mut finding = Finding::warning("The virtual proxy lets anonymous users in")
            .detail(effect)
            .at(&mode.place)
            .expected("No anonymous user (0)", "the set-up guide")
            .actual(name, format!("anonymousAccessMode of {}", entry.name))
            .because_at(&ALLOWED, &entry, "No anonymous user")
            .subject(entry.id.clone());
        if let Some(visit) = let_in.as_ref().filter(|visit| entry.is_visited_by(visit)) {
            finding = visit.mark(finding).detail(format!(
                "{effect} In the capture {} gave a session to somebody whom nobody had asked who they are.",
                shown::host_and_path(&visit.exchange.url)
            ));
        }
        out.push(finding);
    }
    // Without the configuration the capture shows it, as far as one may conclude from what it lacks.
    if let Some(visit) = let_in.filter(|visit| {
        case.sp_configurations.is_empty() && visit.exchange.products.contains(&QLIK)
    }) {
        let finding = Finding::warning("Somebody was let in without signing in")
            .likely()
            .detail(format!(
                "{} gave a session and its page at the first request: no identity provider, no log-in form, no credentials.",
                shown::host_and_path(&visit.exchange.url)
            ))
            .actual("a session without a sign-in", "the capture");
        out.push(visit.mark(finding).because(&ALLOWED, case));
    }
}

/// A page that came with a new session, where nothing in the capture is a sign-in of any kind.
fn let_in_unasked(case: &Case) -> Option<Visit<'_>> {
    let asked = |exchange: &Exchange| {
        let form = exchange.page.as_ref().is_some_and(|page| page.login_form);
        exchange.status == 401
            || form
            || exchange.method == "POST" && exchange.navigation
            || exchange.url.to_lowercase().contains("ticket=")
    };
    if !case.messages.is_empty()
        || !case.attempts.is_empty()
        || !case.other_protocols.is_empty()
        || case.exchanges.iter().any(asked)
    {
        return None;
    }
    let opened = |exchange: &Exchange| {
        let session = |name: &str| name.starts_with("X-Qlik-Session");
        let had_one = exchange.cookies.iter().flatten().any(|cookie| session(&cookie.name));
        let got_one = exchange
            .set_cookies
            .iter()
            .flatten()
            .any(|cookie| session(&cookie.name) && !cookie.removes);
        exchange.navigation && exchange.status == 200 && got_one && !had_one
    };
    case.visits().find(|visit| opened(visit.exchange))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{entry_point_with, levels, sited};

    #[test]
    fn every_mode_but_none_is_a_warning() {
        for (mode, level) in [
            (Some(0), None),
            (Some(1), Some(Severity::Warning)),
            (Some(2), Some(Severity::Warning)),
            (None, None),
        ] {
            let case = entry_point_with(|entry| entry.anonymous_access = mode.map(sited));
            assert_eq!(levels(&ANONYMOUS_ACCESS, &case).first().copied(), level, "{mode:?}");
        }
    }

    #[test]
    fn who_was_let_in_unasked_shows_in_the_capture() {
        use diag_sdk::case::exchange::{SetCookie, Side};
        use diag_sdk::testing::exchange;
        let hub = |status| Exchange {
            products: vec![QLIK],
            set_cookies: Some(vec![SetCookie {
                name: "X-Qlik-Session-azure".to_owned(),
                ..SetCookie::default()
            }]),
            ..exchange(Side::Sp, "GET", "https://sense.example/azure/hub", status)
        };
        let case = |exchanges| Case { exchanges, ..Case::default() };
        assert_eq!(levels(&ANONYMOUS_ACCESS, &case(vec![hub(200)])), [Severity::Warning]);
        assert!(levels(&ANONYMOUS_ACCESS, &case(vec![hub(302)])).is_empty());
        assert!(
            levels(
                &ANONYMOUS_ACCESS,
                &case(vec![exchange(Side::Sp, "GET", "https://sense.example/a", 401), hub(200)])
            )
            .is_empty()
        );
    }
}
