//! Walks the tags of a document before it is parsed: bounds what parsing may cost, and says what is
//! wrong with the structure in the words of somebody who edited the file by hand.
//!
//! A tree parser alone cannot do the latter: it knows that a closing tag is unexpected, but not
//! whether the opening one was removed or another element was left open.

use diag_sdk::case::input::Trouble;
use memchr::memchr;
use memchr::memmem::find;

/// Elements nested deeper than in any SAML document, and as deep as our own code may recurse.
pub const MAX_DEPTH: usize = 128;
/// Bound on the steps a tree parser needs for attributes and namespaces, which grow with their
/// product: so many for any document, and so many more for each byte. Ordinary ones need about one
/// step per byte.
const WORK: u64 = 10_000_000;
const WORK_PER_BYTE: u64 = 8;

/// How deep, and how laborious, a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Elements nested in one another.
    pub depth: usize,
    /// Steps to resolve names, beside those that are free for each byte.
    pub names: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: MAX_DEPTH, names: WORK }
    }
}

/// What is wrong with a document, and at which byte.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) trouble: Trouble,
    pub(super) offset: usize,
    pub(super) explanation: String,
    /// The word of the bound that is crossed, where one is.
    pub(super) bound: Option<&'static str>,
}

struct Open<'t> {
    name: &'t str,
    offset: usize,
    namespaces: u64,
}

struct Walk<'t> {
    text: &'t str,
    open: Vec<Open<'t>>,
    root: Option<&'t str>,
    work: u64,
    limits: Limits,
}

/// A start tag as the walk needs it.
struct Tag<'t> {
    name: &'t str,
    attributes: u64,
    declarations: u64,
    empty: bool,
    end: usize,
}

/// Checks structure and bounds; what it accepts may still not be well-formed in detail.
pub(super) fn check(text: &str, limits: Limits) -> Result<(), Fault> {
    Walk { text, open: Vec::new(), root: None, work: 0, limits }.run()
}

/// The first start tag's qualified name, even of a document that does not parse.
pub fn root_name(text: &str) -> Option<&str> {
    let mut at = 0;
    loop {
        let start = at + memchr(b'<', text.as_bytes().get(at..)?)?;
        let rest = text.get(start..)?;
        let skipped = if rest.starts_with("<!--") {
            find(rest.as_bytes(), b"-->")? + 3
        } else if rest.starts_with("<!") {
            declaration(rest.as_bytes())?
        } else if rest.starts_with("<?") {
            memchr(b'>', rest.as_bytes())? + 1
        } else {
            let name = name_at(rest, 1);
            return (!name.is_empty()).then_some(name);
        };
        at = start + skipped;
    }
}

/// Length of a declaration such as `<!DOCTYPE …>`: quoted values and an internal subset may hold a `>`.
fn declaration(text: &[u8]) -> Option<usize> {
    let (mut quote, mut nested) = (None, 0_usize);
    for (at, byte) in text.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == *byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'[') => nested += 1,
            (None, b']') => nested = nested.saturating_sub(1),
            (None, b'>') if nested == 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A qualified name without its prefix.
pub fn local_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn name_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '=' | '<' | '"' | '\''))
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

fn fault(trouble: Trouble, offset: usize, explanation: impl Into<String>) -> Fault {
    Fault { trouble, offset, explanation: explanation.into(), bound: None }
}

/// Typographic quotes, which word processors and mail programs put in place of straight ones.
pub fn is_smart_quote(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '\u{2032}' | '\u{2033}' | '\u{ab}' | '\u{bb}')
}

impl<'t> Walk<'t> {
    fn run(mut self) -> Result<(), Fault> {
        let text = self.text;
        let mut at = 0;
        while let Some(found) = memchr(b'<', text.as_bytes().get(at..).unwrap_or_default()) {
            self.between(at, at + found)?;
            at = self.markup(at + found)?;
        }
        self.end(at)
    }

    /// Text outside the root element may only be white space.
    fn between(&self, from: usize, to: usize) -> Result<(), Fault> {
        if !self.open.is_empty() {
            return Ok(());
        }
        let between = self.text.get(from..to).unwrap_or_default();
        let Some(stray) = between.find(|c: char| !c.is_ascii_whitespace() && c != '\u{feff}')
        else {
            return Ok(());
        };
        let explanation = match self.root {
            Some(root) => {
                format!("text follows after `</{root}>`, the end of the document: remove it")
            }
            None => {
                "text stands before the first element: remove it, an XML document begins with `<`"
                    .to_owned()
            }
        };
        Err(fault(Trouble::NotWellFormed, from + stray, explanation))
    }

