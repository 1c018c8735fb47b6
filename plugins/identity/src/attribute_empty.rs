//! An attribute is sent without a value.

use diag_sdk::{
    Case, CauseData, Findings, Need, Reference, Setting, Severity, Specification, Stage, Who, check,
};

static EMPTY: CauseData = CauseData {
    text: "The field the attribute is filled from is empty for this person",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Fill the field for this person, or fill the attribute from another one",
};

check! {
    /// An attribute is sent without a value.
    ///
    /// Products treat an empty attribute as they please: as missing, as a user without a name, or as
    /// a group without a name. Where the service provider uses the attribute, rights and mappings that
    /// rest on it fail for this person only, which makes the fault hard to find.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeMap": [{"samlAttribute": "department", "senseAttribute": "department", "isMandatory": false}]}
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
    ///       <saml:Attribute Name="department"><saml:AttributeValue> </saml:AttributeValue></saml:Attribute>
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
    ///  "samlAttributeMap": [{"samlAttribute": "department", "senseAttribute": "department", "isMandatory": false}]}
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
    ///       <saml:Attribute Name="department"><saml:AttributeValue>sales</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static ATTRIBUTE_EMPTY = {
        id: "identity/attribute-empty",
        title: "An attribute is sent without a value",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        causes: [EMPTY],
        references: [Reference::section(Specification::SamlCore, "2.7.3.1")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins_and_tokens(out) {
        for attribute in &sign_in.assertion.attributes {
            if attribute.values.iter().any(|value| !value.blank) {
                continue;
            }
            // Nobody misses what nobody reads.
            let severity =
                if sign_in.uses(attribute) { Severity::Warning } else { Severity::Notice };
            let finding = sign_in
                .finding(severity, format!("The attribute {} has no value", attribute.short_name()))
                .at(&attribute.place)
                .actual("no value", attribute.name.clone())
                .because(&EMPTY, case);
            out.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{NAME_CLAIM as NAME, levels, sign_in_sending as sign_in};

    #[test]
    fn only_attributes_in_use_are_worth_a_warning() {
        assert!(
            levels(&ATTRIBUTE_EMPTY, &sign_in(Outcome::SignedIn, &[(NAME, &["ada"])])).is_empty()
        );
        assert_eq!(
            levels(&ATTRIBUTE_EMPTY, &sign_in(Outcome::SignedIn, &[(NAME, &[""])])),
            [Severity::Warning]
        );
        assert_eq!(
            levels(&ATTRIBUTE_EMPTY, &sign_in(Outcome::SignedIn, &[("department", &[])])),
            [Severity::Notice]
        );
        assert!(
            levels(&ATTRIBUTE_EMPTY, &sign_in(Outcome::SignedIn, &[(NAME, &["", "ada"])]))
                .is_empty()
        );
    }
}
