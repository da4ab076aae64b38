// Takes scan records of one directory into the sender's list without a call for each entry
// (docs/protocol/03-file-list.md §3.6, §5). What needs more than a regular file's numbers is left to the host.
import { NO_ROOM } from '../status';
import {
  L_ARENA, L_ARENA_CAPACITY, L_ARENA_USED, L_BASE, L_BASE_LENGTH, L_CAPACITY, L_COUNT, L_DIR, L_FLAGS, L_GID, L_MODE,
  L_MTIME, L_NSEC, L_SIZE, L_SORTED, L_UID, MAX_PATH, S_REGULAR, S_TYPE, X_ROOT, copyLoose, directoryLength, get, put,
  setColumn32,
} from './flist-layout';
import { MARKED, R_ERROR, R_GID, R_LENGTH, R_LINKS, R_MODE, R_MTIME, R_NAME, R_NAME_LENGTH, R_NSEC, R_SIZE, R_UID } from './scan-record';

// ---- The host's record of one source: where the kernel stopped, the root's number, what to look at.
const T_AT: usize = 0;
const T_ROOT: usize = 4;
const T_OPTIONS: usize = 8;
/** Ids that were announced already; others are the host's to look up. */
const T_UIDS: usize = 12;
const T_GIDS: usize = 16;
const T_UID: usize = 20;
const T_GID: usize = 52;
const KNOWN_IDS: u32 = 8;

const KNOWN_UIDS_ONLY: u32 = 1;
const KNOWN_GIDS_ONLY: u32 = 2;
const SINGLE_LINKS_ONLY: u32 = 4;

function isKnown(ids: usize, count: u32, id: u32): bool {
  for (let i: u32 = 0; i < min(count, KNOWN_IDS); i++) if (load<u32>(ids + (<usize>i << 2)) == id) return true;
  return false;
}

/** Is it an entry that has no more to it than its numbers? */
function isPlain(t: usize, r: usize, pathLength: u32): bool {
  if (load<u32>(r + R_ERROR) != 0 || (load<u32>(r + R_MODE) & S_TYPE) != S_REGULAR) return false;
  const options = get(t, T_OPTIONS);
  if ((options & SINGLE_LINKS_ONLY) != 0 && load<u32>(r + R_LINKS) > 1) return false;
  if ((options & KNOWN_UIDS_ONLY) != 0 && !isKnown(t + T_UID, get(t, T_UIDS), load<u32>(r + R_UID))) return false;
  if ((options & KNOWN_GIDS_ONLY) != 0 && !isKnown(t + T_GID, get(t, T_GIDS), load<u32>(r + R_GID))) return false;
  return pathLength + <u32>load<u16>(r + R_NAME_LENGTH) < MAX_PATH;
}

/**
 * Appends the regular files among the records [from, end) of directory number `dir`, in their order; marked records are passed
 * over. Returns 0 at the end, 1 at a record that the host has to take itself, NO_ROOM when the list has to grow; T_AT is the
 * address of that record.
 */
export function flist_add_scanned(list: usize, dirs: usize, t: usize, dir: u32, from: usize, end: usize): i32 {
  const pathLength = directoryLength(dirs, dir);
  const arena = <usize>get(list, L_ARENA);
  const arenaCapacity = get(list, L_ARENA_CAPACITY);
  const capacity = get(list, L_CAPACITY);
  const root = get(t, T_ROOT);
  let used = get(list, L_ARENA_USED);
  let row = get(list, L_COUNT);
  let status: i32 = 0;
  let r = from;
  for (; r < end; r += <usize>load<u16>(r + R_LENGTH)) {
    if (load<u32>(r + R_ERROR) == MARKED) continue;
    if (!isPlain(t, r, pathLength)) {
      status = 1;
      break;
    }
    const length = <u32>load<u16>(r + R_NAME_LENGTH);
    if (row >= capacity || used + length + 4 > arenaCapacity) {
      status = NO_ROOM;
      break;
    }
    copyLoose(arena + used, r + R_NAME, length);
    store<u32>(arena + used + length, root);
    setColumn32(list, L_DIR, row, dir);
    setColumn32(list, L_BASE, row, used);
    setColumn32(list, L_UID, row, load<u32>(r + R_UID));
    setColumn32(list, L_GID, row, load<u32>(r + R_GID));
    setColumn32(list, L_NSEC, row, load<u32>(r + R_NSEC));
    setColumn32(list, L_FLAGS, row, X_ROOT);
    store<f64>(<usize>get(list, L_SIZE) + (<usize>row << 3), <f64>load<i64>(r + R_SIZE));
    store<f64>(<usize>get(list, L_MTIME) + (<usize>row << 3), <f64>load<i64>(r + R_MTIME));
    store<u16>(<usize>get(list, L_BASE_LENGTH) + (<usize>row << 1), <u16>length);
    store<u16>(<usize>get(list, L_MODE) + (<usize>row << 1), <u16>load<u32>(r + R_MODE));
    used += length + 4;
    row++;
  }
  put(list, L_ARENA_USED, used);
  put(list, L_COUNT, row);
  put(list, L_SORTED, 0);
  put(t, T_AT, <u32>r);
  return status;
}
