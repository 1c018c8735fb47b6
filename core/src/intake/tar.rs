//! tar archives, packed or not: each file in one is read as if it had been handed in, straight from the stream.

use super::Intake;
use super::source::{Bounded, Source};
use super::source::{DEEPEST, TOO_DEEP};
use crate::bounds::Bounds;
use diag_sdk::case::input::{HeldBy, Input};
use std::io::{self, Read, Take};
use std::rc::Rc;

/// Size of a header, and the unit that files are filled up to.
const BLOCK: usize = 512;
/// What is said of an archive in which nothing is.
pub(super) const WITHOUT_FILES: &str = "A tar archive without files";
/// Longest name that is read.
const LONGEST_NAME: u64 = 4_096;

/// A file that begins so is a tar archive: POSIX and GNU tar both write `ustar` into the first header.
pub(super) fn begins(prefix: &[u8]) -> bool {
    prefix.get(257..262) == Some(b"ustar")
}

/// What a header tells.
struct Header {
    name: String,
    size: u64,
    kind: u8,
}

impl Intake<'_, '_> {
    /// Takes the files of an archive. The archive itself becomes an input only where there is something to say of it.
    pub(super) fn take_tar(&mut self, mut input: Input, mut source: Source<'_>) {
        if self.depth >= DEEPEST {
            return self.refuse(input.path, TOO_DEEP.to_owned());
        }
        self.depth += 1;
        let before = self.evidence.inputs.len();
        let outer = input.path.clone();
        let most = Bounds::size(self.options.bounds.members);
        let read = each(&mut source, &mut |name, member| {
            if self.evidence.inputs.len() - before >= most {
                self.evidence.cross("members", self.options.bounds.members, None);
                return Err(not_whole(most));
            }
            let bounded = Bounded { inner: member, unpacking: Rc::clone(&self.unpacking) };
            let inner = Source::open(Box::new(bounded), &self.unpacking);
            self.take_source(format!("{outer}/{name}"), false, HeldBy::Publisher, inner);
            Ok(())
        });
        self.depth -= 1;
        let mut remark = read.err();
        self.report(&source);
        if remark.is_none() && self.evidence.inputs.len() == before {
            remark = Some(WITHOUT_FILES.to_owned());
        }
        if let Some(remark) = remark {
            input.id = self.next_id();
            input.notes.push(remark);
            self.evidence.inputs.push(input);
        }
    }
}

/// What is said of an archive that holds more files than are read.
pub(super) fn not_whole(read: usize) -> String {
    format!("A tar archive of which only the first {read} files were read")
}

/// Whoever takes the files of an archive: name and content; or says why not to go on.
type See<'s> = dyn FnMut(String, &mut Take<&mut Source<'_>>) -> Result<(), String> + 's;

/// Shows each file of an archive, name and content, until that says why not to go on. An error, in words for people,
/// where that came before the end.
pub(super) fn each(source: &mut Source<'_>, see: &mut See<'_>) -> Result<(), String> {
    let cannot =
        |error: io::Error| format!("A tar archive that cannot be read to its end ({error})");
    let mut long_name = None;
    while let Some(header) = header(source).map_err(cannot)? {
        let padding = header.size.next_multiple_of(BLOCK as u64) - header.size;
        let mut member = source.by_ref().take(header.size);
        match header.kind {
            b'L' | b'x' => long_name = name_of(&mut member, header.kind),
            b'0' | 0 | b'7' => {
                let name = long_name.take().unwrap_or(header.name);
                let own = name.rsplit('/').next().unwrap_or_default();
                // What macOS adds.
                if !own.starts_with("._") && own != ".DS_Store" {
                    see(name, &mut member)?;
                }
            }
            _ => long_name = None,
        }
        io::copy(&mut member, &mut io::sink())
            .and_then(|_| io::copy(&mut source.by_ref().take(padding), &mut io::sink()))
            .map_err(cannot)?;
    }
    Ok(())
}

