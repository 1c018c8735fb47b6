//! What pages say, although they come with 200: error texts, vendor codes, ids for support, log-in forms.

use super::html::{self, Html};
use super::phrases;
use super::shown::shown;
use diag_sdk::aadsts::{self, CodeClass};
use diag_sdk::case::exchange::Page;
use diag_sdk::{Meaning, Writer};

/// Longest text of a page that is kept.
const LONGEST_TEXT: usize = 1_000;
/// Most codes, status URIs and ids kept of one page.
const MOST: usize = 12;
/// A page of general words ("access denied") longer than this is content, not an error page.
const LONGEST_PLAIN_ERROR: usize = 800;
/// A page with a product's own error text longer than this is documentation, not an error page.
const LONGEST_ERROR: usize = 8_000;

/// Reads a page. `status` is that of the answer, `text/plain` and JSON bodies are read as text.
pub fn read(body: &str, status: u16, is_html: bool) -> Page {
    let html = if is_html { html::scan(body) } else { Html { text: html::collapse(head(body)), ..Html::default() } };
    let script = script_messages(&html.scripts);
    let title = html.title.as_deref().map(|title| shown(title, 200));
    // What scripts would show (Entra ID writes its pages that way) counts as visible text.
    let spoken = [html.title.as_deref().unwrap_or_default(), &html.text, &script.text].join("\n");
    let mut codes = vendor_codes(&spoken);
    for code in script.codes {
        if !codes.contains(&code) && codes.len() < MOST {
            codes.push(code);
        }
    }
    let phrases = phrases::find(&spoken);
    let credential_code = |code: &String| aadsts::number(code).is_some_and(|number| CREDENTIAL_CODES.contains(&number));
    let blocking_code = |code: &String| {
        !credential_code(code) && aadsts::lookup(code).is_none_or(|known| known.class != CodeClass::Interrupt || code == "AADSTS50058")
    };
    // A log-in form that comes again, with the remark why, is a question rather than an end.
    let asks_again = html.password_field && status < 400;
    let credentials_rejected = codes.iter().any(credential_code) || phrases.iter().any(|phrase| phrase.meaning == Meaning::Credentials);
    let told_by_phrase = phrases
        .iter()
        .filter(|phrase| phrase.meaning != Meaning::Credentials)
        .any(|phrase| spoken.len() <= if phrase.writer == Writer::Generic { LONGEST_PLAIN_ERROR } else { LONGEST_ERROR });
    let named_so =
        html.title.iter().chain(&html.headings).any(|heading| names_an_error(heading)) || html.page_id.as_deref() == Some("ConvergedError");
    let error = status >= 400 || (!asks_again && (named_so || told_by_phrase)) || codes.iter().any(blocking_code);
    let ids = support_ids(&spoken);
    let text = if html.text.is_empty() { &script.text } else { &html.text };
    Page {
        title,
        text: shown(text, LONGEST_TEXT),
        codes,
        status_codes: status_codes(&spoken),
        ids,
        phrases,
        login_form: html.password_field,
        credentials_rejected,
        error,
    }
}

/// Names of the password fields of a page.
pub fn password_fields(body: &str) -> Vec<String> {
    html::scan(body).password_names
}

/// Codes by which Entra ID says that what was typed is wrong; the person may try again.
const CREDENTIAL_CODES: &[u32] = &[50126, 50034, 50056, 50053, 50055, 50144, 50057];

