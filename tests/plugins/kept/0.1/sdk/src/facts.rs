//! Macros that give every fact the same derives, so that no fact can miss one; and what becomes of words that a later
//! `diag` has and this one does not.
//!
//! A mistyped word in what a person wrote is refused. A plugin that was built with an earlier version is sent facts of
//! a later one, though: while it reads those ([`leniently`]) a word that does not exist here reads like one that is
//! absent, so that a new product or a new outcome costs nobody a plugin.

use serde::de::value::Error as Refused;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IntoDeserializer};
use std::cell::Cell;

thread_local! {
    static LENIENT: Cell<bool> = const { Cell::new(false) };
    /// Words met that do not exist here and that nobody has dealt with.
    static UNKNOWN: Cell<usize> = const { Cell::new(0) };
}

/// Reads facts among which there may be words that only a later version has.
pub(crate) fn leniently<T>(read: impl FnOnce() -> T) -> T {
    let before = LENIENT.replace(true);
    let result = read();
    LENIENT.set(before);
    result
}

/// Reads a word of a closed set: `W` has the words, `T` is what they stand for.
pub(crate) fn word<'de, D: Deserializer<'de>, W: DeserializeOwned + Into<T>, T: Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    if !LENIENT.get() {
        return W::deserialize(deserializer).map(Into::into);
    }
    let text = String::deserialize(deserializer)?;
    let read: Result<W, Refused> = W::deserialize(text.as_str().into_deserializer());
    Ok(read.map_or_else(
        |_| {
            UNKNOWN.set(UNKNOWN.get() + 1);
            T::default()
        },
        Into::into,
    ))
}

/// Something with a word in it; nothing where that word does not exist here.
struct Known<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let before = UNKNOWN.replace(0);
        let read = T::deserialize(deserializer);
        let unknown = UNKNOWN.replace(before);
        Ok(Self(Some(read?).filter(|_| unknown == 0)))
    }
}

/// A list of what is known: an element whose word does not exist here is left out, for it would stand for another.
pub(crate) fn only_known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Vec::<Known<T>>::deserialize(deserializer)?.into_iter().filter_map(|one| one.0).collect())
}

/// Something that may be absent, and is where its word does not exist here.
pub(crate) fn if_known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Known<T>>::deserialize(deserializer)?.and_then(|one| one.0))
}

/// Declares plain facts: structs with the derives every fact needs. Missing fields of serialised
/// facts read as their default, so older Cases stay readable.
macro_rules! facts {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name { $($body)* }
    )*};
}

/// Declares a closed set of words, serialised in kebab-case; the first one is the default.
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident {
        $(#[$first_meta:meta])* $first:ident, $($(#[$word_meta:meta])* $word:ident),* $(,)?
    })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { #[default] $(#[$first_meta])* $first, $($(#[$word_meta])* $word),* }

        const _: () = {
            #[derive(serde::Deserialize)]
            #[serde(rename_all = "kebab-case")]
            enum Word { $first, $($word),* }

            impl From<Word> for $name {
                fn from(word: Word) -> Self {
                    match word {
                        Word::$first => Self::$first,
                        $(Word::$word => Self::$word,)*
                    }
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::facts::word::<D, Word, Self>(deserializer)
                }
            }
        };
    )*};
}
