//! The values a stated reason names: what was expected and what came, and which attribute is meant.

use super::term::Term;
use super::tokens::Token;
use super::vocabulary::Vocabulary;

/// Tokens between a word that announces a value and the value.
const NEAR: usize = 5;

/// What was expected and what came, as tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Compared {
    pub(super) expected: Option<usize>,
    pub(super) actual: Option<usize>,
    /// Where the comparison is announced.
    pub(super) at: usize,
}

/// The values put beside each other in a sentence.
pub(super) fn compared(tokens: &[Token], sentence: usize, vocabulary: &Vocabulary) -> Compared {
    let of_sentence: Vec<usize> = (0..tokens.len())
        .filter(|at| tokens[*at].sentence == sentence && !tokens[*at].asked)
        .collect();
    let (Some(first), Some(last)) = (of_sentence.first().copied(), of_sentence.last().copied())
    else {
        return Compared::default();
    };
    let mut found = Compared::default();
    let mut claimed: Vec<usize> = Vec::new();
    for at in of_sentence {
        let marks = tokens[at].marks;
        if marks.is_empty() {
            continue;
        }
        let instead = tokens[at].terms.has(Term::Invalid) && marks.has(Term::Expected);
        let Some(value) = value_behind(tokens, at, last, vocabulary)
            .or_else(|| if instead { None } else { value_before(tokens, at, first, &claimed) })
        else {
            continue;
        };
        if claimed.contains(&value) {
            continue;
        }
        let slot = if marks.has(Term::Expected) && found.expected.is_none() {
            &mut found.expected
        } else if marks.has(Term::Got) && found.actual.is_none() {
            &mut found.actual
        } else {
            continue;
        };
        *slot = Some(value);
        claimed.push(value);
        if found.at == 0 {
            found.at = at;
        }
        // `X instead of Y`.
        if instead && found.actual.is_none() {
            found.actual = value_before(tokens, at, first, &claimed);
            claimed.extend(found.actual);
        }
    }
    found
}

/// `X does not match Y`: the values on both sides of a word.
pub(super) fn around(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let sentence = tokens[at].sentence;
    let same = |index: &usize| tokens[*index].sentence == sentence;
    let before =
        (at.saturating_sub(NEAR * 2)..at).rev().filter(same).find(|index| tokens[*index].value)?;
    let behind = (at + 1..(at + 1 + NEAR * 2).min(tokens.len()))
        .take_while(|index| tokens[*index].sentence == sentence)
        .find(|index| tokens[*index].value)?;
    Some((before, behind))
}

/// The value that a marker announces: the next one before a comma or another marker, or the bare word right behind it.
fn value_behind(
    tokens: &[Token],
    at: usize,
    last: usize,
    vocabulary: &Vocabulary,
) -> Option<usize> {
    for (index, token) in tokens.iter().enumerate().take(last.min(at + NEAR) + 1).skip(at + 1) {
        if token.comma || !token.marks.is_empty() {
            return None;
        }
        if token.value
            || token.terms.is_empty()
                && !vocabulary.is_filler(&token.plain)
                && token.plain.chars().count() > 1
        {
            return Some(index);
        }
    }
    None
}

fn value_before(tokens: &[Token], at: usize, first: usize, claimed: &[usize]) -> Option<usize> {
    let from = first.max(at.saturating_sub(NEAR));
    (from..at)
        .rev()
        .take_while(|index| tokens[*index].marks.is_empty())
        .find(|index| tokens[*index].value && !claimed.contains(index))
}

/// The attribute that is meant, by the word for attributes or by itself.
pub(super) fn attribute(
    tokens: &[Token],
    noun: usize,
    claimed: &[usize],
    vocabulary: &Vocabulary,
) -> Option<usize> {
    let own = &tokens[noun];
    if own.terms.has(Term::Email) && !own.terms.has(Term::Attribute) {
        return (own.value || matches!(own.plain.as_str(), "email" | "mail" | "emailaddress"))
            .then_some(noun);
    }
    // `email attribute`.
    if let Some(before) =
        noun.checked_sub(1).filter(|before| super::is_of_attribute(tokens, *before))
    {
        return Some(before);
    }
    let same = |index: &usize| tokens[*index].sentence == own.sentence && !claimed.contains(index);
    let behind = || (noun + 1..(noun + 1 + NEAR).min(tokens.len())).filter(same);
    let before = || (noun.saturating_sub(NEAR)..noun).rev().filter(same);
    let distance = |index: usize| index.abs_diff(noun);
    // `attribute for "Service Provider" authentication`: whom it is for.
    let whom = |index: &usize| {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        tokens[*index].plain.contains(' ') && before.is_some_and(|word| word.terms.has(Term::Of))
    };
    let quoted = behind()
        .find(|index| tokens[*index].value && !whom(index))
        .into_iter()
        .chain(before().find(|index| tokens[*index].value));
    if let Some(quoted) = quoted.min_by_key(|index| (distance(*index), *index < noun)) {
        return Some(quoted);
    }
    let names = |index: &usize| is_name(&tokens[*index], vocabulary);
    let skipped = |index: &usize| {
        let token = &tokens[*index];
        token.terms.has(Term::Of)
            || !token.terms.any(Term::is_noun)
                && (token.terms.any(Term::is_predicate) || vocabulary.is_filler(&token.plain))
    };
    let next =
        (noun + 1..tokens.len()).filter(same).take(NEAR).skip_while(skipped).take(1).find(names);
    // Behind a preposition stands where it is missing, not what: `attribute in the assertion`.
    let next = next.filter(|index| {
        *index == noun + 1
            || !tokens[noun + 1..*index].iter().any(|token| token.terms.has(Term::Of))
            || called(tokens, noun, *index)
    });
    next.or_else(|| before().take(1).find(names))
}

/// `attribute with the name X`.
fn called(tokens: &[Token], noun: usize, name: usize) -> bool {
    tokens[noun + 1..name].iter().any(|token| {
        matches!(
            token.plain.as_str(),
            "name" | "named" | "called" | "namen" | "nom" | "nombre" | "nome"
        )
    })
}

/// The word can be the name of an attribute.
fn is_name(token: &Token, vocabulary: &Vocabulary) -> bool {
    const NAMING: &[Term] = &[Term::Email, Term::Role, Term::NameId];
    let known = NAMING.iter().any(|term| token.terms.has(*term)) && !token.plain.contains(' ');
    (known || token.terms.is_empty() && token.marks.is_empty())
        && !vocabulary.is_filler(&token.plain)
        && token.plain.chars().count() > 1
}
