//! The integration suite: one binary, whole inputs.

mod architecture;
