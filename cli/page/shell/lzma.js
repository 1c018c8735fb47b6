"use strict";
// Unpacks LZMA, which leaves a quarter less of the engine than what browsers unpack themselves. The format is that of
// `.lzma` files: properties, size of the dictionary, size of what was packed, and the coded bits. A match may reach back
// as far as the output goes, so that no dictionary is kept beside it.

const LITERAL_STATES = 7, MATCH_STATES = 12, LENGTH_SIZE = 514;
const BITS_TOP = 0x1000000, HALF = 1024;

function lzma(packed) {
  const properties = packed[0];
  const lc = properties % 9, lp = Math.floor(properties / 9) % 5, pb = Math.floor(properties / 45);
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(5, true);
  const out = new Uint8Array(size);

  // Every bit is guessed from what came before it; here stand the guesses, by what is asked.
  let probabilities = 0;
  const room = (count) => (probabilities += count) - count;
  const isMatch = room(MATCH_STATES << 4), isRep = room(MATCH_STATES), isRepFar = room(MATCH_STATES * 3), isRepLong = room(MATCH_STATES << 4);
  const slots = room(4 << 6), near = room(128), align = room(16);
  const lengths = room(LENGTH_SIZE), repLengths = room(LENGTH_SIZE);
  const literals = room(0x300 << (lc + lp));
  const guess = new Uint16Array(probabilities).fill(HALF);

  let from = 13, range = 0xFFFFFFFF, code = 0;
  for (let count = 0; count < 5; count += 1) code = ((code << 8) | packed[from++]) >>> 0;

  function bit(at) {
    const known = guess[at];
    const bound = (range >>> 11) * known;
    let found;
    if (code < bound) {
      range = bound;
      guess[at] = known + ((2048 - known) >>> 5);
      found = 0;
    } else {
      range = (range - bound) >>> 0;
      code = (code - bound) >>> 0;
      guess[at] = known - (known >>> 5);
      found = 1;
    }
    if (range < BITS_TOP) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | packed[from++]) >>> 0;
    }
    return found;
  }

  function tree(at, bits) {
    let node = 1;
    for (let count = 0; count < bits; count += 1) node = (node << 1) | bit(at + node);
    return node - (1 << bits);
  }

  function treeFromBelow(at, bits) {
    let node = 1, value = 0;
    for (let count = 0; count < bits; count += 1) {
      const one = bit(at + node);
      node = (node << 1) | one;
      value |= one << count;
    }
    return value;
  }

  function unguessed(bits) {
    let value = 0;
    for (let count = 0; count < bits; count += 1) {
      range >>>= 1;
      const one = code >= range ? 1 : 0;
      if (one) code = (code - range) >>> 0;
      value = value * 2 + one;
      if (range < BITS_TOP) {
        range = (range << 8) >>> 0;
        code = ((code << 8) | packed[from++]) >>> 0;
      }
    }
    return value;
  }

  function length(at, position) {
    if (!bit(at)) return 2 + tree(at + 2 + (position << 3), 3);
    if (!bit(at + 1)) return 10 + tree(at + 130 + (position << 3), 3);
    return 18 + tree(at + 258, 8);
  }

  function distance(long) {
    const slot = tree(slots + (Math.min(long - 2, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >>> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + treeFromBelow(near + base - slot, bits);
    return base + unguessed(bits - 4) * 16 + treeFromBelow(align, 4);
  }

  const positions = (1 << pb) - 1, literalPositions = (1 << lp) - 1;
  let state = 0, at = 0;
  let rep0 = 0, rep1 = 0, rep2 = 0, rep3 = 0;
  while (at < size) {
    const position = at & positions;
    if (!bit(isMatch + (state << 4) + position)) {
      const before = at > 0 ? out[at - 1] : 0;
      const where = literals + 0x300 * (((at & literalPositions) << lc) + (before >>> (8 - lc)));
      let node = 1;
      if (state >= LITERAL_STATES) {
        let expected = out[at - rep0 - 1];
        while (node < 0x100) {
          const one = (expected >>> 7) & 1;
          expected <<= 1;
          const found = bit(where + ((1 + one) << 8) + node);
          node = (node << 1) | found;
          if (found !== one) break;
        }
      }
      while (node < 0x100) node = (node << 1) | bit(where + node);
      out[at++] = node;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let long;
    if (!bit(isRep + state)) {
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      long = length(lengths, position);
      state = state < LITERAL_STATES ? 7 : 10;
      rep0 = distance(long);
    } else {
      if (!bit(isRepFar + state)) {
        if (!bit(isRepLong + (state << 4) + position)) {
          out[at] = out[at - rep0 - 1];
          at += 1;
          state = state < LITERAL_STATES ? 9 : 11;
          continue;
        }
      } else {
        let chosen = rep1;
        if (bit(isRepFar + MATCH_STATES + state)) {
          chosen = rep2;
          if (bit(isRepFar + MATCH_STATES * 2 + state)) {
            chosen = rep3;
            rep3 = rep2;
          }
          rep2 = rep1;
        }
        rep1 = rep0;
        rep0 = chosen;
      }
      long = length(repLengths, position);
      state = state < LITERAL_STATES ? 8 : 11;
    }
    if (rep0 >= at || from > packed.length + 5) throw new Error("the engine in this page is damaged");
    for (const end = Math.min(at + long, size); at < end; at += 1) out[at] = out[at - rep0 - 1];
  }
  return out;
}

