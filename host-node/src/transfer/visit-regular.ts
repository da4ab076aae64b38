// The generator's way with regular files: up to date, left alone, or asked for with the sums of a basis
// (docs/protocol/04-transfer.md §3.7).
import { deviceSizeBytes } from '../flist/device-size.ts';
import type { FileStat, OpenFile } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import {
  BASIS_BACKUP,
  BASIS_FNAME,
  BASIS_PARTIAL_DIR,
  ITEM_REPORT_CHANGE,
  ITEM_TRANSFER,
} from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import { AlternateFiles } from './alternate-files.ts';
import type { AlternateMatch } from './alternate-match.ts';
import { BlockSumWriter } from './block-sums.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { isDevice, isRegular } from '@ocrsync/core/file-type';
import { itemFlags } from './item-flags.ts';
import { FuzzyFinder } from './fuzzy-basis.ts';
import { isNewerThan } from './kept-attributes.ts';
import type { Place } from './place.ts';
import { QuickCheck } from './quick-check.ts';
import { type Hand, makeRoom } from './replace.ts';
import { keep, type Visited } from './visit.ts';

/**
 * What became of the entry: in place; in an alternate directory, and not to be here; asked for; left out; or nothing there, so that a
 * hard link may wait.
 */
export type RegularOutcome = 'kept' | 'elsewhere' | 'asked' | 'skipped' | 'failed' | 'missing-link';

/** A file that the new one may have blocks in common with. */
interface Basis {
  /** As on the wire (§2.2). */
  readonly type: number;
  readonly place: Place;
  readonly stat: FileStat;
  /** What the record is compared with, if anything: a fuzzy basis says nothing about the file. */
  readonly compared: FileStat | undefined;
  readonly xname?: string;
}

export class RegularVisitor {
  readonly #state: DestinationState;
  readonly #sums: BlockSumWriter;
  /** No sums of existing files are sent (§3.1). */
  readonly wholeFile: boolean;
  readonly #sendsSums: boolean;
  readonly #quickCheck: QuickCheck;
  readonly #alternates: AlternateFiles | undefined;
  readonly #fuzzy: FuzzyFinder | undefined;

  constructor(state: DestinationState) {
    const { options, context } = state;
    this.#state = state;
    this.#sums = new BlockSumWriter(context, options.blockSize);
    this.wholeFile = options.append === 0 && (options.wholeFile ?? context.config.local);
    // A batch is not asked for blocks that match.
    this.#sendsSums = !this.wholeFile && context.config.playedBatch === undefined;
    this.#quickCheck = new QuickCheck(state);
    const { alternates } = state;
    this.#alternates = alternates && new AlternateFiles(state, alternates, this.#quickCheck);
    this.#fuzzy = options.fuzzy > 0 ? new FuzzyFinder(state) : undefined;
  }

