//! What findings call for in exports, carried out in memory: the case judged again no longer has the finding.

use diag_core::amend::{Amended, Edit, asked};
use diag_core::examine::Examination;
use diag_core::report::Report;
use diag_products::Products;
use diag_products::writing::Field;
use diag_sdk::{Need, Vendor};
use diag_tests::diagnose::{File, examination_of, report_on};
use diag_tests::one_fault::{OneFault, files};
use std::collections::{BTreeMap, BTreeSet};

/// Fields that no one-fault case asks for: what shows their fault is a message, or the sound case has them already.
const NOT_ASKED_FOR: &[&str] = &[
    "hasSecureAttributeHttps",
    "logoutUrl",
    "web.logoutUrl",
    "samlSingleSignOnSettings.relayState",
];

/// Checks that still find the fault in the service provider's metadata, which is made anew from what was changed and has
/// to be downloaded.
const UNTIL_DOWNLOADED: &[&str] =
    &["endpoints/acs-port-differs-from-proxy", "endpoints/entity-id-not-a-uri"];

/// A finding of this check is in the report.
fn has(report: &Report, check: &str) -> bool {
    report.findings.iter().any(|finding| finding.check == check)
}

/// The ways in which causes of the check's findings change exports: the edits of each.
fn ways(examination: &Examination, report: &Report, check: &str) -> Vec<Vec<Edit>> {
    let products = Products::builtin();
    let findings = report.findings.iter().filter(|finding| finding.check == check);
    let ways = findings.flat_map(|finding| {
        let edits =
            |cause| asked(&examination.case, &products, &examination.exports, finding, cause);
        finding.causes.iter().map(edits).collect::<Vec<_>>()
    });
    ways.filter(|edits| !edits.is_empty()).collect()
}

/// The case with the changes in it: with its capture, and, where that still shows the fault, without.
fn is_cured(inputs: &[File], amended: &Amended<'_>, check: &str) -> bool {
    let texts: BTreeMap<usize, Vec<u8>> =
        amended.texts().iter().map(|(number, text)| (*number, text.clone().into_bytes())).collect();
    let judged =
        |without_captures| report_on(&examination_of(inputs, texts.clone(), without_captures).case);
    !has(&judged(false), check) || !has(&judged(true), check)
}

#[test]
fn what_a_finding_calls_for_cures_it() {
    let (mut cured, mut not_cured, mut asked_for) =
        (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    for path in files() {
        let case = OneFault::read(&path);
        let check = case.expect.check.as_str();
        let inputs = case.inputs();
        let examination = examination_of(&inputs, BTreeMap::new(), false);
        let report = report_on(&examination.case);
        let ways = ways(&examination, &report, check);
        let (mut any, mut changed) = (false, false);
        for edits in &ways {
            let mut amended = Amended::new(&examination.exports);
            if !amended.take(edits) {
                continue;
            }
            changed = true;
            for body in amended.bodies(None) {
                asked_for.extend(body.fields.iter().map(|(field, _)| field.clone()));
                sound(&amended, &examination, &body);
            }
            any |= is_cured(&inputs, &amended, check);
        }
        if any {
            cured.insert(check.to_owned());
        } else if changed {
            not_cured.insert(
                check.to_owned(),
                path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            );
        }
    }
    not_cured.retain(|check, _| !cured.contains(check));
    let listed: Vec<&&str> =
        UNTIL_DOWNLOADED.iter().filter(|check| !not_cured.contains_key(**check)).collect();
    assert!(
        listed.is_empty(),
        "cured, or not changed at all: {listed:?}; not cured are {not_cured:?}"
    );
    not_cured.retain(|check, _| !UNTIL_DOWNLOADED.contains(&check.as_str()));
    println!("{} checks are cured by what they call for", cured.len());
    assert!(not_cured.is_empty(), "no case of these is cured: {not_cured:?}");
    assert!(cured.len() >= 25, "{cured:?}");
    let known: BTreeSet<String> = fields().map(|(_, field)| field.at.clone()).collect();
    let never: Vec<&String> = known
        .iter()
        .filter(|field| !asked_for.contains(*field) && !NOT_ASKED_FOR.contains(&field.as_str()))
        .collect();
    assert!(never.is_empty(), "no case asks for {never:?}");
}

/// A body is an object of changed fields; merged into its object it gives what the changed export says.
fn sound(amended: &Amended<'_>, examination: &Examination, body: &diag_core::amend::Body) {
    let export = examination
        .exports
        .iter()
        .find(|export| export.document == body.target.document)
        .expect("the export");
    let mut object: serde_json::Value = serde_json::from_str(&export.text).expect("JSON");
    let changed: serde_json::Value =
        serde_json::from_str(&amended.texts()[&export.document]).expect("JSON");
    merge(object.pointer_mut(&body.target.pointer).expect("the object"), &body.json);
    assert_eq!(object.pointer(&body.target.pointer), changed.pointer(&body.target.pointer));
    let commands = amended.commands(body, "body.json", &Products::builtin());
    assert!(!commands.is_empty(), "{:?}", body.target);
    for command in &commands {
        let braces = command.run.contains("{body}")
            || command.run.contains("{id}")
            || command.run.contains("{parameters}");
        assert!(!braces && command.run.contains("body.json"), "{}", command.run);
    }
}

fn merge(into: &mut serde_json::Value, from: &serde_json::Value) {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
            from.iter().for_each(|(name, value)| {
                merge(into.entry(name.clone()).or_insert(serde_json::Value::Null), value);
            });
        }
        (into, from) => *into = from.clone(),
    }
}

