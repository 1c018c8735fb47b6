//! `[expect]` in `diag.toml`, and `--expect FILE`: what a team knows of how its own sign-in has to look.

use super::{folder_of, parsed};
use crate::failure::Failure;
use diag_sdk::case::expectation::{Aspect, Expectation};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Most values expected of one thing, and the longest one, in characters.
const MOST: usize = 100;
const LONGEST: usize = 2000;

/// What is expected: compared like any other source, and told as expected by your file.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Expect {
    /// Of the service provider.
    #[serde(default)]
    sp: ExpectSp,
    /// Of the identity provider.
    #[serde(default)]
    idp: ExpectIdp,
    /// The format of the NameID, whole or by its last part, such as `persistent`.
    #[serde(default)]
    name_id_format: Values,
    /// Attributes by name: a value, several of which any is right, or `"*"` where it only has to be sent. `*` stands for any text.
    #[serde(default)]
    attributes: BTreeMap<String, Values>,
}

/// What is expected of the service provider.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct ExpectSp {
    /// Its entityID.
    entity_id: Values,
    /// Its assertion consumer service URL.
    acs_url: Values,
    /// SHA-1 or SHA-256 thumbprint of the certificate it signs with.
    certificate: Values,
    /// The algorithm of its requests, whole or by its last part, such as `rsa-sha256`.
    signature_algorithm: Values,
}

/// What is expected of the identity provider.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct ExpectIdp {
    /// Its entityID.
    entity_id: Values,
    /// The URL at which it takes requests.
    sso_url: Values,
    /// SHA-1 or SHA-256 thumbprint of the certificate it signs with.
    certificate: Values,
    /// The algorithm of responses and assertions, whole or by its last part, such as `rsa-sha256`.
    signature_algorithm: Values,
    /// The algorithm of their digests, whole or by its last part, such as `sha256`.
    digest_algorithm: Values,
}

/// One value, or several of which any is right.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Values {
    /// One.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Any(Vec::new())
    }
}

impl Values {
    fn list(&self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value.clone()],
            Self::Any(values) => values.clone(),
        }
    }
}

/// A file of expectations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectFile {
    expect: Expect,
}

/// Reads what `--expect` names.
pub(super) fn read(path: &Path) -> Result<Vec<Expectation>, Failure> {
    let shown = path.display();
    let hint = "expected a TOML file with [expect.sp], [expect.idp], [expect.attributes]; docs/configuration.md describes them";
    let cannot = |error: std::io::Error| {
        Failure::new(format!("{shown}: cannot be read: {error}")).hint(hint)
    };
    let metadata = fs::metadata(path).map_err(cannot)?;
    if !metadata.is_file() || metadata.len() > super::LARGEST {
        return Err(Failure::new(format!("{shown}: is no file of expectations")).hint(hint));
    }
    let text = fs::read_to_string(path).map_err(cannot)?;
    parsed::<ExpectFile>(&text, path)?.expect.expectations(path)
}

impl Expect {
    /// The single expectations; `path` is the file they stand in.
    pub(super) fn expectations(&self, path: &Path) -> Result<Vec<Expectation>, Failure> {
        let (sp, idp) = (&self.sp, &self.idp);
        let plain = [
            ("sp.entity-id", Aspect::SpEntityId, &sp.entity_id),
            ("sp.acs-url", Aspect::SpAcsUrl, &sp.acs_url),
            ("sp.certificate", Aspect::SpCertificate, &sp.certificate),
            ("sp.signature-algorithm", Aspect::SpSignatureAlgorithm, &sp.signature_algorithm),
            ("idp.entity-id", Aspect::IdpEntityId, &idp.entity_id),
            ("idp.sso-url", Aspect::IdpSsoUrl, &idp.sso_url),
            ("idp.certificate", Aspect::IdpCertificate, &idp.certificate),
            ("idp.signature-algorithm", Aspect::IdpSignatureAlgorithm, &idp.signature_algorithm),
            ("idp.digest-algorithm", Aspect::IdpDigestAlgorithm, &idp.digest_algorithm),
            ("name-id-format", Aspect::NameIdFormat, &self.name_id_format),
        ];
        let origin = shown(path);
        let mut all = Vec::new();
        for (key, of, values) in plain {
            let values = sound(key, values.list(), path)?;
            if matches!(of, Aspect::SpCertificate | Aspect::IdpCertificate) {
                values.iter().try_for_each(|value| thumbprint(key, value, path))?;
            }
            if !values.is_empty() {
                all.push(Expectation { of, attribute: None, values, origin: origin.clone() });
            }
        }
        for (name, values) in &self.attributes {
            let values = sound(&format!("attributes.{name:?}"), values.list(), path)?;
            let values = if values.iter().any(|value| value == "*") { Vec::new() } else { values };
            all.push(Expectation {
                of: Aspect::Attribute,
                attribute: Some(name.clone()),
                values,
                origin: origin.clone(),
            });
        }
        Ok(all)
    }
}

