//! `metadata/edited-after-signing`: the document's own signature does not fit any more.

use diag_sdk::case::signature::Verdict;
use diag_sdk::{
    Case, CauseData, Findings, Need, Reference, Setting, Severity, Specification, Stage, Who, check,
};

static ROLES_REMOVED: CauseData = CauseData {
    text: "RoleDescriptors were removed as the set-up guide asks; that breaks the signature",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Nothing to do, as long as the product does not verify the signature of metadata",
};

static FILE_ALTERED: CauseData = CauseData {
    text: "The file was edited, reformatted or saved in another encoding after it was signed",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Download the metadata again should anything in it be in doubt",
};

check! {
    /// The signature that a metadata document carries does not verify any more.
    ///
    /// That is what removing the `RoleDescriptor` elements does: the signature covers the whole document. Qlik Sense and most
    /// products do not look at it when a file is uploaded by hand, so the sign-in is not affected. It is mentioned because it
    /// also shows an edit nobody knows of; products that do verify metadata would refuse the file.
    ///
    /// ## Fails
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
    /// ```json facts
    /// { "metadata": [{ "signatures": [{ "parent": "EntityDescriptor", "value": "unknown",
    ///     "references": [{ "uri": "", "digest": "wrong" }] }] }] }
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
    /// ```json facts
    /// { "metadata": [{ "signatures": [{ "parent": "EntityDescriptor", "value": "right",
    ///     "references": [{ "uri": "", "digest": "right" }] }] }] }
    /// ```
    pub(crate) static EDITED_AFTER_SIGNING = {
        id: "metadata/edited-after-signing",
        title: "Metadata was edited after it was signed",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: [],
        causes: [ROLES_REMOVED, FILE_ALTERED],
        references: [Reference::section(Specification::SamlMetadata, "3")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for copy in case.idp_metadata_copies() {
        if copy.signature_untried {
            // Of a large aggregate only some entities were read: the entity's own document would tell.
            out.missing(Need::IdpMetadata);
        }
        let Some(signature) = copy
            .signatures
            .iter()
            .find(|signature| signature.digest_wrong() || signature.value == Verdict::Wrong)
        else {
            continue;
        };
        let what = if signature.digest_wrong() {
            "its content is not what was signed"
        } else {
            "the signature value does not fit its key"
        };
        let cleaned = copy.role_descriptors.is_empty();
        let expectation =
            if cleaned { " That is to be expected once RoleDescriptors were removed." } else { "" };
        let reason = if cleaned { &ROLES_REMOVED } else { &FILE_ALTERED };
        out.push(
            copy.finding(Severity::Notice, "Metadata was edited after it was signed")
                .detail(format!(
                    "The signature of {} does not verify: {what}.{expectation}",
                    copy.origin
                ))
                .at(&signature.place)
                .because(reason, case),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::signature::{Reference, Signature};
    use diag_sdk::testing::{idp_metadata, with_metadata};

    fn signed(value: Verdict, digest: Verdict) -> Case {
        let mut copy = idp_metadata("d1", HeldBy::Sp, &["a"]);
        copy.signatures = vec![Signature {
            value,
            references: vec![Reference { digest, ..Reference::default() }],
            ..Signature::default()
        }];
        with_metadata(vec![copy])
    }

    #[test]
    fn only_a_wrong_signature_is_worth_a_notice() {
        for (value, digest, found) in [
            (Verdict::Right, Verdict::Right, 0),
            (Verdict::Unknown, Verdict::Unknown, 0),
            (Verdict::Unknown, Verdict::Right, 0),
            (Verdict::Unknown, Verdict::Wrong, 1),
            (Verdict::Wrong, Verdict::Right, 1),
        ] {
            let findings = EDITED_AFTER_SIGNING.judge(&signed(value, digest));
            assert_eq!(findings.found().len(), found, "{value:?} {digest:?}");
            assert!(findings.found().iter().all(|finding| finding.severity == Severity::Notice));
        }
    }

    #[test]
    fn a_signature_that_was_not_verified_leaves_the_question_open() {
        let mut copy = idp_metadata("d1", HeldBy::Publisher, &["a"]);
        copy.signature_untried = true;
        let judged = EDITED_AFTER_SIGNING.judge(&with_metadata(vec![copy]));
        assert_eq!((judged.found().len(), judged.missed()), (0, &[Need::IdpMetadata][..]));
    }

    #[test]
    fn unsigned_metadata_is_silent() {
        assert!(
            EDITED_AFTER_SIGNING
                .judge(&with_metadata(vec![idp_metadata("d1", HeldBy::Sp, &["a"])]))
                .found()
                .is_empty()
        );
    }
}
