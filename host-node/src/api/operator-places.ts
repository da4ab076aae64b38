// Places beside the destination that a run writes because its options say so: --temp-dir, --backup-dir, --partial-dir, and the
// sources with --remove-source-files (docs/confinement.md). From the arguments alone.
import { nearestDirectory } from '../fs/confinement.ts';
import type { Options } from '../options/options.ts';

/** Directories that exist now; what is missing will be made in them. `destination` as typed. */
export function operatorPlaces(options: Options, destination: string): string[] {
  const { tempDir, backupDir, partialDir } = options;
  const named = [tempDir, backupDir, partialDir].filter((each) => each !== null);
  const base = destination === '' ? '.' : destination;
  const places = named.flatMap((each) => {
    if (each.startsWith('/')) return [each];
    // Only such a name leads out of the destination, or out of the directory of the one file that it becomes.
    return each.split('/').includes('..') ? [`${base}/${each}`, `${base}/../${each}`] : [];
  });
  const directories = places.flatMap((each) => [nearestDirectory(each), nearestDirectory(withoutUps(each))]);
  return [...new Set(directories)];
}

/** Where files are removed after they were sent. */
export function sourcePlaces(options: Options, sources: readonly string[]): string[] {
  if (options.removeSourceFiles === 'no' || options.dryRun) return [];
  return sources.map((each) => nearestDirectory(each === '' ? '.' : each));
}

/** `a/b/../c` is `a/c`: what does not exist yet can be no symlink. */
function withoutUps(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/') || '.';
}
