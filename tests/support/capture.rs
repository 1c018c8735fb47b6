//! A capture of one sign-in, made to order: the browser of `tests/cases/base` signs in, and one
//! thing about it can be changed.
//!
//! Responses are signed with our own fixture keys. The XML is written in canonical form already,
//! so that no canonicalisation of ours stands between the fixture and the code under test.

use crate::fixture;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::{SignatureEncoding, Signer};
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::io::Write;

const TENANT: &str = "8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const REQUEST_ID: &str = "_req5f2c9d1e8a7b";

/// A text with parts of it replaced.
fn edited(text: String, edits: &[(String, String)]) -> String {
    edits.iter().fold(text, |text, (old, new)| {
        assert!(text.contains(old.as_str()), "the message does not contain {old}");
        text.replace(old.as_str(), new)
    })
}

/// What is particular about a sign-in; the default is a healthy one.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Capture {
    /// Host the person types.
    pub host: String,
    /// `Issuer` of the request.
    pub request_issuer: String,
    /// ACS of the request.
    pub request_acs: String,
    /// Where the request is sent.
    pub sso_url: String,
    /// Status of the identity provider's answer to the request.
    pub sso_status: u16,
    /// Body of the identity provider's answer where it ends there.
    pub idp_page: Option<String>,
    /// The response is sent without a request.
    pub unsolicited: bool,
    /// `InResponseTo`.
    pub in_response_to: String,
    /// `Issuer` of response and assertion.
    pub issuer: String,
    /// Status codes of the response, top level first.
    pub status: Vec<String>,
    /// `Audience`.
    pub audience: String,
    /// `Recipient`.
    pub recipient: String,
    /// `Destination`.
    pub destination: String,
    /// Seconds from the POST to the end of validity.
    pub valid_for: i64,
    /// Seconds from the POST to the start of validity, usually negative.
    pub valid_from: i64,
    /// What is signed: `assertion`, `response`, `both`, `none`.
    pub signed: String,
    /// Fixture key it is signed with.
    pub key: String,
    /// The whole response, in place of the one that would be made.
    #[serde(skip)]
    pub message: Option<String>,
    /// The certificate stands in the signature.
    pub key_info: bool,
    /// The assertion is encrypted with this algorithm, for nobody who could open it.
    pub encrypted: Option<String>,
    /// `sha256` or `sha1`.
    pub algorithm: String,
    /// The signed text is changed after signing.
    pub tampered: bool,
    /// Attributes: name and value.
    pub attributes: Vec<(String, String)>,
    /// URL the browser posts the response to.
    pub post_to: String,
    /// Status of the answer to that POST.
    pub acs_status: u16,
    /// `Location` of that answer.
    pub acs_location: Option<String>,
    /// Body of that answer.
    pub acs_page: Option<String>,
    /// `Set-Cookie` of that answer.
    pub set_cookie: Option<String>,
    /// Status of the landing page; 0 for none.
    pub landing_status: u16,
    /// RelayState the identity provider returns; `None` drops it.
    pub relay_state: Option<String>,
    /// Seconds the service provider's clock is ahead.
    pub sp_ahead: i64,
    /// Seconds the identity provider's clock is ahead.
    pub idp_ahead: i64,
    /// Status of the WebSocket the landing page opens; none where it opens none.
    pub websocket: Option<u16>,
    /// The response is posted a second time, and this is the status it gets.
    pub posted_again: Option<u16>,
    /// Texts of the request and what replaces them; each must occur.
    pub request_edit: Vec<(String, String)>,
    /// Texts of the assertion and what replaces them before it is signed; each must occur.
    pub assertion_edit: Vec<(String, String)>,
    /// Parameters after the message in the URL of the request, such as a signature.
    pub request_query: String,
}

impl Default for Capture {
    fn default() -> Self {
        let acs = "https://sense.example.org:443/bi/samlauthn/".to_owned();
        Self {
            host: "sense.example.org".to_owned(),
            request_issuer: "https://sense.example.org".to_owned(),
            request_acs: acs.clone(),
            sso_url: format!("https://login.microsoftonline.com/{TENANT}/saml2"),
            sso_status: 200,
            idp_page: None,
            unsolicited: false,
            in_response_to: REQUEST_ID.to_owned(),
            issuer: format!("https://sts.windows.net/{TENANT}/"),
            status: vec!["urn:oasis:names:tc:SAML:2.0:status:Success".to_owned()],
            audience: "https://sense.example.org".to_owned(),
            recipient: acs.clone(),
            destination: acs.clone(),
            valid_for: 3600,
            valid_from: -300,
            signed: "assertion".to_owned(),
            key: "idp".to_owned(),
            message: None,
            key_info: true,
            encrypted: None,
            algorithm: "sha256".to_owned(),
            tampered: false,
            attributes: vec![(
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name".to_owned(),
                "mira@example.org".to_owned(),
            )],
            post_to: acs,
            acs_status: 302,
            acs_location: Some("/bi/hub".to_owned()),
            acs_page: None,
            set_cookie: Some(
                "X-Qlik-Session-bi=CANARY-SESSION-COOKIE; Path=/; HttpOnly; Secure; SameSite=None"
                    .to_owned(),
            ),
            landing_status: 200,
            relay_state: Some("/bi/hub".to_owned()),
            sp_ahead: 0,
            idp_ahead: 0,
            websocket: None,
            posted_again: None,
            request_edit: Vec::new(),
            assertion_edit: Vec::new(),
            request_query: String::new(),
        }
    }
}

