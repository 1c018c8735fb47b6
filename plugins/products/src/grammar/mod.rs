//! Reads what somebody states as the reason of a refusal, in words no file has: what is spoken of, what is said of it,
//! and which values are named.
//!
//! A small grammar over a bounded vocabulary in seven languages: things (`account`, `Aussteller`, `firma`), what is said
//! of them (`locked`, `nicht gefunden`, `ya utilizada`), and the small words that deny, condition or merely advise. It is
//! for text that already counts as a stated reason, and interprets a refusal that shows otherwise; running text is not read.
//!
//! One pass over at most [`LONGEST`] bytes, with a bounded look to either side of each word.

mod plain;
mod predicates;
mod rules;
mod term;
mod tokens;
mod values;
mod vocabulary;

use diag_sdk::Meaning;
use predicates::{Kind, Said};
use rules::{RULES, Rule};
use std::ops::Range;
use term::Term;
use tokens::Token;
use vocabulary::Vocabulary;

/// Most of a text that is read, in bytes.
pub const LONGEST: usize = 1_500;
/// Words between a thing and what is said of it.
const REACH: usize = 10;

/// Words that stand before what they are said of: `the assertion has an unexpected audience`.
const BEFORE_ITS_THING: &[&str] = &["unexpected"];

/// What a stated reason means, and the values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it means.
    pub meaning: Meaning,
    /// Values by name: `expected`, `actual`, `attribute`.
    pub values: Vec<(&'static str, String)>,
    /// Where in the text the words stand that say so.
    pub range: Range<usize>,
}

/// A thing and what is said of it.
struct Found {
    meaning: Meaning,
    noun: Option<usize>,
    said: Said,
    cost: usize,
}

