//! Logs as witnesses with a clock: older and newer columns, other encodings and zones, other servers' logs, lines of
//! other days and of other people.

use diag_core::report::Report;
use diag_core::verdict::Verdict;
use diag_tests::diagnose::{File, case_of, report_of};
use diag_tests::one_fault::OneFault;

const HEADER: &str = "Sequence#\tTimestamp\tLevel\tHostname\tLogger\tThread\tId\tServiceUser\tMessage\tProxySessionId\tId2";
const UNSECURED: &str = "SAML assertion must be encrypted on an unsecured connection";

/// A sign-in of 2026-11-24 whose response the virtual proxy refuses at 09:58:12 UTC without a reason.
const REFUSED: &str = "acs_status = 400\nacs_page = \"<html><head><title>Error 400 - Bad request</title></head><body><h1>Error 400 - Bad request</h1><p>Contact your system administrator. The user cannot be authenticated by the SAML response through the following virtual proxy: bi</p></body></html>\"";

fn files(capture: Option<&str>, logs: &[(&str, Vec<u8>)]) -> Vec<File> {
    let capture = capture.map(|fields| format!("[capture]\n{fields}\n")).unwrap_or_default();
    let text = format!("about = \"a log\"\n{capture}[expect]\ncheck = \"\"\nseverity = \"notice\"");
    let case: OneFault = toml::from_str(&text).expect("a case");
    let mut files = case.inputs();
    files.extend(logs.iter().map(|(name, bytes)| File::new(name, bytes.clone())));
    files
}

fn report(capture: Option<&str>, logs: &[(&str, Vec<u8>)]) -> Report {
    report_of(&files(capture, logs))
}

fn root(report: &Report) -> &str {
    report
        .root_causes
        .first()
        .and_then(|id| report.finding(id))
        .map_or("", |finding| finding.check.as_str())
}

fn line(time: &str, message: &str) -> String {
    format!(
        "{HEADER}\n41\t{time}\tWARN\tSRVBI01\tAudit.Proxy.Proxy.SessionEstablishment.Authentication.SAML.SamlAuthenticationHandler\t47\ta\tEXAMPLE\\svc\t{message}\t0\tb\n"
    )
}

#[test]
fn a_line_within_minutes_gives_the_reason_in_whatever_columns_and_zone() {
    let older = format!(
        "Sequence#\tTimestamp\tLevel\tHostname\tLogger\tThread\tId\tMessage\tChecksum\n41\t20261124T105812.300+0100\tWARN\tSRVBI01\tAudit.Proxy.SamlAuthenticationHandler\t47\ta\t{UNSECURED}\tq83v\n"
    );
    let newer = format!(
        "Sequence#\tProductVersion\tTimestamp\tLevel\tHostname\tLogger\tThread\tId\tServiceUser\tMessage\tException\tStackTrace\tProxySessionId\tId2\n41\t14.187.4\t20261124T095812.300Z\tWARN\tSRVBI01\tAudit.Proxy.SamlAuthenticationHandler\t47\ta\tEXAMPLE\\svc\t{UNSECURED}\t\t\t0\tb\n"
    );
    let cut_out =
        line("20261124T095812.300+0000", UNSECURED).lines().nth(1).expect("a line").to_owned();
    let wide: Vec<u8> = format!("\u{feff}{}", line("20261124T095812.300+0000", UNSECURED))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (what, log) in [
        ("older columns, local time with its offset", older.into_bytes()),
        ("newer columns, UTC", newer.into_bytes()),
        ("local time without its zone", line("20261124T105812.300", UNSECURED).into_bytes()),
        ("a zone of half an hour", line("20261124T152812.300", UNSECURED).into_bytes()),
        ("the far west", line("20261124T015812.300-0800", UNSECURED).into_bytes()),
        ("one line without a header", cut_out.into_bytes()),
        ("UTF-16, as PowerShell writes it", wide),
    ] {
        let report = report(Some(REFUSED), &[("SRVBI01_Proxy_audit.txt", log)]);
        assert_eq!(root(&report), "signing/assertion-not-encrypted", "{what}");
    }
}

#[test]
fn a_line_of_another_time_is_history() {
    for (what, time) in [
        ("weeks before", "20261101T095812.300+0000"),
        ("hours before", "20261124T065812.300+0000"),
        ("the same clock in another zone", "20261124T095812.300+0100"),
        ("the day after", "20261125T095812.300Z"),
        ("hours and minutes before, without a zone", "20261124T064000.000"),
    ] {
        let report = report(Some(REFUSED), &[("log.txt", line(time, UNSECURED).into_bytes())]);
        assert_eq!(root(&report), "flow/sp-refused-response", "{what}");
    }
}

#[test]
fn who_reads_that_a_sign_in_works_is_told_of_those_in_the_log_that_failed() {
    let told = |capture: &str, time: &str| {
        let log = line(time, "SAML assertion is expired").into_bytes();
        let case = case_of(&files(Some(capture), &[("log.txt", log)]));
        let input = case.inputs.iter().find(|input| input.path.ends_with("log.txt"));
        input.expect("the log").notes.join("; ")
    };
    assert_eq!(
        told("", "20261101T095812.300+0000"),
        "1 line tells of sign-ins that failed at other times than what was captured, the last on 2026-11-01 at 09:58:12 UTC: give the log alone to have them judged"
    );
    assert_eq!(told(REFUSED, "20261124T095812.300+0000"), "");
}

