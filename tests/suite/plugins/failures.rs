//! Everything a plugin can do wrong, done by real libraries and programs: each becomes one clear
//! sentence that names the plugin, and everything else still runs.

use diag_host::{Launcher, Limits, Loaded, Terms};
use diag_sdk::Case;
use diag_sdk::manifest::CheckAnswer;
use diag_tests::plugin::{self, bad, diag_in, kept, launcher, load, said, script, terms};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn run(plugin: &mut Loaded, check: &str) -> CheckAnswer {
    let id = format!("bad/{check}");
    let answers = plugin.run(|known| known == id, &Case::default());
    assert_eq!(answers.len(), 1, "{check}");
    answers.into_iter().next().expect("an answer")
}

fn loaded(limits: Limits) -> Loaded {
    Loaded::load(&bad(None), &launcher(), &Terms { limits, ..Terms::default() }).expect("it loads")
}

/// The check crashed, the sentence names the plugin and says why, and the next check runs.
fn crashes(plugin: &mut Loaded, check: &str, why: &[&str]) {
    let answer = run(plugin, check);
    let crashed = answer
        .crashed
        .unwrap_or_else(|| panic!("bad/{check} did not crash: {:?}", answer.findings));
    assert!(crashed.starts_with("plugin bad: "), "{check}: {crashed}");
    assert!(
        why.iter().any(|why| crashed.contains(why)),
        "{check}: {crashed}, expected one of {why:?}"
    );
    assert!(!crashed.contains('\n'), "{check}: {crashed}");
    assert_eq!(run(plugin, "good").findings.len(), 1, "after {check}");
}

#[test]
fn what_ends_the_process_ends_one_check() {
    let mut plugin = loaded(terms().limits);
    for check in ["panic", "abort", "segfault", "overflow", "exits", "null"] {
        crashes(
            &mut plugin,
            check,
            &[
                "its process ended before it answered",
                "more than can be an answer",
                "returned nothing",
            ],
        );
    }
}

#[test]
fn what_never_ends_is_ended() {
    let mut plugin = loaded(Limits { deadline: Duration::from_secs(4), ..Limits::default() });
    for check in ["endless", "sleeps"] {
        crashes(&mut plugin, check, &["it gave no answer within 4 s and was stopped"]);
    }
}

#[cfg(unix)]
#[test]
fn memory_is_bounded() {
    let mut plugin = loaded(Limits { memory: 256 << 20, ..terms().limits });
    crashes(&mut plugin, "allocate", &["its process ended before it answered"]);
}

#[test]
fn output_is_bounded_and_must_make_sense() {
    let mut plugin = loaded(Limits { output: 1 << 20, ..terms().limits });
    crashes(&mut plugin, "gigabytes", &["its answer exceeds 1 MB and was cut off"]);
    crashes(&mut plugin, "nonsense", &["its answer is not JSON of the right shape"]);
    crashes(&mut plugin, "wrong-shape", &["its answer is not JSON of the right shape"]);
    crashes(&mut plugin, "nothing", &["its `run` returned nothing"]);
    crashes(&mut plugin, "other", &["it did not answer for this check"]);
    crashes(
        &mut plugin,
        "level",
        &["it reports at level error, which its manifest does not declare"],
    );
}

#[test]
fn printing_disturbs_nobody() {
    let mut plugin = loaded(terms().limits);
    let answer = run(&mut plugin, "prints");
    if cfg!(unix) {
        assert_eq!(answer.findings[0].message, "printed");
    } else {
        assert!(answer.crashed.is_some());
    }
    assert_eq!(run(&mut plugin, "good").findings.len(), 1);
}

/// How a library is confined where the kernel has all that is asked of it.
#[cfg(target_os = "linux")]
const CONFINED: &str = "no files but the system's libraries, no network, no new processes";

#[cfg(target_os = "linux")]
#[test]
fn nothing_outside_can_be_reached() {
    let mut plugin = loaded(terms().limits);
    if plugin.confinement != CONFINED {
        eprintln!("skipped: this kernel confines less: {}", plugin.confinement);
        return;
    }
    let greedy = ["affinity", "locked", "pipe", "priority", "semaphore", "shared", "signal"];
    for check in ["network", "file", "spawn", "fork", "kill"].into_iter().chain(greedy) {
        let answer = run(&mut plugin, check);
        let message = answer.findings.first().map(|finding| finding.message.as_str());
        assert_eq!(message, Some("refused: os error Some(1)"), "{check}: {:?}", answer.crashed);
    }
    assert_eq!(run(&mut plugin, "thread").findings[0].message, "joined 7");
}

