// Opens what --files-from names, before anybody is connected (docs/protocol/03-file-list.md §3.4).
import { type NameSource, NameSplitter, withoutComments } from '../flist/name-splitter.ts';
import { FilesystemError } from '../fs/filesystem.ts';
import { InputFile } from '../fs/input-file.ts';
import type { Options } from '../options/options.ts';
import { RunError } from '../session/run-error.ts';

type ListedNamesOptions = Pick<Options, 'filesFrom' | 'from0' | 'isServer' | 'insecureLinks'>;

/**
 * The names, where this process is the one that reads them; else undefined. `isSender`: comments in the file are passed over, a
 * forwarder sends them along. Throws a RunError when the file cannot be opened.
 */
export function openListedNames(
  { filesFrom, from0, isServer, insecureLinks }: ListedNamesOptions,
  isSender: boolean,
): NameSource | undefined {
  if (filesFrom === null || filesFrom.where === 'remote') return undefined;
  // A server's standard input is the connection: the names come through it.
  if (isServer && filesFrom.file === '-') return undefined;
  try {
    const names = new NameSplitter(new InputFile(filesFrom.file, insecureLinks), from0);
    return isSender ? withoutComments(names) : names;
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    const text = `rsync: failed to open files-from file ${filesFrom.file}: ${error.strerror}`;
    throw new RunError('ERR_FILES_FROM', text, 1);
  }
}
