//! Whatever is secret in a capture comes out of no command, in no format and in no form.
//!
//! Values are drawn for every place where secrets stand, put there, and looked for in all that is printed and written.
//! What a person or a server says of a secret is told apart from the secret: a report goes on saying that access was
//! denied.

mod canary;
mod har;
mod plants;

use self::canary::{Draw, Shape, WRITINGS, forms};
use self::har::{Ending, Har};
use self::plants::{ECHOED, ODD, PLANTS, Plant};
use crate::support::{diag_in, err, out};
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Every command and format that shows something of a case. `decode` is left out: it shows messages as they are.
const COMMANDS: &[&[&str]] = &[
    &["check", "bad.har"],
    &["check", "bad.har", "-v"],
    &["check", "bad.har", "-q"],
    &["check", "bad.har", "--format", "json"],
    &["check", "bad.har", "--each", "--format", "ndjson"],
    &["check", "bad.har", "--format", "markdown", "-v"],
    &["check", "bad.har", "--format", "html"],
    &["check", "bad.har", "--format", "sarif"],
    &["check", "bad.har", "--format", "junit"],
    &["flow", "bad.har"],
    &["flow", "bad.har", "--format", "json"],
    &["flow", "bad.har", "--format", "mermaid"],
    &["facts", "bad.har", "--format", "tree"],
    &["facts", "bad.har", "--format", "json"],
    &["compare", "good.har", "bad.har"],
    &["compare", "good.har", "bad.har", "--format", "json"],
    &["compare", "good.har", "bad.har", "--format", "markdown"],
    &["compare", "bad.har", "good.har", "--format", "html"],
    &["fix", "bad.har"],
    &["fix", "bad.har", "--format", "json"],
    &["ask", "bad.har"],
    &["ask", "bad.har", "--format", "json"],
    &["ask", "bad.har", "--format", "markdown"],
];

/// A value, and where it was put.
struct Put {
    value: String,
    place: String,
}

/// Runs everything over a capture, and tells what came out. The number of things looked for, too.
fn run(har: Har, put: &[Put], commands: &[&[&str]]) -> Searched {
    let folder = tempfile::tempdir().expect("a folder");
    let ending = har.ending;
    fs::write(folder.path().join("bad.har"), har.finish()).expect("a capture");
    fs::write(folder.path().join("good.har"), Har::new(Ending::SignedIn).finish())
        .expect("a capture");
    search(folder.path(), &format!("{ending:?}"), put, commands)
}

/// What came of looking for values in all that is printed.
struct Searched {
    leaks: BTreeSet<String>,
    /// How many things were looked for.
    looked_for: usize,
    /// All that was printed.
    printed: String,
}

