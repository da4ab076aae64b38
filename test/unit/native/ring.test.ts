import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import { RING_MAX, RING_NAME_BYTES, RING_RECORD_FIELDS, RING_RUN_FILES } from '@ocrsync/native/ring';
import { askKernel } from '@ocrsync/node/fs/ring-probe';
import { RingPool } from '@ocrsync/node/fs/ring-pool';
import { ringReport } from '@ocrsync/node/fs/ring-report';

const native = loadNative() as NativeHelper;
const probe = askKernel(native);
const why = probe.works ? '' : probe.reason;
const ENOENT = 2;
const EBADF = 9;
const ENOTDIR = 20;
const EINVAL = 22;
const EMFILE = 24;
const ELOOP = 40;
const ESTALE = 116;

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe.skipIf(!probe.works)(`io_uring rings ${why}`, () => {
  let directory = '';
  let held = -1;
  let ring = -1;
  const into = new Uint8Array(1 << 20);
  const records = new Float64Array(RING_RUN_FILES * RING_RECORD_FIELDS);

  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-ring-'));
    for (let i = 0; i < RING_RUN_FILES; i++) writeFileSync(path.join(directory, `f${i}`), content(i));
    symlinkSync('f1', path.join(directory, 'link'));
    mkdirSync(path.join(directory, 'directory'));
    held = openSync(directory, 'r');
    ring = native.ringOpen();
    expect(ring).toBeGreaterThan(0);
  });
  afterAll(() => {
    expect(native.ringClose(ring)).toBe(0);
    closeSync(held);
    rmSync(directory, { recursive: true, force: true });
  });

  const content = (i: number): string => `${i}-`.repeat(i * 20);

  /** Outcome of each file in turn. */
  function read(files: readonly (readonly [name: string, expectedBytes: number])[]): number[] {
    files.forEach(([, expectedBytes], i) => (records[i * RING_RECORD_FIELDS] = expectedBytes));
    const count = native.ringReadFiles(ring, held, files.map(([name]) => name).join('/'), into, records);
    const outcomes = files.map((_, i) => records[i * RING_RECORD_FIELDS]!);
    expect(count).toBe(outcomes.filter((outcome) => outcome >= 0).length);
    return outcomes;
  }

  it('read a whole run of files at once, each behind the others with its stat', () => {
    const files = Array.from({ length: RING_RUN_FILES }, (_, i) => [`f${i}`, content(i).length] as const);
    expect(read(files)).toEqual(files.map(([, size]) => size));
    let at = 0;
    files.forEach(([, size], i) => {
      expect(Buffer.from(into.subarray(at, at + size)).toString()).toBe(content(i));
      at += size + 1;
      const stat = records.subarray(i * RING_RECORD_FIELDS + 1, (i + 1) * RING_RECORD_FIELDS);
      expect(stat[0]! & 0o170000).toBe(0o100000);
      expect(stat[1]).toBe(size);
    });
  });

  it('say of each file why it was not read, and read the others', () => {
    const size = content(7).length;
    const files = [
      ['gone', 5],
      ['link', content(1).length],
      ['directory', 5],
      ['f7', size - 1],
      ['f7', size + 1],
      ['f7', size],
    ] as const;
    const outcomes = read(files);
    expect(outcomes[0]).toBe(-ENOENT);
    expect(outcomes[1]).toBe(-ELOOP);
    expect(outcomes[2]).toBeLessThan(0);
    expect(outcomes.slice(3)).toEqual([-ESTALE, -ESTALE, size]);
  });

  it('do not wait for a writer of a FIFO', () => {
    expect(spawnSync('mkfifo', [path.join(directory, 'fifo')]).status).toBe(0);
    expect(read([['fifo', 0]])[0]).toBe(-ESTALE);
  });

  it('take no path, no empty name, nothing beyond the limits, no foreign memory', () => {
    const refused = (names: string, from = held): number => {
      records.fill(0);
      return native.ringReadFiles(ring, from, names, into, records);
    };
    for (const names of ['..', 'f1/..', '.', '', '/f1', 'f1/', 'f1//f2', 'f\u00001']) {
      expect(refused(names), JSON.stringify(names)).toBe(-EINVAL);
    }
    expect(
      refused(
        Array(RING_RUN_FILES + 1)
          .fill('f1')
          .join('/'),
      ),
    ).toBe(-EINVAL);
    expect(refused('n'.repeat(RING_NAME_BYTES + 1))).toBe(-EINVAL);
    expect(refused('n'.repeat(RING_NAME_BYTES))).toBe(0);
    for (const size of [into.length, -1, NaN, Infinity]) {
      records[0] = size;
      expect(native.ringReadFiles(ring, held, 'f1', into, records), String(size)).toBe(-EINVAL);
    }
    expect(native.ringReadFiles(ring, held, 'f1', into, new Float64Array(3))).toBe(-EINVAL);
    expect(native.ringReadFiles(RING_MAX + 1, held, 'f1', into, records)).toBe(-EBADF);
    refused('f1', openSync('/dev/null', 'r'));
    expect(records[0]).toBe(-ENOTDIR);
  });

  it('tell cold files from warm ones without an error for what is neither', () => {
    expect(native.fileIsCold(held, 'f3')).toBe(0);
    expect(native.fileIsCold(held, 'f0')).toBe(0);
    expect(native.fileIsCold(held, 'gone')).toBe(-ENOENT);
    expect(native.fileIsCold(held, 'link')).toBe(-ELOOP);
    expect(native.fileIsCold(held, 'directory')).toBe(0);
  });

  it('are closed once, and a closed number means nothing', () => {
    const another = native.ringOpen();
    expect(native.ringClose(another)).toBe(0);
    expect(native.ringClose(another)).toBe(-EBADF);
    expect(native.ringFlags(another)).toBe(-EBADF);
    for (const number of [0, -1, RING_MAX + 1]) expect(native.ringClose(number)).toBe(-EBADF);
  });

  it('are bounded in number', () => {
    const rings: number[] = [];
    for (;;) {
      const made = native.ringOpen();
      if (made < 0) {
        expect(made).toBe(-EMFILE);
        break;
      }
      rings.push(made);
      expect(rings.length).toBeLessThanOrEqual(RING_MAX);
    }
    for (const made of rings) expect(native.ringClose(made)).toBe(0);
  });

  it('of a worker are its own, and are gone with it', async () => {
    const before = openDescriptors();
    const addon = fileURLToPath(new URL('../../../host-native/build/native.node', import.meta.url));
    const source = `const native = require(${JSON.stringify(addon)});
      const { parentPort } = require('node:worker_threads');
      const first = native.ringOfThread();
      parentPort.postMessage([first > 0, first === native.ringOfThread(), native.ringOpen() > 0, native.ringFlags(31)]);`;
    for (let i = 0; i < 5; i++) {
      const answer = await new Promise<unknown>((resolve, reject) => {
        const worker = new Worker(source, { eval: true });
        let said: unknown;
        worker.once('message', (message) => (said = message));
        worker.once('error', reject);
        worker.once('exit', () => resolve(said));
      });
      expect(answer).toEqual([true, true, true, -EBADF]);
    }
    expect(openDescriptors()).toBe(before);
  });

  it('serve 10,000 sessions with no more descriptors and memory than the first hundred', () => {
    const pool = new RingPool(native, 4);
    const files = Array.from({ length: 8 }, (_, i) => [`f${i}`, content(i).length] as const);
    const names = files.map(([name]) => name).join('/');
    /** Ways in which a session can end. */
    const ends = [
      (session: object) => pool.lease(session)?.release(),
      (session: object) => {
        const lease = pool.lease(session)!;
        files.forEach(([, size], i) => (records[i * RING_RECORD_FIELDS] = size));
        expect(native.ringReadFiles(lease.ring, held, names, into, records)).toBe(files.length);
        pool.endSession(session);
      },
      (session: object) => {
        pool.lease(session);
        pool.lease(session)?.release();
        pool.endSession(session);
      },
      (session: object) => {
        try {
          pool.lease(session);
          throw new Error('a session that fails');
        } catch {
          pool.endSession(session);
        }
      },
      (session: object) => pool.lease(session)?.discard(),
    ];
    const run = (sessions: number): void => {
      for (let i = 0; i < sessions; i++) ends[i % ends.length]!({});
    };
    run(100);
    const before = { descriptors: openDescriptors(), rssBytes: process.memoryUsage.rss() };
    run(10_000);
    expect(openDescriptors()).toBe(before.descriptors);
    expect(process.memoryUsage.rss() - before.rssBytes).toBeLessThan(24 << 20);
    expect(pool.state.leased).toBe(0);
    pool.close();
    expect(pool.state).toMatchObject({ made: 0, idle: 0 });
  });

  it('that cannot be made for lack of descriptors are asked for again, and nothing is left open', () => {
    const script = `
      import { loadNative } from '@ocrsync/native/load';
      import { RingPool } from '@ocrsync/node/fs/ring-pool';
      import { closeSync, openSync, readdirSync } from 'node:fs';
      const pool = new RingPool(loadNative(), 2);
      const taken = [];
      try { for (;;) taken.push(openSync('/dev/null', 'r')); } catch (error) { console.log(error.code); }
      console.log(pool.lease({}) === undefined, JSON.stringify(pool.state));
      for (const one of taken) closeSync(one);
      const before = readdirSync('/proc/self/fd').length;
      const lease = pool.lease({});
      console.log(lease.ring > 0);
      lease.release();
      pool.close();
      console.log(readdirSync('/proc/self/fd').length - before);`;
    expect(inChild(script, 'ulimit -n 64; ').trim().split('\n')).toEqual([
      'EMFILE',
      'true {"made":0,"idle":0,"leased":0}',
      'true',
      '0',
    ]);
  });
});

