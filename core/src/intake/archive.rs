//! ZIP archives: what people attach to tickets. Each file in one is read as if it had been handed in.

use super::Intake;
use super::recognise::{self, Look};
use super::saz;
use super::source::{Bounded, Source, Unpacking};
use crate::bounds::Bounds;
use diag_sdk::case::input::{HeldBy, Input};
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};
use std::collections::BTreeMap;
use std::io::Read;
use std::rc::Rc;

/// Bytes an archive may have packed: it has to be in memory, since its directory stands at its end.
const MAX_PACKED: usize = 512 << 20;

/// What is said of an archive in another.
pub(super) const ZIP_IN_ZIP: &str =
    "A ZIP archive inside another: unpack it and give the files in it";

/// An archive, what is in it, and whether that is all.
type Listed = (ZipSliceArchive<Vec<u8>>, Vec<Member>, bool);

/// A file in an archive.
pub(super) struct Member {
    pub(super) name: String,
    method: CompressionMethod,
    encrypted: bool,
    way: ZipArchiveEntryWayfinder,
}

impl Intake<'_, '_> {
    /// Takes the files of an archive. The archive itself becomes an input only where there is something to say of it.
    pub(super) fn take_archive(&mut self, mut input: Input, mut source: Source<'_>) {
        let listed = listed(&mut source, Bounds::size(self.options.bounds.members));
        self.report(&source);
        let note = match listed {
            Err(why) => Some(why),
            Ok((archive, members, whole)) => {
                if is_fiddler(&members) {
                    return self.take_fiddler(input, &archive, &members);
                }
                if let Some(what) = other_use(&members) {
                    Some(recognise::none_of_ours(what))
                } else {
                    for member in &members {
                        self.take_member(&archive, member, &input.path);
                    }
                    if !whole {
                        self.evidence.cross("members", self.options.bounds.members, None);
                    }
                    (!whole).then(|| not_whole(members.len()))
                }
            }
        };
        if let Some(note) = note {
            input.id = self.next_id();
            input.notes.push(note);
            self.evidence.inputs.push(input);
        }
    }

    /// Takes one file.
    fn take_member(&mut self, archive: &ZipSliceArchive<Vec<u8>>, member: &Member, outer: &str) {
        let path = format!("{outer}/{}", member.name);
        let unpacked = match opened(archive, member) {
            Ok(unpacked) => unpacked,
            Err(why) => return self.refuse(path, why),
        };
        let source = Source::open(
            Box::new(Bounded { inner: unpacked, unpacking: Rc::clone(&self.unpacking) }),
            &self.unpacking,
        );
        if recognise::at_first_sight(source.prefix()) == Look::Zip {
            return self.refuse(path, ZIP_IN_ZIP.to_owned());
        }
        self.take_source(path, false, HeldBy::Publisher, source);
    }

    /// Takes Fiddler's archive: its sessions as one capture.
    fn take_fiddler(
        &mut self,
        mut input: Input,
        archive: &ZipSliceArchive<Vec<u8>>,
        members: &[Member],
    ) {
        let (sessions, notes) = sessions(archive, members, &self.unpacking);
        input.notes.extend(notes);
        input.id = self.next_id();
        self.take_capture_text(&mut input, &saz::as_har(&sessions));
        self.evidence.inputs.push(input);
    }

    pub(super) fn refuse(&mut self, path: String, why: String) {
        let input = Input { id: self.next_id(), path, notes: vec![why], ..Input::default() };
        self.evidence.inputs.push(input);
    }
}

/// An archive with its files, at most `limit`, and whether those are all. An error, in words for people, where there
/// are none.
pub(super) fn listed(source: &mut Source<'_>, limit: usize) -> Result<Listed, String> {
    let archive = match source.read_whole(MAX_PACKED) {
        Ok(Some(bytes)) => ZipArchive::from_slice(bytes).map_err(|error| error.to_string()),
        Ok(None) => Err(format!("larger than {} MiB", MAX_PACKED >> 20)),
        Err(error) => Err(error.to_string()),
    };
    match archive.and_then(|archive| members(&archive, limit).map(|members| (archive, members))) {
        Err(why) => Err(format!(
            "A ZIP archive that cannot be read ({why}): unpack it and give the files in it"
        )),
        Ok((_, (members, _))) if members.is_empty() => {
            Err("A ZIP archive without files".to_owned())
        }
        Ok((archive, (members, whole))) => Ok((archive, members, whole)),
    }
}

