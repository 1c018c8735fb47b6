//! `virtual-proxy/same-site-blocks-frame`: inside a page of another site the session cookie is not sent.

use super::QLIK;
use diag_sdk::case::exchange::{Exchange, SameSite};
use diag_sdk::view::{EntryPoint, Visit};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Reference, Setting,
    Severity, Specification, Stage, Who, check,
};

static NOT_NONE: CauseData = CauseData {
    text: "The session cookie is not meant for frames of other sites",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Choose None for the SameSite attribute and switch the Secure attribute on, both for https",
};
static THIRD_PARTY: CauseData = CauseData {
    text: "The page that embeds it is of another site",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Or serve both below the same domain: then the cookie is of the same site, and browsers that block cookies of others keep it, too",
};

/// What the session cookie's name begins with where no configuration names it.
const USUAL_NAME: &str = "X-Qlik-Session";

check! {
    /// Qlik Sense runs in a frame of another site, and its session cookie is not sent there.
    ///
    /// A browser sends a cookie into a frame of another site only if it says `SameSite=None` and `Secure`. With
    /// Lax, which is where a virtual proxy starts, or Strict, the sign-in in the frame succeeds and the next
    /// request is without a session: it starts again and again, or the frame stays empty. Opened in a tab of its
    /// own everything works, which is why nobody looks at the cookie.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/azure/single/?appid=1 @0s
    /// > Sec-Fetch-Dest: iframe
    /// > Sec-Fetch-Site: cross-site
    /// > Referer: https://portal.contoso.example/
    /// < 302
    /// < Location: https://idp.example/sso
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example",
    ///   "sessionCookieHeaderName": "X-Qlik-Session-azure", "sameSiteAttributeHttps": 2, "hasSecureAttributeHttps": true }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/azure/hub @0s
    /// > Sec-Fetch-Dest: document
    /// > Sec-Fetch-Site: cross-site
    /// < 302
    /// < Location: https://idp.example/sso
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example",
    ///   "sessionCookieHeaderName": "X-Qlik-Session-azure", "sameSiteAttributeHttps": 2, "hasSecureAttributeHttps": true }
    /// ```
    pub(crate) static SAME_SITE_BLOCKS_FRAME = {
        id: "virtual-proxy/same-site-blocks-frame",
        title: "In a frame of another site the session cookie is not sent",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Session,
        needs: [Need::Capture],
        explains: ["flow/session-cookie-lost", "flow/redirect-loop", "hosts/websocket-refused"],
        accounts: [Account::sp_or_loop(&[Meaning::NoSession])],
        causes: [NOT_NONE, THIRD_PARTY],
        references: [
            Reference::sections(Specification::CookiesDraft, "5.2", &["8.8.1"]),
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("SameSite attribute"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let entries: Vec<EntryPoint<'_>> = case.saml_entry_points().collect();
    let mut told: Vec<Option<String>> = Vec::new();
    for visit in case.visits().filter(|visit| in_foreign_frame(visit.exchange)) {
        let entry = entries.iter().find(|entry| entry.is_visited_by(&visit));
        if entry.is_none() && !visit.exchange.products.contains(&QLIK) {
            continue;
        }
        let key = entry.map(|entry| entry.id.clone());
        let Some((same_site, place, seen)) =
            attribute(case, entry, &visit).filter(|(same_site, ..)| *same_site != SameSite::None)
        else {
            continue;
        };
        if told.contains(&key) {
            continue;
        }
        told.push(key);
        out.push(describe(case, entry, &visit, same_site, &place, seen));
    }
}

/// A document inside a page of another site.
fn in_foreign_frame(exchange: &Exchange) -> bool {
    let framed = matches!(
        exchange.kind.as_deref(),
        Some("iframe" | "frame" | "sub_frame" | "subdocument" | "embed" | "object")
    );
    framed && exchange.fetch_site.as_deref() == Some("cross-site")
}

/// The cookie's SameSite, as it was set in the capture or else as it is configured; where, and whether it was seen.
fn attribute(
    case: &Case,
    entry: Option<&EntryPoint<'_>>,
    visit: &Visit<'_>,
) -> Option<(SameSite, Place, bool)> {
    let name = entry
        .and_then(|entry| entry.session_cookie_name.as_ref())
        .map_or(USUAL_NAME, |name| name.value.as_str());
    let set = case.visits().filter(|other| other.host == visit.host).find_map(|other| {
        let cookie = other
            .exchange
            .set_cookies
            .iter()
            .flatten()
            .find(|cookie| !cookie.removes && cookie.name.starts_with(name))?;
        Some((cookie.same_site, other.exchange.place.clone(), true))
    });
    set.or_else(|| {
        let configured = entry?.same_site_https.as_ref()?;
        Some((configured.value, configured.place.clone(), false))
    })
}

fn describe(
    case: &Case,
    entry: Option<&EntryPoint<'_>>,
    visit: &Visit<'_>,
    same_site: SameSite,
    place: &Place,
    seen: bool,
) -> Finding {
    let words = match same_site {
        SameSite::Strict => "SameSite=Strict",
        SameSite::Lax => "SameSite=Lax",
        SameSite::Absent | SameSite::None => "no SameSite, which browsers take for Lax",
    };
    let failed = case
        .attempts
        .iter()
        .any(|attempt| attempt.failed() && attempt.exchanges.contains(&visit.index));
    let level = if failed { Severity::Error } else { Severity::Warning };
    let embedder = visit.exchange.referer.as_deref().and_then(diag_sdk::host::host_of);
    let by = embedder.map_or_else(
        || "a page of another site".to_owned(),
        |host| format!("a page of {host}, another site,"),
    );
    let mut finding =
        Finding::new(level, "In a frame of another site the session cookie is not sent")
            .detail(format!(
                "{} runs in a frame of {by} and its session cookie has {words}.",
                visit.host
            ))
            .expected("SameSite=None; Secure", "what a frame of another site takes")
            .actual(
                words,
                if seen {
                    "the cookie that was set"
                } else {
                    "SameSite attribute (https) of the virtual proxy"
                },
            );
    finding = visit.mark(finding).at(place);
    finding = match entry {
        Some(entry) => entry
            .blame_for_lost_sessions(finding)
            .subject(entry.id.clone())
            .because_at(&NOT_NONE, entry, "None")
            .because_at(&THIRD_PARTY, entry, None),
        None => finding.because_with(&NOT_NONE, case, "None").because(&THIRD_PARTY, case),
    };
    if failed { finding } else { finding.likely() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::{Attempt, Outcome};
    use diag_sdk::case::exchange::Side;
    use diag_sdk::testing::{entry_point_with, exchange, levels, sited};

    fn framed(same_site: SameSite, kind: &str, site: &str) -> Case {
        let mut case = entry_point_with(|entry| entry.same_site_https = Some(sited(same_site)));
        let visit = Exchange {
            kind: Some(kind.to_owned()),
            fetch_site: Some(site.to_owned()),
            ..exchange(Side::Sp, "GET", "https://sense.example/azure/hub", 302)
        };
        case.exchanges = vec![visit];
        case
    }

    #[test]
    fn only_frames_of_other_sites_are_blocked() {
        assert_eq!(
            levels(&SAME_SITE_BLOCKS_FRAME, &framed(SameSite::Lax, "iframe", "cross-site")),
            [Severity::Warning]
        );
        assert_eq!(
            levels(&SAME_SITE_BLOCKS_FRAME, &framed(SameSite::Absent, "iframe", "cross-site")),
            [Severity::Warning]
        );
        assert!(
            levels(&SAME_SITE_BLOCKS_FRAME, &framed(SameSite::None, "iframe", "cross-site"))
                .is_empty()
        );
        assert!(
            levels(&SAME_SITE_BLOCKS_FRAME, &framed(SameSite::Lax, "iframe", "same-site"))
                .is_empty()
        );
        assert!(
            levels(&SAME_SITE_BLOCKS_FRAME, &framed(SameSite::Lax, "document", "cross-site"))
                .is_empty()
        );
    }

    #[test]
    fn an_attempt_that_failed_in_the_frame_proves_it() {
        let mut case = framed(SameSite::Lax, "iframe", "cross-site");
        case.attempts = vec![Attempt {
            id: "a1".into(),
            outcome: Outcome::Looping,
            exchanges: vec![0],
            ..Attempt::default()
        }];
        assert_eq!(levels(&SAME_SITE_BLOCKS_FRAME, &case), [Severity::Error]);
    }
}
