// Plays spoilt bytes to one whole end with real directories, and says what that end did wrong (docs/protocol/08-hostile-peers.md
// §2, §3): every fault must end in a typed error, within bounds, with nothing half-written and nothing left behind.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { Session } from '@ocrsync/node/session/session';
import { PeerExit, RunError } from '@ocrsync/node/session/run-error';
import { makeReplayDestination, makeReplaySource } from '../../interop/replay-cases.ts';
import { namesBelow } from '../../interop/mutate.ts';
import { clientEnd, type End, serverEnd } from '../simulation/ends.ts';
import { runCutPair, Stalled } from '../simulation/cut-pair.ts';
import { feed } from '../simulation/feed.ts';
import type { Recording } from '../simulation/recordings.ts';
import type { Spoilt } from './mutations.ts';

/** Core memory of one session; its windows and tables for these small trees need less than 4 MiB. */
const MEMORY_BYTES = 64 << 20;
const LONGEST_MS = 5000;

export interface Attacked {
  /** What is wrong with how the end behaved; empty: nothing. */
  readonly faults: readonly string[];
  /** Name of the error that ended it, or `none`. */
  readonly ended: string;
}

/** One bit of one direction. */
export interface Flip {
  readonly toServer: boolean;
  readonly at: number;
  readonly bit: number;
}

export class Field {
  readonly #work = mkdtempSync(path.join(tmpdir(), 'ocrsync-hostile-'));
  readonly #source = path.join(this.#work, 'source');
  /** Contents that a file may have under its final name. */
  readonly #whole = new Set<string>();
  readonly #files = new Map<string, string>();

