//! Groups come as object ids where names are expected.

use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::tenant::is_guid;
use diag_sdk::view::SignIn;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Stage, Who,
    check, spec,
};

static IDS_ARE_SENT: CauseData = CauseData {
    text: "The identity provider sends the object ids of groups, not their names",
    who: Who::Idp,
    setting: Setting::IdpGroups,
    fix: "Choose names as the source of the group claim: sAMAccountName for groups that are synchronised, display names for those assigned to the application",
};
static RULES_WANT_NAMES: CauseData = CauseData {
    text: "The service provider's rules name groups by words that are never sent",
    who: Who::Sp,
    setting: Setting::SpAccessRule,
    fix: "Enter the object ids in the rules, or wait for the identity provider to send names",
};

check! {
    /// Groups come as object ids where names are expected.
    ///
    /// Entra ID sends groups as GUIDs unless it is told otherwise. Rules at the service provider that name the group
    /// `Finance` never match `0f3c…`: people sign in and lack the rights that rest on the group, or are kept out. The ids
    /// themselves are no fault: some rules are written with them.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:AttributeStatement>
    ///       <saml:Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"><saml:AttributeValue>0f3c5a1e-7b2d-4e60-9a41-0c8d2e6f7a13</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:AttributeStatement>
    ///       <saml:Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"><saml:AttributeValue>Finance</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static GROUPS_ARE_OBJECT_IDS = {
        id: "identity/groups-are-object-ids",
        title: "Groups come as object ids, not as names",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp(&[Meaning::AccessDenied])],
        causes: [IDS_ARE_SENT, RULES_WANT_NAMES],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-group-claims", "2026-11-24"),
        ],
        run: run,
    }
}

/// Last parts of names under which groups and roles are sent.
const GROUPS: &[&str] = &["groups", "group", "memberof", "role", "roles"];

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins(out) {
        let is_groups = |name: &str| GROUPS.contains(&spec::short(name).to_lowercase().as_str());
        let ids = |text: Option<&str>| text.is_some_and(|text| is_guid(text.trim()));
        let groups = sign_in.assertion.attributes.iter().find(|attribute| {
            // Values may be sealed: then nothing can be told of them.
            is_groups(&attribute.name)
                && !attribute.values.is_empty()
                && attribute.values.iter().all(|value| ids(value.value.text.as_deref()))
        });
        let Some(groups) = groups else { continue };
        let (severity, why) = weigh(&sign_in);
        let count = groups.values.len();
        let mut finding = sign_in
            .finding(severity, "Groups come as object ids, not as names")
            .detail(why)
            .expected(
                "names of groups, where rules are written with names",
                "what people write into rules",
            )
            .actual(
                if count == 1 { "one object id".to_owned() } else { format!("{count} object ids") },
                groups.name.clone(),
            )
            .at(&groups.place);
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        if let Some(place) = case.relevant_registrations().find_map(sent_as_ids) {
            finding = finding.at(place);
        }
        out.push(finding.because(&IDS_ARE_SENT, case).because(&RULES_WANT_NAMES, case));
    }
}

/// A refusal of somebody who signed in, or rules of the service provider that rest on groups, show that it matters.
fn weigh(sign_in: &SignIn<'_>) -> (Severity, &'static str) {
    let said = sign_in.said(&[Meaning::AccessDenied]);
    let mapped = sign_in
        .entry_points
        .iter()
        .flat_map(|entry| &entry.attribute_map)
        .any(|row| GROUPS.contains(&spec::short(&row.attribute.value).to_lowercase().as_str()));
    if said {
        (
            Severity::Warning,
            "The service provider denies access to somebody who signed in: a rule that names the group by its name never matches an id.",
        )
    } else if mapped {
        (
            Severity::Notice,
            "The service provider takes the groups over; rules that name a group by its name never match an id.",
        )
    } else {
        (Severity::Notice, "Rules that name a group by its name never match an id.")
    }
}

/// Where the registration says that groups are sent, and names nothing but ids for them.
fn sent_as_ids(registration: &IdpRegistration) -> Option<&diag_sdk::Place> {
    let named = registration.optional_claims.iter().find(|claim| claim.name.value == "groups");
    if named.is_some_and(|claim| !claim.properties.is_empty()) {
        return None;
    }
    named
        .map(|claim| &claim.name.place)
        .or(registration.group_claims.as_ref().map(|claims| &claims.place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{levels, says_at, sign_in_sending as sign_in};

    const GROUPS_CLAIM: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
    const ID: &str = "0f3c5a1e-7b2d-4e60-9a41-0c8d2e6f7a13";

    #[test]
    fn ids_alone_are_a_notice_and_a_denial_makes_them_a_warning() {
        let mut case = sign_in(Outcome::SignedIn, &[(GROUPS_CLAIM, &[ID, ID])]);
        assert_eq!(levels(&GROUPS_ARE_OBJECT_IDS, &case), [Severity::Notice]);
        case = sign_in(Outcome::DeniedAfterSignIn, &[(GROUPS_CLAIM, &[ID])]);
        says_at(&mut case, 2, Meaning::AccessDenied, "Access denied");
        assert_eq!(levels(&GROUPS_ARE_OBJECT_IDS, &case), [Severity::Warning]);
    }

    #[test]
    fn names_among_them_or_other_attributes_are_no_matter() {
        assert!(
            levels(
                &GROUPS_ARE_OBJECT_IDS,
                &sign_in(Outcome::SignedIn, &[(GROUPS_CLAIM, &[ID, "Finance"])])
            )
            .is_empty()
        );
        assert!(
            levels(
                &GROUPS_ARE_OBJECT_IDS,
                &sign_in(Outcome::SignedIn, &[("objectidentifier", &[ID])])
            )
            .is_empty()
        );
        assert!(
            levels(&GROUPS_ARE_OBJECT_IDS, &sign_in(Outcome::SignedIn, &[(GROUPS_CLAIM, &[])]))
                .is_empty()
        );
    }
}