/** Runs a module in a child of its own; its output. */
function inChild(script: string, before = '', environment: Record<string, string> = {}): string {
  const checkout = fileURLToPath(new URL('../../..', import.meta.url));
  const node = `"${process.execPath}" --conditions=ocrsync-source --input-type=module -`;
  const result = spawnSync('sh', ['-c', `${before}exec ${node}`], {
    input: script,
    cwd: path.join(checkout, 'host-node'),
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect(result.stderr).toBe('');
  return result.stdout;
}

describe('The pool of rings', () => {
  /** Calls that count what is open. */
  function counted(answers: number[] = []): {
    open: Set<number>;
    calls: Pick<NativeHelper, 'ringOpen' | 'ringClose'>;
  } {
    const open = new Set<number>();
    let next = 0;
    const ringOpen = (): number => {
      const answer = answers.shift() ?? 1;
      if (answer < 0) return answer;
      open.add(++next);
      return next;
    };
    return { open, calls: { ringOpen, ringClose: (ring) => (open.delete(ring) ? 0 : -EBADF) } };
  }

  it('gives a session one ring however often it asks, and others another', () => {
    const { calls } = counted();
    const pool = new RingPool(calls, 2);
    const [a, b, c] = [{}, {}, {}];
    const first = pool.lease(a)!;
    expect(pool.lease(a)!.ring).toBe(first.ring);
    expect(pool.lease(b)!.ring).not.toBe(first.ring);
    expect(pool.lease(c)).toBeUndefined();
    first.release();
    first.release();
    expect(pool.lease(c)).toBeUndefined();
    pool.endSession(a);
    expect(pool.lease(c)!.ring).toBe(first.ring);
  });

  it('does not let a lease of an ended session take the ring from its successor', () => {
    const { calls, open } = counted();
    const pool = new RingPool(calls, 1);
    const [a, b] = [{}, {}];
    const old = pool.lease(a)!;
    pool.endSession(a);
    const present = pool.lease(b)!;
    old.release();
    old.discard();
    expect(pool.state).toMatchObject({ leased: 1, idle: 0 });
    expect(open.has(present.ring)).toBe(true);
  });

  it('replaces a ring that failed', () => {
    const { calls, open } = counted();
    const pool = new RingPool(calls, 1);
    const broken = pool.lease({})!;
    broken.discard();
    expect(open.size).toBe(0);
    expect(pool.lease({})!.ring).not.toBe(broken.ring);
  });

  it('asks no more where the kernel forbids rings, and asks again after a shortage', () => {
    const forbidden = new RingPool(counted([-1]).calls, 2);
    expect(forbidden.lease({})).toBeUndefined();
    expect(forbidden.lease({})).toBeUndefined();
    expect(forbidden.state.refused).toBe(1);
    const short = new RingPool(counted([-EMFILE, -12]).calls, 2);
    expect(short.lease({})).toBeUndefined();
    expect(short.lease({})).toBeUndefined();
    expect(short.lease({})?.ring).toBe(1);
  });

  it('closes rings that come back after its end', () => {
    const { calls, open } = counted();
    const pool = new RingPool(calls, 2);
    const lease = pool.lease({})!;
    pool.lease({})!.release();
    pool.close();
    expect(open.size).toBe(1);
    lease.release();
    expect(open.size).toBe(0);
    expect(pool.lease({})).toBeUndefined();
  });

  it('has nothing to give without the native helper', () => {
    expect(new RingPool(null, 2).lease({})).toBeUndefined();
    const script = `
      import { RingPool } from '@ocrsync/node/fs/ring-pool';
      import { ringReport } from '@ocrsync/node/fs/ring-report';
      console.log(new RingPool().lease({}), ringReport().answer);`;
    expect(inChild(script, '', { OCRSYNC_NATIVE: 'off' })).toBe(
      'undefined the native helper is not loaded\n',
    );
  });
});

describe('The report about io_uring', () => {
  it('says what the kernel answered', () => {
    expect(ringReport('auto')).toMatchObject({ mode: 'auto', available: probe.works });
    const refusing = { ringOfThread: () => -1, ringFlags: () => 0 };
    expect(askKernel(refusing)).toEqual({
      works: false,
      reason: 'io_uring_setup: Operation not permitted (EPERM)',
    });
  });

  it('asks nobody when it is switched off', () => {
    const script = `
      import { ringReport } from '@ocrsync/node/fs/ring-report';
      import { readdirSync, readlinkSync } from 'node:fs';
      const rings = () => readdirSync('/proc/self/fd').filter((fd) => {
        try { return readlinkSync('/proc/self/fd/' + fd).includes('[io_uring]'); } catch { return false; }
      }).length;
      const before = rings();
      console.log(ringReport('off').answer, rings() - before);
      const { available } = ringReport('on');
      console.log(available === (rings() - before > 0));`;
    expect(inChild(script)).toBe('switched off 0\ntrue\n');
  });
});
