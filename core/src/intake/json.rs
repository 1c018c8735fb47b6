//! Exports as JSON: Microsoft Graph, the Entra portal's manifest, the Qlik repository.
//!
//! Recognised by the fields they have, and by few of them: people cut exports down to what they
//! think matters. Field names count in any case, since PowerShell writes them in its own.

use super::Intake;
use super::outline::Outline;
use diag_sdk::case::input::{HeldBy, Input, InputKind};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Documents one file may hold, one after the other.
const MAX_DOCUMENTS: usize = 100;

/// What a JSON document is.
#[derive(Debug, PartialEq, Eq)]
enum Sort {
    Kind(InputKind),
    Capture,
    SamlTracer,
    /// Sign-ins, as the identity provider's log lists them.
    SignIns,
    /// The answer of `applicationTemplates/instantiate`: an application and its service principal.
    Both,
    None(String),
}

impl Intake<'_, '_> {
    /// Takes a JSON file that is no capture at first sight, or several documents in one.
    pub(super) fn take_json(&mut self, input: &mut Input, text: &str) {
        let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Outline>();
        let mut from = 0;
        let mut number = 0;
        loop {
            let result = documents.next();
            let to = documents.byte_offset();
            match result {
                None => break,
                Some(Ok(outline)) => {
                    number += 1;
                    let document = text.get(from..to).unwrap_or_default().trim();
                    self.take_json_document(input, document, &outline);
                    from = to;
                }
                Some(Err(error)) => {
                    input.notes.push(broken(text, from, number, &error));
                    break;
                }
            }
            if number >= MAX_DOCUMENTS {
                input.notes.push(format!(
                    "More than {MAX_DOCUMENTS} JSON documents in one file: the rest was not read"
                ));
                break;
            }
        }
        if number > 1 {
            input.notes.push(format!(
                "{number} JSON documents follow one another in this file: each was read"
            ));
        }
    }

    fn take_json_document(&mut self, input: &mut Input, document: &str, outline: &Outline) {
        match sort(outline) {
            Sort::None(what) if super::audit::is_listed(outline) => {
                match super::audit::as_log(document) {
                    Some(log) => {
                        self.keep(input, InputKind::ServerLog, HeldBy::Publisher, log.into_bytes());
                    }
                    None => input.notes.push(super::recognise::none_of_ours(&what)),
                }
            }
            Sort::SignIns => match super::sign_ins::as_log(document) {
                Some(log) => {
                    self.keep(input, InputKind::ServerLog, HeldBy::Publisher, log.into_bytes());
                }
                None => input.notes.push(super::recognise::none_of_ours("A log of sign-ins")),
            },
            Sort::Kind(kind) => {
                self.keep(input, kind, HeldBy::Publisher, document.as_bytes().to_vec());
            }
            Sort::Capture => self.take_capture_text(input, document),
            Sort::SamlTracer => self.take_saml_tracer(input, document),
            Sort::Both => {
                let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(document)
                else {
                    return;
                };
                for (name, kind) in [
                    ("servicePrincipal", InputKind::ServicePrincipal),
                    ("application", InputKind::Application),
                ] {
                    if let Some(member) = members.get(name) {
                        self.keep(input, kind, HeldBy::Publisher, member.get().as_bytes().to_vec());
                    }
                }
            }
            Sort::None(what) => input.notes.push(super::recognise::none_of_ours(&what)),
        }
    }
}

/// The remark on JSON that breaks, with what it would have been.
fn broken(text: &str, from: usize, documents: usize, error: &serde_json::Error) -> String {
    if documents > 0 {
        return format!(
            "Something follows the end of the JSON, at line {}, column {}: not read",
            error.line(),
            error.column()
        );
    }
    let names = field_names(text.get(from..).unwrap_or_default());
    let meant = match sort_object(
        &names.into_iter().map(|name| (name, Outline::Other)).collect::<Vec<_>>(),
    ) {
        Some(InputKind::Application) => "an application export whose JSON",
        Some(InputKind::ServicePrincipal) => "a servicePrincipal export whose JSON",
        Some(InputKind::Virtualproxyconfig) => "a virtualproxyconfig export whose JSON",
        Some(InputKind::Proxyservice) => "a proxyservice export whose JSON",
        _ => "JSON that",
    };
    let how = if error.is_eof() { "is cut short" } else { "breaks" };
    let byte = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>()
        + error.column().saturating_sub(1);
    let why = error.to_string();
    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
    format!(
        "Looks like {meant} {how} at line {}, column {} (byte {byte}): {why}. Not used; export it again",
        error.line(),
        error.column()
    )
}

