// What the sender's list is made from: arguments or names, options, rules, and where it reports
// (docs/protocol/03-file-list.md §3). Types only.
import type { CoreInstance } from '@ocrsync/core/instance';
import type { FilterList } from '../filter/filter-list.ts';
import type { Filesystem, Root } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { NameCharset } from '../session/charset.ts';
import type { Negotiated } from '../session/negotiated.ts';
import type { SessionReport } from '../session/ports.ts';
import type { Task } from '../session/wait.ts';
import type { XattrRights } from './xattr-names.ts';

/** What of a command line decides the list. */
export type ListSourceSettings = Pick<
  Options,
  | 'recursive'
  | 'dirs'
  | 'relative'
  | 'impliedDirs'
  | 'copyLinks'
  | 'copyDirlinks'
  | 'copyUnsafeLinks'
  | 'copyDevices'
  | 'mungeLinks'
  | 'oneFileSystem'
  | 'insecureLinks'
  | 'missingArgs'
  | 'chmod'
  | 'info'
  | 'links'
  | 'hardLinks'
  | 'owner'
  | 'group'
  | 'numericIds'
  | 'checksum'
  | 'devices'
  | 'specials'
  | 'atimes'
  | 'openNoatime'
  | 'acls'
  | 'xattrs'
>;

export interface ListSourceOptions {
  readonly core: CoreInstance;
  readonly filesystem: Filesystem;
  /** Source arguments as given, without host parts. */
  readonly arguments: readonly string[];
  /** --files-from: what is listed, relative to the one argument. */
  readonly names?: ListedNames | undefined;
  /** --iconv: names must be ones that can travel. */
  readonly charset?: NameCharset | undefined;
  /** … and targets of symlinks, too. */
  readonly convertsTargets?: boolean;
  readonly settings: ListSourceSettings;
  readonly negotiated: Pick<Negotiated, 'protocol' | 'incremental' | 'listChecksum' | 'seed'>;
  readonly filters: FilterList;
  readonly report: Pick<SessionReport, 'message' | 'debug'>;
  /** Which extended attributes travel; left out without -X. */
  readonly xattrs?: XattrRights | undefined;
}

/** Names that may come from the other end. */
export interface ListedNames {
  next(): Task<string | undefined>;
}

/** Where an entry of the list lives: below `root`, under `name`. */
export interface SourcePath {
  readonly root: Root;
  readonly name: string;
  /** What %f shows before the name. */
  readonly shown: string;
}
