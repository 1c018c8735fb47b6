//! Who reads a capture: diag, which judges it, and others, which only read it.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Diag,
    Read,
    Typed,
    Value,
    Jq,
    Python,
    SamlReader,
}

/// What a program would have to know of an entry at the least; everything else is passed by.
#[derive(Deserialize)]
struct Har<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    request: &'a RawValue,
    #[serde(borrow)]
    response: &'a RawValue,
}

impl Peer {
    pub(crate) fn all() -> [Self; 7] {
        [Self::Diag, Self::Read, Self::Typed, Self::Value, Self::Jq, Self::Python, Self::SamlReader]
    }

    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Diag => "**`diag`**, a full judgement",
            Self::Read => "plain `read()`",
            Self::Typed => "`serde_json`, typed, values left as they are",
            Self::Value => "`serde_json::Value`",
            Self::Jq => "`jq empty`",
            Self::Python => "Python's `json.load`",
            Self::SamlReader => "`saml_reader`",
        }
    }

    /// It is on this machine, and takes the capture.
    pub(crate) fn runs(self, file: &Path) -> bool {
        match self {
            Self::Jq | Self::Python | Self::SamlReader => {
                self.command(file).is_some_and(|mut command| succeeds(&mut command))
            }
            _ => true,
        }
    }

    fn command(self, file: &Path) -> Option<Command> {
        let mut command = match self {
            Self::Diag => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_diag"));
                command.arg("check").arg(file);
                command
            }
            Self::Jq => {
                let mut command = Command::new("jq");
                command.arg("empty").arg(file);
                command
            }
            Self::Python => {
                let mut command = Command::new("python3");
                let script = "import json,sys; json.load(open(sys.argv[1], encoding='utf-8'))";
                command.args(["-I", "-c", script]).arg(file);
                command
            }
            Self::SamlReader => {
                let mut command = Command::new(std::env::var_os("DIAG_BENCH_SAML_READER")?);
                command.args(["--type", "har", "--summary-only"]).arg(file);
                command
            }
            Self::Read | Self::Typed | Self::Value => return None,
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Some(command)
    }

    pub(crate) fn run(self, file: &Path) {
        if let Some(mut command) = self.command(file) {
            let status = command.status().expect("it ran before");
            assert!(status.code().is_some(), "{self:?} was ended by a signal");
            return;
        }
        let mut input = File::open(file).expect("the capture was just written");
        match self {
            Self::Typed => {
                let mut text = String::new();
                input.read_to_string(&mut text).expect("the capture is UTF-8");
                let har: Har<'_> = serde_json::from_str(&text).expect("the capture is JSON");
                let length =
                    |entry: &Entry<'_>| entry.request.get().len() + entry.response.get().len();
                black_box(har.log.entries.iter().map(length).sum::<usize>());
            }
            Self::Value => {
                let reader = BufReader::with_capacity(512 << 10, input);
                let value: serde_json::Value =
                    serde_json::from_reader(reader).expect("the capture is JSON");
                black_box(&value);
            }
            _ => {
                let mut buffer = vec![0; 512 << 10];
                while input.read(&mut buffer).is_ok_and(|read| black_box(read) > 0) {}
            }
        }
    }
}

/// Runs diag; what it finds is of no interest here.
pub(crate) fn diag(arguments: &[String]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diag"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().is_ok_and(|status| status.code().is_some_and(|code| code < 2)));
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}
