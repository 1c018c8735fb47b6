//! Which files make a case where each capture is judged on its own: folder by folder, looked at only when it is
//! their turn, so that thousands of captures need no more than their paths.

use crate::files::{Collected, File, Unopened};
use diag_core::intake::{self, Options, Supplied};
use diag_sdk::case::input::HeldBy;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

/// One capture and what is judged with it.
#[derive(Debug, Clone)]
pub(crate) enum Job {
    /// The capture, first, and the other files of its folder.
    Case(Vec<File>),
    /// What is named as a capture and holds none.
    NoCapture(File),
    /// What could not be opened.
    Unopened(Unopened),
}

impl Job {
    /// The path of the capture as a person knows it.
    pub(crate) fn capture(&self) -> &str {
        match self {
            Self::Case(files) => files.first().map_or("", |file| file.shown.as_str()),
            Self::NoCapture(file) => &file.shown,
            Self::Unopened(unopened) => &unopened.shown,
        }
    }
}

/// The jobs of a run, in order.
#[derive(Debug)]
pub(crate) struct Jobs {
    folders: VecDeque<Vec<File>>,
    /// What was named belongs to every case.
    named: Vec<File>,
    unopened: VecDeque<Unopened>,
    waiting: VecDeque<Job>,
    /// Captures that have a record already.
    done: BTreeSet<String>,
    /// How many of those were met.
    passed: usize,
}

impl Jobs {
    /// Sorts files by their folder. Captures in `done` are left out.
    pub(crate) fn new(collected: Collected, done: BTreeSet<String>) -> Self {
        let mut places: BTreeMap<PathBuf, usize> = BTreeMap::new();
        let mut folders: VecDeque<Vec<File>> = VecDeque::new();
        let mut named = Vec::new();
        for file in collected.files {
            // A capture that was named is a case, any other named file belongs to all of them.
            if file.named && !is_capture(&file) && !called_a_capture(&file.shown) {
                named.push(file);
                continue;
            }
            let place = *places.entry(file.folder()).or_insert_with(|| {
                folders.push_back(Vec::new());
                folders.len() - 1
            });
            if let Some(folder) = folders.get_mut(place) {
                folder.push(file);
            }
        }
        Self {
            folders,
            named,
            unopened: collected.unopened.into(),
            waiting: VecDeque::new(),
            done,
            passed: 0,
        }
    }

    /// How many captures were left out because they have a record.
    pub(crate) fn passed(&self) -> usize {
        self.passed
    }

    /// Looks at the next folder that holds anything.
    fn look(&mut self) -> Option<()> {
        let folder = self.folders.pop_front()?;
        let sorted: Vec<(File, bool)> =
            folder.into_iter().map(|file| (file.clone(), is_capture(&file))).collect();
        let beside = |(file, capture): &(File, bool)| {
            (!capture && !called_a_capture(&file.shown)).then(|| file.clone())
        };
        let beside: Vec<File> =
            sorted.iter().filter_map(beside).chain(self.named.iter().cloned()).collect();
        self.waiting.extend(sorted.into_iter().filter_map(|(file, capture)| {
            if capture {
                return Some(Job::Case(
                    std::iter::once(file).chain(beside.iter().cloned()).collect(),
                ));
            }
            called_a_capture(&file.shown).then_some(Job::NoCapture(file))
        }));
        Some(())
    }
}

impl Iterator for Jobs {
    type Item = Job;

    fn next(&mut self) -> Option<Job> {
        loop {
            while let Some(job) = self.waiting.pop_front() {
                if !self.done.contains(job.capture()) {
                    return Some(job);
                }
                self.passed += 1;
            }
            if self.look().is_none() {
                self.waiting.extend(self.unopened.pop_front().map(Job::Unopened));
                if self.waiting.is_empty() {
                    return None;
                }
            }
        }
    }
}

/// Whether a file is a capture, told as it will be when it is judged.
pub(crate) fn is_capture(file: &File) -> bool {
    file.held_by == HeldBy::Publisher
        && intake::holds_capture(
            Supplied {
                path: file.shown.clone(),
                named: file.named,
                held_by: file.held_by,
                reader: file.reader(),
            },
            &Options::default(),
        )
}

/// Its name says that it is a capture. Kinds are told by content; a name only tells that somebody expects a record.
fn called_a_capture(shown: &str) -> bool {
    let lower = shown.to_ascii_lowercase();
    [".har", ".har.gz", ".saz"].iter().any(|ending| lower.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Given, collect};
    use crate::shown;
    use std::fs;

    const HAR: &str = r#"{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://sp.example/"}}]}}"#;

    fn jobs(done: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for sub in ["a", "b", "b/c"] {
            fs::create_dir(root.join(sub)).expect("a folder");
        }
        let files = [
            ("b/2.har", HAR),
            ("b/c/3.har", HAR),
            ("b/z.har", HAR),
            ("a/1.har", HAR),
            ("a/idp.xml", "<EntityDescriptor/>"),
            ("b/broken.har", "x"),
        ];
        for (name, text) in files {
            fs::write(root.join(name), text).expect("a file");
        }
        let named = root.join("sp.xml");
        fs::write(&named, "<EntityDescriptor/>").expect("a file");
        let collected = collect(&Given {
            paths: &[root.join("a"), root.join("b"), named, root.join("gone.har")],
            sp_has: &[],
            idp_has: &[],
            most: u64::MAX,
        });
        let short = |shown: &str| shown.replace(&format!("{}/", shown::shown(root)), "");
        let done = done.iter().map(|name| shown::shown(&root.join(name))).collect();
        let told = |job: Job| match &job {
            Job::Case(files) => {
                files.iter().map(|file| short(&file.shown)).collect::<Vec<_>>().join("+")
            }
            Job::NoCapture(file) => format!("no capture {}", short(&file.shown)),
            Job::Unopened(unopened) => format!("unopened {}", short(&unopened.shown)),
        };
        Jobs::new(collected, done).map(told).collect()
    }

    #[test]
    fn captures_come_folder_by_folder_with_what_lies_beside_them() {
        assert_eq!(
            jobs(&[]),
            [
                "a/1.har+a/idp.xml+sp.xml",
                "b/2.har+sp.xml",
                "no capture b/broken.har",
                "b/z.har+sp.xml",
                "b/c/3.har+sp.xml",
                "unopened gone.har"
            ]
        );
    }

    #[test]
    fn what_has_a_record_is_left_out() {
        assert_eq!(
            jobs(&["a/1.har", "b/2.har", "b/z.har", "gone.har"]),
            ["no capture b/broken.har", "b/c/3.har+sp.xml"]
        );
    }
}