fn search(folder: &Path, about: &str, put: &[Put], commands: &[&[&str]]) -> Searched {
    let (mut patterns, mut of) = (Vec::new(), Vec::new());
    for (index, one) in put.iter().enumerate() {
        for form in forms(&one.value) {
            patterns.push(form);
            of.push(index);
        }
    }
    let automaton = AhoCorasick::new(&patterns).expect("patterns");
    let mut leaks = BTreeSet::new();
    let mut printed = String::new();
    for words in commands {
        let output = diag_in(folder, words);
        assert!(output.status.code().is_some_and(|code| code <= 2), "{words:?}: {}", err(&output));
        let text = format!("{}\n{}", out(&output), err(&output));
        assert!(text.len() > 20 && !text.contains("panicked"), "{words:?}: {text}");
        // What a narrow column breaks is put together again.
        let joined: String = text.split_whitespace().collect();
        for text in [&text, &joined] {
            for hit in automaton.find_overlapping_iter(text) {
                let index = of[hit.pattern().as_usize()];
                let (from, to) = (
                    floor(text, hit.start().saturating_sub(60)),
                    floor(text, (hit.end() + 20).min(text.len())),
                );
                leaks.insert(format!(
                    "{} ({about}) in {}: {}",
                    put[index].place,
                    words.join(" "),
                    text[from..to].replace('\n', " ")
                ));
            }
        }
        printed.push_str(&text);
    }
    Searched { leaks, looked_for: patterns.len() * commands.len(), printed }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One line for each place, with an example.
fn told(leaks: &BTreeSet<String>) -> String {
    let mut seen = BTreeSet::new();
    let mut text = String::new();
    for leak in leaks {
        let place = leak.split(" in ").next().unwrap_or_default();
        if seen.insert(place.to_owned()) {
            let _ = writeln!(text, "{leak}");
        }
    }
    format!("{} leaks at {} places:\n{text}", leaks.len(), seen.len())
}

const ENDINGS: &[Ending] = &[
    Ending::SignedIn,
    Ending::ErrorPage,
    Ending::ErrorJson,
    Ending::ErrorAddress,
    Ending::Status,
    Ending::NoAnswer,
    Ending::Damaged,
];

/// Puts a value of the place into the capture, and remembers it.
fn put(har: &mut Har, plant: &Plant, shape: Shape, draw: &mut Draw, put: &mut Vec<Put>) {
    let value = draw.value(shape);
    (plant.put)(har, &value);
    put.push(Put { value, place: format!("{} / {shape:?}", plant.name) });
}

/// What came of every place of a table, in every ending. Each was in one of the captures at the least, when it was read.
fn every_place(plants: &'static [Plant], seed: u64) -> (Searched, usize) {
    let mut together = Searched { leaks: BTreeSet::new(), looked_for: 0, printed: String::new() };
    let mut planted = BTreeSet::new();
    let mut there = BTreeSet::new();
    for (number, ending) in ENDINGS.iter().enumerate() {
        let mut draw = Draw::new(seed + u64::try_from(number).expect("small"));
        let mut har = Har::new(*ending);
        let mut all = Vec::new();
        // Some places take the place of others: each stands last in one of the captures.
        let in_order: Vec<&Plant> =
            if number % 2 == 0 { plants.iter().collect() } else { plants.iter().rev().collect() };
        for plant in in_order {
            put(&mut har, plant, plant.shapes[number % plant.shapes.len()], &mut draw, &mut all);
        }
        planted.extend(all.iter().map(|one| one.place.clone()));
        let written = har.written();
        let stands = |one: &Put| forms(&one.value).iter().any(|form| written.contains(form));
        let found = plants.iter().filter(|plant| {
            let of_it = |one: &&Put| one.place.split(" / ").next() == Some(plant.name);
            all.iter().filter(of_it).any(stands)
        });
        there.extend(found.map(|plant| plant.name));
        let searched = run(har, &all, COMMANDS);
        together.leaks.extend(searched.leaks);
        together.looked_for += searched.looked_for;
    }
    let missing: Vec<&str> =
        plants.iter().map(|plant| plant.name).filter(|name| !there.contains(name)).collect();
    assert!(missing.is_empty(), "never in a capture: {missing:?}");
    (together, planted.len())
}

#[test]
fn nothing_that_stands_where_secrets_stand_comes_out() {
    let (searched, places) = every_place(PLANTS, 3);
    assert!(searched.leaks.is_empty(), "{}", told(&searched.leaks));
    assert!(places > 400 && searched.looked_for > 150_000, "{places} {}", searched.looked_for);
}

#[test]
fn nothing_comes_out_of_places_that_are_easily_forgotten() {
    let (searched, places) = every_place(ODD, 50);
    assert!(searched.leaks.is_empty(), "{}", told(&searched.leaks));
    assert!(places > 200 && searched.looked_for > 80_000, "{places} {}", searched.looked_for);
}

#[test]
fn what_comes_up_again_is_known_however_it_is_written() {
    // What a page says stands in one place of a report; formats only write it differently.
    let quoting: Vec<&[&str]> = COMMANDS
        .iter()
        .copied()
        .filter(|words| matches!(words[0], "check" | "facts") && words.len() > 2)
        .collect();
    let mut leaks = BTreeSet::new();
    let mut looked_for = 0;
    for (number, origin) in ECHOED.iter().enumerate() {
        let ending = [Ending::ErrorPage, Ending::ErrorJson, Ending::ErrorAddress][number % 3];
        let mut draw = Draw::new(u64::try_from(number + 100).expect("small"));
        let mut har = Har::new(ending);
        let mut all = Vec::new();
        // One body, and one destination, is all there can be.
        let shapes = if matches!(origin.name, "JSON" | "destination") {
            &origin.shapes[..1]
        } else {
            origin.shapes
        };
        for shape in shapes {
            put(&mut har, origin, *shape, &mut draw, &mut all);
            let value = &all.last().expect("it was put").value;
            har.said.extend(
                WRITINGS
                    .iter()
                    .map(|writing| format!("Access denied: {} is wrong", writing.of(value))),
            );
            let address = format!("https://sp.example/retry/{0}?x={0}", canary::percent(value));
            if !matches!(shape, Shape::Short | Shape::Pin) {
                har.query(har::ACS, &format!("from={}", canary::percent(&address)));
            }
        }
        let searched = run(har, &all, &quoting);
        assert!(
            searched.printed.contains("is wrong"),
            "{}: what the page says is not told at all",
            origin.name
        );
        leaks.extend(searched.leaks);
        looked_for += searched.looked_for;
    }
    assert!(leaks.is_empty(), "{}", told(&leaks));
    assert!(looked_for > 3_000, "{looked_for}");
}

/// Lines of logs and other texts with a value in them.
const LINES: &[&str] = &[
    "2026-11-24 09:58:12 WARN Shibboleth.SSO.SAML2 [3] [default]: detected a problem with assertion: Unable to establish security of incoming assertion, token={}",
    "2026-11-24 09:58:12 ERROR Shibboleth.SSO.SAML2 [3] [default]: Unable to establish security of incoming assertion at https://sp.example/acs?ticket={}",
    "2026-11-24 09:58:13 WARN Shibboleth.SSO.SAML2 [3] [default]: detected a problem with assertion: password: {} Unable to establish security of incoming assertion",
    "2026-11-24 09:58:13 ERROR OpenSAML.MessageDecoder.SAML2 [3]: Authorization: Bearer {} Unable to establish security of incoming assertion",
    "2026-11-24 09:58:13 ERROR OpenSAML.MessageDecoder.SAML2 [3]: {\"client_secret\":\"{}\"} Unable to establish security of incoming assertion",
];

#[test]
fn documents_beside_a_capture_tell_nothing_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draw = Draw::new(501);
    let mut all = Vec::new();
    let mut value = |shape: Shape, place: &str| {
        let value = draw.value(shape);
        all.push(Put { value: value.clone(), place: place.to_owned() });
        value
    };
    let mut har = Har::new(Ending::ErrorPage);
    let typed = value(Shape::Password, "typed, and in a log");
    har.fields.push(format!("passwd={}", canary::percent(&typed)));
    let mut log = format!(
        "2026-11-24 09:58:12 ERROR Shibboleth.SSO.SAML2 [3] [default]: Unable to establish security of incoming assertion, tried {typed}\n"
    );
    for (number, line) in LINES.iter().enumerate() {
        for shape in [Shape::Password, Shape::Short, Shape::Long, Shape::Jwt] {
            let _ = writeln!(
                log,
                "{}",
                line.replace("{}", &value(shape, &format!("line {number} of a log / {shape:?}")))
            );
        }
    }
    fs::write(folder.path().join("shibd.log"), log).expect("a log");
    let pasted = format!(
        "AADSTS50011: The redirect URI specified in the request does not match, token={} at https://sp.example/?code={} password: {}",
        value(Shape::Short, "pasted text, value"),
        value(Shape::Password, "pasted text, address"),
        value(Shape::Password, "pasted text, password")
    );
    fs::write(folder.path().join("mail.txt"), pasted).expect("a text");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/healthy");
    let application = fs::read_to_string(examples.join("application.json")).expect("an example");
    let secrets = format!(
        "{{\"passwordCredentials\":[{{\"secretText\":\"{}\",\"hint\":\"{}\",\"displayName\":\"a secret\"}}],\"clientSecret\":\"{}\",\"notes\":\"password: {}\",",
        value(Shape::Password, "secretText"),
        value(Shape::Short, "hint"),
        value(Shape::Long, "clientSecret"),
        value(Shape::Password, "notes")
    );
    fs::write(folder.path().join("application.json"), application.replacen('{', &secrets, 1))
        .expect("an export");
    for name in
        ["servicePrincipal.json", "virtualproxy.json", "idp-metadata.xml", "sp-metadata.xml"]
    {
        fs::copy(examples.join(name), folder.path().join(name)).expect("an example");
    }
    let key = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        value(Shape::Base64, "private key")
    );
    fs::write(folder.path().join("key.pem"), key).expect("a key");
    fs::write(folder.path().join("bad.har"), har.finish()).expect("a capture");
    let message = format!(
        "https://sp.example/acs?token={}&SAMLResponse=PGE%2B",
        value(Shape::Password, "command line")
    );
    let sentence = format!("Access denied, token={}", value(Shape::Long, "sentence"));
    let commands: &[&[&str]] = &[
        &["check", ".", "-v"],
        &["check", ".", "--format", "json"],
        &["check", ".", "--format", "html"],
        &["check", "shibd.log", "-v"],
        &["check", "mail.txt", "-v"],
        &["check", "application.json", "servicePrincipal.json", "-v"],
        &["check", ".", "--key", "key.pem"],
        &["flow", "bad.har", "shibd.log"],
        &["facts", ".", "--format", "json"],
        &["fix", ".", "-o", "fixed"],
        &["ask", "."],
        &["check", &message, "-v"],
        &["explain", &sentence],
    ];
    let searched = search(folder.path(), "documents", &all, commands);
    assert!(searched.leaks.is_empty(), "{}", told(&searched.leaks));
    assert!(
        searched.looked_for > 2_000 && searched.printed.contains("Unable to establish security"),
        "{}",
        searched.looked_for
    );
    // What fix writes is for the other side's administrator: it holds what an export says, and nothing of the capture.
    for entry in fs::read_dir(folder.path().join("fixed")).into_iter().flatten() {
        let text = fs::read_to_string(entry.expect("an entry").path()).unwrap_or_default();
        assert!(!text.contains(&typed));
    }
}

