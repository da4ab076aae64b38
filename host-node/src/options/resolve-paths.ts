// Options about names and directories that hang together: recursion, files-from, partial and backup directories, batches, and the
// filter rules that some of them add (docs/protocol/05-options.md §6.2, §6.4, §6.6). Text alone: no disk is looked at.
import { hostOf, parseLocation } from './endpoint.ts';
import { UsageWanted, usageError } from './option-error.ts';
import type { FilesFrom, FilterArgument, Options } from './options.ts';
import type { RawOptions } from './raw-options.ts';

/** Where delayed files wait without a --partial-dir. */
const DELAY_DIRECTORY = '.~tmp~';

type WalkFields =
  | 'recursive'
  | 'dirs'
  | 'dirsExplicit'
  | 'incRecursiveAllowed'
  | 'relative'
  | 'impliedDirs'
  | 'listOnly'
  | 'listOnlyExplicit'
  | 'missingArgs';

/** §6.2. */
export function walkFields(raw: RawOptions): Pick<Options, WalkFields> {
  const named = raw.filesFrom !== null;
  const recurse = named && raw.recurse === 1 ? 0 : raw.recurse;
  const dirs = named && raw.dirs === null ? 1 : raw.dirs;
  const listOnly = raw.listOnly || (!raw.isServer && raw.operands.length < 2 && raw.readBatch === null);
  const recursive = recurse !== 0 || dirs === 4;
  const relative = raw.relative ?? named;
  return {
    recursive,
    dirs: recursive || (dirs === null ? listOnly : dirs > 0),
    dirsExplicit: dirs === 2,
    incRecursiveAllowed: raw.incRecursive && !raw.qsort,
    relative,
    impliedDirs: relative && raw.impliedDirs,
    listOnly,
    listOnlyExplicit: raw.listOnly,
    missingArgs: raw.deleteMissingArgs ? 'delete' : raw.ignoreMissingArgs ? 'ignore' : 'error',
  };
}

export function filesFromOf(raw: RawOptions): FilesFrom | null {
  const text = raw.filesFrom;
  if (text === null) return null;
  if (!raw.isServer && raw.operands.length !== 2) throw new UsageWanted('--files-from wants one source');
  const location = parseLocation(text);
  if (location.kind === 'local') return { where: 'local', file: text, host: null };
  if (raw.isServer) throw usageError('The --files-from sent to the server cannot specify a host.');
  if (location.path === '-') throw usageError('Invalid --files-from remote filename');
  return { where: 'remote', file: location.path, host: hostOf(location) };
}

/** The directory as a server is told of it; null: beside the file. */
export function backupDirOf(raw: RawOptions): string | null {
  if (raw.backupDir === null) return null;
  const name = raw.backupDir.replace(/^(?:\.\/+)+/, '');
  return name === '' || name === '.' ? null : name;
}

/** §6.6. `fallback`: $RSYNC_PARTIAL_DIR. */
export function partialDirOf(raw: RawOptions, inplace: boolean, fallback: string | null): string | null {
  if (inplace) return null;
  const typed =
    raw.partialDir ?? (raw.delayUpdates ? DELAY_DIRECTORY : raw.partial && !raw.isServer ? fallback : null);
  if (typed === null) return null;
  const name = cleanPath(typed);
  return name === '' || name === '.' ? null : name;
}

/** Files wait for the end of the run: asked for, and there is a directory to wait in. */
export function delaysUpdates({
  delayUpdates,
  partialDir,
}: Pick<Options, 'delayUpdates' | 'partialDir'>): boolean {
  return delayUpdates && partialDir !== null;
}

/** `.` and empty parts go, `..` takes the part before it along. */
export function cleanPath(path: string): string {
  const absolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    const before = parts.at(-1);
    if (part !== '..') parts.push(part);
    else if (before !== undefined && before !== '..') parts.pop();
    else if (!absolute) parts.push(part);
  }
  const joined = parts.join('/');
  return absolute ? `/${joined}` : joined === '' ? '.' : joined;
}

/** The typed rules, then those that other options stand for, in rsync's order. */
export function filterArguments(
  raw: RawOptions,
  resolved: Pick<Options, 'backup' | 'backupDir' | 'suffix' | 'delete' | 'partialDir'>,
): readonly FilterArgument[] {
  const filters = [...raw.filters];
  if (raw.dirs === 4) filters.push({ kind: 'filter', text: '- /*/*' });
  const protects = resolved.backup && resolved.backupDir === null && resolved.delete && !raw.deleteExcluded;
  if (protects && !raw.isServer) filters.push({ kind: 'filter', text: `P *${resolved.suffix}` });
  if (resolved.partialDir !== null && !resolved.partialDir.startsWith('/') && !raw.isServer) {
    filters.push({ kind: 'partial-dir', text: resolved.partialDir });
  }
  if (raw.cvsExclude) filters.push({ kind: 'cvs', text: '' });
  return Object.freeze(filters);
}

export function batchOf(raw: RawOptions): Options['batch'] {
  if (raw.isServer) return raw.onlyWriteBatch === null ? null : { mode: 'only-write', file: 'X' };
  if (raw.readBatch !== null) return { mode: 'read', file: raw.readBatch };
  if (raw.dryRun) return null;
  if (raw.onlyWriteBatch !== null) return { mode: 'only-write', file: raw.onlyWriteBatch };
  return raw.writeBatch === null ? null : { mode: 'write', file: raw.writeBatch };
}
