// Brings the words of eight messages side by side for the lane kernels of MD4 and MD5.

/**
 * Takes 64 bytes of each of eight messages, at `offset` from their pointers (u32 each), and stores 2 groups of 16
 * vectors at `words`: vector i of a group has word i of its four messages.
 */
export function transposeWords(pointers: usize, offset: usize, words: usize): void {
  for (const end = words + 512; words < end; pointers += 16) {
    let p0 = <usize>load<u32>(pointers) + offset;
    let p1 = <usize>load<u32>(pointers, 4) + offset;
    let p2 = <usize>load<u32>(pointers, 8) + offset;
    let p3 = <usize>load<u32>(pointers, 12) + offset;
    for (const last = p0 + 64; p0 < last; words += 64) {
      const r0 = v128.load(p0);
      const r1 = v128.load(p1);
      const r2 = v128.load(p2);
      const r3 = v128.load(p3);
      const low01 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
      v128.store(words, v128.shuffle<u64>(low01, low23, 0, 2));
      v128.store(words, v128.shuffle<u64>(low01, low23, 1, 3), 16);
      v128.store(words, v128.shuffle<u64>(high01, high23, 0, 2), 32);
      v128.store(words, v128.shuffle<u64>(high01, high23, 1, 3), 48);
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
  }
}
