//! Aggregates of any size, one entity at a time: what a federation publishes has a hundred megabytes, of which a
//! sign-in concerns two entities. Everything is counted; only what is wanted is kept, in its place: an entity that is
//! left out leaves an empty element and its line breaks behind, so that lines and ordinals stay those of the file.

use super::summary::Count;
use super::{MANY, Summary, Wanted};
use crate::bounds::{Bounds, Gauge};
use crate::saml::xml::{MAX_DEPTH, local_name};
use encoding_rs::{CoderResult, Decoder};
use jiff::Timestamp;
use memchr::{memchr_iter, memrchr};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{self, BufRead, Read};
use std::ops::Range;

/// Bytes between entities: tags of the groups around them. No aggregate comes near it; where one does, it is read up to
/// there and the input says so.
const MAX_AROUND: usize = 4 << 20;
/// Blanks that keep the column of what follows on the same line; a document of one line has no columns to speak of.
const MAX_INDENT: usize = 1024;
/// What stands where an entity was.
const GAP: &[u8] = b"<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>";
/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// An aggregate reduced to what is wanted of it.
#[derive(Debug, Default)]
pub struct Narrowed {
    /// The document in UTF-8, without what is not wanted and without the signature around all of it. It ends where
    /// reading had to end.
    pub text: String,
    /// What the whole document holds.
    pub summary: Summary,
    /// Why it could not be read to its end, where the text itself does not show that.
    pub failure: Option<String>,
    /// A signature stands around the entities; without them all it cannot be verified.
    pub signed: bool,
    /// Words of the bounds that were crossed.
    pub crossed: Vec<&'static str>,
}

/// Reads an aggregate from front to back. Memory grows with what is kept and with the number of lines, not with the
/// document. `now` tells which certificates are past their end. As long as there are few entities all are kept.
pub fn narrow(reader: impl Read, wanted: Wanted<'_>, now: Timestamp) -> Narrowed {
    narrow_within(reader, wanted, now, &Bounds::default())
}

/// The same within bounds.
pub(crate) fn narrow_within(
    reader: impl Read,
    wanted: Wanted<'_>,
    now: Timestamp,
    bounds: &Bounds,
) -> Narrowed {
    let count = Count::default();
    let most = Most {
        entities: Gauge::new(bounds.entities),
        entity: Bounds::size(bounds.entity),
        document: Bounds::size(bounds.document),
    };
    let mut walk = Walk {
        most,
        crossed: Vec::new(),
        crossed_early: Vec::new(),
        out: Vec::new(),
        early: Vec::new(),
        around: 0,
        kept: 0,
        entities: 0,
        wanted,
        count,
        signed: false,
    };
    let failure = walk.run(reader).err();
    Narrowed {
        text: String::from_utf8_lossy(&walk.out).into_owned(),
        summary: walk.count.sum(now),
        failure,
        signed: walk.signed,
        crossed: walk.crossed.into_iter().chain(walk.crossed_early).collect(),
    }
}

/// What the document holds; `None` where it is no aggregate of many entities.
pub fn summary(text: &str, now: Timestamp) -> Option<Summary> {
    if memchr::memmem::find_iter(text.as_bytes(), b"EntityDescriptor").take(2 * MANY).count()
        < 2 * MANY
    {
        return None;
    }
    let summary = narrow(text.as_bytes(), Some(&|_| false), now).summary;
    (summary.entities >= MANY).then_some(summary)
}

/// What is the most that is kept.
struct Most {
    entities: Gauge,
    /// Bytes of one entity; larger ones are counted and not read.
    entity: usize,
    /// Bytes of all entities that are kept.
    document: usize,
}

struct Walk<'w> {
    most: Most,
    /// Bounds that were crossed by what is wanted, and by what is only welcome while there is little.
    crossed: Vec<&'static str>,
    crossed_early: Vec<&'static str>,
    out: Vec<u8>,
    /// Entities nobody asked for, kept while there are few: where they stand, and what is left of them otherwise.
    early: Vec<(Range<usize>, Blank)>,
    around: usize,
    kept: usize,
    entities: usize,
    wanted: Wanted<'w>,
    count: Count,
    /// A signature stands around the entities.
    signed: bool,
}

