//! An attribute is sent twice, or the user id has several values.

use diag_sdk::case::assertion::Attribute;
use diag_sdk::view::SignIn;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};
use std::collections::HashMap;

static TWICE: CauseData = CauseData {
    text: "Two rules at the identity provider send the same attribute, or a rule sends it with several values",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Keep one rule for the attribute, and one value where it names the user",
};

check! {
    /// An attribute is sent twice, or the user id has several values.
    ///
    /// Of two attributes with the same name one product takes the first, another the last, a third
    /// refuses the response. When the user id has several values, a person may be taken for different
    /// users from one sign-in to the next.
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
    ///       <saml:Attribute Name="mail"><saml:AttributeValue>ada@contoso.example</saml:AttributeValue></saml:Attribute>
    ///       <saml:Attribute Name="mail"><saml:AttributeValue>ada@old.example</saml:AttributeValue></saml:Attribute>
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
    ///       <saml:Attribute Name="mail"><saml:AttributeValue>ada@contoso.example</saml:AttributeValue></saml:Attribute>
    ///       <saml:Attribute Name="groups"><saml:AttributeValue>sales</saml:AttributeValue><saml:AttributeValue>support</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static ATTRIBUTE_DUPLICATE = {
        id: "identity/attribute-duplicate",
        title: "An attribute is sent twice, or the user id has several values",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["identity/attribute-value-refused"],
        accounts: [Account::sp_or_loop(&[Meaning::AttributeValue])],
        causes: [TWICE],
        references: [Reference::section(Specification::SamlCore, "2.7.3")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins_and_tokens(out) {
        let attributes = &sign_in.assertion.attributes;
        let mut sent: HashMap<_, Vec<&Attribute>> = HashMap::new();
        for attribute in attributes {
            let same = sent.entry((&attribute.name, &attribute.name_format)).or_default();
            same.push(attribute);
            // Told once, at the second of them.
            let [first, _] = same.as_slice() else { continue };
            let level = if refused_for_it(&sign_in) { Severity::Error } else { Severity::Warning };
            let finding = sign_in
                .finding(
                    level,
                    format!("The attribute {} is sent more than once", attribute.short_name()),
                )
                .detail("Products differ in which of them they take.")
                .at(&attribute.place)
                .at(&first.place)
                .actual(attribute.name.clone(), "two Attribute elements of the assertion")
                .because(&TWICE, case);
            out.push(finding);
        }
        for entry in &sign_in.entry_points {
            let user_id =
                entry.user_id_attribute.as_ref().and_then(|name| sign_in.attribute(&name.value));
            let Some(attribute) = user_id.filter(|attribute| attribute.values.len() > 1) else {
                continue;
            };
            let finding = sign_in
                .finding(Severity::Warning, "The attribute for the user id has several values")
                .detail("The service provider can take only one of them for the user's id.")
                .at(&attribute.place)
                .expected("one value", "a user has one id")
                .actual(format!("{} values", attribute.values.len()), attribute.name.clone())
                .because(&TWICE, case);
            out.push(finding);
        }
    }
}

/// Words for what stands there more than once, in the languages in which reasons are read.
const TWICE_IN_WORDS: &[&str] = &[
    "duplicat",
    "more than once",
    "twice",
    "multiple times",
    "doppelt",
    "mehrfach",
    "zweimal",
    "en double",
    "plusieurs fois",
    "duplicad",
    "más de una vez",
    "varias veces",
    "mais de uma vez",
    "più volte",
    "due volte",
    "dubbel",
    "meer dan één keer",
];

/// The service provider refused, and says that something of an attribute stands there twice.
fn refused_for_it(sign_in: &SignIn<'_>) -> bool {
    let twice = |text: &str| {
        let text = text.to_lowercase();
        TWICE_IN_WORDS.iter().any(|word| text.contains(word))
    };
    sign_in.refused()
        && sign_in
            .statements()
            .iter()
            .any(|said| said.meaning == Meaning::AttributeValue && twice(&said.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{NAME_CLAIM as NAME, levels, says_at, sign_in_sending as sign_in};

    #[test]
    fn names_may_not_repeat_but_values_may() {
        assert!(
            levels(
                &ATTRIBUTE_DUPLICATE,
                &sign_in(Outcome::SignedIn, &[("groups", &["a", "b"]), (NAME, &["ada"])])
            )
            .is_empty()
        );
        assert_eq!(
            levels(
                &ATTRIBUTE_DUPLICATE,
                &sign_in(Outcome::SignedIn, &[("a", &["1"]), ("a", &["1"])])
            ),
            [Severity::Warning]
        );
        assert_eq!(
            levels(
                &ATTRIBUTE_DUPLICATE,
                &sign_in(Outcome::SignedIn, &[("a", &["1"]), ("a", &["2"]), ("a", &["3"])])
            )
            .len(),
            1
        );
    }

    #[test]
    fn a_refusal_that_says_so_is_for_it_in_whatever_language() {
        for (text, level) in [
            ("Found an Attribute element with duplicated Name", Severity::Error),
            ("Das Attribut ist mehrfach vorhanden", Severity::Error),
            ("El atributo está duplicado", Severity::Error),
            ("L'attribut est présent plusieurs fois", Severity::Error),
            ("The attribute has an invalid value", Severity::Warning),
        ] {
            let mut case = sign_in(Outcome::RefusedBySp, &[("a", &["1"]), ("a", &["2"])]);
            says_at(&mut case, 1, Meaning::AttributeValue, text);
            assert_eq!(levels(&ATTRIBUTE_DUPLICATE, &case), [level], "{text}");
        }
    }

    #[test]
    fn the_user_id_has_one_value() {
        assert_eq!(
            levels(&ATTRIBUTE_DUPLICATE, &sign_in(Outcome::SignedIn, &[(NAME, &["ada", "bob"])])),
            [Severity::Warning]
        );
    }
}
