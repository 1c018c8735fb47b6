//! `diag redact` of archives: what is in them is copied as the files of a folder, and what cannot be read is told.

use crate::support::{diag_in as diag, err, json, out};
use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, GzBuilder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const AT: [&str; 2] = ["--at", "2026-11-24T10:00:00Z"];
/// The files of the example.
const FILES: [&str; 4] =
    ["capture.har", "idp-metadata.xml", "application.json", "servicePrincipal.json"];

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/reply-url-without-slash")
}

fn files() -> Vec<(String, Vec<u8>)> {
    FILES.map(|name| (name.to_owned(), fs::read(example().join(name)).expect("an example"))).into()
}

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, content) in files {
        let (mut entry, config) = archive
            .new_file(name)
            .compression_method(CompressionMethod::DEFLATE)
            .start()
            .expect("a file");
        let mut data = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        data.write_all(content).expect("packed");
        let (encoder, descriptor) = data.finish().expect("packed");
        encoder.finish().expect("packed");
        entry.finish(descriptor).expect("packed");
    }
    archive.finish().expect("an archive")
}

fn tarred(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        archive.extend_from_slice(&header);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1_024, 0);
    archive
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder: GzEncoder<Vec<u8>> =
        GzBuilder::new().filename("login").write(Vec::new(), Compression::default());
    encoder.write_all(content).expect("packed");
    encoder.finish().expect("packed")
}

/// Verdict and checks that found something.
fn judged(folder: &Path, path: &str) -> String {
    let report = json(&diag(folder, &["check", path, "--format", "json", AT[0], AT[1]]));
    let found = report["findings"].as_array().expect("findings").iter();
    let mut checks: Vec<&str> = found.filter_map(|finding| finding["check"].as_str()).collect();
    checks.sort_unstable();
    format!("{} {checks:?}", report["verdict"])
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_in_an_archive_is_copied_as_in_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside: Vec<(String, Vec<u8>)> =
        files().into_iter().map(|(name, content)| (format!("case/{name}"), content)).collect();
    fs::create_dir(folder.path().join("plain")).expect("a folder");
    for (name, content) in files() {
        fs::write(folder.path().join("plain").join(name), content).expect("written");
    }
    let expected = judged(folder.path(), "plain");
    for (name, bytes) in [
        ("case.zip", zipped(&inside)),
        ("case.tar", tarred(&inside)),
        ("case.tgz", gzipped(&tarred(&inside))),
    ] {
        fs::write(folder.path().join(name), bytes).expect("written");
        let to = format!("{name}-copy");
        let done = diag(folder.path(), &["redact", name, "-o", &to, AT[0], AT[1]]);
        assert!(done.status.success(), "{name}: {}", err(&done));
        let copies = names(&folder.path().join(&to));
        let mut all: Vec<&str> = FILES.into_iter().chain(["receipt.json", "receipt.txt"]).collect();
        all.sort_unstable();
        assert_eq!(copies, all, "{name}");
        assert_eq!(judged(folder.path(), &to), expected, "{name}");
        // What is left is told of each file in the archive, before and after.
        let before = diag(folder.path(), &["redact", "--check", name]);
        assert_eq!(before.status.code(), Some(1), "{name}");
        assert!(out(&before).contains(&format!("{name}/case/capture.har: ")), "{}", out(&before));
        let after = diag(folder.path(), &["redact", "--check", &to]);
        assert_eq!(after.status.code(), Some(0), "{name}: {}", out(&after));
    }
    // One file stays one file, gzip or not.
    fs::write(folder.path().join("login.har.gz"), gzipped(&inside[0].1)).expect("written");
    fs::write(folder.path().join("one.zip"), zipped(&inside[..1])).expect("written");
    for name in ["login.har.gz", "one.zip"] {
        let done = diag(folder.path(), &["redact", name, "-o", "one.har", "--force", AT[0], AT[1]]);
        assert!(done.status.success(), "{name}: {}", err(&done));
        let copy: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.path().join("one.har")).expect("a copy"))
                .expect("JSON");
        assert!(copy["log"]["_diag"].is_object(), "{name}");
    }
}