  *visit(hand: Hand, visited: Visited): Task<RegularOutcome> {
    const { options, report: out } = this.#state;
    const { name, redo, member } = visited;
    let { existing } = visited;
    if (!redo && options.update && this.#isNewer(visited)) {
      if (options.info.skip >= 1) out.message('info', `${name} is newer`);
      return 'skipped';
    }
    if (existing !== undefined && !this.#mayBeWritten(existing)) {
      if (!(yield* makeRoom(this.#state, hand, name, existing, 'regular file'))) return 'failed';
      existing = undefined;
    }
    if (existing === undefined && visited.lookError !== undefined) {
      const text = `recv_generator: failed to stat ${this.#state.fullName(name)}`;
      this.#state.failed('generator', text, visited.lookError);
      return 'failed';
    }
    if (existing !== undefined && isDevice(existing.mode)) existing = this.#sized(name, existing);
    const other = this.#alternates && (yield* this.#alternates.take(visited, existing));
    if (other === 'made') return 'kept';
    if (other === 'left-out') return 'elsewhere';
    if (existing !== undefined) return yield* this.#update(visited, existing);
    let basis = this.#waiting(name, undefined);
    if (basis === undefined) {
      const elsewhere = other === undefined ? this.#fuzzyBasis(visited) : alternateBasis(other);
      if (elsewhere !== undefined && this.#hasNothingToAppend(visited, elsewhere.stat)) return 'skipped';
      // Appending to a file that is not there would begin in the middle.
      if (!this.#isAppending(visited)) basis = elsewhere;
    }
    if (basis === undefined && member !== undefined && !member.isLast && !redo) return 'missing-link';
    yield* this.#requestWithBasis(visited, basis);
    return 'asked';
  }

  /** Another directory begins. */
  enteredDirectory(): void {
    this.#fuzzy?.enteredDirectory();
  }

  *#update(visited: Visited, existing: FileStat): Task<RegularOutcome> {
    const { options } = this.#state;
    const { entry, name, redo } = visited;
    const place = { root: this.#state.tree, name };
    if (yield* this.#quickCheck.isUpToDate(entry, place, existing, redo)) {
      if (!this.#state.dryRun && this.#state.partialDirectory?.find(name))
        this.#state.partialDirectory.remove(name);
      yield* keep(this.#state, visited, existing, options.checksum ? 'exact' : 'window');
      return 'kept';
    }
    if (this.#hasNothingToAppend(visited, existing)) return 'skipped';
    this.#fuzzy?.willChange(name);
    const own = { type: BASIS_FNAME, place, stat: existing, compared: existing };
    return (yield* this.#requestUpdate(visited, this.#waiting(name, existing) ?? own)) ? 'asked' : 'failed';
  }

  #isAppending({ redo }: Visited): boolean {
    return this.#state.options.append !== 0 && !redo;
  }

  /** A file as long as the sender's stays as it is; one beside the destination or of a similar name counts, too (observed). */
  #hasNothingToAppend(visited: Visited, found: FileStat): boolean {
    const { list, row } = visited.entry;
    return this.#isAppending(visited) && found.sizeBytes >= list.sizeBytes(row);
  }

  #fuzzyBasis(visited: Visited): Basis | undefined {
    const found = this.#fuzzy?.find(visited);
    if (found === undefined) return undefined;
    const { basisType, place, stat, xname } = found;
    return { type: basisType, place, stat, compared: undefined, xname };
  }

  /** In place the old content goes into its backup before anything is overwritten. False: that failed, which was told. */
  *#requestUpdate(visited: Visited, basis: Basis): Task<boolean> {
    const { options, backups, dryRun } = this.#state;
    const isOverwritten = options.inplace && basis.type === BASIS_FNAME && isRegular(basis.stat.mode);
    let used = basis;
    if (backups !== undefined && isOverwritten && !dryRun && !visited.redo) {
      const copy = backups.copy(visited.name, basis.stat, 'generator');
      if (copy === undefined) return false;
      if (this.#sendsSums) used = { ...basis, type: BASIS_BACKUP };
    }
    yield* this.#requestWithBasis(visited, used);
    return true;
  }

  /** What has been received of the file before is the better basis. */
  #waiting(name: string, compared: FileStat | undefined): Basis | undefined {
    const waiting = this.#state.partialDirectory?.find(name);
    return waiting && { type: BASIS_PARTIAL_DIR, ...waiting, compared };
  }

  /** A device is as long as its content. */
  #sized(name: string, stat: FileStat): FileStat {
    const file = this.#open({ root: this.#state.tree, name });
    if (file instanceof FilesystemError) return stat;
    try {
      return { ...stat, sizeBytes: deviceSizeBytes(file, stat.mode) };
    } finally {
      file.close();
    }
  }

  #mayBeWritten({ mode }: FileStat): boolean {
    return isRegular(mode) || (this.#state.options.writeDevices && isDevice(mode));
  }

  *#requestWithBasis(visited: Visited, basis: Basis | undefined): Task {
    const { context, report: out } = this.#state;
    if (basis === undefined || context.config.dryRun || !this.#sendsSums) {
      yield* this.#request(visited, basis, undefined);
      return;
    }
    const file = this.#open(basis.place);
    if (file instanceof FilesystemError) {
      const { root, name } = basis.place;
      out.message(
        'error',
        systemText('generator', `failed to open "${root.path}/${name}", continuing`, file),
      );
      yield* this.#request(visited, undefined, undefined);
      return;
    }
    try {
      yield* this.#request(visited, basis, file);
    } finally {
      file.close();
    }
  }

  /** Writes the record, and what belongs to it: head and sums, or the empty head. */
  *#request(visited: Visited, basis: Basis | undefined, file: OpenFile | undefined): Task {
    const { options, report: out } = this.#state;
    const { entry, mode, sink, redo } = visited;
    const flags = ITEM_TRANSFER | (options.checksum ? ITEM_REPORT_CHANGE : 0);
    if (visited.member !== undefined) visited.member.state = 'asked';
    const compared = basis?.compared && {
      existing: basis.compared,
      place: comparedPlace(this.#state, visited, basis),
    };
    const all = itemFlags(this.#state, { entry, mode, flags, existing: undefined, ...compared });
    yield* sink.request(entry.ndx, all, basis?.type ?? BASIS_FNAME, basis?.xname);
    if (this.#state.context.config.dryRun) return;
    if (basis === undefined || file === undefined || basis.stat.sizeBytes === 0) {
      this.#sums.writeEmpty();
      return;
    }
    const headOnly = options.append !== 0 && !redo;
    const { sizeBytes } = basis.stat;
    out.debug?.('deltasum', 2, () => `generating and sending sums for ${entry.ndx}`);
    const written = yield* this.#sums.write({ file, sizeBytes, redo, headOnly });
    if (!written) {
      out.message('warning', `WARNING: file is too large for checksum sending: ${visited.name}`);
    }
  }

  /** --update leaves newer files alone; another kind of object is replaced whatever its time, as 3.5.0 has it. */
  #isNewer({ entry, existing }: Visited): boolean {
    return existing !== undefined && isRegular(existing.mode) && isNewerThan(this.#state, entry, existing);
  }

  #open({ root, name }: Place): OpenFile | FilesystemError {
    try {
      return root.openRead(name, false, this.#state.options.openNoatime);
    } catch (error) {
      if (error instanceof FilesystemError) return error;
      throw error;
    }
  }
}

function alternateBasis({ index, place, stat }: AlternateMatch): Basis {
  return { type: index, place, stat, compared: stat };
}

/** A waiting file says nothing about what is there. */
function comparedPlace(state: DestinationState, { name }: Visited, { type, place }: Basis): Place {
  return type === BASIS_PARTIAL_DIR ? { root: state.tree, name } : place;
}
