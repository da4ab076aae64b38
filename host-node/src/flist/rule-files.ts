// Reads filter rule files through the Filesystem: those named by options, and those that lie in a tree
// (docs/protocol/06-filters.md §5, §6).
import { type Filesystem, FilesystemError, type Root } from '../fs/filesystem.ts';
import { isSpecial, isSymlink } from '@ocrsync/core/file-type';
import { InputFile } from '../fs/input-file.ts';
import { isOwnDescriptor, isTrusted, type OperatorRules, operatorPlace } from '../fs/operator-path.ts';
import type { CvsWords } from '../filter/cvs.ts';
import type { TreeRuleFiles } from '../filter/directory-rules.ts';
import type { RuleFiles } from '../filter/rule-file.ts';

/** No rule file of a sane tree is larger; what comes after is refused by not reading the file at all. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const FIRST_PIECE_BYTES = 64 * 1024;

/**
 * What the rules of a run are read from, by path; standard input is `-`. `read` reads a file; without it what stands there is an
 * input to be read to its end, as pipes are. A FilesystemError: it cannot be opened.
 */
export type InputsOnce = (path: string, read?: () => string) => string;

/** Reads at the first call for a path, and tells the same again, whoever asks, and in whosever rights. */
export function inputsOnce(): InputsOnce {
  const texts = new Map<string, string>();
  return (path, read = () => wholeInput(new InputFile(path, true))) => {
    let text = texts.get(path);
    if (text === undefined) {
      text = read();
      texts.set(path, text);
    }
    return text;
  };
}

/** A server's: its descriptors are the wire. */
export function serverInputs(): InputsOnce {
  const inputs = inputsOnce();
  return (path, read) => {
    if (!isOwnDescriptor(path)) return inputs(path, read);
    throw new FilesystemError('ENXIO', 6, 'No such device or address', 'open', path);
  };
}

function wholeInput(input: InputFile): string {
  const pieces: string[] = [];
  for (let piece = input.read(); piece !== ''; piece = input.read()) pieces.push(piece);
  return pieces.join('');
}

/**
 * Rule files by path, as the user wrote it. `links`: whose symlinks are followed; undefined: everybody's. `inputs`: of all who read
 * the rules of a run, pipes among them; undefined where somebody else might name this process's descriptors.
 */
export function ruleFiles(filesystem: Filesystem, links?: OperatorRules, inputs?: InputsOnce): RuleFiles {
  const textAt = (path: string): string => {
    const place = links === undefined ? path : operatorPlace(filesystem, path, links).path;
    const slash = place.lastIndexOf('/');
    const directory = slash < 0 ? '.' : slash === 0 ? '/' : place.slice(0, slash);
    const root = filesystem.root(directory);
    const name = place.slice(slash + 1);
    const isPipe = inputs !== undefined && isSpecial(root.stat(name)?.mode ?? 0);
    return isPipe ? wholeInput(new InputFile(place, true)) : readText(root, name);
  };
  return {
    read(path) {
      try {
        if (inputs === undefined) return { text: textAt(path) };
        if (isOwnDescriptor(path)) return { text: inputs(path) };
        // A file of that name is no standard input.
        return { text: inputs(path === '-' ? './-' : path, () => textAt(path)) };
      } catch (error) {
        if (!(error instanceof FilesystemError)) throw error;
        return { failure: `${error.strerror} (${error.errno})` };
      }
    },
  };
}

/** The user's own words for -C: of $HOME/.cvsignore and $CVSIGNORE, both latin1; absent ones are empty. */
export function cvsWords(
  files: RuleFiles,
  home: string | undefined,
  cvsIgnore: string | undefined,
): CvsWords {
  const found = home === undefined ? undefined : files.read(`${home}/.cvsignore`);
  return { home: found !== undefined && 'text' in found ? found.text : '', environment: cvsIgnore ?? '' };
}

/** Rule files of a tree. */
export function treeRuleFiles(filesystem: Filesystem, root: Root, links?: OperatorRules): TreeRuleFiles {
  const outside = ruleFiles(filesystem, links);
  return {
    rootPath: root.path,
    readFile(name) {
      try {
        return isForeignLink(root, name, links) ? undefined : readText(root, name);
      } catch (error) {
        if (!(error instanceof FilesystemError)) throw error;
        return undefined;
      }
    },
    readAbsolute(path) {
      const found = outside.read(path);
      return 'text' in found ? found.text : undefined;
    },
  };
}

/** A symlink that somebody else has put into the tree. */
function isForeignLink(root: Root, name: string, links: OperatorRules | undefined): boolean {
  if (links === undefined) return false;
  const stat = root.lstat(name);
  return stat !== undefined && isSymlink(stat.mode) && !isTrusted(stat, links);
}

function readText(root: Root, name: string): string {
  const file = root.openRead(name, true);
  try {
    const pieces: string[] = [];
    const piece = Buffer.alloc(FIRST_PIECE_BYTES);
    for (let position = 0; ;) {
      const count = file.read(piece, position);
      if (count === 0) return pieces.join('');
      pieces.push(piece.toString('latin1', 0, count));
      position += count;
      if (position > MAX_FILE_BYTES) throw new FilesystemError('EFBIG', 27, 'File too large', 'read', name);
    }
  } finally {
    file.close();
  }
}