/// What is said of an archive that holds more files than are read.
pub(super) fn not_whole(read: usize) -> String {
    format!("A ZIP archive of which only the first {read} files could be read")
}

/// A file of an archive, unpacked while it is read. An error, in words for people, where that is not possible.
pub(super) fn opened<'a>(
    archive: &'a ZipSliceArchive<Vec<u8>>,
    member: &Member,
) -> Result<Box<dyn Read + 'a>, String> {
    let entry = archive.get_entry(member.way).map_err(|error| {
        format!("Cannot be unpacked ({error}): unpack the archive and give the file")
    })?;
    match member.method {
        _ if member.encrypted => {
            Err("Encrypted in its archive: unpack it with its password and give the file"
                .to_owned())
        }
        CompressionMethod::STORE => Ok(Box::new(entry.verifying_reader(entry.data()))),
        CompressionMethod::DEFLATE => {
            Ok(Box::new(entry.verifying_reader(DeflateDecoder::new(entry.data()))))
        }
        _ => Err("Packed in a way that is not supported: unpack the archive and give the file"
            .to_owned()),
    }
}

/// Whether it is Fiddler's archive, with sessions in it.
pub(super) fn is_fiddler(members: &[Member]) -> bool {
    members.iter().any(|member| saz::part(&member.name).is_some())
        && members.iter().any(|member| member.name == "[Content_Types].xml")
}

/// The sessions of Fiddler's archive, with remarks on those that cannot be read.
pub(super) fn sessions(
    archive: &ZipSliceArchive<Vec<u8>>,
    members: &[Member],
    unpacking: &Rc<Unpacking>,
) -> (BTreeMap<u32, saz::Session>, Vec<String>) {
    let mut sessions: BTreeMap<u32, saz::Session> = BTreeMap::new();
    let mut notes = Vec::new();
    for member in members {
        let Some((number, part)) = saz::part(&member.name) else { continue };
        let Ok(entry) = archive.get_entry(member.way).map_err(|error| error.to_string()) else {
            continue;
        };
        let unpacked: Box<dyn Read + '_> = match member.method {
            CompressionMethod::STORE if !member.encrypted => Box::new(entry.data()),
            CompressionMethod::DEFLATE if !member.encrypted => {
                Box::new(DeflateDecoder::new(entry.data()))
            }
            _ => {
                notes.push("Encrypted: save it without a password".to_owned());
                break;
            }
        };
        let mut bytes = Vec::new();
        if (Bounded { inner: unpacked, unpacking: Rc::clone(unpacking) })
            .read_to_end(&mut bytes)
            .is_err()
        {
            notes.push(format!(
                "{} cannot be unpacked: the sessions from there on are left out",
                member.name
            ));
            break;
        }
        let session = sessions.entry(number).or_default();
        match part {
            'c' => session.request = bytes,
            's' => session.answer = bytes,
            _ => session.facts = String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
    (sessions, notes)
}

/// The files of an archive, at most `limit`, and whether those are all.
fn members(
    archive: &ZipSliceArchive<Vec<u8>>,
    limit: usize,
) -> Result<(Vec<Member>, bool), String> {
    let mut members = Vec::new();
    let mut entries = archive.entries();
    loop {
        let entry = match entries.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok((members, true)),
            Err(error) if members.is_empty() => return Err(error.to_string()),
            Err(_) => return Ok((members, false)),
        };
        if members.len() >= limit {
            return Ok((members, false));
        }
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        // Folders, and what macOS adds.
        if entry.is_dir()
            || name.starts_with("__MACOSX/")
            || name.rsplit('/').next() == Some(".DS_Store")
        {
            continue;
        }
        members.push(Member {
            name,
            method: entry.compression_method(),
            encrypted: entry.flags().is_encrypted(),
            way: entry.wayfinder(),
        });
    }
}

