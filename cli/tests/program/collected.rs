//! What the scripts in docs/collect write is what diag reads: each file, in the shape in which it comes from the product.

use crate::support::{diag_in, err, out};
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn example(name: &str) -> String {
    fs::read_to_string(root().join("examples/healthy").join(name)).expect("an example")
}

/// As Graph and the repository service answer.
fn shaped(name: &str) -> String {
    let empty = |of: &str| {
        format!(
            r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#{of}","value":[]}}"#
        )
    };
    match name {
        "application.json" | "servicePrincipal.json" => example(name),
        "tokenIssuancePolicies.json" => empty("tokenIssuancePolicies"),
        "claimsMappingPolicies.json" => empty("claimsMappingPolicies"),
        "claimsPolicy.json" => concat!(
            r#"{"@odata.context":"https://graph.microsoft.com/beta/$metadata#servicePrincipals('x')/claimsPolicy/$entity","id":"x","#,
            r#""includeBasicClaimSet":true,"includeApplicationIdInIssuer":false,"audienceOverride":null,"groupFilter":null,"claims":[]}"#
        )
        .to_owned(),
        "FederationMetadata.xml" => example("idp-metadata.xml"),
        "virtualproxyconfig.json" => format!("[{}]", example("virtualproxy.json")),
        "proxyservice.json" => format!("[{}]", example("proxyservice.json")),
        "bi_metadata_sp.xml" => example("sp-metadata.xml"),
        "certificates.txt" => concat!(
            "my \"Personal\"\r\n================ Certificate 0 ================\r\nSerial Number: 01\r\nIssuer: CN=qlik01-CA\r\nSubject: CN=qlik01\r\n",
            "Cert Hash(sha1): 37 9a 9a 08 88 fa af de 28 9f c3 f3 0c 11 42 c7 9a e6 ea 8e\r\n  Key Container = a\r\n",
            "  Provider = Microsoft Enhanced RSA and AES Cryptographic Provider\r\nEncryption test passed\r\n",
            "CertUtil: -store command completed successfully.\r\n"
        )
        .to_owned(),
        other => panic!("{other}: a script writes it, and this test has no such file"),
    }
}

/// The files that a script names, in its words `-Name 'x'` and `'x.xml'`.
fn written_by(script: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/collect").join(script)).expect("a script");
    let mut names: Vec<String> = text
        .split('\'')
        .filter(|word| {
            !word.contains([' ', '\n', '*', '\\'])
                && [".json", ".xml", ".txt"].iter().any(|ending| word.ends_with(ending))
        })
        .map(str::to_owned)
        .collect();
    // The one name that is put together.
    if text.contains("_metadata_sp.xml") {
        names.push("bi_metadata_sp.xml".to_owned());
    }
    names.sort();
    names.dedup();
    names
}

#[test]
fn everything_the_scripts_collect_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut count = 0;
    for (script, least) in [("Collect-Entra.ps1", 6), ("Collect-QlikSense.ps1", 4)] {
        let names = written_by(script);
        assert!(names.len() >= least, "{script}: {names:?}");
        for name in names {
            fs::write(folder.path().join(&name), shaped(&name)).expect("written");
            count += 1;
        }
    }
    let output =
        diag_in(folder.path(), &["check", ".", "--format", "json", "--at", "2026-11-24T10:00:00Z"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", out(&output), err(&output));
    let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(report["verdict"], "healthy", "a sound configuration stays sound");
    let inputs = report["inputs"].as_array().expect("inputs");
    assert_eq!(inputs.len(), count, "{inputs:#?}");
    for input in inputs {
        assert!(input["kind"] != "unrecognised", "{input}");
        assert!(input["notes"].as_array().is_none_or(Vec::is_empty), "{input}");
    }
}
