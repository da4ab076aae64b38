// Files put in place by the helper, in one call and by its threads.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstallPool, installJob, installResult, installStep } from '@ocrsync/native/install';
import { loadNative, omitTime } from '@ocrsync/native/load';

const EAGAIN = 11;
const EISDIR = 21;
const EINVAL = 22;
const ENODATA = 61;
const helper = loadNative();

describe.skipIf(helper === undefined)('the helper', () => {
  const native = helper!;
  let base = '';
  let directory = -1;
  let pools: InstallPool[] = [];

  beforeEach(() => {
    base = mkdtempSync(path.join(tmpdir(), 'ocrsync-install-'));
    mkdirSync(path.join(base, 'to'));
    directory = openSync(path.join(base, 'to'), 'r');
  });
  afterEach(() => {
    for (const pool of pools) native.closeInstallPool(pool);
    pools = [];
    closeSync(directory);
    rmSync(base, { recursive: true, force: true });
  });

  const at = (name: string): string => path.join(base, 'to', name);

  function job(values: Partial<Record<Exclude<keyof typeof installJob, 'fields'>, number>>): Float64Array {
    const record = new Float64Array(installJob.fields);
    const all = { mode: 0o600, uid: -1, gid: -1, mtimeNsec: omitTime, ...values };
    for (const [field, value] of Object.entries(all)) {
      record[installJob[field as keyof typeof installJob]] = value;
    }
    return record;
  }

  function openPool(threads: number): InstallPool {
    const pool = native.openInstallPool(threads);
    if (typeof pool === 'number') throw new Error(`no pool: ${pool}`);
    pools.push(pool);
    return pool;
  }

  function source(name: string, content: string | Buffer): number {
    writeFileSync(path.join(base, name), content);
    return openSync(path.join(base, name), 'r');
  }

  function finish(pool: InstallPool): number[] {
    expect(native.awaitInstalls(pool, 0, 20_000)).toBe(0);
    const results = new Float64Array(300 * installResult.fields);
    const count = native.collectInstalls(pool, results);
    return Array.from({ length: count }, (_, index) => results[index * installResult.fields]!);
  }

  it('installs bytes with mode and time to the nanosecond, and leaves nothing else', () => {
    const result = new Float64Array(installResult.fields);
    const record = job({ mode: 0o4751, mtimeSec: -5, mtimeNsec: 123_456_789 });
    expect(native.installFile(directory, '.a.', 'a', Buffer.from('bytes'), record, result)).toBe(0);
    expect(readFileSync(at('a'), 'utf8')).toBe('bytes');
    const { mode, mtimeNs } = statSync(at('a'), { bigint: true });
    expect(mode & 0o7777n).toBe(0o4751n);
    expect(mtimeNs).toBe(-5_000_000_000n + 123_456_789n);
    expect(readdirSync(at(''))).toEqual(['a']);
  });

  it('replaces what has the name, and says what it cannot replace', () => {
    writeFileSync(at('old'), 'old');
    mkdirSync(at('directory'));
    const result = new Float64Array(installResult.fields);
    const install = (name: string): number =>
      native.installFile(directory, `.${name}.`, name, Buffer.from('new'), job({}), result);
    expect(install('old')).toBe(0);
    expect(readFileSync(at('old'), 'utf8')).toBe('new');
    expect(install('directory')).toBe(installStep.rename);
    expect(result[installResult.errno]).toBe(EISDIR);
    expect(readdirSync(at('')).sort()).toEqual(['directory', 'old']);
  });

  it.each([
    ['a/b', 'x'],
    ['.', 'a/b'],
    ['', 'x'],
    ['.', ''],
    ['.'.repeat(255), 'x'],
    ['.', 'x'.repeat(256)],
  ])('refuses names that are none: %j %j', (prefix, name) => {
    const result = new Float64Array(installResult.fields);
    expect(native.installFile(directory, prefix, name, new Uint8Array(0), job({}), result)).toBe(-EINVAL);
    expect(readdirSync(at(''))).toEqual([]);
  });

  it.each(['sizeBytes', 'mode', 'uid', 'gid', 'mtimeSec', 'mtimeNsec'] as const)(
    'refuses a %s that is out of range',
    (field) => {
      const result = new Float64Array(installResult.fields);
      for (const value of [NaN, Infinity, -Infinity, 2 ** 60]) {
        const record = job({ [field]: value });
        expect(native.installFile(directory, '.a.', 'a', new Uint8Array(0), record, result)).toBe(-EINVAL);
      }
      expect(readdirSync(at(''))).toEqual([]);
    },
  );

  it.each([1, 2, 4])('tells results in the order of the jobs with %i threads', (threads) => {
    const pool = openPool(threads);
    for (let number = 0; number < 60; number++) {
      // Every third one is longer than its source, every tenth is big.
      const content = Buffer.alloc(number % 10 === 0 ? 3_000_000 : number, number);
      const sizeBytes = content.length + (number % 3 === 1 ? 1 : 0);
      const descriptor = source(`${number}`, content);
      const name = `f${number}`;
      expect(native.submitInstall(pool, descriptor, directory, `.${name}.`, name, job({ sizeBytes }))).toBe(
        0,
      );
    }
    const expected = Array.from({ length: 60 }, (_, number) => (number % 3 === 1 ? installStep.read : 0));
    expect(finish(pool)).toEqual(expected);
    const names = expected.flatMap((step, number) => (step === 0 ? [`f${number}`] : []));
    expect(readdirSync(at('')).sort()).toEqual(names.sort());
    for (const name of names) {
      expect(readFileSync(at(name)).equals(readFileSync(path.join(base, name.slice(1))))).toBe(true);
    }
  });

  it('says of a source that ends early that there is no more data', () => {
    const pool = openPool(1);
    const descriptor = source('short', Buffer.alloc(2_000_000));
    truncateSync(path.join(base, 'short'), 1_500_000);
    native.submitInstall(pool, descriptor, directory, '.s.', 's', job({ sizeBytes: 2_000_000 }));
    native.awaitInstalls(pool, 0, 20_000);
    const results = new Float64Array(installResult.fields);
    expect(native.collectInstalls(pool, results)).toBe(1);
    expect([results[installResult.step], results[installResult.errno]]).toEqual([installStep.read, ENODATA]);
    expect(readdirSync(at(''))).toEqual([]);
  });

  it('takes no more jobs than it has room for, until results were collected', () => {
    const pool = openPool(1);
    const room = native.installPoolRoom(pool);
    const submit = (number: number): number =>
      native.submitInstall(pool, source('one', 'x'), directory, '.n.', `n${number}`, job({ sizeBytes: 1 }));
    for (let number = 0; number < room; number++) expect(submit(number)).toBe(0);
    const last = source('one', 'x');
    expect(native.submitInstall(pool, last, directory, '.n.', 'last', job({ sizeBytes: 1 }))).toBe(-EAGAIN);
    expect(finish(pool)).toHaveLength(room);
    expect(native.submitInstall(pool, last, directory, '.n.', 'last', job({ sizeBytes: 1 }))).toBe(0);
    expect(finish(pool)).toEqual([0]);
  });

  it('leaves whole files or none, and closes every source, when it is closed at work', () => {
    const before = readdirSync('/proc/self/fd').length;
    const pool = openPool(2);
    const content = Buffer.alloc(20 << 20, 'whole');
    for (let number = 0; number < 20; number++) {
      const descriptor = source(`${number}`, content);
      native.submitInstall(
        pool,
        descriptor,
        directory,
        '.w.',
        `w${number}`,
        job({ sizeBytes: content.length }),
      );
    }
    native.awaitInstalls(pool, 18, 20_000);
    expect(native.closeInstallPool(pool)).toBe(0);
    pools = [];
    const names = readdirSync(at(''));
    expect(names.length).toBeLessThan(20);
    for (const name of names) expect(statSync(at(name)).size).toBe(content.length);
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    expect(native.closeInstallPool(pool)).toBe(-EINVAL);
    expect(native.collectInstalls(pool, new Float64Array(installResult.fields))).toBe(-EINVAL);
  });

  it.each([0, 5])('refuses %i threads', (threads) => {
    expect(native.openInstallPool(threads)).toBe(-EINVAL);
  });
});