impl Capture {
    /// The capture as a HAR file.
    pub fn har(&self) -> String {
        let start: Timestamp = "2026-11-24T09:58:00Z".parse().expect("a timestamp");
        let after = |seconds: i64| start + SignedDuration::from_secs(seconds);
        let mut entries = Vec::new();
        let request = self.request(after(0));
        let to_idp = format!(
            "{}?SAMLRequest={}&RelayState=%2Fbi%2Fhub{}",
            self.sso_url,
            encode(&deflate(&request)),
            self.request_query
        );
        if !self.unsolicited {
            entries.push(entry(
                after(0),
                "GET",
                &format!("https://{}/bi/hub", self.host),
                None,
                &Answer::redirect(&to_idp, after(self.sp_ahead)),
            ));
            let page = self.idp_page.clone().unwrap_or_else(|| {
                "<html><head><title>Sign in to your account</title></head><body><form method=\"post\"><input name=\"login\"/><input type=\"password\" name=\"passwd\"/></form></body></html>".to_owned()
            });
            let answer = Answer {
                status: self.sso_status,
                body: page,
                date: after(1 + self.idp_ahead),
                ..Answer::default()
            };
            entries.push(entry(after(1), "GET", &to_idp, None, &answer));
        }
        if self.idp_page.is_some() || self.sso_status >= 400 {
            return har(&entries);
        }
        let posted = after(12);
        let response = self.response(posted);
        let mut body = format!("SAMLResponse={}", encode(&STANDARD.encode(&response)));
        if let Some(relay_state) = &self.relay_state {
            body.push_str("&RelayState=");
            body.push_str(&encode(relay_state));
        }
        let relay_field = self.relay_state.as_ref().map_or_else(String::new, |value| {
            format!("<input type=\"hidden\" name=\"RelayState\" value=\"{value}\"/>")
        });
        let form = format!(
            "<html><body><form method=\"POST\" action=\"{}\"><input type=\"hidden\" name=\"SAMLResponse\" value=\"{}\"/>{relay_field}</form></body></html>",
            self.post_to,
            STANDARD.encode(&response)
        );
        let log_in = format!("https://login.microsoftonline.com/{TENANT}/login");
        let answer = Answer {
            status: 200,
            body: form,
            date: after(11 + self.idp_ahead),
            ..Answer::default()
        };
        entries.push(entry(
            after(11),
            "POST",
            &log_in,
            Some("login=mira%40example.org&passwd=CANARY-PASSWORD"),
            &answer,
        ));
        let redirects = (300..400).contains(&self.acs_status);
        let answer = Answer {
            status: self.acs_status,
            location: self.acs_location.clone().filter(|_| redirects),
            set_cookie: self.set_cookie.clone().filter(|_| self.acs_status == 302),
            body: self.acs_page.clone().unwrap_or_default(),
            date: after(12 + self.sp_ahead),
        };
        entries.push(entry(posted, "POST", &self.post_to, Some(&body), &answer));
        if let (true, Some(location)) = (self.landing_status > 0 && redirects, &self.acs_location) {
            let landing = if location.starts_with('/') {
                format!("https://{}{location}", self.host)
            } else {
                location.clone()
            };
            let page = "<html><head><title>Qlik Sense Hub</title></head><body>Hub</body></html>"
                .to_owned();
            let answer = Answer {
                status: self.landing_status,
                body: page,
                date: after(13 + self.sp_ahead),
                ..Answer::default()
            };
            let mut entry = entry(after(13), "GET", &landing, None, &answer);
            if let Some(cookie) = self.session_cookie(&landing) {
                entry["request"]["headers"] = serde_json::json!([{"name": "Sec-Fetch-Dest", "value": "document"}, {"name": "Cookie", "value": format!("theme=dark; {cookie}")}]);
            }
            entries.push(entry);
        }
        if let Some(status) = self.websocket {
            let url = format!("wss://{}/bi/app/engineData", self.host);
            let mut socket = entry(
                after(14),
                "GET",
                &url,
                None,
                &Answer { status, date: after(14 + self.sp_ahead), ..Answer::default() },
            );
            socket["_resourceType"] = "websocket".into();
            socket["request"]["headers"] = serde_json::json!([{"name": "Upgrade", "value": "websocket"}, {"name": "Connection", "value": "Upgrade"},
                {"name": "Origin", "value": format!("https://{}", self.host)}]);
            entries.push(socket);
        }
        if let Some(status) = self.posted_again {
            let answer = Answer {
                status,
                body: self.acs_page.clone().unwrap_or_default(),
                date: after(40 + self.sp_ahead),
                ..Answer::default()
            };
            entries.push(entry(after(40), "POST", &self.post_to, Some(&body), &answer));
        }
        har(&entries)
    }

