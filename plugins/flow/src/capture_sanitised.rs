//! The exporter of the capture removed data.

use diag_sdk::case::input::InputKind;
use diag_sdk::{Case, CauseData, Finding, Findings, Need, Place, Setting, Severity, Stage, Who, check};

static EXPORTED_WITHOUT: CauseData = CauseData {
    text: "The browser's export left sensitive data out, which is its default",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Where cookies or bodies matter, export again with sensitive data (developer tools: Settings › Preferences › Network › Allow to generate HAR with sensitive data), and redact it before sharing",
};

check! {
    /// The exporter of the capture removed data.
    ///
    /// Browsers leave cookies and sometimes bodies out of an export. That is a good default for sharing and
    /// costs some answers: without cookies nobody can say whether a session cookie was lost, without bodies
    /// what an error page said. Nothing is concluded from the absence of what was removed.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"removed_by_exporter": ["cookies"], "exchanges": [{"url": "https://sp.example/"}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sp.example/ @0s
    /// > Cookie: a=b
    /// < 200
    /// ```
    pub static CAPTURE_SANITISED = {
        id: "flow/capture-sanitised",
        title: "The exporter of the capture removed data",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: [],
        causes: [EXPORTED_WITHOUT],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    if case.removed_by_exporter.is_empty() {
        return;
    }
    let without: Vec<&str> = case
        .removed_by_exporter
        .iter()
        .map(|what| match what.as_str() {
            "cookies" => "whether a session cookie was lost (flow/session-cookie-lost)",
            "bodies" => "what error pages say (flow/idp-error-page, flow/sp-refused-response)",
            "post-data" => "responses that were posted, and everything about assertions",
            "headers" => "clocks, cookies and redirects",
            _ => "some details",
        })
        .collect();
    let captures = case.inputs.iter().filter(|input| input.kind == InputKind::Har);
    let places: Vec<Place> = captures.map(|input| Place { input: input.id.clone(), ..Place::default() }).collect();
    out.push(
        Finding::notice(format!("The exporter removed {} from the capture", case.removed_by_exporter.join(" and ")))
            .detail(format!("Open for that reason: {}.", without.join("; ")))
            .at_all(&places)
            .cause(&EXPORTED_WITHOUT, case.sp_vendor),
    );
}
