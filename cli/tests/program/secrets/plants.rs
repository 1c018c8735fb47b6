//! Where secrets stand: one row for each place, with what may stand there.

use super::canary::{ANY, ISSUED, Shape, TOKENS, TYPED, html, percent};
use super::har::{ACS, Har, LOGIN, LOGIN_PAGE, START};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A place.
pub(crate) struct Plant {
    pub(crate) name: &'static str,
    pub(crate) shapes: &'static [Shape],
    pub(crate) put: fn(&mut Har, &str),
}

const fn plant(name: &'static str, shapes: &'static [Shape], put: fn(&mut Har, &str)) -> Plant {
    Plant { name, shapes, put }
}

fn after_host(url: &str, path: &str) -> String {
    let at = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
    format!("{}{path}{}", &url[..at], &url[at..])
}

fn query(url: &str, pair: &str) -> String {
    format!("{url}{}{pair}", if url.contains('?') { '&' } else { '?' })
}

fn xml(value: &str) -> String {
    html(value)
}

pub(crate) const PLANTS: &[Plant] = &[
    // Headers of requests.
    plant("bearer", ANY, |har, c| har.request_header(ACS, "Authorization", &format!("Bearer {c}"))),
    plant("basic", TYPED, |har, c| {
        har.request_header(
            ACS,
            "Authorization",
            &format!("Basic {}", STANDARD.encode(format!("u:{c}"))),
        );
    }),
    plant("negotiate", TOKENS, |har, c| {
        har.request_header(START, "Authorization", &format!("Negotiate {c}"));
    }),
    plant("proxy authorization", ANY, |har, c| {
        har.request_header(START, "Proxy-Authorization", &format!("Basic {c}"));
    }),
    plant("x-api-key", ANY, |har, c| har.request_header(ACS, "X-Api-Key", c)),
    plant("subscription key", ANY, |har, c| {
        har.request_header(ACS, "Ocp-Apim-Subscription-Key", c);
    }),
    plant("csrf header", ANY, |har, c| har.request_header(LOGIN, "X-CSRF-Token", c)),
    plant("cookie", ANY, |har, c| {
        har.request_header(ACS, "Cookie", &format!("theme=dark; sess={c}"));
    }),
    plant("cookie of any name", ISSUED, |har, c| {
        har.request_header(ACS, "Cookie", &format!("x9={c}"));
    }),
    plant("name of a cookie", TOKENS, |har, c| {
        har.request_header(ACS, "Cookie", &format!("{c}=1"));
    }),
    plant("query of the referer", ANY, |har, c| {
        har.request_header(ACS, "Referer", &format!("https://r.example/?token={}", percent(c)));
    }),
    plant("fragment of the referer", ANY, |har, c| {
        har.request_header(ACS, "Referer", &format!("https://r.example/#code={}", percent(c)));
    }),
    plant("path of the referer", TOKENS, |har, c| {
        har.request_header(ACS, "Referer", &format!("https://r.example/reset/{}", percent(c)));
    }),
    plant("origin", ANY, |har, c| {
        har.request_header(ACS, "Origin", &format!("https://bob:{}@o.example", percent(c)));
    }),
    plant("user agent", TOKENS, |har, c| har.request_header(ACS, "User-Agent", c)),
    plant("content type of a request", ANY, |har, c| {
        har.request_header(
            LOGIN,
            "Content-Type",
            &format!("application/x-www-form-urlencoded; t={c}"),
        );
    }),
    // Headers of answers.
    plant("set-cookie", ANY, |har, c| {
        har.response_header(ACS, "Set-Cookie", &format!("s={c}; Path=/; Secure"));
    }),
    plant("path of set-cookie", ANY, |har, c| {
        har.response_header(ACS, "Set-Cookie", &format!("s=1; Path=/{}", percent(c)));
    }),
    plant("name of set-cookie", TOKENS, |har, c| {
        har.response_header(ACS, "Set-Cookie", &format!("{}=1; Path=/", percent(c)));
    }),
    plant("x-auth-token", ANY, |har, c| har.response_header(ACS, "X-Auth-Token", c)),
    plant("realm", ANY, |har, c| {
        har.response_header(
            ACS,
            "WWW-Authenticate",
            &format!("Bearer realm=\"{c}\", error=\"invalid_token\""),
        );
    }),
    plant("server", ANY, |har, c| har.response_header(ACS, "Server", c)),
    plant("content type of an answer", ANY, |har, c| {
        har.response_header(ACS, "Content-Type", &format!("text/html; x={c}"));
    }),
    plant("correlation id", TOKENS, |har, c| har.response_header(ACS, "x-request-id", c)),
    plant("correlation id in words", &[Shape::Phrase, Shape::Password], |har, c| {
        har.response_header(ACS, "x-correlation-id", c);
    }),
    plant("via", TOKENS, |har, c| har.response_header(ACS, "Via", c)),
    plant("x-served-by", TOKENS, |har, c| har.response_header(ACS, "X-Backend-Server", c)),
    plant("refresh", ANY, |har, c| {
        har.response_header(
            ACS,
            "Refresh",
            &format!("0; url=https://x.example/?token={}", percent(c)),
        );
    }),
    plant("link", ANY, |har, c| {
        har.response_header(
            ACS,
            "Link",
            &format!("<https://x.example/?token={}>; rel=next", percent(c)),
        );
    }),
    plant("policy", ANY, |har, c| {
        har.response_header(
            ACS,
            "Content-Security-Policy",
            &format!(
                "form-action https://x.example/?token={0}; report-uri https://x.example/?token={0}",
                percent(c)
            ),
        );
    }),
    plant("policy of the page before", ANY, |har, c| {
        har.response_header(
            LOGIN,
            "Content-Security-Policy",
            &format!("form-action 'self' https://x.example/?token={}", percent(c)),
        );
    }),
    plant("frame options", ANY, |har, c| {
        har.response_header(
            ACS,
            "X-Frame-Options",
            &format!("ALLOW-FROM https://x.example/?token={}", percent(c)),
        );
    }),
    plant("location, query", ANY, |har, c| {
        har.edit_location(ACS, |url| query(url, &format!("ticket={}", percent(c))));
    }),
    plant("location, path", TOKENS, |har, c| {
        har.edit_location(ACS, |url| after_host(url, &format!("/t/{}", percent(c))));
    }),
    plant("location, address in it", ANY, |har, c| {
        har.edit_location(ACS, |url| {
            query(url, &format!("next={}", percent(&format!("/a?pw={}", percent(c)))))
        });
    }),
    plant("location, fragment", ANY, |har, c| {
        har.edit_location(ACS, |url| format!("{url}#id_token={}", percent(c)));
    }),
    // Addresses.
    plant("token", ANY, |har, c| har.query(ACS, &format!("token={}", percent(c)))),
    plant("token at the start", ANY, |har, c| har.query(START, &format!("token={}", percent(c)))),
    plant("pass", ANY, |har, c| har.query(LOGIN, &format!("pass={}", percent(c)))),
    plant("pin", &[Shape::Pin, Shape::Short, Shape::Password], |har, c| {
        har.query(LOGIN, &format!("pin={}", percent(c)));
    }),
    plant("otp", &[Shape::Pin, Shape::Short, Shape::Password], |har, c| {
        har.query(ACS, &format!("otp={}", percent(c)));
    }),
    plant("apikey", ANY, |har, c| har.query(START, &format!("apikey={}", percent(c)))),
    plant("j_password", ANY, |har, c| har.query(ACS, &format!("j_password={}", percent(c)))),
    plant("sessionid", ANY, |har, c| har.query(ACS, &format!("sessionid={}", percent(c)))),
    plant("percent-encoded name", ANY, |har, c| {
        har.query(ACS, &format!("%70assword={}", percent(c)));
    }),
    plant("name encoded twice", ANY, |har, c| {
        har.query(ACS, &format!("%2570assword={}", percent(c)));
    }),
    plant("behind a semicolon", ANY, |har, c| {
        har.query(ACS, &format!("a=1;password={}", percent(c)));
    }),
    plant("alone in a query", ANY, |har, c| har.query(ACS, &percent(c))),
    plant("name of a parameter", TOKENS, |har, c| har.query(ACS, &format!("{}=1", percent(c)))),
    plant("address in a query", ANY, |har, c| {
        har.query(
            START,
            &format!("next={}", percent(&format!("https://x.example/?token={}", percent(c)))),
        );
    }),
    plant("fragment", ANY, |har, c| {
        har.edit_url(ACS, |url| format!("{url}#access_token={}&x=1", percent(c)));
    }),
    plant("path in a fragment", TOKENS, |har, c| {
        har.edit_url(ACS, |url| format!("{url}#/reset/{}", percent(c)));
    }),
    plant("user information", ANY, |har, c| {
        har.edit_url(START, |url| url.replacen("://", &format!("://bob:{}@", percent(c)), 1));
    }),
    plant("path", TOKENS, |har, c| {
        har.edit_url(ACS, |url| after_host(url, &format!("/reset/{}", percent(c))));
    }),
    plant("path parameter", ANY, |har, c| {
        har.edit_url(START, |url| format!("{url};jsessionid={}", percent(c)));
    }),
    // What is posted.
    plant("passwd", ANY, |har, c| har.fields.push(format!("passwd={}", percent(c)))),
    plant("field of any name", ANY, |har, c| har.fields.push(format!("x17={}", percent(c)))),
    plant("field in another language", TYPED, |har, c| {
        har.fields.push(format!("Kennwort={}", percent(c)));
    }),
    plant("pin that is posted", &[Shape::Pin, Shape::Short], |har, c| {
        har.fields.push(format!("pin={}", percent(c)));
    }),
    plant("name of a field", TOKENS, |har, c| har.fields.push(format!("{}=1", percent(c)))),
    plant("JSON that is posted", ANY, |har, c| {
        let text = json!({"password": c, "deep": [{"client_secret": c}]}).to_string();
        har.posted("application/json", &text);
    }),
    plant("JSON without its type", ANY, |har, c| {
        har.posted("application/x-www-form-urlencoded", &json!({"password": c}).to_string());
    }),
    plant("multipart", ANY, |har, c| {
        let text = format!(
            "--xx\r\nContent-Disposition: form-data; name=\"passwd\"\r\n\r\n{c}\r\n--xx--\r\n"
        );
        har.posted("multipart/form-data; boundary=xx", &text);
    }),
    plant("SOAP", ANY, |har, c| {
        let text = format!(
            "<s:Envelope><wsse:Password Type=\"x\">{}</wsse:Password></s:Envelope>",
            xml(c)
        );
        har.posted("text/xml", &text);
    }),
    plant("elements and attributes of XML", ANY, |har, c| {
        let text = format!(
            "<r xmlns=\"urn:x\"><pin>{0}</pin><l sessionId=\"{0}\"/><param name=\"password\" value=\"{0}\"/></r>",
            xml(c)
        );
        har.posted("text/xml", &text);
    }),
    plant("text that is posted", ANY, |har, c| {
        har.posted("text/plain", &format!("password={c}"));
    }),
    plant("relay state", ANY, |har, c| {
        har.relay_state = format!("https://sp.example/app?token={}", percent(c));
    }),
    plant("relay state that is nothing else", ANY, |har, c| {
        har.query(LOGIN_PAGE, &format!("RelayState={}", percent(c)));
    }),
    plant("relay state, path", ANY, |har, c| har.relay_state = format!("/x/{}", percent(c))),
    // Pages.
    plant("hidden field", ANY, |har, c| {
        har.page(LOGIN_PAGE, &format!("<input type=hidden name=flowToken value=\"{}\">", html(c)));
    }),
    plant("script", ANY, |har, c| {
        har.page(ACS, &format!("<script>var t={};</script>", Value::from(c)));
    }),
    plant("comment of a page", ANY, |har, c| har.page(ACS, &format!("<!-- {} -->", html(c)))),
    plant("link of a page", ANY, |har, c| {
        har.page(ACS, &format!("<a href=\"https://x.example/?token={}\">go on</a>", percent(c)));
    }),
    plant("form of a page", ANY, |har, c| {
        har.page(
            ACS,
            &format!(
                "<form action=\"https://sp.example/login?token={0}\" method=post><input name=user><input type=password name=pw></form>",
                percent(c)
            ),
        );
    }),
    plant("meta refresh", ANY, |har, c| {
        har.page(
            ACS,
            &format!(
                "<meta http-equiv=refresh content=\"0;url=https://sp.example/e?token={}\">",
                percent(c)
            ),
        );
    }),
    plant("value under its name on a page", ANY, |har, c| {
        har.said.push(format!("The session failed: token={}", html(c).replace(' ', "+")));
    }),
    plant(
        "password on a page",
        &[Shape::Password, Shape::Short, Shape::Long, Shape::Jwt],
        |har, c| {
            har.said.push(format!("Access denied, password: {}", html(c)));
        },
    ),
    plant("token on a page", TOKENS, |har, c| {
        har.said.push(format!("Access denied for {}", html(c)));
    }),
    plant("address on a page", ANY, |har, c| {
        har.said.push(format!("Access denied at https://x.example/?token={}", percent(c)));
    }),
    plant("title", TOKENS, |har, c| har.page(ACS, &format!("<title>Error {}</title>", html(c)))),
    plant("value under its name in a title", ANY, |har, c| {
        har.page(ACS, &format!("<title>Error token={}</title>", html(c).replace(' ', "+")));
    }),
    plant("heading", TOKENS, |har, c| har.page(ACS, &format!("<h1>Error for {}</h1>", html(c)))),
    plant("JSON of an error", ANY, |har, c| {
        har.entry(LOGIN_PAGE)["response"]["content"] = json!({"size": 1, "mimeType": "application/json", "text": json!({"error": "invalid", "access_token": c, "debug": {"password": c}}).to_string()});
    }),
    // Messages.
    plant(
        "status message",
        &[Shape::Password, Shape::Short, Shape::Long, Shape::Base64, Shape::Jwt],
        |har, c| {
            har.in_response(
            "</samlp:Status>",
            &format!("<samlp:StatusMessage>The password {} is wrong</samlp:StatusMessage></samlp:Status>", xml(c)),
        );
        },
    ),
    plant(
        "value under its name in a status",
        &[Shape::Password, Shape::Short, Shape::Long, Shape::Base64, Shape::Jwt],
        |har, c| {
            har.in_response(
            "</samlp:Status>",
            &format!("<samlp:StatusMessage>Not possible: token={}</samlp:StatusMessage></samlp:Status>", xml(c)),
        );
        },
    ),
    plant("address in a status", ANY, |har, c| {
        har.in_response(
            "</samlp:Status>",
            &format!("<samlp:StatusMessage>See https://x.example/?token={}</samlp:StatusMessage></samlp:Status>", percent(c)),
        );
    }),
    plant("detail of a status", TOKENS, |har, c| {
        har.in_response(
            "</samlp:Status>",
            &format!("<samlp:StatusDetail><x>{}</x></samlp:StatusDetail></samlp:Status>", xml(c)),
        );
    }),
    plant("destination", ANY, |har, c| {
        har.in_response(
            "Destination=\"https://sp.example/acs\"",
            &format!("Destination=\"https://sp.example/acs?token={}\"", percent(c)),
        );
    }),
    plant("recipient", ANY, |har, c| {
        har.in_response(
            "Recipient=\"https://sp.example/acs\"",
            &format!("Recipient=\"https://sp.example/acs?token={}\"", percent(c)),
        );
    }),
    plant("audience", ANY, |har, c| {
        har.in_response(
            "<saml:Audience>https://sp.example<",
            &format!("<saml:Audience>https://sp.example?token={}<", percent(c)),
        );
    }),
    plant("issuer", ANY, |har, c| {
        har.in_response(
            "<saml:Issuer>https://idp.example<",
            &format!("<saml:Issuer>https://idp.example?token={}<", percent(c)),
        );
    }),
    plant("session index", &[Shape::Short, Shape::Long, Shape::Base64], |har, c| {
        har.in_response("SessionIndex=\"_a1\"", &format!("SessionIndex=\"{}\"", xml(c)));
    }),
    plant("signature value", &[Shape::Base64], |har, c| {
        har.in_response("</saml:Issuer><samlp:Status>", &format!("</saml:Issuer><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo/><ds:SignatureValue>{c}</ds:SignatureValue></ds:Signature><samlp:Status>"));
    }),
    plant("attribute of that name", ANY, |har, c| {
        har.in_response("</saml:Assertion>", &format!("<saml:AttributeStatement><saml:Attribute Name=\"access_token\"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>", xml(c)));
    }),
    plant("comment of a message", ANY, |har, c| {
        har.in_response(
            "</samlp:Response>",
            &format!("<!-- {} --></samlp:Response>", xml(c).replace('-', "")),
        );
    }),
    plant("extension of a message", TOKENS, |har, c| {
        har.in_response(
            "<samlp:Status>",
            &format!("<samlp:Extensions><x:Token xmlns:x=\"urn:x\">{}</x:Token></samlp:Extensions><samlp:Status>", xml(c)),
        );
    }),
    // What recorders write.
    plant("reason of no answer", ANY, |har, c| {
        har.entry(ACS)["response"]["_error"] = json!(format!("net::ERR_FAILED {c}"));
    }),
    plant("address in that reason", ANY, |har, c| {
        har.entry(ACS)["_error"] =
            json!(format!("net::ERR_FAILED at https://x.example/?token={}", percent(c)));
    }),
    plant("comment", ANY, |har, c| har.entry(ACS)["comment"] = json!(c)),
    plant("comment of the capture", ANY, |har, c| har.log["log"]["comment"] = json!(c)),
    plant("creator", TOKENS, |har, c| {
        har.log["log"]["creator"] = json!({"name": c, "version": c, "comment": c});
    }),
    plant("browser", TOKENS, |har, c| har.log["log"]["browser"] = json!({"name": c, "version": c})),
    plant("initiator", ANY, |har, c| {
        har.entry(ACS)["_initiator"] =
            json!({"type": "other", "url": format!("https://i.example/?token={}", percent(c))});
    }),
    plant("web socket", ANY, |har, c| {
        har.entry(ACS)["_webSocketMessages"] =
            json!([{"type": "send", "opcode": 1, "data": json!({"ticket": c}).to_string()}]);
    }),
    plant("title of a page of the capture", ANY, |har, c| {
        har.log["log"]["pages"] = json!([{"id": "p", "title": format!("https://x.example/?token={}", percent(c)), "startedDateTime": "2026-11-24T09:58:00Z", "pageTimings": {}}]);
    }),
    plant("address of a machine", TOKENS, |har, c| har.entry(ACS)["serverIPAddress"] = json!(c)),
    plant("status text", TOKENS, |har, c| har.entry(ACS)["response"]["statusText"] = json!(c)),
    plant("method", TOKENS, |har, c| har.entry(START)["request"]["method"] = json!(c)),
];

