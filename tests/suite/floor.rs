//! The floor of judgement from the outside: what happened decides, words only where nothing else
//! does; causes account for failures; more evidence never makes the answer worse.

use diag_core::report::Report;
use diag_core::runner::{Run, Selection, run};
use diag_core::verdict::Verdict;
use diag_families::BUILTIN;
use diag_sdk::Severity;
use diag_sdk::case::judgement::Fate;
use diag_sdk::manifest::checks_of;
use diag_tests::diagnose::{File, case_of, report_of};
use diag_tests::one_fault::{OneFault, files};

/// Words of refusals as pages state them, in four languages; in the text of an application they mean nothing.
const WORDS: &[&str] = &[
    "Access denied",
    "Authentication failed",
    "Single Sign-On Error",
    "Signature validation failed",
    "Zugriff verweigert",
    "Anmeldung fehlgeschlagen",
    "Accès refusé",
    "Échec de l'authentification",
    "Acceso denegado",
    "Error de autenticación",
];

/// Where words stand on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Title,
    Heading,
    Alert,
    Body,
}

const SPOTS: &[Spot] = &[Spot::Title, Spot::Heading, Spot::Alert, Spot::Body];

impl Spot {
    fn page(self, words: &str) -> String {
        let filler =
            "Ordinary content of an application with charts, tables and links to other pages. "
                .repeat(6);
        match self {
            Self::Title => {
                format!("<html><title>{words}</title><body><p>{filler}</p></body></html>")
            }
            Self::Heading => format!(
                "<html><title>Portal</title><body><h1>{words}</h1><p>{filler}</p></body></html>"
            ),
            Self::Alert => format!(
                "<html><title>Portal</title><body><div role=\"alert\">{words}</div><p>{filler}</p></body></html>"
            ),
            Self::Body => format!(
                "<html><title>Portal</title><body><h1>Overview</h1><p>{filler} {words} {filler}</p></body></html>"
            ),
        }
    }
}

/// A sign-in up to the POST of the response, and what came after it. The service provider's cookie is shown.
fn sketch(after: &str) -> String {
    format!(
        "diag-sketch/1 2026-11-24T10:00:00Z\n\n\
         [request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{{now}}\" AssertionConsumerServiceURL=\"https://app.example/acs\"/>\n\n\
         [again]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_7\" Version=\"2.0\" IssueInstant=\"{{now+11s}}\" AssertionConsumerServiceURL=\"https://app.example/acs\"/>\n\n\
         [response]\n<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_2\" InResponseTo=\"_1\" Version=\"2.0\" IssueInstant=\"{{now+9s}}\" Destination=\"https://app.example/acs\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status></samlp:Response>\n\n\
         GET https://app.example/start @0s\n< 302\n< Set-Cookie: sid=before; Path=/; Secure; HttpOnly; SameSite=None\n< Location: https://idp.example/sso?SAMLRequest={{redirect:request}}\n\n\
         GET https://idp.example/sso?SAMLRequest={{redirect:request}} @1s\n< 200\n< Content-Type: text/html\n| <title>Sign in</title><input type=password name=p>\n\n\
         POST https://app.example/acs @10s\n> Cookie: sid=before\n> SAMLResponse={{post:response}}\n{after}\n"
    )
}

fn fate_after(after: &str) -> (Fate, Verdict) {
    let files = [File::new("capture.sketch", sketch(after))];
    let case = case_of(&files);
    let response = case
        .messages
        .iter()
        .find(|message| message.root == "Response")
        .unwrap_or_else(|| panic!("no response in\n{after}"));
    (response.fate, report_of(&files).verdict)
}

/// A session that came with the answer and works.
fn let_in(page: &str) -> String {
    format!(
        "< 302\n< Set-Cookie: sid=after; Path=/; Secure; HttpOnly\n< Location: /start\n\n\
         GET https://app.example/start @11s\n> Cookie: sid=after\n< 200\n< Content-Type: text/html\n| {page}\n"
    )
}

#[test]
fn words_cannot_outweigh_a_session_that_works() {
    for words in WORDS {
        for spot in SPOTS {
            let told = fate_after(&let_in(&spot.page(words)));
            assert_eq!(told, (Fate::Accepted, Verdict::Healthy), "“{words}” as {spot:?}");
        }
    }
}

