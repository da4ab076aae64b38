// A parent directory becomes a symlink to a place outside, and a directory again, while its contents are written, changed
// and deleted: nothing outside may change (docs/protocol/08-hostile-peers.md, cases 22, 25, 34–38).
// OCRSYNC_RACE_FLIPS: how many times in each test; 100,000 is the bar (2 minutes), less are enough to find a hole.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { loadNative } from '@ocrsync/native/load';
import { runClient } from '@ocrsync/node/api/client';
import { type Filesystem, FilesystemError, type Root } from '@ocrsync/node/fs/filesystem';
import { LocalNativeFilesystem } from '@ocrsync/node/fs/local-native';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { hasProcDirectories } from '@ocrsync/node/fs/proc-directories';
import { parseArguments } from '@ocrsync/node/options/parse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FlipperData } from './race-flipper.ts';

const asked = process.env['OCRSYNC_RACE_FLIPS'];
const CALL_FLIPS = Number(asked ?? 40_000);
const TRANSFER_FLIPS = Number(asked ?? 4000);
const FILES = 20;
const TIMEOUT_MS = 300_000;
const native = loadNative();

let base = '';
const at = (name: string): string => path.join(base, name);

/** Names, contents and everything that a system call could have changed, except access times. */
function state(directory: string): string {
  const names = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return [...names, '.']
    .map((name) => {
      const file = path.join(directory, name);
      const stat = fs.lstatSync(file, { bigint: true });
      const text = stat.isFile() ? fs.readFileSync(file, 'latin1') : '';
      return `${name} ${stat.mode} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.nlink} ${text}`;
    })
    .join('\n');
}

function startFlipper(
  flips: number,
  flipper: Omit<FlipperData, 'counters'>,
): {
  counters: Int32Array;
  ended: Promise<void>;
} {
  const counters = new Int32Array(new SharedArrayBuffer(12));
  counters[1] = flips;
  const worker = new Worker(new URL('./race-flipper.ts', import.meta.url), {
    workerData: { ...flipper, counters },
    execArgv: ['--conditions=ocrsync-source'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
  return { counters, ended };
}

/** A tree of the names that both sides of the flip have. */
function fill(directory: string, text: string): void {
  fs.mkdirSync(path.join(directory, 'sub'), { recursive: true });
  for (let i = 0; i < FILES; i++) fs.writeFileSync(path.join(directory, `f${i}`), `${text} ${i}`);
  fs.writeFileSync(path.join(directory, 'sub/x'), text);
  fs.writeFileSync(path.join(directory, `only-${text}`), text);
}

beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'ocrsync-race-')));
  fs.mkdirSync(at('to'));
  fill(at('outside'), 'outside');
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

/** Everything a receiver does below `dir`, once. */
const work: readonly ((root: Root, round: number) => void)[] = [
  (root, round) => {
    const file = root.createExclusive(`dir/.f.${round}`, 0o600);
    file.write(Buffer.from('inside'), 0);
    file.close();
    root.chmod(`dir/.f.${round}`, 0o640);
    root.setTimes(`dir/.f.${round}`, { mtimeSec: 1000, mtimeNsec: 0 });
    root.rename(`dir/.f.${round}`, `dir/f${round % FILES}`);
  },
  (root, round) => root.unlink(`dir/f${round % FILES}`),
  (root, round) => {
    const file = root.openWrite(`dir/f${round % FILES}`, 0o600);
    file.write(Buffer.from('in place'), 0);
    file.truncate(3);
    file.close();
  },
  (root) => {
    for (const name of root.list('dir/sub')) root.unlink(`dir/sub/${name}`);
    root.rmdir('dir/sub');
  },
  (root) => root.mkdir('dir/sub', 0o711),
  (root, round) => root.symlink('anything', `dir/l${round}`),
  (root, round) => root.unlink(`dir/l${round - 1}`),
  (root, round) => root.link(`dir/f${round % FILES}`, `dir/hard${round}`),
  (root, round) => root.rename(`dir/hard${round - 1}`, 'dir/only-outside'),
  (root) => root.chmod('dir/only-outside', 0o777),
  (root) => root.chown('dir/only-outside', -1, process.getgid!()),
  (root) => root.setTimes('dir/sub', { mtimeSec: 5, mtimeNsec: 5 }),
  (root) => root.unlink('dir/only-outside'),
];

