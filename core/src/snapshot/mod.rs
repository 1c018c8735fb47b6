//! Vendor exports made neutral: registrations and service provider configurations.
