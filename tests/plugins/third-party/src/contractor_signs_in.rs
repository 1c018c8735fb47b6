//! A contractor's account signs in where only employees may.
//!
//! Contractors' names begin with `x-`. The check has to see names, so its plugin asks for
//! `secret:personal`; where that is not granted it says so instead of guessing.

use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Vendor, Who, check,
};

static CONTRACTORS_ASSIGNED: CauseData = CauseData {
    text: "A group with contractors is assigned to the application",
    who: Who::Idp,
    setting: Setting::IdpAssignment,
    fix: "Assign groups of employees only",
};

check! {
    /// A contractor signs in to an application for employees.
    ///
    /// Licences are counted per person, and contractors have none. The application lets them in and shows an
    /// empty hub, which is what people then report.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Assertion ID="_2" Version="2.0" IssueInstant="{now}"><saml:Subject><saml:NameID>x-mira@acme.example</saml:NameID></saml:Subject></saml:Assertion></samlp:Response>
    ///
    /// POST https://sense.example/saml @0s
    /// > SAMLResponse={post:response}
    /// < 302
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Assertion ID="_2" Version="2.0" IssueInstant="{now}"><saml:Subject><saml:NameID>mira@acme.example</saml:NameID></saml:Subject></saml:Assertion></samlp:Response>
    ///
    /// POST https://sense.example/saml @0s
    /// > SAMLResponse={post:response}
    /// < 302
    /// ```
    pub static CONTRACTOR_SIGNS_IN = {
        id: "acme/contractor-signs-in",
        title: "A contractor signs in where only employees may",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Landing,
        needs: [Need::Capture],
        explains: [],
        causes: [CONTRACTORS_ASSIGNED],
        references: [],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for name_id in case
        .messages
        .iter()
        .flat_map(|message| &message.assertions)
        .filter_map(|assertion| assertion.name_id.as_ref())
    {
        match name_id.value.text.as_deref() {
            Some(name) if name.starts_with("x-") => out.push(
                Finding::warning("A contractor signs in where only employees may")
                    .at(&name_id.place)
                    .cause(&CONTRACTORS_ASSIGNED, Vendor::named("entra")),
            ),
            Some(_) => {}
            None => out.push(
                Finding::notice(
                    "Whether a contractor signs in was not looked at: the name is withheld",
                )
                .at(&name_id.place),
            ),
        }
    }
}
