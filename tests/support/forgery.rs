//! Forged responses, made of one that was signed with our own fixture key, and for each a harmless message that
//! looks like it.
//!
//! Variants 1 to 8 are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (2012); the others
//! are named after what they do. Everything is written in canonical form, as [`crate::capture`] writes it.

use crate::capture::Capture;
use jiff::Timestamp;

const ID: &str = "_asrt3b8e6d5c1f";
const RESPONSE_ID: &str = "_resp7c1d4e9f2a";
const PROTOCOL: &str = " xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"";
const ASSERTION: &str = " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
const DSIG: &str = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const XSLT: &str = "http://www.w3.org/TR/1999/REC-xslt-19991116";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A forged response and its harmless twin.
#[derive(Debug, Clone)]
pub struct Forgery {
    /// What was done.
    pub name: &'static str,
    /// The forged response.
    pub forged: String,
    /// A response of the same shape whose assertion is protected.
    pub twin: String,
}

/// Every forgery.
pub fn forgeries() -> Vec<Forgery> {
    let parts = Parts::new();
    let mut all = wrapping(&parts);
    all.extend(signed_instead(&parts));
    all.extend(worthless(&parts));
    all
}

/// A signed response taken apart.
struct Parts {
    maker: Capture,
    /// Signed on the assertion.
    response: String,
    assertion: String,
    signature: String,
    /// Signed on the response.
    whole: String,
    whole_signature: String,
}

impl Parts {
    fn new() -> Self {
        let maker = Capture::default();
        let posted: Timestamp = "2026-11-24T09:58:12Z".parse().expect("a timestamp");
        let response = maker.response(posted);
        let whole =
            Capture { signed: "response".to_owned(), ..Capture::default() }.response(posted);
        Self {
            assertion: cut(&response, "<saml:Assertion", "</saml:Assertion>"),
            signature: cut(&response, "<ds:Signature ", "</ds:Signature>"),
            whole_signature: cut(&whole, "<ds:Signature ", "</ds:Signature>"),
            maker,
            response,
            whole,
        }
    }

    /// The assertion as it was before it was signed.
    fn unsigned(&self) -> String {
        self.assertion.replace(&self.signature, "")
    }

    /// What somebody else wrote: another person, without a signature.
    fn evil(&self, id: &str) -> String {
        self.unsigned().replace(ID, id).replace("mira@", "mora@")
    }

    /// The response with this in place of its assertion.
    fn with(&self, content: &str) -> String {
        self.response.replace(&self.assertion, content)
    }

    /// Another assertion of the identity provider, signed.
    fn second(&self) -> String {
        self.maker.with_signature(&self.unsigned().replace(ID, "_second"), "_second")
    }

    /// The response with further content, signed as a whole.
    fn whole_with(&self, content: &str) -> String {
        let plain = self.whole.replace(&self.whole_signature, "").replacen(
            "<samlp:Status>",
            &format!("{content}<samlp:Status>"),
            1,
        );
        self.maker.with_signature(&plain, RESPONSE_ID)
    }
}

