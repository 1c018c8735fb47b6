//! What is told of types and words when a pack is loaded, and what is only known in a case.

use super::*;

/// Expressions of which a value does not fit: what is marked, what is said, what would fit.
const MISFITS: &[(&str, &str, &str, &str)] = &[
    (
        "it.relay_state.startsWith(\"/hub\")",
        "relay_state",
        "`startsWith` takes a text, and this is a sealed value",
        "a text: it.relay_state.text",
    ),
    (
        "it.issuer.matches(\"^https\")",
        "issuer",
        "`matches` takes a text, and this is a located value",
        "a text: it.issuer.value",
    ),
    (
        "host(it.issuer) == \"x\"",
        "issuer",
        "`host` takes a text, and this is a located value",
        "a text: it.issuer.value",
    ),
    (
        "it.issue_instant.value - seconds(case.judged_at) > 300",
        "value",
        "one calculates with a number, and this is a text",
        "a number: of a moment seconds(it.issue_instant.value), of digits int(it.issue_instant.value)",
    ),
    (
        "it.issue_instant.value < case.judged_at",
        "value",
        "moments are compared as seconds, not as texts",
        "a number on both sides: seconds(it.issue_instant.value)",
    ),
    (
        "\"2026-11-24T10:00:00Z\" >= case.judged_at",
        "judged_at",
        "moments are compared as seconds, not as texts",
        "a number on both sides: seconds(case.judged_at)",
    ),
    (
        "it.issuer && true",
        "issuer",
        "this is a located value, where true or false is asked for",
        "a comparison, such as it.issuer == …, or has(it.issuer)",
    ),
    (
        "case.messages.exists(m, m.kind)",
        "kind",
        "this is a text, where true or false is asked for",
        "a comparison, such as m.kind == …, or has(m.kind)",
    ),
    (
        "it.assertions > 1",
        "assertions",
        "it is compared with a number, and this is a list",
        "a number: it.assertions.size()",
    ),
    ("it.id + 1 == \"x\"", "1", "to be added is a text, and this is a number", "a text: string(…)"),
    (
        "it.encoded_length / 1.5 > 2.0",
        "encoded_length",
        "`/` takes a whole number and one with a fraction",
        "the same on both sides: double(it.encoded_length)",
    ),
    (
        "it.duplicate_ids.join() == \"\"",
        "duplicate_ids",
        "`join` takes a list of texts, and this is a list",
        "a list of texts: it.duplicate_ids.map(x, x.value)",
    ),
    (
        "it.issuer in [\"a\"]",
        "issuer",
        "a text is compared with a located value",
        "the same on both sides, here it.issuer.value",
    ),
    (
        "case.attempts[0].started - 1 > 0",
        "started",
        "one calculates with a number, and this is a text",
        "a number: of a moment seconds(case.attempts[0].started), of digits int(case.attempts[0].started)",
    ),
    ("\"a\" in it.id", "id", "a text has no elements", "a list, or it.id.contains(…)"),
    (
        "it.issuer.size() > 3",
        "issuer",
        "`size` takes a text or a list, and this is a located value",
        "a text or a list: it.issuer.value",
    ),
    (
        "it.assertions.startsWith(\"x\")",
        "assertions",
        "`startsWith` takes a text, and this is a list",
        "a text: one element, it.assertions[0], or a question to all, it.assertions.exists(x, …)",
    ),
];

#[test]
fn values_that_do_not_fit_are_told_with_the_way_to_say_it() {
    use ProblemKind::{Syntax, UnknownFact};
    let told = |fields: &str| {
        let problems = problems(&text_of(&format!("for = 'case.messages'\n{fields}")));
        assert_eq!(problems.len(), 1, "{fields}: {}", shown(&problems));
        assert_eq!(problems[0].kind, ProblemKind::WrongResult, "{fields}");
        (mark(&problems[0]), problems[0].message.clone(), problems[0].expected.clone())
    };
    let is = |expression: &str, marked: &str, message: &str, expected: &str| {
        let (mark, said, meant) = told(&format!("when = '{expression}'"));
        assert_eq!(
            (mark.as_str(), said.as_str(), meant.as_str()),
            (marked, message, expected),
            "{expression}"
        );
    };
    for (expression, marked, message, expected) in MISFITS {
        is(expression, marked, message, expected);
    }
    assert_eq!(told("subject = 'it.place'").0, "'it.place'");
    assert_eq!(marked("when = 'duration(\"5 minutes\") > 1'"), [(Syntax, "\"5 minutes\"".into())]);
    assert_eq!(marked("when = 'timestamp(\"now\") > 1'"), [(Syntax, "\"now\"".into())]);
    assert_eq!(
        marked("for = 'case.messages'\nwhen = 'it[\"isuer\"] == null'"),
        [(UnknownFact, "\"isuer\"".into())]
    );
}

