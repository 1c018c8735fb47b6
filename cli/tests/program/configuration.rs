//! `diag.toml`, the person's own file and the environment: what counts, and what never does.

use crate::support::{clean, diag_in, err, out};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const WARNED: &str = "diag-sketch/1 2026-11-24T10:00:00Z\n\nGET https://a.example/ @0s\n< 200\n";

/// `diag` with variables of the environment.
fn diag_with(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diag"));
    clean(&mut command)
        .args(arguments)
        .current_dir(folder)
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    command.output().expect("diag runs")
}

/// An example that fails, copied where files may be put beside it.
fn case_in(folder: &Path) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/reply-url-without-slash");
    fs::create_dir_all(folder).expect("a folder");
    for entry in fs::read_dir(example).expect("an example") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
    }
}

#[test]
fn every_key_is_documented() {
    let guide =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md"))
            .expect("a guide");
    let schema: Value =
        serde_json::from_str(&out(&diag_in(Path::new("."), &["schema", "config"]))).expect("JSON");
    let section = |title: &str| {
        let (_, after) = guide
            .split_once(&format!("\n## {title}"))
            .unwrap_or_else(|| panic!("no section {title}"));
        after.split("\n## ").next().unwrap_or_default().to_owned()
    };
    let keys = |definition: &str| -> Vec<String> {
        schema["$defs"][definition]["properties"]
            .as_object()
            .unwrap_or_else(|| panic!("no {definition}"))
            .keys()
            .cloned()
            .collect()
    };
    let documented = [
        ("Defaults", "`[check]`"),
        ("Ignore", "`[[ignore]]`"),
        ("Level", "`[[level]]`"),
        ("Entry", "`[[plugin]]`"),
        ("Expect", "`[expect]`"),
        ("ProductEntry", "`[[product]]`"),
    ];
    for (definition, title) in documented {
        let text = section(title);
        for key in keys(definition) {
            assert!(text.contains(&format!("| `{key}` |")), "{title} lacks {key}");
        }
        let rows = text.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, keys(definition).len(), "{title} tells of a key there is not");
    }
    let top = schema["properties"].as_object().expect("properties");
    assert_eq!(
        top.keys().map(String::as_str).collect::<Vec<_>>(),
        ["check", "profile", "ignore", "level", "expect", "plugin", "product", "bounds"]
    );
    let manual = out(&diag_in(Path::new("."), &["man"]));
    for name in
        guide.split('`').filter(|word| word.starts_with("DIAG_") && word.len() > "DIAG_".len())
    {
        assert!(manual.contains(name), "the manual lacks {name}");
    }
}

#[test]
fn the_environment_stands_behind_the_command_line_and_before_files() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("diag.toml"), "[check]\nformat = 'markdown'\n").expect("a file");
    case_in(&folder.path().join("case"));
    let said = |variables: &[(&str, &str)], arguments: &[&str]| {
        out(&diag_with(folder.path(), variables, arguments))
    };
    assert!(said(&[], &["case"]).starts_with("# BROKEN"));
    assert!(said(&[("DIAG_FORMAT", "json")], &["case"]).starts_with('{'));
    assert!(said(&[("DIAG_FORMAT", "json")], &["case", "--format", "text"]).starts_with("BROKEN"));
    assert!(said(&[("DIAG_FORMAT", "")], &["case"]).starts_with("# BROKEN"));
    assert_eq!(
        diag_with(folder.path(), &[("DIAG_FAIL_ON", "never")], &["case"]).status.code(),
        Some(0)
    );
    let mistaken = diag_with(folder.path(), &[("DIAG_FAIL_ON", "sometimes")], &["case"]);
    assert_eq!(mistaken.status.code(), Some(2));
    assert!(err(&mistaken).starts_with("error: DIAG_FAIL_ON: "), "{}", err(&mistaken));
    assert!(said(&[("DIAG_COLOR", "always")], &["explain", "AADSTS50011"]).contains('\u{1b}'));
}

