//! Columns of secrets: tables of pages (`<th>Password</th>`) and of text (`| User | Password |`), of which the first row says what stands
//! in the others.

use super::kind::Kind;
use super::names;
use super::opaque;
use super::prose;
use super::tags;
use std::ops::Range;

/// Most columns, most bytes of a name, and lengths of a value.
const MOST: usize = 32;
const LONGEST_NAME: usize = 40;
const LENGTHS: Range<usize> = 4..200;

/// Values that stand in such a column.
pub(super) fn values(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut found = Vec::new();
    if opaque::begins_as_markup(text) {
        of_pages(text, &mut found);
    } else {
        of_text(text, &mut found);
    }
    found.retain(|(range, _)| {
        let value = text.get(range.clone()).unwrap_or_default();
        LENGTHS.contains(&value.len())
            && value.chars().any(char::is_alphanumeric)
            && !value.contains("://")
    });
    found
}

/// What the head of a column says of it.
fn head(name: &str) -> Option<Kind> {
    let name = name.trim().trim_matches(['*', '"', '`']);
    let last = name.rsplit(' ').next().unwrap_or_default();
    let kind = prose::told(last)
        .or_else(|| names::kind_of(last).filter(|kind| *kind == Kind::Password && last.len() > 3));
    kind.filter(|_| name.len() <= LONGEST_NAME && !names::tells_of_one(last))
}

/// `| User | Password |` over `|---|---|`, and lines with as many cells.
fn of_text(text: &str, found: &mut Vec<(Range<usize>, Kind)>) {
    let mut heads: Vec<Option<Kind>> = Vec::new();
    let mut before: Vec<Option<Kind>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let shown = line.trim();
        if !shown.starts_with('|') || shown.matches('|').count() > MOST {
            heads.clear();
            before.clear();
            continue;
        }
        let cells = cells(line);
        if shown.bytes().all(|byte| b"|-: \t".contains(&byte)) {
            heads = std::mem::take(&mut before);
            continue;
        }
        if heads.is_empty() {
            before =
                cells.iter().map(|cell| head(line.get(cell.clone()).unwrap_or_default())).collect();
            continue;
        }
        for (cell, head) in cells.into_iter().zip(&heads) {
            found.extend(head.map(|kind| (start + cell.start..start + cell.end, kind)));
        }
    }
}

/// Where the cells of a line stand, without the blanks around them.
fn cells(line: &str) -> Vec<Range<usize>> {
    let signs: Vec<usize> = line.match_indices('|').map(|(at, _)| at).collect();
    let cell = |pair: &[usize]| {
        let [left, right] = pair else { return 0..0 };
        let inner = line.get(left + 1..*right).unwrap_or_default();
        let start = left + 1 + (inner.len() - inner.trim_start().len());
        start..start + inner.trim().len()
    };
    signs.windows(2).map(cell).collect()
}

/// `<tr><th>User</th><th>Password</th></tr>`, and the rows behind it.
fn of_pages(text: &str, found: &mut Vec<(Range<usize>, Kind)>) {
    let mut heads: Vec<Option<Kind>> = Vec::new();
    let mut column = 0;
    let mut in_head = false;
    for (name, tag) in tags::of(text, &["table", "tr", "th", "td"]) {
        let behind = tag.end + 1;
        let inner = text.get(behind..).unwrap_or_default();
        let length = memchr::memchr(b'<', inner.as_bytes()).unwrap_or(inner.len());
        let inner = inner.get(..length).unwrap_or_default();
        match name {
            "table" => heads.clear(),
            "tr" => (column, in_head) = (0, false),
            "th" => {
                // A row of heads begins anew; a head before the cells of its row is none of a column.
                if !in_head {
                    heads.clear();
                }
                in_head = true;
                if heads.len() < MOST {
                    heads.push(head(inner));
                }
            }
            _ => {
                // Heads of rows are none of columns.
                if in_head {
                    heads.clear();
                }
                if let Some(kind) = heads.get(column).copied().flatten() {
                    let start = behind + (inner.len() - inner.trim_start().len());
                    found.push((start..start + inner.trim().len(), kind));
                }
                column += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn the_first_row_says_what_stands_in_the_others() {
        let found = |text: &str| {
            values(text).into_iter().map(|(at, _)| text[at].to_owned()).collect::<Vec<_>>()
        };
        let text = "| System | User | Password |\n|---|---|---|\n| QMC | admin | two words |\n| Hub | ann | x1y2z3! |\n\n| Password |";
        assert_eq!(found(text), ["two words", "x1y2z3!"]);
        let page = "<table><tr><th>Login</th><th>Initial password</th></tr><tr><td>mira</td><td>a b c d</td></tr></table>\
                    <table><tr><td>x</td><td>hunter</td></tr></table>";
        assert_eq!(found(page), ["a b c d"]);
        for text in [
            "| Password policy | Value |\n|---|---|\n| strict | ten |",
            "password | x | y\nsecret | a",
            "<table><tr><th>Password</th><td>Forgot it?</td></tr><tr><td>Name</td><td>long</td></tr></table>",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
