//! Values that may be anything: text, numbers, lists and objects as exporters really write them.
//!
//! One odd field must never cost an entry; serde's derive would refuse a repeated field, or a
//! number where text was expected.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// More list elements than any entry of ours has.
const MAX_ELEMENTS: usize = 20_000;

/// Text, or whatever stands in its place.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Text<'a> {
    /// Missing, null or an object.
    #[default]
    Absent,
    /// Here it is.
    Here(Cow<'a, str>),
    /// The long string of this number.
    Long(usize),
}

/// Implements the scalar half of a visitor by ignoring every scalar.
macro_rules! scalars_are_nothing {
    () => {
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("anything")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
}

pub(super) fn drain_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn drain_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;
        impl<'de> Visitor<'de> for AnyText {
            type Value = Text<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("anything")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Text::Here(Cow::Borrowed(if value { "true" } else { "false" })))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Text::Here(Cow::Owned(value.to_string())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Text::Here(Cow::Owned(value.to_string())))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Text::Here(Cow::Owned(value.to_string())))
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Text::Here(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Text::Here(Cow::Owned(value.to_owned())))
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text::Absent)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let first = seq.next_element::<Text<'de>>()?.unwrap_or_default();
                drain_seq(seq)?;
                Ok(match first {
                    Text::Here(text) => text.parse().map_or(Text::Here(text), Text::Long),
                    other => other,
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                drain_map(map)?;
                Ok(Text::Absent)
            }
        }
        deserializer.deserialize_any(AnyText)
    }
}

/// A number, also where it is written as text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Number(pub(super) Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Text::deserialize(deserializer)? {
            Text::Here(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Text::Absent | Text::Long(_) => None,
        }))
    }
}

/// Whether a field is there and not empty, whatever it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Present(pub(super) bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Present;
            scalars_are_nothing!();
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let first = seq.next_element::<IgnoredAny>()?.is_some();
                drain_seq(seq)?;
                Ok(Present(first))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                drain_map(map)?;
                Ok(Present(true))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A flag, also where it is written as text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(
            matches!(Text::deserialize(deserializer)?, Text::Here(text) if text.eq_ignore_ascii_case("true")),
        ))
    }
}

/// Names with values: a list of `{name, value}`, a list of `[name, value]`, or an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Pairs<'a>(pub(super) Vec<(Text<'a>, Text<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyPairs;
        impl<'de> Visitor<'de> for AnyPairs {
            type Value = Pairs<'de>;
            scalars_are_nothing!();
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::with_capacity(16);
                while pairs.len() < MAX_ELEMENTS {
                    let Some(Pair { name, value }) = seq.next_element::<Pair<'de>>()? else {
                        return Ok(Pairs(pairs));
                    };
                    pairs.push((name, value));
                }
                drain_seq(seq)?;
                Ok(Pairs(pairs))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(name) = map.next_key::<Text<'de>>()? {
                    let value = map.next_value()?;
                    if pairs.len() < MAX_ELEMENTS {
                        pairs.push((name, value));
                    }
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_any(AnyPairs)
    }
}

#[derive(Default)]
struct Pair<'a> {
    name: Text<'a>,
    value: Text<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Pair<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyPair;
        impl<'de> Visitor<'de> for AnyPair {
            type Value = Pair<'de>;
            scalars_are_nothing!();
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let name = seq.next_element()?.unwrap_or_default();
                let value = seq.next_element()?.unwrap_or_default();
                drain_seq(seq)?;
                Ok(Pair { name, value })
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pair = Pair::default();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    match key {
                        Text::Here(key) if key == "name" => pair.name = map.next_value()?,
                        Text::Here(key) if key == "value" => pair.value = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(pair)
            }
        }
        deserializer.deserialize_any(AnyPair)
    }
}

/// A list of lenient objects.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyList<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for AnyList<T> {
            type Value = List<T>;
            scalars_are_nothing!();
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while list.len() < MAX_ELEMENTS {
                    let Some(element) = seq.next_element()? else { return Ok(List(list)) };
                    list.push(element);
                }
                drain_seq(seq)?;
                Ok(List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                drain_map(map)?;
                Ok(List::default())
            }
        }
        deserializer.deserialize_any(AnyList(std::marker::PhantomData))
    }
}

/// Declares an object whose fields may be missing, repeated or of any type.
macro_rules! lenient {
    ($($(#[$meta:meta])* struct $name:ident { $($field:ident: $type:ty = $key:literal),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub(super) struct $name<'a> { $(pub(super) $field: $type),* }

        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct AnyObject<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> Visitor<'de> for AnyObject<'a> {
                    type Value = $name<'a>;
                    scalars_are_nothing!();
                    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                        drain_seq(seq)?;
                        Ok($name::default())
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut object = $name::default();
                        while let Some(key) = map.next_key::<Text<'de>>()? {
                            let Text::Here(key) = key else { { map.next_value::<IgnoredAny>()?; }; continue };
                            match &*key {
                                $($key => object.$field = map.next_value()?,)*
                                _ => { map.next_value::<IgnoredAny>()?; },
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_any(AnyObject(std::marker::PhantomData))
            }
        }
    )*};
}

impl Text<'_> {
    /// The text, where it is short.
    pub(super) fn short(&self) -> Option<&str> {
        match self {
            Text::Here(text) => Some(text),
            Text::Absent | Text::Long(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(text: &str) -> Text<'_> {
        Text::Here(Cow::Borrowed(text))
    }

    #[test]
    fn headers_come_in_three_shapes() {
        for text in [r#"[{"name":"A","value":1,"x":{}}]"#, r#"[["A","1"]]"#, r#"{"A":"1"}"#] {
            let pairs: Pairs<'_> = serde_json::from_str(text).unwrap();
            assert_eq!(pairs.0, [(here("A"), here("1"))], "{text}");
        }
        let pairs: Pairs<'_> =
            serde_json::from_str(r#"[null,{"name":"A","value":[7]},"x"]"#).unwrap();
        assert_eq!(pairs.0[1], (here("A"), Text::Long(7)));
    }
}