#[test]
fn it_is_found_from_subfolders_and_never_in_the_case() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("tickets/4711");
    case_in(&case);
    fs::write(folder.path().join("diag.toml"), "[check]\nformat = 'json'\n").expect("a file");
    assert!(out(&diag_in(&case, &["."])).starts_with('{'), "from a folder below");
    fs::write(
        case.join("diag.toml"),
        "[check]\nskip = ['endpoints', 'flow']\nformat = 'markdown'\n",
    )
    .expect("a file");
    let report: Value =
        serde_json::from_str(&out(&diag_in(&case, &["."]))).expect("the one above still counts");
    assert_eq!(report["verdict"], "broken");
    assert!(!report["root_causes"].as_array().expect("roots").is_empty());
    assert!(
        out(&diag_in(&case, &["capture.har", "--format", "text"])).contains("endpoints/"),
        "a file beside it is not configured by it"
    );
    assert!(
        out(&diag_in(&case, &[".", "--config", "diag.toml"])).starts_with("# "),
        "unless it is named"
    );
}

#[test]
fn plugins_of_a_file_above_are_not_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("case/day-1");
    case_in(&case);
    fs::write(folder.path().join("case/diag.toml"), "[[plugin]]\npath = 'evil'\nsha256 = 'x'\n")
        .expect("a file");
    let output = diag_in(&case, &["capture.har"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(
        err(&output).contains("not loaded") && err(&output).contains("--config ../diag.toml"),
        "{}",
        err(&output)
    );
}

#[test]
fn the_persons_own_file_comes_last() {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir(home.path().join("diag")).expect("a folder");
    fs::write(
        home.path().join("diag/diag.toml"),
        "[check]\nformat = 'markdown'\nfail-on = 'never'\n[profile.mine]\nformat = 'json'\n",
    )
    .expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    case_in(&folder.path().join("case"));
    let home = [("XDG_CONFIG_HOME", home.path().to_str().expect("UTF-8"))];
    let run = |arguments: &[&str]| diag_with(folder.path(), &home, arguments);
    assert!(out(&run(&["case"])).starts_with("# BROKEN"));
    assert_eq!(run(&["case"]).status.code(), Some(0));
    assert!(out(&run(&["case", "--profile", "mine"])).starts_with('{'));
    fs::write(folder.path().join("diag.toml"), "[check]\nformat = 'json'\n").expect("a file");
    let output = run(&["case"]);
    assert!(
        out(&output).starts_with('{') && output.status.code() == Some(0),
        "nearer first, key by key"
    );
}

#[test]
fn a_mistyped_key_is_named_with_its_line_and_the_nearest() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.har"), WARNED).expect("a file");
    fs::write(folder.path().join("own.toml"), "[check]\nformat = 'text'\nfail_on = 'never'\n")
        .expect("a file");
    let output = diag_in(folder.path(), &["a.har", "--config", "own.toml"]);
    assert!(
        err(&output).starts_with("error: own.toml:3: unknown field `fail_on`"),
        "{}",
        err(&output)
    );
    assert!(err(&output).contains("hint: did you mean fail-on?"), "{}", err(&output));
    fs::write(
        folder.path().join("own.toml"),
        "[[ignore]]\ncheck = 'flow/no-sign-inn'\nreason = 'x'\n",
    )
    .expect("a file");
    let output = diag_in(folder.path(), &["a.har", "--config", "own.toml"]);
    assert!(err(&output).contains("[[ignore]]: flow/no-sign-inn: no check"), "{}", err(&output));
}

