//! Which failures a finding accounts for: what a check declares, and how the verdict reads it.
//!
//! A check says whose hands the failure is in, which statements of that party mean its problem, and
//! which of a vendor's codes do. The verdict then needs no list of symptoms: whatever merely shows
//! such a failure follows from the finding that accounts for it.

use crate::case::judgement::{Failure, Party};
use crate::meaning::Meaning;
use crate::stage::Stage;

/// A kind of failure that a check's finding would account for. Declared in `check!`.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Who fails.
    pub party: Party,
    /// Where it fails; empty: anywhere in that party's hands.
    pub stages: &'static [Stage],
    /// Statements that mean this problem.
    pub meanings: &'static [Meaning],
    /// Codes by which vendors state this problem.
    pub codes: &'static [&'static str],
    /// It only shows the failure, and tells no cause of its own.
    pub bare: bool,
}

/// Where the service provider fails over a response.
const AT_SP: &[Stage] = &[Stage::Request, Stage::Consumption, Stage::Landing];
/// Where it fails to keep a session, as well.
const AT_SP_OR_LOOP: &[Stage] =
    &[Stage::Request, Stage::Consumption, Stage::Session, Stage::Landing];
/// Where the identity provider refuses.
const AT_IDP: &[Stage] = &[Stage::IdpRequest, Stage::Authentication, Stage::Response];

impl Account {
    const fn of(party: Party, stages: &'static [Stage], meanings: &'static [Meaning]) -> Self {
        Self { party, stages, meanings, codes: &[], bare: false }
    }

    /// The service provider refuses, or fails before it asks.
    pub const fn sp(meanings: &'static [Meaning]) -> Self {
        Self::of(Party::Sp, AT_SP, meanings)
    }

    /// The service provider refuses, fails before it asks, or asks over and over.
    pub const fn sp_or_loop(meanings: &'static [Meaning]) -> Self {
        Self::of(Party::Sp, AT_SP_OR_LOOP, meanings)
    }

    /// The service provider asks over and over.
    pub const fn looping(meanings: &'static [Meaning]) -> Self {
        Self::of(Party::Sp, &[Stage::Session], meanings)
    }

    /// The identity provider refuses.
    pub const fn idp(meanings: &'static [Meaning]) -> Self {
        Self::of(Party::Idp, AT_IDP, meanings)
    }

    /// Something between the two fails.
    pub const fn between(meanings: &'static [Meaning]) -> Self {
        Self::of(Party::Between, &[], meanings)
    }

    /// The browser keeps the sign-in from going on, or somebody by its hands.
    pub const fn browser(meanings: &'static [Meaning]) -> Self {
        Self::of(Party::Browser, &[], meanings)
    }

    /// Signing out fails, whoever's hands it is in.
    pub const fn logout(meanings: &'static [Meaning]) -> Self {
        Self::of(Party::Unknown, &[Stage::Logout], meanings)
    }

    /// It shows that a party failed there, and no more.
    pub const fn bare(party: Party, stages: &'static [Stage]) -> Self {
        Self { bare: true, ..Self::of(party, stages, &[]) }
    }

    /// Codes of Entra ID that mean this problem.
    #[must_use]
    pub const fn codes(self, codes: &'static [&'static str]) -> Self {
        Self { codes, ..self }
    }
}

facts! {
    /// A kind of failure that a check's finding would account for, as data.
    pub struct AccountInfo {
        /// Who fails; `unknown`: anybody.
        pub party: Party,
        /// Where it fails; empty: anywhere in that party's hands.
        pub stages: Vec<Stage>,
        /// Statements that mean this problem.
        pub meanings: Vec<Meaning>,
        /// Vendor codes that mean this problem, such as `AADSTS50011`.
        pub codes: Vec<String>,
        /// It only shows the failure, and tells no cause of its own.
        pub bare: bool,
    }
}

impl From<&Account> for AccountInfo {
    fn from(account: &Account) -> Self {
        Self {
            party: account.party,
            stages: account.stages.to_vec(),
            meanings: account.meanings.to_vec(),
            codes: account.codes.iter().map(|code| (*code).to_owned()).collect(),
            bare: account.bare,
        }
    }
}

/// How an account stands to a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The party stated this problem as its reason.
    Stated,
    /// The party gave no particular reason, and this problem can be one.
    Unstated,
    /// The party stated another reason.
    Contradicted,
}

impl AccountInfo {
    /// How it stands to a failure; `None` where it is about other failures.
    pub fn stands(&self, failure: &Failure) -> Option<Standing> {
        let theirs = self.party == failure.party
            || self.party == Party::Unknown
            || failure.party == Party::Unknown;
        let there = self.stages.is_empty() || self.stages.contains(&failure.stage);
        if !theirs || !there {
            return None;
        }
        Some(
            if failure.codes.iter().any(|code| self.codes.contains(code))
                || failure.means(&self.meanings)
            {
                Standing::Stated
            } else if failure.is_particular() && !self.bare {
                Standing::Contradicted
            } else {
                Standing::Unstated
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::judgement::Statement;

    fn failure(party: Party, stage: Stage, meanings: &[Meaning]) -> Failure {
        let said = meanings
            .iter()
            .map(|meaning| Statement { meaning: *meaning, ..Statement::default() })
            .collect();
        Failure { stage, party, said, ..Failure::default() }
    }

    #[test]
    fn what_was_stated_decides() {
        let audience = AccountInfo::from(&Account::sp(&[Meaning::Audience]));
        assert_eq!(
            audience.stands(&failure(Party::Sp, Stage::Consumption, &[Meaning::Audience])),
            Some(Standing::Stated)
        );
        assert_eq!(
            audience.stands(&failure(Party::Sp, Stage::Consumption, &[Meaning::Refused])),
            Some(Standing::Unstated)
        );
        assert_eq!(
            audience.stands(&failure(Party::Sp, Stage::Consumption, &[Meaning::Signature])),
            Some(Standing::Contradicted)
        );
        assert_eq!(audience.stands(&failure(Party::Idp, Stage::IdpRequest, &[])), None);
        assert_eq!(audience.stands(&failure(Party::Sp, Stage::Session, &[])), None);
    }

    #[test]
    fn codes_state_as_well() {
        let acs = AccountInfo::from(&Account::idp(&[Meaning::Acs]).codes(&["AADSTS50011"]));
        let refused = Failure {
            codes: vec!["AADSTS50011".to_owned()],
            ..failure(Party::Idp, Stage::IdpRequest, &[])
        };
        assert_eq!(acs.stands(&refused), Some(Standing::Stated));
    }
}
