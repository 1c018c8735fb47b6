//! Systems without a sandbox that diag could use: what is said in its place.

use crate::frames::Confinement;

#[cfg(windows)]
const NOT_CONFINED: &str = "a process of its own in a job (memory, time, no desktop) with a deadline; files and network are not confined here";
#[cfg(not(windows))]
const NOT_CONFINED: &str =
    "a process of its own with a deadline; this system has no sandbox diag could use";

/// Closes what the process that started `diag` may have left open.
pub fn close_inherited() {}

/// Gives up everything but computing and loading the system's libraries. Returns what was achieved, for people.
pub fn before_loading() -> Confinement {
    not_confined()
}

/// Gives up loading, too.
pub fn after_loading() {}

/// Gives up everything but reading what a program needs to start. Returns what was achieved, for people.
pub fn before_program(_: &std::path::Path) -> Confinement {
    not_confined()
}

fn not_confined() -> Confinement {
    Confinement { words: NOT_CONFINED.to_owned(), complete: false }
}