fn wrapping(parts: &Parts) -> Vec<Forgery> {
    let (evil, twin_id) = (parts.evil("_evil"), parts.evil(ID));
    let (good, bare) = (&parts.assertion, parts.unsigned());
    let whole_bare = parts.whole.replace(&parts.whole_signature, "");
    let evil_response = whole_bare.replace(RESPONSE_ID, "_evil").replace("mira@", "mora@");
    let around = |signature: &str, content: &str| before(signature, content, "</ds:Signature>");
    let two = || parts.with(&format!("{good}{}", parts.second()));
    let advice = || advised(parts);
    let forged = |name, forged: String, twin: String| Forgery { name, forged, twin };
    let placed = |holder: &str| {
        parts.with(&evil).replacen(
            "<samlp:Status>",
            &format!("{}<samlp:Status>", holder.replace("{}", good)),
            1,
        )
    };
    let extension =
        || parts.whole_with("<samlp:Extensions><x:y xmlns:x=\"urn:x\"></x:y></samlp:Extensions>");
    vec![
        forged(
            "xsw1",
            before(&evil_response, &around(&parts.whole_signature, &whole_bare), "<samlp:Status>"),
            parts.whole.clone(),
        ),
        forged(
            "xsw2",
            before(
                &evil_response,
                &format!("{whole_bare}{}", parts.whole_signature),
                "<samlp:Status>",
            ),
            parts.whole.clone(),
        ),
        forged("xsw3", parts.with(&format!("{evil}{good}")), two()),
        forged("xsw4", parts.with(&before(&evil, good, "</saml:Assertion>")), advice()),
        forged(
            "xsw5",
            parts.with(&format!("{}{bare}", before(&evil, &parts.signature, "<saml:Subject>"))),
            two(),
        ),
        forged(
            "xsw6",
            parts.with(&before(&evil, &around(&parts.signature, &bare), "<saml:Subject>")),
            advice(),
        ),
        forged(
            "xsw7",
            parts.with(&format!("<Extensions>{twin_id}</Extensions>{good}")),
            extension(),
        ),
        forged(
            "xsw8",
            parts.with(&before(
                &twin_id,
                &around(&parts.signature, &format!("<ds:Object>{bare}</ds:Object>")),
                "<saml:Subject>",
            )),
            advice(),
        ),
        forged("forged one second", parts.with(&format!("{good}{evil}")), two()),
        forged("same id, forged one first", parts.with(&format!("{twin_id}{good}")), two()),
        forged("same id, forged one second", parts.with(&format!("{good}{twin_id}")), two()),
        forged(
            "moved into extensions",
            placed("<samlp:Extensions>{}</samlp:Extensions>"),
            extension(),
        ),
        forged(
            "moved into a foreign element",
            placed("<x:y xmlns:x=\"urn:x\">{}</x:y>"),
            extension(),
        ),
        forged(
            "moved into a response within",
            placed("<samlp:Response>{}</samlp:Response>"),
            extension(),
        ),
        forged(
            "moved into status detail",
            parts.with(&evil).replacen(
                "</samlp:Status>",
                &format!("<samlp:StatusDetail>{good}</samlp:StatusDetail></samlp:Status>"),
                1,
            ),
            parts.whole.clone(),
        ),
        forged(
            "moved into advice",
            parts.with(&before(
                &evil,
                &format!("<saml:Advice>{good}</saml:Advice>"),
                "<saml:AuthnStatement ",
            )),
            advice(),
        ),
        forged(
            "moved into a value",
            parts.with(&before(&evil, good, "</saml:AttributeValue>")),
            parts.response.clone(),
        ),
        forged(
            "moved into the issuer",
            parts.with(&evil.replacen("</saml:Issuer>", &format!("{good}</saml:Issuer>"), 1)),
            two(),
        ),
        forged(
            "beside one that is encrypted",
            parts.with(&format!("{evil}{}", sealed(parts))),
            whole_sealed(parts),
        ),
    ]
}

fn signed_instead(parts: &Parts) -> Vec<Forgery> {
    let evil = parts.evil("_evil");
    // The element as it is signed, and as it stands in the response, where its namespace is declared already.
    let beside = |assertion: &str, element: &str, declared: &str, id: &str| {
        let signature = parts.maker.signature(element, id);
        parts.with(assertion).replacen(
            "<samlp:Status>",
            &format!(
                "<samlp:Extensions>{}{signature}</samlp:Extensions><samlp:Status>",
                element.replacen(declared, "", 1)
            ),
            1,
        )
    };
    let logout =
        format!("<samlp:LogoutRequest{PROTOCOL} ID=\"_l\" Version=\"2.0\"></samlp:LogoutRequest>");
    let metadata = "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_m\" entityID=\"urn:x\"></md:EntityDescriptor>";
    let subject = format!("<saml:Subject{ASSERTION} ID=\"_s\"></saml:Subject>");
    let both = |name, element: &str, declared: &str, id: &str| Forgery {
        name,
        forged: beside(&evil, element, declared, id),
        twin: beside(&parts.assertion, element, declared, id),
    };
    let status = cut(&parts.response, "<samlp:Status>", "</samlp:Status>");
    let named = status.replacen("<samlp:Status>", "<samlp:Status ID=\"_st\">", 1);
    let signed_status = |assertion: &str| {
        let signature = parts.maker.signature(
            &named.replacen("<samlp:Status", &format!("<samlp:Status{PROTOCOL}"), 1),
            "_st",
        );
        let head = format!("</saml:Issuer>{signature}<samlp:Status>");
        parts
            .with(assertion)
            .replacen("</saml:Issuer><samlp:Status>", &head, 1)
            .replacen(&status, &named, 1)
    };
    vec![
        both("only a logout request is signed", &logout, PROTOCOL, "_l"),
        both("only metadata is signed", metadata, "", "_m"),
        both("only a subject is signed", &subject, "", "_s"),
        Forgery {
            name: "only the status is signed",
            forged: signed_status(&evil),
            twin: signed_status(&parts.assertion),
        },
    ]
}

