// Finds or makes the destination's root once it is known how many entries come (docs/protocol/03-file-list.md §4.6,
// 05-options.md §11). Ends the run with rsync's texts and codes when there can be none.
import type { FileList } from '@ocrsync/core/file-list';
import { type Filesystem, FilesystemError, type Root } from '../fs/filesystem.ts';
import { type SplitPath, splitPath, withoutSlashes } from '../fs/path-text.ts';
import { RunError } from '../session/run-error.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { isDirectory } from '@ocrsync/core/file-type';
import { makePath } from './make-path.ts';

const EXIT_FILE_SELECTION = 3;
const EXIT_FILE_IO = 11;
const CREATED_MODE = 0o777;

/** `created`: a new directory, to be reported as new. `missing`: a dry run that would make it. */
export type RootOutcome = 'existing' | 'created' | 'missing';

/** Opens the root of `path` (as typed, latin1) into the state. */
export function openDestinationRoot(
  state: DestinationState,
  path: string,
  first: FileList,
  totalEntries: number,
): RootOutcome {
  const parent = splitPath(path);
  const many = totalEntries > 1 && !(state.options.pruneEmptyDirs && isEmptied(first));
  const slash = path.endsWith('/');
  let mode = lookAt(state, path, parent);
  if (mode === undefined && state.options.mkpath && (many || path.includes('/'))) {
    const made = makePath(state, path, many || slash ? withoutSlashes(path) : parent.directory);
    if (made) {
      if (!many && !slash) return enterNew(state, parent);
      if (!state.dryRun) state.confinement?.created(absolute(state.filesystem, path));
      mode = modeOfDirectory(state, path);
    }
  }
  if (mode !== undefined && isDirectory(mode)) {
    enter(state, path, 1);
    return 'existing';
  }
  if (mode !== undefined) refuseFile(first, many);
  else if (many || slash) return makeRoot(state, path);
  enter(state, parent.directory, 3);
  state.localName = parent.leaf;
  return 'existing';
}

/** Nothing is left to be made. */
function isEmptied(list: FileList): boolean {
  for (let row = 0; row < list.count; row++) if (list.isActive(row)) return false;
  return true;
}

/** A file in a directory that was made for it, or would be. */
function enterNew(state: DestinationState, { directory, leaf }: SplitPath): RootOutcome {
  if (leaf !== '.') state.localName = leaf;
  if (state.dryRun) {
    state.rootPath = absolute(state.filesystem, directory);
    return 'missing';
  }
  enter(state, directory, 3);
  state.confinement?.created(state.tree.path);
  return 'existing';
}

/** Mode of what the path leads to; undefined when nothing is there. */
function lookAt(state: DestinationState, path: string, { directory, leaf }: SplitPath): number | undefined {
  if (leaf === '' || leaf === '/' || leaf === '.' || leaf === '..') return modeOfDirectory(state, path);
  try {
    const stat = state.filesystem.root(directory).stat(leaf);
    if (stat !== undefined && path.endsWith('/') && !isDirectory(stat.mode)) {
      throw new FilesystemError('ENOTDIR', 20, 'Not a directory', 'stat', path);
    }
    return stat?.mode;
  } catch (error) {
    if (error instanceof FilesystemError && error.code === 'ENOENT') return undefined;
    if (state.options.mkpath) return undefined;
    const text = `ERROR: cannot stat destination "${absolute(state.filesystem, path)}"`;
    throw new RunError('ERR_DESTINATION', systemText('Receiver', text, error), EXIT_FILE_SELECTION);
  }
}

function modeOfDirectory(state: DestinationState, path: string): number | undefined {
  try {
    return state.filesystem.root(path).stat('.')?.mode;
  } catch (error) {
    if (error instanceof FilesystemError && error.code === 'ENOENT') return undefined;
    const text = `ERROR: cannot stat destination "${absolute(state.filesystem, path)}"`;
    throw new RunError('ERR_DESTINATION', systemText('Receiver', text, error), EXIT_FILE_SELECTION);
  }
}

function refuseFile(first: FileList, many: boolean): void {
  if (many) {
    throw new RunError(
      'ERR_DESTINATION',
      'ERROR: destination must be a directory when copying more than 1 file',
      EXIT_FILE_SELECTION,
    );
  }
  if (first.count > 0 && first.isDirectory(first.rowAt(0))) {
    throw new RunError(
      'ERR_DESTINATION',
      'ERROR: cannot overwrite non-directory with a directory',
      EXIT_FILE_SELECTION,
    );
  }
}

function makeRoot(state: DestinationState, path: string): RootOutcome {
  const bare = withoutSlashes(path);
  const { directory, leaf } = splitPath(path);
  const { isServer, info, formatHasItemize } = state.options;
  try {
    // A dry run never learns that the directory above is not there either, as upstream has it.
    if (!state.dryRun) state.filesystem.root(directory).mkdir(leaf, CREATED_MODE);
  } catch (error) {
    const text = `mkdir "${absolute(state.filesystem, bare)}" failed`;
    throw new RunError('ERR_DESTINATION', systemText('Receiver', text, error), EXIT_FILE_IO);
  }
  if (!isServer || info.name >= 1 || formatHasItemize) state.report.destinationCreated(bare);
  if (state.dryRun) {
    state.rootPath = absolute(state.filesystem, bare);
    return 'missing';
  }
  enter(state, bare, 2);
  return 'created';
}

function enter(state: DestinationState, directory: string, step: 1 | 2 | 3): void {
  state.root = destinationDirectory(state.filesystem, directory, step);
  state.report.debug?.('chdir', 1, () => {
    const { path } = state.tree;
    return path === state.filesystem.root('.').path ? [] : `[Receiver] change_dir(${withoutSlashes(path)})`;
  });
}

/** An existing directory; `step`: which of rsync's ways into the destination this is, for the text that ends the run. */
export function destinationDirectory(filesystem: Filesystem, directory: string, step: 1 | 2 | 3): Root {
  try {
    return filesystem.root(directory);
  } catch (error) {
    const text = `change_dir#${step} "${absolute(filesystem, directory)}" failed`;
    throw new RunError('ERR_DESTINATION', systemText('Receiver', text, error), EXIT_FILE_SELECTION);
  }
}

export function absolute(filesystem: Filesystem, path: string): string {
  if (path.startsWith('/')) return path;
  try {
    return `${filesystem.root('.').path}/${path}`;
  } catch (error) {
    if (error instanceof FilesystemError) return path;
    throw error;
  }
}