/// Places from which copies take what stands there, by what they are alone.
const COPIED: &[&str] = &[
    "bearer",
    "basic",
    "negotiate",
    "proxy authorization",
    "x-api-key",
    "csrf header",
    "cookie",
    "cookie of any name",
    "query of the referer",
    "fragment of the referer",
    "path of the referer",
    "origin",
    "set-cookie",
    "x-auth-token",
    "refresh",
    "location, query",
    "location, path",
    "location, address in it",
    "location, fragment",
    "token",
    "token at the start",
    "pass",
    "pin",
    "otp",
    "apikey",
    "j_password",
    "sessionid",
    "percent-encoded name",
    "name encoded twice",
    "behind a semicolon",
    "address in a query",
    "fragment",
    "user information",
    "path",
    "path parameter",
    "passwd",
    "field of any name",
    "field in another language",
    "pin that is posted",
    "JSON that is posted",
    "JSON without its type",
    "multipart",
    "SOAP",
    "text that is posted",
    "relay state",
    "hidden field",
    "link of a page",
    "form of a page",
    "password on a page",
    "address on a page",
    "JSON of an error",
    "destination",
    "recipient",
    "audience",
    "session index",
    "signature value",
];

/// The same of the places that are easily forgotten.
const COPIED_TOO: &[&str] = &[
    "artifact",
    "name and value in a path",
    "list of cookies",
    "list of parameters",
    "forwarded token",
    "value after its name and a colon",
    "connection string",
    "member of an environment",
    "user of a command",
    "password in words",
    "session in a path",
    "link that was sent",
    "field of a record",
    "field in another script",
    "header of one's own",
];

