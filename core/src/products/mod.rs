//! The one door to what is known of products: whose page or log this is, what it says, what that
//! means. Nothing else in core knows what a product writes.
//!
//! What stands behind it are tables; whoever asks does not see them.

mod codes;
mod hosts;
mod log;
mod phrases;

pub(crate) use codes::{credential_code, vendor_codes};
pub(crate) use hosts::{IDP_HOSTS, is_entra};
pub(crate) use log::read as log_lines;
pub(crate) use phrases::{find as statements, stands_before_anything};
