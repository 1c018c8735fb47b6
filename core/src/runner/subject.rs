//! Whether there was anything for a check to judge: one that met nothing of its kind found nothing, and may not say
//! that all is well.

use diag_sdk::case::attempt::AttemptKind;
use diag_sdk::case::message::MessageKind;
use diag_sdk::{Case, Check, Need, Stage};

/// The Case holds something of the kind that the check judges. Configuration that it reads always is; a capture only
/// where it shows the part of a sign-in that the check is about.
pub(super) fn is_there(check: &Check, case: &Case) -> bool {
    let witnessed = |need: &Need| matches!(need, Need::Capture | Need::ProxyLog | Need::ServerLog);
    if check.needs.is_empty() || check.needs.iter().any(|need| !witnessed(need) && case.has(*need)) {
        return true;
    }
    let message = |kind: MessageKind| case.messages_of(kind).next().is_some();
    let assertions = || case.messages.iter().any(|message| !message.assertions.is_empty() || !message.encrypted.is_empty());
    let attempted = || case.attempts.iter().any(|attempt| attempt.kind == AttemptKind::SignIn) || !case.failures.is_empty();
    match (check.family(), check.stage) {
        ("identity", _) => assertions() || !case.failures.is_empty(),
        // A remark on the capture itself has its subject in any.
        (_, Stage::Observation) => check.accounts.is_empty() || !case.messages.is_empty() || attempted(),
        (_, Stage::Documents | Stage::Configuration | Stage::Request | Stage::IdpRequest) => !case.messages.is_empty() || attempted(),
        (_, Stage::Authentication | Stage::Session | Stage::Landing) => attempted() || message(MessageKind::Response),
        (_, Stage::Response | Stage::Consumption) => message(MessageKind::Response) || assertions() || attempted(),
        (_, Stage::Logout) => {
            case.attempts.iter().any(|attempt| attempt.kind == AttemptKind::SignOut)
                || message(MessageKind::LogoutRequest)
                || message(MessageKind::LogoutResponse)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Attempt;
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::case::message::Message;
    use diag_sdk::{Findings, Severity, check};

    check! {
        /// Judges responses.
        static RESPONSES = { id: "test/responses", title: "Responses", levels: [Severity::Error], stage: Stage::Response, needs: [Need::Capture],
            explains: [], causes: [], references: [], run: nothing }
    }
    check! {
        /// Judges signing out.
        static LOGOUTS = { id: "test/logouts", title: "Logouts", levels: [Severity::Error], stage: Stage::Logout, needs: [Need::Capture],
            explains: [], causes: [], references: [], run: nothing }
    }

    fn nothing(_: &Case, _: &mut Findings) {}

    #[test]
    fn a_plain_website_has_no_clean_response() {
        let mut case = Case { exchanges: vec![Exchange::default()], ..Case::default() };
        assert!(!is_there(&RESPONSES, &case) && !is_there(&LOGOUTS, &case));
        case.messages.push(Message { kind: MessageKind::Response, ..Message::default() });
        assert!(is_there(&RESPONSES, &case) && !is_there(&LOGOUTS, &case));
        case.attempts.push(Attempt { kind: AttemptKind::SignOut, ..Attempt::default() });
        assert!(is_there(&LOGOUTS, &case));
    }
}
