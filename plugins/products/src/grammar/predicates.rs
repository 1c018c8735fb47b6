//! What a sentence says of things: whether it is bad news, and whether it is said at all. Denials, conditions,
//! possibilities, advice and questions state nothing.

use super::term::Term;
use super::tokens::Token;

/// Words before a word that can deny it, or make it a mere possibility.
const REACH: usize = 6;
/// Words behind a word that can deny it.
const REACH_BEHIND: usize = 3;

/// What is wrong with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Locked,
    /// Not found, not known.
    Gone,
    Missing,
    /// Somebody has none of it.
    Lacking,
    Wrong,
    Failed,
    Expired,
    Early,
    Replayed,
    TooLarge,
    Exhausted,
    Unsigned,
    Unencrypted,
    Undecryptable,
    Denied,
    Unconfigured,
    Skewed,
    /// Asked too often.
    Throttled,
    CsrfRefused,
}

/// Something bad that is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) at: usize,
    pub(super) kind: Kind,
    /// The thing stands behind the word: `does not contain X`.
    pub(super) of_what_follows: bool,
    /// It is denied by a word that stands before a thing: `no active account`.
    pub(super) by_no: bool,
}

/// What is wrong, word by word.
pub(super) fn said(tokens: &[Token]) -> Vec<Said> {
    let live = live(tokens);
    let mut list = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(at, token)| live[*at] && !token.value) {
        let predicates = || token.terms.list().filter(|term| term.is_predicate());
        if predicates().next().is_none() {
            continue;
        }
        let denial = denial(tokens, at);
        let possible = denial.is_none() && possible(tokens, at);
        for term in predicates() {
            let kind = match (denial.is_some(), bad(term), denied(term)) {
                (false, Some(kind), _) if !possible || term == Term::Required => kind,
                (true, _, Some(kind)) => kind,
                _ => continue,
            };
            // `decryption failed`, `the encryption block is invalid`.
            let near = &tokens[at.saturating_sub(2)..(at + 3).min(tokens.len())];
            let kind = if matches!(kind, Kind::Failed | Kind::Wrong)
                && near.iter().any(|token| token.terms.has(Term::Decrypt))
            {
                Kind::Undecryptable
            } else {
                kind
            };
            let of_what_follows = term == Term::Contains;
            // `you do not have an account`, unlike `the response does not contain an account`.
            if of_what_follows
                && kind == Kind::Missing
                && (of_somebody(tokens, at) || of_an_account(tokens, at))
            {
                list.push(Said {
                    at,
                    kind: Kind::Lacking,
                    of_what_follows,
                    by_no: denial == Some(true),
                });
            }
            list.push(Said { at, kind, of_what_follows, by_no: denial == Some(true) });
        }
    }
    // `no user`, `without a licence`: nothing else need be said of it.
    for (at, _) in
        tokens.iter().enumerate().filter(|(at, token)| live[*at] && token.terms.has(Term::No))
    {
        // `no account is locked` is about the accounts there are.
        let own = &tokens[at];
        let together = |later: &&Token| {
            later.sentence == own.sentence && later.part == own.part && !later.terms.has(Term::But)
        };
        if tokens[at + 1..]
            .iter()
            .take(REACH + 2)
            .take_while(together)
            .any(|later| later.terms.any(Term::is_bad) && !later.value)
        {
            continue;
        }
        list.push(Said { at, kind: Kind::Gone, of_what_follows: true, by_no: true });
    }
    list
}

/// `the portal does not have an account for X`: an account is what there is none of, whoever has none.
fn of_an_account(tokens: &[Token], at: usize) -> bool {
    const BETWEEN: usize = 3;
    tokens[at + 1..]
        .iter()
        .take(BETWEEN)
        .take_while(|token| token.sentence == tokens[at].sentence && !token.value)
        .any(|token| token.terms.has(Term::Account))
        && !of_what_was_sent(tokens, at)
}

/// A message or a part of it is spoken of.
fn of_what_was_sent(tokens: &[Token], at: usize) -> bool {
    let sent = [Term::Response, Term::Assertion, Term::Token, Term::Attribute];
    tokens
        .iter()
        .filter(|token| token.sentence == tokens[at].sentence && !token.value)
        .any(|token| sent.into_iter().any(|term| token.terms.has(term)))
}

/// A person is spoken of, and nothing that was sent.
fn of_somebody(tokens: &[Token], at: usize) -> bool {
    let person = tokens[..at].iter().any(|token| {
        token.sentence == tokens[at].sentence
            && !token.value
            && (token.terms.has(Term::You) || token.terms.has(Term::User))
    });
    person && !of_what_was_sent(tokens, at)
}

