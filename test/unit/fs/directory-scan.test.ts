// Directories as records: with the helper and without it the same, and ahead of need.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scanRecordError, scanRecordLength, scanRecordName } from '@ocrsync/core/scan-record';
import { type DirectoryScan, openScan, ScanAhead, scannedStat } from '@ocrsync/node/fs/directory-scan';
import type { FileStat, Root } from '@ocrsync/node/fs/filesystem';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NO_HELPER = {};
const COUNT = 700;

describe('a directory as records', () => {
  let folder = '';
  let root: Root;

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ocrsync-records-'));
    for (const name of ['one', 'two']) {
      fs.mkdirSync(path.join(folder, name));
      for (let i = 0; i < COUNT; i++) {
        const file = Buffer.from(path.join(folder, name, `\xff-${i}`), 'latin1');
        fs.writeFileSync(file, 'x'.repeat(i % 50));
        fs.utimesSync(file, 1e9, (i - 100) * 1e7);
      }
    }
    root = localFilesystem().root(folder);
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  function readAll(scan: DirectoryScan): Map<string, FileStat> {
    const into = new Uint8Array(65536);
    const found = new Map<string, FileStat>();
    while (!scan.ended) {
      const end = scan.read(into);
      for (let at = 0; at < end; at += scanRecordLength(into, at)) {
        expect(scanRecordError(new Uint32Array(into.buffer), at)).toBe(0);
        found.set(scanRecordName(into, at), scannedStat(new DataView(into.buffer), at));
      }
    }
    scan.close();
    return found;
  }

  it('is the same with the helper and without it', () => {
    const with_ = readAll(openScan(root, 'one'));
    expect(with_.size).toBe(COUNT);
    expect(readAll(openScan(root, 'one', NO_HELPER))).toEqual(with_);
    for (const [name, stat] of with_) expect(root.lstat(`one/${name}`)).toEqual(stat);
  });

  it('is the same when it was begun ahead of need, and once more after that', () => {
    const ahead = new ScanAhead();
    ahead.begin(root, 'one');
    ahead.begin(root, 'two');
    ahead.begin(root, 'two');
    expect(readAll(ahead.open(root, 'two')).size).toBe(COUNT);
    expect(readAll(ahead.open(root, 'one'))).toEqual(readAll(openScan(root, 'one', NO_HELPER)));
    expect(readAll(ahead.open(root, 'one')).size).toBe(COUNT);
    ahead.begin(root, 'one');
    ahead.end();
  });

  it('is read to its end ahead of need, whoever lists it meanwhile', () => {
    for (let round = 0; round < 20; round++) {
      const ahead = new ScanAhead();
      ahead.begin(root, 'one');
      expect(root.list('one')).toHaveLength(COUNT);
      expect(readAll(ahead.open(root, 'one')).size).toBe(COUNT);
    }
  });

  it.each([undefined, NO_HELPER])('tells a missing one when it is opened (%#)', (native) => {
    const ahead = native === undefined ? new ScanAhead() : new ScanAhead(native);
    ahead.begin(root, 'missing');
    expect(() => ahead.open(root, 'missing')).toThrow(/No such file or directory/);
  });

  it('can be left in the middle', () => {
    const ahead = new ScanAhead();
    ahead.begin(root, 'one');
    const scan = ahead.open(root, 'one');
    scan.read(new Uint8Array(65536));
    scan.close();
    openScan(root, 'two').close();
  });
});
