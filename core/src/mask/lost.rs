//! What a case lost to marks, beyond what the entries of a capture show by themselves.

use diag_sdk::Case;
use diag_sdk::case::message::Damage;

/// Notes on the case that messages or signatures in it were masked. Where a record came with a copy, nothing was lost.
pub fn note(case: &mut Case) {
    let messages = case.messages.iter().any(|message| message.damage.contains(&Damage::Sanitised));
    let unknown = |withheld: bool, recorded: &Option<String>| withheld && recorded.is_none();
    let signatures = case.messages.iter().any(|message| {
        message.signatures.iter().any(|signature| unknown(signature.withheld, &signature.recorded))
            || message
                .query_signature
                .iter()
                .any(|signature| unknown(signature.withheld, &signature.recorded))
    });
    for (word, there) in [("messages", messages), ("signatures", signatures)] {
        if there && !case.removed_by_exporter.iter().any(|known| known == word) {
            case.removed_by_exporter.push(word.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::message::Message;
    use diag_sdk::case::signature::Signature;

    fn noted(message: Message) -> Vec<String> {
        let mut case = Case { messages: vec![message], ..Case::default() };
        note(&mut case);
        note(&mut case);
        case.removed_by_exporter
    }

    #[test]
    fn a_record_makes_up_for_a_mark() {
        let withheld = Signature { withheld: true, ..Signature::default() };
        assert_eq!(
            noted(Message { signatures: vec![withheld.clone()], ..Message::default() }),
            ["signatures"]
        );
        let recorded = Signature { recorded: Some("2026-12-01".into()), ..withheld };
        assert!(noted(Message { signatures: vec![recorded], ..Message::default() }).is_empty());
        assert_eq!(
            noted(Message { damage: vec![Damage::Sanitised], ..Message::default() }),
            ["messages"]
        );
    }
}
