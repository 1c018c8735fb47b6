//! What a check rests on: a section of a specification, or a page with the day on which it was read.

use std::fmt;

/// What a check rests on. Findings carry it as text, such as `saml-core-2.0-os §3.4.1 (NameIDPolicy)`.
///
/// ```
/// use diag_sdk::{Reference, Specification};
/// let section = Reference::section(Specification::SamlCore, "3.4.1").about("NameIDPolicy");
/// assert_eq!(section.to_string(), "saml-core-2.0-os §3.4.1 (NameIDPolicy)");
/// let page = Reference::page("https://docs.example/reply-url", "2026-11-24");
/// assert_eq!(page.to_string(), "https://docs.example/reply-url (read 2026-11-24)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands.
    pub source: Source,
    /// What of it, in a few words; empty where it is meant as a whole.
    pub about: &'static str,
}

/// Where something stands that a check rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A section of a specification, such as `3.4.1`, and further ones; an empty one where it is meant as a whole.
    Section(Specification, &'static str, &'static [&'static str]),
    /// An address, and the day on which it was read there, as `2026-11-24`.
    Page(&'static str, &'static str),
    /// Advisories about known vulnerabilities, by their CVE ids.
    Advisories(&'static [&'static str]),
    /// A page of this documentation, as its path in the repository.
    Documentation(&'static str),
    /// Something else, in the author's words.
    Words(&'static str),
}

impl Reference {
    /// A section of a specification, such as `3.4.1`.
    #[must_use]
    pub const fn section(of: Specification, section: &'static str) -> Self {
        Self::sections(of, section, &[])
    }

    /// Several sections of a specification.
    #[must_use]
    pub const fn sections(
        of: Specification,
        first: &'static str,
        more: &'static [&'static str],
    ) -> Self {
        Self { source: Source::Section(of, first, more), about: "" }
    }

    /// A specification as a whole.
    #[must_use]
    pub const fn whole(of: Specification) -> Self {
        Self::section(of, "")
    }

    /// A page, and the day on which it was read, as `2026-11-24`.
    #[must_use]
    pub const fn page(address: &'static str, read: &'static str) -> Self {
        Self { source: Source::Page(address, read), about: "" }
    }

    /// Advisories, by their CVE ids.
    #[must_use]
    pub const fn advisories(ids: &'static [&'static str]) -> Self {
        Self { source: Source::Advisories(ids), about: "" }
    }

    /// A page of this documentation, as its path in the repository.
    #[must_use]
    pub const fn documentation(path: &'static str) -> Self {
        Self { source: Source::Documentation(path), about: "" }
    }

    /// Something else, in the author's words.
    #[must_use]
    pub const fn words(words: &'static str) -> Self {
        Self { source: Source::Words(words), about: "" }
    }

    /// The same, and what of it.
    #[must_use]
    pub const fn about(self, about: &'static str) -> Self {
        Self { source: self.source, about }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut notes: Vec<&str> = Vec::new();
        let read;
        if !self.about.is_empty() {
            notes.push(self.about);
        }
        match self.source {
            Source::Section(of, first, more) => {
                write!(to, "{of}")?;
                if !first.is_empty() {
                    write!(to, " §{first}")?;
                }
                for (index, section) in more.iter().enumerate() {
                    let before = if index + 1 == more.len() { " and" } else { "," };
                    write!(to, "{before} §{section}")?;
                }
            }
            Source::Page(address, day) => {
                to.write_str(address)?;
                read = format!("read {day}");
                notes.push(&read);
            }
            Source::Advisories(ids) => to.write_str(&ids.join(", "))?,
            Source::Documentation(path) => to.write_str(path)?,
            Source::Words(words) => to.write_str(words)?,
        }
        if notes.is_empty() { Ok(()) } else { write!(to, " ({})", notes.join("; ")) }
    }
}

/// A specification that checks rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Specification {
    /// Assertions and Protocols for SAML V2.0.
    SamlCore,
    /// Bindings for SAML V2.0.
    SamlBindings,
    /// Profiles for SAML V2.0.
    SamlProfiles,
    /// Metadata for SAML V2.0.
    SamlMetadata,
    /// Security and Privacy Considerations for SAML V2.0.
    SamlSecurity,
    /// SAML V2.0 Metadata Interoperability Profile.
    SamlMetadataInterop,
    /// XML Signature Syntax and Processing.
    XmlSignature,
    /// XML Encryption Syntax and Processing.
    XmlEncryption,
    /// Extensible Markup Language 1.0.
    Xml,
    /// Canonical XML 1.1.
    CanonicalXml,
    /// Content Security Policy Level 3.
    Csp,
    /// The fetch standard.
    Fetch,
    /// Fetch Metadata Request Headers.
    FetchMetadata,
    /// The successor of RFC 6265, a draft.
    CookiesDraft,
    /// An RFC, by its number.
    Rfc(u16),
}

/// Every specification but the RFCs.
const NAMED: &[Specification] = &[
    Specification::SamlCore,
    Specification::SamlBindings,
    Specification::SamlProfiles,
    Specification::SamlMetadata,
    Specification::SamlSecurity,
    Specification::SamlMetadataInterop,
    Specification::XmlSignature,
    Specification::XmlEncryption,
    Specification::Xml,
    Specification::CanonicalXml,
    Specification::Csp,
    Specification::Fetch,
    Specification::FetchMetadata,
    Specification::CookiesDraft,
];

