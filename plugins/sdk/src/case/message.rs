//! SAML messages, each once however often it was seen.

use super::assertion::Assertion;
use super::certificate::Certificate;
use super::judgement::{Consumption, Fate, Offset, Signal};
use super::place::{Place, Sited};
use super::signature::{Encryption, QuerySignature, Signature};
use crate::host::host_of;
use crate::secret::{Personal, Secret};
use jiff::Timestamp;

words! {
    /// Which protocol message it is.
    pub enum MessageKind {
        /// Anything else (its root element is named in `root`).
        Other,
        /// `AuthnRequest`.
        AuthnRequest,
        /// `Response`.
        Response,
        /// `LogoutRequest`.
        LogoutRequest,
        /// `LogoutResponse`.
        LogoutResponse,
        /// WS-Federation: `wa=wsignin1.0`, a sign-in request; its realm stands as issuer.
        WsFederationSignIn,
        /// WS-Federation: the token that `wresult` carries.
        WsFederationToken,
        /// WS-Federation: `wa=wsignout1.0` or `wsignoutcleanup1.0`.
        WsFederationSignOut,
    }

    /// How it was carried.
    pub enum Carrier {
        /// A file of its own, not a capture.
        File,
        /// Query of a URL the browser requested (HTTP-Redirect).
        Query,
        /// Form body the browser posted (HTTP-POST).
        PostForm,
        /// Hidden field of a form in an HTML body: about to be posted.
        PageForm,
        /// `Location` header: about to be requested.
        LocationHeader,
    }

    /// In which way a message breaks the SAML schema.
    pub enum BreachKind {
        /// An element stands where the schema has no room for it.
        ElementUnexpected,
        /// An element stands after one that it must precede.
        ElementOutOfOrder,
        /// An element stands more often than it may.
        ElementTooOften,
        /// An element that must be there is missing.
        ElementMissing,
        /// An attribute that must be there is missing.
        AttributeMissing,
        /// An attribute's value is none that its type allows.
        AttributeValue,
        /// Text stands in an element that may hold elements and attributes only.
        TextUnexpected,
    }

    /// Damage on the way, and whether it could be repaired.
    pub enum Damage {
        /// Not base64.
        NotBase64,
        /// Not DEFLATE where DEFLATE is due.
        NotDeflate,
        /// Not XML once decoded.
        NotXml,
        /// Cut short.
        Truncated,
        /// `+` arrived as a blank; repaired.
        PlusLost,
        /// URL-encoded once more than due; repaired.
        DoubleEncoded,
        /// Deflated although the binding sends plain base64; read nevertheless.
        DeflatedInPost,
        /// Plain base64 although the binding wants DEFLATE; read nevertheless.
        PlainInQuery,
        /// zlib or gzip framing around the DEFLATE data; read nevertheless.
        ZlibFraming,
        /// The DEFLATE data has no end although the message in it is whole; read nevertheless.
        DeflateUnended,
        /// Lines of base64 were wrapped; normal in forms, odd in URLs.
        LineWrapped,
        /// A URL-safe base64 alphabet; read nevertheless.
        UrlSafeAlphabet,
        /// The `=` at the end of base64 are missing; read nevertheless.
        PaddingLost,
        /// Replaced or removed by the exporter of the capture.
        Sanitised,
        /// Exceeds a bound once inflated.
        TooLarge,
        /// Has a document type declaration, which is refused.
        Doctype,
        /// More than one parameter of that name with different values.
        DuplicateParameter,
    }
}