  constructor() {
    const older = path.join(this.#work, 'older');
    for (const [root, make] of [
      [this.#source, makeReplaySource],
      [older, makeReplayDestination],
    ] as const) {
      mkdirSync(root);
      make(root);
      for (const file of regularFiles(root)) this.#whole.add(hashOf(file));
    }
    for (const file of [...regularFiles(this.#source), ...regularFiles(older)])
      this.#files.set(file, hashOf(file));
  }

  close(): void {
    rmSync(this.#work, { recursive: true, force: true });
  }

  /** Lets our receiving or sending end of a recorded session hear these bytes instead of the real peer's. */
  attack(recording: Recording, side: 'sender' | 'receiver', spoilt: Spoilt): Attacked {
    const { stage, destination } = this.#stage(recording);
    const descriptors = readdirSync('/proc/self/fd').length;
    const faults: string[] = [];
    const end = this.#end(recording, side, destination);
    const startMs = performance.now();
    try {
      const { state } = feed(end.session, spoilt.pieces);
      if (state !== 'done') faults.push('waits after the end of its input');
    } catch (error) {
      faults.push(`threw ${String((error as Error).stack)}`);
    }
    const ms = performance.now() - startMs;
    if (ms > LONGEST_MS) faults.push(`took ${Math.round(ms)} ms`);
    faults.push(...errorFaults(end, Buffer.concat(spoilt.pieces).length));
    faults.push(...memoryFaults(end));
    end.release();
    const leaked = readdirSync('/proc/self/fd').length - descriptors;
    if (leaked > 0) faults.push(`${leaked} open files`);
    faults.push(...this.#diskFaults(stage, destination));
    rmSync(stage, { recursive: true, force: true });
    return { faults, ended: endingOf(end) };
  }

  /** Lets our two ends talk to each other, with bits of the stream flipped on the way. */
  attackPair(recording: Recording, seed: number, flips: readonly Flip[]): Attacked {
    const { stage, destination } = this.#stage(recording);
    const descriptors = readdirSync('/proc/self/fd').length;
    const faults: string[] = [];
    const ends = (['sender', 'receiver'] as const).map((side) => this.#end(recording, side, destination));
    const [client, server] = recording.scenario.direction === 'push' ? ends : [...ends].reverse();
    const sent = new Map<Session, number>();
    try {
      runCutPair(client!.session, server!.session, seed, 50_000, (from, chunk) => {
        const start = sent.get(from) ?? 0;
        sent.set(from, start + chunk.length);
        for (const { toServer, at, bit } of flips) {
          if (toServer !== (from === client!.session) || at < start || at >= start + chunk.length) continue;
          chunk[at - start]! ^= 1 << bit;
        }
      });
    } catch (error) {
      // A length that became longer makes both wait; the end of the connection, or the time-out, ends that.
      if (!(error instanceof Stalled)) faults.push(`threw ${String((error as Error).stack)}`);
      for (const { session } of ends) {
        if (feed(session, []).state !== 'done') faults.push('waits after the end of its input');
      }
    }
    for (const end of ends) faults.push(...errorFaults(end, Infinity), ...memoryFaults(end));
    for (const end of ends) end.release();
    const leaked = readdirSync('/proc/self/fd').length - descriptors;
    if (leaked > 0) faults.push(`${leaked} open files`);
    faults.push(...this.#diskFaults(stage, destination));
    rmSync(stage, { recursive: true, force: true });
    return { faults, ended: ends.map(endingOf).join(' ') };
  }

  #stage(recording: Recording): { readonly stage: string; readonly destination: string } {
    const stage = path.join(this.#work, 'stage');
    const destination = path.join(stage, 'destination');
    mkdirSync(destination, { recursive: true });
    if (recording.scenario.basis) makeReplayDestination(destination);
    return { stage, destination };
  }

  #end({ scenario, serverWords }: Recording, side: 'sender' | 'receiver', destination: string): End {
    const isServer = (scenario.direction === 'push') === (side === 'receiver');
    const replaced = (word: string): string =>
      word.replace('{source}', this.#source).replace('{destination}', destination);
    if (isServer) return serverEnd(serverWords.map(replaced));
    const ends =
      scenario.direction === 'push' ? ['{source}/', 'h:{destination}/'] : ['h:{source}/', '{destination}/'];
    return clientEnd([...scenario.options, ...ends.map(replaced)]);
  }

  #diskFaults(stage: string, destination: string): string[] {
    const faults: string[] = [];
    if (readdirSync(stage).join() !== 'destination') faults.push(`outside: ${readdirSync(stage).join()}`);
    for (const file of regularFiles(destination)) {
      const name = file.slice(destination.length + 1);
      if (/(^|\/)\.[^/]*\.[a-zA-Z0-9]{6}$/.test(name)) faults.push(`left behind ${name}`);
      else if (!this.#whole.has(hashOf(file))) faults.push(`half-written ${name}`);
    }
    for (const [file, hash] of this.#files) {
      if (
        lstatSync(Buffer.from(file, 'latin1'), { throwIfNoEntry: false }) === undefined ||
        hashOf(file) !== hash
      ) {
        faults.push(`changed ${file}`);
      }
    }
    return faults;
  }
}

function endingOf({ session: { error } }: End): string {
  return error === undefined ? 'none' : ((error as { code?: string }).code ?? error.name);
}

function memoryFaults({ session }: End): string[] {
  const memory = session.channel.core.u8.length;
  return memory > MEMORY_BYTES ? [`${memory} bytes of memory`] : [];
}

function errorFaults(end: End, givenBytes: number): string[] {
  const { error } = end.session;
  if (error === undefined) return [];
  const shown = `${error.name}: ${error.message}`;
  if (error instanceof ProtocolError) {
    const isPlace =
      Number.isSafeInteger(error.byteOffset) && error.byteOffset >= 0 && error.byteOffset <= givenBytes;
    if (!isPlace) return [`offset ${error.byteOffset} of ${givenBytes} in ${shown}`];
  } else if (!(error instanceof RunError) && !(error instanceof PeerExit)) {
    return [`untyped ${error.stack ?? shown}`];
  }
  const { exitCode } = error;
  const isCode =
    Number.isInteger(exitCode) && (error instanceof PeerExit || (exitCode > 0 && exitCode < 256));
  return isCode ? [] : [`exit code ${exitCode} in ${shown}`];
}

/** Paths as latin1, since a flipped bit of a name makes any byte. */
function regularFiles(root: string): string[] {
  return namesBelow(root)
    .map((name) => `${root}/${name}`)
    .filter((file) => lstatSync(Buffer.from(file, 'latin1')).isFile());
}

function hashOf(file: string): string {
  return createHash('sha1')
    .update(readFileSync(Buffer.from(file, 'latin1')))
    .digest('hex');
}