#[test]
fn values_that_fit_are_not_told() {
    for fine in [
        "it.issuer.value + string(1) == ''",
        "1 + it.encoded_length > 0",
        "-it.encoded_length < 0",
        "it[\"id\"] == \"\"",
        "max([1, 2]) > 1",
        "max(case.messages.map(m, m.encoded_length)) > 1",
        "case.clocks.all(c, c.ahead_seconds > 1)",
        "case.clocks.exists_one(c, c.ahead_seconds + 1.0 > double(1))",
        "(has(it.issuer) ? it.issuer.value : '').size() > 0",
        "it.signatures.map(s, s.place).size() + case.messages.filter(m, m.id == it.id).size() == 0",
        "case.messages.map(m, m.kind == 'response', m.id).join(',') == ''",
        "seconds(case.judged_at) - seconds(it.issue_instant.value) > duration('5m')",
        "it.id in case.messages.map(m, m.id)",
        "it.id.matches(r\"^m\\d+$\")",
    ] {
        pack(&format!("for = 'case.messages'\nwhen = '''{fine}'''"));
    }
}

#[test]
fn what_is_withheld_is_not_compared() {
    let mut message = response(None);
    message.relay_state = Some(diag_sdk::Personal::default());
    let sealed = case(vec![message.clone()]);
    let asked =
        |when: &str| answer(&pack(&format!("for = 'case.messages'\nwhen = '{when}'")), &sealed);
    for when in [
        "it.relay_state.text == \"/hub\"",
        "it.relay_state.text != \"/hub\"",
        "it.relay_state.text in [\"/hub\"]",
        "it.relay_state.text.startsWith(\"/\")",
    ] {
        let answer = asked(when);
        assert_eq!((answer.findings.len(), answer.crashed), (0, None), "{when}");
        let why = answer.undecided.expect(when);
        assert!(why.contains("withheld"), "{why}");
    }
    for when in
        ["!has(it.relay_state.text)", "it.relay_state.text == null", "null == it.relay_state.text"]
    {
        assert_eq!(asked(when).findings.len(), 1, "{when}");
    }
    message.relay_state =
        Some(diag_sdk::Personal { text: Some("/hub".into()), ..diag_sdk::Personal::default() });
    let granted = answer(
        &pack("for = 'case.messages'\nwhen = 'it.relay_state.text != \"/hub\"'"),
        &case(vec![message]),
    );
    assert_eq!((granted.findings.len(), granted.undecided), (0, None));
}

#[test]
fn a_check_goes_down_through_lists() {
    use ProblemKind::{TooLarge, UnknownFact, UnknownVariable, WrongResult};
    use diag_sdk::case::assertion::{Assertion, Attribute};
    let attribute = |name: &str| Attribute { name: name.into(), ..Attribute::default() };
    let assertion = Assertion {
        attributes: vec![attribute("mail"), attribute("groups")],
        ..Assertion::default()
    };
    let mut message = response(Some("https://idp.example"));
    message.assertions = vec![assertion.clone(), assertion];
    let case = case(vec![response(None), message]);
    let walk = pack(
        "for = ['case.messages', 'it.assertions', 'it.attributes']\nwhen = 'it.name == \"groups\" && outer.attributes.size() == 2'\n\
         message = '{{ it.name }}'",
    );
    assert_eq!(answer(&walk, &case).findings.len(), 2);
    let answer = answer(
        &pack("for = ['case.messages', 'it.assertions']\nmessage = '{{ outer.issuer }}'"),
        &case,
    );
    assert_eq!(
        (answer.findings.len(), answer.findings[0].message.as_str()),
        (2, "https://idp.example")
    );
    assert_eq!(answer.findings[0].places[0].line, Some(1), "the place of what it stands in");
    assert_eq!(
        marked("for = ['case.messages', 'it.asertions']"),
        [(UnknownFact, "asertions".into())]
    );
    assert_eq!(marked("for = ['case.messages', 'it.id']"), [(WrongResult, "'it.id'".into())]);
    assert_eq!(marked("for = []")[0].0, TooLarge);
    assert_eq!(
        marked("for = 'case.messages'\nwhen = 'outer.id == \"\"'"),
        [(UnknownVariable, "outer".into())]
    );
}

