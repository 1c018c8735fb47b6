//! The README shows what the program says today.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn the_answer_in_the_readme_is_the_answer() {
    let root =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let output = Command::new(env!("CARGO_BIN_EXE_diag"))
        .args(["examples/reply-url-without-slash", "--color", "never"])
        .current_dir(&root)
        .output()
        .expect("diag runs");
    let said = String::from_utf8(output.stdout).expect("text");
    let leading = said.split("\nNOTICES").next().expect("text").trim_end();
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    assert!(readme.contains(leading), "the README shows another answer than this one:\n{leading}");
}
