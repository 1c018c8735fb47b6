//! Archives among the files of a case: what is in them is copied as the files of a folder would be.

use super::{LeftOut, Opened, Original, Refusal};
use crate::bounds::Bounds;
use crate::intake::unpack::{Member, Unpacker};
use diag_sdk::case::input::HeldBy;
use std::io::{self, Read};

/// The files of a case, archives unpacked.
#[derive(Debug, Default)]
pub struct Unpacked<'a> {
    /// The files.
    pub originals: Vec<Original<'a>>,
    /// What cannot be read of archives.
    pub left_out: Vec<LeftOut>,
}

/// Keeps the content of a member for as long as copies are made: hands out what opens it again, and its length.
pub type Keep<'k, 'a> = dyn FnMut(&mut dyn Read) -> io::Result<(Opened<'a>, u64)> + 'k;

/// Unpacks the archives among these files, within `bounds`.
///
/// # Errors
/// Where what is in them cannot be kept.
pub fn unpack<'a>(
    originals: Vec<Original<'a>>,
    bounds: &Bounds,
    keep: &mut Keep<'_, 'a>,
) -> Result<Unpacked<'a>, Refusal> {
    let archives = Unpacker::new(bounds);
    let mut unpacked = Unpacked::default();
    for original in originals {
        // Whatever else this is, it was handed in as metadata.
        if original.held_by != HeldBy::Publisher {
            unpacked.originals.push(original);
            continue;
        }
        let is_archive = archives
            .unpack(&original.path, (original.open)(), &mut |member| match member {
                Member::Unread(path, why) => {
                    unpacked.left_out.push(LeftOut { path, why });
                    Ok(())
                }
                Member::File(path, content) => take(&mut unpacked, path, content, keep),
            })
            .map_err(Refusal::new)?;
        if !is_archive {
            unpacked.originals.push(original);
        }
    }
    Ok(unpacked)
}

fn take<'a>(
    unpacked: &mut Unpacked<'a>,
    path: String,
    content: &mut dyn Read,
    keep: &mut Keep<'_, 'a>,
) -> Result<(), String> {
    let mut content = Watched { inner: content, failure: None };
    match (keep(&mut content), content.failure) {
        (_, Some(failure)) => {
            let why =
                format!("Cannot be unpacked ({failure}): unpack the archive and give the file");
            unpacked.left_out.push(LeftOut { path, why });
            Ok(())
        }
        (Err(error), None) => Err(format!("{path}: there is no room to unpack it: {error}")),
        (Ok((open, size)), None) => {
            let held_by = HeldBy::Publisher;
            unpacked.originals.push(Original { path, named: false, held_by, size, open });
            Ok(())
        }
    }
}

/// Tells a failure to read from one to keep what was read.
struct Watched<'r> {
    inner: &'r mut dyn Read,
    failure: Option<String>,
}

impl Read for Watched<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.inner.read(out).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.failure = Some(error.to_string());
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::testing::{packed, tarred};
    use std::io::Cursor;

    fn original(path: &str, bytes: Vec<u8>) -> Original<'static> {
        Original {
            path: path.to_owned(),
            named: true,
            held_by: HeldBy::Publisher,
            size: bytes.len() as u64,
            open: Box::new(move || Box::new(Cursor::new(bytes.clone()))),
        }
    }

    fn in_memory(content: &mut dyn Read) -> io::Result<(Opened<'static>, u64)> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        let size = bytes.len() as u64;
        Ok((Box::new(move || Box::new(Cursor::new(bytes.clone()))), size))
    }

    #[test]
    fn what_is_in_archives_stands_where_they_stood() {
        let cut = tarred("idp.xml", b'0', &[b' '; 2_000]);
        let originals = vec![
            original("case.zip", packed(&[("a/login.har", b"{}"), ("b/login.har", b"[]")])),
            original("notes.txt", b"hello".to_vec()),
            original("cut.tar", cut[..1_500].to_vec()),
        ];
        let unpacked = unpack(originals, &Bounds::default(), &mut in_memory).expect("room for all");
        let paths: Vec<(&str, u64)> =
            unpacked.originals.iter().map(|one| (one.path.as_str(), one.size)).collect();
        assert_eq!(
            paths,
            [("case.zip/a/login.har", 2), ("case.zip/b/login.har", 2), ("notes.txt", 5)]
        );
        let mut text = String::new();
        (unpacked.originals[1].open)().read_to_string(&mut text).expect("kept");
        assert_eq!(text, "[]");
        assert_eq!(unpacked.left_out[0].path, "cut.tar/idp.xml");
        assert!(unpacked.left_out[0].why.contains("cut short"), "{:?}", unpacked.left_out);
    }

    #[test]
    fn where_there_is_no_room_nothing_is_copied() {
        let full = |_: &mut dyn Read| Err(io::Error::other("disk full"));
        let originals = vec![original("case.zip", packed(&[("a", b"x")]))];
        let refused = unpack(originals, &Bounds::default(), &mut { full });
        assert_eq!(
            refused.expect_err("no room").why,
            "case.zip/a: there is no room to unpack it: disk full"
        );
    }
}
