//! The service provider refuses the value of an attribute.

use diag_sdk::case::assertion::Attribute;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::judgement::Statement;
use diag_sdk::near;
use diag_sdk::view::SignIn;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static OTHER_VALUE: CauseData = CauseData {
    text: "The identity provider fills the attribute from a field, or by a rule, that gives a value of another form than the service provider takes",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Fill it from another field, or transform it (extract, shorten, replace), so that it has the form the service provider names; look at this person's value in the directory",
};
static SP_RULE: CauseData = CauseData {
    text: "The service provider's rule for the value is narrower than the values people have",
    who: Who::Sp,
    setting: Setting::SpAttributeMapping,
    fix: "Widen the rule (allowed domains, pattern, length), or read another attribute",
};

check! {
    /// The service provider refuses the value of an attribute.
    ///
    /// The attribute is there under the right name, and what it holds does not fit: too long, not an address, with a character
    /// that is not allowed, of a domain that is not on the list, or a name where a number is wanted. It breaks for those people
    /// whose field has such a value; others get in.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer><saml:AttributeStatement>
    ///     <saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><saml:AttributeValue>Ada Lovelace</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// < Content-Type: text/html
    /// | <html><body><h1>RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64} (service: AWSSecurityTokenService; status code: 400; error code: InvalidIdentityToken)</h1></body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer><saml:AttributeStatement>
    ///     <saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://app.example/home
    /// ```
    pub static ATTRIBUTE_VALUE_REFUSED = {
        id: "identity/attribute-value-refused",
        title: "The service provider refuses the value of an attribute",
        levels: [Severity::Error],
        stage: Stage::Landing,
        needs: [Need::Capture],
        explains: ["identity/attribute-empty", "identity/value-has-whitespace"],
        accounts: [Account::sp_or_loop(&[Meaning::AttributeValue])],
        logged: "The service provider refuses the value of an attribute",
        causes: [OTHER_VALUE, SP_RULE],
        references: [Reference::section(Specification::SamlCore, "2.7.3.1")],
        run: run,
    }
}

/// Words for an address, as pages write them.
const ADDRESS: &[&str] = &["email", "e-mail", "mail address", "correo"];

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins(out) {
        let failed = sign_in.attempt.is_some_and(Attempt::failed);
        let Some(said) =
            sign_in.statement(&[Meaning::AttributeValue]).filter(|_| sign_in.refused() || failed)
        else {
            continue;
        };
        // Where it is said that one is missing, what is not there cannot have a value.
        if sign_in.said(&[Meaning::AttributeMissing]) {
            continue;
        }
        if said.values.is_empty()
            && allowed(&said.text).is_none()
            && is_sound_address(&sign_in, &said)
        {
            // The form is right: whoever is not taken by it is not known by it.
            continue;
        }
        out.push(judge(&sign_in, &said));
    }
}

/// The service provider speaks of an address, and what it was sent is one.
fn is_sound_address(sign_in: &SignIn<'_>, said: &Statement) -> bool {
    let text = said.text.to_lowercase();
    if !ADDRESS.iter().any(|word| text.contains(word)) {
        return false;
    }
    let addresses = sign_in.addresses();
    !addresses.is_empty() && addresses.iter().all(|address| address.sound)
}

fn judge(sign_in: &SignIn<'_>, said: &Statement) -> Finding {
    let mut finding = sign_in
        .finding(Severity::Error, "The service provider refuses the value of an attribute")
        .detail(said.quoted());
    let meant = meant(sign_in, said);
    let allowed = said
        .values
        .get("expected")
        .or_else(|| said.values.get("allowed"))
        .map(String::as_str)
        .or_else(|| allowed(&said.text));
    if let Some(allowed) = allowed {
        finding = finding.expected(allowed, "what the service provider allows");
    }
    finding = match meant {
        Some(Meant::Attribute(attribute)) => {
            let values: Vec<String> =
                attribute.values.iter().take(3).map(|value| value.value.to_string()).collect();
            let place = attribute.values.first().map_or(&attribute.place, |value| &value.place);
            finding.actual(values.join(", "), format!("the attribute {}", attribute.name)).at(place)
        }
        Some(Meant::NameId) => match &sign_in.assertion.name_id {
            Some(name_id) => finding.actual(name_id.value.to_string(), "NameID").at(&name_id.place),
            None => finding,
        },
        None => match said.values.get("actual") {
            Some(actual) => finding.actual(actual.clone(), "the value the service provider names"),
            None => finding.detail(format!("{}\n{}", said.quoted(), sign_in.sent())),
        },
    };
    let sp_acts = said.who == Some(Who::Sp);
    let finding = finding.at_all(said.place.as_ref());
    let (first, second) = if sp_acts { (&SP_RULE, &OTHER_VALUE) } else { (&OTHER_VALUE, &SP_RULE) };
    finding.because(first, sign_in.case).because(second, sign_in.case)
}

/// What the sentence is about.
enum Meant<'a> {
    Attribute(&'a Attribute),
    NameId,
}

