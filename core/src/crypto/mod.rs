//! Certificates, signatures and encryption: the hard part, written down as plain facts.

mod bergshamra_engine;
pub mod certificate;
pub mod engine;
mod work;

pub use bergshamra_engine::BergshamraEngine;