/// What a word says when nothing denies it.
fn bad(term: Term) -> Option<Kind> {
    Some(match term {
        Term::Locked => Kind::Locked,
        Term::Unknown => Kind::Gone,
        Term::Missing | Term::Required => Kind::Missing,
        Term::Invalid => Kind::Wrong,
        Term::Failed => Kind::Failed,
        Term::Expired => Kind::Expired,
        Term::Early => Kind::Early,
        Term::Replayed => Kind::Replayed,
        Term::TooLarge => Kind::TooLarge,
        Term::Exhausted => Kind::Exhausted,
        Term::Unsigned => Kind::Unsigned,
        Term::Unencrypted => Kind::Unencrypted,
        Term::Denied => Kind::Denied,
        Term::Unconfigured => Kind::Unconfigured,
        Term::Skewed => Kind::Skewed,
        Term::Throttled => Kind::Throttled,
        Term::CsrfRefused => Kind::CsrfRefused,
        _ => return None,
    })
}

/// What a word says when it is denied.
fn denied(term: Term) -> Option<Kind> {
    Some(match term {
        Term::Active => Kind::Locked,
        Term::Found | Term::Known => Kind::Gone,
        Term::Present | Term::Contains => Kind::Missing,
        Term::Valid => Kind::Wrong,
        Term::Signed => Kind::Unsigned,
        Term::Encrypted => Kind::Unencrypted,
        Term::Decrypt => Kind::Undecryptable,
        Term::Allowed => Kind::Denied,
        Term::Configured => Kind::Unconfigured,
        _ => return None,
    })
}

/// Whether something denies the word: `Some(true)` where that is a word such as `no`.
fn denial(tokens: &[Token], at: usize) -> Option<bool> {
    let own = &tokens[at];
    let parts = |token: &&Token| token.terms.has(Term::But) || token.terms.has(Term::Because);
    let together =
        |token: &&Token| token.sentence == own.sentence && token.part == own.part && !parts(token);
    let before = tokens[..at].iter().rev().take(REACH).take_while(together);
    // Bad news of its own ends what a denial reaches: `not found: locked`.
    let mut denied = false;
    let mut by_no = false;
    for token in before {
        if token.terms.any(Term::is_bad) && !token.value && !is_denial(token) {
            break;
        }
        // `n'est pas encore valide` denies once.
        let half = matches!(token.plain.as_str(), "n" | "ne")
            && ["pas ", "plus "].iter().any(|word| own.plain.starts_with(word));
        if is_denial(token) && !half {
            denied = true;
            by_no = !token.terms.has(Term::Not) && !token.terms.has(Term::NotBehind);
        }
    }
    // `ne … pas`, `konnte nicht`, `no se pudo`: one denial in two words.
    if denied {
        return Some(by_no);
    }
    let mut behind = tokens[at + 1..].iter().take(REACH_BEHIND).take_while(together);
    behind
        .by_ref()
        .take_while(|token| {
            !token.terms.any(Term::is_predicate) || token.terms.has(Term::NotBehind)
        })
        .any(|token| token.terms.has(Term::NotBehind))
        .then_some(false)
}

fn is_denial(token: &Token) -> bool {
    [Term::Not, Term::NotBehind, Term::No].into_iter().any(|term| token.terms.has(term))
}

/// It may be so, or will be.
fn possible(tokens: &[Token], at: usize) -> bool {
    let own = &tokens[at];
    let mut before = tokens[..at]
        .iter()
        .rev()
        .take(REACH)
        .take_while(|token| token.sentence == own.sentence && token.part == own.part);
    before.any(|token| token.terms.has(Term::Modal))
}

/// Which tokens state something: not those of questions, conditions and advice.
fn live(tokens: &[Token]) -> Vec<bool> {
    let mut live: Vec<bool> = tokens.iter().map(|token| !token.asked).collect();
    for (at, token) in tokens.iter().enumerate() {
        let advice = token.terms.has(Term::Advice);
        if !(advice || token.terms.has(Term::If)) || token.value {
            continue;
        }
        let first = at
            .checked_sub(2)
            .and_then(|before| tokens.get(before))
            .is_none_or(|before| before.sentence != token.sentence);
        let last_part = tokens[at..]
            .iter()
            .take_while(|later| later.sentence == token.sentence)
            .last()
            .map_or(token.part, |last| last.part);
        let condition_first = first && !advice && last_part > token.part;
        for (index, later) in tokens
            .iter()
            .enumerate()
            .skip(at)
            .take_while(|(_, later)| later.sentence == token.sentence)
        {
            if condition_first && later.part != token.part {
                break;
            }
            live[index] = false;
        }
    }
    live
}
