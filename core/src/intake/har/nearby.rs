//! Pages near a sign-in, told from those that people merely read. A page says why a sign-in failed shortly after it was
//! tried, and leads to it shortly before; of what somebody reads for hours in between nothing is needed but its address.

use std::collections::VecDeque;

/// Pages read after each sign of a sign-in however large they are.
const AFTER: usize = 4;
/// The most pages read after each sign, and from the beginning on.
const MOST_AFTER: usize = 24;
/// Pages before a sign that are read once it comes.
const BEFORE: usize = 4;
/// Pages that fail with 200 are short: those of up to this size are read wherever they stand …
const SHORT: usize = 16 << 10;
/// … until those of a whole capture come to this many times what is read after one sign.
const SHORT_PART: u64 = 2;

/// A page that waits for a sign-in to begin.
pub(super) struct Waiting {
    /// The exchange it belongs to.
    pub(super) exchange: usize,
    /// Its text as it stands in the capture: a JSON string with its quotes.
    pub(super) text: Vec<u8>,
}

/// What was read since a sign of a sign-in, and what was passed by since.
#[derive(Default)]
pub(super) struct Nearby {
    pages: usize,
    bytes: u64,
    short: u64,
    waiting: VecDeque<Waiting>,
    due: bool,
    /// Pages that were not looked at.
    pub(super) passed: u64,
}

impl Nearby {
    /// Something that belongs to a sign-in: pages are near again, those just before as well.
    pub(super) fn anew(&mut self) {
        self.pages = 0;
        self.bytes = 0;
        self.due = true;
    }

    /// Whether a page of that size is read, where so many bytes are after each sign.
    pub(super) fn takes(&mut self, size: usize, most: u64) -> bool {
        let size_read = size as u64;
        if self.pages < AFTER || self.pages < MOST_AFTER && self.bytes + size_read <= most {
            self.pages += 1;
            self.bytes += size_read;
            return true;
        }
        let short = size <= SHORT && self.short + size_read <= most * SHORT_PART;
        if short {
            self.short += size_read;
        }
        short
    }

    /// Keeps a page in case a sign-in follows; the one that waited longest is passed by.
    pub(super) fn put_off(&mut self, page: Waiting) {
        if self.waiting.len() == BEFORE {
            self.waiting.pop_front();
            self.passed += 1;
        }
        self.waiting.push_back(page);
    }

    /// The pages a sign-in followed.
    pub(super) fn due(&mut self) -> impl Iterator<Item = Waiting> + use<> {
        let due = if std::mem::take(&mut self.due) {
            std::mem::take(&mut self.waiting)
        } else {
            VecDeque::new()
        };
        due.into_iter()
    }

    /// The capture ended: what still waits is passed by.
    pub(super) fn end(&mut self) {
        self.passed += self.waiting.len() as u64;
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(exchange: usize) -> Waiting {
        Waiting { exchange, text: Vec::new() }
    }

    #[test]
    fn pages_are_near_until_enough_were_read() {
        let mut nearby = Nearby::default();
        let read = (0..40).filter(|_| nearby.takes(100 << 10, 1 << 20)).count();
        assert_eq!(read, 10);
        nearby.anew();
        assert_eq!((0..40).filter(|_| nearby.takes(1 << 20, 1 << 20)).count(), AFTER);
        assert!(nearby.takes(SHORT, 1 << 20) && !nearby.takes(SHORT + 1, 1 << 20));
        assert_eq!((0..1_000).filter(|_| nearby.takes(SHORT, 1 << 20)).count(), 127);
    }

    #[test]
    fn the_last_pages_before_a_sign_in_are_read_after_all() {
        let mut nearby = Nearby::default();
        (0..10).for_each(|number| nearby.put_off(page(number)));
        assert_eq!((nearby.due().count(), nearby.passed), (0, 6));
        nearby.anew();
        assert_eq!(nearby.due().map(|page| page.exchange).collect::<Vec<_>>(), [6, 7, 8, 9]);
        nearby.put_off(page(11));
        assert_eq!(nearby.due().count(), 0);
        nearby.end();
        assert_eq!(nearby.passed, 7);
    }
}
