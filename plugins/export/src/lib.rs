//! Every first-party family as a library that `diag` can load, to show that being loaded makes no
//! difference: `cargo build -p diag-plugin-export --examples`, then
//! `diag --no-builtin --plugin target/debug/examples/libfamily_hosts.so …`.
//!
//! The libraries are the examples in `families/`; there is nothing else here.
