//! A NameID format or attribute is not what your own file expects.

use diag_sdk::case::expectation::Aspect;
use diag_sdk::view::Blame;
use diag_sdk::{
    Case, CauseData, Class, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static AT_THE_IDP: CauseData = CauseData {
    text: "The identity provider says otherwise, or the file is out of date",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send what the file expects, or write what is right into the file",
};
static AT_THE_SP: CauseData = CauseData {
    text: "The service provider says otherwise, or the file is out of date",
    who: Who::Sp,
    setting: Setting::SpRequest,
    fix: "Ask for the expected format, or write what is right into the file",
};

check! {
    /// A NameID format or attribute is not what your own file expects.
    ///
    /// A team that knows whom its application has to see writes that down under `[expect]` in `diag.toml`, or hands it in with
    /// `--expect`: the format of the NameID, and attributes with values or patterns. An attribute is right where one of its values
    /// is, for groups come in numbers. What was sent of a person is counted in the report, never shown.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"expectations": [{"of": "name-id-format", "values": ["persistent"], "origin": "diag.toml"}],
    ///  "messages": [{"id": "m1", "kind": "response", "root": "Response", "assertions": [{"direct": true,
    ///    "name_id_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"expectations": [{"of": "name-id-format", "values": ["persistent"], "origin": "diag.toml"}],
    ///  "messages": [{"id": "m1", "kind": "response", "root": "Response", "assertions": [{"direct": true,
    ///    "name_id_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}]}]}
    /// ```
    pub(crate) static NOT_AS_EXPECTED = {
        id: "identity/not-as-expected",
        title: "A NameID format or attribute is not as your file expects",
        levels: [Severity::Error],
        class: Class::Policy,
        stage: Stage::Consumption,
        needs: [Need::Expectations],
        explains: [],
        causes: [AT_THE_IDP, AT_THE_SP],
        references: [Reference::documentation("docs/configuration.md")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    const OF: &[Aspect] = &[Aspect::NameIdFormat, Aspect::Attribute];
    case.depart_from_expectations(OF, Blame { idp: &AT_THE_IDP, sp: &AT_THE_SP }, out);
}
