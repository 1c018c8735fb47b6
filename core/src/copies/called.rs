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
    let safe = safe.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']).to_owned();
    let safe = if safe.is_empty() { "copy".to_owned() } else { safe };
    let safe = if is_a_device(&safe) { format!("_{safe}") } else { safe };
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

/// What Windows takes for a device, whatever the ending.
fn is_a_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |stem: &str| {
        ["com", "lpt"].iter().any(|device| {
            stem.strip_prefix(device).is_some_and(|number| {
                number.len() == 1 && number.bytes().all(|digit| digit.is_ascii_digit())
            })
        })
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered(&stem)
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
            ("a.har. .", "a.har"),
            ("CON.har", "_CON.har"),
            ("lpt1", "_lpt1"),
            ("company.har", "company.har"),
            ("", "copy"),
        ] {
            assert_eq!(free(from, std::iter::empty()), expected, "{from}");
        }
        assert_eq!(free("A.har", ["a.har", "a-2.HAR"].into_iter()), "A-3.har");
        assert_eq!(last("C:\\cases\\4711/login.har"), "login.har");
        assert_eq!(free(&"x".repeat(300), std::iter::empty()).len(), LONGEST);
    }
}
