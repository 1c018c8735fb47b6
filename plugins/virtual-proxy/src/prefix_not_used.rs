//! `virtual-proxy/prefix-not-used`: people open the server without the prefix of the SAML virtual proxy.

use diag_sdk::case::message::MessageKind;
use diag_sdk::host::host_of;
use diag_sdk::view::{EntryPoint, Visit};
use diag_sdk::{
    Account, Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static WITHOUT_PREFIX: CauseData = CauseData {
    text: "Without a prefix the default virtual proxy answers, which signs people in by its own method",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Open the address with the prefix, and let bookmarks, portals and links have it",
};
static MAKE_IT_DEFAULT: CauseData = CauseData {
    text: "People come to the address without the prefix, and nothing leads them on",
    who: Who::Sp,
    setting: Setting::SpPrefix,
    fix: "Give people the address with the prefix, or let whatever stands in front lead them there",
};

static SCRIPT_WITHOUT_PREFIX: CauseData = CauseData {
    text: "An extension, a mashup or a link asks the server without the prefix, and meets the default virtual proxy",
    who: Who::Sp,
    setting: Setting::SpPrefix,
    fix: "Have it build its addresses with the prefix of the page it runs in, or install a version that does",
};

check! {
    /// The server is opened without the prefix, and meets people with another way of signing in.
    ///
    /// A SAML virtual proxy answers below its prefix only. Whoever opens the bare server name reaches the default
    /// virtual proxy, which asks for Windows credentials or shows its own log-in form. No request ever goes to the
    /// identity provider, and both sides look for a fault in a sign-in that was never begun. The same happens to
    /// extensions that leave the prefix out: people have signed in, and are asked for Windows credentials all the same.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/hub/ @0s
    /// < 401
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/azure/hub/ @0s
    /// < 302
    /// < Location: https://idp.example/sso
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example" }
    /// ```
    pub(crate) static PREFIX_NOT_USED = {
        id: "virtual-proxy/prefix-not-used",
        title: "The server is opened without the prefix of the virtual proxy",
        levels: [Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp(&[]), Account::between(&[])],
        causes: [WITHOUT_PREFIX, MAKE_IT_DEFAULT, SCRIPT_WITHOUT_PREFIX],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/virtual-proxies-overview.htm", "2026-12-01").about("prefix"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // Whoever was sent to an identity provider has found the way; what the page then asks for may not.
    if case.signed_in() {
        asked_without(case, out);
    }
    if case.messages_of(MessageKind::AuthnRequest).next().is_some() || case.signed_in() {
        return;
    }
    let every: Vec<EntryPoint<'_>> = case.all_entry_points().collect();
    let prefixes: Vec<&str> = every.iter().filter_map(EntryPoint::own_prefix).collect();
    let saml: Vec<&EntryPoint<'_>> =
        every.iter().filter(|entry| entry.is_saml() && entry.own_prefix().is_some()).collect();
    let Some(first) = saml.first() else {
        if every.is_empty() {
            out.missing(Need::Virtualproxyconfig);
        }
        return;
    };
    // A default virtual proxy that signs in by SAML itself needs no prefix.
    if every.iter().any(|entry| entry.is_saml() && entry.own_prefix().is_none()) {
        return;
    }
    let hosts: Vec<String> = saml.iter().filter_map(|entry| entry.own_host()).collect();
    let outside = |visit: &Visit<'_>| {
        hosts.contains(&visit.host) && !prefixes.iter().any(|prefix| visit.is_below(prefix))
    };
    let below = |visit: &Visit<'_>| {
        hosts.contains(&visit.host) && prefixes.iter().any(|prefix| visit.is_below(prefix))
    };
    if case.visits().any(|visit| below(&visit)) {
        return;
    }
    let asks = |visit: &Visit<'_>| {
        let form = visit.exchange.page.as_ref().is_some_and(|page| page.login_form);
        visit.exchange.navigation && (visit.exchange.status == 401 || form)
    };
    let Some(visit) = case.visits().find(|visit| outside(visit) && asks(visit)) else { return };
    let own = |entry: &&&EntryPoint<'_>| {
        entry.host_uri.as_ref().and_then(|uri| host_of(uri)).as_ref() == Some(&visit.host)
    };
    let entry = saml.iter().find(own).unwrap_or(first);
    let address = format!("https://{}/{}/hub", visit.host, entry.own_prefix().unwrap_or_default());
    let what = if visit.exchange.status == 401 {
        "asked for Windows credentials (401)"
    } else {
        "showed a log-in form of its own"
    };
    let finding = entry
        .finding(Severity::Warning, "The server is opened without the prefix of the virtual proxy")
        .detail(format!("{} {what}, and no request went to the identity provider.", visit.host))
        .expected(address.clone(), format!("prefix of {}", entry.name))
        .actual(diag_sdk::shown::host_and_path(&visit.exchange.url), "what the browser opened");
    let mut finding = visit
        .mark(finding)
        .because_at(&WITHOUT_PREFIX, entry, address.as_str())
        .because_at(&MAKE_IT_DEFAULT, entry, None);
    if let Some(prefix) = &entry.prefix {
        finding = finding.at(&prefix.place);
    }
    out.push(finding);
}