fn worthless(parts: &Parts) -> Vec<Forgery> {
    let with_signature = |signature: &str| {
        parts.with(&parts.evil(ID).replacen(
            "</saml:Issuer>",
            &format!("</saml:Issuer>{signature}"),
            1,
        ))
    };
    let changed = |old: &str, new: &str| {
        assert!(parts.signature.contains(old), "the signature does not contain {old}");
        with_signature(&parts.signature.replacen(old, new, 1))
    };
    let twin = || parts.response.clone();
    let reference = cut(&parts.signature, "<ds:Reference ", "</ds:Reference>");
    let digest = cut(&parts.signature, "<ds:DigestValue>", "</ds:DigestValue>");
    let stranger = Capture { key: "sp-new".to_owned(), ..Capture::default() };
    let other_key = stranger.with_signature(&parts.evil(ID), ID);
    let value = cut(&parts.signature, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let all = [
        ("unsigned", parts.with(&parts.evil("_evil"))),
        ("changed", parts.response.replace("mira@", "mora@")),
        (
            "the value is cut",
            parts
                .response
                .replace(&value, &format!("{}</ds:SignatureValue>", &value[..value.len() / 2])),
        ),
        ("signed with the key of nobody", parts.with(&other_key)),
        (
            "a secret key",
            changed(
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            ),
        ),
        ("without a reference", changed(&reference, "")),
        ("a reference to nothing", changed(&format!("#{ID}"), "#_nothing")),
        (
            "a reference to somewhere else",
            changed(&format!("#{ID}"), "https://elsewhere.example/assertion.xml"),
        ),
        ("an XPath transform", changed(ENVELOPED, XPATH)),
        ("an XSLT transform", changed(ENVELOPED, XSLT)),
        (
            "the digest of nothing",
            changed(
                &digest,
                "<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue>",
            ),
        ),
        ("no signature but in name", changed(DSIG, "xmlns:ds=\"urn:x\"")),
    ];
    all.into_iter().map(|(name, forged)| Forgery { name, forged, twin: twin() }).collect()
}

/// A signed assertion with another signed one in its advice, which the specification allows.
fn advised(parts: &Parts) -> String {
    let inner = parts.second().replacen(ASSERTION, "", 1);
    let outer = before(
        &parts.unsigned(),
        &format!("<saml:Advice>{inner}</saml:Advice>"),
        "<saml:AuthnStatement ",
    );
    // Its own issuer comes first.
    parts.with(&parts.maker.with_signature(&outer, ID))
}

fn sealed(parts: &Parts) -> String {
    cut(&whole_sealed(parts), "<saml:EncryptedAssertion", "</saml:EncryptedAssertion>")
}

/// A response signed as a whole with an encrypted assertion alone.
fn whole_sealed(_: &Parts) -> String {
    let posted: Timestamp = "2026-11-24T09:58:12Z".parse().expect("a timestamp");
    let encrypted = Some("http://www.w3.org/2009/xmlenc11#aes256-gcm".to_owned());
    Capture { signed: "response".to_owned(), encrypted, ..Capture::default() }.response(posted)
}

fn cut(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from}"));
    let end = text.rfind(to).unwrap_or_else(|| panic!("no {to}")) + to.len();
    text[start..end].to_owned()
}

/// Puts content before the last occurrence of a text.
fn before(text: &str, content: &str, anchor: &str) -> String {
    let at = text.rfind(anchor).unwrap_or_else(|| panic!("no {anchor}"));
    format!("{}{content}{}", &text[..at], &text[at..])
}
