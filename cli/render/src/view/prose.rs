//! Prose of checks, ready to be laid out: which part is code, which lines are items of a list.

use crate::prose::{paragraphs, spans};
use serde::{Serialize, Serializer};

/// A paragraph in which backticks mark code. A template meets it as its stretches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prose<'t>(pub(crate) &'t str);

#[derive(Serialize)]
struct Stretch<'t> {
    text: &'t str,
    code: bool,
}

impl Serialize for Prose<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            spans(self.0).into_iter().map(|span| Stretch { text: span.text, code: span.code }),
        )
    }
}

/// A paragraph, or the items of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Block<'t> {
    pub(crate) list: bool,
    pub(crate) lines: Vec<Prose<'t>>,
}

/// The paragraphs and lists of a text.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for paragraph in paragraphs(text) {
        let line = Prose(paragraph.text);
        match blocks.last_mut().filter(|last| last.list && paragraph.item) {
            Some(list) => list.lines.push(line),
            None => blocks.push(Block { list: paragraph.item, lines: vec![line] }),
        }
    }
    blocks
}