#[test]
fn what_is_kept_back_is_counted_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    case_in(&folder.path().join("case"));
    let report: Value =
        serde_json::from_str(&out(&diag_in(folder.path(), &["case", "--format", "json"])))
            .expect("JSON");
    let (first, all) = (
        report["findings"][0]["check"].as_str().expect("a check"),
        report["findings"].as_array().expect("findings"),
    );
    let same = all.iter().filter(|finding| finding["check"] == first).count();
    let lines = format!(
        "[[ignore]]\ncheck = '{first}'\nreason = 'known for long'\n[[ignore]]\ncheck = 'hosts'\nreason = 'old'\nuntil = 2020-01-01\n[[ignore]]\ncheck = '{first}'\nreason = 'lapsed'\nuntil = 2020-01-01\n"
    );
    fs::write(folder.path().join("diag.toml"), lines).expect("a file");
    let run = |format: &str| out(&diag_in(folder.path(), &["case", "--format", format]));
    let kept: Value = serde_json::from_str(&run("json")).expect("JSON");
    assert_eq!(kept["suppressed"].as_array().map(Vec::len), Some(same));
    assert_eq!(kept["suppressed"][0]["reason"], "known for long");
    assert!(
        kept["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .all(|finding| finding["check"] != first)
    );
    let standings: Vec<&str> = kept["suppressions"]
        .as_array()
        .expect("decisions")
        .iter()
        .filter_map(|one| one["standing"].as_str())
        .collect();
    assert_eq!(standings, ["used", "unmatched", "expired"]);
    for format in ["text", "markdown", "html"] {
        let text = run(format).replace('\\', "");
        for words in ["known for long", "keeps nothing back", "ran out on 2020-01-01"] {
            assert!(text.contains(words), "{format} lacks {words}: {text}");
        }
    }
    assert!(
        out(&diag_in(folder.path(), &["case", "-q"])).contains("suppressed"),
        "even the shortest report counts them"
    );
    let sarif: Value = serde_json::from_str(&run("sarif")).expect("JSON");
    let marked = sarif["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .filter(|result| result["suppressions"].is_array());
    assert_eq!(marked.clone().count(), same);
    assert!(
        marked.clone().all(|result| result["suppressions"][0]["justification"] == "known for long")
    );
    let junit = run("junit");
    assert!(
        junit.contains(&format!("<property name=\"suppressed\" value=\"{same}\"/>")),
        "{junit}"
    );
    assert!(junit.contains("<skipped message=\"suppressed: known for long\"/>"), "{junit}");
}

#[test]
fn checks_get_the_level_a_team_gives_them_and_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    case_in(&folder.path().join("case"));
    let levels = "[[level]]\ncheck = 'endpoints'\nlevel = 'notice'\nreason = 'ours to mend'\n";
    fs::write(folder.path().join("diag.toml"), levels).expect("a file");
    let report: Value =
        serde_json::from_str(&out(&diag_in(folder.path(), &["case", "--format", "json"])))
            .expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let of_family: Vec<&Value> = findings
        .iter()
        .filter(|finding| finding["check"].as_str().is_some_and(|id| id.starts_with("endpoints/")))
        .collect();
    assert!(!of_family.is_empty());
    assert!(of_family.iter().all(|finding| finding["severity"] == "notice"));
    assert!(of_family.iter().any(|finding| {
        finding["detail"]
            .as_str()
            .is_some_and(|detail| detail.ends_with("in place of error: ours to mend"))
    }));
    assert_eq!(report["verdict"], "broken", "a sign-in that failed stays failed");
    fs::write(folder.path().join("diag.toml"), levels.replace("'endpoints'", "'endpoint'"))
        .expect("a file");
    let mistaken = diag_in(folder.path(), &["case"]);
    assert_eq!(
        (mistaken.status.code(), err(&mistaken).contains("[[level]]")),
        (Some(2), true),
        "{}",
        err(&mistaken)
    );
    fs::write(folder.path().join("diag.toml"), levels.replace("'ours to mend'", "' '"))
        .expect("a file");
    assert!(err(&diag_in(folder.path(), &["case"])).contains("`reason` is empty"));
}

#[test]
fn which_files_count_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = tempfile::tempdir().expect("a folder");
    let said = || {
        out(&diag_with(
            folder.path(),
            &[("XDG_CONFIG_HOME", home.path().to_str().expect("UTF-8"))],
            &["config", "path"],
        ))
    };
    assert!(said().contains("there is none"), "{}", said());
    fs::write(folder.path().join("diag.toml"), "").expect("a file");
    assert!(said().starts_with("diag.toml  (this folder)\n"), "{}", said());
    assert!(said().contains("diag/diag.toml  (your own: there is none)"), "{}", said());
}

#[test]
fn a_decision_on_an_entity_keeps_back_what_concerns_it_in_records_too() {
    let folder = tempfile::tempdir().expect("a folder");
    case_in(&folder.path().join("case"));
    let kept_back = |entity: &str| {
        let lines = format!(
            "[[ignore]]\ncheck = 'endpoints'\nentity = '{entity}'\nreason = 'agreed'\nuntil = 2999-01-01\n"
        );
        fs::write(folder.path().join("diag.toml"), lines).expect("a file");
        let output = diag_in(folder.path(), &["--each", "case", "--format", "ndjson"]);
        let record: Value =
            serde_json::from_str(out(&output).lines().next().expect("a record")).expect("JSON");
        let standing = record["suppressions"][0]["standing"].as_str().map(str::to_owned);
        (record["suppressed"].as_array().map_or(0, Vec::len), standing)
    };
    let (number, standing) = kept_back("https://sense.example.org");
    assert!(number > 0 && standing.as_deref() == Some("used"), "{number} {standing:?}");
    assert_eq!(kept_back("https://nobody.example"), (0, Some("unmatched".to_owned())));
}

