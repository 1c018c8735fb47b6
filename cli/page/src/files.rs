//! Which of the given files are read, and in which order: as the command line does with paths.

use crate::question::GivenFile;
use diag_sdk::case::input::HeldBy;

/// Deepest folder below one that was given.
const DEEPEST: usize = 16;
/// Files from folders that are handed on: one more than the usual bound `files` allows, so that the reader sees that there
/// are more and the report says so.
const MOST: usize = 5_001;

/// Indices of the files to read, in order, and a line about those left out on purpose.
pub(crate) fn in_order(files: &[GivenFile]) -> (Vec<usize>, Option<String>) {
    let parts =
        |index: &usize| files[*index].path.split('/').map(str::as_bytes).collect::<Vec<_>>();
    let mut order: Vec<usize> = (0..files.len())
        .filter(|index| files[*index].named || is_visible(&files[*index].path))
        .collect();
    // Folders are walked name by name, which is not the order of whole paths.
    order.sort_by_key(parts);
    let found = order.iter().filter(|index| !files[**index].named).count();
    let mut taken = 0;
    order.retain(|index| {
        taken += usize::from(!files[*index].named);
        files[*index].named || taken <= MOST
    });
    // What one side holds comes last, the service provider's copies first.
    order.sort_by_key(|index| match files[*index].held_by {
        HeldBy::Publisher | HeldBy::Nobody => 0,
        HeldBy::Sp => 1,
        HeldBy::Idp => 2,
    });
    (
        order,
        (found >= MOST).then(|| {
            format!("the folder holds more than {} files; the rest is left out", MOST - 1)
        }),
    )
}

/// Neither hidden nor too deep. The folder that was given counts as named, whatever it is called.
fn is_visible(path: &str) -> bool {
    let mut below = path.split('/').skip(1);
    below.clone().count() <= DEEPEST && !below.any(|part| part.starts_with('.'))
}

/// The files of one capture: itself, then what was named, and what lies in the same folder and is no capture.
pub(crate) fn alone(
    files: &[GivenFile],
    order: &[usize],
    captures: &[usize],
    capture: usize,
) -> Vec<usize> {
    let folder = |index: usize| files[index].path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let others = order.iter().copied().filter(|index| !captures.contains(index));
    std::iter::once(capture)
        .chain(others.filter(|index| files[*index].named || folder(*index) == folder(capture)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> GivenFile {
        GivenFile {
            path: path.to_owned(),
            size: 1,
            named: !path.contains('/'),
            held_by: HeldBy::Publisher,
        }
    }

    fn paths(files: &[GivenFile], order: &[usize]) -> Vec<String> {
        order.iter().map(|index| files[*index].path.clone()).collect()
    }

    #[test]
    fn folders_are_walked_name_by_name_and_hidden_files_skipped() {
        let mut files: Vec<GivenFile> =
            ["case/b.har", "case/a/z.xml", "case/a.json", "case/.git/x", "case/.DS_Store"]
                .map(file)
                .to_vec();
        files.push(GivenFile { held_by: HeldBy::Sp, ..file("a-copy.xml") });
        let (order, note) = in_order(&files);
        assert_eq!(
            paths(&files, &order),
            ["case/a/z.xml", "case/a.json", "case/b.har", "a-copy.xml"]
        );
        assert_eq!(note, None);
    }

    #[test]
    fn a_hidden_file_that_is_named_is_read() {
        let files = [file(".capture.har")];
        assert_eq!(in_order(&files).0, [0]);
    }

    #[test]
    fn a_disk_is_no_case() {
        let mut files: Vec<GivenFile> =
            (0..MOST + 3).map(|number| file(&format!("disk/{number:05}.log"))).collect();
        files.push(file("disk/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/deep.log"));
        files.push(file("login.har"));
        let (order, note) = in_order(&files);
        assert_eq!(order.len(), MOST + 1);
        assert_eq!(
            note.as_deref(),
            Some("the folder holds more than 5000 files; the rest is left out")
        );
    }

    #[test]
    fn a_capture_takes_what_lies_beside_it() {
        let files =
            ["one/login.har", "one/idp.xml", "two/login.har", "two/idp.xml", "sp.xml"].map(file);
        let (order, _) = in_order(&files);
        let alone = alone(&files, &order, &[0, 2], 2);
        assert_eq!(paths(&files, &alone), ["two/login.har", "sp.xml", "two/idp.xml"]);
    }
}
