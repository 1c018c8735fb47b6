//! Runs of characters up to one that ends them, looked through once however many places in one run are asked about.

use crate::beginning;
use std::ops::Range;

/// Places in one run behind which all of it is looked at. Nobody nests as many names and signs in one word.
const MOST: usize = 32;
/// Bytes that are looked at behind further ones, and what goes on behind them to the next sign.
const NEAR: usize = 256;

/// Finds where the run ends that a place stands in. Places are asked about from left to right.
pub(crate) struct Runs<'t, E> {
    text: &'t str,
    ends: E,
    /// The last run, from the place that was asked about first.
    run: Option<Range<usize>>,
    /// Places in it so far.
    places: usize,
}

impl<'t, E: Fn(char) -> bool> Runs<'t, E> {
    /// Runs up to a character that `ends` them.
    pub(crate) fn new(text: &'t str, ends: E) -> Self {
        Self { text, ends, run: None, places: 0 }
    }

    /// What stands from a place to where its run ends; less of it where many places were asked about in this run.
    pub(crate) fn behind(&mut self, at: usize) -> Range<usize> {
        let known = self.run.clone().filter(|run| run.start <= at && at <= run.end);
        let run = known.unwrap_or_else(|| {
            self.places = 0;
            let rest = self.text.get(at..).unwrap_or_default();
            at..at + rest.find(&self.ends).unwrap_or(rest.len())
        });
        self.places += 1;
        let behind = self.text.get(at..run.end).unwrap_or_default();
        self.run = Some(run);
        if self.places <= MOST {
            return at..at + behind.len();
        }
        let near = beginning::of(behind, NEAR).len();
        let rest = behind.get(near..).unwrap_or_default();
        at..at + near + rest.find(['=', ':']).unwrap_or(rest.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_run_is_looked_through_once() {
        let text = format!("{} ab cd", "a=".repeat(1_000));
        let looked = Cell::new(0);
        let mut runs = Runs::new(&text, |character| {
            looked.set(looked.get() + 1);
            character == ' '
        });
        let told: Vec<_> = (0..1_000).map(|at| runs.behind(2 * at)).collect();
        assert_eq!(
            told.iter().filter(|behind| behind.end == 2_000 && behind.len() > NEAR).count(),
            MOST
        );
        assert_eq!(told.first(), Some(&(0..2_000)));
        assert_eq!(told.get(500), Some(&(1_000..1_000 + NEAR + 1)));
        assert_eq!(told.last(), Some(&(1_998..2_000)));
        assert_eq!(looked.get(), 2_001);
        let long = format!("{}{}=x", "a=".repeat(1_000), "k".repeat(1_000));
        let mut runs = Runs::new(&long, |character| character == ' ');
        let last = (1..=1_000).map(|at| runs.behind(2 * at)).last();
        assert_eq!(last, Some(2_000..3_000), "a value is taken whole");
        let mut runs = Runs::new(&text, |character| character == ' ');
        assert_eq!(runs.behind(2_001), 2_001..2_003);
        assert_eq!(runs.behind(2_004), 2_004..2_006);
    }
}
