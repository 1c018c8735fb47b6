//! Where the signs of JSON stand in a short block of bytes, found all at once: headers and cookies are strings of a few
//! letters, and going from one to the next costs more than their bytes do.

use wide::u8x16;

/// Bytes that are compared at once.
const LANES: usize = 16;
/// Bytes of a block, as many as a mask has bits.
pub(super) const BLOCK: usize = 64;

/// A bit for each byte of a block, the lowest for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// `{` and `[`.
    pub(super) opening: u64,
    /// `}` and `]`.
    pub(super) closing: u64,
}

impl Block {
    /// `None` where the machine has no quick way to tell.
    pub(super) fn of(bytes: &[u8; BLOCK]) -> Option<Self> {
        if cfg!(all(target_arch = "wasm32", not(target_feature = "simd128"))) {
            return None;
        }
        let mut block = Self { quotes: 0, backslashes: 0, opening: 0, closing: 0 };
        for (bytes, shift) in bytes.as_chunks().0.iter().zip((0..).step_by(LANES)) {
            let lanes = u8x16::new(*bytes);
            let mask = |lanes: u8x16, sign: u8| {
                u64::from(lanes.simd_eq(u8x16::splat(sign)).to_bitmask()) << shift
            };
            // Square and curly brackets differ in one bit, and with it nothing else is like them.
            let folded = lanes | u8x16::splat(b'{' ^ b'[');
            block.quotes |= mask(lanes, b'"');
            block.backslashes |= mask(lanes, b'\\');
            block.opening |= mask(folded, b'{');
            block.closing |= mask(folded, b'}');
        }
        Some(block)
    }

    /// The bytes inside strings, each with the quote it begins with and without the one it ends with, where no quote is
    /// escaped: those behind an odd number of quotes, one more where the block begins within a string.
    pub(super) fn in_strings(self, begins_within: bool) -> u64 {
        let odd =
            [1, 2, 4, 8, 16, 32].into_iter().fold(self.quotes, |odd, shift| odd ^ odd << shift);
        if begins_within { !odd } else { odd }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_found_where_they_stand() {
        let mut seed = 11_u32;
        for _ in 0..2_000 {
            let bytes: [u8; BLOCK] = std::array::from_fn(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let sign = b"\"\\{}[]:,Z\xfb\xdd\x02\x0b\x5f\x7f "[(seed >> 20) as usize % 16];
                if seed >> 31 == 0 { sign } else { (seed >> 12).to_le_bytes()[0] }
            });
            let mask = |is: &dyn Fn(u8) -> bool| {
                bytes.iter().rev().fold(0, |mask, byte| mask << 1 | u64::from(is(*byte)))
            };
            let Some(block) = Block::of(&bytes) else { return };
            let plain = Block {
                quotes: mask(&|byte| byte == b'"'),
                backslashes: mask(&|byte| byte == b'\\'),
                opening: mask(&|byte| matches!(byte, b'{' | b'[')),
                closing: mask(&|byte| matches!(byte, b'}' | b']')),
            };
            assert_eq!(block, plain, "{bytes:?}");
            for begins_within in [false, true] {
                let mut within = begins_within;
                let inside = bytes.iter().map(|byte| {
                    within ^= *byte == b'"';
                    within
                });
                let plain = inside.enumerate().fold(0, |mask, (at, is)| mask | u64::from(is) << at);
                assert_eq!(block.in_strings(begins_within), plain);
            }
        }
    }
}
