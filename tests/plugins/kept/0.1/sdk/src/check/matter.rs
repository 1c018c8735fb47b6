//! Whether there was anything for a check to judge: one that met nothing of its kind found nothing, and may not say
//! that all is well.

use crate::case::Case;
use crate::case::attempt::AttemptKind;
use crate::case::message::MessageKind;
use crate::need::Need;
use crate::stage::Stage;

/// Families that judge an assertion also where it stands alone in a file.
const VERIFIES_ASSERTIONS: &[&str] = &["signing"];

/// What a check judges, as far as it is declared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matter<'a> {
    /// The family of the check.
    pub(super) family: &'a str,
    /// Where in a sign-in the problem acts.
    pub(super) stage: Stage,
    /// Inputs that it can use.
    pub(super) needs: &'a [Need],
    /// Its findings account for no failure: it remarks on the capture itself.
    pub(super) remarks: bool,
}

impl Matter<'_> {
    /// The Case holds something of the kind that the check judges. Configuration that it reads always is; a capture only
    /// where it shows the part of a sign-in that the check is about.
    pub(super) fn is_in(self, case: &Case) -> bool {
        // An assertion without the response it came in is verified; who it is for and what became of it does not show.
        let needs_response =
            self.needs.contains(&Need::Capture) && !VERIFIES_ASSERTIONS.contains(&self.family);
        if needs_response && case.only_assertions_alone() {
            return false;
        }
        let witnessed =
            |need: &Need| matches!(need, Need::Capture | Need::ProxyLog | Need::ServerLog);
        self.needs.is_empty()
            || self.needs.iter().any(|need| !witnessed(need) && case.has(*need))
            || self.was_seen(case)
    }

    fn was_seen(self, case: &Case) -> bool {
        let message = |kind: MessageKind| case.messages_of(kind).next().is_some();
        let assertions = || {
            case.messages
                .iter()
                .any(|message| !message.assertions.is_empty() || !message.encrypted.is_empty())
        };
        let attempted = || {
            case.attempts.iter().any(|attempt| attempt.kind == AttemptKind::SignIn)
                || !case.failures.is_empty()
        };
        match (self.family, self.stage) {
            ("identity", _) => assertions() || !case.failures.is_empty(),
            // A remark on the capture itself has its subject in any.
            (_, Stage::Observation) => self.remarks || !case.messages.is_empty() || attempted(),
            (_, Stage::Documents | Stage::Configuration | Stage::Request | Stage::IdpRequest) => {
                !case.messages.is_empty() || attempted()
            }
            (_, Stage::Authentication | Stage::Session | Stage::Landing) => {
                attempted() || message(MessageKind::Response)
            }
            (_, Stage::Response | Stage::Consumption) => {
                message(MessageKind::Response) || assertions() || attempted()
            }
            (_, Stage::Logout) => {
                case.attempts.iter().any(|attempt| attempt.kind == AttemptKind::SignOut)
                    || message(MessageKind::LogoutRequest)
                    || message(MessageKind::LogoutResponse)
            }
        }
    }
}
