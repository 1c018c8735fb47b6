//! `metadata/encoding-unusual`: encodings and spellings that readers are known to stumble over.

use diag_sdk::case::input::Encoding;
use diag_sdk::{
    Case, CauseData, Findings, Mend, Need, Place, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static SAVED_BY_AN_EDITOR: CauseData = CauseData {
    text: "An editor, mail program or console saved the file in its own way",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Use the file as downloaded (`diag fix` keeps its encoding), or save it as UTF-8 with straight quotes, then upload it again",
};

static PUT_TOGETHER_BY_HAND: CauseData = CauseData {
    text: "The document was put together by hand from samples or from a PEM file",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Use the metadata as its owner publishes it",
};

check! {
    /// A metadata document is encoded or spelled in a way that readers are known to stumble over.
    ///
    /// UTF-16 from an editor or a console redirection, a declaration that contradicts the bytes, typographic quotes from a mail
    /// program, `-----BEGIN CERTIFICATE-----` inside `X509Certificate`, `https://` in the name of a namespace: `diag` reads
    /// through most of these, the product may not, and then says no more than "invalid file". UTF-8 with a byte order mark is
    /// not reported, since Entra ID's own files begin with one.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>-----BEGIN CERTIFICATE-----{{certificate:idp}}-----END CERTIFICATE-----</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static ENCODING_UNUSUAL = {
        id: "metadata/encoding-unusual",
        title: "Metadata is encoded or spelled in an unusual way",
        levels: [Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp, Need::SpMetadata, Need::SpMetadataInIdp],
        explains: [],
        causes: [SAVED_BY_AN_EDITOR, PUT_TOGETHER_BY_HAND],
        references: [
            Reference::section(Specification::Xml, "4.3.3"),
            Reference::sections(Specification::XmlSignature, "1.3", &["4.5.4"]),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let of_sp = case
        .sp_metadata_published()
        .into_iter()
        .chain(case.sp_metadata_held())
        .filter(|copy| copy.idp.is_none());
    for copy in case.idp_metadata_copies().into_iter().chain(of_sp) {
        for oddity in oddities(&copy.encoding, &copy.place) {
            let finding = copy
                .finding(Severity::Warning, oddity.headline)
                .detail(format!("In {}: {}", copy.origin, oddity.consequence))
                .at(oddity.place)
                .expected(oddity.expected, "the way metadata is published")
                .actual(oddity.actual, copy.origin.clone())
                .because(oddity.cause, case);
            out.push(
                oddity
                    .repairs
                    .iter()
                    .fold(finding, |finding, mend| finding.repair(*mend, &copy.place)),
            );
        }
    }
}

/// Something readers stumble over.
struct Unusual<'a> {
    headline: &'static str,
    consequence: &'static str,
    expected: &'static str,
    actual: String,
    place: &'a Place,
    cause: &'static CauseData,
    repairs: &'static [Mend],
}

/// A byte order mark of UTF-8 is not among them: Entra ID's own files begin with one.
fn oddities<'a>(encoding: &'a Encoding, start: &'a Place) -> Vec<Unusual<'a>> {
    let mut found = Vec::new();
    if encoding.name.to_uppercase().starts_with("UTF-16") {
        found.push(Unusual {
            headline: "Metadata is encoded in UTF-16",
            consequence: "products that expect UTF-8 may refuse it or read garbage.",
            expected: "UTF-8",
            actual: encoding.name.clone(),
            place: start,
            cause: &SAVED_BY_AN_EDITOR,
            // A copy keeps its encoding: everything in it may depend on it.
            repairs: &[],
        });
    }
    if let Some(declared) = &encoding.declared_otherwise {
        found.push(Unusual {
            headline: "Metadata declares another encoding than it has",
            consequence: "strict parsers refuse it, others misread letters outside ASCII.",
            expected: "a declaration that fits the bytes",
            actual: format!("declared {declared}, encoded {}", encoding.name),
            place: start,
            cause: &SAVED_BY_AN_EDITOR,
            repairs: &[Mend::CorrectDeclaration],
        });
    }
    if let Some(place) = &encoding.smart_quotes {
        found.push(Unusual {
            headline: "Metadata has typographic quotes in its markup",
            consequence: "XML knows straight quotes only, so the attribute is not what it seems.",
            expected: "straight quotes",
            actual: "typographic quotes".to_owned(),
            place,
            cause: &SAVED_BY_AN_EDITOR,
            repairs: &[Mend::MakeWellFormed],
        });
    }
    if let Some(place) = &encoding.https_namespace {
        found.push(Unusual {
            headline: "Metadata spells a namespace with https://",
            consequence: "the name of a namespace is compared as text; with https:// its elements are unknown and keys are not found.",
            expected: "http://www.w3.org/2000/09/xmldsig#",
            actual: "https://www.w3.org/2000/09/xmldsig#".to_owned(),
            place,
            cause: &PUT_TOGETHER_BY_HAND,
            // What stands in elements that nobody knew was not looked at, either.
            repairs: &[Mend::CorrectNamespaces, Mend::ClearCertificates],
        });
    }
    if let Some(place) = &encoding.pem_armour {
        found.push(Unusual {
            headline: "Metadata has PEM armour inside X509Certificate",
            consequence: "the element takes bare base64; strict readers cannot load the certificate.",
            expected: "base64 without BEGIN and END lines",
            actual: "-----BEGIN CERTIFICATE-----".to_owned(),
            place,
            cause: &PUT_TOGETHER_BY_HAND,
            repairs: &[Mend::ClearCertificates],
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::testing::{idp_metadata, with_metadata};

    fn headlines(encoding: Encoding) -> Vec<String> {
        let case =
            with_metadata(vec![Metadata { encoding, ..idp_metadata("d1", HeldBy::Sp, &["a"]) }]);
        ENCODING_UNUSUAL
            .judge(&case)
            .found()
            .iter()
            .map(|finding| finding.message.clone())
            .collect()
    }

    #[test]
    fn utf_8_with_or_without_mark_and_in_base64_is_usual() {
        let usual =
            Encoding { name: "UTF-8".into(), bom: true, base64: true, ..Encoding::default() };
        assert!(headlines(usual).is_empty());
    }

    #[test]
    fn every_oddity_is_a_finding_of_its_own() {
        let odd = Encoding {
            name: "UTF-16LE".into(),
            declared_otherwise: Some("utf-8".into()),
            smart_quotes: Some(Place::default()),
            https_namespace: Some(Place::default()),
            pem_armour: Some(Place::default()),
            ..Encoding::default()
        };
        assert_eq!(headlines(odd).len(), 5);
    }

    #[test]
    fn all_are_likely_warnings() {
        let encoding = Encoding { name: "UTF-16BE".into(), ..Encoding::default() };
        let case = with_metadata(vec![Metadata {
            encoding,
            ..idp_metadata("d1", HeldBy::Publisher, &["a"])
        }]);
        let found = ENCODING_UNUSUAL.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!((finding.severity, finding.certain), (Severity::Warning, false));
    }
}
