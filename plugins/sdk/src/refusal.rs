//! Checks that need no code: somebody refuses and says why, and that is the finding.
//!
//! Which failures are meant, why they happen and how severe they are stands in the check already:
//! `accounts`, `causes` and `levels`. What remains is the headline.

use crate::account::{Account, AccountInfo, Standing};
use crate::case::Case;
use crate::case::attempt::Outcome;
use crate::case::exchange::Side;
use crate::case::judgement::{Failure, Part, Party, Statement};
use crate::case::place::Place;

use crate::finding::{CauseData, Finding, Severity};
use crate::findings::Findings;
use crate::stated;

/// What a check reports of every failure whose stated reason it accounts for. Declared in `check!` in place
/// of `run`.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    /// The headline of its findings.
    pub headline: &'static str,
    /// What an export says that confirms it, where there is such a thing.
    pub confirmed: Option<fn(&Case) -> Option<Confirmation<'_>>>,
    /// What the words that were said tell more exactly: the headline and the one cause that then belong there.
    pub exact: Option<fn(&str) -> Option<Exact>>,
}

/// A headline, and the one cause that belongs to it.
pub type Exact = (&'static str, &'static CauseData);

/// Something an export says that agrees with what was stated.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation<'a> {
    /// Where it says so.
    pub place: &'a Place,
    /// A sentence for people.
    pub words: &'static str,
}

/// What somebody said: in which words (or by which code), and where.
struct Said<'a> {
    party: Party,
    text: &'a str,
    place: Option<&'a Place>,
    attempt: Option<&'a str>,
    /// The line of a log that says so.
    line: Option<&'a Statement>,
}

impl Refusal {
    /// Reports every failure whose stated reason the check accounts for.
    pub(crate) fn carry_out(
        &self,
        accounts: &[Account],
        causes: &[CauseData],
        level: Severity,
        case: &Case,
        out: &mut Findings,
    ) {
        let accounts: Vec<AccountInfo> = accounts.iter().map(AccountInfo::from).collect();
        let mut said: Vec<Said<'_>> =
            case.failures.iter().filter_map(|failure| stated(&accounts, failure)).collect();
        if said.is_empty() && !case.signed_in() {
            said.extend(outside_of_attempts(&accounts, case));
        }
        let confirmation = self.confirmed.and_then(|confirmed| confirmed(case));
        out.extend(
            said.iter().map(|said| {
                self.caused(self.finding(level, said, confirmation), said, causes, case)
            }),
        );
    }

    /// Reports every failure that the check accounts for and that only a log tells of. A check that merely shows
    /// failures shows those of logs as well.
    pub(crate) fn out_of_logs(
        &self,
        accounts: &[Account],
        causes: &[CauseData],
        level: Severity,
        case: &Case,
        out: &mut Findings,
    ) {
        let accounts: Vec<AccountInfo> = accounts.iter().map(AccountInfo::from).collect();
        for failure in case.failures.iter().filter(|failure| only_logged(case, failure)) {
            if let Some(said) = stated_foremost(&accounts, failure) {
                out.push(self.caused(self.finding(level, &said, None), &said, causes, case));
            } else if accounts
                .iter()
                .any(|account| account.bare && account.stands(failure).is_some())
            {
                let Some(said) =
                    failure.said.first().map(|statement| Said::of_line(failure, statement))
                else {
                    continue;
                };
                let finding = self.finding(level, &said, None);
                let known = failure.codes.iter().find_map(|code| case.code(code));
                out.push(match (stated::called_for(failure), known) {
                    (_, Some(known)) => Finding { causes: vec![known.cause(case)], ..finding },
                    (Some((_, reason)), None) => finding.because(&reason, case),
                    (None, None) => {
                        causes.iter().fold(finding, |finding, cause| finding.because(cause, case))
                    }
                });
            }
        }
    }

