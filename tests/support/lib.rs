//! What the suite is made with: examples cut out of check documentation, one-fault cases, and a
//! way to run the whole engine over files held in memory.

#![expect(clippy::missing_panics_doc, reason = "test support panics in order to fail the test")]

pub mod capture;
pub mod copies;
pub mod damage;
pub mod diagnose;
pub mod example;
pub mod fixture;
pub mod forgery;
pub mod har12;
pub mod har_importer;
pub mod one_fault;
pub mod plugin;
pub mod unfold;
