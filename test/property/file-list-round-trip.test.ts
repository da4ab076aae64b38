// Random lists of every protocol and option set survive the wire, however it is split. OCRSYNC_SEED repeats a run.
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { FileListDecoder, FileListEncoder, type FileListOptions } from '@ocrsync/core/file-list-codec';
import type { NewEntry } from '@ocrsync/core/file-list-entry';
import { BytesSink, BytesWindow } from '../unit/core/file-list-harness.ts';
import { EntryMaker, Random, randomOptions } from '../unit/core/file-list-random.ts';

const SEED = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 2 ** 31);
const LISTS = 3;

function expectRow(list: FileList, row: number, entry: NewEntry, format: FileListOptions): void {
  const type = entry.mode & 0o170000;
  const { protocol } = format;
  const device = type === 0o020000 || type === 0o060000;
  const linked = format.preserveHardLinks && entry.hardLink !== undefined;
  const flags = list.flags(row);
  expect({
    name: list.name(row),
    mode: list.mode(row),
    sizeBytes: list.sizeBytes(row),
    mtimeSec: list.mtimeSec(row),
    mtimeNsec: list.mtimeNsec(row),
    uid: list.uid(row),
    gid: list.gid(row),
    rdev: [list.rdevMajor(row), list.rdevMinor(row)],
    target: list.linkTarget(row),
    checksum: list.checksum(row)?.toString(),
    atime: list.atimeSec(row),
    missing: (flags & 0x40) !== 0,
  }).toEqual({
    name: entry.name,
    mode: entry.mode,
    sizeBytes: entry.sizeBytes,
    mtimeSec: entry.mtimeSec,
    mtimeNsec: entry.mtimeNsec,
    uid: format.preserveUid ? entry.uid : 0,
    gid: format.preserveGid ? entry.gid : 0,
    rdev: device && format.preserveDevices ? [entry.rdevMajor, entry.rdevMinor] : [0, 0],
    target: format.preserveLinks ? (entry.linkTarget ?? '') : '',
    checksum: entry.checksum?.toString(),
    atime: entry.atimeSec,
    missing: entry.mode === 0,
  });
  if (type === 0o040000 && protocol >= 30) expect(flags & 7).toBe(entry.flags);
  if (protocol >= 30) {
    const { group, first } = entry.hardLink ?? {};
    expect(list.linkGroup(row)).toBe(linked ? (first === true ? list.start + row : group) : -1);
  } else if (linked && (protocol >= 28 || type === 0o100000)) {
    expect(BigInt(list.linkDev(row))).toBe(BigInt(entry.hardLink!.dev));
    expect(BigInt(list.linkIno(row))).toBe(BigInt(entry.hardLink!.ino));
  }
}

/** Decodes the bytes in pieces of random length. */
function decodeSplit(
  core: CoreInstance,
  decoder: FileListDecoder,
  list: FileList,
  wire: Uint8Array,
  random: Random,
): void {
  const window = new BytesWindow(core, wire);
  for (let shown = 0; ;) {
    const before = window.byteOffset;
    shown = Math.min(wire.length, shown + (random.chance(4) ? 1 : random.below(60)));
    window.show(shown);
    const state = decoder.decode(window, list);
    expect(window.byteOffset).toBeGreaterThanOrEqual(before);
    if (state === 'end') break;
    expect(shown).toBeLessThan(wire.length);
  }
  expect(window.byteOffset).toBe(wire.length);
}

describe(`random file lists (seed ${SEED})`, () => {
  for (const protocol of [27, 28, 29, 30, 31, 32]) {
    it(`of protocol ${protocol} come out as they went in, at every split`, () => {
      for (let round = 0; round < 25; round++) {
        const random = new Random(SEED + protocol * 1000 + round);
        const format = randomOptions(random, protocol);
        const core = new CoreInstance();
        const senderDirs = new DirectoryNames(core);
        const dirs = new DirectoryNames(core);
        const encoder = new FileListEncoder(core, format);
        const decoder = new FileListDecoder(core, format);
        const maker = new EntryMaker(random, format);
        let start = format.incremental ? 1 : 0;
        for (let part = 0; part < (format.incremental ? LISTS : 1); part++) {
          const source = new FileList(core, { start, dirs: senderDirs });
          const entries: NewEntry[] = [];
          for (let left = random.below(60); left > 0; left--) {
            const entry = maker.next(start + entries.length);
            entries.push(entry);
            source.add(entry);
          }
          const sink = new BytesSink(core);
          const cut = random.below(entries.length + 1);
          encoder.encode(source, 0, cut, sink);
          encoder.encode(source, cut, entries.length, sink);
          const ioError = random.below(8);
          encoder.end(sink, ioError);
          const list = new FileList(core, { start, dirs });
          decodeSplit(core, decoder, list, sink.bytes, random);
          expect(list.count).toBe(entries.length);
          expect(decoder.ioError).toBe(format.varintFlags || format.safeList ? ioError : 0);
          for (const [row, entry] of entries.entries()) expectRow(list, row, entry, format);
          const names = decoder.takeIdNames().map(({ kind, id, name }) => `${kind} ${id} ${name}`);
          const expected = entries.flatMap(({ userName, groupName, uid, gid }) => [
            ...(userName === undefined ? [] : [`user ${uid} ${userName}`]),
            ...(groupName === undefined ? [] : [`group ${gid} ${groupName}`]),
          ]);
          expect(names).toEqual(expected);
          start += entries.length + 1;
        }
      }
    });
  }
});
