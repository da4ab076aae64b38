// Symlinks made harmless: a prefix that leads nowhere stands before their targets (docs/protocol/03-file-list.md §4.1). Pure.

const PREFIX = '/rsyncd-munged/';

/** Without the slash at its end: a directory of that name would bring munged links back to life. */
export const MUNGED_DIRECTORY = PREFIX.slice(0, -1);

/** Receiver: what is stored for a target. */
export function mungedTarget(target: string): string {
  return PREFIX + target;
}

/** Sender: the target that a stored one stands for. */
export function unmungedTarget(target: string): string {
  return target.startsWith(PREFIX) ? target.slice(PREFIX.length) : target;
}
