//! Expression packs from the outside: the guide, what a pack sees, and a pack over a whole case.

use diag_core::runner::{Run, Selection};
use diag_host::pack::{self, Pack};
use diag_host::{Launcher, Limits, Loaded, PluginError, Terms};
use diag_sdk::case::assertion::{Assertion, Attribute};
use diag_sdk::case::exchange::{Exchange, Page};
use diag_sdk::case::message::{Message, MessageKind, Status};
use diag_sdk::{Case, Personal, Sited};
use diag_tests::capture::Capture;
use diag_tests::diagnose::{File, case_of};
use diag_tests::plugin::{diag_in, said};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The fenced blocks of the guide with this info string.
fn blocks(info: &str) -> Vec<String> {
    let guide =
        std::fs::read_to_string(root().join("docs/expression-packs.md")).expect("the guide");
    let mut blocks = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{info}") {
            blocks.push(
                lines
                    .by_ref()
                    .take_while(|line| *line != "```")
                    .flat_map(|line| [line, "\n"])
                    .collect(),
            );
        } else if line.starts_with("```") {
            lines.by_ref().find(|line| *line == "```");
        }
    }
    assert!(!blocks.is_empty(), "the guide has no block {info}");
    blocks
}

/// Packs need no worker; a launcher that cannot launch anything proves it.
fn launcher() -> Launcher {
    Launcher { program: PathBuf::from("/nowhere"), arguments: Vec::new() }
}

fn load(path: &Path, granted: &[&str]) -> Loaded {
    let terms = Terms {
        granted: granted.iter().map(|grant| (*grant).to_owned()).collect(),
        ..Terms::default()
    };
    match Loaded::load(path, &launcher(), &terms) {
        Ok(loaded) => loaded,
        Err(error) => panic!("{error}: {error:?}"),
    }
}

