// Reads directories as records of names and stats (core/src/scan-record.ts): with the native helper in one call for some hundred
// entries, elsewhere by list() and lstat(). Symlinks are not followed. Knows nothing of lists.
import { SCAN_RECORD, scanRecordBytes } from '@ocrsync/core/scan-record';
import type { ScanCalls } from '@ocrsync/native/scan';
import { loadNative } from '@ocrsync/native/load';
import { errorOfNumber } from './errno.ts';
import { type FileStat, FilesystemError, type HeldDirectory, type Root } from './filesystem.ts';

const TWO_32 = 2 ** 32;
const ENOENT = 2;

/** One pass through a directory. Every failure is a {@link FilesystemError}. */
export interface DirectoryScan {
  /** Fills `into` (8-byte aligned, 4096 bytes at least) with whole records; returns their bytes, 0 when nothing is left. */
  read(into: Uint8Array): number;
  /** Nothing is left. */
  readonly ended: boolean;
  /** Once. */
  close(): void;
}

/** Begins to read a directory of the tree; `native` is left out except in tests. */
export function openScan(
  root: Root,
  directory: string,
  native: Partial<ScanCalls> | undefined = loadNative(),
): DirectoryScan {
  if (native?.scan !== undefined) {
    const held = root.hold(directory);
    if (held !== undefined) return new NativeScan(native.scan, held, directory);
  }
  return new ListedScan(root, directory);
}

/** Where so many directories could not be opened, no more are tried ahead of need: a failure costs more than it can gain. */
const MOST_FAILURES = 8;

/**
 * Reads directories of a tree that will be needed soon ahead of time, where the helper can do that on a thread of its own. What
 * cannot be begun now (too many, no descriptor, no such directory) is read when it is opened, which also tells why not.
 */
export class ScanAhead {
  readonly #native: Partial<ScanCalls> | undefined;
  /** Slots by root and name. */
  readonly #begun = new Map<Root, Map<string, number>>();
  #failures = 0;

  constructor(native: Partial<ScanCalls> | undefined = loadNative()) {
    this.#native = native;
  }

