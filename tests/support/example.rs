//! Our own checks against the examples in their documentation.

use diag_core::example;
use diag_sdk::Check;
use diag_sdk::manifest::CheckInfo;

/// What is wrong with a check's examples; empty where they hold.
pub fn complaints(check: &Check) -> Vec<String> {
    example::complaints(&CheckInfo::from(check), |case| Ok(check.judge(case).into_parts()))
}
