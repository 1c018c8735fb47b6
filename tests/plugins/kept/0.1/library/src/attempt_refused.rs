//! A sign-in was refused: every kind of fact that a capture yields is read on the way to it.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

static CALL_THE_DESK: CauseData = CauseData {
    text: "The identity desk keeps a list of what is refused",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Send the report to the identity desk",
};

check! {
    /// A sign-in was refused, and the identity desk wants to hear of each.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}"/>
    ///
    /// POST https://sense.example/saml @0s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sense.example/hub @0s
    /// < 200
    /// ```
    pub static ATTEMPT_REFUSED = {
        id: "kept/attempt-refused",
        title: "A sign-in was refused",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: [],
        causes: [CALL_THE_DESK],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let refused = |outcome| matches!(outcome, Outcome::RefusedByIdp | Outcome::RefusedBySp);
    for attempt in case.attempts.iter().filter(|attempt| refused(attempt.outcome)) {
        out.push(Finding::notice("Sign-in refused").attempt(&attempt.id).cause_with(
            &CALL_THE_DESK,
            case.sp_vendor,
            None,
            None,
        ));
    }
}
