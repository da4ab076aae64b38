// Which file the data of a transfer record may refer to, by the record's basis type (docs/protocol/04-transfer.md §2.2, §9.1, §21.3).
// What a peer names goes through the roots that the operator gave; a type that was not asked for ends the run.
import { isDevice, isRegular } from '@ocrsync/core/file-type';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { type FileStat, FilesystemError, type OpenFile, type Root } from '../fs/filesystem.ts';
import { BASIS_BACKUP, BASIS_FNAME, BASIS_FUZZY, BASIS_PARTIAL_DIR, type Item } from '../session/item.ts';
import type { Entry } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';
import type { PartialFile } from './partial-directory.ts';
import { lookAt, type Place } from './place.ts';

/** `failure`: it could not be looked at or opened. */
export interface FoundBasis {
  /** What is under the file's own name. */
  readonly existing?: FileStat | undefined;
  readonly basis?: OpenFile;
  /** Where the basis is when it is not the file itself: it is only read, and attributes that did not travel are its. */
  readonly other?: { readonly place: Place; readonly stat: FileStat } | undefined;
  /** The basis is this file of the partial directory. */
  readonly waiting?: PartialFile | undefined;
  readonly failure?: FilesystemError;
}

export class ReceivedBasis {
  readonly #state: DestinationState;

  constructor(state: DestinationState) {
    this.#state = state;
  }

  /** Ends the run (ProtocolError, exit code 2) when the record names a basis that was not asked for. */
  check(entry: Entry, { basisType, xname }: Item): void {
    if (basisType === BASIS_FNAME) return;
    const count = this.#state.alternates?.count ?? 0;
    const { fuzzy } = this.#state.options;
    if (basisType < BASIS_FNAME) {
      if (basisType < count) return;
      this.#refuse(`invalid basis_dir index: ${basisType}.`);
    }
    const name = entry.list.name(entry.row);
    if (basisType < BASIS_FUZZY) {
      if (this.#mayBe(basisType)) return;
      this.#refuse(`rsync: refusing unrequested basis type ${basisType} for ${name}`);
    }
    const isWanted = basisType === BASIS_FUZZY ? fuzzy > 0 : fuzzy > 1 && basisType - BASIS_FUZZY <= count;
    if (!isWanted || !isLeaf(xname)) this.#refuse(`rsync: refusing malicious fuzzy operation for ${name}`);
  }

  #mayBe(basisType: number): boolean {
    const { options, partialDirectory } = this.#state;
    if (basisType === BASIS_PARTIAL_DIR) return partialDirectory !== undefined;
    return basisType === BASIS_BACKUP && options.inplace && options.backup;
  }

  /** A basis is a regular file; anything else, or one that cannot be opened, is none. */
  find({ basisType, xname }: Item, name: string): FoundBasis {
    const { context, tree, alternates, backups, partialDirectory } = this.#state;
    if (context.protocol < 29) return this.#findUntold(name);
    if (basisType < BASIS_FNAME) return this.#elsewhere(placeIn(alternates?.root(basisType), name), name);
    if (basisType === BASIS_PARTIAL_DIR) return this.#waiting(partialDirectory?.find(name), name);
    if (basisType === BASIS_BACKUP) return this.#elsewhere(backups?.place(name), name);
    if (basisType === BASIS_FNAME || xname === undefined) return this.#open({ root: tree, name });
    const root = basisType === BASIS_FUZZY ? tree : alternates?.root(basisType - BASIS_FUZZY - 1);
    return this.#elsewhere(placeIn(root, name.slice(0, name.lastIndexOf('/') + 1) + xname), name);
  }

  /** Before protocol 29 no record says what the generator took (§9.1). */
  #findUntold(name: string): FoundBasis {
    const { options, tree, alternates, backups, partialDirectory } = this.#state;
    if (options.inplace && backups !== undefined) {
      const found = this.#elsewhere(backups.place(name), name);
      if (found.basis !== undefined) return found;
    }
    const waiting = partialDirectory?.find(name);
    if (waiting !== undefined) return this.#waiting(waiting, name);
    const found = this.#open({ root: tree, name });
    if (found.existing !== undefined || found.failure !== undefined) return found;
    return this.#elsewhere(placeIn(alternates?.root(0), name), name);
  }

  #waiting(waiting: PartialFile | undefined, name: string): FoundBasis {
    const found = this.#elsewhere(waiting?.place, name);
    return found.basis === undefined ? found : { ...found, waiting };
  }

  #elsewhere(place: Place | undefined, name: string): FoundBasis {
    // What cannot be looked at is told when it is replaced.
    const existing = lookAt({ root: this.#state.tree, name });
    if (place === undefined) return { existing };
    const { basis, failure, existing: stat } = this.#open(place);
    if (basis === undefined || stat === undefined) {
      return failure === undefined ? { existing } : { existing, failure };
    }
    return { existing, basis, other: { place, stat } };
  }

  #open({ root, name }: Place): FoundBasis {
    let existing: FileStat | undefined;
    let basis: OpenFile | undefined;
    try {
      existing = root.lstat(name);
      if (existing === undefined || !this.#canBeBasis(existing)) return { existing };
      basis = root.openRead(name, false, this.#state.options.openNoatime);
      if (this.#canBeBasis(basis.stat())) return { existing, basis };
      basis.close();
      return { existing };
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      basis?.close();
      return { existing, failure: error };
    }
  }

  #canBeBasis({ mode }: FileStat): boolean {
    return isRegular(mode) || (this.#state.options.writeDevices && isDevice(mode));
  }

  #refuse(text: string): never {
    throw new ProtocolError('ERR_BASIS_TYPE', text, 2, this.#state.context.channel.reader.byteOffset);
  }
}

function placeIn(root: Root | undefined, name: string): Place | undefined {
  return root && { root, name };
}

/** One component, as the name of a file of the same directory has to be. */
function isLeaf(xname: string | undefined): boolean {
  if (xname === undefined || xname === '' || xname === '.' || xname === '..') return false;
  return !xname.includes('/') && !xname.includes('\0');
}
