//! An entityID or URL is not what your own file expects.

use diag_sdk::case::expectation::Aspect;
use diag_sdk::view::Blame;
use diag_sdk::{
    Case, CauseData, Class, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static AT_THE_IDP: CauseData = CauseData {
    text: "The identity provider says otherwise, or the file is out of date",
    who: Who::Idp,
    setting: Setting::IdpReplyUrl,
    fix: "Register the expected value at the identity provider",
};
static AT_THE_SP: CauseData = CauseData {
    text: "The service provider says otherwise, or the file is out of date",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Set the service provider to the expected value",
};

check! {
    /// An entityID or URL is not what your own file expects.
    ///
    /// A team that knows how its service has to look writes that down under `[expect]` in `diag.toml`, or hands it in with
    /// `--expect`. Every source is held against it, character by character, like any two sources: requests, responses, metadata,
    /// registrations and configurations. Which of them has to change is then no longer a question of who is right.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"expectations": [{"of": "sp-entity-id", "values": ["https://sense.example"], "origin": "diag.toml"}],
    ///  "messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest", "issuer": {"value": "https://sense.example/"}}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"expectations": [{"of": "sp-entity-id", "values": ["https://sense.example"], "origin": "diag.toml"}],
    ///  "messages": [{"id": "m1", "kind": "authn-request", "root": "AuthnRequest", "issuer": {"value": "https://sense.example"}}]}
    /// ```
    pub(crate) static NOT_AS_EXPECTED = {
        id: "endpoints/not-as-expected",
        title: "An entityID or URL is not as your file expects",
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
    const OF: &[Aspect] =
        &[Aspect::SpEntityId, Aspect::SpAcsUrl, Aspect::IdpEntityId, Aspect::IdpSsoUrl];
    case.depart_from_expectations(OF, Blame { idp: &AT_THE_IDP, sp: &AT_THE_SP }, out);
}
