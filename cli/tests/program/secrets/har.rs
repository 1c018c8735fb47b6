//! A capture of one sign-in, with handles to put values at any place of it.

use super::canary::percent;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The exchanges of the sign-in, by what they do.
pub(crate) const START: usize = 0;
pub(crate) const LOGIN_PAGE: usize = 1;
pub(crate) const LOGIN: usize = 2;
pub(crate) const ACS: usize = 3;
pub(crate) const LANDING: usize = 4;

/// How the sign-in ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The service provider lets the person in.
    SignedIn,
    /// It answers with an error page.
    ErrorPage,
    /// It answers with an error in JSON.
    ErrorJson,
    /// It sends the browser to a page of its own that tells of an error.
    ErrorAddress,
    /// The identity provider refuses, with a status.
    Status,
    /// There is no answer.
    NoAnswer,
    /// The message is damaged.
    Damaged,
}

/// A capture that is being made.
#[derive(Debug)]
pub(crate) struct Har {
    pub(crate) log: Value,
    /// The response, before it is encoded.
    pub(crate) response: String,
    /// Fields that are posted with the password, as they are sent.
    pub(crate) fields: Vec<String>,
    /// What the page that ends the sign-in says, as HTML.
    pub(crate) said: Vec<String>,
    pub(crate) relay_state: String,
    pub(crate) ending: Ending,
    /// What else is posted while the person signs in.
    posts: Vec<Value>,
}

fn entry(second: usize, method: &str, url: &str, status: u16, mime: &str) -> Value {
    json!({
        "startedDateTime": format!("2026-11-24T09:58:{second:02}.000Z"), "time": 120, "_resourceType": "document",
        "request": {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [], "queryString": [], "cookies": [], "headersSize": -1, "bodySize": -1},
        "response": {"status": status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": [{"name": "Date", "value": format!("Tue, 24 Nov 2026 09:58:{second:02} GMT")}],
            "cookies": [], "content": {"size": 0, "mimeType": mime, "text": ""}, "redirectURL": "", "headersSize": -1, "bodySize": -1},
        "cache": {}, "timings": {"send": 1, "wait": 100, "receive": 1}
    })
}

