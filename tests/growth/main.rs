//! Work grows no faster than input. Counted are allocations and the bytes they ask for, never time: the same in every run and
//! on every machine.

use diag_tests::diagnose::{File, case_of, report_on};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How much more work four times the input may be; what grows with the square would be sixteen.
const MOST: f64 = 6.0;

const NAMES: &str = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
const HEALTHY: &str = include_str!("../../examples/healthy/virtualproxy.json");
const APPLICATION: &str = include_str!("../../examples/healthy/application.json");
const SERVICE_PRINCIPAL: &str = include_str!("../../examples/healthy/servicePrincipal.json");
const CAPTURE: &str = include_str!("../../examples/healthy/capture.har");

/// Where a name meets what it stands for.
type Grown = (&'static str, usize, fn(usize) -> Vec<File>);

const GROWN: &[Grown] = &[
    ("sign-ins in one capture", 12, sign_ins),
    ("rounds of a redirect loop", 12, rounds),
    ("captures in one case", 6, captures),
    ("cookies on pages", 15, cookies_on_pages),
    ("reply URLs", 200, reply_urls),
    ("virtual proxies", 40, virtual_proxies),
    ("applications", 30, applications),
    ("nested namespaces under a signature", 25, nested_namespaces),
    ("namespaces nested deeper than is read", 150, nested_namespaces),
    ("consumer services and reply URLs", 60, consumer_services),
    ("identifiers on hosts of their own", 100, identifiers),
    ("pages with words of errors", 60, pages),
    ("entries", 600, entries),
];

/// Allocations, and bytes asked for.
fn work(files: &[File]) -> (f64, f64) {
    let region = Region::new(COUNTED);
    let case = case_of(files);
    let report = report_on(&case);
    let change = region.change();
    assert!(!report.checks.is_empty());
    #[expect(clippy::cast_precision_loss, reason = "a ratio is all that is asked for")]
    let both = (change.allocations as f64, change.bytes_allocated as f64);
    both
}

#[test]
fn work_grows_no_faster_than_input() {
    // Tables that are made once count for nobody.
    work(&sign_ins(1));
    let mut complaints = Vec::new();
    for (name, number, grown) in GROWN {
        let (once, fourfold) = (work(&grown(*number)), work(&grown(number * 4)));
        let (allocations, bytes) = (fourfold.0 / once.0, fourfold.1 / once.1);
        println!(
            "{name}: {number} to {}: {allocations:.1} times the allocations, {bytes:.1} times the bytes",
            number * 4
        );
        if allocations > MOST || bytes > MOST {
            complaints.push(format!(
                "{name}: {allocations:.1} times the allocations, {bytes:.1} times the bytes"
            ));
        }
    }
    assert!(
        complaints.is_empty(),
        "four times the input is far more than four times the work:\n{}",
        complaints.join("\n")
    );
}

fn entry(
    number: usize,
    method: &str,
    url: &str,
    status: u16,
    location: Option<&str>,
    body: &str,
) -> Value {
    let headers: Vec<Value> =
        location.iter().map(|location| json!({"name": "Location", "value": location})).collect();
    json!({
        "startedDateTime": format!("2026-11-24T{:02}:{:02}:{:02}Z", 10 + number / 3600, number / 60 % 60, number % 60),
        "_resourceType": "document",
        "request": {"method": method, "url": url, "headers": [{"name": "Accept", "value": "text/html"}]},
        "response": {"status": status, "headers": headers, "redirectURL": location.unwrap_or_default(), "content": {"mimeType": "text/html", "text": body}},
    })
}

fn capture(name: &str, entries: &[Value]) -> File {
    File::new(name, json!({"log": {"version": "1.2", "entries": entries}}).to_string())
}

fn request(number: usize) -> String {
    let xml = format!(
        "<samlp:AuthnRequest {NAMES} ID=\"_q{number}\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\" AssertionConsumerServiceURL=\"https://sp.example/acs\"><saml:Issuer>https://sp.example</saml:Issuer></samlp:AuthnRequest>"
    );
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, xml.as_bytes()).expect("in memory");
    format!("https://idp.example/sso?SAMLRequest={}", encoded(&packed.finish().expect("in memory")))
}

