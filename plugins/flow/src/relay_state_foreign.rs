//! The RelayState leads to somebody else's host.

use diag_sdk::case::message::Message;
use diag_sdk::host::host_of;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Specification, Stage,
    Who, check,
};

static SP_FOLLOWS: CauseData = CauseData {
    text: "Whoever starts a sign-in at the identity provider may choose the RelayState, and a service provider that follows any address leads people away after they signed in",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Let the service provider follow addresses of its own hosts only, or paths",
};
static FIXED_AT_IDP: CauseData = CauseData {
    text: "A fixed RelayState of another application or environment is set at the identity provider",
    who: Who::Idp,
    setting: Setting::IdpRelayState,
    fix: "Correct the RelayState that is set for the application, or leave it empty",
};

check! {
    /// The RelayState is an address of a host that is not the service provider's.
    ///
    /// RelayState says where the person goes after signing in. With a sign-in that the service provider started it is
    /// its own value that comes back; with one that starts at the identity provider, or with a value that was changed on
    /// the way, it is whatever somebody put there. A service provider that follows it to any host sends people who
    /// have just signed in to a page that may look like its own.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "delivery": 0, "relay_state": {"text": "https://elsewhere.test/page"},
    ///    "sightings": [{"carrier": "post-form", "to": "https://sp.example/acs"}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "delivery": 0, "relay_state": {"text": "https://portal.sp.example/page"},
    ///    "sightings": [{"carrier": "post-form", "to": "https://sp.example/acs"}]}]}
    /// ```
    pub static RELAY_STATE_FOREIGN = {
        id: "flow/relay-state-foreign",
        title: "The RelayState leads to a host that is not the SP's",
        levels: [Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture, Need::ServicePrincipal],
        explains: [],
        causes: [SP_FOLLOWS, FIXED_AT_IDP],
        references: [
            Reference::section(Specification::SamlBindings, "3.4.3"),
            Reference::page("https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html", "2026-12-01"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    fixed_at_idp(case, out);
    for response in case.responses() {
        let message = response.message;
        let Some(there) = address(message) else { continue };
        let Some(to) = message.delivered_to().and_then(host_of) else { continue };
        let own = response.request().and_then(address).is_some_and(|sent| sent == there);
        let Some(host) = host_of(there) else { continue };
        let known = case.sp_hosts();
        if own || site(&host) == site(&to) || known.iter().any(|known| site(known) == site(&host)) {
            continue;
        }
        out.push(
            response
                .finding(Severity::Warning, "The RelayState leads to a host that is not the SP's")
                .detail("The service provider did not send that address with a request of its own.")
                .expected(
                    format!("an address at {to}, or a path"),
                    "where the response was delivered",
                )
                .actual(&host, "host of the RelayState")
                .at(&message.place)
                .because(&SP_FOLLOWS, case)
                .because(&FIXED_AT_IDP, case),
        );
    }
}

/// A RelayState that is set for the application and leads to a host that is none of the service provider's.
fn fixed_at_idp(case: &Case, out: &mut Findings) {
    let known = case.sp_hosts();
    for registration in case.relevant_registrations() {
        let Some(fixed) = &registration.relay_state else { continue };
        let is_address = fixed.value.starts_with("https://") || fixed.value.starts_with("http://");
        let Some(host) = host_of(&fixed.value).filter(|_| is_address) else { continue };
        if known.is_empty() || known.iter().any(|known| site(known) == site(&host)) {
            continue;
        }
        let hosts: Vec<String> = known.iter().map(ToString::to_string).collect();
        out.push(
            Finding::warning(
                "The RelayState set at the identity provider leads to a host that is not the SP's",
            )
            .detail("Sign-ins that start at the identity provider would land there.")
            .expected(
                format!("an address at {}, or a path", hosts.join(" or ")),
                "hosts of the service provider",
            )
            .actual(&host, "host of the RelayState")
            .at(&fixed.place)
            .because_in(&FIXED_AT_IDP, registration, None),
        );
    }
}

/// The RelayState, where it is an address.
fn address(message: &Message) -> Option<&str> {
    let text = message.relay_state.as_ref()?.text.as_deref()?;
    (text.starts_with("https://") || text.starts_with("http://")).then_some(text)
}

/// The part of a host that one owner has, as far as its form tells: two labels, or three where the last two are
/// short as in `co.uk`.
fn site(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    let short = |at: usize| {
        labels
            .len()
            .checked_sub(at)
            .and_then(|index| labels.get(index))
            .is_some_and(|label| label.len() <= 3)
    };
    let kept = if short(1) && short(2) { 3 } else { 2 };
    labels
        .iter()
        .skip(labels.len().saturating_sub(kept))
        .copied()
        .collect::<Vec<_>>()
        .join(".")
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, personal, sign_in};

    fn with(state: &str, sent: Option<&str>) -> Case {
        let mut case = sign_in(Outcome::SignedIn);
        case.messages[1].relay_state = Some(personal(state));
        case.messages[0].relay_state = sent.map(personal);
        case
    }

    #[test]
    fn only_an_address_of_somebody_else_counts() {
        for (state, found) in [
            ("https://elsewhere.test/x", 1),
            ("http://elsewhere.test", 1),
            ("https://sense.example/hub", 0),
            ("https://portal.sense.example/hub", 0),
            ("/hub", 0),
            ("ss:mem:1", 0),
        ] {
            assert_eq!(findings(&RELAY_STATE_FOREIGN, &with(state, None)).len(), found, "{state}");
        }
    }

    #[test]
    fn what_the_service_provider_sent_itself_is_its_own_affair() {
        assert!(
            findings(
                &RELAY_STATE_FOREIGN,
                &with("https://elsewhere.test/x", Some("https://elsewhere.test/x"))
            )
            .is_empty()
        );
        assert_eq!(
            findings(&RELAY_STATE_FOREIGN, &with("https://elsewhere.test/x", Some("/hub"))).len(),
            1
        );
    }

    #[test]
    fn a_site_is_what_one_owner_has() {
        assert_eq!(
            (site("a.b.example"), site("a.b.co.uk"), site("b.example")),
            ("b.example".into(), "b.co.uk".into(), "b.example".into())
        );
    }
}