/// The next header; none at the end.
fn header(source: &mut Source<'_>) -> io::Result<Option<Header>> {
    let mut block = [0; BLOCK];
    let mut filled = 0;
    while filled < BLOCK {
        match source.read(block.get_mut(filled..).unwrap_or_default())? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(io::Error::other("it is cut short")),
            read => filled += read,
        }
    }
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let field = |from: usize, to: usize| {
        let bytes = block.get(from..to).unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).trim().to_owned()
    };
    if block.get(257..262) != Some(b"ustar") {
        return Err(io::Error::other("a header is damaged"));
    }
    let size = number(block.get(124..136).unwrap_or_default())
        .ok_or_else(|| io::Error::other("a size is damaged"))?;
    // GNU tar keeps times where POSIX has the beginning of the name.
    let prefix = if block.get(262) == Some(&0) { field(345, 500) } else { String::new() };
    let name =
        if prefix.is_empty() { field(0, 100) } else { format!("{prefix}/{}", field(0, 100)) };
    Ok(Some(Header { name, size, kind: block.get(156).copied().unwrap_or_default() }))
}

/// A number in octal digits, or in binary where the first bit says so.
fn number(bytes: &[u8]) -> Option<u64> {
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        return bytes
            .iter()
            .skip(1)
            .try_fold(0_u64, |number, byte| Some(number.checked_mul(256)? + u64::from(*byte)));
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let digits =
        text.trim_matches(|character: char| character == '\0' || character.is_whitespace());
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// A name that did not fit into a header: the whole of a GNU member, the record `path` of a POSIX one.
fn name_of(member: &mut impl Read, kind: u8) -> Option<String> {
    let mut bytes = Vec::new();
    member.take(LONGEST_NAME).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if kind == b'L' {
        return Some(text.trim_end_matches('\0').to_owned());
    }
    text.lines().find_map(|record| record.split_once(" path=").map(|(_, path)| path.to_owned()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::{Options, Supplied, read};
    use super::BLOCK;
    use diag_sdk::case::input::{HeldBy, InputKind};
    use std::io::Write as _;

    pub(crate) fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = kind;
        block[257..263].copy_from_slice(b"ustar\0");
        block.extend_from_slice(content);
        block.resize(block.len().next_multiple_of(BLOCK), 0);
        block
    }

    fn taken(bytes: &[u8]) -> Vec<(String, InputKind, Vec<String>)> {
        let files = vec![Supplied {
            path: "case.tgz".into(),
            named: true,
            held_by: HeldBy::Publisher,
            reader: Box::new(bytes),
        }];
        let evidence = read(files, &Options::default(), &mut |_| {});
        evidence.inputs.into_iter().map(|input| (input.path, input.kind, input.notes)).collect()
    }

    #[test]
    fn each_file_becomes_an_input_packed_or_not() {
        let har = br#"{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://a.example/"}}]}}"#;
        let long = format!("{}.xml", "d".repeat(120));
        let mut archive = member("case/", b'5', b"");
        archive.extend(member("case/login.har", b'0', har));
        archive.extend(member("././@LongLink", b'L', long.as_bytes()));
        archive.extend(member("short", b'0', b"<EntityDescriptor/>"));
        archive.extend(member("case/._login.har", b'0', b"x"));
        archive.extend([0; 2 * BLOCK]);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&archive).unwrap();
        for bytes in [archive, encoder.finish().unwrap()] {
            let all = taken(&bytes);
            let kinds: Vec<(&str, InputKind)> =
                all.iter().map(|(path, kind, _)| (path.as_str(), *kind)).collect();
            let second = format!("case.tgz/{long}");
            assert_eq!(
                kinds,
                [
                    ("case.tgz/case/login.har", InputKind::Har),
                    (second.as_str(), InputKind::Metadata)
                ]
            );
        }
    }

    #[test]
    fn archives_in_archives_end() {
        let mut deep = member("a", b'0', b"1");
        for _ in 0..10 {
            deep = member("t", b'0', &deep);
        }
        let all = taken(&deep);
        let (path, _, notes) = &all[0];
        assert_eq!((path.as_str(), notes[0].as_str()), ("case.tgz/t/t/t", super::TOO_DEEP));
    }

    #[test]
    fn ruins_are_named() {
        let archive = member("login.har", b'0', &[b' '; 2_000]);
        let cut = taken(&archive[..600]);
        assert!(
            cut.iter().any(|(_, _, notes)| notes
                .iter()
                .any(|note| note.contains("cut") || note.contains("Empty"))),
            "{cut:?}"
        );
        let empty = taken(&[member("case/", b'5', b""), vec![0; BLOCK]].concat());
        assert!(empty[0].2[0].contains("without files"));
    }
}
