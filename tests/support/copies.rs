//! Copies of whole cases, made in memory by what `diag redact` makes them of files with.

use crate::diagnose::{File, now, report_on};
use diag_core::copies::{InMemory, Manner, Original, Unpacked, make, reason_to_leave_out};
use diag_core::crypto::PrivateKey;
use diag_core::examine::{Request, examine};
use diag_core::intake::Supplied;
use diag_core::sharing::{Form, Gathering, Kind, Map, Options};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io::Cursor;

/// Two keys of marks. `DIAG_EXPLORE` draws others for each number it is set to: what depends on them is a fault.
fn keys() -> [[u8; 32]; 2] {
    let drawn = std::env::var("DIAG_EXPLORE").ok().and_then(|number| number.parse::<u8>().ok());
    let round = drawn.unwrap_or(1).wrapping_mul(2);
    [[round.wrapping_add(5); 32], [round.wrapping_add(7); 32]]
}

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
    /// Its copy, under a key; or why there is none. Where nothing in it can be copied, that has no files.
    pub fn copied(&self, options: Options, key: [u8; 32]) -> Result<Self, String> {
        let original = |file: &File| Original {
            path: file.name.clone(),
            named: true,
            held_by: file.held_by,
            size: file.content.len() as u64,
            open: {
                let content = file.content.clone();
                Box::new(move || Box::new(Cursor::new(content.clone())))
            },
        };
        let copied = |file: &&File| {
            reason_to_leave_out(
                Gathering::new(options)
                    .take(Box::new(Cursor::new(&file.content)))
                    .unwrap_or(Form::Document),
            )
            .is_none()
        };
        let kept: Vec<&File> = self.files.iter().filter(copied).collect();
        if kept.is_empty() {
            return Ok(Self { files: Vec::new(), ..self.clone() });
        }
        let examine = |files: Vec<Supplied<'_>>| {
            examine(
                Request { now: now(), at: self.at, keys: self.keys.clone(), ..Request::new(files) },
                &mut |_| {},
            )
        };
        let mut place = InMemory::default();
        let manner = Manner {
            options,
            map: Map::new(key),
            today: "2026-11-24".to_owned(),
            called: None,
            examine: &examine,
        };
        let originals = self.files.iter().map(original).collect();
        let unpacked = Unpacked { originals, left_out: Vec::new() };
        let made = make(unpacked, &mut place, manner).map_err(|refusal| refusal.why)?;
        made.unjudged
            .judged(&report_on(&made.original.case), &report_on(&made.copy.case))
            .map_err(|refusal| refusal.why)?;
        let files = kept
            .into_iter()
            .zip(place.into_bytes())
            .map(|(file, content)| File { content, ..file.clone() });
        Ok(Self { files: files.collect(), ..self.clone() })
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
        let [key, another] = keys();
        let copy = match self.copied(options, key) {
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
        match copy.copied(options, another) {
            Err(why) => complaints.push(format!("{}: the copy of the copy: {why}", self.name)),
            Ok(again) => {
                for (one, other) in copy
                    .files
                    .iter()
                    .zip(&again.files)
                    .filter(|(one, other)| one.content != other.content)
                {
                    let at = one
                        .content
                        .iter()
                        .zip(&other.content)
                        .take_while(|(one, other)| one == other)
                        .count();
                    let shown = |content: &[u8]| {
                        String::from_utf8_lossy(
                            content
                                .get(at.saturating_sub(60)..content.len().min(at + 60))
                                .unwrap_or_default(),
                        )
                        .into_owned()
                    };
                    let (was, is) = (shown(&one.content), shown(&other.content));
                    complaints.push(format!(
                        "{}: a second run changes {}: {was:?} to {is:?}",
                        self.name, one.name
                    ));
                }
            }
        }
        complaints
    }
}
