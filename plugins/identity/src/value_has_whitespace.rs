//! A NameID or attribute value begins or ends with white space.

use diag_sdk::{
    Case, CauseData, Difference, Findings, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static BLANKS: CauseData = CauseData {
    text: "The value is stored with blanks around it, or the identity provider's template adds line breaks",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Remove the blanks from the person's record, or trim the value in the rule that fills the attribute",
};

static BLANKS_IN_SETTING: CauseData = CauseData {
    text: "A blank was pasted with the name of the attribute",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Enter the name without blanks around it",
};

check! {
    /// A NameID or attribute value begins or ends with white space.
    ///
    /// `"ada "` and `"ada"` are two users for most products: the person gets an empty account instead of
    /// their own, or is refused for not being known. The blank cannot be seen on a page.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserId": "name"}
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
    ///       <saml:Attribute Name="name"><saml:AttributeValue>ada </saml:AttributeValue></saml:Attribute>
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
    ///  "samlAttributeUserId": "name"}
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
    pub static VALUE_HAS_WHITESPACE = {
        id: "identity/value-has-whitespace",
        title: "A value begins or ends with white space",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Response,
        needs: [Need::Capture, Need::Virtualproxyconfig],
        explains: [],
        causes: [BLANKS, BLANKS_IN_SETTING],
        references: [Reference::section(Specification::SamlCore, "1.3.1")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(named) = &entry.user_id_attribute else { continue };
        if named.value.trim() == named.value {
            continue;
        }
        let finding = entry
            .finding(
                Severity::Warning,
                "The name of the user id attribute begins or ends with white space",
            )
            .likely()
            .detail("Names of attributes are compared as they stand.")
            .expected(named.value.trim(), "the name without the blank")
            .actual_sited(named, format!("samlAttributeUserId of {}", entry.name))
            .difference(Difference::Whitespace);
        out.push(finding.because_at(&BLANKS_IN_SETTING, &entry, named.value.trim()));
    }
    for sign_in in case.sign_ins_and_tokens(out) {
        if let Some(name_id) =
            sign_in.assertion.name_id.as_ref().filter(|name_id| name_id.padded && !name_id.blank)
        {
            let finding = sign_in
                .finding(Severity::Warning, "The NameID begins or ends with white space")
                .detail("Most products take it for another user than the one without the blank.")
                .at(&name_id.place)
                .because(&BLANKS, case);
            out.push(finding);
        }
        for attribute in &sign_in.assertion.attributes {
            let Some(value) = attribute.values.iter().find(|value| value.padded && !value.blank)
            else {
                continue;
            };
            let severity =
                if sign_in.uses(attribute) { Severity::Warning } else { Severity::Notice };
            let finding = sign_in
                .finding(
                    severity,
                    format!(
                        "A value of {} begins or ends with white space",
                        attribute.short_name()
                    ),
                )
                .detail(
                    "Comparisons with the value fail, and most products take it for another one.",
                )
                .at(&value.place)
                .because(&BLANKS, case);
            out.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        NAME_CLAIM as NAME, assertion, levels, personal, sign_in_sending as sign_in,
    };
    use diag_sdk::{Place, Sited};

    #[test]
    fn ends_are_looked_at_and_the_inside_is_not() {
        assert!(
            levels(&VALUE_HAS_WHITESPACE, &sign_in(Outcome::SignedIn, &[(NAME, &["Ada Vance"])]))
                .is_empty()
        );
        assert_eq!(
            levels(&VALUE_HAS_WHITESPACE, &sign_in(Outcome::SignedIn, &[(NAME, &[" ada"])])),
            [Severity::Warning]
        );
        assert_eq!(
            levels(
                &VALUE_HAS_WHITESPACE,
                &sign_in(Outcome::SignedIn, &[("department", &["sales "])])
            ),
            [Severity::Notice]
        );
        // An empty value is attribute-empty's.
        assert!(
            levels(&VALUE_HAS_WHITESPACE, &sign_in(Outcome::SignedIn, &[(NAME, &["  "])]))
                .is_empty()
        );
    }

    #[test]
    fn the_name_id_counts_too() {
        let mut case = sign_in(Outcome::SignedIn, &[]);
        assertion(&mut case).name_id = Some(Sited::new(personal("ada "), Place::default()));
        assert_eq!(levels(&VALUE_HAS_WHITESPACE, &case), [Severity::Warning]);
    }
}
