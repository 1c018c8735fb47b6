//! What the program does as a person or a machine that starts it sees it: arguments, files, output, exit status.
//!
//! One binary for all of it: it is linked once, and its tests run beside one another.

#[cfg(unix)]
mod action;
mod ask;
mod browser;
mod bundles;
mod collected;
mod command_line;
mod compare;
mod configuration;
mod decode;
mod documented;
mod each;
mod fix;
mod fix_captures;
mod fleet;
mod habits;
mod open;
mod packs;
mod products;
mod readme;
mod redact;
mod redact_archives;
mod schemas;
mod secrets;
mod support;
