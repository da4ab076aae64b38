// Directories that the operator of the receiving side named: where their paths lead, and the texts when they cannot be used
// (docs/protocol/09-rsync-3.5.md §2.1, §6; 05-options.md §7). Names of the peer never come here.
import { isDirectory } from '@ocrsync/core/file-type';
import { type Filesystem, FilesystemError, type Root } from '../fs/filesystem.ts';
import { splitPath } from '../fs/path-text.ts';
import { RunError } from '../session/run-error.ts';
import type { DestinationState } from './destination-state.ts';

const EXIT_USAGE = 1;
const EXIT_FILE_IO = 11;
const ALL_MAY = 0o777;

/** Absolute path of a directory as typed; a relative one is meant from the destination. */
export function operatorPath(state: DestinationState, directory: string): string {
  if (directory.startsWith('/')) return directory;
  const base = state.root?.path ?? state.rootPath;
  return `${base === '/' ? '' : base}/${directory}`;
}

/** Kind of what the path leads to. `beneath`: something on the way is no directory. */
export function kindOf(filesystem: Filesystem, path: string): 'directory' | 'other' | 'beneath' | 'missing' {
  try {
    filesystem.root(path);
    return 'directory';
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    if (error.code === 'ENOENT') return 'missing';
    if (error.code !== 'ENOTDIR') return 'directory';
    return kindOf(filesystem, splitPath(path).directory) === 'directory' ? 'other' : 'beneath';
  }
}

/**
 * Ends the run (exit code 1, or 11) when --temp-dir or --backup-dir is no directory; tells where backups go. In a run that does not make
 * its destination relative ones are looked for where the process is (observed).
 */
export function openOperatorDirectories(state: DestinationState): void {
  const { options, filesystem, report } = state;
  const { tempDir, backupDir } = options;
  const at = (directory: string): string =>
    state.root === undefined ? directory : operatorPath(state, directory);
  if (options.backup && backupDir !== null) {
    const kind = kindOf(filesystem, at(backupDir));
    if (kind === 'beneath') throw notFound(backupDir);
    if (kind === 'other') throw usage(`The backup-dir is not a directory: ${backupDir}`);
    const isNew = kind === 'missing' ? '(new) ' : '';
    if (options.info.backup >= 1) report.message('info', `${isNew}backup_dir is ${withoutSlash(backupDir)}`);
  }
  if (tempDir !== null) {
    const kind = kindOf(filesystem, at(tempDir));
    if (kind === 'beneath') throw notFound(`temp-dir ${tempDir}`);
    if (kind === 'missing') throw usage(`The temp-dir does not exist: ${tempDir}`);
    if (kind === 'other') throw usage(`The temp-dir is not a directory: ${tempDir}`);
  }
}

/** As upstream tells it: one slash at the end is not. */
function withoutSlash(directory: string): string {
  return directory.length > 1 && directory.endsWith('/') ? directory.slice(0, -1) : directory;
}

function notFound(what: string): RunError {
  return new RunError('ERR_OPERATOR_DIRECTORY', `Failed to stat ${what}: Not a directory`, EXIT_FILE_IO);
}

function usage(text: string): RunError {
  return new RunError('ERR_OPERATOR_DIRECTORY', text, EXIT_USAGE);
}

/** The directory of an absolute path, made with its parents when it is missing. */
export function madeRoot(filesystem: Filesystem, path: string): Root {
  try {
    return filesystem.root(path);
  } catch (error) {
    if (!(error instanceof FilesystemError) || error.code !== 'ENOENT') throw error;
  }
  const { directory, leaf } = splitPath(path);
  if (leaf !== '') {
    const parent = madeRoot(filesystem, directory);
    const there = parent.lstat(leaf);
    if (there === undefined || !isDirectory(there.mode)) parent.mkdir(leaf, ALL_MAY);
  }
  return filesystem.root(path);
}