#[test]
fn the_guide_is_true() {
    let text = blocks("toml pack acme.checks.toml").remove(0);
    let pack =
        Pack::parse("acme.checks.toml", &text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let outcomes = pack.test();
    assert_eq!(outcomes.len(), 4);
    for outcome in outcomes {
        assert_eq!(outcome.failure, None, "{}: {}", outcome.check, outcome.name);
    }

    let broken = blocks("toml pack broken.checks.toml").remove(0);
    let problems =
        Pack::parse("broken.checks.toml", &broken).expect_err("the guide shows mistakes");
    let shown = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let mut shown = shown.lines();
    for line in blocks("text broken.checks.toml").remove(0).lines() {
        // The guide leaves the end of long lists out.
        match (line.strip_suffix('…'), shown.next()) {
            (Some(start), Some(whole)) => assert!(whole.starts_with(start), "{whole}"),
            (None, whole) => assert_eq!(whole, Some(line)),
            (Some(_), None) => panic!("{line}"),
        }
    }
    assert_eq!(shown.next(), None);
}

#[test]
fn expressions_of_the_guide_are_expressions() {
    for line in blocks("cel").remove(0).lines() {
        let expression = line.split("  //").next().unwrap_or_default().trim();
        let text = format!(
            "schema = 'diag-pack/1'\nname = 'x'\nversion = '1'\nabout = 'x'\n[[check]]\nid = 'x/y'\ntitle = 'x'\nlevel = 'notice'\n\
             for = 'case.messages'\nmessage = '''{{{{ {expression} }}}}'''\n"
        );
        let pack = Pack::parse("x.checks.toml", &text)
            .unwrap_or_else(|problems| panic!("{expression}: {}", problems[0]));
        let case = Case {
            messages: vec![Message {
                issuer: Some("https://idp.example".into()),
                ..Message::default()
            }],
            ..Case::default()
        };
        let answers = pack.run(&["x/y".to_owned()], &case);
        assert_eq!(answers[0].crashed, None, "{expression}");
    }
}

fn sited<T>(value: T) -> Sited<T> {
    Sited { value, place: diag_sdk::Place::default() }
}

fn personal(text: &str) -> Personal {
    Personal { text: Some(text.to_owned()), ..Personal::default() }
}

/// A case full of a person.
fn personal_case() -> Case {
    let attribute = |name: &str, value: &str| Attribute {
        name: name.into(),
        values: vec![sited(personal(value))],
        ..Attribute::default()
    };
    let assertion = Assertion {
        name_id: Some(sited(personal("CANARY-NAMEID@contoso.example"))),
        attributes: vec![
            attribute("mail", "CANARY-MAIL@contoso.example"),
            attribute("displayname", "CANARY Given Name"),
        ],
        ..Assertion::default()
    };
    Case {
        messages: vec![Message {
            kind: MessageKind::Response,
            relay_state: Some(personal("/hub/CANARY-RELAY")),
            status: Some(Status {
                message: Some(sited("AADSTS50105: CANARY-MAIL@contoso.example".to_owned())),
                ..Status::default()
            }),
            assertions: vec![assertion],
            ..Message::default()
        }],
        exchanges: vec![Exchange {
            url: "https://sense.example/users/CANARY-MAIL@contoso.example".into(),
            page: Some(Page {
                title: Some("Hello CANARY Given Name".into()),
                text: "as CANARY-NAMEID@contoso.example".into(),
                ..Page::default()
            }),
            ..Exchange::default()
        }],
        ..Case::default()
    }
}

#[test]
fn a_pack_sees_no_person_unless_that_was_granted() {
    let path = root().join("tests/packs/curious.checks.toml");
    let case = personal_case();
    let answers = load(&path, &[]).run(|_| true, &case);
    let said = serde_json::to_string(&answers).expect("JSON");
    assert_eq!(answers.iter().filter(|answer| !answer.findings.is_empty()).count(), 5, "{said}");
    assert!(!said.contains("CANARY"), "{said}");
    assert!(said.contains("(withheld)") && said.contains("AADSTS50105"), "{said}");

    let answers = load(&path, &["secret:personal"]).run(|_| true, &case);
    let said = serde_json::to_string(&answers).expect("JSON");
    for canary in ["CANARY-NAMEID@", "CANARY-MAIL@", "CANARY Given Name", "CANARY-RELAY"] {
        assert!(said.contains(canary), "{canary}: {said}");
    }
}

#[test]
fn no_secret_of_a_capture_reaches_a_pack() {
    let capture = Capture {
        set_cookie: Some("X-Qlik-Session-azure=CANARY-SESSION-COOKIE; Path=/; Secure".into()),
        ..Capture::default()
    };
    let case = case_of(&[File::new("capture.har", capture.har())]);
    let answers = load(&root().join("tests/packs/curious.checks.toml"), &["secret:personal"])
        .run(|_| true, &case);
    let said = serde_json::to_string(&answers).expect("JSON");
    for canary in ["CANARY-SESSION-COOKIE", "CANARY-PASSWORD", "CANARY-SESSION-INDEX"] {
        assert!(!said.contains(canary), "{canary}: {said}");
    }
}

#[test]
fn a_pack_stands_in_the_run_beside_everything_else() {
    let folder = std::env::temp_dir().join(format!("diag-packs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("acme.checks.toml");
    std::fs::write(&path, blocks("toml pack acme.checks.toml").remove(0)).expect("a file");
    let case = case_of(&[File::new("capture.har", Capture::default().har())]);
    let mut run = Run::default();
    let selection = Selection::default();
    let mut loaded = load(&path, &[]);
    run.take_in(loaded.run(|id| selection.wants(id), &case));
    let [finding] = run.findings.as_slice() else { panic!("{:?}", run.findings) };
    assert_eq!(finding.check, "acme/only-our-tenant");
    assert!(finding.message.starts_with("Response from https://sts.windows.net/"));
    assert!(finding.places[0].line.is_some(), "{:?}", finding.places);
    // No configuration was handed in.
    let ending = |id: &str| {
        run.checks.iter().find(|check| check.id == id).map(|check| format!("{:?}", check.ending))
    };
    assert!(
        ending("acme/prefix-names-the-provider")
            .is_some_and(|ending| ending.starts_with("Skipped"))
    );

    // What is trusted is this very text.
    let trusted = Terms {
        sha256: Some(loaded.sha256.clone()),
        limits: Limits::default(),
        ..Terms::default()
    };
    assert!(Loaded::load(&path, &launcher(), &trusted).is_ok());
    std::fs::write(&path, "schema = 'diag-pack/1'\n").expect("a file");
    assert!(matches!(Loaded::load(&path, &launcher(), &trusted), Err(PluginError::Changed { .. })));
    let error = Loaded::load(&path, &launcher(), &Terms::default()).expect_err("incomplete");
    let PluginError::BadPack { problems, .. } = &error else { panic!("{error}") };
    assert_eq!(problems.len(), 4);
    assert!(error.to_string().ends_with("4 problems in the pack"), "{error}");
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn the_template_keeps_its_word() {
    let pack = Pack::parse("ours.checks.toml", &pack::template("ours"))
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(pack.test().iter().all(pack::TestOutcome::passed));
}

/// A rule of one's own that is not kept fails a run and explains nothing: the verdict is what it would be without it.
#[test]
fn a_policy_is_not_breakage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ours.checks.toml");
    let text = "schema = 'diag-pack/1'\nname = 'ours'\nversion = '1.0.0'\nabout = 'Rules'\n[[check]]\nid = 'ours/rule'\n\
                title = 'Metadata is published at all'\nlevel = 'error'\nclass = 'policy'\nfor = 'case.metadata'\nwhen = 'true'\n";
    std::fs::write(&path, text).expect("written");
    let base = root().join("tests/cases/base");
    let path = path.to_str().expect("UTF-8");
    let run = |more: &[&str]| {
        diag_in(&base, &[&["sp-metadata.xml", "--at", "2026-11-24T10:00:00Z"], more].concat())
    };
    let json = |more: &[&str]| -> serde_json::Value {
        serde_json::from_slice(&run(&[&["--format", "json"], more].concat()).stdout)
            .expect("a report")
    };
    let (without, with) = (json(&[]), json(&["--plugin", path]));
    assert_eq!(
        (&with["verdict"], &with["root_causes"]),
        (&without["verdict"], &without["root_causes"])
    );
    let findings = with["findings"].as_array().expect("findings");
    let policy = findings.iter().find(|finding| finding["check"] == "ours/rule").expect("the rule");
    assert_eq!((&policy["class"], &policy["severity"]), (&"policy".into(), &"error".into()));
    assert!(
        findings
            .iter()
            .all(|finding| finding["check"] == "ours/rule" || finding["class"].is_null()),
        "nothing else is one"
    );
    let text = run(&["--plugin", path]);
    let (out, _) = said(&text);
    assert_eq!(text.status.code(), Some(1), "it fails the run: {out}");
    assert!(
        out.contains("POLICIES NOT KEPT")
            && out.contains("1 policy not kept")
            && !out.contains("ROOT CAUSE"),
        "{out}"
    );
}
