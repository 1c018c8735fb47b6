//! What a person would see of an HTML page: title, headings, text; and what it asks for.
//!
//! A tolerant scan rather than a parser: error pages are often broken HTML, and nothing here
//! depends on how elements nest.

use crate::beginning;
use crate::references;
use diag_sdk::address::leads_to_a_logout;
use memchr::{memchr, memchr3_iter};
use std::borrow::Cow;

/// Bytes of a page that are looked at; error pages are short, and long ones say it at the top.
const LONGEST_PAGE: usize = 1 << 20;

/// Most names of fields kept of one page.
const MOST_NAMES: usize = 8;

/// What was scanned from a page.
#[derive(Debug, Default)]
pub(super) struct Html {
    /// Text of the first `title` that is not blank.
    pub(super) title: Option<String>,
    /// Text of `h1`, `h2` and `h3` elements.
    pub(super) headings: Vec<String>,
    /// Texts of elements marked as an error, by role or by name; `true` where the mark says error rather than any alert.
    pub(super) alerts: Vec<(String, bool)>,
    /// Text of `pre` elements.
    pub(super) preformatted: Vec<String>,
    /// It goes on with a form: one that is submitted by script, or that carries the message on.
    pub(super) submits: bool,
    /// Text a person sees, white space collapsed.
    pub(super) text: String,
    /// Text of scripts.
    pub(super) scripts: String,
    /// It has a password field.
    pub(super) password_field: bool,
    /// Names of its password fields.
    pub(super) password_names: Vec<String>,
    /// Content of `meta name="PageID"`, by which Entra ID names its pages.
    pub(super) page_id: Option<String>,
    /// It refreshes itself to somewhere else.
    pub(super) refreshes: bool,
    /// What stands in tables, lists and quotations: there is kept what happened to others.
    pub(super) listed: String,
    /// It offers to sign out.
    pub(super) signs_out: bool,
    /// What stands in elements that nobody sees until a script shows them.
    pub(super) unseen: String,
}

/// Elements that begin on a new line: their texts must not run together.
const INLINE: &[&str] = &[
    "a", "b", "i", "em", "strong", "span", "code", "tt", "u", "small", "font", "label", "sup",
    "sub", "abbr",
];

/// Elements in which pages list things: log entries, tickets, other people's troubles.
const LISTED: &[&str] = &["td", "li", "dd", "pre", "code", "option", "blockquote"];

/// Scans a page.
pub(super) fn scan(body: &str) -> Html {
    scan_telling(body, &mut |_, _| ())
}

/// What a person sees of a page, and on which lines of its source.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The text, white space collapsed.
    pub(crate) text: String,
    /// Characters other than white space before the first one of a line, and the line, counted from 1.
    lines: Vec<(usize, usize)>,
}

impl Seen {
    /// The line of the source on which a byte of the text stands.
    pub(crate) fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).map_or(0, |before| {
            before.chars().filter(|character| !character.is_whitespace()).count()
        });
        let next = self.lines.partition_point(|(first, _)| *first <= before);
        next.checked_sub(1).and_then(|last| self.lines.get(last)).map_or(1, |(_, line)| *line)
    }
}

/// Scans a page that was saved as a file.
pub(super) fn seen(body: &str) -> Seen {
    let (mut lines, mut count) = (Vec::new(), 0);
    let (mut line, mut counted) = (1, 0);
    let text = scan_telling(body, &mut |piece: &str, at: usize| {
        line += body.get(counted..at).map_or(0, |passed| passed.matches('\n').count());
        counted = at.max(counted);
        let mut here = line;
        for character in piece.chars() {
            if character == '\n' {
                here += 1;
            } else if !character.is_whitespace() {
                if lines.last().is_none_or(|(_, last)| *last != here) {
                    lines.push((count, here));
                }
                count += 1;
            }
        }
    })
    .text;
    Seen { text, lines }
}