/// Loading fails, in one line that names the file and says why.
fn refused(path: &Path, why: &[&str]) {
    let limits = Limits { deadline: Duration::from_secs(4), ..Limits::default() };
    let error = Loaded::load(path, &launcher(), &Terms { limits, ..Terms::default() })
        .expect_err("it must not load")
        .to_string();
    assert!(error.starts_with(&format!("plugin {}: ", path.display())), "{error}");
    assert!(why.iter().any(|why| error.contains(why)), "{error}, expected one of {why:?}");
    assert!(!error.contains('\n'), "{error}");
}

#[test]
fn libraries_that_are_no_plugins_are_refused() {
    for (variant, why) in [
        ("wrong_major", "it speaks interface 7, this diag speaks 1"),
        ("wrong_magic", "is not a diag plugin table"),
        ("short_table", "its table is incomplete"),
        ("no_describe", "its table is incomplete"),
        ("no_symbol", "it does not export `diag_plugin`"),
        ("no_table", "returned no table"),
        ("entry_aborts", "its process ended before it answered"),
        ("describe_garbage", "its manifest is not JSON of the right shape"),
        ("bad_name", "its manifest does not hold: name `Bad Name`"),
    ] {
        refused(&bad(Some(variant)), &[why]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn initialisers_are_confined_too() {
    refused(&bad(Some("init_endless")), &["it gave no answer within 4 s"]);
    refused(&bad(Some("init_aborts")), &["its process ended before it answered"]);
    // It tries the network and the file system, and goes on where both are refused.
    let plugin = load(&bad(Some("init_network"))).expect("it loads");
    assert_eq!(plugin.manifest.name, "bad");
    if plugin.confinement == CONFINED {
        assert_eq!(
            load(&bad(Some("init_files"))).expect("it loads").manifest.name,
            "bad",
            "it read what it must not"
        );
    }
}

/// How a plugin is confined is the worker's own word, said before the plugin is opened.
#[cfg(target_os = "linux")]
#[test]
fn no_initialiser_speaks_for_its_worker() {
    let path = bad(Some("init_ready"));
    match load(&path) {
        Ok(plugin) => assert_ne!(plugin.confinement, "believe me"),
        Err(error) => {
            let error = error.to_string();
            assert!(
                error.contains("it wrote more than it was asked for")
                    || error.contains("something else came"),
                "{error}"
            );
        }
    }
}

/// What runs is what was hashed: a file that was replaced meanwhile is not started.
#[test]
fn a_file_that_is_replaced_is_not_started() {
    let path = kept("replaced").join(format!("replaced{}", std::env::consts::DLL_SUFFIX));
    std::fs::copy(bad(None), &path).expect("a copy");
    let mut plugin = load(&path).expect("it loads");
    std::fs::write(&path, std::fs::read(bad(Some("wrong_major"))).expect("readable"))
        .expect("replaced");
    // The worker that runs holds the bytes it was started with.
    if cfg!(target_os = "linux") {
        assert_eq!(run(&mut plugin, "good").findings.len(), 1);
    }
    assert!(run(&mut plugin, "abort").crashed.is_some());
    let again = run(&mut plugin, "good").crashed.expect("it is not started anew");
    assert!(again.contains("its file has changed since it was loaded"), "{again}");
}

#[test]
fn answers_that_mean_nothing_are_told_with_their_path() {
    let mut plugin = loaded(terms().limits);
    crashes(
        &mut plugin,
        "mistyped",
        &[
            "checks[0].findings[0]: `mesage` is not what an answer holds there; expected perhaps `message`",
        ],
    );
    crashes(
        &mut plugin,
        "elsewhere",
        &["findings[0].attempts[0]: there is no attempt `a99` in this case"],
    );
}

/// What a plugin prints is kept, however much it is, and the message of a panic is told.
#[test]
fn what_is_printed_is_kept() {
    let mut plugin = loaded(terms().limits);
    crashes(&mut plugin, "panic", &["it printed: on purpose"]);
    let printed = plugin.printed();
    assert!(printed.contains("panicked at") && printed.contains("on purpose"), "{printed}");
    assert_eq!(plugin.printed(), "");
}

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = kept("files").join(name);
    std::fs::write(&path, content).expect("a file");
    path
}

#[test]
fn files_that_are_no_libraries_are_refused() {
    refused(&file("text.so", b"Dear colleague"), &["it is neither a shared library nor a program"]);
    refused(&file("empty.so", b""), &["it is neither a shared library nor a program"]);
    refused(&kept("files"), &["expected a file"]);
    refused(&kept("files").join("missing.so"), &["cannot be read"]);
}

#[cfg(target_os = "linux")]
#[test]
fn libraries_for_other_machines_are_refused() {
    let mut elf = std::fs::read(bad(None)).expect("the library");
    let (other, name) = if elf[18] == 183 { (62, "x86_64-linux") } else { (183, "aarch64-linux") };
    elf[18] = other;
    refused(&file("other.so", &elf), &[&format!("it is built for {name}")]);
    refused(&file("cut-short.so", &elf[..18]), &["it is not a library this system can load"]);
    refused(&file("windows.so", b"MZ\x90\0\x03"), &["it is built for windows"]);
}

#[cfg(unix)]
#[test]
fn programs_that_do_not_answer_are_refused() {
    let program = |name: &str, text: &str| {
        let path = kept("programs").join(name);
        script(&path, text);
        path
    };
    refused(&program("silent", "#!/bin/sh\nexec sleep 60\n"), &["it gave no answer within 4 s"]);
    refused(
        &program("ends", "#!/bin/sh\nexit 3\n"),
        &["its process ended before it answered (exit status: 3)"],
    );
    refused(
        &program("talks", "#!/bin/sh\nexec yes\n"),
        &["what it wrote is not an answer", "it wrote more than it was asked for"],
    );
    refused(
        &program("floods", "#!/bin/sh\nexec cat /dev/zero\n"),
        &["its answer exceeds 16 MB", "it gave no answer within"],
    );
    refused(
        &program("lost", "#!/nowhere/interpreter\n"),
        &["the interpreter its first line names is not there"],
    );
    let plain = file("plain.py", b"#!/usr/bin/env python3\n");
    std::fs::set_permissions(&plain, std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .expect("permissions");
    refused(&plain, &["chmod +x"]);
}

/// Tries what a program must not, and tells what came of it.
#[cfg(target_os = "linux")]
const PROBE: &str = r#"#!/usr/bin/python3
import fcntl, json, os, socket, sys

def tried(what):
    try:
        what()
    except OSError as error:
        return "refused" if error.errno in (1, 13) else repr(error)
    except BaseException as error:
        return repr(error)
    return "done"

TRIALS = {
    "network": lambda: socket.socket(),
    "fork": os.fork,
    "own": lambda: open(__file__).read(),
    "list": lambda: os.listdir("@folder@"),
    "sibling": lambda: open(os.path.join("@folder@", "sibling.txt")).read(),
    "password": lambda: open("/etc/passwd").read(),
    "write": lambda: open("/tmp/diag-probe-was-here", "w"),
    "chmod": lambda: os.chmod(__file__, 0o777),
    "kill": lambda: os.kill(os.getppid(), 0),
    "memory": lambda: bytearray(4 << 30),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 19),
    "affinity": lambda: os.sched_setaffinity(0, {0}),
    "pipe": lambda: fcntl.fcntl(os.pipe()[1], 1031, 1 << 20),
    "signal": lambda: fcntl.fcntl(0, 10, 9),
    "memfd": lambda: os.memfd_create("more"),
}
LEVELS = {"levels": ["notice"], "stage": "observation", "docs": ""}
CHECKS = [{"id": "probe/" + name, "title": name, **LEVELS} for name in TRIALS]
for line in sys.stdin:
    ask = json.loads(line)
    if ask["frame"] == "describe":
        manifest = {"schema": "diag-plugin/1", "name": "probe", "version": "1.0.0", "about": "", "checks": CHECKS}
        print(json.dumps({"frame": "manifest", "manifest": manifest}), flush=True)
    else:
        found = lambda id: [{"severity": "notice", "certain": True, "message": tried(TRIALS[id.split("/")[1]])}]
        checks = [{"id": id, "findings": found(id)} for id in ask["request"]["checks"]]
        print(json.dumps({"frame": "answer", "answer": {"checks": checks}}), flush=True)
"#;

#[cfg(target_os = "linux")]
#[test]
fn programs_reach_nothing_outside_either() {
    if !Path::new("/usr/bin/python3").exists() {
        eprintln!("skipped: there is no /usr/bin/python3");
        return;
    }
    let path = kept("programs").join("probe");
    script(&path, &PROBE.replace("@folder@", kept("programs").to_str().expect("UTF-8")));
    std::fs::write(kept("programs").join("sibling.txt"), "not its own").expect("a file");
    let mut plugin = load(&path).expect("it loads");
    if plugin.confinement != "no files but its own and the system's, no network, no new processes" {
        eprintln!("skipped: this kernel confines less: {}", plugin.confinement);
        return;
    }
    let answers = plugin.run(|_| true, &Case::default());
    assert_eq!(answers.len(), 15);
    for answer in answers {
        let message = answer.findings.first().map_or("", |finding| finding.message.as_str());
        let expected = match answer.id.as_str() {
            "probe/own" => "done",
            "probe/memory" => "MemoryError()",
            _ => "refused",
        };
        assert_eq!(message, expected, "{}: {:?}", answer.id, answer.crashed);
    }
}

#[test]
fn a_worker_that_cannot_be_started_is_told() {
    let launcher = Launcher { program: "/nowhere/diag".into(), ..launcher() };
    let error = Loaded::load(&bad(None), &launcher, &terms()).expect_err("no worker").to_string();
    assert!(error.contains("its worker process could not be started"), "{error}");
}

/// The binary: one `error:` line, a hint, and exit code 2 where a named plugin does not load.
#[test]
fn the_command_line_refuses_in_one_line() {
    let base = plugin::workspace().join("tests/cases/base");
    let path = bad(Some("wrong_major"));
    let output = diag_in(&base, &["sp-metadata.xml", "--plugin", path.to_str().expect("UTF-8")]);
    let (out, err) = said(&output);
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!((output.status.code(), lines.len()), (Some(2), 2), "{err}");
    assert!(
        out.contains("1 plugin not loaded") && out.contains("interface 7"),
        "the report is printed all the same: {out}"
    );
    assert!(!out.contains("nothing to report"), "{out}");
    assert!(lines[0].starts_with("error: plugin ") && lines[0].contains("interface 7"), "{err}");
    assert!(lines[1].starts_with("hint: "), "{err}");
}

/// The binary: a plugin that crashes at run time costs its own checks, and no other.
#[test]
fn the_command_line_runs_the_rest() {
    let base = plugin::workspace().join("tests/cases/base");
    let path = bad(None);
    // Patient, because tests run beside others on busy machines.
    let config = kept("patient").join("diag.toml");
    let sha256 = diag_host::digest::sha256(&path).expect("readable");
    let entry =
        format!("[[plugin]]\npath = '{}'\nsha256 = '{sha256}'\nseconds = 120\n", path.display());
    std::fs::write(&config, entry).expect("a file");
    let config = config.to_str().expect("UTF-8");
    let arguments =
        ["sp-metadata.xml", "--at", "2026-11-24T10:00:00Z", "--format", "json", "--config", config];
    let report = |more: &[&str]| -> serde_json::Value {
        let output = diag_in(&base, &[&arguments[..], more].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?}", said(&output)))
    };
    let greedy =
        "bad/affinity,bad/locked,bad/pipe,bad/priority,bad/semaphore,bad/shared,bad/signal";
    let with =
        report(&["--skip", &format!("bad/case,bad/endless,bad/sleeps,bad/allocate,{greedy}")]);
    let without = report(&["--skip", "bad"]);
    let checks = |report: &serde_json::Value| report["checks"].as_array().expect("checks").clone();
    let others: Vec<_> = checks(&with)
        .into_iter()
        .filter(|check| !check["id"].as_str().expect("an id").starts_with("bad/"))
        .collect();
    assert_eq!(others, checks(&without));
    let own: Vec<_> = checks(&with)
        .into_iter()
        .filter(|check| check["id"].as_str().expect("an id").starts_with("bad/"))
        .collect();
    assert!(own.len() > 10);
    for check in own {
        let id = check["id"].as_str().expect("an id");
        // Each is to blame for itself alone.
        if [
            "bad/good",
            "bad/file",
            "bad/fork",
            "bad/kill",
            "bad/network",
            "bad/prints",
            "bad/spawn",
            "bad/thread",
        ]
        .contains(&id)
        {
            assert!(check["outcome"] == "found" || !cfg!(unix), "{check}");
        } else {
            assert_eq!(check["outcome"], "crashed", "{check}");
            assert!(
                check["error"].as_str().expect("an error").starts_with("plugin bad: "),
                "{check}"
            );
        }
    }
    let ours = |report: &serde_json::Value| {
        let findings = report["findings"].as_array().expect("findings").clone();
        let own = |finding: &serde_json::Value| {
            finding["check"].as_str().expect("an id").starts_with("bad/")
        };
        findings
            .into_iter()
            .filter(|finding| !own(finding))
            .map(|finding| finding["message"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ours(&with), ours(&without));
}

/// A plugin of diag.toml that does not load costs only itself; the report names it.
#[test]
fn a_plugin_of_the_configuration_costs_only_itself() {
    let base = plugin::workspace().join("tests/cases/base");
    let config = kept("configured").join("diag.toml");
    let (path, other) = (bad(Some("wrong_major")), file("gone.so", b"Dear colleague"));
    let entry = |path: &Path, sha256: &str| {
        format!("[[plugin]]\npath = '{}'\nsha256 = '{sha256}'\n", path.display())
    };
    let sha256 = diag_host::digest::sha256(&path).expect("readable");
    std::fs::write(&config, entry(&path, &sha256) + &entry(&other, &"0".repeat(64)))
        .expect("a file");
    let config = config.to_str().expect("UTF-8");
    let arguments = ["sp-metadata.xml", "--at", "2026-11-24T10:00:00Z", "--config", config];
    let run = |more: &[&str]| diag_in(&base, &[&arguments[..], more].concat());
    let usual = run(&["--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&usual.stdout).expect("a report");
    let named: Vec<&str> = report["extensions"]
        .as_array()
        .expect("extensions")
        .iter()
        .filter_map(|one| one["error"].as_str())
        .collect();
    assert!(
        named.len() == 2
            && named[0].contains("interface 7")
            && named[1].contains("has changed since it was trusted"),
        "{named:?}"
    );
    assert_eq!(usual.status.code(), Some(0), "{:?}", said(&usual));
    let strict = run(&["--strict-plugins", "-q"]);
    assert_eq!(strict.status.code(), Some(2), "{:?}", said(&strict));
    let sarif = run(&["--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_slice(&sarif.stdout).expect("SARIF");
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

/// Brief says so, too: who reads one line must not take silence for health.
#[test]
fn what_crashed_is_never_nothing_to_report() {
    let base = plugin::workspace().join("tests/cases/base");
    let path = bad(None);
    let output = diag_in(
        &base,
        &[
            "sp-metadata.xml",
            "--at",
            "2026-11-24T10:00:00Z",
            "-q",
            "--only",
            "bad/abort",
            "--plugin",
            path.to_str().expect("UTF-8"),
        ],
    );
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(2), "{out}");
    assert!(out.contains("1 check crashed") && !out.contains("nothing to report"), "{out}");
    assert!(err.contains("a check crashed, so this does not count as passed"), "{err}");
}

/// The text: checks that crashed for one reason stand together.
#[test]
fn the_text_names_what_crashed() {
    let base = plugin::workspace().join("tests/cases/base");
    let path = bad(None);
    let output = diag_in(
        &base,
        &[
            "sp-metadata.xml",
            "--only",
            "bad/null,bad/nothing,bad/abort",
            "--plugin",
            path.to_str().expect("UTF-8"),
        ],
    );
    let (out, _) = said(&output);
    let crashed: Vec<&str> = out
        .lines()
        .skip_while(|line| *line != "CRASHED")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(crashed.len(), 4, "{out}");
    assert!(
        crashed[0].contains("bad/abort") && crashed[2].contains("bad/nothing, bad/null"),
        "{out}"
    );
}
