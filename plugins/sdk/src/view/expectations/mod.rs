//! What is otherwise than a team's own file expects: each source held against it, like any two sources.

mod sources;

use crate::case::Case;
use crate::case::assertion::Attribute;
use crate::case::attempt::Attempt;
use crate::case::certificate::same_thumbprint;
use crate::case::expectation::{Aspect, Expectation};
use crate::difference;
use crate::finding::{CauseData, Finding, Who};
use crate::need::Need;
use crate::spec;
use crate::{Findings, Severity};
use sources::Source;

/// The causes of a departure, by who acts.
#[derive(Debug, Clone, Copy)]
pub struct Blame<'a> {
    /// Where the identity provider says otherwise.
    pub idp: &'a CauseData,
    /// Where the service provider does.
    pub sp: &'a CauseData,
}

impl Case {
    /// Reports every source that says of one of these aspects something else than is expected.
    pub fn depart_from_expectations(
        &self,
        aspects: &[Aspect],
        blame: Blame<'_>,
        out: &mut Findings,
    ) {
        let of_those: Vec<&Expectation> =
            self.expectations.iter().filter(|one| aspects.contains(&one.of)).collect();
        for expectation in &of_those {
            if expectation.of == Aspect::Attribute {
                self.attribute_as_expected(expectation, blame, out);
                continue;
            }
            for source in self.sources_of(expectation.of) {
                if !source.said.is_empty()
                    && !source.said.iter().any(|(value, _)| is_as_expected(expectation, value))
                {
                    out.push(self.departure(expectation, &source, blame));
                }
            }
        }
        // Where nothing is expected of these, or nobody says anything of it, there was nothing to judge.
        if of_those.is_empty() {
            out.missing(Need::Expectations);
        } else if of_those.iter().all(|one| {
            one.of != Aspect::Attribute
                && self.sources_of(one.of).iter().all(|source| source.said.is_empty())
        }) {
            out.missing(Need::Capture);
        }
    }

    fn departure(
        &self,
        expectation: &Expectation,
        source: &Source<'_>,
        blame: Blame<'_>,
    ) -> Finding {
        let texts = source.said.iter().map(|(value, _)| value.as_str());
        let first = expectation.values.first().map_or("", String::as_str);
        let nearest = difference::nearest(texts, first).map_or(first, |(value, _)| value);
        let place =
            source.said.iter().find(|(value, _)| value == nearest).and_then(|(_, place)| *place);
        let words = expectation.of.words();
        let mut headline = format!("{words} is not as your file expects");
        if let Some(first) = headline.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let finding = Finding::new(Severity::Error, headline)
            .expected(expectation.values.join(" or "), expectation.expected_by())
            .actual(nearest, source.origin.clone())
            .at_all(place);
        let finding = if expectation.values.len() == 1 { finding.compared() } else { finding };
        self.blamed(finding, source.by, source.attempt, expectation, blame)
    }

    fn blamed(
        &self,
        finding: Finding,
        by: Who,
        attempt: Option<&Attempt>,
        expectation: &Expectation,
        blame: Blame<'_>,
    ) -> Finding {
        let value =
            expectation.values.first().filter(|value| !value.contains('*')).map(String::as_str);
        let finding = match by {
            Who::Idp => finding.cause_with(blame.idp, self.idp_vendor, None, value),
            _ => finding.cause_with(blame.sp, self.sp_vendor, None, value),
        };
        attempt.map(|attempt| attempt.id.clone()).into_iter().fold(finding, Finding::attempt)
    }

    /// Persons stand in attributes: what was sent is counted, not shown.
    fn attribute_as_expected(
        &self,
        expectation: &Expectation,
        blame: Blame<'_>,
        out: &mut Findings,
    ) {
        let Some(name) = expectation.attribute.as_deref() else { return };
        let responses = self.handed_over();
        let mut told = false;
        for response in responses
            .iter()
            .filter(|response| response.message.succeeded() || response.message.is_ws_federation())
        {
            let Some(assertion) = response.assertion() else {
                if response.sealed() {
                    out.missing(Need::DecryptionKey);
                }
                continue;
            };
            told = true;
            let sent: Vec<&Attribute> = assertion
                .attributes
                .iter()
                .filter(|attribute| attribute.answers_to(name))
                .collect();
            let texts = || {
                sent.iter()
                    .flat_map(|attribute| &attribute.values)
                    .map(|value| value.value.text.as_deref())
            };
            let fits = |text: &str| {
                expectation.values.is_empty()
                    || expectation.values.iter().any(|value| covers(value, text))
            };
            if texts().flatten().any(fits)
                || (expectation.values.is_empty() && texts().next().is_some())
            {
                continue;
            }
            if !sent.is_empty() && texts().any(|text| text.is_none()) {
                // What is withheld may be what is expected.
                continue;
            }
            let (headline, actual) = match texts().count() {
                0 => (format!("Attribute {name} is not sent"), "nothing".to_owned()),
                1 => (
                    format!("Attribute {name} is not as your file expects"),
                    "one value, another one".to_owned(),
                ),
                several => (
                    format!("Attribute {name} is not as your file expects"),
                    format!("{several} values, none of these"),
                ),
            };
            let wanted = if expectation.values.is_empty() {
                "any value".to_owned()
            } else {
                expectation.values.join(" or ")
            };
            let finding = Finding::new(Severity::Error, headline)
                .expected(wanted, expectation.expected_by())
                .actual(actual, "attributes of the assertion")
                .at(sent.first().map_or(&assertion.place, |attribute| &attribute.place));
            out.push(self.blamed(finding, Who::Idp, response.attempt, expectation, blame));
        }
        if !told {
            out.missing(Need::Capture);
        }
    }
}

