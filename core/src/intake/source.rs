//! One file as a stream: its beginning to look at, unpacked where it is gzip, with its bytes counted.

use crate::bounds;
use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Archives in one another that are opened.
pub(super) const DEEPEST: usize = 3;
/// What is said of those beyond.
pub(super) const TOO_DEEP: &str =
    "An archive in an archive in an archive: unpack it and give the files in it";

/// As much of a file's beginning as recognition may look at.
const PREFIX: usize = 64 << 10;

/// Layers of gzip that are undone; more than two is nobody's export.
const LAYERS: usize = 2;

/// A file that can be looked at before it is read.
pub(super) struct Source<'a> {
    prefix: Vec<u8>,
    served: usize,
    rest: Box<dyn Read + 'a>,
    count: Rc<Cell<u64>>,
    layers: usize,
    failure: Option<io::Error>,
}

impl<'a> Source<'a> {
    /// Opens a file, unpacking gzip as far as may still be unpacked.
    pub(super) fn open(reader: Box<dyn Read + 'a>, unpacking: &Rc<Unpacking>) -> Self {
        let count = Rc::new(Cell::new(0));
        let mut rest: Box<dyn Read + 'a> =
            Box::new(Counting { inner: reader, count: Rc::clone(&count) });
        let mut layers = 0;
        let (mut prefix, mut failure) = peek(&mut rest);
        while layers < LAYERS && prefix.starts_with(&[0x1f, 0x8b, 8]) && failure.is_none() {
            layers += 1;
            let packed = io::Cursor::new(std::mem::take(&mut prefix)).chain(rest);
            rest = Box::new(Bounded {
                inner: MultiGzDecoder::new(packed),
                unpacking: Rc::clone(unpacking),
            });
            (prefix, failure) = peek(&mut rest);
        }
        Self { prefix, served: 0, rest, count, layers, failure }
    }

    /// The beginning of the (unpacked) content.
    pub(super) fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// Bytes taken from the file itself so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.count.get()
    }

    /// A counter of the same that outlives the source's move into a reader.
    pub(super) fn counter(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.count)
    }

    /// What people should know about how it was packed.
    pub(super) fn note(&self) -> Option<String> {
        (self.layers > 0).then(|| "Unpacked from gzip".to_owned())
    }

    /// Everything, or nothing where it is more than `limit`.
    pub(super) fn read_whole(&mut self, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        self.by_ref().take(bound).read_to_end(&mut bytes)?;
        Ok((bytes.len() <= limit).then_some(bytes))
    }
}

impl Read for Source<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let waiting = self.prefix.get(self.served..).unwrap_or_default();
        if !waiting.is_empty() {
            let taken = waiting.len().min(out.len());
            let (Some(to), Some(from)) = (out.get_mut(..taken), waiting.get(..taken)) else {
                return Ok(0);
            };
            to.copy_from_slice(from);
            self.served += taken;
            return Ok(taken);
        }
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => self.rest.read(out),
        }
    }
}

/// The first bytes, and the failure that cut them short.
fn peek(reader: &mut dyn Read) -> (Vec<u8>, Option<io::Error>) {
    let mut prefix = Vec::with_capacity(PREFIX);
    let failure = reader.take(PREFIX as u64).read_to_end(&mut prefix).err();
    (prefix, failure)
}

struct Counting<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// What may still be unpacked, over all files of a run: one archive may hold others.
#[derive(Debug)]
pub(super) struct Unpacking {
    left: Cell<u64>,
    limit: u64,
    crossed: Cell<bool>,
}

impl Unpacking {
    /// So many bytes and no more.
    pub(super) fn of(limit: u64) -> Rc<Self> {
        Rc::new(Self { left: Cell::new(limit), limit, crossed: Cell::new(false) })
    }

    /// More was packed than that.
    pub(super) fn crossed(&self) -> bool {
        self.crossed.get()
    }

    fn take(&self, bytes: u64) -> io::Result<()> {
        if let Some(left) = self.left.get().checked_sub(bytes) {
            self.left.set(left);
            return Ok(());
        }
        self.crossed.set(true);
        let shown =
            bounds::named("unpacked").map(|bound| bound.shown(self.limit)).unwrap_or_default();
        Err(io::Error::other(format!("everything unpacked together is more than {shown}")))
    }
}

/// Ends with a failure, not silently, once more came out than may be unpacked.
pub(super) struct Bounded<R> {
    pub(super) inner: R,
    pub(super) unpacking: Rc<Unpacking>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.unpacking.take(read as u64)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_undone_within_its_bound() {
        let plain = vec![b'x'; 200_000];
        let packed = gzip(&gzip(&plain));
        let mut source = Source::open(Box::new(packed.as_slice()), &Unpacking::of(1 << 20));
        assert_eq!(source.read_whole(1 << 20).unwrap().unwrap(), plain);
        assert!(source.note().is_some());

        let packed = gzip(&plain);
        let mut source = Source::open(Box::new(packed.as_slice()), &Unpacking::of(100_000));
        assert!(source.read_whole(1 << 20).unwrap_err().to_string().contains("unpacked"));
    }

    #[test]
    fn a_limit_is_a_limit() {
        let mut source = Source::open(Box::new(&b"12345"[..]), &Unpacking::of(0));
        assert_eq!(source.read_whole(5).unwrap().unwrap(), b"12345");
        let mut source = Source::open(Box::new(&b"123456"[..]), &Unpacking::of(0));
        assert!(source.read_whole(5).unwrap().is_none());
    }
}
