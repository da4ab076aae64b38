// Big files of local copies: the data leaves the stream, everything that is told stays.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Run {
  readonly exitCode: number;
  readonly events: readonly RunEvent[];
}

async function copy(
  words: readonly string[],
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<Run> {
  const parsed = parseArguments(['-a', ...words, `${base}/from/`, `${base}/to/`], {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const events: RunEvent[] = [];
  const event = (one: RunEvent): void => {
    events.push(one);
    onEvent(one);
  };
  const { exitCode } = await runClient(parsed.options, {
    sink: { event },
    line: () => undefined,
    signal: new AbortController().signal,
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

it.each([[[]], [['--inplace']], [['--no-whole-file']]])('arrives whole with %j', async (words) => {
  expect((await copy(words)).exitCode).toBe(0);
  expect(copied().equals(content)).toBe(true);
});

it('tells the same events as the way through the stream', async () => {
  const short = await copy([]);
  rmSync(path.join(base, 'to'), { recursive: true });
  mkdirSync(path.join(base, 'to'));
  const long = await copy(['--bwlimit=1000m']);
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

it('that shrinks while it is copied fails verification and is sent again', async () => {
  let shrunk = false;
  const run = await copy(['-v'], (event) => {
    if (event.type !== 'change' || event.entry.name !== 'big' || shrunk) return;
    shrunk = true;
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
  });
  expect(messages(run).slice(0, 2)).toEqual([
    'rsync: [sender] read errors mapping "/from/big": No data available (61)',
    'WARNING: big failed verification -- update discarded (will try again).',
  ]);
  expect(run.exitCode).toBe(23);
  expect(copied().equals(content.subarray(0, 1000))).toBe(true);
});

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
