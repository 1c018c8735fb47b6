//! Our own keys and certificates, put in place of `{{certificate:NAME}}` in examples and cases.

use std::path::PathBuf;

/// The folder of fixtures.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The base64 of a fixture certificate, on one line.
pub fn certificate(name: &str) -> String {
    let path = folder().join("keys").join(format!("{name}.crt"));
    let pem = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

/// The private key of a fixture certificate, PEM.
pub fn private_key(name: &str) -> String {
    let path = folder().join("keys").join(format!("{name}.key"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Replaces every `{{certificate:NAME}}` and `{{thumbprint:NAME}}`.
pub fn fill(text: &str) -> String {
    let filled = replace(text, "{{certificate:", certificate);
    replace(&filled, "{{thumbprint:", |name| {
        diag_core::certificate::read(&certificate(name), diag_sdk::Place::default()).sha1
    })
}

/// Replaces every `OPEN name}}` by what `value` gives for the name.
pub fn replace(text: &str, open: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let Some(length) = rest[start..].find("}}") else { break };
        out.push_str(&rest[..start]);
        out.push_str(&value(&rest[start + open.len()..start + length]));
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    out
}
