//! What a page marks: errors, alerts and preformatted text.

use super::Html;
use super::hints::{Firsts, hints};
use super::tag::{VOID, attribute, collapse};

/// Letters of the words by which elements are named for errors and alerts.
const ERRORS: &[&[u8]] =
    &[b"rr", b"ERR", b"ang", b"ail", b"arn", b"lert", b"LERT", b"xcep", b"ehler"];
const FIRST_OF_ERRORS: Firsts = Firsts::of(ERRORS);

/// Elements whose text is gathered: what a page marks as an error, and preformatted text.
#[derive(Debug, Default)]
pub(super) struct Marked {
    open: Vec<Gathering>,
}

#[derive(Debug)]
struct Gathering {
    name: String,
    /// Elements of the same name open inside it.
    depth: usize,
    kind: Mark,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Error,
    Alert,
    Preformatted,
}

/// Most elements gathered at once, and the longest text of one.
const MOST_OPEN: usize = 8;
const LONGEST_GATHERED: usize = 2_000;
/// Most texts kept of each kind.
const MOST_GATHERED: usize = 6;

impl Marked {
    pub(super) fn open(&mut self, name: &str, attributes: &str) {
        for gathering in self.open.iter_mut().filter(|gathering| gathering.name == name) {
            gathering.depth += 1;
        }
        if VOID.contains(&name) || attributes.ends_with('/') || self.open.len() >= MOST_OPEN {
            return;
        }
        if let Some(kind) = mark(name, attributes) {
            self.open.push(Gathering {
                name: name.to_owned(),
                depth: 0,
                kind,
                text: String::new(),
            });
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        for gathering in
            self.open.iter_mut().filter(|gathering| gathering.text.len() < LONGEST_GATHERED)
        {
            gathering.text.push_str(text);
        }
    }

    pub(super) fn close(&mut self, name: &str, html: &mut Html) {
        let mut index = 0;
        while let Some(gathering) = self.open.get_mut(index) {
            if gathering.name != name {
                index += 1;
            } else if gathering.depth > 0 {
                gathering.depth -= 1;
                index += 1;
            } else {
                self.open.remove(index).keep(html);
            }
        }
    }

    pub(super) fn finish(self, html: &mut Html) {
        for gathering in self.open {
            gathering.keep(html);
        }
    }
}

impl Gathering {
    fn keep(self, html: &mut Html) {
        let text = collapse(&self.text);
        if text.is_empty() {
            return;
        }
        match self.kind {
            // A value as a program prints it is none of its statements.
            Mark::Preformatted if is_literal(&text) => {}
            Mark::Preformatted if html.preformatted.len() < MOST_GATHERED => {
                html.preformatted.push(text);
            }
            Mark::Error | Mark::Alert
                if html.alerts.len() < MOST_GATHERED
                    && !html.alerts.iter().any(|(known, _)| *known == text) =>
            {
                html.alerts.push((text, self.kind == Mark::Error));
            }
            _ => {}
        }
    }
}

/// Nothing but a text in quotes.
fn is_literal(text: &str) -> bool {
    let bare = text.strip_prefix('b').unwrap_or(text);
    ['"', '\''].iter().any(|quote| {
        bare.strip_prefix(*quote)
            .and_then(|rest| rest.strip_suffix(*quote))
            .is_some_and(|inside| !inside.contains(*quote))
    })
}

/// Whether an element is marked as an error: `role=alert`, or a class or id that is so named.
fn mark(name: &str, attributes: &str) -> Option<Mark> {
    if name == "pre" {
        return Some(Mark::Preformatted);
    }
    if matches!(name, "html" | "body" | "main" | "form" | "head") || attributes.len() < 4 {
        return None;
    }
    // Most elements carry nothing of the kind; reading their attributes for it would cost more than all the rest.
    if !hints(attributes.as_bytes(), ERRORS, &FIRST_OF_ERRORS) {
        return None;
    }
    let role = attribute(attributes, "role").is_some_and(|role| role.eq_ignore_ascii_case("alert"));
    let names = [attribute(attributes, "class"), attribute(attributes, "id")].into_iter().flatten();
    let words: Vec<String> = names
        .flat_map(|names| {
            names
                .split(|character: char| !character.is_ascii_alphanumeric())
                .map(str::to_ascii_lowercase)
                .collect::<Vec<_>>()
        })
        .collect();
    let any = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if any(&[
        "error",
        "errors",
        "danger",
        "failure",
        "failed",
        "fehler",
        "erreur",
        "errormessage",
        "errortext",
        "errormsg",
        "exception",
    ]) {
        Some(Mark::Error)
    } else if role || any(&["alert", "warning"]) {
        Some(Mark::Alert)
    } else {
        None
    }
}