#[test]
fn a_check_for_a_newer_diag_costs_itself() {
    let text = text_of(
        "for = 'case.messages'\nwhen = 'it.kind == \"carrier-pigeon\"'\nmessage = 'x {{ it.newer }}'",
    ) + "\n[[check]]\nid = 'acme/other'\ntitle = 'Other'\nlevel = 'notice'\nwhen = 'true'";
    assert_eq!(problems(&text).len(), 2, "whoever tests a pack is told everything");
    let pack = Pack::parse_what_holds("dir/acme.checks.toml", &text).expect("one check holds");
    assert_eq!(pack.remarks().len(), 2);
    let answers = pack.run(&["acme/rule".to_owned(), "acme/other".to_owned()], &Case::default());
    let why = answers[0].crashed.as_deref().expect("lost");
    assert!(
        why.starts_with("acme.checks.toml:11:20: this fact is never `carrier-pigeon`; expected "),
        "{why}"
    );
    assert_eq!(answers[1].findings.len(), 1);
    assert!(
        Pack::parse_what_holds("x", &text.replace("'true'", "'tru e'")).is_err(),
        "what no diag reads is wrong"
    );
    assert!(
        Pack::parse_what_holds("x", &text_of("when = 'case.newer'")).is_err(),
        "nothing is left"
    );
}

/// 200 rules over 3,000 exchanges stay within what a pack has, and cost no more than in proportion.
#[test]
fn two_hundred_rules_over_a_large_capture_have_a_budget() {
    use diag_sdk::case::exchange::Exchange;
    use std::fmt::Write;
    let mut text =
        "schema = \"diag-pack/1\"\nname = \"acme\"\nversion = \"1\"\nabout = \"Ours\"\n".to_owned();
    let mut ids = Vec::new();
    for number in 0..200 {
        let _ = write!(
            text,
            "\n[[check]]\nid = 'acme/rule-{number}'\ntitle = 'T'\nlevel = 'notice'\nfor = 'case.exchanges'\n\
             when = 'it.url.startsWith(\"https://host-{number}.\") && it.url.matches(\"/rule-{number}$\")'\n"
        );
        ids.push(format!("acme/rule-{number}"));
    }
    let pack = Pack::parse("acme.checks.toml", &text)
        .unwrap_or_else(|problems| panic!("{}", shown(&problems)));
    let steps = |exchanges: usize| {
        let exchange = |number: usize| Exchange {
            url: format!("https://host-{}.example/rule-{0}", number % 200),
            ..Exchange::default()
        };
        let case = Case { exchanges: (0..exchanges).map(exchange).collect(), ..Case::default() };
        let shown = Sight::new(&case).shown(&[], &Reads::default());
        let facts = Facts::new(&shown);
        let (mut findings, mut spent) = (0, 0);
        for id in &ids {
            budget::open(LIMITS.steps, None);
            let answer = pack.run_one(id, &facts);
            assert_eq!((answer.crashed, answer.undecided), (None, None));
            findings += answer.findings.len();
            spent += LIMITS.steps - budget::left();
        }
        assert_eq!(findings, exchanges);
        spent
    };
    let (few, many) = (steps(600), steps(3000));
    assert!(many < LIMITS.pack_steps / 2, "{many}");
    // What the guide says it takes is what it takes.
    let guide = include_str!("../../../../../docs/expression-packs.md");
    let tenths = many.div_ceil(100_000);
    let told = format!("{}.{} of these 50 million steps", tenths / 10, tenths % 10);
    assert!(guide.contains(&told), "{many} steps: {told}");
    assert!(many < few * 6, "{few} and {many}");
}