/// Every string with a colon behind it in the first stretch of a broken document.
fn field_names(text: &str) -> Vec<String> {
    let stretch: String = text.chars().take(256 << 10).collect();
    let pieces: Vec<&str> = stretch.split('"').collect();
    pieces
        .windows(2)
        .filter_map(|pair| match pair {
            [name, after] if after.trim_start().starts_with(':') && name.len() < 80 => {
                Some((*name).to_owned())
            }
            _ => None,
        })
        .take(2_000)
        .collect()
}

fn sort(outline: &Outline) -> Sort {
    match outline {
        Outline::Object(fields) => sort_root(fields),
        Outline::List(elements) => match elements.iter().find_map(|element| match element {
            Outline::Object(fields) => Some(fields),
            _ => None,
        }) {
            Some(fields)
                if has(fields, "request")
                    && (has(fields, "response") || has(fields, "startedDateTime")) =>
            {
                Sort::Capture
            }
            Some(fields) if is_sign_in(fields) => Sort::SignIns,
            Some(fields) => sort_object(fields).map_or_else(
                || Sort::None(format!("A JSON list of objects {}", with_fields(fields))),
                Sort::Kind,
            ),
            None if elements.is_empty() => {
                Sort::None("An empty JSON list: the export found nothing".to_owned())
            }
            None => Sort::None("A JSON list".to_owned()),
        },
        Outline::Text(_) | Outline::Other => Sort::None("A bare JSON value".to_owned()),
    }
}

fn sort_root(fields: &[(String, Outline)]) -> Sort {
    if matches!(get(fields, "log"), Some(Outline::Object(log)) if has(log, "entries")) {
        return Sort::Capture;
    }
    if let Some(Outline::List(entries)) = get(fields, "entries")
        && matches!(entries.first(), Some(Outline::Object(entry)) if has(entry, "request"))
    {
        return Sort::Capture;
    }
    if let Some(Outline::List(requests)) = get(fields, "requests")
        && matches!(requests.first(), Some(Outline::Object(first)) if of_saml_tracer(first))
    {
        return Sort::SamlTracer;
    }
    if let (Some(Outline::Object(_)), Some(Outline::Object(_))) =
        (get(fields, "application"), get(fields, "servicePrincipal"))
    {
        return Sort::Both;
    }
    let context = get(fields, "@odata.context")
        .or_else(|| get(fields, "@odata.type"))
        .and_then(Outline::text)
        .unwrap_or_default()
        .to_lowercase();
    for (word, kind) in [
        ("claimspolicy", InputKind::ClaimsMappingPolicies),
        ("tokenissuancepolic", InputKind::TokenIssuancePolicies),
        ("claimsmappingpolic", InputKind::ClaimsMappingPolicies),
        ("serviceprincipal", InputKind::ServicePrincipal),
        ("application", InputKind::Application),
    ] {
        if context.contains(word) {
            return Sort::Kind(kind);
        }
    }
    if is_sign_in(fields) {
        return Sort::SignIns;
    }
    if let Some(kind) = sort_object(fields) {
        return Sort::Kind(kind);
    }
    match get(fields, "value") {
        Some(Outline::List(elements)) if elements.is_empty() => {
            return Sort::None("An empty list of a REST API: the export found nothing".to_owned());
        }
        Some(list @ Outline::List(_)) => {
            let listed = sort(list);
            if matches!(listed, Sort::Kind(_) | Sort::SignIns) {
                return listed;
            }
        }
        _ => {}
    }
    Sort::None(foreign(fields))
}

/// A request as SAML-tracer writes it: headers as lists, answers by their status alone. Other recorders call their
/// lists `requests`, too.
fn of_saml_tracer(request: &[(String, Outline)]) -> bool {
    let listed = |name: &str| matches!(get(request, name), Some(Outline::List(_)));
    let own = has(request, "saml")
        || has(request, "responseStatus")
        || has(request, "requestId")
        || has(request, "post");
    has(request, "url")
        && !has(request, "responseBody")
        && (listed("requestHeaders") || (own && !has(request, "requestHeaders")))
}