    /// The session cookie as the browser sends it back: to the host that set it, and no other.
    fn session_cookie(&self, url: &str) -> Option<&str> {
        let host = |url: &str| {
            url.split("://")
                .nth(1)
                .and_then(|rest| rest.split(['/', ':']).next())
                .map(str::to_owned)
        };
        let pair = self.set_cookie.as_deref().filter(|_| self.acs_status == 302)?.split(';').next();
        pair.filter(|_| host(url) == host(&self.post_to))
    }

    fn request(&self, at: Timestamp) -> String {
        let request = format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" ID=\"{REQUEST_ID}\" Version=\"2.0\" IssueInstant=\"{at}\" Destination=\"{}\" AssertionConsumerServiceURL=\"{}\" ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\"><saml:Issuer xmlns:saml=\"{ASSERTION}\">{}</saml:Issuer><samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>",
            self.sso_url, self.request_acs, self.request_issuer
        );
        edited(request, &self.request_edit)
    }

    /// The response, signed as asked for.
    pub fn response(&self, posted: Timestamp) -> String {
        if let Some(message) = &self.message {
            return message.clone();
        }
        let issued = posted + SignedDuration::from_secs(self.idp_ahead);
        let sender =
            format!("<saml:Issuer xmlns:saml=\"{ASSERTION}\">{}</saml:Issuer>", self.issuer);
        let answers = if self.unsolicited {
            String::new()
        } else {
            format!(" InResponseTo=\"{}\"", self.in_response_to)
        };
        let status = self.status.iter().rev().fold(String::new(), |inner, code| {
            format!("<samlp:StatusCode Value=\"{code}\">{inner}</samlp:StatusCode>")
        });
        let head = format!(
            "<samlp:Response xmlns:samlp=\"{PROTOCOL}\" Destination=\"{}\" ID=\"_resp7c1d4e9f2a\"{answers} IssueInstant=\"{issued}\" Version=\"2.0\">{sender}",
            self.destination
        );
        let tail = |assertion: &str| {
            format!("<samlp:Status>{status}</samlp:Status>{assertion}</samlp:Response>")
        };
        let succeeded = self.status.first().is_some_and(|code| code.ends_with(":Success"));
        let mut assertion =
            if succeeded { self.assertion(issued, posted, &answers) } else { String::new() };
        if succeeded && matches!(self.signed.as_str(), "assertion" | "both") {
            assertion = self.with_signature(&assertion, "_asrt3b8e6d5c1f");
        }
        if let Some(algorithm) = &self.encrypted {
            assertion = sealed(algorithm);
        }
        let mut response = format!("{head}{}", tail(&assertion));
        if matches!(self.signed.as_str(), "response" | "both") {
            response = self.with_signature(&response, "_resp7c1d4e9f2a");
        }
        if self.tampered {
            response.replace("mira@example.org", "mora@example.org")
        } else {
            response
        }
    }

    fn assertion(&self, issued: Timestamp, posted: Timestamp, answers: &str) -> String {
        let at = |seconds: i64| posted + SignedDuration::from_secs(seconds);
        let attributes = self.attributes.iter().fold(String::new(), |all, (name, value)| {
            format!("{all}<saml:Attribute Name=\"{name}\"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>")
        });
        let assertion = format!(
            "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"_asrt3b8e6d5c1f\" IssueInstant=\"{issued}\" Version=\"2.0\"><saml:Issuer>{}</saml:Issuer><saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">mira@example.org</saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData{answers} NotOnOrAfter=\"{}\" Recipient=\"{}\"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore=\"{}\" NotOnOrAfter=\"{}\"><saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant=\"{issued}\" SessionIndex=\"_CANARY-SESSION-INDEX\"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>",
            self.issuer,
            at(self.valid_for),
            self.recipient,
            at(self.valid_from),
            at(self.valid_for),
            self.audience
        );
        edited(assertion, &self.assertion_edit)
    }

    /// Puts an enveloped signature behind the issuer of an element written in canonical form.
    pub fn with_signature(&self, element: &str, id: &str) -> String {
        element.replacen(
            "</saml:Issuer>",
            &format!("</saml:Issuer>{}", self.signature(element, id)),
            1,
        )
    }

    /// The signature of an element written in canonical form, wherever it is then put.
    pub fn signature(&self, element: &str, id: &str) -> String {
        let sha1 = self.algorithm == "sha1";
        let (digest, method, signature) = if sha1 {
            (
                STANDARD.encode(Sha1::digest(element)),
                "http://www.w3.org/2000/09/xmldsig#sha1",
                "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            )
        } else {
            (
                STANDARD.encode(Sha256::digest(element)),
                "http://www.w3.org/2001/04/xmlenc#sha256",
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            )
        };
        let inner = format!(
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"{signature}\"></ds:SignatureMethod><ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"{method}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
        );
        let signed_info = format!(
            "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{inner}</ds:SignedInfo>"
        );
        let key = fixture::private_key(&self.key);
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(&key).expect("a fixture key in PKCS#8");
        let value = if sha1 {
            SigningKey::<Sha1>::new(key).sign(signed_info.as_bytes()).to_vec()
        } else {
            SigningKey::<Sha256>::new(key).sign(signed_info.as_bytes()).to_vec()
        };
        let key_info = if self.key_info {
            let certificate = fixture::certificate(&self.key);
            format!(
                "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            )
        } else {
            String::new()
        };
        format!(
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>{inner}</ds:SignedInfo><ds:SignatureValue>{}</ds:SignatureValue>{key_info}</ds:Signature>",
            STANDARD.encode(value)
        )
    }
}

/// An encrypted assertion that nobody can open, in canonical form.
fn sealed(algorithm: &str) -> String {
    const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
    let octets = STANDARD.encode([7_u8; 256]);
    format!(
        "<saml:EncryptedAssertion xmlns:saml=\"{ASSERTION}\"><xenc:EncryptedData xmlns:xenc=\"{XENC}\" Type=\"{XENC}Element\"><xenc:EncryptionMethod Algorithm=\"{algorithm}\"></xenc:EncryptionMethod><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"{XENC}rsa-oaep-mgf1p\"></xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{octets}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{octets}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>"
    )
}

/// An answer of a server.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    location: Option<String>,
    set_cookie: Option<String>,
    body: String,
    date: Timestamp,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: 200,
            location: None,
            set_cookie: None,
            body: String::new(),
            date: Timestamp::UNIX_EPOCH,
        }
    }
}

