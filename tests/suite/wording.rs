//! Lints over our own checks: names, titles, docs, causes.

use diag_families::{BUILTIN, checks};
use diag_sdk::Severity;

#[test]
fn plugins_list_their_checks_in_order_under_their_own_name() {
    for plugin in BUILTIN {
        let ids: Vec<&str> = plugin.checks.iter().map(|check| check.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted, "{}: checks are sorted by id and unique", plugin.name);
        for id in ids {
            assert_eq!(
                id.split('/').next(),
                Some(plugin.name),
                "{id} stands in plugin {}",
                plugin.name
            );
        }
    }
}

#[test]
fn ids_name_problems_in_kebab_case() {
    for check in checks() {
        let (_, problem) = check.id.split_once('/').expect("family/problem");
        assert!(
            problem
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{}",
            check.id
        );
        for remedy in ["use-", "avoid-", "set-", "add-", "remove-", "check-"] {
            assert!(!problem.starts_with(remedy), "{} names a remedy", check.id);
        }
    }
}

#[test]
fn titles_state_the_fact_in_one_short_line() {
    for check in checks() {
        assert!(check.title.chars().count() <= 70, "{}: title longer than 70 characters", check.id);
        assert!(!check.title.ends_with('.'), "{}: title ends in a full stop", check.id);
        assert!(
            check
                .title
                .chars()
                .next()
                .is_some_and(|first| first.is_uppercase() || !first.is_alphabetic()),
            "{}: sentence case",
            check.id
        );
    }
}

#[test]
fn every_check_says_why_it_matters() {
    for check in checks() {
        let prose: String =
            check.docs.lines().take_while(|line| !line.trim_start().starts_with("## ")).collect();
        assert!(
            prose.split_whitespace().count() >= 25,
            "{}: the documentation says too little",
            check.id
        );
        assert!(!check.levels.is_empty(), "{}: levels", check.id);
        let mut levels = check.levels.to_vec();
        levels.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(levels, check.levels, "{}: levels, most severe first", check.id);
        if check.level() == Severity::Error {
            assert!(!check.causes.is_empty(), "{}: an error needs a cause with a fix", check.id);
        }
        for cause in check.causes {
            assert!(
                !cause.text.is_empty() && cause.fix.len() > 10,
                "{}: a cause without words",
                check.id
            );
        }
    }
}

#[test]
fn explained_checks_exist() {
    let ids: Vec<&str> = checks().map(|check| check.id).collect();
    for check in checks() {
        for explained in check.explains {
            let known = match explained.strip_suffix("/*") {
                Some(family) => ids.iter().any(|id| id.split('/').next() == Some(family)),
                None => ids.contains(explained),
            };
            assert!(known, "{} explains {explained}, which no check reports", check.id);
        }
    }
}

/// A specification with its section, an RFC, an address, a publisher's page by its title, a paper with its year, or advisories.
const REFERENCES: &[&str] = &[
    r"^(saml-(core|bindings|profiles|metadata|sec-consider)-2\.0-os|SAML V2\.0 Metadata Interoperability Profile|xmldsig-core1?|xmlenc-core1?|XML 1\.0|Canonical XML 1\.1|CSP Level 3|Fetch Metadata|Fetch) §[0-9]+(\.[0-9]+)*((,| and) §[0-9]+(\.[0-9]+)*)*( \(.+\))?$",
    r"^RFC [0-9]+(bis)?( §[0-9]+(\.[0-9]+)*((, | and )§[0-9]+(\.[0-9]+)*)*( step [0-9]+)?)?( \(.+\))?$",
    r"^https://[^ ]+( \(.+\))?$",
    r"^(Microsoft Learn|Microsoft Entra|Qlik help|Qlik Sense help|Qlik QRS API|HTML|OWASP): .+$",
    r"^(NIST|OWASP|W3C) [A-Z].+$",
    r"^.+, .+ \([0-9]{4}\)$",
    r"^CVE-[0-9]{4}-[0-9]+(, CVE-[0-9]{4}-[0-9]+)*( and others \(.+\))?$",
    r"^docs/[a-z-]+\.md$",
];

#[test]
fn references_lead_somewhere() {
    let patterns: Vec<regex_lite::Regex> = REFERENCES
        .iter()
        .map(|pattern| regex_lite::Regex::new(pattern).expect("a pattern"))
        .collect();
    let mut odd = Vec::new();
    let mut count = 0;
    for check in checks() {
        for reference in check.references {
            count += 1;
            if !patterns.iter().any(|pattern| pattern.is_match(reference)) {
                odd.push(format!("{}: {reference}", check.id));
            }
        }
    }
    assert!(count > 200, "only {count} references");
    assert!(
        odd.is_empty(),
        "neither a section of a known specification nor an address nor publisher and title:\n{}",
        odd.join("\n")
    );
}

#[test]
fn nothing_is_left_to_say() {
    for check in checks() {
        let causes = check.causes.iter().flat_map(|cause| [cause.text, cause.fix]);
        let texts = [check.title, check.docs]
            .into_iter()
            .chain(check.references.iter().copied())
            .chain(causes);
        let open: Vec<&str> = texts.filter(|text| text.contains("TO SAY")).collect();
        assert!(
            open.is_empty(),
            "{}: `cargo new-check` left these to be written: {open:?}",
            check.id
        );
    }
}