/// Fields that only one of our kinds has, lower-cased; one of them is enough.
const OWN: &[(InputKind, &[&str])] = &[
    (
        InputKind::Virtualproxyconfig,
        &[
            "samlhosturi",
            "samlentityid",
            "samlmetadataidp",
            "samlattributeuserid",
            "samlattributeuserdirectory",
            "samlattributesigningalgorithm",
            "samlattributemap",
            "samlslo",
            "websocketcrossoriginwhitelist",
            "sessioncookieheadername",
            "sessioncookiedomain",
            "sessionmodulebaseuri",
            "authenticationmoduleredirecturi",
            "loadbalancingservernodes",
            "loadbalancingmodulebaseuri",
            "headerauthenticationmode",
            "headerauthenticationheadername",
            "defaultvirtualproxy",
            "hassecureattributehttps",
            "hassecureattributehttp",
            "samesiteattributehttps",
            "samesiteattributehttp",
            "sessioninactivitytimeout",
            "extendedsecurityenvironment",
            "anonymousaccessmode",
            "windowsauthenticationenableddevicepattern",
            "additionalresponseheaders",
            "oidcattributemap",
            "jwtattributemap",
        ],
    ),
    (
        InputKind::Proxyservice,
        &[
            "servernodeconfiguration",
            "listenport",
            "unencryptedlistenport",
            "restlistenport",
            "authenticationlistenport",
            "sslbrowsercertificatethumbprint",
            "kerberosauthentication",
            "keepalivetimeoutseconds",
            "maxheadersizebytes",
            "maxheaderlines",
        ],
    ),
    (
        InputKind::ServicePrincipal,
        &[
            "serviceprincipalnames",
            "serviceprincipaltype",
            "preferredsinglesignonmode",
            "preferredtokensigningkeythumbprint",
            "preferredtokensigningkeyenddatetime",
            "appownerorganizationid",
            "appownertenantid",
            "samlsinglesignonsettings",
            "approleassignmentrequired",
            "approleassignedto",
            "notificationemailaddresses",
            "accountenabled",
            "loginurl",
            "alternativenames",
            "applicationtemplatepublisher",
            "tokenissuancepolicies",
            "claimsmappingpolicies",
        ],
    ),
    (
        InputKind::Application,
        &[
            "identifieruris",
            "replyurlswithtype",
            "signinaudience",
            "requiredresourceaccess",
            "groupmembershipclaims",
            "optionalclaims",
            "publisherdomain",
            "isfallbackpublicclient",
            "publicclient",
            "knownclientapplications",
            "preauthorizedapplications",
            "oauth2allowimplicitflow",
            "accesstokenacceptedversion",
            "informationalurls",
            "defaultredirecturi",
            "signinurl",
            "serviceprincipallockconfiguration",
        ],
    ),
];

/// Fields that applications and service principals share.
const SHARED: &[&str] = &[
    "samlmetadataurl",
    "tokenencryptionkeyid",
    "keycredentials",
    "passwordcredentials",
    "approles",
    "appid",
    "oauth2permissions",
];

fn sort_object(fields: &[(String, Outline)]) -> Option<InputKind> {
    if let Some(kind) = policy(fields) {
        return Some(kind);
    }
    if is_saml_client(fields) {
        return Some(InputKind::SamlClient);
    }
    let count = |names: &[&str]| {
        fields
            .iter()
            .filter(|(name, _)| names.contains(&name.to_ascii_lowercase().as_str()))
            .count()
    };
    let (mut best, mut most) = (None, 0);
    for (kind, names) in OWN {
        let own = count(names);
        if own > most {
            (best, most) = (Some(*kind), own);
        }
    }
    // Settings of a proxy service hold its virtual proxies, whose fields must not win.
    if let Some(Outline::Object(settings)) = get(fields, "settings") {
        let proxy = OWN.iter().any(|(kind, names)| {
            *kind == InputKind::Proxyservice
                && settings
                    .iter()
                    .any(|(name, _)| names.contains(&name.to_ascii_lowercase().as_str()))
        });
        if proxy || has(settings, "virtualProxies") {
            return Some(InputKind::Proxyservice);
        }
    }
    if let Some(Outline::Text(schema)) = get(fields, "schemaPath") {
        match schema.as_str() {
            "VirtualProxyConfig" => return Some(InputKind::Virtualproxyconfig),
            "ProxyService" => return Some(InputKind::Proxyservice),
            _ => {}
        }
    }
    if best.is_some() {
        return best;
    }
    if let Some(Outline::Object(web)) = get(fields, "web")
        && (has(web, "redirectUris") || has(web, "logoutUrl") || has(web, "redirectUriSettings"))
    {
        return Some(InputKind::Application);
    }
    if has(fields, "virtualProxies") {
        return Some(InputKind::Proxyservice);
    }
    // Qlik's condensed virtual proxy is little more than a prefix.
    if has(fields, "prefix") && (has(fields, "description") || has(fields, "authenticationMethod"))
    {
        return Some(InputKind::Virtualproxyconfig);
    }
    if has(fields, "replyUrls") || has(fields, "homepage") && count(SHARED) > 0 {
        return Some(InputKind::ServicePrincipal);
    }
    // Logs name applications by their id; of what is one, something more is told.
    let told = count(&["displayname", "notes", "tags", "addins", "owners"]);
    (count(SHARED) >= 2 || count(SHARED) == 1 && (told > 0 || fields.len() == 1))
        .then_some(InputKind::Application)
}

