//! A stated reason cut into words and values: a quoted text, an address or an identifier is a value and says nothing by
//! its words, unless it is itself the name of a thing.

use super::plain::plain;
use super::term::{Term, Terms};
use super::vocabulary::{LONGEST_PHRASE, Vocabulary};
use std::ops::Range;

/// Most tokens that are read of one reason.
const MOST: usize = 220;
/// Longest value, in bytes.
const LONGEST_VALUE: usize = 300;
/// Most words of a quoted text that is a value and no sentence.
const MOST_WORDS_QUOTED: usize = 3;

/// A word, a phrase or a value.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// What it stands for.
    pub(super) terms: Terms,
    /// It can be a value.
    pub(super) value: bool,
    /// Which sentence it belongs to.
    pub(super) sentence: usize,
    /// Which part of that sentence, between commas and the like.
    pub(super) part: usize,
    /// A comma stands before it.
    pub(super) comma: bool,
    /// The whole run of characters it is a piece of: `eduPersonPrincipalName` where it is `edu`.
    pub(super) run: Range<usize>,
    /// The sentence is a question.
    pub(super) asked: bool,
    /// Expected or got, where it announces a value.
    pub(super) marks: Terms,
    /// In lower case, without accents.
    pub(super) plain: String,
}

/// A word before phrases are found.
struct Word {
    range: Range<usize>,
    plain: String,
    value: bool,
    quoted: bool,
    place: Spot,
    run: Range<usize>,
}

/// Where a word stands in the text's sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Spot {
    sentence: usize,
    part: usize,
    comma: bool,
}

impl Spot {
    fn same_part(self, other: Self) -> bool {
        self.sentence == other.sentence && self.part == other.part
    }
}

/// Cuts a text.
pub(super) fn tokens(text: &str, vocabulary: &Vocabulary) -> Vec<Token> {
    let mut words = words(text, vocabulary);
    words.truncate(MOST);
    let questions = questions(text, &words);
    let mut tokens = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let ahead = phrase(&words, at);
        let found = if word.value && !word.quoted { None } else { vocabulary.terms(&ahead) };
        let marker = if word.value { None } else { vocabulary.marker(&ahead) };
        // What is quoted is one word, however many a phrase takes of it.
        let named = if word.value {
            ahead.len()
        } else {
            found.map_or(1, |(own, _)| own).max(marker.map_or(1, |(own, _)| own))
        };
        let length = if word.value { 1 } else { named };
        let Some(last) = words.get(at + length - 1) else { break };
        tokens.push(Token {
            range: word.range.start..last.range.end,
            terms: found
                .filter(|(own, _)| *own == named)
                .map(|(_, terms)| terms)
                .unwrap_or_default(),
            value: word.value,
            sentence: word.place.sentence,
            part: word.place.part,
            comma: word.place.comma,
            run: word.run.start..last.run.end,
            asked: questions.contains(&word.place.sentence),
            marks: marker
                .filter(|(own, _)| *own == named)
                .map(|(_, terms)| terms)
                .unwrap_or_default(),
            plain: ahead[..named.min(ahead.len())].join(" "),
        });
        at += length;
    }
    tokens
}

/// The words from here on that a phrase may be made of: of one part of a sentence.
fn phrase(words: &[Word], at: usize) -> Vec<&str> {
    let first = &words[at];
    if first.value {
        return first.plain.split(' ').collect();
    }
    let near = words[at..].iter().take(LONGEST_PHRASE);
    near.take_while(|word| !word.value && word.place.same_part(first.place))
        .map(|word| word.plain.as_str())
        .collect()
}

/// The sentences that end in a question mark.
fn questions(text: &str, words: &[Word]) -> Vec<usize> {
    let ends = words.iter().enumerate().filter(|(at, word)| {
        words.get(at + 1).is_none_or(|next| next.place.sentence != word.place.sentence)
    });
    ends.filter(|(_, word)| {
        text[word.range.end..]
            .trim_start_matches(['"', '\'', '”', '»', ')', ' ', '\u{a0}'])
            .starts_with('?')
    })
    .map(|(_, word)| word.place.sentence)
    .collect()
}

