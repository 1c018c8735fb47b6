//! What a team expects, as a source among the others: where it says something, the others are held against it.

use super::{Draft, Given, Manner, Source};
use diag_sdk::case::expectation::{Aspect, Expectation};

/// Hexadecimal digits of a thumbprint by SHA-1.
const SHA1: usize = 40;

/// The row that is about it.
fn label(of: Aspect) -> Option<&'static str> {
    Some(match of {
        Aspect::SpEntityId => "Service provider's entityID",
        Aspect::SpAcsUrl => "ACS URL",
        Aspect::SpCertificate => "Service provider's signing certificate",
        Aspect::IdpEntityId => "Issuer",
        Aspect::IdpSsoUrl => "SSO URL",
        Aspect::IdpCertificate => "Identity provider's signing certificate",
        Aspect::NameIdFormat => "NameID format",
        Aspect::SpSignatureAlgorithm
        | Aspect::IdpSignatureAlgorithm
        | Aspect::IdpDigestAlgorithm => "Algorithms",
        Aspect::Attribute => "Attributes",
        Aspect::Other => return None,
    })
}

/// Adds what is expected to the rows.
pub(super) fn add(rows: &mut [Draft], expectations: &[Expectation]) {
    if expectations.is_empty() {
        return;
    }
    for row in rows {
        let about = expectations.iter().filter(|one| label(one.of) == Some(row.label));
        let values: Vec<Given> = about.flat_map(given).collect();
        // It goes first only where there is one value: of several, any is right.
        if row.manner == Manner::Exactly && values.len() == 1 {
            row.first.insert(0, Source::Expected);
        }
        if !values.is_empty() {
            row.said.push((Source::Expected, values));
        }
    }
}

fn given(expectation: &Expectation) -> Vec<Given> {
    let values = expectation.values.iter();
    match expectation.of {
        Aspect::Attribute => {
            let name = expectation.attribute.clone().unwrap_or_default();
            let wanted = if expectation.values.is_empty() {
                "any value".to_owned()
            } else {
                expectation.values.join(" or ")
            };
            vec![Given::new(name).note(wanted)]
        }
        Aspect::SpSignatureAlgorithm => {
            values.map(|value| Given::new(value.as_str()).note("of requests")).collect()
        }
        Aspect::IdpSignatureAlgorithm => {
            values.map(|value| Given::new(value.as_str()).note("of responses")).collect()
        }
        Aspect::IdpDigestAlgorithm => {
            values.map(|value| Given::new(value.as_str()).note("digest of responses")).collect()
        }
        // As the other columns write them.
        Aspect::SpCertificate | Aspect::IdpCertificate => {
            let plain = |text: &String| {
                text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_uppercase()
            };
            // By SHA-1: one given by SHA-256 would look like another certificate. The check compares both.
            values
                .map(plain)
                .filter(|thumbprint| thumbprint.len() == SHA1)
                .map(Given::new)
                .collect()
        }
        _ => values.map(|value| Given::new(value.as_str())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_of_another_kind_makes_no_difference() {
        let of = |value: String| Expectation {
            of: Aspect::IdpCertificate,
            values: vec![value],
            ..Expectation::default()
        };
        assert_eq!(given(&of("ab:".repeat(20))).len(), 1, "SHA-1, as the table has it");
        assert!(given(&of("ab".repeat(32))).is_empty(), "SHA-256");
    }
}
