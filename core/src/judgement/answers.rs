//! A request that was answered with success was taken, whichever attempt request and answer stand in:
//! loose files stand in none.

use diag_sdk::Case;
use diag_sdk::case::judgement::Fate;
use diag_sdk::case::message::MessageKind;
use std::collections::HashSet;

/// Writes that the identity provider took every request a successful response names.
pub(super) fn accept_answered(case: &mut Case) {
    let answered: HashSet<String> = case
        .messages_of(MessageKind::Response)
        .filter(|response| response.succeeded())
        .filter_map(|response| response.in_response_to.as_ref())
        .map(|id| id.value.clone())
        .collect();
    for request in
        case.messages.iter_mut().filter(|message| message.kind == MessageKind::AuthnRequest)
    {
        if request.xml_id.as_ref().is_some_and(|id| answered.contains(&id.value)) {
            request.fate = Fate::Accepted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::message::{Message, Status};
    use diag_sdk::spec::STATUS_SUCCESS;

    #[test]
    fn a_successful_answer_proves_that_the_request_was_accepted() {
        let request = Message {
            id: "m1".to_owned(),
            kind: MessageKind::AuthnRequest,
            xml_id: Some("_1".into()),
            ..Message::default()
        };
        let response = |code: &str| Message {
            id: "m2".to_owned(),
            kind: MessageKind::Response,
            in_response_to: Some("_1".into()),
            status: Some(Status { codes: vec![code.into()], ..Status::default() }),
            ..Message::default()
        };
        let accepted = |code| {
            let mut case =
                Case { messages: vec![request.clone(), response(code)], ..Case::default() };
            accept_answered(&mut case);
            case.idp_accepted(&case.messages[0])
        };
        assert!(accepted(STATUS_SUCCESS));
        assert!(!accepted("urn:oasis:names:tc:SAML:2.0:status:Requester"));
    }
}