/// Reads a stated reason; `None` where nothing particular is understood.
pub fn read(text: &str) -> Option<Reading> {
    let text = head(text);
    let vocabulary = Vocabulary::builtin();
    let tokens = tokens::tokens(text, vocabulary);
    let mut said = predicates::said(&tokens);
    let compared = announced(&tokens, vocabulary, &mut said);
    let all: Vec<Found> =
        said.iter().filter_map(|said| of_what(&tokens, *said, &compared)).collect();
    let best = foremost(&tokens, &all)?;
    let (best, named) = match one_of_it(&tokens, best) {
        Some(named) => (&Found { meaning: Meaning::AttributeMissing, ..*best }, Some(named)),
        None => (best, None),
    };
    let mut values: Vec<(&'static str, String)> = Vec::new();
    let mut claimed: Vec<usize> = Vec::new();
    let (expected, actual) = put_beside(&tokens, best, &compared);
    for (name, value) in [("expected", expected), ("actual", actual)] {
        if let Some(value) = value {
            claimed.push(value);
            values.push((name, text[tokens[value].run.clone()].trim().to_owned()));
        }
    }
    if matches!(best.meaning, Meaning::AttributeMissing | Meaning::AttributeValue)
        && let Some(noun) = best.noun
        // `Invalid email` is about the person's address, whatever attribute it comes in.
        && (best.meaning == Meaning::AttributeMissing || tokens[noun].terms.has(Term::Attribute))
        && let Some(name) = named.or_else(|| values::attribute(&tokens, noun, &claimed, vocabulary))
    {
        // Of a code such as `missing_email` only the piece is the name.
        let (own, run) = (&tokens[name].range, &tokens[name].run);
        let code = tokens
            .iter()
            .filter(|token| token.run == *run && token.terms.any(Term::is_predicate))
            .count()
            > 0;
        values.push((
            "attribute",
            text[if code { own.clone() } else { run.clone() }].trim().to_owned(),
        ));
    }
    let ends = best.noun.into_iter().chain([best.said.at]);
    let range = ends
        .map(|at| tokens[at].range.clone())
        .reduce(|left, right| left.start.min(right.start)..left.end.max(right.end))?;
    Some(Reading { meaning: best.meaning, values, range })
}

/// What was expected and what came, as the sentence of a reading has them. One alone says so only where something is wrong.
fn put_beside(
    tokens: &[Token],
    found: &Found,
    compared: &[values::Compared],
) -> (Option<usize>, Option<usize>) {
    let sentence = tokens[found.said.at].sentence;
    let pair = compared.iter().find(|pair| tokens[pair.at].sentence == sentence);
    let (expected, actual) = pair.map_or((None, None), |pair| (pair.expected, pair.actual));
    if found.said.kind != Kind::Wrong {
        return if expected.is_some() && actual.is_some() {
            (expected, actual)
        } else {
            (None, None)
        };
    }
    let other = |known: usize| {
        let mut others = (0..tokens.len())
            .filter(|at| tokens[*at].sentence == sentence && tokens[*at].value && *at != known);
        others.next().filter(|_| others.next().is_none())
    };
    match (expected, actual) {
        (None, None) => values::around(tokens, found.said.at)
            .map_or((None, None), |(before, behind)| (Some(behind), Some(before))),
        (Some(expected), None) => (Some(expected), other(expected)),
        (None, Some(actual)) => (other(actual), Some(actual)),
        both => both,
    }
}

/// Values put beside each other say that something is not as it was expected, also where no other word does.
fn announced(
    tokens: &[Token],
    vocabulary: &Vocabulary,
    said: &mut Vec<Said>,
) -> Vec<values::Compared> {
    let sentences = tokens.last().map_or(0, |last| last.sentence + 1);
    let mut all = Vec::new();
    for sentence in 0..sentences {
        let pair = values::compared(tokens, sentence, vocabulary);
        if pair.expected.is_some() && pair.actual.is_some() {
            said.push(Said {
                at: pair.at,
                kind: Kind::Wrong,
                of_what_follows: false,
                by_no: false,
            });
        }
        if pair.expected.is_some() || pair.actual.is_some() {
            all.push(pair);
        }
    }
    all
}

/// `the assertion for "mail" was null`: not the message is missing, but what is named of it.
fn one_of_it(tokens: &[Token], found: &Found) -> Option<usize> {
    let noun = found.noun.filter(|_| found.meaning == Meaning::MessageMissing)?;
    let (before, named) = (tokens.get(noun + 1)?, tokens.get(noun + 2)?);
    let together = named.sentence == tokens[noun].sentence;
    (before.terms.has(Term::Of) && named.value && together).then_some(noun + 2)
}

/// The thing something is said of, by the rules there are.
fn of_what(tokens: &[Token], said: Said, compared: &[values::Compared]) -> Option<Found> {
    let own = &tokens[said.at];
    let from = said.at.saturating_sub(REACH);
    let to = (said.at + REACH + 1).min(tokens.len());
    let near = (from..to).filter(|at| {
        tokens[*at].sentence == own.sentence && !(said.of_what_follows && *at <= said.at)
    });
    // What only `no` denies is what stands right behind it.
    let bare = said.by_no && own.terms.has(Term::No) && said.of_what_follows;
    let near = near.filter(|at| !bare || *at <= said.at + 3);
    let near = near.filter(|at| !is_of_attribute(tokens, *at) && !only_gives(tokens, *at));
    let values = |at: usize| {
        compared.iter().any(|pair| pair.expected == Some(at) || pair.actual == Some(at))
    };
    let candidates = near
        .filter(|at| !values(*at))
        .flat_map(|at| rules_for(tokens, at, said).map(move |rule| (at, rule)));
    // `the response is missing the attribute`: what stands behind is what is missing.
    let wants = said.kind == Kind::Missing && !said.of_what_follows;
    let holder =
        |at: usize, rule: &Rule| wants && at < said.at && rule.meaning == Meaning::MessageMissing;
    let best = candidates
        .map(|(at, rule)| (holder(at, rule), cost(tokens, at, said), at, rule))
        .min_by_key(|(holder, cost, at, rule)| (*holder, *cost, *at, rule.beside.is_empty()))
        .map(|(_, cost, at, rule)| (cost, at, rule));
    match best {
        Some((cost, at, rule)) => Some(Found { meaning: rule.meaning, noun: Some(at), said, cost }),
        None => rules::alone(said.kind, &own.plain).map(|meaning| Found {
            meaning,
            noun: None,
            said,
            cost: REACH,
        }),
    }
}

fn rules_for(tokens: &[Token], at: usize, said: Said) -> impl Iterator<Item = &'static Rule> {
    let token = &tokens[at];
    RULES.iter().filter(move |rule| {
        let met = || {
            let beside = |other: &&Token| {
                other.sentence == token.sentence
                    && rule.beside.iter().any(|term| other.terms.has(*term))
            };
            rule.beside.is_empty() || tokens.iter().filter(beside).count() > 0
        };
        token.terms.has(rule.noun) && rule.kinds.contains(&said.kind) && met()
    })
}