    /// Handles the markup that begins at `start` and returns where it ends.
    fn markup(&mut self, start: usize) -> Result<usize, Fault> {
        let rest = self.text.get(start..).unwrap_or_default();
        let skip = |opening: &str, closing: &str, what: &str| {
            find(rest.get(opening.len()..).unwrap_or_default().as_bytes(), closing.as_bytes())
                .map(|length| start + opening.len() + length + closing.len())
                .ok_or_else(|| {
                    fault(
                        Trouble::Truncated,
                        start,
                        format!("{what} that begins here never ends (`{closing}` is missing)"),
                    )
                })
        };
        if rest.starts_with("<!--") {
            return skip("<!--", "-->", "the comment");
        }
        if rest.starts_with("<![CDATA[") {
            return skip("<![CDATA[", "]]>", "the CDATA section");
        }
        if rest.starts_with("<?") {
            return skip("<?", "?>", "the processing instruction");
        }
        if rest.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("<!doctype")) {
            let explanation = "a document type declaration (DOCTYPE) stands here: SAML processors refuse it, because it can make them \
                               load other files; remove it";
            return Err(fault(Trouble::Doctype, start, explanation));
        }
        if rest.starts_with("</") {
            return self.close(start, rest);
        }
        let tag = self.tag(start)?;
        self.enter(start, &tag)?;
        Ok(tag.end)
    }

    fn enter(&mut self, start: usize, tag: &Tag<'t>) -> Result<(), Fault> {
        if self.open.is_empty() {
            if let Some(root) = self.root {
                let explanation = format!(
                    "a second root element `<{}>` begins here after `</{root}>`: an XML document has one; either two documents were pasted \
                     together, or a tag that enclosed both was removed",
                    tag.name
                );
                return Err(fault(Trouble::SeveralRoots, start, explanation));
            }
            self.root = Some(tag.name);
        }
        let inherited = self.open.last().map_or(1, |parent| parent.namespaces);
        let namespaces = inherited + tag.declarations;
        self.work += tag.attributes * tag.attributes
            + namespaces * (tag.attributes + 1)
            + inherited * tag.declarations;
        if self.work > self.limits.names.saturating_add(WORK_PER_BYTE * self.text.len() as u64) {
            let explanation =
                "so many attributes and namespace declarations that no SAML document needs them";
            return Err(Fault {
                bound: Some("names"),
                ..fault(Trouble::TooLarge, start, explanation)
            });
        }
        if !tag.empty {
            let depth = self.limits.depth;
            if self.open.len() >= depth {
                let explanation = format!("elements are nested deeper than {depth} levels");
                return Err(Fault {
                    bound: Some("depth"),
                    ..fault(Trouble::TooLarge, start, explanation)
                });
            }
            self.open.push(Open { name: tag.name, offset: start, namespaces });
        }
        Ok(())
    }

    /// Reads a start tag.
    fn tag(&self, start: usize) -> Result<Tag<'t>, Fault> {
        let text = self.text;
        let name = name_at(text, start + 1);
        if name.is_empty() {
            let explanation = "a `<` stands here that begins no tag; as text it is written `&lt;`";
            return Err(fault(Trouble::NotWellFormed, start, explanation));
        }
        let cut = || {
            fault(
                Trouble::Truncated,
                start,
                format!("the document ends inside the tag `<{name}` that begins here"),
            )
        };
        let (mut attributes, mut declarations) = (0, 0);
        let mut at = start + 1 + name.len();
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let trimmed = rest.trim_ascii_start();
            at += rest.len() - trimmed.len();
            if trimmed.starts_with('>') {
                return Ok(Tag { name, attributes, declarations, empty: false, end: at + 1 });
            }
            if trimmed.starts_with("/>") {
                return Ok(Tag { name, attributes, declarations, empty: true, end: at + 2 });
            }
            if trimmed.is_empty() {
                return Err(cut());
            }
            let attribute = name_at(text, at);
            if attribute.is_empty() {
                return Err(fault(Trouble::NotWellFormed, at, unexpected_in_tag(name, trimmed)));
            }
            at = self.value(name, attribute, at)?;
            attributes += 1;
            if attribute == "xmlns" || attribute.starts_with("xmlns:") {
                declarations += 1;
            }
        }
    }

    /// Reads `="value"` of an attribute that begins at `at`, and returns where it ends.
    fn value(&self, tag: &str, attribute: &str, at: usize) -> Result<usize, Fault> {
        let text = self.text;
        let cut = |offset| {
            fault(
                Trouble::Truncated,
                offset,
                format!("the document ends inside the attribute `{attribute}` of `<{tag}`"),
            )
        };
        let after_name = at + attribute.len();
        let rest = text.get(after_name..).unwrap_or_default().trim_ascii_start();
        if rest.is_empty() {
            return Err(cut(at));
        }
        let Some(rest) = rest.strip_prefix('=') else {
            let explanation = if attribute.contains(is_smart_quote) {
                smart_quotes(tag)
            } else {
                format!(
                    "`{attribute}` in the tag `<{tag}` has no value: expected `{attribute}=\"…\"`, perhaps a quote is missing before it"
                )
            };
            return Err(fault(Trouble::NotWellFormed, at, explanation));
        };
        let rest = rest.trim_ascii_start();
        let opening = text.len() - rest.len();
        let Some(quote) = rest.chars().next() else { return Err(cut(at)) };
        if quote != '"' && quote != '\'' {
            let explanation = if is_smart_quote(quote) {
                smart_quotes(tag)
            } else {
                format!(
                    "the value of `{attribute}` in the tag `<{tag}` does not begin with a quote: expected `{attribute}=\"…\"`"
                )
            };
            return Err(fault(Trouble::NotWellFormed, opening, explanation));
        }
        let inside = rest.get(1..).unwrap_or_default();
        let length = inside.find(quote);
        let value = length.and_then(|length| inside.get(..length)).unwrap_or(inside);
        if value.contains('<') {
            let explanation = format!(
                "the value of `{attribute}` in the tag `<{tag}` is not closed: no `{quote}` before the next tag{}",
                if value.contains(is_smart_quote) {
                    "; typographic quotes do not count"
                } else {
                    ""
                }
            );
            return Err(fault(Trouble::NotWellFormed, at, explanation));
        }
        match length {
            Some(length) => Ok(opening + 1 + length + 1),
            None => Err(cut(at)),
        }
    }

    fn close(&mut self, start: usize, rest: &str) -> Result<usize, Fault> {
        let name = name_at(self.text, start + 2);
        let Some(end) = memchr(b'>', rest.as_bytes()) else {
            return Err(fault(
                Trouble::Truncated,
                start,
                format!("the document ends inside the closing tag `</{name}`"),
            ));
        };
        match self.open.last() {
            Some(open) if open.name == name => {
                self.open.pop();
                Ok(start + end + 1)
            }
            _ => Err(fault(Trouble::NotWellFormed, start, self.unexpected_close(name))),
        }
    }

    fn unexpected_close(&self, name: &str) -> String {
        let Some(innermost) = self.open.last() else {
            return match self.root {
                Some(root) => format!(
                    "`</{name}>` closes nothing, the document already ended with `</{root}>`: an opening tag further up was removed or closed twice"
                ),
                None => format!(
                    "the document begins with the closing tag `</{name}>`: what opened it was removed"
                ),
            };
        };
        let line = self.line(innermost.offset);
        if let Some(index) = self.open.iter().rposition(|open| open.name == name) {
            let between = self.open.len() - index - 1;
            let more = if between > 1 {
                format!(", nor are {} others between", between - 1)
            } else {
                String::new()
            };
            return format!(
                "`<{}>` from line {line} is not closed before `</{name}>`{more}: expected `</{}>` first; a closing tag was removed, probably by hand",
                innermost.name, innermost.name
            );
        }
        if local_name(innermost.name).eq_ignore_ascii_case(local_name(name)) {
            return format!(
                "expected `</{}>` to close the element from line {line}, found `</{name}>`: prefix and letter case must be the same in both tags",
                innermost.name
            );
        }
        format!(
            "`</{name}>` closes nothing: no `<{name}>` is open here (the innermost open element is `<{}>` from line {line}). Its opening tag was \
             removed, probably by hand, and this closing tag was left behind: remove it too, together with what stood between",
            innermost.name
        )
    }

    fn end(&self, at: usize) -> Result<(), Fault> {
        let text = self.text;
        self.between(at, text.len())?;
        let Some(innermost) = self.open.last() else {
            return match self.root {
                Some(_) => Ok(()),
                None if text.trim().is_empty() => {
                    Err(fault(Trouble::Empty, 0, "the document is empty"))
                }
                None => Err(fault(Trouble::NotWellFormed, 0, "the document holds no element")),
            };
        };
        let line = self.line(innermost.offset);
        let trailing = text.get(at..).unwrap_or_default();
        // With only the root open after whole tags, a hand edit lost the last line; anything else was cut off.
        if self.open.len() == 1 && trailing.trim().is_empty() {
            let explanation = format!(
                "`<{}>` from line {line} is never closed: `</{}>` is missing at the end",
                innermost.name, innermost.name
            );
            return Err(fault(Trouble::NotWellFormed, text.trim_end().len(), explanation));
        }
        let explanation = format!(
            "the document ends while {} elements are open, the innermost `<{}>` from line {line}: it was cut short",
            self.open.len(),
            innermost.name
        );
        Err(fault(Trouble::Truncated, text.trim_end().len(), explanation))
    }

    fn line(&self, offset: usize) -> usize {
        memchr::memchr_iter(b'\n', self.text.as_bytes().get(..offset).unwrap_or_default()).count()
            + 1
    }
}

