// What every Filesystem has to do (fs/filesystem.ts), run against one implementation in a fresh directory. The statements
// stand in filesystem-kit-*.ts, one file a topic.
import type { Filesystem, Root } from '@ocrsync/node/fs/filesystem';
import { FilesystemError } from '@ocrsync/node/fs/filesystem';
import { afterEach, beforeEach, describe } from 'vitest';
import { attributesKit } from './filesystem-kit-attributes.ts';
import { directoriesKit } from './filesystem-kit-directories.ts';
import { filesKit } from './filesystem-kit-files.ts';
import { linksKit } from './filesystem-kit-links.ts';
import { namesKit } from './filesystem-kit-names.ts';

/** An implementation with an empty directory to work in. */
export interface Prepared {
  readonly filesystem: Filesystem;
  /** Absolute path of the directory. */
  readonly base: string;
  /** False: it looks at names only, and follows every symlink on the way. */
  readonly keepsPolicies: boolean;
  done(): void;
}

/** What the statements use; fresh for each of them. */
export interface Kit {
  readonly root: Root;
  readonly filesystem: Filesystem;
  readonly base: string;
  readonly keepsPolicies: boolean;
  write(name: string, text: string, mode?: number): void;
  read(name: string): string;
}

export const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
export const TYPE_MASK = 0o170000;

/** Code, number and words of the error that `run` ends with. */
export function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FilesystemError) return `${error.code} ${error.errno} ${error.strerror}`;
    throw error;
  }
  throw new Error('it did not fail');
}

/** The errno name that `run` fails with. */
export const codeOf = (run: () => unknown): string => failure(run).split(' ')[0]!;

export function filesystemKit(name: string, prepare: () => Prepared): void {
  describe(`${name} keeps the contract of a file system`, () => {
    let prepared: Prepared;
    let root: Root;

    beforeEach(() => {
      prepared = prepare();
      root = prepared.filesystem.root(prepared.base);
    });
    afterEach(() => {
      prepared.filesystem.release();
      prepared.done();
    });

    const kit: Kit = {
      get root() {
        return root;
      },
      get filesystem() {
        return prepared.filesystem;
      },
      get base() {
        return prepared.base;
      },
      get keepsPolicies() {
        return prepared.keepsPolicies;
      },
      write(file, text, mode = 0o644) {
        const open = root.createExclusive(file, mode);
        open.write(bytes(text), 0);
        open.close();
      },
      read(file) {
        const open = root.openRead(file, true);
        const into = Buffer.alloc(open.stat().sizeBytes);
        let done = 0;
        for (let count = 1; count > 0 && done < into.length; done += count) {
          count = open.read(into.subarray(done), done);
        }
        open.close();
        return into.toString('latin1', 0, done);
      },
    };

    namesKit(kit);
    filesKit(kit);
    directoriesKit(kit);
    linksKit(kit);
    attributesKit(kit);
  });
}
