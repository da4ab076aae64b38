// Where a path leads that the person who runs the process has typed: it may lie anywhere, and the question is who planted the
// symlinks on the way (docs/protocol/09-rsync-3.5.md §2.3). Names of a peer never come here.
import { isSymlink } from '@ocrsync/core/file-type';
import { errorOfCode } from './errno.ts';
import type { FileStat, Filesystem } from './filesystem.ts';

const MOST_LINKS = 40;

export interface OperatorRules {
  /** Symlinks of this user and of root are followed. */
  readonly ownUid: number;
  /** Absolute and without symlinks: the way must not lead beside it. */
  readonly confineRoot?: string | undefined;
}

export interface OperatorPlace {
  /** Absolute, without symlinks as far as it exists. */
  readonly path: string;
  /** What is there; undefined: nothing. */
  readonly stat: FileStat | undefined;
}

/**
 * Walks a path (latin1, absolute or from the start directory). Throws a FilesystemError: ELOOP for a symlink of another user, for
 * more than 40 of them, and for a way that leaves the root it is confined to; else what the walk met.
 */
export function operatorPlace(
  files: Pick<Filesystem, 'root'>,
  path: string,
  rules: OperatorRules,
): OperatorPlace {
  if (path === '') throw errorOfCode('EINVAL', 'open', path);
  const top = files.root('/');
  let position = path.startsWith('/') ? [] : partsOf(files.root('.').path);
  const ahead = partsOf(path).reverse();
  let stat: FileStat | undefined = undefined;
  let links = 0;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === '..') {
      position.pop();
      stat = undefined;
    } else {
      const name = [...position, part].join('/');
      stat = top.lstat(name);
      if (stat === undefined) {
        return { path: `/${[name, ...ahead.reverse()].join('/')}`, stat: undefined };
      }
      if (isSymlink(stat.mode)) {
        if (!isTrusted(stat, rules) || ++links > MOST_LINKS) throw errorOfCode('ELOOP', 'open', path);
        const target = top.readlink(name);
        if (target.startsWith('/')) position = [];
        ahead.push(...partsOf(target).reverse());
        continue;
      }
      position.push(part);
    }
    if (!isInside(position, rules.confineRoot)) throw errorOfCode('ELOOP', 'open', path);
  }
  const found = `/${position.join('/')}`;
  return { path: found, stat: stat ?? top.lstat(position.length === 0 ? '.' : position.join('/')) };
}

/** A descriptor that a shell has handed over (`<(…)`, /dev/stdin): a symlink that only the kernel can follow. */
export function isOwnDescriptor(path: string): boolean {
  return /^\/(?:dev\/(?:fd\/\d+|stdin|stdout|stderr)|proc\/self\/fd\/\d+)$/.test(path);
}

/** Whether a symlink may be followed: root's and one's own. */
export function isTrusted(link: Pick<FileStat, 'uid'>, { ownUid }: Pick<OperatorRules, 'ownUid'>): boolean {
  return link.uid === 0 || link.uid === ownUid;
}

/** The rules for this process; undefined where there are no owners of files. */
export function processRules(): OperatorRules | undefined {
  const ownUid = process.geteuid?.();
  return ownUid === undefined ? undefined : { ownUid };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Above the root, at it, or below it. */
function isInside(position: readonly string[], confineRoot: string | undefined): boolean {
  if (confineRoot === undefined) return true;
  const root = partsOf(confineRoot);
  const shared = Math.min(root.length, position.length);
  return root.slice(0, shared).every((part, index) => part === position[index]);
}
