//! Where copies lie while they are made.

use std::io::{self, Read, Write};

/// Keeps copies by their numbers. Each is written once and given its end as often as that changes.
pub trait Shelf {
    /// Begins the next copy, numbered from 0, and hands out what writes it.
    ///
    /// # Errors
    /// Where nothing can be written.
    fn add(&mut self) -> io::Result<Box<dyn Write + '_>>;

    /// Puts this end after what was written of a copy, in place of an end before.
    ///
    /// # Errors
    /// Where nothing can be written, or there is no such copy.
    fn end(&mut self, number: usize, ending: &[u8]) -> io::Result<()>;

    /// The copy with its end, from its beginning.
    ///
    /// # Errors
    /// Where it cannot be read, or there is no such copy.
    fn open(&self, number: usize) -> io::Result<Box<dyn Read + '_>>;
}

/// Copies in memory.
#[derive(Debug, Default)]
pub struct InMemory {
    copies: Vec<Body>,
}

#[derive(Debug, Default)]
struct Body {
    bytes: Vec<u8>,
    /// Its length without the end.
    without_end: Option<usize>,
}

impl InMemory {
    /// The copies, in order.
    pub fn into_bytes(self) -> Vec<Vec<u8>> {
        self.copies.into_iter().map(|body| body.bytes).collect()
    }
}

impl Shelf for InMemory {
    fn add(&mut self) -> io::Result<Box<dyn Write + '_>> {
        self.copies.push(Body::default());
        let body = self.copies.last_mut().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(&mut body.bytes))
    }

    fn end(&mut self, number: usize, ending: &[u8]) -> io::Result<()> {
        let body = self.copies.get_mut(number).ok_or(io::ErrorKind::NotFound)?;
        let without_end = *body.without_end.get_or_insert(body.bytes.len());
        body.bytes.truncate(without_end);
        body.bytes.extend_from_slice(ending);
        Ok(())
    }

    fn open(&self, number: usize) -> io::Result<Box<dyn Read + '_>> {
        let body = self.copies.get(number).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(body.bytes.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_end_that_it_was_given_last() {
        let mut shelf = InMemory::default();
        shelf.add().and_then(|mut out| out.write_all(b"body")).expect("written");
        shelf.end(0, b" and a long end").expect("ended");
        shelf.end(0, b".").expect("ended anew");
        let mut text = String::new();
        shelf.open(0).expect("there").read_to_string(&mut text).expect("text");
        assert_eq!(text, "body.");
        assert!(shelf.end(1, b"").is_err() && shelf.open(1).is_err());
        assert_eq!(shelf.into_bytes(), [b"body.".to_vec()]);
    }
}
