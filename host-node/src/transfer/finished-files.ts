// How a received file gets its final name: backup, attributes, rename; or what becomes of one that is not right, not whole, or
// whose turn has not come (docs/protocol/04-transfer.md §9.3, §9.5–§9.7). Nothing half written ever gets a final name here, but with
// --partial, which asks for that, and where a file is written in place.
import { FilesystemError, type FileStat } from '../fs/filesystem.ts';
import { parentOf } from '../fs/path-text.ts';
import { delaysUpdates } from '../options/resolve-paths.ts';
import type { Entry, ReceiveResult } from '../session/ports.ts';
import { RunError } from '../session/run-error.ts';
import { type AttributeRequest, setAttributes } from './attributes.ts';
import { copyAttributes } from './copied-attributes.ts';
import { copyContents } from './copied-contents.ts';
import type { DestinationState } from './destination-state.ts';
import { type KeptAs } from './failed-verification.ts';
import { moveTo, type Place, quotedPath, unlinkQuietly } from './place.ts';
import type { Target } from './received-output.ts';
import { randomSuffix, temporaryPrefix } from './temp-name.ts';

const EXIT_FILE_IO = 11;
const COPY_MODE = 0o600;
const OUT_OF_ROOM = /^(ENOSPC|EDQUOT)$/;

interface Delayed {
  readonly entry: Entry;
  readonly name: string;
  readonly place: Place;
}

export class FinishedFiles {
  readonly #state: DestinationState;
  #delayed: Delayed[] = [];
  /** ndx of files whose old content has its backup: what a second try replaces is no old content. */
  readonly #backedUp = new Set<number>();
  /** --fsync: directories in which names have changed. */
  readonly #directories = new Set<string>();

  constructor(state: DestinationState) {
    this.#state = state;
  }

  /** The data is right. `stat`: the written file, if known. */
  good(target: Target, stat: FileStat | undefined): ReceiveResult {
    const { options } = this.#state;
    if (target.way === 'in-place') {
      this.#setAttributes(target, stat, 'exact');
      return 'good';
    }
    if (delaysUpdates(options)) return this.#delay(target, stat);
    this.#backup(target);
    this.#setAttributes(target, stat, 'exact');
    return this.#putInPlace(target, target.place) ? 'good' : 'failed';
  }

  /** The data is not what the sender had. Says where it is now. */
  bad(target: Target, stat: FileStat | undefined): KeptAs {
    const { options, partialDirectory } = this.#state;
    if (target.way === 'in-place' || target.way === 'waiting') {
      this.#setAttributes(target, stat, 'none');
      return target.way === 'in-place' ? 'retained' : 'put into partial-dir';
    }
    if (!options.partial) {
      unlinkQuietly(target.place);
      return 'discarded';
    }
    if (partialDirectory !== undefined) {
      return this.#putAside(target, stat, 'none', 'partial file') ? 'put into partial-dir' : 'discarded';
    }
    this.#backup(target);
    this.#setAttributes(target, stat, 'none');
    return this.#putInPlace(target, target.place) ? 'retained' : 'discarded';
  }

