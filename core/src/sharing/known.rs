//! What stands for what, kept in private: with the map of one copy another is made in which equal values have equal marks.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// What `schema` says in a map.
const SCHEMA: &str = "diag-map/1";

/// The key of the marks, and what stands for what. Whoever has it can undo a copy: it is as secret as the originals.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    schema: String,
    #[serde(serialize_with = "written", deserialize_with = "read")]
    pub(super) key: [u8; 32],
    /// Values, each with its mark.
    pub(super) values: BTreeMap<String, String>,
    /// Words that name people, objects and hosts, in lower case, each with the one that stands for it.
    pub(super) names: BTreeMap<String, String>,
}

impl Map {
    /// Nothing stands for anything yet. The key is one of chance.
    pub fn new(key: [u8; 32]) -> Self {
        let (values, names) = (BTreeMap::new(), BTreeMap::new());
        Self { schema: SCHEMA.to_owned(), key, values, names }
    }

    /// Reads a map that an earlier run wrote.
    ///
    /// # Errors
    /// Why it is none, in words for people: nothing of what stands in it is quoted.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let map: Self = serde_json::from_slice(bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            match error.classify() {
                serde_json::error::Category::Data => {
                    format!("line {line}, column {column} is not as in one")
                }
                _ => format!("it is no JSON at line {line}, column {column}"),
            }
        })?;
        if map.schema != SCHEMA {
            return Err(format!("its schema is not {SCHEMA}"));
        }
        let length = |text: &str| text.chars().count();
        let amiss = |(was, is): (&String, &String)| is.is_empty() || length(was) != length(is);
        if map.values.iter().any(amiss) || map.names.iter().any(amiss) {
            return Err("a mark in it is not as long as what it stands for".to_owned());
        }
        Ok(map)
    }

    /// Number of values and names in it.
    pub fn len(&self) -> usize {
        self.values.len() + self.names.len()
    }

    /// Nothing stands for anything.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("len", &self.len()).finish_non_exhaustive()
    }
}

fn written<S: Serializer>(key: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&key.map(|byte| format!("{byte:02x}")).concat())
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let bytes: Vec<u8> = digits
        .unwrap_or_default()
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    let is_whole = text.len() == 64;
    <[u8; 32]>::try_from(bytes)
        .ok()
        .filter(|_| is_whole)
        .ok_or_else(|| serde::de::Error::custom("expected 64 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sharing::{Copying, Gathering, Options};

    /// What becomes of a text, and the map afterwards.
    fn copied(text: &str, map: &Map) -> (String, Map) {
        let options = Options { identities: true, hosts: true, ..Options::default() };
        let mut gathering = Gathering::new(options);
        gathering.take(Box::new(text.as_bytes())).expect("a text");
        let copying: Copying = gathering.settle_with(map);
        let mut out = Vec::new();
        let copy = copying.copy(Box::new(text.as_bytes()), &mut out).expect("a copy");
        out.extend(copy.ending(None));
        (String::from_utf8(out).expect("UTF-8"), copying.map())
    }

    fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
        text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).expect("there").0
    }

    const FIRST: &str =
        r#"{"clientSecret": "Kt8~first.Zw4qLm9", "userPrincipalName": "bo.page@tailspin.example"}"#;
    const SECOND: &str = r#"{"other": {"apiKey": "Rm5~other.Bx2nTq7", "clientSecret": "Kt8~first.Zw4qLm9"}, "mail": "bo.page@tailspin.example", "userPrincipalName": "kim.okafor@tailspin.example"}"#;

    #[test]
    fn equal_values_have_equal_marks_in_both_copies() {
        let (first, map) = copied(FIRST, &Map::new([7; 32]));
        let (second, both) = copied(SECOND, &map);
        assert_eq!(
            between(&first, "clientSecret\":\"", "\""),
            between(&second, "clientSecret\":\"", "\"")
        );
        assert_eq!(
            between(&first, "userPrincipalName\":\"", "\""),
            between(&second, "mail\":\"", "\"")
        );
        assert!(!second.contains("Rm5~other") && !second.contains("okafor"), "{second}");
        // The map grows, forgets nothing, and is read as it was written.
        assert!(both.len() > map.len());
        assert!(map.values.iter().all(|(was, is)| both.values.get(was) == Some(is)));
        assert!(map.names.iter().all(|(was, is)| both.names.get(was) == Some(is)));
        let written = serde_json::to_vec_pretty(&both).expect("JSON");
        assert_eq!(Map::parse(&written), Ok(both));
        // Without the map nothing is equal.
        let (alone, _) = copied(SECOND, &Map::new([8; 32]));
        assert!(!alone.contains(between(&first, "clientSecret\":\"", "\"")));
    }

    #[test]
    fn a_known_mark_that_is_a_name_of_the_second_case_is_made_anew() {
        let (_, map) = copied(FIRST, &Map::new([7; 32]));
        let mark = map.names.get("page").expect("a name").clone();
        let clash = format!(
            r#"{{"userPrincipalName": "bo.page@tailspin.example", "mail": "{mark}@tailspin.example"}}"#
        );
        let (copy, both) = copied(&clash, &map);
        assert_ne!(both.names.get("page"), Some(&mark));
        assert!(!copy.contains(&mark), "{copy}");
    }

    #[test]
    fn what_is_no_map_is_told_without_a_word_of_it() {
        let whole = serde_json::to_value(Map::new([7; 32])).expect("JSON");
        let with = |name: &str, value: serde_json::Value| {
            let mut map = whole.clone();
            map[name] = value;
            map.to_string().into_bytes()
        };
        for (bytes, why) in [
            (b"hunter2".to_vec(), "no JSON"),
            (br#"{"hunter2": "x"}"#.to_vec(), "not as in one"),
            (with("schema", "diag-report/1".into()), "schema"),
            (with("key", "hunter2".into()), "not as in one"),
            (with("key", "é".repeat(32).into()), "not as in one"),
            (with("values", serde_json::json!({"hunter2": "x"})), "as long as"),
            (with("names", serde_json::json!({"hunter2": ""})), "as long as"),
        ] {
            let said = Map::parse(&bytes).expect_err("no map");
            assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
        }
        assert_eq!(format!("{:?}", Map::new([7; 32])), "Map { len: 0, .. }");
    }
}
