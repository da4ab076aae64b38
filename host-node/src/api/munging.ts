// --munge-links is only safe while nothing stands where munged links lead to (docs/protocol/03-file-list.md §4.1).
import { statSync } from 'node:fs';
import type { Options } from '../options/options.ts';
import { MUNGED_DIRECTORY } from '../session/munged-target.ts';
import { RunError } from '../session/run-error.ts';

/** Throws a RunError. */
export function requireSafeMunging({ mungeLinks }: Pick<Options, 'mungeLinks'>): void {
  if (mungeLinks !== true || !isDirectory(MUNGED_DIRECTORY)) return;
  const text = `Symlink munging is unsafe when a ${MUNGED_DIRECTORY} directory exists.`;
  throw new RunError('ERR_MUNGING', text, 4);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
