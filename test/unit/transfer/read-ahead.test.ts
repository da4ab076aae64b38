import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FileList } from '@ocrsync/core/file-list';
import { loadNative } from '@ocrsync/native/load';
import type { OpenFile, Root } from '@ocrsync/node/fs/filesystem';
import { localFilesystem } from '@ocrsync/node/fs/local';
import {
  RING_FILE_BYTES,
  type ReaderCalls,
  RingReader,
  threadRingReader,
} from '@ocrsync/node/fs/ring-reader';
import { probeRing } from '@ocrsync/node/fs/ring-probe';
import { ReadAhead } from '@ocrsync/node/transfer/read-ahead';

const probe = probeRing();

interface Row {
  readonly name: string;
  readonly sizeBytes: number;
  readonly regular: boolean;
}

/** As much of a sorted list as the read-ahead looks at. */
function listOf(rows: readonly Row[]): FileList {
  const directories = [...new Set(rows.map(({ name }) => path.dirname(name)))];
  const list = {
    count: rows.length,
    rowAt: (position: number) => position,
    positionOf: (row: number) => row,
    isActive: () => true,
    isRegular: (row: number) => rows[row]!.regular,
    dirNumber: (row: number) => directories.indexOf(path.dirname(rows[row]!.name)),
    root: () => 0,
    baseName: (row: number) => path.basename(rows[row]!.name),
    sizeBytes: (row: number) => rows[row]!.sizeBytes,
    name: (row: number) => rows[row]!.name,
  };
  return list as unknown as FileList;
}

