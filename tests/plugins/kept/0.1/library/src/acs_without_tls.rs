//! A consumer service URL has no TLS.

use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

static PLAIN_HOST_URI: CauseData = CauseData {
    text: "The service provider builds its addresses from a host URI that begins with http://",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Enter the host URI with https:// and publish the metadata again",
};

check! {
    /// The metadata names a consumer service URL that begins with `http://`.
    ///
    /// Everybody on the way can read what is posted there.
    ///
    /// ## Fails
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://sense.example/saml"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml sp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
    ///   <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sense.example/saml"/>
    ///   </SPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub static ACS_WITHOUT_TLS = {
        id: "kept/acs-without-tls",
        title: "A consumer service URL has no TLS",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::SpMetadata],
        explains: [],
        causes: [PLAIN_HOST_URI],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for sp in case.metadata.iter().filter_map(|metadata| metadata.sp.as_ref()) {
        for acs in sp.acs.iter().filter(|acs| acs.location.value.starts_with("http://")) {
            let right = acs.location.value.replacen("http://", "https://", 1);
            out.push(
                Finding::warning("Responses are to be sent to an address without TLS")
                    .at(&acs.location.place)
                    .cause_with(&PLAIN_HOST_URI, case.sp_vendor, None, Some(&right)),
            );
        }
    }
}
