//! Aggregates of metadata: small ones are documents as any other, large ones are left unread until it is known who
//! takes part. Which entities are meant is told by captures and exports, and those may come later.

use super::source::Source;
use super::{Intake, Supplied};
use crate::bounds::{self, Bounds};
use diag_sdk::case::input::{HeldBy, Input, InputKind};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{self, Cursor, Read, Write as _};

/// Bytes up to which an aggregate is read as any document; a larger one is left for when it is known who takes part.
const LIKE_ANY: usize = 16 << 20;

/// An aggregate that was recognised and not read yet.
pub struct Unread<'a> {
    /// Id of its input.
    pub input: String,
    /// Whose copy it is.
    pub held_by: HeldBy,
    /// All of its bytes, from the first.
    pub reader: Box<dyn Read + 'a>,
}

/// What stands at the beginning of an aggregate, and whether more follows.
enum Begun {
    Whole(Vec<u8>),
    Begins(Vec<u8>),
}

impl<'a> Intake<'_, 'a> {
    /// Takes an aggregate that may stay open until the others are read.
    pub(super) fn take_aggregate(&mut self, supplied: Supplied<'a>, mut source: Source<'a>) {
        let mut input = Input {
            id: self.next_id(),
            path: supplied.path,
            named: supplied.named,
            ..Input::default()
        };
        match begin(&mut source, LIKE_ANY) {
            Ok(Begun::Whole(bytes)) => {
                input.notes.extend(source.note());
                self.keep(&mut input, InputKind::Metadata, supplied.held_by, bytes);
            }
            Ok(Begun::Begins(bytes)) => {
                input.notes.extend(source.note());
                input.kind = InputKind::Metadata;
                let reader = Box::new(Cursor::new(bytes).chain(source));
                self.unread.push(Unread {
                    input: input.id.clone(),
                    held_by: supplied.held_by,
                    reader,
                });
            }
            Err(error) => input.notes.push(format!("Could not be read: {error}")),
        }
        self.evidence.inputs.push(input);
    }

    /// Takes an aggregate out of an archive, which goes on after it: a large one waits in memory, packed.
    pub(super) fn take_packed_aggregate(&mut self, input: &mut Input, source: &mut Source<'_>) {
        let most = self.options.bounds.aggregate;
        let kept = begin(source, LIKE_ANY.min(Bounds::size(most))).and_then(|begun| match begun {
            Begun::Whole(bytes) => Ok(Ok(bytes)),
            Begun::Begins(bytes) => pack(&bytes, source, most).map(Err),
        });
        self.report(source);
        match kept {
            Ok(Ok(bytes)) => {
                input.notes.extend(source.note());
                self.keep(input, InputKind::Metadata, HeldBy::Publisher, bytes);
            }
            Ok(Err(Some(packed))) => {
                input.notes.extend(source.note());
                input.kind = InputKind::Metadata;
                let reader = Box::new(DeflateDecoder::new(Cursor::new(packed)));
                self.unread.push(Unread {
                    input: input.id.clone(),
                    held_by: HeldBy::Publisher,
                    reader,
                });
            }
            Ok(Err(None)) => {
                let shown =
                    bounds::named("aggregate").map(|bound| bound.shown(most)).unwrap_or_default();
                input.notes.push(format!("Larger than {shown} in its archive: not used; unpack the archive and give the file"));
                self.evidence.cross("aggregate", most, Some(&input.id));
            }
            Err(error) => input.notes.push(format!("Could not be read: {error}")),
        }
    }
}

/// What began so and all that follows it, packed; nothing where it is more than `most` bytes together.
fn pack(begun: &[u8], source: &mut Source<'_>, most: u64) -> io::Result<Option<Vec<u8>>> {
    let left = most.saturating_sub(begun.len() as u64);
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(begun)?;
    let more = io::copy(&mut source.by_ref().take(left.saturating_add(1)), &mut packer)?;
    Ok(if more > left { None } else { Some(packer.finish()?) })
}

fn begin(source: &mut Source<'_>, limit: usize) -> io::Result<Begun> {
    let mut bytes = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    source.by_ref().take(bound).read_to_end(&mut bytes)?;
    Ok(if bytes.len() <= limit { Begun::Whole(bytes) } else { Begun::Begins(bytes) })
}
