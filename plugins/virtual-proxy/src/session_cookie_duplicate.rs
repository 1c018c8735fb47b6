//! `virtual-proxy/session-cookie-duplicate`: two virtual proxies use the same session cookie name.

use diag_sdk::view::EntryPoint;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static USED_TWICE: CauseData = CauseData {
    text: "A virtual proxy was created with the session cookie name of another one",
    who: Who::Sp,
    setting: Setting::SpSessionCookieName,
    fix: "Give each virtual proxy a session cookie name of its own",
};

check! {
    /// Two virtual proxies of the site use the same session cookie name.
    ///
    /// The cookie holds the session of one virtual proxy. When two on the same host write a cookie of the same name, each
    /// overwrites the other's session: people who use both are signed out in turn, or sent to the identity provider in a loop.
    /// Qlik requires the names to be unique. Over plain http `-HTTP` is appended to the name, so a name that is another one with
    /// `-HTTP` clashes as well.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// [
    ///   { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "sessionCookieHeaderName": "X-Qlik-Session" },
    ///   { "id": "0f9e8d7c-6b5a-4938-8271-6f5e4d3c2b1a", "prefix": "adfs", "description": "ADFS",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "sessionCookieHeaderName": "X-Qlik-Session" }
    /// ]
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// [
    ///   { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "sessionCookieHeaderName": "X-Qlik-Session-azure" },
    ///   { "id": "0f9e8d7c-6b5a-4938-8271-6f5e4d3c2b1a", "prefix": "adfs", "description": "ADFS",
    ///     "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///     "samlEntityId": "https://sense.example", "sessionCookieHeaderName": "X-Qlik-Session-adfs" }
    /// ]
    /// ```
    pub(crate) static SESSION_COOKIE_DUPLICATE = {
        id: "virtual-proxy/session-cookie-duplicate",
        title: "Two virtual proxies use the same session cookie name",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["flow/session-cookie-lost"],
        accounts: [Account::looping(&[Meaning::NoSession])],
        causes: [USED_TWICE],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("sessionCookieHeaderName must be unique for each virtual proxy"),
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 6d"),
        ],
        run: run,
    }
}

/// What Qlik Sense appends to the name of cookies it sets over plain http.
const HTTP_SUFFIX: &str = "-HTTP";

fn run(case: &Case, out: &mut Findings) {
    let entries: Vec<EntryPoint<'_>> = case.all_entry_points().collect();
    for (index, entry) in entries.iter().enumerate() {
        let Some(name) = &entry.session_cookie_name else { continue };
        let named = |other: &EntryPoint<'_>, name: &str| {
            other.session_cookie_name.as_ref().is_some_and(|known| clash(&known.value, name))
        };
        let twin = |other: &&EntryPoint<'_>| named(other, &name.value) && entry.same_site(other);
        // Each group once, told of its first member.
        if entries.iter().take(index).any(|other| twin(&other)) {
            continue;
        }
        let twins: Vec<&EntryPoint<'_>> = entries.iter().skip(index + 1).filter(twin).collect();
        if twins.is_empty() {
            continue;
        }
        let concerned = entry.relevant || twins.iter().any(|other| other.relevant);
        let severity = if concerned { entry.level() } else { Severity::Warning };
        let others: Vec<&str> =
            twins.iter().map(|other| other.configuration.name.as_str()).collect();
        // The one in use is the one to rename, so that the others keep their sessions.
        let renamed = std::iter::once(entry)
            .chain(twins.iter().copied())
            .find(|entry| entry.relevant)
            .unwrap_or(entry);
        let value = renamed.own_prefix().map(|prefix| format!("X-Qlik-Session-{prefix}"));
        let value = value.filter(|value| !entries.iter().any(|known| named(known, value)));
        let finding = entry
            .finding(severity, "Two virtual proxies use the same session cookie name")
            .detail(format!(
                "{} and {} overwrite each other's session: whoever signs in at one of them is signed out at the other.",
                entry.name,
                others.join(", ")
            ))
            .at(&name.place)
            .at_all(twins.iter().filter_map(|other| other.session_cookie_name.as_ref()).map(|name| &name.place))
            .expected("a name of its own for each virtual proxy", "Qlik help: Virtual proxies")
            .actual(name.value.clone(), format!("sessionCookieHeaderName of {} and {}", entry.name, others.join(", ")))
            .because_at(&USED_TWICE, renamed, value.as_deref());
        let concerned = std::iter::once(entry).chain(twins).filter(|entry| entry.relevant);
        out.push(concerned.fold(finding, |finding, entry| entry.blame_for_lost_sessions(finding)));
    }
}

/// The names are equal, or become so over plain http.
fn clash(left: &str, right: &str) -> bool {
    left == right
        || left.strip_suffix(HTTP_SUFFIX) == Some(right)
        || right.strip_suffix(HTTP_SUFFIX) == Some(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::sp_configuration::SpConfiguration;
    use diag_sdk::testing::{attempt, entry_point, levels};

    fn case(sp_configurations: Vec<SpConfiguration>) -> Case {
        Case { sp_configurations, ..Case::default() }
    }
    use diag_sdk::case::attempt::Outcome;

    fn second(name: &str) -> SpConfiguration {
        SpConfiguration {
            id: "c2".into(),
            relevant: false,
            session_cookie_name: Some(name.into()),
            ..entry_point()
        }
    }

    #[test]
    fn equal_names_clash_also_in_their_form_for_http() {
        for (name, level) in [
            ("X-Qlik-Session-azure", Some(Severity::Error)),
            ("X-Qlik-Session-azure-HTTP", Some(Severity::Error)),
            ("X-Qlik-Session-Azure", None),
            ("X-Qlik-Session", None),
        ] {
            let case = case(vec![entry_point(), second(name)]);
            assert_eq!(levels(&SESSION_COOKIE_DUPLICATE, &case).first().copied(), level, "{name}");
        }
    }

    #[test]
    fn an_unknown_name_is_silent() {
        let mut other = second("x");
        other.session_cookie_name = None;
        assert_eq!(levels(&SESSION_COOKIE_DUPLICATE, &case(vec![other.clone(), other])), []);
    }

    #[test]
    fn a_free_name_is_offered_for_the_entry_point_in_use() {
        let mut entry = entry_point();
        entry.session_cookie_name = Some("X-Qlik-Session".into());
        let found = SESSION_COOKIE_DUPLICATE.judge(&case(vec![second("X-Qlik-Session"), entry]));
        assert_eq!(found.found()[0].causes[0].value.as_deref(), Some("X-Qlik-Session-azure"));
    }

    #[test]
    fn a_loop_is_named_and_a_sign_in_that_worked_makes_it_a_warning() {
        let mut case = case(vec![entry_point(), second("X-Qlik-Session-azure")]);
        attempt(&mut case, Outcome::Looping);
        assert_eq!(SESSION_COOKIE_DUPLICATE.judge(&case).found()[0].attempts, ["a1"]);
        case.attempts[0].outcome = Outcome::SignedIn;
        assert_eq!(levels(&SESSION_COOKIE_DUPLICATE, &case), [Severity::Warning]);
    }
}
