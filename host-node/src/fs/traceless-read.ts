// Reading that leaves the access time alone (docs/protocol/04-transfer.md §10.2a: -UU, --open-noatime). Opens nothing itself.
import { O_NOATIME } from './directory-calls.ts';
import { FilesystemError, type OpenFile } from './filesystem.ts';

/** Opens a file to read: with `keepAtime` without a trace, where the system knows that and allows it. `open` gets further flags. */
export function openToRead(keepAtime: boolean, open: (flags: number) => OpenFile): OpenFile {
  if (!keepAtime || O_NOATIME === undefined) return open(0);
  try {
    return open(O_NOATIME);
  } catch (error) {
    // Only owners and root may.
    if (!(error instanceof FilesystemError) || error.code !== 'EPERM') throw error;
    return open(0);
  }
}
