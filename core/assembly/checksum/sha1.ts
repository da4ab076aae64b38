// The compression function of SHA-1 (FIPS 180-4), in loops: small, because SHA-1 is never negotiated by default and
// hosts with a crypto library of their own do better with whole files anyway.

/** Bytes of scratch for the expanded message. */
export const SHA1_WORDS_BYTES: usize = 320;

function expand(p: usize, words: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(words + i, bswap<u32>(load<u32>(p + i)));
  for (const end = words + SHA1_WORDS_BYTES - 64; words < end; words += 4) {
    const mixed = load<u32>(words, 52) ^ load<u32>(words, 32) ^ load<u32>(words, 8) ^ load<u32>(words);
    store<u32>(words, rotl<u32>(mixed, 1), 64);
  }
}

/** Mixes `chunks` times 64 bytes at `p` into the five words at `state`. */
export function sha1Compress(state: usize, p: usize, chunks: u32, words: usize): void {
  for (const end = p + (chunks << 6); p < end; p += 64) {
    expand(p, words);
    let a = load<u32>(state);
    let b = load<u32>(state, 4);
    let c = load<u32>(state, 8);
    let d = load<u32>(state, 12);
    let e = load<u32>(state, 16);
    for (let step: u32 = 0; step < 80; step++) {
      let mix: u32;
      if (step < 20) mix = (d ^ (b & (c ^ d))) + 0x5a827999;
      else if (step < 40) mix = (b ^ c ^ d) + 0x6ed9eba1;
      else if (step < 60) mix = (c & d) + (b & (c ^ d)) + 0x8f1bbcdc;
      else mix = (b ^ c ^ d) + 0xca62c1d6;
      const next = rotl<u32>(a, 5) + mix + e + load<u32>(words + (step << 2));
      e = d;
      d = c;
      c = rotl<u32>(b, 30);
      b = a;
      a = next;
    }
    store<u32>(state, load<u32>(state) + a);
    store<u32>(state, load<u32>(state, 4) + b, 4);
    store<u32>(state, load<u32>(state, 8) + c, 8);
    store<u32>(state, load<u32>(state, 12) + d, 12);
    store<u32>(state, load<u32>(state, 16) + e, 16);
  }
}