/// The file as a report names it: without the folders of whoever runs it.
fn shown(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    name.filter(|_| !folder_of(path).as_os_str().is_empty())
        .unwrap_or_else(|| path.display().to_string())
}

fn sound(key: &str, values: Vec<String>, path: &Path) -> Result<Vec<String>, Failure> {
    let wrong = |what: &str| Failure::new(format!("{}: [expect] {key}: {what}", path.display()));
    if values.len() > MOST {
        return Err(wrong(&format!("more than {MOST} values")));
    }
    match values.iter().find(|value| value.trim().is_empty() || value.chars().count() > LONGEST) {
        Some(value) if value.trim().is_empty() => {
            Err(wrong("an empty value").hint("leave the key out where nothing is expected"))
        }
        Some(_) => Err(wrong(&format!("a value of more than {LONGEST} characters"))),
        None => Ok(values),
    }
}

/// A thumbprint is 40 or 64 hexadecimal digits, with or without colons and blanks.
fn thumbprint(key: &str, value: &str, path: &Path) -> Result<(), Failure> {
    let plain: String = value.chars().filter(|one| !matches!(one, ':' | ' ' | '-')).collect();
    if matches!(plain.len(), 40 | 64) && plain.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Failure::new(format!("{}: [expect] {key}: `{}` is no thumbprint", path.display(), value.escape_debug()))
        .hint("expected the SHA-1 or SHA-256 thumbprint of the certificate: 40 or 64 hexadecimal digits, with or without colons"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectations(text: &str) -> Result<Vec<Expectation>, String> {
        let path = Path::new("ours.toml");
        let file: ExpectFile = parsed(text, path).map_err(|failure| failure.to_string())?;
        file.expect.expectations(path).map_err(|failure| failure.to_string())
    }

    #[test]
    fn each_value_becomes_an_expectation() {
        let text = "[expect]\nname-id-format = 'persistent'\n[expect.sp]\nentity-id = 'https://sp.example'\nacs-url = ['a', 'b']\n[expect.attributes]\nmail = '*@contoso.example'\ngroups = '*'\n";
        let all = expectations(text).expect("sound");
        let of: Vec<Aspect> = all.iter().map(|one| one.of).collect();
        assert_eq!(
            of,
            [
                Aspect::SpEntityId,
                Aspect::SpAcsUrl,
                Aspect::NameIdFormat,
                Aspect::Attribute,
                Aspect::Attribute
            ]
        );
        assert_eq!((all[1].values.len(), all[0].origin.as_str()), (2, "ours.toml"));
        assert!(all[3].attribute.as_deref() == Some("groups") && all[3].values.is_empty());
    }

    #[test]
    fn what_can_never_be_right_is_refused() {
        for (text, said) in [
            ("[expect.sp]\ncertificate = 'abc'\n", "is no thumbprint"),
            ("[expect.sp]\nentity-id = ''\n", "an empty value"),
            ("[expect.sp]\nentityid = 'x'\n", "ours.toml:2: unknown field `entityid`"),
            ("[sp]\nentity-id = 'x'\n", "unknown field `sp`"),
        ] {
            let refused = expectations(text).expect_err(said);
            assert!(refused.contains(said), "{refused}");
        }
    }
}
