//! Parts of a form with files.

use crate::beginning;
use std::ops::Range;

/// Longest head of a part, and longest name in it.
const LONGEST_HEAD: usize = 400;
const LONGEST_NAME: usize = 64;

/// The name and the place of the value of each: `name="…"`, an empty line, the value.
pub(super) fn of(text: &str) -> Vec<(String, Range<usize>)> {
    const BEGINS: &str = "form-data;";
    /// The empty line behind a head.
    const BLANKS: [&str; 2] = ["\r\n\r\n", "\n\n"];
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) =
        memchr::memmem::find(text.as_bytes().get(from..).unwrap_or_default(), BEGINS.as_bytes())
            .map(|at| from + at)
    {
        from = at + BEGINS.len();
        let rest = text.get(from..).unwrap_or_default();
        let head = beginning::of(rest, LONGEST_HEAD);
        let first = head.split(['\r', '\n']).next().unwrap_or_default();
        let named = first.split(';').find_map(|part| part.trim_start().strip_prefix("name="));
        let Some(name) = named.map(|name| name.trim_matches('"')) else { continue };
        let blank = BLANKS.iter().find_map(|blank| Some(head.find(blank)? + blank.len()));
        let Some(start) = blank else { continue };
        // Of a form that was cut short the last value goes to the end.
        let behind = rest.get(start..).unwrap_or_default();
        let value = behind.split("\n--").next().unwrap_or_default();
        let value = start..start + value.strip_suffix('\r').unwrap_or(value).len();
        if name.len() <= LONGEST_NAME {
            found.push((name.to_owned(), from + value.start..from + value.end));
        }
        from += value.end;
    }
    found
}
