//! The attribute that was probably meant: products find attributes by their exact name, people
//! mistake them for one with another namespace, letter case or spelling.
//!
//! Values are compared by [`crate::difference`]; names of attributes are compared here, since people
//! write them in full (a URI), short (its last segment) or under another usual name.

use crate::case::assertion::Attribute;
use crate::difference::Difference;
use crate::spec;

/// How near an attribute comes to the one that is wanted, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// Only white space differs.
    Whitespace,
    /// Only letter case differs, in the whole name or in its last segment.
    LetterCase,
    /// The last segment is the same, the namespace another.
    Namespace,
    /// The same word in another spelling: `e-mail`, `userId`, `user_id`.
    Spelling,
    /// Another usual name for the same thing: `mail` and `emailaddress`.
    Synonym,
}

impl Nearness {
    /// For people, as the end of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Whitespace => "only white space differs",
            Self::LetterCase => "only letter case differs",
            Self::Namespace => "only the namespace differs",
            Self::Spelling => "only the spelling differs",
            Self::Synonym => "it usually carries the same value under another name",
        }
    }

    /// In the one word of reports, where there is one.
    pub fn difference(self) -> Option<Difference> {
        match self {
            Self::Whitespace => Some(Difference::Whitespace),
            Self::LetterCase => Some(Difference::LetterCase),
            Self::Namespace | Self::Spelling | Self::Synonym => None,
        }
    }
}

/// The nearest attribute, where one comes near at all.
pub fn attribute<'a>(
    wanted: &str,
    attributes: &'a [Attribute],
) -> Option<(&'a Attribute, Nearness)> {
    let named = attributes.iter().filter_map(|attribute| {
        let names = [Some(attribute.name.as_str()), attribute.friendly_name.as_deref()]
            .into_iter()
            .flatten();
        names.filter_map(|name| compare(wanted, name)).min().map(|nearness| (attribute, nearness))
    });
    named.min_by_key(|(_, nearness)| *nearness)
}

fn compare(wanted: &str, name: &str) -> Option<Nearness> {
    let (wanted_last, last) = (last_segment(wanted), last_segment(name));
    if wanted.trim() == name.trim()
        || wanted_last == name.trim() && wanted != name && wanted.trim() != wanted
    {
        return Some(Nearness::Whitespace);
    }
    if wanted.to_lowercase() == name.to_lowercase()
        || (wanted_last == wanted || last == name)
            && wanted_last != last
            && wanted_last.to_lowercase() == last.to_lowercase()
    {
        return Some(Nearness::LetterCase);
    }
    let (wanted_last, last) = (wanted_last.to_lowercase(), last.to_lowercase());
    if wanted_last == last && !last.is_empty() {
        return Some(Nearness::Namespace);
    }
    let letters = |text: &str| {
        text.chars().filter(|character| character.is_alphanumeric()).collect::<String>()
    };
    if !letters(&last).is_empty() && letters(&wanted_last) == letters(&last) {
        return Some(Nearness::Spelling);
    }
    let (wanted_family, family) =
        (family(&letters(&wanted_last), wanted), family(&letters(&last), name));
    (wanted_family.is_some() && wanted_family == family).then_some(Nearness::Synonym)
}

fn last_segment(name: &str) -> &str {
    spec::short(name.trim())
}

/// Usual names of the same thing, letters and digits only.
const FAMILIES: &[&[&str]] = &[
    &[
        "name",
        "upn",
        "userprincipalname",
        "uid",
        "userid",
        "user",
        "username",
        "login",
        "samaccountname",
        "onpremisessamaccountname",
        "windowsaccountname",
        "nameidentifier",
        "nameid",
        "eppn",
        "edupersonprincipalname",
        "subjectid",
        "uniquename",
    ],
    &["mail", "email", "emailaddress", "emails"],
    &["group", "groups", "memberof", "ismemberof", "role", "roles"],
    &["givenname", "firstname"],
    &["surname", "lastname", "sn", "familyname"],
    &["displayname", "cn", "commonname", "fullname"],
    &["domain", "userdirectory", "directory", "tenant", "tenantid", "realm"],
];

/// Attributes that directories name by number.
const OIDS: &[(&str, &str)] = &[
    ("urn:oid:0.9.2342.19200300.100.1.1", "uid"),
    ("urn:oid:0.9.2342.19200300.100.1.3", "mail"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "eppn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.5.1.1", "ismemberof"),
    ("urn:oid:2.5.4.42", "givenname"),
    ("urn:oid:2.5.4.4", "sn"),
    ("urn:oid:2.5.4.3", "cn"),
    ("urn:oid:2.16.840.1.113730.3.1.241", "displayname"),
];

fn family(letters: &str, whole: &str) -> Option<usize> {
    let word = OIDS.iter().find(|(oid, _)| *oid == whole.trim()).map_or(letters, |(_, word)| *word);
    FAMILIES.iter().position(|family| family.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
    const MAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";

    fn sent(names: &[&str]) -> Vec<Attribute> {
        names
            .iter()
            .map(|name| Attribute { name: (*name).to_owned(), ..Attribute::default() })
            .collect()
    }

    #[test]
    fn near_misses_are_told_apart() {
        for (wanted, name, nearness) in [
            (
                NAME,
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/Name",
                Some(Nearness::LetterCase),
            ),
            ("Email", "email", Some(Nearness::LetterCase)),
            ("Name", NAME, Some(Nearness::LetterCase)),
            (NAME, "name", Some(Nearness::Namespace)),
            (NAME, "http://schemas.contoso.example/claims/name", Some(Nearness::Namespace)),
            ("email", "e-mail", Some(Nearness::Spelling)),
            ("user_id", "userid", Some(Nearness::Spelling)),
            (MAIL, "mail", Some(Nearness::Synonym)),
            ("mail", "urn:oid:0.9.2342.19200300.100.1.3", Some(Nearness::Synonym)),
            ("name ", "name", Some(Nearness::Whitespace)),
            (MAIL, NAME, None),
            ("department", NAME, None),
        ] {
            assert_eq!(compare(wanted, name), nearness, "{wanted} and {name}");
        }
    }

    #[test]
    fn the_nearest_of_several_is_chosen() {
        let attributes = sent(&["upn", "http://schemas.contoso.example/claims/name", MAIL]);
        let (attribute, nearness) = attribute(NAME, &attributes).unwrap();
        assert_eq!(
            (attribute.name.as_str(), nearness),
            ("http://schemas.contoso.example/claims/name", Nearness::Namespace)
        );
        assert!(super::attribute("department", &attributes).is_none());
    }
}