impl Walk<'_> {
    fn run(&mut self, input: impl Read) -> Result<(), String> {
        let input = Decoding::new(input).map_err(|error| error.to_string())?;
        let mut reader = Reader::from_reader(Tape::new(input, self.most.entity));
        let (mut buffer, mut depth) = (Vec::new(), 0_usize);
        loop {
            buffer.clear();
            reader.get_mut().rewind();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(tag)) if is(&tag, "EntitiesDescriptor") => {
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return Err(format!(
                            "its groups are nested deeper than {MAX_DEPTH} levels"
                        ));
                    }
                    self.copy(reader.get_mut())?;
                }
                Ok(Event::Start(tag)) => {
                    let wanted = is(&tag, "EntityDescriptor").then(|| self.enter(&tag));
                    self.signed |= is(&tag, "Signature");
                    if !self.inside(&mut reader, &mut buffer)? {
                        return Ok(());
                    }
                    self.leave(wanted, reader.get_mut());
                }
                Ok(Event::Empty(tag)) => {
                    let wanted = is(&tag, "EntityDescriptor").then(|| self.enter(&tag));
                    self.leave(wanted, reader.get_mut());
                }
                Ok(Event::End(_)) => {
                    depth = depth.saturating_sub(1);
                    self.copy(reader.get_mut())?;
                }
                // The reader of metadata says what is wrong with it.
                Ok(Event::DocType(_)) => {
                    self.copy(reader.get_mut())?;
                    return Ok(());
                }
                Ok(Event::Text(text)) if text.iter().any(|byte| !byte.is_ascii_whitespace()) => {
                    self.copy(reader.get_mut())?;
                }
                Ok(Event::Eof) => return Ok(()),
                Ok(_) => self.blank(&reader.get_mut().blank()),
                Err(error) => return self.give_up(&error, reader.get_mut()),
            }
        }
    }

    /// Counts an entity; whether it is asked for.
    fn enter(&mut self, tag: &BytesStart<'_>) -> bool {
        self.entities += 1;
        if self.entities == MANY {
            self.forget();
        }
        self.count.entity();
        let id = tag
            .try_get_attribute("entityID")
            .ok()
            .flatten()
            .and_then(|attribute| attribute.unescape_value().ok().map(String::from));
        self.wanted.is_some_and(|wanted| wanted(id.as_deref().unwrap_or_default()))
    }

    /// Reads to the end of the element that just began; whether there was one.
    fn inside(
        &mut self,
        reader: &mut Reader<Tape<impl Read>>,
        buffer: &mut Vec<u8>,
    ) -> Result<bool, String> {
        let mut depth = 1_usize;
        while depth > 0 {
            buffer.clear();
            match reader.read_event_into(buffer) {
                Ok(Event::Start(tag)) => {
                    depth += 1;
                    self.count.begin(tag.local_name().as_ref());
                }
                Ok(Event::Empty(tag)) => self.count.begin_and_end(tag.local_name().as_ref()),
                Ok(Event::Text(text)) => self.count.text(&text),
                Ok(Event::End(_)) => {
                    depth -= 1;
                    self.count.end();
                }
                Ok(Event::Eof) => {
                    self.give_up_raw(reader.get_mut());
                    return Ok(false);
                }
                Ok(_) => {}
                Err(error) => return self.give_up(&error, reader.get_mut()).map(|()| false),
            }
        }
        Ok(true)
    }

    /// Keeps an element, or what is left of it.
    fn leave(&mut self, wanted: Option<bool>, tape: &mut Tape<impl Read>) {
        let blank = tape.blank();
        let Some(wanted) = wanted else { return self.blank(&blank) };
        let welcome = wanted || self.entities < MANY;
        let beyond = welcome.then(|| self.beyond(tape)).flatten();
        if let Some(word) = beyond {
            let crossed = if wanted { &mut self.crossed } else { &mut self.crossed_early };
            if !crossed.contains(&word) {
                crossed.push(word);
            }
        }
        if !welcome || beyond.is_some() {
            self.out.extend_from_slice(GAP);
            return self.blank(&blank);
        }
        let start = self.out.len();
        self.out.extend_from_slice(tape.recorded());
        self.kept += tape.recorded().len();
        if wanted {
            self.count.keep();
        } else {
            self.early.push((start..self.out.len(), blank));
        }
    }

    /// The bound that keeping this entity would cross.
    fn beyond(&self, tape: &Tape<impl Read>) -> Option<&'static str> {
        if tape.over {
            Some("entity")
        } else if self.kept + tape.recorded().len() > self.most.document {
            Some("document")
        } else if !self.most.entities.allows(self.count.kept()) {
            Some("entities")
        } else {
            None
        }
    }

    /// Drops what was only kept because there were few.
    fn forget(&mut self) {
        self.crossed_early.clear();
        let whole = std::mem::take(&mut self.out);
        let mut at = 0;
        for (range, blank) in std::mem::take(&mut self.early) {
            self.out.extend_from_slice(whole.get(at..range.start).unwrap_or_default());
            self.out.extend_from_slice(GAP);
            self.blank(&blank);
            self.kept = self.kept.saturating_sub(range.len());
            at = range.end;
        }
        self.out.extend_from_slice(whole.get(at..).unwrap_or_default());
    }

    fn blank(&mut self, blank: &Blank) {
        self.out.resize(self.out.len() + blank.lines, b'\n');
        self.out.resize(self.out.len() + blank.indent, b' ');
    }

    fn copy(&mut self, tape: &mut Tape<impl Read>) -> Result<(), String> {
        self.around += tape.recorded().len();
        if tape.over || self.around > MAX_AROUND {
            return Err(
                "what stands between its entities is longer than any aggregate needs".to_owned()
            );
        }
        self.out.extend_from_slice(tape.recorded());
        Ok(())
    }

    /// Leaves the text as it stands where it broke, so that whoever reads it sees the same.
    fn give_up(
        &mut self,
        error: &quick_xml::Error,
        tape: &mut Tape<impl Read>,
    ) -> Result<(), String> {
        self.give_up_raw(tape);
        match error {
            quick_xml::Error::Io(error) => Err(error.to_string()),
            _ => Ok(()),
        }
    }

    fn give_up_raw(&mut self, tape: &mut Tape<impl Read>) {
        self.out.extend_from_slice(tape.recorded());
    }
}

