//! What scripts and CI read is of the shape its schema says. Our own schema comes from the program;
//! those of SARIF and JUnit lie beside the project, not in it, so that without them the tests skip.

use boon::{Compiler, Schemas};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const EXAMPLES: [&str; 3] =
    ["examples/certificate-rolled-over", "examples/healthy", "examples/reply-url-without-slash"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// What `diag` prints, run in the workspace.
fn diag(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_diag"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("diag runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn validate(schema: &Value, instance: &str) {
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.add_resource("https://diag.example/schema.json", schema.clone()).expect("a schema");
    let index = compiler
        .compile("https://diag.example/schema.json", &mut schemas)
        .expect("a schema that can be used");
    let instance: Value = serde_json::from_str(instance).expect("JSON");
    if let Err(error) = schemas.validate(&instance, index) {
        panic!("{error}");
    }
}

/// A schema beside the project, where it is there.
fn beside(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data/schemas").join(name);
    if !path.is_file() {
        eprintln!("skipped: {} is not there", path.display());
    }
    path.is_file().then_some(path)
}

#[test]
fn reports_are_of_the_schema_diag_prints() {
    let schema: Value = serde_json::from_str(&diag(&["schema", "report"])).expect("JSON");
    for example in EXAMPLES {
        validate(&schema, &diag(&[example, "--format", "json"]));
        validate(&schema, &diag(&[example, "--format", "ndjson"]));
    }
}

#[test]
fn sarif_is_sarif() {
    let Some(path) = beside("sarif-schema-2.1.0.json") else { return };
    let mut schema: Value =
        serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON");
    // Its references are to its own parts; the address it was published at is not to be asked.
    schema.as_object_mut().expect("an object").remove("id");
    for example in EXAMPLES {
        validate(&schema, &diag(&[example, "--format", "sarif"]));
    }
}

#[test]
fn junit_is_junit() {
    let Some(schema) = beside("JUnit.xsd") else { return };
    for example in EXAMPLES {
        let folder = tempfile::tempdir().expect("a folder");
        let report = folder.path().join("report.xml");
        diag(&[example, "--format", "junit", "--output", report.to_str().expect("UTF-8")]);
        let checked = Command::new("xmllint")
            .arg("--noout")
            .arg("--schema")
            .arg(&schema)
            .arg(&report)
            .stdout(Stdio::null())
            .output();
        let Ok(checked) = checked else {
            eprintln!("skipped: xmllint is not installed");
            return;
        };
        assert!(
            checked.status.success(),
            "{example}: {}",
            String::from_utf8_lossy(&checked.stderr)
        );
    }
}
