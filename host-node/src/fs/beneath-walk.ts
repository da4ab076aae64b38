// Resolution beneath a held root without help of the kernel: component by component, symlinks read and walked by hand
// (docs/protocol/09-rsync-3.5.md §2.4). Each component is opened without following, so a symlink that is put in its place
// at that moment is refused, never passed. Holds two descriptors at most.
import { EINVAL, ELOOP, O_DIRECTORY, O_NOFOLLOW } from './directory-calls.ts';

const MOST_LINKS = 40;

export interface WalkCalls {
  /** One component; `flags` contain O_NOFOLLOW. */
  openComponent(directory: number, leaf: string, flags: number): number;
  /** The target, or the negative errno (−EINVAL: no symlink). */
  readlink(directory: number, leaf: string): string | number;
  close(descriptor: number): void;
}

/** Opens the object that `name` leads to; `passage` are the flags for directories on the way. */
export function walkBeneath(
  calls: WalkCalls,
  root: number,
  name: string,
  flags: number,
  passage: number,
): number {
  let links = 0;
  let at = root;
  /** Real directories between the root and `at`. */
  let passed: string[] = [];
  let coming = name.split('/');
  const backTo = (descriptor: number): void => {
    if (at !== root) calls.close(at);
    at = descriptor;
  };
  while (coming.length > 0) {
    const part = coming.shift()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (passed.length === 0) return leave(backTo, root, -ELOOP);
      // From the root again: '..' of a directory that was moved meanwhile would lead elsewhere.
      coming = [...passed.slice(0, -1), ...coming];
      passed = [];
      backTo(root);
      continue;
    }
    const target = calls.readlink(at, part);
    if (typeof target === 'string') {
      if (++links > MOST_LINKS || target === '' || target.startsWith('/')) return leave(backTo, root, -ELOOP);
      coming = [...target.split('/'), ...coming];
      continue;
    }
    if (target !== -EINVAL) return leave(backTo, root, target);
    const isLast = coming.every((rest) => rest === '' || rest === '.');
    const next = calls.openComponent(at, part, (isLast ? flags : passage | O_DIRECTORY) | O_NOFOLLOW);
    if (next < 0) return leave(backTo, root, next);
    backTo(next);
    passed.push(part);
    if (isLast) return next;
  }
  return calls.openComponent(root, '.', flags);
}

function leave(backTo: (descriptor: number) => void, root: number, status: number): number {
  backTo(root);
  return status;
}
