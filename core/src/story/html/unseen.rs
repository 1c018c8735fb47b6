//! What nobody sees of a page until a script shows it.

use super::Html;
use super::hints::{Firsts, hints};
use super::tag::{VOID, attribute, decode_entities};

/// Letters of the words by which elements are hidden.
const HIDING: &[&[u8]] = &[b"idden", b"IDDEN", b"none", b"hide", b"invisible"];
const FIRST_OF_HIDING: Firsts = Firsts::of(HIDING);

/// The outermost element that is open and hidden. One that is never closed hides nothing: pages are broken like that.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    open: Option<String>,
    /// Elements of the same name open inside it.
    depth: usize,
    text: String,
}

impl Unseen {
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn open(&mut self, name: &str, attributes: &str) {
        if VOID.contains(&name) || attributes.ends_with('/') {
            return;
        }
        match &self.open {
            Some(open) if open == name => self.depth += 1,
            None if is_hidden(name, attributes) => self.open = Some(name.to_owned()),
            _ => {}
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        if self.is_open() {
            self.text.push_str(text);
        }
    }

    pub(super) fn close(&mut self, name: &str, html: &mut Html) {
        if self.open.as_deref() != Some(name) {
            return;
        }
        if self.depth > 0 {
            self.depth -= 1;
            return;
        }
        self.open = None;
        html.unseen.push_str(&decode_entities(&self.text));
        html.unseen.push(' ');
        self.text.clear();
    }
}

/// Whether an element is hidden until a script shows it. Whole pages are hidden where they guard against frames, and shown at once.
fn is_hidden(name: &str, attributes: &str) -> bool {
    const CLASSES: &[&str] = &["hidden", "hide", "d-none", "ng-hide", "is-hidden", "invisible"];
    if name == "template" {
        return true;
    }
    if matches!(name, "html" | "body" | "main" | "form" | "head")
        || !hints(attributes.as_bytes(), HIDING, &FIRST_OF_HIDING)
    {
        return false;
    }
    let style = attribute(attributes, "style").unwrap_or_default().to_ascii_lowercase();
    let style: String = style.split_whitespace().collect();
    let class = attribute(attributes, "class").unwrap_or_default();
    attribute(attributes, "hidden").is_some()
        || style.contains("display:none")
        || style.contains("visibility:hidden")
        || class.split_whitespace().any(|class| CLASSES.contains(&class))
}