describe.skipIf(!probe.works)(`The read-ahead ${probe.works ? '' : probe.reason}`, () => {
  let directory = '';
  let root: Root;
  const filesystem = localFilesystem();

  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-ahead-'));
    for (const folder of ['a', 'b']) mkdirSync(path.join(directory, folder));
    root = filesystem.root(directory);
  });
  afterAll(() => {
    filesystem.release();
    rmSync(directory, { recursive: true, force: true });
  });

  function make(name: string, content: string): Row {
    writeFileSync(path.join(directory, name), content);
    return { name, sizeBytes: content.length, regular: true };
  }

  const files = (count: number, folder = 'a'): Row[] =>
    Array.from({ length: count }, (_, i) =>
      make(`${folder}/f${String(i).padStart(4, '0')}`, `${folder}${i} `.repeat(i % 50)),
    );

  interface Calls {
    runs: number[];
    probes: number;
  }

  /** The real calls, counted; `cold` says what the probe finds. */
  function ahead(options: { cold?: boolean; onlyCold?: boolean; on?: Root; fails?: boolean }): {
    reads: ReadAhead;
    calls: Calls;
    take: (list: FileList, row: number) => string | undefined;
  } {
    const native = loadNative()!;
    const calls: Calls = { runs: [], probes: 0 };
    const counted: ReaderCalls = {
      ringOfThread: () => native.ringOfThread(),
      fileIsCold: () => {
        calls.probes++;
        return options.cold === false ? 0 : 1;
      },
      ringReadFiles: (ring, held, names, into, records) => {
        calls.runs.push(names.split('/').length);
        return options.fails ? -5 : native.ringReadFiles(ring, held, names, into, records);
      },
    };
    const lease = { ring: native.ringOfThread(), release: () => undefined, discard: () => undefined };
    const reads = new ReadAhead({
      reader: new RingReader(counted, () => lease),
      onlyCold: options.onlyCold ?? true,
      sourcePath: ({ list, row }) => ({ root: options.on ?? root, name: list.name(row) }),
    });
    const take = (list: FileList, row: number): string | undefined => {
      const file = reads.take({ list, row, ndx: row });
      return file === undefined ? undefined : textOf(file);
    };
    return { reads, calls, take };
  }

  function textOf(file: OpenFile): string {
    const { sizeBytes, mode } = file.stat();
    expect(mode & 0o170000).toBe(0o100000);
    const bytes = new Uint8Array(sizeBytes + 10);
    expect(file.read(bytes, 0)).toBe(sizeBytes);
    expect(file.read(bytes.subarray(0, 1), sizeBytes)).toBe(0);
    file.close();
    return Buffer.from(bytes.subarray(0, sizeBytes)).toString();
  }

  const onDisk = (row: Row): string => readFileSync(path.join(directory, row.name), 'utf8');

  it('reads on once files are asked for one after the other, in growing runs', () => {
    const rows = files(300);
    const { calls, take } = ahead({});
    const list = listOf(rows);
    const taken = rows.map((_, row) => take(list, row));
    expect(taken.filter((text) => text === undefined)).toHaveLength(3);
    taken.forEach((text, row) => {
      if (text !== undefined) expect(text).toBe(onDisk(rows[row]!));
    });
    expect(calls.runs).toEqual([16, 32, 64, 64, 64, 57]);
  });

  it('passes over what is no regular file, or long, and stays in the directory', () => {
    const rows = [
      ...files(20),
      { name: 'a/folder', sizeBytes: 0, regular: false },
      make('a/long', 'x'.repeat(RING_FILE_BYTES + 1)),
      ...files(20, 'b'),
    ];
    const { calls, take } = ahead({ onlyCold: false });
    const list = listOf(rows);
    const taken = rows.map((row, at) => (row.regular ? take(list, at) : undefined));
    expect(taken[21]).toBeUndefined();
    rows.forEach((row, at) => {
      if (taken[at] !== undefined) expect(taken[at]).toBe(onDisk(row));
    });
    // Twenty files behind the first four, none of b together with a's.
    expect(calls.runs).toEqual([16, 20]);
    expect(calls.probes).toBe(0);
  });

  it('leaves single requests alone', () => {
    const rows = files(200);
    const { calls, take } = ahead({ onlyCold: false });
    const list = listOf(rows);
    for (let row = 0; row < rows.length; row += 2) expect(take(list, row)).toBeUndefined();
    for (let row = rows.length - 1; row >= 0; row--) expect(take(list, row)).toBeUndefined();
    expect(calls.runs).toEqual([]);
  });

  it('forgets what nobody asked for', () => {
    const rows = files(40);
    const { take } = ahead({ onlyCold: false });
    const list = listOf(rows);
    for (let row = 0; row < 8; row++) take(list, row);
    expect(take(list, 30)).toBeUndefined();
    expect(take(list, 9)).toBeUndefined();
  });

  it('mistakes no list for another', () => {
    const { take } = ahead({ onlyCold: false });
    const first = listOf(files(20));
    for (let row = 0; row < 8; row++) take(first, row);
    const rows = files(20, 'b');
    const second = listOf(rows);
    for (let row = 8; row < 16; row++) {
      const text = take(second, row);
      if (text !== undefined) expect(text).toBe(onDisk(rows[row]!));
    }
  });

  it('gives a file out once: a second request reads it anew', () => {
    const rows = files(20);
    const { take } = ahead({ onlyCold: false });
    const list = listOf(rows);
    for (let row = 0; row < 8; row++) take(list, row);
    expect(take(list, 7)).toBeUndefined();
  });

  it('leaves warm files alone, and asks ever more rarely', () => {
    const rows = files(1200);
    const { calls, take } = ahead({ cold: false });
    const list = listOf(rows);
    rows.forEach((_, row) => expect(take(list, row)).toBeUndefined());
    expect(calls.runs).toEqual([]);
    expect(calls.probes).toBeLessThanOrEqual(6);
  });

  it('gives nothing for files that changed, vanished or became links: they are opened as ever', () => {
    const rows = files(20);
    const { take } = ahead({ onlyCold: false });
    unlinkSync(path.join(directory, rows[5]!.name));
    writeFileSync(path.join(directory, rows[6]!.name), 'x'.repeat(99));
    renameSync(path.join(directory, rows[7]!.name), path.join(directory, 'a/elsewhere'));
    symlinkSync('elsewhere', path.join(directory, rows[7]!.name));
    const list = listOf(rows);
    const taken = rows.map((_, row) => take(list, row));
    expect(taken.slice(3, 9).map((text) => text !== undefined)).toEqual([
      true,
      true,
      false,
      false,
      false,
      true,
    ]);
    unlinkSync(path.join(directory, rows[7]!.name));
  });

  it('takes an empty file for what it is', () => {
    const rows = Array.from({ length: 10 }, (_, i) => make(`b/empty${i}`, ''));
    const { take } = ahead({ onlyCold: false });
    const list = listOf(rows);
    expect(rows.map((_, row) => take(list, row)).slice(3)).toEqual(Array(7).fill(''));
  });

  it('gives up for good when the ring fails or reads come to nothing', () => {
    const rows = files(400);
    const broken = ahead({ onlyCold: false, fails: true });
    const list = listOf(rows);
    rows.forEach((_, row) => expect(broken.take(list, row)).toBeUndefined());
    expect(broken.calls.runs).toHaveLength(1);
    const gone = listOf(rows.map((row) => ({ ...row, name: `a/gone-${path.basename(row.name)}` })));
    const useless = ahead({ onlyCold: false });
    rows.forEach((_, row) => expect(useless.take(gone, row)).toBeUndefined());
    expect(useless.calls.runs).toHaveLength(3);
  });

  it('works without descriptors of directories, and when the directory is gone, by not reading', () => {
    const rows = files(30).map((row) => ({ ...row, name: row.name.replace('a/', 'no-such/') }));
    const gone = ahead({ onlyCold: false });
    const list = listOf(rows);
    rows.forEach((_, row) => expect(gone.take(list, row)).toBeUndefined());
    const held = { path: directory, hold: () => undefined } as unknown as Root;
    const without = ahead({ onlyCold: false, on: held });
    const present = listOf(files(30));
    for (let row = 0; row < 30; row++) expect(without.take(present, row)).toBeUndefined();
    expect(without.calls.runs).toEqual([]);
  });

  it('reads nothing after its end', () => {
    const rows = files(30);
    const { reads, take } = ahead({ onlyCold: false });
    const list = listOf(rows);
    for (let row = 0; row < 8; row++) take(list, row);
    reads.close();
    for (let row = 8; row < 30; row++) expect(take(list, row)).toBeUndefined();
  });

  it('has the ring of the thread where nobody has a pool', () => {
    const reader = threadRingReader()!;
    const rows = files(5);
    const held = root.hold('a')!;
    const contents = reader.read(
      held.descriptor,
      rows.map(({ name, sizeBytes }) => ({ name: path.basename(name), sizeBytes })),
    )!;
    expect(contents.map((file) => textOf(file!))).toEqual(rows.map(onDisk));
    expect(() => contents[0]!.write(new Uint8Array(1), 0)).toThrow(/Bad file descriptor/);
    expect(() => contents[0]!.truncate(0)).toThrow(/Bad file descriptor/);
    held.release();
    reader.close();
  });
});

describe('Without the native helper', () => {
  it('there is no reader', () => {
    const before = process.env['OCRSYNC_NATIVE'];
    process.env['OCRSYNC_NATIVE'] = 'off';
    try {
      expect(threadRingReader()).toBeUndefined();
    } finally {
      if (before === undefined) delete process.env['OCRSYNC_NATIVE'];
      else process.env['OCRSYNC_NATIVE'] = before;
    }
  });
});
