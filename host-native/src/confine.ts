// Giving up rights for good (confine.c, seccomp.c). None throws; each returns a count or the negative errno.

/** Bits of {@link ConfineCalls.seccompDeny}. */
export const denials = {
  /** Starting programs. */
  execute: 1,
  /** io_uring: its requests do what the denied calls would. */
  rings: 2,
  /** All threads of the process instead of this one; EBUSY when one has a filter of its own. */
  allThreads: 4,
} as const;

/** Resources of {@link ConfineCalls.limitResource}, by index. */
export const limitNames = ['core', 'files', 'processes', 'fileSize', 'cpuSeconds'] as const;
export type LimitName = (typeof limitNames)[number];

export interface ConfineCalls {
  /** Landlock's version in this kernel, 1 or more; ENOSYS without it, EOPNOTSUPP when it is switched off. */
  landlockAbi(): number;

  /**
   * Takes the rights `handled` away from this thread and those that it starts, except beneath the rules: pairs of a
   * descriptor and the rights that remain there. `scopes` cuts signals and abstract sockets to the outside (0 = not).
   * All masks are Landlock's own and must be known to the kernel (EINVAL). Needs no_new_privs, else EPERM.
   */
  landlock(handled: number, scopes: number, rules: Float64Array, ruleCount: number): number;

  /** no_new_privs of this thread and those that it starts: no program gives more rights by set-user-id. */
  noNewPrivileges(): number;

  /** The process denies itself system calls ({@link denials}, EPERM); this thread, or all of them. Needs no_new_privs. */
  seccompDeny(flags: number): number;

  /** 0 where filters can be installed. Changes nothing. */
  seccompProbe(): number;

  /** chroot and chdir("/"), for the whole process. Needs CAP_SYS_CHROOT. */
  changeRoot(path: string): number;

  /** Supplementary groups, group and user, all of them real, effective and saved, for all threads of the process. */
  changeIds(uid: number, gid: number, groups: Float64Array, groupCount: number): number;

  /** Lowers a limit of the process, soft and hard alike; `resource` is an index of {@link limitNames}. */
  limitResource(resource: number, value: number): number;
}
