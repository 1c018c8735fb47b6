//! Tokens planted at every odd place of a capture: a copy holds none of them, in whatever form, and is judged as the
//! original. Each place is a row of a table, and each is tried with tokens of several shapes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use diag_core::sharing::Options;
use diag_tests::capture::Capture;
use diag_tests::copies::Whole;
use diag_tests::diagnose::File;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a token looks like. Each place and shape has a token of its own, so that none is known from another place.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Jwt,
    Hexadecimal,
    Base64,
    /// Base64 with several slashes, of which each piece is as short as a name.
    Slashes,
    Short,
    /// Letters that make no word, with a hyphen between them.
    Joined,
}
use Shape::{Base64, Hexadecimal, Joined, Jwt, Short, Slashes};

/// Shapes by which a token is known without a name.
const RANDOM: &[Shape] = &[Jwt, Hexadecimal, Base64, Slashes];
const ALL: &[Shape] = &[Jwt, Hexadecimal, Base64, Slashes, Short, Joined];

impl Shape {
    /// The token, and what of it must not be left: of a token with three parts the signature is what counts.
    fn token(self, place: &str) -> (String, String) {
        let bytes: Vec<u8> = Sha256::digest(format!("{place} {self:?}")).to_vec();
        let whole = match self {
            Self::Jwt => {
                let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
                let signature = URL_SAFE_NO_PAD.encode(&bytes);
                return (
                    format!(
                        "{}.{}.{signature}",
                        part("{\"alg\":\"RS256\"}"),
                        part("{\"sub\":\"u1\"}")
                    ),
                    signature,
                );
            }
            Self::Hexadecimal => {
                bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
            }
            Self::Base64 => {
                // One slash.
                let text = STANDARD.encode(bytes.get(..30).unwrap_or_default()).replace('/', "h");
                format!("{}/{}", &text[..12], &text[13..])
            }
            Self::Slashes => {
                let text = STANDARD.encode(bytes.get(..30).unwrap_or_default()).replace('/', "h");
                let pieces: Vec<&str> =
                    [0..9, 10..19, 20..29, 30..40].into_iter().map(|piece| &text[piece]).collect();
                pieces.join("/")
            }
            Self::Short => {
                let letters: String =
                    bytes.iter().take(5).map(|byte| char::from(b'b' + byte % 22)).collect();
                format!("{letters}!{}", 10 + bytes[7] % 90)
            }
            Self::Joined => {
                const CONSONANTS: &[u8] = b"bcdfghjklmnpqrstvwxz";
                let letter =
                    |byte: &u8| char::from(CONSONANTS[usize::from(*byte) % CONSONANTS.len()]);
                let piece = |of: &[u8]| of.iter().map(letter).collect::<String>();
                format!("{}-{}", piece(&bytes[..4]), piece(&bytes[4..9]))
            }
        };
        (whole.clone(), whole)
    }
}

fn percent(text: &str) -> String {
    // Encoded as browsers do.
    const SIGNS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, SIGNS).to_string()
}

/// What a place does with an entry, of which `log` is the capture around it.
type Plant = fn(entry: &mut Value, log: &mut Value, token: &str);

fn to_url(entry: &mut Value, more: &str) {
    let url = format!("{}{more}", entry["request"]["url"].as_str().unwrap_or_default());
    entry["request"]["url"] = url.into();
}

fn form(entry: &mut Value, text: &str) {
    entry["request"]["method"] = "POST".into();
    entry["request"]["postData"] =
        json!({"mimeType": "application/x-www-form-urlencoded", "text": text});
}

fn header(entry: &mut Value, of: &str, name: &str, value: &str) {
    entry[of]["headers"]
        .as_array_mut()
        .expect("headers")
        .push(json!({"name": name, "value": value}));
}

fn page(entry: &mut Value, text: &str) {
    entry["response"]["content"] =
        json!({"size": text.len(), "mimeType": "text/html", "text": text});
}