/// Scans a page, and tells each piece of its visible text with its place in the body.
fn scan_telling(body: &str, tell: &mut impl FnMut(&str, usize)) -> Html {
    let mut rest = beginning::of(body, LONGEST_PAGE);
    let end = rest.len();
    let mut html = Html::default();
    let mut heading: Option<String> = None;
    let mut in_title: Option<String> = None;
    let mut marked = Marked::default();
    let mut unseen = Unseen::default();
    let mut cells = 0_usize;
    while !rest.is_empty() {
        let Some(open) = memchr(b'<', rest.as_bytes()) else {
            push_text(&mut html, &mut heading, &mut in_title, &mut marked, rest, &mut |text| {
                tell(text, end - rest.len());
            });
            break;
        };
        push_text(
            &mut html,
            &mut heading,
            &mut in_title,
            &mut marked,
            &rest[..open],
            &mut |text| tell(text, end - rest.len()),
        );
        unseen.push(&rest[..open]);
        if cells > 0 {
            html.listed.push_str(&decode_entities(&rest[..open]));
        }
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some(tag_end) = end_of_tag(rest) else { break };
        let tag = &rest[1..tag_end];
        rest = &rest[tag_end + 1..];
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name_length = tag.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = lower(&tag[..name_length]);
        let name = name.as_ref();
        let attributes = &tag[name_length..];
        if !closing && matches!(name, "script" | "style") && !attributes.ends_with('/') {
            let close = find_closing(rest, name);
            if name == "script" && html.scripts.len() < LONGEST_PAGE {
                html.scripts.push_str(&rest[..close]);
                html.scripts.push('\n');
            }
            rest = &rest[close..];
            continue;
        }
        if closing {
            marked.close(name, &mut html);
            unseen.close(name, &mut html);
        } else {
            unseen.open(name, attributes);
            if !unseen.is_open() {
                marked.open(name, attributes);
            }
            html.submits |= name == "body" && attributes.contains("submit()");
        }
        match name {
            "title" if !closing => in_title = Some(String::new()),
            "title" => {
                let title =
                    in_title.take().map(|title| collapse(&title)).filter(|title| !title.is_empty());
                html.title = html.title.take().or(title);
            }
            "h1" | "h2" | "h3" if unseen.is_open() => {}
            "h1" | "h2" | "h3" if !closing => heading = Some(String::new()),
            "h1" | "h2" | "h3" => html
                .headings
                .extend(heading.take().map(|text| collapse(&text)).filter(|text| !text.is_empty())),
            "input"
                if attribute(attributes, "type")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("password")) =>
            {
                html.password_field = true;
                html.password_names.extend(
                    attribute(attributes, "name")
                        .filter(|_| html.password_names.len() < MOST_NAMES)
                        .map(Cow::into_owned),
                );
            }
            "input" => {
                html.submits |=
                    attribute(attributes, "name").is_some_and(|name| name == "SAMLResponse");
            }
            "meta"
                if attribute(attributes, "name")
                    .is_some_and(|meta| meta.eq_ignore_ascii_case("pageid")) =>
            {
                html.page_id = attribute(attributes, "content").map(Cow::into_owned);
            }
            kind if LISTED.contains(&kind) => {
                cells = if closing { cells.saturating_sub(1) } else { cells + 1 }
            }
            "table" | "ul" | "ol" | "dl" | "select" if closing => cells = 0,
            "a" if !closing => {
                html.signs_out |=
                    attribute(attributes, "href").is_some_and(|link| leads_to_a_logout(&link));
            }
            "form" if !closing => {
                html.signs_out |=
                    attribute(attributes, "action").is_some_and(|link| leads_to_a_logout(&link));
            }
            "meta" => {
                html.refreshes |= attribute(attributes, "http-equiv")
                    .is_some_and(|meta| meta.eq_ignore_ascii_case("refresh"));
            }
            _ => {}
        }
        if !INLINE.contains(&name) {
            unseen.push(" ");
            html.text.push(' ');
            marked.push(" ");
        }
    }
    marked.finish(&mut html);
    html.text = collapse(&html.text);
    // A page with nothing to read whose script submits a form; others submit forms when somebody clicks.
    html.submits |=
        html.text.len() <= 120 && html.headings.is_empty() && html.scripts.contains(".submit(");
    html
}

