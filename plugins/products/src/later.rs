//! A list that is read only once somebody asks for it: most runs need the sentences and screens of two or three products.

use serde::{Deserialize, Deserializer};
use std::ops::Deref;
use std::sync::OnceLock;

/// A list, or the JSON it is still to be read from. It is used like the list.
#[derive(Debug, Clone)]
pub struct Later<T> {
    json: &'static str,
    list: OnceLock<Vec<T>>,
}

impl<T> Later<T> {
    /// The list that this JSON holds: JSON that was written when diag was built.
    pub(crate) fn of(json: &'static str) -> Self {
        Self { json, list: OnceLock::new() }
    }
}

impl<T> From<Vec<T>> for Later<T> {
    fn from(list: Vec<T>) -> Self {
        Self { json: "[]", list: OnceLock::from(list) }
    }
}

impl<T> Default for Later<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: for<'d> Deserialize<'d>> Deref for Later<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.list.get_or_init(|| {
            serde_json::from_str(self.json).expect("the suite reads every product file")
        })
    }
}

/// A list in a file is read at once, so that its faults are told.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_when_it_is_asked_for_and_not_before() {
        let later: Later<u8> = Later::of("[1, 2]");
        assert!(later.list.get().is_none() && later.clone().list.get().is_none());
        assert_eq!((later.len(), later.iter().sum::<u8>()), (2, 3));
        assert!(later.list.get().is_some());
        assert!(Later::<u8>::default().is_empty());
        let read: Later<u8> = serde_json::from_str("[3]").unwrap();
        assert_eq!((read.list.get().is_some(), &*read), (true, &[3][..]));
    }
}
