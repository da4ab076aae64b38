// Rows that the host makes itself (the sender's list) and the way to their extras.
import { BAD_ARGUMENT, NO_ROOM } from '../status';
import {
  L_ARENA, L_ARENA_CAPACITY, L_ARENA_USED, L_BASE, L_BASE_LENGTH, L_CAPACITY, L_COUNT, L_DIR, L_MODE, L_SORTED,
  MAX_PATH, copyLoose, extraAt, get, isDir, put, setColumn32,
} from './flist-layout';
import { internDirectory } from './flist-dirs';

/**
 * Appends a row with its name (bytes at `name`) and extras (bytes at `extras`, in the order of the flags); the host fills
 * the other columns. Returns the row, or NO_ROOM when the directory table or the list has to grow.
 */
export function flist_add(list: usize, dirs: usize, name: usize, length: u32, mode: u32, extras: usize, extrasLength: u32): i32 {
  if (length == 0 || length >= MAX_PATH) return BAD_ARGUMENT;
  let split = length;
  while (split > 0 && load<u8>(name + split - 1) != 0x2f) split--;
  if (split == length) return BAD_ARGUMENT;
  const row = get(list, L_COUNT);
  const used = get(list, L_ARENA_USED);
  const baseLength = length - split;
  const slash: u32 = isDir(mode) ? 1 : 0;
  const bytes = baseLength + slash + extrasLength;
  if (row >= get(list, L_CAPACITY) || used + bytes > get(list, L_ARENA_CAPACITY)) return NO_ROOM;
  const dir = internDirectory(dirs, name, split);
  if (dir < 0) return dir;
  const at = <usize>get(list, L_ARENA) + used;
  copyLoose(at, name + split, baseLength);
  if (slash) store<u8>(at + baseLength, 0x2f);
  memory.copy(at + baseLength + slash, extras, extrasLength);
  setColumn32(list, L_DIR, row, <u32>dir);
  setColumn32(list, L_BASE, row, used);
  store<u16>(<usize>get(list, L_BASE_LENGTH) + (<usize>row << 1), <u16>baseLength);
  store<u16>(<usize>get(list, L_MODE) + (<usize>row << 1), <u16>mode);
  put(list, L_ARENA_USED, used + bytes);
  put(list, L_COUNT, row + 1);
  put(list, L_SORTED, 0);
  return <i32>row;
}

/** Address of the extra `bit` of a row, 0 when it has none. */
export function flist_extra(list: usize, row: u32, bit: u32): usize {
  return extraAt(list, row, bit);
}
