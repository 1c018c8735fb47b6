//! From a question to the report.

use crate::chosen::{Chosen, Open, beginnings, chosen, request, supplied};
use crate::question::Question;
use diag_core::examine::{Examination, examine};
use diag_core::intake;
use diag_core::report::Report;
use diag_core::runner::{self, Selection};
use diag_core::verdict::Verdict;
use diag_families::BUILTIN;
use diag_products::Products;
use diag_render::{Detail, FailOn, Form, Format, Judged, reading, render};
use diag_sdk::case::input::InputKind;
use diag_sdk::manifest::{CheckInfo, checks_of};
use serde::Serialize;

/// The form of reports; its format is settled where one is written.
pub(crate) const FORM: Form = Form {
    format: Format::Html,
    detail: Detail::Usual,
    width: 80,
    height: None,
    fail_on: FailOn::Error,
};

/// What the page gets.
#[derive(Debug)]
pub struct Answer {
    /// What the page itself shows.
    pub summary: Summary,
    /// The report as `diag check --format html` writes it.
    pub html: String,
    /// The report as `diag check --format json` writes it, byte for byte.
    pub json: String,
}

/// What the page shows around the report.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// The verdict.
    pub verdict: Verdict,
    /// What the case is called.
    pub title: String,
    /// Indices of the files that hold captures, where there are several to switch between.
    pub captures: Vec<usize>,
    /// Indices of files that may be somebody's copy of metadata.
    pub metadata: Vec<usize>,
    /// A line for each file that is none of ours, or that was left out.
    pub notes: Vec<String>,
}