/// One sign-in of a log: by whom at which application, and how it ended.
fn is_sign_in(fields: &[(String, Outline)]) -> bool {
    let any = |names: &[&str]| names.iter().any(|name| has(fields, name));
    let status = get(fields, "status").or_else(|| get(fields, "Status"));
    let numbered = matches!(status, Some(Outline::Object(status)) if has(status, "errorCode") || has(status, "ErrorCode"));
    let of_graph = numbered && any(&["createdDateTime", "CreatedDateTime"]);
    let of_log_analytics =
        any(&["TimeGenerated", "TimeGenerated [UTC]"]) && has(fields, "ResultType");
    (of_graph || of_log_analytics) && any(&["appId", "AppId"])
}

/// Fields of `customClaimsPolicy`, which no other object has.
const CUSTOM_POLICY: &[&str] =
    &["includeBasicClaimSet", "includeApplicationIdInIssuer", "audienceOverride"];

/// A client of Keycloak, an application of Okta, or a relying party trust of AD FS.
fn is_saml_client(fields: &[(String, Outline)]) -> bool {
    let all = |names: &[&str]| names.iter().all(|name| has(fields, name));
    all(&["clientId", "protocol", "redirectUris"])
        || all(&["signOnMode", "settings"])
        || (has(fields, "Identifier")
            && (has(fields, "SamlEndpoints") || has(fields, "SignedSamlRequestsRequired")))
}

