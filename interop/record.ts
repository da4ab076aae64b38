// Records sessions between two real rsyncs 3.4.1: both directions of the wire, as they went through the remote shell.
// Usage: npx node interop/record.ts      writes test/recordings/NAME.{c2s,s2c}.bin and test/recordings/index.json
// test/simulation/replay.test.ts plays them to our roles; run this again only when a scenario is added.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePeer } from './peers.ts';
import { makeReplayDestination, makeReplaySource, replayCases } from './replay-cases.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const recordings = path.join(checkout, 'test/recordings');
const rsync = ensurePeer('3.4.1');

mkdirSync(recordings, { recursive: true });
const work = mkdtempSync(path.join(tmpdir(), 'ocrsync-record-'));
try {
  const shell = path.join(work, 'shell');
  const c2s = path.join(work, 'c2s');
  const s2c = path.join(work, 's2c');
  writeFileSync(shell, `#!/bin/sh\nshift\ntee '${c2s}' | sh -c "$*" | tee '${s2c}'\n`);
  chmodSync(shell, 0o755);
  for (const replay of replayCases) {
    const source = path.join(work, 'source');
    const destination = path.join(work, 'destination');
    for (const directory of [source, destination]) {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory);
    }
    makeReplaySource(source);
    if (replay.basis) makeReplayDestination(destination);
    const ends =
      replay.direction === 'push' ? [`${source}/`, `h:${destination}/`] : [`h:${source}/`, `${destination}/`];
    const words = [...replay.options, '--checksum-seed=4711', '-e', shell, `--rsync-path=${rsync}`, ...ends];
    const result = spawnSync(rsync, words, {
      encoding: 'latin1',
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    if (result.status !== 0) throw new Error(`${replay.name}: ${result.status} ${result.stderr}`);
    const copy = spawnSync('sh', [
      '-c',
      `cp '${c2s}' '${path.join(recordings, `${replay.name}.c2s.bin`)}' && cp '${s2c}' '${path.join(recordings, `${replay.name}.s2c.bin`)}'`,
    ]);
    if (copy.status !== 0) throw new Error(`${replay.name}: could not keep the recording`);
    process.stdout.write(`${replay.name}\n`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
