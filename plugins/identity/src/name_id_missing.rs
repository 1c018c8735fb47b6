//! The subject of the assertion has no NameID.

use diag_sdk::case::input::HeldBy;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static NO_SOURCE: CauseData = CauseData {
    text: "The identity provider sends no NameID, or its source is empty for this person",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Fill the NameID (unique user identifier) from a field that everybody has",
};

check! {
    /// The subject of the assertion has no NameID.
    ///
    /// Many service providers take the user from the NameID, and all need it for single logout. Without
    /// one they refuse the response or cannot sign the person out later. Products that read the user
    /// from an attribute do not need it.
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
    ///       <saml:Attribute Name="name"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// | <html><body>NameID not found in the assertion of the Response</body></html>
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
    ///     <saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject>
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
    pub static NAME_ID_MISSING = {
        id: "identity/name-id-missing",
        title: "The subject has no NameID",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::NameIdMissing])],
        logged: "The service provider found no NameID",
        causes: [NO_SOURCE],
        references: [
            Reference::section(Specification::SamlCore, "2.4.1"),
            Reference::section(Specification::SamlProfiles, "4.4.4.1"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins(out) {
        let blank = sign_in.assertion.name_id.as_ref().is_none_or(|name_id| name_id.blank);
        if !blank || sign_in.assertion.encrypted_id {
            continue;
        }
        let said = sign_in.refused() && sign_in.said(&[Meaning::NameIdMissing]);
        let logs_out = sign_in.entry_points.iter().any(|entry| entry.single_logout == Some(true));
        let wanted = case.sp_metadata(HeldBy::Publisher).chain(case.sp_metadata(HeldBy::Idp)).any(
            |metadata| {
                metadata
                    .sp
                    .as_ref()
                    .is_some_and(|role| !role.name_id_formats.is_empty() || !role.slo.is_empty())
            },
        );
        // A product that reads the user from an attribute needs no NameID: silence where nothing asks for one.
        // The metadata asks for one, the response was refused, and no other reason was given.
        let turned_away = sign_in.refused()
            && wanted
            && sign_in.entry_points.is_empty()
            && sign_in.reason_is(&[]).is_none();
        let detail = if said {
            "The service provider says that it needs one."
        } else if turned_away {
            "The service provider's metadata offers single logout or names NameID formats, for which it needs one, and it refused this response without another word."
        } else if logs_out || wanted {
            "The service provider offers single logout or names NameID formats; without a NameID it cannot tell the identity provider whom to sign out."
        } else if sign_in.refused() && sign_in.entry_points.is_empty() {
            "Many service providers take the user from it, and this one refused the response."
        } else {
            continue;
        };
        let headline = if sign_in.assertion.name_id.is_some() {
            "The NameID is empty"
        } else {
            "The subject has no NameID"
        };
        let severity = if said || turned_away { Severity::Error } else { Severity::Warning };
        let mut finding = sign_in
            .finding(severity, headline)
            .detail(detail)
            .at(sign_in
                .assertion
                .name_id
                .as_ref()
                .map_or(&sign_in.assertion.place, |name_id| &name_id.place))
            .expected("a NameID", "saml-core-2.0-os §2.4.1")
            .because(&NO_SOURCE, case);
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::metadata::{Metadata, SpRole};
    use diag_sdk::testing::{
        assertion, levels, personal, says_at as says, sign_in_sending as sign_in,
    };
    use diag_sdk::{Place, Sited};

    fn nameless(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome, &[]);
        assertion(&mut case).name_id = None;
        case
    }

    #[test]
    fn it_matters_only_to_who_needs_it() {
        assert!(levels(&NAME_ID_MISSING, &nameless(Outcome::RefusedBySp)).is_empty());
        let mut case = nameless(Outcome::SignedIn);
        case.sp_configurations[0].single_logout = Some(true);
        assert_eq!(levels(&NAME_ID_MISSING, &case), [Severity::Warning]);
        let mut case = nameless(Outcome::RefusedBySp);
        case.sp_configurations.clear();
        assert_eq!(levels(&NAME_ID_MISSING, &case), [Severity::Warning]);
        says(&mut case, 1, Meaning::NameIdMissing, "NameID not found");
        assert_eq!(levels(&NAME_ID_MISSING, &case), [Severity::Error]);
        assertion(&mut case).encrypted_id = true;
        assert!(levels(&NAME_ID_MISSING, &case).is_empty());
    }

    #[test]
    fn a_refusal_without_a_word_by_who_asks_for_one() {
        let mut case = nameless(Outcome::RefusedBySp);
        case.sp_configurations.clear();
        let role = SpRole {
            name_id_formats: vec!["urn:oasis:names:tc:SAML:2.0:nameid-format:transient".into()],
            ..SpRole::default()
        };
        case.metadata.push(Metadata {
            held_by: HeldBy::Publisher,
            sp: Some(role),
            ..Metadata::default()
        });
        assert_eq!(levels(&NAME_ID_MISSING, &case), [Severity::Error]);
        says(&mut case, 1, Meaning::Refused, "cannot be authenticated");
        assert_eq!(levels(&NAME_ID_MISSING, &case), [Severity::Error]);
        says(&mut case, 1, Meaning::Expired, "the assertion has expired");
        assert_eq!(levels(&NAME_ID_MISSING, &case), [Severity::Warning]);
    }

    #[test]
    fn a_blank_one_is_none() {
        let mut case = nameless(Outcome::RefusedBySp);
        says(&mut case, 1, Meaning::NameIdMissing, "NameID is empty");
        assertion(&mut case).name_id = Some(Sited::new(personal(" "), Place::default()));
        assert_eq!(levels(&NAME_ID_MISSING, &case), [Severity::Error]);
        assertion(&mut case).name_id = Some(Sited::new(personal("ada"), Place::default()));
        assert!(levels(&NAME_ID_MISSING, &case).is_empty());
    }
}