  /** The run ends while the file is under way. `isWorthwhile`: something of it came over the wire. */
  interrupted(target: Target, isWorthwhile: boolean): void {
    const { options, partialDirectory } = this.#state;
    if (target.way !== 'temporary') return;
    if (!options.partial || !isWorthwhile) {
      unlinkQuietly(target.place);
      return;
    }
    if (partialDirectory !== undefined) {
      this.#putAside(target, undefined, 'none', 'partial file');
      return;
    }
    this.#backup(target);
    this.#setAttributes(target, undefined, 'none');
    if (this.#putInPlace(target, target.place)) this.#makeOld(target.name);
  }

  /** --delay-updates: all files get their names, in the order of the list. Tells what has become of each. */
  applyDelayed(tell: (entry: Entry, result: ReceiveResult) => void): void {
    const delayed = this.#delayed.sort((one, other) => one.entry.ndx - other.entry.ndx);
    this.#delayed = [];
    for (const each of delayed) tell(each.entry, this.#update(each));
  }

  /** --fsync: the new names are on the disk, too. */
  syncDirectories(): void {
    for (const directory of this.#directories) {
      try {
        const file = this.#state.tree.openRead(directory, false);
        try {
          file.sync();
        } finally {
          file.close();
        }
      } catch (error) {
        this.#state.failed('receiver', `fsync ${this.#state.fullName(directory)} failed`, error);
      }
    }
    this.#directories.clear();
  }

  // ---- steps -------------------------------------------------------------------------------------------------------------

  /** Ends the run when there can be none: the old file must not be lost. */
  #backup({ name, entry, place }: Target): void {
    const { backups } = this.#state;
    if (backups === undefined || this.#backedUp.has(entry.ndx)) return;
    if (backups.keep(name, 'link', 'receiver') === 'failed') {
      unlinkQuietly(place);
      throw new RunError('ERR_BACKUP', '', EXIT_FILE_IO);
    }
    this.#backedUp.add(entry.ndx);
  }

  #setAttributes(
    { name, entry, mode, place, basisElsewhere }: Target,
    stat: FileStat | undefined,
    times: AttributeRequest['times'],
  ): void {
    const { home } = this.#state;
    this.#state.within(place.root, () =>
      setAttributes(this.#state, {
        role: 'receiver',
        name: place.name,
        entry,
        mode,
        stat,
        times,
        xattrsFrom: basisElsewhere ?? { root: home, name },
      }),
    );
  }

  /** False: it did not get there, which was told. */
  #putInPlace(target: Target, from: Place): boolean {
    const { name } = target;
    const to = { root: this.#state.tree, name };
    this.#state.report.debug?.('recv', 1, () => `renaming ${from.name} to ${name}`);
    try {
      moveTo(from, to);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code !== 'EXDEV') return this.#notPlaced(target, `rename`, error);
      const failure = this.#copyInPlace(target, from, to);
      if (failure !== undefined) return this.#notPlaced(target, 'copy', failure);
    }
    this.#placed(target);
    return true;
  }

  #placed({ name, basisWaits, way }: Target): void {
    const { options, partialDirectory } = this.#state;
    if (options.fsync) this.#directories.add(parentOf(name) || '.');
    if (!basisWaits) return;
    if (way === 'waiting') partialDirectory?.removeDirectory(name);
    else partialDirectory?.remove(name);
  }

  /** What was received is not thrown away when there is a place for it. */
  #notPlaced(target: Target, call: 'rename' | 'copy', error: FilesystemError): false {
    const { place, name } = target;
    this.#state.failed('receiver', `${call} ${quotedPath(place)} -> "${name}"`, error);
    const aside = target.way === 'temporary' ? this.#state.partialDirectory?.ready(name) : undefined;
    if (aside === undefined || !moved(place, aside)) unlinkQuietly(place);
    return false;
  }

  /**
   * From another file system: under a temporary name first, so that the final one never has half a file. Only where there is
   * no room for both the old one goes first.
   */
  #copyInPlace(target: Target, from: Place, to: Place): FilesystemError | undefined {
    const prefix = temporaryPrefix(to.name);
    let failure =
      prefix === undefined
        ? undefined
        : this.#copied(target, from, { ...to, name: prefix + randomSuffix() }, to);
    if (prefix === undefined || (failure !== undefined && OUT_OF_ROOM.test(failure.code))) {
      unlinkQuietly(to);
      failure = this.#copied(target, from, to, to);
    }
    if (failure === undefined) unlinkQuietly(from);
    return failure;
  }

  #copied(target: Target, from: Place, copy: Place, to: Place): FilesystemError | undefined {
    try {
      const output = copy.root.createExclusive(copy.name, COPY_MODE);
      copyContents(from, output);
      this.#setAttributes({ ...target, place: copy }, undefined, 'exact');
      if (copy.name !== to.name) moveTo(copy, to);
      return undefined;
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code !== 'EEXIST') unlinkQuietly(copy);
      return error;
    }
  }

  // ---- the partial directory ---------------------------------------------------------------------------------------------

  #delay(target: Target, stat: FileStat | undefined): ReceiveResult {
    const { entry, name } = target;
    const place =
      target.way === 'waiting' ? target.place : this.#putAside(target, stat, 'exact', 'completed file');
    if (place === undefined) return 'failed';
    if (target.way === 'waiting') this.#setAttributes(target, stat, 'exact');
    this.#delayed.push({ entry, name, place });
    return 'delayed';
  }

  /** Into the partial directory. undefined: it is gone, which was told. */
  #putAside(
    target: Target,
    stat: FileStat | undefined,
    times: AttributeRequest['times'],
    what: 'completed file' | 'partial file',
  ): Place | undefined {
    const { name, place } = target;
    const aside = this.#state.partialDirectory!.ready(name);
    if (aside === undefined) {
      const text = `Unable to create partial-dir for ${name} -- discarding ${what}.`;
      // rsync ends with 0 here, as if all files had come (09 §22, row 3).
      this.#state.report.message('error-xfer', text);
      unlinkQuietly(place);
      return undefined;
    }
    this.#setAttributes(target, stat, times);
    try {
      this.#moveAside(target, place, aside);
      return aside;
    } catch (error) {
      this.#state.failed('receiver', `rename ${quotedPath(place)} -> ${quotedPath(aside)}`, error);
      unlinkQuietly(place);
      return undefined;
    }
  }

  #moveAside(target: Target, place: Place, aside: Place): void {
    try {
      moveTo(place, aside);
    } catch (error) {
      if (!(error instanceof FilesystemError) || error.code !== 'EXDEV') throw error;
      unlinkQuietly(aside);
      const failure = this.#copied(target, place, aside, aside);
      if (failure !== undefined) throw failure;
      unlinkQuietly(place);
    }
  }

  #update({ name, place }: Delayed): ReceiveResult {
    const { backups, partialDirectory, options } = this.#state;
    const isKept = backups === undefined || backups.keep(name, 'link', 'receiver') !== 'failed';
    if (!isKept) {
      this.#state.report.message('error-xfer', `${name} was not updated: it has no backup`);
      return 'failed';
    }
    try {
      this.#placeDelayed(name, place);
    } catch (error) {
      const text = `rename failed for ${this.#state.fullName(name)} (from ${shown(place, this.#state)})`;
      this.#state.failed('receiver', text, error);
      return 'failed';
    }
    if (options.fsync) this.#directories.add(parentOf(name) || '.');
    partialDirectory?.removeDirectory(name);
    return 'good';
  }

  /** An absolute partial directory may be on another file system. */
  #placeDelayed(name: string, place: Place): void {
    const to = { root: this.#state.tree, name };
    try {
      moveTo(place, to);
    } catch (error) {
      if (!(error instanceof FilesystemError) || error.code !== 'EXDEV') throw error;
      this.#copyDelayed(place, to);
    }
  }

  #copyDelayed(place: Place, to: Place): void {
    const prefix = temporaryPrefix(to.name);
    if (prefix === undefined)
      throw new FilesystemError('ENAMETOOLONG', 36, 'File name too long', 'copy', to.name);
    const copy = { ...to, name: prefix + randomSuffix() };
    const stat = place.root.lstat(place.name);
    try {
      copyContents(place, copy.root.createExclusive(copy.name, COPY_MODE));
      if (stat !== undefined) copyAttributes(this.#state, 'receiver', place, stat, copy);
      moveTo(copy, to);
    } catch (error) {
      unlinkQuietly(copy);
      throw error;
    }
    unlinkQuietly(place);
  }

  /** An interrupted file has the time 1970, which makes the next run look at it (§9.3). */
  #makeOld(name: string): void {
    try {
      this.#state.tree.setTimes(name, { mtimeSec: 0, mtimeNsec: 0 });
    } catch (error) {
      this.#state.failed('receiver', `failed to set times on ${this.#state.fullName(name)}`, error);
    }
  }
}

function moved(from: Place, to: Place): boolean {
  try {
    moveTo(from, to);
    return true;
  } catch (error) {
    if (error instanceof FilesystemError) return false;
    throw error;
  }
}

/** The place as it would be typed: below the destination without its path. */
function shown(place: Place, { root }: DestinationState): string {
  return place.root === root ? place.name : quotedPath(place).slice(1, -1);
}
