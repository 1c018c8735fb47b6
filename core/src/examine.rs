//! stub
use crate::intake::{Progress, Supplied};
use crate::sources::Sources;
use diag_sdk::Case;
use diag_sdk::case::input::{Input, InputKind};
use jiff::Timestamp;

/// stub
pub struct Request<'a> {
    /// Files.
    pub files: Vec<Supplied<'a>>,
    /// Strict.
    pub strict: bool,
    /// At.
    pub at: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}
/// stub
pub struct Examination {
    /// Case.
    pub case: Case,
    /// Sources.
    pub sources: Sources,
}
/// stub
pub fn examine(request: Request<'_>, _progress: &mut dyn FnMut(Progress)) -> Examination {
    let mut case = Case { judged_at: Some(request.at.unwrap_or(request.now)), ..Case::default() };
    for (index, mut file) in request.files.into_iter().enumerate() {
        let mut text = Vec::new();
        let _ = file.reader.read_to_end(&mut text);
        case.inputs.push(Input { id: format!("i{}", index + 1), path: file.path, kind: InputKind::Har, named: file.named, ..Input::default() });
    }
    Examination { case, sources: Sources::default() }
}