fn words(text: &str, vocabulary: &Vocabulary) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut place = Spot::default();
    let mut at = 0;
    while at < text.len() && words.len() < MOST {
        let rest = &text[at..];
        let Some(character) = rest.chars().next() else { break };
        let known = words.len();
        if let Some((inner, end)) = quoted(text, at).filter(|(inner, _)| {
            text[inner.clone()].split_whitespace().count() <= MOST_WORDS_QUOTED
        }) {
            let plain = plain(&spread(&text[inner.clone()]));
            words.push(Word {
                plain,
                range: inner.clone(),
                value: true,
                quoted: true,
                place,
                run: inner,
            });
            at = end;
        } else if is_of_a_word(character) {
            let end = at + rest.find(ends_a_run).unwrap_or(rest.len());
            let raw = &text[at..end];
            let trimmed = raw.trim_end_matches(['.', ':', '\'', '’', '…', '-', '–', '=']);
            let trimmed = if trimmed.is_empty() { raw } else { trimmed };
            cut(text, at..at + trimmed.len(), place, vocabulary, &mut words);
            at += trimmed.len();
        } else {
            let next = rest[character.len_utf8()..].chars().next();
            match character {
                '.' | '!' | '?' | '…'
                    if next.is_none_or(|next| next.is_whitespace() || "\"”»')".contains(next)) =>
                {
                    place.sentence += 1;
                }
                '\n' | '|' => place.sentence += 1,
                ',' | ';' => {
                    place.part += 1;
                    place.comma = true;
                }
                ':' | '(' | ')' | '–' | '—' | '=' => place.part += 1,
                // A dash between blanks.
                '-' if next.is_none_or(char::is_whitespace) => place.part += 1,
                '!' if next == Some('=') => {
                    let range = at..at + 2;
                    words.push(Word {
                        plain: "differs".to_owned(),
                        range: range.clone(),
                        value: false,
                        quoted: false,
                        place,
                        run: range,
                    });
                }
                _ => {}
            }
            at += character.len_utf8();
        }
        if words.len() > known {
            place.comma = false;
        }
    }
    words
}

fn ends_a_run(character: char) -> bool {
    character.is_whitespace() || "\"“”„«»()[]{}<>|;,!?".contains(character)
}

fn is_of_a_word(character: char) -> bool {
    character.is_alphanumeric() || "_/@#$".contains(character)
}

/// The inside of the quotation marks that open here, and where it goes on behind them.
fn quoted(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let rest = &text[at..];
    let open = rest.chars().next()?;
    let close: &[char] = match open {
        '"' => &['"'],
        '\'' => &['\''],
        '`' => &['`', '\''],
        '“' | '„' => &['”', '“', '"'],
        '‘' | '‚' => &['’', '‘'],
        '«' => &['»'],
        '[' => &[']'],
        '<' => &['>'],
        _ => return None,
    };
    // An apostrophe inside a word opens nothing.
    if matches!(open, '\'' | '‘')
        && text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
    {
        return None;
    }
    let start = at + open.len_utf8();
    let inside = &text[start..];
    let mut ends = inside.char_indices().take(LONGEST_VALUE);
    let (end, mark) = ends.find(|(end, character)| {
        let follows = inside[end + character.len_utf8()..].chars().next();
        close.contains(character)
            && (!matches!(character, '\'' | '’')
                || follows.is_none_or(|next| !next.is_alphanumeric()))
    })?;
    let content = inside[..end].trim();
    // The nested mark that closes a bracketed value in quotes is left to the inner one.
    let from = start + inside.find(content).unwrap_or_default();
    let sound = !content.is_empty() && !content.contains('\n');
    sound.then(|| (from..from + content.len(), start + end + mark.len_utf8()))
}