facts! {
    /// A SAML protocol message.
    pub struct Message {
        /// Its id in this Case: `m1`, `m2`, … in the order first seen.
        pub id: String,
        /// Which message.
        pub kind: MessageKind,
        /// Local name of its root element.
        pub root: String,
        /// Everywhere it was seen, in time order.
        pub sightings: Vec<Sighting>,
        /// Index into `sightings` of the one by which the receiver got it: a request the browser made.
        pub delivery: Option<usize>,
        /// What became of it.
        pub fate: Fate,
        /// What that rests on.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub signals: Vec<Signal>,
        /// The clock of the identity provider when it made the message, against the browser's.
        pub idp_clock: Option<Offset>,
        /// The clock of the service provider when it got the message, against the browser's.
        pub sp_clock: Option<Offset>,
        /// Damage on the way.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub damage: Vec<Damage>,
        /// What is wrong with the XML, and where, when it does not parse.
        pub broken: Option<Sited<String>>,
        /// Size of the parameter's value in characters.
        pub encoded_length: usize,
        /// The root element.
        pub place: Place,
        /// `ID`.
        pub xml_id: Option<Sited<String>>,
        /// `Version`.
        pub version: Option<Sited<String>>,
        /// `IssueInstant`.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Sited<String>>"))]
        pub issue_instant: Option<Sited<Timestamp>>,
        /// `Destination`.
        pub destination: Option<Sited<String>>,
        /// `InResponseTo`.
        pub in_response_to: Option<Sited<String>>,
        /// `Issuer`.
        pub issuer: Option<Sited<String>>,
        /// `RelayState` that travelled with it.
        pub relay_state: Option<Personal>,
        /// What only an `AuthnRequest` has.
        pub request: Option<AuthnRequest>,
        /// `Status` of responses.
        pub status: Option<Status>,
        /// Assertions, in document order, decrypted ones included.
        pub assertions: Vec<Assertion>,
        /// What only logout messages have.
        pub logout: Option<Logout>,
        /// Encrypted parts.
        pub encrypted: Vec<Encryption>,
        /// XML signatures anywhere in it.
        pub signatures: Vec<Signature>,
        /// Signature in the query.
        pub query_signature: Option<QuerySignature>,
        /// Element path of the assertion a service provider would consume: the first direct child.
        pub consumed: Option<String>,
        /// What a service provider would take, in each way service providers look, and what covers it.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub consumptions: Vec<Consumption>,
        /// The keys its receiver has for the issuer are known: metadata of that issuer is in the Case.
        pub keys_known: bool,
        /// What it says in characters that not every receiver reads alike.
        pub characters: Characters,
        /// Ids that occur more than once.
        pub duplicate_ids: Vec<Sited<String>>,
        /// Comments, processing instructions or CDATA inside text that means something.
        pub markup_in_text: Vec<Sited<String>>,
        /// Elements of SAML's or XML Signature's local names that stand in no or another namespace.
        pub foreign_names: Vec<Sited<String>>,
        /// Where it breaks the SAML schema.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub breaches: Vec<Breach>,
    }

    /// Something in a message that the SAML schema does not allow (saml-schema-protocol-2.0, saml-schema-assertion-2.0).
    pub struct Breach {
        /// In which way.
        pub kind: BreachKind,
        /// Local name of the element it is about.
        pub element: String,
        /// Local name of the element it stands in.
        pub parent: String,
        /// Local name of the attribute it is about, or of the one in whose place text stands.
        pub attribute: Option<String>,
        /// What the schema wants there, for people.
        pub wanted: String,
        /// What stands there, where that is no secret: a name, or the value of an attribute of the protocol.
        pub found: String,
        /// Where.
        pub place: Place,
    }

    /// Characters of a message that receivers are known to stumble over.
    pub struct Characters {
        /// The encoding its XML declaration names, where it names one.
        pub declared_encoding: Option<String>,
        /// Texts and attributes that hold characters outside ASCII: the element that holds each.
        pub non_ascii: Vec<Sited<String>>,
        /// Texts and attributes that hold a carriage return, as `&#xD;` or bare: the element that holds each.
        pub carriage_returns: Vec<Sited<String>>,
        /// Texts and attribute values of assertions that hold a line break.
        pub line_breaks: Vec<Sited<String>>,
    }

    /// One place a message was seen.
    pub struct Sighting {
        /// Index into the exchanges of the Case, where it came from a capture.
        pub exchange: Option<usize>,
        /// How it was carried.
        pub carrier: Carrier,
        /// The URL it was or would be sent to, without the SAML parameters.
        pub to: Option<String>,
        /// When the browser sent it, or received it.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub time: Option<Timestamp>,
        /// Where in the input.
        pub place: Place,
        /// RelayState beside it, at this place.
        pub relay_state: Option<Personal>,
        /// A `Signature` parameter stood beside it.
        pub signed_query: bool,
    }

    /// What only an `AuthnRequest` has (saml-core-2.0-os §3.4.1).
    pub struct AuthnRequest {
        /// `AssertionConsumerServiceURL`.
        pub acs_url: Option<Sited<String>>,
        /// `AssertionConsumerServiceIndex`.
        pub acs_index: Option<u32>,
        /// `ProtocolBinding`.
        pub protocol_binding: Option<Sited<String>>,
        /// `ForceAuthn`.
        pub force_authn: Option<bool>,
        /// `IsPassive`.
        pub is_passive: Option<Sited<bool>>,
        /// `NameIDPolicy/@Format`.
        pub name_id_format: Option<Sited<String>>,
        /// `NameIDPolicy/@AllowCreate`.
        pub allow_create: Option<bool>,
        /// `RequestedAuthnContext/@Comparison`.
        pub authn_context_comparison: Option<Sited<String>>,
        /// `AuthnContextClassRef` values asked for.
        pub authn_context: Vec<Sited<String>>,
        /// Local names of elements the identity provider may not support: `Subject`, `Scoping`, `Conditions`.
        pub unusual: Vec<Sited<String>>,
    }

    /// `Status` (saml-core-2.0-os §3.2.2.1).
    pub struct Status {
        /// Status codes, top level first.
        pub codes: Vec<Sited<String>>,
        /// `StatusMessage`.
        pub message: Option<Sited<String>>,
        /// `StatusDetail` as text, shortened.
        pub detail: Option<String>,
        /// Vendor codes in message and detail, such as `AADSTS50105`.
        pub vendor_codes: Vec<String>,
    }

    /// What only logout messages have.
    pub struct Logout {
        /// `NameID`.
        pub name_id: Option<Personal>,
        /// `NameID/@Format`.
        pub name_id_format: Option<String>,
        /// `NameID/@NameQualifier` and `@SPNameQualifier`.
        pub name_id_qualifiers: Vec<String>,
        /// Number of `SessionIndex` elements.
        pub session_indexes: usize,
        /// Their values, sealed.
        pub session_index_values: Vec<Secret>,
        /// `NotOnOrAfter`.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Sited<String>>"))]
        pub not_on_or_after: Option<Sited<Timestamp>>,
        /// `Reason`.
        pub reason: Option<String>,
    }
}

