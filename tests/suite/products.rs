//! What is known of products stands in their files, and nowhere else.

use regex_lite::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Where a product may be named: the files themselves, readers of exports, the family about one product's own
/// settings, and readers of captures, which know the programs that write them.
const MAY_NAME: &[&str] =
    &["plugins/products/", "core/src/snapshot/", "plugins/virtual-proxy/", "core/src/intake/"];
/// Code for tests and examples, which are documentation.
const TOLD_BY_EXAMPLE: &[&str] = &[
    "plugins/sdk/src/testing/",
    "/templates/",
    "/tests.rs",
    "/tests/",
    "cli/render/src/sample.rs",
    "core/src/seeds.rs",
];

/// Names people know products by, beside those in their files.
const KNOWN_AS: &[&str] =
    &["entra", "azure", "microsoft", "qlik", "ad fs", "okta", "google", "shibboleth", "bitnami"];
/// Ids that are words of the language or of the field, too.
const ALSO_WORDS: &[&str] = &["generic", "sap", "lasso", "envoy", "duo", "harbor", "apache"];

fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = KNOWN_AS.iter().map(|name| (*name).to_owned()).collect();
    for product in diag_products::Products::builtin().iter() {
        names.extend([product.id.to_lowercase(), product.name.to_lowercase()]);
    }
    names.retain(|name| name.len() > 2 && !ALSO_WORDS.contains(&name.as_str()));
    names
}

/// The code of a file: without comments, tests, and the documents a check refers to.
fn code(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut referring = false;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim_start();
        if bare == "#[cfg(test)]" {
            // Tests stand last in a file.
            break;
        }
        referring |= bare.starts_with("references: [");
        if !referring && !bare.starts_with("//") {
            lines.push((number + 1, line));
        }
        referring &= !bare.ends_with("],");
    }
    lines
}

#[test]
fn no_code_names_a_product() {
    let escaped: Vec<String> = names().iter().map(|name| name.replace('.', "\\.")).collect();
    let pattern = Regex::new(&format!("(?i)(^|[^a-z0-9])({})([^a-z0-9]|$)", escaped.join("|")))
        .expect("a pattern");
    let root = root();
    let mut named = Vec::new();
    let mut looked_at = 0;
    for room in ["core/src", "plugins", "cli/src", "cli/render/src"] {
        for entry in WalkDir::new(root.join(room))
            .into_iter()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"))
        {
            let path = entry
                .path()
                .strip_prefix(&root)
                .expect("below the workspace")
                .to_string_lossy()
                .replace('\\', "/");
            if MAY_NAME.iter().any(|room| path.starts_with(room))
                || TOLD_BY_EXAMPLE.iter().any(|part| path.contains(part))
            {
                continue;
            }
            looked_at += 1;
            let text = fs::read_to_string(entry.path()).expect("source");
            named.extend(code(&text).iter().filter_map(|(number, line)| {
                pattern
                    .captures(line)
                    .map(|found| format!("{path}:{number}: {}: {}", &found[2], line.trim()))
            }));
        }
    }
    assert!(looked_at > 200, "{looked_at} files");
    assert!(named.is_empty(), "a product is named outside its file:\n{}", named.join("\n"));
}

/// A sign-in that works and ends on a page.
fn sign_in(page: &str) -> String {
    let lines: String = page.lines().flat_map(|line| ["| ", line, "\n"]).collect();
    format!(
        "diag-sketch/1 2026-11-24T10:00:00Z\n\n[request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\" \
         Version=\"2.0\" IssueInstant=\"{{now}}\"/>\n\n[response]\n<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_r\" InResponseTo=\"_1\" Version=\"2.0\" IssueInstant=\"{{now}}\">\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>\
         <saml:Assertion ID=\"_a\" Version=\"2.0\" IssueInstant=\"{{now}}\"/></samlp:Response>\n\n\
         GET https://sp.example/ @0s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={{redirect:request}}\n\n\
         GET https://idp.example/sso?SAMLRequest={{redirect:request}} @1s\n< 200\n\n\
         POST https://sp.example/acs @9s\n> SAMLResponse={{post:response}}\n< 302\n< Location: https://sp.example/start\n< Set-Cookie: sid=a1b2c3; Path=/\n\n\
         GET https://sp.example/start @10s\n> Cookie: sid=a1b2c3\n< 200\n< Content-Type: text/html\n{lines}\n\
         GET https://sp.example/start/list @12s\n> Cookie: sid=a1b2c3\n< 200\n< Content-Type: text/html\n| <title>List</title><p>12 entries</p>\n"
    )
}

#[test]
fn healthy_pages_in_four_languages_stay_healthy() {
    let mut languages = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("tests/healthy"))
        .expect("the corpus")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    pages.sort();
    for path in &pages {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        languages.insert(name.get(..2).unwrap_or_default().to_owned());
        let capture = sign_in(&fs::read_to_string(path).expect("a page"));
        let report = diag_tests::diagnose::report_of(&[diag_tests::diagnose::File::new(
            "login.sketch",
            capture,
        )]);
        if report.verdict != diag_core::verdict::Verdict::Healthy {
            let findings: Vec<String> = report
                .findings
                .iter()
                .map(|finding| format!("{}: {}", finding.check, finding.message))
                .collect();
            wrong.push(format!("{name}: {:?}: {}", report.verdict, findings.join("; ")));
        }
    }
    assert!(pages.len() >= 40 && languages.len() == 4, "{} pages in {languages:?}", pages.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_stands_in_comments_and_tests_is_no_code() {
    let text = "//! Qlik Sense\nlet a = 1;\n    references: [\n        \"Okta\",\n    ],\nlet b = \"Okta\";\n#[cfg(test)]\nlet c = \"Okta\";\n";
    let numbers: Vec<usize> = code(text).iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [2, 6]);
}
