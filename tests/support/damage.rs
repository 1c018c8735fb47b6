//! Damages to inputs, the same in every run, so that what fails once fails again.

/// Numbers that look drawn, the same in every run.
#[derive(Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// Those of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below that.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most.max(1)
    }

    /// The bytes with one to four damages: cut, doubled, flipped, or with what parsers stumble over put in.
    pub fn damaged(&mut self, bytes: &[u8]) -> Vec<u8> {
        const PIECES: &[&str] = &[
            "<",
            "</",
            "]]>",
            "<!DOCTYPE a>",
            "&#0;",
            "\\u0000",
            "\\ud800",
            "\"",
            "{",
            "[",
            "]",
            "}",
            "\0",
            "\u{feff}",
            "1e999",
            "null",
            "%00",
            "\n",
        ];
        let mut out = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(out.len());
            let to = (at + self.below(200)).min(out.len());
            match self.below(6) {
                0 => out.truncate(at),
                1 => drop(out.drain(at..to)),
                2 => {
                    let piece = out[at..to].to_vec();
                    out.splice(at..at, piece);
                }
                3 => out.splice(at..at, PIECES[self.below(PIECES.len())].bytes()).for_each(drop),
                _ if at < out.len() => out[at] = u8::try_from(self.below(256)).unwrap_or_default(),
                _ => {}
            }
        }
        out
    }
}
