//! The pack that `diag plugin new NAME --lang pack` writes.

/// A pack of that name with one check and tests that pass, to be changed into what is needed.
pub fn template(name: &str) -> String {
    include_str!("template.checks.toml").replace("NAME", name)
}
