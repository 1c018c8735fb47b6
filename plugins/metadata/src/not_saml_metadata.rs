//! `metadata/not-saml-metadata`: something else stands where metadata is expected.

use diag_sdk::case::input::{HeldBy, Trouble};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static WRONG_PAGE_SAVED: CauseData = CauseData {
    text: "A web page or another download was saved in place of the metadata",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Download the Federation Metadata XML (not the certificate, not the page around it) and hand that file over",
};

static WRONG_FILE_LOADED: CauseData = CauseData {
    text: "Another file than the identity provider's metadata was uploaded",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the identity provider's metadata as an XML file",
};

static SP_FILE_WRONG: CauseData = CauseData {
    text: "Another file than the service provider's metadata was handed over",
    who: Who::Sp,
    setting: Setting::SpMetadata,
    fix: "Download the service provider's metadata and hand that file over",
};

check! {
    /// An HTML page, JSON, WS-Federation metadata or something else stands where SAML metadata is expected.
    ///
    /// Saving the log-in page, the portal's page or a certificate instead of the Federation Metadata XML gives a file that
    /// looks right by its name only. The side that loads it learns neither where to send requests nor which keys to trust, so
    /// no sign-in can start: *Apply* fails, or the service provider answers with error 500.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <html xmlns="http://www.w3.org/1999/xhtml"><head><title>Sign in to your account</title></head>
    ///   <body>Sign in</body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static NOT_SAML_METADATA = {
        id: "metadata/not-saml-metadata",
        title: "Something else than SAML metadata where metadata is expected",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp, Need::SpMetadata, Need::SpMetadataInIdp],
        explains: ["virtual-proxy/idp-metadata-unreadable", "metadata/role-descriptor-present", "endpoints/idp-unknown-to-sp", "flow/metadata-or-signing-error-at-sp", "flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::UnknownIdp, Meaning::UnknownEntity])],
        causes: [WRONG_FILE_LOADED, WRONG_PAGE_SAVED, SP_FILE_WRONG],
        references: [Reference::section(Specification::SamlMetadata, "2.3")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for document in case.relevant_broken_documents() {
        let in_configuration = document.configuration.is_some();
        // Garbage and nothing in a virtual proxy's field are findings of their own in that family.
        let reported = match document.trouble {
            Trouble::NotMetadata => true,
            Trouble::NotDecodable | Trouble::Empty => !in_configuration,
            _ => false,
        };
        if !reported {
            continue;
        }
        let entry = document.configuration.as_deref().and_then(|id| case.entry_point(id));
        let found = document.found.clone().unwrap_or_else(|| match document.trouble {
            Trouble::Empty => "an empty file".to_owned(),
            _ => "something that is not SAML metadata".to_owned(),
        });
        let place = match (entry.and_then(|entry| entry.shown_name()), document.held_by) {
            (Some(name), _) => format!("in SAML IdP metadata of {name}"),
            (None, HeldBy::Sp) => "as the service provider's copy of the metadata".to_owned(),
            (None, HeldBy::Idp) => "as the identity provider's copy of the metadata".to_owned(),
            (None, HeldBy::Publisher | HeldBy::Nobody) => "in place of SAML metadata".to_owned(),
        };
        // Nobody may have loaded the file at hand where signing in works.
        let unused = document.held_by == HeldBy::Publisher && case.signed_in();
        let severity = if unused { Severity::Warning } else { Severity::Error };
        let mut finding = Finding::new(severity, format!("{} {place}", capitalised(&found)))
            .at(&document.place)
            .expected("SAML metadata: an EntityDescriptor element", "SAML metadata")
            .actual(found, case.file_of(&document.place.input));
        if !document.explanation.is_empty() {
            finding = finding.detail(document.explanation.clone());
        }
        finding = match document.held_by {
            HeldBy::Sp => match &entry {
                Some(entry) => finding.because_at(&WRONG_FILE_LOADED, entry, None),
                None => finding.because(&WRONG_FILE_LOADED, case),
            }
            .because(&WRONG_PAGE_SAVED, case),
            HeldBy::Publisher | HeldBy::Nobody => finding.because(&WRONG_PAGE_SAVED, case),
            HeldBy::Idp => finding.because(&SP_FILE_WRONG, case),
        };
        out.push(finding);
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::BrokenDocument;
    use diag_sdk::testing::entry_point;

    fn broken(trouble: Trouble, configuration: Option<&str>) -> Case {
        let document = BrokenDocument {
            held_by: HeldBy::Sp,
            configuration: configuration.map(str::to_owned),
            trouble,
            found: Some("an HTML page".into()),
            ..BrokenDocument::default()
        };
        Case {
            broken_documents: vec![document],
            sp_configurations: vec![entry_point()],
            ..Case::default()
        }
    }

    #[test]
    fn says_what_it_is_instead() {
        let found = NOT_SAML_METADATA.judge(&broken(Trouble::NotMetadata, Some("c1")));
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.message, "An HTML page in SAML IdP metadata of azure");
    }

    #[test]
    fn each_trouble_is_reported_once_over_all_checks() {
        for (trouble, configuration, count) in [
            (Trouble::NotMetadata, None, 1),
            (Trouble::Empty, None, 1),
            (Trouble::NotDecodable, None, 1),
            (Trouble::Empty, Some("c1"), 0),
            (Trouble::NotDecodable, Some("c1"), 0),
            (Trouble::NotWellFormed, Some("c1"), 0),
        ] {
            let found = NOT_SAML_METADATA.judge(&broken(trouble, configuration));
            assert_eq!(found.found().len(), count, "{trouble:?} {configuration:?}");
        }
    }
}