impl Har {
    pub(crate) fn new(ending: Ending) -> Self {
        let request = "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_r1\" Version=\"2.0\" IssueInstant=\"2026-11-24T09:58:00Z\" Destination=\"https://idp.example/saml2\" AssertionConsumerServiceURL=\"https://sp.example/acs\"><saml:Issuer>https://sp.example</saml:Issuer></samlp:AuthnRequest>";
        let to_idp =
            format!("https://idp.example/saml2?SAMLRequest={}", percent(&STANDARD.encode(request)));
        let (acs, landing) = match ending {
            Ending::SignedIn => ((302, "text/html"), 200),
            Ending::ErrorPage | Ending::Status | Ending::Damaged => ((403, "text/html"), 0),
            Ending::ErrorJson => ((401, "application/json"), 0),
            Ending::ErrorAddress => ((302, "text/html"), 403),
            Ending::NoAnswer => ((0, ""), 0),
        };
        let mut entries = vec![
            entry(0, "GET", "https://sp.example/app", 302, "text/html"),
            entry(1, "GET", &to_idp, 200, "text/html"),
            entry(9, "POST", "https://idp.example/login", 200, "text/html"),
            entry(12, "POST", "https://sp.example/acs", acs.0, acs.1),
        ];
        entries[START]["response"]["redirectURL"] = json!(to_idp);
        entries[LOGIN_PAGE]["response"]["content"]["text"] = json!(
            "<html><head><title>Sign in</title></head><body><form method=post action=/login><input name=user><input type=password name=passwd></form></body></html>"
        );
        if landing > 0 {
            entries.push(entry(14, "GET", "https://sp.example/app/start", landing, "text/html"));
            entries[ACS]["response"]["redirectURL"] = json!("https://sp.example/app/start");
        }
        let mut log = json!({"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": entries}});
        header(&mut log["log"]["entries"][START]["response"], "Location", &to_idp);
        if landing > 0 {
            header(
                &mut log["log"]["entries"][ACS]["response"],
                "Location",
                "https://sp.example/app/start",
            );
            if ending == Ending::SignedIn {
                header(
                    &mut log["log"]["entries"][ACS]["response"],
                    "Set-Cookie",
                    "appsession=x; Path=/; Secure; HttpOnly",
                );
                header(&mut log["log"]["entries"][LANDING]["request"], "Cookie", "appsession=x");
            }
        }
        let code = if ending == Ending::Status { "Responder" } else { "Success" };
        let assertion = if ending == Ending::Status {
            String::new()
        } else {
            "<saml:Assertion ID=\"_a1\" Version=\"2.0\" IssueInstant=\"2026-11-24T09:58:11Z\"><saml:Issuer>https://idp.example</saml:Issuer><saml:Subject><saml:NameID>ada@example.org</saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData InResponseTo=\"_r1\" NotOnOrAfter=\"2026-11-24T10:58:11Z\" Recipient=\"https://sp.example/acs\"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore=\"2026-11-24T09:53:11Z\" NotOnOrAfter=\"2026-11-24T10:58:11Z\"><saml:AudienceRestriction><saml:Audience>https://sp.example</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant=\"2026-11-24T09:58:10Z\" SessionIndex=\"_a1\"/></saml:Assertion>".to_owned()
        };
        let response = format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_m1\" InResponseTo=\"_r1\" Version=\"2.0\" IssueInstant=\"2026-11-24T09:58:11Z\" Destination=\"https://sp.example/acs\"><saml:Issuer>https://idp.example</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{code}\"/></samlp:Status>{assertion}</samlp:Response>"
        );
        Self {
            log,
            response,
            fields: Vec::new(),
            said: Vec::new(),
            relay_state: "/app".to_owned(),
            ending,
            posts: Vec::new(),
        }
    }

    /// Posts a body to the identity provider.
    pub(crate) fn posted(&mut self, mime: &str, text: &str) {
        let mut post = entry(10, "POST", "https://idp.example/more", 204, "");
        post["_resourceType"] = json!("xhr");
        post["request"]["postData"] = json!({"mimeType": mime, "text": text});
        self.posts.push(post);
    }

    pub(crate) fn entry(&mut self, index: usize) -> &mut Value {
        &mut self.log["log"]["entries"][index]
    }

    pub(crate) fn request_header(&mut self, index: usize, name: &str, value: &str) {
        header(&mut self.entry(index)["request"], name, value);
    }

    pub(crate) fn response_header(&mut self, index: usize, name: &str, value: &str) {
        header(&mut self.entry(index)["response"], name, value);
    }

    pub(crate) fn edit_url(&mut self, index: usize, edit: impl Fn(&str) -> String) {
        let url = &mut self.entry(index)["request"]["url"];
        *url = json!(edit(url.as_str().unwrap_or_default()));
    }

    /// Adds a parameter to the query of a request, as it is to be written.
    pub(crate) fn query(&mut self, index: usize, pair: &str) {
        self.edit_url(index, |url| {
            let (base, fragment) = url
                .split_once('#')
                .map_or((url, String::new()), |(base, fragment)| (base, format!("#{fragment}")));
            format!("{base}{}{pair}{fragment}", if base.contains('?') { '&' } else { '?' })
        });
    }

    /// Where an answer sends the browser.
    pub(crate) fn edit_location(&mut self, index: usize, edit: impl Fn(&str) -> String) {
        let response = &mut self.entry(index)["response"];
        let Some(headers) = response["headers"].as_array_mut() else { return };
        let Some(location) = headers.iter_mut().find(|header| header["name"] == "Location") else {
            return;
        };
        let edited = edit(location["value"].as_str().unwrap_or_default());
        location["value"] = json!(edited);
        response["redirectURL"] = json!(edited);
    }

    pub(crate) fn in_response(&mut self, old: &str, new: &str) {
        self.response = self.response.replace(old, new);
    }

    /// Adds to a page.
    pub(crate) fn page(&mut self, index: usize, html: &str) {
        let text = &mut self.entry(index)["response"]["content"]["text"];
        let before = text.as_str().unwrap_or_default();
        *text = json!(match before.split_once("</body>") {
            Some((head, tail)) => format!("{head}{html}</body>{tail}"),
            None => format!("<html><body>{html}</body></html>"),
        });
    }

    /// All that stands in it so far, messages as they are.
    pub(crate) fn written(&self) -> String {
        let posts = Value::from(self.posts.clone()).to_string();
        let parts = [&self.log.to_string(), &self.response, &self.relay_state, &posts];
        let more = self.fields.iter().chain(&self.said);
        parts.into_iter().chain(more).map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// The file.
    pub(crate) fn finish(mut self) -> String {
        let mut form = vec!["user=ada%40example.org".to_owned()];
        form.append(&mut self.fields);
        self.entry(LOGIN)["request"]["postData"] =
            json!({"mimeType": "application/x-www-form-urlencoded", "text": form.join("&")});
        let mut response = self.response.clone();
        if self.ending == Ending::Damaged {
            response.truncate(response.len() * 2 / 3);
            response.push_str("<saml:");
        }
        let posted = format!(
            "SAMLResponse={}&RelayState={}",
            percent(&STANDARD.encode(&response)),
            percent(&self.relay_state)
        );
        self.page(LOGIN, &format!(
            "<form method=post action=\"https://sp.example/acs\"><input type=hidden name=SAMLResponse value=\"{}\"></form><script>document.forms[0].submit()</script>",
            STANDARD.encode(&response)
        ));
        self.entry(ACS)["request"]["postData"] =
            json!({"mimeType": "application/x-www-form-urlencoded", "text": posted});
        let said = self.said.join("</p><p class=error>");
        match self.ending {
            Ending::ErrorJson => {
                let text =
                    json!({"error": "access_denied", "message": self.said.join(" ")}).to_string();
                self.entry(ACS)["response"]["content"]["text"] = json!(text);
            }
            Ending::NoAnswer => {}
            Ending::SignedIn | Ending::ErrorAddress => {
                self.page(LANDING, &format!("<h1>Welcome</h1><p>{said}</p>"));
            }
            Ending::ErrorPage | Ending::Status | Ending::Damaged => {
                self.page(
                    ACS,
                    &format!("<h1>Access denied</h1><p class=error>Access denied by the application</p><p class=error>{said}</p>"),
                );
            }
        }
        if let Some(entries) = self.log["log"]["entries"].as_array_mut() {
            entries.splice(ACS..ACS, self.posts);
        }
        self.log.to_string()
    }
}

fn header(message: &mut Value, name: &str, value: &str) {
    if let Some(headers) = message["headers"].as_array_mut() {
        headers.push(json!({"name": name, "value": value}));
    }
}
