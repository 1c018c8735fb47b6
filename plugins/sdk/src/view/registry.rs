//! What the identity provider has registered, made ready to be asked about many values.

use super::sides::Known;
use crate::address::Address;
use crate::difference::{self, Difference};
use std::collections::HashSet;

/// Registered values, indexed: exports list thousands, and service providers use thousands.
#[derive(Debug)]
pub struct Registry<'a> {
    known: Vec<Known<'a>>,
    exact: HashSet<&'a str>,
    patterns: Vec<&'a str>,
    own_machine: HashSet<OnOwnMachine>,
}

/// An address on the person's own machine without its port, which says nothing there.
type OnOwnMachine = (String, String, Option<String>);

impl<'a> Registry<'a> {
    /// Of these values.
    pub fn of(known: Vec<Known<'a>>) -> Self {
        let values = || known.iter().map(|entry| entry.value);
        Self {
            exact: values().collect(),
            patterns: values().filter(|value| value.contains('*')).collect(),
            own_machine: values().filter_map(on_own_machine).collect(),
            known,
        }
    }

    /// All of them.
    pub fn values(&self) -> impl Iterator<Item = &'a str> {
        self.known.iter().map(|entry| entry.value)
    }

    /// Exactly this value is registered.
    pub fn lists(&self, value: &str) -> bool {
        self.exact.contains(value)
    }

    /// Nothing is registered.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The value is registered: exactly, under a registered wildcard (`https://*.example/acs`), or on the person's own
    /// machine, where the port says nothing.
    pub fn has(&self, value: &str) -> bool {
        self.exact.contains(value)
            || self.patterns.iter().any(|pattern| wildcard_covers(pattern, value))
            || (!self.own_machine.is_empty()
                && on_own_machine(value).is_some_and(|value| self.own_machine.contains(&value)))
    }

    /// The registered value that `value` comes nearest to, and how it differs; `None` where it is registered
    /// exactly, or nothing is.
    pub fn nearest(&self, value: &str) -> Option<(&Known<'a>, Difference)> {
        if self.exact.contains(value) {
            return None;
        }
        let (best, difference) = difference::nearest(self.values(), value)?;
        self.known.iter().find(|entry| entry.value == best).map(|entry| (entry, difference))
    }
}

fn on_own_machine(value: &str) -> Option<OnOwnMachine> {
    // Reading an address costs more than looking for the name in it.
    let named = value.as_bytes().windows(9).any(|part| part.eq_ignore_ascii_case(b"localhost"));
    if !named {
        return None;
    }
    let address = Address::parse(value).filter(|address| address.host == "localhost")?;
    Some((address.scheme, address.path, address.query))
}

fn wildcard_covers(pattern: &str, value: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| value.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::place::Place;

    #[test]
    fn the_port_of_the_own_machine_says_nothing() {
        for (registered, value, is) in [
            ("http://localhost/acs", "http://localhost:5000/acs", true),
            ("http://localhost:3000/acs", "http://localhost:5000/acs", true),
            ("http://localhost:3000/acs", "https://localhost:5000/acs", false),
            ("http://localhost:3000/acs", "http://localhost:5000/other", false),
            ("https://sp.example:3000/acs", "https://sp.example:5000/acs", false),
        ] {
            let place = Place::default();
            let known = vec![Known { value: registered, place: &place, origin: String::new() }];
            assert_eq!(Registry::of(known).has(value), is, "{registered} {value}");
        }
    }

    #[test]
    fn wildcards_cover_what_they_stand_for() {
        for (pattern, value, covers) in [
            ("https://*.example/acs", "https://sense.example/acs", true),
            ("https://*.example/acs", "https://sense.example/acs/", false),
            ("https://sense.example/*", "https://sense.example/azure/samlauthn/", true),
            ("https://sense.example/*", "https://other.example/azure/samlauthn/", false),
            ("https://*/azure/*/", "https://a.example/azure/samlauthn/", true),
            ("https://a.example/acs", "https://a.example/acs", true),
        ] {
            assert_eq!(wildcard_covers(pattern, value), covers, "{pattern} {value}");
        }
    }
}
