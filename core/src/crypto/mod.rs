//! Certificates, signatures and encryption: the hard part, written down as plain facts.

pub mod certificate;
