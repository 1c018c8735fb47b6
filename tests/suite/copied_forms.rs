//! Copies keep the form of what they are copies of: a HAR stays a HAR that developer tools open, a trace a trace, a
//! message a message, an export an export. And each is judged as its original, holds no secret, and is copied no further.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_core::sharing::Options;
use diag_tests::copies::Whole;
use diag_tests::diagnose::{File, case_of};
use diag_tests::{har_importer, har12};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const EXAMPLES: [&str; 4] =
    ["certificate-rolled-over", "healthy", "person-inactive", "reply-url-without-slash"];

fn example(path: &str) -> Vec<u8> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    fs::read(examples.join(path)).expect("an example")
}

fn whole(name: &str, files: Vec<File>) -> Whole {
    Whole { name: name.to_owned(), files, ..Whole::default() }
}

/// Copies with and without what may go beyond secrets.
fn ways() -> [Options; 3] {
    let usual = Options::default();
    [
        usual,
        Options { identities: true, hosts: true, ..usual },
        Options { keep_bodies: true, ..usual },
    ]
}

fn json_of(file: &File) -> Value {
    serde_json::from_slice(&file.content).expect("JSON")
}

/// A sign-in as a browser records it, with every member that HAR 1.2 has, and some of the browser's own.
fn recorded_in_full() -> Value {
    let mut har: Value = serde_json::from_slice(&example("healthy/capture.har")).expect("JSON");
    let log = &mut har["log"];
    log["creator"] = json!({"name": "WebInspector", "version": "537.36", "comment": "by hand"});
    log["browser"] = json!({"name": "Chromium", "version": "142.0", "comment": ""});
    log["comment"] = json!("recorded for ticket 4711, password hunter2hunter2");
    log["pages"] = json!([{"startedDateTime": "2026-11-24T09:58:00.000Z", "id": "page_1", "title": "https://sense.example.org/bi/hub",
        "pageTimings": {"onContentLoad": 312.5, "onLoad": -1, "_paint": 12, "comment": "x"}, "comment": "x"}]);
    for entry in log["entries"].as_array_mut().expect("entries") {
        entry["pageref"] = json!("page_1");
        entry["serverIPAddress"] = json!("198.51.100.7");
        entry["connection"] = json!("443");
        entry["comment"] = json!("x");
        entry["cache"] = json!({"beforeRequest": {"expires": "2026-12-24T00:00:00.000Z", "lastAccess": "2026-11-01T00:00:00.000Z",
            "eTag": "W/\"Zk93-Lq8sT2vX5bN\"", "hitCount": 2}, "afterRequest": {"lastAccess": "2026-11-24T00:00:00.000Z", "eTag": "", "hitCount": 3}});
        entry["timings"] = json!({"blocked": 1.5, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": 80, "receive": 0,
            "_blocked_queueing": 0.7, "comment": "x"});
        entry["_initiator"] = json!({"type": "script", "url": "https://sense.example.org/a.js?token=Vx82kQpLr09ZtYw", "lineNumber": 7,
            "stack": {"callFrames": [{"functionName": "go", "scriptId": "1", "url": "", "lineNumber": 1, "columnNumber": 2}]}});
        entry["_resourceType"] = json!("document");
        entry["_priority"] = json!("High");
        entry["request"]["comment"] = json!("x");
        entry["request"]["queryString"] =
            json!([{"name": "code", "value": "Kq72mZxw81LpQvTe93", "comment": "x"}]);
        entry["request"]["cookies"] = json!([{"name": "session", "value": "Jd83kWq02LmXz7", "path": "/", "domain": "sense.example.org",
            "expires": "2026-12-24T00:00:00.000Z", "httpOnly": true, "secure": true, "sameSite": "None", "comment": "x"}]);
        entry["response"]["cookies"] = json!([{"name": "later", "value": "Pq91nRtv56BsYh", "expires": null, "httpOnly": false, "secure": true}]);
        entry["response"]["content"]["compression"] = json!(0);
        entry["response"]["_transferSize"] = json!(1203);
        if entry["request"].get("postData").is_some() {
            entry["request"]["postData"]["comment"] = json!("x");
        }
    }
    let mut upload = log["entries"][0].clone();
    upload["request"]["method"] = json!("POST");
    upload["request"]["url"] =
        json!("https://sense.example.org/bi/qrs/content?qlikTicket=Hw72LpQx91MnZt4b");
    upload["request"]["postData"] = json!({"mimeType": "multipart/form-data", "params": [
        {"name": "password", "value": "hunter2hunter2"}, {"name": "file", "fileName": "a.txt", "contentType": "text/plain"}]});
    upload["_webSocketMessages"] = json!([{"type": "send", "time": 1.5, "opcode": 1, "data": "{\"token\":\"Ty66bVnMq13RwXk\"}"}]);
    log["entries"].as_array_mut().expect("entries").push(upload);
    har
}

