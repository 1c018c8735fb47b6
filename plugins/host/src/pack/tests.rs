//! Packs as a whole: every problem with its caret, evaluation, and what holds it in check.

mod typing;

use super::*;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::{Place, Setting, Severity, Sited};

/// A pack with one check: `fields` are those besides what every check has.
fn text_of(fields: &str) -> String {
    format!(
        "schema = \"diag-pack/1\"\nname = \"acme\"\nversion = \"1.0.0\"\nabout = \"Ours\"\n\n\
         [[check]]\nid = \"acme/rule\"\ntitle = \"A rule is broken\"\nlevel = \"warning\"\n{fields}\n"
    )
}

fn pack(fields: &str) -> Pack {
    match Pack::parse("acme.checks.toml", &text_of(fields)) {
        Ok(pack) => pack,
        Err(problems) => panic!("{}", shown(&problems)),
    }
}

fn shown(problems: &[PackError]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn problems(text: &str) -> Vec<PackError> {
    Pack::parse("acme.checks.toml", text).expect_err(text)
}

/// Kind and what the caret marks, of each problem of a check with these fields.
fn marked(fields: &str) -> Vec<(ProblemKind, String)> {
    problems(&text_of(fields)).iter().map(|problem| (problem.kind, mark(problem))).collect()
}

fn mark(problem: &PackError) -> String {
    problem.excerpt.chars().skip(problem.caret).take(problem.length).collect()
}

fn answer(pack: &Pack, case: &Case) -> CheckAnswer {
    let answers = pack.run(&["acme/rule".to_owned()], case);
    assert_eq!(answers.len(), 1);
    answers.into_iter().next().unwrap_or_default()
}

fn crash(fields: &str, case: &Case) -> String {
    let answer = answer(&pack(fields), case);
    answer.crashed.or(answer.undecided).expect(fields)
}

fn response(issuer: Option<&str>) -> Message {
    let place = Place { input: "i1".into(), line: Some(3), ..Place::default() };
    Message {
        id: "m1".into(),
        kind: MessageKind::Response,
        issuer: issuer.map(|issuer| Sited::new(issuer.to_owned(), place.clone())),
        place: Place { line: Some(1), ..place },
        ..Message::default()
    }
}

fn case(messages: Vec<Message>) -> Case {
    Case { messages, ..Case::default() }
}

#[test]
fn one_problem_is_one_block() {
    let problems = problems(&text_of("when = 'case.messages.exists(m, m.isuer != null)'"));
    assert_eq!(problems.len(), 1);
    let block = problems[0].to_string();
    let expected_start = "acme.checks.toml:10:35: there is no fact `isuer` here\n  \
                          10 | when = 'case.messages.exists(m, m.isuer != null)'\n     |                                   ^^^^^\n     = expected: perhaps `issuer`; one of ";
    assert!(block.starts_with(expected_start), "{block}");
}

#[test]
fn what_was_meant_is_guessed() {
    let expected = |fields: &str, wanted: &str| {
        let problems = problems(&text_of(fields));
        assert!(problems[0].expected.starts_with(wanted), "{}", problems[0].expected);
    };
    expected("when = 'cse.schema == \"\"'", "perhaps `case`; one of case");
    expected("when = 'it.id == \"\"'", "`it` where the check has `for`; one of case");
    expected("when = 'case.schema.startswith(\"x\")'", "perhaps `startsWith`; one of ");
    expected("when = 'startsWith(case.schema, \"x\")'", "value.startsWith(…); one of ");
    expected("when = 'exists(case.messages, m, true)'", "list.exists(x, …); one of ");
    expected("when = 'size(1, 2) == 1'", "1");
    expected("when = 'true &&'", "a value: ");
    expected("when = 'true true'", "the end of the expression, or an operator");
    expected("when = 'true'\nstage = 'respnse'", "perhaps `response`; one of documents");
}

#[test]
fn fields_are_held_against_the_format() {
    use ProblemKind::{BadId, BadValue, MissingField, UnknownField, WrongType};
    assert_eq!(marked("wen = 'true'\nwhen = 'true'"), [(UnknownField, "wen".into())]);
    assert_eq!(marked("when = true"), [(WrongType, "true".into())]);
    assert_eq!(marked("when = 'true'\nneeds = 'capture'"), [(WrongType, "'capture'".into())]);
    assert_eq!(marked("when = 'true'\nneeds = [1]"), [(WrongType, "1".into())]);
    assert_eq!(marked("when = 'true'\nneeds = ['captur']"), [(BadValue, "'captur'".into())]);
    assert_eq!(marked("when = 'true'\nstage = 'answer'"), [(BadValue, "'answer'".into())]);
    assert_eq!(marked(""), [(MissingField, "[[check]]".into())]);
    assert_eq!(
        marked("when = 'true'\n[[check.cause]]\ntext = 'x'\nwho = 'me'\nfix = 'y'"),
        [(BadValue, "'me'".into())]
    );
    assert_eq!(
        marked("when = 'true'\n[[check.cause]]\ntext = 'x'\nwho = 'sp'"),
        [(MissingField, "[[check.cause]]".into())]
    );
    assert_eq!(
        marked("when = 'true'\n[[check.cause]]\ntext = 'x {{ 1 }}'\nwho = 'sp'\nfix = 'y'"),
        [(BadValue, "{{".into())]
    );
    let id = text_of("when = 'true'").replace("\"acme/rule\"", "\"other/rule\"");
    assert_eq!(problems(&id)[0].kind, BadId);
    let likely = text_of("when = 'true'\nlikely = true").replace("\"warning\"", "\"error\"");
    assert_eq!(
        (problems(&likely)[0].kind, mark(&problems(&likely)[0]).as_str()),
        (BadValue, "\"error\"")
    );
}

#[test]
fn the_pack_itself_is_held_against_the_format() {
    use ProblemKind::{BadValue, DuplicateId, MissingField, Toml};
    let kinds = |text: &str| problems(text).iter().map(|problem| problem.kind).collect::<Vec<_>>();
    assert_eq!(
        kinds("name = \"acme\"\nversion = \"1\"\nabout = \"x\"\ncheck = []"),
        [MissingField]
    );
    assert_eq!(kinds(&text_of("when = 'true'").replace("pack/1", "pack/2")), [BadValue]);
    assert_eq!(
        kinds(&text_of("when = 'true'").replace("\"acme\"", "\"Acme Inc\"")),
        [BadValue, ProblemKind::BadId]
    );
    let twice = text_of(
        "when = 'true'\n[[check]]\nid = \"acme/rule\"\ntitle = \"x\"\nlevel = \"notice\"\nwhen = 'true'",
    );
    assert_eq!(kinds(&twice), [DuplicateId]);
    assert_eq!(problems(&twice)[0].line, 12);
    assert_eq!(kinds("schema = \"diag-pack/1\nname = 3"), [Toml]);
    assert_eq!(kinds(""), [MissingField; 5]);
}

#[test]
fn everything_wrong_in_a_file_is_told_at_once_and_in_its_order() {
    use ProblemKind::{Syntax, UnknownFact, UnknownField, UnknownVariable, WrongType};
    let text = text_of(
        "wen = 'x'\nfor = 'case.message'\nwhen = 'it.x ='\nmessage = 'a {{ cas.y }} b {{ 1 + }}'\nneeds = 3",
    );
    let lines: Vec<(usize, ProblemKind)> =
        problems(&text).iter().map(|problem| (problem.line, problem.kind)).collect();
    assert_eq!(
        lines,
        [
            (10, UnknownField),
            (11, UnknownFact),
            (12, Syntax),
            (13, UnknownVariable),
            (13, Syntax),
            (14, WrongType)
        ]
    );
}

#[test]
fn expressions_are_marked_inside_their_strings() {
    use ProblemKind::{
        Syntax, UnknownFact, UnknownFunction, UnknownVariable, UnknownWord, WrongResult,
    };
    let one = |fields: &str, kind: ProblemKind, mark: &str| {
        assert_eq!(marked(fields), [(kind, mark.to_owned())], "{fields}");
    };
    one("when = 'it.x'", UnknownVariable, "it");
    one("when = \"'\\u00e4' == it\"", UnknownVariable, "it");
    one("when = '''\ncase.messages.size() > 0\n  && cse.x\n'''", UnknownVariable, "cse");
    one("for = 'case.messages'\nwhen = 'it.knd == \"response\"'", UnknownFact, "knd");
    one("for = 'case.messages'\nwhen = 'has(it.request.acs_ulr)'", UnknownFact, "acs_ulr");
    one("for = 'case.messages'\nwhen = 'it.kind == \"respnse\"'", UnknownWord, "\"respnse\"");
    one(
        "for = 'case.messages'\nwhen = 'it.kind in [\"response\", \"reqest\"]'",
        UnknownWord,
        "\"reqest\"",
    );
    one("for = 'case.messages'\nwhen = 'it.issuer == \"x\"'", WrongResult, "\"x\"");
    one("for = 'case.messages'\nwhen = 'it.assertions.issuer == null'", UnknownFact, "issuer");
    one("for = 'case.messages'\nwhen = 'it.id'", WrongResult, "'it.id'");
    one("for = 'case.judged_at'\nwhen = 'true'", WrongResult, "'case.judged_at'");
    one("when = 'case.schema.startwith(\"x\")'", UnknownFunction, "startwith");
    one("when = 'true'\nwhere = 'case.schema'", WrongResult, "'case.schema'");
    one("when = 'true'\nmessage = 'x {{ case.messages }}'", WrongResult, " case.messages ");
    one("when = 'true'\nmessage = 'x {{ case.schema'", Syntax, "{{");
    one("when = ''", Syntax, "'");
    one("when = 'case.messages.map(m, m.kind'", Syntax, "'");
    one("when = 'a b'", Syntax, "b");
    one("when = '1 § 2'", Syntax, "§");
    one("when = '\"ü\" + § 2'", Syntax, "§");
    one("when = '\"ü\" == 1 2'", Syntax, "2");
}

#[test]
fn tests_of_a_pack_hold_facts_that_exist() {
    use ProblemKind::{BadFacts, BadValue};
    let with = |facts: &str| {
        format!(
            "when = 'true'\n[[check.test]]\nname = 'x'\nexpect = 'found'\nfacts = '''{facts}'''"
        )
    };
    assert_eq!(marked(&with("{\"messages\": [}")), [(BadFacts, "}".into())]);
    assert_eq!(marked(&with("\n{\n  \"mesages\": []\n}")), [(BadFacts, "\"mesages\"".into())]);
    assert_eq!(
        marked(&with("{\"messages\": [{\"kind\": \"reply\"}]}")),
        [(BadFacts, "\"reply\"".into())]
    );
    assert_eq!(marked(&with("[]")), [(BadFacts, "'''[]'''".into())]);
    assert_eq!(
        marked("when = 'true'\n[[check.test]]\nname = 'x'\nexpect = 'maybe'\nfacts = '{}'"),
        [(BadValue, "'maybe'".into())]
    );
}

#[test]
fn a_check_looks_at_every_element() {
    let pack = pack(
        "for = 'case.messages'\n\
         when = 'it.kind == \"response\" && it.issuer != null && !it.issuer.value.startsWith(\"https://sts.windows.net/\")'\n\
         message = 'Response from {{ it.issuer.value }}'\n\
         detail = 'Of {{ case.messages.size() }} messages: {{ case.messages.map(m, m.kind) }}'\n\
         where = 'it.issuer.place'\nexpected = 'https://sts.windows.net/'\nexpected_origin = 'our rule'\n\
         actual = '{{ it.issuer }}'\nactual_origin = 'Issuer'\nsubject = 'it.id'\nattempt = '[\"a1\"]'\nreferences = ['x']\n\
         [[check.cause]]\ntext = 'Why'\nwho = 'idp'\nsetting = 'idp-metadata'\nfix = 'Do'\nvalue = 'it.issuer.value'",
    );
    let case = case(vec![
        response(None),
        response(Some("https://sts.windows.net/1/")),
        response(Some("https://idp.example")),
    ]);
    let answer = answer(&pack, &case);
    assert_eq!(answer.crashed, None);
    let [finding] = answer.findings.as_slice() else { panic!("{:?}", answer.findings) };
    assert_eq!(finding.message, "Response from https://idp.example");
    assert_eq!(finding.detail.as_deref(), Some("Of 3 messages: response, response, response"));
    assert_eq!(
        (finding.severity, finding.certain, finding.check.as_str()),
        (Severity::Warning, true, "acme/rule")
    );
    assert_eq!(finding.places, [Place { input: "i1".into(), line: Some(3), ..Place::default() }]);
    assert_eq!(finding.actual.as_deref(), Some("https://idp.example"));
    assert!(finding.difference.is_some());
    assert_eq!(
        (finding.subject.as_deref(), finding.attempts.as_slice(), finding.references.as_slice()),
        (Some("m1"), &["a1".to_owned()][..], &["x".to_owned()][..])
    );
    assert_eq!(finding.causes[0].value.as_deref(), Some("https://idp.example"));
    assert_eq!(
        (finding.causes[0].screen.as_str(), finding.causes[0].setting),
        ("", Some(Setting::IdpMetadata))
    );
    assert_eq!(finding.causes[0].written_screen(), "identity provider: published metadata");
}

#[test]
fn what_is_not_said_has_a_sensible_default() {
    let pack = pack("for = 'case.messages'");
    let answer = answer(&pack, &case(vec![response(None)]));
    assert_eq!(answer.findings[0].message, "A rule is broken");
    assert_eq!(answer.findings[0].places[0].line, Some(1), "the element's own place");
    assert_eq!(pack.manifest().checks[0].docs, "A rule is broken.");
}

#[test]
fn a_check_without_its_inputs_is_skipped() {
    let pack = pack("when = 'true'\nneeds = ['capture']");
    assert_eq!(answer(&pack, &Case::default()).missing, [diag_sdk::Need::Capture]);
    assert_eq!(answer(&pack, &case(vec![response(None)])).findings.len(), 1);
}

fn yields(expression: &str, case: &Case) -> String {
    let pack = pack(&format!("when = 'true'\nmessage = '''{{{{ {expression} }}}}'''"));
    let answer = answer(&pack, case);
    answer.crashed.unwrap_or_else(|| answer.findings[0].message.clone())
}

#[test]
fn the_language_does_what_the_guide_says() {
    let case = case(vec![response(Some("https://Idp.Example:8443/a")), response(None)]);
    for (expression, value) in [
        ("has(case.messages[0].issuer.value)", "true"),
        ("has(case.messages[1].issuer.value)", "false"),
        ("has(case.messages[1].request.acs_url.value)", "false"),
        ("case.messages[1].issuer == null", "true"),
        ("case.messages.filter(m, has(m.issuer)).size()", "1"),
        ("case.messages.all(m, m.kind == 'response')", "true"),
        ("case.messages.exists_one(m, has(m.issuer))", "true"),
        ("case.messages.map(m, has(m.issuer), m.issuer.value)", "https://Idp.Example:8443/a"),
        ("['a', 'b'] == ['a', 'b'].map(x, x)", "true"),
        ("case.messages[0].damage == []", "true"),
        ("[] == case.messages[0].damage", "true"),
        ("case.messages[0] == case.messages[0]", "true"),
        ("case.messages[0] == case.messages[1]", "false"),
        ("case.messages[0] in case.messages", "true"),
        ("case.messages[0] != case.messages[1]", "true"),
        ("'x' in ['y', 'x']", "true"),
        ("'a' + 'b' + string(3)", "ab3"),
        ("host(case.messages[0].issuer.value)", "idp.example"),
        ("host('nothing')", ""),
        ("short('urn:oasis:names:tc:SAML:2.0:status:Success')", "Success"),
        ("difference('https://a.example/x', 'https://a.example/x/')", "trailing-slash"),
        ("seconds('2026-11-24T10:00:30Z') - seconds('2026-11-24T10:00:00.5Z')", "30"),
        ("'AbC'.lowerAscii() + 'x'.upperAscii() + ' y '.trim()", "abcXy"),
        ("'a,b'.split(',').join('-')", "a-b"),
        ("'aXbX'.replace('X', '..')", "a..b.."),
        ("'häuser'.indexOf('user')", "2"),
        ("'häuser'.substring(1, 3)", "äu"),
        ("'https://x'.matches('^https?://')", "true"),
        ("size('häu') + size([1, 2])", "5"),
        ("1 > 0 ? 'yes' : 'no'", "yes"),
        ("case.messages[1].issuer", "(none)"),
        ("7 / 2 + 7 % 2", "4"),
        ("1.5 * 2.0", "3.0"),
        ("case.messages.map(m, m.kind) + ['x']", "response, response, x"),
        ("max([3, 1, 2]) + min([3, 1, 2]) + sum([3, 1, 2])", "10"),
        ("max(case.messages.map(m, m.encoded_length)) + sum([])", "0"),
        ("max(1, 2) - min(1, 2)", "1"),
        // Moments in the order of time: a fraction comes after the whole second, and zones are heeded.
        ("max(['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.5Z'])", "2026-11-24T10:00:00.5Z"),
        ("min(['2026-11-24T10:00:00Z', '2026-11-24T11:00:00+02:00'])", "2026-11-24T11:00:00+02:00"),
        ("max(['2026-11-24T10:00:00Z', 'never'])", "never"),
        ("sum([1.5, 2.0])", "3.5"),
        ("min(['b', 'a'])", "a"),
        (
            "timestamp('2026-11-24T11:00:00+01:00') - timestamp('2026-11-24T09:58:30Z') == duration('1m30s')",
            "true",
        ),
    ] {
        assert_eq!(yields(expression, &case), value, "{expression}");
    }
}

#[test]
fn runtime_errors_say_where_and_what_to_do() {
    let case = case(vec![response(None)]);
    let because = |fields: &str, wanted: &str| {
        let why = crash(fields, &case);
        assert_eq!(why, wanted, "{fields}");
    };
    because(
        "for = 'case.messages'\nwhen = 'it.kind == \"response\" && it.issuer.value == \"x\"'",
        "acme.checks.toml:11:44: `it.issuer` is absent here; ask first: has(it.issuer) && …",
    );
    because(
        "when = 'case.messages.exists(m, m.issuer.value == \"x\")'",
        "acme.checks.toml:10:42: `m.issuer` is absent here; ask first: has(m.issuer) && …",
    );
    because(
        "when = 'case.messages[3].id == \"\"'",
        "acme.checks.toml:10:22: there is no element of that number; ask first: list.size() > …",
    );
    because("when = '1 / case.attempts.size() == 1'", "acme.checks.toml:10:11: a division by zero");
    because(
        "when = 'seconds(case.schema) > 0'",
        "acme.checks.toml:10:9: `` is not a moment such as 2026-11-24T10:00:00Z",
    );
    because(
        "when = 'true'\nmessage = 'a {{ 1 / case.attempts.size() }}'",
        "acme.checks.toml:11:19: a division by zero",
    );
    because(
        "when = 'case.messages[0].place.line == 1 && case.messages[0].place.entry > 2'",
        "acme.checks.toml:10:68: there is no fact `entry` here",
    );
}

#[test]
fn one_crashed_check_leaves_the_others_alone() {
    let text = text_of(
        "when = '1 / case.messages.size() > 0'\n[[check]]\nid = 'acme/other'\ntitle = 'Other'\nlevel = 'notice'\nwhen = 'true'",
    );
    let pack = Pack::parse("acme.checks.toml", &text).expect("a pack");
    let answers = pack.run(
        &["acme/rule".to_owned(), "acme/other".to_owned(), "acme/none".to_owned()],
        &Case::default(),
    );
    assert!(
        answers[0].undecided.as_deref().is_some_and(|why| why.contains("a division by zero")),
        "{:?}",
        answers[0]
    );
    assert_eq!(answers[1].findings[0].message, "Other");
    assert_eq!(answers[2].crashed.as_deref(), Some("the pack has no such check"));
}

/// A list of ten nested loops over ten elements each.
fn ten_billion_rounds() -> String {
    let mut expression = "true".to_owned();
    for depth in 0..10 {
        expression = format!("[0,1,2,3,4,5,6,7,8,9].all(v{depth}, {expression})");
    }
    expression
}

#[test]
fn evaluation_ends() {
    // What a loop swallows is not believed either.
    for fields in [
        format!("when = '{}'", ten_billion_rounds()),
        format!("when = '({}) || true'", ten_billion_rounds()),
    ] {
        let limits = Limits { steps: 200_000, ..LIMITS };
        let answers = pack(&fields).run_within(&["acme/rule".to_owned()], &Case::default(), limits);
        assert!(
            answers[0].crashed.as_deref().is_some_and(|why| why.contains("too many steps")),
            "{:?}",
            answers[0]
        );
    }
}

#[test]
fn what_cannot_be_told_is_undecided_and_the_rest_is_told() {
    let case = case(vec![response(None), response(Some("https://idp.example"))]);
    let answer = |fields: &str| answer(&pack(fields), &case);
    let stepped = answer("for = 'case.messages'\nwhen = 'it.issuer.value.startsWith(\"https\")'");
    assert_eq!((stepped.findings.len(), stepped.crashed.is_none()), (1, true), "{stepped:?}");
    assert!(stepped.undecided.is_some_and(|why| why.contains("11:")), "it says where");
    let missing = answer(
        "for = 'case.messages'\nwhen = 'false'\nmissing_when = '!has(it.issuer)'\nmissing = ['decryption-key']",
    );
    assert_eq!(
        (missing.findings.len(), missing.missing.as_slice()),
        (0, &[diag_sdk::Need::DecryptionKey][..])
    );
    let excused = answer("for = 'case.messages'\nwhen = 'true'\nunless = 'has(it.issuer)'");
    assert_eq!(excused.findings.len(), 1);
    let all = answer("when = 'true'\nneeds_all = ['capture', 'application']");
    assert_eq!(
        (all.findings.len(), all.missing.as_slice()),
        (0, &[diag_sdk::Need::Application][..])
    );
}

#[test]
fn what_the_new_fields_may_hold_is_told() {
    use ProblemKind::{BadValue, WrongResult};
    assert_eq!(marked("when = 'true'\nclass = 'polcy'"), [(BadValue, "'polcy'".into())]);
    assert_eq!(marked("when = 'true'\nunless = '1 + 1'"), [(WrongResult, "'1 + 1'".into())]);
    assert_eq!(marked("when = 'true'\nneeds_all = ['captur']"), [(BadValue, "'captur'".into())]);
    assert!(
        problems(&text_of("when = 'true'").replacen("name =", "requires = '>=99'\nname =", 1))[0]
            .message
            .contains("requires diag >=99")
    );
}

#[test]
fn a_pack_has_a_budget_over_all_its_checks() {
    use std::fmt::Write;
    let expensive = "[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, true)))";
    let mut text = text_of("when = 'false'");
    let mut ids = Vec::new();
    for number in 0..20 {
        let id = format!("acme/check-{number}");
        let _ = write!(
            text,
            "\n[[check]]\nid = '{id}'\ntitle = 'T'\nlevel = 'notice'\nwhen = '!({expensive})'"
        );
        ids.push(id);
    }
    let pack = Pack::parse("acme.checks.toml", &text).expect("a pack");
    let answers = pack.run_within(&ids, &Case::default(), Limits { pack_steps: 20_000, ..LIMITS });
    let crashed: Vec<bool> = answers.iter().map(|answer| answer.crashed.is_some()).collect();
    assert!(crashed.is_sorted() && !crashed[0] && crashed[19], "{crashed:?}");
    assert!(
        answers[19]
            .crashed
            .as_deref()
            .is_some_and(|why| why.contains("the checks before it have used up"))
    );
    assert!(pack.run(&ids, &Case::default()).iter().all(|answer| answer.crashed.is_none()));
}

#[test]
fn a_pack_reads_only_what_its_expressions_look_at() {
    let mut pack = pack(
        "for = 'case.messages'\nwhen = 'case.clocks.size() > 0'\nmessage = 'at {{ case.metadata.size() }}'",
    );
    let reads = pack.reads("acme/rule").expect("known");
    assert_eq!(reads.names(), ["clocks", "messages", "metadata"]);
    let case = case(vec![response(None)]);
    let shown = Sight::new(&case).shown(&[], &reads);
    let until = Instant::now() + Duration::from_secs(60);
    let answer = pack
        .answer(Question { checks: &["acme/rule".to_owned()], shown: &shown, until })
        .expect("an answer");
    assert_eq!(answer.checks[0].crashed, None);
    assert!(pack.reads("acme/none").is_none());
}

#[test]
fn values_do_not_grow_without_end() {
    let doubled = |start: &str, step: &str, times: usize| {
        let mut expression = format!("[{start}]");
        for round in 0..times {
            expression =
                format!("{expression}.map(v{round}, {})", step.replace('v', &format!("v{round}")));
        }
        format!("when = '''{expression}.size() > 0'''")
    };
    for fields in [
        doubled("\"0123456789\"", "v + v", 40),
        doubled("1", "[v, v]", 40),
        doubled("1", "{1: v, 2: v}", 40),
        doubled("\"aaaaaaaaaa\"", "v.replace(\"a\", v)", 10),
        doubled("\"aaaaaaaaaa\"", "[v, v, v, v].join(v)", 15),
    ] {
        let why = crash(&fields, &Case::default());
        assert!(why.contains("too large") || why.contains("too many steps"), "{why}");
    }
}

#[test]
fn expressions_are_bounded_before_they_are_parsed() {
    use ProblemKind::TooLarge;
    let long = format!("when = 'true{}'", " || true".repeat(600));
    assert_eq!(problems(&text_of(&long))[0].kind, TooLarge);
    for (open, close) in [("(", ")"), ("[", "]"), ("!", ""), ("-", "")] {
        let deep = format!("when = '{}1{} == 1'", open.repeat(1000), close.repeat(1000));
        assert_eq!(problems(&text_of(&deep))[0].kind, TooLarge, "{open}");
    }
    for (expression, message) in [
        ("true ? ", "the expression is not complete"),
        (&"case?case:".repeat(300), "the expression is nested too deep"),
    ] {
        let message = message.to_owned();
        assert_eq!(problems(&text_of(&format!("when = '{expression}'")))[0].message, message);
    }
    let chain = format!("when = 'case{}'", ".a".repeat(1500));
    assert_eq!(problems(&text_of(&chain))[0].kind, TooLarge);
    let sum = format!("when = '1{} > 0'", " + 1".repeat(900));
    assert_eq!(problems(&text_of(&sum))[0].kind, TooLarge);
}

#[test]
fn findings_are_bounded() {
    let many: Vec<Message> = (0..3000).map(|_| response(None)).collect();
    let answer = answer(&pack("for = 'case.messages'"), &case(many.clone()));
    assert_eq!(answer.findings.len(), 1000);
    let long = "x".repeat(5000);
    let why = crash(&format!("for = 'case.messages'\nmessage = '{long}'"), &case(many));
    assert!(why.contains("more than 2 MB"), "{why}");
}

#[test]
fn a_check_that_does_not_come_back_is_left_behind() {
    let text = text_of(&format!(
        "when = '{}'\n[[check]]\nid = 'acme/other'\ntitle = 'Other'\nlevel = 'notice'\nwhen = 'true'",
        ten_billion_rounds()
    ));
    let pack = Pack::parse("acme.checks.toml", &text).expect("a pack");
    let case = Case::default();
    let shown = Sight::new(&case).shown(&[], &Reads::default());
    // The pack as a whole has all the time it wants, however busy the machine is.
    let answers = pack.run_until(
        &["acme/rule".to_owned(), "acme/other".to_owned()],
        &shown,
        Limits { time: Duration::from_millis(1), ..LIMITS },
        Instant::now() + Duration::from_secs(600),
    );
    assert!(
        answers[0].crashed.as_deref().is_some_and(|why| why.contains("longer than 0.001 s")),
        "{:?}",
        answers[0]
    );
    assert_eq!(answers.len(), 2);
}

#[test]
fn the_template_passes_its_own_tests() {
    let pack = match Pack::parse("ours.checks.toml", &template("ours")) {
        Ok(pack) => pack,
        Err(problems) => panic!("{}", shown(&problems)),
    };
    let outcomes = pack.test();
    assert_eq!(outcomes.len(), 2);
    for outcome in outcomes {
        assert_eq!(outcome.failure, None, "{}", outcome.name);
    }
    assert_eq!(pack.manifest().name, "ours");
}

#[test]
fn tests_that_fail_say_why() {
    let test = |expect: &str, facts: &str| {
        let fields = format!(
            "when = '1 / case.messages.size() == 1'\nneeds = ['capture', 'certutil']\n[[check.test]]\nname = 'x'\nexpect = '{expect}'\nfacts = '{facts}'"
        );
        pack(&fields).test().remove(0).failure
    };
    assert_eq!(test("found", r#"{"messages": [{}]}"#), None);
    assert_eq!(
        test("clean", r#"{"messages": [{}]}"#).as_deref(),
        Some("expected nothing, found: A rule is broken")
    );
    assert_eq!(
        test("found", r#"{"messages": [{}, {}]}"#).as_deref(),
        Some("expected a finding, found none")
    );
    assert_eq!(test("skipped", "{}"), None);
    assert_eq!(test("skipped", r#"{"key_stores": [{}]}"#), None);
    assert!(
        test("skipped", r#"{"messages": [{}]}"#)
            .is_some_and(|why| why.starts_with("expected that it cannot tell, found: "))
    );
    assert!(test("clean", "{}").is_some_and(|why| why.starts_with("it was skipped")));
    assert!(test("clean", r#"{"key_stores": [{}]}"#).is_some_and(|why| {
        why.starts_with("it could not tell: acme.checks.toml:10:11: a division by zero")
    }));
}

#[test]
fn files_that_are_no_packs_are_told() {
    let missing = Pack::load(Path::new("/nowhere/at-all.checks.toml")).expect_err("missing");
    assert_eq!(missing[0].kind, ProblemKind::Unreadable);
    assert!(missing[0].to_string().starts_with("/nowhere/at-all.checks.toml: cannot be read"));
    assert!(is_pack(Path::new("x/acme.checks.toml")) && !is_pack(Path::new("acme.toml")));
}

#[test]
fn the_guide_names_every_field_and_function() {
    let guide = include_str!("../../../../docs/expression-packs.md");
    let named = |name: &str| {
        guide.contains(&format!("`{name}`")) || guide.contains(&format!("`[[check.{name}]]`"))
    };
    for field in definition::CHECK_FIELDS
        .iter()
        .chain(definition::CAUSE_FIELDS)
        .chain(definition::TEST_FIELDS)
    {
        assert!(named(field), "{field}");
    }
    for function in
        signature::METHODS.iter().chain(signature::FUNCTIONS).map(|function| function.name)
    {
        assert!(
            guide.contains(&format!(".{function}(")) || guide.contains(&format!("`{function}(")),
            "{function}"
        );
    }
    for word in fields::words::<diag_sdk::Stage>().iter().chain(&fields::words::<diag_sdk::Need>())
    {
        assert!(named(word), "{word}");
    }
}
