// The session's table of directory paths: one number a distinct path, so that a row keeps four bytes for it.
// Paths end in '/'; number 0 is the empty path. Names come from the peer: the hash is seeded by the host.
import { NO_ROOM } from '../status';
import {
  D_ARENA, D_ARENA_CAPACITY, D_ARENA_USED, D_COUNT, D_RECORDS, D_RECORD_CAPACITY, D_SEED, D_SLOTS, D_SLOT_MASK,
  commonPrefix, copyLoose, directoryLength, directoryPath, get, put,
} from './flist-layout';

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** Hash of `length` bytes, continuing from `state`; every piece but the last must be hashed byte by byte the same. */
function hashBytes(state: u64, p: usize, length: u32): u64 {
  for (let i: u32 = 0; i < length; i++) {
    state = (state ^ <u64>load<u8>(p + i)) * MULTIPLIER;
    state ^= state >> 29;
  }
  return state;
}

@inline function finish(state: u64): u32 {
  const mixed = (state ^ (state >> 32)) * MULTIPLIER;
  return <u32>(mixed >> 32);
}

/** Slot of the path made of two pieces: occupied by it, or empty. */
function slotOf(dirs: usize, hash: u32, a: usize, aLength: u32, b: usize, bLength: u32): usize {
  const slots = <usize>get(dirs, D_SLOTS);
  const mask = get(dirs, D_SLOT_MASK);
  const records = <usize>get(dirs, D_RECORDS);
  let slot = hash & mask;
  while (true) {
    const at = slots + (<usize>slot << 2);
    const number = load<u32>(at);
    if (number == 0) return at;
    const record = records + (<usize>(number - 1) << 4);
    if (load<u32>(record, 8) == hash && load<u32>(record, 4) == aLength + bLength) {
      const path = directoryPath(dirs, number - 1);
      if (commonPrefix(path, a, aLength) == aLength && commonPrefix(path + aLength, b, bLength) == bLength) return at;
    }
    slot = (slot + 1) & mask;
  }
}

function hashOf(dirs: usize, a: usize, aLength: u32, b: usize, bLength: u32): u32 {
  return finish(hashBytes(hashBytes(<u64>get(dirs, D_SEED) | 0x5851f42d00000000, a, aLength), b, bLength));
}

/** Number of the path a + b, or -1. */
export function lookupDirectory(dirs: usize, a: usize, aLength: u32, b: usize, bLength: u32): i32 {
  return <i32>load<u32>(slotOf(dirs, hashOf(dirs, a, aLength, b, bLength), a, aLength, b, bLength)) - 1;
}

/** Number of the path, entered when new; NO_ROOM when the host has to grow the table first. */
export function internDirectory(dirs: usize, path: usize, length: u32): i32 {
  const hash = hashOf(dirs, path, length, path, 0);
  const slot = slotOf(dirs, hash, path, length, path, 0);
  const known = load<u32>(slot);
  if (known != 0) return <i32>known - 1;
  const count = get(dirs, D_COUNT);
  const used = get(dirs, D_ARENA_USED);
  if (count >= get(dirs, D_RECORD_CAPACITY) || used + length > get(dirs, D_ARENA_CAPACITY)) return NO_ROOM;
  copyLoose(<usize>get(dirs, D_ARENA) + used, path, length);
  const record = <usize>get(dirs, D_RECORDS) + (<usize>count << 4);
  store<u32>(record, used);
  store<u32>(record, length, 4);
  store<u32>(record, hash, 8);
  store<u32>(record, 0, 12);
  store<u32>(slot, count + 1);
  put(dirs, D_ARENA_USED, used + length);
  put(dirs, D_COUNT, count + 1);
  return <i32>count;
}

/** Enters the empty path as number 0 into a fresh table. */
export function dirs_init(dirs: usize): i32 {
  return internDirectory(dirs, dirs, 0);
}

/** Number of the path of `length` bytes at `path` ('/' at its end). */
export function dirs_intern(dirs: usize, path: usize, length: u32): i32 {
  return internDirectory(dirs, path, length);
}

/** Fills fresh, zeroed slots after the host replaced D_SLOTS and D_SLOT_MASK. */
export function dirs_rehash(dirs: usize): i32 {
  const count = get(dirs, D_COUNT);
  const records = <usize>get(dirs, D_RECORDS);
  const slots = <usize>get(dirs, D_SLOTS);
  const mask = get(dirs, D_SLOT_MASK);
  for (let number: u32 = 0; number < count; number++) {
    let slot = load<u32>(records + (<usize>number << 4), 8) & mask;
    while (load<u32>(slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(slots + (<usize>slot << 2), number + 1);
  }
  return <i32>count;
}
