// Is a regular file up to date, as far as one looks (docs/protocol/04-transfer.md §3.8)? For destination files and for those
// of alternate directories. Changes nothing.
import { WholeFileHash } from '@ocrsync/core/checksum';
import { type FileStat, FilesystemError, type OpenFile } from '../fs/filesystem.ts';
import type { Entry } from '../session/ports.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import type { DestinationState } from './destination-state.ts';
import { hasSameMtime } from './kept-attributes.ts';
import type { Place } from './place.ts';

const READ_BYTES = 256 * 1024;

export class QuickCheck {
  readonly #state: DestinationState;
  #hash: WholeFileHash | undefined;
  #buffer = 0;

  constructor(state: DestinationState) {
    this.#state = state;
  }

  /** `stat`: of the file at that place. While redoing neither the size nor a checksum is believed. */
  *isUpToDate(entry: Entry, place: Place, stat: FileStat, redo: boolean): Task<boolean> {
    const { options } = this.#state;
    const { list, row } = entry;
    if (redo || stat.sizeBytes !== list.sizeBytes(row)) return false;
    if (options.checksum) return yield* this.#hasChecksum(place, list.checksum(row)?.slice());
    if (options.sizeOnly) return true;
    return !options.ignoreTimes && hasSameMtime(this.#state, entry, stat);
  }

  *#hasChecksum({ root, name }: Place, wanted: Uint8Array | undefined): Task<boolean> {
    if (wanted === undefined) return false;
    let file: OpenFile | undefined;
    try {
      file = root.openRead(name, false, this.#state.options.openNoatime);
      const digest = yield* this.#digest(file);
      return wanted.every((byte, index) => byte === digest[index]);
    } catch (error) {
      if (error instanceof FilesystemError) return false;
      throw error;
    } finally {
      file?.close();
    }
  }

  *#digest(file: OpenFile): Task<Uint8Array> {
    const { channel, negotiated } = this.#state.context;
    const { core } = channel;
    const hash = (this.#hash ??= new WholeFileHash(core, negotiated.listChecksum));
    if (this.#buffer === 0) this.#buffer = core.alloc(READ_BYTES);
    hash.begin();
    for (let position = 0; ;) {
      const count = file.read(core.u8.subarray(this.#buffer, this.#buffer + READ_BYTES), position);
      if (count === 0) return hash.final();
      hash.update(this.#buffer, count);
      position += count;
      if (count === READ_BYTES) yield WAIT_TURN;
    }
  }
}
