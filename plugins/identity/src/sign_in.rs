//! Successful responses whose assertion can be read, with the entry points that would read them.

use diag_sdk::Meaning;
use diag_sdk::address::Address;
use diag_sdk::case::assertion::{Assertion, Attribute};
use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::exchange::Side;
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::setting::Vendor;
use diag_sdk::{Case, Finding, Findings, Need, Severity};

/// One assertion, and who it is for.
#[derive(Debug)]
pub(crate) struct SignIn<'a> {
    pub(crate) message: &'a Message,
    pub(crate) assertion: &'a Assertion,
    pub(crate) attempt: Option<&'a Attempt>,
    /// The service provider refused the response.
    pub(crate) refused: bool,
    /// The service provider accepted it.
    pub(crate) accepted: bool,
    /// Entry points that concern it.
    pub(crate) configurations: Vec<&'a SpConfiguration>,
}

/// Every readable assertion of a success. Says so where one is encrypted and no key was given.
pub(crate) fn all<'a>(case: &'a Case, out: &mut Findings) -> Vec<SignIn<'a>> {
    let mut sign_ins = Vec::new();
    for message in case.messages_of(MessageKind::Response).filter(|message| message.succeeded()) {
        let assertion = message.assertions.iter().find(|assertion| assertion.direct).or_else(|| message.assertions.first());
        let Some(assertion) = assertion else {
            if message.encrypted.iter().any(|part| !part.decrypted) {
                out.missing(Need::DecryptionKey);
            }
            continue;
        };
        let attempt = case.attempt_of(&message.id);
        let receipt = message.delivered().and_then(|sighting| sighting.exchange).and_then(|index| case.exchanges.get(index));
        let accepted = attempt.is_some_and(Attempt::accepted);
        let refused = !accepted
            && (attempt.is_some_and(|attempt| attempt.outcome == Outcome::RefusedBySp)
                || receipt.is_some_and(|receipt| {
                    receipt.side != Side::Idp && (receipt.status >= 400 || receipt.page.as_ref().is_some_and(|page| page.error))
                }));
        let configurations = case.relevant_configurations().filter(|configuration| reads(configuration, message)).collect();
        sign_ins.push(SignIn { message, assertion, attempt, refused, accepted, configurations });
    }
    sign_ins
}

/// The response went to that entry point. A Qlik virtual proxy reads only what is posted to its own
/// `samlauthn`; a response to a broker on the way is none of its business.
fn reads(configuration: &SpConfiguration, message: &Message) -> bool {
    if configuration.method.is_some() && !configuration.is_saml() {
        return false;
    }
    let Some(to) = message.delivered_to().or(message.destination.as_ref().map(|url| url.value.as_str())) else { return true };
    if configuration.vendor != Vendor::Qlik {
        return true;
    }
    let Some(address) = Address::parse(to) else { return true };
    let path = address.path.trim_matches('/').to_lowercase();
    let Some(before) = path.strip_suffix("samlauthn") else { return false };
    configuration.prefix.as_ref().is_none_or(|prefix| before.trim_matches('/') == prefix.value.to_lowercase())
}

impl<'a> SignIn<'a> {
    /// The first attribute the service provider would find under that name.
    pub(crate) fn attribute(&self, wanted: &str) -> Option<&'a Attribute> {
        let attributes = &self.assertion.attributes;
        attributes
            .iter()
            .find(|attribute| attribute.name == wanted)
            .or_else(|| attributes.iter().find(|attribute| attribute.answers_to(wanted)))
    }

    /// An attribute the service provider's configuration uses.
    pub(crate) fn uses(&self, attribute: &Attribute) -> bool {
        self.configurations.iter().any(|configuration| {
            let names = configuration.user_id_attribute.iter().chain(&configuration.user_directory);
            let mapped = configuration.attribute_map.iter().map(|row| &row.attribute);
            names.chain(mapped).any(|name| attribute.answers_to(&name.value))
        })
    }

    /// What must break by the product's rules is an error, unless it demonstrably did not break.
    pub(crate) fn severity(&self) -> Severity {
        if self.accepted { Severity::Warning } else { Severity::Error }
    }

    /// The service provider gave one of these reasons.
    pub(crate) fn said(&self, case: &Case, meaning: Meaning) -> bool {
        case.said_about(self.message).iter().any(|seen| seen.phrase.meaning == meaning)
    }

    /// Says of a finding which attempt and message it is about.
    pub(crate) fn mark(&self, finding: Finding) -> Finding {
        let finding = finding.subject(self.message.id.clone());
        match self.attempt {
            Some(attempt) => finding.attempt(attempt.id.clone()),
            None => finding,
        }
    }

    /// Names of the attributes that were sent, for people.
    pub(crate) fn sent(&self) -> String {
        const SHOWN: usize = 12;
        let names: Vec<&str> = self.assertion.attributes.iter().map(|attribute| attribute.name.as_str()).take(SHOWN).collect();
        let more = self.assertion.attributes.len().saturating_sub(SHOWN);
        match (names.is_empty(), more) {
            (true, _) => "The assertion carries no attributes.".to_owned(),
            (false, 0) => format!("The assertion carries:\n- {}", names.join("\n- ")),
            (false, more) => format!("The assertion carries:\n- {}\n- and {more} more", names.join("\n- ")),
        }
    }
}

/// The application's name at the identity provider, for the screen of a fix.
pub(crate) fn application(case: &Case) -> Option<&str> {
    case.relevant_registrations().find_map(|registration| registration.name.as_deref())
}