fn is(tag: &BytesStart<'_>, name: &str) -> bool {
    std::str::from_utf8(tag.name().as_ref()).is_ok_and(|own| local_name(own) == name)
}

/// What an element leaves behind: its line breaks, and blanks up to where the last line ended.
#[derive(Debug, Default, Clone, Copy)]
struct Blank {
    lines: usize,
    indent: usize,
}

/// A reader that remembers what was taken from it since it was last rewound, up to a bound.
struct Tape<R> {
    inner: R,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    recorded: Vec<u8>,
    /// Bytes that are remembered.
    most: usize,
    over: bool,
    lines: usize,
    /// Bytes after the last line break.
    column: usize,
    /// The last byte taken is the `<` that ends a text: quick-xml takes it with the text, yet it begins what follows.
    begun: bool,
}

impl<R: Read> Tape<R> {
    fn new(inner: R, most: usize) -> Self {
        Self {
            inner,
            most,
            buffer: vec![0; CHUNK],
            at: 0,
            end: 0,
            recorded: Vec::new(),
            over: false,
            lines: 0,
            column: 0,
            begun: false,
        }
    }

    fn rewind(&mut self) {
        self.recorded.clear();
        (self.over, self.lines, self.column) = (false, 0, 0);
        if self.begun {
            self.recorded.push(b'<');
            self.column = 1;
        }
    }

    /// What was taken, without the beginning of what follows.
    fn recorded(&self) -> &[u8] {
        let end =
            self.recorded.len() - usize::from(self.begun && self.recorded.last() == Some(&b'<'));
        self.recorded.get(..end).unwrap_or_default()
    }

    fn blank(&self) -> Blank {
        let column = self.column - usize::from(self.begun);
        let indent = if self.lines > 0 && column <= MAX_INDENT { column } else { 0 };
        Blank { lines: self.lines, indent }
    }
}

impl<R: Read> Read for Tape<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let taken = self.fill_buf()?.read(out)?;
        self.consume(taken);
        Ok(taken)
    }
}

impl<R: Read> BufRead for Tape<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.end {
            self.end = self.inner.read(&mut self.buffer)?;
            self.at = 0;
        }
        Ok(self.buffer.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        let taken = self.buffer.get(self.at..self.at + amount).unwrap_or_default();
        if self.recorded.len() + taken.len() <= self.most {
            self.recorded.extend_from_slice(taken);
        } else {
            self.over = true;
        }
        self.lines += memchr_iter(b'\n', taken).count();
        self.column =
            memrchr(b'\n', taken).map_or(self.column + taken.len(), |last| taken.len() - last - 1);
        self.begun = taken.last().map_or(self.begun, |last| *last == b'<');
        self.at += amount;
    }
}