/// File formats that are ZIP archives for other purposes.
pub(super) fn other_use(members: &[Member]) -> Option<&'static str> {
    let holds = |name: &str| members.iter().any(|member| member.name == name);
    if holds("[Content_Types].xml") && holds("_index.htm") {
        Some("A Fiddler archive (SAZ) without sessions")
    } else if holds("[Content_Types].xml") {
        Some("An Office document")
    } else if holds("META-INF/MANIFEST.MF") {
        Some("A Java archive")
    } else {
        None
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::{Options, Supplied, read};
    use crate::bounds::Bounds;
    use crate::evidence::Evidence;
    use diag_sdk::case::input::{HeldBy, InputKind};
    use std::io::Write as _;

    pub(crate) fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
        for (name, bytes) in files {
            let (mut entry, config) = archive
                .new_file(name)
                .compression_method(rawzip::CompressionMethod::DEFLATE)
                .start()
                .unwrap();
            let mut writer = config
                .wrap(flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast()));
            writer.write_all(bytes).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap()
    }

    fn taken(bytes: &[u8], options: &Options) -> Evidence {
        let files = vec![Supplied {
            path: "case.zip".into(),
            named: true,
            held_by: HeldBy::Publisher,
            reader: Box::new(bytes),
        }];
        read(files, options, &mut |_| {})
    }

    #[test]
    fn each_file_becomes_an_input() {
        let bytes = packed(&[
            ("a/login.har", br#"{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"https://a.example/"}}]}}"#),
            ("__MACOSX/._login.har", b"x"),
            ("idp.xml", b"<EntityDescriptor/>"),
            ("inner.zip", &packed(&[("x", b"y")])),
        ]);
        let evidence = taken(&bytes, &Options::default());
        let kinds: Vec<(&str, InputKind)> =
            evidence.inputs.iter().map(|input| (input.path.as_str(), input.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("case.zip/a/login.har", InputKind::Har),
                ("case.zip/idp.xml", InputKind::Metadata),
                ("case.zip/inner.zip", InputKind::Unrecognised)
            ]
        );
        assert_eq!(
            evidence.inputs.iter().map(|input| input.id.as_str()).collect::<Vec<_>>(),
            ["i1", "i2", "i3"]
        );
        assert_eq!(evidence.exchanges[0].place.input, "i1");
    }

    #[test]
    fn bombs_and_ruins_are_named() {
        let bytes = packed(&[("zeros", &vec![b'x'; 4 << 20])]);
        let bounds = Bounds { unpacked: 1 << 20, ..Bounds::default() };
        let evidence = taken(&bytes, &Options { bounds, ..Options::default() });
        assert!(evidence.inputs[0].notes[0].contains("more than 1 MiB"), "{:?}", evidence.inputs);
        assert_eq!(evidence.crossed[0].bound, "unpacked");
        let evidence = taken(&bytes[..bytes.len() / 2], &Options::default());
        assert!(evidence.inputs[0].notes[0].contains("cannot be read"));
        let evidence = taken(
            &packed(&[("[Content_Types].xml", b""), ("_index.htm", b"")]),
            &Options::default(),
        );
        assert!(evidence.inputs[0].notes[0].contains("Fiddler"));
        let session = b"GET https://sp.example/ HTTP/1.1\r\n\r\n";
        let evidence = taken(
            &packed(&[("[Content_Types].xml", b""), ("raw/1_c.txt", session)]),
            &Options::default(),
        );
        assert_eq!(
            (evidence.inputs[0].kind, evidence.exchanges[0].url.as_str()),
            (InputKind::Har, "https://sp.example/")
        );
        assert_eq!(taken(&packed(&[]), &Options::default()).inputs.len(), 1);
    }
}
