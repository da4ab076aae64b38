// What a run may write, from its arguments alone, because it is settled before the peer has said a word
// (docs/confinement.md). Only a program of its own confines itself: the library never does that to its host.
import { realpathSync, statSync } from 'node:fs';
import { type ConfinementPlan, confineThread, nearestDirectory } from '../fs/confinement.ts';
import type { Options } from '../options/options.ts';
import { RunError } from '../session/run-error.ts';
import type { DestinationConfinement } from '../transfer/destination-state.ts';
import { operatorPlaces, sourcePlaces } from './operator-places.ts';
import type { RemoteEndpoints } from './remote-role.ts';

const EXIT_UNSUPPORTED = 4;

/** A run that writes nothing: senders, dry runs, lists. */
export const READ_ONLY: ConfinementPlan = { writable: [] };

/**
 * For a receiving side.
 * @param destination as typed (latin1). What does not exist yet will be made in the directory above it, so that one may be
 * written until {@link RunConfinement.created} says better.
 */
export function receiverPlan(options: Options, destination: string): ConfinementPlan {
  if (options.dryRun || options.listOnly) return READ_ONLY;
  const own = nearestDirectory(destination === '' ? '.' : destination);
  return { writable: [own, ...linkSources(options, destination), ...operatorPlaces(options, destination)] };
}

/** For a sending side: it only ever removes what was sent, and only with --remove-source-files. */
export function senderPlan(options: Options, sources: readonly string[]): ConfinementPlan {
  return { writable: sourcePlaces(options, sources) };
}

/** For a client's end of a run with another machine. */
export function clientPlan(options: Options, endpoints: RemoteEndpoints): ConfinementPlan {
  return endpoints.direction === 'push'
    ? senderPlan(options, endpoints.sources)
    : receiverPlan(options, endpoints.destination ?? '');
}

/** What the program adds. */
export interface ConfinedProgram {
  /** A line for the user. */
  warn(text: string): void;
  /** The last moment to write what the program keeps for itself. */
  beforehand(): void;
}

/** How this process confines itself. For a program that is there for one run and nothing else. */
export class RunConfinement implements DestinationConfinement {
  readonly #isRequired: boolean;
  readonly #program: ConfinedProgram;
  /** Real paths; undefined while nothing is in force. */
  #writable: readonly string[] | undefined;
  #hinted = false;
  /** Places beside the destination; they stay when it is narrowed down. */
  #beside: readonly string[] = [];

  private constructor(isRequired: boolean, program: ConfinedProgram) {
    this.#isRequired = isRequired;
    this.#program = program;
  }

  /** Under --no-confine there is none, nor where symlinks are to be followed to wherever they lead (--insecure-links). */
  static of(options: Options, program: ConfinedProgram): RunConfinement | undefined {
    if (options.confine === 'off') return undefined;
    if (options.insecureLinks && options.confine !== 'required') return undefined;
    return new RunConfinement(options.confine === 'required', program);
  }

  /** Before the peer is heard. RunError where the user insists and it cannot be done. */
  begin(plan: ConfinementPlan): void {
    this.#program.beforehand();
    this.#beside = plan.writable.slice(1);
    const outcome = confineThread(plan);
    if (outcome.kind === 'confined') {
      this.#writable = plan.writable.map(realPath);
    } else if (this.#isRequired) {
      const text = `cannot confine this process: ${outcome.reason} (--confine)`;
      throw new RunError('ERR_CONFINEMENT', text, EXIT_UNSUPPORTED);
    } else if (outcome.kind === 'failed') {
      this.#program.warn(`this process is not confined: ${outcome.reason} (--no-confine keeps it quiet)`);
    }
  }

  created(directory: string): void {
    if (this.#writable !== undefined) this.begin({ writable: [directory, ...this.#beside] });
  }

  hint(path: string): string | undefined {
    if (this.#writable === undefined || this.#hinted) return undefined;
    const directory = realPath(nearestDirectory(path.slice(0, path.lastIndexOf('/')) || '/'));
    const isInside = this.#writable.some(
      (each) => directory === each || directory.startsWith(each === '/' ? '/' : `${each}/`),
    );
    if (isInside) return undefined;
    this.#hinted = true;
    return `${directory} is outside of what this process may write (see --no-confine)`;
  }
}

/**
 * The kernel links nothing into a directory from one where less is allowed, so the directories of --link-dest are writable too.
 * Relative ones are meant from the destination, or, when that becomes a file, from the directory above it.
 */
function linkSources({ alternateDestinations }: Options, destination: string): string[] {
  if (alternateDestinations?.kind !== 'link') return [];
  const isSettled = destination.endsWith('/') || isDirectory(destination || '.');
  const bases = isSettled ? [destination || '.'] : [destination, `${destination}/..`];
  const paths = alternateDestinations.directories.flatMap((directory) =>
    directory.startsWith('/') ? [directory] : bases.map((base) => byText(`${base}/${directory}`)),
  );
  return [...new Set(paths)].filter(isDirectory);
}

/** Where nothing is yet the system cannot follow a '..'. */
function byText(path: string): string {
  if (isDirectory(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/') || '.';
}

function isDirectory(path: string): boolean {
  try {
    return statSync(Buffer.from(path, 'latin1')).isDirectory();
  } catch {
    return false;
  }
}

/** latin1; the path itself where it cannot be told. */
function realPath(path: string): string {
  try {
    return realpathSync(Buffer.from(path, 'latin1'), { encoding: 'latin1' });
  } catch {
    return path;
  }
}
