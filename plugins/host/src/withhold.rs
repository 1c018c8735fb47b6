//! Takes out of a Case what identifies people, before a plugin sees it.
//!
//! Passwords, cookie values and tokens never enter a Case. What is left are names and attributes of
//! the person who signs in: plainly where the assertion carries them ([`diag_sdk::Personal`]), and
//! quoted by error pages, status messages and logs. Both go, unless `secret:personal` was granted.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use diag_sdk::case::message::Message;
use diag_sdk::{Case, Personal};
use serde_json::Value;
use std::collections::BTreeSet;

/// What stands in place of a withheld text.
pub(crate) const WITHHELD: &str = "‹withheld›";

/// Fields in which products quote what people entered. Everything else is names and addresses of
/// systems, which must stay as they are to be compared.
const PROSE: &[&str] = &[
    "detail",
    "ending",
    "explanation",
    "failure",
    "found",
    "headings",
    "ids",
    "message",
    "notes",
    "reason",
    "text",
    "title",
    "what",
    "broken",
    "markup_in_text",
    "description",
];

/// Knows what identifies the people of one Case, and takes it out of facts.
#[derive(Debug)]
pub struct Scrubber {
    /// Everything, for texts that people wrote.
    all: Option<AhoCorasick>,
    /// Addresses of people, which are such wherever they stand; a word may be the name of a host, too.
    addresses: Option<AhoCorasick>,
}

impl Scrubber {
    /// Learns what there is to take out.
    pub fn of(case: &Case) -> Self {
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        each_personal(&case.messages, &mut |personal| taken.extend(personal.text.as_deref()));
        taken.retain(|text| {
            text.trim().chars().count() >= 4 && !text.contains("://") && !text.starts_with("urn:")
        });
        // The longest first, so that no part of a longer one is left over.
        let find = |texts: Vec<&str>| {
            AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(texts).ok()
        };
        Self {
            all: find(taken.iter().copied().collect()),
            addresses: find(taken.into_iter().filter(|text| text.contains('@')).collect()),
        }
    }

    /// Messages without what assertions and requests say of people.
    pub fn without_persons(messages: &[Message]) -> Vec<Message> {
        let mut clean = messages.to_vec();
        each_personal_mut(&mut clean, &mut |personal| personal.text = None);
        clean
    }

    /// Takes it out of facts of one kind.
    pub fn scrub(&self, name: &str, value: &mut Value) {
        self.scrub_value(value, PROSE.contains(&name));
    }

