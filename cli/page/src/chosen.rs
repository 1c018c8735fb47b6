//! Which files a question is about, and how they are read.

use crate::files;
use crate::question::{GivenFile, Question};
use diag_core::examine::Request;
use diag_core::intake::{self, Options, Supplied};
use diag_sdk::case::input::HeldBy;
use jiff::Timestamp;
use std::io::Read;

/// Hands out the content of a file, by its index in the question, from its beginning.
pub type Open<'a> = dyn Fn(u32) -> Box<dyn Read + 'a> + 'a;

/// The files to read.
pub(crate) struct Chosen {
    /// Their indices, in the order in which they are read.
    pub(crate) order: Vec<usize>,
    /// Indices of captures, where one of them is asked for.
    pub(crate) captures: Vec<usize>,
    /// The moment to judge at.
    pub(crate) at: Option<Timestamp>,
    /// A line about files that were left out on purpose.
    pub(crate) left_out: Option<String>,
}

/// Chooses them. An error is one line for people.
pub(crate) fn chosen(question: &Question, open: &Open<'_>) -> Result<Chosen, String> {
    let at = question.at.as_deref().map(moment).transpose()?;
    let (mut order, left_out) = files::in_order(&question.files);
    let mut captures = Vec::new();
    if let Some(capture) = question.alone {
        captures.extend(order.iter().copied().filter(|index| {
            is_capture(&question.files[*index], || supplied(question, *index, open))
        }));
        if !captures.contains(&capture) {
            return Err("the file that was chosen holds no capture".to_owned());
        }
        order = files::alone(&question.files, &order, &captures, capture);
    }
    if order.is_empty() {
        return Err("there are no files to read; hidden files in folders are skipped".to_owned());
    }
    Ok(Chosen { order, captures, at, left_out })
}

/// A file as it is read.
pub(crate) fn supplied<'a>(question: &Question, index: usize, open: &Open<'a>) -> Supplied<'a> {
    let file = &question.files[index];
    Supplied {
        path: file.path.clone(),
        named: file.named,
        held_by: file.held_by,
        reader: opened(index, open),
    }
}

/// The content of a file, from its beginning.
pub(crate) fn opened<'a>(index: usize, open: &Open<'a>) -> Box<dyn Read + 'a> {
    match u32::try_from(index) {
        Ok(index) => open(index),
        Err(_) => Box::new(std::io::empty()),
    }
}

/// How the files are read, as the question says.
pub(crate) fn request<'a>(
    question: &Question,
    at: Option<Timestamp>,
    files: Vec<Supplied<'a>>,
) -> Request<'a> {
    Request { entity: question.entity.clone(), at, now: now(question), ..Request::new(files) }
}

/// The browser's time.
pub(crate) fn now(question: &Question) -> Timestamp {
    Timestamp::from_millisecond(question.now).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// How many bytes lie before each file.
pub(crate) fn beginnings(question: &Question, order: &[usize]) -> Vec<u64> {
    let before = |sum: &mut u64, index: &usize| {
        let before = *sum;
        *sum += question.files[*index].size;
        Some(before)
    };
    order.iter().scan(0, before).collect()
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("{text}: expected a moment such as 2026-11-24T10:00:00Z"))
}

fn is_capture<'a>(file: &GivenFile, supplied: impl FnOnce() -> Supplied<'a>) -> bool {
    file.held_by == HeldBy::Publisher && intake::holds_capture(supplied(), &Options::default())
}