/// How far a thing is from what is said of it: what stands before it in the same part of the sentence is nearest.
fn cost(tokens: &[Token], at: usize, said: Said) -> usize {
    let (token, own) = (&tokens[at], &tokens[said.at]);
    if BEFORE_ITS_THING.contains(&own.plain.as_str()) && at == said.at + 1 {
        return 0;
    }
    let distance = at.abs_diff(said.at) * 2;
    let behind = match said.kind {
        _ if at < said.at || said.of_what_follows => 0,
        Kind::Missing => 0,
        // `A does not match B`: A is what is wrong.
        Kind::Wrong if own.terms.has(Term::Valid) => 7,
        _ => 3,
    };
    let apart = token.part.abs_diff(own.part).min(3) * 3;
    // `does not match the expected X`: that is what it was compared with.
    let compared = said.kind == Kind::Wrong
        && at > said.at
        && tokens[said.at..at].iter().any(|word| word.marks.has(Term::Expected));
    // A thing behind a preposition is where, not what.
    let between = at.checked_sub(2).unwrap_or(at)..at;
    let of = tokens[between]
        .iter()
        .any(|before| before.terms.has(Term::Of) && before.sentence == token.sentence);
    // `with an unknown certificate`: that it is unknown is what is said.
    let of = of && at != said.at + 1;
    distance + behind + apart + if of || compared { 7 } else { 0 }
}

/// `email attribute`: the attribute is what is spoken of.
fn is_of_attribute(tokens: &[Token], at: usize) -> bool {
    let own = &tokens[at];
    let of_somebody = [Term::Email, Term::User, Term::Account, Term::Role]
        .into_iter()
        .any(|term| own.terms.has(term));
    of_somebody
        && !own.value
        && tokens.get(at + 1).is_some_and(|next| {
            next.terms.has(Term::Attribute) && !next.value && next.part == own.part
        })
}

/// `the IdP role`, `the NameID sent by the identity provider`: not the identity provider is spoken of, but what it has or gives.
fn only_gives(tokens: &[Token], at: usize) -> bool {
    const GIVEN: &[Term] =
        &[Term::Attribute, Term::Role, Term::NameId, Term::Email, Term::Licence, Term::Permission];
    const OF_THE_PARTIES: &[Term] = &[Term::Idp, Term::Sp, Term::Sso, Term::Application, Term::You];
    let own = &tokens[at];
    if own.value {
        return false;
    }
    let together = |token: &&Token| token.sentence == own.sentence && token.part == own.part;
    if own.terms.has(Term::Role) {
        // `no AttributeAuthority role found in metadata`: that of a party, and no person's.
        return tokens.iter().filter(together).any(|token| token.terms.has(Term::Metadata));
    }
    if !own.terms.has(Term::Idp) {
        return false;
    }
    let given = |token: &Token| !token.value && GIVEN.iter().any(|term| token.terms.has(*term));
    let its = tokens.get(at + 1).filter(together).is_some_and(|next| {
        !next.value
            && next.terms.any(Term::is_noun)
            && !OF_THE_PARTIES.iter().any(|term| next.terms.has(*term))
    });
    let before = tokens[..at].iter().rev().take_while(together);
    let led = before.clone().take(2).any(|token| token.terms.has(Term::Of));
    its || led && before.take(REACH).any(given)
}

/// The reading that tells most: a guard against forgery before all; what stands behind `because`; what is found missing
/// before how it should have been; then the first.
fn foremost<'f>(tokens: &[Token], all: &'f [Found]) -> Option<&'f Found> {
    if let Some(guard) = all.iter().find(|found| found.meaning == Meaning::CrossSite) {
        return Some(guard);
    }
    let because = tokens.iter().position(|token| token.terms.has(Term::Because));
    let behind = because.and_then(|because| {
        all.iter()
            .filter(|found| found.said.at > because)
            .min_by_key(|found| rank(tokens, all, found))
    });
    behind.or_else(|| all.iter().min_by_key(|found| rank(tokens, all, found)))
}

fn rank(tokens: &[Token], all: &[Found], found: &Found) -> (bool, bool, usize, usize) {
    let bare = |other: &Found| tokens[other.said.at].terms.has(Term::No);
    let same = |other: &&Found| other.noun == found.noun;
    // `no active account was found`: that there is none. `no active account`: that it is not active.
    let outdone = if bare(found) {
        all.iter().filter(same).any(|other| !bare(other) && other.said.by_no)
    } else {
        found.said.by_no
            && found.said.kind != Kind::Gone
            && all.iter().filter(same).any(|other| !bare(other) && other.said.kind == Kind::Gone)
    };
    // `missing or invalid`: that it is missing is what can be seen.
    let either = |other: &Found| {
        other.meaning == Meaning::AttributeMissing && other.said.at.abs_diff(found.said.at) == 2
    };
    let outdone =
        outdone || found.meaning == Meaning::AttributeValue && all.iter().filter(same).any(either);
    let incidental =
        found.meaning == Meaning::MessageMissing || found.meaning == Meaning::Configuration;
    (outdone, incidental, tokens[found.said.at].sentence, found.cost)
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
