//! Lays text out for a terminal: wrapped, indented, styled.
//!
//! Everything that may come from input goes through [`styled`] or [`plain`], which make control
//! characters visible.

use crate::prose::spans;
use crate::terminal::{PLAIN, STRONG, visible};
use anstyle::Style;
use std::borrow::Cow;
use std::fmt::Write as _;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// A text with a style, safe to show.
pub fn styled(style: Style, text: &str) -> String {
    let text = visible(text);
    if style == PLAIN { text.into_owned() } else { format!("{style}{text}{style:#}") }
}

/// A text without style, safe to show.
pub fn plain(text: &str) -> String {
    visible(text).into_owned()
}

/// One paragraph, with `code` between backticks standing out.
pub fn with_code(line: &str) -> String {
    spans(line)
        .into_iter()
        .map(|span| if span.code { styled(STRONG, span.text) } else { plain(span.text) })
        .collect()
}

/// A path through screens, `A › B › C`: breaks only between screens. What names no screen is prose.
pub fn screen_path(style: Style, path: &str) -> String {
    if !path.contains(" › ") {
        return styled(style, path);
    }
    let steps = visible(path)
        .split(" › ")
        .map(|step| step.replace(' ', UNBROKEN))
        .collect::<Vec<_>>()
        .join("\u{a0}› ");
    format!("{style}{steps}{style:#}")
}

/// Stands for a blank at which no line breaks, until the line is written. It cannot come from
/// input: [`visible`] escapes it.
const UNBROKEN: &str = "\u{a0}";

/// The page being written.
#[derive(Debug)]
pub struct Page {
    out: String,
    width: usize,
}

impl Page {
    /// An empty page.
    pub fn new(width: usize) -> Self {
        Self { out: String::new(), width }
    }

    /// Its width in columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The text so far.
    pub fn finish(self) -> String {
        self.out
    }

    /// An empty line, but never two, and none at the top.
    pub fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A line as it is.
    pub fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// A line of which not even the blanks at its end may be lost.
    pub fn raw(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// A paragraph, wrapped, all lines indented alike.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        let blank = " ".repeat(indent);
        self.wrapped(&blank, &blank, text);
    }

    /// A paragraph whose first line begins with `lead` (which fills `indent` columns or fewer) and whose further lines are
    /// indented by `indent`.
    pub fn hanging(&mut self, lead: &str, indent: usize, text: &str) {
        let shown = textwrap::core::display_width(lead);
        let first = format!("{lead}{}", " ".repeat(indent.saturating_sub(shown)));
        self.wrapped(&first, &" ".repeat(indent), text);
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        let text = breakable(text, self.width.saturating_sub(textwrap::core::display_width(rest)));
        for line in textwrap::wrap(&text, options) {
            // Writing to a String cannot fail.
            let _ = writeln!(self.out, "{}", line.replace(UNBROKEN, " ").trim_end());
        }
    }
}

/// Lets what should not be broken break where it is wider than a line: better a broken step than one beyond the edge.
fn breakable(text: &str, room: usize) -> Cow<'_, str> {
    if !text.contains(UNBROKEN)
        || text.split(' ').all(|word| textwrap::core::display_width(word) <= room)
    {
        return Cow::Borrowed(text);
    }
    let words = text.split(' ').map(|word| {
        if textwrap::core::display_width(word) <= room {
            Cow::Borrowed(word)
        } else {
            Cow::Owned(word.replace(UNBROKEN, " "))
        }
    });
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_wrap_with_a_hanging_indent() {
        let mut page = Page::new(24);
        page.hanging("fix", 5, "enter this value in that field");
        assert_eq!(page.finish(), "fix  enter this value in\n     that field\n");
    }

    #[test]
    fn lists_keep_their_marks_beside_long_items() {
        let mut page = Page::new(20);
        page.paragraph(2, "Sent:");
        page.hanging("  ·", 4, "http://schemas.example/claims/name");
        page.hanging("  ·", 4, "mail");
        assert_eq!(page.finish(), "  Sent:\n  · http://schemas.example/claims/name\n  · mail\n");
    }

    #[test]
    fn values_are_never_broken() {
        let mut page = Page::new(20);
        page.paragraph(2, "at https://sense.example:443/azure-ad/samlauthn/ now");
        assert_eq!(page.finish(), "  at\n  https://sense.example:443/azure-ad/samlauthn/\n  now\n");
    }

    #[test]
    fn styles_take_no_room() {
        let mut page = Page::new(20);
        page.paragraph(
            0,
            &format!("{} {}", styled(crate::terminal::ERROR, "0123456789"), "012345678"),
        );
        assert_eq!(page.finish().lines().count(), 1);
    }

    #[test]
    fn screens_break_between_steps() {
        let mut page = Page::new(26);
        page.paragraph(
            0,
            &screen_path(PLAIN, "Entra admin center › Enterprise applications › Single sign-on"),
        );
        assert_eq!(
            page.finish(),
            "Entra admin center ›\nEnterprise applications ›\nSingle sign-on\n"
        );
    }

    #[test]
    fn a_step_wider_than_the_page_breaks_after_all() {
        let mut page = Page::new(24);
        page.hanging(
            "  →",
            4,
            &screen_path(PLAIN, "Console › idp_entity_id, idp_sso_service_url, idp_cert"),
        );
        for line in page.finish().lines() {
            assert!(line.chars().count() <= 24, "{line}");
        }
    }

    #[test]
    fn at_most_one_blank_line() {
        let mut page = Page::new(20);
        page.blank();
        page.line("a");
        page.blank();
        page.blank();
        page.line("b");
        assert_eq!(page.finish(), "a\n\nb\n");
    }

    #[test]
    fn input_cannot_style_or_move() {
        assert_eq!(
            with_code("say `x\u{1b}[2J` now"),
            format!("say {} now", styled(crate::terminal::STRONG, "x\u{1b}[2J"))
        );
        assert!(!with_code("a\u{7}b").contains('\u{7}'));
        assert_eq!(with_code("one ` only"), "one ` only");
    }
}