/// A run of characters without blanks: a value, or the words it is made of.
fn cut(
    text: &str,
    range: Range<usize>,
    place: Spot,
    vocabulary: &Vocabulary,
    words: &mut Vec<Word>,
) {
    let raw = &text[range.clone()];
    let word = |range: Range<usize>, plain: String, value: bool| Word {
        run: range.clone(),
        range,
        plain,
        value,
        quoted: false,
        place,
    };
    if is_address(raw) {
        words.push(word(range, plain(raw), true));
        return;
    }
    // `couldn't`, `l'utilisateur`.
    if let Some(at) = raw.find(['\'', '’']) {
        let length = raw[at..].chars().next().map_or(1, char::len_utf8);
        let (before, after) = (range.start..range.start + at, range.start + at + length..range.end);
        if raw[at + length..].eq_ignore_ascii_case("t") && raw[..at].ends_with(['n', 'N']) {
            words.push(word(before.clone(), plain(&raw[..at - 1]), false));
            words.push(word(before.end - 1..range.end, "not".to_owned(), false));
        } else {
            cut(text, before, place, vocabulary, words);
            if !after.is_empty() {
                cut(text, after, place, vocabulary, words);
            }
        }
        return;
    }
    if raw.eq_ignore_ascii_case("cannot") {
        words.push(word(range.clone(), "can".to_owned(), false));
        words.push(word(range, "not".to_owned(), false));
        return;
    }
    let pieces = pieces(raw);
    let digits = raw.contains(|character: char| character.is_ascii_digit());
    let whole = plain(raw);
    if pieces.len() < 2 || vocabulary.terms(&[whole.as_str()]).is_some() {
        let value = raw.len() >= 6 && digits && raw.bytes().any(|byte| byte.is_ascii_alphabetic());
        let known = vocabulary.terms(&[whole.as_str()]).is_some();
        words.push(word(range, whole, value && !known));
        return;
    }
    let joined: Vec<String> = pieces.iter().map(|piece| plain(&raw[piece.clone()])).collect();
    let separated = raw.contains(['.', '/', '@', ':', '\\', '#', '$']);
    if !is_made_of_words(&joined, raw, separated, vocabulary) {
        words.push(word(
            range,
            whole,
            separated
                || digits
                || raw.contains(|character: char| character == '_' || character.is_uppercase()),
        ));
        return;
    }
    for (piece, plain) in pieces.into_iter().zip(joined) {
        let own = range.start + piece.start..range.start + piece.end;
        words.push(Word { run: range.clone(), ..word(own, plain, false) });
    }
}

/// A code (`user_not_found`) and what is joined by hyphens is made of words; a name (`employeeNumber`) or an identifier is not.
fn is_made_of_words(
    pieces: &[String],
    raw: &str,
    separated: bool,
    vocabulary: &Vocabulary,
) -> bool {
    let all: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let found = |at: usize| vocabulary.terms(&all[at..]);
    if found(0).is_some_and(|(length, _)| length == all.len()) {
        return true;
    }
    let known = (0..all.len()).filter(|at| found(*at).is_some()).count();
    if separated {
        return known * 2 >= all.len() && !raw.contains(['@', '/']);
    }
    let says = (0..all.len())
        .filter_map(found)
        .any(|(_, terms)| terms.any(|term| term.is_predicate() || is_denial(term)));
    let hyphened = !raw.contains('_')
        && raw.contains('-')
        && !raw.contains(|character: char| character.is_ascii_digit());
    says || hyphened
}

fn is_denial(term: Term) -> bool {
    matches!(term, Term::Not | Term::NotBehind | Term::No)
}

/// A URL, a URN, an address of mail: never words.
fn is_address(raw: &str) -> bool {
    let lower = raw.to_ascii_lowercase();
    lower.contains("://")
        || lower.starts_with("urn:")
        || lower.starts_with("spn:")
        || (raw.contains('@') && raw.contains('.'))
}

/// The pieces of `user_not_found`, `userNotFound`, `user-not-found`, `SAMLResponse`.
fn pieces(raw: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let characters: Vec<(usize, char)> = raw.char_indices().collect();
    let mut start = None;
    for (index, (at, character)) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            pieces.extend(start.take().map(|start| start..*at));
            continue;
        }
        let before = index
            .checked_sub(1)
            .and_then(|before| characters.get(before))
            .map(|(_, character)| *character);
        let after = characters.get(index + 1).map(|(_, character)| *character);
        let upper = character.is_uppercase();
        let begins = upper
            && before.is_some_and(char::is_lowercase)
            && after.is_some_and(char::is_alphanumeric)
            || upper
                && before.is_some_and(char::is_uppercase)
                && after.is_some_and(char::is_lowercase);
        if begins && let Some(begun) = start.take() {
            pieces.push(begun..*at);
        }
        start.get_or_insert(*at);
    }
    pieces.extend(start.map(|start| start..raw.len()));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// A quoted name as the words it is made of: `'InResponseTo'` is a thing as well as a value.
fn spread(content: &str) -> String {
    if content.contains(char::is_whitespace) || is_address(content) {
        return content.to_owned();
    }
    let pieces = pieces(content);
    pieces.iter().map(|piece| &content[piece.clone()]).collect::<Vec<_>>().join(" ")
}
