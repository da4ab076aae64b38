// The generator's way with regular files: up to date, left alone, or asked for with the sums of a basis
// (docs/protocol/04-transfer.md §3.7, §3.8). Alternate destinations, fuzzy, partial-dir and backups slot in at the
// numbered steps.
import { WholeFileHash } from '@ocrsync/core/checksum';
import type { FileStat, OpenFile } from '../fs/filesystem.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { BASIS_FNAME, ITEM_REPORT_CHANGE, ITEM_TRANSFER } from '../session/item.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import { BlockSumWriter } from './block-sums.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { isRegular } from '@ocrsync/core/file-type';
import { itemFlags } from './item-flags.ts';
import { hasSameMtime, isNewerThan } from './kept-attributes.ts';
import { type Hand, makeRoom } from './replace.ts';
import { keep, type Visited } from './visit.ts';

const READ_BYTES = 256 * 1024;

/** What became of the entry: in place; asked for; left out; or nothing there, so that a hard link may wait. */
export type RegularOutcome = 'kept' | 'asked' | 'skipped' | 'failed' | 'missing-link';

export class RegularVisitor {
  readonly #state: DestinationState;
  readonly #sums: BlockSumWriter;
  /** No sums of existing files are sent (§3.1). */
  readonly wholeFile: boolean;
  #hash: WholeFileHash | undefined;
  #buffer = 0;

  constructor(state: DestinationState) {
    const { options, context } = state;
    this.#state = state;
    this.#sums = new BlockSumWriter(context, options.blockSize);
    this.wholeFile = options.append === 0 && (options.wholeFile ?? context.config.local);
  }

  *visit(hand: Hand, visited: Visited): Task<RegularOutcome> {
    const { options, report: out } = this.#state;
    const { entry, name, redo, member } = visited;
    let { existing } = visited;
    if (!redo && options.update && this.#isNewer(visited)) {
      if (options.info.skip >= 1) out.message('info', `${name} is newer`);
      return 'skipped';
    }
    if (existing !== undefined && !isRegular(existing.mode)) {
      if (!(yield* makeRoom(this.#state, hand, name, existing, 'regular file'))) return 'failed';
      existing = undefined;
    }
    if (existing === undefined) {
      if (visited.lookError !== undefined) {
        const text = `recv_generator: failed to stat ${this.#state.fullName(name)}`;
        this.#state.failed('generator', text, visited.lookError);
        return 'failed';
      }
      if (member !== undefined && !member.isLast && !redo) return 'missing-link';
      yield* this.#request(visited, undefined, undefined);
      return 'asked';
    }
    if (yield* this.#isUpToDate(visited, existing)) {
      yield* keep(this.#state, visited, existing, options.checksum ? 'exact' : 'window');
      return 'kept';
    }
    const appending = options.append !== 0 && !redo;
    if (appending && existing.sizeBytes >= entry.list.sizeBytes(entry.row)) return 'skipped';
    yield* this.#requestWithBasis(visited, existing);
    return 'asked';
  }

  /** §3.8; while redoing neither the size nor a checksum is believed. */
  *#isUpToDate({ entry, name, redo }: Visited, existing: FileStat): Task<boolean> {
    const { options } = this.#state;
    const { list, row } = entry;
    if (redo || existing.sizeBytes !== list.sizeBytes(row)) return false;
    if (options.checksum) return yield* this.#hasChecksum(name, list.checksum(row)?.slice());
    if (options.sizeOnly) return true;
    return !options.ignoreTimes && hasSameMtime(this.#state, entry, existing);
  }

  *#hasChecksum(name: string, wanted: Uint8Array | undefined): Task<boolean> {
    const { core } = this.#state.context.channel;
    const { negotiated } = this.#state.context;
    if (wanted === undefined) return false;
    this.#hash ??= new WholeFileHash(core, negotiated.listChecksum);
    if (this.#buffer === 0) this.#buffer = core.alloc(READ_BYTES);
    const file = this.#open(name);
    if (file instanceof FilesystemError) return false;
    try {
      this.#hash.begin();
      for (let position = 0; ;) {
        const count = file.read(core.u8.subarray(this.#buffer, this.#buffer + READ_BYTES), position);
        if (count === 0) break;
        this.#hash.update(this.#buffer, count);
        position += count;
        if (count === READ_BYTES) yield WAIT_TURN;
      }
    } catch (error) {
      if (error instanceof FilesystemError) return false;
      throw error;
    } finally {
      file.close();
    }
    const digest = this.#hash.final();
    return wanted.every((byte, index) => byte === digest[index]);
  }

  *#requestWithBasis(visited: Visited, existing: FileStat): Task {
    const { dryRun, report: out } = this.#state;
    if (dryRun || this.wholeFile) {
      yield* this.#request(visited, existing, undefined);
      return;
    }
    const file = this.#open(visited.name);
    if (file instanceof FilesystemError) {
      const text = `failed to open ${this.#state.fullName(visited.name)}, continuing`;
      out.message('error', systemText('generator', text, file));
      yield* this.#request(visited, undefined, undefined);
      return;
    }
    try {
      yield* this.#request(visited, existing, file);
    } finally {
      file.close();
    }
  }

  /** Writes the record, and what belongs to it: head and sums, or the empty head. */
  *#request(visited: Visited, existing: FileStat | undefined, basis: OpenFile | undefined): Task {
    const { options, report: out } = this.#state;
    const { entry, mode, sink, redo } = visited;
    const flags = ITEM_TRANSFER | (options.checksum ? ITEM_REPORT_CHANGE : 0);
    if (visited.member !== undefined) visited.member.state = 'asked';
    const all = itemFlags(this.#state, { entry, mode, existing, flags });
    yield* sink.request(entry.ndx, all, BASIS_FNAME, undefined);
    if (this.#state.dryRun) return;
    if (basis === undefined || existing === undefined || existing.sizeBytes === 0) {
      this.#sums.writeEmpty();
      return;
    }
    const headOnly = options.append !== 0 && !redo;
    const written = yield* this.#sums.write({ file: basis, sizeBytes: existing.sizeBytes, redo, headOnly });
    if (!written) {
      out.message('warning', `WARNING: file is too large for checksum sending: ${visited.name}`);
    }
  }

  /** --update leaves newer files alone; another kind of object is replaced whatever its time, as 3.5.0 has it. */
  #isNewer({ entry, existing }: Visited): boolean {
    return existing !== undefined && isRegular(existing.mode) && isNewerThan(this.#state, entry, existing);
  }

  #open(name: string): OpenFile | FilesystemError {
    try {
      return this.#state.tree.openRead(name, false, this.#state.options.openNoatime);
    } catch (error) {
      if (error instanceof FilesystemError) return error;
      throw error;
    }
  }
}
