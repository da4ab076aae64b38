// Ends of a file list with ACLs and extended attributes, for tests: one that takes bytes in pieces, one that gives them.
import { expect } from 'vitest';
import { ACL_ABSENT, type Acl } from '@ocrsync/core/acl';
import { AclIndex } from '@ocrsync/core/acl-index';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import {
  FileListDecoder,
  FileListEncoder,
  type FileListOptions,
  type ListLiterals,
} from '@ocrsync/core/file-list-codec';
import type { NewEntry } from '@ocrsync/core/file-list-entry';
import type { LiteralSink } from '@ocrsync/core/literal-sink';
import { ReceivedBlocks } from '@ocrsync/core/received-blocks';
import { WireWriter } from '@ocrsync/core/wire-writer';
import { XattrIndex } from '@ocrsync/core/xattr-index';
import { BytesWindow, options } from './file-list-harness.ts';

const format = options(32, { incremental: true, preserveHardLinks: false });
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** A receiving end that sees the bytes in pieces of at most `piece`. */
export class Taker {
  readonly core = new CoreInstance();
  readonly blocks = new ReceivedBlocks();
  readonly names = new Map<string, string>();
  readonly #decoder: FileListDecoder;
  readonly #dirs = new DirectoryNames(this.core);

  constructor(changes: Partial<FileListOptions>) {
    this.#decoder = new FileListDecoder(this.core, { ...format, ...changes }, this.blocks);
  }

  /** Whatever comes of it. */
  decode(wire: Uint8Array, start: number): FileList {
    const list = new FileList(this.core, { start, dirs: this.#dirs });
    this.#decoder.decode(new BytesWindow(this.core, wire), list);
    return list;
  }

  take(wire: Uint8Array, start: number, piece = wire.length): FileList {
    const list = new FileList(this.core, { start, dirs: this.#dirs });
    const window = new BytesWindow(this.core, wire);
    let shown = 0;
    let state = '';
    while (shown < wire.length && state !== 'end') {
      shown = Math.min(wire.length, shown + piece);
      window.show(shown);
      state = this.#decoder.decode(window, list);
    }
    for (const { kind, id, name } of this.#decoder.takeIdNames()) this.names.set(`${kind}${id}`, name);
    expect(state).toBe('end');
    expect(window.dataLength).toBe(0);
    return list;
  }
}

/** A sending end whose bytes are collected. */
export class Giver {
  readonly core = new CoreInstance();
  readonly dirs = new DirectoryNames(this.core);
  readonly access = new AclIndex();
  readonly default = new AclIndex();
  readonly xattr = new XattrIndex();
  readonly #encoder: FileListEncoder;
  readonly #writer = new WireWriter(this.core);

  constructor(changes: Partial<FileListOptions>) {
    this.#encoder = new FileListEncoder(this.core, { ...format, ...changes });
  }

  send(start: number, entries: Iterable<NewEntry>): Uint8Array {
    const list = new FileList(this.core, { start, dirs: this.dirs });
    for (const entry of entries) list.add(entry);
    const sink: LiteralSink = this.#writer;
    const literals: ListLiterals = { write: (kind, number) => this[kind].write(number, sink) };
    this.#encoder.encode(list, 0, list.count, this.#writer, literals);
    this.#encoder.end(this.#writer, 0);
    const chunks: Uint8Array[] = [];
    for (let chunk = this.#writer.take(); chunk !== undefined; chunk = this.#writer.take())
      chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

export const permissions = (acl: Acl): string =>
  [acl.user, acl.group, acl.mask, acl.other]
    .map((access) => (access === ACL_ABSENT ? '-' : access))
    .join('') + acl.named.map(({ kind, id, access }) => ` ${kind[0]}${id}=${access}`).join('');