fn response(entry: &mut Value, inner: &str) {
    let xml = format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_r\" Version=\"2.0\" \
         IssueInstant=\"2026-11-24T09:58:40Z\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"/></samlp:Status>{inner}</samlp:Response>"
    );
    form(entry, &format!("SAMLResponse={}", percent(&STANDARD.encode(xml))));
}

fn attribute(entry: &mut Value, name: &str, value: &str) {
    response(
        entry,
        &format!(
            "<saml:Assertion ID=\"_a\" Version=\"2.0\"><saml:AttributeStatement><saml:Attribute Name=\"{name}\"><saml:AttributeValue>{value}</saml:AttributeValue>\
             </saml:Attribute></saml:AttributeStatement></saml:Assertion>"
        ),
    );
}

/// Places, the shapes that are known there, and how a token is put there.
const PLACES: &[(&str, &[Shape], Plant)] = &[
    ("alone in a query", RANDOM, |entry, _, token| to_url(entry, &format!("?{token}"))),
    ("alone in a query, encoded", RANDOM, |entry, _, token| {
        to_url(entry, &format!("?a=1&{}", percent(token)));
    }),
    ("name of a parameter", RANDOM, |entry, _, token| {
        to_url(entry, &format!("?{}=1", percent(token)));
        entry["request"]["queryString"] = json!([{"name": token, "value": "1"}]);
    }),
    ("name of a field", RANDOM, |entry, _, token| form(entry, &format!("{}=x", percent(token)))),
    ("alone in a form", RANDOM, |entry, _, token| form(entry, &percent(token))),
    ("name of a cookie", RANDOM, |entry, _, token| {
        header(entry, "request", "Cookie", &format!("{token}=1"));
    }),
    ("name of a cookie that is set", RANDOM, |entry, _, token| {
        header(entry, "response", "Set-Cookie", &format!("{token}=1; Path=/"));
    }),
    ("path of a cookie", RANDOM, |entry, _, token| {
        header(entry, "response", "Set-Cookie", &format!("s=1; Path=/{token}; HttpOnly"));
    }),
    ("path in a fragment", RANDOM, |entry, _, token| {
        to_url(entry, &format!("#/reset/{}", percent(token)));
    }),
    ("alone in a fragment", RANDOM, |entry, _, token| to_url(entry, &format!("#{token}"))),
    ("segment of a path", RANDOM, |entry, _, token| {
        to_url(entry, &format!("/x/{}", percent(token)));
    }),
    ("subscription key", ALL, |entry, _, token| {
        header(entry, "request", "Ocp-Apim-Subscription-Key", token);
    }),
    ("key of functions", ALL, |entry, _, token| header(entry, "request", "X-Functions-Key", token)),
    ("header of one's own for a key", ALL, |entry, _, token| {
        header(entry, "response", "X-Contoso-Auth", token);
    }),
    ("header of one's own", RANDOM, |entry, _, token| {
        header(entry, "request", "X-Contoso-Thing", token);
    }),
    ("name of a header", &[Hexadecimal], |entry, _, token| header(entry, "request", token, "1")),
    ("id of a request", &[Jwt], |entry, _, token| {
        header(entry, "response", "x-ms-request-id", token);
    }),
    ("id of a correlation", &[Jwt], |entry, _, token| {
        header(entry, "response", "X-Correlation-ID", token);
    }),
    ("realm", RANDOM, |entry, _, token| {
        header(entry, "response", "WWW-Authenticate", &format!("Bearer realm=\"{token}\""));
    }),
    ("Server", RANDOM, |entry, _, token| {
        header(entry, "response", "Server", &format!("Apache/2.4 ({token})"));
    }),
    ("Via", RANDOM, |entry, _, token| header(entry, "response", "Via", token)),
    ("User-Agent", RANDOM, |entry, _, token| {
        header(entry, "request", "User-Agent", &format!("Mozilla/5.0 {token}"));
    }),
    ("Refresh", RANDOM, |entry, _, token| {
        header(entry, "response", "Refresh", &format!("0; url=https://x.example/?{token}"));
    }),
    ("path of a Referer", RANDOM, |entry, _, token| {
        header(entry, "request", "Referer", &format!("https://r.example/x/{token}/y"));
    }),
    ("three parts with encoded dots", &[Jwt], |entry, _, token| {
        to_url(entry, &format!("?x={}", token.replace('.', "%2E")));
    }),
    ("Referer", RANDOM, |entry, _, token| {
        header(
            entry,
            "request",
            "Referer",
            &format!("https://r.example/x/{0}?{0}", percent(token)),
        );
    }),
    ("title", RANDOM, |entry, _, token| {
        page(entry, &format!("<html><title>{token}</title></html>"));
    }),
    ("token= in a title", ALL, |entry, _, token| {
        page(entry, &format!("<html><title>Go on with token={token}</title></html>"));
    }),
    ("token= in a page", ALL, |entry, _, token| {
        page(entry, &format!("<html><p>Use token={token} to go on</p></html>"));
    }),
    ("password: in a page", ALL, |entry, _, token| {
        page(entry, &format!("<html><p>Your password: {token} was set</p></html>"));
    }),
    ("password is, in a page", ALL, |entry, _, token| {
        page(entry, &format!("<html><p>Your password is {token}.</p></html>"));
    }),
    ("heading", RANDOM, |entry, _, token| {
        page(entry, &format!("<html><h1>Welcome {token}</h1></html>"));
    }),
    ("refresh of a page", RANDOM, |entry, _, token| {
        page(
            entry,
            &format!("<html><meta http-equiv=\"refresh\" content=\"0;url=/x?{token}\"></html>"),
        );
    }),
    ("comment of a page", RANDOM, |entry, _, token| {
        page(entry, &format!("<html><!-- {token} --></html>"));
    }),
    ("RelayState, a path", RANDOM, |entry, _, token| {
        to_url(entry, &format!("?RelayState={}", percent(&format!("/t/{token}"))));
    }),
    ("RelayState, short", &[Short], |entry, _, token| {
        to_url(entry, &format!("?RelayState={}", percent(token)));
    }),
    ("RelayState, encoded twice", RANDOM, |entry, _, token| {
        to_url(entry, &format!("?RelayState={}", percent(&percent(&format!("/reset/{token}")))));
    }),
    ("StatusMessage", RANDOM, |entry, _, token| {
        response(entry, &format!("<samlp:StatusMessage>no {token}</samlp:StatusMessage>"));
    }),
    ("password in a StatusMessage", ALL, |entry, _, token| {
        response(
            entry,
            &format!("<samlp:StatusMessage>refused, password: {token}</samlp:StatusMessage>"),
        );
    }),
    ("StatusDetail", RANDOM, |entry, _, token| {
        response(entry, &format!("<samlp:StatusDetail><x>{token}</x></samlp:StatusDetail>"));
    }),
    ("Extensions", RANDOM, |entry, _, token| {
        response(
            entry,
            &format!("<samlp:Extensions><x:y xmlns:x=\"urn:x\">{token}</x:y></samlp:Extensions>"),
        );
    }),
    ("comment of a message", RANDOM, |entry, _, token| {
        response(entry, &format!("<!-- {token} -->"));
    }),
    ("Consent", RANDOM, |entry, _, token| {
        let xml = format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Consent=\"urn:x:{token}\" ID=\"_r\" Version=\"2.0\" \
             IssueInstant=\"2026-11-24T09:58:40Z\"/>"
        );
        form(entry, &format!("SAMLResponse={}", percent(&STANDARD.encode(xml))));
    }),
    ("attribute that nobody knows", RANDOM, |entry, _, token| {
        response(
            entry,
            &format!("<samlp:Extensions><x:y xmlns:x=\"urn:x\" z=\"{token}\"/></samlp:Extensions>"),
        );
    }),
    ("address of a client", RANDOM, |entry, _, token| {
        response(
            entry,
            &format!(
                "<saml:Assertion ID=\"_a\" Version=\"2.0\"><saml:Subject><saml:SubjectConfirmation><saml:SubjectConfirmationData \
             Address=\"{token}\"/></saml:SubjectConfirmation></saml:Subject></saml:Assertion>"
            ),
        );
    }),
    ("data of a gateway", ALL, |entry, _, token| {
        header(entry, "response", "x-amzn-oidc-data", token);
    }),
    ("sn", &[Hexadecimal, Base64, Short, Joined], |entry, _, token| {
        to_url(entry, &format!("?a=1&sn={}", percent(token)));
    }),
    ("parameter that tells nothing", &[Hexadecimal, Base64, Short, Joined], |entry, _, token| {
        to_url(entry, &format!("?x17={}", percent(token)));
    }),
    ("posted under a name that tells nothing", &[Hexadecimal, Short, Joined], |entry, _, token| {
        form(entry, &format!("a=b&x17={}", percent(token)));
    }),
    (
        "posted JSON under a name that tells nothing",
        &[Hexadecimal, Short, Joined],
        |entry, _, token| {
            form(entry, "");
            entry["request"]["postData"] = json!({"mimeType": "application/json", "text": json!({"a": {"x17": token}}).to_string()});
        },
    ),
    ("session in JSON", &[Jwt, Hexadecimal, Base64, Short, Joined], |entry, _, token| {
        entry["response"]["content"] = json!({"size": 1, "mimeType": "application/json", "text": json!({"sessionToken": token}).to_string()});
    }),
    ("cookie, echoed by a page", &[Jwt, Hexadecimal, Base64, Short, Joined], |entry, _, token| {
        header(entry, "request", "Cookie", &format!("sess={token}"));
        page(entry, &format!("<html><p>Your session {token} is over</p></html>"));
    }),
    ("attribute access_token", ALL, |entry, _, token| attribute(entry, "access_token", token)),
    ("attribute for a password", ALL, |entry, _, token| {
        attribute(entry, "http://x/claims/password", token);
    }),
    ("comment of an entry", ALL, |entry, _, token| entry["comment"] = token.into()),
    ("comment of a request", ALL, |entry, _, token| entry["request"]["comment"] = token.into()),
    ("comment of timings", ALL, |entry, _, token| entry["timings"]["comment"] = token.into()),
    ("comment of the capture", ALL, |_, log, token| log["comment"] = token.into()),
    ("name of the program", ALL, |_, log, token| log["creator"]["name"] = token.into()),
    ("version of the browser", ALL, |_, log, token| {
        log["browser"] = json!({"name": "Browser", "version": token});
    }),
    ("title of a page of the capture", RANDOM, |_, log, token| {
        log["pages"] = json!([{"id": "page_1", "startedDateTime": "2026-11-24T09:58:40Z", "title": format!("https://a.example/?{token}"), "pageTimings": {}}]);
    }),
    ("method", &[Hexadecimal, Base64, Short], |entry, _, token| {
        entry["request"]["method"] = token.into();
    }),
    ("statusText", ALL, |entry, _, token| {
        entry["response"]["statusText"] = format!("Gone {token}").into();
    }),
    ("httpVersion", RANDOM, |entry, _, token| entry["response"]["httpVersion"] = token.into()),
    ("_error", ALL, |entry, _, token| entry["response"]["_error"] = token.into()),
    ("_error with an address", ALL, |entry, _, token| {
        entry["response"]["_error"] =
            format!("net::ERR_X https://a.example/?token={}", percent(token)).into();
    }),
    ("serverIPAddress", ALL, |entry, _, token| entry["serverIPAddress"] = token.into()),
    ("connection", ALL, |entry, _, token| entry["connection"] = token.into()),
    ("member of an exporter", ALL, |entry, _, token| entry["_own"] = json!({"a": [token]})),
    ("call that began it", RANDOM, |entry, _, token| {
        entry["_initiator"] =
            json!({"type": "script", "url": format!("https://a.example/?{token}")});
    }),
    ("web socket", ALL, |entry, _, token| {
        entry["_webSocketMessages"] =
            json!([{"type": "send", "time": 1, "opcode": 1, "data": token}]);
    }),
    ("name of a member", RANDOM, |entry, _, token| {
        entry["response"]["content"] = json!({"size": 1, "mimeType": "application/json", "text": json!({ token: 1 }).to_string()});
    }),
    ("part of a form with files", ALL, |entry, _, token| {
        entry["request"]["method"] = "POST".into();
        let text = format!(
            "--xx\r\nContent-Disposition: form-data; name=\"passwd\"\r\n\r\n{token}\r\n--xx--"
        );
        entry["request"]["postData"] =
            json!({"mimeType": "multipart/form-data; boundary=xx", "text": text});
    }),
];

