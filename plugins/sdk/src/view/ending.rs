//! Where attempts ended, what was shown there, and findings about a code or text that was seen.

use crate::case::Case;
use crate::case::attempt::{Attempt, AttemptKind};
use crate::case::evidence::{CodeSeen, PhraseSeen};
use crate::case::exchange::Exchange;
use crate::case::judgement::{Failure, Part, Statement};
use crate::finding::{Finding, Severity};

impl Case {
    /// Attempts to sign in, in time order.
    pub fn sign_in_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| attempt.kind == AttemptKind::SignIn)
    }
}

impl Case {
    /// What failed about an attempt.
    pub fn failure_of(&self, attempt: &Attempt) -> Option<&Failure> {
        self.failures.iter().find(|failure| failure.attempt.as_ref() == Some(&attempt.id))
    }
}

impl Failure {
    /// What the page, the status or the log states as the reason, word for word, the three most telling
    /// sentences: `It says: “…”; “…”.` Nothing where nothing is stated.
    pub fn words(&self) -> Option<String> {
        const MOST: usize = 3;
        // The path of an address tells what happened, and is nobody's sentence.
        let path = |statement: &&Statement| {
            statement.part == Part::Address && statement.text.starts_with('/')
        };
        let said = self.said.iter().filter(|statement| !path(statement));
        let quoted: Vec<String> =
            said.take(MOST).map(|statement| format!("“{}”", statement.text)).collect();
        if quoted.is_empty() {
            return None;
        }
        let who = self
            .said
            .iter()
            .find_map(|statement| statement.writer.product())
            .map_or("It says".to_owned(), |product| format!("{product} says"));
        Some(format!("{who}: {}.", quoted.join("; ")))
    }
}

impl Exchange {
    /// A gateway answered that it got no answer from what stands behind it; 520 and on are those of a network in front.
    pub fn got_no_answer(&self) -> bool {
        matches!(self.status, 502..=504 | 520..=530)
    }

    /// Ids that support will ask for, four at most, as `Correlation Id 0b6f…`.
    pub fn support_ids(&self) -> String {
        let on_page = self.page.iter().flat_map(|page| &page.ids);
        let mut shown: Vec<String> = Vec::new();
        for (name, value) in on_page.chain(&self.correlation) {
            if !shown.iter().any(|known| known.ends_with(value.as_str())) {
                shown.push(format!("{name} {value}"));
            }
        }
        shown.truncate(4);
        shown.join(", ")
    }

    /// What its page says first: its first known text, else its title.
    pub fn headline(&self) -> Option<String> {
        let page = self.page.as_ref()?;
        page.phrases
            .first()
            .map(|phrase| phrase.text.clone())
            .or_else(|| page.title.clone())
            .filter(|text| !text.trim().is_empty())
    }
}

impl CodeSeen<'_> {
    /// A finding about the code: it carries the attempt that the code ended. Its place is the check's own
    /// affair: values that differ tell more than the page that says so.
    pub fn finding(&self, severity: Severity, headline: impl Into<String>) -> Finding {
        about(self.attempt, Finding::new(severity, headline))
    }
}

impl PhraseSeen<'_> {
    /// A finding about the text: it carries the attempt the text belongs to.
    pub fn finding(&self, severity: Severity, headline: impl Into<String>) -> Finding {
        about(self.attempt, Finding::new(severity, headline))
    }
}

fn about(attempt: Option<&Attempt>, finding: Finding) -> Finding {
    finding.attempt(attempt.map_or("", |attempt| attempt.id.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::testing;

    #[test]
    fn the_same_id_is_shown_once() {
        let mut exchange =
            testing::exchange(crate::case::exchange::Side::Idp, "GET", testing::SSO_URL, 200);
        exchange.page = Some(testing::page(&[], &[]));
        exchange.page.as_mut().unwrap().ids =
            vec![("Correlation Id".to_owned(), "0b6f".to_owned())];
        exchange.correlation = vec![
            ("x-ms-request-id".to_owned(), "0b6f".to_owned()),
            ("x-id".to_owned(), "1".to_owned()),
        ];
        assert_eq!(exchange.support_ids(), "Correlation Id 0b6f, x-id 1");
    }

    #[test]
    fn a_code_names_the_attempt_it_ended() {
        let case = testing::refused_by_idp(&["AADSTS50011"], &[]);
        assert_eq!(case.refusing_codes()[0].finding(Severity::Error, "x").attempts, ["a1"]);
        assert_eq!(case.end_of(&case.attempts[0]).map(|end| end.status), Some(200));
    }
}
