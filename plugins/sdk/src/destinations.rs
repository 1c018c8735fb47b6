//! Many declared URLs, looked up by where a browser went.
//!
//! [`crate::address::reaches`] tells it of one URL. A capture may hold thousands of messages and a
//! metadata file thousands of endpoints, so that asking each pair takes too long.

use crate::address::Address;
use std::collections::HashMap;

/// Declared URLs by the address a browser sent to them asks for.
#[derive(Debug, Clone, Default)]
pub struct Destinations<'a> {
    exactly: HashMap<&'a str, usize>,
    addresses: HashMap<Address, usize>,
    /// Without their query: what can be compared where one of the two was replaced by `…`.
    paths: HashMap<Address, usize>,
    masked: HashMap<Address, usize>,
}

impl Destinations<'_> {
    /// The first of the URLs that a browser which asked for `seen` may have been sent to, by its position.
    pub fn reached(&self, seen: &str) -> Option<usize> {
        let Some(seen) = Address::parse(seen) else { return self.exactly.get(seen).copied() };
        let path = seen.without_query();
        if seen.query_is_masked() {
            return self.paths.get(&path).copied();
        }
        let found = [self.addresses.get(&seen), self.masked.get(&path)];
        found.into_iter().flatten().min().copied()
    }

    /// The position of exactly that URL.
    pub fn position(&self, url: &str) -> Option<usize> {
        self.exactly.get(url).copied()
    }
}

impl<'a> FromIterator<&'a str> for Destinations<'a> {
    fn from_iter<I: IntoIterator<Item = &'a str>>(urls: I) -> Self {
        let mut all = Self::default();
        for (position, url) in urls.into_iter().enumerate() {
            all.exactly.entry(url).or_insert(position);
            let Some(address) = Address::parse(url) else { continue };
            let path = address.without_query();
            if address.query_is_masked() {
                all.masked.entry(path.clone()).or_insert(position);
            }
            all.paths.entry(path).or_insert(position);
            all.addresses.entry(address).or_insert(position);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::reaches;

    #[test]
    fn it_says_the_same_as_asking_each() {
        let declared = [
            "urn:x",
            "https://Sense.example:443/acs",
            "https://sense.example/acs?x=1",
            "https://sense.example/acs?x=…",
            "sense",
            "",
        ];
        let all: Destinations<'_> = declared.into_iter().collect();
        for seen in [
            "https://sense.example/acs",
            "https://sense.example/acs?x=1",
            "https://sense.example/acs?x=2",
            "https://sense.example/acs?x=…",
            "http://sense.example/acs",
            "sense",
            "urn:x",
            "",
        ] {
            assert_eq!(
                all.reached(seen),
                declared.iter().position(|url| reaches(url, seen)),
                "{seen}"
            );
        }
        assert_eq!(
            (all.position("sense"), all.position("https://sense.example/acs")),
            (Some(4), None)
        );
    }
}