impl AuthnRequest {
    /// The binding it wants its answer by, where no assertion consumer service may have that one (saml-profiles-2.0-os
    /// §4.1.2): HTTP-Redirect, or no URI at all.
    pub fn impossible_binding(&self) -> Option<&Sited<String>> {
        const POSSIBLE: &[&str] = &["HTTP-POST", "HTTP-POST-SimpleSign", "HTTP-Artifact", "PAOS"];
        let known = |binding: &str| {
            binding
                .strip_prefix("urn:oasis:names:tc:SAML:2.0:bindings:")
                .is_some_and(|name| POSSIBLE.contains(&name))
        };
        self.protocol_binding.as_ref().filter(|binding| {
            let uri = binding.value.trim();
            !known(uri) && (uri.is_empty() || uri.contains(":bindings:"))
        })
    }
}

impl Message {
    /// The sighting by which the receiver got it.
    pub fn delivered(&self) -> Option<&Sighting> {
        self.delivery.and_then(|index| self.sightings.get(index))
    }

    /// When the browser handed it over; the moment at which it is judged.
    pub fn delivered_at(&self) -> Option<Timestamp> {
        self.delivered().and_then(|sighting| sighting.time)
    }

    /// The URL the browser sent it to.
    pub fn delivered_to(&self) -> Option<&str> {
        self.delivered().and_then(|sighting| sighting.to.as_deref())
    }

    /// Index of the exchange that handed it over.
    pub fn delivered_in(&self) -> Option<usize> {
        self.delivered().and_then(|sighting| sighting.exchange)
    }

    /// It was delivered to one of these hosts; `true` where no host, or no delivery, is known.
    pub fn was_delivered_to_one_of(&self, hosts: &[String]) -> bool {
        match self.delivered_to().and_then(host_of) {
            Some(to) if !hosts.is_empty() => hosts.contains(&to),
            _ => true,
        }
    }

    /// It speaks WS-Federation.
    pub fn is_ws_federation(&self) -> bool {
        matches!(
            self.kind,
            MessageKind::WsFederationSignIn
                | MessageKind::WsFederationToken
                | MessageKind::WsFederationSignOut
        )
    }

    /// The status is success.
    pub fn succeeded(&self) -> bool {
        self.status.as_ref().is_some_and(|status| {
            status.codes.first().is_some_and(|code| code.value == crate::spec::STATUS_SUCCESS)
        })
    }

    /// Signatures on the message itself (its root element).
    pub fn own_signatures(&self) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(|signature| signature.parent == self.root)
    }

    /// Certificates the message carries.
    pub fn embedded_certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.signatures.iter().flat_map(|signature| &signature.key_info)
    }
}
