//! The outline of a JSON document: its upper levels, enough to tell what it is at a cost that does
//! not grow with what it holds.

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

/// Levels that recognition looks at: the export, its list, an object in it, a list in that, a text in that.
const DEPTH: usize = 5;

/// Elements of a list that recognition looks at.
const ELEMENTS: usize = 3;

/// The outline of a JSON value.
#[derive(Debug)]
pub(super) enum Outline {
    /// Its fields, in order.
    Object(Vec<(String, Outline)>),
    /// Its first elements.
    List(Vec<Outline>),
    /// Its beginning.
    Text(String),
    /// A number, a word, or what is too deep to look at.
    Other,
}

impl Outline {
    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(DEPTH).deserialize(deserializer)
    }
}

/// Reads an outline down to a depth.
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Outline;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outline, D::Error> {
        if self.0 == 0 {
            IgnoredAny::deserialize(deserializer).map(|_| Outline::Other)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Outline;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Outline, E> {
        Ok(Outline::Other)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Outline, E> {
        Ok(Outline::Other)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Outline, E> {
        Ok(Outline::Other)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Outline, E> {
        Ok(Outline::Other)
    }
    fn visit_unit<E>(self) -> Result<Outline, E> {
        Ok(Outline::Other)
    }
    fn visit_str<E>(self, text: &str) -> Result<Outline, E> {
        Ok(Outline::Text(text.chars().take(200).collect()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Outline, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < ELEMENTS {
            let Some(element) = seq.next_element_seed(Level(self.0 - 1))? else {
                return Ok(Outline::List(elements));
            };
            elements.push(element);
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Outline::List(elements))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if fields.len() < 2_000 {
                fields.push((name, map.next_value_seed(Level(self.0 - 1))?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Outline::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(
            serde_json::from_str::<Outline>(&deep).is_ok(),
            "below the outline nothing recurses"
        );
    }
}
