// Records sessions between two real rsyncs 3.4.1: both directions of the wire, as they went through the remote shell.
// Usage: npx node interop/record.ts      writes test/recordings/NAME.{c2s,s2c}.bin and test/recordings/index.jsonl
// test/simulation/replay.test.ts plays them to our roles; run this again only when a scenario is added.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePeer } from './peers.ts';
import type { RecordedCase } from './recorded-case.ts';
import type { Relayed } from './relay.ts';
import { makeReplayDestination, makeReplaySource, type ReplayCase, replayCases } from './replay-cases.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const recordings = path.join(checkout, 'test/recordings');
const TIMEOUT_MS = 20_000;

function record(rsync: string, work: string, replay: ReplayCase): RecordedCase {
  const source = path.join(work, 'source');
  const destination = path.join(work, 'destination');
  for (const directory of [source, destination]) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
  }
  makeReplaySource(source);
  if (replay.basis) makeReplayDestination(destination);
  const file = path.join(work, 'relayed.json');
  const shell = `${process.execPath} ${path.join(checkout, 'interop/relay.ts')} ${file}`;
  const ends =
    replay.direction === 'push' ? [`${source}/`, `h:${destination}/`] : [`h:${source}/`, `${destination}/`];
  const words = [...replay.options, '--checksum-seed=4711', '-e', shell, `--rsync-path=${rsync}`, ...ends];
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const result = spawnSync(rsync, words, { encoding: 'latin1', env, timeout: TIMEOUT_MS });
  if (result.status !== 0) throw new Error(`${replay.name}: ${result.status} ${result.stderr}`);
  const { command, pieces } = JSON.parse(readFileSync(file, 'utf8')) as Relayed;
  for (const [to, suffix] of [
    ['server', 'c2s'],
    ['client', 's2c'],
  ] as const) {
    const bytes = pieces
      .filter((piece) => piece.to === to)
      .map((piece) => Buffer.from(piece.bytes, 'base64'));
    writeFileSync(path.join(recordings, `${replay.name}.${suffix}.bin`), Buffer.concat(bytes));
  }
  return {
    name: replay.name,
    serverWords: command
      .replace(source, '{source}')
      .replace(destination, '{destination}')
      .split(' ')
      .slice(1),
    pieces: pieces.map(({ to, bytes }) => (to === 'server' ? 1 : -1) * Buffer.byteLength(bytes, 'base64')),
  };
}

mkdirSync(recordings, { recursive: true });
const rsync = ensurePeer('3.4.1');
const work = mkdtempSync(path.join(tmpdir(), 'ocrsync-record-'));
try {
  const index = replayCases.map((replay) => record(rsync, work, replay));
  const lines = index.map((recorded) => `${JSON.stringify(recorded)}\n`).join('');
  writeFileSync(path.join(recordings, 'index.jsonl'), lines);
  process.stdout.write(`${index.length} sessions\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