#[test]
fn copies_hold_nothing_of_it() {
    copied(PLANTS, COPIED, 0);
}

#[test]
fn copies_hold_nothing_from_places_that_are_easily_forgotten() {
    for turn in 0..4 {
        copied(ODD, COPIED_TOO, turn);
    }
}

#[test]
fn copies_hold_no_short_key_whatever_it_is_called_and_a_second_run_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut har = Har::new(Ending::ErrorPage);
    let keys = ["ktf!73", "k7r2v", "mwxmr!39", "Zk4rTqWb9", "bvn7x3k2q8zt"];
    let names = ["link", "salt", "sv", "Policy", "Key-Pair-Id", "cjevent", "samlds", "парола"];
    let pairs = |turn: usize| -> String {
        let pair = |(index, name): (usize, &&str)| {
            // Each stands at one place alone.
            let key = format!("{}{turn}", keys[index % keys.len()]);
            format!("{}={}", canary::percent(name), canary::percent(&key))
        };
        names.iter().enumerate().map(pair).collect::<Vec<_>>().join("&")
    };
    har.query(har::START, &pairs(1));
    har.edit_url(har::LOGIN_PAGE, |url| format!("{url}#{}", pairs(2)));
    har.fields.push(pairs(3));
    har.request_header(har::ACS, "Referer", &format!("https://sp.example/x?{}", pairs(4)));
    har.query(har::ACS, &format!("next={}", canary::percent(&format!("/x?{}", pairs(5)))));
    let members: serde_json::Map<String, serde_json::Value> = names
        .iter()
        .zip(keys)
        .map(|(name, key)| ((*name).to_owned(), format!("{key}6").into()))
        .collect();
    har.entry(har::START)["request"]["postData"] = serde_json::json!({
        "mimeType": "application/json", "text": serde_json::Value::from(members).to_string()
    });
    fs::write(folder.path().join("bad.har"), har.finish()).expect("a capture");
    for options in [&[][..], &["--identities", "--hosts"][..]] {
        let copied = |from: &str, to: &str| {
            let words = [&["redact", from, "-o", to, "--force"][..], options].concat();
            let output = diag_in(folder.path(), &words);
            assert!(output.status.success(), "{}", err(&output));
            fs::read_to_string(folder.path().join(to)).expect("a copy")
        };
        let copy = copied("bad.har", "copy.har");
        let left: Vec<String> = keys
            .iter()
            .flat_map(|key| (1..=6).map(move |turn| format!("{key}{turn}")))
            .filter(|key| forms(key).iter().any(|form| copy.contains(form)))
            .collect();
        assert!(left.is_empty(), "{left:?}");
        assert!(copied("copy.har", "again.har") == copy, "a second run changed something");
        let words = [&["redact", "--check", "copy.har"][..], options].concat();
        let check = diag_in(folder.path(), &words);
        assert!(check.status.success(), "{}", out(&check));
    }
}

