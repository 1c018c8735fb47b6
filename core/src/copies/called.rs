//! What copies are called: made from the names of the files, which are hostile.

/// Longest name, in characters.
const LONGEST: usize = 100;

/// The last part of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// A name that is safe to write as a file and not among those taken, whatever their letter case.
pub(super) fn free<'n>(name: &str, taken: impl Iterator<Item = &'n str>) -> String {
    let taken: Vec<String> = taken.map(str::to_lowercase).collect();
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let safe: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || " ._-+()@".contains(c) { c } else { '_' })
        .take(LONGEST)
        .collect();
    let safe = safe.trim_start_matches(['.', '-', ' ']).to_owned();
    let safe = if safe.is_empty() { "copy".to_owned() } else { safe };
    let (stem, ending) = safe
        .rsplit_once('.')
        .map_or((safe.as_str(), String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    let mut free = safe.clone();
    let mut number = 1;
    while taken.contains(&free.to_lowercase()) {
        number += 1;
        free = format!("{stem}-{number}{ending}");
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_each_is_there_once() {
        for (from, expected) in [
            ("login.har", "login.har"),
            ("login.har.gz", "login.har"),
            (".hidden", "hidden"),
            ("-rf *", "rf _"),
            ("a:b<c>\u{202e}.har", "a_b_c__.har"),
            ("...", "copy"),
            ("", "copy"),
        ] {
            assert_eq!(free(from, std::iter::empty()), expected, "{from}");
        }
        assert_eq!(free("A.har", ["a.har", "a-2.HAR"].into_iter()), "A-3.har");
        assert_eq!(last("C:\\cases\\4711/login.har"), "login.har");
        assert_eq!(free(&"x".repeat(300), std::iter::empty()).len(), LONGEST);
    }
}
