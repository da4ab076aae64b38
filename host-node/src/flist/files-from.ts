// A name of --files-from as a source argument: confined to the directory that was given for it, then taken as any other
// (docs/protocol/03-file-list.md §3.4, §3.7). Pure text.
import { type SourceArgument, sourceArgument } from './argument.ts';

/** `base`: the one source argument, to which all names are relative. */
export function namedArgument(base: string, text: string, relative: boolean): SourceArgument {
  const found = sourceArgument(confinedName(text, relative), relative);
  return { ...found, root: belowBase(base, found.root), hasRoot: found.hasRoot || base !== '.' };
}

function belowBase(base: string, root: string): string {
  if (root === '.') return base;
  if (base === '.') return root;
  return base.endsWith('/') ? base + root : `${base}/${root}`;
}

/**
 * Without leading slashes, `..` that would climb above the top, and needless slashes; a slash at the end stays.
 * `keepDots`: components `.` stay, they mean something to -R.
 */
export function confinedName(text: string, keepDots: boolean): string {
  const kept: string[] = [];
  const parts = text.split('/').filter((part) => part !== '');
  const last = parts.at(-1);
  const isDirectory = text.endsWith('/') || last === '..' || (last === '.' && !keepDots);
  for (const part of parts) {
    if (part === '..') kept.pop();
    else if (part !== '.' || keepDots) kept.push(part);
  }
  if (kept.length === 0) return '.';
  return kept.join('/') + (isDirectory ? '/' : '');
}
