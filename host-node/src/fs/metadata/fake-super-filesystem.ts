// The files of --fake-super: everything root may do is allowed, and kept in attributes (docs/protocol/03 §11.5).
import type { Filesystem, Root, SymlinkPolicy } from '../filesystem.ts';
import { AssumedRank } from './assumed-rank.ts';
import { type FakeSuperReport, FakeSuperRoot } from './fake-super-root.ts';

export interface FakeSuperSide {
  readonly report: FakeSuperReport;
  /** See FakeSuperTree: true on the receiving side. */
  readonly replacesSymlinks: boolean;
}

export class FakeSuperFilesystem extends AssumedRank {
  readonly #side: FakeSuperSide;

  /** `inner` must be able to keep attributes ({@link Filesystem.canXattrs}). */
  constructor(inner: Filesystem, side: FakeSuperSide) {
    super(inner, true);
    this.#side = side;
  }

  override get canMakeNodes(): boolean {
    return true;
  }

  override root(path: string, symlinks?: SymlinkPolicy): Root {
    return new FakeSuperRoot({ inner: super.root(path, symlinks), ...this.#side });
  }
}
