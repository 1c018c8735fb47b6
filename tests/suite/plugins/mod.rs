//! Check plugins, from the boundary to the guide that tells how one is made.

mod cost;
mod failures;
mod families;
mod guide;
mod header;
mod languages;
mod personal;
mod third_party;
mod trust;