/// What is called a password: a phrase is known by its quotes.
const CALLED: &[Shape] = &[Shape::Password, Shape::Short, Shape::Phrase, Shape::Long];

/// What is told from the words around it: a phrase is words itself.
const WORDS: &[Shape] = &[Shape::Password, Shape::Short, Shape::Long, Shape::Jwt];

/// Places that are easily forgotten.
pub(crate) const ODD: &[Plant] = &[
    plant("artifact", ANY, |har, c| har.query(ACS, &format!("SAMLart={}", percent(c)))),
    plant("signature in a query", &[Shape::Base64], |har, c| {
        har.query(LOGIN_PAGE, &format!("SigAlg=x&Signature={}", percent(c)));
    }),
    plant("message in a path", TOKENS, |har, c| {
        har.edit_url(START, |url| format!("{url}/SAMLRequest/{}", percent(c)));
    }),
    plant("token in a path, encoded twice", TOKENS, |har, c| {
        har.edit_url(ACS, |url| format!("{url}/verify/{}", percent(&percent(c))));
    }),
    plant("name and value in a path", ANY, |har, c| {
        har.edit_url(ACS, |url| format!("{url}/token={}/x", percent(c)));
    }),
    plant("user information without a name", TOKENS, |har, c| {
        har.edit_url(ACS, |url| url.replacen("://", &format!("://{}@", percent(c)), 1));
    }),
    plant("description of an error in an address", TYPED, |har, c| {
        har.edit_location(ACS, |url| {
            query(
                url,
                &format!("error=x&error_description={}", percent(&format!("wrong password: {c}"))),
            )
        });
    }),
    plant("description of an error, value", ANY, |har, c| {
        har.edit_location(ACS, |url| {
            query(
                url,
                &format!(
                    "error_description={}",
                    percent(&format!("refused token={}", c.replace(' ', "+")))
                ),
            )
        });
    }),
    plant("message in the address of a landing", ANY, |har, c| {
        har.edit_location(ACS, |url| {
            query(url, &format!("msg={}", percent(&format!("{{\"access_token\":\"{c}\"}}"))))
        });
    }),
    plant("address of an address of an address", ANY, |har, c| {
        let inner = percent(&format!("https://c.example/?sid={}", percent(c)));
        let outer = percent(&format!("https://b.example/?to={inner}"));
        har.query(START, &format!("next={outer}"));
    }),
    plant("base64 of an address in a query", ANY, |har, c| {
        har.query(
            START,
            &format!("r={}", percent(&STANDARD.encode(format!("https://c.example/?token={c}")))),
        );
    }),
    plant("JSON in a query", ANY, |har, c| {
        har.query(START, &format!("d={}", percent(&json!({"password": c}).to_string())));
    }),
    plant("JSON in base64 in a query", ANY, |har, c| {
        har.query(
            START,
            &format!("state={}", percent(&STANDARD.encode(json!({"password": c}).to_string()))),
        );
    }),
    plant("list of cookies", ANY, |har, c| {
        har.entry(ACS)["request"]["cookies"] = json!([{"name": "sess", "value": c}]);
    }),
    plant("list of cookies of an answer", ANY, |har, c| {
        har.entry(ACS)["response"]["cookies"] =
            json!([{"name": "sess", "value": c, "path": "/", "comment": c}]);
    }),
    plant("domain of a cookie", TOKENS, |har, c| {
        har.response_header(START, "Set-Cookie", &format!("s=1; Path=/; Domain={}", percent(c)));
    }),
    plant("attribute of a cookie", ANY, |har, c| {
        har.response_header(START, "Set-Cookie", &format!("s=1; Path=/; X-Secret={}", percent(c)));
    }),
    plant("cookies in one line", ANY, |har, c| {
        har.response_header(START, "Set-Cookie", &format!("a=1; Path=/\nb={}; Path=/", percent(c)));
    }),
    plant("list of parameters", ANY, |har, c| {
        har.entry(START)["request"]["postData"] = json!({"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "passwd", "value": c, "fileName": c, "comment": c}]});
    }),
    plant("query string", ANY, |har, c| {
        har.entry(START)["request"]["queryString"] = json!([{"name": "token", "value": c}]);
    }),
    plant("original address", ANY, |har, c| {
        har.request_header(ACS, "X-Original-URL", &format!("/acs?token={}", percent(c)));
    }),
    plant("pseudo header", ANY, |har, c| {
        har.request_header(ACS, ":path", &format!("/acs?token={}", percent(c)));
    }),
    plant("name of a header", TOKENS, |har, c| {
        har.request_header(ACS, &format!("x-{}", percent(c)), "1");
    }),
    plant("digest", ANY, |har, c| {
        har.request_header(
            START,
            "Authorization",
            &format!("Digest username=\"a\", response=\"{c}\""),
        );
    }),
    plant("authorization without a scheme", ANY, |har, c| {
        har.request_header(LOGIN, "authorization", c);
    }),
    plant("forwarded token", ANY, |har, c| har.request_header(ACS, "X-Forwarded-Access-Token", c)),
    plant("client certificate", TOKENS, |har, c| har.request_header(ACS, "X-Client-Cert", c)),
    plant("authentication info", ANY, |har, c| {
        har.response_header(ACS, "Authentication-Info", &format!("nextnonce=\"{c}\""));
    }),
    plant("content disposition", TOKENS, |har, c| {
        har.response_header(ACS, "Content-Disposition", &format!("inline; filename=\"{c}\""));
    }),
    plant("entity tag", TOKENS, |har, c| har.response_header(ACS, "ETag", c)),
    plant("trace", TOKENS, |har, c| har.response_header(ACS, "x-b3-trace-id", c)),
    plant("id of a request that is a token", TOKENS, |har, c| {
        har.response_header(LOGIN, "x-ms-request-id", c);
    }),
    plant("page policy", ANY, |har, c| {
        har.page(
            ACS,
            &format!("<meta http-equiv=\"Content-Security-Policy\" content=\"form-action https://x.example/?token={}\">", percent(c)),
        );
    }),
    plant("value of a field", ANY, |har, c| {
        har.page(
            ACS,
            &format!(
                "<form method=post><input type=password name=pw value=\"{}\"></form>",
                html(c)
            ),
        );
    }),
    plant("address of a frame", ANY, |har, c| {
        har.page(
            ACS,
            &format!("<iframe src=\"https://x.example/?token={}\"></iframe>", percent(c)),
        );
    }),
    plant("page within a page", TOKENS, |har, c| {
        har.page(ACS, &format!("<iframe srcdoc=\"<p>Access denied {}</p>\"></iframe>", html(c)));
    }),
    plant("text of a picture", TOKENS, |har, c| {
        har.page(ACS, &format!("<img alt=\"Access denied {}\">", html(c)));
    }),
    plant("without scripts", TOKENS, |har, c| {
        har.page(ACS, &format!("<noscript>Access denied {}</noscript>", html(c)));
    }),
    plant("data of a script", ANY, |har, c| {
        har.page(
            ACS,
            &format!(
                "<script>$Config={};</script>",
                json!({"strServiceExceptionMessage": format!("Access denied token={}", c.replace(' ', "+")), "sFT": c})
            ),
        );
    }),
    plant("script that goes on", ANY, |har, c| {
        har.page(
            ACS,
            &format!(
                "<script>location.href=\"https://sp.example/e?token={}\"</script>",
                percent(c)
            ),
        );
    }),
    plant("alert", TOKENS, |har, c| {
        har.page(ACS, &format!("<div role=alert>Access denied for token {}</div>", html(c)));
    }),
    plant("quoted value", TOKENS, |har, c| {
        har.said.push(format!("Access denied for “{}” and '{}'", html(c), html(c)));
    }),
    plant("value after its name and a colon", ISSUED, |har, c| {
        har.said.push(format!("Access denied, access_token: {}", html(c)));
    }),
    plant("JSON in a sentence", ANY, |har, c| {
        har.said.push(format!("Access denied {}", html(&json!({"client_secret": c}).to_string())));
    }),
    plant("XML in a sentence", ISSUED, |har, c| {
        har.said.push(format!("Access denied {}", html(&format!("<Password>{c}</Password>"))));
    }),
    plant("header in a sentence", ISSUED, |har, c| {
        har.said.push(format!("Access denied Authorization: Bearer {}", html(c)));
    }),
    plant("cookie in a sentence", ISSUED, |har, c| {
        har.said.push(format!("Access denied Cookie: JSESSIONID={}", html(c)));
    }),
    plant("stack trace", ISSUED, |har, c| {
        har.said.push(format!(
            "Access denied at com.example.Saml.check(token={}) (Saml.java:12)",
            html(c)
        ));
    }),
    plant("path in a sentence", TOKENS, |har, c| {
        har.said.push(format!("Access denied at /reset/{}", percent(c)));
    }),
    plant("SOAP fault", TOKENS, |har, c| {
        har.entry(LOGIN_PAGE)["response"]["status"] = json!(500);
        har.entry(LOGIN_PAGE)["response"]["content"] = json!({"size": 1, "mimeType": "text/xml", "text": format!("<s:Envelope><s:Fault><faultstring>Access denied {0}</faultstring><wsse:BinarySecurityToken>{0}</wsse:BinarySecurityToken></s:Fault></s:Envelope>", xml(c))});
    }),
    plant("plain text of an error", ISSUED, |har, c| {
        har.entry(START)["response"]["status"] = json!(500);
        har.entry(START)["response"]["content"] = json!({"size": 1, "mimeType": "text/plain", "text": format!("Access denied\ntoken: {c}\npassword={c}")});
    }),
    plant("body in base64", TOKENS, |har, c| {
        har.entry(LOGIN_PAGE)["response"]["content"] = json!({"size": 1, "mimeType": "text/html", "encoding": "base64", "text": STANDARD.encode(format!("<html><h1>Access denied {c}</h1></html>"))});
    }),
    plant("version of a message", TOKENS, |har, c| {
        har.in_response(
            "ID=\"_m1\" InResponseTo",
            &format!("ID=\"_m1\" Consent=\"{}\" InResponseTo", xml(c)),
        );
    }),
    plant("class of authentication", ANY, |har, c| {
        har.in_response("</saml:AuthnStatement>", "");
        har.in_response("SessionIndex=\"_a1\"/>", &format!("SessionIndex=\"_a1\"><saml:AuthnContext><saml:AuthnContextClassRef>https://x.example/?token={}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>", percent(c)));
    }),
    plant("method of confirmation", ANY, |har, c| {
        har.in_response("cm:bearer\"", &format!("cm:bearer?token={}\"", percent(c)));
    }),
    plant("answered message", TOKENS, |har, c| {
        har.in_response(
            "<samlp:Status>",
            &format!(
                "<samlp:Extensions><a password=\"{}\"/></samlp:Extensions><samlp:Status>",
                xml(c)
            ),
        );
    }),
    plant("code of a status", TOKENS, |har, c| {
        har.in_response(
            "</samlp:Status>",
            &format!("<samlp:StatusDetail><Cause>org.example.Exception: secret={}</Cause></samlp:StatusDetail></samlp:Status>", xml(c)),
        );
    }),
    plant("instruction of a message", ANY, |har, c| {
        har.in_response("</samlp:Response>", &format!("<?secret {}?></samlp:Response>", xml(c)));
    }),
    plant("text beside elements", TOKENS, |har, c| {
        har.in_response("<samlp:Status>", &format!("{}<samlp:Status>", xml(c)));
    }),
    plant("text of an unknown element", TOKENS, |har, c| {
        har.in_response(
            "</saml:Conditions>",
            &format!("<saml:Condition>{}</saml:Condition></saml:Conditions>", xml(c)),
        );
    }),
    plant("qualifier of a name", TOKENS, |har, c| {
        har.in_response("<saml:NameID>", &format!("<saml:NameID SPProvidedID=\"{}\">", xml(c)));
    }),
    plant("cached answer", ANY, |har, c| {
        har.entry(ACS)["cache"] = json!({"comment": c, "afterRequest": {"eTag": c}});
    }),
    plant("details of the connection", ANY, |har, c| {
        har.entry(ACS)["connection"] = json!(c);
        har.entry(ACS)["_securityDetails"] = json!({"subjectName": c});
    }),
    plant("priority", ANY, |har, c| har.entry(ACS)["_priority"] = json!(c)),
    plant("kind of resource", TOKENS, |har, c| har.entry(START)["_resourceType"] = json!(c)),
    plant("time", TOKENS, |har, c| har.entry(START)["startedDateTime"] = json!(c)),
    plant("version of the protocol", ANY, |har, c| {
        har.entry(ACS)["request"]["httpVersion"] = json!(c);
    }),
    plant("type of a body", ANY, |har, c| {
        har.entry(LOGIN)["response"]["content"]["mimeType"] =
            json!(format!("text/html; token={c}"));
    }),
    plant("connection string", WORDS, |har, c| {
        har.said.push(format!("Access denied to \"Server=db;User Id=sa;Password={};\"", html(c)));
    }),
    plant("member of an environment", WORDS, |har, c| {
        har.said.push(format!("Access denied, environ[\"SECRET_KEY\"] = \"{}\"", html(c)));
    }),
    plant("user of a command", WORDS, |har, c| {
        har.said.push(format!("Access denied, try curl -u 'ann:{}' again", html(c)));
    }),
    plant("password in words", WORDS, |har, c| {
        har.said.push(format!("Access denied, the one-time password {} has expired", html(c)));
    }),
    plant("quoted, and called a password", CALLED, |har, c| {
        har.said.push(format!("Access denied: &quot;{}&quot; as password", html(c)));
    }),
    plant("quoted as people write, and called a password", CALLED, |har, c| {
        har.said.push(format!("Access denied: “{}” as password for ada", html(c)));
    }),
    plant("phrase that is called a reason", &[Shape::Phrase], |har, c| {
        har.edit_location(ACS, |url| query(url, &format!("reason={}", percent(c))));
    }),
    plant("phrase that is called an error", &[Shape::Phrase], |har, c| {
        har.query(ACS, &format!("error={}", percent(c)));
    }),
    plant("address of a blob", TOKENS, |har, c| {
        har.said.push(format!("Access denied at blob:{}", html(c)));
    }),
    plant("blob in a link", TOKENS, |har, c| {
        har.page(ACS, &format!("<a href=\"blob:https://sp.example/{}\">on</a>", html(c)));
    }),
    plant("name of the program, in words", &[Shape::Long, Shape::Base64, Shape::Jwt], |har, c| {
        har.log["log"]["creator"] =
            json!({"name": format!("Recorder {c}"), "version": format!("1.2 {c}")});
    }),
    plant("title that is an address with a path", TOKENS, |har, c| {
        har.log["log"]["pages"] = json!([{"id": "p", "title": format!("https://x.example/reset/{}", percent(c)), "startedDateTime": "2026-11-24T09:58:00Z", "pageTimings": {}}]);
    }),
    plant("client request id", &[Shape::Jwt], |har, c| {
        har.response_header(ACS, "x-ms-client-request-id", c);
    }),
    plant("data of a gateway", &[Shape::Password, Shape::Jwt, Shape::Base64], |har, c| {
        har.response_header(ACS, "x-amzn-oidc-data", c);
    }),
    plant("session in a path", &[Shape::Long, Shape::Jwt], |har, c| {
        har.edit_url(START, |url| after_host(url, &format!("/(S({c}))")));
    }),
    plant("link that was sent", &[Shape::Password, Shape::Phrase, Shape::Long], |har, c| {
        har.edit_url(START, |url| after_host(url, &format!("/magic-link/{}", percent(c))));
    }),
    plant("field of a record", ANY, |har, c| {
        har.fields.push(format!("log%5Bpass%5D={}", percent(c)));
    }),
    plant("field in another script", TYPED, |har, c| {
        har.fields.push(format!("%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C={}", percent(c)));
    }),
    plant("header of one's own", ANY, |har, c| har.request_header(ACS, "X-Contoso-Auth", c)),
    plant("version of the capture", TOKENS, |har, c| har.log["log"]["version"] = json!(c)),
];

/// Where a secret comes from, and how it comes up again.
pub(crate) const ECHOED: &[Plant] = &[
    plant("typed under a known name", TYPED, |har, c| {
        har.fields.push(format!("passwd={}", percent(c)));
    }),
    plant("typed under any name", TYPED, |har, c| {
        har.fields.push(format!("callback_3={}", percent(c)));
    }),
    plant("typed in another language", TYPED, |har, c| {
        har.fields.push(format!("kennwort={}", percent(c)));
    }),
    plant("one-time code", &[Shape::Pin, Shape::Short], |har, c| {
        har.fields.push(format!("otp={}", percent(c)));
    }),
    plant("cookie", ISSUED, |har, c| har.request_header(ACS, "Cookie", &format!("sess={c}"))),
    plant("bearer", ISSUED, |har, c| {
        har.request_header(ACS, "Authorization", &format!("Bearer {c}"));
    }),
    plant("basic", TYPED, |har, c| {
        har.request_header(
            ACS,
            "Authorization",
            &format!("Basic {}", STANDARD.encode(format!("u:{c}"))),
        );
    }),
    plant("parameter", ISSUED, |har, c| har.query(ACS, &format!("token={}", percent(c)))),
    plant("JSON", TYPED, |har, c| {
        let deep = json!({"input": {"password": c}});
        har.entry(START)["request"]["postData"] =
            json!({"mimeType": "application/json", "text": deep.to_string()});
    }),
    plant("header", ISSUED, |har, c| har.response_header(START, "X-Auth-Token", c)),
    plant("destination", ISSUED, |har, c| {
        har.in_response(
            "Destination=\"https://sp.example/acs\"",
            &format!("Destination=\"https://sp.example/acs?token={}\"", percent(c)),
        );
    }),
];
