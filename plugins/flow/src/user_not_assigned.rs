//! The person is not assigned to the application.

use diag_sdk::{
    Account, Case, CauseData, Confirmation, Meaning, Need, Reference, Refusal, Setting, Severity,
    Stage, Who, check,
};

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
        accounts: [Account::idp(&[Meaning::NotAssigned]).codes(&["AADSTS50105"])],
        causes: [NOT_ASSIGNED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-11-24").about("AADSTS50105"),
        ],
        refusal: Refusal { headline: "The person is not assigned to the application", confirmed: Some(assignment_required), exact: None },
    }
}

/// The export says that only those who are assigned may use the application.
fn assignment_required(case: &Case) -> Option<Confirmation<'_>> {
    let required = case
        .relevant_registrations()
        .find_map(|registration| registration.assignment_required.as_ref())?;
    let words = "The export confirms it: appRoleAssignmentRequired is true.";
    required.value.then_some(Confirmation { place: &required.place, words })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::registration::IdpRegistration;
    use diag_sdk::testing::{findings, refused_by_idp, registration};
    use diag_sdk::{Place, Sited};

    #[test]
    fn the_export_confirms_it_where_it_demands_an_assignment() {
        for (required, detail) in [
            (true, Some("The export confirms it: appRoleAssignmentRequired is true.")),
            (false, None),
        ] {
            let mut case = refused_by_idp(&["AADSTS50105"], &[]);
            let assignment_required = Some(Sited::new(required, Place::default()));
            case.registrations
                .push(IdpRegistration { assignment_required, ..registration(&[], &[]) });
            let found = findings(&USER_NOT_ASSIGNED, &case);
            assert_eq!((found.len(), found[0].detail.as_deref()), (1, detail));
        }
    }

    #[test]
    fn other_products_say_it_in_their_own_words() {
        assert_eq!(
            findings(&USER_NOT_ASSIGNED, &refused_by_idp(&[], &[Meaning::NotAssigned])).len(),
            1
        );
        assert!(findings(&USER_NOT_ASSIGNED, &refused_by_idp(&[], &[Meaning::Acs])).is_empty());
    }
}