fn head(text: &str) -> &str {
    let mut end = text.len().min(1 << 16);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Vendor codes in a text, outer and nested ones, in order: `AADSTS…` of Entra ID, `MSIS…` of AD FS.
pub fn vendor_codes(text: &str) -> Vec<String> {
    let upper = text.to_ascii_uppercase();
    let mut found: Vec<(usize, String)> = Vec::new();
    for prefix in ["AADSTS", "MSIS"] {
        for (at, _) in upper.match_indices(prefix) {
            let digits: String = upper[at + prefix.len()..].chars().take_while(char::is_ascii_digit).take(9).collect();
            let code = format!("{prefix}{digits}");
            if digits.len() >= 4 && !found.iter().any(|(_, known)| *known == code) {
                found.push((at, code));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, code)| code).take(MOST).collect()
}

fn status_codes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(diag_sdk::status::PREFIX) {
        let name: String = text[at + diag_sdk::status::PREFIX.len()..].chars().take_while(char::is_ascii_alphanumeric).take(40).collect();
        let code = format!("{}{name}", diag_sdk::status::PREFIX);
        if !name.is_empty() && !found.contains(&code) && found.len() < MOST {
            found.push(code);
        }
    }
    found
}

/// What a script would put on the page.
#[derive(Default)]
struct ScriptMessages {
    text: String,
    codes: Vec<String>,
}

/// Fields of Entra ID's `$Config` that hold what its page will say.
const MESSAGE_FIELDS: &[&str] = &["strMainMessage", "strAdditionalMessage", "strServiceExceptionMessage", "sErrTxt", "strErrorMessage"];
/// Fields that hold a bare number of a code.
const NUMBER_FIELDS: &[&str] = &["sErrorCode", "iErrorCode", "sErrCode"];

fn script_messages(scripts: &str) -> ScriptMessages {
    let mut messages = ScriptMessages::default();
    for field in MESSAGE_FIELDS {
        if let Some(value) = json_field(scripts, field) {
            messages.text.push_str(&html::collapse(&html::decode_entities(&value)));
            messages.text.push(' ');
        }
    }
    for field in NUMBER_FIELDS {
        if let Some(value) = json_field(scripts, field)
            && value.len() >= 5
            && aadsts::number(&value).is_some()
        {
            messages.codes.push(format!("AADSTS{value}"));
        }
    }
    messages
}

/// The string or number value of a JSON field somewhere in a script.
fn json_field(script: &str, field: &str) -> Option<String> {
    let key = format!("\"{field}\":");
    let rest = script[script.find(&key)? + key.len()..].trim_start();
    if !rest.starts_with('"') {
        return Some(rest.chars().take_while(char::is_ascii_digit).take(10).collect()).filter(|digits: &String| !digits.is_empty());
    }
    let mut escaped = false;
    let end = rest.char_indices().skip(1).take(10_000).find(|(_, character)| {
        let ends = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        ends
    })?;
    serde_json::from_str(&rest[..=end.0]).ok()
}

/// Labels before ids that support asks for, as pages write them.
const ID_LABELS: &[(&str, &str)] = &[
    ("request id", "Request Id"),
    ("correlation id", "Correlation Id"),
    ("trace id", "Trace ID"),
    ("timestamp", "Timestamp"),
    ("activity id", "Activity ID"),
    ("reference number", "Reference number"),
    ("support id is", "Support ID"),
    ("tracking number", "Tracking number"),
    ("error reference", "Error reference"),
    ("event id", "Event ID"),
];

fn support_ids(text: &str) -> Vec<(String, String)> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<(String, String)> = Vec::new();
    for (label, name) in ID_LABELS {
        for (at, _) in lower.match_indices(label).take(4) {
            let after = &text[at + label.len()..];
            // SimpleSAMLphp puts a sentence between the words and the number.
            let after = if *name == "Tracking number" { after.split_once(':').map_or(after, |(_, after)| after) } else { after };
            let after = after.trim_start_matches([':', ' ', '=', '#']);
            let more = if *name == "Timestamp" { ":. " } else { "" };
            let value: String = after
                .chars()
                .take_while(|character| character.is_ascii_alphanumeric() || "-_".contains(*character) || more.contains(*character))
                .take(48)
                .collect();
            let value = if *name == "Timestamp" { value.split_inclusive('Z').next().unwrap_or_default() } else { &value };
            let value = value.trim();
            let plausible = (6..48).contains(&value.len()) && value.bytes().any(|byte| byte.is_ascii_digit());
            if plausible && found.len() < MOST && !found.iter().any(|(known, _)| known == name) {
                found.push(((*name).to_owned(), value.to_owned()));
            }
        }
    }
    found
}

