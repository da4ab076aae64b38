// The machine's own files over node:fs alone, for machines without the native helper: times are set by doubles, there are
// no device nodes. Implements the contract of filesystem.ts; the same tests run as for local-native.ts.
import { statSync } from 'node:fs';
import { DirectoryPool } from './directory-pool.ts';
import { errorOfCode, errorOfNumber, translated } from './errno.ts';
import type { Filesystem, Root, SymlinkPolicy } from './filesystem.ts';
import { LocalIdentity } from './local-identity.ts';
import { absolutePath } from './local-path.ts';
import { HeldPaths, LexicalPaths } from './node-paths.ts';
import { NodeRoot } from './node-root.ts';
import { hasProcDirectories, ProcDirectories } from './proc-directories.ts';
import { SafeRoot } from './safe-root.ts';

export class LocalNodeFilesystem extends LocalIdentity implements Filesystem {
  readonly exactTimes = false;
  readonly canMakeNodes = false;
  readonly canXattrs = false;
  readonly confinement: 'procfs' | 'lexical';
  readonly #directories = new ProcDirectories();
  readonly #pool = new DirectoryPool((descriptor) => this.#directories.close(descriptor));

  constructor(confinement: 'procfs' | 'lexical' = hasProcDirectories() ? 'procfs' : 'lexical') {
    super();
    this.confinement = confinement;
  }

  root(path: string, symlinks: SymlinkPolicy = 'tree'): Root {
    const absolute = absolutePath(path);
    if (this.confinement === 'lexical') {
      checkDirectory(absolute);
      return new NodeRoot(absolute, new LexicalPaths(absolute), this.umask, false);
    }
    const safe = new SafeRoot(absolute, symlinks, this.#directories, this.#pool);
    const status = safe.open();
    if (status < 0) throw errorOfNumber(-status, 'chdir', absolute);
    return new NodeRoot(absolute, new HeldPaths(safe), this.umask, true);
  }

  release(): void {
    this.#pool.clear();
  }
}

function checkDirectory(absolute: string): void {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(Buffer.from(absolute, 'latin1')).isDirectory();
  } catch (error) {
    throw translated(error, 'chdir', absolute);
  }
  if (!isDirectory) throw errorOfCode('ENOTDIR', 'chdir', absolute);
}
