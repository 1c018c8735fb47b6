//! The cookie of the sign-in was replaced before the response came, by an answer of the same host that begins no sign-in:
//! two programs keep their sessions under one name.

use super::{begun, missed, shown};
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::exchange::{Exchange, SetCookie, Side};
use diag_sdk::host::host_of;
use diag_sdk::{Case, CauseData, Finding, Setting, Who};

pub(super) static ONE_NAME_FOR_TWO: CauseData = CauseData {
    text: "Two programs under one host name keep their sessions in a cookie of the same name and path, and each writes over the other's",
    who: Who::Sp,
    setting: Setting::SpSessionCookieName,
    fix: "Give the cookie of one of the two another name or path, or let both keep their sessions in one store",
};

/// The loss, where the service provider says that it does not know the sign-in.
pub(super) fn written_over(case: &Case, attempt: &Attempt) -> Option<Finding> {
    missed(case, attempt).then_some(())?;
    let (index, issued) = begun(case, attempt)?;
    let consumption = attempt.consumption?;
    let receipt = case.exchanges.get(consumption)?;
    let kept = |cookie: &&SetCookie| !cookie.removes;
    issued.set_cookies.iter().flatten().filter(kept).find_map(|cookie| {
        let sent = receipt.cookies.iter().flatten().find(|sent| sent.name == cookie.name)?;
        if sent.value == cookie.value {
            return None;
        }
        let replaces = |exchange: &&Exchange| {
            exchange.side == Side::Sp
                && host_of(&exchange.url) == host_of(&receipt.url)
                && exchange.set_cookies.iter().flatten().any(|other| {
                    !other.removes && other.name == cookie.name && other.value == sent.value
                })
        };
        let between = case.exchanges.get(index + 1..consumption)?;
        let (at, by) =
            between.iter().enumerate().rfind(|(_, exchange)| replaces(exchange))?;
        if begins_a_sign_in(case, index + 1 + at) {
            return None;
        }
        let finding = Finding::error(format!("The cookie {} was written over during the sign-in", cookie.name))
            .detail(format!(
                "{} set it with the request, {} set it to another value before the response came. The service provider finds the session of the one under the name of the other.",
                shown(issued),
                shown(by)
            ))
            .at(&issued.place)
            .at(&by.place)
            .at(&receipt.place)
            .attempt(attempt.id.clone())
            .because(&ONE_NAME_FOR_TWO, case);
        Some(finding)
    })
}

/// It hands out a request: what sign-ins at once do to each other is told apart.
fn begins_a_sign_in(case: &Case, index: usize) -> bool {
    let requests =
        case.attempts.iter().filter_map(|attempt| case.message(attempt.request.as_deref()?));
    requests.flat_map(|request| &request.sightings).any(|seen| seen.exchange == Some(index))
}
