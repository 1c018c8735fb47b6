//! Successful responses whose assertion can be read, with the entry points that would read them.

use super::entry_point::EntryPoint;
use super::response::Response;
use crate::case::Case;
use crate::case::assertion::{Assertion, Attribute};
use crate::case::place::Sited;
use crate::findings::Findings;
use crate::need::Need;
use crate::secret::Personal;
use crate::user_directory::{self, Directory};
use std::ops::Deref;

/// One assertion of a success, and who it is for. Dereferences to its response.
#[derive(Debug, Clone)]
pub struct SignIn<'a> {
    response: Response<'a>,
    /// The assertion a service provider would consume.
    pub assertion: &'a Assertion,
    /// Entry points that would read it.
    pub entry_points: Vec<EntryPoint<'a>>,
}

impl<'a> Deref for SignIn<'a> {
    type Target = Response<'a>;
    fn deref(&self) -> &Response<'a> {
        &self.response
    }
}

/// The user a service provider makes of an assertion, where it names people by directory and id.
#[derive(Debug, Clone)]
pub struct User<'a> {
    /// The directory.
    pub directory: String,
    /// The id, as it was sent.
    pub id: &'a Sited<Personal>,
}

impl User<'_> {
    /// As administrators write it: `DIRECTORY\id`.
    pub fn shown(&self) -> String {
        format!("{}\\{}", self.directory, self.id.value)
    }

    /// The id names a directory before its name, and another one is put before that.
    pub fn repeats_directory(&self) -> bool {
        self.id.value.text.as_deref().is_some_and(|id| id.contains('\\'))
            && self.directory_in_id().is_some()
    }

    /// The id without the directory it names.
    pub fn bare_id(&self) -> Option<&str> {
        let id = self.id.value.text.as_deref()?.trim();
        id.split_once('\\')
            .map(|(_, name)| name)
            .or_else(|| id.rsplit_once('@').map(|(name, _)| name))
    }

    /// The directory that the id names by itself: before a backslash, or behind an at sign.
    pub fn directory_in_id(&self) -> Option<&str> {
        let id = self.id.value.text.as_deref()?.trim();
        let (before, after) = id
            .split_once('\\')
            .or_else(|| id.rsplit_once('@').map(|(name, domain)| (domain, name)))?;
        (!before.is_empty() && !after.is_empty()).then_some(before)
    }
}

/// An address of a person, as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// As it was sent.
    pub text: &'a str,
    /// It has the form of an address.
    pub sound: bool,
}

/// One `@` with something before it and a domain behind it.
fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|character: char| {
                character.is_whitespace() || "@#,;<>\"".contains(character)
            })
    };
    plain(name)
        && plain(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

impl<'a> SignIn<'a> {
    /// The first attribute the service provider would find under that name.
    pub fn attribute(&self, wanted: &str) -> Option<&'a Attribute> {
        let attributes = &self.assertion.attributes;
        let exactly = attributes.iter().find(|attribute| attribute.name == wanted);
        exactly.or_else(|| attributes.iter().find(|attribute| attribute.answers_to(wanted)))
    }

    /// Addresses by which a service provider may know the person: the NameID where it says that it is one, and attributes that
    /// are named so.
    pub fn addresses(&self) -> Vec<Address<'a>> {
        let as_address = |format: &str| format.ends_with(":emailAddress");
        let name_id = self
            .assertion
            .name_id
            .as_ref()
            .filter(|_| self.assertion.name_id_format.as_deref().is_some_and(as_address));
        let named = |attribute: &&Attribute| {
            let names = [Some(attribute.short_name()), attribute.friendly_name.as_deref()];
            // RFC 4524 §2.16 gives the attribute `mail` this number, which stands for it where no friendly name does.
            names.into_iter().flatten().any(|name| {
                name.to_ascii_lowercase().contains("mail")
                    || name.ends_with("0.9.2342.19200300.100.1.3")
            })
        };
        let values =
            self.assertion.attributes.iter().filter(named).flat_map(|attribute| &attribute.values);
        let texts =
            name_id.into_iter().chain(values).filter_map(|value| value.value.text.as_deref());
        texts.map(|text| Address { text, sound: is_address(text) }).collect()
    }

    /// The service provider would find a value under that name.
    pub fn has_value(&self, wanted: &str) -> bool {
        self.attribute(wanted)
            .is_some_and(|attribute| attribute.values.iter().any(|value| !value.blank))
    }

    /// An attribute that the configuration of an entry point uses.
    pub fn uses(&self, attribute: &Attribute) -> bool {
        self.entry_points.iter().any(|entry| {
            let names = entry.user_id_attribute.iter().chain(&entry.user_directory);
            let mapped = entry.attribute_map.iter().map(|row| &row.attribute);
            names.chain(mapped).any(|name| attribute.answers_to(&name.value))
        })
    }

    /// That entry point would read it.
    pub fn is_read_by(&self, entry: &EntryPoint<'_>) -> bool {
        self.entry_points.iter().any(|known| known.id == entry.id)
    }

    /// The user that entry point makes of the assertion: directory and id. `None` where either is not sent.
    pub fn user(&self, entry: &EntryPoint<'_>) -> Option<User<'a>> {
        let filled = |name: &str| self.attribute(name)?.values.iter().find(|value| !value.blank);
        let id = filled(&entry.configuration.user_id_attribute.as_ref()?.value)?;
        let directory =
            match user_directory::read(&entry.configuration.user_directory.as_ref()?.value) {
                Directory::Constant(name) => name.to_owned(),
                Directory::Attribute(name) => filled(name)?.value.to_string(),
                Directory::Unbalanced => return None,
            };
        Some(User { directory, id })
    }

    /// Names of the attributes that were sent, for people.
    pub fn sent(&self) -> String {
        const SHOWN: usize = 12;
        let names: Vec<&str> = self
            .assertion
            .attributes
            .iter()
            .map(|attribute| attribute.name.as_str())
            .take(SHOWN)
            .collect();
        let more = self.assertion.attributes.len().saturating_sub(SHOWN);
        match (names.is_empty(), more) {
            (true, _) => "The assertion carries no attributes.".to_owned(),
            (false, 0) => format!("The assertion carries:\n- {}", names.join("\n- ")),
            (false, more) => {
                format!("The assertion carries:\n- {}\n- and {more} more", names.join("\n- "))
            }
        }
    }
}

