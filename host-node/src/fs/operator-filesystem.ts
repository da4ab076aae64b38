// A receiver's files: every root that it opens is a place the operator named (destination, temporary files, backups, partial
// files, alternate directories), so its path is walked first (docs/protocol/09-rsync-3.5.md §2.1, §2.3, §3, §6).
import { errorOfCode } from './errno.ts';
import type { Filesystem, Root, SymlinkPolicy } from './filesystem.ts';
import { AssumedRank } from './metadata/assumed-rank.ts';
import { type OperatorRules, operatorPlace } from './operator-path.ts';

export class OperatorFilesystem extends AssumedRank {
  readonly #rules: OperatorRules;
  readonly #destination: string;

  /** `destination`: absolute; the confinement is not for it, nor for what is above it. */
  constructor(inner: Filesystem, rules: OperatorRules, destination: string) {
    super(inner, inner.isSuperUser);
    this.#rules = rules;
    this.#destination = destination;
  }

  override root(path: string, symlinks?: SymlinkPolicy): Root {
    const { confineRoot, ownUid } = this.#rules;
    const isConfined = confineRoot !== undefined && !this.#isDestination(path);
    const place = operatorPlace(this.inner, path, isConfined ? { ownUid, confineRoot } : { ownUid });
    const root = this.inner.root(path, symlinks);
    const now = root.lstat('.');
    // Somebody has put another directory in the way between the walk and the opening.
    if (place.stat !== undefined && (now?.dev !== place.stat.dev || now.ino !== place.stat.ino)) {
      throw errorOfCode('ELOOP', 'open', path);
    }
    return root;
  }

  #isDestination(path: string): boolean {
    const start = path.startsWith('/') ? '' : `${this.inner.root('.').path}/`;
    const absolute = `${start}${path}`.split('/').filter((part) => part !== '' && part !== '.');
    const own = this.#destination.split('/').filter((part) => part !== '' && part !== '.');
    return absolute.length <= own.length && absolute.every((part, index) => part === own[index]);
  }
}

/** --insecure-links: names below a root may lead anywhere, as in rsync 3.4.1. */
export class InsecureFilesystem extends AssumedRank {
  constructor(inner: Filesystem) {
    super(inner, inner.isSuperUser);
  }

  override root(path: string, symlinks: SymlinkPolicy = 'follow'): Root {
    return this.inner.root(path, symlinks);
  }
}
