//! What becomes of a message.

use super::*;
use crate::sample;

fn written(view: &MessageView<'_>) -> String {
    let line = |line: &Line| {
        let text: String = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
        format!("{}{text}\n", "  ".repeat(line.depth))
    };
    view.lines.iter().map(line).collect()
}

fn view(judged: &Judged, id: &str) -> String {
    let ties = Ties::of(judged);
    written(&of(judged, judged.case.message(id).expect("a message"), &ties))
}

#[test]
fn elements_are_indented_and_texts_stay_on_their_line() {
    let mut judged = sample::broken();
    judged.sources.add_xml("m1", "<a><b> x </b><c d='1'/>\n<e></e><f>\n<g/></f></a>");
    assert_eq!(
        view(&judged, "m1"),
        "<a>\n  <b> x </b>\n  <c d='1'/>\n  <e></e>\n  <f>\n    <g/>\n  </f>\n</a>\n"
    );
}

#[test]
fn what_a_finding_is_about_is_marked() {
    let judged = sample::broken();
    let ties = Ties::of(&judged);
    let view = of(&judged, judged.case.message("m1").expect("a message"), &ties);
    let marked: Vec<(&str, Tone)> = view
        .lines
        .iter()
        .flat_map(|line| &line.pieces)
        .filter_map(|piece| Some((piece.text.as_str(), piece.marked.as_ref()?.1)))
        .collect();
    assert!(!marked.is_empty());
    let text: String = marked.iter().map(|(text, _)| *text).collect();
    assert!(text.contains("https://sense.example:443/azure/samlauthn"), "{text}");
    assert!(marked.iter().all(|(_, tone)| *tone == Tone::Bad));
    assert_eq!(view.findings.first().map(|pointer| pointer.finding.as_str()), Some("f1"));
}

#[test]
fn what_is_signed_is_told_line_by_line() {
    use diag_sdk::case::signature::Reference;
    let mut judged = sample::broken();
    judged.sources.add_xml("m1", "<R><S/><A><B/></A><A><B/></A></R>");
    judged.case.messages[0].signatures = vec![Signature {
        value: Verdict::Wrong,
        references: vec![Reference { covers: Some("R/A[2]".into()), ..Reference::default() }],
        ..Signature::default()
    }];
    let ties = Ties::of(&judged);
    let view = of(&judged, &judged.case.messages[0], &ties);
    let signed: Vec<bool> =
        view.lines.iter().map(|line| line.signed == Some((1, Tone::Bad))).collect();
    assert_eq!(signed, [false, false, false, false, false, true, true, true, false]);
}

#[test]
fn what_is_signed_and_the_reference_to_it_are_tied_where_the_id_is_blotted() {
    use diag_sdk::case::place::Sited;
    use diag_sdk::case::signature::Reference;
    let mut judged = sample::broken();
    let text = "<R ID='_r1'><S><SignedInfo><Reference URI='#_r1'/></SignedInfo></S></R>";
    judged.sources.add_xml("m1", text);
    let message = &mut judged.case.messages[0];
    let place = diag_sdk::Place {
        message: Some("m1".into()),
        line: Some(1),
        column: Some(4),
        length: Some(8),
        ..diag_sdk::Place::default()
    };
    message.xml_id = Some(Sited::new("_r1".to_owned(), place));
    message.signatures = vec![Signature {
        references: vec![Reference { uri: "#_r1".into(), ..Reference::default() }],
        ..Signature::default()
    }];
    let tied = |judged: &Judged| -> Vec<(String, usize)> {
        let view = of(judged, &judged.case.messages[0], &Ties::of(judged));
        let pieces = view.lines.iter().flat_map(|line| &line.pieces);
        pieces
            .filter(|piece| piece.kind == Kind::Value)
            .filter_map(|piece| Some((piece.text.clone(), piece.tie.as_ref()?.0)))
            .collect()
    };
    assert_eq!(tied(&judged), [("'•••'".to_owned(), 1), ("'••••'".to_owned(), 1)]);
    // A reference that names something else is tied to nothing.
    judged.case.messages[0].signatures[0].references[0].uri = "#_r2".into();
    assert!(tied(&judged).is_empty());
}

#[test]
fn findings_that_say_the_same_lead_there_once() {
    let mut judged = sample::broken();
    let again = judged.report.findings[0].clone();
    judged.report.findings.push(again);
    let view = of(&judged, judged.case.message("m1").expect("a message"), &Ties::of(&judged));
    let told: Vec<(&str, usize)> =
        view.findings.iter().map(|pointer| (pointer.finding.as_str(), pointer.times)).collect();
    assert_eq!(told.first(), Some(&("f1", 2)));
}

#[test]
fn blotted_values_stay_blotted() {
    let mut judged = sample::broken();
    judged.sources.add_xml("m1", "<R><NameID>ann@contoso.example</NameID></R>");
    let text = view(&judged, "m1");
    assert!(!text.contains("ann") && text.contains('•'), "{text}");
}

#[test]
fn very_long_texts_tell_how_long_they_are() {
    let mut judged = sample::broken();
    judged.sources.add_xml("m1", &format!("<R>{}</R>", "QUJD".repeat(300)));
    assert!(view(&judged, "m1").contains("… (1200 characters)"));
}
