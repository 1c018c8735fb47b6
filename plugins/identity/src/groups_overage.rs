//! A link was sent in place of the groups.

use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Stage, Who,
    check,
};

static TOO_MANY: CauseData = CauseData {
    text: "The person is in more groups than the identity provider puts into an assertion, and it sends a link in place of them",
    who: Who::Idp,
    setting: Setting::IdpGroups,
    fix: "Send only the groups assigned to the application, or filter them by name",
};
static ROLES: CauseData = CauseData {
    text: "Access rests on all groups of the directory rather than on roles of the application",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Give the application roles, assign them, and send them in place of the groups",
};

check! {
    /// A link was sent in place of the groups.
    ///
    /// Entra ID puts at most 150 groups into an assertion. A person with more gets the attribute
    /// `groups.link` instead, which the service provider would have to follow, and hardly any does: the
    /// person signs in without any group and misses the rights that rest on them, while colleagues with
    /// fewer groups have no trouble.
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
    ///       <saml:Attribute Name="http://schemas.microsoft.com/claims/groups.link"><saml:AttributeValue>https://graph.windows.net/t/users/u/getMemberObjects</saml:AttributeValue></saml:Attribute>
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
    ///       <saml:Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"><saml:AttributeValue>sales</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static GROUPS_OVERAGE = {
        id: "identity/groups-overage",
        title: "A link was sent in place of the groups",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["identity/required-attribute-missing"],
        accounts: [Account::sp(&[Meaning::AttributeMissing, Meaning::AccessDenied])],
        causes: [TOO_MANY, ROLES],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-group-claims", "2026-11-24"),
        ],
        run: run,
    }
}

/// What a product sends in place of the groups; documentation prints such names with blanks around.
fn is_link(case: &Case, name: &str) -> bool {
    case.products.iter().any(|product| product.group_links.iter().any(|link| link == name.trim()))
}

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins_and_tokens(out) {
        let Some(link) =
            sign_in.assertion.attributes.iter().find(|attribute| is_link(case, &attribute.name))
        else {
            continue;
        };
        let is_groups = |name: &str| diag_sdk::spec::short(name) == "groups";
        let mandatory = sign_in.entry_points.iter().flat_map(|entry| &entry.attribute_map);
        let mandatory = mandatory.filter(|row| row.mandatory).any(|row| {
            is_groups(&row.attribute.value) && sign_in.attribute(&row.attribute.value).is_none()
        });
        let severity =
            if mandatory && sign_in.refused() { Severity::Error } else { Severity::Warning };
        let mut detail = "The person is in too many groups for an assertion; the service provider gets none of them.".to_owned();
        if mandatory {
            detail.push_str(" The attribute mapping demands them.");
        }
        let finding = sign_in
            .finding(severity, "A link was sent in place of the groups")
            .detail(detail)
            .at(&link.place)
            .expected("the groups themselves", "the attribute of the groups")
            .actual("a link", link.name.trim())
            .because(&TOO_MANY, case)
            .because(&ROLES, case);
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "http://schemas.microsoft.com/claims/groups.link";
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::sp_configuration::MappedAttribute;
    use diag_sdk::testing::{levels, sign_in_sending as sign_in};

    #[test]
    fn the_link_counts_with_and_without_its_blank() {
        for name in [LINK, " http://schemas.microsoft.com/claims/groups.link"] {
            assert_eq!(
                levels(&GROUPS_OVERAGE, &sign_in(Outcome::SignedIn, &[(name, &["https://x"])])),
                [Severity::Warning]
            );
        }
        assert!(
            levels(&GROUPS_OVERAGE, &sign_in(Outcome::SignedIn, &[("groups", &["a"])])).is_empty()
        );
    }

    #[test]
    fn mandatory_groups_make_it_an_error() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(LINK, &["https://x"])]);
        case.sp_configurations[0].attribute_map = vec![MappedAttribute {
            attribute: "groups".into(),
            target: "group".to_owned(),
            mandatory: true,
        }];
        assert_eq!(levels(&GROUPS_OVERAGE, &case), [Severity::Error]);
    }
}
