//! `metadata/not-well-formed`: the XML of a metadata document does not parse.

use diag_sdk::case::input::{BrokenDocument, HeldBy, Trouble};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Mend, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static EDITED_BY_HAND: CauseData = CauseData {
    text: "An edit by hand took one tag of a pair and left the other, as happens when a RoleDescriptor is deleted",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Download the metadata again, let `diag fix` remove the RoleDescriptors, and upload the result",
};

static CUT_SHORT: CauseData = CauseData {
    text: "The file was cut short or altered while it was saved or copied",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Download the metadata again and keep it as it is",
};

static SP_FILE_DAMAGED: CauseData = CauseData {
    text: "The file was cut short or altered while it was saved or copied",
    who: Who::Sp,
    setting: Setting::SpMetadata,
    fix: "Download the service provider's metadata again and keep it as it is",
};

check! {
    /// A metadata document does not parse as XML.
    ///
    /// Whoever loads the document gets nothing out of it: Qlik Sense refuses it when *Apply* is clicked, or answers sign-ins
    /// with error 500. The usual reason is an edit by hand. Removing the `RoleDescriptor` elements with a text editor easily
    /// takes an opening tag and leaves its closing tag behind, removes only the first of a pair, or pastes two files together.
    /// The finding names line and column of the first break.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   </RoleDescriptor>
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    ///       Location="https://login.microsoftonline.com/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
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
    pub(crate) static NOT_WELL_FORMED = {
        id: "metadata/not-well-formed",
        title: "Metadata is not well-formed XML",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Documents,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp, Need::SpMetadata, Need::SpMetadataInIdp],
        explains: ["virtual-proxy/idp-metadata-unreadable", "metadata/role-descriptor-present", "endpoints/idp-unknown-to-sp", "flow/metadata-or-signing-error-at-sp", "flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::UnknownIdp, Meaning::UnknownEntity])],
        causes: [EDITED_BY_HAND, CUT_SHORT, SP_FILE_DAMAGED],
        references: [
            Reference::section(Specification::Xml, "2.1"),
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("a file with wrong format or content is refused at Apply"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for document in case.relevant_broken_documents() {
        let Some(fact) = fact(document.trouble) else { continue };
        let entry = document.configuration.as_deref().and_then(|id| case.entry_point(id));
        // Beyond our own bounds nobody can tell whether the product copes.
        let severity =
            if document.trouble == Trouble::TooLarge { Severity::Warning } else { Severity::Error };
        let where_it_is = match (entry.and_then(|entry| entry.shown_name()), document.held_by) {
            (Some(name), _) => format!("SAML IdP metadata of {name}"),
            (None, HeldBy::Sp) => format!(
                "The copy the service provider holds ({})",
                case.file_of(&document.place.input)
            ),
            _ => case.file_of(&document.place.input).to_owned(),
        };
        let mut finding = Finding::new(severity, format!("{where_it_is} {fact}"))
            .detail(explained(document))
            .at(&document.place)
            .expected("one EntityDescriptor element, well-formed", "XML 1.0 and SAML metadata");
        finding = match document.held_by {
            HeldBy::Sp => match &entry {
                Some(entry) => finding.because_at(&EDITED_BY_HAND, entry, None),
                None => finding.because(&EDITED_BY_HAND, case),
            }
            .because(&CUT_SHORT, case),
            HeldBy::Publisher | HeldBy::Nobody => {
                finding.because(&CUT_SHORT, case).because(&SP_FILE_DAMAGED, case)
            }
            HeldBy::Idp => finding.because(&SP_FILE_DAMAGED, case),
        };
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        out.push(
            repairs(document.trouble)
                .iter()
                .fold(finding, |finding, mend| finding.repair(*mend, &document.place)),
        );
    }
}

/// What the headline says of the document; `None` for troubles that other checks report.
fn fact(trouble: Trouble) -> Option<&'static str> {
    match trouble {
        Trouble::NotWellFormed => Some("is not well-formed XML"),
        Trouble::SeveralRoots => Some("has more than one root element"),
        Trouble::Truncated => Some("is cut short"),
        Trouble::Doctype => Some("has a document type declaration"),
        Trouble::TooLarge => Some("is too large to be judged"),
        Trouble::NotMetadata | Trouble::NotDecodable | Trouble::Empty => None,
    }
}

/// What may help, and the spelling that nobody could look at as long as the document does not parse. Whether it
/// does help shows when it is tried.
fn repairs(trouble: Trouble) -> &'static [Mend] {
    match trouble {
        Trouble::NotWellFormed | Trouble::SeveralRoots | Trouble::Truncated => &[
            Mend::MakeWellFormed,
            Mend::CorrectDeclaration,
            Mend::CorrectNamespaces,
            Mend::ClearCertificates,
        ],
        _ => &[],
    }
}

fn explained(document: &BrokenDocument) -> String {
    let at = match (document.place.line, document.place.column) {
        (Some(line), Some(column)) => format!("Line {line}, column {column}: "),
        (Some(line), None) => format!("Line {line}: "),
        _ => String::new(),
    };
    let consequence = match document.trouble {
        Trouble::Doctype => " SAML products refuse document type declarations, and so does diag.",
        Trouble::TooLarge => " Nothing else about this document was judged.",
        _ => " Nothing in this document takes effect until it parses.",
    };
    let reason = document.explanation.trim().trim_end_matches('.');
    let reason = if reason.is_empty() { "the document breaks here" } else { reason };
    format!("{at}{reason}.{consequence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Place;
    use diag_sdk::testing::entry_point;

    fn broken(trouble: Trouble) -> Case {
        let place =
            Place { input: "i1".into(), line: Some(3), column: Some(5), ..Place::default() };
        let explanation = "the closing tag RoleDescriptor has no opening tag".to_owned();
        Case {
            broken_documents: vec![BrokenDocument {
                place,
                held_by: HeldBy::Sp,
                configuration: Some("c1".into()),
                trouble,
                explanation,
                ..BrokenDocument::default()
            }],
            sp_configurations: vec![entry_point()],
            ..Case::default()
        }
    }

    #[test]
    fn names_line_column_and_what_broke() {
        let found = NOT_WELL_FORMED.judge(&broken(Trouble::NotWellFormed));
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.message, "SAML IdP metadata of azure is not well-formed XML");
        assert_eq!(
            finding.detail.as_deref(),
            Some(
                "Line 3, column 5: the closing tag RoleDescriptor has no opening tag. Nothing in this document takes effect until it parses."
            )
        );
    }

    #[test]
    fn each_trouble_has_its_check_and_level() {
        for (trouble, level) in [
            (Trouble::SeveralRoots, Some(Severity::Error)),
            (Trouble::Truncated, Some(Severity::Error)),
            (Trouble::Doctype, Some(Severity::Error)),
            (Trouble::TooLarge, Some(Severity::Warning)),
            (Trouble::NotMetadata, None),
            (Trouble::NotDecodable, None),
            (Trouble::Empty, None),
        ] {
            assert_eq!(
                NOT_WELL_FORMED
                    .judge(&broken(trouble))
                    .found()
                    .first()
                    .map(|finding| finding.severity),
                level,
                "{trouble:?}"
            );
        }
    }

    #[test]
    fn an_entry_point_of_no_concern_is_left_alone() {
        let mut case = broken(Trouble::NotWellFormed);
        case.sp_configurations[0].relevant = false;
        assert!(NOT_WELL_FORMED.judge(&case).found().is_empty());
    }
}
