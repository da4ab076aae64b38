// The compact word of a server's arguments: letters in rsync's order, then `e` and what this side can do
// (docs/protocol/01-session.md §14.2, 05-options.md §12.2, §12.3).
import type { Options } from './options.ts';

/** rsync counts on: more than nine are no more than nine (3.5.0). */
const MOST_VERBOSE = 9;

/** Incremental recursion is possible on this side (05-options.md §6.7). `receives`: this side gets the files. */
export function mayRecurseIncrementally(options: Options, receives: boolean): boolean {
  if (!options.recursive || !options.incRecursiveAllowed) return false;
  if (!receives) return true;
  const whole = options.delete && (options.deleteWhen === 'before' || options.deleteWhen === 'after');
  return !whole && !options.delayUpdates && !options.pruneEmptyDirs;
}

/** The value of `-e` for a server: what we can do. Empty below protocol 30. */
export function capabilityString(options: Options, receives: boolean): string {
  if (options.protocol < 30) return '';
  return `.${mayRecurseIncrementally(options, receives) ? 'i' : ''}LsfxCIvu`;
}

/** Without the dash; empty when there is nothing to say. */
export function compactLetters(options: Options, push: boolean): string {
  let letters = options.secludedArgs ? 's' : '';
  const add = (letter: string, condition: boolean | number): void => {
    letters += letter.repeat(Number(condition));
  };
  add('v', Math.min(options.verbose, MOST_VERBOSE));
  add('q', options.quiet && options.stderrMode !== 'client');
  add('b', options.backup);
  add('u', options.update);
  add('n', options.dryRun);
  add('l', options.links);
  add('d', sendsDirs(options, push));
  if (push) {
    add('K', options.keepDirlinks);
    add('m', options.pruneEmptyDirs);
    add('O', options.omitDirTimesExplicit);
    add('J', options.omitLinkTimes);
    add('y', options.fuzzy);
  } else {
    add('L', options.copyLinks);
    add('k', options.copyDirlinks);
  }
  add('W', options.wholeFile === true);
  add('H', options.hardLinks);
  add('o', options.owner);
  add('g', options.group);
  add('D', options.devices);
  add('t', options.times);
  add('U', options.atimes);
  add('p', options.perms);
  add('E', push && options.executability);
  add('A', options.acls);
  add('X', options.xattrs);
  add('r', options.recursive);
  add('c', options.checksum);
  add('C', options.filters.at(-1)?.kind === 'cvs');
  add('I', options.ignoreTimes);
  add('R', options.relative);
  add('x', options.oneFileSystem);
  add('S', options.sparse);
  add('z', sendsZ(options));
  const capabilities = capabilityString(options, !push);
  if (capabilities !== '') letters += `e${capabilities}`;
  return letters;
}

function sendsDirs(options: Options, push: boolean): boolean {
  if (options.recursive || !options.dirs) return false;
  return options.dirsExplicit || options.listOnly || (push && options.delete);
}

function sendsZ(options: Options): boolean {
  return options.compressChoice === null ? options.compressCount === 1 : options.compressChoice === 'zlib';
}
