// What a run may write, from its arguments alone, because it is settled before the peer has said a word
// (docs/confinement.md). Only a program of its own confines itself: the library never does that to its host.
import { type ConfinementPlan, confineThread, nearestDirectory } from '../fs/confinement.ts';
import type { Options } from '../options/options.ts';
import type { RemoteEndpoints } from './remote-role.ts';
import { RunError } from '../session/run-error.ts';

const EXIT_UNSUPPORTED = 4;

/** Confines this process; given only by a program that is there for one run. RunError when the user insists and it fails. */
export type Confine = (plan: ConfinementPlan) => void;

/** A run that writes nothing: senders, dry runs, lists. */
export const READ_ONLY: ConfinementPlan = { writable: [] };

/**
 * For a receiving side.
 * @param destination as typed (latin1). What does not exist yet will be made in the directory above it, so that one may be
 * written until {@link narrowed} says better.
 */
export function receiverPlan(options: Options, destination: string): ConfinementPlan {
  if (options.dryRun || options.listOnly) return READ_ONLY;
  return { writable: [nearestDirectory(destination === '' ? '.' : destination)] };
}

/** For a client's end of a run with another machine. */
export function clientPlan(options: Options, endpoints: RemoteEndpoints): ConfinementPlan {
  return endpoints.direction === 'push' ? READ_ONLY : receiverPlan(options, endpoints.destination ?? '');
}

/** How the program's process confines itself under --confine, --no-confine or neither of them. */
export function processConfinement(options: Options, warn: (text: string) => void): Confine | undefined {
  const { confine } = options;
  if (confine === 'off') return undefined;
  return (plan) => {
    const outcome = confineThread(plan);
    if (outcome.kind === 'confined') return;
    if (confine === 'required') {
      const text = `cannot confine this process: ${outcome.reason} (--confine)`;
      throw new RunError('ERR_CONFINEMENT', text, EXIT_UNSUPPORTED);
    }
    if (outcome.kind === 'failed') {
      warn(`this process is not confined: ${outcome.reason} (--no-confine keeps it quiet)`);
    }
  };
}
