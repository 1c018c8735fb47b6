//! XML indented for reading. Only white space between elements changes, and the declaration names the encoding in
//! which this text is written: everything else stays as it was, tabs and blanks included.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Indents by two blanks. What does not parse is returned as it is.
pub fn xml(text: &str) -> String {
    try_xml(text).unwrap_or_else(|| text.to_owned())
}

/// The encoding the declaration names, where it is another than UTF-8, in which text is written here.
pub fn other_encoding(text: &str) -> Option<&str> {
    let (_, value) = encoding(text)?;
    (!value.eq_ignore_ascii_case("utf-8")).then_some(value)
}

/// The declaration with UTF-8 as its encoding, and all the rest as it is.
pub fn as_utf8(text: &str) -> String {
    match (encoding(text), other_encoding(text)) {
        (Some((at, value)), Some(_)) => {
            format!("{}UTF-8{}", &text[..at], &text[at + value.len()..])
        }
        _ => text.to_owned(),
    }
}

/// Where the declaration names the encoding, and which.
fn encoding(text: &str) -> Option<(usize, &str)> {
    let declaration = text.strip_prefix("<?xml")?.split_once("?>")?.0;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = value.get(1..)?.split(quote).next()?;
    let offset = value.as_ptr().addr() - text.as_ptr().addr();
    Some((offset, value))
}

/// Deeper elements are indented no further: depth costs room for every line.
const DEEPEST: usize = 40;

/// An element that is open.
#[derive(Debug, Default, Clone, Copy)]
struct Open {
    /// Text stands directly in it: no new line may begin there, for it would become part of the text.
    has_text: bool,
    /// Something stands in it.
    filled: bool,
}

#[derive(Debug, Default)]
struct Indenting {
    out: String,
    open: Vec<Open>,
    /// White space that may turn out to be text, or part of one: parsers hand out `a &amp; b` in pieces.
    pending: String,
}

impl Indenting {
    /// A new line where that changes nothing.
    fn begin(&mut self, depth: usize) {
        if self.open.last().is_some_and(|open| open.has_text) {
            self.out.push_str(&self.pending);
        } else if !self.out.is_empty() {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(depth.min(DEEPEST)));
        }
        self.pending.clear();
    }

    fn markup(&mut self, markup: &str) {
        self.begin(self.open.len());
        self.fill();
        self.out.push_str(markup);
    }

    fn text(&mut self, markup: &str) {
        if let Some(open) = self.open.last_mut() {
            *open = Open { has_text: true, filled: true };
        }
        self.out.push_str(&std::mem::take(&mut self.pending));
        self.out.push_str(markup);
    }

    fn fill(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.filled = true;
        }
    }

    fn end(&mut self, markup: &str) {
        let open = self.open.last().copied().unwrap_or_default();
        if open.filled && !open.has_text {
            self.begin(self.open.len().saturating_sub(1));
        } else {
            // White space alone is what the element says.
            self.out.push_str(&std::mem::take(&mut self.pending));
        }
        self.open.pop();
        self.out.push_str(markup);
    }
}

fn try_xml(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut page = Indenting::default();
    loop {
        let event = reader.read_event().ok()?;
        let raw = std::str::from_utf8(&event).ok()?.to_owned();
        match &event {
            Event::Eof => break,
            Event::Start(_) => {
                page.markup(&format!("<{raw}>"));
                page.open.push(Open::default());
            }
            Event::End(_) => page.end(&format!("</{raw}>")),
            Event::Empty(_) => page.markup(&format!("<{raw}/>")),
            Event::Comment(_) => page.markup(&format!("<!--{raw}-->")),
            Event::Decl(_) | Event::PI(_) => page.markup(&format!("<?{raw}?>")),
            Event::DocType(_) => page.markup(&format!("<!DOCTYPE {raw}>")),
            Event::CData(_) => page.text(&format!("<![CDATA[{raw}]]>")),
            Event::GeneralRef(_) => page.text(&format!("&{raw};")),
            Event::Text(_) if raw.bytes().all(|byte| byte.is_ascii_whitespace()) => {
                page.pending.push_str(&raw);
            }
            Event::Text(_) if page.open.is_empty() => page.markup(&raw),
            Event::Text(_) => page.text(&raw),
        }
    }
    page.open.is_empty().then_some(page.out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_indented_and_text_is_kept() {
        assert_eq!(
            xml("<a x='1'><b> two &amp; </b>\n<c/></a>"),
            "<a x='1'>\n  <b> two &amp; </b>\n  <c/>\n</a>"
        );
    }

    #[test]
    fn blanks_that_belong_to_a_text_are_kept() {
        for text in [
            "<a>one  \n two\t</a>",
            "<a> </a>",
            "<a>\n\t\tb\n</a>",
            "<a>one <b/> <c/> two</a>",
            "<a>x<!--c--> y</a>",
            "<a b='1'\n\tc='2'/>",
        ] {
            assert_eq!(xml(text), text);
        }
    }

    #[test]
    fn what_does_not_parse_is_kept() {
        for text in ["<a><b></a>", "<a><b/>", "<a", "no markup"] {
            assert_eq!(xml(text), text);
        }
    }

    #[test]
    fn the_declaration_names_what_is_written() {
        let text = "<?xml version='1.0' encoding='iso-8859-1'?><a/>";
        assert_eq!(other_encoding(text), Some("iso-8859-1"));
        assert_eq!(as_utf8(text), "<?xml version='1.0' encoding='UTF-8'?><a/>");
        for same in [
            "<?xml version='1.0'?><a/>",
            "<?xml version=\"1.0\" encoding=\"utf-8\" ?><a/>",
            "<a encoding='x'/>",
        ] {
            assert_eq!((other_encoding(same), as_utf8(same).as_str()), (None, same));
        }
    }
}