/// The attribute the sentence names: by a value of it, by its name, by one of its values, or as the usual word for it.
fn meant<'a>(sign_in: &SignIn<'a>, said: &Statement) -> Option<Meant<'a>> {
    let attributes = &sign_in.assertion.attributes;
    if let Some(name) = said.values.get("attribute") {
        if is_name_id(name) {
            return Some(Meant::NameId);
        }
        if let Some(attribute) = sign_in
            .attribute(name)
            .or_else(|| near::attribute(name, attributes).map(|(attribute, _)| attribute))
        {
            return Some(Meant::Attribute(attribute));
        }
    }
    let text = said.text.to_lowercase();
    let named = |attribute: &&Attribute| {
        let names = [Some(attribute.short_name()), attribute.friendly_name.as_deref()];
        names
            .into_iter()
            .flatten()
            .any(|name| name.chars().count() > 2 && has_word(&text, &name.to_lowercase()))
    };
    let quoted = |attribute: &&Attribute| {
        attribute
            .values
            .iter()
            .filter_map(|value| value.value.text.as_deref())
            .any(|value| value.len() > 3 && said.text.contains(value))
    };
    let by_words =
        attributes.iter().filter(named).max_by_key(|attribute| attribute.short_name().len());
    let by_word_for_it = || {
        ["email", "mail", "username", "name"]
            .iter()
            .find(|word| has_word(&text, word))
            .and_then(|word| near::attribute(word, attributes))
            .map(|(attribute, _)| attribute)
    };
    by_words
        .or_else(|| attributes.iter().find(quoted))
        .map(Meant::Attribute)
        .or_else(|| {
            (has_word(&text, "nameid") || has_word(&text, "name id")).then_some(Meant::NameId)
        })
        .or_else(|| by_word_for_it().map(Meant::Attribute))
}

fn is_name_id(name: &str) -> bool {
    let letters: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    letters == "nameid" || letters == "nameidentifier" || letters == "subject"
}

/// The word stands in the text with nothing of a word beside it.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// What follows the words by which such sentences name what is allowed.
fn allowed(text: &str) -> Option<&str> {
    const WORDS: &[&str] = &[
        "must match ",
        "must be ",
        "should match ",
        "does not match ",
        "doesn't match ",
        "is too long (",
        "must not ",
    ];
    let lower = text.to_lowercase();
    let (at, word) = WORDS.iter().find_map(|word| lower.find(word).map(|at| (at, word)))?;
    let rest = text.get(at + word.len()..)?;
    let end = rest.find(" (").or_else(|| rest.find(". ")).unwrap_or(rest.len());
    let rest = rest.get(..end)?.trim().trim_end_matches(['.', ')', '”', '"']);
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, levels, says_at, sign_in_sending};

    fn refused(text: &str) -> Case {
        let mut case = sign_in_sending(
            Outcome::RefusedBySp,
            &[
                ("https://aws.amazon.com/SAML/Attributes/RoleSessionName", &["Ada Lovelace"]),
                ("mail", &["ada@contoso.example"]),
            ],
        );
        says_at(&mut case, 1, Meaning::AttributeValue, text);
        case
    }

    #[test]
    fn the_attribute_its_value_and_what_is_allowed_are_told() {
        for (text, actual, expected) in [
            (
                "RoleSessionName in AuthnResponse must match [a-z]{2,64} (service: X)",
                Some("Ada Lovelace"),
                Some("[a-z]{2,64}"),
            ),
            (
                "Mail is too long (maximum is 10 characters)",
                Some("ada@contoso.example"),
                Some("maximum is 10 characters"),
            ),
            ("ada@contoso.example is not allowed here", Some("ada@contoso.example"), None),
            ("The NameID must be an address", Some("ada"), Some("an address")),
            ("A value is wrong", None, None),
        ] {
            let found = findings(&ATTRIBUTE_VALUE_REFUSED, &refused(text));
            assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
            assert_eq!(
                (found[0].actual.as_deref(), found[0].expected.as_deref()),
                (actual, expected),
                "{text}"
            );
        }
    }

    #[test]
    fn a_sound_address_is_not_refused_for_its_form() {
        for (mail, found) in [
            ("ada@contoso.example", 0),
            ("ada", 1),
            ("ada@contoso", 1),
            ("ada lovelace@contoso.example", 1),
        ] {
            let mut case = sign_in_sending(Outcome::RefusedBySp, &[("mail", &[mail])]);
            says_at(&mut case, 1, Meaning::AttributeValue, "Email is invalid");
            assert_eq!(findings(&ATTRIBUTE_VALUE_REFUSED, &case).len(), found, "{mail}");
        }
    }

    #[test]
    fn other_reasons_and_sign_ins_that_work_are_not_meant() {
        let mut case = refused("");
        says_at(&mut case, 1, Meaning::AttributeMissing, "RoleSessionName is required");
        assert!(levels(&ATTRIBUTE_VALUE_REFUSED, &case).is_empty());
        let mut case = sign_in_sending(Outcome::SignedIn, &[("mail", &["x"])]);
        says_at(&mut case, 1, Meaning::AttributeValue, "Email is invalid");
        assert!(levels(&ATTRIBUTE_VALUE_REFUSED, &case).is_empty());
    }
}