/// The outermost element that is open and hidden. One that is never closed hides nothing: pages are broken like that.
#[derive(Debug, Default)]
struct Unseen {
    open: Option<String>,
    /// Elements of the same name open inside it.
    depth: usize,
    text: String,
}

impl Unseen {
    fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn open(&mut self, name: &str, attributes: &str) {
        if VOID.contains(&name) || attributes.ends_with('/') {
            return;
        }
        match &self.open {
            Some(open) if open == name => self.depth += 1,
            None if is_hidden(name, attributes) => self.open = Some(name.to_owned()),
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if self.is_open() {
            self.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str, html: &mut Html) {
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

/// Elements whose text is gathered: what a page marks as an error, and preformatted text.
#[derive(Debug, Default)]
struct Marked {
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
/// Elements that never have a closing tag.
const VOID: &[&str] = &[
    "input", "br", "img", "hr", "meta", "link", "area", "base", "col", "embed", "source", "track",
    "wbr",
];

impl Marked {
    fn open(&mut self, name: &str, attributes: &str) {
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

    fn push(&mut self, text: &str) {
        for gathering in
            self.open.iter_mut().filter(|gathering| gathering.text.len() < LONGEST_GATHERED)
        {
            gathering.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str, html: &mut Html) {
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

    fn finish(self, html: &mut Html) {
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

/// Letters of the words by which elements are hidden.
const HIDING: &[&[u8]] = &[b"idden", b"IDDEN", b"none", b"hide", b"invisible"];
const FIRST_OF_HIDING: Firsts = Firsts::of(HIDING);

/// Letters of the words by which elements are named for errors and alerts.
const ERRORS: &[&[u8]] =
    &[b"rr", b"ERR", b"ang", b"ail", b"arn", b"lert", b"LERT", b"xcep", b"ehler"];
const FIRST_OF_ERRORS: Firsts = Firsts::of(ERRORS);

/// The bytes some words begin with.
struct Firsts([bool; 256]);

impl Firsts {
    const fn of(words: &[&[u8]]) -> Self {
        let mut firsts = [false; 256];
        let mut at = 0;
        while at < words.len() {
            if let Some(first) = words[at].first() {
                firsts[*first as usize] = true;
            }
            at += 1;
        }
        Self(firsts)
    }
}

/// Some of the words stand in it: one pass over what nearly always has none.
fn hints(attributes: &[u8], words: &[&[u8]], firsts: &Firsts) -> bool {
    let begins = |at: usize| {
        attributes.get(at..).is_some_and(|rest| words.iter().any(|word| rest.starts_with(word)))
    };
    let first = |byte: u8| firsts.0.get(usize::from(byte)).copied().unwrap_or_default();
    attributes.iter().enumerate().any(|(at, byte)| first(*byte) && begins(at))
}

fn push_text(
    html: &mut Html,
    heading: &mut Option<String>,
    title: &mut Option<String>,
    marked: &mut Marked,
    text: &str,
    tell: &mut impl FnMut(&str),
) {
    let text = decode_entities(text);
    if let Some(title) = title {
        title.push_str(&text);
        return;
    }
    if let Some(heading) = heading {
        heading.push_str(&text);
    }
    marked.push(&text);
    tell(&text);
    html.text.push_str(&text);
}

/// Longest tag, in bytes.
const LONGEST_TAG: usize = (1 << 17) + 2;

/// The name of an element, in lower case as nearly all are written.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The `>` that ends the tag at the start of `text`, outside quoted attribute values.
fn end_of_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let head = bytes.get(..LONGEST_TAG).unwrap_or(bytes);
    let (mut quote, mut looked) = (None, 0);
    let mut assigned = false;
    for index in memchr3_iter(b'>', b'"', b'\'', head) {
        match (head.get(index).copied(), quote) {
            (Some(b'>'), None) => return Some(index),
            (Some(byte), Some(open)) if byte == open => quote = None,
            (Some(byte @ (b'"' | b'\'')), None) => {
                let passed = head.get(looked..index).unwrap_or_default();
                assigned |= memchr(b'=', passed).is_some();
                looked = index;
                quote = assigned.then_some(byte);
            }
            _ => {}
        }
    }
    if head.len() < bytes.len() { None } else { text.find('>') }
}

/// Where the closing tag of a raw-text element begins; the end where it is missing.
fn find_closing(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("</")) {
        let start = from + found;
        let after = start + 2;
        if bytes
            .get(after..after + name.len())
            .is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        {
            return start;
        }
        from = after;
    }
    text.len()
}

/// The value of an attribute in the inside of a tag.
pub(super) fn attribute<'t>(tag: &'t str, wanted: &str) -> Option<Cow<'t, str>> {
    let mut rest = tag;
    for _ in 0..100 {
        rest = rest
            .trim_start_matches(|character: char| character.is_whitespace() || character == '/');
        if rest.is_empty() {
            return None;
        }
        let name_length = rest
            .find(|character: char| character.is_whitespace() || "=/>".contains(character))
            .unwrap_or(rest.len());
        let name = &rest[..name_length];
        rest = rest[name_length..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
        } else if name.is_empty() {
            return None;
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(decode_entities(value));
        }
    }
    None
}

/// White space collapsed to single blanks.
pub(super) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Character references: numeric ones and the names that texts use.
pub(super) fn decode_entities(text: &str) -> Cow<'_, str> {
    let Some(mut start) = memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        // One without its end may as well be the beginning of a parameter.
        let ended = |(_, length): &(char, usize)| rest[..*length].ends_with(';');
        let (character, length) = references::at(rest).filter(ended).unwrap_or(('&', 1));
        out.push(character);
        rest = &rest[length..];
        let Some(next) = memchr(b'&', rest.as_bytes()) else { break };
        start = next;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_a_person_sees_it() {
        let html = scan(
            "<!DOCTYPE html><html><head><title>opensaml&#58;&#58;X</title><style>p{}</style><script>var a='<h1>no</h1>';</script>\
             <meta name='PageID' content=\"ConvergedError\"/></head><body><h1>Sign <b>in</b></h1><!-- <p>hidden</p> -->\
             <p>We&#8217;re</p><p>sorry&nbsp;now</p><input name=p type = \"password\"></body>",
        );
        assert_eq!(html.title.as_deref(), Some("opensaml::X"));
        assert_eq!(html.headings, ["Sign in"]);
        assert_eq!(html.text, "Sign in We’re sorry now");
        assert!(html.password_field && html.scripts.contains("var a") && !html.refreshes);
        assert_eq!(html.page_id.as_deref(), Some("ConvergedError"));
    }

    #[test]
    fn values_that_a_debugger_prints_are_no_statements() {
        let html = scan("<pre>'hunter!72'</pre><pre>b\"x\"</pre><pre>'a' is not 'b'</pre>");
        assert_eq!(html.preformatted, ["'a' is not 'b'"]);
    }

    #[test]
    fn broken_pages_do_no_harm() {
        for page in [
            "<",
            "<script>",
            "a <b",
            "<a href=\"x>y",
            "&#xFFFFFFFF; &;&",
            "<!--",
            "<input type=",
            "</",
            "<é>&é;",
        ] {
            scan(page);
        }
        assert_eq!(decode_entities("a&b &lt;c&gt; &unknown; &#65"), "a&b <c> &unknown; &#65");
    }
}