/// Fields that are sent, with their products.
fn fields() -> impl Iterator<Item = (Vendor, Field)> {
    let products = Products::builtin();
    let of = |product: &diag_products::Product| {
        let vendor = Vendor::read(&product.id).expect("an id");
        product
            .fields
            .iter()
            .filter(|field| !field.copied)
            .map(move |field| (vendor, field.clone()))
            .collect::<Vec<_>>()
    };
    // The metadata field is written from a document, not from a value.
    products
        .iter()
        .flat_map(of)
        .filter(|(_, field)| field.at != "samlMetadataIdP")
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn whatever_holds_a_field_has_a_tool_that_sends_it() {
    let products = Products::builtin();
    for (vendor, field) in fields() {
        assert!(
            products.tools(vendor, field.of).any(|tool| !tool.takes_parameters()),
            "{vendor:?} {}",
            field.at
        );
        for name in field.parameters.keys() {
            assert!(
                products
                    .tools(vendor, field.of)
                    .any(|tool| tool.name == *name && tool.takes_parameters()),
                "{name} of {}",
                field.at
            );
        }
        assert!(matches!(
            field.of,
            Need::Application | Need::ServicePrincipal | Need::Virtualproxyconfig
        ));
    }
}

#[test]
fn what_an_export_says_never_becomes_part_of_a_command() {
    let case = OneFault::read(
        &diag_tests::one_fault::folder().join("endpoints/acs-not-registered-trailing-slash.toml"),
    );
    let mut inputs = case.inputs();
    for file in &mut inputs {
        let text = String::from_utf8_lossy(&file.content)
            .replace("3f0a6d0e-4c21-4c8e-9b57-0d6f4f7f2a11", "x' ; Remove-Item -Recurse / #");
        file.content = text.into_bytes();
    }
    let examination = examination_of(&inputs, BTreeMap::new(), false);
    let report = report_on(&examination.case);
    let mut amended = Amended::new(&examination.exports);
    assert!(amended.take(&ways(&examination, &report, "endpoints/acs-not-registered")[0]));
    let commands: Vec<String> = amended
        .bodies(None)
        .iter()
        .flat_map(|body| amended.commands(body, "body.json", &Products::builtin()))
        .map(|command| command.run)
        .collect();
    assert!(
        !commands.is_empty()
            && commands.iter().all(|run| run.contains("OBJECT-ID") && !run.contains("Remove-Item")),
        "{commands:?}"
    );
}
