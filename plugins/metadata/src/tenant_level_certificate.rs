//! `metadata/tenant-level-certificate`: the tenant's own key in place of the application's.

use diag_sdk::case::certificate::Certificate;
use diag_sdk::case::input::HeldBy;
use diag_sdk::{Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check};

/// Who issues the certificates of tenant-level keys, in the public and the Chinese cloud.
const ISSUERS: &[&str] =
    &["accounts.accesscontrol.windows.net", "accounts.accesscontrol.chinacloudapi.cn"];

static DOWNLOADED_WITHOUT_APPID: CauseData = CauseData {
    text: "The metadata was downloaded from the tenant's address, without the application's id",
    who: Who::Idp,
    setting: Setting::IdpMetadata,
    fix: "Download the Federation Metadata XML from the application's single sign-on page, whose address ends in appid=",
};

static UPLOADED_TENANT_FILE: CauseData = CauseData {
    text: "The service provider was given the tenant's metadata",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Upload the application's own metadata",
};

check! {
    /// The signing certificate in the metadata belongs to the whole tenant, not to the application.
    ///
    /// Entra ID publishes two kinds of metadata: the tenant's, with keys that Microsoft rotates on its own, and the
    /// application's (its address carries `appid=`), with the certificate the administrator sees and renews. A service provider
    /// that was given the tenant's file may work for weeks and then refuses every sign-in after a rotation. Certificates of
    /// tenant keys are issued by `accounts.accesscontrol.windows.net`.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata-in-sp
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"
    ///   entityID="https://sts.windows.net/7c0b6a4e-2f19-4d83-9e5a-1b7f3c8d2a60/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
    ///       <X509Certificate>{{certificate:tenant-level}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
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
    pub(crate) static TENANT_LEVEL_CERTIFICATE = {
        id: "metadata/tenant-level-certificate",
        title: "Certificate of the tenant, not of the application",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::IdpMetadata, Need::IdpMetadataInSp],
        explains: [],
        causes: [DOWNLOADED_WITHOUT_APPID, UPLOADED_TENANT_FILE],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/federation-metadata", "2026-11-24").about("appid"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/signing-key-rollover", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let held = case
        .idp_metadata_held()
        .iter()
        .any(|copy| copy.idp_signing_certificates().any(is_tenant_level));
    for copy in case.idp_metadata_copies() {
        let tenant_level: Vec<&Certificate> = copy
            .metadata
            .idp_signing_certificates()
            .filter(|certificate| is_tenant_level(certificate))
            .collect();
        let Some(first) = tenant_level.first() else { continue };
        // What the service provider holds is what counts; the published file repeats it.
        if held && copy.held_by == HeldBy::Publisher {
            continue;
        }
        let tenant = case.tenant_of(&copy.entity_id).map(|tenant| tenant.to_string());
        let value = case.metadata_url(tenant.as_deref());
        let finding = copy
            .finding(Severity::Warning, "The signing certificate is the tenant's, not the application's")
            .detail(format!(
                "{} in {} was issued by {}. Such keys rotate on their own every few weeks; a copy of the metadata then stops working.",
                first.label(),
                copy.origin,
                first.issuer
            ))
            .at_all(tenant_level.iter().map(|certificate| &certificate.place))
            .expected("a certificate made for the application", "metadata downloaded with the application's id")
            .actual(first.issuer.clone(), copy.origin.clone())
            .because_with(&DOWNLOADED_WITHOUT_APPID, case, value.as_deref());
        out.push(if copy.held_by == HeldBy::Sp {
            finding.because(&UPLOADED_TENANT_FILE, case)
        } else {
            finding
        });
    }
}

fn is_tenant_level(certificate: &Certificate) -> bool {
    let issuer = certificate.issuer.to_lowercase();
    ISSUERS.iter().any(|known| issuer.split(',').any(|part| part.trim() == format!("cn={known}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::testing::{idp_metadata, with_metadata};

    fn issued_by(held_by: HeldBy, issuer: &str) -> Metadata {
        let mut copy = idp_metadata("d1", held_by, &["a"]);
        if let Some(role) = &mut copy.idp {
            role.keys[0].certificates[0].issuer = issuer.to_owned();
        }
        copy
    }

    fn count(case: &Case) -> usize {
        TENANT_LEVEL_CERTIFICATE.judge(case).found().len()
    }

    #[test]
    fn the_issuer_decides() {
        for (issuer, found) in [
            ("CN=accounts.accesscontrol.windows.net", 1),
            ("CN=Accounts.AccessControl.Windows.Net", 1),
            ("a certificate made for the application", 0),
            ("CN=accounts.accesscontrol.windows.net.evil.example", 0),
        ] {
            assert_eq!(
                count(&with_metadata(vec![issued_by(HeldBy::Sp, issuer)])),
                found,
                "{issuer}"
            );
        }
    }

    #[test]
    fn the_same_in_both_copies_is_said_once() {
        let issuer = "CN=accounts.accesscontrol.windows.net";
        let both = with_metadata(vec![
            issued_by(HeldBy::Sp, issuer),
            issued_by(HeldBy::Publisher, issuer),
        ]);
        assert_eq!(count(&both), 1);
        let published = with_metadata(vec![
            idp_metadata("d2", HeldBy::Sp, &["a"]),
            issued_by(HeldBy::Publisher, issuer),
        ]);
        assert_eq!(count(&published), 1);
    }
}