    fn scrub_value(&self, value: &mut Value, prose: bool) {
        match value {
            Value::String(text) => {
                let known = if prose { &self.all } else { &self.addresses };
                match known {
                    Some(known) if known.is_match(text.as_str()) => {
                        let mut clean = String::with_capacity(text.len());
                        known.replace_all_with(text, &mut clean, |_, _, out| {
                            out.push_str(WITHHELD);
                            true
                        });
                        *text = clean;
                    }
                    Some(_) => {}
                    // Whatever cannot be cleaned is not handed out.
                    None => WITHHELD.clone_into(text),
                }
                if prose && text.contains('@') {
                    *text = without_addresses(text);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub_value(item, prose)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    self.scrub_value(field, prose || PROSE.contains(&name.as_str()));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn each_personal<'m>(messages: &'m [Message], take: &mut impl FnMut(&'m Personal)) {
    for message in messages {
        message.relay_state.iter().for_each(&mut *take);
        message
            .sightings
            .iter()
            .filter_map(|sighting| sighting.relay_state.as_ref())
            .for_each(&mut *take);
        message.logout.iter().filter_map(|logout| logout.name_id.as_ref()).for_each(&mut *take);
        for assertion in &message.assertions {
            assertion.name_id.iter().for_each(|name_id| take(&name_id.value));
            assertion
                .attributes
                .iter()
                .flat_map(|attribute| &attribute.values)
                .for_each(|value| take(&value.value));
        }
    }
}

fn each_personal_mut(messages: &mut [Message], take: &mut impl FnMut(&mut Personal)) {
    for message in messages {
        message.relay_state.iter_mut().for_each(&mut *take);
        message
            .sightings
            .iter_mut()
            .filter_map(|sighting| sighting.relay_state.as_mut())
            .for_each(&mut *take);
        message.logout.iter_mut().filter_map(|logout| logout.name_id.as_mut()).for_each(&mut *take);
        for assertion in &mut message.assertions {
            assertion.name_id.iter_mut().for_each(|name_id| take(&mut name_id.value));
            assertion
                .attributes
                .iter_mut()
                .flat_map(|attribute| &mut attribute.values)
                .for_each(|value| take(&mut value.value));
        }
    }
}

/// A text without mail addresses and user principal names.
pub fn without_addresses(text: &str) -> String {
    let is_part = |character: char| character.is_alphanumeric() || "._%+-#".contains(character);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let start = before.trim_end_matches(is_part).len();
        let end = after.find(|character| !is_part(character)).unwrap_or(after.len());
        if start < at && end > 0 {
            out.push_str(&before[..start]);
            out.push_str(WITHHELD);
        } else {
            out.push_str(&rest[..=at]);
            out.push_str(&after[..end]);
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sight::{Reads, Sight};
    use diag_sdk::Sited;
    use diag_sdk::case::assertion::{Assertion, Attribute};
    use diag_sdk::case::exchange::{Exchange, Page};
    use diag_sdk::case::message::Status;
    use diag_sdk::case::metadata::Metadata;

    fn withheld(case: &Case, granted: &[String]) -> Case {
        serde_json::from_value(Sight::new(case).shown(granted, &Reads::default()).json())
            .expect("a Case")
    }

    fn personal(text: &str) -> Personal {
        Personal { text: Some(text.to_owned()), ..Personal::default() }
    }

    fn sited(text: &str) -> Sited<String> {
        Sited { value: text.to_owned(), ..Sited::default() }
    }

    fn case() -> Case {
        let attribute = |name: &str, value: &str| Attribute {
            name: name.into(),
            values: vec![Sited { value: personal(value), ..Sited::default() }],
            ..Attribute::default()
        };
        let assertion = Assertion {
            attributes: vec![
                attribute("mail", "mira@contoso.example"),
                attribute("displayname", "Mira Example"),
                attribute("userdirectory", "contoso"),
                attribute("identityprovider", "https://sts.windows.net/8d1f/"),
            ],
            ..Assertion::default()
        };
        let status = Status {
            message: Some(sited(
                "AADSTS50105: 'mira@contoso.example' is not assigned, nor is jo.doe@x.example",
            )),
            ..Status::default()
        };
        let page = Page {
            title: Some("Hello Mira Example".into()),
            text: "Signed in as mira@contoso.example".into(),
            ..Page::default()
        };
        Case {
            messages: vec![Message {
                assertions: vec![assertion],
                status: Some(status),
                relay_state: Some(personal("/hub/mira")),
                issuer: Some(sited("https://sts.windows.net/8d1f/")),
                ..Message::default()
            }],
            exchanges: vec![Exchange {
                url: "https://sense.contoso.example/users/mira@contoso.example".into(),
                page: Some(page),
                ..Exchange::default()
            }],
            metadata: vec![Metadata {
                entity_id: sited("https://sense.contoso.example"),
                ..Metadata::default()
            }],
            ..Case::default()
        }
    }

    #[test]
    fn people_are_withheld_and_systems_are_not() {
        let clean = withheld(&case(), &[]);
        let text = serde_json::to_string(&clean).expect("JSON");
        for canary in ["mira@", "Mira Example", "jo.doe", "/hub/mira"] {
            assert!(!text.contains(canary), "{canary} got out: {text}");
        }
        assert_eq!(clean.metadata[0].entity_id.value, "https://sense.contoso.example");
        assert_eq!(
            clean.messages[0].issuer.as_ref().expect("an issuer").value,
            "https://sts.windows.net/8d1f/"
        );
        assert_eq!(clean.exchanges[0].url, "https://sense.contoso.example/users/‹withheld›");
        assert!(
            clean.messages[0]
                .status
                .as_ref()
                .expect("a status")
                .message
                .as_ref()
                .expect("a text")
                .value
                .starts_with("AADSTS50105")
        );
    }

    #[test]
    fn what_is_granted_is_seen() {
        assert_eq!(withheld(&case(), &["secret:personal".to_owned()]), case());
    }

    #[test]
    fn addresses_go_and_other_signs_stay() {
        assert_eq!(
            without_addresses("a@b.example, c @ d, @e f@ g@h"),
            "‹withheld›, c @ d, @e f@ ‹withheld›"
        );
        assert_eq!(without_addresses("nothing"), "nothing");
    }
}