fn smart_quotes(tag: &str) -> String {
    format!(
        "typographic quotes stand in the tag `<{tag}` where XML needs straight ones (`\"`): the file went through a word processor or mail"
    )
}

fn unexpected_in_tag(tag: &str, rest: &str) -> String {
    let c = rest.chars().next().unwrap_or_default();
    if is_smart_quote(c)
        || rest
            .get(..rest.find('>').unwrap_or(rest.len()))
            .is_some_and(|inside| inside.contains(is_smart_quote))
    {
        return smart_quotes(tag);
    }
    match c {
        '<' => format!("the tag `<{tag}` is not closed with `>` before the next tag begins"),
        '"' | '\'' => format!("a quote too many in the tag `<{tag}`"),
        other => {
            format!("unexpected `{other}` in the tag `<{tag}`: expected an attribute, `>` or `/>`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(text: &str) -> Fault {
        check(text, Limits::default()).expect_err("should be refused")
    }

    #[test]
    fn accepts_what_xml_allows() {
        for good in [
            "<a/>",
            "\u{feff}<?xml version='1.0'?>\n<!-- <b> --><a x='>' y=\"/>\"><![CDATA[</a>]]><b/></a>\n<!-- end -->",
            "<m:a xmlns:m='urn:m'><m:b>text</m:b ></m:a >",
        ] {
            assert_eq!(check(good, Limits::default()), Ok(()), "{good}");
        }
    }

    #[test]
    fn orphan_closing_tag_is_named() {
        let fault = fault_of("<E>\n<K/>\n</RoleDescriptor>\n<I></I></E>");
        assert_eq!((fault.trouble, fault.offset), (Trouble::NotWellFormed, 9));
        assert!(
            fault.explanation.contains("`</RoleDescriptor>` closes nothing"),
            "{}",
            fault.explanation
        );
        assert!(fault.explanation.contains("`<E>` from line 1"), "{}", fault.explanation);
    }

    #[test]
    fn unclosed_element_is_named() {
        let fault = fault_of("<E>\n<Role>\n<K></K>\n</E>");
        assert!(
            fault.explanation.contains("`<Role>` from line 2 is not closed before `</E>`"),
            "{}",
            fault.explanation
        );
        let fault = fault_of("<E>\n<K></K>\n");
        assert_eq!(fault.trouble, Trouble::NotWellFormed);
        assert!(fault.explanation.contains("`</E>` is missing"), "{}", fault.explanation);
    }

    #[test]
    fn quotes_are_explained() {
        assert!(fault_of("<a x=“1”/>").explanation.contains("typographic quotes"));
        assert!(fault_of("<a x=1/>").explanation.contains("does not begin with a quote"));
        assert!(fault_of("<a x=\"1><b y=\"2\"/></a>").explanation.contains("not closed"));
    }

    #[test]
    fn other_troubles() {
        assert_eq!(fault_of("<a/>\n<b/>").trouble, Trouble::SeveralRoots);
        assert_eq!(fault_of("<a/>\n<b/>").offset, 5);
        assert_eq!(fault_of("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>").trouble, Trouble::Doctype);
        assert_eq!(fault_of("  \n").trouble, Trouble::Empty);
        assert_eq!(fault_of("<a><b><c").trouble, Trouble::Truncated);
        assert_eq!(fault_of("<a><b>tex").trouble, Trouble::Truncated);
        assert_eq!(fault_of("<a/> x").trouble, Trouble::NotWellFormed);
    }

    #[test]
    fn bombs_are_refused() {
        assert_eq!(fault_of(&"<a>".repeat(100_000)).trouble, Trouble::TooLarge);
        let many = |count: usize, item: fn(usize) -> String| {
            (0..count).map(item).collect::<Vec<_>>().concat()
        };
        let declarations = many(3000, |n| format!(" xmlns:n{n}='urn:{n}'"));
        let bomb = format!("<a{declarations}>{}</a>", "<b xmlns:x='urn:x'/>".repeat(30_000));
        assert_eq!(fault_of(&bomb).trouble, Trouble::TooLarge);
        let attributes = many(20_000, |n| format!(" a{n}=''"));
        assert_eq!(fault_of(&format!("<a{attributes}/>")).trouble, Trouble::TooLarge);
    }

    #[test]
    fn root_of_broken_documents() {
        assert_eq!(
            root_name("<?xml version='1.0'?><!-- x --><samlp:Response ID='a"),
            Some("samlp:Response")
        );
        assert_eq!(root_name("no markup"), None);
    }
}