/// A policy, or the definition inside one.
fn policy(fields: &[(String, Outline)]) -> Option<InputKind> {
    let definition = match get(fields, "definition") {
        Some(Outline::List(texts)) => texts.iter().filter_map(Outline::text).collect::<String>(),
        Some(Outline::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let names = |word: &str| has(fields, word) || definition.contains(word);
    if names("TokenIssuancePolicy") {
        Some(InputKind::TokenIssuancePolicies)
    } else if names("ClaimsMappingPolicy") || CUSTOM_POLICY.iter().any(|name| has(fields, name)) {
        Some(InputKind::ClaimsMappingPolicies)
    } else {
        None
    }
}

/// What JSON of others is.
fn foreign(fields: &[(String, Outline)]) -> String {
    if has(fields, "authorization_endpoint") {
        "An OpenID Connect discovery document, not SAML metadata".to_owned()
    } else if has(fields, "constants") && has(fields, "events") {
        "A Chrome NetLog: record a HAR in the developer tools instead".to_owned()
    } else if has(fields, "keys") && fields.len() <= 2 {
        "A JSON Web Key Set".to_owned()
    } else if has(fields, "log") {
        "JSON with a `log` that has no entries".to_owned()
    } else if has(fields, "error") {
        "An error answer of a REST API instead of an export".to_owned()
    } else if fields.is_empty() {
        "An empty JSON object".to_owned()
    } else {
        format!("A JSON object {}", with_fields(fields))
    }
}

fn with_fields(fields: &[(String, Outline)]) -> String {
    let names: Vec<String> = fields
        .iter()
        .take(4)
        .map(|(name, _)| format!("`{}`", name.chars().take(30).collect::<String>()))
        .collect();
    if names.is_empty() {
        "without fields".to_owned()
    } else {
        format!("with the fields {}", names.join(", "))
    }
}

fn get<'f>(fields: &'f [(String, Outline)], name: &str) -> Option<&'f Outline> {
    fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn has(fields: &[(String, Outline)], name: &str) -> bool {
    get(fields, name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(text: &str) -> Sort {
        sort(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn kinds_are_known_by_few_fields() {
        use InputKind::{
            Application, ClaimsMappingPolicies, Proxyservice, ServicePrincipal,
            TokenIssuancePolicies, Virtualproxyconfig,
        };
        for (text, kind) in [
            (r#"{"samlHostUri":"https://sense.example"}"#, Virtualproxyconfig),
            (r#"{"prefix":"x","websocketCrossOriginWhiteList":["a"]}"#, Virtualproxyconfig),
            (r#"[{"id":"1","prefix":"azure","description":"d"}]"#, Virtualproxyconfig),
            (r#"{"settings":{"listenPort":443,"virtualProxies":[]}}"#, Proxyservice),
            (
                r#"[{"settings":{"virtualProxies":[{"samlHostUri":"x"}]},"serverNodeConfiguration":{"hostName":"h"}}]"#,
                Proxyservice,
            ),
            (r#"{"identifierUris":[]}"#, Application),
            (r#"{"web":{"redirectUris":["https://x"]}}"#, Application),
            (r#"{"id":"x","replyUrlsWithType":[],"samlMetadataUrl":null}"#, Application),
            (r#"{"IdentifierUris":["https://x"],"AppId":"y"}"#, Application),
            (r#"{"value":[{"appId":"x","servicePrincipalType":"Application"}]}"#, ServicePrincipal),
            (
                r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity","id":"x"}"#,
                ServicePrincipal,
            ),
            (
                r#"{"preferredTokenSigningKeyThumbprint":"AB","keyCredentials":[]}"#,
                ServicePrincipal,
            ),
            (
                r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#tokenIssuancePolicies","value":[]}"#,
                TokenIssuancePolicies,
            ),
            (
                r#"{"value":[{"definition":["{\"TokenIssuancePolicy\":{}}"]}]}"#,
                TokenIssuancePolicies,
            ),
            (r#"{"definition":["{\"ClaimsMappingPolicy\":{}}"]}"#, ClaimsMappingPolicies),
            (r#"{"id":"x","audienceOverride":null,"claims":[]}"#, ClaimsMappingPolicies),
            (
                r#"{"@odata.context":"https://graph.microsoft.com/beta/$metadata#servicePrincipals('x')/claimsPolicy/$entity","id":"y"}"#,
                ClaimsMappingPolicies,
            ),
            (
                r#"{"clientId":"https://sp.example","protocol":"saml","publicClient":false,"redirectUris":["*"]}"#,
                InputKind::SamlClient,
            ),
            (
                r#"[{"id":"0oa1","label":"x","signOnMode":"SAML_2_0","settings":{"signOn":{}}}]"#,
                InputKind::SamlClient,
            ),
            (
                r#"{"Identifier":["urn:x"],"SamlEndpoints":[],"Enabled":true}"#,
                InputKind::SamlClient,
            ),
        ] {
            assert_eq!(sorted(text), Sort::Kind(kind), "{text}");
        }
        assert_eq!(sorted(r#"{"application":{},"servicePrincipal":{}}"#), Sort::Both);
        assert_eq!(
            sorted(r#"{"requests":[{"method":"GET","url":"x","requestHeaders":[]}]}"#),
            Sort::SamlTracer
        );
        assert_eq!(sorted(r#"{"log":{"entries":[]}}"#), Sort::Capture);
        let other = r#"{"requests":[{"method":"GET","url":"x","requestHeaders":{"Accept":"*/*"},"responseBody":"{}"}]}"#;
        assert!(matches!(sorted(other), Sort::None(_)), "another recorder's");
    }

    #[test]
    fn foreign_json_is_described() {
        for (text, expected) in [
            ("{}", "empty JSON object"),
            ("[]", "empty JSON list"),
            ("[1]", "JSON list"),
            ("{\"value\":[]}", "empty list"),
            ("{\"a\":1,\"b\":2}", "`a`, `b`"),
            ("{\"issuer\":\"x\",\"authorization_endpoint\":\"y\"}", "OpenID"),
            ("{\"log\":{}}", "no entries"),
            ("{\"error\":{\"code\":\"x\"}}", "error answer"),
        ] {
            let Sort::None(what) = sorted(text) else { panic!("{text}") };
            assert!(what.contains(expected), "{what}");
        }
    }

    #[test]
    fn broken_exports_say_where_and_what() {
        let text = "{\n \"servicePrincipalNames\": [\n  \"a\" \"b\"";
        let error = serde_json::from_str::<Outline>(text).unwrap_err();
        let note = broken(text, 0, 0, &error);
        assert!(
            note.contains("servicePrincipal") && note.contains("line 3, column 7 (byte 36)"),
            "{note}"
        );
    }
}