/// Puts a value at each of the places, of the shape whose turn it is, and looks for it in the copy.
fn copied(plants: &[Plant], names: &[&str], turn: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draw = Draw::new(77 + u64::try_from(turn).expect("small"));
    let mut har = Har::new(Ending::ErrorPage);
    let mut all = Vec::new();
    let meant = || plants.iter().enumerate().filter(|(_, plant)| names.contains(&plant.name));
    assert_eq!(meant().count(), names.len(), "a place was renamed");
    for (index, plant) in meant() {
        let index = index + turn;
        put(&mut har, plant, plant.shapes[index % plant.shapes.len()], &mut draw, &mut all);
    }
    fs::write(folder.path().join("bad.har"), har.finish()).expect("a capture");
    let output = diag_in(folder.path(), &["redact", "bad.har", "-o", "copy.har"]);
    let mut text = format!("{}\n{}", out(&output), err(&output));
    let copied = output.status.success();
    if copied {
        text.push_str(&fs::read_to_string(folder.path().join("copy.har")).expect("a copy"));
    }
    let leaks: BTreeSet<&str> = all
        .iter()
        .filter(|one| forms(&one.value).iter().any(|form| text.contains(form)))
        .map(|one| one.place.as_str())
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(copied, "{}", err(&output));
}

#[test]
fn what_diagnosis_lives_on_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut har = Har::new(Ending::ErrorPage);
    har.fields.push("passwd=Qzbcdfgh%2145".to_owned());
    har.request_header(har::ACS, "Cookie", "sess=8d1f0a1e-9a53-4c39-8b63-5d1c0a2f7e11");
    har.said.push("The password is wrong. Contact the owner of https://sp.example/acs, error AADSTS50126, request 4711".to_owned());
    har.query(har::ACS, "error=denied&tenant=8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690");
    fs::write(folder.path().join("bad.har"), har.finish()).expect("a capture");
    let text = out(&diag_in(Path::new(folder.path()), &["facts", "bad.har", "--format", "json"]));
    for stays in [
        "The password is wrong",
        "https://sp.example/acs",
        "AADSTS50126",
        "https://idp.example",
        "Access denied by the application",
        "error=denied",
    ] {
        assert!(text.contains(stays), "{stays} is gone:\n{text}");
    }
    let report = out(&diag_in(folder.path(), &["check", "bad.har", "-v"]));
    assert!(
        report.contains("Access denied by the application")
            || report.contains("The password is wrong"),
        "{report}"
    );
}