#[test]
fn a_bundle_is_checked_and_copied_again_and_judged_as_the_original() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = example();
    let case = case.to_str().expect("a path");
    let made = diag(folder.path(), &["redact", case, "-o", "case.zip", AT[0], AT[1]]);
    assert!(made.status.success(), "{}", err(&made));
    assert_eq!(judged(folder.path(), "case.zip"), judged(folder.path(), case));
    let checked = diag(folder.path(), &["redact", "--check", "case.zip"]);
    assert_eq!(checked.status.code(), Some(0), "{}", out(&checked));
    assert!(out(&checked).contains("case.zip/report.html: nothing known"), "{}", out(&checked));
    let again = diag(folder.path(), &["redact", "case.zip", "-o", "again/", AT[0], AT[1]]);
    assert!(again.status.success(), "{}", err(&again));
    assert_eq!(judged(folder.path(), "again"), judged(folder.path(), case));
    // The copy of the copy is the copy: its record still tells what was verified.
    let once = diag(folder.path(), &["redact", case, "-o", "once/", AT[0], AT[1]]);
    assert!(once.status.success(), "{}", err(&once));
    let recorded = |path: &str| {
        let copy = fs::read(folder.path().join(path)).expect("a copy");
        let copy: serde_json::Value = serde_json::from_slice(&copy).expect("JSON");
        copy["log"]["_diag"]["messages"].as_array().map(Vec::len)
    };
    assert_eq!(recorded("again/capture.har"), recorded("once/capture.har"));
}

#[test]
fn names_in_archives_lead_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("inner")).expect("a folder");
    let har = files().remove(0).1;
    let hostile =
        ["../../escaped.har", "/tmp/escaped.har", "..\\x\\NUL", "a\u{1b}[31m\n.har", ".."]
            .map(|name| (name.to_owned(), har.clone()));
    for (name, bytes) in [("case.zip", zipped(&hostile)), ("case.tar", tarred(&hostile))] {
        fs::write(folder.path().join("inner").join(name), bytes).expect("written");
        let to = format!("{name}-copy");
        let done = diag(&folder.path().join("inner"), &["redact", name, "-o", &to, AT[0], AT[1]]);
        assert!(done.status.success(), "{name}: {}", err(&done));
        let printed = out(&done);
        assert!(!printed.contains('\u{1b}'), "{printed:?}");
        let copies = names(&folder.path().join("inner").join(&to));
        assert_eq!(copies.len(), 7, "{name}: {copies:?}");
        let safe = |name: &str| {
            !name.starts_with('.') && !name.contains(['/', '\\', '\n', '\u{1b}']) && name != "NUL"
        };
        assert!(copies.iter().all(|name| safe(name)), "{name}: {copies:?}");
    }
    assert_eq!(names(folder.path()), ["inner"]);
}

