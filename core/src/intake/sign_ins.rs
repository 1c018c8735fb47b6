//! A list of sign-ins as an identity provider's log exports it: when each was, and the number and the sentence by which it was
//! refused. Of people and places in it nothing is kept.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Write;

/// Longest sentence of one that is kept.
const LONGEST: usize = 1_000;

/// One sign-in of Microsoft Graph's `auditLogs/signIns`.
#[derive(Deserialize)]
struct SignIn {
    #[serde(rename = "createdDateTime")]
    created: Option<String>,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    #[serde(rename = "errorCode")]
    code: u64,
    #[serde(rename = "failureReason")]
    reason: Option<String>,
}

/// The file as lines of a log, each where its sign-in stands in the file; what succeeded has none.
pub(super) fn as_log(document: &str) -> Option<String> {
    let sign_ins = listed(document)?;
    let mut log = String::new();
    // Where the log has come to: its line, and the byte of the document up to which lines were counted.
    let (mut line, mut stands, mut counted) = (1, 1, 0);
    let start = document.as_ptr() as usize;
    for raw in sign_ins {
        let Ok(SignIn { created, status }) = serde_json::from_str(raw.get()) else { continue };
        if status.code == 0 {
            continue;
        }
        // A borrowed part of the document: where it begins tells its line.
        let at = (raw.get().as_ptr() as usize).saturating_sub(start);
        stands += document.get(counted..at).map_or(0, |passed| passed.matches('\n').count());
        counted = at;
        while line < stands {
            log.push('\n');
            line += 1;
        }
        let reason = status.reason.unwrap_or_default();
        let reason: String = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        let reason: String = reason.chars().take(LONGEST).collect();
        let created = created.unwrap_or_default();
        let _ = writeln!(log, "{created} ERROR AADSTS{}: {reason}", status.code);
        line += 1;
    }
    Some(log)
}

/// The sign-ins of a list, of a list under `value`, or the one there is.
fn listed(document: &str) -> Option<Vec<&RawValue>> {
    #[derive(Deserialize)]
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
    use super::as_log;

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
}
