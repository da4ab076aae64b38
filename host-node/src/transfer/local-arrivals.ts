// What both ends of a local copy with --remove-source-files must know of each other: a source may be its own copy, and then it stays
// (docs/protocol/04-transfer.md §5, §18). Upstream tells device and inode in MSG_SUCCESS; here the sender looks itself.
import type { FileStat } from '../fs/filesystem.ts';

export class LocalArrivals {
  /** The object at the destination under an entry's name. Set by the receiving end as soon as it knows where that is. */
  look: (name: string) => Pick<FileStat, 'dev' | 'ino'> | undefined = () => undefined;
}
