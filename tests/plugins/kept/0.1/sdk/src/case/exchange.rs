//! HTTP exchanges of a capture, cleaned: no cookie value, password, token or message in them.

use super::judgement::Part;
use super::place::Place;
use crate::finding::Who;
use crate::meaning::{Meaning, Writer};
use crate::secret::Secret;
use crate::vendor::Vendor;
use jiff::Timestamp;
use std::collections::BTreeMap;

words! {
    /// The SameSite attribute of a cookie.
    pub enum SameSite {
        /// The attribute is absent: browsers treat it as Lax, for two minutes also on cross-site POST (Chrome's Lax+POST).
        Absent,
        /// `None`.
        None,
        /// `Lax`.
        Lax,
        /// `Strict`.
        Strict,
    }

    /// Which side a host belongs to.
    pub enum Side {
        /// Neither, or not known.
        Other,
        /// The service provider.
        Sp,
        /// The identity provider.
        Idp,
    }

    /// What makes a page go on.
    pub enum Trigger {
        /// Nothing on the page itself: the person, by a button or link.
        Person,
        /// A handler in an attribute, such as `onload`.
        InlineHandler,
        /// A script in the page.
        InlineScript,
        /// A script in a file of its own.
        ScriptFile,
        /// A refresh.
        Refresh,
    }

    /// What shows that an address was put together wrongly.
    pub enum AddressFault {
        /// A second `?` where `&` was meant, so that what follows it is part of a value.
        SecondQuestionMark,
        /// A `?` that was percent-encoded, so that its query is part of the path.
        EncodedQuestionMark,
        /// `&amp;`, or what is left of it, between parameters.
        EscapedAmpersand,
        /// A placeholder that nobody filled in.
        Placeholder,
    }
}

