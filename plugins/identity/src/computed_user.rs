//! Which user the service provider makes of the assertion.

use diag_sdk::{Case, Findings, Need, Reference, Severity, Stage, Told, check};

check! {
    /// Which user the service provider makes of the assertion.
    ///
    /// Qlik Sense knows a user as directory and id. When a person is in as one user through another way
    /// (Windows, an earlier virtual proxy) and as another through SAML, licences and rights seem lost.
    /// Said here so that it can be compared with the user list of the management console.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserId": "name", "samlAttributeUserDirectory": "[CONTOSO]"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:AttributeStatement>
    ///       <saml:Attribute Name="name"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
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
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserId": "name", "samlAttributeUserDirectory": "[CONTOSO]"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:AttributeStatement>
    ///       <saml:Attribute Name="mail"><saml:AttributeValue>ada@contoso.example</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    pub static COMPUTED_USER = {
        id: "identity/computed-user",
        title: "The user the service provider makes of the assertion",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Capture],
        explains: [],
        causes: [],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<String> = Vec::new();
    for sign_in in case.sign_ins(out) {
        for entry in &sign_in.entry_points {
            let Some(user) = sign_in.user(entry) else { continue };
            let (user, place) = (user.shown(), &user.id.place);
            if told.contains(&user) {
                continue;
            }
            let finding = sign_in
                .finding(Severity::Notice, "The user the service provider makes of the assertion")
                .detail(format!("The person is known as {user} through {}.", entry.name))
                .actual(user.clone(), "user directory and user id")
                .tells(Told::User)
                .at(place);
            out.push(finding);
            told.push(user);
        }
    }
}

/// `DIRECTORY\\id`, and where the id stands.
#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{NAME_CLAIM as NAME, assertion, sign_in_sending as sign_in};

    fn computed(case: &Case) -> Option<String> {
        COMPUTED_USER.judge(case).found().first().and_then(|finding| finding.actual.clone())
    }

    #[test]
    fn directory_and_id_make_a_user() {
        let mut case = sign_in(Outcome::SignedIn, &[(NAME, &["ada"]), ("domain", &["CONTOSO"])]);
        assert_eq!(computed(&case).as_deref(), Some("AZURE\\ada"));
        case.sp_configurations[0].user_directory = Some("domain".into());
        assert_eq!(computed(&case).as_deref(), Some("CONTOSO\\ada"));
        case.sp_configurations[0].user_directory = Some("tenant".into());
        assert_eq!(computed(&case), None);
        case.sp_configurations[0].user_directory = None;
        assert_eq!(computed(&case), None);
    }

    #[test]
    fn a_withheld_id_stays_withheld() {
        let mut case = sign_in(Outcome::SignedIn, &[(NAME, &["ada"])]);
        assertion(&mut case).attributes[0].values[0].value.text = None;
        assert!(computed(&case).is_some_and(|user| user.starts_with("AZURE\\‹3 characters")));
    }
}
