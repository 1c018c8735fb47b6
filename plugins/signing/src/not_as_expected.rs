//! A certificate or algorithm is not what your own file expects.

use diag_sdk::case::expectation::Aspect;
use diag_sdk::view::Blame;
use diag_sdk::{
    Case, CauseData, Class, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static AT_THE_IDP: CauseData = CauseData {
    text: "The identity provider says otherwise, or the file is out of date",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Activate the expected certificate and algorithm, or write the new ones into the file",
};
static AT_THE_SP: CauseData = CauseData {
    text: "The service provider says otherwise, or the file is out of date",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Sign with the expected certificate and algorithm, or write the new ones into the file",
};

check! {
    /// A certificate or algorithm is not what your own file expects.
    ///
    /// A team that knows which certificate a side signs with, and how, writes that down under `[expect]` in `diag.toml`, or hands
    /// it in with `--expect`. Metadata, registrations and the signatures that were made are held against it; a thumbprint may
    /// be SHA-1 or SHA-256, with or without colons. A renewal that reached only one side shows here before it breaks anything.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"expectations": [{"of": "sp-signature-algorithm", "values": ["rsa-sha256"], "origin": "diag.toml"}],
    ///  "messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest",
    ///    "query_signature": {"algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "value": "unknown"}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"expectations": [{"of": "sp-signature-algorithm", "values": ["rsa-sha256"], "origin": "diag.toml"}],
    ///  "messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest",
    ///    "query_signature": {"algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "value": "unknown"}}]}
    /// ```
    pub(crate) static NOT_AS_EXPECTED = {
        id: "signing/not-as-expected",
        title: "A certificate or algorithm is not as your file expects",
        levels: [Severity::Error],
        class: Class::Policy,
        stage: Stage::Configuration,
        needs: [Need::Expectations],
        explains: [],
        causes: [AT_THE_IDP, AT_THE_SP],
        references: [Reference::documentation("docs/configuration.md")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    const OF: &[Aspect] = &[
        Aspect::SpCertificate,
        Aspect::SpSignatureAlgorithm,
        Aspect::IdpCertificate,
        Aspect::IdpSignatureAlgorithm,
        Aspect::IdpDigestAlgorithm,
    ];
    case.depart_from_expectations(OF, Blame { idp: &AT_THE_IDP, sp: &AT_THE_SP }, out);
}