/// What a page that people signed in to asked for without the prefix, and was refused.
fn asked_without(case: &Case, out: &mut Findings) {
    let every: Vec<EntryPoint<'_>> = case.all_entry_points().collect();
    let prefixes: Vec<&str> = every.iter().filter_map(EntryPoint::own_prefix).collect();
    let used = every.iter().filter(|entry| entry.is_saml() && entry.own_prefix().is_some());
    for entry in used {
        let visits = entry.visits();
        let Some(first) = visits.iter().find(|visit| visit.served()) else { continue };
        let refused = |visit: &Visit<'_>| {
            visit.index > first.index
                && visit.host == first.host
                && visit.exchange.status == 401
                && !prefixes.iter().any(|prefix| visit.is_below(prefix))
        };
        let Some(visit) = case.visits().find(refused) else { continue };
        let mut finding = entry
            .finding(Severity::Warning, "A page that people signed in to asks without the prefix")
            .detail("The server asked for other credentials (401) outside of the prefix: people see a log-in window, or a part of the page stays empty.")
            .expected(
                format!("https://{}/{}/…", visit.host, entry.own_prefix().unwrap_or_default()),
                format!("prefix of {}", entry.name),
            )
            .actual(diag_sdk::shown::host_and_path(&visit.exchange.url), "what the page asked for");
        if let Some(prefix) = &entry.prefix {
            finding = finding.at(&prefix.place);
        }
        out.push(visit.mark(finding).because_at(&SCRIPT_WITHOUT_PREFIX, entry, None));
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::{Exchange, Page, Side};
    use diag_sdk::testing::{entry_point_with, exchange, levels, sign_in};

    fn opened(url: &str, status: u16) -> Case {
        let mut case = entry_point_with(|_| ());
        case.exchanges = vec![exchange(Side::Sp, "GET", url, status)];
        case
    }

    #[test]
    fn another_way_of_signing_in_must_show() {
        assert_eq!(
            levels(&PREFIX_NOT_USED, &opened("https://sense.example/hub/", 401)),
            [Severity::Warning]
        );
        assert!(levels(&PREFIX_NOT_USED, &opened("https://sense.example/hub/", 200)).is_empty());
        assert!(
            levels(&PREFIX_NOT_USED, &opened("https://sense.example/azure/hub/", 401)).is_empty()
        );
        assert!(levels(&PREFIX_NOT_USED, &opened("https://other.example/hub/", 401)).is_empty());
        let mut form = opened("https://sense.example/", 200);
        form.exchanges[0].page = Some(Page { login_form: true, ..Page::default() });
        assert_eq!(levels(&PREFIX_NOT_USED, &form), [Severity::Warning]);
    }

    #[test]
    fn who_was_sent_on_found_the_way() {
        let mut case = opened("https://sense.example/hub/", 401);
        case.messages = sign_in(Outcome::Incomplete).messages;
        assert!(levels(&PREFIX_NOT_USED, &case).is_empty());
        let mut both = opened("https://sense.example/hub/", 401);
        both.exchanges
            .push(Exchange { ..exchange(Side::Sp, "GET", "https://sense.example/azure/hub", 500) });
        assert!(levels(&PREFIX_NOT_USED, &both).is_empty());
    }

    #[test]
    fn a_page_asks_without_the_prefix() {
        let landed = |later: &str, status: u16| {
            let mut case = entry_point_with(|_| ());
            let signed_in = sign_in(Outcome::SignedIn);
            (case.messages, case.attempts) = (signed_in.messages, signed_in.attempts);
            case.exchanges = vec![
                exchange(Side::Sp, "GET", "https://sense.example/azure/hub", 200),
                exchange(Side::Sp, "GET", later, status),
            ];
            levels(&PREFIX_NOT_USED, &case)
        };
        let extension = "https://sense.example/extensions/export/export.js";
        assert_eq!(landed(extension, 401), [Severity::Warning]);
        assert!(landed(extension, 404).is_empty());
        assert!(landed("https://sense.example/azure/extensions/export.js", 401).is_empty());
        assert!(landed("https://other.example/extensions/export.js", 401).is_empty());
    }
}
