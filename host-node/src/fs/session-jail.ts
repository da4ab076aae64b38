// Puts a whole process into the jail of one daemon session: chroot, another user, the module's directory and nothing else
// (docs/protocol/08-hostile-peers.md §5, §6; docs/confinement.md). To be called once, before a byte of the peer is read.
import { existsSync } from 'node:fs';
import { denials, limitNames, type LimitName } from '@ocrsync/native/confine';
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import { type ConfinementOutcome, type ConfinementPlan, prepareConfinement } from './confinement.ts';
import { errorOfNumber } from './errno.ts';

/** All paths are absolute latin1 byte strings. */
export interface SessionJail {
  /** The module's directory. */
  readonly module: string;
  readonly writable: boolean;
  /** Other places that the session writes: log, lock and temporary directories. */
  readonly alsoWritable?: readonly string[];
  /** What it reads besides: parts of the program that are loaded late. {@link systemFiles} are always among them. */
  readonly alsoReadable?: readonly string[];
  /** A directory at or above the module. All paths are seen from there afterwards, and it is the current directory. */
  readonly chroot?: string;
  readonly ids?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly limits?: Readonly<Partial<Record<LimitName, number>>>;
  /** System calls that no session needs (host-native/src/seccomp.c); programs cannot be started either. */
  readonly denySystemCalls?: boolean;
}

/** Read late by the C library and by Node: names of users and groups, the time zone. */
const systemFiles: readonly string[] = [
  '/etc/passwd',
  '/etc/group',
  '/etc/nsswitch.conf',
  '/etc/localtime',
  '/usr/share/zoneinfo',
  '/usr/lib',
  '/usr/lib64',
  '/lib',
  '/lib64',
  '/dev/null',
  '/dev/urandom',
];

type Step = 'helper' | 'limits' | 'chroot' | 'ids' | 'no_new_privs' | 'seccomp' | 'landlock';

/** A step that was asked for and did not work: the session must not begin. */
export class JailError extends Error {
  override readonly name = 'JailError';
  readonly step: Step;

  constructor(step: Step, reason: string) {
    super(`${step}: ${reason}`);
    this.step = step;
  }
}

/**
 * Places are held open first, then come limits, chroot, ids, no_new_privs, Landlock and denied calls: each step needs rights
 * that a later one takes. The outcome says whether Landlock is in force; that it is `absent` is for the log and no error.
 * @throws JailError when anything else fails
 */
export function enterSessionJail(
  jail: SessionJail,
  helper: NativeHelper | undefined | null = loadNative(),
): ConfinementOutcome {
  if (!helper) {
    const wanted = jail.chroot ?? jail.ids ?? jail.limits;
    if (wanted !== undefined || jail.denySystemCalls === true) {
      throw new JailError('helper', 'chroot, ids, limits and denied calls need the native helper');
    }
    return { kind: 'absent', reason: 'the native helper is not there' };
  }
  const prepared = prepareConfinement(jailPlan(jail), helper);
  for (const [name, value] of Object.entries(jail.limits ?? {})) {
    step('limits', helper.limitResource(limitNames.indexOf(name as LimitName), value));
  }
  if (jail.chroot !== undefined) {
    step('chroot', helper.changeRoot(jail.chroot));
    // Node remembers the current directory until it changes it itself.
    process.chdir('/');
  }
  if (jail.ids !== undefined) {
    const { uid, gid, groups } = jail.ids;
    step('ids', helper.changeIds(uid, gid, new Float64Array(groups), groups.length));
  }
  step('no_new_privs', helper.noNewPrivileges());
  const outcome = prepared.enforce();
  if (outcome.kind === 'failed') throw new JailError('landlock', outcome.reason);
  if (jail.denySystemCalls === true) {
    step('seccomp', helper.seccompDeny(denials.execute | denials.allThreads));
  }
  return outcome;
}

function jailPlan(jail: SessionJail): ConfinementPlan {
  const { module, writable, alsoWritable = [], alsoReadable = [] } = jail;
  return {
    writable: [...(writable ? [module] : []), ...alsoWritable],
    readable: [module, ...alsoReadable, ...systemFiles.filter((file) => existsSync(file))],
    isolated: true,
  };
}

function step(name: Step, result: number): void {
  if (result < 0) throw new JailError(name, errorOfNumber(-result, '', '').strerror);
}