facts! {
    /// One request and its answer.
    pub struct Exchange {
        /// Where: input, entry, pointer, line of the entry in the file.
        pub place: Place,
        /// Which side answered.
        pub side: Side,
        /// When the browser sent it.
        pub started: Option<Timestamp>,
        /// How long it took, in milliseconds.
        pub duration_ms: Option<f64>,
        /// Method.
        pub method: String,
        /// URL with every query value that could be secret replaced by `…`.
        pub url: String,
        /// Status; 0 where the browser got no answer.
        pub status: u16,
        /// Why there was no answer, such as `net::ERR_NAME_NOT_RESOLVED`.
        pub failure: Option<String>,
        /// `Location` of the answer, cleaned like `url`, made absolute.
        pub location: Option<String>,
        /// `Content-Type` of the answer.
        pub content_type: Option<String>,
        /// Content type of the request body.
        pub request_content_type: Option<String>,
        /// Size of the request body in bytes.
        pub request_bytes: Option<u64>,
        /// `Date` of the answer.
        pub date: Option<Timestamp>,
        /// `Origin` of the request.
        pub origin: Option<String>,
        /// `Referer` of the request, cleaned.
        pub referer: Option<String>,
        /// `Sec-Fetch-Site` of the request: `none`, `same-origin`, `same-site`, `cross-site`.
        pub fetch_site: Option<String>,
        /// `Sec-Fetch-Dest` or the capture's resource type: `document`, `script`, `websocket`, …
        pub kind: Option<String>,
        /// It is a navigation of the top-level document or of a frame, as far as can be told.
        pub navigation: bool,
        /// It is a WebSocket upgrade.
        pub websocket: bool,
        /// Names of the cookies sent with it, with a keyed hash of their value; `None` where the capture does not show cookies.
        pub cookies: Option<Vec<SentCookie>>,
        /// Cookies the answer set; `None` where the capture does not show them.
        pub set_cookies: Option<Vec<SetCookie>>,
        /// Names of the form fields posted, in order.
        pub form_fields: Vec<String>,
        /// What the answer's page says, where its body was captured and matters.
        pub page: Option<Page>,
        /// Products the answer shows itself to be of, by its host, path, headers, cookies, page source or title; told of
        /// navigations, web sockets and answers that failed.
        pub products: Vec<Vendor>,
        /// Known texts of products outside its page: in its address, and in the browser's reason why there was no answer.
        pub phrases: Vec<Phrase>,
        /// Vendor correlation headers: name and value, such as `x-ms-request-id`.
        pub correlation: Vec<(String, String)>,
        /// `Sec-Fetch-Dest` of the request, where the browser says it: `document`, `iframe`, `empty`, …
        pub fetch_dest: Option<String>,
        /// Content Security Policies that the browser enforces on the answer, of headers and of the page itself.
        pub content_policies: Vec<ContentPolicy>,
        /// `X-Frame-Options` of the answer, upper case.
        pub frame_options: Option<String>,
        /// Headers by which the answer tells which machine made it, such as `x-backend`: name and value.
        pub answered_by: Vec<(String, String)>,
        /// Headers of the answer that a product file or a plugin names, in lower case, with their values as far as they hold no
        /// secret. Cookies and credentials are never among them.
        pub headers: Vec<NamedHeader>,
        /// `Server` of the answer.
        pub server: Option<String>,
        /// What is wrong with its address as it was written.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub address_faults: Vec<AddressFault>,
        /// The protocol, other than those judged here, by which its host was asked last to sign somebody in: `openid-connect`. What it
        /// then says of a registration is about that protocol's.
        pub asked_by: Option<String>,
    }

    /// A header of an answer.
    pub struct NamedHeader {
        /// Its name, lower case.
        pub name: String,
        /// Its value, shortened, secrets blotted out.
        pub value: String,
    }

    /// A Content Security Policy that is enforced (CSP Level 3), as far as it bears on forms, scripts and frames.
    pub struct ContentPolicy {
        /// Directives, names in lower case, each with its source list as written.
        pub directives: Vec<(String, Vec<String>)>,
        /// It stands in a `meta` element, where `frame-ancestors` and `sandbox` have no effect.
        pub in_page: bool,
    }

    /// A way on that a page has: a form, a refresh, or a script that moves the browser.
    pub struct Onward {
        /// Where it leads, absolute and cleaned like the URL of an exchange.
        pub to: String,
        /// Method, upper case.
        pub method: String,
        /// The parameter in which a SAML message goes with it.
        pub carries: Option<String>,
        /// What sets it off.
        pub by: Trigger,
        /// `nonce` of the script that sets it off.
        pub nonce: Option<String>,
        /// Hashes of the inline script or handler that sets it off, as policies write them: `sha256-…`.
        pub hashes: Vec<String>,
    }

    /// A cookie the browser sent.
    pub struct SentCookie {
        /// Name.
        pub name: String,
        /// Length and keyed hash of the value.
        pub value: Secret,
    }

    /// A cookie an answer set.
    pub struct SetCookie {
        /// Name.
        pub name: String,
        /// Length and keyed hash of the value.
        pub value: Secret,
        /// `Domain`, as given.
        pub domain: Option<String>,
        /// `Path`.
        pub path: Option<String>,
        /// `Secure`.
        pub secure: bool,
        /// `HttpOnly`.
        pub http_only: bool,
        /// `SameSite`.
        pub same_site: SameSite,
        /// It removes the cookie: expired, or an empty value.
        pub removes: bool,
        /// `Partitioned`.
        pub partitioned: bool,
    }

    /// What a page says. Text found on a page is evidence weighed lower than facts in messages.
    pub struct Page {
        /// `title`.
        pub title: Option<String>,
        /// Headings, in order.
        pub headings: Vec<String>,
        /// What the page marks as an alert or an error, and error objects in its data or scripts.
        pub alerts: Vec<Alert>,
        /// Visible text, shortened, with tokens and values removed.
        pub text: String,
        /// Vendor codes on it, such as `AADSTS50011`, in order of appearance.
        pub codes: Vec<String>,
        /// SAML status code URIs on it.
        pub status_codes: Vec<String>,
        /// Ids to give to support: name (`Correlation Id`) and value.
        pub ids: Vec<(String, String)>,
        /// Which known texts it carries.
        pub phrases: Vec<Phrase>,
        /// It holds a password field: a log-in form.
        pub login_form: bool,
        /// It says that the credentials were wrong.
        pub credentials_rejected: bool,
        /// It is an error page: by status, code, title, heading or alert; words elsewhere do not make it one.
        pub error: bool,
        /// What it states fails a sign-in, rather than being a general regret.
        pub refuses: bool,
        /// It goes on by itself: a form that is submitted or a refresh.
        pub goes_on: bool,
        /// Its ways on: forms, refreshes and scripts that move the browser.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub onward: Vec<Onward>,
    }

    /// What a page marks as an alert or an error.
    pub struct Alert {
        /// The text, shortened.
        pub text: String,
        /// Where it was found: the alert itself, or data (JSON, a script).
        pub part: Part,
    }

    /// A known text of a product, found on a page or in a log.
    pub struct Phrase {
        /// The product that writes it, such as `Shibboleth SP`, `Qlik Sense`, `SimpleSAMLphp`; null where any may write so.
        #[serde(rename = "product")]
        pub writer: Writer,
        /// That product's id; `other` where any may write so.
        pub vendor: Vendor,
        /// What it means.
        pub meaning: Meaning,
        /// The text itself, shortened.
        pub text: String,
        /// Values in it by name, such as `expected`, `actual`, `attribute`.
        pub values: BTreeMap<String, String>,
        /// Who has to act, where the text settles it.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub who: Option<Who>,
        /// In which part of the page or file it stands.
        pub part: Part,
    }
}

impl Phrase {
    /// For people: who says it, where a product was recognised, and the text.
    pub fn quoted(&self) -> String {
        match &self.writer {
            Writer::Product(name) => format!("{name} says: “{}”.", self.text),
            Writer::Generic => format!("It says: “{}”.", self.text),
        }
    }
}
