//! The files of archives, one by one, for whoever copies them: the same ones that a diagnosis reads, and as bounded.

use super::archive::{self, ZIP_IN_ZIP};
use super::recognise::{self, Look};
use super::saz;
use super::source::{Bounded, DEEPEST, Source, TOO_DEEP, Unpacking};
use super::tar;
use crate::bounds::Bounds;
use std::io::{self, Read};
use std::rc::Rc;

/// What an archive holds.
pub enum Member<'a> {
    /// A file: what it is called in the archive, with that of the archive before it, and what is in it, without gzip.
    File(String, &'a mut dyn Read),
    /// What cannot be read: what it is called, and why, in words for people.
    Unread(String, String),
}

/// Unpacks the archives of one run: what all of them hold is bounded together.
#[derive(Debug)]
pub struct Unpacker {
    unpacking: Rc<Unpacking>,
    members: usize,
}

/// Whoever takes members, and may say why there is no going on.
type See<'s> = dyn FnMut(Member<'_>) -> Result<(), String> + 's;

impl Unpacker {
    /// Nothing unpacked yet.
    pub fn new(bounds: &Bounds) -> Self {
        Self { unpacking: Unpacking::of(bounds.unpacked), members: Bounds::size(bounds.members) }
    }

    /// Shows each file of an archive called `path`; says whether it is one.
    ///
    /// # Errors
    /// What `see` said against going on.
    pub fn unpack<'a>(
        &self,
        path: &str,
        reader: Box<dyn Read + 'a>,
        see: &mut See<'_>,
    ) -> Result<bool, String> {
        let source = Source::open(reader, &self.unpacking);
        match recognise::at_first_sight(source.prefix()) {
            Look::Zip => self.zip(path, source, 1, see).map(|()| true),
            Look::Tar => self.tar(path, source, 1, see).map(|()| true),
            _ => Ok(false),
        }
    }

    fn zip(
        &self,
        path: &str,
        mut source: Source<'_>,
        depth: usize,
        see: &mut See<'_>,
    ) -> Result<(), String> {
        let unread = |why: String| Member::Unread(path.to_owned(), why);
        let (zip, members, whole) = match archive::listed(&mut source, self.members) {
            Ok(listed) => listed,
            Err(why) => return see(unread(why)),
        };
        drop(source);
        if archive::is_fiddler(&members) {
            let (sessions, notes) = archive::sessions(&zip, &members, &self.unpacking);
            // Part of a recording would be told for the whole.
            if let Some(note) = notes.into_iter().next() {
                return see(unread(note));
            }
            let own = path.rsplit('/').next().unwrap_or_default();
            let stem = own.rsplit_once('.').map_or(own, |(stem, _)| stem);
            let har = saz::as_har(&sessions);
            return see(Member::File(format!("{path}/{stem}.har"), &mut har.as_bytes()));
        }
        if let Some(what) = archive::other_use(&members) {
            return see(unread(what.to_owned()));
        }
        for member in &members {
            let inner = format!("{path}/{}", member.name);
            match archive::opened(&zip, member) {
                Ok(unpacked) => self.member(inner, unpacked, true, depth, see)?,
                Err(why) => see(Member::Unread(inner, why))?,
            }
        }
        if whole { Ok(()) } else { see(unread(archive::not_whole(members.len()))) }
    }

    fn tar(
        &self,
        path: &str,
        mut source: Source<'_>,
        depth: usize,
        see: &mut See<'_>,
    ) -> Result<(), String> {
        let (mut seen, mut stopped) = (0, None);
        let read = tar::each(&mut source, &mut |name, member| {
            if seen >= self.members {
                return Err(tar::not_whole(seen));
            }
            seen += 1;
            let left = member.limit();
            let whole = Box::new(Whole { inner: member, left });
            self.member(format!("{path}/{name}"), whole, false, depth, see).map_err(|why| {
                stopped = Some(why);
                String::new()
            })
        });
        match (stopped, read) {
            (Some(why), _) => Err(why),
            (None, Err(why)) => see(Member::Unread(path.to_owned(), why)),
            (None, Ok(())) if seen == 0 => {
                see(Member::Unread(path.to_owned(), tar::WITHOUT_FILES.to_owned()))
            }
            (None, Ok(())) => Ok(()),
        }
    }

    fn member<'a>(
        &self,
        path: String,
        unpacked: Box<dyn Read + 'a>,
        in_zip: bool,
        depth: usize,
        see: &mut See<'_>,
    ) -> Result<(), String> {
        let bounded = Bounded { inner: unpacked, unpacking: Rc::clone(&self.unpacking) };
        let mut source = Source::open(Box::new(bounded), &self.unpacking);
        let look = recognise::at_first_sight(source.prefix());
        match look {
            Look::Zip if in_zip => see(Member::Unread(path, ZIP_IN_ZIP.to_owned())),
            Look::Zip | Look::Tar if depth >= DEEPEST => {
                see(Member::Unread(path, TOO_DEEP.to_owned()))
            }
            Look::Zip => self.zip(&path, source, depth + 1, see),
            Look::Tar => self.tar(&path, source, depth + 1, see),
            _ => see(Member::File(path, &mut source)),
        }
    }
}