#[test]
fn a_har_with_every_member_stays_one_that_developer_tools_open() {
    let har = recorded_in_full();
    let own = ["sameSite"];
    let amiss = |har: &Value| {
        // Of cookies browsers write one member more than HAR 1.2 has.
        let mut said = har12::complaints(har);
        said.retain(|complaint| !own.iter().any(|name| complaint.contains(name)));
        said.extend(har_importer::refusals(har));
        said
    };
    assert_eq!(amiss(&har), Vec::<String>::new());
    let case = whole("in full", vec![File::new("login.har", har.to_string())]);
    let secrets: Vec<String> = [
        "hunter2hunter2",
        "Vx82kQpLr09ZtYw",
        "Kq72mZxw81LpQvTe93",
        "Jd83kWq02LmXz7",
        "Pq91nRtv56BsYh",
        "Hw72LpQx91MnZt4b",
        "Ty66bVnMq13RwXk",
    ]
    .map(str::to_owned)
    .into();
    for options in ways() {
        assert_eq!(case.complaints(options, &secrets), Vec::<String>::new(), "{options:?}");
        let copy = json_of(&case.copied(options, [7; 32]).expect("a copy").files[0]);
        assert_eq!(amiss(&copy), Vec::<String>::new(), "{options:?}");
        // What is optional and nobody's secret is still there.
        let log = &copy["log"];
        assert_eq!(log["entries"].as_array().map(Vec::len), Some(6), "{options:?}");
        assert_eq!(log["pages"][0]["pageTimings"]["onContentLoad"], 312.5);
        let entry = &log["entries"][0];
        assert_eq!(entry["request"]["cookies"][0]["expires"], "2026-12-24T00:00:00.000Z");
        assert_eq!(entry["request"]["cookies"][0]["httpOnly"], true);
        assert_eq!(entry["timings"]["blocked"], 1.5);
        assert!(log["_diag"].is_object(), "{options:?}");
    }
}

#[test]
fn copies_of_hars_lack_nothing_that_their_originals_have() {
    let captures = EXAMPLES.map(|name| (name, example(&format!("{name}/capture.har"))));
    for (name, content) in captures {
        let case = whole(name, vec![File::new("capture.har", content)]);
        let original = json_of(&case.files[0]);
        assert_eq!(har_importer::refusals(&original), Vec::<String>::new(), "{name}");
        let amiss = har12::complaints(&original);
        for options in ways() {
            let copy = json_of(&case.copied(options, [7; 32]).expect("a copy").files[0]);
            assert_eq!(har_importer::refusals(&copy), Vec::<String>::new(), "{name}");
            let mut worse = har12::complaints(&copy);
            worse.retain(|complaint| !amiss.contains(complaint));
            assert_eq!(worse, Vec::<String>::new(), "{name} {options:?}");
        }
    }
}

/// Keys of services, made up, which have few signs of chance beside their beginning.
const BRANDED: [&str; 6] = [
    "AKIAJCKABCABCDEFGHIJ",
    "glpat-mellow-otter-basket",
    "M.C594_BAY.2.U.b3bddef7-35ee-132c",
    "hvs.mellowotterbasketonahill",
    "sk_live_mellowotterbasket",
    "tskey-mellowotterbasket4711",
];

