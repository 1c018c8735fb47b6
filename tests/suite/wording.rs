//! Lints over our own checks: names, titles, docs, causes.

use diag_families::{BUILTIN, checks};
use diag_sdk::jiff::civil::{Date, date};
use diag_sdk::reference::Source;
use diag_sdk::{Severity, Specification};
use std::path::Path;

/// Before this day nobody read anything for this project.
const FIRST_DAY: Date = date(2026, 11, 24);

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

#[test]
fn references_lead_somewhere() {
    let section = regex_lite::Regex::new(r"^[0-9]+(\.[0-9]+)*$").expect("a pattern");
    let address = regex_lite::Regex::new(r"^https://[^ ()]+$").expect("a pattern");
    let advisory = regex_lite::Regex::new(r"^CVE-[0-9]{4}-[0-9]+$").expect("a pattern");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut odd = Vec::new();
    let mut count = 0;
    for check in checks() {
        for reference in check.references {
            count += 1;
            let leads = match reference.source {
                Source::Section(Specification::Rfc(_), "", []) => true,
                Source::Section(_, first, more) => {
                    section.is_match(first) && more.iter().all(|one| section.is_match(one))
                }
                Source::Page(page, read) => {
                    address.is_match(page) && read.parse::<Date>().is_ok_and(|day| day >= FIRST_DAY)
                }
                Source::Advisories(ids) => {
                    !ids.is_empty() && ids.iter().all(|id| advisory.is_match(id))
                }
                Source::Documentation(path) => root.join(path).is_file(),
                // Ours rest on what anybody can look up.
                _ => false,
            };
            if !leads {
                odd.push(format!("{}: {reference}", check.id));
            }
        }
    }
    assert!(count > 200, "only {count} references");
    assert!(odd.is_empty(), "these lead nowhere:\n{}", odd.join("\n"));
}

#[test]
fn nothing_is_left_to_say() {
    for check in checks() {
        let causes = check.causes.iter().flat_map(|cause| [cause.text, cause.fix]);
        let texts = [check.title, check.docs]
            .into_iter()
            .map(str::to_owned)
            .chain(check.references.iter().map(ToString::to_string))
            .chain(causes.map(str::to_owned));
        let open: Vec<String> = texts.filter(|text| text.contains("TO SAY")).collect();
        assert!(
            open.is_empty(),
            "{}: `cargo new-check` left these to be written: {open:?}",
            check.id
        );
    }
}