#[test]
fn a_line_against_a_readable_assertion_is_somebody_elses() {
    let log = line("20261124T095702.300+0000", "SAML mandatory attribute for user ID is missing");
    let report = report(Some(REFUSED), &[("log.txt", log.into_bytes())]);
    assert_eq!(root(&report), "flow/sp-refused-response");
}

#[test]
fn a_sign_in_that_works_is_not_made_ill_by_a_log() {
    let denied = |user: &str| {
        let header = "Sequence#\tProductVersion\tTimestamp\tHostname\tId\tDescription\tProxySessionId\tCommand\tResult\tMessage\tId2";
        let says = format!(
            "Access was denied for User: '{user}', with AccessID '1', SessionID: '2', SessionCount: '0', Hostname: 'x', OperationType: 'UsageDenied'"
        );
        format!("{header}\n12\t38.22.0\t20261124T095813.000+0000\tSRVBI01\ta\tLicense\t0\tLicense user access\t403\t{says}\tb\n")
            .into_bytes()
    };
    for (what, log) in [
        (
            "a refusal of weeks before",
            line("20261101T095812.300+0000", "SAML assertion is expired").into_bytes(),
        ),
        (
            "a refusal of somebody else a minute later",
            line("20261124T095912.300+0000", "SAML assertion is expired").into_bytes(),
        ),
        ("a licence that somebody else lacks", denied("ENTRA\\eve@example.org")),
    ] {
        let report = report(Some(""), &[("log.txt", log)]);
        assert_eq!((root(&report), report.verdict), ("", Verdict::Healthy), "{what}");
    }
    let own = report(
        Some(""),
        &[("SRVBI01_AuditSecurity_Repository.txt", denied("ENTRA\\mira@example.org"))],
    );
    assert_eq!((root(&own), own.verdict), ("identity/access-not-granted-at-sp", Verdict::Broken));
}

#[test]
fn what_a_log_alone_says_failed_failed() {
    let inactive = line(
        "20261120T100000.000+0100",
        "Your account is inactive. Contact your administrator to activate it.",
    );
    let nextcloud = "{\"reqId\":\"a1\",\"level\":3,\"time\":\"2026-11-20T09:00:12+00:00\",\"app\":\"user_saml\",\"message\":\"Auto provisioning not allowed and user ada does not exist\"}\n{\"reqId\":\"a2\",\"level\":1,\"time\":\"2026-11-20T09:00:13+00:00\",\"app\":\"core\",\"message\":\"done\"}\n";
    let shibd = "2026-11-20 09:00:12 WARN Shibboleth.SSO.SAML2 [7] [default]: Unable to locate metadata for identity provider (https://idp.example/saml)\n2026-11-20 09:00:13 INFO Shibboleth.Listener [7]: listening\n";
    for (what, log, check) in [
        ("an account that is inactive", inactive.as_str(), "identity/user-blocked-at-sp"),
        ("a log of JSON", nextcloud, "identity/user-unknown-at-sp"),
        ("a log of another server", shibd, "endpoints/idp-unknown-to-sp"),
        (
            "nothing but an hour ago",
            &line("20261124T085812.000Z", "SAML assertion is expired"),
            "assertion/expired",
        ),
    ] {
        let report = report_of(&[File::new("server.log", log)]);
        assert_eq!((root(&report), report.verdict), (check, Verdict::Broken), "{what}");
    }
}

#[test]
fn the_last_refusal_of_a_log_is_what_is_asked_about() {
    let mut log = line("20261101T100000.000Z", UNSECURED);
    log.push_str(
        line("20261120T100000.000Z", "SAML mandatory attribute for user ID is missing")
            .lines()
            .nth(1)
            .expect("a line"),
    );
    let report = report(None, &[("log.txt", log.into_bytes())]);
    assert_eq!(root(&report), "identity/user-id-attribute-missing");
    assert!(
        !report.findings.iter().any(|finding| finding.check == "signing/assertion-not-encrypted")
    );
}

#[test]
fn a_log_without_refusals_says_nothing() {
    let calm = line("20261124T095812.300+0000", "Session established").replace("WARN", "INFO");
    assert_eq!(report(None, &[("log.txt", calm.into_bytes())]).verdict, Verdict::Healthy);
}

#[test]
fn a_refused_web_socket_shows_in_the_log() {
    let log = line(
        "20261124T095812.300+0000",
        "Cross-Site Websocket Hijacking attack prevention check failed",
    );
    let text = "about = \"a log\"\n[[edit]]\nfile = \"virtualproxy.json\"\nset = { \"/additionalResponseHeaders\" = \"\" }\n[expect]\ncheck = \"\"\nseverity = \"notice\"";
    let case: OneFault = toml::from_str(text).expect("a case");
    let mut files = case.inputs();
    files.push(File::new("log.txt", log));
    let report = report_of(&files);
    assert_eq!(
        (root(&report), report.verdict),
        ("virtual-proxy/cross-origin-headers-missing", Verdict::Broken)
    );
}
