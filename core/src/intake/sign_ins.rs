//! A list of sign-ins as an identity provider's log exports it, as JSON or as a table: when each was, at which application, and the
//! number and the sentence by which it was refused. Of people and places in it nothing is kept.
//!
//! Microsoft Graph's `auditLogs/signIns`, the same by PowerShell, rows of Log Analytics (`SigninLogs`), and what the portal downloads:
//! <https://learn.microsoft.com/graph/api/resources/signin>,
//! <https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs>.

use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt::Write;

/// Longest sentence of one that is kept.
const LONGEST: usize = 1_000;

/// Names of what is read, in any letter case and without the marks between words.
const TIME: &[&str] = &["createddatetime", "dateutc", "date", "timegenerated", "timegeneratedutc"];
const CODE: &[&str] = &["errorcode", "signinerrorcode", "resulttype"];
const REASON: &[&str] = &["failurereason", "resultdescription"];
const APPLICATION: &[&str] = &["appid", "applicationid"];
const PERSON: &[&str] = &["userid", "userprincipalname", "username", "user"];

/// One sign-in.
#[derive(Debug, Default)]
struct SignIn {
    /// The line of the file on which it stands, from 1.
    line: usize,
    time: String,
    /// 0 where it worked.
    code: u64,
    reason: String,
    application: String,
    person: String,
}

/// A JSON document as lines of a log, each where its sign-in stands in the file; what worked has none, and neither has what the
/// same person was asked or refused at the same application before it worked.
pub(super) fn as_log(document: &str) -> Option<String> {
    let mut sign_ins = Vec::new();
    // Where the document has come to: the byte up to which lines were counted.
    let (mut line, mut counted) = (1, 0);
    let start = document.as_ptr() as usize;
    for raw in listed(document)? {
        let Ok(value) = serde_json::from_str::<Value>(raw.get()) else { continue };
        // A borrowed part of the document: where it begins tells its line.
        let at = (raw.get().as_ptr() as usize).saturating_sub(start);
        line += document.get(counted..at).map_or(0, |passed| passed.matches('\n').count());
        counted = at;
        sign_ins.extend(of_object(&value).map(|sign_in| SignIn { line, ..sign_in }));
    }
    Some(written(&sign_ins))
}

