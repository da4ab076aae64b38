// A small seeded generator, so that every tree and every edit of the matrix can be made again from its seed.

export interface Random {
  /** A whole number in 0..below-1. */
  below(below: number): number;
  bytes(lengthBytes: number): Buffer;
  pick<T>(choices: readonly T[]): T;
}

export function seeded(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  return {
    below: (below) => next() % below,
    bytes(lengthBytes) {
      const words = new Uint32Array((lengthBytes + 3) >>> 2);
      for (let index = 0; index < words.length; index++) words[index] = next();
      return Buffer.from(words.buffer, 0, lengthBytes);
    },
    pick: (choices) => choices[next() % choices.length] as (typeof choices)[number],
  };
}