/// Bytes of any encoding as UTF-8, told from the beginning as [`crate::saml::xml::decode_text`] does; without its
/// declaration, which no longer holds.
struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Raw bytes that wait to be decoded.
    waiting: Range<usize>,
    /// There are no more raw bytes.
    done: bool,
    /// The decoder has given everything; it must not be asked again.
    finished: bool,
}

impl<R: Read> Decoding<R> {
    fn new(mut inner: R) -> io::Result<Self> {
        let mut raw = Vec::with_capacity(CHUNK);
        inner.by_ref().take(CHUNK as u64).read_to_end(&mut raw)?;
        let charset = crate::saml::xml::charset_of(&raw);
        let waiting = 0..raw.len();
        Ok(Self {
            inner,
            decoder: charset.new_decoder_with_bom_removal(),
            raw,
            waiting,
            done: false,
            finished: false,
        })
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.finished {
            if self.waiting.is_empty() && !self.done {
                self.raw.resize(CHUNK, 0);
                let read = self.inner.read(&mut self.raw)?;
                self.waiting = 0..read;
                self.done = read == 0;
            }
            let bytes = self.raw.get(self.waiting.clone()).unwrap_or_default();
            let (result, taken, written, _) = self.decoder.decode_to_utf8(bytes, out, self.done);
            self.waiting.start += taken;
            self.finished = self.done && result == CoderResult::InputEmpty;
            if written > 0 || result == CoderResult::OutputFull {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    /// A federation's aggregate: every entity on lines of its own, a signature in front.
    fn aggregate(entities: usize) -> String {
        let mut text = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"\n  Name=\"all\">\n  <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo/></ds:Signature>\n",
        );
        for number in 0..entities {
            text.push_str("  <md:EntityDescriptor entityID=\"https://e");
            text.push_str(&number.to_string());
            text.push_str(".example\">\n    <md:IDPSSODescriptor>\n      <!-- <md:EntityDescriptor> -->\n    </md:IDPSSODescriptor>\n  </md:EntityDescriptor>\n");
        }
        text.push_str("</md:EntitiesDescriptor>\n");
        text
    }

    #[test]
    fn text_that_ends_within_a_character_ends_once() {
        let mut raw: Vec<u8> = "<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        raw.push(b'x');
        for most in [8, 64] {
            let (mut decoding, mut text) = (Decoding::new(raw.as_slice()).unwrap(), Vec::new());
            let mut out = vec![0; most];
            // Some readers ask on after the end.
            for _ in 0..20 {
                let read = decoding.read(&mut out).unwrap();
                text.extend_from_slice(&out[..read]);
            }
            assert_eq!(String::from_utf8_lossy(&text), "<a>é</a>\u{fffd}");
        }
    }

    fn line_of(text: &str, what: &str) -> Option<usize> {
        text.lines().position(|line| line.contains(what))
    }

    #[test]
    fn what_is_wanted_stays_where_it_stood() {
        let text = aggregate(300);
        let narrowed = narrow(
            text.as_bytes(),
            Some(&|id| id == "https://e120.example"),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(narrowed.failure, None);
        assert_eq!((narrowed.summary.entities, narrowed.summary.idps), (300, 300));
        assert_eq!(narrowed.text.matches("<md:EntityDescriptor entityID").count(), 1);
        assert_eq!(narrowed.text.matches("EntityDescriptor xmlns").count(), 299, "ordinals stay");
        assert!(!narrowed.text.contains("Signature"));
        assert_eq!(line_of(&narrowed.text, "e120.example"), line_of(&text, "e120.example"));
        assert_eq!(
            line_of(&narrowed.text, "</md:EntitiesDescriptor>"),
            line_of(&text, "</md:EntitiesDescriptor>")
        );
        let tree = crate::saml::xml::parse(&narrowed.text).expect("well-formed");
        assert_eq!(
            tree.document.root_element().children().filter(roxmltree::Node::is_element).count(),
            300
        );
    }

    #[test]
    fn few_entities_are_all_kept_and_many_none_unless_asked_for() {
        let few = narrow(aggregate(MANY - 1).as_bytes(), None, Timestamp::UNIX_EPOCH);
        assert_eq!(few.text.matches("entityID").count(), MANY - 1);
        let many = narrow(aggregate(MANY).as_bytes(), None, Timestamp::UNIX_EPOCH);
        assert_eq!(many.text.matches("entityID").count(), 0);
    }

    #[test]
    fn what_is_kept_does_not_grow_with_the_document() {
        let wanted: Wanted<'_> = Some(&|id| id == "https://e7.example");
        let kept = |entities: usize| {
            narrow(aggregate(entities).as_bytes(), wanted, Timestamp::UNIX_EPOCH).text.len()
        };
        let (one, ten) = (kept(1_000), kept(10_000));
        // An empty element and a few line breaks for each.
        assert!(ten - one < 9_000 * 100, "{one} {ten}");
    }

    #[test]
    fn every_encoding_is_read() {
        let text =
            aggregate(200).replace("UTF-8", "UTF-16").replace("Name=\"all\"", "Name=\"für alle\"");
        let wide: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let narrowed =
            narrow(wide.as_slice(), Some(&|id| id == "https://e3.example"), Timestamp::UNIX_EPOCH);
        assert!(narrowed.text.contains("für alle") && narrowed.text.contains("e3.example"));
        assert_eq!(narrowed.summary.entities, 200);
    }

    #[test]
    fn what_breaks_off_ends_where_it_broke() {
        let text = aggregate(300);
        for cut in [text.len() / 2, text.len() - 30, text.find("e150.example").expect("there") + 3]
        {
            let narrowed = narrow(
                &text.as_bytes()[..cut],
                Some(&|id| id == "https://e3.example"),
                Timestamp::UNIX_EPOCH,
            );
            assert!(crate::saml::xml::parse(&narrowed.text).is_err(), "{cut}");
            assert!(narrowed.text.contains("e3.example"));
        }
        let crossed = text.replacen("</md:EntityDescriptor>", "</md:Other>", 1);
        assert!(
            crate::saml::xml::parse(&narrow(crossed.as_bytes(), None, Timestamp::UNIX_EPOCH).text)
                .is_err()
        );
        let declared = text.replacen(
            "<md:EntitiesDescriptor",
            "<!DOCTYPE x [<!ENTITY a 'b'>]><md:EntitiesDescriptor",
            1,
        );
        assert!(
            narrow(declared.as_bytes(), None, Timestamp::UNIX_EPOCH).text.contains("<!DOCTYPE")
        );
    }

    #[test]
    fn hostile_surroundings_are_bounded() {
        let deep = "<EntitiesDescriptor>".repeat(1_000);
        assert!(
            narrow(deep.as_bytes(), None, Timestamp::UNIX_EPOCH)
                .failure
                .is_some_and(|failure| failure.contains("nested"))
        );
        let wide = format!(
            "<EntitiesDescriptor>{}",
            "<EntitiesDescriptor a='".to_owned() + &"x".repeat(MAX_AROUND) + "'>"
        );
        assert!(narrow(wide.as_bytes(), None, Timestamp::UNIX_EPOCH).failure.is_some());
        let large = format!(
            "<EntitiesDescriptor><EntityDescriptor entityID='a'>{}</EntityDescriptor></EntitiesDescriptor>",
            "x".repeat(16 << 20)
        );
        let narrowed = narrow(large.as_bytes(), None, Timestamp::UNIX_EPOCH);
        assert!(narrowed.text.len() < 1_000 && narrowed.summary.entities == 1);
        assert_eq!(narrowed.crossed, ["entity"]);
    }

    #[test]
    fn many_entities_are_counted_and_few_are_read() {
        let mut text =
            String::from("<md:EntitiesDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata'>");
        for number in 0..300 {
            let role = if number % 3 == 0 { "IDPSSODescriptor" } else { "SPSSODescriptor" };
            let _ = write!(
                text,
                "<md:EntityDescriptor entityID='https://e{number}.example'><md:{role}/><X509Certificate> A{} </X509Certificate></md:EntityDescriptor>",
                number % 2
            );
        }
        text.push_str("</md:EntitiesDescriptor>");
        let all = summary(&text, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((all.entities, all.idps, all.sps, all.certificates), (300, 100, 200, 2));
        assert!(all.sentence(0, None).contains("--entity"));
        assert!(
            all.sentence(0, Some("https://e.example"))
                .contains("none of them is `https://e.example`")
        );
        assert_eq!(summary("<EntityDescriptor/>", Timestamp::UNIX_EPOCH), None);
    }
}