impl Case {
    /// Every readable assertion of a success. Says so where one is encrypted and no key was given.
    pub fn sign_ins(&self, out: &mut Findings) -> Vec<SignIn<'_>> {
        let successes =
            self.responses().into_iter().filter(|response| response.message.succeeded());
        self.read_of(successes.collect(), out)
    }

    /// The same, and every readable token of WS-Federation: for what holds of attributes in either.
    pub fn sign_ins_and_tokens(&self, out: &mut Findings) -> Vec<SignIn<'_>> {
        let mut sign_ins = self.sign_ins(out);
        sign_ins.extend(self.read_of(self.handed_over_as_tokens(), out));
        sign_ins
    }

    fn read_of<'a>(&'a self, responses: Vec<Response<'a>>, out: &mut Findings) -> Vec<SignIn<'a>> {
        let mut sign_ins = Vec::new();
        for response in responses {
            if response.sealed() {
                out.missing(Need::DecryptionKey);
            }
            let Some(assertion) = response.assertion() else { continue };
            let entry_points =
                self.entry_points().filter(|entry| entry.reads(response.message)).collect();
            sign_ins.push(SignIn { response, assertion, entry_points });
        }
        sign_ins
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::case::signature::Encryption;
    use crate::testing;

    fn sign_in(case: &Case) -> SignIn<'_> {
        case.sign_ins(&mut Findings::default()).into_iter().next().expect("a sign-in")
    }

    #[test]
    fn the_exact_name_wins_over_a_short_one() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        testing::sends(&mut case, &[("https://other.example/name", &["x"]), ("name", &[" "])]);
        assert_eq!(
            sign_in(&case).attribute("name").map(|attribute| attribute.name.as_str()),
            Some("name")
        );
        assert!(
            !sign_in(&case).has_value("name")
                && sign_in(&case).has_value("https://other.example/name")
        );
        assert_eq!(
            sign_in(&case).sent(),
            "The assertion carries:\n- https://other.example/name\n- name"
        );
    }

    #[test]
    fn only_entry_points_that_read_it_are_asked() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        testing::sends(&mut case, &[(testing::NAME_CLAIM, &["ada"]), ("department", &["1"])]);
        case.sp_configurations.push(testing::entry_point());
        let read = sign_in(&case);
        assert_eq!(read.entry_points.len(), 1);
        assert!(
            read.uses(&read.assertion.attributes[0]) && !read.uses(&read.assertion.attributes[1])
        );
        case.sp_configurations[0].acs_url =
            Some("https://sense.example:443/adfs/samlauthn/".into());
        assert!(sign_in(&case).entry_points.is_empty());
    }

    #[test]
    fn a_missing_key_is_said() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        case.messages[1].assertions.clear();
        case.messages[1].encrypted.push(Encryption::default());
        let mut out = Findings::default();
        assert!(case.sign_ins(&mut out).is_empty());
        assert_eq!(out.missed(), [Need::DecryptionKey]);
    }
}
