// The session's table of directory paths: one number a distinct path, so that a row keeps four bytes for it.
// Paths end in '/'; number 0 is the empty path. Names come from the peer: the hash is seeded by the host.
import { NO_ROOM } from '../status';
import {
  D_ARENA, D_ARENA_CAPACITY, D_ARENA_USED, D_COUNT, D_RECORDS, D_RECORD_CAPACITY, D_SCRATCH, D_SEED, D_SLOTS,
  D_SLOT_MASK, commonPrefix, copyLoose, directoryLength, directoryPath, get, put,
} from './flist-layout';

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** Seeded hash of `length` bytes; reads up to 7 bytes past them. */
function hashPath(dirs: usize, p: usize, length: u32): u32 {
  let state = (<u64>get(dirs, D_SEED) | 0x5851f42d00000000) ^ <u64>length;
  for (let i: u32 = 0; i < length; i += 8) {
    let word = load<u64>(p + i);
    if (length - i < 8) word &= (<u64>1 << ((length - i) << 3)) - 1;
    state = (state ^ word) * MULTIPLIER;
    state ^= state >> 29;
  }
  const mixed = (state ^ (state >> 32)) * MULTIPLIER;
  return <u32>(mixed >> 32);
}

/** Slot of the path: occupied by it, or empty. */
function slotOf(dirs: usize, hash: u32, path: usize, length: u32): usize {
  const slots = <usize>get(dirs, D_SLOTS);
  const mask = get(dirs, D_SLOT_MASK);
  const records = <usize>get(dirs, D_RECORDS);
  let slot = hash & mask;
  while (true) {
    const at = slots + (<usize>slot << 2);
    const number = load<u32>(at);
    if (number == 0) return at;
    const record = records + (<usize>(number - 1) << 4);
    if (load<u32>(record, 8) == hash && load<u32>(record, 4) == length) {
      if (commonPrefix(directoryPath(dirs, number - 1), path, length) == length) return at;
    }
    slot = (slot + 1) & mask;
  }
}

/** Number of the path made of a known directory's path and `length` bytes, or -1. */
export function lookupDirectory(dirs: usize, parent: u32, name: usize, length: u32): i32 {
  const parentLength = directoryLength(dirs, parent);
  const path = dirs + D_SCRATCH;
  copyLoose(path, directoryPath(dirs, parent), parentLength);
  copyLoose(path + parentLength, name, length);
  const bytes = parentLength + length;
  return <i32>load<u32>(slotOf(dirs, hashPath(dirs, path, bytes), path, bytes)) - 1;
}

/** Number of the path, entered when new; NO_ROOM when the host has to grow the table first. */
export function internDirectory(dirs: usize, path: usize, length: u32): i32 {
  const hash = hashPath(dirs, path, length);
  const slot = slotOf(dirs, hash, path, length);
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