impl Answer {
    fn redirect(location: &str, date: Timestamp) -> Self {
        Self { status: 302, location: Some(location.to_owned()), date, ..Self::default() }
    }
}

fn entry(
    started: Timestamp,
    method: &str,
    url: &str,
    body: Option<&str>,
    answer: &Answer,
) -> serde_json::Value {
    let date = answer.date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut headers = vec![
        serde_json::json!({"name": "Date", "value": date}),
        serde_json::json!({"name": "Content-Type", "value": "text/html; charset=utf-8"}),
    ];
    if let Some(location) = &answer.location {
        headers.push(serde_json::json!({"name": "Location", "value": location}));
    }
    if let Some(cookie) = &answer.set_cookie {
        headers.push(serde_json::json!({"name": "Set-Cookie", "value": cookie}));
    }
    let mut request = serde_json::json!({"method": method, "url": url, "httpVersion": "HTTP/2.0", "queryString": [], "cookies": [], "headersSize": -1, "bodySize": -1,
        "headers": [{"name": "User-Agent", "value": "Mozilla/5.0"}, {"name": "Sec-Fetch-Dest", "value": "document"}, {"name": "Sec-Fetch-Mode", "value": "navigate"}, {"name": "Cookie", "value": "theme=dark"}]});
    if let Some(body) = body {
        request["postData"] =
            serde_json::json!({"mimeType": "application/x-www-form-urlencoded", "text": body});
    }
    serde_json::json!({"startedDateTime": started.to_string(), "time": 80.0, "request": request, "cache": {}, "timings": {"send": 0, "wait": 80, "receive": 0},
        "response": {"status": answer.status, "statusText": "", "httpVersion": "HTTP/2.0", "cookies": [], "headers": headers, "redirectURL": answer.location.clone().unwrap_or_default(),
            "headersSize": -1, "bodySize": -1, "content": {"size": answer.body.len(), "mimeType": "text/html", "text": answer.body}}})
}

fn har(entries: &[serde_json::Value]) -> String {
    let har = serde_json::json!({"log": {"version": "1.2", "creator": {"name": "diag tests", "version": "1"}, "pages": [], "entries": entries}});
    serde_json::to_string_pretty(&har).expect("JSON")
}

fn deflate(text: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    STANDARD.encode(encoder.finish().expect("memory"))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
