//! What each sign says of a message's fate, and how much it weighs: one table, a reason each.
//!
//! Four weights, compared in order and never added up: what happened afterwards beats what an address
//! or a session says, that beats the words of a failed sign-in, those beat general words. Where two
//! signs of one weight disagree, the refusing one counts: a wrong "signed in" sends people home.

use diag_sdk::case::judgement::{Fate, Sign, Signal, Weight};

/// A row of the table.
struct Row {
    sign: Sign,
    speaks_for: Fate,
    weight: Weight,
    /// Why it weighs so.
    #[expect(
        dead_code,
        reason = "the reason belongs beside the figure it is for; people read it here"
    )]
    because: &'static str,
}

const fn row(sign: Sign, speaks_for: Fate, weight: Weight, because: &'static str) -> Row {
    Row { sign, speaks_for, weight, because }
}

static TABLE: &[Row] = &[
    row(
        Sign::SessionUsed,
        Fate::Accepted,
        Weight::Decisive,
        "a session that works was given to somebody who was let in",
    ),
    row(
        Sign::Answered,
        Fate::Accepted,
        Weight::Decisive,
        "whoever answers with success took the question",
    ),
    row(
        Sign::AskedAgain,
        Fate::Refused,
        Weight::Decisive,
        "who has a session is not asked to sign in",
    ),
    row(
        Sign::LoginForm,
        Fate::Refused,
        Weight::Decisive,
        "who is signed in is not shown a log-in form",
    ),
    row(
        Sign::StatusRefuses,
        Fate::Refused,
        Weight::Decisive,
        "a response that says no cannot sign anybody in",
    ),
    row(
        Sign::MessageDropped,
        Fate::Lost,
        Weight::Decisive,
        "a redirect that turns POST into GET leaves the message behind",
    ),
    row(
        Sign::SessionSet,
        Fate::Accepted,
        Weight::Strong,
        "sessions are renewed when somebody signs in",
    ),
    row(
        Sign::ErrorStatus,
        Fate::Refused,
        Weight::Strong,
        "the receiver itself says that it failed",
    ),
    row(
        Sign::ErrorAddress,
        Fate::Refused,
        Weight::Strong,
        "an address named for an error was made for showing errors",
    ),
    row(
        Sign::ErrorCookie,
        Fate::Refused,
        Weight::Strong,
        "a cookie named for an error carries its text to the next page",
    ),
    row(
        Sign::LoginAddress,
        Fate::Refused,
        Weight::Strong,
        "the way back to the log-in page is the way of those not let in",
    ),
    row(Sign::NoAnswer, Fate::Lost, Weight::Strong, "nobody judged what nobody received"),
    row(Sign::WentOn, Fate::Accepted, Weight::Clear, "receivers lead on whom they took in"),
    row(
        Sign::Landed,
        Fate::Accepted,
        Weight::Clear,
        "a page was served where the person wanted to go",
    ),
    row(
        Sign::PageSays,
        Fate::Refused,
        Weight::Clear,
        "words of a failed sign-in where pages state things; still only words",
    ),
    row(
        Sign::OwnPage,
        Fate::Open,
        Weight::Weak,
        "a page without a way on and without a session shows nothing by itself",
    ),
];

/// What a sign speaks for, and its weight.
pub(super) fn of(sign: Sign) -> (Fate, Weight) {
    TABLE
        .iter()
        .find(|row| row.sign == sign)
        .map_or((Fate::Open, Weight::Weak), |row| (row.speaks_for, row.weight))
}

/// A sign that showed in an exchange, as the table has it.
pub(super) fn signal(sign: Sign, exchange: Option<usize>) -> Signal {
    let (speaks_for, weight) = of(sign);
    Signal { sign, speaks_for, weight, exchange }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_has_one_row() {
        for row in TABLE {
            assert_eq!(
                TABLE.iter().filter(|other| other.sign == row.sign).count(),
                1,
                "{:?}",
                row.sign
            );
        }
    }
}