/// A sign-in that works, of a service provider whose entityID ends in a slash.
const WORKS: &str = r#"diag-sketch/1 2026-11-24T10:00:00Z

[request]
<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="{now}" AssertionConsumerServiceURL="https://books.example/acs"><saml:Issuer>https://books.example/</saml:Issuer></samlp:AuthnRequest>

[response]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:AttributeStatement>
    <saml:Attribute Name="mail"><saml:AttributeValue>ada@contoso.example</saml:AttributeValue></saml:Attribute>
  </saml:AttributeStatement></saml:Assertion>
</samlp:Response>

GET https://idp.example/sso?SAMLRequest={redirect:request} @1s
< 200

POST https://books.example/acs @9s
> SAMLResponse={post:response}
< 403
"#;

/// The findings about what was expected: message, and the difference.
fn unexpected(folder: &Path, arguments: &[&str]) -> Vec<(String, Value)> {
    let report: Value =
        serde_json::from_str(&out(&diag_in(folder, &[arguments, &["--format", "json"]].concat())))
            .expect("JSON");
    let about = report["findings"].as_array().expect("findings").iter();
    let about = about.filter(|finding| {
        finding["check"].as_str().is_some_and(|check| check.ends_with("/not-as-expected"))
    });
    about
        .map(|finding| {
            (
                finding["message"].as_str().unwrap_or_default().to_owned(),
                finding["difference"].clone(),
            )
        })
        .collect()
}

#[test]
fn what_a_team_expects_is_compared_like_any_other_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir(folder.join("case")).expect("a folder");
    fs::write(folder.join("case/login.sketch"), WORKS).expect("a file");
    let right = "[expect.sp]\nentity-id = 'https://books.example/'\nacs-url = ['https://other.example/acs', 'https://books.example/acs']\n[expect.idp]\nsso-url = 'https://idp.example/sso'\n[expect.attributes]\nmail = '*@contoso.example'\n";
    fs::write(folder.join("ours.toml"), right).expect("a file");
    assert_eq!(unexpected(folder, &["case", "--expect", "ours.toml"]), []);
    fs::write(
        folder.join("diag.toml"),
        "[expect.sp]\nentity-id = 'https://books.example'\n[expect.attributes]\nmail = '*@fabrikam.example'\n",
    )
    .expect("a file");
    let found = unexpected(folder, &["case"]);
    let expected = [
        (
            "The service provider's entityID is not as your file expects".to_owned(),
            Value::from("trailing-slash"),
        ),
        ("Attribute mail is not as your file expects".to_owned(), Value::Null),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        unexpected(folder, &["case", "--expect", "ours.toml"]),
        [],
        "a file that is named goes before diag.toml"
    );

    let told = diag_in(folder, &["case", "-v"]);
    assert!(
        out(&told).contains("expected by your file diag.toml") && !out(&told).contains("ada@"),
        "{}",
        out(&told)
    );
    assert_eq!(
        diag_in(folder, &["case", "--format", "html", "-o", "report.html"]).status.code(),
        Some(1)
    );
    assert!(
        fs::read_to_string(folder.join("report.html"))
            .expect("a report")
            .contains("Expected by your file")
    );
    let report: Value =
        serde_json::from_str(&out(&diag_in(folder, &["case", "--format", "json"]))).expect("JSON");
    let roots = report["root_causes"].to_string();
    for finding in report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|one| one["class"] == "policy")
    {
        assert!(
            !roots.contains(finding["id"].as_str().expect("an id")),
            "a rule of one's own is no root cause"
        );
    }

    fs::write(folder.join("wrong.toml"), "[expect.idp]\ncertificate = 'abc'\n").expect("a file");
    let refused = diag_in(folder, &["case", "--expect", "wrong.toml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        err(&refused)
            .starts_with("error: wrong.toml: [expect] idp.certificate: `abc` is no thumbprint"),
        "{}",
        err(&refused)
    );
    let absent = diag_in(folder, &["case", "--expect", "absent.toml"]);
    assert!(err(&absent).starts_with("error: absent.toml: cannot be read"), "{}", err(&absent));
}