#[test]
fn words_cannot_make_a_refusal_a_success() {
    for words in WORDS.iter().chain(&["Welcome back", "Willkommen", "Bienvenue", "Bienvenido"]) {
        for spot in SPOTS {
            let page = spot.page(words);
            for (signs, after) in [
                ("4xx at the receiver", format!("< 403\n< Content-Type: text/html\n| {page}\n")),
                (
                    "an address for errors",
                    format!("< 302\n< Location: /saml/error?code=7\n\nGET https://app.example/saml/error?code=7 @11s\n> Cookie: sid=before\n< 200\n< Content-Type: text/html\n| {page}\n"),
                ),
                (
                    "the log-in page",
                    format!("< 302\n< Location: /login\n\nGET https://app.example/login @11s\n> Cookie: sid=before\n< 200\n< Content-Type: text/html\n| {page}<input type=password name=p>\n"),
                ),
                (
                    "asked again",
                    "< 302\n< Location: /start\n\nGET https://app.example/start @11s\n> Cookie: sid=before\n< 302\n< Location: https://idp.example/sso?SAMLRequest={redirect:again}\n\nGET https://idp.example/sso?SAMLRequest={redirect:again} @12s\n< 200\n< Content-Type: text/html\n| <title>x</title>\n".to_owned(),
                ),
            ] {
                let (fate, verdict) = fate_after(&after);
                assert_ne!(fate, Fate::Accepted, "{signs}, “{words}” as {spot:?}");
                assert_ne!(verdict, Verdict::Healthy, "{signs}, “{words}” as {spot:?}");
            }
        }
    }
}

#[test]
fn a_page_of_its_own_at_the_receiver_is_never_a_success() {
    for words in WORDS {
        for spot in SPOTS {
            let (fate, verdict) =
                fate_after(&format!("< 200\n< Content-Type: text/html\n| {}\n", spot.page(words)));
            // Where pages state things the words refuse; anywhere else nothing is known.
            let (expected, verdicts) = match spot {
                Spot::Body => (Fate::Open, [Verdict::Undetermined, Verdict::Broken]),
                _ => (Fate::Refused, [Verdict::Broken, Verdict::Broken]),
            };
            assert_eq!(fate, expected, "“{words}” as {spot:?}");
            assert!(verdicts.contains(&verdict), "{verdict:?}: “{words}” as {spot:?}");
        }
    }
    let (fate, verdict) =
        fate_after("< 200\n< Content-Type: text/html\n| <title>Portal</title><p>Hello there</p>\n");
    assert_eq!((fate, verdict), (Fate::Open, Verdict::Undetermined));
}

#[test]
fn the_sentence_of_a_page_is_shown_known_or_not() {
    for (page, sentence) in [
        (
            "<title>Portal</title><h2>Login was not successful</h2><p>No role could be mapped for quarter seven.</p>",
            "No role could be mapped for quarter seven.",
        ),
        (
            "<title>Error</title><div class=\"error-box\">Email can't be blank</div>",
            "Email can't be blank",
        ),
        (
            "<title>App</title><script>var s={\"errorCode\":\"390133\",\"message\":\"matching user is not found\"}</script>",
            "matching user is not found",
        ),
        (
            "<title>Anmeldung fehlgeschlagen</title><p>Das Konto wurde noch nicht freigeschaltet.</p>",
            "Das Konto wurde noch nicht freigeschaltet.",
        ),
    ] {
        let report = report_of(&[File::new(
            "capture.sketch",
            sketch(&format!("< 200\n< Content-Type: text/html\n| {page}\n")),
        )]);
        let told = serde_json::to_string(&report.findings).expect("JSON");
        assert!(told.contains(sentence), "{sentence}: {told}");
    }
}

/// How right the first root cause is: 2 the fault, 1 the bare refusal or nothing, 0 something else.
fn rightness(report: &Report, case: &OneFault) -> u8 {
    const BARE: &[&str] = &[
        "flow/sp-refused-response",
        "flow/idp-error-page",
        "flow/metadata-or-signing-error-at-sp",
        "flow/redirect-loop",
        "assertion/status-not-success",
        "flow/request-not-answered",
        "flow/response-not-posted",
    ];
    let Some(lead) = report.root_causes.first().and_then(|id| report.finding(id)) else { return 1 };
    if lead.check == case.expect.check || case.expect.also.contains(&lead.check) {
        2
    } else {
        u8::from(BARE.contains(&lead.check.as_str()))
    }
}

/// The one-fault cases with a capture whose fault is an error.
fn captured() -> Vec<(String, OneFault)> {
    let cases: Vec<(String, OneFault)> = files()
        .iter()
        .map(|path| (path.display().to_string(), OneFault::read(path)))
        .filter(|(_, case)| case.capture.is_some() && case.expect.severity == Severity::Error)
        .collect();
    assert!(cases.len() > 20, "only {} captures", cases.len());
    cases
}

#[test]
fn more_evidence_never_makes_the_answer_worse() {
    for (name, case) in captured() {
        let all = case.inputs();
        let only = |wanted: &dyn Fn(&File) -> bool| {
            all.iter().filter(|file| wanted(file)).cloned().collect::<Vec<_>>()
        };
        let is_capture = |file: &File| file.name.starts_with("capture.");
        // Each holds the one before it.
        let growing = [
            ("the capture alone", only(&|file| is_capture(file))),
            (
                "with published metadata",
                only(&|file| is_capture(file) || file.name.ends_with("-metadata.xml")),
            ),
            ("with everything", all.clone()),
        ];
        let mut before = (0, "nothing");
        for (mode, files) in &growing {
            let report = report_of(files);
            let now = rightness(&report, &case);
            let lead = report
                .root_causes
                .first()
                .and_then(|id| report.finding(id))
                .map(|finding| &finding.check);
            assert!(
                now >= before.0,
                "{name}: {mode} is worse ({now}, {lead:?}) than {} ({})",
                before.1,
                before.0
            );
            before = (now, mode);
        }
        assert_eq!(before.0, 2, "{name}: everything is not enough");
    }
}

