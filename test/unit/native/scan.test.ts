// Directory scans of the native helper: records of names and stats, and scans ahead of need on their own thread.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { SCAN_RECORD, scanRecordLength, scanRecordName } from '@ocrsync/core/scan-record';
import { loadNative } from '@ocrsync/native/load';
import { scannedStat } from '@ocrsync/node/fs/directory-scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const native = loadNative();
const EBADF = -9;
const EAGAIN = -11;
const EINVAL = -22;

describe.skipIf(native === undefined)('a scan of the native helper', () => {
  const { scan, scanAhead, scanDrop, scanTake } = native!;
  let folder = '';
  let names: string[] = [];

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ocrsync-scan-'));
    names = Array.from({ length: 900 }, (_, index) => `${'n'.repeat(1 + (index % 60))}-${index}`);
    for (const name of names) fs.writeFileSync(path.join(folder, name), name);
    fs.mkdirSync(path.join(folder, 'directory'));
    fs.symlinkSync('nowhere', path.join(folder, 'link'));
    fs.utimesSync(path.join(folder, 'directory'), -1000.5, -2000.25);
    names = [...names, 'directory', 'link'].sort();
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  const open = (): number => fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);

  function records(out: Uint8Array, end: number): { name: string; at: number }[] {
    const found = [];
    for (let at = 0; at < end; at += scanRecordLength(out, at))
      found.push({ name: scanRecordName(out, at), at });
    return found;
  }

  /** Names by repeated calls, until one says that nothing is left. */
  function readAll(read: (out: Uint8Array) => number, bytes: number): string[] {
    const out = new Uint8Array(bytes);
    const found: string[] = [];
    for (;;) {
      const result = read(out);
      expect(result).toBeGreaterThanOrEqual(0);
      found.push(...records(out, result >>> 1).map(({ name }) => name));
      if (result & 1) return found.sort();
    }
  }

  it.each([4096, 8192, 65536, 1 << 20])('reads every name once through %d bytes', (bytes) => {
    const directory = open();
    expect(readAll((out) => scan(directory, out), bytes)).toEqual(names);
    fs.closeSync(directory);
  });

  it('says of each entry what lstat says', () => {
    const directory = open();
    const out = new Uint8Array(1 << 20);
    const end = scan(directory, out) >>> 1;
    const view = new DataView(out.buffer);
    for (const { name, at } of records(out, end)) {
      const expected = fs.lstatSync(path.join(folder, name), { bigint: true });
      const stat = scannedStat(view, at);
      expect(view.getUint32(at + SCAN_RECORD.error, true)).toBe(0);
      expect(stat).toMatchObject({
        mode: Number(expected.mode),
        sizeBytes: Number(expected.size),
        mtimeSec: Math.floor(Number(expected.mtimeNs) / 1e9),
        uid: Number(expected.uid),
        gid: Number(expected.gid),
        dev: Number(expected.dev),
        ino: Number(expected.ino),
        linkCount: Number(expected.nlink),
      });
      expect(BigInt(stat.mtimeSec) * 1_000_000_000n + BigInt(stat.mtimeNsec)).toBe(expected.mtimeNs);
      expect(BigInt(stat.atimeSec) * 1_000_000_000n + BigInt(stat.atimeNsec)).toBe(expected.atimeNs);
    }
    fs.closeSync(directory);
  });

  it('answers wrong arguments with numbers', () => {
    const directory = open();
    expect(scan(-1, new Uint8Array(4096))).toBe(EBADF);
    expect(scan(directory, new Uint8Array(100))).toBe(EINVAL);
    expect(scan(directory, new Uint8Array(8200).subarray(1))).toBe(EINVAL);
    expect(scanTake(999, new Uint8Array(65536))).toBe(EBADF);
    expect(scanDrop(-1)).toBe(EBADF);
    expect(scanAhead(-1)).toBe(EBADF);
    fs.closeSync(directory);
  });

  it('gives ahead of need what a scan gives, in any order and with the descriptor closed', () => {
    const slots = Array.from({ length: 8 }, () => {
      const directory = open();
      const slot = scanAhead(directory);
      fs.closeSync(directory);
      expect(slot).toBeGreaterThanOrEqual(0);
      return slot;
    });
    for (const slot of slots.reverse()) {
      expect(readAll((out) => scanTake(slot, out), 65536)).toEqual(names);
      expect(scanTake(slot, new Uint8Array(65536))).toBe(EBADF);
    }
  });

  it('takes no more than it has room for, and gives room back', () => {
    const open16 = fs.readdirSync('/proc/self/fd').length;
    const slots: number[] = [];
    const directory = open();
    for (;;) {
      const slot = scanAhead(directory);
      if (slot < 0) {
        expect(slot).toBe(EAGAIN);
        break;
      }
      slots.push(slot);
    }
    expect(slots.length).toBeGreaterThanOrEqual(16);
    expect(slots.length).toBeLessThanOrEqual(64);
    for (const slot of slots) expect(scanDrop(slot)).toBe(0);
    fs.closeSync(directory);
    expect(fs.readdirSync('/proc/self/fd').length).toBe(open16);
  });

  it('ends with the thread that asked, whatever is under way', async () => {
    const source = `
      const { createRequire } = require('node:module');
      const native = createRequire('/')(${JSON.stringify(helperPath())});
      const fs = require('node:fs');
      const directory = fs.openSync(${JSON.stringify(folder)}, fs.constants.O_DIRECTORY);
      for (let i = 0; i < 10; i++) native.scanAhead(directory);`;
    const threads = fs.readdirSync('/proc/self/task').length;
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(source, { eval: true });
      expect(await new Promise((resolve) => worker.once('exit', resolve))).toBe(0);
    }
    expect(fs.readdirSync('/proc/self/task').length).toBeLessThanOrEqual(threads);
  });
});

function helperPath(): string {
  return new URL('../../../host-native/build/native.node', import.meta.url).pathname;
}
