// Big files of local copies: the data leaves the stream, everything that is told stays.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runClient } from '@ocrsync/node/api/client';
import type { Root } from '@ocrsync/node/fs/filesystem';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { parseArguments } from '@ocrsync/node/options/parse';
import type { RunEvent } from '@ocrsync/node/report/events';
import { LocalData, streamBytes } from '@ocrsync/node/transfer/local-data';

const SIZE = 3_000_000;
let base = '';
let content: Buffer;

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'ocrsync-local-data-'));
  mkdirSync(path.join(base, 'from'));
  mkdirSync(path.join(base, 'to'));
  content = Buffer.alloc(SIZE, 'a big file of a local copy ');
  writeFileSync(path.join(base, 'from/big'), content);
  writeFileSync(path.join(base, 'from/small'), 'small');
  utimesSync(path.join(base, 'from'), 1, 1);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Run {
  readonly exitCode: number;
  readonly events: readonly RunEvent[];
}

/** Where nobody wants to see how files grow, many are under way at a time (with the helper). */
type Pace = 'one at a time' | 'many at a time';

async function copy(
  words: readonly string[],
  pace: Pace = 'one at a time',
  onEvent: (event: RunEvent) => void = () => undefined,
  signal = new AbortController().signal,
): Promise<Run> {
  const parsed = parseArguments(['-a', ...words, `${base}/from/`, `${base}/to/`], {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const events: RunEvent[] = [];
  const event = (one: RunEvent): void => {
    events.push(one);
    onEvent(one);
  };
  const { exitCode } = await runClient(parsed.options, {
    sink: pace === 'many at a time' ? { event, ignores: ['progress'] } : { event },
    line: () => undefined,
    signal,
  });
  return { exitCode, events };
}

const copied = (): Buffer => readFileSync(path.join(base, 'to/big'));
/** What is told of a run, but for clocks and the exact count of frames. */
const told = ({ events }: Run): unknown[] =>
  events.map((event) => {
    if (event.type === 'summary')
      return { ...event.statistics, sentBytes: 0, elapsedWholeSeconds: 0, fileListBuildMs: 0 };
    return 'nowMs' in event ? { ...event, nowMs: 0 } : event;
  });
const sentBytes = ({ events }: Run): number =>
  events.flatMap((event) => (event.type === 'summary' ? [event.statistics.sentBytes] : []))[0]!;
const messages = ({ events }: Run): string[] =>
  events.flatMap((event) => (event.type === 'message' ? [event.text.replaceAll(base, '')] : []));

const paces: readonly Pace[] = ['one at a time', 'many at a time'];

describe.each(paces)('%s', (pace) => {
  it.each([[[]], [['--inplace']], [['--partial']], [['--no-whole-file']], [['--no-perms', '--no-times']]])(
    'arrives whole with %j',
    async (words) => {
      expect((await copy(words, pace)).exitCode).toBe(0);
      expect(copied().equals(content)).toBe(true);
      expect(readFileSync(path.join(base, 'to/small'), 'utf8')).toBe('small');
    },
  );

  it('tells that it cannot replace a directory, and leaves nothing behind', async () => {
    let made = false;
    const run = await copy(['-v'], pace, (event) => {
      if (event.type !== 'change' || event.entry.name !== 'big' || made) return;
      made = true;
      mkdirSync(path.join(base, 'to/big'));
    });
    expect(run.exitCode).toBe(23);
    expect(readdirSync(path.join(base, 'to')).sort()).toEqual(['big', 'small']);
    expect(messages(run).length).toBe(1);
  });

  it('is told in order with names as long as can be and directories in the way', async () => {
    for (let number = 0; number < 60; number++) {
      const name = `${number}`.padStart(2, '0') + (number % 7 === 0 ? 'x'.repeat(253) : '');
      writeFileSync(path.join(base, 'from', name), `${number}`);
      if (number % 5 === 0) {
        mkdirSync(path.join(base, 'to', name, 'full'), { recursive: true });
      }
    }
    utimesSync(path.join(base, 'from'), 1, 1);
    const { events, exitCode } = await copy(['-i'], pace);
    const changes = events.flatMap((event) => (event.type === 'change' ? [event.entry.name] : []));
    const names = readdirSync(path.join(base, 'from')).sort();
    const blocked = names.filter((name) => Number(name.slice(0, 2)) % 5 === 0);
    expect(blocked.length).toBe(12);
    expect(exitCode).toBe(23);
    expect(changes.filter((_, index) => index % 2 === 0)).toEqual(
      changes.filter((_, index) => index % 2 === 1),
    );
    expect(changes.filter((name) => name !== '.' && !blocked.includes(name))).toEqual(
      names.filter((name) => !blocked.includes(name)).flatMap((name) => [name, name]),
    );
  });

  it('that shrinks while it is copied fails verification and is sent again', async () => {
    await shrinkingFile(pace);
  });

  it('is whole or not there when the run is stopped, and every file is closed', async () => {
    for (let number = 0; number < 40; number++) writeFileSync(path.join(base, `from/big${number}`), content);
    await copy(['--dry-run'], pace);
    const before = readdirSync('/proc/self/fd').length;
    const stop = new AbortController();
    const run = await copy(
      ['-v'],
      pace,
      (event) => {
        if (event.type === 'change' && event.entry.name === 'big20') stop.abort();
      },
      stop.signal,
    );
    expect(run.exitCode).toBe(20);
    const names = readdirSync(path.join(base, 'to'));
    expect(names.length).toBeLessThan(42);
    for (const name of names) expect(readFileSync(path.join(base, 'to', name)).equals(content)).toBe(true);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });

  it('is told in the order of the list, before and after each file', async () => {
    for (let number = 0; number < 300; number++) {
      const directory = path.join(base, `from/d${number % 3}`);
      mkdirSync(directory, { recursive: true });
      writeFileSync(path.join(directory, `f${number}`), `${number}`);
    }
    utimesSync(path.join(base, 'from'), 1, 1);
    const { events, exitCode } = await copy(['-i'], pace);
    expect(exitCode).toBe(0);
    const changes = events.flatMap((event) =>
      event.type === 'change' ? [`${event.stage} ${event.entry.name}`] : [],
    );
    const names = changes.filter((_, index) => index % 2 === 0).map((text) => text.slice(7));
    expect(changes).toEqual(names.flatMap((name) => [`before ${name}`, `after ${name}`]));
    expect(names).toEqual([
      '.',
      'big',
      'small',
      ...[0, 1, 2].flatMap((directory) => [
        `d${directory}`,
        ...readdirSync(path.join(base, `from/d${directory}`))
          .sort()
          .map((name) => `d${directory}/${name}`),
      ]),
    ]);
  });
});

it.each(paces)('%s tells the same events as the way through the stream', async (pace) => {
  const short = await copy([], pace);
  rmSync(path.join(base, 'to'), { recursive: true });
  mkdirSync(path.join(base, 'to'));
  const long = await copy(['--bwlimit=1000m'], pace);
  const withoutProgress = (events: unknown[]): unknown[] =>
    events.filter((event) => {
      const { type, finished } = event as { type?: string; finished?: boolean };
      return type !== 'progress' || finished;
    });
  expect(withoutProgress(told(short))).toEqual(withoutProgress(told(long)));
  expect(Math.abs(sentBytes(short) - sentBytes(long))).toBeLessThan(64);
});

/** Of the roots that a run uses: with the helper others than without. */
const rootPrototype = Object.getPrototypeOf(localFilesystem().root('/')) as Root;

it('is copied by reading and writing where the kernel cannot', async () => {
  const { copyData } = rootPrototype;
  rootPrototype.copyData = () => undefined;
  try {
    expect((await copy([])).exitCode).toBe(0);
  } finally {
    rootPrototype.copyData = copyData;
  }
  expect(copied().equals(content)).toBe(true);
});

async function shrinkingFile(pace: Pace): Promise<void> {
  const { openRead } = rootPrototype;
  rootPrototype.openRead = function (name, follow) {
    const file = openRead.call(this, name, follow);
    if (name !== 'big') return file;
    const { stat } = file;
    file.stat = () => {
      const known = { ...stat.call(file), sizeBytes: SIZE };
      truncateSync(path.join(base, 'from/big'), 1000);
      rootPrototype.openRead = openRead;
      return known;
    };
    return file;
  };
  const run = await copy(['-v'], pace);
  expect(messages(run).slice(0, 2)).toEqual([
    'rsync: [sender] read errors mapping "/from/big": No data available (61)',
    'WARNING: big failed verification -- update discarded (will try again).',
  ]);
  expect(run.exitCode).toBe(23);
  expect(copied().equals(content.subarray(0, 1000))).toBe(true);
}

it('is left to the stream below the limit and with a basis', () => {
  const data = new LocalData(false);
  expect(data.isWorthwhile(1000, 0)).toBe(false);
  expect(data.isWorthwhile(SIZE, 1)).toBe(false);
  expect(data.isWorthwhile(SIZE, 0)).toBe(true);
});

it('is taken for its own record only, and once', () => {
  const data = new LocalData(false);
  const root = localFilesystem().root(`${base}/from`);
  const file = root.openRead('big', false);
  data.offer({ ndx: 4, file, sizeBytes: SIZE, progress: () => undefined, settle: () => undefined });
  expect(data.take(3)).toBeUndefined();
  expect(data.take(4)?.file).toBe(file);
  expect(data.take(4)).toBeUndefined();
  file.close();
});

it('counts as its tokens, its digest and its frames would', () => {
  expect(streamBytes(32768, 16)).toBe(32768 + 4 + 4 + 16);
  expect(streamBytes(131072, 16)).toBe(131072 + 4 * 4 + 4 + 16 + 2 * 4);
});