  /** False: no more is taken now. */
  begin(root: Root, directory: string): boolean {
    const calls = this.#native;
    if (calls?.scanAhead === undefined || this.#failures > MOST_FAILURES) return false;
    let begun = this.#begun.get(root);
    if (begun === undefined) this.#begun.set(root, (begun = new Map()));
    if (begun.has(directory)) return true;
    let held: HeldDirectory | undefined;
    try {
      held = root.hold(directory);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      this.#failures++;
      return true;
    }
    if (held === undefined) return false;
    const slot = calls.scanAhead(held.descriptor);
    held.release();
    if (slot < 0) return false;
    begun.set(directory, slot);
    return true;
  }

  hasBegun(root: Root, directory: string): boolean {
    return this.#begun.get(root)?.has(directory) === true;
  }

  /** As {@link openScan}, with what was begun. */
  open(root: Root, directory: string): DirectoryScan {
    const begun = this.#begun.get(root);
    const slot = begun?.get(directory);
    const anew = (): DirectoryScan => openScan(root, directory, this.#native);
    if (slot === undefined) return anew();
    begun?.delete(directory);
    return new BegunScan(this.#native as ScanCalls, slot, directory, anew);
  }

  /** Gives up what was begun and not opened. */
  end(): void {
    for (const begun of this.#begun.values()) {
      for (const slot of begun.values()) this.#native?.scanDrop?.(slot);
    }
    this.#begun.clear();
  }
}

/** What the thread could not even begin is read anew: it opens a directory by another way than the root does. */
class BegunScan implements DirectoryScan {
  readonly #native: ScanCalls;
  readonly #slot: number;
  readonly #directory: string;
  readonly #anew: () => DirectoryScan;
  #instead: DirectoryScan | undefined;
  #hasRead = false;
  #ended = false;

  constructor(native: ScanCalls, slot: number, directory: string, anew: () => DirectoryScan) {
    this.#native = native;
    this.#slot = slot;
    this.#directory = directory;
    this.#anew = anew;
  }

  get ended(): boolean {
    return this.#instead?.ended ?? this.#ended;
  }

  read(into: Uint8Array): number {
    if (this.#instead !== undefined) return this.#instead.read(into);
    if (this.#ended) return 0;
    const result = this.#native.scanTake(this.#slot, into);
    if (result < 0) {
      this.#ended = true;
      if (this.#hasRead) throw errorOfNumber(-result, 'readdir', this.#directory);
      this.#instead = this.#anew();
      return this.#instead.read(into);
    }
    this.#hasRead = true;
    this.#ended = (result & 1) !== 0;
    return result >>> 1;
  }

  close(): void {
    this.#instead?.close();
    if (!this.#ended) this.#native.scanDrop(this.#slot);
  }
}

class NativeScan implements DirectoryScan {
  readonly #scan: ScanCalls['scan'];
  readonly #held: HeldDirectory;
  readonly #directory: string;
  ended = false;

  constructor(scan: ScanCalls['scan'], held: HeldDirectory, directory: string) {
    this.#scan = scan;
    this.#held = held;
    this.#directory = directory;
  }

  read(into: Uint8Array): number {
    if (this.ended) return 0;
    const result = this.#scan(this.#held.descriptor, into);
    if (result < 0) throw errorOfNumber(-result, 'readdir', this.#directory);
    this.ended = (result & 1) !== 0;
    return result >>> 1;
  }

  close(): void {
    this.#held.release();
  }
}

class ListedScan implements DirectoryScan {
  readonly #root: Root;
  readonly #prefix: string;
  readonly #names: string[];
  #next = 0;

  constructor(root: Root, directory: string) {
    this.#root = root;
    this.#prefix = directory === '' || directory === '.' ? '' : `${directory}/`;
    this.#names = root.list(directory);
  }

  get ended(): boolean {
    return this.#next === this.#names.length;
  }

  read(into: Uint8Array): number {
    const view = new DataView(into.buffer, into.byteOffset, into.length);
    let used = 0;
    while (this.#next < this.#names.length) {
      const name = this.#names[this.#next]!;
      const bytes = scanRecordBytes(name.length);
      if (used + bytes > into.length) return used;
      into.fill(0, used, used + bytes);
      view.setUint16(used + SCAN_RECORD.length, bytes, true);
      view.setUint16(used + SCAN_RECORD.nameLength, name.length, true);
      for (let i = 0; i < name.length; i++) into[used + SCAN_RECORD.name + i] = name.charCodeAt(i);
      this.#look(view, used, this.#prefix + name);
      used += bytes;
      this.#next++;
    }
    return used;
  }

  close(): void {
    this.#next = this.#names.length;
  }

  #look(view: DataView, at: number, name: string): void {
    let error = ENOENT;
    try {
      const stat = this.#root.lstat(name);
      if (stat !== undefined) return putStat(view, at, stat);
    } catch (thrown) {
      if (!(thrown instanceof FilesystemError)) throw thrown;
      error = thrown.errno;
    }
    view.setUint32(at + SCAN_RECORD.error, error, true);
  }
}

function putStat(view: DataView, at: number, stat: FileStat): void {
  view.setUint32(at + SCAN_RECORD.mode, stat.mode, true);
  put64(view, at + SCAN_RECORD.size, stat.sizeBytes);
  put64(view, at + SCAN_RECORD.mtimeSec, stat.mtimeSec);
  view.setUint32(at + SCAN_RECORD.mtimeNsec, stat.mtimeNsec, true);
  view.setUint32(at + SCAN_RECORD.links, Math.min(stat.linkCount, TWO_32 - 1), true);
  view.setUint32(at + SCAN_RECORD.uid, stat.uid, true);
  view.setUint32(at + SCAN_RECORD.gid, stat.gid, true);
  put64(view, at + SCAN_RECORD.dev, stat.dev);
  put64(view, at + SCAN_RECORD.ino, stat.ino);
  view.setUint32(at + SCAN_RECORD.rdevMajor, stat.rdevMajor, true);
  view.setUint32(at + SCAN_RECORD.rdevMinor, stat.rdevMinor, true);
  put64(view, at + SCAN_RECORD.atimeSec, stat.atimeSec);
  view.setUint32(at + SCAN_RECORD.atimeNsec, stat.atimeNsec, true);
}

/** A whole number as two's complement of 64 bits. */
function put64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / TWO_32), true);
}

function get64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
}

function getUnsigned64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
}

/** The stat in a record that has no error. */
export function scannedStat(view: DataView, at: number): FileStat {
  return {
    mode: view.getUint32(at + SCAN_RECORD.mode, true),
    sizeBytes: get64(view, at + SCAN_RECORD.size),
    mtimeSec: get64(view, at + SCAN_RECORD.mtimeSec),
    mtimeNsec: view.getUint32(at + SCAN_RECORD.mtimeNsec, true),
    atimeSec: get64(view, at + SCAN_RECORD.atimeSec),
    atimeNsec: view.getUint32(at + SCAN_RECORD.atimeNsec, true),
    uid: view.getUint32(at + SCAN_RECORD.uid, true),
    gid: view.getUint32(at + SCAN_RECORD.gid, true),
    dev: getUnsigned64(view, at + SCAN_RECORD.dev),
    ino: getUnsigned64(view, at + SCAN_RECORD.ino),
    linkCount: view.getUint32(at + SCAN_RECORD.links, true),
    rdevMajor: view.getUint32(at + SCAN_RECORD.rdevMajor, true),
    rdevMinor: view.getUint32(at + SCAN_RECORD.rdevMinor, true),
  };
}