#[test]
fn keys_that_begin_as_their_service_says_leave_no_copy() {
    let mut har: Value = serde_json::from_slice(&example("healthy/capture.har")).expect("JSON");
    let entries = har["log"]["entries"].as_array_mut().expect("entries");
    let last = entries.last().cloned().expect("an entry");
    for key in BRANDED {
        let mut entry = last.clone();
        entry["request"]["url"] =
            json!(format!("https://sense.example.org/api/{key}/rows?ref={key}&{key}"));
        entry["request"]["headers"] = json!([{"name": "X-Ref", "value": key}]);
        entry["response"]["content"] = json!({"size": 1, "mimeType": "text/html",
            "text": format!("<html><p>Use {key} to go on</p><script>var a = \"{key}\";</script></html>")});
        entries.push(entry);
        let mut data = last.clone();
        data["response"]["status"] = json!(400);
        data["response"]["content"] = json!({"size": 1, "mimeType": "application/json",
            "text": json!({"note": key, "list": [key]}).to_string()});
        data["comment"] = json!(format!("ran with {key}"));
        entries.push(data);
    }
    let case = whole("keys", vec![File::new("capture.har", har.to_string())]);
    let keys = BRANDED.map(ToOwned::to_owned);
    for options in ways() {
        assert_eq!(case.complaints(options, &keys), Vec::<String>::new(), "{options:?}");
    }
}

/// The capture of an example as an export of SAML-tracer.
fn trace(name: &str) -> Value {
    let har: Value =
        serde_json::from_slice(&example(&format!("{name}/capture.har"))).expect("JSON");
    let requests: Vec<Value> = har["log"]["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .enumerate()
        .map(|(number, entry)| {
            let (request, response) = (&entry["request"], &entry["response"]);
            let mut one = json!({
                "method": request["method"], "url": request["url"], "requestId": number.to_string(),
                "requestHeaders": request["headers"], "responseHeaders": response["headers"],
                "responseStatus": response["status"], "responseStatusText": response["statusText"],
            });
            if let Some(body) = request["postData"]["text"].as_str() {
                let decoded = |part: &str| {
                    percent_encoding::percent_decode_str(&part.replace('+', " "))
                        .decode_utf8_lossy()
                        .into_owned()
                };
                let fields: Vec<Value> = body
                    .split('&')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(name, value)| json!([decoded(name), decoded(value)]))
                    .collect();
                one["post"] = json!(fields);
            }
            one
        })
        .collect();
    json!({"requests": requests, "timestamp": "2026-11-24T10:00:10.000Z"})
}

#[test]
fn a_trace_of_a_browsers_extension_is_copied_and_judged_as_it_was() {
    for name in EXAMPLES {
        let mut trace = trace(name);
        trace["requests"][0]["requestHeaders"]
            .as_array_mut()
            .expect("headers")
            .push(json!({"name": "Authorization", "value": "Bearer Zt19qLwXn84VbRk2"}));
        let case = whole(
            name,
            vec![
                File::new("trace.json", trace.to_string()),
                File::new("idp-metadata.xml", example(&format!("{name}/idp-metadata.xml"))),
            ],
        );
        for options in ways() {
            let secrets = ["Zt19qLwXn84VbRk2".to_owned()];
            assert_eq!(case.complaints(options, &secrets), Vec::<String>::new(), "{name}");
            let copy = json_of(&case.copied(options, [7; 32]).expect("a copy").files[0]);
            let requests = copy["requests"].as_array().expect("requests");
            assert_eq!(requests.len(), trace["requests"].as_array().expect("requests").len());
            assert!(requests.iter().all(|one| one["requestHeaders"].is_array()), "{name}");
        }
    }
}

/// The response that an example's browser posted, as it went and decoded.
fn response(name: &str) -> (String, String) {
    let trace = trace(name);
    let posted = trace["requests"].as_array().expect("requests").iter();
    let value = posted
        .filter_map(|one| one["post"].as_array())
        .flatten()
        .find(|pair| pair[0] == "SAMLResponse")
        .and_then(|pair| pair[1].as_str())
        .expect("a response")
        .to_owned();
    let xml = STANDARD.decode(&value).expect("base64");
    (value, String::from_utf8(xml).expect("UTF-8"))
}

#[test]
fn a_lone_message_is_copied_in_its_form_and_judged_as_it_was() {
    let (packed, xml) = response("certificate-rolled-over");
    let signature = xml
        .split_once("SignatureValue>")
        .and_then(|(_, rest)| rest.split_once('<'))
        .expect("signed")
        .0
        .trim()
        .to_owned();
    let metadata =
        || File::new("idp-metadata.xml", example("certificate-rolled-over/idp-metadata.xml"));
    let form = format!(
        "SAMLResponse={}&RelayState=%2Fbi%2Fhub",
        utf8_percent_encode(&packed, NON_ALPHANUMERIC)
    );
    for (name, text) in
        [("response.xml", xml.clone()), ("response.txt", packed), ("form.txt", form)]
    {
        for files in
            [vec![File::new(name, text.clone())], vec![File::new(name, text.clone()), metadata()]]
        {
            let case = whole(name, files);
            for options in ways() {
                let said = case.complaints(options, std::slice::from_ref(&signature));
                assert_eq!(said, Vec::<String>::new(), "{name} {options:?}");
            }
            let copy = case.copied(Options::default(), [7; 32]).expect("a copy");
            let first = |content: &[u8]| content.iter().take(12).copied().collect::<Vec<u8>>();
            assert_eq!(
                first(&copy.files[0].content),
                first(text.as_bytes()),
                "{name}: another form"
            );
            let inputs = |files: &[File]| {
                case_of(files).inputs.iter().map(|input| input.kind).collect::<Vec<_>>()
            };
            assert_eq!(inputs(&copy.files), inputs(&case.files), "{name}");
        }
    }
}

