// A source argument's words to a root directory and a name (docs/protocol/03-file-list.md §3.2, §3.7). Pure text.
import { RunError } from '../session/run-error.ts';

/** `dot`: the contents of the root itself. `slash`: `-R` name with a slash at its end. */
export type ArgumentKind = 'dot' | 'slash' | 'normal';

export interface SourceArgument {
  /** Directory that names are relative to, as given; '.' is the start directory. */
  readonly root: string;
  /** What %f shows before the name: the root, without needless dots and slashes; '' for the start directory. */
  readonly shownRoot: string;
  /** Some directory was given, and was not the start directory's own name alone: rsync goes there, wherever it is. */
  readonly hasRoot: boolean;
  /** Name in the transfer; absolute names of `-R` keep their leading slash. */
  readonly name: string;
  readonly kind: ArgumentKind;
  /** `-R ./x`: an entry `.` stands before it. */
  readonly impliedDot: boolean;
}

export function sourceArgument(text: string, relative: boolean): SourceArgument {
  return relative ? relativeArgument(text) : plainArgument(text);
}

function plainArgument(text: string): SourceArgument {
  let path = text === '' || text.endsWith('/') ? `${text}.` : text;
  if (path === '..' || path.endsWith('/..')) path += '/.';
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const root = slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
  const kind = name === '.' ? 'dot' : 'normal';
  const hasRoot = slash >= 0 && path !== './.';
  return { root, shownRoot: cleanPath(root), hasRoot, name, kind, impliedDot: false };
}

function relativeArgument(text: string): SourceArgument {
  let root = '.';
  let name = text;
  const split = `${text}`.indexOf('/./');
  if (split >= 0) {
    root = cleanPath(text.slice(0, split)) || (text.startsWith('/') ? '/' : '.');
    name = text.slice(split + 3).replace(/^\/+/, '');
  }
  const hasRoot = split >= 0;
  const impliedDot = /^\.\/+[^/]/.test(name);
  let kind: ArgumentKind = 'normal';
  if (name.endsWith('/')) kind = 'slash';
  if (name === '.' || name.endsWith('/.')) kind = 'dot';
  name = cleanPath(name);
  const shownRoot = name.startsWith('/') ? '' : cleanPath(root);
  const from = { root, shownRoot, hasRoot };
  if (name === '' || name === '.') return { ...from, name: '.', kind: 'dot', impliedDot: false };
  if (name === '/') return { ...from, name: '/.', kind: 'dot', impliedDot };
  if (name.split('/').includes('..')) {
    throw new RunError('ERR_SOURCE_PATH', `found ".." dir in relative path: ${name}`, 1);
  }
  return { ...from, name, kind: kind === 'dot' ? 'slash' : kind, impliedDot };
}

/** Slashes collapsed, `.` components and a slash at the end dropped; '' for nothing left. */
export function cleanPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}
