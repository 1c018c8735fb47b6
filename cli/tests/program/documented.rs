//! Guides show what the program says today: every block that begins with `$ diag` is executed.
//!
//! `UPDATE_GUIDES=1 cargo test -p diag-cli --test documented` writes the answers anew.

use crate::support::{diag_in, out};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Guides with executed examples.
const GUIDES: &[&str] = &["ask.md", "compare.md", "fix.md", "redaction.md"];

/// The guide with every answer as it is now.
fn answered(text: &str, root: &Path) -> (String, usize) {
    let (mut answered, mut examples) = (String::new(), 0);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        // Writing to a String cannot fail.
        let _ = writeln!(answered, "{line}");
        if line != "```console" {
            continue;
        }
        let command = lines.next().expect("a command");
        let arguments: Vec<&str> = command
            .strip_prefix("$ diag ")
            .expect("`$ diag` begins an example")
            .split_whitespace()
            .collect();
        let output = diag_in(root, &arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let _ = write!(answered, "{command}\n{}", without_hashes(&out(&output)));
        examples += 1;
        for rest in lines.by_ref() {
            if rest == "```" {
                let _ = writeln!(answered, "```");
                break;
            }
        }
    }
    (answered, examples)
}

/// Marks are made by chance, and so are the hashes of what they stand in.
fn without_hashes(text: &str) -> String {
    let mut shown = String::new();
    for (number, part) in text.split("SHA-256 ").enumerate() {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_hexdigit());
        shown.push_str(if number == 0 { part } else { "SHA-256 …" });
        shown.push_str(if number == 0 { "" } else { rest });
    }
    shown
}

/// A folder with the examples in it, since some commands write beside them.
fn workplace(root: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for example in fs::read_dir(root.join("examples"))
        .expect("the examples")
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        let to = folder.path().join("examples").join(example.file_name());
        fs::create_dir_all(&to).expect("a folder");
        for file in fs::read_dir(example.path())
            .expect("an example")
            .flatten()
            .filter(|entry| entry.path().is_file())
        {
            fs::copy(file.path(), to.join(file.file_name())).expect("copied");
        }
    }
    folder
}

#[test]
fn guides_show_what_is_said_today() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let workplace = workplace(root);
    for guide in GUIDES {
        let path = root.join("docs").join(guide);
        let text = fs::read_to_string(&path).expect("the guide").replace("\r\n", "\n");
        let (answered, examples) = answered(&text, workplace.path());
        assert!(examples > 0, "{guide} shows nothing");
        if std::env::var_os("UPDATE_GUIDES").is_some() {
            fs::write(&path, &answered).expect("written");
            continue;
        }
        assert_eq!(
            text, answered,
            "docs/{guide} shows another answer: UPDATE_GUIDES=1 writes it anew"
        );
    }
}
