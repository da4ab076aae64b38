// Names of source files for the file system and for messages (docs/protocol/03-file-list.md §3.7, 07-messages.md §2.4). Pure text.
import type { Root } from '../fs/filesystem.ts';
import { quotedBelow } from '../fs/path-text.ts';

/** Name for the file system: absolute names of -R are below the root directory. */
export function belowRoot(name: string): string {
  if (!name.startsWith('/')) return name;
  return name === '/.' ? '.' : name.slice(1);
}

/** Quoted absolute name, for messages (07 §2.4). */
export function quoted(root: Root, name: string): string {
  if (name.startsWith('/')) return `"${name}"`;
  return quotedBelow(root.path, name);
}