#[test]
fn what_cannot_be_read_is_told_in_a_line_and_not_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("written");
    let mut inside = files();
    inside.push(("inner.zip".to_owned(), zipped(&files()[..1])));
    inside.push(("photo.png".to_owned(), b"\x89PNG\r\n\x1a\n\0\0\0\0".to_vec()));
    write("case.zip", &zipped(&inside));
    let done = diag(folder.path(), &["redact", "case.zip", "-o", "copy/", AT[0], AT[1]]);
    assert!(done.status.success(), "{}", err(&done));
    let left: Vec<String> = out(&done)
        .lines()
        .filter(|line| line.starts_with("not copied: "))
        .map(str::to_owned)
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.iter().any(|line| line.contains("inner.zip: A ZIP archive inside another")));
    assert!(left.iter().any(|line| line.contains("photo.png: ")));
    assert_eq!(names(&folder.path().join("copy")).len(), FILES.len() + 2);
    // Whoever checks is not told that all is well.
    let checked = diag(folder.path(), &["redact", "--check", "case.zip"]);
    assert!(
        out(&checked).contains("case.zip/inner.zip: A ZIP archive inside"),
        "{}",
        out(&checked)
    );

    // The last file ends in the middle: what is there of it is not taken for the whole.
    let cut = tarred(&files()[..2]);
    let metadata = files()[1].1.len();
    let ends = cut.len() - 1_024 - metadata.next_multiple_of(512) + metadata / 2;
    write("cut.tar", &cut[..ends]);
    let done = diag(folder.path(), &["redact", "cut.tar", "-o", "cut/", AT[0], AT[1]]);
    assert!(out(&done).contains("not copied: idp-metadata.xml: "), "{} {}", out(&done), err(&done));
    assert_eq!(names(&folder.path().join("cut")), ["capture.har", "receipt.json", "receipt.txt"]);

    for (name, bytes) in [
        ("ruin.zip", zipped(&files())[..400].to_vec()),
        ("empty.zip", zipped(&[])),
        ("empty.tar", tarred(&[("d/._x".to_owned(), Vec::new())])),
        ("pictures.zip", zipped(&inside[5..])),
    ] {
        write(name, &bytes);
        let refused = diag(folder.path(), &["redact", name, "-o", "none/"]);
        assert_eq!(refused.status.code(), Some(2), "{name}: {}", out(&refused));
        let said = err(&refused);
        assert!(
            said.starts_with("error: none of the files can be copied: ")
                && said.contains(name)
                && said.lines().count() == 2,
            "{name}: {said}"
        );
        assert!(!folder.path().join("none").exists());
    }
}

/// The example's capture as Fiddler keeps it: a request and an answer as they went over the wire, for each session.
fn sessions() -> Vec<(String, Vec<u8>)> {
    let har: serde_json::Value =
        serde_json::from_slice(&fs::read(example().join("capture.har")).expect("an example"))
            .expect("JSON");
    let head = |first: String, message: &serde_json::Value| {
        let headers = message["headers"].as_array().expect("headers").iter();
        let lines = headers.map(|header| {
            let text = |name: &str| header[name].as_str().expect("a text");
            format!("{}: {}\r\n", text("name"), text("value"))
        });
        format!("{first}\r\n{}\r\n", lines.collect::<String>())
    };
    let mut files = vec![("[Content_Types].xml".to_owned(), Vec::new())];
    for (number, entry) in har["log"]["entries"].as_array().expect("entries").iter().enumerate() {
        let (request, response) = (&entry["request"], &entry["response"]);
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let sent = head(
            format!("{} {} HTTP/1.1", text(&request["method"]), text(&request["url"])),
            request,
        ) + &text(&request["postData"]["text"]);
        let answered = head(format!("HTTP/1.1 {} OK", response["status"]), response)
            + &text(&response["content"]["text"]);
        let facts = format!(
            "<Session><SessionTimers ClientBeginRequest=\"{}\" /></Session>",
            text(&entry["startedDateTime"])
        );
        for (part, content) in [("c.txt", sent), ("s.txt", answered), ("m.xml", facts)] {
            files.push((format!("raw/{number}_{part}"), content.into_bytes()));
        }
    }
    files
}

#[test]
fn fiddlers_archive_becomes_a_har() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("login.saz"), zipped(&sessions())).expect("written");
    let done = diag(folder.path(), &["redact", "login.saz", "-o", "copy/", AT[0], AT[1]]);
    assert!(done.status.success(), "{}", err(&done));
    assert_eq!(names(&folder.path().join("copy")), ["login.har", "receipt.json", "receipt.txt"]);
    assert_eq!(judged(folder.path(), "copy"), judged(folder.path(), "login.saz"));
    let copy: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("copy/login.har")).expect("a copy"))
            .expect("JSON");
    // Without these a browser's developer tools would not open it.
    for entry in copy["log"]["entries"].as_array().expect("entries") {
        assert!(entry["timings"]["wait"].is_number() && entry["cache"].is_object(), "{entry}");
        for side in ["request", "response"] {
            assert!(entry[side]["headersSize"].is_number() && entry[side]["cookies"].is_array());
        }
    }
    let clean = diag(folder.path(), &["redact", "--check", "copy"]);
    assert_eq!(clean.status.code(), Some(0), "{}", out(&clean));
}
