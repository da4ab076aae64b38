// The digest of one block as it goes over the wire: every kind, with the seed rules of block sums
// (docs/protocol/01-session.md sections 6.2 and 6.3). This is what the delta room calls for a candidate.
//
// Every function takes `scratch`, a record of SCRATCH_BYTES (scratch.ts) that the caller owns: 16-byte aligned and
// zeroed before its first use. Up to 15 bytes past the block may be read (never used).
import {
  KIND_MD4,
  KIND_MD4_OLD,
  KIND_MD5,
  KIND_MD5_SEED_LAST,
  KIND_NONE,
  KIND_SHA1,
  KIND_XXH128,
  KIND_XXH3,
  KIND_XXH64,
  digestBytes,
} from './kinds';
import { mdBlock } from './md';
import { STATE } from './scratch';
import { xxh64 } from './xxh64';
import { SHORT_LIMIT_BYTES, xxh128Short, xxh3Short } from './xxh3-short';
import { secretFor, xxh3Accumulate, xxh3High, xxh3Low } from './xxh3-long';

function xxh3Block(p: usize, len: u32, seed: i32, scratch: usize): u64 {
  if (len <= SHORT_LIMIT_BYTES) return xxh3Short(p, len, <u64>(<i64>seed));
  const secret = secretFor(seed, scratch);
  return xxh3Low(xxh3Accumulate(p, len, secret, scratch), secret, len);
}

function xxh128Block(p: usize, len: u32, seed: i32, out: usize, scratch: usize): void {
  if (len <= SHORT_LIMIT_BYTES) {
    xxh128Short(p, len, <u64>(<i64>seed), out);
    return;
  }
  const secret = secretFor(seed, scratch);
  const accumulators = xxh3Accumulate(p, len, secret, scratch);
  store<u64>(out, xxh3Low(accumulators, secret, len));
  store<u64>(out, xxh3High(accumulators, secret, len), 8);
}

/**
 * Digest of the block of `len` bytes at `p`, written to `out` in wire order (at most MAX_DIGEST_BYTES).
 * `seed` is the signed checksum seed of the connection; 0 means none. Returns the digest's length; 0 = no such kind.
 */
export function digestBlock(kind: i32, p: usize, len: u32, seed: i32, out: usize, scratch: usize): i32 {
  switch (kind) {
    case KIND_MD4:
    case KIND_MD4_OLD:
    case KIND_MD5:
    case KIND_MD5_SEED_LAST:
    case KIND_SHA1:
      mdBlock(kind, p, len, seed, out, scratch);
      break;
    case KIND_XXH64:
      store<u64>(out, xxh64(p, len, <u64>(<i64>seed), scratch + STATE));
      break;
    case KIND_XXH3:
      store<u64>(out, xxh3Block(p, len, seed, scratch));
      break;
    case KIND_XXH128:
      xxh128Block(p, len, seed, out, scratch);
      break;
    case KIND_NONE:
      store<u8>(out, 0);
      break;
  }
  return digestBytes(kind);
}
