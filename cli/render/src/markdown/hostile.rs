//! What a reader of Markdown makes of hostile captures, told by a parser of GitHub's dialect with all it can do, and by
//! what such sites look for in the text afterwards.

use super::render;
use crate::Detail;
use crate::sample::filled_with;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

/// Texts that mean something in Markdown, HTML, or to a site that shows Markdown.
const HOSTILE: &[&str] = &[
    "<img src=x onerror=alert(1)>",
    "<b>bold</b> <!-- comment --> <https://evil.example>",
    "[a](https://evil.example) ![b](https://evil.example/p.png)",
    "[ref][1]\n\n[1]: https://evil.example",
    "https://evil.example/<b>x</b>",
    "https://evil.example/`x`",
    "https://evil.example, http://evil.example. ftp://evil.example/ (www.evil.example)",
    "“https://evil.example”",
    "mailto:ada@evil.example xmpp:ada@evil.example ada@evil.example",
    "@octocat thanks (@octocat) x@octocat/team",
    "#123 GH-12 gh-7 org/repo#7 org/repo@deadbeef1234567 !45 %7 ~bug &9 $12 ^alert#3",
    "deadbeef1234567 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    ":tada: x:+1:y ::warning::",
    "$x^2$ $$y$$ $`z`$",
    "**bold** __bold__ *it* _it_ ~~gone~~ ==mark== ++ins++ H~2~O x^2^ ||spoiler||",
    "- [ ] task",
    "- item",
    "+ item",
    "12) one",
    "1. one",
    "# heading",
    "=====",
    "-----",
    "***",
    "    code",
    "\tcode",
    "> quote",
    "> [!WARNING]\n> text",
    "| a | b |\n|---|---|\n| c | d |",
    "a | b `|` c",
    "`code` ``two`` `",
    "``` fence\nx\n```",
    "~~~\nx\n~~~",
    "text[^1]\n\n[^1]: note",
    "[[wiki]] [[wiki|text]]",
    "&lt;b&gt; &#60;b&#62; &amp;lt;",
    "a\\",
    "\\`<b>`\\",
    "term\n: definition",
    "---\ntitle: x\n---",
    "\u{202e}\u{61c}\u{ad}<b>",
    "Line one\r\n<b>two</b>\u{2028}# three",
];

fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.superscript = true;
    extension.footnotes = true;
    extension.description_lists = true;
    extension.multiline_block_quotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.wikilinks_title_after_pipe = true;
    extension.underline = true;
    extension.subscript = true;
    extension.spoiler = true;
    options.parse.relaxed_autolinks = true;
    options
}

/// What sites that show Markdown make links or pictures of, in text that is no code.
fn becomes_more(text: &str) -> bool {
    let followed = |mark: &str| {
        text.match_indices(mark).any(|(at, _)| {
            text[at + mark.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    };
    let words = || text.split(|character: char| !character.is_ascii_alphanumeric());
    let commit = |word: &str| {
        word.len() >= 7
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let emoji = text.split(':').skip(1).any(|word| {
        word.contains(|letter: char| letter.is_ascii_alphabetic() || "+-_".contains(letter))
            && text.contains(&format!(":{word}:"))
            && !word.contains(' ')
    });
    text.contains("://")
        || text.contains("www.")
        || ["@", "#", "GH-", "gh-", "!", "%", "~", "$", "^"].into_iter().any(followed)
        || words().any(commit)
        || emoji
}

/// Blocks and spans that a report is made of.
fn check<'a>(node: &'a AstNode<'a>, markdown: &str) {
    for inner in node.descendants() {
        let data = inner.data.borrow();
        match &data.value {
            NodeValue::Text(text) => assert!(!becomes_more(text), "{text:?} in\n{markdown}"),
            NodeValue::Document
            | NodeValue::Paragraph
            | NodeValue::Heading(_)
            | NodeValue::List(_)
            | NodeValue::Item(_)
            | NodeValue::Table(_)
            | NodeValue::TableRow(_)
            | NodeValue::TableCell
            | NodeValue::Code(_)
            | NodeValue::Strong
            | NodeValue::SoftBreak => {}
            NodeValue::CodeBlock(block) => {
                assert!(block.fenced, "a block by its blanks in\n{markdown}");
            }
            other => panic!("{other:?} in\n{markdown}"),
        }
    }
}

/// The blocks there are. Lists are left out: sentences of a finding that begin with a dash are one in every format.
fn shape(markdown: &str) -> Vec<String> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    check(root, markdown);
    let block = |value: &NodeValue| match value {
        NodeValue::Document => Some("document"),
        NodeValue::Heading(_) => Some("heading"),
        NodeValue::Table(_) => Some("table"),
        NodeValue::TableRow(_) => Some("row"),
        NodeValue::TableCell => Some("cell"),
        NodeValue::CodeBlock(_) => Some("code"),
        _ => None,
    };
    root.descendants()
        .filter_map(|node| block(&node.data.borrow().value).map(str::to_owned))
        .collect()
}

#[test]
fn nothing_of_a_capture_is_markup_a_link_a_mention_or_a_picture() {
    for detail in [Detail::Brief, Detail::Usual, Detail::Full] {
        let report = |text: &str| {
            let mut judged = filled_with(text);
            // What a check refers to is its author's, and meant as a link.
            judged
                .report
                .findings
                .iter_mut()
                .for_each(|reported| reported.finding.references.clear());
            render(&judged, Some(text), detail)
        };
        let plain = shape(&report("plain text"));
        for text in HOSTILE {
            let markdown = report(text);
            assert_eq!(
                shape(&markdown).len(),
                plain.len(),
                "{text:?} changes the blocks of\n{markdown}"
            );
        }
    }
}

#[test]
fn the_parser_sees_what_it_is_there_to_see() {
    let arena = Arena::new();
    for text in
        ["https://evil.example", "<b>x</b>", "[a](b)", "~~x~~", "| a |\n|---|\n| b |\n\n<i>"]
    {
        let root = parse_document(&arena, text, &options());
        let plain = root.descendants().all(|node| {
            matches!(
                node.data.borrow().value,
                NodeValue::Document | NodeValue::Paragraph | NodeValue::Text(_)
            )
        });
        assert!(!plain, "{text}");
    }
    assert!(
        becomes_more("see @octocat")
            && becomes_more("#12")
            && becomes_more("a :tada: b")
            && !becomes_more("a plain sentence: yes")
    );
}
