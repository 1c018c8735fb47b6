//! The page as a browser would take it apart: well-formed, running nothing, and no value of a file in it but as text.

use super::*;
use crate::sample::{self, filled_with};
use roxmltree::{Document, ParsingOptions};
use std::collections::BTreeSet;

const HOSTILE: &str =
    "<script>alert(1)</script>\"'&\u{202e}\u{1b}[2J\u{7}{{ style }}</pre></style>";

fn page(judged: &[Judged], detail: Detail) -> String {
    render(judged, detail).expect("a page")
}

/// The markup is written so that it is XML as well, which shows at once where a tag is not closed.
fn parsed(text: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn elements(document: &Document<'_>) -> Vec<String> {
    document
        .descendants()
        .filter(roxmltree::Node::is_element)
        .map(|node| node.tag_name().name().to_owned())
        .collect()
}

#[test]
fn a_broken_sign_in_reads_from_top_to_bottom() {
    let text = page(&[sample::broken()], Detail::Usual);
    let (before, rest) = text.split_once("<style>").expect("a style");
    let before = before.replace(&policy(), "POLICY");
    let (_, after) = rest.split_once("</style>").expect("its end");
    insta::assert_snapshot!(format!("{before}<style/>{after}"));
}

#[test]
fn pages_are_well_formed_and_stand_alone() {
    for judged in
        [vec![sample::broken()], vec![sample::healthy()], vec![sample::broken(), sample::healthy()]]
    {
        for detail in [Detail::Brief, Detail::Usual, Detail::Full] {
            let text = page(&judged, detail);
            assert_eq!(text, page(&judged, detail), "same input, same bytes");
            assert!(text.starts_with("<!DOCTYPE html>\n"), "{text}");
            let document = parsed(&text);
            let names: BTreeSet<String> = elements(&document).into_iter().collect();
            for active in [
                "script",
                "link",
                "img",
                "iframe",
                "object",
                "form",
                "base",
                "foreignObject",
                "use",
                "image",
                "animate",
            ] {
                assert!(!names.contains(active), "{active}");
            }
            assert!(
                !text.contains("url(") && !text.contains("@import") && !text.contains(" style=")
            );
            assert!(
                document
                    .descendants()
                    .flat_map(|node| node.attributes())
                    .all(|attribute| !attribute.name().starts_with("on"))
            );
            let ids: Vec<&str> =
                document.descendants().filter_map(|node| node.attribute("id")).collect();
            assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
            for link in document
                .descendants()
                .filter_map(|node| node.attribute("href"))
                .filter_map(|href| href.strip_prefix('#'))
            {
                assert!(ids.contains(&link), "{link}");
            }
        }
    }
}

#[test]
fn headings_descend_one_by_one() {
    let text = page(&[sample::broken()], Detail::Full);
    let document = parsed(&text);
    let levels: Vec<u32> = elements(&document)
        .iter()
        .filter_map(|name| name.strip_prefix('h')?.parse().ok())
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{levels:?}");
    assert_eq!(levels.first(), Some(&1));
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn nothing_from_input_is_markup() {
    let hostile = page(&[filled_with(HOSTILE), filled_with(HOSTILE)], Detail::Full);
    let harmless = page(&[filled_with("words"), filled_with("words")], Detail::Full);
    assert_eq!(elements(&parsed(&hostile)), elements(&parsed(&harmless)));
    assert!(!hostile.contains("<script") && !hostile.contains("javascript:"));
    assert!(
        !hostile
            .chars()
            .any(|character| character != '\n' && crate::terminal::is_harmful(character))
    );
    assert!(
        hostile.contains("&lt;script&gt;")
            && hostile.contains("\\u{202e}\\u{1b}[2J\\u{7}{{ style }}"),
        "it is told, as text"
    );
}

#[test]
fn only_addresses_of_the_web_are_links() {
    let mut judged = sample::broken();
    judged.report.findings[0].finding.references =
        vec!["javascript:alert(1)".into(), "https://docs.example/acs (loginUrl)".into()];
    let text = page(&[judged], Detail::Usual);
    let document = parsed(&text);
    let links: Vec<&str> = document
        .descendants()
        .filter_map(|node| node.attribute("href"))
        .filter(|href| !href.starts_with('#'))
        .collect();
    assert_eq!(links, ["https://docs.example/acs"]);
}

#[test]
fn very_long_values_are_told_whole() {
    let long = "a/".repeat(20_000);
    let mut judged = sample::broken();
    judged.report.findings[0].finding.causes[0].value = Some(long.clone());
    let text = page(&[judged], Detail::Usual);
    let document = parsed(&text);
    assert!(document.descendants().any(|node| node.text() == Some(long.as_str())));
}

#[test]
fn the_value_to_enter_is_text_of_its_own() {
    let text = page(&[sample::broken()], Detail::Usual);
    let document = parsed(&text);
    let values: Vec<Option<&str>> = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("enter"))
        .map(|node| node.first_element_child()?.text())
        .collect();
    assert_eq!(
        values,
        [Some("https://sense.example:443/azure/samlauthn"), Some("https://sense.example")]
    );
}

#[test]
fn what_differs_is_marked_and_stays_aligned() {
    let text = page(&[sample::broken()], Detail::Usual);
    let document = parsed(&text);
    let lines: Vec<(String, String)> = document
        .descendants()
        .filter(|node| {
            node.tag_name().name() == "code"
                && node.parent().is_some_and(|parent| {
                    parent.attribute("class").is_some_and(|class| class.starts_with("value"))
                })
        })
        .map(|code| {
            let written = |node: roxmltree::Node<'_, '_>| {
                let parts = node.descendants().filter_map(|part| {
                    part.attribute("data-gap").or(part.text().filter(|_| part.is_text()))
                });
                parts.collect::<String>()
            };
            (
                written(code),
                code.children()
                    .filter(|child| child.tag_name().name() == "mark")
                    .map(written)
                    .collect(),
            )
        })
        .collect();
    assert_eq!(lines[0], ("https://sense.example:443/azure/samlauthn/".into(), "/".into()));
    assert_eq!(lines[1], ("https://sense.example:443/azure/samlauthn ".into(), " ".into()));
}

#[test]
fn the_policy_allows_the_style_and_nothing_else() {
    let text = page(&[sample::broken()], Detail::Usual);
    let document = parsed(&text);
    let style = document
        .descendants()
        .find(|node| node.tag_name().name() == "style")
        .and_then(|node| node.text())
        .expect("a style");
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
    let policy = document
        .descendants()
        .find_map(|node| node.attribute("content").filter(|text| text.contains("default-src")))
        .expect("a policy");
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        )
    );
}

#[test]
fn every_arrow_opens_its_exchange() {
    let text = page(&[sample::broken()], Detail::Usual);
    let document = parsed(&text);
    let arrows: Vec<&str> = document
        .descendants()
        .filter(|node| {
            node.tag_name().name() == "a"
                && node.attribute("class").is_some_and(|class| class.starts_with("step"))
        })
        .filter_map(|node| node.attribute("href"))
        .collect();
    assert_eq!(arrows, ["#case-1-a1-s0", "#case-1-a1-s1"]);
    for arrow in arrows {
        let opened = document
            .descendants()
            .find(|node| node.attribute("id") == arrow.strip_prefix('#'))
            .expect("an exchange");
        assert!(
            opened.ancestors().any(|node| node.tag_name().name() == "details"),
            "a link opens what is folded around its target"
        );
        assert!(
            opened
                .descendants()
                .any(|node| node.text().is_some_and(|text| text.starts_with("GET https:")))
        );
    }
    assert!(text.contains("class=\"step bad failing\""));
}