fn encoded(bytes: &[u8]) -> String {
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn response(number: usize, inside: &str) -> String {
    format!(
        "<samlp:Response {NAMES} ID=\"_r{number}\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\" Destination=\"https://sp.example/acs\" InResponseTo=\"_q{number}\"><saml:Issuer>https://idp.example/</saml:Issuer>{inside}<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status><saml:Assertion ID=\"_a{number}\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00Z\"><saml:Issuer>https://idp.example/</saml:Issuer><saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject></saml:Assertion></samlp:Response>"
    )
}

fn posted(number: usize, xml: &str, location: Option<&str>) -> Value {
    let mut value = entry(
        number,
        "POST",
        "https://sp.example/acs",
        if location.is_some() { 302 } else { 200 },
        location,
        "",
    );
    value["request"]["postData"] = json!({"mimeType": "application/x-www-form-urlencoded", "text": format!("SAMLResponse={}", encoded(xml.as_bytes()))});
    value
}

fn one_sign_in(number: usize, next: &str) -> [Value; 3] {
    let asked = request(number);
    let at = number * 4;
    [
        entry(at, "GET", "https://sp.example/", 302, Some(&asked), ""),
        entry(at + 1, "GET", &asked, 200, None, "<html><h1>Sign in</h1></html>"),
        posted(at + 2, &response(number, ""), Some(next)),
    ]
}

fn sign_ins(number: usize) -> Vec<File> {
    let landing = |at| {
        entry(at, "GET", "https://sp.example/hub", 200, None, "<html><title>Hub</title></html>")
    };
    let entries: Vec<Value> = (0..number)
        .flat_map(|at| {
            one_sign_in(at, "https://sp.example/hub").into_iter().chain([landing(at * 4 + 3)])
        })
        .collect();
    vec![capture("many.har", &entries)]
}

fn rounds(number: usize) -> Vec<File> {
    let entries: Vec<Value> =
        (0..number).flat_map(|at| one_sign_in(at, "https://sp.example/")).collect();
    vec![capture("loop.har", &entries)]
}

fn captures(number: usize) -> Vec<File> {
    (0..number)
        .map(|at| capture(&format!("{at}.har"), &one_sign_in(at, "https://sp.example/hub")))
        .collect()
}

fn cookies_on_pages(number: usize) -> Vec<File> {
    let page = |at: usize| {
        let cookies: Vec<String> =
            (0..20).map(|cookie| format!("c{cookie}_{at}=value{cookie}xxxx{at}")).collect();
        let mut value = entry(
            at,
            "GET",
            "https://sp.example/",
            500,
            None,
            &format!("<h1>error</h1>{}", "xyz ".repeat(240)),
        );
        value["request"]["headers"] = json!([{"name": "Cookie", "value": cookies.join("; ")}]);
        value
    };
    vec![capture("cookies.har", &(0..number).map(page).collect::<Vec<_>>())]
}

fn reply_urls(number: usize) -> Vec<File> {
    let mut principal: Value = serde_json::from_str(SERVICE_PRINCIPAL).expect("JSON");
    principal["replyUrls"] =
        (0..number).map(|at| format!("https://sense.example.org/{at}")).collect();
    vec![
        File::new("servicePrincipal.json", principal.to_string()),
        File::new("capture.har", CAPTURE),
        File::new("virtualproxy.json", HEALTHY),
    ]
}

/// As many consumer services as reply URLs, and none of them equal.
fn consumer_services(number: usize) -> Vec<File> {
    let services = (0..number)
        .map(|at| format!("<AssertionConsumerService index=\"{at}\" Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://sp.example/{at}\"/>"))
        .collect::<Vec<_>>()
        .concat();
    let metadata = format!(
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://sp.example\"><SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{services}</SPSSODescriptor></EntityDescriptor>"
    );
    let mut application: Value = serde_json::from_str(APPLICATION).expect("JSON");
    application["identifierUris"] = json!(["https://sp.example"]);
    application["web"]["redirectUris"] =
        (0..number).map(|at| format!("https://sp.example/{at}/")).collect();
    vec![
        File::new("sp-metadata.xml", metadata),
        File::new("application.json", application.to_string()),
    ]
}

fn identifiers(number: usize) -> Vec<File> {
    let mut principal: Value = serde_json::from_str(SERVICE_PRINCIPAL).expect("JSON");
    principal["servicePrincipalNames"] =
        (0..number).map(|at| format!("https://s{at}.example.org")).collect();
    vec![
        File::new("servicePrincipal.json", principal.to_string()),
        File::new("capture.har", CAPTURE),
        File::new("virtualproxy.json", HEALTHY),
    ]
}

fn virtual_proxies(number: usize) -> Vec<File> {
    let one = |at: usize| {
        let mut proxy: Value = serde_json::from_str(HEALTHY).expect("JSON");
        proxy["prefix"] = json!(format!("p{at}"));
        proxy["id"] = json!(at.to_string());
        proxy["sessionCookieHeaderName"] = json!(format!("X{at}"));
        proxy
    };
    vec![File::new("virtualproxies.json", (0..number).map(one).collect::<Value>().to_string())]
}

fn applications(number: usize) -> Vec<File> {
    let one = |at: usize| {
        let mut application: Value = serde_json::from_str(APPLICATION).expect("JSON");
        application["id"] = json!(format!("00000000-0000-4000-8000-{at:012}"));
        application["appId"] = json!(format!("00000000-0000-4000-9000-{at:012}"));
        application
    };
    let files =
        (0..number).map(|at| File::new(&format!("application-{at}.json"), one(at).to_string()));
    files.chain([File::new("capture.har", CAPTURE)]).collect()
}

fn nested_namespaces(number: usize) -> Vec<File> {
    let opened = (0..number)
        .map(|at| format!("<n{at}:x xmlns:n{at}=\"u:{at}\">"))
        .collect::<Vec<_>>()
        .concat();
    let closed = (0..number).rev().map(|at| format!("</n{at}:x>")).collect::<Vec<_>>().concat();
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/><ds:Reference URI=\"#_r0\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>";
    vec![capture(
        "nested.har",
        &[posted(0, &response(0, &format!("{signature}{opened}{closed}")), None)],
    )]
}

fn pages(number: usize) -> Vec<File> {
    let page = |at: usize| {
        let body =
            format!("<html><body>Error: access denied for x {}</body></html>", "w ".repeat(200));
        entry(at, "GET", &format!("https://sp.example/{at}"), 403, None, &body)
    };
    vec![capture("pages.har", &(0..number).map(page).collect::<Vec<_>>())]
}

fn entries(number: usize) -> Vec<File> {
    let one = |at: usize| entry(at, "GET", &format!("https://sp.example/{at}"), 200, None, "");
    vec![capture("entries.har", &(0..number).map(one).collect::<Vec<_>>())]
}
