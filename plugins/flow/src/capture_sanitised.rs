//! The exporter of the capture removed data.

use diag_sdk::case::input::InputKind;
use diag_sdk::case::message::Damage;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Place, Setting, Severity, Stage, Who, check,
};

static EXPORTED_WITHOUT: CauseData = CauseData {
    text: "The browser's export left sensitive data out, which is its default",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Where cookies or bodies matter, export again with sensitive data (developer tools: Settings › Preferences › Network › Allow to generate HAR with sensitive data), and redact it before sharing",
};

static CLEANED: CauseData = CauseData {
    text: "A tool that cleans captures, or somebody by hand, put marks in place of values before the capture was handed on",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Clean the capture as it was recorded with `diag redact`: nobody can sign in with what that leaves, and messages and signatures can still be judged. By hand, mask nothing in a message but the text of SignatureValue",
};

/// What marks stand in place of; the rest of what a capture can lack is gone altogether.
const MASKED: &[&str] = &["messages", "signatures", "cookie-values"];

check! {
    /// The exporter of the capture removed data.
    ///
    /// Browsers leave cookies and sometimes bodies out of an export. That is a good default for sharing and
    /// costs some answers: without cookies nobody can say whether a session cookie was lost, without bodies
    /// what an error page said. Nothing is concluded from the absence of what was removed.
    ///
    /// Tools that clean captures put marks in place of values: `[SAMLResponse redacted]`, `AUTH_942511bf`,
    /// `***HIDDEN***`, `{overwritten}`. A message with a mark in its place was not cut on its way, and one with
    /// marks inside was not changed by whoever signed it: neither is concluded.
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
        causes: [EXPORTED_WITHOUT, CLEANED],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let removed = |what: &&String| !MASKED.contains(&what.as_str());
    let (removed, masked): (Vec<&String>, Vec<&String>) =
        case.removed_by_exporter.iter().partition(removed);
    let headline = match (removed.is_empty(), masked.is_empty()) {
        (true, true) => return,
        (false, true) => format!("The exporter removed {} from the capture", listed(&removed)),
        (true, false) => format!("Marks stand in place of {} in the capture", listed(&masked)),
        (false, false) => {
            format!("The capture lacks {}", listed(&[removed.as_slice(), &masked].concat()))
        }
    };
    let open: Vec<&str> = case.removed_by_exporter.iter().map(|what| left_open(what)).collect();
    let decides =
        if masked.is_empty() { "" } else { " The capture before it was masked decides it." };
    let captures = case.inputs.iter().filter(|input| input.kind == InputKind::Har);
    let places: Vec<Place> =
        captures.map(|input| Place { input: input.id.clone(), ..Place::default() }).collect();
    let messages =
        case.messages.iter().filter(|message| message.damage.contains(&Damage::Sanitised));
    let sightings = messages
        .filter_map(|message| message.delivered().or(message.sightings.first()))
        .map(|sighting| &sighting.place);
    let mut finding = Finding::notice(headline)
        .detail(format!(
            "Open for that reason, and not held against anybody: {}.{decides}",
            open.join("; ")
        ))
        .at_all(sightings.chain(&places));
    if !masked.is_empty() {
        finding = finding.cause(&CLEANED, case.sp_vendor);
    }
    if !removed.is_empty() {
        finding = finding.cause(&EXPORTED_WITHOUT, case.sp_vendor);
    }
    out.push(finding);
}

fn listed(what: &[&String]) -> String {
    let words: Vec<&str> = what
        .iter()
        .map(|what| match what.as_str() {
            "messages" => "SAML messages or values in them",
            "signatures" => "signature values",
            "cookie-values" => "cookie values",
            "post-data" => "posted data",
            other => other,
        })
        .collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        words => words.concat(),
    }
}

/// What cannot be told without it.
fn left_open(what: &str) -> &'static str {
    match what {
        "cookies" => "whether a session cookie was lost (flow/session-cookie-lost)",
        "cookie-values" => "whether a session cookie changed on the way",
        "bodies" => "what error pages say (flow/idp-error-page, flow/sp-refused-response)",
        "post-data" => "responses that were posted, and everything about assertions",
        "headers" => "clocks, cookies and redirects",
        "messages" => {
            "what was said and signed where marks stand now (signing/signature-invalid, and the checks of assertions and names)"
        }
        "signatures" => {
            "whether signatures hold and who made them (signing/signature-invalid, signing/signed-by-unknown-key)"
        }
        _ => "some details",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::message::{Message, Sighting};

    fn headline(removed: &[&str]) -> Option<String> {
        let message = Message {
            damage: vec![Damage::Sanitised],
            sightings: vec![Sighting::default()],
            ..Message::default()
        };
        let removed_by_exporter = removed.iter().map(|what| (*what).to_owned()).collect();
        let case = Case { messages: vec![message], removed_by_exporter, ..Case::default() };
        let mut out = Findings::default();
        run(&case, &mut out);
        out.found().first().map(|finding| finding.message.clone())
    }

    #[test]
    fn what_is_gone_and_what_is_masked_are_told_apart() {
        assert_eq!(headline(&[]), None);
        assert_eq!(
            headline(&["cookies", "bodies"]).as_deref(),
            Some("The exporter removed cookies and bodies from the capture")
        );
        assert_eq!(
            headline(&["messages"]).as_deref(),
            Some("Marks stand in place of SAML messages or values in them in the capture")
        );
        assert_eq!(
            headline(&["bodies", "signatures"]).as_deref(),
            Some("The capture lacks bodies and signature values")
        );
    }
}
