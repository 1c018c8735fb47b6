//! Dependencies point one way. Asked of cargo itself, so that no manifest can drift unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Which of our crates each of our crates may depend on.
fn allowed(name: &str) -> BTreeSet<&'static str> {
    let plugins = [
        "diag-plugin-assertion",
        "diag-plugin-endpoints",
        "diag-plugin-flow",
        "diag-plugin-hosts",
        "diag-plugin-identity",
        "diag-plugin-metadata",
        "diag-plugin-signing",
        "diag-plugin-virtual-proxy",
    ];
    let below: &[&str] = match name {
        "diag-sdk" => &[],
        "diag-core" => &["diag-products", "diag-sdk"],
        "diag-render" => &["diag-core", "diag-products", "diag-sdk"],
        "diag-cli" | "diag-tests" => {
            &["diag-core", "diag-families", "diag-host", "diag-products", "diag-render", "diag-sdk"]
        }
        // What an earlier version's author had: that version's SDK.
        "kept-checks" => &["diag-sdk-kept"],
        "diag-page" => &["diag-core", "diag-families", "diag-products", "diag-render", "diag-sdk"],
        _ => &["diag-sdk"],
    };
    let mut allowed: BTreeSet<&str> = below.iter().copied().collect();
    if matches!(name, "diag-families" | "diag-plugin-export") {
        allowed.extend(plugins);
    }
    allowed
}

#[test]
fn arrows_point_one_way() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().expect("name").to_owned();
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let own = dependencies
            .iter()
            .filter_map(|dependency| dependency["name"].as_str())
            .filter(|name| name.starts_with("diag-"));
        arrows.insert(name, own.map(str::to_owned).collect());
    }
    assert!(arrows.len() >= 12, "all rooms of the house are members of the workspace: {arrows:?}");
    for (from, to) in &arrows {
        for target in to {
            assert!(allowed(from).contains(target.as_str()), "{from} must not depend on {target}");
        }
    }
}

#[test]
fn only_the_host_and_the_border_to_the_browser_may_be_unsafe() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let manifest =
        std::fs::read_to_string(root.join("Cargo.toml")).expect("the workspace manifest");
    assert!(manifest.contains("unsafe_code = \"deny\""));
    for member in [
        "cli",
        "cli/page",
        "cli/render",
        "core",
        "plugins/sdk",
        "plugins/products",
        "plugins/metadata",
        "plugins/endpoints",
        "plugins/signing",
        "plugins/hosts",
        "plugins/virtual-proxy",
        "plugins/identity",
        "plugins/assertion",
        "plugins/flow",
        "plugins/export",
        "plugins/new-check",
        "tests",
        "tests/plugins/third-party",
    ] {
        let manifest = std::fs::read_to_string(root.join(member).join("Cargo.toml"))
            .expect("a member's manifest");
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{member} must take the workspace's lints"
        );
    }
    // The page passes addresses to a browser, in one file and nowhere else.
    let unsafe_files: Vec<String> = walkdir::WalkDir::new(root.join("cli/page/src"))
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path())
        .filter(|path| {
            path.is_file() && std::fs::read_to_string(path).expect("source").contains("unsafe_code")
        })
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(unsafe_files, ["browser.rs"]);
}

#[test]
fn every_file_of_a_family_says_what_it_is_for() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut silent = Vec::new();
    let mut files = 0;
    for family in diag_families::BUILTIN {
        for entry in walkdir::WalkDir::new(root.join("plugins").join(family.name).join("src")) {
            let path = entry.expect("an entry").into_path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                files += 1;
                if !std::fs::read_to_string(&path).expect("source").starts_with("//! ") {
                    silent.push(
                        path.strip_prefix(root).expect("below the workspace").display().to_string(),
                    );
                }
            }
        }
    }
    assert!(files > 150, "only {files} files");
    assert!(silent.is_empty(), "files that do not begin with //!: {silent:?}");
}
