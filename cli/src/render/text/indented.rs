//! XML indented for reading. Only white space between elements changes.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Indents by two blanks. What does not parse is returned as it is.
pub(crate) fn xml(text: &str) -> String {
    try_xml(text).unwrap_or_else(|| text.to_owned())
}

/// Deeper elements are indented no further: depth costs room for every line.
const DEEPEST: usize = 40;

/// What was written last decides whether a new line may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Opened,
    Closed,
    Text,
}

fn try_xml(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut last = Last::Closed;
    // White space that may turn out to be part of a text: parsers hand out `a &amp; b` in pieces.
    let mut pending = String::new();
    let line = |out: &mut String, depth: usize, markup: &str| {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&"  ".repeat(depth.min(DEEPEST)));
        out.push_str(markup);
    };
    loop {
        let event = reader.read_event().ok()?;
        let raw = std::str::from_utf8(&event).ok()?.to_owned();
        let (markup, is_text) = match &event {
            Event::Eof => break,
            Event::Start(_) => (format!("<{raw}>"), false),
            Event::End(_) => (format!("</{raw}>"), false),
            Event::Empty(_) => (format!("<{raw}/>"), false),
            Event::Comment(_) => (format!("<!--{raw}-->"), false),
            Event::Decl(_) | Event::PI(_) => (format!("<?{raw}?>"), false),
            Event::DocType(_) => (format!("<!DOCTYPE {raw}>"), false),
            Event::CData(_) => (format!("<![CDATA[{raw}]]>"), true),
            Event::GeneralRef(_) => (format!("&{raw};"), true),
            Event::Text(_) if last != Last::Text && raw.bytes().all(|byte| byte.is_ascii_whitespace()) => {
                pending = raw;
                continue;
            }
            Event::Text(_) => (raw, true),
        };
        if is_text {
            out.push_str(&pending);
            out.push_str(&markup);
            last = Last::Text;
        } else if matches!(event, Event::End(_)) {
            depth = depth.saturating_sub(1);
            if last == Last::Closed {
                line(&mut out, depth, &markup);
            } else {
                out.push_str(&markup);
            }
            last = Last::Closed;
        } else {
            // Inside a text a new line would become part of it.
            if last == Last::Text {
                out.push_str(&markup);
            } else {
                line(&mut out, depth, &markup);
            }
            last = Last::Closed;
            if matches!(event, Event::Start(_)) {
                depth += 1;
                last = Last::Opened;
            }
        }
        pending.clear();
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_indented_and_text_is_kept() {
        assert_eq!(xml("<a x='1'><b> two &amp; </b>\n<c/></a>"), "<a x='1'>\n  <b> two &amp; </b>\n  <c/>\n</a>");
    }

    #[test]
    fn what_does_not_parse_is_kept() {
        assert_eq!(xml("<a><b></a>"), "<a><b></a>");
    }
}
