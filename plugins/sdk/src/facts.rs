//! One macro that gives every fact the same derives, so that no fact can miss one.

/// Declares plain facts: structs with the derives every fact needs. Missing fields of serialised
/// facts read as their default, so older Cases stay readable.
macro_rules! facts {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default)]
        pub struct $name { $($body)* }
    )*};
}

/// Declares a closed set of words, serialised in kebab-case; the first one is the default.
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident { $(#[$first_meta:meta])* $first:ident, $($rest:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { #[default] $(#[$first_meta])* $first, $($rest)* }
    )*};
}
