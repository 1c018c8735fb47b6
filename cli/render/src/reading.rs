//! What became of the files that were handed in, in a line each.

use crate::Judged;
use crate::wording;
use diag_sdk::case::input::{Input, InputKind};
use std::collections::BTreeSet;

/// Most bystanders of a folder that are told one by one.
const BYSTANDERS_TOLD: usize = 3;

/// At least one file was something we know, with something left in it.
pub fn understood(judged: &Judged) -> bool {
    let of_use = |input: &Input| match input.kind {
        InputKind::Unrecognised => false,
        InputKind::Har => {
            input.notes.is_empty()
                || judged.case.exchanges.iter().any(|exchange| exchange.place.input == input.id)
        }
        _ => true,
    };
    judged.case.inputs.iter().any(of_use) || !judged.case.broken_documents.is_empty()
}

/// Lines about files that are none of ours, each once; of the many that lie about in a folder, only their names.
pub fn remarks<'a>(judged: impl Iterator<Item = &'a Judged>) -> Vec<String> {
    let strange = judged
        .flat_map(|judged| &judged.case.inputs)
        .filter(|input| input.kind == InputKind::Unrecognised);
    let mut seen = BTreeSet::new();
    let (named, bystanders): (Vec<&Input>, Vec<&Input>) = strange
        .filter(|input| seen.insert((&input.path, &input.notes)))
        .partition(|input| input.named);
    let told = bystanders.iter().take_while(|_| bystanders.len() <= BYSTANDERS_TOLD);
    let mut remarks: Vec<String> = named.iter().chain(told).map(|input| remark(input)).collect();
    if bystanders.len() > BYSTANDERS_TOLD {
        let told: Vec<&str> = bystanders
            .iter()
            .take(BYSTANDERS_TOLD)
            .map(|input| wording::path(&input.path))
            .collect();
        let more = wording::count(bystanders.len() - told.len(), "more file");
        remarks.push(format!(
            "not used, because they are nothing that diag reads: {} and {more}",
            told.join(", ")
        ));
    }
    remarks
}

/// One line about a file that is none of ours, or of which nothing is left.
pub fn remark(input: &Input) -> String {
    let path = wording::path(&input.path);
    match input.notes.as_slice() {
        [] => format!("{path}: neither a capture nor metadata nor an export that diag knows"),
        notes => format!("{path}: {}", notes.join("; ")),
    }
}
