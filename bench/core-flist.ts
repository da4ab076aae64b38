// Rates of the file list in the core: npx node bench/core-flist.ts
// One million synthetic entries (the tree of the laboratory: full paths of 128 bytes on average, ~23 bytes each on the wire).
import { CoreInstance } from '../core/src/instance.ts';
import { DirectoryNames } from '../core/src/directory-names.ts';
import { FileList } from '../core/src/file-list.ts';
import {
  FileListDecoder,
  FileListEncoder,
  type FileListOptions,
  type ListWindow,
} from '../core/src/file-list-codec.ts';

const ENTRIES = 1_000_000;
const WINDOW_BYTES = 256 * 1024;
const WORDS =
  'src lib test node_modules include docs assets index main util config module parser server client render data image photo report'.split(
    ' ',
  );
const ENDINGS = ['.ts', '.js', '.c', '.h', '.json', '.md', '.txt', '.png'];

const FORMAT: FileListOptions = {
  protocol: 32,
  varintFlags: true,
  safeList: true,
  incremental: false,
  preserveUid: true,
  preserveGid: true,
  preserveDevices: true,
  preserveSpecials: true,
  preserveLinks: true,
  preserveHardLinks: false,
  checksumBytes: 0,
  atimes: false,
  relative: false,
  recursive: true,
  numericIds: false,
  missingArgs: false,
  acls: false,
  xattrs: false,
};

let seed = 12345;
function random(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed >>> 0;
}

function addEntry(list: FileList, name: string, directory: boolean): void {
  list.add({
    name,
    mode: directory ? 0o40755 : random() % 10 === 0 ? 0o100755 : 0o100644,
    sizeBytes: directory ? 4096 : random() % 100 < 90 ? random() % 100_000 : random(),
    mtimeSec: 1_700_000_000 + (random() % 4 === 0 ? random() % 3e7 : 0),
    mtimeNsec: 0,
    uid: 1000,
    gid: 1000,
    flags: 0x02,
  });
}

/** About `perDirectory` entries a directory, directories in random order, one of twenty entries a directory itself. */
function fill(list: FileList, perDirectory: number): void {
  const queue = [''];
  while (list.count < ENTRIES) {
    const prefix = queue.length > 0 ? queue[random() % queue.length]! : '';
    const entries = Math.floor(perDirectory * (0.66 + (random() % 60) / 90));
    for (let i = 0; i < entries && list.count < ENTRIES; i++) {
      const word = WORDS[random() % 20]!;
      if (random() % 20 === 0) {
        const name = `${prefix}${word}${random() % 1000}`;
        addEntry(list, name, true);
        if (prefix.length < 120) queue.push(`${name}/`);
      } else {
        addEntry(list, `${prefix}${word}-${(random() % 1e5).toString(36)}${ENDINGS[random() % 8]!}`, false);
      }
    }
    if (queue.length > 2000) queue.splice(0, 500);
  }
}

function bestMs(times: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    run();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

function report(what: string, ms: number, note = ''): void {
  const rate = (ENTRIES / ms / 1000).toFixed(1).padStart(7);
  process.stdout.write(`${what.padEnd(46)}${ms.toFixed(0).padStart(6)} ms ${rate} M entries/s  ${note}\n`);
}

/** The bytes as a reader hands them out: a window that is refilled when its last item is not whole. */
class RefilledWindow implements ListWindow {
  readonly #core: CoreInstance;
  readonly #bytes: Uint8Array;
  readonly #at: number;
  #taken = 0;
  #left = 0;
  byteOffset = 0;
  dataAt: number;
  constructor(core: CoreInstance, bytes: Uint8Array) {
    this.#core = core;
    this.#bytes = bytes;
    this.#at = core.alloc(WINDOW_BYTES);
    this.dataAt = this.#at;
  }
  get dataLength(): number {
    return this.#left;
  }
  consume(bytes: number): void {
    this.dataAt += bytes;
    this.#left -= bytes;
    this.byteOffset += bytes;
  }
  refill(): void {
    const { u8 } = this.#core;
    u8.copyWithin(this.#at, this.dataAt, this.dataAt + this.#left);
    const piece = this.#bytes.subarray(this.#taken, this.#taken + WINDOW_BYTES - this.#left);
    u8.set(piece, this.#at + this.#left);
    this.#taken += piece.length;
    this.#left += piece.length;
    this.dataAt = this.#at;
  }
  free(): void {
    this.#core.free(this.#at);
  }
}

function decodeAll(core: CoreInstance, wire: Uint8Array, dirs: DirectoryNames): FileList {
  const decoder = new FileListDecoder(core, FORMAT);
  const list = new FileList(core, { start: 0, dirs });
  const window = new RefilledWindow(core, wire);
  while (decoder.decode(window, list) === 'more') window.refill();
  decoder.free();
  window.free();
  return list;
}

function measure(perDirectory: number, label: string): void {
  seed = 12345;
  const core = new CoreInstance();
  const dirs = new DirectoryNames(core);
  const list = new FileList(core, { start: 0, dirs });
  report(
    `build a list from TypeScript objects, ${label}`,
    bestMs(1, () => fill(list, perDirectory)),
  );
  const parts: Uint8Array[] = [];
  const sink = {
    bytesAt: (at: number, length: number): void => void parts.push(core.u8.slice(at, at + length)),
  };
  const encodeMs = bestMs(5, () => {
    parts.length = 0;
    const encoder = new FileListEncoder(core, FORMAT);
    encoder.encode(list, 0, list.count, sink);
    encoder.end(sink, 0);
    encoder.free();
  });
  const wire = Buffer.concat(parts);
  report(`encode, ${label}`, encodeMs, `${(wire.length / ENTRIES).toFixed(1)} B an entry`);
  let decoded = list;
  const decodeMs = bestMs(5, () => {
    const fresh = new DirectoryNames(core);
    decoded = decodeAll(core, wire, fresh);
    decoded.free();
    fresh.free();
  });
  report(`decode with growing memory, ${label}`, decodeMs);
  const names = new DirectoryNames(core);
  const before = core.usedBytes;
  decoded = decodeAll(core, wire, names);
  const bytes = (core.usedBytes - before + names.usedBytes) / ENTRIES;
  process.stdout.write(`  memory: ${bytes.toFixed(1)} B an entry, growth room included\n`);
  report(
    `sort, ${label}`,
    bestMs(5, () => decoded.sort(32)),
  );
  report(
    `sort as before protocol 29, ${label}`,
    bestMs(1, () => decoded.sort(28)),
  );
  decoded.sort(32);
  report(
    `remove duplicates, ${label}`,
    bestMs(1, () => void decoded.clean(32)),
  );
}

process.stdout.write(`node ${process.version}, ${ENTRIES} entries\n`);
measure(45, '45 a directory');
measure(1000, '1000 a directory');
measure(ENTRIES * 4, 'one directory');
