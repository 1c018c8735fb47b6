use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::exchange::Side;
use diag_sdk::{Account, Case, CauseData, Finding, Findings, Meaning, Need, Place, Setting, Severity, Stage, Who, check};

static NOT_ASSIGNED: CauseData = CauseData {
    text: "The application demands an assignment, and neither this person nor a group they are a direct member of is assigned",
    who: Who::Idp,
    setting: Setting::IdpAssignment,
    fix: "Assign the person, or a group in which they are a direct member; members of nested groups are not assigned",
};

check! {
    /// The person is not assigned to the application.
    ///
    /// The identity provider knows the person and the application, and its administrator has decided that
    /// only those who are assigned may use it. Entra ID says so with AADSTS50105; membership in a group
    /// inside an assigned group does not count. Other products say that access to the application was
    /// denied. Nothing is wrong with the federation itself.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><body>AADSTS50105: Your administrator has configured the application to block users who are not assigned.</body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><body><form><input type="password" name="passwd"/></form></body></html>
    /// ```
    pub static USER_NOT_ASSIGNED = {
        id: "flow/user-not-assigned",
        title: "The person is not assigned to the application",
        levels: [Severity::Error],
        stage: Stage::Authentication,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered"],
        accounts: [Account::idp(&[Meaning::NotAssigned])],
        causes: [NOT_ASSIGNED],
        references: ["Microsoft Entra: AADSTS50105"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let stopped = |attempt: Option<&Attempt>| attempt.map_or(!case.signed_in(), Attempt::failed);
    let by_code = case.vendor_codes().into_iter().filter(|seen| seen.code == "AADSTS50105" && stopped(seen.attempt));
    let by_code = by_code.map(|seen| (seen.code.to_owned(), Some(seen.place), seen.attempt));
    let by_text =
        case.phrases_of(Side::Idp).into_iter().filter(|seen| seen.phrase.meaning == Meaning::NotAssigned && stopped(seen.attempt));
    let by_text = by_text.map(|seen| (seen.phrase.text.clone(), seen.place, seen.attempt));
    let mut told: Vec<Option<String>> = Vec::new();
    for (said, place, attempt) in by_code.chain(by_text) {
        let id = attempt.map(|attempt| attempt.id.clone());
        if told.contains(&id) {
            continue;
        }
        out.push(finding(case, &said, place).attempt(id.clone().unwrap_or_default()));
        told.push(id);
    }
}

fn finding(case: &Case, said: &str, place: Option<&Place>) -> Finding {
    let application = case.relevant_registrations().find_map(|registration| registration.name.as_deref());
    let required = case.relevant_registrations().find_map(|registration| registration.assignment_required.as_ref());
    let mut finding = Finding::error("The person is not assigned to the application")
        .actual(said, "the identity provider's page")
        .at_all(place)
        .cause_with(&NOT_ASSIGNED, case.idp_vendor, application, None);
    if let Some(required) = required.filter(|required| required.value) {
        finding = finding.at(&required.place).detail("The export confirms it: appRoleAssignmentRequired is true.");
    }
    finding
}
