//! What the suite is made with: examples cut out of check documentation, one-fault cases, and a
//! way to run the whole engine over files held in memory.

pub mod builtin;
pub mod capture;
pub mod diagnose;
pub mod example;
pub mod fixture;
pub mod one_fault;