impl Specification {
    /// Its short name, and where it is published.
    const fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::SamlCore => (
                "saml-core-2.0-os",
                "https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf",
            ),
            Self::SamlBindings => (
                "saml-bindings-2.0-os",
                "https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf",
            ),
            Self::SamlProfiles => (
                "saml-profiles-2.0-os",
                "https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf",
            ),
            Self::SamlMetadata => (
                "saml-metadata-2.0-os",
                "https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf",
            ),
            Self::SamlSecurity => (
                "saml-sec-consider-2.0-os",
                "https://docs.oasis-open.org/security/saml/v2.0/saml-sec-consider-2.0-os.pdf",
            ),
            Self::SamlMetadataInterop => (
                "SAML V2.0 Metadata Interoperability Profile",
                "https://docs.oasis-open.org/security/saml/Post2.0/sstc-metadata-iop-os.pdf",
            ),
            Self::XmlSignature => ("xmldsig-core1", "https://www.w3.org/TR/xmldsig-core1/"),
            Self::XmlEncryption => ("xmlenc-core1", "https://www.w3.org/TR/xmlenc-core1/"),
            Self::Xml => ("XML 1.0", "https://www.w3.org/TR/xml/"),
            Self::CanonicalXml => ("Canonical XML 1.1", "https://www.w3.org/TR/xml-c14n11/"),
            Self::Csp => ("CSP Level 3", "https://www.w3.org/TR/CSP3/"),
            Self::Fetch => ("Fetch", "https://fetch.spec.whatwg.org/"),
            Self::FetchMetadata => ("Fetch Metadata", "https://www.w3.org/TR/fetch-metadata/"),
            Self::CookiesDraft => {
                ("RFC 6265bis", "https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/")
            }
            Self::Rfc(_) => ("RFC", "https://www.rfc-editor.org/rfc/"),
        }
    }

    /// Where it is published; of an RFC, the section.
    #[must_use]
    pub fn address(self, section: Option<&str>) -> String {
        let (_, address) = self.named();
        match (self, section) {
            (Self::Rfc(number), Some(section)) => format!("{address}rfc{number}#section-{section}"),
            (Self::Rfc(number), None) => format!("{address}rfc{number}"),
            _ => address.to_owned(),
        }
    }

    /// The specification that a reference begins with, written as [`Reference`] writes it, and its first section.
    ///
    /// ```
    /// use diag_sdk::Specification;
    /// assert_eq!(Specification::named_in("RFC 9110 §15.4"), Some((Specification::Rfc(9110), Some("15.4"))));
    /// assert_eq!(Specification::named_in("a page of our own"), None);
    /// ```
    #[must_use]
    pub fn named_in(reference: &str) -> Option<(Self, Option<&str>)> {
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
        let rfc = || {
            let rest = reference.strip_prefix("RFC ")?;
            let (number, rest) = rest.split_at_checked(digits(rest))?;
            Some((Self::Rfc(number.parse().ok()?), rest))
        };
        let one_of = |one: &Self| Some((*one, reference.strip_prefix(one.named().0)?));
        // `Fetch` begins as `Fetch Metadata` does.
        let all = NAMED.iter().filter_map(one_of).chain(rfc());
        let (found, rest) = all
            .filter(|(_, rest)| rest.is_empty() || rest.starts_with([' ', ',']))
            .min_by_key(|(_, rest)| rest.len())?;
        let section = rest.strip_prefix(" §").map(|rest| {
            let length = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').count();
            rest.get(..length).unwrap_or(rest).trim_end_matches('.')
        });
        Some((found, section))
    }
}

impl fmt::Display for Specification {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rfc(number) => write!(to, "RFC {number}"),
            other => to.write_str(other.named().0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_written_as_they_are_read() {
        for (reference, written, leads_to) in [
            (
                Reference::sections(Specification::SamlCore, "2.3.4", &["6", "8.1"]),
                "saml-core-2.0-os §2.3.4, §6 and §8.1",
                Some((Specification::SamlCore, Some("2.3.4"))),
            ),
            (
                Reference::section(Specification::Rfc(6265), "5.3").about("step 6"),
                "RFC 6265 §5.3 (step 6)",
                Some((Specification::Rfc(6265), Some("5.3"))),
            ),
            (
                Reference::section(Specification::CookiesDraft, "5.6"),
                "RFC 6265bis §5.6",
                Some((Specification::CookiesDraft, Some("5.6"))),
            ),
            (
                Reference::whole(Specification::Rfc(6194)),
                "RFC 6194",
                Some((Specification::Rfc(6194), None)),
            ),
            (
                Reference::section(Specification::FetchMetadata, "2.1"),
                "Fetch Metadata §2.1",
                Some((Specification::FetchMetadata, Some("2.1"))),
            ),
            (Reference::words("our handbook"), "our handbook", None),
        ] {
            assert_eq!(reference.to_string(), written);
            assert_eq!(Specification::named_in(written), leads_to, "{written}");
        }
        for one in NAMED {
            assert_eq!(Specification::named_in(&one.to_string()), Some((*one, None)));
            assert!(one.address(None).starts_with("https://"), "{one}");
        }
        assert_eq!(
            Specification::Rfc(9110).address(Some("15.4")),
            "https://www.rfc-editor.org/rfc/rfc9110#section-15.4"
        );
    }
}
