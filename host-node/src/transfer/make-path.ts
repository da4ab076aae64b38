// --mkpath: makes all directories of the destination's path that are missing (docs/protocol/05-options.md §11).
// The path is the user's own; nothing of a peer's choosing comes here.
import { type Filesystem, FilesystemError } from '../fs/filesystem.ts';
import { RunError } from '../session/run-error.ts';
import { type DestinationState, systemText } from './destination-state.ts';

const EXIT_FILE_IO = 11;
const CREATED_MODE = 0o777;

/**
 * Makes `directory` and what is missing above it, and tells it; a dry run only counts. False: nothing was missing.
 * `path`: the destination as typed, for the text that ends the run.
 */
export function makePath(state: DestinationState, path: string, directory: string): boolean {
  const { filesystem, options, report } = state;
  let made = 0;
  try {
    for (const step of stepsOf(directory)) {
      if (isDirectory(state, step.whole)) continue;
      if (!state.dryRun) makeOne(filesystem, step, directory);
      made++;
    }
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    const text = `mkdir "${absolutePath(state, path)}" failed`;
    throw new RunError('ERR_DESTINATION', systemText('Receiver', text, error), EXIT_FILE_IO);
  }
  if (made === 0) return false;
  if (options.info.name >= 1 || options.formatHasItemize) {
    report.message('info', `created ${made} director${made === 1 ? 'y' : 'ies'} for ${directory}`);
  }
  return true;
}

interface Step {
  readonly parent: string;
  readonly leaf: string;
  readonly whole: string;
}

function makeOne(filesystem: Filesystem, { parent, leaf, whole }: Step, directory: string): void {
  try {
    filesystem.root(parent).mkdir(leaf, CREATED_MODE);
  } catch (error) {
    // What stands in the way is told as what it is: it is not the place where something was to be made.
    if (error instanceof FilesystemError && error.code === 'EEXIST' && whole !== directory)
      filesystem.root(whole);
    throw error;
  }
}

/** Every directory on the way, the topmost first. */
function stepsOf(directory: string): Step[] {
  const steps: Step[] = [];
  let parent = directory.startsWith('/') ? '/' : '.';
  for (const leaf of directory.split('/')) {
    if (leaf === '') continue;
    const whole = parent === '.' ? leaf : parent === '/' ? `/${leaf}` : `${parent}/${leaf}`;
    if (leaf !== '.' && leaf !== '..') steps.push({ parent, leaf, whole });
    parent = whole;
  }
  return steps;
}

/** Something else in its place is an error of the mkdir that follows. */
function isDirectory({ filesystem, dryRun }: DestinationState, path: string): boolean {
  try {
    filesystem.root(path);
    return true;
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    if (dryRun && error.code !== 'ENOENT') throw error;
    return false;
  }
}

function absolutePath({ filesystem }: DestinationState, path: string): string {
  return path.startsWith('/') ? path : `${filesystem.root('.').path}/${path}`;
}
