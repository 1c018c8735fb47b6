//! The receipt of copies: what was changed where, what stayed and why, and how that was proved. No value stands in it.

use crate::terminal::visible;
use diag_core::copies::Proven;
use diag_core::sharing::{Change, Copying, Kind, Options};
use diag_core::verdict::Verdict;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Places named in the text; JSON has all.
const NAMED: usize = 12;

/// The receipt of a run.
#[derive(Debug, Serialize)]
pub struct Receipt {
    schema: &'static str,
    by: String,
    on: String,
    files: Vec<Copied>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOut>,
    /// Values that went, each counted once.
    values: BTreeMap<Kind, usize>,
    /// Values that are replaced only where they stand.
    only_in_place: usize,
    stayed: Vec<String>,
    proved: Vec<String>,
    verdict: Verdict,
}

/// One copy.
#[derive(Debug, Serialize)]
struct Copied {
    from: String,
    to: String,
    sha256: String,
    bytes: u64,
    changes: Vec<Change>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
}

/// A file of which there is no copy.
#[derive(Debug, Serialize)]
struct LeftOut {
    path: String,
    why: String,
}

impl Receipt {
    /// The receipt of these copies.
    pub fn of(proven: &Proven) -> Self {
        let copied = proven.copied.iter().map(|one| Copied {
            from: one.from.clone(),
            to: one.name.clone(),
            sha256: one.sha256.clone(),
            bytes: one.bytes,
            changes: one.changes.clone(),
            remarks: one.remarks.clone(),
        });
        let left_out = proven
            .left_out
            .iter()
            .map(|left| LeftOut { path: left.path.clone(), why: left.why.clone() });
        let verdict = format!("{:?}", proven.verdict).to_lowercase();
        Self {
            schema: "diag-receipt/1",
            by: concat!("diag ", env!("CARGO_PKG_VERSION")).to_owned(),
            on: proven.today.clone(),
            files: copied.collect(),
            left_out: left_out.collect(),
            values: proven.copying.counts(),
            only_in_place: proven.copying.only_in_place(),
            stayed: stayed(proven.options, &proven.copying),
            proved: vec![
                "each copy, as it was written, was searched for every value that went, through percent-encoding, base64, DEFLATE, JSON and XML, one in another: none was found".to_owned(),
                format!("original and copy were judged: the verdict is {verdict} for both, with the same findings"),
            ],
            verdict: proven.verdict,
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for file in &self.files {
            let _ = writeln!(
                out,
                "{}\n  copy of {}, {} bytes, SHA-256 {}",
                visible(&file.to),
                visible(&file.from),
                file.bytes,
                file.sha256
            );
            let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
            for change in &file.changes {
                *kinds.entry(change.kind).or_default() += change.values;
            }
            if kinds.is_empty() {
                let _ = writeln!(out, "  nothing had to be changed");
            }
            for (kind, count) in kinds {
                let mut places: Vec<&Change> =
                    file.changes.iter().filter(|change| change.kind == kind).collect();
                places.sort_by_key(|change| std::cmp::Reverse(change.values));
                let named = places
                    .iter()
                    .take(NAMED)
                    .map(|change| format!("{} ×{}", change.place, change.values))
                    .collect::<Vec<_>>()
                    .join(", ");
                let more = places.len().saturating_sub(NAMED);
                let more =
                    if more > 0 { format!(", and {more} more places") } else { String::new() };
                let _ = writeln!(out, "  {}: {named}{more}", plural(count, kind));
            }
            for remark in &file.remarks {
                let _ = writeln!(out, "  {remark}");
            }
        }
        for left in &self.left_out {
            let _ = writeln!(out, "not copied: {}: {}", visible(&left.path), left.why);
        }
        out.push_str("\nWhat stayed\n");
        for line in &self.stayed {
            let _ = writeln!(out, "  {line}");
        }
        out.push_str("\nProved\n");
        for line in &self.proved {
            let _ = writeln!(out, "  {line}");
        }
        out
    }
}

/// `3 cookie values`.
pub fn plural(count: usize, kind: Kind) -> String {
    format!("{count} {}", if count == 1 { kind.word() } else { kind.words() })
}

fn stayed(options: Options, copying: &Copying) -> Vec<String> {
    let mut stayed = Vec::new();
    if !options.identities {
        stayed
            .push("names, mail addresses and ids of people and tenants: a diagnosis compares them; --identities replaces them".to_owned());
    }
    if !options.hosts {
        stayed.push("host names and addresses: --hosts replaces them".to_owned());
    }
    stayed.push("messages but for signature values, session indexes and encrypted contents: they are what is diagnosed".to_owned());
    let published =
        if options.identities || options.hosts { ", but for names in them" } else { "" };
    stayed.push(format!("certificates and published metadata{published}: they are public"));
    stayed.push("names, lifetimes and attributes of cookies, lengths of values, and which of them were equal".to_owned());
    if copying.only_in_place() > 0 {
        stayed.push(format!(
            "{} short or plain values were replaced where they stand, and not looked for elsewhere: they are words that stand anywhere",
            copying.only_in_place()
        ));
    }
    if options.keep_bodies {
        stayed.push("all bodies, as --keep-bodies asks".to_owned());
    }
    stayed
}
