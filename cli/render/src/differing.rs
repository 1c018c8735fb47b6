//! Which characters of two values differ: what carets point at, or a page marks.
//!
//! Values are mostly URLs, so they are compared part by part (`https`, `:`, `/`, `host`, …): a
//! scheme and a port that differ are two marks, not one long one across the host.

use crate::terminal::visible;
use diag_core::report::ReportedFinding;
use diag_sdk::Difference;
use std::borrow::Cow;
use std::ops::Range;

/// Values longer than this are not aligned: they are lists or sentences.
const LONGEST_ALIGNED: usize = 400;

/// Beyond this many parts the comparison is by common beginning and end alone.
const MOST_PARTS: usize = 200;
/// More marks than this tell nothing any more.
const MOST_MARKS: usize = 4;

/// What differs, as ranges of characters in either text. An empty range is a place where
/// characters are missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) expected: Vec<Range<usize>>,
    pub(crate) actual: Vec<Range<usize>>,
}

impl Marks {
    fn push(&mut self, expected: Range<usize>, actual: Range<usize>) {
        self.expected.push(expected);
        self.actual.push(actual);
    }
}

/// Two values of a finding that can be shown one above the other.
#[derive(Debug)]
pub(crate) struct Aligned<'f> {
    pub(crate) expected: Cow<'f, str>,
    pub(crate) actual: Cow<'f, str>,
    pub(crate) marks: Marks,
}

/// The values of a finding as they may be shown, with what differs; `None` where it does not compare two
/// values, or lists too long to be aligned.
pub(crate) fn aligned(finding: &ReportedFinding) -> Option<Aligned<'_>> {
    let (expected, actual) = (finding.expected.as_deref()?, finding.actual.as_deref()?);
    let difference = finding.difference?;
    if expected.chars().count().max(actual.chars().count()) > LONGEST_ALIGNED {
        return None;
    }
    let (expected, actual) = (visible(expected), visible(actual));
    let marks = between(&expected, &actual, difference);
    Some(Aligned { expected, actual, marks })
}

/// Finds what differs. Values that have nothing in common carry no marks.
pub(crate) fn between(expected: &str, actual: &str, difference: Difference) -> Marks {
    let (left, right): (Vec<char>, Vec<char>) =
        (expected.chars().collect(), actual.chars().collect());
    if difference == Difference::Unrelated {
        return Marks::default();
    }
    if difference == Difference::LetterCase && left.len() == right.len() {
        let ranges = runs(left.iter().zip(&right).map(|(a, b)| a != b));
        return Marks { expected: ranges.clone(), actual: ranges };
    }
    by_parts(&left, &right).unwrap_or_else(|| {
        let mut marks = Marks::default();
        let (expected, actual) = trimmed(&left, &right);
        marks.push(expected, actual);
        marks
    })
}

/// The stretch between the common beginning and the common end.
fn trimmed(left: &[char], right: &[char]) -> (Range<usize>, Range<usize>) {
    let before = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let shorter = left.len().min(right.len());
    let after = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take(shorter - before)
        .take_while(|(a, b)| a == b)
        .count();
    (before..left.len() - after, before..right.len() - after)
}

/// Compares part by part. `None` where that gives too many marks to be of use.
fn by_parts(left: &[char], right: &[char]) -> Option<Marks> {
    let (ours, theirs) = (parts(left), parts(right));
    if ours.len() > MOST_PARTS || theirs.len() > MOST_PARTS {
        return None;
    }
    let text = |characters: &[char], part: &Range<usize>| {
        characters.get(part.clone()).map(<[char]>::to_vec).unwrap_or_default()
    };
    let equal: Vec<Vec<bool>> = ours
        .iter()
        .map(|x| theirs.iter().map(|y| text(left, x) == text(right, y)).collect())
        .collect();
    let same =
        |i: usize, j: usize| equal.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default();
    // common[i][j]: length of the longest common sequence of the parts from i and j on.
    let mut common = vec![vec![0_usize; theirs.len() + 1]; ours.len() + 1];
    for i in (0..ours.len()).rev() {
        for j in (0..theirs.len()).rev() {
            common[i][j] = if same(i, j) {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let mut marks = Marks::default();
    let (mut i, mut j) = (0, 0);
    while i < ours.len() || j < theirs.len() {
        if same(i, j) {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (from_i, from_j) = (i, j);
        while (i < ours.len() || j < theirs.len())
            && !(i < ours.len() && j < theirs.len() && same(i, j))
        {
            if i < ours.len() && (j == theirs.len() || common[i + 1][j] >= common[i][j + 1]) {
                i += 1;
            } else {
                j += 1;
            }
        }
        let stretch = |all: &[Range<usize>], from: usize, to: usize, length: usize| {
            all.get(from).map_or(length, |part| part.start)
                ..all.get(to).map_or(length, |part| part.start)
        };
        let (gap, fill) =
            (stretch(&ours, from_i, i, left.len()), stretch(&theirs, from_j, j, right.len()));
        let (inner_gap, inner_fill) = trimmed(left.get(gap.clone())?, right.get(fill.clone())?);
        marks.push(
            gap.start + inner_gap.start..gap.start + inner_gap.end,
            fill.start + inner_fill.start..fill.start + inner_fill.end,
        );
    }
    (!marks.actual.is_empty() && marks.actual.len() <= MOST_MARKS).then_some(marks)
}

/// Runs of letters and digits, and every other character on its own.
fn parts(characters: &[char]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut in_word = false;
    for (index, character) in characters.iter().enumerate() {
        let word = character.is_alphanumeric();
        match parts.last_mut() {
            Some(last) if word && in_word => last.end += 1,
            _ => parts.push(index..index + 1),
        }
        in_word = word;
    }
    parts
}

/// Ranges of consecutive `true`.
fn runs(flags: impl Iterator<Item = bool>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (index, _) in flags.enumerate().filter(|(_, flag)| *flag) {
        match ranges.last_mut() {
            Some(last) if last.end == index => last.end += 1,
            _ => ranges.push(index..index + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marked characters of the actual value.
    fn marked(expected: &str, actual: &str) -> Vec<String> {
        let difference = diag_sdk::difference::between(expected, actual).expect("a difference");
        between(expected, actual, difference)
            .actual
            .into_iter()
            .map(|range| actual.chars().skip(range.start).take(range.len()).collect())
            .collect()
    }

    #[test]
    fn parts_are_marked_apart() {
        assert_eq!(marked("https://a.example:443/x/", "http://a.example:80/x/"), ["", "80"]);
        assert_eq!(marked("https://a.example/x/", "https://a.example:443/x/"), [":443"]);
        assert_eq!(marked("https://a.example/x/", "https://a.example/x"), [""]);
        assert_eq!(marked("https://sense.example/x", "https://sence.example/x"), ["c"]);
        assert_eq!(marked("https://a.example/azure/acs", "https://a.example/acs"), [""]);
        assert_eq!(
            marked("https://a.example/Azure/Hub", "https://a.example/azure/hub"),
            ["a", "h"]
        );
        assert_eq!(marked("a", "spn:a"), ["spn:"]);
    }

    #[test]
    fn what_has_nothing_in_common_carries_no_marks() {
        assert!(marked("urn:a", "https://b.example/").is_empty());
    }

    #[test]
    fn very_long_values_are_compared_from_both_ends() {
        let long = "a/".repeat(500);
        assert_eq!(
            marked(&format!("https://h.example/{long}x"), &format!("https://h.example/{long}y")),
            ["y"]
        );
    }
}