interface Outcome {
  done: number;
  refused: number;
}

/** Works until the flipper has ended; now and then with all directories let go, so that names are resolved anew. */
async function workAgainst(filesystem: Filesystem, counters: Int32Array): Promise<Outcome> {
  const root = filesystem.root(at('to'));
  const outcome = { done: 0, refused: 0 };
  for (let round = 1; Atomics.load(counters, 2) === 0; round++) {
    for (const step of work) {
      try {
        step(root, round);
        outcome.done++;
      } catch (error) {
        if (!(error instanceof FilesystemError)) throw error;
        if (error.code === 'ELOOP') outcome.refused++;
      }
      if (round % 3 !== 0) filesystem.release();
    }
    if (round % 64 === 0) await new Promise(setImmediate);
  }
  filesystem.release();
  return outcome;
}

const implementations: [string, () => Filesystem][] = [];
if (native !== undefined) {
  implementations.push(['openat2', () => new LocalNativeFilesystem(native, 'openat2')]);
  implementations.push(['a walk over openat', () => new LocalNativeFilesystem(native, 'walk')]);
}
if (hasProcDirectories())
  implementations.push(['node:fs over /proc', () => new LocalNodeFilesystem('procfs')]);

describe.skipIf(process.platform !== 'linux')('while a directory is flipped', () => {
  it.each(implementations)(
    '%s changes nothing outside',
    async (_, make) => {
      fill(at('to/dir'), 'inside');
      fs.symlinkSync(at('outside'), at('to/flip'));
      const before = state(at('outside'));
      const way = native === undefined ? 'cycle' : 'exchange';
      const aside = native === undefined ? at('away') : at('to/flip');
      const flipper = startFlipper(CALL_FLIPS, {
        way,
        directory: at('to/dir'),
        aside,
        target: at('outside'),
      });
      const outcome = await workAgainst(make(), flipper.counters);
      await flipper.ended;
      expect(Atomics.load(flipper.counters, 0)).toBe(CALL_FLIPS);
      expect(state(at('outside'))).toBe(before);
      // The race took place: both sides of the flip were met.
      expect(outcome.done).toBeGreaterThan(10);
      expect(outcome.refused).toBeGreaterThan(10);
    },
    TIMEOUT_MS,
  );

  it.each([
    ['../outside', ['-a', '--delete']],
    ['OUTSIDE', ['-aI', '--inplace', '--delete']],
  ])(
    'to %s, a receiver with %s changes nothing outside',
    async (to, options) => {
      fill(at('from/dir'), 'source');
      const before = state(at('outside'));
      const target = to.replace('OUTSIDE', at('outside'));
      const flipper = startFlipper(TRANSFER_FLIPS, {
        way: 'cycle',
        directory: at('to/dir'),
        aside: at('away'),
        target,
      });
      let runs = 0;
      const codes = new Set<number>();
      while (Atomics.load(flipper.counters, 2) === 0) {
        for (let i = 0; i < FILES; i += 3) fs.writeFileSync(at(`from/dir/f${i}`), `source ${runs}`);
        codes.add(await copy(options));
        runs++;
      }
      await flipper.ended;
      expect(state(at('outside'))).toBe(before);
      expect(runs).toBeGreaterThan(5);
      expect([...codes].filter((code) => ![0, 23, 24, 25].includes(code))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

async function copy(options: readonly string[]): Promise<number> {
  const parsed = parseArguments([...options, `${base}/from/`, `${base}/to`], {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const run = await runClient(parsed.options, {
    sink: { event: () => undefined },
    line: () => undefined,
    signal: new AbortController().signal,
  });
  return run.exitCode;
}
