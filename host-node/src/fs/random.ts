// Random numbers of the system, for names and seeds that nobody should foresee: many small ones out of one call.
// The helper's call, because loading node:crypto costs a short run 3 ms.
import { loadNative } from '@ocrsync/native/load';

const POOL_BYTES = 512;
const WORD_BYTES = 4;
const WORDS = 2 ** 32;

const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

function refill(): void {
  const filled = loadNative()?.getrandom?.(pool);
  if (filled !== POOL_BYTES) process.getBuiltinModule('node:crypto').randomFillSync(pool);
  used = 0;
}

/** A whole number 0..limit−1, each as likely as the others; `limit` is 1..2^32. */
export function randomBelow(limit: number): number {
  const fair = WORDS - (WORDS % limit);
  for (;;) {
    if (used > POOL_BYTES - WORD_BYTES) refill();
    const word = pool.readUInt32LE(used);
    used += WORD_BYTES;
    if (word < fair) return word % limit;
  }
}