impl Summary {
    /// As the page reads it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Judges what is asked. `progress` hears of bytes and entries.
///
/// # Errors
/// One line for people: why there is nothing to judge.
pub fn answer(
    question: &Question,
    open: &Open<'_>,
    progress: &mut dyn FnMut(u64, usize),
) -> Result<Answer, String> {
    let Chosen { order, captures: switched, at, left_out } = chosen(question, open)?;
    let supply = |index: usize| supplied(question, index, open);
    let begins = beginnings(question, &order);
    let mut told = |at: intake::Progress| {
        progress(begins.get(at.file).copied().unwrap_or_default() + at.bytes, at.entries);
    };
    let examination = examine(
        request(question, at, order.iter().map(|index| supply(*index)).collect()),
        &mut told,
    );
    let checks = checks_of(BUILTIN);
    let judged = judge(examination, &checks);

    let mut notes: Vec<String> =
        left_out.into_iter().chain(reading::remarks(std::iter::once(&judged))).collect();
    if !reading::understood(&judged) {
        if let [input] = judged.case.inputs.as_slice() {
            notes = vec![reading::remark(input)];
        }
        notes.push("none of the files holds anything to judge".to_owned());
        return Err(notes.join("\n"));
    }
    let index_of = |path: &str| {
        // Files inside an archive stand below it.
        order.iter().copied().find(|index| {
            let given = &question.files[*index].path;
            path == given
                || path
                    .strip_prefix(given.as_str())
                    .is_some_and(|rest| rest.starts_with(['/', '!', ':']))
        })
    };
    let mut captures = match question.alone {
        Some(_) => switched,
        None => of_kind(&judged, &[InputKind::Har, InputKind::Sketch], index_of),
    };
    if captures.len() < 2 {
        captures.clear();
    }
    let summary = Summary {
        verdict: judged.report.verdict,
        title: judged.title().to_owned(),
        metadata: of_kind(&judged, &[InputKind::Metadata], index_of),
        captures,
        notes,
    };
    let judged = [judged];
    let write = |format| {
        render(&judged, &checks, Form { format, ..FORM })
            .map_err(|error| format!("the report cannot be written: {error}"))
    };
    Ok(Answer { html: write(Format::Html)?, json: write(Format::Json)?, summary })
}

/// Judges what was examined, by all that comes with `diag`.
pub(crate) fn judge(examination: Examination, checks: &[CheckInfo]) -> Judged {
    let products = Products::builtin();
    let run = runner::run(&examination.case, BUILTIN, &Selection::default());
    let report = Report::new(&examination.case, run, checks, &products);
    Judged { case: examination.case, sources: examination.sources, report, products }
}

/// Files that hold inputs of these kinds, each once, in order.
fn of_kind(
    judged: &Judged,
    kinds: &[InputKind],
    index_of: impl Fn(&str) -> Option<usize>,
) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for input in judged.case.inputs.iter().filter(|input| kinds.contains(&input.kind)) {
        if let Some(index) = index_of(&input.path).filter(|index| !found.contains(index)) {
            found.push(index);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::GivenFile;
    use diag_sdk::case::input::HeldBy;
    use std::fs;
    use std::io::Cursor;
    use std::path::Path;

    fn given(files: &[(&str, Vec<u8>)]) -> Question {
        let file = |(path, content): &(&str, Vec<u8>)| GivenFile {
            path: (*path).to_owned(),
            size: content.len() as u64,
            named: !path.contains('/'),
            held_by: HeldBy::Publisher,
        };
        Question {
            files: files.iter().map(file).collect(),
            now: 1_800_000_000_000,
            at: None,
            entity: None,
            alone: None,
            copies: None,
        }
    }

    fn asked(question: &Question, files: &[(&str, Vec<u8>)]) -> Result<Answer, String> {
        answer(
            question,
            &|index| Box::new(Cursor::new(files[index as usize].1.clone())),
            &mut |_, _| {},
        )
    }

    fn example(folder: &str, name: &str) -> Vec<u8> {
        fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(folder).join(name),
        )
        .expect("an example")
    }

    #[test]
    fn an_example_is_judged() {
        let files = [
            ("servicePrincipal.json", example("reply-url-without-slash", "servicePrincipal.json")),
            ("application.json", example("reply-url-without-slash", "application.json")),
            ("idp-metadata.xml", example("reply-url-without-slash", "idp-metadata.xml")),
            ("capture.har", example("reply-url-without-slash", "capture.har")),
            ("holiday.txt", b"beach".to_vec()),
        ];
        let question = given(&files);
        let Answer { summary, html, json } = asked(&question, &files).expect("an answer");
        assert_eq!(summary.verdict, Verdict::Broken);
        assert_eq!(summary.title, "capture.har");
        assert_eq!(summary.metadata, [2]);
        assert!(summary.captures.is_empty(), "one capture needs no switch");
        assert_eq!(summary.notes.len(), 1, "{:?}", summary.notes);
        assert!(html.contains("capture.har"));
        let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(
            report["inputs"][0]["path"], "application.json",
            "files are read in order of their names"
        );
    }

    #[test]
    fn captures_are_switched_between() {
        let capture = |folder| example(folder, "capture.har");
        let files = [
            ("case/a/login.har", capture("reply-url-without-slash")),
            ("case/b/login.har", capture("healthy")),
        ];
        let mut question = given(&files);
        assert_eq!(asked(&question, &files).expect("an answer").summary.captures, [0, 1]);
        question.alone = Some(1);
        let one = asked(&question, &files).expect("an answer");
        assert_eq!(one.summary.title, "case/b/login.har");
        let report: serde_json::Value = serde_json::from_str(&one.json).expect("JSON");
        assert_eq!(report["inputs"].as_array().expect("inputs").len(), 1);
    }

    #[test]
    fn what_cannot_be_judged_is_said() {
        let files = [("holiday.txt", b"beach".to_vec())];
        let mut question = given(&files);
        assert!(asked(&question, &files).expect_err("nothing").starts_with("holiday.txt: "));
        question.at = Some("yesterday".to_owned());
        assert_eq!(
            asked(&question, &files).expect_err("no moment"),
            "yesterday: expected a moment such as 2026-11-24T10:00:00Z"
        );
        assert!(asked(&given(&[]), &[]).is_err());
        question.at = None;
        question.alone = Some(7);
        assert!(asked(&question, &files).is_err());
    }

    #[test]
    fn progress_counts_bytes_over_all_files() {
        let capture = example("healthy", "capture.har");
        let files = [("a.har", capture.clone()), ("b.har", capture)];
        let question = given(&files);
        let mut last = 0;
        let size = question.files[0].size;
        answer(
            &question,
            &|index| Box::new(Cursor::new(files[index as usize].1.clone())),
            &mut |bytes, _| {
                assert!(bytes >= last, "it never goes back");
                last = bytes;
            },
        )
        .expect("an answer");
        assert!(last > size && last <= size * 2, "{last}");
    }
}
