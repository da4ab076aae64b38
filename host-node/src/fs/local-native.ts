// The machine's own files over the native helper: every access relative to held directories, exact times, device nodes.
// Implements the contract of filesystem.ts; local-node.ts is the same without the helper, with the same tests.
import type { Filesystem, Root, SymlinkPolicy } from './filesystem.ts';
import { DirectoryPool } from './directory-pool.ts';
import type { DirectoryCalls } from './directory-calls.ts';
import { errorOfNumber } from './errno.ts';
import { LocalIdentity } from './local-identity.ts';
import { absolutePath } from './local-path.ts';
import { nativeDirectories, type NativeFileCalls } from './native-directories.ts';
import { NativeRoot } from './native-root.ts';
import { SafeRoot } from './safe-root.ts';

export class LocalNativeFilesystem extends LocalIdentity implements Filesystem {
  readonly exactTimes = true;
  readonly canMakeNodes = true;
  readonly canXattrs = true;
  readonly #native: NativeFileCalls;
  readonly #directories: DirectoryCalls;
  readonly #pool: DirectoryPool;

  /** `resolution`: how names are kept in their tree; by default what the system can do. */
  constructor(native: NativeFileCalls, resolution?: 'openat2' | 'walk') {
    super(native);
    this.#native = native;
    this.#directories = nativeDirectories(native, resolution);
    this.#pool = new DirectoryPool((descriptor) => void native.close(descriptor));
  }

  get confinement(): DirectoryCalls['kind'] {
    return this.#directories.kind;
  }

  root(path: string, symlinks: SymlinkPolicy = 'tree'): Root {
    const absolute = absolutePath(path);
    const safe = new SafeRoot(absolute, symlinks, this.#directories, this.#pool);
    const status = safe.open();
    if (status < 0) throw errorOfNumber(-status, 'chdir', absolute);
    return new NativeRoot(absolute, this.#native, safe, this.umask);
  }

  release(): void {
    this.#pool.clear();
  }
}
