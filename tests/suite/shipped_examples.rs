//! The examples in `examples/` are what the one-fault cases make, so that they cannot rot.
//!
//! `UPDATE_EXAMPLES=1 cargo test -p diag-tests shipped` writes them anew.

use diag_tests::one_fault::{OneFault, folder};
use std::path::PathBuf;

/// Folder below `examples/`, and the case it is made from; the empty one is the sound base.
const EXAMPLES: &[(&str, &str)] = &[
    ("reply-url-without-slash", "endpoints/acs-not-registered-aadsts50011.toml"),
    ("certificate-rolled-over", "signing/signed-by-unknown-key.toml"),
    ("person-inactive", "identity/user-blocked-at-sp.toml"),
    ("healthy", ""),
];

#[test]
fn shipped_examples_are_current() {
    let root =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("examples");
    let update = std::env::var_os("UPDATE_EXAMPLES").is_some();
    for (name, case) in EXAMPLES {
        let case = if case.is_empty() {
            toml::from_str(
                "about = \"nothing\"\n[capture]\n[expect]\ncheck = \"\"\nseverity = \"notice\"",
            )
            .expect("a case")
        } else {
            OneFault::read(&folder().join(case))
        };
        for file in case.inputs() {
            let path = root.join(name).join(&file.name);
            if update {
                std::fs::create_dir_all(root.join(name)).expect("a folder");
                std::fs::write(&path, &file.content).expect("a file");
            }
            let shipped =
                std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(
                shipped == file.content,
                "{} is not what {name} makes; run with UPDATE_EXAMPLES=1",
                path.display()
            );
        }
    }
}
