//! Runs check plugins that are not part of `diag`, so that none can take it down, stall it, or see
//! what it was not given.
//!
//! A plugin never runs in the process that judges. Each gets a worker process: `diag` itself,
//! re-executed, opens the library there (or becomes the program), gives up everything it does not
//! need (network, files, processes, memory without bound) and answers frames on its standard
//! input and output. The parent holds the clock, counts the bytes and believes nothing it reads
//! before it is checked.
//!
//! - [`plugin`]: a plugin as the rest of `diag` sees it
//! - [`engine`]: what answers for it
//! - [`kind`]: what a file is, before anything is started
//! - [`pack`]: checks in expressions, which need no worker
//! - [`frames`]: what parent and worker say to each other, one line of JSON each
//! - [`process`]: the parent's side: spawn, deadline, output limit
//! - [`copy`]: the bytes of a plugin: what is hashed is what is run
//! - [`printed`]: what a plugin prints besides answers
//! - [`sight`]: what of a Case a plugin sees
//! - [`withhold`]: what a plugin does not see
//! - `announced`: secrets in what a plugin prints
//! - [`belief`]: what is believed of what it says
//! - [`worker`]: the worker's side for libraries and programs
//! - [`interpreter`]: who runs a script where the system does not read its first line
//! - [`library`]: opens a shared library and calls its table; the unsafe code
//! - [`requires`]: which `diag` a plugin works with
//! - [`sandbox`]: what a worker gives up
//! - [`standard_output`]: whether there is anywhere to write to
//! - [`digest`]: the SHA-256 a plugin is trusted by

mod announced;
pub mod belief;
pub mod copy;
pub mod digest;
pub mod engine;
pub mod frames;
pub mod interpreter;
pub mod kind;
pub mod library;
pub mod pack;
pub mod plugin;
pub mod printed;
pub mod process;
pub mod requires;
pub mod sandbox;
pub mod sight;
pub mod standard_output;
pub mod withhold;
pub mod worker;

pub use engine::{Engine, Question};
pub use plugin::{Loaded, PluginError, TIME_FOR_A_CASE, Terms};
pub use process::{Failure, Launcher, Limits};
pub use sight::Sight;
