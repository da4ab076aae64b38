// What the sender's disk work is told by its host (transfer/source-files.ts). Types only.
import type { Root } from '../fs/filesystem.ts';
import type { SessionContext } from '../session/context.ts';
import type { Entry, SourceBlocks } from '../session/ports.ts';
import type { LocalData } from './local-data.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { SentFileRemoval } from './sent-file-removal.ts';
import type { TokenOutput } from './token-output.ts';

export interface SourceFilesOptions {
  readonly context: SessionContext;
  readonly tokens: TokenOutput;
  /** Where an entry lives: the root of its source argument and the name below it. */
  sourcePath(entry: Entry): { readonly root: Root; readonly name: string };
  /** Name for messages, quoted and absolute (07 §2.4). */
  fullName(entry: Entry): string;
  /** With the directory of its argument, for --debug. */
  shownName?(entry: Entry): string;
  /** Symlinks as last component are followed: -L. */
  readonly followLinks: boolean;
  /** Devices are sent as files of their content. */
  readonly copyDevices: boolean;
  /** Reading leaves access times alone, where it may. */
  readonly keepAtime: boolean;
  /** With --remove-source-files. */
  readonly removal?: SentFileRemoval | undefined;
  readonly append: 0 | 1 | 2;
  readonly inplace: boolean;
  readonly backup: boolean;
  /** --max-alloc in bytes: what a peer's counts may take. */
  readonly maxAlloc: number;
  /** With -X: what was asked for goes behind the record's head. */
  readonly blocks?: SourceBlocks | undefined;
  /** Local copies whose data may leave the stream. */
  readonly localData?: LocalData;
  /** Files that were read before their turn. */
  readonly readAhead?: ReadAhead | undefined;
}
