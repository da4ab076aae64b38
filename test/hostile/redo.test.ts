// File data that is spoilt on its way is found out by the whole-file sum, asked for again, and never put in place
// (docs/protocol/04-transfer.md §9.5, §14.4).
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seeded } from '../../interop/random.ts';
import { runCutPair } from '../simulation/cut-pair.ts';
import { clientEnd, serverEnd } from '../simulation/ends.ts';

const older = Buffer.from('older');
let work = '';

beforeEach(() => (work = mkdtempSync(path.join(tmpdir(), 'ocrsync-redo-'))));
afterEach(() => rmSync(work, { recursive: true, force: true }));

interface Outcome {
  readonly exitCodes: readonly number[];
  readonly content: Buffer;
  readonly names: readonly string[];
  readonly spoilt: number;
}

/** A run in which the file's data loses a bit the first `times` times that it passes. */
function runSpoilt(direction: 'push' | 'pull', times: number, options: readonly string[]): Outcome {
  const source = path.join(work, 'source');
  const destination = path.join(work, 'destination');
  const content = seeded(5).bytes(30_000);
  mkdirSync(source);
  mkdirSync(destination);
  writeFileSync(path.join(source, 'file'), content);
  writeFileSync(path.join(source, 'other'), 'other');
  writeFileSync(path.join(destination, 'file'), older);
  const ends =
    direction === 'push' ? [`${source}/`, `h:${destination}/`] : [`h:${source}/`, `${destination}/`];
  const client = clientEnd(['-a', ...options, ...ends]);
  const server = serverEnd(client.serverWords.slice(client.serverWords.indexOf('--server')));
  const marker = content.subarray(12_000, 12_016);
  let spoilt = 0;
  runCutPair(client.session, server.session, 1, 5000, (_from, chunk) => {
    const at = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).indexOf(marker);
    if (at < 0 || spoilt === times) return;
    spoilt++;
    chunk[at]! ^= 4;
  });
  const receiver = direction === 'push' ? server : client;
  const sender = direction === 'push' ? client : server;
  return {
    exitCodes: [sender.exitCode(), receiver.exitCode()],
    content: readFileSync(path.join(destination, 'file')),
    names: readdirSync(destination).sort(),
    spoilt,
  };
}

describe.each(['push', 'pull'] as const)('a %s', (direction) => {
  it.each([['-a'], ['--no-inc-recursive'], ['--protocol=29']])(
    'sends a file again whose data was spoilt once: %s',
    (option) => {
      const outcome = runSpoilt(direction, 1, [option]);
      expect(outcome.spoilt).toBe(1);
      expect(outcome.exitCodes).toEqual([0, 0]);
      expect(outcome.content.equals(seeded(5).bytes(30_000))).toBe(true);
      expect(outcome.names).toEqual(['file', 'other']);
    },
  );

  it.each([['-a'], ['--no-inc-recursive'], ['--protocol=29']])(
    'keeps the older file and ends with 23 when the data is spoilt twice: %s',
    (option) => {
      const outcome = runSpoilt(direction, 2, [option]);
      expect(outcome.spoilt).toBe(2);
      expect(outcome.exitCodes[1]).toBe(23);
      expect(outcome.content).toEqual(older);
      expect(outcome.names).toEqual(['file', 'other']);
    },
  );
});
