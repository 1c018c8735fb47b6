//! `virtual-proxy/cross-origin-headers-missing`: a page of another origin is let in only with the right headers.

use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::host::{host_of, is_within};
use diag_sdk::view::EntryPoint;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Stage, Who, check,
};

static NOT_SET: CauseData = CauseData {
    text: "The virtual proxy does not send the headers by which it lets in pages of that origin",
    who: Who::Sp,
    setting: Setting::SpResponseHeaders,
    fix: "Add these lines to the additional response headers, with exactly that origin",
};
static TOKEN_NOT_SENT: CauseData = CauseData {
    text: "The page opens the web socket without the token that the server gives it",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Let the page fetch qlik-csrf-token and send it with the socket, as current versions of the client libraries do",
};

const ORIGIN: &str = "access-control-allow-origin";
const CREDENTIALS: &str = "access-control-allow-credentials";
const EXPOSE: &str = "access-control-expose-headers";
const TOKEN: &str = "qlik-csrf-token";

check! {
    /// A page of another origin is refused, and the virtual proxy lacks the headers that let it in.
    ///
    /// Since November 2024 Qlik Sense protects web sockets against pages of other origins: mashups, extensions and
    /// portals on another host get 403 for the socket, and the log says "Cross-Site Websocket Hijacking attack
    /// prevention check failed". That the host is in the host allow list is no longer enough. The additional
    /// response headers of the virtual proxy need `Access-Control-Allow-Origin` with that very origin (several in
    /// one header, parted by commas), `Access-Control-Allow-Credentials: true`, and
    /// `Access-Control-Expose-Headers: qlik-csrf-token`.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/azure/hub/ @0s
    /// < 200
    /// < Content-Type: text/html
    ///
    /// GET wss://sense.example/azure/app/engineData @1s
    /// > Origin: https://portal.example
    /// < 403
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example", "additionalResponseHeaders": "",
    ///   "samlEntityId": "https://sense.example", "websocketCrossOriginWhiteList": ["sense.example", "portal.example"] }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/azure/hub/ @0s
    /// < 200
    /// < Content-Type: text/html
    ///
    /// GET wss://sense.example/azure/app/engineData @1s
    /// > Origin: https://portal.example
    /// < 101
    /// ```
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "additionalResponseHeaders": "Access-Control-Allow-Origin: https://portal.example\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: qlik-csrf-token",
    ///   "samlEntityId": "https://sense.example", "websocketCrossOriginWhiteList": ["sense.example", "portal.example"] }
    /// ```
    pub(crate) static CROSS_ORIGIN_HEADERS_MISSING = {
        id: "virtual-proxy/cross-origin-headers-missing",
        title: "Headers that let pages of another origin in are missing",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture, Need::Virtualproxyconfig, Need::ProxyLog],
        explains: ["hosts/websocket-refused"],
        accounts: [Account::sp_or_loop(&[Meaning::Origin])],
        causes: [NOT_SET, TOKEN_NOT_SENT],
        references: [
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles", "2026-12-01").about("ta-p/2509211, ta-p/2539417"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let entries: Vec<EntryPoint<'_>> =
        case.entry_points().filter(|entry| entry.response_headers.is_some()).collect();
    let mut told: Vec<(String, String)> = Vec::new();
    for visit in case.visits().filter(|visit| refused(visit.exchange)) {
        let Some(origin) = visit.exchange.origin.clone() else { continue };
        let Some(from) = host_of(&origin).filter(|from| *from != visit.host) else { continue };
        let Some(entry) = entries.iter().find(|entry| entry.is_visited_by(&visit)) else {
            continue;
        };
        let lacking = Headers::of(entry).lacking(Some(&origin));
        let key = (entry.id.clone(), origin.clone());
        if !lacking.is_empty() && !told.contains(&key) {
            told.push(key);
            // Where the host is not in the list either, that alone refuses it.
            let listed = entry
                .host_allow_list
                .as_ref()
                .is_none_or(|list| list.iter().any(|host| is_within(&from, &host.value)));
            let level = if listed { Severity::Error } else { Severity::Warning };
            let finding = describe(entry, level, &lacking, &origin).detail(format!(
                "The page comes from {origin}; {} answered {}.",
                visit.host, visit.exchange.status
            ));
            out.push(visit.mark(if listed { finding } else { finding.likely() }));
        }
    }
    if !told.is_empty() {
        return;
    }
    logged(case, &entries, out);
    half_set(&entries, out);
}

/// A web socket, or a request of a script, that the server refused.
fn refused(exchange: &Exchange) -> bool {
    exchange.status == 403
        && (exchange.websocket || (exchange.side == Side::Sp && !exchange.navigation))
}

/// The log says it, and does not tell of which origin.
fn logged(case: &Case, entries: &[EntryPoint<'_>], out: &mut Findings) {
    let lines = case.witnesses.iter().filter(|witness| witness.phrase.meaning == Meaning::Origin);
    let Some(line) = lines.max_by_key(|line| line.time).filter(|line| line.counts()) else {
        return;
    };
    let when = line.time.map(|time| format!(" at {time}")).unwrap_or_default();
    let says = format!(
        "The log says{when}: \u{201c}{}\u{201d}. It does not tell of which origin the page was.",
        line.phrase.text
    );
    let incomplete = entries.iter().find_map(|entry| {
        Some((entry, Headers::of(entry).lacking(None))).filter(|(_, lacking)| !lacking.is_empty())
    });
    match incomplete {
        Some((entry, lacking)) => {
            out.push(
                describe(entry, Severity::Error, &lacking, "https://HOST-OF-THE-PAGE")
                    .detail(says)
                    .at(&line.place),
            );
        }
        None if entries.is_empty() => out.push(
            Finding::error("Headers that let pages of another origin in are missing")
                .detail(says)
                .actual(line.phrase.text.clone(), "the service provider's log")
                .at(&line.place)
                .because(&NOT_SET, case)
                .because(&TOKEN_NOT_SENT, case),
        ),
        None => {}
    }
}

/// Without a capture: some of the headers are set for an origin, and others that it takes are not.
fn half_set(entries: &[EntryPoint<'_>], out: &mut Findings) {
    for entry in entries {
        let headers = Headers::of(entry);
        let lacking = headers.lacking(None);
        if let Some(origin) = headers.origins().first().filter(|_| !lacking.is_empty()) {
            out.push(describe(entry, Severity::Warning, &lacking, origin).likely().detail(
                "Since November 2024 web sockets of pages from there are refused without these.",
            ));
        }
    }
}

fn describe(entry: &EntryPoint<'_>, level: Severity, lacking: &[String], origin: &str) -> Finding {
    let lines: Vec<String> = lacking.iter().map(|line| line.replace("{origin}", origin)).collect();
    let known = entry.response_headers.as_ref();
    let set = known.map(|headers| headers.value.trim().to_owned()).filter(|set| !set.is_empty());
    let mut finding =
        Finding::new(level, "Headers that let pages of another origin in are missing")
            .expected(lines.join("\n"), "what the virtual proxy has to send")
            .actual(
                set.unwrap_or_else(|| "no additional headers".to_owned()),
                format!("additional response headers of {}", entry.name),
            )
            .subject(entry.id.clone());
    if let Some(headers) = known {
        finding = finding.at(&headers.place);
    }
    // A line with a gap in it is nothing to paste.
    let value = Some(lines.join("\n")).filter(|value| !value.contains("HOST-OF-THE-PAGE"));
    finding.because_at(&NOT_SET, entry, value.as_deref()).because_at(&TOKEN_NOT_SENT, entry, None)
}

/// The headers a virtual proxy adds: names in lower case, and their values.
struct Headers<'a>(Vec<(String, &'a str)>);

impl<'a> Headers<'a> {
    fn of(entry: &EntryPoint<'a>) -> Self {
        let text = entry
            .configuration
            .response_headers
            .as_ref()
            .map_or("", |headers| headers.value.as_str());
        // Exports write the ends of lines as such, or as the two characters people typed.
        let lines =
            text.lines().flat_map(|line| line.split("\\n")).filter_map(|line| line.split_once(':'));
        Self(lines.map(|(name, value)| (name.trim().to_lowercase(), value.trim())).collect())
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let own: Vec<&'a str> = self
            .0
            .iter()
            .filter(|(known, _)| known == name)
            .flat_map(|(_, value)| value.split(','))
            .collect();
        own.into_iter().map(str::trim).filter(|value| !value.is_empty())
    }

    fn origins(&self) -> Vec<&'a str> {
        self.values(ORIGIN).collect()
    }

    /// The lines that are missing for an origin, or for whichever is set.
    fn lacking(&self, origin: Option<&str>) -> Vec<String> {
        let mut lacking = Vec::new();
        let named = match origin {
            Some(origin) => self
                .origins()
                .iter()
                .any(|known| known.trim_end_matches('/').eq_ignore_ascii_case(origin)),
            None => !self.origins().is_empty(),
        };
        if !named {
            lacking.push("Access-Control-Allow-Origin: {origin}".to_owned());
        }
        if !self.values(CREDENTIALS).any(|value| value.eq_ignore_ascii_case("true")) {
            lacking.push("Access-Control-Allow-Credentials: true".to_owned());
        }
        if !self.values(EXPOSE).any(|value| value.eq_ignore_ascii_case(TOKEN)) {
            lacking.push(format!("Access-Control-Expose-Headers: {TOKEN}"));
        }
        lacking
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{entry_point_with, exchange, findings, levels, sited};

    const SET: &str = "Access-Control-Allow-Origin: https://a.example, https://portal.example\nAccess-Control-Allow-Credentials: true\naccess-control-expose-headers: X, qlik-csrf-token";

    fn case(headers: &str, list: &[&str], status: u16) -> Case {
        let mut case = entry_point_with(|entry| {
            entry.response_headers = Some(sited(headers.to_owned()));
            entry.host_allow_list = Some(list.iter().map(|host| (*host).into()).collect());
        });
        let socket = Exchange {
            websocket: true,
            navigation: false,
            origin: Some("https://portal.example".to_owned()),
            ..exchange(Side::Sp, "GET", "wss://sense.example/azure/app/1", status)
        };
        case.exchanges = vec![socket];
        case
    }

    #[test]
    fn every_header_counts_and_several_origins_may_share_one() {
        let list = ["portal.example"];
        assert!(levels(&CROSS_ORIGIN_HEADERS_MISSING, &case(SET, &list, 403)).is_empty());
        assert_eq!(levels(&CROSS_ORIGIN_HEADERS_MISSING, &case("", &list, 403)), [Severity::Error]);
        assert_eq!(
            levels(
                &CROSS_ORIGIN_HEADERS_MISSING,
                &case(&SET.replace("portal", "other"), &list, 403)
            ),
            [Severity::Error]
        );
        assert_eq!(
            levels(&CROSS_ORIGIN_HEADERS_MISSING, &case(&SET.replace("true", "false"), &list, 403)),
            [Severity::Error]
        );
        assert!(levels(&CROSS_ORIGIN_HEADERS_MISSING, &case("", &list, 101)).is_empty());
    }

    #[test]
    fn a_host_that_is_not_listed_is_refused_for_that() {
        assert_eq!(
            levels(&CROSS_ORIGIN_HEADERS_MISSING, &case("", &["sense.example"], 403)),
            [Severity::Warning]
        );
    }

    #[test]
    fn the_lines_to_add_are_those_that_are_missing() {
        let found = findings(
            &CROSS_ORIGIN_HEADERS_MISSING,
            &case("Access-Control-Allow-Credentials: true", &["portal.example"], 403),
        );
        let value = found[0].causes[0].value.as_deref();
        assert_eq!(
            value,
            Some(
                "Access-Control-Allow-Origin: https://portal.example\nAccess-Control-Expose-Headers: qlik-csrf-token"
            )
        );
    }

    #[test]
    fn half_of_them_is_worth_a_warning() {
        let mut half = case("Access-Control-Allow-Origin: https://a.example", &[], 101);
        half.exchanges.clear();
        assert_eq!(levels(&CROSS_ORIGIN_HEADERS_MISSING, &half), [Severity::Warning]);
        half.sp_configurations[0].response_headers =
            Some(sited("Strict-Transport-Security: max-age=1".to_owned()));
        assert!(levels(&CROSS_ORIGIN_HEADERS_MISSING, &half).is_empty());
    }
}