/// A capture with a token of one shape at each place where it is known, one entry for each, and what must not be left.
fn planted(shape: Shape) -> (Value, Vec<(&'static str, String)>) {
    let mut capture: Value = serde_json::from_str(&Capture::default().har()).expect("JSON");
    let mut last = capture["log"]["entries"]
        .as_array()
        .and_then(|entries| entries.last())
        .expect("an entry")
        .clone();
    last["startedDateTime"] = "2026-11-24T09:58:40Z".into();
    last["request"]["method"] = "GET".into();
    last["request"]["url"] = "https://elsewhere.example/app".into();
    last["request"].as_object_mut().expect("a request").remove("postData");
    last["response"]["status"] = 200.into();
    last["response"]["redirectURL"] = "".into();
    last["response"]["headers"] = json!([{"name": "Content-Type", "value": "text/html"}]);
    page(&mut last, "<html><head><title>Hub</title></head><body>hub</body></html>");
    let mut secrets = Vec::new();
    for (place, _, plant) in PLACES.iter().filter(|(_, shapes, _)| shapes.contains(&shape)) {
        let (token, counts) = shape.token(place);
        let mut entry = last.clone();
        let log = &mut capture["log"];
        plant(&mut entry, log, &token);
        log["entries"].as_array_mut().expect("entries").push(entry);
        secrets.push((*place, counts));
    }
    (capture, secrets)
}

#[test]
fn no_token_is_left_wherever_it_stood() {
    let mut left = Vec::new();
    for shape in [Jwt, Hexadecimal, Base64, Slashes, Short, Joined] {
        let (capture, secrets) = planted(shape);
        assert!(secrets.len() > 20, "{shape:?}");
        let original = Whole {
            name: format!("{shape:?}"),
            files: vec![File::new("capture.har", capture.to_string())],
            ..Whole::default()
        };
        let copy = match original.copied(Options::default(), [7; 32]) {
            Ok(copy) => copy,
            Err(why) => panic!("{shape:?}: {why}"),
        };
        let content = &copy.files.first().expect("a copy").content;
        let all: Vec<String> = secrets.iter().map(|(_, secret)| secret.clone()).collect();
        for found in diag_tests::unfold::found(content, &all) {
            left.extend(
                secrets
                    .iter()
                    .filter(|(_, secret)| found == *secret)
                    .map(|(place, _)| format!("{shape:?}: {place}")),
            );
        }
        // What stood there was found before, so that the search finds what there is to find.
        let before = diag_tests::unfold::found(&original.files[0].content, &all).len();
        assert_eq!(before, all.len(), "{shape:?}");
        left.extend(
            copy.left(Options::default())
                .iter()
                .map(|left| format!("{shape:?}: --check finds {left:?}")),
        );
        let again = copy.copied(Options::default(), [9; 32]).expect("a copy of the copy");
        let second = &again.files[0].content;
        if let Some(at) = content.iter().zip(second).position(|(one, other)| one != other) {
            let shown = |text: &[u8]| {
                String::from_utf8_lossy(&text[at.saturating_sub(80)..text.len().min(at + 80)])
                    .into_owned()
            };
            left.push(format!(
                "{shape:?}: a second run changes {} to {}",
                shown(content),
                shown(second)
            ));
        }
    }
    assert!(left.is_empty(), "{} tokens are left:\n{}", left.len(), left.join("\n"));
}