    /// With the cause that the very words name, or else with all of the check.
    fn caused(
        &self,
        finding: Finding,
        said: &Said<'_>,
        causes: &[CauseData],
        case: &Case,
    ) -> Finding {
        match self.exact.and_then(|exact| exact(said.text)) {
            Some((headline, reason)) => {
                Finding { message: headline.to_owned(), ..finding }.because(reason, case)
            }
            None => causes.iter().fold(finding, |finding, cause| finding.because(cause, case)),
        }
    }

    fn finding(
        &self,
        level: Severity,
        said: &Said<'_>,
        confirmation: Option<Confirmation<'_>>,
    ) -> Finding {
        let whose = match (said.line, said.party) {
            (Some(line), _) if line.part == Part::Pasted => "the pasted text",
            (Some(_), Party::Idp) => "the identity provider's log",
            (Some(_), _) => "the service provider's log",
            (None, Party::Idp) => "the identity provider's page",
            (None, Party::Sp) => "the service provider's page",
            (None, Party::Between | Party::Browser | Party::Unknown) => "the page",
        };
        let mut finding = Finding::new(level, self.headline)
            .actual(said.text, whose)
            .at_all(said.place)
            .attempt(said.attempt.unwrap_or_default());
        if let Some(line) = said.line {
            finding = finding.detail(line.quoted());
        }
        if let Some(confirmation) = confirmation {
            finding = finding.at(confirmation.place).detail(confirmation.words);
        }
        finding
    }
}

/// What was stated about a failure, by the code that means it, or else in words.
fn stated<'a>(accounts: &[AccountInfo], failure: &'a Failure) -> Option<Said<'a>> {
    let account =
        accounts.iter().find(|account| account.stands(failure) == Some(Standing::Stated))?;
    let code = failure.codes.iter().find(|code| means(account, code));
    let statement =
        failure.said.iter().find(|statement| account.meanings.contains(&statement.meaning));
    let text = code.or(statement.map(|statement| &statement.text))?;
    let place = statement.and_then(|statement| statement.place.as_ref()).or(failure.place.as_ref());
    let line = statement
        .or(failure.said.first())
        .filter(|statement| matches!(statement.part, Part::Log | Part::Pasted));
    Some(Said { party: failure.party, text, place, attempt: failure.attempt.as_deref(), line })
}

/// What was stated about a failure, where it is what the check is about before anything else. Of a sign-in that was not
/// captured nothing else can tell which of several problems is meant.
fn stated_foremost<'a>(accounts: &[AccountInfo], failure: &'a Failure) -> Option<Said<'a>> {
    let own = accounts.iter().filter(|account| account.stands(failure) == Some(Standing::Stated));
    let by_code = own.clone().find_map(|account| {
        failure.codes.iter().find(|code| !account.bare && means(account, code))
    });
    if by_code.is_some()
        && let Some(statement) = failure.said.first()
    {
        return Some(Said::of_line(failure, statement));
    }
    own.filter_map(|account| account.meanings.first()).find_map(|foremost| {
        let statement = failure.said.iter().find(|statement| statement.meaning == *foremost)?;
        Some(Said::of_line(failure, statement))
    })
}

impl<'a> Said<'a> {
    fn of_line(failure: &'a Failure, line: &'a Statement) -> Self {
        let place = line.place.as_ref().or(failure.place.as_ref());
        Self {
            party: failure.party,
            text: &line.text,
            place,
            attempt: failure.attempt.as_deref(),
            line: Some(line),
        }
    }
}

/// Nothing that was captured shows the failure: there is no attempt, or one whose end stays open.
fn only_logged(case: &Case, failure: &Failure) -> bool {
    failure.attempt.as_deref().is_none_or(|id| {
        case.attempts
            .iter()
            .any(|attempt| attempt.id == id && attempt.outcome == Outcome::Incomplete)
    })
}