/// Exports of both sides with secrets in them: members, JSON in a text, and that in base64.
fn exports(policy: &str) -> Vec<File> {
    let parsed = |path: &str| -> Value { serde_json::from_slice(&example(path)).expect("JSON") };
    let mut application = parsed("healthy/application.json");
    application["passwordCredentials"] = json!([{"keyId": "0b1f5d0e-1c2d-4e3f-8a9b-5c6d7e8f9a0b", "displayName": "sync",
        "endDateTime": "2027-01-01T00:00:00Z", "hint": "Qz8", "secretText": "Qz8~Lw2.XtN5vRbKp71"}]);
    let mut proxy = parsed("healthy/virtualproxy.json");
    proxy["jwtAttributeMap"] = json!([]);
    proxy["extendedSecurityEnvironment"] = json!(false);
    proxy["description"] = json!("{\"apiKey\":\"Wd63hNqZ82LtVxYs\",\"note\":\"nightly\"}");
    let packed = STANDARD.encode("{\"refresh_token\":\"Mv47cRkXp20ZsTnB\"}");
    proxy["headerAuthenticationHeaderName"] = json!(packed);
    let policies =
        json!({"value": [{"id": "p1", "displayName": "claims", "definition": [policy]}]});
    vec![
        File::new("application.json", application.to_string()),
        File::new("servicePrincipal.json", example("healthy/servicePrincipal.json")),
        File::new("policies.json", policies.to_string()),
        File::new("virtualproxy.json", proxy.to_string()),
        File::new("proxyservice.json", example("healthy/proxyservice.json")),
        File::new("capture.har", example("healthy/capture.har")),
    ]
}

#[test]
fn exports_with_json_in_texts_are_copied_and_judged_as_they_were() {
    let policy = json!({"ClaimsMappingPolicy": {"Version": 1, "IncludeBasicClaimSet": "true", "clientSecret": "Xk94bLqTz17RnVwP",
        "ClaimsSchema": [{"Source": "user", "ID": "mail", "SamlClaimType": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"}]}})
    .to_string();
    let secrets: Vec<String> =
        ["Qz8~Lw2.XtN5vRbKp71", "Wd63hNqZ82LtVxYs", "Mv47cRkXp20ZsTnB", "Xk94bLqTz17RnVwP"]
            .map(str::to_owned)
            .into();
    let case = whole("exports", exports(&policy));
    for options in ways() {
        assert_eq!(case.complaints(options, &secrets), Vec::<String>::new(), "{options:?}");
        let copy = case.copied(options, [7; 32]).expect("a copy");
        assert_eq!(copy.files.len(), case.files.len());
        // What was JSON in a text still is, with the same members.
        let definition = json_of(&copy.files[2])["value"][0]["definition"][0].clone();
        let inner: Value =
            serde_json::from_str(definition.as_str().expect("a text")).expect("JSON");
        let claims = &inner["ClaimsMappingPolicy"];
        assert_eq!(claims["ClaimsSchema"][0]["ID"], "mail", "{definition}");
        assert_eq!(claims["clientSecret"].as_str().map(str::len), Some(16), "{definition}");
        let proxy = json_of(&copy.files[3]);
        let inner: Value =
            serde_json::from_str(proxy["description"].as_str().expect("a text")).expect("JSON");
        assert_eq!(inner["note"], "nightly");
        let packed = proxy["headerAuthenticationHeaderName"].as_str().expect("a text");
        let packed = STANDARD.decode(packed).expect("still base64");
        assert!(
            serde_json::from_slice::<Value>(&packed)
                .is_ok_and(|one| one["refresh_token"].is_string())
        );
    }
}
