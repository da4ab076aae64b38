// Digest of a whole file that arrives in pieces, as the transfer, the file list's --checksum field and the xattr
// digests need it: no seed but that of the old MD4, which stands in front even when it is 0
// (docs/protocol/01-session.md section 6.3). The state record belongs to the caller and holds all there is.
import { KIND_MD4_OLD, KIND_NONE, KIND_XXH128, KIND_XXH3, KIND_XXH64, digestBytes } from './kinds';
import { mdCompress, mdInit, mdPad, mdStore } from './md';
import { xxh64Finish, xxh64Init, xxh64Stripes } from './xxh64';
import { SHORT_LIMIT_BYTES, xxh128Short, xxh3Short } from './xxh3-short';
import { DEFAULT_SECRET } from './xxh3-common';
import { STRIPE_BYTES, xxh3High, xxh3Init, xxh3Low, xxh3Stripes } from './xxh3-long';

// The record. HISTORY keeps the last 64 bytes before BUFFER, for XXH3's last stripe; BUFFER has room for a chunk of
// the MD family (64, padded up to 128), of XXH64 (32) or of XXH3 (256), and for the overshoot of vector stores.
const KIND: usize = 0;
const BUFFERED: usize = 4;
const TOTAL: usize = 8;
const POSITION: usize = 16;
const CHAIN: usize = 32;
const HISTORY: usize = 96;
const BUFFER: usize = 160;
/** SHA-1's expanded message: SHA1_WORDS_BYTES. */
const WORDS: usize = 448;
const XXH3_BUFFER_BYTES: u32 = 256;

/** Size of the state record; 16-byte aligned. */
export const STATE_BYTES: usize = 768;

/** Begins a file. `seed` is used by the old MD4 only. */
export function wholeFileInit(kind: i32, state: usize, seed: i32): void {
  store<i32>(state, kind, KIND);
  store<u32>(state, 0, BUFFERED);
  store<u64>(state, 0, TOTAL);
  store<u32>(state, 0, POSITION);
  if (kind == KIND_XXH64) xxh64Init(state + CHAIN, 0);
  else if (kind == KIND_XXH3 || kind == KIND_XXH128) xxh3Init(state + CHAIN);
  else mdInit(state + CHAIN);
  if (kind == KIND_MD4_OLD) {
    store<i32>(state, seed, BUFFER);
    store<u32>(state, 4, BUFFERED);
    store<u64>(state, 4, TOTAL);
  }
}

/** Mixes `chunks` units of the kind's chunk size at `p` into the chain. */
function compress(kind: i32, state: usize, p: usize, chunks: u32): void {
  const chain = state + CHAIN;
  if (kind == KIND_XXH64) xxh64Stripes(chain, p, chunks);
  else if (kind == KIND_XXH3 || kind == KIND_XXH128) {
    const position = xxh3Stripes(chain, chain, p, chunks * 4, DEFAULT_SECRET, load<u32>(state, POSITION), 0);
    store<u32>(state, position, POSITION);
    memory.copy(state + HISTORY, p + (chunks << 8) - STRIPE_BYTES, STRIPE_BYTES);
  } else mdCompress(kind, chain, p, chunks, state + WORDS);
}

/** Takes the next `len` bytes at `p`. */
export function wholeFileUpdate(state: usize, p: usize, len: u32): void {
  const kind = load<i32>(state, KIND);
  if (kind == KIND_NONE || len == 0) return;
  store<u64>(state, load<u64>(state, TOTAL) + len, TOTAL);
  const wide = kind == KIND_XXH3 || kind == KIND_XXH128;
  const chunkBytes: u32 = wide ? XXH3_BUFFER_BYTES : kind == KIND_XXH64 ? 32 : 64;
  // XXH3's end is mixed differently, so its buffer is emptied only when more input follows.
  const held: u32 = wide ? 1 : 0;
  const buffer = state + BUFFER;
  const buffered = load<u32>(state, BUFFERED);
  if (buffered + len < chunkBytes + held) {
    memory.copy(buffer + buffered, p, len);
    store<u32>(state, buffered + len, BUFFERED);
    return;
  }
  if (buffered) {
    const fill = chunkBytes - buffered;
    memory.copy(buffer + buffered, p, fill);
    compress(kind, state, buffer, 1);
    p += fill;
    len -= fill;
  }
  const chunks = (len - held) / chunkBytes;
  if (chunks) compress(kind, state, p, chunks);
  const rest = len - chunks * chunkBytes;
  memory.copy(buffer, p + chunks * chunkBytes, rest);
  store<u32>(state, rest, BUFFERED);
}

function finishXxh3(kind: i32, state: usize, out: usize): void {
  const chain = state + CHAIN;
  const buffer = state + BUFFER;
  const buffered = load<u32>(state, BUFFERED);
  const total = load<u64>(state, TOTAL);
  if (total <= SHORT_LIMIT_BYTES) {
    if (kind == KIND_XXH3) store<u64>(out, xxh3Short(buffer, buffered, 0));
    else xxh128Short(buffer, buffered, 0, out);
    return;
  }
  const last = buffer + buffered - STRIPE_BYTES;
  xxh3Stripes(chain, chain, buffer, (buffered - 1) >> 6, DEFAULT_SECRET, load<u32>(state, POSITION), last);
  store<u64>(out, xxh3Low(chain, DEFAULT_SECRET, total));
  if (kind == KIND_XXH128) store<u64>(out, xxh3High(chain, DEFAULT_SECRET, total), 8);
}

/** Ends the file: digest in wire order at `out`; returns its length. The state must be begun anew afterwards. */
export function wholeFileFinal(state: usize, out: usize): i32 {
  const kind = load<i32>(state, KIND);
  const chain = state + CHAIN;
  const buffer = state + BUFFER;
  if (kind == KIND_NONE) store<u8>(out, 0);
  else if (kind == KIND_XXH64) store<u64>(out, xxh64Finish(chain, buffer, load<u64>(state, TOTAL), 0));
  else if (kind == KIND_XXH3 || kind == KIND_XXH128) finishXxh3(kind, state, out);
  else {
    const chunks = mdPad(kind, buffer, load<u32>(state, BUFFERED), load<u64>(state, TOTAL));
    mdCompress(kind, chain, buffer, chunks, state + WORDS);
    mdStore(kind, chain, out);
  }
  return digestBytes(kind);
}