/// A capture of nothing but the page that says so has no attempt that could fail. One page is enough.
fn outside_of_attempts<'a>(accounts: &[AccountInfo], case: &'a Case) -> Option<Said<'a>> {
    accounts.iter().find_map(|account| {
        let party = account.party;
        let side = if party == Party::Idp { Side::Idp } else { Side::Sp };
        let codes = case
            .vendor_codes()
            .into_iter()
            .filter(|seen| party == Party::Idp && seen.attempt.is_none());
        let by_code = codes
            .filter(|seen| means(account, seen.code))
            .map(|seen| (seen.code, Some(seen.place)));
        let phrases = case.phrases_of(side).into_iter().filter(|seen| seen.attempt.is_none());
        let by_words = phrases
            .filter(|seen| account.meanings.contains(&seen.phrase.meaning))
            .map(|seen| (seen.phrase.text.as_str(), seen.place));
        let (text, place) = by_code.chain(by_words).next()?;
        Some(Said { party, text, place, attempt: None, line: None })
    })
}

fn means(account: &AccountInfo, code: &str) -> bool {
    account.codes.iter().any(|own| own.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::finding::Who;
    use crate::meaning::Meaning;
    use crate::need::Need;
    use crate::setting::Setting;
    use crate::stage::Stage;
    use crate::testing::{exchange, findings, page, refused_by_idp, says, sign_in};

    static NOT_ASSIGNED: CauseData =
        CauseData { text: "why", who: Who::Idp, setting: Setting::IdpAssignment, fix: "assign" };

    crate::check! {
        /// An example.
        static EXAMPLE = {
            id: "example/refused",
            title: "Refused",
            levels: [Severity::Error],
            stage: Stage::Authentication,
            needs: [Need::Capture],
            explains: [],
            accounts: [Account::idp(&[Meaning::NotAssigned]).codes(&["AADSTS50105"])],
            causes: [NOT_ASSIGNED],
            references: [],
            refusal: Refusal { headline: "Not assigned", confirmed: None, exact: None },
        }
    }

    #[test]
    fn codes_and_words_state_it_once() {
        let both = findings(&EXAMPLE, &refused_by_idp(&["AADSTS50105"], &[Meaning::NotAssigned]));
        assert_eq!(
            (both.len(), both[0].actual.as_deref(), both[0].severity),
            (1, Some("AADSTS50105"), Severity::Error)
        );
        assert_eq!(
            (both[0].attempts.as_slice(), both[0].causes.len()),
            (["a1".to_owned()].as_slice(), 1)
        );
        assert_eq!(findings(&EXAMPLE, &refused_by_idp(&[], &[Meaning::NotAssigned])).len(), 1);
    }

    #[test]
    fn other_reasons_and_other_parties_are_not_meant() {
        assert!(findings(&EXAMPLE, &refused_by_idp(&["AADSTS50011"], &[Meaning::Acs])).is_empty());
        let mut case = sign_in(Outcome::RefusedBySp);
        says(&mut case, Meaning::NotAssigned);
        assert!(findings(&EXAMPLE, &case).is_empty());
    }

    #[test]
    fn a_page_without_an_attempt_is_enough_unless_somebody_signed_in() {
        let mut seen = exchange(Side::Idp, "GET", "https://idp.example/error", 200);
        seen.page = Some(page(&["AADSTS50105"], &[]));
        let mut case = Case { exchanges: vec![seen.clone()], ..Case::default() };
        assert_eq!(findings(&EXAMPLE, &case).len(), 1);
        case = sign_in(Outcome::SignedIn);
        case.exchanges.push(seen);
        assert!(findings(&EXAMPLE, &case).is_empty());
    }

    #[test]
    fn what_confirms_it_is_told() {
        fn confirmed(case: &Case) -> Option<Confirmation<'_>> {
            Some(Confirmation {
                place: &case.exchanges.first()?.place,
                words: "The export confirms it.",
            })
        }
        let refusal = Refusal { headline: "Not assigned", confirmed: Some(confirmed), exact: None };
        let mut out = Findings::default();
        refusal.carry_out(
            EXAMPLE.accounts,
            EXAMPLE.causes,
            EXAMPLE.level(),
            &refused_by_idp(&["AADSTS50105"], &[]),
            &mut out,
        );
        assert_eq!(out.found()[0].detail.as_deref(), Some("The export confirms it."));
    }
}
