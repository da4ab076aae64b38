// What new objects of a directory may not have where permissions are not preserved: what the umask forbids, or, where the
// directory has a default ACL, what that does not give (docs/protocol/04-transfer.md §10.2, 03-file-list.md §10.4).
import { ACL_ABSENT } from '@ocrsync/core/acl';
import { isDirectory, isSymlink } from '@ocrsync/core/file-type';
import { type Filesystem, FilesystemError, type Root } from '../fs/filesystem.ts';
import { readAcl } from '../fs/metadata/posix-acl.ts';
import { parentOf } from '../fs/path-text.ts';

const ALL = 0o777;
const DIRECTORY_MODE = 0o040755;

/** `none`: something else has its name. */
export type DirectoryLack = 'missing' | 'none';

export class CreationMask {
  readonly #filesystem: Filesystem;
  /** Told of a directory that is not there, or is none, though something of it is visited. */
  readonly #lacking: (directory: string, lack: DirectoryLack) => void;
  readonly #keepsFiles: boolean;
  /** The last directory that was asked about: objects come directory by directory. */
  #directory: string | undefined;
  #mask = 0;

  /** `keepsFiles`: what is below a file is visited, too (--ignore-existing): only then a directory may be none. */
  constructor(
    filesystem: Filesystem,
    lacking: (directory: string, lack: DirectoryLack) => void,
    keepsFiles = false,
  ) {
    this.#keepsFiles = keepsFiles;
    this.#filesystem = filesystem;
    this.#lacking = lacking;
  }

  /** Bits that a new object of that name does not get. */
  of(root: Root | undefined, name: string): number {
    const { canXattrs, umask } = this.#filesystem;
    if (root === undefined || !canXattrs) return umask;
    const directory = parentOf(name) || '.';
    if (directory !== this.#directory) {
      this.#mask = this.#fromDefaultAcl(root, directory) ?? umask;
      this.#directory = directory;
    }
    return this.#mask;
  }

  #fromDefaultAcl(root: Root, directory: string): number | undefined {
    try {
      const acl = readAcl(root, directory, 'default', DIRECTORY_MODE);
      if (acl.user === ACL_ABSENT) {
        const mode = this.#keepsFiles ? root.lstat(directory)?.mode : undefined;
        if (mode !== undefined && !isDirectory(mode) && !isSymlink(mode)) this.#lacking(directory, 'none');
        return undefined;
      }
      const group = acl.mask === ACL_ABSENT ? acl.group : acl.mask;
      return ALL & ~((acl.user << 6) | (group << 3) | acl.other);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code === 'ENOENT') this.#lacking(directory, 'missing');
      return undefined;
    }
  }
}