/// Content that must not end before its length: what is cut short would be copied as if it were whole.
struct Whole<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.left = self.left.saturating_sub(read as u64);
        if read == 0 && self.left > 0 && !out.is_empty() {
            return Err(io::Error::other("it is cut short"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{packed, tarred};
    use super::*;

    /// Each member as its path, with its content or why there is none.
    fn unpacked(bytes: &[u8], bounds: &Bounds) -> Vec<(String, Result<String, String>)> {
        let mut all = Vec::new();
        let is_archive = Unpacker::new(bounds).unpack("case", Box::new(bytes), &mut |member| {
            all.push(match member {
                Member::File(path, content) => {
                    let mut text = String::new();
                    let read = content.read_to_string(&mut text);
                    (path, read.map(|_| text).map_err(|error| error.to_string()))
                }
                Member::Unread(path, why) => (path, Err(why)),
            });
            Ok(())
        });
        assert_eq!(is_archive, Ok(!all.is_empty()));
        all
    }

    fn paths(all: &[(String, Result<String, String>)]) -> Vec<&str> {
        all.iter().map(|(path, _)| path.as_str()).collect()
    }

    #[test]
    fn files_are_shown_and_what_cannot_be_read_is_told() {
        let inner = packed(&[("x", b"y")]);
        let all = unpacked(
            &packed(&[("a/login.har", b"{}"), ("__MACOSX/x", b"x"), ("inner.zip", &inner)]),
            &Bounds::default(),
        );
        assert_eq!(paths(&all), ["case/a/login.har", "case/inner.zip"]);
        assert_eq!(all[0].1.as_deref(), Ok("{}"));
        assert_eq!(all[1].1, Err(ZIP_IN_ZIP.to_owned()));
        let all = unpacked(&tarred("inner.zip", b'0', &inner), &Bounds::default());
        assert_eq!(paths(&all), ["case/inner.zip/x"]);
        assert!(unpacked(b"{}", &Bounds::default()).is_empty());
    }

    #[test]
    fn what_is_cut_short_is_not_whole() {
        let archive = tarred("a", b'0', &[b'x'; 2_000]);
        let all = unpacked(&archive[..1_000], &Bounds::default());
        assert!(all[0].1.as_ref().is_err_and(|why| why.contains("cut short")), "{all:?}");
        let all = unpacked(&packed(&[("a", b"xyz")])[..20], &Bounds::default());
        assert!(all[0].1.as_ref().is_err_and(|why| why.contains("cannot be read")), "{all:?}");
    }

    #[test]
    fn bounds_hold() {
        let two = [tarred("a", b'0', b"1"), tarred("b", b'0', b"2")].concat();
        for archive in [packed(&[("a", b"1"), ("b", b"2")]), two] {
            let all = unpacked(&archive, &Bounds { members: 1, ..Bounds::default() });
            assert_eq!(paths(&all), ["case/a", "case"]);
            assert!(all[1].1.as_ref().is_err_and(|why| why.contains("only the first 1 ")));
        }
        let bomb = packed(&[("zeros", &vec![b'x'; 4 << 20]), ("small", b"y")]);
        let all = unpacked(&bomb, &Bounds { unpacked: 1 << 20, ..Bounds::default() });
        assert!(all.iter().all(|(_, content)| content.is_err()), "{:?}", paths(&all));
        let mut deep = tarred("a", b'0', b"1");
        for _ in 0..10 {
            deep = tarred("t", b'0', &deep);
        }
        let all = unpacked(&deep, &Bounds::default());
        assert_eq!(all[0], ("case/t/t/t".to_owned(), Err(TOO_DEEP.to_owned())));
    }
}
