// The receiver's way with whole files of a local copy that the install queue puts in place: what may go that way, what the
// file shall be like, and what its outcome means (docs/protocol/04-transfer.md §9, §10.1). Same texts and results as receiver-files.ts.
import { FLIST_SKIP_GROUP } from '@ocrsync/core/file-list';
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import { BASIS_FNAME, ITEM_IS_NEW, type Item } from '../session/item.ts';
import type { Entry, LaterFiles, ReceiveResult } from '../session/ports.ts';
import type { Options } from '../options/options.ts';
import { RunError } from '../session/run-error.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { failedVerification } from './failed-verification.ts';
import { isDirectory, PERMISSION_MASK } from '@ocrsync/core/file-type';
import { type InstallOutcome, InstallQueue, type InstallWishes } from './install-queue.ts';
import type { LocalData, OfferedFile } from './local-data.ts';

const EXIT_FILE_IO = 11;
const READABLE = 0o444;

/** What the queue does is all that these options ask for. */
function isPlain(options: Options): boolean {
  const { inplace, partial, acls, xattrs, atimes, openNoatime } = options;
  const { backup, delayUpdates, tempDir, sparse, preallocate, fsync } = options;
  const isElsewhere = inplace || partial || backup || delayUpdates || tempDir !== null;
  const isSpecial = sparse || preallocate || fsync;
  return !isElsewhere && !isSpecial && !acls && xattrs === 0 && atimes === 0 && !openNoatime;
}

interface Told {
  readonly entry: Entry;
  readonly result: ReceiveResult;
}

export class LaterInstalls implements LaterFiles {
  readonly #state: DestinationState;
  readonly #localData: LocalData;
  readonly #isPlain: boolean;
  /** undefined: not asked for yet. */
  #queue: InstallQueue | 'none' | undefined;
  #told: Told[] = [];

  constructor(state: DestinationState, localData: LocalData) {
    const { options } = state;
    this.#state = state;
    this.#localData = localData;
    this.#isPlain = isPlain(options);
    if (this.#isPlain && localData.mayRunAhead) localData.room = () => this.#opened()?.room ?? 1;
  }

  get pending(): number {
    return this.#started()?.pending ?? 0;
  }

  /** Queues a file whose head was read. False: it cannot go this way, and nothing has happened. */
  submit(entry: Entry, item: Item, offered: OfferedFile): boolean {
    const queue = this.#started();
    if (queue === undefined) return false;
    // The permissions of a basis elsewhere may count.
    if (item.basisType !== BASIS_FNAME && !this.#state.options.perms) return false;
    const name = this.#state.nameOf(entry);
    const wishes = this.#wishes(entry, name, item, offered.sizeBytes);
    if (wishes === undefined) return false;
    try {
      return queue.submit(name, offered.file, wishes, (outcome) => {
        this.#told.push({ entry, result: this.#finish(entry, name, offered, outcome) });
      });
    } catch (error) {
      if (error instanceof FilesystemError) return false;
      throw error;
    }
  }

  /** Tells what has become of files since the last call, in the order of their records. Throws what ends the run. */
  settle(tell: (entry: Entry, result: ReceiveResult) => void): void {
    if (this.#started() === undefined) return;
    this.#started()!.collect();
    if (this.#told.length === 0) return;
    const told = this.#told;
    this.#told = [];
    for (const { entry, result } of told) tell(entry, result);
  }

  wait(waitMs: number): void {
    this.#started()?.wait(waitMs);
  }

  close(): void {
    this.#started()?.close();
    this.#queue = 'none';
  }

  #started(): InstallQueue | undefined {
    return this.#queue === 'none' ? undefined : this.#queue;
  }

  #opened(): InstallQueue | undefined {
    this.#queue ??= (this.#state.root && InstallQueue.open(this.#state.root)) ?? 'none';
    return this.#started();
  }

  /** undefined: something is in the way that has to be told of. */
  #wishes(
    { list, row }: Entry,
    name: string,
    { iflags }: Item,
    sizeBytes: number,
  ): InstallWishes | undefined {
    const { options, filesystem } = this.#state;
    // The generator half of this process has looked: nothing was there.
    const existing = iflags & ITEM_IS_NEW ? undefined : this.#look(name);
    if (existing instanceof FilesystemError) return undefined;
    if (existing !== undefined && (isDirectory(existing.mode) || this.#mayBeSecret(existing)))
      return undefined;
    const mode = this.#state.wantedMode(list.mode(row), existing, name);
    const group = options.group && (list.flags(row) & FLIST_SKIP_GROUP) === 0;
    return {
      sizeBytes,
      mode: mode & PERMISSION_MASK,
      uid: filesystem.isSuperUser && options.owner ? list.uid(row) : -1,
      gid: group ? list.gid(row) : -1,
      mtime: options.times ? { sec: list.mtimeSec(row), nsec: list.mtimeNsec(row) } : undefined,
    };
  }

  /** Whose permissions are kept, but not if it cannot be opened: the other way finds that out. */
  #mayBeSecret({ mode }: FileStat): boolean {
    const { options, filesystem } = this.#state;
    return !options.perms && !filesystem.isSuperUser && (mode & READABLE) !== READABLE;
  }

  /** What has become unreachable since the generator looked is told by the way that files go one by one. */
  #look(name: string): FileStat | FilesystemError | undefined {
    try {
      return this.#state.tree.lstat(name);
    } catch (error) {
      if (error instanceof FilesystemError) return error;
      throw error;
    }
  }

  #finish(
    entry: Entry,
    name: string,
    offered: OfferedFile,
    outcome: InstallOutcome | undefined,
  ): ReceiveResult {
    const { context, report } = this.#state;
    if (outcome?.failed === 'create') this.#failed(`mkstemp`, `${outcome.temporaryName}`, outcome.error);
    if (outcome?.failed === 'write') {
      const text = systemText('receiver', `write failed on ${this.#state.fullName(name)}`, outcome.error);
      throw new RunError('ERR_WRITE', text, EXIT_FILE_IO);
    }
    const { error } = outcome ?? {};
    const unread =
      outcome?.failed === 'read' && error !== undefined ? `${error.strerror} (${error.errno})` : undefined;
    this.#localData.settle(offered, unread);
    context.statistics.literalBytes += offered.sizeBytes;
    report.transferred(entry, offered.sizeBytes, 0);
    return outcome === undefined ? 'good' : this.#result(name, outcome);
  }

  #result(name: string, outcome: InstallOutcome): ReceiveResult {
    const { failed, error, temporaryName } = outcome;
    if (failed === 'create') return 'discarded';
    if (failed === 'read') return failedVerification(this.#state, name, 'discarded', false);
    this.#failed('chown', temporaryName, outcome.owner);
    this.#failed('chgrp', temporaryName, outcome.group);
    this.#failed('failed to set times on', temporaryName, outcome.times, '');
    if (this.#state.options.perms) {
      this.#failed('failed to set permissions on', temporaryName, outcome.mode, '');
    }
    if (failed === undefined) return 'good';
    const text = `rename ${this.#state.fullName(temporaryName)} -> "${name}"`;
    this.#state.failed('receiver', text, error);
    return 'failed';
  }

  #failed(call: string, name: string, error: FilesystemError | undefined, after = ' failed'): void {
    if (error === undefined) return;
    this.#state.failed('receiver', `${call} ${this.#state.fullName(name)}${after}`, error);
  }
}
