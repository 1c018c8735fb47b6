//! Copies of whole cases, made in memory as `diag redact` makes them of files.

use crate::diagnose::{File, now, report_on};
use diag_core::crypto::PrivateKey;
use diag_core::examine::{Examination, Request, examine};
use diag_core::intake::Supplied;
use diag_core::recorded;
use diag_core::sharing::{Copying, Form, Gathering, Kind, Options, differences};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io::Cursor;

/// A case: its files, and how it is judged.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// What it is called in complaints.
    pub name: String,
    /// Its files.
    pub files: Vec<File>,
    /// Keys to decrypt with; never copied.
    pub keys: Vec<PrivateKey>,
    /// The moment it is judged at.
    pub at: Option<Timestamp>,
}

impl Whole {
    fn examination(&self) -> Examination {
        let supplied = |file: &File| Supplied {
            path: file.name.clone(),
            named: true,
            held_by: file.held_by,
            reader: Box::new(Cursor::new(file.content.clone())),
        };
        let files = self.files.iter().map(supplied).collect();
        examine(Request { now: now(), at: self.at, keys: self.keys.clone(), ..Request::new(files) }, &mut |_| {})
    }

    /// Its copy, under a key; or what is wrong with it.
    pub fn copied(&self, options: Options, key: [u8; 32]) -> Result<(Self, Copying), String> {
        let mut gathering = Gathering::new(options);
        let mut kept = Vec::new();
        for file in &self.files {
            match gathering.take(Box::new(Cursor::new(&file.content))).map_err(|why| format!("{}: {why}", file.name))? {
                Form::Capture | Form::Document => kept.push(file.clone()),
                Form::Archive | Form::Unknown => {}
            }
        }
        let copying = gathering.settle(&key);
        let original = Self { files: kept, ..self.clone() };
        let judged = original.examination();
        let mut parts = Vec::new();
        for file in &original.files {
            let mut out = Vec::new();
            let copy = copying.copy(Box::new(Cursor::new(&file.content)), &mut out).map_err(|why| format!("{}: {why}", file.name))?;
            parts.push((file, copy, out));
        }
        let with = |record: Option<&serde_json::Value>| {
            let files = parts.iter().map(|(file, copy, out)| {
                let earlier = copy.record.as_ref().filter(|_| copy.unchanged());
                let record = record.map(|record| earlier.unwrap_or(record));
                File { content: [out.as_slice(), &copy.ending(record)].concat(), ..(*file).clone() }
            });
            Self { files: files.collect(), ..self.clone() }
        };
        let bare = with(None).examination();
        let record = copying.record(recorded::make(&judged.case, &bare.hashes, &judged.records, "2026-11-24"));
        let copy = with(Some(&serde_json::to_value(&record).expect("a record")));
        let (was, is) = (report_on(&judged.case), report_on(&copy.examination().case));
        let mut complaints = differences(&was, &is);
        for file in &copy.files {
            for (left, times) in copying.search(Box::new(Cursor::new(&file.content)))? {
                complaints.push(format!("{}: {:?} is left {times} times in {}", file.name, left.kind, left.place));
            }
        }
        if complaints.is_empty() { Ok((copy, copying)) } else { Err(complaints.join("; ")) }
    }

    /// What `diag redact --check` finds left in each file.
    pub fn left(&self, options: Options) -> Vec<(String, BTreeMap<Kind, usize>)> {
        let mut all = Vec::new();
        for file in &self.files {
            let mut gathering = Gathering::new(options);
            gathering.take(Box::new(Cursor::new(&file.content))).expect("a copy reads");
            all.push((file.name.clone(), gathering.settle(&[0; 32]).counts()));
        }
        all.retain(|(_, left)| !left.is_empty());
        all
    }

    /// All that is to be said against the copy of this case, and against a copy of that.
    pub fn complaints(&self, options: Options, secrets: &[String]) -> Vec<String> {
        let (copy, _) = match self.copied(options, [7; 32]) {
            Ok(copy) => copy,
            Err(why) => return vec![format!("{}: {why}", self.name)],
        };
        let mut complaints = Vec::new();
        for (file, left) in copy.left(options) {
            complaints.push(format!("{}: --check finds {left:?} in {file}", self.name));
        }
        for file in &copy.files {
            for secret in crate::unfold::found(&file.content, secrets) {
                let begins: String = secret.chars().take(12).collect();
                complaints.push(format!("{}: {begins}… is left in {}", self.name, file.name));
            }
        }
        match copy.copied(options, [9; 32]) {
            Err(why) => complaints.push(format!("{}: the copy of the copy: {why}", self.name)),
            Ok((again, _)) => {
                for (one, other) in copy.files.iter().zip(&again.files).filter(|(one, other)| one.content != other.content) {
                    let at = one.content.iter().zip(&other.content).take_while(|(one, other)| one == other).count();
                    let shown = |content: &[u8]| {
                        String::from_utf8_lossy(content.get(at.saturating_sub(60)..content.len().min(at + 60)).unwrap_or_default())
                            .into_owned()
                    };
                    let (was, is) = (shown(&one.content), shown(&other.content));
                    complaints.push(format!("{}: a second run changes {}: {was:?} to {is:?}", self.name, one.name));
                }
            }
        }
        complaints
    }
}
