// Takes rights on files away from this thread and all that it starts later (Landlock), from a plan that is data
// (docs/protocol/08-hostile-peers.md §6, docs/confinement.md). Knows nothing of runs and options: see api/run-confinement.ts.
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { loadNative } from '@ocrsync/native/load';
import type { ConfineCalls } from '@ocrsync/native/confine';
import { errorOfNumber } from './errno.ts';
import { splitPath } from './path-text.ts';

/** Rights of Landlock, the kernel's own bits. */
const EXECUTE = 0x0001;
const WRITE_FILE = 0x0002;
const READ = 0x0004 | 0x0008;
const READ_FILE = 0x0004;
/** Removing, and making of every kind: what happens to a directory's names. */
const CHANGE_NAMES = 0x1ff0;
/** Renames and links between directories. */
const REFER = 0x2000;
const TRUNCATE = 0x4000;
const WRITE = WRITE_FILE | CHANGE_NAMES | REFER | TRUNCATE;
/** The rights that a rule on something other than a directory may name. */
const OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;
/** Abstract sockets, and signals. */
const SCOPES = 0x3;

/** First version of Landlock that allows renames between directories at all. */
const ABI_WITH_REFER = 2;
const ABI_WITH_TRUNCATE = 3;
const ABI_WITH_SCOPES = 6;

const NO_HELPER = 'the native helper is not there';

/** Linux: a descriptor for the place alone, needs no right to read it. */
const O_PATH = 0o10000000;

/** What is left to the process. Paths are latin1 byte strings of files or directories that exist. */
export interface ConfinementPlan {
  /** All may be written beneath these. */
  readonly writable: readonly string[];
  /** Absent: everything may be read. Else these and the writable ones. */
  readonly readable?: readonly string[];
  /** Signals and abstract sockets reach no process outside. */
  readonly isolated?: boolean;
}

/**
 * `absent`: this machine cannot (no helper, no Landlock, one that is too old); nothing has changed.
 * `failed`: it should have worked; the process may already have no_new_privs, and nothing else.
 */
export type ConfinementOutcome =
  | { readonly kind: 'confined'; readonly abi: number }
  | { readonly kind: 'absent' | 'failed'; readonly reason: string };

export type ConfinementHelper = Pick<ConfineCalls, 'landlockAbi' | 'landlock' | 'noNewPrivileges'>;

/** Version of Landlock here, or why there is none. */
export function landlockVersion(
  helper: ConfinementHelper | undefined = loadNative(),
): { readonly abi: number } | { readonly reason: string } {
  if (helper?.landlockAbi === undefined) return { reason: NO_HELPER };
  const abi = helper.landlockAbi();
  if (abi > 0) return { abi };
  return { reason: `the kernel has no Landlock (${errorOfNumber(-abi, '', '').strerror})` };
}

/** A plan whose places are held open: they may be out of reach (chroot, another user) when it comes into force. */
export interface PreparedConfinement {
  /** Once. Gives the places back. */
  enforce(): ConfinementOutcome;
}

/**
 * Confines this thread and those that it starts. Threads that run already stay as they are: call it before the first
 * asynchronous file system call. Can be repeated with narrower plans (16 times); nothing ever comes back. Programs cannot be
 * started any more.
 */
export function confineThread(
  plan: ConfinementPlan,
  helper: ConfinementHelper | undefined = loadNative(),
): ConfinementOutcome {
  return prepareConfinement(plan, helper).enforce();
}

/** The first half of {@link confineThread}: changes nothing yet. */
export function prepareConfinement(
  plan: ConfinementPlan,
  helper: ConfinementHelper | undefined = loadNative(),
): PreparedConfinement {
  const settled = (outcome: ConfinementOutcome): PreparedConfinement => ({ enforce: () => outcome });
  const version = landlockVersion(helper);
  if ('reason' in version) return settled({ kind: 'absent', reason: version.reason });
  if (helper === undefined) return settled({ kind: 'absent', reason: NO_HELPER });
  const { abi } = version;
  if (plan.writable.length > 0 && abi < ABI_WITH_REFER) {
    return settled({ kind: 'absent', reason: 'Landlock of this kernel forbids renames between directories' });
  }
  let held: HeldRules;
  try {
    held = holdRules(plan, handledRights(plan, abi));
  } catch (error) {
    return settled({ kind: 'failed', reason: (error as Error).message });
  }
  return {
    enforce: () => {
      try {
        return enforce(helper, plan, held, abi);
      } finally {
        for (const descriptor of held.descriptors) closeSync(descriptor);
      }
    },
  };
}

function handledRights(plan: ConfinementPlan, abi: number): number {
  const rights = WRITE | EXECUTE | (plan.readable === undefined ? 0 : READ);
  const unknown = (abi < ABI_WITH_REFER ? REFER : 0) | (abi < ABI_WITH_TRUNCATE ? TRUNCATE : 0);
  return rights & ~unknown;
}

interface HeldRules {
  readonly handled: number;
  readonly descriptors: number[];
  /** Pairs: descriptor, rights. */
  readonly pairs: Float64Array;
}

function holdRules(plan: ConfinementPlan, handled: number): HeldRules {
  const descriptors: number[] = [];
  const pairs: number[] = [];
  const allow = (path: string, rights: number): void => {
    const descriptor = openSync(Buffer.from(path, 'latin1'), O_PATH);
    descriptors.push(descriptor);
    const possible = fstatSync(descriptor).isDirectory() ? rights : rights & OF_FILES;
    pairs.push(descriptor, possible & handled);
  };
  try {
    for (const path of plan.writable) allow(path, WRITE | READ);
    for (const path of plan.readable ?? []) allow(path, READ);
  } catch (error) {
    for (const descriptor of descriptors) closeSync(descriptor);
    throw error;
  }
  return { handled, descriptors, pairs: new Float64Array(pairs) };
}

function enforce(
  helper: ConfinementHelper,
  plan: ConfinementPlan,
  { handled, descriptors, pairs }: HeldRules,
  abi: number,
): ConfinementOutcome {
  const failed = (call: string, result: number): ConfinementOutcome => ({
    kind: 'failed',
    reason: `${call}: ${errorOfNumber(-result, '', '').strerror}`,
  });
  const privileges = helper.noNewPrivileges();
  if (privileges < 0) return failed('no_new_privs', privileges);
  const scopes = plan.isolated === true && abi >= ABI_WITH_SCOPES ? SCOPES : 0;
  const result = helper.landlock(handled, scopes, pairs, descriptors.length);
  return result < 0 ? failed('Landlock', result) : { kind: 'confined', abi };
}

/** The directory itself, or the nearest one above it that exists: what may be written when `path` is to be made. */
export function nearestDirectory(path: string): string {
  for (let each = path; ; each = splitPath(each).directory) {
    if (isDirectory(each) || each === '/' || each === '.') return each;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(Buffer.from(path, 'latin1')).isDirectory();
  } catch {
    return false;
  }
}
