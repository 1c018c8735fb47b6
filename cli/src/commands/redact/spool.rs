//! What is unpacked of archives, while copies are made: in a file without a name, which is gone with the run, however that
//! ends.

use super::original_of;
use crate::files::File;
use diag_core::bounds::Bounds;
use diag_core::copies::{Opened, Refusal, Unpacked, unpack};
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

/// The files of the case, archives among them unpacked.
pub(super) fn unpacked(files: &[File]) -> Result<Unpacked<'_>, Refusal> {
    let mut spool = None;
    unpack(files.iter().map(original_of).collect(), &Bounds::default(), &mut |content| {
        let spool = match &mut spool {
            Some(spool) => spool,
            none => none.insert(Spool::new()?),
        };
        spool.keep(content)
    })
}

struct Spool {
    file: Arc<Mutex<fs::File>>,
    length: u64,
}

impl Spool {
    fn new() -> io::Result<Self> {
        Ok(Self { file: Arc::new(Mutex::new(tempfile::tempfile()?)), length: 0 })
    }

    fn keep<'a>(&mut self, content: &mut dyn Read) -> io::Result<(Opened<'a>, u64)> {
        let begins = self.length;
        let size = {
            let mut file = self.file.lock().map_err(|_| io::ErrorKind::Other)?;
            file.seek(SeekFrom::Start(begins))?;
            io::copy(content, &mut *file)?
        };
        self.length += size;
        let (file, ends) = (Arc::clone(&self.file), self.length);
        let open = move || -> Box<dyn Read> {
            Box::new(Part { file: Arc::clone(&file), at: begins, ends })
        };
        Ok((Box::new(open), size))
    }
}

/// One content, read on its own however many are read at a time.
struct Part {
    file: Arc<Mutex<fs::File>>,
    at: u64,
    ends: u64,
}

impl Read for Part {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().map_err(|_| io::ErrorKind::Other)?;
        file.seek(SeekFrom::Start(self.at))?;
        let read = (&mut *file).take(self.ends.saturating_sub(self.at)).read(out)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_read_each_on_its_own() {
        let mut spool = Spool::new().expect("a file");
        let kept: Vec<_> = ["first", "", "second"]
            .map(|text| spool.keep(&mut text.as_bytes()).expect("kept"))
            .into_iter()
            .collect();
        assert_eq!(kept.iter().map(|(_, size)| *size).collect::<Vec<_>>(), [5, 0, 6]);
        let mut readers: Vec<_> = kept.iter().map(|(open, _)| open()).collect();
        let mut letters = String::new();
        for _ in 0..6 {
            for reader in &mut readers {
                let mut one = [0];
                if reader.read(&mut one).expect("read") == 1 {
                    letters.push(char::from(one[0]));
                }
            }
        }
        assert_eq!(letters, "fsiercsotnd");
        let mut again = String::new();
        kept[2].0().read_to_string(&mut again).expect("read again");
        assert_eq!(again, "second");
    }
}
