//! Markdown of the documentation of checks, laid out for a terminal.

use super::page::{Page, plain, styled};
use crate::terminal::{DIM, STRONG};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Writes a Markdown text.
pub fn write(page: &mut Page, markdown: &str) {
    let mut layout = Layout { page, text: String::new(), lists: Vec::new(), code: None, strong: 0 };
    for event in Parser::new(markdown) {
        layout.take(event);
    }
}

struct Layout<'p> {
    page: &'p mut Page,
    /// The paragraph being collected.
    text: String,
    /// Open lists; the number of the next item where they are numbered.
    lists: Vec<Option<u64>>,
    /// The code block being collected, with what its fence says.
    code: Option<(String, String)>,
    strong: usize,
}

impl Layout<'_> {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let label = match kind {
                    CodeBlockKind::Fenced(label) => label.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((label, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => self.end_code(),
            Event::Start(Tag::Heading { .. }) => {
                self.flush();
                self.page.blank();
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = std::mem::take(&mut self.text);
                self.page.line(&format!("{STRONG}{}{STRONG:#}", heading.to_uppercase()));
            }
            Event::Start(Tag::List(first)) => {
                self.flush();
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.page.blank();
                }
            }
            Event::End(TagEnd::Item) | Event::HardBreak => self.flush(),
            Event::End(TagEnd::Paragraph) => {
                self.flush();
                if self.lists.is_empty() {
                    self.page.blank();
                }
            }
            Event::Start(Tag::Emphasis | Tag::Strong) => self.strong += 1,
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => {
                self.strong = self.strong.saturating_sub(1);
            }
            Event::Code(code) => self.text.push_str(&styled(STRONG, &code)),
            Event::Text(text) => match &mut self.code {
                Some((_, lines)) => lines.push_str(&text),
                None if self.strong > 0 => self.text.push_str(&styled(STRONG, &text)),
                None => self.text.push_str(&plain(&text)),
            },
            Event::Html(text) | Event::InlineHtml(text) => self.text.push_str(&plain(&text)),
            Event::SoftBreak => self.text.push(' '),
            _ => {}
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() {
            return;
        }
        let depth = self.lists.len();
        if depth == 0 {
            self.page.paragraph(0, &text);
            return;
        }
        let indent = depth * 2;
        let (lead, indent) = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                (format!("{}{}.", " ".repeat(indent - 2), *number - 1), indent + 1)
            }
            _ => (format!("{}·", " ".repeat(indent - 2)), indent),
        };
        self.page.hanging(&lead, indent, &text);
    }

    /// A block of code: an example input, named by what it is.
    fn end_code(&mut self) {
        let Some((label, lines)) = self.code.take() else { return };
        self.page.blank();
        let kind = label.split_whitespace().nth(1).unwrap_or_default();
        if !kind.is_empty() {
            self.page.line(&format!("  {}", styled(DIM, kind)));
        }
        for line in lines.lines() {
            self.page.line(&format!("  {} {}", styled(DIM, "│"), plain(line)));
        }
        self.page.blank();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_keep_their_structure() {
        let mut page = Page::new(40);
        write(
            &mut page,
            "Compared `exactly`.\n\nA paragraph over\ntwo lines.\n\n## Fails\n\n- one\n- two\n\n```xml idp-metadata\n<a>\n</a>\n```\n",
        );
        let text = anstream::adapter::strip_str(&page.finish()).to_string();
        assert_eq!(
            text,
            "Compared exactly.\n\nA paragraph over two lines.\n\nFAILS\n· one\n· two\n\n  idp-metadata\n  │ <a>\n  │ </a>\n\n"
        );
    }
}
