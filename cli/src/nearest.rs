//! The nearest known name for one that was mistyped.

/// A name that is this much less alike than the best one is not meant.
const CLEARLY: f64 = 0.06;

/// Names that resemble the one given, nearest first, at most three.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let given = given.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| {
            let lower = name.to_lowercase();
            let tail = lower.rsplit('/').next().unwrap_or(&lower);
            let mut score =
                strsim::jaro_winkler(&given, &lower).max(strsim::jaro_winkler(&given, tail));
            // `acs` alone is meant for `endpoints/acs-not-registered`.
            if given.len() >= 3 && lower.contains(&given) {
                score = score.max(0.95);
            }
            (score, name)
        })
        .filter(|(score, _)| *score > 0.8)
        .collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(right.1)));
    scored.dedup_by(|left, right| left.1 == right.1);
    // Where one is clearly meant, the others only distract.
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.retain(|(score, _)| *score > best - CLEARLY);
    scored.truncate(3);
    scored.into_iter().map(|(_, name)| name).collect()
}

/// `did you mean a, b or c?`; nothing where nothing resembles.
pub(crate) fn did_you_mean<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let names = nearest(given, known);
    let (last, others) = names.split_last()?;
    Some(if others.is_empty() {
        format!("did you mean {last}?")
    } else {
        format!("did you mean {} or {last}?", others.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = [
        "endpoints/acs-not-registered",
        "endpoints/acs-redirected",
        "flow/redirect-loop",
        "metadata/role-descriptor-present",
    ];

    #[test]
    fn typing_errors_and_parts_of_names_are_understood() {
        assert_eq!(
            nearest("endpoints/acs-not-registred", KNOWN)[0],
            "endpoints/acs-not-registered"
        );
        assert_eq!(nearest("redirect-loop", KNOWN)[0], "flow/redirect-loop");
        assert_eq!(nearest("role-descriptor", KNOWN)[0], "metadata/role-descriptor-present");
        assert_eq!(
            nearest("metadata/role-descriptor-presnt", KNOWN),
            ["metadata/role-descriptor-present"]
        );
        assert!(nearest("zzzz", KNOWN).is_empty());
        assert_eq!(did_you_mean("zzzz", KNOWN), None);
    }
}