/// Beginnings of titles and headings of error pages.
const ERROR_BEGINNINGS: &[&str] = &["error", "fehler", "erreur", "oops", "sorry", "we are sorry", "exception"];
/// Parts of titles and headings of error pages.
const ERROR_PARTS: &[&str] = &[
    "exception",
    "bad request",
    "unauthorized",
    "forbidden",
    "404 ",
    " 404",
    "not found",
    "method not allowed",
    "internal server error",
    "bad gateway",
    "service unavailable",
    "gateway time",
    "access denied",
    "access is denied",
    "permission denied",
    "not authenticated",
    "not authorized",
    "authentication failed",
    "authentication failure",
    "authentication error",
    "login failed",
    "log in failed",
    "sign-in failed",
    "sign in failed",
    "sign on failed",
    "login error",
    "saml error",
    "sso error",
    "an error occurred",
    "error occurred",
    "having trouble signing you in",
    "unknown identity provider",
    "unable to respond",
    "unsupported request",
    "stale request",
    "message security error",
    "something went wrong",
    "state information lost",
    "missing cookie",
    "anmeldung fehlgeschlagen",
    "zugriff verweigert",
    "accès refusé",
];

/// A title or heading that only error pages have.
fn names_an_error(heading: &str) -> bool {
    let heading = heading.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
    let words = heading.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).count();
    // A longer heading is an article about errors.
    words <= 12
        && (ERROR_PARTS.iter().any(|part| heading.contains(part))
            || ERROR_BEGINNINGS.iter().any(|beginning| {
                heading.strip_prefix(beginning).is_some_and(|rest| {
                    rest.trim_matches(|character: char| !character.is_alphanumeric()).is_empty()
                        || rest.starts_with([' ', ':', '!', ',', '.', '-'])
                })
            }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entra_error_page_with_200() {
        let page = read(
            "<html><head><title>Sign in to your account</title><meta name=\"PageID\" content=\"ConvergedError\"/><script>\
             $Config={\"strServiceExceptionMessage\":\"AADSTS75006: outer \\u0027x\\u0027 AADSTS90011: inner Trace ID: c4faa293-09a6-4920-af30-70e6ce273f7e \
             Correlation ID: f43cffcb-e01a-4012-b612-98c3b915be31 Timestamp: 2026-11-24 03:57:14Z\",\"iErrorCode\":75006}</script></head><body></body></html>",
            200,
            true,
        );
        assert_eq!(page.codes, ["AADSTS75006", "AADSTS90011"]);
        assert!(page.error && !page.credentials_rejected && !page.login_form);
        assert!(page.ids.contains(&("Timestamp".to_owned(), "2026-11-24 03:57:14Z".to_owned())), "{:?}", page.ids);
        assert!(page.ids.contains(&("Correlation Id".to_owned(), "f43cffcb-e01a-4012-b612-98c3b915be31".to_owned())));
    }

    #[test]
    fn a_wrong_password_is_no_error_page() {
        let page = read("<title>Sign in</title><p>Incorrect username or password</p><input type=password>", 200, true);
        assert!(page.login_form && page.credentials_rejected && !page.error);
        let page = read("<script>$Config={\"sErrorCode\":\"50126\",\"sErrTxt\":\"\"}</script><input type='password'>", 200, true);
        assert!(page.credentials_rejected && !page.error);
        assert_eq!(page.codes, ["AADSTS50126"]);
    }

    #[test]
    fn landing_pages_are_no_error_pages() {
        for page in [
            "<title>Qlik Sense Hub</title><h1>Welcome CONTOSO\\adele</h1>",
            "<title>Dashboard</title><h2>How to read an error log of the SAML software, explained in many words for all of us</h2>",
            "<title>Errors per month</title><p>12</p>",
        ] {
            assert!(!read(page, 200, true).error, "{page}");
        }
    }

    #[test]
    fn error_pages_are_recognised() {
        for page in [
            "<title>HR Portal</title><h1>Not authenticated</h1><p>Signature validation failed. SAML Response rejected</p>",
            "<title>Unhandled exception</title>",
            "<h1>Error 400 - Bad Request</h1>",
            "<title>Error</title><p>x</p>",
        ] {
            assert!(read(page, 200, true).error, "{page}");
        }
        assert!(read("Forbidden", 403, false).error);
    }
}
