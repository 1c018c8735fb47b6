//! What was handed in, and what could not be read.

use super::place::Place;

words! {
    /// What a file is, recognised by its content.
    pub enum InputKind {
        /// None of ours.
        Unrecognised,
        /// HTTP Archive, versions 1.1 and 1.2.
        Har,
        /// A sketch: a capture written by hand, used in documentation and plugin fixtures.
        Sketch,
        /// SAML metadata, one entity or an aggregate.
        Metadata,
        /// A single SAML message as XML, base64 or URL.
        SamlMessage,
        /// Microsoft Graph `application` or the portal's manifest.
        Application,
        /// Microsoft Graph `servicePrincipal`.
        ServicePrincipal,
        /// Microsoft Graph `tokenIssuancePolicies`.
        TokenIssuancePolicies,
        /// Microsoft Graph `claimsMappingPolicies`.
        ClaimsMappingPolicies,
        /// Qlik `virtualproxyconfig`.
        Virtualproxyconfig,
        /// Qlik `proxyservice`.
        Proxyservice,
        /// Text of `certutil -store -v my`.
        Certutil,
        /// Log of a Qlik Sense service: proxy, repository, audit, security.
        ProxyLog,
        /// Log of any other server that signs people in.
        ServerLog,
        /// A SAML client as another identity provider exports it: Keycloak, Okta, AD FS.
        SamlClient,
        /// Text somebody pasted that quotes an error.
        PastedText,
        /// A certificate, PEM or DER.
        Certificate,
    }

    /// Whose copy of a document this is.
    pub enum HeldBy {
        /// As its owner publishes it.
        Publisher,
        /// The identity provider's metadata as the service provider has loaded it (`--sp-has`, or a
        /// virtual proxy's `samlMetadataIdP`).
        Sp,
        /// The service provider's metadata as the identity provider has loaded it (`--idp-has`).
        Idp,
        /// Nobody: an older copy that neither side works with, or a document of a party that takes no part.
        Nobody,
    }

    /// Why a document could not be used.
    pub enum Trouble {
        /// The XML does not parse.
        NotWellFormed,
        /// It parses, or is readable, but is no SAML metadata: HTML, JSON, WS-Federation and others.
        NotMetadata,
        /// More than one root element.
        SeveralRoots,
        /// It has a document type declaration, which is refused.
        Doctype,
        /// It is neither XML nor base64 of XML.
        NotDecodable,
        /// It is empty.
        Empty,
        /// It is cut short.
        Truncated,
        /// It exceeds a bound (size, depth, count).
        TooLarge,
    }
}

facts! {
    /// One file (or standard input) that was handed in.
    pub struct Input {
        /// Its id in this Case: `i1`, `i2`, … in the order given.
        pub id: String,
        /// The path as given.
        pub path: String,
        /// What it is.
        pub kind: InputKind,
        /// Who wrote it, such as `WebInspector 537.36`, where it says so.
        pub producer: Option<String>,
        /// Remarks for people: truncated, repaired, cut by depth, removed by the exporter.
        pub notes: Vec<String>,
        /// The person named this very path, rather than a folder that holds it.
        pub named: bool,
        /// For people, whose document it is and in which role, where it says so.
        pub about: Option<String>,
    }

    /// Something was larger or more than is read, kept or judged; what lay beyond the bound was left out.
    pub struct Crossed {
        /// The word of the bound, such as `entries`; `diag.toml` sets it under `[bounds]`.
        pub bound: String,
        /// Id of the input it was met in, where it was met in one.
        pub input: Option<String>,
        /// What is allowed, for people: `64 MiB`.
        pub most: String,
        /// What is bounded, for people.
        pub what: String,
        /// What became of what lay beyond, for people.
        pub beyond: String,
    }

    /// A document that should have been metadata and could not be used.
    pub struct BrokenDocument {
        /// Where: the input, line and column of the break.
        pub place: Place,
        /// Whose copy it would have been.
        pub held_by: HeldBy,
        /// Id of the service provider configuration that holds it, where one does.
        pub configuration: Option<String>,
        /// What is wrong.
        pub trouble: Trouble,
        /// What it is instead, such as `an HTML page` or `WS-Federation metadata`.
        pub found: Option<String>,
        /// What the parser expected at that place, in words for people.
        pub explanation: String,
    }

    /// Remarks on how a document is encoded.
    pub struct Encoding {
        /// `UTF-8`, `UTF-16LE`, `UTF-16BE`, `windows-1252`, …
        pub name: String,
        /// It begins with a byte order mark.
        pub bom: bool,
        /// It was wrapped in base64 (as a virtual proxy stores metadata).
        pub base64: bool,
        /// The XML declaration names another encoding than the bytes have.
        pub declared_otherwise: Option<String>,
        /// Typographic quotes stand where markup needs straight ones; place of the first.
        pub smart_quotes: Option<Place>,
        /// A namespace is spelled with `https://` where the standard's name has `http://`.
        pub https_namespace: Option<Place>,
        /// An `X509Certificate` carries PEM armour lines; place of the first.
        pub pem_armour: Option<Place>,
    }
}
