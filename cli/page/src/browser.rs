//! The border to the browser: what the page calls, and what it lends.
//!
//! Five functions come from the page's worker and three go to it, all over numbers, so that no glue has to be
//! generated and the page needs no other policy than to compile WebAssembly. The only unsafe code of this crate.

#![expect(
    unsafe_code,
    reason = "calls into and out of WebAssembly pass addresses; each place says why it holds"
)]

use crate::answer::{self, Answer};
use crate::bundle::{self, Saved};
use crate::question::Question;
use std::cell::RefCell;
use std::io::{self, Read};
use std::panic;

/// Bytes asked of the browser at a time.
const PIECE: usize = 1 << 20;

#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// Fills memory from the browser's own source of random numbers.
    fn random(to: *mut u8, length: usize);
    /// Reads a piece of a file into memory: the number of bytes read, negative where the browser refuses.
    fn read(file: u32, offset: f64, to: *mut u8, length: usize) -> i32;
    /// Tells how many bytes were read so far, and how many entries of captures.
    fn progress(bytes: f64, entries: f64);
    /// Hands over a part of the answer; its number stands in [`Part`].
    fn part(number: u32, from: *const u8, length: usize);
    /// Hands over the last words before everything stops.
    fn panicked(from: *const u8, length: usize);
}

/// Parts of an answer, as the worker numbers them.
#[derive(Debug, Clone, Copy)]
enum Part {
    Summary = 0,
    Html = 1,
    Json = 2,
    Refused = 3,
    Archive = 4,
    Receipt = 5,
}

thread_local! {
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a question of so many bytes, and says where.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        *room = vec![0; length];
        room.as_mut_ptr()
    })
}

/// Answers the question that lies in the room.
#[unsafe(no_mangle)]
extern "C" fn ask() {
    panic::set_hook(Box::new(|words| {
        let words = words.to_string();
        // SAFETY: the text lives until the call returns, and the page only reads it.
        unsafe { panicked(words.as_ptr(), words.len()) };
    }));
    let question: Result<Question, _> = ROOM.with_borrow(|room| serde_json::from_slice(room));
    let done = question
        .map_err(|error| format!("the page asked what nobody understands: {error}"))
        .and_then(|question| answered(&question));
    if let Err(why) = done {
        hand_over(Part::Refused, why.as_bytes());
    }
}

/// Hands over what was asked for: a report, or copies.
fn answered(question: &Question) -> Result<(), String> {
    let open = |file| Box::new(BrowserFile { file, offset: 0.0 }) as Box<dyn Read>;
    // SAFETY: only numbers are passed.
    let mut told = |bytes, entries| unsafe { progress(bytes as f64, entries as f64) };
    if let Some(copies) = question.copies {
        let mut key = [0; 32];
        // SAFETY: the page fills exactly the bytes of this array.
        unsafe { random(key.as_mut_ptr(), key.len()) };
        let Saved { archive, receipt } = bundle::bundle(question, copies, key, &open, &mut told)?;
        hand_over(Part::Archive, &archive);
        hand_over(Part::Receipt, receipt.as_bytes());
        return Ok(());
    }
    let Answer { summary, html, json } = answer::answer(question, &open, &mut told)?;
    hand_over(Part::Html, html.as_bytes());
    hand_over(Part::Json, json.as_bytes());
    hand_over(Part::Summary, summary.to_json().as_bytes());
    Ok(())
}

fn hand_over(number: Part, bytes: &[u8]) {
    // SAFETY: the bytes live until the call returns, and the page only reads them.
    unsafe { part(number as u32, bytes.as_ptr(), bytes.len()) };
}

/// A file that the browser reads from where it lies; nobody holds it whole.
struct BrowserFile {
    file: u32,
    offset: f64,
}

impl Read for BrowserFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(PIECE);
        // SAFETY: the page writes at most `length` bytes, which the buffer has.
        let read = unsafe { read(self.file, self.offset, buffer.as_mut_ptr(), length) };
        let read = usize::try_from(read).map_err(|_| {
            io::Error::other("the browser does not hand the file out; choose it once more")
        })?;
        self.offset += read as f64;
        Ok(read.min(length))
    }
}

fn fill(bytes: &mut [u8]) -> Result<(), getrandom_02::Error> {
    // SAFETY: the page fills exactly the bytes of this slice.
    unsafe { random(bytes.as_mut_ptr(), bytes.len()) };
    Ok(())
}

getrandom_02::register_custom_getrandom!(fill);

/// The same for the newer line, which looks for a function of this very name.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    to: *mut u8,
    length: usize,
) -> Result<(), getrandom_04::Error> {
    // SAFETY: whoever calls promises so many writable bytes.
    unsafe { random(to, length) };
    Ok(())
}
