//! What a person would see of an HTML page: title, headings, text; and what it asks for.
//!
//! A tolerant scan rather than a parser: error pages are often broken HTML, and nothing here
//! depends on how elements nest.

mod hints;
mod marked;
mod tag;
mod unseen;

use crate::beginning;
use diag_sdk::address::leads_to_a_logout;
use marked::Marked;
use memchr::memchr;
use std::borrow::Cow;
use tag::{end_of_tag, find_closing, lower};
use unseen::Unseen;

pub(super) use tag::{attribute, collapse, decode_entities};

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
    /// It has a field to search by.
    pub(super) searches: bool,
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
    let mut unscripted = false;
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
                let has = |name: &str, values: &[&str]| {
                    attribute(attributes, name)
                        .is_some_and(|value| values.contains(&value.to_ascii_lowercase().as_str()))
                };
                html.submits |= has("name", &["samlresponse"]);
                html.searches |=
                    has("type", &["search"]) || has("name", &["q", "query", "search", "keywords"]);
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
            // What stands there is for browsers without scripts.
            "noscript" => unscripted = !closing,
            "meta" if !unscripted => {
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
    fn what_is_for_browsers_without_scripts_leads_nowhere() {
        let refresh = "<meta http-equiv=\"Refresh\" content=\"0; URL=/jsdisabled\"/>";
        assert!(scan(refresh).refreshes);
        assert!(!scan(&format!("<noscript>{refresh}</noscript><p>No</p>")).refreshes);
        assert!(scan(&format!("<noscript>x</noscript>{refresh}")).refreshes);
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