/// Character by character, as products compare; thumbprints as people copy them, names of algorithms and formats also by
/// their last part.
fn is_as_expected(expectation: &Expectation, value: &str) -> bool {
    expectation.values.iter().any(|expected| match expectation.of {
        Aspect::SpCertificate | Aspect::IdpCertificate => same_thumbprint(expected, value),
        Aspect::SpSignatureAlgorithm
        | Aspect::IdpSignatureAlgorithm
        | Aspect::IdpDigestAlgorithm
        | Aspect::NameIdFormat => {
            expected == value || (!expected.contains(':') && spec::short(value) == expected)
        }
        _ => expected == value,
    })
}

/// A pattern, in which `*` stands for any text, is the text.
fn covers(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let Some(end) = parts.pop() else { return true };
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = left.get(at + part.len()..).unwrap_or_default();
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::testing::{self, ACS_URL, ENTITY_ID};

    const BLAME: Blame<'static> = Blame {
        idp: &CauseData {
            text: "I",
            who: Who::Idp,
            setting: crate::setting::Setting::Unspecified,
            fix: "Do",
        },
        sp: &CauseData {
            text: "S",
            who: Who::Sp,
            setting: crate::setting::Setting::Unspecified,
            fix: "Do",
        },
    };

    fn departures(
        case: &mut Case,
        of: Aspect,
        attribute: Option<&str>,
        values: &[&str],
    ) -> (Vec<Finding>, Vec<Need>) {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        case.expectations = vec![Expectation {
            of,
            attribute: attribute.map(str::to_owned),
            values,
            origin: "ours.toml".to_owned(),
        }];
        let mut out = Findings::default();
        case.depart_from_expectations(&[of], BLAME, &mut out);
        out.into_parts()
    }

    #[test]
    fn every_source_is_held_against_the_file() {
        let mut case = testing::sign_in(Outcome::SignedIn);
        case.registrations = vec![testing::registration(&[ENTITY_ID], &[ACS_URL])];
        assert_eq!(departures(&mut case, Aspect::SpEntityId, None, &[ENTITY_ID]), (vec![], vec![]));
        let (found, _) =
            departures(&mut case, Aspect::SpEntityId, None, &["https://sense.example/"]);
        assert!(found.len() >= 2, "{found:#?}");
        for finding in &found {
            assert_eq!(finding.expected_origin.as_deref(), Some("expected by your file ours.toml"));
            assert_eq!(finding.difference, Some(difference::Difference::TrailingSlash));
        }
        assert!(
            departures(
                &mut case,
                Aspect::SpAcsUrl,
                None,
                &["https://elsewhere.example/acs", ACS_URL]
            )
            .0
            .is_empty()
        );
    }

    #[test]
    fn what_nobody_speaks_of_is_not_right() {
        let (found, missing) = departures(
            &mut Case::default(),
            Aspect::IdpSsoUrl,
            None,
            &["https://idp.example/saml2"],
        );
        assert_eq!((found, missing), (vec![], vec![Need::Capture]));
        let mut out = Findings::default();
        Case::default().depart_from_expectations(&[Aspect::SpAcsUrl], BLAME, &mut out);
        assert_eq!(out.missed(), [Need::Expectations]);
    }

    #[test]
    fn attributes_are_expected_by_pattern_and_nobody_is_named() {
        let mut case =
            testing::sign_in_sending(Outcome::SignedIn, &[("mail", &["ada@contoso.example"])]);
        let mut count = |name: &str, values: &[&str]| {
            departures(&mut case, Aspect::Attribute, Some(name), values).0
        };
        assert!(count("mail", &["*@contoso.example"]).is_empty() && count("mail", &[]).is_empty());
        let other = count("mail", &["*@fabrikam.example"]);
        assert_eq!(other.len(), 1);
        assert!(!format!("{other:?}").contains("ada@"), "{other:?}");
        assert_eq!(count("department", &[])[0].message, "Attribute department is not sent");
    }

    #[test]
    fn patterns_cover_texts() {
        for (pattern, text, fits) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "ab", true),
            ("*@x", "me@x", true),
            ("*@x", "me@xy", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("ab*bc", "abc", false),
        ] {
            assert_eq!(covers(pattern, text), fits, "{pattern} {text}");
        }
    }
}
