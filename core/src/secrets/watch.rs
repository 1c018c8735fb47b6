//! Looks through what is to be cleaned before anything is made of it. Nearly all exchanges of a capture hold nothing
//! that changes, and a look costs a fraction of what writing them out as JSON and reading them back does.

use serde::ser::{
    Error, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct,
    SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    Serializer,
};
use std::fmt;

/// Whether any text below a value changes; `above` is how texts outside of every field are treated, `below` how those
/// of a field are, given its name and how those around it are.
pub(super) fn changes<T: Serialize, S: Copy>(
    value: &T,
    above: S,
    below: &impl Fn(&str, S) -> S,
    changed: &impl Fn(&str, S) -> bool,
) -> bool {
    value.serialize(Watch { how: above, below, changed }).is_err()
}

/// Something changes, or cannot be looked at.
#[derive(Debug)]
struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("changed")
    }
}

impl std::error::Error for Changed {}

impl Error for Changed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Watch<'w, S, B, C> {
    how: S,
    below: &'w B,
    changed: &'w C,
}

impl<S: Copy, B, C> Clone for Watch<'_, S, B, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Copy, B, C> Copy for Watch<'_, S, B, C> {}

impl<S: Copy, B: Fn(&str, S) -> S, C: Fn(&str, S) -> bool> Watch<'_, S, B, C> {
    fn field<T: Serialize + ?Sized>(&self, name: &str, value: &T) -> Result<(), Changed> {
        value.serialize(Self { how: (self.below)(name, self.how), ..*self })
    }
}

/// What holds no text.
macro_rules! silent {
    ($($name:ident: $type:ty),+) => { $(fn $name(self, _: $type) -> Result<(), Changed> { Ok(()) })+ };
}

impl<'w, S: Copy, B: Fn(&str, S) -> S, C: Fn(&str, S) -> bool> Serializer for Watch<'w, S, B, C> {
    type Ok = ();
    type Error = Changed;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Fields<'w, S, B, C>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    silent!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_bytes: &[u8]
    );

    fn serialize_char(self, character: char) -> Result<(), Changed> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, text: &str) -> Result<(), Changed> {
        if (self.changed)(text, self.how) { Err(Changed) } else { Ok(()) }
    }
    fn serialize_none(self) -> Result<(), Changed> {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Changed> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Changed> {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Changed> {
        Ok(())
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Changed> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Changed> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Changed> {
        self.field(variant, value)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Changed> {
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Changed> {
        Ok(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Changed> {
        Ok(self)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Changed> {
        Ok(Self { how: (self.below)(variant, self.how), ..self })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'w, S, B, C>, Changed> {
        Ok(Fields { watch: self, name: String::new() })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Changed> {
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Changed> {
        Ok(Self { how: (self.below)(variant, self.how), ..self })
    }
}

/// Items of a list, and whatever has no names.
macro_rules! items {
    ($($trait:ident $method:ident),+) => {
        $(impl<S: Copy, B: Fn(&str, S) -> S, C: Fn(&str, S) -> bool> $trait for Watch<'_, S, B, C> {
            type Ok = ();
            type Error = Changed;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Changed> {
                value.serialize(*self)
            }
            fn end(self) -> Result<(), Changed> {
                Ok(())
            }
        })+
    };
}

items!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

/// Fields with their names.
macro_rules! fields {
    ($($trait:ident),+) => {
        $(impl<S: Copy, B: Fn(&str, S) -> S, C: Fn(&str, S) -> bool> $trait for Watch<'_, S, B, C> {
            type Ok = ();
            type Error = Changed;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Changed> {
                self.field(name, value)
            }
            fn end(self) -> Result<(), Changed> {
                Ok(())
            }
        })+
    };
}

fields!(SerializeStruct, SerializeStructVariant);

/// The entries of a map, whose names are made as it goes.
struct Fields<'w, S, B, C> {
    watch: Watch<'w, S, B, C>,
    name: String,
}

impl<S: Copy, B: Fn(&str, S) -> S, C: Fn(&str, S) -> bool> SerializeMap for Fields<'_, S, B, C> {
    type Ok = ();
    type Error = Changed;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Changed> {
        self.name = key.serialize(Key)?;
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Changed> {
        self.watch.field(&self.name, value)
    }
    fn end(self) -> Result<(), Changed> {
        Ok(())
    }
}

/// The name of an entry; one that is no text is not looked at, but written out.
struct Key;

/// What no name is.
macro_rules! no_name {
    ($($name:ident: $type:ty),+) => { $(fn $name(self, _: $type) -> Result<String, Changed> { Err(Changed) })+ };
}

impl Serializer for Key {
    type Ok = String;
    type Error = Changed;
    type SerializeSeq = Impossible<String, Changed>;
    type SerializeTuple = Impossible<String, Changed>;
    type SerializeTupleStruct = Impossible<String, Changed>;
    type SerializeTupleVariant = Impossible<String, Changed>;
    type SerializeMap = Impossible<String, Changed>;
    type SerializeStruct = Impossible<String, Changed>;
    type SerializeStructVariant = Impossible<String, Changed>;

    no_name!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8], serialize_unit_struct: &'static str
    );

    fn serialize_str(self, name: &str) -> Result<String, Changed> {
        Ok(name.to_owned())
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String, Changed> {
        Ok(variant.to_owned())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String, Changed> {
        value.serialize(self)
    }
    fn serialize_none(self) -> Result<String, Changed> {
        Err(Changed)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<String, Changed> {
        Err(Changed)
    }
    fn serialize_unit(self) -> Result<String, Changed> {
        Err(Changed)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, Changed> {
        Err(Changed)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Changed> {
        Err(Changed)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Changed> {
        Err(Changed)
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Changed> {
        Err(Changed)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Changed> {
        Err(Changed)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Changed> {
        Err(Changed)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Changed> {
        Err(Changed)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Changed> {
        Err(Changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    enum Sort {
        Unit,
        One(&'static str),
        Two(&'static str, u8),
        Named { deep: &'static str },
    }

    #[derive(Serialize)]
    struct Whole {
        number: u8,
        list: Vec<Option<&'static str>>,
        map: BTreeMap<&'static str, &'static str>,
        sort: Sort,
    }

    /// The names of the fields around the text that is looked for.
    fn way(sort: Sort, wanted: &str) -> bool {
        let map = BTreeMap::from([("key", "in the map")]);
        let whole = Whole { number: 1, list: vec![None, Some("in the list")], map, sort };
        changes(&whole, 0, &|name, depth| depth + name.len(), &|text, depth| {
            wanted == format!("{text} {depth}")
        })
    }

    #[test]
    fn every_text_is_seen_with_the_names_around_it() {
        assert!(way(Sort::Unit, "in the list 4") && way(Sort::Unit, "in the map 6"));
        assert!(way(Sort::Unit, "Unit 4") && way(Sort::One("x"), "x 7"));
        assert!(way(Sort::Two("x", 1), "x 7") && way(Sort::Named { deep: "x" }, "x 13"));
        assert!(!way(Sort::Unit, "key 3") && !way(Sort::Unit, "in the list 0"));
    }
}