/// A table with a head that names a time and the number of an error, as lines of a log.
pub(super) fn table_as_log(text: &str) -> Option<String> {
    let head = text.lines().next()?.trim_start_matches('\u{feff}');
    let lower = head.to_lowercase();
    if !head.contains(',')
        || !["error code", "errorcode", "resulttype"].iter().any(|name| lower.contains(name))
    {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let names: Vec<String> = reader.headers().ok()?.iter().map(plain).collect();
    let column = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    let (time, code) = (column(TIME)?, column(CODE)?);
    let (reason, application, person) = (column(REASON), column(APPLICATION), column(PERSON));
    let mut sign_ins = Vec::new();
    for row in reader.records().filter_map(Result::ok) {
        let field = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().trim();
        let Ok(code) = field(Some(code)).parse() else { continue };
        sign_ins.push(SignIn {
            line: row.position().map_or(1, |place| usize::try_from(place.line()).unwrap_or(1)),
            time: field(Some(time)).to_owned(),
            code,
            reason: field(reason).to_owned(),
            application: field(application).to_owned(),
            person: field(person).to_owned(),
        });
    }
    Some(written(&sign_ins))
}

fn of_object(value: &Value) -> Option<SignIn> {
    let fields: HashMap<String, &Value> =
        value.as_object()?.iter().map(|(name, value)| (plain(name), value)).collect();
    let status: HashMap<String, &Value> = fields
        .get("status")
        .and_then(|status| status.as_object())
        .map(|status| status.iter().map(|(name, value)| (plain(name), value)).collect())
        .unwrap_or_default();
    let found =
        |names: &[&str]| names.iter().find_map(|name| status.get(*name).or(fields.get(*name)));
    let text = |names: &[&str]| {
        found(names).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    Some(SignIn {
        line: 1,
        time: text(TIME).unwrap_or_default(),
        code: text(CODE)?.trim().parse().ok()?,
        reason: text(REASON).unwrap_or_default(),
        application: text(APPLICATION).unwrap_or_default(),
        person: text(PERSON).unwrap_or_default(),
    })
}

/// The lines, without what went before a sign-in that worked.
fn written(sign_ins: &[SignIn]) -> String {
    let mut worked: HashMap<(&str, &str), &str> = HashMap::new();
    for sign_in in sign_ins.iter().filter(|sign_in| sign_in.code == 0 && !sign_in.person.is_empty())
    {
        let last = worked.entry((&sign_in.person, &sign_in.application)).or_default();
        *last = (*last).max(sign_in.time.as_str());
    }
    let mut log = String::new();
    let mut line = 1;
    for sign_in in sign_ins {
        let outdone = worked
            .get(&(sign_in.person.as_str(), sign_in.application.as_str()))
            .is_some_and(|last| sign_in.time.as_str() <= *last);
        if sign_in.code == 0 || outdone {
            continue;
        }
        while line < sign_in.line {
            log.push('\n');
            line += 1;
        }
        let reason: String = sign_in.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        let reason: String = reason.chars().take(LONGEST).collect();
        let _ = write!(log, "{} ERROR AADSTS{}: {reason}", sign_in.time, sign_in.code);
        let is_id = sign_in.application.len() == 36
            && sign_in.application.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if is_id {
            let _ = write!(log, " [application {}]", sign_in.application.to_lowercase());
        }
        log.push('\n');
        line += 1;
    }
    log
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// The sign-ins of a list, of a list under `value`, or the one there is.
fn listed(document: &str) -> Option<Vec<&RawValue>> {
    #[derive(serde::Deserialize)]
    struct Answer<'d> {
        #[serde(borrow)]
        value: Vec<&'d RawValue>,
    }
    if document.starts_with('[') {
        return serde_json::from_str(document).ok();
    }
    match serde_json::from_str::<Answer<'_>>(document) {
        Ok(answer) => Some(answer.value),
        Err(_) => Some(vec![serde_json::from_str(document).ok()?]),
    }
}

#[cfg(test)]
mod tests {
    use super::{as_log, table_as_log};

    const APP: &str = "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33";

    #[test]
    fn refused_sign_ins_are_lines_where_they_stand() {
        let one = "{\"createdDateTime\":\"2026-11-24T08:05:11Z\",\"userPrincipalName\":\"ann@acme.example\",\"status\":{\"errorCode\":50105,\"failureReason\":\"Not  assigned.\"}}";
        let fine = "{\"status\":{\"errorCode\":0}}";
        let wanted = "2026-11-24T08:05:11Z ERROR AADSTS50105: Not assigned.\n";
        assert_eq!(as_log(one).as_deref(), Some(wanted));
        assert_eq!(as_log(&format!("[{fine},{one}]")).as_deref(), Some(wanted));
        assert_eq!(
            as_log(&format!("{{\"value\":[\n{fine},\n{one}]}}")),
            Some(format!("\n\n{wanted}"))
        );
        assert_eq!(as_log("[]").as_deref(), Some(""));
        assert_eq!(as_log("{"), None);
    }

    #[test]
    fn other_tools_name_the_same_otherwise() {
        let by_powershell = format!(
            "[{{\"CreatedDateTime\":\"2026-11-24T08:05:11Z\",\"AppId\":\"{APP}\",\"Status\":{{\"ErrorCode\":50105,\"FailureReason\":\"No.\"}}}}]"
        );
        let row = format!(
            "[{{\"TimeGenerated\":\"2026-11-24T08:05:11Z\",\"AppId\":\"{APP}\",\"ResultType\":\"50105\",\"ResultDescription\":\"No.\"}}]"
        );
        let wanted = format!("2026-11-24T08:05:11Z ERROR AADSTS50105: No. [application {APP}]\n");
        assert_eq!(as_log(&by_powershell), Some(wanted.clone()));
        assert_eq!(as_log(&row), Some(wanted.clone()));
        let table = format!(
            "\u{feff}\"Date (UTC)\",\"User\",\"Application ID \",\"Sign-in error code\",\"Failure reason\"\n2026-11-24T08:05:11Z,ann,{APP},50105,\"No.\"\n2026-11-24T08:05:12Z,eve,{APP},,\n"
        );
        assert_eq!(table_as_log(&table), Some(format!("\n{wanted}")));
        assert_eq!(table_as_log("a,b\n1,2\n"), None);
    }

    #[test]
    fn what_came_before_a_sign_in_that_worked_is_told_of_nobody() {
        let one = |time: &str, who: &str, code: u64| {
            format!(
                "{{\"createdDateTime\":\"2026-11-24T08:{time}Z\",\"userId\":\"{who}\",\"appId\":\"{APP}\",\"status\":{{\"errorCode\":{code}}}}}"
            )
        };
        let log = [
            one("05:00", "a", 50_126),
            one("05:20", "a", 0),
            one("06:00", "a", 50_105),
            one("05:01", "b", 50_057),
        ];
        let log = as_log(&format!("[{}]", log.join(","))).expect("it is read");
        assert!(!log.contains("50126") && log.contains("50105") && log.contains("50057"), "{log}");
    }
}
