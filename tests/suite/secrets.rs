//! Canaries: values that must not appear in anything `diag` says.

use diag_core::report::Report;
use diag_tests::capture::Capture;
use diag_tests::diagnose::{File, case_of, report_on};

const CANARIES: &[&str] = &[
    "CANARY-SESSION-COOKIE",
    "CANARY-PASSWORD",
    "CANARY-SESSION-INDEX",
    "CANARY-SECRET-TEXT",
    "CANARY-PRIVATE-KEY",
];

/// An application export that holds secrets it should not.
fn application() -> String {
    let text =
        std::fs::read_to_string(diag_tests::one_fault::folder().join("base/application.json"))
            .expect("the base");
    text.replacen(
        '{',
        "{\"passwordCredentials\": [{\"secretText\": \"CANARY-SECRET-TEXT\", \"hint\": \"CAN\"}], \"keyCredentials\": [{\"usage\": \"Sign\", \"type\": \"X509CertAndPassword\", \"key\": \"CANARY-PRIVATE-KEY\"}],",
        1,
    )
}

#[test]
fn no_secret_reaches_case_or_report() {
    for capture in [
        Capture::default(),
        Capture {
            posted_again: Some(400),
            acs_page: Some(
                "Error 400 - Bad request X-Qlik-Session-bi=CANARY-SESSION-COOKIE".into(),
            ),
            ..Capture::default()
        },
        Capture { signed: "none".into(), acs_status: 500, ..Capture::default() },
    ] {
        let case = case_of(&[
            File::new("capture.har", capture.har()),
            File::new("application.json", application()),
        ]);
        let signature_values: Vec<String> = capture
            .response("2026-11-24T09:58:12Z".parse().expect("a timestamp"))
            .split("SignatureValue>")
            .filter(|part| part.len() > 200 && !part.contains('<'))
            .map(str::to_owned)
            .collect();
        let report: Report = report_on(&case);
        let outputs = [
            serde_json::to_string(&case).expect("JSON"),
            serde_json::to_string(&report).expect("JSON"),
            format!("{case:?}"),
        ];
        for output in &outputs {
            for canary in
                CANARIES.iter().copied().chain(signature_values.iter().map(String::as_str))
            {
                assert!(!output.contains(canary), "{canary} got out");
            }
        }
    }
}

/// Where the person wanted to go is how many consumer service URLs begin.
#[test]
fn a_relay_state_takes_nothing_from_the_addresses_that_are_compared() {
    for (host, wanted) in [
        ("https://node2.desk-emea.example", "/saml"),
        ("https://intranet-portal.desk.example", "/start?from=mail"),
    ] {
        let sketch = format!(
            "diag-sketch/1 2026-11-24T10:00:00Z\n\n\
            [request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{{now}}\" AssertionConsumerServiceURL=\"{host}/saml/callback\"><saml:Issuer>{host}</saml:Issuer></samlp:AuthnRequest>\n\n\
            GET {host}/ @0s\n< 302\n< Location: https://login.contoso.example/sso?SAMLRequest={{redirect:request}}&RelayState={host}{wanted}\n\n\
            GET https://login.contoso.example/sso?SAMLRequest={{redirect:request}}&RelayState={host}{wanted} @1s\n< 200\n< Content-Type: text/html\n| <title>Sign in</title>\n"
        );
        let case = case_of(&[File::new("sketch.txt", sketch)]);
        let request =
            case.messages.iter().find_map(|message| message.request.as_ref()).expect("a request");
        let url = request.acs_url.as_ref().map(|url| url.value.clone()).unwrap_or_default();
        assert_eq!(url, format!("{host}/saml/callback"));
    }
}

/// Copied from a mail or a chat, such a character is a cause of its own, which nobody finds by looking.
#[test]
fn a_character_that_nobody_sees_is_named_in_the_finding() {
    for (character, name) in [
        ('\u{ad}', "a soft hyphen (U+00AD)"),
        ('\u{61c}', "an Arabic letter mark (U+061C)"),
        ('\u{180e}', "a Mongolian vowel separator (U+180E)"),
        ('\u{3164}', "a Hangul filler (U+3164)"),
        ('\u{115f}', "a Hangul filler (U+115F)"),
        ('\u{2800}', "a blank Braille pattern (U+2800)"),
        ('\u{200b}', "a zero-width space (U+200B)"),
    ] {
        let capture = Capture {
            audience: format!("https://sense.example{character}.org"),
            acs_status: 400,
            ..Capture::default()
        };
        let report = report_on(&case_of(&[
            File::new("capture.har", capture.har()),
            File::new("application.json", application()),
        ]));
        let told = report
            .findings
            .iter()
            .filter_map(|finding| finding.detail.as_deref())
            .any(|detail| detail.contains(name));
        assert!(told, "{name}: {:#?}", report.findings);
    }
}