#[test]
fn the_order_of_inputs_changes_nothing() {
    for (name, case) in captured() {
        let told = |files: &[File]| {
            let report = report_of(files);
            let lead = |id: &String| {
                report.finding(id).map(|finding| (finding.check.clone(), finding.message.clone()))
            };
            let mut findings: Vec<_> = report
                .findings
                .iter()
                .map(|finding| (finding.check.clone(), finding.severity, finding.message.clone()))
                .collect();
            findings.sort();
            (report.verdict, report.root_causes.iter().map(lead).collect::<Vec<_>>(), findings)
        };
        let mut files = case.inputs();
        let expected = told(&files);
        files.reverse();
        assert_eq!(told(&files), expected, "{name}: reversed");
        let middle = files.len() / 2;
        files.rotate_left(middle);
        assert_eq!(told(&files), expected, "{name}: rotated");
    }
}

#[test]
fn without_its_cause_a_failure_is_unexplained() {
    let mut shown = 0;
    for (name, case) in captured() {
        let facts = case_of(&case.inputs());
        if facts.failures.is_empty() {
            continue;
        }
        let whole = run(&facts, BUILTIN, &Selection::default());
        let related = |check: &str| {
            check == case.expect.check || case.expect.also.iter().any(|also| also == check)
        };
        let findings =
            whole.findings.iter().filter(|finding| !related(&finding.check)).cloned().collect();
        let report = Report::new(
            &facts,
            Run { findings, checks: Vec::new() },
            &checks_of(BUILTIN),
            &diag_products::Products::builtin(),
        );
        assert_ne!(
            report.verdict,
            Verdict::Healthy,
            "{name}: a failure does not go away with its cause"
        );
        assert!(rightness(&report, &case) <= 1, "{name}");
        shown += 1;
    }
    assert!(shown > 15, "only {shown} failures");
}

#[test]
fn an_unrelated_defect_does_not_push_the_cause_aside() {
    // A second entry point that nobody used, with faults of its own.
    let other = r#"{"id": "5b2f7c11-0d2e-4a55-9d7e-3c1a9b8e7f60", "prefix": "FINANCE/", "description": "", "authenticationMethod": 3,
        "samlHostUri": "https://finance.example.net/", "samlEntityId": "finance", "samlMetadataIdP": "", "sessionCookieHeaderName": "a b",
        "websocketCrossOriginWhiteList": ["https://x"], "loadBalancingServerNodes": []}"#;
    let old = include_str!("../cases/base/idp-metadata.xml")
        .replace("8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690", "11111111-2222-4333-8444-555555555555");
    for (name, case) in captured() {
        for (defect, file) in [
            ("an entry point nobody used", File::new("other-virtualproxy.json", other)),
            (
                "metadata of an identity provider that took no part",
                File::new("unrelated.xml", diag_tests::fixture::fill(&old)),
            ),
        ] {
            let mut files = case.inputs();
            let before = report_of(&files);
            files.push(file);
            let after = report_of(&files);
            let lead = |report: &Report| {
                report
                    .root_causes
                    .first()
                    .and_then(|id| report.finding(id))
                    .map(|finding| finding.check.clone())
            };
            assert_eq!(lead(&after), lead(&before), "{name}: {defect}");
        }
    }
}

#[test]
fn every_root_cause_says_why_it_is_named() {
    for (name, case) in captured() {
        let report = case.report();
        for id in &report.root_causes {
            let finding = report.finding(id).expect("a finding");
            let because = finding
                .because
                .as_ref()
                .unwrap_or_else(|| panic!("{name}: {} does not say why", finding.check));
            assert!(!because.named_because.is_empty() && !because.dropped_if.is_empty(), "{name}");
        }
    }
}

#[test]
fn a_capture_of_which_nothing_is_left_is_not_passed_over() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/healthy");
    let mut files: Vec<File> = std::fs::read_dir(folder)
        .expect("the example")
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            File::new(&name, std::fs::read(&path).expect("a file"))
        })
        .collect();
    let verdict_with = |capture: Option<Vec<u8>>, files: &mut Vec<File>| {
        files.retain(|file| file.name != "capture.har");
        files.extend(capture.map(|bytes| File::new("capture.har", bytes)));
        report_of(files).verdict
    };
    let capture = files.iter().find(|file| file.name == "capture.har").expect("it").content.clone();
    let entries = capture.windows(9).position(|word| word == b"\"entries\"").expect("entries");
    let cut = capture[..entries + 40].to_vec();
    assert_eq!(verdict_with(Some(capture), &mut files), Verdict::Healthy);
    assert_eq!(verdict_with(Some(cut), &mut files), Verdict::Undetermined);
    assert_eq!(verdict_with(None, &mut files), Verdict::Healthy, "the configuration alone");
}
