//! The entry points that are judged, and how hard.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::host::host_of;
use diag_sdk::{Case, Finding, Severity};

/// Entry points of this sign-in that use SAML, or of which the export does not tell.
pub(crate) fn saml(case: &Case) -> impl Iterator<Item = &SpConfiguration> {
    case.relevant_configurations().filter(|entry| entry.method.is_none() || entry.is_saml())
}

/// What must break a sign-in, unless the capture shows one that worked with it.
pub(crate) fn level(case: &Case) -> Severity {
    if case.signed_in() { Severity::Warning } else { Severity::Error }
}

/// A finding about one entry point at that level; what is no error is only likely to harm.
pub(crate) fn finding(severity: Severity, message: impl Into<String>, entry: &SpConfiguration) -> Finding {
    let finding = Finding::new(severity, message).subject(entry.id.clone());
    if severity == Severity::Warning { finding.likely() } else { finding }
}

/// For screens: the entry point's name.
pub(crate) fn object(entry: &SpConfiguration) -> Option<&str> {
    Some(entry.name.as_str()).filter(|name| !name.is_empty())
}

/// The browser got an answer below the entry point's prefix: something serves it.
pub(crate) fn served(case: &Case, entry: &SpConfiguration) -> bool {
    let Some(prefix) = entry.prefix.as_ref().map(|prefix| prefix.value.as_str()).filter(|prefix| !prefix.is_empty()) else { return false };
    let own = entry.host_uri.as_ref().and_then(|uri| host_of(uri));
    case.exchanges.iter().filter(|exchange| (200..400).contains(&exchange.status) && exchange.side != Side::Idp).any(|exchange| {
        let below = |path: &str| path.split('/').nth(1).is_some_and(|segment| segment.eq_ignore_ascii_case(prefix));
        path_of(exchange).is_some_and(|path| below(&path)) && (own.is_none() || host_of(&exchange.url) == own || exchange.side == Side::Sp)
    })
}

fn path_of(exchange: &Exchange) -> Option<String> {
    diag_sdk::address::Address::parse(&exchange.url).map(|address| address.path)
}

/// Failed attempts that a lost session cookie explains: accepted and yet not signed in, or with
/// that very cookie found missing where it was due.
pub(crate) fn without_session<'a>(case: &'a Case, entry: &SpConfiguration) -> impl Iterator<Item = &'a Attempt> {
    let name = entry.session_cookie_name.as_ref().map(|name| name.value.clone());
    case.attempts.iter().filter(move |attempt| {
        let lost = case.lost_cookies.iter().any(|cookie| {
            cookie.decisive
                && cookie.attempt.as_deref() == Some(attempt.id.as_str())
                && name.as_ref().is_none_or(|name| cookie.name == *name || cookie.name.strip_suffix("-HTTP") == Some(name))
        });
        attempt.failed() && (attempt.accepted() || lost)
    })
}

/// Names the attempts in a finding.
pub(crate) fn about<'a>(finding: Finding, attempts: impl Iterator<Item = &'a Attempt>) -> Finding {
    attempts.fold(finding, |finding, attempt| finding.attempt(attempt.id.clone()))
}

/// Two entry points stand in the same site, as far as can be told: their exports do not come from
/// different files that name different hosts.
pub(crate) fn same_site(left: &SpConfiguration, right: &SpConfiguration) -> bool {
    let host = |entry: &SpConfiguration| entry.host_uri.as_ref().and_then(|uri| host_of(uri));
    let hosts_differ = matches!((host(left), host(right)), (Some(left), Some(right)) if left != right);
    left.place.input == right.place.input || !hosts_differ
}
