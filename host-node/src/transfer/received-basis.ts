// Which file the data of a transfer record may refer to, by the record's basis type (docs/protocol/04-transfer.md §2.2, §9.1, §21.3).
// What a peer names goes through the roots that the operator gave; a type that was not asked for ends the run.
import { isRegular } from '@ocrsync/core/file-type';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { type FileStat, FilesystemError, type OpenFile } from '../fs/filesystem.ts';
import { BASIS_FNAME, BASIS_FUZZY, BASIS_PARTIAL_DIR, type Item } from '../session/item.ts';
import type { Entry } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';

/** `failure`: it could not be looked at or opened. */
export interface FoundBasis {
  /** What is under the file's own name. */
  readonly existing?: FileStat | undefined;
  readonly basis?: OpenFile;
  readonly failure?: FilesystemError;
}

export class ReceivedBasis {
  readonly #state: DestinationState;

  constructor(state: DestinationState) {
    this.#state = state;
  }

  /** Ends the run (ProtocolError, exit code 2) when the record names a basis that was not asked for. */
  check(entry: Entry, { basisType }: Item): void {
    if (basisType === BASIS_FNAME) return;
    const text =
      basisType >= BASIS_FUZZY
        ? `rsync: refusing malicious fuzzy operation for ${entry.list.name(entry.row)}`
        : basisType >= BASIS_PARTIAL_DIR
          ? `rsync: refusing unrequested basis type ${basisType} for ${entry.list.name(entry.row)}`
          : `invalid basis_dir index: ${basisType}.`;
    throw new ProtocolError('ERR_BASIS_TYPE', text, 2, this.#state.context.channel.reader.byteOffset);
  }

  /** A basis is a regular file; anything else, or one that cannot be opened, is none. */
  find(_item: Item, name: string): FoundBasis {
    const { tree, options } = this.#state;
    let existing: FileStat | undefined;
    let basis: OpenFile | undefined;
    try {
      existing = tree.lstat(name);
      if (existing === undefined || !isRegular(existing.mode)) return { existing };
      basis = tree.openRead(name, false, options.openNoatime);
      if (isRegular(basis.stat().mode)) return { existing, basis };
      basis.close();
      return { existing };
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      basis?.close();
      return { existing, failure: error };
    }
  }
}
