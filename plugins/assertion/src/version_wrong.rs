//! A message or assertion is not of version 2.0.

use diag_sdk::view::Delivery;
use diag_sdk::{
    Case, CauseData, Findings, Need, Place, Reference, Setting, Severity, Sited, Specification,
    Stage, Who, check,
};

static VERSION: CauseData = CauseData {
    text: "The sender speaks another version of SAML, or leaves the version out",
    who: Who::Idp,
    setting: Setting::Unspecified,
    fix: "Issue SAML 2.0 messages and tokens to this application",
};

check! {
    /// A message or assertion is not of version 2.0.
    ///
    /// Every SAML 2.0 message and assertion carries `Version="2.0"`. Another value, as from an identity
    /// provider set to SAML 1.1 tokens, makes service providers refuse what they would otherwise
    /// understand, mostly with an error that names no reason.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="1.1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// ```
    pub static VERSION_WRONG = {
        id: "assertion/version-wrong",
        title: "A message or assertion is not of version 2.0",
        levels: [Severity::Warning],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: [],
        causes: [VERSION],
        references: [
            Reference::section(Specification::SamlCore, "3.2.1"),
            Reference::section(Specification::SamlCore, "2.3.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // What did not parse has no version to judge.
    for delivery in case.deliveries() {
        let message = delivery.message;
        if message.root.is_empty() || message.xml_id.is_none() && message.version.is_none() {
            continue;
        }
        judge(&delivery, &message.root, message.version.as_ref(), &message.place, out);
        for assertion in &message.assertions {
            judge(&delivery, "Assertion", assertion.version.as_ref(), &assertion.place, out);
        }
    }
}

fn judge(
    delivery: &Delivery<'_>,
    element: &str,
    version: Option<&Sited<String>>,
    place: &Place,
    out: &mut Findings,
) {
    let (said, place) = match version {
        Some(version) if version.value == "2.0" => return,
        Some(version) => (version.value.clone(), &version.place),
        None => ("no Version".to_owned(), place),
    };
    let headline = match version {
        Some(version) => format!(
            "{element} is of version {}",
            version.value.chars().take(20).collect::<String>()
        ),
        None => format!("{element} does not say its version"),
    };
    let finding = delivery
        .finding(Severity::Warning, headline)
        .at(place)
        .expected("2.0", "saml-core-2.0-os")
        .actual(said, format!("{element}/@Version"))
        .because(&VERSION, delivery.case);
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, levels, sign_in};

    #[test]
    fn messages_and_assertions_are_of_version_two() {
        let mut case = sign_in(Outcome::SignedIn);
        assert!(levels(&VERSION_WRONG, &case).is_empty());
        assertion(&mut case).version = Some("1.1".into());
        case.messages[0].version = None;
        assert_eq!(levels(&VERSION_WRONG, &case).len(), 2);
        case.messages[0].version = Some("2".into());
        assert_eq!(levels(&VERSION_WRONG, &case).len(), 2);
    }
}
