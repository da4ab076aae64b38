// The recorded sessions of two real rsyncs (interop/record.ts): bytes of both directions and the pieces in which they came.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RecordedCase } from '../../interop/recorded-case.ts';
import { type ReplayCase, replayCases } from '../../interop/replay-cases.ts';

const directory = path.resolve(import.meta.dirname, '../recordings');

export interface Recording extends RecordedCase {
  readonly scenario: ReplayCase;
  readonly toServer: Buffer;
  readonly toClient: Buffer;
}

/** All of them; throws when a scenario was added and not recorded. */
export function recordings(): Recording[] {
  const index = path.join(directory, 'index.jsonl');
  if (!existsSync(index)) throw new Error('no recordings: run interop/record.ts');
  const lines = readFileSync(index, 'utf8').trimEnd().split('\n');
  const cases = new Map(lines.map((line) => JSON.parse(line) as RecordedCase).map((one) => [one.name, one]));
  return replayCases.map((scenario) => {
    const recorded = cases.get(scenario.name);
    if (recorded === undefined) throw new Error(`${scenario.name} was not recorded: run interop/record.ts`);
    const read = (suffix: string): Buffer =>
      readFileSync(path.join(directory, `${scenario.name}.${suffix}.bin`));
    return { ...recorded, scenario, toServer: read('c2s'), toClient: read('s2c') };
  });
}

/** The bytes of one direction as they came, so that nothing arrives before what it answers was sent. */
export function piecesOf(recording: Recording, to: 'server' | 'client'): Buffer[] {
  const bytes = to === 'server' ? recording.toServer : recording.toClient;
  const lengths = recording.pieces.filter((length) => length > 0 === (to === 'server')).map(Math.abs);
  let at = 0;
  return lengths.map((length) => bytes.subarray(at, (at += length)));
}
