//! What people meet on other products, in other words and other languages, as small captures: what the identity
//! provider says of a request, and which check, near miss and party must lead.

use diag_sdk::{Difference, Who};
use diag_tests::diagnose::{File, report_of};

/// A refused request.
struct Refused {
    about: &'static str,
    issuer: &'static str,
    acs: &'static str,
    /// Where it is sent.
    sso: &'static str,
    /// Further attributes of the request.
    attributes: &'static str,
    /// What stands behind its Issuer.
    inner: &'static str,
    page: &'static str,
    check: &'static str,
    difference: Option<Difference>,
    who: Who,
}

const SOUND: Refused = Refused {
    about: "",
    issuer: "https://app.example",
    acs: "https://app.example/saml/acs",
    sso: "https://idp.example/sso",
    attributes: "",
    inner: "",
    page: "",
    check: "endpoints/acs-not-registered",
    difference: None,
    who: Who::Idp,
};

const REALM: &str = "https://sso.example/realms/corp/protocol/saml";

fn variants() -> Vec<Refused> {
    vec![
        Refused {
            about: "a page puts both consumer service URLs side by side",
            acs: "https://app.example/saml/acs/",
            page: "<h1>Bad Request</h1><p>expected https://app.example/saml/acs, got https://app.example/saml/acs/</p>",
            difference: Some(Difference::TrailingSlash),
            ..SOUND
        },
        Refused {
            about: "the same in German",
            acs: "https://app.example/saml/ACS",
            page: "<h1>Fehler</h1><p>Hinterlegt ist „https://app.example/saml/acs“, gesendet wurde „https://app.example/saml/ACS“.</p>",
            difference: Some(Difference::LetterCase),
            ..SOUND
        },
        Refused {
            about: "the same in French, over the port",
            acs: "https://app.example:8443/saml/acs",
            page: "<h1>Erreur</h1><p>URL attendue : https://app.example/saml/acs ; URL reçue : https://app.example:8443/saml/acs</p>",
            difference: Some(Difference::Port),
            ..SOUND
        },
        Refused {
            about: "what is sent is the inner address of a gateway",
            acs: "http://app.example:8080/saml/acs",
            sso: REALM,
            page: "<title>Sign in to corp</title><h1>We are sorry...</h1><p>Invalid redirect uri</p>",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "a variable that nobody filled in stands in the address",
            acs: "https://{{APP_HOST}}/saml/acs",
            sso: REALM,
            page: "<title>Sign in to corp</title><h1>We are sorry...</h1><p>Invalid redirect uri</p>",
            check: "endpoints/placeholder-value",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "a program wrote what it writes for nothing, in place of its entityID",
            issuer: "undefined",
            page: "<h1>Unknown service provider</h1><p>No metadata found for undefined</p>",
            check: "endpoints/placeholder-value",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "the address is a path",
            acs: "/saml/acs",
            page: "<h1>Fehler</h1><p>Die Anfrage ist ungültig</p>",
            check: "endpoints/acs-not-a-uri",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "the address is the text of an error",
            acs: "ERROR: base URL not configured",
            page: "<h1>Error</h1><p>Invalid redirect uri</p>",
            check: "endpoints/acs-not-a-uri",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "the request goes by the identity provider's own name",
            issuer: "https://sso.example/realms/corp",
            sso: REALM,
            page: "<title>Sign in to corp</title><h1>We are sorry...</h1><p>Unknown login requester</p>",
            check: "endpoints/entity-id-not-registered",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "a boolean that is none",
            attributes: " ForceAuthn=\"True\"",
            page: "<h1>Error</h1><p>The request could not be processed</p>",
            check: "assertion/message-not-schema-valid",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "a comparison that is none",
            inner: "<samlp:RequestedAuthnContext Comparison=\"Exact\"><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>",
            page: "<h1>Error</h1><p>The request could not be processed</p>",
            check: "assertion/message-not-schema-valid",
            who: Who::Sp,
            ..SOUND
        },
        Refused {
            about: "URL and index at once, at an identity provider that does not say why",
            attributes: " AssertionConsumerServiceIndex=\"1\"",
            page: "<h1>Error</h1><p>The request could not be processed</p>",
            check: "endpoints/acs-url-and-index",
            who: Who::Sp,
            ..SOUND
        },
    ]
}

impl Refused {
    fn sketch(&self) -> String {
        let Self { issuer, acs, sso, attributes, inner, page, .. } = self;
        format!(
            "diag-sketch/1 2026-11-24T10:00:00Z\n\n[request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{{now}}\" Destination=\"{sso}\" AssertionConsumerServiceURL=\"{acs}\"{attributes}><saml:Issuer>{issuer}</saml:Issuer>{inner}</samlp:AuthnRequest>\n\nGET https://app.example/ @0s\n< 302\n< Location: {sso}?SAMLRequest={{redirect:request}}\n\nGET {sso}?SAMLRequest={{redirect:request}} @1s\n< 400\n< Content-Type: text/html\n| <html><body>{page}</body></html>\n"
        )
    }
}

#[test]
fn requests_are_refused_in_many_words_for_the_same_reasons() {
    let mut wrong = Vec::new();
    for variant in variants() {
        let report = report_of(&[File::new("capture.sketch", variant.sketch())]);
        let Some(lead) = report.root_causes.first().and_then(|id| report.finding(id)) else {
            wrong.push(format!("{}: no root cause", variant.about));
            continue;
        };
        let who = lead.causes.first().map(|cause| cause.who);
        if lead.check != variant.check || who != Some(variant.who) {
            wrong.push(format!(
                "{}: {} by {who:?}, not {} by {:?}",
                variant.about, lead.check, variant.check, variant.who
            ));
        }
        if variant.difference.is_some() && lead.difference != variant.difference {
            wrong.push(format!("{}: the difference is {:?}", variant.about, lead.difference));
        }
        // Whatever the service provider has to mend is nothing to enter elsewhere.
        let offered = lead.causes.iter().filter_map(|cause| cause.value.as_deref());
        if variant.who == Who::Sp
            && offered.clone().any(|value| {
                value == variant.issuer || value == variant.acs && !value.starts_with("http://")
            })
        {
            wrong.push(format!("{}: offers {:?}", variant.about, offered.collect::<Vec<_>>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
